using System.Buffers.Binary;

namespace CloudDav.Vault;

/// <summary>
/// The structures of a ZIP file (PKWARE's APPNOTE.TXT 6.3.10, by its sections), for entries that are stored and whose size and CRC-32 are known beforehand.
/// 64-bit fields are there only where 32 bits do not hold the value, so that the oldest programs open small archives.
/// </summary>
internal static class ZipRecords
{
    private const uint Unknown32 = uint.MaxValue;
    private const ushort Unknown16 = ushort.MaxValue;
    private const ushort Utf8Names = 1 << 11;
    private const ushort Zip64 = 45;
    private const ushort Plain = 20;
    private const ushort MadeOnUnix = 3 << 8;
    private const uint FolderAttributes = (0x41EDu << 16) | 0x10; // drwxr-xr-x, and the directory bit of MS-DOS
    private const uint FileAttributes = 0x81A4u << 16; // -rw-r--r--
    private const int TimeBytes = 9;

    /// <summary>The most that the head of one entry, here or in the central directory, takes.</summary>
    public const int MostHeadBytes = 46 + 28 + TimeBytes + ushort.MaxValue;

    /// <summary>The most that the end of an archive takes.</summary>
    public const int MostEndBytes = 56 + 20 + 22;

    /// <summary>What <see cref="WriteLocal"/> takes.</summary>
    public static int LocalBytes(in ArchiveEntry entry) =>
        30 + entry.Name.Length + (IsLarge(entry.Size) ? 20 : 0) + TimeBytesOf(entry);

    /// <summary>Local file header (4.3.7). The content follows it.</summary>
    public static int WriteLocal(in ArchiveEntry entry, Span<byte> to)
    {
        var isLarge = IsLarge(entry.Size);
        var at = new Cursor(to);
        at.Put32(0x04034B50);
        at.Put16(isLarge ? Zip64 : Plain);
        PutCommon(ref at, entry);
        at.Put16((ushort)((isLarge ? 20 : 0) + TimeBytesOf(entry)));
        at.Put(entry.Name);
        if (isLarge)
        {
            at.Put16(0x0001);
            at.Put16(16);
            at.Put64(entry.Size);
            at.Put64(entry.Size);
        }
        PutTime(ref at, entry);
        return at.Position;
    }

    /// <summary>What <see cref="WriteCentral"/> takes.</summary>
    public static int CentralBytes(in ArchiveEntry entry, long offset) =>
        46 + entry.Name.Length + Extra64Bytes(entry, offset) + TimeBytesOf(entry);

    /// <summary>Central directory header (4.3.12).</summary>
    public static int WriteCentral(in ArchiveEntry entry, long offset, Span<byte> to)
    {
        var extra64 = Extra64Bytes(entry, offset);
        var at = new Cursor(to);
        at.Put32(0x02014B50);
        at.Put16(MadeOnUnix | Zip64);
        at.Put16(extra64 > 0 ? Zip64 : Plain);
        PutCommon(ref at, entry);
        at.Put16((ushort)(extra64 + TimeBytesOf(entry)));
        at.Put16(0); // comment
        at.Put16(0); // disk
        at.Put16(0); // internal attributes
        at.Put32(entry.IsFolder ? FolderAttributes : FileAttributes);
        at.Put32(IsLarge(offset) ? Unknown32 : (uint)offset);
        at.Put(entry.Name);
        if (extra64 > 0)
        {
            // Only the fields whose 32 bits do not hold them, in this order (4.5.3).
            at.Put16(0x0001);
            at.Put16((ushort)(extra64 - 4));
            if (IsLarge(entry.Size))
            {
                at.Put64(entry.Size);
                at.Put64(entry.Size);
            }
            if (IsLarge(offset))
                at.Put64(offset);
        }
        PutTime(ref at, entry);
        return at.Position;
    }

    /// <summary>What <see cref="WriteEnd"/> takes.</summary>
    public static int EndBytes(long entries, long centralStart, long centralBytes) =>
        NeedsEnd64(entries, centralStart, centralBytes) ? MostEndBytes : 22;

