using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace CloudDav.Vault;

/// <summary>
/// The encrypted format of one content: a header, then its plaintext in chunks of a fixed size, each followed by its tag. <c>README.md</c> beside this file
/// describes every byte; this type is the only one that knows them.
/// </summary>
internal sealed class ContentFormat : IDisposable
{
    public const int HeaderBytes = 16;
    public const int TagBytes = 16;

    private const byte Version = 1;
    private const int MinChunkBits = 12;
    private const int MaxChunkBits = 20;

    private readonly AesGcm _aes;
    private readonly byte[] _header;

    private ContentFormat(byte[] header, ReadOnlySpan<byte> key)
    {
        _header = header;
        _aes = new AesGcm(key, TagBytes);
        ChunkBytes = 1 << header[9];
    }

    private static ReadOnlySpan<byte> Magic => "CLOUDDAV"u8;

    /// <summary>Plaintext bytes of every chunk but the last.</summary>
    public int ChunkBytes { get; }

    public ReadOnlySpan<byte> Header => _header;

    /// <summary>Starts a new content under a key that no other byte stream was ever encrypted with.</summary>
    public static ContentFormat Create(ReadOnlySpan<byte> key, int chunkBytes)
    {
        var bits = BitOperations.Log2((uint)chunkBytes);
        if (chunkBytes != 1 << bits || bits is < MinChunkBits or > MaxChunkBits)
        {
            throw new ArgumentOutOfRangeException(
                nameof(chunkBytes),
                chunkBytes,
                "A chunk is a power of two from 4 KiB to 1 MiB."
            );
        }
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        header[8] = Version;
        header[9] = (byte)bits;
        return new ContentFormat(header, key);
    }

    /// <summary>Reads the header of a stored content and checks that its length fits the plaintext's.</summary>
    /// <exception cref="ContentDamagedException">It does not.</exception>
    public static ContentFormat Open(
        ReadOnlySpan<byte> header,
        long storedLength,
        long size,
        ReadOnlySpan<byte> key
    )
    {
        if (header.Length != HeaderBytes || !header.StartsWith(Magic))
            throw new ContentDamagedException("The content has no header.");
        if (header[8] != Version)
            throw new ContentDamagedException($"The content has format version {header[8]}.");
        if (
            header[9] is < MinChunkBits or > MaxChunkBits
            || header[10..].ContainsAnyExcept((byte)0)
        )
            throw new ContentDamagedException("The content's header is damaged.");
        var expected = StoredLength(size, 1 << header[9]);
        if (storedLength != expected)
        {
            throw new ContentDamagedException(
                $"The content has {storedLength} bytes in the store and must have {expected}."
            );
        }
        return new ContentFormat(header.ToArray(), key);
    }

    /// <summary>How long a content of <paramref name="size"/> plaintext bytes is in the store. An empty content has one empty chunk, so that it has a tag too.</summary>
    public static long StoredLength(long size, int chunkBytes) =>
        HeaderBytes + size + TagBytes * ChunkCount(size, chunkBytes);

    /// <summary>Whether a stored length is one that some chunk size gives.</summary>
    public static bool CanBeStoredIn(long storedLength, long size)
    {
        for (var bits = MinChunkBits; bits <= MaxChunkBits; bits++)
        {
            if (storedLength == StoredLength(size, 1 << bits))
                return true;
        }
        return false;
    }

    private static long ChunkCount(long size, int chunkBytes) =>
        Math.Max(1, (size + chunkBytes - 1) / chunkBytes);

    /// <summary>Where a chunk begins in the store.</summary>
    public long StoredOffset(long chunk) => HeaderBytes + chunk * (ChunkBytes + TagBytes);

    public long ChunkCount(long size) => ChunkCount(size, ChunkBytes);

    /// <summary>Encrypts a chunk where it stands; its last 16 bytes take the tag.</summary>
    public void Seal(long chunk, bool isLast, Span<byte> plainThenTag)
    {
        var text = plainThenTag[..^TagBytes];
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, chunk, isLast);
        _aes.Encrypt(nonce, text, text, plainThenTag[^TagBytes..], _header);
    }

    /// <summary>Decrypts a chunk; <paramref name="plain"/> is as long as <paramref name="cipherThenTag"/> less the tag and holds nothing of use after a failure.</summary>
    /// <exception cref="ContentDamagedException">It is not the chunk that was written there.</exception>
    public void Open(long chunk, bool isLast, ReadOnlySpan<byte> cipherThenTag, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, chunk, isLast);
        try
        {
            _aes.Decrypt(
                nonce,
                cipherThenTag[..^TagBytes],
                cipherThenTag[^TagBytes..],
                plain,
                _header
            );
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new ContentDamagedException($"Chunk {chunk} does not authenticate.", e);
        }
    }

    public void Dispose() => _aes.Dispose();

    private static void WriteNonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce, chunk);
        nonce[11] = isLast ? (byte)1 : (byte)0;
    }
}
