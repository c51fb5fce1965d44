using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class ReportMethodTests : DavTest
{
    [Fact]
    public async Task A_report_that_is_not_known_is_refused_with_its_condition()
    {
        AssertRefused(
            await SendAsync("REPORT", "/", "<D:version-tree xmlns:D=\"DAV:\"/>"),
            403,
            "supported-report"
        );
        Assert.Equal(400, (await SendAsync("REPORT", "/")).Status);
        Assert.Equal(400, (await SendAsync("REPORT", "/", "<broken")).Status);
        await PutAsync("/a");
        AssertRefused(await SyncAsync("/a", ""), 403, "supported-report");
        Assert.Equal(404, (await SyncAsync("/missing", "")).Status);
    }

    [Fact]
    public async Task A_sync_tells_what_is_new_changed_and_gone()
    {
        await MkcolAsync("/f");
        await MkcolAsync("/f/s%26b");
        await PutAsync("/f/s%26b/deep");
        await PutAsync("/f/a");
        var first = await SyncAsync("/f", "", "infinite", "<D:getetag/><x:none/>");
        Assert.Equal(207, first.Status);
        Assert.Equal("no-store", first.Header("Cache-Control"));
        Assert.Equal(["/f/a", "/f/s%26b/", "/f/s%26b/deep"], first.Hrefs);
        Assert.NotEmpty(first.Property(D + "getetag")!.Value);
        Assert.Equal(D + "sync-token", first.Xml.Elements().Last().Name);

        await PutAsync("/f/a", "changed");
        await SendAsync("DELETE", "/f/s%26b");
        var second = await SyncAsync("/f", TokenOf(first), "infinite");
        Assert.Equal(["/f/s%26b/", "/f/s%26b/deep", "/f/a"], second.Hrefs);
        var gone = second.Xml.Element(D + "response")!;
        Assert.Equal("HTTP/1.1 404 Not Found", gone.Element(D + "status")!.Value);
        Assert.Empty(gone.Elements(D + "propstat"));
        Assert.Empty((await SyncAsync("/f", TokenOf(second), "infinite")).Hrefs);
        AssertRefused(await SyncAsync("/f", "http://elsewhere/1"), 403, "valid-sync-token");
    }

    [Fact]
    public async Task Level_1_tells_of_members_alone()
    {
        await MkcolAsync("/s");
        await PutAsync("/s/deep");
        Assert.Equal(["/s/"], (await SyncAsync("/", "", "1")).Hrefs);
    }

    [Fact]
    public async Task A_limit_truncates_and_the_token_leads_to_the_rest()
    {
        foreach (var name in (string[])["/a", "/b", "/c"])
            await PutAsync(name);
        var first = await SyncAsync("/", "", "1", limit: "<D:nresults>2</D:nresults>");
        Assert.Equal(["/a", "/b", "/"], first.Hrefs);
        var cut = first.Xml.Elements(D + "response").Last();
        Assert.Equal("HTTP/1.1 507 Insufficient Storage", cut.Element(D + "status")!.Value);
        Assert.NotNull(cut.Element(D + "error")!.Element(D + "number-of-matches-within-limits"));
        Assert.Equal(["/c"], (await SyncAsync("/", TokenOf(first), "1")).Hrefs);
    }

    [Theory]
    [InlineData("<D:sync-token/>")]
    [InlineData("<D:sync-level>1</D:sync-level>")]
    [InlineData("<D:sync-token/><D:sync-level>2</D:sync-level>")]
    [InlineData(
        "<D:sync-token/><D:sync-level>1</D:sync-level><D:limit><D:nresults>0</D:nresults></D:limit>"
    )]
    [InlineData(
        "<D:sync-token/><D:sync-level>1</D:sync-level><D:limit><D:nresults>x</D:nresults></D:limit>"
    )]
    public async Task A_sync_that_lacks_something_is_400(string content) =>
        Assert.Equal(
            400,
            (
                await SendAsync(
                    "REPORT",
                    "/",
                    $"<D:sync-collection xmlns:D=\"DAV:\">{content}</D:sync-collection>"
                )
            ).Status
        );

    [Fact]
    public async Task A_sync_takes_depth_0()
    {
        Assert.Equal(207, (await SyncAsync("/", "", headers: ["Depth: 0"])).Status);
        Assert.Equal(400, (await SyncAsync("/", "", headers: ["Depth: 1"])).Status);
    }

    [Fact]
    public async Task A_sync_token_in_If_holds_while_nothing_has_changed()
    {
        await MkcolAsync("/f");
        var token = (await PropfindAsync("/f", "<D:sync-token/>"))
            .Property(D + "sync-token")!
            .Value;
        var condition = $"If: </f/> (<{token}>)";
        await PutAsync("/f/a", "1", condition);
        Assert.Equal(412, (await SendAsync("PUT", "/f/b", "2", condition)).Status);
        Assert.Equal(412, (await SyncAsync("/f", "", headers: [condition])).Status);
    }

    private Task<DavAnswer> SyncAsync(
        string path,
        string token,
        string level = "1",
        string names = "<D:getetag/>",
        string limit = "",
        params string[] headers
    ) =>
        SendAsync(
            "REPORT",
            path,
            $"""
            <?xml version="1.0"?><D:sync-collection xmlns:D="DAV:" xmlns:x="http://example.org/x"><D:sync-token>{token}</D:sync-token>
            <D:sync-level>{level}</D:sync-level><D:limit>{limit}</D:limit><D:prop>{names}</D:prop></D:sync-collection>
            """,
            headers
        );

    private static string TokenOf(DavAnswer answer) => answer.Xml.Element(D + "sync-token")!.Value;
}
