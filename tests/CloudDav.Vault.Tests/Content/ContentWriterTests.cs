using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Security.Cryptography;
using CsCheck;

namespace CloudDav.Vault.Tests.Content;

public sealed class ContentWriterTests : IDisposable
{
    private const int Chunk = ContentFixture.ChunkBytes;
    private readonly ContentFixture _content = new();

    public static TheoryData<int, bool> Sizes()
    {
        var data = new TheoryData<int, bool>();
        int[] sizes =
        [
            0,
            1,
            Chunk - 1,
            Chunk,
            Chunk + 1,
            2 * Chunk,
            256 * 1024 - 1,
            256 * 1024,
            256 * 1024 + 1,
            512 * 1024,
            3 * 256 * 1024 + 5,
        ];
        foreach (var size in sizes)
        {
            data.Add(size, true);
            data.Add(size, false);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_was_written_is_read_again(int size, bool isEncrypted)
    {
        var bytes = ContentFixture.Bytes(size);
        var key = isEncrypted ? _content.Key : null;
        var (blob, staged) = await _content.StageAsync(bytes, key);

        Assert.Equal(size, staged.Size);
        Assert.Equal(SHA256.HashData(bytes), staged.Sha256);
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(bytes), staged.Crc32);
        Assert.Equal(isEncrypted, staged.WrappedKey is not null);
        Assert.Equal(bytes, await _content.ReadAsync(blob, staged, key));
        var stored = new FileInfo(_content.FileOf(blob)).Length;
        Assert.Equal(isEncrypted ? ContentFormat.StoredLength(size, Chunk) : size, stored);
    }

    [Fact]
    public Task Any_body_in_any_pieces_gives_any_of_its_ranges() =>
        (
            from size in Gen.Int[0, 5 * Chunk]
            from piece in Gen.Int[1, 2 * Chunk]
            from offset in Gen.Int[0, size]
            from count in Gen.Int[0, size - offset]
            from isEncrypted in Gen.Bool
            select (size, piece, offset, count, isEncrypted)
        ).SampleAsync(
            async t =>
            {
                var bytes = ContentFixture.Bytes(t.size, t.piece);
                var key = t.isEncrypted ? _content.Key : null;
                var (blob, staged) = await _content.StageAsync(bytes, key, t.piece);
                var range = await _content.ReadAsync(blob, staged, key, t.offset, t.count);
                Assert.Equal(bytes[t.offset..(t.offset + t.count)], range);
            },
            iter: 100,
            threads: 1
        );

    [Fact]
    [SuppressMessage("Security", "CA5350", Justification = "Compared, not relied upon.")]
    [SuppressMessage("Security", "CA5351", Justification = "Compared, not relied upon.")]
    public async Task Every_checksum_asked_for_is_that_of_the_plaintext()
    {
        var all =
            ContentChecksums.Md5
            | ContentChecksums.Sha1
            | ContentChecksums.Sha512
            | ContentChecksums.Adler32;
        var bytes = "Wikipedia"u8.ToArray();
        var staged = await _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = BlobId.New(),
                Key = _content.Key,
                Body = ContentFixture.Body(bytes),
                Checksums = all,
            },
            ContentFixture.Stop
        );
        var sealed_ = _content.Writer.SealInline(_content.Key, bytes, all);

