using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>Names in an archive: every system can take them, and no two are one.</summary>
public sealed class EntryNameTests
{
    private static readonly NodeId s_id = new(0x1F3);

    [Theory]
    [InlineData("report (final) 2.txt")]
    [InlineData("100% sure")]
    [InlineData("50%")]
    [InlineData(".hidden")]
    [InlineData(" leading")]
    [InlineData("many.dots.tar.gz")]
    [InlineData("null.txt")]
    [InlineData("console")]
    [InlineData("com10.txt")]
    [InlineData("Überraschung 😀 東京")]
    public void A_name_that_every_system_can_take_stays(string name) =>
        Assert.Equal(name, EntryName.Of(name, s_id));

    [Theory]
    [InlineData(@"..\..\x", "..%5C..%5Cx")]
    [InlineData("C:x", "C%3Ax")]
    [InlineData("a:b", "a%3Ab")]
    [InlineData("../x", "..%2Fx")]
    [InlineData("why?", "why%3F")]
    [InlineData("\"a\" <b> | *", "%22a%22 %3Cb%3E %7C %2A")]
    [InlineData("a\u0001b\u007F\u0085", "a%01b%7F%C2%85")]
    [InlineData("x.", "x%2E")]
    [InlineData("x..", "x.%2E")]
    [InlineData("x ", "x%20")]
    [InlineData("..", ".%2E")]
    [InlineData(".", "%2E")]
    [InlineData("nul", "%6Eul")]
    [InlineData("nul.txt", "%6Eul.txt")]
    [InlineData("NUL .tar.gz", "%4EUL .tar.gz")]
    [InlineData("Com1.log", "%43om1.log")]
    [InlineData("lpt³", "%6Cpt³")]
    [InlineData("CONIN$", "%43ONIN$")]
    [InlineData("a%3Ab", "a%253Ab")]
    [InlineData("a%~1f3", "a%25~1f3")]
    public void What_some_system_takes_for_more_than_a_name_is_written_as_in_a_URL(
        string name,
        string entry
    ) => Assert.Equal(entry, EntryName.Of(name, s_id));

    [Fact]
    public void A_long_name_is_kept_and_only_one_that_escaping_makes_too_long_gets_its_id()
    {
        var longest = new string('ä', 127) + "x";
        Assert.Equal(longest, EntryName.Of(longest, s_id));

        var name = EntryName.Of(new string('?', 200) + ".jpeg", s_id);
        Assert.EndsWith("%~1f3.jpeg", name, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(name), 200, NodeName.MaxBytes);
        Assert.NotEqual(name, EntryName.Of(new string('?', 200) + ".jpeg", new NodeId(0x1F4)));
    }

    [Fact]
    public void No_two_names_that_may_stand_side_by_side_become_one()
    {
        var pieces = new[] { "a", "A", ":", "%", "3", "A", "~", "1f3", ".", " ", "nul", "%3A" };
        var random = new Random(1);
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 200_000; i++)
        {
            var name = string.Concat(
                Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.GetItems(pieces, 1)[0])
            );
            var entry = NodeName.Fold(EntryName.Of(name, new NodeId(i)));
            if (entries.TryGetValue(entry, out var other))
                Assert.Equal(NodeName.Fold(other), NodeName.Fold(name));
            entries[entry] = name;
        }
    }
}
