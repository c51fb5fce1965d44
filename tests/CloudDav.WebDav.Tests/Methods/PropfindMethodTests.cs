using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class PropfindMethodTests : DavTest
{
    [Fact]
    public async Task A_listing_is_complete_and_begins_with_the_folder_itself()
    {
        await MkcolAsync("/f");
        await MkcolAsync("/f/sub");
        await PutAsync("/f/a b&[c].txt");
        await PutAsync("/f/sub/deep");
        var zero = await SendAsync("PROPFIND", "/f", null, "Depth: 0");
        Assert.Equal(207, zero.Status);
        Assert.Equal(["/f/"], zero.Hrefs);
        var one = await SendAsync("PROPFIND", "/f/", null, "Depth: 1");
        Assert.Equal(["/f/", "/f/a%20b%26%5Bc%5D.txt", "/f/sub/"], one.Hrefs);
        var all = await SendAsync("PROPFIND", "/f", null, "Depth: infinity");
        Assert.Equal(4, all.Hrefs.Count);
        Assert.Equal(all.Hrefs, (await SendAsync("PROPFIND", "/f")).Hrefs);
        Assert.Equal("application/xml; charset=utf-8", one.Header("Content-Type"));
        Assert.Equal("no-store", one.Header("Cache-Control"));
        Assert.Equal(404, (await SendAsync("PROPFIND", "/missing", null, "Depth: 0")).Status);
        Assert.Equal(400, (await SendAsync("PROPFIND", "/", null, "Depth: 2")).Status);
    }

    [Fact]
    public async Task The_prefix_of_hrefs_repeats_the_bytes_of_the_request()
    {
        await MkcolAsync("/%C3%A9");
        await PutAsync("/%C3%A9/%C3%A9.txt");
        // e and a combining acute accent, as a Mac spells it
        var answer = await SendAsync("PROPFIND", "/e%CC%81", null, "Depth: 1");
        Assert.Equal(["/e%CC%81/", "/e%CC%81/%C3%A9.txt"], answer.Hrefs);
    }

    [Fact]
    public async Task Named_properties_come_as_200_and_missing_ones_empty_as_404()
    {
        await PutAsync("/a.txt", "hello");
        var answer = await PropfindAsync(
            "/a.txt",
            "<D:getcontentlength/><x:none/><D:quota-used-bytes/><none xmlns=\"\"/>"
        );
        Assert.Equal("5", answer.Property(D + "getcontentlength")!.Value);
        var propstats = answer.Xml.Descendants(D + "propstat").ToList();
        Assert.Equal(2, propstats.Count);
        Assert.Equal("HTTP/1.1 404 Not Found", propstats[1].Element(D + "status")!.Value);
        var missing = propstats[1].Element(D + "prop")!.Elements().ToList();
        Assert.Equal(
            [X + "none", D + "quota-used-bytes", "none"],
            missing.Select(element => element.Name)
        );
        Assert.All(missing, element => Assert.True(element.IsEmpty));
    }

    [Fact]
    public async Task Minimal_answers_leave_out_404_and_noroot_the_folder()
    {
        await PutAsync("/a");
        var minimal = await PropfindAsync("/a", "<x:none/><D:getetag/>", "Prefer: return=minimal");
        Assert.Single(minimal.Xml.Descendants(D + "propstat"));
        Assert.Equal("return=minimal", minimal.Header("Preference-Applied"));
        var noRoot = await SendAsync("PROPFIND", "/", null, "Depth: 1", "Prefer: depth-noroot");
        Assert.Equal(["/a"], noRoot.Hrefs);
        Assert.Equal("depth-noroot", noRoot.Header("Preference-Applied"));
        Assert.Equal(["/a"], (await SendAsync("PROPFIND", "/", null, "Depth: 1,noroot")).Hrefs);
        var both = await PropfindAsync(
            "/",
            "<x:none/><D:getetag/>",
            "Depth: 1",
            "Prefer: return=minimal, depth-noroot"
        );
        Assert.Equal("return=minimal, depth-noroot", both.Header("Preference-Applied"));
    }

    [Fact]
    public async Task Propname_names_live_and_dead_properties_and_gives_no_values()
    {
        await PutAsync("/a");
        await ProppatchAsync("/a", "<x:color>red</x:color>");
        var answer = await SendAsync(
            "PROPFIND",
            "/a",
            "<propfind xmlns=\"DAV:\"><propname/></propfind>",
            "Depth: 0"
        );
        Assert.NotNull(answer.Property(X + "color"));
        Assert.NotNull(answer.Property(D + "getetag"));
        Assert.All(
            answer.Xml.Descendants(D + "prop").Single().Elements(),
            element => Assert.True(element.IsEmpty)
        );
    }

    [Fact]
    public async Task Allprop_leaves_out_what_is_dear_unless_included()
    {
        await PutAsync("/a");
        await ProppatchAsync("/a", "<x:color>red</x:color>");
        var plain = await SendAsync("PROPFIND", "/", null, "Depth: 0");
        Assert.Null(plain.Property(D + "quota-used-bytes"));
        Assert.Null(plain.Property(D + "current-user-privilege-set"));
        var dead = await SendAsync("PROPFIND", "/a", null, "Depth: 0");
        Assert.Equal("red", dead.Property(X + "color")!.Value);
        var included = await SendAsync(
            "PROPFIND",
            "/",
            "<D:propfind xmlns:D=\"DAV:\"><D:allprop/><D:include><D:quota-used-bytes/></D:include></D:propfind>",
            "Depth: 0"
        );
        Assert.NotNull(included.Property(D + "quota-used-bytes"));
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<D:propfind xmlns:D=\"DAV:\"><x:y/></D:propfind>")]
    [InlineData(
        "<!DOCTYPE a [<!ENTITY b \"c\">]><D:propfind xmlns:D=\"DAV:\"><D:allprop/></D:propfind>"
    )]
    [InlineData("<D:propfind xmlns:D=\"DAV:\"/>")]
    [InlineData("<D:other xmlns:D=\"DAV:\"/>")]
    [InlineData("<D:propfind xmlns:D=\"DAV:\"><D:allprop/><D:propname/></D:propfind>")]
    public async Task A_malformed_body_answers_400(string body) =>
        Assert.Equal(400, (await SendAsync("PROPFIND", "/", body, "Depth: 0")).Status);

    [Fact]
    public async Task Unknown_elements_are_ignored_and_large_bodies_refused()
    {
        var known = await SendAsync(
            "PROPFIND",
            "/",
            "<D:propfind xmlns:D=\"DAV:\" xmlns:x=\"y\"><x:what><D:prop/></x:what><D:prop><D:resourcetype><x:deep/></D:resourcetype></D:prop></D:propfind>",
            "Depth: 0"
        );
        Assert.NotNull(known.Property(D + "resourcetype"));
        Assert.Equal(
            413,
            (await SendAsync("PROPFIND", "/", new string(' ', 70_000), "Depth: 0")).Status
        );
        Assert.Equal(
            415,
            (
                await SendAsync("PROPFIND", "/", "{}", "Depth: 0", "Content-Type: application/json")
            ).Status
        );
    }

    [Fact]
    public async Task An_infinite_listing_over_the_limit_is_refused_whole()
    {
        for (var i = 0; i < 5; i++)
            await PutAsync("/" + i);
        Tree.InfiniteLimit = 4;
        AssertRefused(
            await SendAsync("PROPFIND", "/", null, "Depth: infinity"),
            403,
            "propfind-finite-depth"
        );
        Assert.Equal(6, (await SendAsync("PROPFIND", "/", null, "Depth: 1")).Hrefs.Count);
    }

    [Fact]
    public async Task A_listing_that_breaks_is_an_error_and_never_a_short_207()
    {
        for (var i = 0; i < 5; i++)
            await PutAsync("/" + i);
        Tree.BreakListingAt = 3;
        Assert.Equal(500, (await SendAsync("PROPFIND", "/", null, "Depth: 1")).Status);
    }

    [Fact]
    public async Task Kodi_means_depth_0_when_it_says_none()
    {
        await PutAsync("/a");
        Assert.Single(
            (
                await SendAsync("PROPFIND", "/", null, "User-Agent: Kodi/21.0 (X11; Linux x86_64)")
            ).Hrefs
        );
    }

    [Theory]
    [InlineData("WebDAVFS/3.0.0 (03008000) Darwin/24.4.0 (arm64)", false)]
    [InlineData("WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)", true)]
    [InlineData("gvfs/1.54", true)]
    public async Task Quota_is_hidden_from_the_macs_that_hang_on_it(string client, bool shown)
    {
        Tree.Capacity = 1000;
        await PutAsync("/a", "12345");
        var answer = await PropfindAsync(
            "/",
            "<D:quota-available-bytes/><D:quota-used-bytes/>",
            "User-Agent: " + client
        );
        Assert.Equal(shown ? "995" : null, answer.Property(D + "quota-available-bytes")?.Value);
        Assert.Equal(shown ? "5" : null, answer.Property(D + "quota-used-bytes")?.Value);
    }

    [Fact]
    public async Task Explorer_gets_small_entries_and_names_it_can_show()
    {
        const string Explorer = "User-Agent: Microsoft-WebDAV-MiniRedir/10.0.19045";
        for (var i = 0; i < 10; i++)
            await PutAsync($"/document-number-0{i}.doc");
        var answer = await SendAsync("PROPFIND", "/", null, "Depth: 1", Explorer);
        Assert.InRange(answer.Bytes.Length / 11, 1, 450);
        await PutAsync("/._x");
        await PutAsync("/a%3Ab%3F");
        var mapped = await SendAsync("PROPFIND", "/", null, "Depth: 1", Explorer);
        Assert.Contains(mapped.Hrefs, href => href == "/a%EF%80%A2b%EF%80%A5");
        Assert.Contains("Win32FileAttributes>00000022<", mapped.Text, StringComparison.Ordinal);
        Assert.Equal("body", (await SendAsync("GET", "/a%EF%80%A2b%EF%80%A5")).Text);
        Assert.Contains(
            (await SendAsync("PROPFIND", "/", null, "Depth: 1")).Hrefs,
            href => href == "/a%3Ab%3F"
        );
        Assert.Equal(
            200,
            (await SendAsync("GET", "/DOCUMENT-number-00.doc", null, Explorer)).Status
        );
        Assert.Equal(404, (await SendAsync("GET", "/DOCUMENT-number-00.doc")).Status);
    }

    [Fact]
    public async Task Readers_see_no_locks_and_no_write_privileges()
    {
        await PutAsync("/a");
        var answer = await PropfindAsync(
            "/a",
            "<D:supportedlock/><D:current-user-privilege-set/><oc:permissions/><o:IsReadOnly xmlns:o=\"http://ucb.openoffice.org/dav/props/\"/>",
            "X-User: reader"
        );
        Assert.Empty(answer.Property(D + "supportedlock")!.Elements());
        Assert.Empty(answer.Xml.Descendants(D + "write"));
        Assert.Equal("G", answer.Property(Oc + "permissions")!.Value);
        Assert.Equal(
            "true",
            answer
                .Xml.Descendants("{http://ucb.openoffice.org/dav/props/}IsReadOnly")
                .Single()
                .Value
        );
    }

    [Fact]
    public async Task Refused_listings_are_plain_text_for_KDE_and_XML_for_others()
    {
        var kde = await SendAsync(
            "PROPFIND",
            "/missing",
            null,
            "Depth: 0",
            "User-Agent: KIO/6.0 Dolphin"
        );
        Assert.Equal(404, kde.Status);
        Assert.StartsWith("text/plain", kde.Header("Content-Type"), StringComparison.Ordinal);
        AssertRefused(await SendAsync("PROPFIND", "/missing", null, "Depth: 0"), 404, null);
    }
}
