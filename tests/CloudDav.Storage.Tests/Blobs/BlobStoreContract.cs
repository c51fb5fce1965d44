using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Blobs;

/// <summary>What every blob store must do.</summary>
public abstract class BlobStoreContract
{
    protected abstract IBlobStore Store { get; }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completed_blob_is_read_at_any_offset()
    {
        var bytes = Bytes(300_000);
        var blob = await WriteAsync(bytes, pieceBytes: 70_000);

        await using var opened = await Store.OpenAsync(blob, Stop);
        Assert.NotNull(opened);
        Assert.Equal(bytes.Length, opened.Length);
        foreach (var (offset, count) in new[] { (0, 300_000), (0, 1), (69_999, 2), (299_999, 1) })
        {
            var buffer = new byte[count];
            Assert.Equal(count, await opened.ReadAsync(buffer, offset, Stop));
            Assert.Equal(bytes[offset..(offset + count)], buffer);
        }
    }

    [Fact]
    public async Task Reading_at_the_end_gives_what_is_left_then_nothing()
    {
        var bytes = Bytes(1000);
        await using var opened = await Store.OpenAsync(await WriteAsync(bytes), Stop);
        var buffer = new byte[64];
        Assert.Equal(10, await opened!.ReadAsync(buffer, 990, Stop));
        Assert.Equal(bytes.AsSpan(990), buffer.AsSpan(0, 10));
        Assert.Equal(0, await opened.ReadAsync(buffer, 1000, Stop));
        Assert.Equal(0, await opened.ReadAsync(buffer, 5000, Stop));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        var blob = await WriteAsync([]);
        await using var opened = await Store.OpenAsync(blob, Stop);
        Assert.Equal(0, opened?.Length);
        Assert.Equal([(blob, 0L, true)], await ListAsync());
    }

    [Fact]
    public async Task A_blob_that_was_never_written_is_not_there()
    {
        Assert.Null(await Store.OpenAsync(BlobId.New(), Stop));
        Assert.Null(await Store.FindLengthAsync(BlobId.New(), Stop));
    }

    [Fact]
    public async Task Its_length_is_known_without_opening_it()
    {
        Assert.Equal(300_000, await Store.FindLengthAsync(await WriteAsync(Bytes(300_000)), Stop));
        Assert.Equal(0, await Store.FindLengthAsync(await WriteAsync([]), Stop));
        var unfinished = BlobId.New();
        await using var upload = await Store.CreateAsync(unfinished, null, Stop);
        await upload.WriteAsync(Bytes(1000), Stop);
        Assert.Null(await Store.FindLengthAsync(unfinished, Stop));
    }

    [Fact]
    public async Task A_look_at_the_store_leaves_nothing_behind()
    {
        await Store.CheckAsync(Stop);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task An_upload_is_not_there_until_it_completes()
    {
        var blob = BlobId.New();
        await using var upload = await Store.CreateAsync(blob, null, Stop);
        await upload.WriteAsync(Bytes(1000), Stop);
        Assert.Null(await Store.OpenAsync(blob, Stop));

        await upload.CompleteAsync(Stop);

        await using var opened = await Store.OpenAsync(blob, Stop);
        Assert.Equal(1000, opened?.Length);
    }

    [Fact]
    public async Task An_upload_disposed_before_it_completes_leaves_nothing()
    {
        var blob = BlobId.New();
        await using (var upload = await Store.CreateAsync(blob, 5000, Stop))
            await upload.WriteAsync(Bytes(1000), Stop);
        Assert.Null(await Store.OpenAsync(blob, Stop));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Bytes_may_be_reused_once_they_are_written()
    {
        var blob = BlobId.New();
        await using (var upload = await Store.CreateAsync(blob, null, Stop))
        {
            var buffer = new byte[1000];
            for (var i = 0; i < 5; i++)
            {
                buffer.AsSpan().Fill((byte)i);
                await upload.WriteAsync(buffer, Stop);
            }
            await upload.CompleteAsync(Stop);
        }
        await using var opened = await Store.OpenAsync(blob, Stop);
        var read = new byte[5000];
        Assert.Equal(5000, await opened!.ReadAsync(read, 0, Stop));
        Assert.All(read.Index(), b => Assert.Equal(b.Index / 1000, b.Item));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_deleting_it_again_succeeds()
    {
        var blob = await WriteAsync(Bytes(10));
        await Store.DeleteAsync(blob, Stop);
        Assert.Null(await Store.OpenAsync(blob, Stop));
        Assert.Empty(await ListAsync());
        await Store.DeleteAsync(blob, Stop);
        await Store.DeleteAsync(BlobId.New(), Stop);
    }

    [Fact]
    public async Task A_blob_deleted_while_it_is_read_can_be_read_to_its_end()
    {
        var bytes = Bytes(100_000);
        var blob = await WriteAsync(bytes);
        await using var opened = await Store.OpenAsync(blob, Stop);
        await Store.DeleteAsync(blob, Stop);
        var read = new byte[bytes.Length];
        Assert.Equal(read.Length, await opened!.ReadAsync(read, 0, Stop));
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task Deleting_removes_what_an_unfinished_upload_left_and_the_upload_then_fails()
    {
        var blob = BlobId.New();
        await using var upload = await Store.CreateAsync(blob, null, Stop);
        await upload.WriteAsync(Bytes(1000), Stop);
        Assert.Equal([(blob, false)], (await ListAsync()).Select(b => (b.Blob, b.IsComplete)));

        await Store.DeleteAsync(blob, Stop);

        Assert.Empty(await ListAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await upload.CompleteAsync(Stop));
        Assert.Null(await Store.OpenAsync(blob, Stop));
    }

    [Fact]
    public async Task Listing_tells_every_blob_once_with_its_length_and_time()
    {
        var before = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(5);
        var written = new HashSet<(BlobId, long, bool)>();
        for (var i = 0; i < 20; i++)
            written.Add((await WriteAsync(Bytes(i)), i, true));

        Assert.Equal(written, (await ListAsync()).ToHashSet());
        await foreach (var blob in Store.ListAsync(Stop))
            Assert.InRange(blob.Written, before, before + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Many_uploads_at_once_do_not_disturb_each_other()
    {
        var uploads = Enumerable
            .Range(0, 32)
            .Select(async i => (Blob: await WriteAsync(Bytes(50_000, i), 7_000), Seed: i));
        foreach (var (blob, seed) in await Task.WhenAll(uploads))
        {
            await using var opened = await Store.OpenAsync(blob, Stop);
            var read = new byte[50_000];
            Assert.Equal(read.Length, await opened!.ReadAsync(read, 0, Stop));
            Assert.Equal(Bytes(50_000, seed), read);
        }
    }

    protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected async Task<BlobId> WriteAsync(byte[] bytes, int pieceBytes = int.MaxValue)
    {
        await Task.Yield();
        var blob = BlobId.New();
        await using var upload = await Store.CreateAsync(blob, bytes.Length, Stop);
        for (var at = 0; at < bytes.Length; )
        {
            var count = Math.Min(pieceBytes, bytes.Length - at);
            await upload.WriteAsync(bytes.AsMemory(at, count), Stop);
            at += count;
        }
        await upload.CompleteAsync(Stop);
        return blob;
    }

    protected async Task<IReadOnlyList<(BlobId Blob, long Length, bool IsComplete)>> ListAsync()
    {
        var blobs = new List<(BlobId, long, bool)>();
        await foreach (var blob in Store.ListAsync(Stop))
            blobs.Add((blob.Blob, blob.Length, blob.IsComplete));
        return blobs;
    }
}
