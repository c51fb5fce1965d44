namespace CloudDav.Storage;

/// <summary>
/// The keys that wrap all others, in generations: what is new is wrapped by the newest, and older ones are there for as long as something is wrapped by them. They lie apart from
/// what they wrap.
/// </summary>
internal interface IWrappingKeys
{
    /// <summary>Where they are, as a sentence says it: <c>the wrapping key file /keys/master.key</c>.</summary>
    string Place { get; }

    /// <summary>The newest generation. It may be some minutes old: whoever has a newer one finds it all the same.</summary>
    /// <param name="asks">True to ask for it anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    ValueTask<WrappingKey> FindNewestAsync(bool asks, CancellationToken cancellationToken);

    /// <summary>A generation; null when there is no such, or it was withdrawn.</summary>
    ValueTask<WrappingKey?> FindAsync(string generation, CancellationToken cancellationToken);
}

/// <summary>A generation of the wrapping key.</summary>
/// <param name="Generation">Its name; no spaces.</param>
/// <param name="Key">The key, 32 bytes.</param>
internal sealed record WrappingKey(string Generation, byte[] Key)
{
    /// <summary>Never shows the key.</summary>
    public override string ToString() => $"wrapping key {Generation}";
}