    /// <summary>End of central directory (4.3.16), after its 64-bit form and that one's locator (4.3.14, 4.3.15) where it needs them.</summary>
    public static int WriteEnd(long entries, long centralStart, long centralBytes, Span<byte> to)
    {
        var at = new Cursor(to);
        if (NeedsEnd64(entries, centralStart, centralBytes))
        {
            at.Put32(0x06064B50);
            at.Put64(44); // what follows of this record
            at.Put16(MadeOnUnix | Zip64);
            at.Put16(Zip64);
            at.Put32(0);
            at.Put32(0);
            at.Put64(entries);
            at.Put64(entries);
            at.Put64(centralBytes);
            at.Put64(centralStart);
            at.Put32(0x07064B50);
            at.Put32(0);
            at.Put64(centralStart + centralBytes);
            at.Put32(1);
        }
        at.Put32(0x06054B50);
        at.Put16(0);
        at.Put16(0);
        var count = entries >= Unknown16 ? Unknown16 : (ushort)entries;
        at.Put16(count);
        at.Put16(count);
        at.Put32(IsLarge(centralBytes) ? Unknown32 : (uint)centralBytes);
        at.Put32(IsLarge(centralStart) ? Unknown32 : (uint)centralStart);
        at.Put16(0);
        return at.Position;
    }

    private static bool NeedsEnd64(long entries, long centralStart, long centralBytes) =>
        entries >= Unknown16 || IsLarge(centralStart) || IsLarge(centralBytes);

    // The value that means "look in the 64-bit field" cannot be said in 32 bits itself.
    private static bool IsLarge(long value) => value >= Unknown32;

    private static int Extra64Bytes(in ArchiveEntry entry, long offset)
    {
        var bytes = (IsLarge(entry.Size) ? 16 : 0) + (IsLarge(offset) ? 8 : 0);
        return bytes == 0 ? 0 : bytes + 4;
    }

    // What both heads have in the same order, from the flags to the length of the name.
    private static void PutCommon(ref Cursor at, in ArchiveEntry entry)
    {
        at.Put16(Utf8Names);
        at.Put16(0); // stored
        at.Put32(DosTime(entry.ModifiedMs));
        at.Put32(entry.Crc32);
        var size = IsLarge(entry.Size) ? Unknown32 : (uint)entry.Size;
        at.Put32(size);
        at.Put32(size);
        at.Put16((ushort)entry.Name.Length);
    }

    // Info-ZIP's extended timestamp: seconds since 1970 UTC in 32 bits with a sign. A time outside has only its MS-DOS form.
    private static int TimeBytesOf(in ArchiveEntry entry) =>
        SecondsOf(entry.ModifiedMs) is >= int.MinValue and <= int.MaxValue ? TimeBytes : 0;

    private static void PutTime(ref Cursor at, in ArchiveEntry entry)
    {
        if (TimeBytesOf(entry) == 0)
            return;
        at.Put16(0x5455);
        at.Put16(5);
        at.Put8(1); // the time of modification alone
        at.Put32(unchecked((uint)(int)SecondsOf(entry.ModifiedMs)));
    }

    private static long SecondsOf(long milliseconds) =>
        milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);

    // 4.4.6, in UTC: the standard means local time and does not say whose, and the bytes must not depend on where the server stands.
    private static uint DosTime(long milliseconds)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(milliseconds, 315532800000, 4354819198000)
        );
        var date = ((uint)time.Year - 1980 << 9) | ((uint)time.Month << 5) | (uint)time.Day;
        return (date << 16)
            | ((uint)time.Hour << 11)
            | ((uint)time.Minute << 5)
            | ((uint)time.Second / 2);
    }

    /// <summary>Puts numbers one after the other.</summary>
    private ref struct Cursor(Span<byte> bytes)
    {
        private readonly Span<byte> _bytes = bytes;

        public int Position { get; private set; }

        public void Put8(byte value) => _bytes[Position++] = value;

        public void Put16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_bytes[Position..], value);
            Position += 2;
        }

        public void Put32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes[Position..], value);
            Position += 4;
        }

        public void Put64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes[Position..], value);
            Position += 8;
        }

        public void Put(ReadOnlySpan<byte> value)
        {
            value.CopyTo(_bytes[Position..]);
            Position += value.Length;
        }
    }
}
