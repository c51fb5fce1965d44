namespace CloudDav.Vault;

/// <summary>A value, or the refusal that stands in its place. Expected refusals are values, never exceptions.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct VaultResult<T>
{
    private readonly T? _value;

    private VaultResult(T? value, Refusal? refusal)
    {
        _value = value;
        Refusal = refusal;
    }

    /// <summary>The refusal; null on success.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => Refusal is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is a refusal instead.</exception>
    public T Value =>
        Refusal is null ? _value! : throw new InvalidOperationException($"Refused: {Refusal.Rule}");

    /// <summary>Wraps a value.</summary>
    public static implicit operator VaultResult<T>(T value) => new(value, null);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator VaultResult<T>(Refusal refusal) => new(default, refusal);
}