        foreach (ContentFacts facts in new ContentFacts[] { staged, sealed_ })
        {
            Assert.Equal(0x11E60398u, facts.Adler32);
            Assert.Equal(MD5.HashData(bytes), facts.Md5);
            Assert.Equal(SHA1.HashData(bytes), facts.Sha1);
            Assert.Equal(SHA512.HashData(bytes), facts.Sha512);
            Assert.Equal(SHA256.HashData(bytes), facts.Sha256);
            Assert.Equal(9, facts.Size);
        }
    }

    [Fact]
    public void Adler32_carries_its_sums_over_long_input()
    {
        var bytes = new byte[100_000];
        bytes.AsSpan().Fill(0xFF);
        var (a, b) = (1u, 0u);
        foreach (var x in bytes)
        {
            a = (a + x) % 65521;
            b = (b + a) % 65521;
        }
        Assert.Equal((b << 16) | a, ContentHashes.Adler32(1, bytes));
    }

    [Theory]
    [InlineData(0, 1, StageOutcome.TooShort)]
    [InlineData(300_000, 300_001, StageOutcome.TooShort)]
    [InlineData(1, 0, StageOutcome.TooLong)]
    [InlineData(300_001, 300_000, StageOutcome.TooLong)]
    public async Task A_body_of_another_length_than_declared_leaves_nothing(
        int size,
        int declared,
        StageOutcome expected
    )
    {
        var staged = await _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = BlobId.New(),
                Key = _content.Key,
                Body = ContentFixture.Body(ContentFixture.Bytes(size), 10_000),
                DeclaredLength = declared,
            },
            ContentFixture.Stop
        );

        Assert.Equal(expected, staged.Outcome);
        Assert.Empty(_content.Files());
    }

    [Fact]
    public async Task A_hold_that_may_not_grow_stops_the_upload_before_the_byte_beyond_it()
    {
        long asked = 0;
        var staged = await _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = BlobId.New(),
                Key = _content.Key,
                Body = ContentFixture.Body(ContentFixture.Bytes(1_000_000), 10_000),
                Grow = (length, _) =>
                {
                    asked = length;
                    return new(length <= 600_000);
                },
            },
            ContentFixture.Stop
        );

        Assert.Equal(StageOutcome.HoldRefused, staged.Outcome);
        Assert.InRange(asked, 600_001, 1_000_000);
        Assert.Empty(_content.Files());
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(ContentFixture.Bytes(20_000), ContentFixture.Stop);
        await pipe.Writer.CompleteAsync(new IOException("The client went away."));

        var failure = await Assert.ThrowsAsync<IOException>(async () =>
            await _content.Writer.StageAsync(
                new StageRequest
                {
                    Blob = BlobId.New(),
                    Key = _content.Key,
                    Body = pipe.Reader,
                },
                ContentFixture.Stop
            )
        );

        Assert.Equal("The client went away.", failure.Message);
        Assert.Empty(_content.Files());
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(ContentFixture.Bytes(600_000), ContentFixture.Stop);
        var staging = _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = BlobId.New(),
                Key = _content.Key,
                Body = pipe.Reader,
            },
            cancel.Token
        );
        Assert.False(staging.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await staging);
        Assert.Empty(_content.Files());
    }

    [Fact]
    public Task A_partial_update_takes_over_what_stands_before_and_after() =>
        (
            from size in Gen.Int[0, 4 * Chunk]
            from before in Gen.Int[0, size]
            from after in Gen.Int[0, size - before]
            from body in Gen.Int[0, 2 * Chunk]
            from isEncrypted in Gen.Bool
            select (size, before, after, body, isEncrypted)
        ).SampleAsync(
            t => SpliceAsync(t.size, t.before, t.after, t.body, t.isEncrypted),
            iter: 60,
            threads: 1
        );

    private async Task SpliceAsync(int size, int before, int after, int body, bool isEncrypted)
    {
        var key = isEncrypted ? _content.Key : null;
        var old = ContentFixture.Bytes(size, 1);
        var fresh = ContentFixture.Bytes(body, 2);
        var (oldBlob, oldStaged) = await _content.StageAsync(old, key);
        await using var source = await _content.Reader.OpenBlobAsync(
            oldBlob,
            size,
            key,
            oldStaged.WrappedKey,
            ContentFixture.Stop
        );
        var blob = BlobId.New();
        long grown = 0;
        var staged = await _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = blob,
                Key = key,
                Before = new ContentPart(source, 0, before),
                Body = ContentFixture.Body(fresh),
                After = new ContentPart(source, size - after, after),
                DeclaredLength = body,
                Grow = (length, _) =>
                {
                    grown = length;
                    return new(true);
                },
            },
            ContentFixture.Stop
        );
        byte[] expected = [.. old[..before], .. fresh, .. old[(size - after)..]];
        Assert.Equal(expected, await _content.ReadAsync(blob, staged, key));
        Assert.Equal(SHA256.HashData(expected), staged.Sha256);
        Assert.Equal(body == 0 ? 0 : expected.Length, grown);
    }

    [Fact]
    public async Task A_partial_update_of_damaged_content_fails_and_leaves_nothing_new()
    {
        var (oldBlob, old) = await _content.StageAsync(ContentFixture.Bytes(50_000), _content.Key);
        var stored = await File.ReadAllBytesAsync(_content.FileOf(oldBlob), ContentFixture.Stop);
        stored[30_000] ^= 1;
        await File.WriteAllBytesAsync(_content.FileOf(oldBlob), stored, ContentFixture.Stop);
        await using var source = await _content.Reader.OpenBlobAsync(
            oldBlob,
            old.Size,
            _content.Key,
            old.WrappedKey,
            ContentFixture.Stop
        );

        await Assert.ThrowsAsync<ContentDamagedException>(async () =>
            await _content.Writer.StageAsync(
                new StageRequest
                {
                    Blob = BlobId.New(),
                    Key = _content.Key,
                    Before = new ContentPart(source, 0, 50_000),
                    Body = ContentFixture.Body([1, 2, 3]),
                },
                ContentFixture.Stop
            )
        );

        Assert.Equal([_content.FileOf(oldBlob)], _content.Files());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(999_999)]
    [InlineData(long.MaxValue)]
    public async Task A_store_that_fails_at_any_byte_leaves_nothing(long failsAt)
    {
        // The largest stands for failing at the very end, when the blob is made durable.
        var writer = new ContentWriter(
            new FailingBlobStore(_content.Blobs, failsAt),
            new ContentOptions { ChunkBytes = Chunk }
        );

        await Assert.ThrowsAsync<StorageFullException>(async () =>
            await writer.StageAsync(
                new StageRequest
                {
                    Blob = BlobId.New(),
                    Key = _content.Key,
                    Body = ContentFixture.Body(ContentFixture.Bytes(1_000_000)),
                },
                ContentFixture.Stop
            )
        );

        Assert.Empty(_content.Files());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk)]
    [InlineData(3 * Chunk + 1)]
    public async Task Inline_content_has_the_format_of_a_blob(int size)
    {
        var bytes = ContentFixture.Bytes(size);
        foreach (var key in new[] { _content.Key, null })
        {
            var content = _content.Writer.SealInline(key, bytes);
            await using var source = _content.Reader.OpenInline(
                content.Bytes,
                size,
                key,
                content.WrappedKey
            );
            Assert.Equal(bytes, await ContentFixture.ReadAsync(source, 0, size));
            Assert.Equal(
                bytes[(size / 2)..],
                await ContentFixture.ReadAsync(source, size / 2, size - size / 2)
            );
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    public async Task A_small_body_is_read_whole(int size)
    {
        var bytes = ContentFixture.Bytes(size);
        var body = ContentFixture.Body(bytes, 7);
        Assert.Equal(bytes, await ContentWriter.ReadSmallAsync(body, 100, ContentFixture.Stop));
    }

    [Fact]
    public async Task A_body_beyond_the_small_limit_is_left_whole_for_staging()
    {
        var bytes = ContentFixture.Bytes(10_000);
        var body = ContentFixture.Body(bytes, 7);
        Assert.Null(await ContentWriter.ReadSmallAsync(body, 100, ContentFixture.Stop));
        var blob = BlobId.New();
        var staged = await _content.Writer.StageAsync(
            new StageRequest
            {
                Blob = blob,
                Key = _content.Key,
                Body = body,
            },
            ContentFixture.Stop
        );
        Assert.Equal(bytes, await _content.ReadAsync(blob, staged, _content.Key));
    }

    public void Dispose() => _content.Dispose();
}
