using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Responses;

public sealed class DlnaHeadersTests : DavTest
{
    [Fact]
    public async Task Renderers_get_their_headers_and_ranges_still_work()
    {
        await PutAsync("/film.mkv", "0123456789");
        var answer = await SendAsync(
            "GET",
            "/film.mkv",
            null,
            "getcontentFeatures.dlna.org: 1",
            "transferMode.dlna.org: Streaming",
            "realTimeInfo.dlna.org: DLNA.ORG_TLAG=*",
            "Range: bytes=2-4"
        );
        Assert.Equal(206, answer.Status);
        Assert.Equal("234", answer.Text);
        Assert.StartsWith(
            "DLNA.ORG_OP=01",
            answer.Header("contentFeatures.dlna.org"),
            StringComparison.Ordinal
        );
        Assert.Equal("Streaming", answer.Header("transferMode.dlna.org"));
        Assert.Equal("DLNA.ORG_TLAG=*", answer.Header("realTimeInfo.dlna.org"));
    }

    [Theory]
    [InlineData("song.mp3", "Streaming")]
    [InlineData("songs.m3u", "Interactive")]
    [InlineData("songs.pls", "Interactive")]
    [InlineData("songs.xspf", "Interactive")]
    [InlineData("film.m3u8", "Interactive")]
    [InlineData("film.srt", "Interactive")]
    [InlineData("photo.jpg", "Interactive")]
    public async Task Only_what_plays_by_itself_is_streamed(string name, string mode)
    {
        await PutAsync("/" + name);
        foreach (var other in (string[])["Streaming", "Interactive", "Background"])
        {
            var answer = await SendAsync(
                "GET",
                "/" + name,
                null,
                "transferMode.dlna.org: " + other
            );
            Assert.Equal(other == mode || other == "Background" ? 200 : 406, answer.Status);
        }
        var told = await SendAsync("GET", "/" + name, null, "getcontentFeatures.dlna.org: 1");
        Assert.Equal(mode, told.Header("transferMode.dlna.org"));
    }

    [Theory]
    [InlineData("getcontentFeatures.dlna.org: 2", 400)]
    [InlineData("transferMode.dlna.org: Interactive", 406)]
    [InlineData("transferMode.dlna.org: Background", 200)]
    [InlineData("TimeSeekRange.dlna.org: npt=10-", 406)]
    [InlineData("PlaySpeed.dlna.org: 2", 406)]
    public async Task What_cannot_be_done_is_refused(string header, int status)
    {
        await PutAsync("/film.mkv");
        Assert.Equal(status, (await SendAsync("GET", "/film.mkv", null, header)).Status);
    }
}
