using CloudDav.WebDav.Search;
using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class SearchMethodTests : DavTest
{
    private const string Image =
        "<D:like><D:prop><D:getcontenttype/></D:prop><D:literal>image/%</D:literal></D:like>";

    private const string Folder = "<D:is-collection/>";

    private protected override DavEndpointOptions Options =>
        new() { DefaultSearchResults = 3, MaxSearchResults = 5 };

    [Fact]
    public async Task What_a_condition_is_true_of_is_found_at_any_depth()
    {
        await FillAsync();
        var found = await SearchAsync("/", Image);
        Assert.Equal(207, found.Status);
        Assert.Equal(["/a.jpg", "/f/b.HEIC"], found.Hrefs.Order());
        Assert.Equal("no-store", found.Header("Cache-Control"));
        Assert.Equal("image/jpeg", found.Property(D + "getcontenttype")!.Value);
        Assert.Equal(["/f/b.HEIC"], (await SearchAsync("/f", Image)).Hrefs);
        Assert.Equal(["/f/b.HEIC"], (await SearchAsync("/f/", Image)).Hrefs);
        Assert.Equal(["/a.jpg"], (await SearchAsync("/", Image, depth: "1")).Hrefs);
        Assert.Empty((await SearchAsync("/", Image, depth: "0")).Hrefs);
        Assert.Equal(["/", "/f/"], (await SearchAsync("/", Folder)).Hrefs.Order());
    }

    [Theory]
    [InlineData(
        "<D:eq><D:prop><D:displayname/></D:prop><D:literal>A.JPG</D:literal></D:eq>",
        "/a.jpg"
    )]
    [InlineData(
        "<D:eq caseless=\"no\"><D:prop><D:displayname/></D:prop><D:literal>A.JPG</D:literal></D:eq>",
        ""
    )]
    [InlineData(
        "<D:gt><D:prop><D:getcontentlength/></D:prop><D:literal>4</D:literal></D:gt>",
        "/c.txt"
    )]
    [InlineData(
        "<D:lte><D:prop><D:getcontentlength/></D:prop><D:literal>1</D:literal></D:lte>",
        "/a.jpg /f/b.HEIC"
    )]
    [InlineData("<D:not><D:is-collection/></D:not>", "/a.jpg /c.txt /f/b.HEIC")]
    [InlineData(
        "<D:and><D:not><D:is-collection/></D:not><D:like><D:prop><D:displayname/></D:prop><D:literal>%.t_t</D:literal></D:like></D:and>",
        "/c.txt"
    )]
    [InlineData(
        "<D:or><D:is-collection/><D:eq><D:prop><D:displayname/></D:prop><D:literal>c.txt</D:literal></D:eq></D:or>",
        "/ /c.txt /f/"
    )]
    [InlineData(
        "<D:is-defined><D:prop><D:getcontentlength/></D:prop></D:is-defined>",
        "/a.jpg /c.txt /f/b.HEIC"
    )]
    // What compares something that is not there is unknown, and so is its contrary.
    [InlineData(
        "<D:not><D:eq><D:prop><x:none xmlns:x=\"urn:x\"/></D:prop><D:literal>1</D:literal></D:eq></D:not>",
        ""
    )]
    [InlineData(
        "<D:or><D:eq><D:prop><x:none xmlns:x=\"urn:x\"/></D:prop><D:literal>1</D:literal></D:eq><D:is-collection/></D:or>",
        "/ /f/"
    )]
    [InlineData(
        "<D:gte><D:prop><D:getlastmodified/></D:prop><D:literal>2024-05-01T12:34:56Z</D:literal></D:gte>",
        "/ /a.jpg /c.txt /f/ /f/b.HEIC"
    )]
    [InlineData(
        "<D:gt><D:prop><D:getlastmodified/></D:prop><D:literal>1714566896</D:literal></D:gt>",
        ""
    )]
    [InlineData(
        "<D:lt><D:prop><D:getlastmodified/></D:prop><D:literal>no date</D:literal></D:lt>",
        ""
    )]
    public async Task A_condition_means_what_the_rfc_says(string where, string expected)
    {
        await FillAsync();
        var found = await SearchAsync("/", where, limit: Limit(9));
        Assert.Equal(expected, string.Join(' ', found.Hrefs.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_store_is_told_what_it_may_go_by()
    {
        await SearchAsync(
            "/",
            "<D:and><D:or>"
                + Image
                + Image.Replace("image", "video", StringComparison.Ordinal)
                + "</D:or><D:gt><D:prop><D:getlastmodified/></D:prop><D:literal>1000</D:literal></D:gt>"
                + "<D:lt><D:prop><D:getlastmodified/></D:prop><D:literal>2000</D:literal></D:lt></D:and>",
            order: "<D:orderby><D:order><D:prop><D:getlastmodified/></D:prop><D:descending/></D:order></D:orderby>"
        );
        var search = Tree.Searches[^1];
        Assert.Equal(DavMediaKinds.Image | DavMediaKinds.Video, search.Kinds);
        Assert.True(search is { OnlyFiles: true, NewestFirst: true, FileIds: null });
        Assert.Equal(1000, search.ModifiedFrom!.Value.ToUnixTimeSeconds());
        Assert.Equal(2001, search.ModifiedUntil!.Value.ToUnixTimeSeconds());

        await SearchAsync(
            "/",
            "<D:or><D:eq><D:prop><o:fileid xmlns:o=\"http://owncloud.org/ns\"/></D:prop><D:literal>7</D:literal></D:eq>"
                + "<D:eq><D:prop><o:fileid xmlns:o=\"http://owncloud.org/ns\"/></D:prop><D:literal>8</D:literal></D:eq></D:or>"
        );
        Assert.Equal([7, 8], Tree.Searches[^1].FileIds!);
        await SearchAsync(
            "/",
            "<D:like><D:prop><D:displayname/></D:prop><D:literal>%a\\%b%longest%</D:literal></D:like>"
        );
        Assert.Equal("longest", Tree.Searches[^1].NamePart);
        await SearchAsync("/", "<D:not>" + Image + "</D:not>");
        Assert.Equal(new DavSearch(), Tree.Searches[^1]);
        // One branch could be anything.
        await SearchAsync("/", "<D:or>" + Image + Folder + "</D:or>");
        Assert.Equal(new DavSearch(), Tree.Searches[^1]);
    }

    [Fact]
    public async Task The_first_in_the_order_are_kept()
    {
        foreach (var name in (string[])["/b", "/d", "/a", "/c", "/e"])
            await PutAsync(name, new string('x', name[1] - 'a'));
        const string files = "<D:not><D:is-collection/></D:not>";
        Assert.Equal(
            ["/e", "/d"],
            (
                await SearchAsync(
                    "/",
                    files,
                    order: Order("displayname", isDescending: true),
                    limit: Limit(2)
                )
            ).Hrefs
        );
        Assert.Equal(
            ["/a", "/b"],
            (await SearchAsync("/", files, order: Order("getcontentlength"), limit: Limit(2))).Hrefs
        );
        // Unknown to this server: the newest first, and all are as new.
        Assert.Equal(
            2,
            (await SearchAsync("/", files, order: Order("nonsense"), limit: Limit(2))).Hrefs.Count
        );
    }

    [Fact]
    public async Task More_than_this_server_gives_ends_with_507()
    {
        foreach (var name in (string[])["/a", "/b", "/c", "/d", "/e"])
            await PutAsync(name);
        const string files = "<D:not><D:is-collection/></D:not>";
        // By default three, at the most five; the client's own limit is none of the server's business.
        Assert.Equal(4, (await SearchAsync("/", files)).Hrefs.Count);
        Assert.Equal(2, (await SearchAsync("/", files, limit: Limit(2))).Hrefs.Count);
        Assert.Equal(4, (await SearchAsync("/", files, limit: Limit(4))).Hrefs.Count);
        Assert.Equal(5, (await SearchAsync("/", files, limit: Limit(9))).Hrefs.Count);
        await PutAsync("/f");
        var cut = await SearchAsync("/", files, limit: Limit(100));
        Assert.Equal(6, cut.Hrefs.Count);
        var last = cut.Xml.Elements(D + "response").Last();
        Assert.Equal("/", last.Element(D + "href")!.Value);
        Assert.Equal("HTTP/1.1 507 Insufficient Storage", last.Element(D + "status")!.Value);
        Tree.BreaksSearches = true;
        Assert.Equal(2, (await SearchAsync("/", files, limit: Limit(1))).Hrefs.Count);
    }

    [Theory]
    [InlineData("<D:propfind xmlns:D=\"DAV:\"/>", 400, null)]
    [InlineData("<D:searchrequest xmlns:D=\"DAV:\"/>", 400, null)]
    [InlineData(
        "<D:searchrequest xmlns:D=\"DAV:\"><x:sql xmlns:x=\"urn:x\"/></D:searchrequest>",
        403,
        "search-grammar-supported"
    )]
    [InlineData("<D:searchrequest xmlns:D=\"DAV:\"><D:basicsearch/></D:searchrequest>", 400, null)]
    public async Task A_body_that_is_no_search_is_refused(
        string body,
        int status,
        string? condition
    ) => AssertRefused(await SendAsync("SEARCH", "/", body), status, condition);

    [Theory]
    [InlineData("<D:contains>x</D:contains>", 422)]
    [InlineData("<x:near xmlns:x=\"urn:x\"/>", 422)]
    [InlineData("<D:and/>", 400)]
    [InlineData("<D:not/>", 400)]
    [InlineData("<D:eq><D:prop><D:displayname/></D:prop></D:eq>", 400)]
    [InlineData("<D:eq><D:literal>x</D:literal></D:eq>", 400)]
    public async Task A_condition_that_is_not_understood_is_refused(string where, int status) =>
        Assert.Equal(status, (await SearchAsync("/", where)).Status);

    [Fact]
    public async Task Too_many_conditions_are_refused()
    {
        Assert.Equal(
            422,
            (await SearchAsync("/", string.Concat(Enumerable.Repeat(Folder, 101)))).Status
        );
        var nested = Folder;
        for (var i = 0; i < 30; i++)
            nested = $"<D:not>{nested}</D:not>";
        Assert.Equal(422, (await SearchAsync("/", nested)).Status);
        var literal = new string('x', 2_000);
        Assert.Equal(
            400,
            (
                await SearchAsync(
                    "/",
                    $"<D:eq><D:prop><D:displayname/></D:prop><D:literal>{literal}</D:literal></D:eq>"
                )
            ).Status
        );
    }

    [Fact]
    public async Task A_scope_that_is_not_there_or_elsewhere_is_refused()
    {
        foreach (
            var scope in (string[])
                ["/missing", "http://elsewhere.example/", "//x", "relative", "/a%2Fb"]
        )
            AssertRefused(await SearchAsync(scope, Folder), 409, "search-scope-valid");
        var two = await SendAsync(
            "SEARCH",
            "/",
            Body("/", Folder)
                .Replace(
                    "</D:from>",
                    "<D:scope><D:href>/</D:href></D:scope></D:from>",
                    StringComparison.Ordinal
                )
        );
        AssertRefused(two, 403, "search-multiple-scope-supported");
    }

    [Fact]
    public async Task Options_tell_of_it()
    {
        var options = await SendAsync("OPTIONS", "/");
        Assert.Equal("<DAV:basicsearch>", options.Header("DASL"));
        Assert.Contains("SEARCH", options.Header("Allow"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Favourites_are_filtered_by_a_report()
    {
        await FillAsync();
        const string favorite = "<o:favorite xmlns:o=\"http://owncloud.org/ns\">1</o:favorite>";
        await ProppatchAsync("/f/b.HEIC", favorite);
        var report = await SendAsync("REPORT", "/", Filter(favorite));
        Assert.Equal(["/f/b.HEIC"], report.Hrefs);
        Assert.Equal("1", report.Property(Oc + "favorite")!.Value);
        Assert.True(Tree.Searches[^1].OnlyFavorites);
        Assert.Equal(
            422,
            (
                await SendAsync(
                    "REPORT",
                    "/",
                    Filter("<o:tag xmlns:o=\"http://owncloud.org/ns\">1</o:tag>")
                )
            ).Status
        );
        Assert.Equal(422, (await SendAsync("REPORT", "/", Filter(""))).Status);
    }

    [Theory]
    [InlineData("%", "", true)]
    [InlineData("%", "anything", true)]
    [InlineData("", "a", false)]
    [InlineData("a%c", "abbbc", true)]
    [InlineData("a%c", "abbbd", false)]
    [InlineData("%b%", "abc", true)]
    [InlineData("a_c", "abc", true)]
    [InlineData("a_c", "ac", false)]
    [InlineData(@"a\%c", "a%c", true)]
    [InlineData(@"a\%c", "abc", false)]
    [InlineData("Ä%", "äh", true)]
    [InlineData("%aab%ab", "aaabaab", true)]
    public void A_pattern_matches(string pattern, string text, bool matches) =>
        Assert.Equal(matches, new LikePattern(pattern, isCaseless: true).Matches(text));

    private async Task FillAsync()
    {
        await PutAsync("/a.jpg", "1");
        await PutAsync("/c.txt", "12345");
        await MkcolAsync("/f");
        await PutAsync("/f/b.HEIC", "1");
    }

    private async Task<DavAnswer> SearchAsync(
        string scope,
        string where,
        string depth = "infinity",
        string order = "",
        string limit = ""
    ) => await SendAsync("SEARCH", "/", Body(scope, where, depth, order, limit));

    private static string Body(
        string scope,
        string where,
        string depth = "infinity",
        string order = "",
        string limit = ""
    ) =>
        "<D:searchrequest xmlns:D=\"DAV:\"><D:basicsearch><D:select><D:prop><D:getcontenttype/></D:prop></D:select>"
        + $"<D:from><D:scope><D:href>{scope}</D:href><D:depth>{depth}</D:depth></D:scope></D:from>"
        + $"<D:where>{where}</D:where>{order}{limit}</D:basicsearch></D:searchrequest>";

    private static string Order(string property, bool isDescending = false) =>
        $"<D:orderby><D:order><D:prop><D:{property}/></D:prop>{(isDescending ? "<D:descending/>" : "<D:ascending/>")}</D:order></D:orderby>";

    private static string Limit(int results) =>
        $"<D:limit><D:nresults>{results}</D:nresults></D:limit>";

    private static string Filter(string rules) =>
        $"<o:filter-files xmlns:o=\"http://owncloud.org/ns\" xmlns:D=\"DAV:\"><D:prop><o:favorite/></D:prop><o:filter-rules>{rules}</o:filter-rules></o:filter-files>";
}
