using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>The structures byte by byte, at the sizes where 32 bits end.</summary>
public sealed class ZipRecordsTests
{
    // 2026-01-02 03:04:05 UTC
    private const long TimeMs = 1767323045000;

    [Fact]
    public void A_small_file_has_no_64_bit_fields()
    {
        var file = Entry("ä.txt", size: 5, crc32: 0x12345678);

        Assert.Equal(
            Bare(
                "504B0304 1400 0008 0000 8218 225C 78563412 05000000 05000000 0600 0900"
                    + " C3A42E747874 5554 0500 01 A5355769"
            ),
            Local(file)
        );
        Assert.Equal(
            Bare(
                "504B0102 2D03 1400 0008 0000 8218 225C 78563412 05000000 05000000 0600 0900"
                    + " 0000 0000 0000 0000A481 07000000 C3A42E747874 5554 0500 01 A5355769"
            ),
            Central(file, offset: 7)
        );
    }

    [Fact]
    public void A_folder_is_marked_for_both_kinds_of_systems() =>
        Assert.Equal("1000ED41", Central(Entry("f/", 0), 0).Substring(2 * 38, 8));

    [Theory]
    [InlineData(0xFFFFFFFEL, 0L, 0, 0)]
    [InlineData(0xFFFFFFFFL, 0L, 20, 20)]
    [InlineData(0x200000000L, 0L, 20, 20)]
    [InlineData(5L, 0xFFFFFFFEL, 0, 0)]
    [InlineData(5L, 0xFFFFFFFFL, 0, 12)]
    [InlineData(0x200000000L, 0x300000000L, 20, 28)]
    public void Fields_of_64_bits_are_there_where_32_do_not_hold_the_value(
        long size,
        long offset,
        int local,
        int central
    )
    {
        var file = Entry("x", size);
        Assert.Equal(30 + 1 + 9 + local, ZipRecords.LocalBytes(file));
        Assert.Equal(46 + 1 + 9 + central, ZipRecords.CentralBytes(file, offset));
        Assert.Equal(ZipRecords.LocalBytes(file), Local(file).Length / 2);
        Assert.Equal(ZipRecords.CentralBytes(file, offset), Central(file, offset).Length / 2);
    }

    [Theory]
    [InlineData(0L, 0L, 0L, 22)]
    [InlineData(65_534L, 1L, 1L, 22)]
    [InlineData(65_535L, 1L, 1L, 98)]
    [InlineData(1L, 0xFFFFFFFEL, 0xFFFFFFFEL, 22)]
    [InlineData(1L, 0xFFFFFFFFL, 1L, 98)]
    [InlineData(1L, 1L, 0xFFFFFFFFL, 98)]
    public void The_end_has_its_64_bit_form_where_it_needs_it(
        long entries,
        long start,
        long bytes,
        int length
    )
    {
        var end = new byte[ZipRecords.MostEndBytes];
        Assert.Equal(length, ZipRecords.EndBytes(entries, start, bytes));
        Assert.Equal(length, ZipRecords.WriteEnd(entries, start, bytes, end));
    }

    [Theory]
    [InlineData(0L, "0000 2100", true)]
    [InlineData(-1L, "0000 2100", true)]
    [InlineData(2147483647000L, "C319 3374", true)]
    [InlineData(2147483648000L, "C419 3374", false)]
    [InlineData(9999999999999L, "7DBF 9FFF", false)]
    public void A_time_that_a_field_cannot_say_is_the_nearest_or_left_out(
        long milliseconds,
        string dos,
        bool hasSeconds
    )
    {
        var file = Entry("x", 1) with { ModifiedMs = milliseconds };
        Assert.Equal(30 + 1 + (hasSeconds ? 9 : 0), ZipRecords.LocalBytes(file));
        var local = new byte[ZipRecords.MostHeadBytes];
        ZipRecords.WriteLocal(file, local);
        Assert.Equal(Bare(dos), Convert.ToHexString(local.AsSpan(10, 4)));
    }

    private static ArchiveEntry Entry(string name, long size, uint crc32 = 0) =>
        new(1, size, crc32, TimeMs, Encoding.UTF8.GetBytes(name));

    private static string Local(ArchiveEntry entry) => Hex(to => ZipRecords.WriteLocal(entry, to));

    private static string Central(ArchiveEntry entry, long offset) =>
        Hex(to => ZipRecords.WriteCentral(entry, offset, to));

    private static string Hex(Func<byte[], int> write)
    {
        var bytes = new byte[ZipRecords.MostHeadBytes];
        return Convert.ToHexString(bytes.AsSpan(0, write(bytes)));
    }

    private static string Bare(string hex) => hex.Replace(" ", "", StringComparison.Ordinal);
}
