using CloudDav.WebDav.Headers;
using CsCheck;

namespace CloudDav.WebDav.Tests.Headers;

public sealed class ByteRangesTests
{
    [Theory]
    [InlineData("bytes=0-0", "0+1")]
    [InlineData("bytes=0-", "0+100")]
    [InlineData("BYTES = 5-9", "5+5")]
    [InlineData("bytes=-5", "95+5")]
    [InlineData("bytes=-500", "0+100")]
    [InlineData("bytes=90-99999999999999999999", "90+10")]
    [InlineData("bytes=0-1,,5-6", "0+2 5+2")]
    [InlineData("bytes=5-6,0-1", "0+2 5+2")]
    [InlineData("bytes=0-5,3-9,10-11", "0+12")]
    [InlineData("bytes=100-", "")]
    [InlineData("bytes=-0", "")]
    [InlineData("bytes=200-300,1-2", "1+2")]
    [InlineData("bytes=", null)]
    [InlineData("bytes=1", null)]
    [InlineData("bytes=2-1", null)]
    [InlineData("bytes=a-b", null)]
    [InlineData("bytes=+1-2", null)]
    [InlineData("bytes=--1", null)]
    [InlineData("items=0-1", null)]
    [InlineData(null, null)]
    public void Ranges_are_resolved(string? header, string? expected)
    {
        var ranges = ByteRanges.Parse(header, 100);
        Assert.Equal(
            expected,
            ranges is null
                ? null
                : string.Join(' ', ranges.Select(range => $"{range.Offset}+{range.Length}"))
        );
    }

    [Fact]
    public void Any_ranges_lie_within_the_content_apart_and_in_order()
    {
        var one = Gen.Select(Gen.Long[0, 300], Gen.Long[0, 300], Gen.Int[0, 2])
            .Select(
                (a, b, form) =>
                    form switch
                    {
                        0 => $"{a}-",
                        1 => $"-{b}",
                        _ => $"{Math.Min(a, b)}-{Math.Max(a, b)}",
                    }
            );
        Gen.Select(one.Array[1, 30], Gen.Long[1, 250])
            .Sample(
                (specs, length) =>
                {
                    var ranges = ByteRanges.Parse("bytes=" + string.Join(',', specs), length);
                    if (ranges is null)
                        return;
                    Assert.InRange(ranges.Count, 0, ByteRanges.MaxRanges);
                    long end = -1;
                    foreach (var range in ranges)
                    {
                        Assert.True(range.Offset > end && range.Length > 0 && range.End <= length);
                        end = range.End;
                    }
                }
            );
    }
}
