using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace CloudDav.Vault;

/// <summary>Every digest of one content, computed in one pass.</summary>
[SuppressMessage("Security", "CA5350", Justification = Why)]
[SuppressMessage("Security", "CA5351", Justification = Why)]
internal sealed class ContentHashes(ContentChecksums extra) : IDisposable
{
    private const string Why = "Clients send and compare SHA-1 and MD5; nothing rests on them.";

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Crc32 _crc32 = new();
    private readonly IncrementalHash? _md5 = extra.HasFlag(ContentChecksums.Md5)
        ? IncrementalHash.CreateHash(HashAlgorithmName.MD5)
        : null;
    private readonly IncrementalHash? _sha1 = extra.HasFlag(ContentChecksums.Sha1)
        ? IncrementalHash.CreateHash(HashAlgorithmName.SHA1)
        : null;
    private readonly IncrementalHash? _sha512 = extra.HasFlag(ContentChecksums.Sha512)
        ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512)
        : null;
    private uint _adler32 = 1;
    private long _size;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _size += bytes.Length;
        _sha256.AppendData(bytes);
        _crc32.Append(bytes);
        _md5?.AppendData(bytes);
        _sha1?.AppendData(bytes);
        _sha512?.AppendData(bytes);
        if (extra.HasFlag(ContentChecksums.Adler32))
            _adler32 = Adler32(_adler32, bytes);
    }

    public PartedContent ToParted()
    {
        var staged = ToStaged(StageOutcome.Complete, wrappedKey: null);
        return new()
        {
            Size = staged.Size,
            Sha256 = staged.Sha256,
            Crc32 = staged.Crc32,
            Md5 = staged.Md5,
            Sha1 = staged.Sha1,
            Sha512 = staged.Sha512,
            Adler32 = staged.Adler32,
        };
    }

    public StagedContent ToStaged(StageOutcome outcome, byte[]? wrappedKey) =>
        new()
        {
            Outcome = outcome,
            Size = _size,
            Sha256 = _sha256.GetHashAndReset(),
            Crc32 = _crc32.GetCurrentHashAsUInt32(),
            Md5 = _md5?.GetHashAndReset(),
            Sha1 = _sha1?.GetHashAndReset(),
            Sha512 = _sha512?.GetHashAndReset(),
            Adler32 = extra.HasFlag(ContentChecksums.Adler32) ? _adler32 : null,
            WrappedKey = wrappedKey,
        };

    public static InlineContent Seal(
        ReadOnlySpan<byte> plain,
        ContentChecksums extra,
        byte[] bytes,
        byte[]? wrappedKey
    ) =>
        new()
        {
            Bytes = bytes,
            Size = plain.Length,
            Sha256 = SHA256.HashData(plain),
            Crc32 = System.IO.Hashing.Crc32.HashToUInt32(plain),
            Md5 = extra.HasFlag(ContentChecksums.Md5) ? MD5.HashData(plain) : null,
            Sha1 = extra.HasFlag(ContentChecksums.Sha1) ? SHA1.HashData(plain) : null,
            Sha512 = extra.HasFlag(ContentChecksums.Sha512) ? SHA512.HashData(plain) : null,
            Adler32 = extra.HasFlag(ContentChecksums.Adler32) ? Adler32(1, plain) : null,
            WrappedKey = wrappedKey,
        };

    public void Dispose()
    {
        _sha256.Dispose();
        _md5?.Dispose();
        _sha1?.Dispose();
        _sha512?.Dispose();
    }

    /// <summary>Adler-32 (RFC 1950 §8.2), which the class library lacks.</summary>
    internal static uint Adler32(uint adler, ReadOnlySpan<byte> bytes)
    {
        // The most bytes after which the second sum still fits in 32 bits.
        const int Run = 5552;
        const uint Modulus = 65521;
        var a = adler & 0xFFFF;
        var b = adler >> 16;
        while (!bytes.IsEmpty)
        {
            var run = bytes[..Math.Min(Run, bytes.Length)];
            unchecked
            {
                foreach (var x in run)
                {
                    a += x;
                    b += a;
                }
            }
            a %= Modulus;
            b %= Modulus;
            bytes = bytes[run.Length..];
        }
        return (b << 16) | a;
    }
}
