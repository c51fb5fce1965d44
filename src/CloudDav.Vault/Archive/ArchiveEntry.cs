using System.Buffers.Binary;

namespace CloudDav.Vault;

/// <summary>All that decides the bytes of one entry of an archive.</summary>
/// <param name="Id">A file's content, 0 when it is empty; a folder's node.</param>
/// <param name="Size">Length of the content in bytes.</param>
/// <param name="Crc32">Its CRC-32.</param>
/// <param name="ModifiedMs">When it was last changed, in milliseconds since 1970 UTC.</param>
/// <param name="Name">Its path in UTF-8, <c>/</c> between the names and, for a folder, at the end.</param>
internal readonly record struct ArchiveEntry(
    long Id,
    long Size,
    uint Crc32,
    long ModifiedMs,
    byte[] Name
)
{
    private const int FixedBytes = 30;

    /// <summary>The most that one entry takes in a spool.</summary>
    public const int MostBytes = FixedBytes + ushort.MaxValue;

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => Name[^1] == '/';

    /// <summary>A file's content; null when it is empty, and for a folder.</summary>
    public ContentId? Content => IsFolder || Id == 0 ? null : new ContentId(Id);

    /// <summary>What it takes in a spool.</summary>
    public int SpooledBytes => FixedBytes + Name.Length;

    /// <summary>Writes it to the front of a span.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Id);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Size);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], Crc32);
        BinaryPrimitives.WriteInt64LittleEndian(to[20..], ModifiedMs);
        BinaryPrimitives.WriteUInt16LittleEndian(to[28..], (ushort)Name.Length);
        Name.CopyTo(to[FixedBytes..]);
    }

    /// <summary>Reads one from the front of a span; false when it is not all there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out ArchiveEntry entry)
    {
        entry = default;
        if (from.Length < FixedBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from[28..]);
        if (from.Length < FixedBytes + length)
            return false;
        entry = new ArchiveEntry(
            BinaryPrimitives.ReadInt64LittleEndian(from),
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[20..]),
            from.Slice(FixedBytes, length).ToArray()
        );
        return true;
    }
}
