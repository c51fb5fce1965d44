using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// How entries are linked. An entry's hash is SHA-256 over its canonical bytes: a version byte (1); chain, number and time in milliseconds since 1970 UTC,
/// 8 bytes each; actor, act, subject, instruction and body, each as its length in bytes (4, or -1 for null) and its UTF-8; seal and unsealed number, each as a
/// byte that says whether there is one and 8 bytes; and the 32 bytes of the previous hash. Numbers are big-endian.
/// </summary>
public static class AuditChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    private const byte Version = 1;

    /// <summary>What stands for the hash before the first entry.</summary>
    public static ReadOnlyMemory<byte> Beginning { get; } = new byte[HashBytes];

    /// <summary>The hash of an entry.</summary>
    /// <param name="seq">Its number in its chain.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="previous">The hash of the entry before it.</param>
    public static byte[] Hash(long seq, AuditEntry entry, ReadOnlySpan<byte> previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Version]);
        Append(hash, entry.Chain.Value);
        Append(hash, seq);
        Append(hash, entry.At.ToUnixTimeMilliseconds());
        Append(hash, entry.Actor);
        Append(hash, entry.Act);
        Append(hash, entry.Subject);
        Append(hash, entry.Instruction);
        Append(hash, entry.Body);
        AppendOptional(hash, entry.SealedUntil?.ToUnixTimeMilliseconds());
        AppendOptional(hash, entry.Unseals);
        hash.AppendData(previous);
        return hash.GetHashAndReset();
    }

    /// <summary>What is wrong with a record, as the end of a sentence; null when it follows the one before it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="previous">What its chain's head was before it; null for the first.</param>
    public static string? Problem(AuditRecord record, AuditHead? previous)
    {
        var expected = (previous?.Seq ?? 0) + 1;
        if (record.Seq != expected)
            return record.Seq == expected + 1
                ? $"entry {expected} is missing"
                : $"entries {expected} to {record.Seq - 1} are missing";
        if (!record.PreviousHash.Span.SequenceEqual((previous?.Hash ?? Beginning).Span))
            return $"entry {record.Seq} does not follow entry {record.Seq - 1}";
        return record.Hash.Span.SequenceEqual(
            Hash(record.Seq, record.Entry, record.PreviousHash.Span)
        )
            ? null
            : $"entry {record.Seq} was changed";
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void AppendOptional(IncrementalHash hash, long? value)
    {
        hash.AppendData([value is null ? (byte)0 : (byte)1]);
        Append(hash, value ?? 0);
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        var utf8 = text is null ? [] : Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
