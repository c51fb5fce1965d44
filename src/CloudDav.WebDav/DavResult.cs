namespace CloudDav.WebDav;

/// <summary>A value, or the refusal that stands in its place.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct DavResult<T>
{
    private readonly T? _value;

    private DavResult(T? value, DavProblem? problem)
    {
        _value = value;
        Problem = problem;
    }

    /// <summary>The refusal; null on success.</summary>
    public DavProblem? Problem { get; }

    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => Problem is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is a refusal instead.</exception>
    public T Value =>
        Problem is null
            ? _value!
            : throw new InvalidOperationException($"Refused: {Problem.Message}");

    /// <summary>Wraps a value.</summary>
    public static implicit operator DavResult<T>(T value) => new(value, null);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator DavResult<T>(DavProblem problem) => new(default, problem);
}
