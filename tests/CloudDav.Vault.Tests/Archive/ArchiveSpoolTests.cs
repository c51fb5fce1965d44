using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>The list of an archive's entries, in memory and on disk.</summary>
public sealed class ArchiveSpoolTests
{
    [Fact]
    public void What_goes_in_comes_out_also_while_more_goes_in_and_after_it_went_to_disk()
    {
        using var spool = new ArchiveSpool();
        var positions = new List<long>();
        using var follower = spool.ReadFrom(0);
        for (var i = 0; i < 20_000; i++)
        {
            positions.Add(spool.Length);
            spool.Add(Entry(i));
            if (i % 3 == 0)
                AssertNext(follower, i / 3);
        }

        Assert.True(spool.IsSpilled);
        using var reader = spool.ReadFrom(0);
        for (var i = 0; i < 20_000; i++)
            AssertNext(reader, i);
        Assert.False(reader.TryRead(out _));
        foreach (var i in (int[])[0, 1, 9_999, 19_998, 19_999])
        {
            using var from = spool.ReadFrom(positions[i]);
            AssertNext(from, i);
        }
    }

    [Fact]
    public void A_short_list_stays_in_memory()
    {
        using var spool = new ArchiveSpool();
        for (var i = 0; i < 2_000; i++)
            spool.Add(Entry(i));

        Assert.False(spool.IsSpilled);
    }

    [Fact]
    public void The_longest_path_there_can_be_is_no_trouble()
    {
        using var spool = new ArchiveSpool();
        var longest = Entry(1) with { Name = [.. Enumerable.Repeat((byte)'x', ushort.MaxValue)] };
        for (var i = 0; i < 40; i++)
            spool.Add(longest);

        using var reader = spool.ReadFrom(0);
        for (var i = 0; i < 40; i++)
        {
            Assert.True(reader.TryRead(out var entry));
            Assert.Equal(longest.Name, entry.Name);
        }
        Assert.False(reader.TryRead(out _));
    }

    private static ArchiveEntry Entry(int i) =>
        new(
            i,
            i * 1_000_000_007L,
            (uint)i,
            -i,
            Encoding.UTF8.GetBytes($"{i}{new string('n', i % 200)}")
        );

    private static void AssertNext(ArchiveSpool.Reader reader, int i)
    {
        Assert.True(reader.TryRead(out var entry));
        var expected = Entry(i);
        Assert.Equal(expected with { Name = entry.Name }, entry);
        Assert.Equal(expected.Name, entry.Name);
    }
}
