using CsCheck;

namespace CloudDav.Vault.Tests.Content;

/// <summary>Whatever is done to what is stored: nothing that was not written is ever handed on.</summary>
public sealed class ContentTamperTests : IDisposable
{
    private const int Chunk = ContentFixture.ChunkBytes;
    private const int Stride = Chunk + ContentFormat.TagBytes;
    private const int Header = ContentFormat.HeaderBytes;

    private readonly ContentFixture _content = new();

    /// <summary>Kinds of tampering with the stored bytes of a content of three whole chunks and 100 bytes. The other content has as many bytes, under another key.</summary>
    public static TheoryData<string> Kinds => [.. Tamperings.Keys];

    private static readonly Dictionary<string, Func<byte[], byte[], byte[]>> Tamperings = new(
        StringComparer.Ordinal
    )
    {
        ["a bit of the magic flipped"] = (b, _) => Flip(b, 0),
        ["another version"] = (b, _) => Set(b, 8, 2),
        ["version 0"] = (b, _) => Set(b, 8, 0),
        ["a smaller chunk size"] = (b, _) => Set(b, 9, 11),
        ["a larger chunk size"] = (b, _) => Set(b, 9, 13),
        ["a chunk size beyond all bounds"] = (b, _) => Set(b, 9, 255),
        ["a reserved byte set"] = (b, _) => Set(b, 15, 1),
        ["the first bit of the text flipped"] = (b, _) => Flip(b, Header),
        ["a bit in an inner chunk flipped"] = (b, _) => Flip(b, Header + Stride + 17),
        ["a bit of an inner tag flipped"] = (b, _) => Flip(b, Header + Stride - 1),
        ["the last bit flipped"] = (b, _) => Flip(b, b.Length - 1),
        ["one byte cut off"] = (b, _) => b[..^1],
        ["the last chunk cut off"] = (b, _) => b[..(Header + 3 * Stride)],
        ["all chunks cut off"] = (b, _) => b[..Header],
        ["part of the header left"] = (b, _) => b[..7],
        ["nothing left"] = (_, _) => [],
        ["one byte appended"] = (b, _) => [.. b, 0],
        ["a chunk appended again"] = (b, _) => [.. b, .. ChunkOf(b, 2)],
        ["the first byte taken away"] = (b, _) => b[1..],
        ["two chunks swapped"] = (b, _) => Put(Put(b, 0, ChunkOf(b, 1)), 1, ChunkOf(b, 0)),
        ["a chunk put over another"] = (b, _) => Put(b, 1, ChunkOf(b, 0)),
        ["an inner chunk left out"] = (b, _) =>
            [.. b[..(Header + Stride)], .. b[(Header + 2 * Stride)..]],
        ["a chunk of another content"] = (b, other) => Put(b, 1, ChunkOf(other, 1)),
        ["the last chunk of another content"] = (b, other) =>
            [.. b[..(Header + 3 * Stride)], .. other[(Header + 3 * Stride)..]],
        ["another content whole"] = (_, other) => other,
        ["the header doubled"] = (b, _) => [.. b[..Header], .. b[..^Header]],
        ["zeros instead of a chunk"] = (b, _) => Put(b, 2, new byte[Stride]),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tampering_is_seen_and_never_served(string kind)
    {
        var plain = ContentFixture.Bytes(3 * Chunk + 100, seed: 1);
        var (blob, staged) = await _content.StageAsync(plain, _content.Key);
        var (other, _) = await _content.StageAsync(
            ContentFixture.Bytes(plain.Length, seed: 2),
            _content.Key
        );
        var stored = await File.ReadAllBytesAsync(_content.FileOf(blob), ContentFixture.Stop);
        var tampered = Tamperings[kind]
            (
                [.. stored],
                await File.ReadAllBytesAsync(_content.FileOf(other), ContentFixture.Stop)
            );
        await File.WriteAllBytesAsync(_content.FileOf(blob), tampered, ContentFixture.Stop);

        var (handedOn, isWhole) = await TryReadAsync(blob, staged, 0, plain.Length);
        Assert.False(isWhole);
        Assert.True(plain.AsSpan().StartsWith(handedOn));

        Assert.Throws<ContentDamagedException>(() =>
            _content.Reader.OpenInline(tampered, plain.Length, _content.Key, staged.WrappedKey)
        );

        // Ranges of every chunk: right, or refused.
        for (var at = 0; at < plain.Length; at += 1000)
        {
            var count = Math.Min(1500, plain.Length - at);
            (handedOn, isWhole) = await TryReadAsync(blob, staged, at, count);
            Assert.True(plain.AsSpan(at, count).StartsWith(handedOn));
            Assert.True(!isWhole || handedOn.Length == count);
        }
    }

    [Fact]
    public async Task An_older_content_put_in_the_place_of_a_newer_one_is_refused()
    {
        var (old, oldStaged) = await _content.StageAsync(
            ContentFixture.Bytes(100, 1),
            _content.Key
        );
        var (blob, staged) = await _content.StageAsync(ContentFixture.Bytes(100, 2), _content.Key);
        File.Copy(_content.FileOf(old), _content.FileOf(blob), overwrite: true);

        var (handedOn, isWhole) = await TryReadAsync(blob, staged, 0, 100);
        Assert.False(isWhole);
        Assert.Empty(handedOn);

        // The key alone does not help either: it belongs to the vault it was wrapped for.
        var elsewhere = ContentFixture.NewVaultKey(8);
        await Assert.ThrowsAsync<ContentDamagedException>(async () =>
            await _content.Reader.OpenBlobAsync(
                blob,
                100,
                elsewhere,
                oldStaged.WrappedKey,
                ContentFixture.Stop
            )
        );
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(-Chunk)]
    [InlineData(Chunk)]
    public async Task Another_size_in_the_metadata_is_refused(int difference)
    {
        foreach (var key in new[] { _content.Key, null })
        {
            var (blob, staged) = await _content.StageAsync(ContentFixture.Bytes(2 * Chunk), key);
            await Assert.ThrowsAsync<ContentDamagedException>(async () =>
                await _content.Reader.OpenBlobAsync(
                    blob,
                    staged.Size + difference,
                    key,
                    staged.WrappedKey,
                    ContentFixture.Stop
                )
            );
        }
    }

    [Fact]
    public async Task A_missing_blob_a_lost_key_and_a_foreign_key_are_refused()
    {
        var (blob, staged) = await _content.StageAsync(ContentFixture.Bytes(100), _content.Key);
        VaultKey?[] keys = [null, ContentFixture.NewVaultKey(8)];
        foreach (var key in keys)
        {
            await Assert.ThrowsAsync<ContentDamagedException>(async () =>
                await _content.Reader.OpenBlobAsync(
                    blob,
                    100,
                    key,
                    staged.WrappedKey,
                    ContentFixture.Stop
                )
            );
        }
        await Assert.ThrowsAsync<ContentDamagedException>(async () =>
            await _content.Reader.OpenBlobAsync(
                BlobId.New(),
                100,
                _content.Key,
                staged.WrappedKey,
                ContentFixture.Stop
            )
        );
    }

    [Fact]
    public async Task An_emptied_content_cannot_be_passed_off_as_an_empty_one()
    {
        var (empty, _) = await _content.StageAsync([], _content.Key);
        var (blob, staged) = await _content.StageAsync(ContentFixture.Bytes(100), _content.Key);
        File.Copy(_content.FileOf(empty), _content.FileOf(blob), overwrite: true);

        await Assert.ThrowsAsync<ContentDamagedException>(async () =>
            await _content.Reader.OpenBlobAsync(
                blob,
                staged.Size,
                _content.Key,
                staged.WrappedKey,
                ContentFixture.Stop
            )
        );
    }

    [Fact]
    public async Task Any_sequence_of_mutations_is_seen_or_touched_nothing_that_was_read()
    {
        var plain = ContentFixture.Bytes(3 * Chunk + 100, seed: 1);
        var (blob, staged) = await _content.StageAsync(plain, _content.Key);
        var stored = await File.ReadAllBytesAsync(_content.FileOf(blob), ContentFixture.Stop);
        var other = await File.ReadAllBytesAsync(
            _content.FileOf((await _content.StageAsync(plain, _content.Key)).Blob),
            ContentFixture.Stop
        );
        await (
            from mutations in Mutation.Array[1, 5]
            from offset in Gen.Int[0, plain.Length]
            from count in Gen.Int[0, plain.Length - offset]
            select (mutations, offset, count)
        ).SampleAsync(
            async t =>
            {
                var mutated = t.mutations.Aggregate(stored, (b, m) => m.Apply(b, other));
                await File.WriteAllBytesAsync(_content.FileOf(blob), mutated, ContentFixture.Stop);
                var whole = await TryReadAsync(blob, staged, 0, plain.Length);
                Assert.True(plain.AsSpan().StartsWith(whole.HandedOn));
                Assert.Equal(mutated.AsSpan().SequenceEqual(stored), whole.IsWhole);
                var range = await TryReadAsync(blob, staged, t.offset, t.count);
                Assert.True(plain.AsSpan(t.offset, t.count).StartsWith(range.HandedOn));
                Assert.True(!range.IsWhole || range.HandedOn.Length == t.count);
            },
            iter: 2000,
            threads: 1
        );
    }

    public void Dispose() => _content.Dispose();

    private async Task<(byte[] HandedOn, bool IsWhole)> TryReadAsync(
        BlobId blob,
        ContentFacts facts,
        long offset,
        long count
    )
    {
        try
        {
            return (await _content.ReadAsync(blob, facts, _content.Key, offset, count), true);
        }
        catch (ContentDamagedException)
        {
            return ([], false);
        }
        catch (ReadFailureException e)
        {
            return (e.HandedOn, false);
        }
    }

    private static byte[] Flip(byte[] bytes, int at) => Set(bytes, at, (byte)(bytes[at] ^ 0x10));

    private static byte[] Set(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }

    private static byte[] ChunkOf(byte[] bytes, int chunk) =>
        bytes.AsSpan(Header + chunk * Stride, Stride).ToArray();

    private static byte[] Put(byte[] bytes, int chunk, byte[] with)
    {
        byte[] copy = [.. bytes];
        with.CopyTo(copy, Header + chunk * Stride);
        return copy;
    }

    private static readonly Gen<Mutation> Mutation =
        from kind in Gen.Enum<MutationKind>()
        from at in Gen.Double.Unit
        from length in Gen.OneOf(Gen.Int[1, 40], Gen.Const(Stride), Gen.Const(Header))
        from value in Gen.Byte
        from isAligned in Gen.Bool
        select new Mutation(kind, at, length, value, isAligned);
}

internal enum MutationKind
{
    FlipBit,
    SetByte,
    CutEnd,
    CutOut,
    Insert,
    Repeat,
    TakeFromOther,
}

/// <summary>One change that knows the format: aligned, it begins at a chunk and concerns the whole of it.</summary>
internal sealed record Mutation(
    MutationKind Kind,
    double At,
    int Length,
    byte Value,
    bool IsAligned
)
{
    public byte[] Apply(byte[] bytes, byte[] other)
    {
        const int Stride = ContentFixture.ChunkBytes + ContentFormat.TagBytes;
        if (bytes.Length == 0)
            return Kind == MutationKind.Insert ? [Value] : bytes;
        var at = Math.Min(bytes.Length - 1, (int)(At * bytes.Length));
        var length = Length;
        if (IsAligned && bytes.Length > ContentFormat.HeaderBytes)
        {
            at -= (at - ContentFormat.HeaderBytes) % Stride;
            at = Math.Max(at, ContentFormat.HeaderBytes);
            length = Stride;
        }
        length = Math.Min(length, bytes.Length - at);
        byte[] copy = [.. bytes];
        switch (Kind)
        {
            case MutationKind.FlipBit:
                copy[at] ^= (byte)(1 << (Value % 8));
                return copy;
            case MutationKind.SetByte:
                copy[at] = Value;
                return copy;
            case MutationKind.CutEnd:
                return copy[..at];
            case MutationKind.CutOut:
                return [.. copy[..at], .. copy[(at + length)..]];
            case MutationKind.Insert:
                return [.. copy[..at], .. Enumerable.Repeat(Value, length), .. copy[at..]];
            case MutationKind.Repeat:
                return [.. copy[..at], .. copy[at..(at + length)], .. copy[at..]];
            case MutationKind.TakeFromOther:
                var taken = Math.Min(length, Math.Max(0, other.Length - at));
                other.AsSpan(Math.Min(at, other.Length), taken).CopyTo(copy.AsSpan(at));
                return copy;
            default:
                throw new InvalidOperationException($"Unknown mutation {Kind}.");
        }
    }
}
