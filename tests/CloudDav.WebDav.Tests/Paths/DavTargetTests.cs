using System.Collections.Immutable;
using System.Text;
using CloudDav.WebDav.Paths;
using CsCheck;

namespace CloudDav.WebDav.Tests.Paths;

public sealed class DavTargetTests
{
    /// <summary>Names as users give them: any characters but those a name cannot have.</summary>
    private static readonly Gen<string> Name = Gen.OneOf(
            Gen.String[Gen.Char[' ', '~'], 1, 12],
            Gen.String[Gen.Char['\u00a0', '\u024f'], 1, 8],
            Gen.String[Gen.Char['\u4e00', '\u9fa5'], 1, 8],
            Gen.Int[0x1F300, 0x1F6FF].Select(char.ConvertFromUtf32)
        )
        .Select(text => text.Replace("/", "_", StringComparison.Ordinal).Normalize())
        .Where(text => text is not ("." or ".."));

    [Fact]
    public void Every_path_survives_its_href()
    {
        Name.Array[0, 6]
            .Sample(names =>
            {
                var path = new DavPath([.. names]);
                var href = Href.Of(["dav"], path, isCollection: true);
                Assert.Matches("^[A-Za-z0-9._~()%/-]*$", href);
                var parsed = DavTarget.Parse(href, ["dav"], mapNames: false);
                Assert.Equal(path, parsed.Value.Path);
                Assert.Equal(href.TrimEnd('/'), Encoding.ASCII.GetString(parsed.Value.Href));
            });
    }

    [Fact]
    public void Every_name_survives_the_mapping_for_windows()
    {
        Name.Sample(name =>
        {
            var mapped = WindowsNames.ToPrivateUse(name);
            Assert.True(WindowsNames.CanShow(mapped));
            Assert.Equal(name, WindowsNames.FromPrivateUse(mapped));
        });
    }

    [Theory]
    [InlineData("/a/b", "a|b", false)]
    [InlineData("/a//b/", "a|b", true)]
    [InlineData("/", "", true)]
    [InlineData("/a%20b", "a b", false)]
    [InlineData("/a+b", "a+b", false)]
    [InlineData("/a%5Cb", "a\\b", false)]
    [InlineData("/e%CC%81", "\u00e9", false)]
    [InlineData("/%E9", "\u00e9", false)]
    [InlineData("/%80", "\u20ac", false)]
    [InlineData("/a?b=/c", "a", false)]
    [InlineData("/...", "...", false)]
    public void Targets_are_decoded(string target, string segments, bool slash)
    {
        var parsed = DavTarget.Parse(target, [], mapNames: true).Value;
        Assert.Equal(segments, string.Join('|', parsed.Path.Segments));
        Assert.Equal(slash, parsed.HasTrailingSlash);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("a", 400)]
    [InlineData("/a#b", 400)]
    [InlineData("/a?b#c", 400)]
    [InlineData("/.", 400)]
    [InlineData("/a/%2E%2e/b", 400)]
    [InlineData("/%EF%80%A9", 400)]
    [InlineData("/a%2fb", 400)]
    [InlineData("/a%00", 400)]
    [InlineData("/a%7F", 400)]
    [InlineData("/a%C2%85", 400)]
    [InlineData("/%EF%BF%BF", 400)]
    [InlineData("/%", 400)]
    [InlineData("/%4", 400)]
    [InlineData("/%-1", 400)]
    [InlineData("/%+1", 400)]
    [InlineData("/% 1", 400)]
    public void Malformed_targets_are_400(string target, int status) =>
        Assert.Equal(status, DavTarget.Parse(target, [], mapNames: true).Problem!.Status);

    [Fact]
    public void Limits_are_of_bytes_in_both_unicode_forms()
    {
        int? StatusOf(string name) =>
            DavTarget.Parse("/" + Uri.EscapeDataString(name), [], mapNames: true).Problem?.Status;
        Assert.Null(StatusOf(new string('a', 255)));
        Assert.Equal(414, StatusOf(new string('a', 256)));
        // 2 bytes as NFC, 3 as NFD
        Assert.Null(StatusOf(new string('\u00e9', 85)));
        Assert.Equal(414, StatusOf(new string('\u00e9', 86)));
        var deep = string.Concat(Enumerable.Repeat("/a", 100));
        Assert.Null(DavTarget.Parse(deep, [], mapNames: true).Problem);
        Assert.Equal(414, DavTarget.Parse(deep + "/a", [], mapNames: true).Problem!.Status);
        Assert.Equal(
            403,
            DavTarget.Parse(deep + "/a", [], mapNames: true, tooLong: 403).Problem!.Status
        );
    }

    [Theory]
    [InlineData("/dav", true)]
    [InlineData("/DAV/x", true)]
    [InlineData("//dav/../x", true)]
    [InlineData("/dav?x", true)]
    [InlineData("/d%61v/%zz", true)]
    [InlineData("/davx", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    [InlineData("/%zz", false)]
    public void A_target_is_below_a_mount_by_its_spelling(string target, bool isBelow) =>
        Assert.Equal(isBelow, DavTarget.IsBelow(target, ImmutableArray.Create("dav")));
}
