using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>A store that somebody else works with: it is read, nothing is written into it, and what is to be removed from it stays.</summary>
/// <param name="store">The store.</param>
public sealed class UntouchedBlobStore(IBlobStore store) : IBlobStore
{
    /// <inheritdoc/>
    public TimeSpan ReadersGrace => store.ReadersGrace;

    /// <inheritdoc/>
    public ValueTask CheckAsync(CancellationToken cancellationToken) =>
        store.CheckAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IBlobUpload> CreateAsync(
        BlobId blob,
        long? expectedLength,
        CancellationToken cancellationToken
    ) => throw new InvalidOperationException("Nothing is written into a store that is only read.");

    /// <inheritdoc/>
    public ValueTask<bool> TryCopyAsync(
        BlobId blob,
        BlobId copy,
        CancellationToken cancellationToken
    ) => throw new InvalidOperationException("Nothing is written into a store that is only read.");

    /// <inheritdoc/>
    public ValueTask<IBlob?> OpenAsync(BlobId blob, CancellationToken cancellationToken) =>
        store.OpenAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> FindLengthAsync(BlobId blob, CancellationToken cancellationToken) =>
        store.FindLengthAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(BlobId blob, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken) =>
        store.ListAsync(cancellationToken);
}
