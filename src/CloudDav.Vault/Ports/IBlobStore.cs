namespace CloudDav.Vault;

/// <summary>
/// Keeps byte streams by id. It knows nothing of what they mean and decides nothing: the blob ledger in the metadata says which may exist. While it cannot be reached, everything
/// it is asked fails with <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IBlobStore
{
    /// <summary>How long a blob that was given up must still be kept for readers who have it open; zero where they can read it to its end although it is deleted.</summary>
    TimeSpan ReadersGrace => TimeSpan.Zero;

    /// <summary>Looks whether the store can do its work at the moment, at little cost; it fails with what is in the way.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>Opens a new blob for writing. It exists under its id only after <see cref="IBlobUpload.CompleteAsync"/>.</summary>
    /// <param name="blob">An id that was never used before.</param>
    /// <param name="expectedLength">The stored length if known, in bytes, so that space can be reserved; null when unknown.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    ValueTask<IBlobUpload> CreateAsync(
        BlobId blob,
        long? expectedLength,
        CancellationToken cancellationToken
    );

    /// <summary>Opens a blob for reading; null when it is not there.</summary>
    ValueTask<IBlob?> OpenAsync(BlobId blob, CancellationToken cancellationToken);

    /// <summary>A blob's stored length in bytes, of which nothing is read; null when it is not there.</summary>
    ValueTask<long?> FindLengthAsync(BlobId blob, CancellationToken cancellationToken);

    /// <summary>Puts a blob's bytes under another id as well, within the store and without reading them here. When it returns true they are durable there.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="copy">An id that was never used before.</param>
    /// <param name="cancellationToken">Stops it; what it has made by then is an unfinished upload's leftover.</param>
    /// <returns>False when the blob is not there.</returns>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    ValueTask<bool> TryCopyAsync(BlobId blob, BlobId copy, CancellationToken cancellationToken);

    /// <summary>Removes a blob, or what an unfinished upload left of it; removing what is not there succeeds.</summary>
    ValueTask DeleteAsync(BlobId blob, CancellationToken cancellationToken);

    /// <summary>Every blob and every leftover of an unfinished upload, for the sweeper and <c>check</c>.</summary>
    IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A blob being written. Disposing it without completing removes what was written.</summary>
public interface IBlobUpload : IAsyncDisposable
{
    /// <summary>Appends bytes; they may be reused by the caller when this returns.</summary>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes everything written durable, under the blob's id: when this returns it survives a power cut.</summary>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A blob open for reading, by one reader at a time. It stays readable while open although it may be deleted meanwhile; where
/// <see cref="IBlobStore.ReadersGrace"/> is not zero, reading may then fail instead. What it reads is never wrong.
/// </summary>
public interface IBlob : IAsyncDisposable
{
    /// <summary>Stored length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at an offset; fewer bytes than asked only at the end.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);
}

/// <summary>A blob as the store has it.</summary>
/// <param name="Blob">Its id.</param>
/// <param name="Length">Stored length in bytes.</param>
/// <param name="IsComplete">False for what an unfinished upload left.</param>
/// <param name="Written">When it was last written.</param>
public readonly record struct StoredBlob(
    BlobId Blob,
    long Length,
    bool IsComplete,
    DateTimeOffset Written
);

/// <summary>The store has no room left for what was to be written.</summary>
public sealed class StorageFullException(string message, Exception? inner = null)
    : IOException(message, inner);

/// <summary>
/// What lies behind the vaults, be it contents, metadata or keys, cannot be asked at the moment: it may be asked again later, and nothing is known of what was asked for. The
/// message says what and why, for whoever runs the server.
/// </summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null)
    : IOException(message, inner);
