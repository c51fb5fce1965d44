using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests;

/// <summary>A tree below a prefix, pages of other origins, and what a host answers before anybody has signed in.</summary>
public sealed class MountTests
{
    [Fact]
    public async Task A_tree_below_a_prefix_has_its_hrefs_there_and_ends_there()
    {
        await using var server = await DavServer.StartAsync(prefix: "/dav/home");
        Assert.Equal(201, (await server.SendAsync("PUT", "/dav/home/a", "x")).Status);
        var listed = await server.SendAsync("PROPFIND", "/dav/home", null, "Depth: 1");
        Assert.Equal(["/dav/home/", "/dav/home/a"], listed.Hrefs);
        Assert.Equal(
            ["/DAV/Home/", "/DAV/Home/a"],
            (await server.SendAsync("PROPFIND", "/DAV/Home/", null, "Depth: 1")).Hrefs
        );
        Assert.Equal(
            201,
            (await server.SendAsync("MOVE", "/dav/home/a", null, "Destination: /dav/home/b")).Status
        );
        Assert.Equal(
            502,
            (await server.SendAsync("MOVE", "/dav/home/b", null, "Destination: /b")).Status
        );
        Assert.Equal(
            404,
            (await server.SendAsync("PROPFIND", "/elsewhere", null, "Depth: 0")).Status
        );
        var climb = await server.SendRawAsync("GET /dav/home/../../x HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(400, climb.Status);
    }

    [Fact]
    public async Task A_host_that_refuses_is_quoted()
    {
        await using var server = await DavServer.StartAsync(refuse: _ => new DavProblem(
            503,
            "Back <soon>."
        )
        {
            RetryAfter = TimeSpan.FromSeconds(90),
            Condition = System.Xml.Linq.XName.Get("maintenance", "http://clouddav.org/ns"),
        });
        var answer = await server.SendAsync("PROPFIND", "/", null, "Depth: 0");
        Assert.Equal(503, answer.Status);
        Assert.Equal("90", answer.Header("Retry-After"));
        Assert.NotNull(answer.Xml.Element("{http://clouddav.org/ns}maintenance"));
        Assert.Equal("Back <soon>.", answer.Xml.Element("{http://sabredav.org/ns}message")!.Value);
    }

    [Fact]
    public async Task Listed_origins_may_use_the_tree_and_others_may_not_write()
    {
        await using var server = await DavServer.StartAsync(
            cors: new DavCorsOptions { Origins = ["https://app.example.org"] }
        );
        const string Listed = "Origin: https://app.example.org";
        const string Foreign = "Origin: https://evil.example.org";
        var preflight = await server.SendAsync(
            "OPTIONS",
            "/a",
            null,
            Listed,
            "Access-Control-Request-Method: PROPFIND"
        );
        Assert.Equal(204, preflight.Status);
        Assert.Equal("https://app.example.org", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Contains(
            "PROPFIND",
            preflight.Header("Access-Control-Allow-Methods"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Destination",
            preflight.Header("Access-Control-Allow-Headers"),
            StringComparison.Ordinal
        );
        Assert.NotNull(preflight.Header("DAV"));
        var stranger = await server.SendAsync(
            "OPTIONS",
            "/a",
            null,
            Foreign,
            "Access-Control-Request-Method: PROPFIND"
        );
        Assert.Null(stranger.Header("Access-Control-Allow-Origin"));

        Assert.Equal(201, (await server.SendAsync("PUT", "/a", "x", Listed)).Status);
        Assert.Equal(403, (await server.SendAsync("DELETE", "/a", null, Foreign)).Status);
        Assert.Equal(403, (await server.SendAsync("DELETE", "/a", null, "Origin: null")).Status);
        Assert.Equal(
            403,
            (await server.SendAsync("PUT", "/a", "x", "Sec-Fetch-Site: cross-site")).Status
        );
        Assert.Equal(200, (await server.SendAsync("GET", "/a", null, Foreign)).Status);
        Assert.Contains(
            "ETag",
            (await server.SendAsync("GET", "/a", null, Listed)).Header(
                "Access-Control-Expose-Headers"
            ),
            StringComparison.Ordinal
        );
        var own = $"Origin: http://127.0.0.1:{server.Address.Port}";
        Assert.Equal(204, (await server.SendAsync("DELETE", "/a", null, own)).Status);
    }

    [Fact]
    public async Task The_folders_above_a_tree_answer_as_collections()
    {
        var store = new DavAncestorStore(
            new DavPrincipal("alice", "/principals/alice/"),
            "/dav/home"
        );
        var seen = new List<string>();
        var listed = await store.ListAsync(
            DavPath.Root,
            Depth.One,
            DavFacts.None,
            (below, resource) =>
                seen.Add(string.Join('/', below.ToArray()) + (resource.IsCollection ? "/" : "")),
            TestContext.Current.CancellationToken
        );
        Assert.True(listed.IsSuccess);
        Assert.Equal(["/", "dav/"], seen);
        var missing = await store.FindAsync(
            DavPath.Root.Append("x"),
            DavFacts.None,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(404, missing.Problem!.Status);
        var write = await store.DeleteAsync(
            DavPath.Root.Append("dav"),
            WriteGuard.None,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(403, write.Problem!.Status);
    }
}
