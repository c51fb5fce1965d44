using System.Collections.Immutable;
using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Tests.Headers;

/// <summary>The small headers, one table each.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("0", Depth.Zero, false)]
    [InlineData(" 1 ", Depth.One, false)]
    [InlineData("Infinity", Depth.Infinity, false)]
    [InlineData("1,noroot", Depth.One, true)]
    [InlineData("infinity, noroot", Depth.Infinity, true)]
    public void Depth_is_read(string? text, Depth? depth, bool noRoot) =>
        Assert.Equal(new DepthHeader(depth, noRoot), DepthHeader.Parse(text).Value);

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("1,0")]
    [InlineData("1,noroot,noroot")]
    [InlineData("infinite")]
    public void Another_depth_is_400(string text) =>
        Assert.Equal(400, DepthHeader.Parse(text).Problem!.Status);

    [Theory]
    [InlineData(null, null)]
    [InlineData("T", true)]
    [InlineData("F", false)]
    [InlineData("f", false)]
    public void Overwrite_is_read(string? text, bool? value) =>
        Assert.Equal(value, Overwrite.Parse(text).Value);

    [Theory]
    [InlineData("Second-600", 600L)]
    [InlineData("Infinite", -1L)]
    [InlineData("Extend, second-5", 5L)]
    [InlineData("Second-99999999999999999999", null)]
    [InlineData("Second-5000000000", 4294967295L)]
    [InlineData("Second--5", null)]
    [InlineData("Second-", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Timeout_takes_the_first_wish_it_understands(string? text, long? seconds)
    {
        var expected = seconds switch
        {
            null => (TimeSpan?)null,
            -1 => Timeout.InfiniteTimeSpan,
            _ => TimeSpan.FromSeconds(seconds.Value),
        };
        Assert.Equal(expected, TimeoutHeader.Parse(text));
    }

    [Theory]
    [InlineData("<urn:a>", "urn:a")]
    [InlineData("urn:a", "urn:a")]
    [InlineData(" < urn:a > ", "urn:a")]
    [InlineData("", null)]
    [InlineData("<>", null)]
    [InlineData("<a> <b>", null)]
    [InlineData(null, null)]
    public void Lock_Token_has_brackets_or_none(string? text, string? token)
    {
        var parsed = LockTokenHeader.Parse(text);
        if (token is null)
            Assert.Equal(400, parsed.Problem!.Status);
        else
            Assert.Equal(token, parsed.Value);
    }

    [Fact]
    public void Entity_tags_are_read_strong_weak_and_bare()
    {
        Assert.True(EntityTags.Parse("*").Value!.IsAny);
        Assert.Null(EntityTags.Parse(" ").Value);
        Assert.Equal(
            [
                new EntityTag("\"a,b\"", false),
                new EntityTag("\"c\"", true),
                new EntityTag("\"d\"", false),
            ],
            EntityTags.Parse("\"a,b\" , W/\"c\",d").Value!.Tags
        );
        Assert.Equal(400, EntityTags.Parse("\"a").Problem!.Status);
        Assert.Equal(400, EntityTags.Parse("a\"b").Problem!.Status);
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sun Nov  6 08:49:37 1994")]
    [InlineData("Sun, 6 Nov 1994 08:49:37 GMT")]
    [InlineData("1994-11-06T08:49:37Z")]
    [InlineData("1994-11-06T09:49:37+01:00")]
    [InlineData("784111777")]
    public void Dates_are_read_in_every_form(string text) =>
        Assert.Equal(
            new DateTimeOffset(1994, 11, 6, 8, 49, 37, TimeSpan.Zero),
            HttpDates.ParseAny(text)
        );

    [Theory]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    [InlineData("1e9")]
    [InlineData("12")]
    public void What_is_no_date_is_none(string text)
    {
        if (text == "12")
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(12), HttpDates.ParseAny(text));
        else
            Assert.Null(HttpDates.ParseAny(text));
        Assert.Null(HttpDates.Parse(text));
    }

    [Theory]
    [InlineData("1700000000.5", 1700000000.5)]
    [InlineData("-1", -1.0)]
    [InlineData("999999999999", null)]
    [InlineData(" 5 ", 5.0)]
    public void Unix_seconds_may_have_a_fraction(string text, double? seconds) =>
        Assert.Equal(seconds, HttpDates.ParseUnix(text)?.ToUnixTimeMilliseconds() / 1000.0);

    [Theory]
    [InlineData("return=minimal", true, false)]
    [InlineData("return=\"minimal\"; x=y, wait=5", true, false)]
    [InlineData("depth-noroot", false, true)]
    [InlineData("return-minimal, depth-noroot", true, true)]
    [InlineData("return=representation", false, false)]
    [InlineData(null, false, false)]
    public void Prefer_is_read(string? text, bool minimal, bool noRoot) =>
        Assert.Equal(new Prefer(minimal, noRoot), Prefer.Parse(text, null));

    [Fact]
    public void Brief_is_the_old_way_to_ask_for_less() =>
        Assert.Equal(new Prefer(true, false), Prefer.Parse(null, "t"));

    [Theory]
    [InlineData("http://[::1]:8080/a", "[::1]", "a")]
    [InlineData("https://host", "host", "")]
    [InlineData("webdavs://host/a", "host", "a")]
    [InlineData("//host:1/a%20b?q", "host", "a b")]
    [InlineData("HTTP://HOST/a//b/", "HOST", "a/b")]
    public void Destination_is_taken_apart(string url, string host, string path)
    {
        string? asked = null;
        var target = Destination.Parse(
            url,
            [],
            name =>
            {
                asked = name;
                return true;
            },
            mapNames: true
        );
        Assert.Equal(host, asked);
        Assert.Equal(path, string.Join('/', target.Value.Path.Segments));
    }

    [Theory]
    [InlineData("ht tp://me/mount/a", 400)]
    [InlineData("://me/mount/a", 400)]
    [InlineData("a//me/mount/a", 400)]
    [InlineData("http:///a", 400)]
    [InlineData("http://other/a", 502)]
    [InlineData("http://me/mount/../a", 400)]
    [InlineData("/elsewhere/a", 502)]
    [InlineData("http://me:pw@host/mount/a", 400)]
    public void A_destination_that_is_not_ours_is_refused(string url, int status) =>
        Assert.Equal(
            status,
            Destination
                .Parse(url, ImmutableArray.Create("mount"), name => name == "me", mapNames: true)
                .Problem!.Status
        );
}
