using System.Buffers;
using System.IO.Pipelines;
using CloudDav.Storage;

namespace CloudDav.Vault.Tests.Content;

/// <summary>A real disk store in a folder of its own, a vault key, and short ways to write and read.</summary>
public sealed class ContentFixture : IDisposable
{
    public const int ChunkBytes = 4096;

    public ContentFixture()
    {
        Folder = Directory.CreateTempSubdirectory("clouddav-content-").FullName;
        Blobs = new DiskBlobStore(Path.Join(Folder, "blobs"));
        Writer = new ContentWriter(Blobs, new ContentOptions { ChunkBytes = ChunkBytes });
        Reader = new ContentReader(Blobs);
    }

    public string Folder { get; }
    public DiskBlobStore Blobs { get; }
    public ContentWriter Writer { get; }
    public ContentReader Reader { get; }
    public VaultKey Key { get; } = NewVaultKey(7);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static VaultKey NewVaultKey(long vault) =>
        new(new VaultId(vault), Bytes(32, (int)vault));

    /// <summary>Bytes that look random and are the same every time.</summary>
    public static byte[] Bytes(long count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static PipeReader Body(byte[] bytes) =>
        PipeReader.Create(new ReadOnlySequence<byte>(bytes));

    /// <summary>A body that arrives in pieces of the given size.</summary>
    public static PipeReader Body(byte[] bytes, int pieceBytes)
    {
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: false));
        _ = WriteAsync();
        return pipe.Reader;

        async Task WriteAsync()
        {
            for (var at = 0; at < bytes.Length; at += pieceBytes)
            {
                await pipe.Writer.WriteAsync(
                    bytes.AsMemory(at, Math.Min(pieceBytes, bytes.Length - at)),
                    Stop
                );
            }
            await pipe.Writer.CompleteAsync();
        }
    }

    public async Task<(BlobId Blob, StagedContent Staged)> StageAsync(
        byte[] bytes,
        VaultKey? key,
        int? pieceBytes = null
    )
    {
        var blob = BlobId.New();
        var staged = await Writer.StageAsync(
            new StageRequest
            {
                Blob = blob,
                Key = key,
                Body = pieceBytes is { } piece ? Body(bytes, piece) : Body(bytes),
            },
            Stop
        );
        Assert.Equal(StageOutcome.Complete, staged.Outcome);
        return (blob, staged);
    }

    public async Task<byte[]> ReadAsync(
        BlobId blob,
        ContentFacts facts,
        VaultKey? key,
        long offset = 0,
        long? count = null
    )
    {
        await using var source = await Reader.OpenBlobAsync(
            blob,
            facts.Size,
            key,
            facts.WrappedKey,
            Stop
        );
        Assert.Equal(facts.Size, source.Length);
        return await ReadAsync(source, offset, count ?? source.Length - offset);
    }

    /// <summary>All bytes that were handed on; a failure is thrown after them as <see cref="ReadFailureException"/>.</summary>
    public static async Task<byte[]> ReadAsync(IContentSource source, long offset, long count)
    {
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        try
        {
            await source.CopyToAsync(writer, offset, count, Stop);
        }
        catch (ContentDamagedException e)
        {
            // What was advanced but not flushed counts as handed on too: a server may send it any time.
            await writer.FlushAsync(Stop);
            throw new ReadFailureException(stream.ToArray(), e);
        }
        await writer.CompleteAsync();
        return stream.ToArray();
    }

    public string FileOf(BlobId blob) =>
        Directory
            .EnumerateFiles(Folder, blob.Value.ToString("N"), SearchOption.AllDirectories)
            .Single();

    public string[] Files() =>
        Directory.GetFiles(Path.Join(Folder, "blobs"), "*", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Reading failed after some bytes had been handed on.</summary>
public sealed class ReadFailureException(byte[] handedOn, ContentDamagedException inner)
    : Exception(inner.Message, inner)
{
    public byte[] HandedOn { get; } = handedOn;
}
