namespace CloudDav.Vault.Tests.Content;

/// <summary>A store on a disk that is full after so many bytes, at the latest when the blob is to be made durable.</summary>
internal sealed class FailingBlobStore(IBlobStore store, long failsAt) : IBlobStore
{
    public async ValueTask<IBlobUpload> CreateAsync(
        BlobId blob,
        long? expectedLength,
        CancellationToken cancellationToken
    ) => new Upload(await store.CreateAsync(blob, expectedLength, cancellationToken), failsAt);

    public ValueTask<IBlob?> OpenAsync(BlobId blob, CancellationToken cancellationToken) =>
        store.OpenAsync(blob, cancellationToken);

    public ValueTask<bool> TryCopyAsync(
        BlobId blob,
        BlobId copy,
        CancellationToken cancellationToken
    ) => store.TryCopyAsync(blob, copy, cancellationToken);

    public ValueTask CheckAsync(CancellationToken cancellationToken) =>
        store.CheckAsync(cancellationToken);

    public ValueTask<long?> FindLengthAsync(BlobId blob, CancellationToken cancellationToken) =>
        store.FindLengthAsync(blob, cancellationToken);

    public ValueTask DeleteAsync(BlobId blob, CancellationToken cancellationToken) =>
        store.DeleteAsync(blob, cancellationToken);

    public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken) =>
        store.ListAsync(cancellationToken);

    private sealed class Upload(IBlobUpload upload, long room) : IBlobUpload
    {
        private long _room = room;

        public async ValueTask WriteAsync(
            ReadOnlyMemory<byte> bytes,
            CancellationToken cancellationToken
        )
        {
            var fits = (int)Math.Min(_room, bytes.Length);
            await upload.WriteAsync(bytes[..fits], cancellationToken);
            _room -= fits;
            if (fits < bytes.Length)
                throw new StorageFullException("The test's disk is full.");
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken) =>
            throw new StorageFullException("The test's disk is full.");

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}
