using System.Net;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>How requests come in: plain http, https, proxies, host names, and many at once.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task C04_Plain_http_is_refused_without_a_challenge_and_no_password_is_looked_at()
    {
        await using var host = await CloudDavHost.StartAsync(new() { AllowsPlainHttp = false });

        foreach (
            var client in (DavClient[])
                [host.Client(), host.Client("alice", "wrong"), host.Anonymous()]
        )
        {
            foreach (var method in (string[])["PROPFIND", "OPTIONS", "GET", "PUT"])
            {
                var answer = await client.SendAsync(method, "/dav/");
                Assert.Equal(403, answer.Status);
                Assert.Null(answer.Header("WWW-Authenticate"));
                Assert.Contains("https", answer.Text, StringComparison.Ordinal);
            }
        }
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/ready")).Status);
    }

    [Theory]
    [InlineData("127.0.0.1", "X-Forwarded-Proto", "https", 207)]
    [InlineData("127.0.0.0/8", "X-Forwarded-Proto", "https", 207)]
    [InlineData("127.0.0.1", "Forwarded", "for=192.0.2.4;proto=https;host=cloud.example.net", 207)]
    [InlineData("127.0.0.1", "Forwarded", "for=\"[2001:db8::1]:8080\";proto=https", 207)]
    [InlineData("127.0.0.1", "X-Forwarded-Proto", "http", 403)]
    [InlineData("127.0.0.1", "X-Forwarded-Proto", "ftp", 403)]
    [InlineData("127.0.0.1", "Forwarded", "for=192.0.2.4;proto=http", 403)]
    [InlineData("192.0.2.1", "X-Forwarded-Proto", "https", 403)]
    [InlineData("192.0.2.1", "Forwarded", "proto=https", 403)]
    public async Task A_trusted_proxy_may_say_https_and_nobody_else(
        string trusted,
        string header,
        string value,
        int status
    )
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                AllowsPlainHttp = false,
                Settings = Settings(("Listen:TrustedProxies:0", trusted)),
            }
        );

        Assert.Equal(
            status,
            (await host.Client().PropfindAsync("/dav/", "0", null, (header, value))).Status
        );
    }

    [Fact]
    public async Task What_a_client_wrote_before_the_proxy_is_not_believed()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                AllowsPlainHttp = false,
                Settings = Settings(
                    ("Listen:TrustedProxies:0", "127.0.0.1"),
                    ("SignIn:FailuresPerWindow", "1")
                ),
            }
        );

        // The client claims an address; the proxy appends the real one.
        await host.Client("alice", "wrong")
            .PropfindAsync(
                "/dav/",
                "0",
                null,
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-For", "198.51.100.1, 192.0.2.1")
            );
        var answer = await host.Client()
            .PropfindAsync(
                "/dav/",
                "0",
                null,
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-For", "198.51.100.2, 192.0.2.1")
            );

        Assert.Equal(429, answer.Status);
    }

    [Fact]
    public async Task Https_is_served_with_the_configured_certificate_over_http_1_and_2()
    {
        var folder = Directory
            .CreateDirectory(Path.Combine(Path.GetTempPath(), $"clouddav-tls-{Guid.NewGuid():N}"))
            .FullName;
        try
        {
            using var certificate = LoopbackCertificate.Create(folder);
            await using var host = await CloudDavHost.StartAsync(
                new()
                {
                    AllowsPlainHttp = false,
                    Settings = Settings(
                        ("Listen:HttpPort", null),
                        ("Listen:HttpsPort", "0"),
                        ("Listen:CertificateFile", certificate.File),
                        ("Listen:CertificateKeyFile", certificate.KeyFile)
                    ),
                }
            );
            Assert.Equal("https", host.Address.Scheme);
            foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
            {
                using var handler = new SocketsHttpHandler();
                handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    shown?.GetCertHashString() == certificate.Certificate.GetCertHashString();
                using var http = new HttpClient(handler);
                using var request = new HttpRequestMessage(
                    new HttpMethod("PROPFIND"),
                    new Uri(host.Address, "/dav/")
                )
                {
                    Version = version,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                request.Headers.TryAddWithoutValidation(
                    "Authorization",
                    DavClient.BasicOf("alice", "demo")
                );
                request.Headers.TryAddWithoutValidation("Depth", "0");

                using var response = await http.SendAsync(
                    request,
                    TestContext.Current.CancellationToken
                );

                Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
                Assert.Equal(version, response.Version);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task On_a_dav_host_name_the_tree_is_at_the_root()
    {
        await using var host = await CloudDavHost.StartAsync(
            new() { Settings = Settings(("Dav:RootHosts:0", "files.localhost")) }
        );
        var alice = host.Client();
        (string, string) there = ("Host", "files.localhost");

        Assert.Equal(201, (await alice.MkcolAsync("/photos", there)).Status);
        Assert.Equal(201, (await alice.PutAsync("/photos/a.txt", "a", there)).Status);

        Assert.Equal("a", (await alice.GetAsync("/dav/photos/a.txt")).Text);
        var listing = (await alice.PropfindAsync("/", "1", null, there)).MultiStatus();
        Assert.Equal(["/", "/photos/"], listing.Responses.Select(response => response.Href));
        Assert.Equal(
            201,
            (await alice.MoveAsync("/photos/a.txt", "https://files.localhost/b.txt", there)).Status
        );
        Assert.Equal("a", (await alice.GetAsync("/dav/b.txt")).Text);
    }

    [Fact]
    public async Task Above_the_tree_is_a_collection_whose_one_member_is_the_tree()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = host.Client();

        var listing = (await alice.PropfindAsync("/", "1")).MultiStatus();
        Assert.Equal(["/", "/dav/"], listing.Responses.Select(response => response.Href));
        Assert.Equal(404, (await alice.PropfindAsync("/other/")).Status);
        Assert.Equal(403, (await alice.MkcolAsync("/other")).Status);
        Assert.Equal(200, (await alice.OptionsAsync("/")).Status);
        Assert.Equal(401, (await host.Anonymous().PropfindAsync("/")).Status);
    }

    [Fact]
    public async Task A_browser_gets_a_page_at_the_bare_address_and_no_password_box_for_its_icon()
    {
        await using var host = await CloudDavHost.StartAsync();
        var browser = host.Anonymous("Mozilla/5.0");

        var page = await browser.GetAsync("/");
        var icon = await browser.GetAsync("/favicon.ico");

        Assert.Equal(200, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains(
            "default-src 'none'",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        Assert.Equal(404, icon.Status);
        Assert.Null(icon.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Long_paths_and_long_conditions_fit()
    {
        await using var host = await CloudDavHost.StartAsync();
        var path = "/dav/" + string.Join('/', Enumerable.Repeat(new string('a', 200), 70));
        var conditions = string.Concat(
            Enumerable
                .Range(0, 1000)
                .Select(i => $"(<opaquelocktoken:00000000-0000-4000-8000-{i:000000000000}>) ")
        );

        Assert.Equal(404, (await host.Client().PropfindAsync(path)).Status);
        Assert.Equal(412, (await host.Client().PutAsync("/dav/x", "x", ("If", conditions))).Status);
    }

    [Fact]
    public async Task C62_A_burst_of_two_hundred_listings_is_served_whole()
    {
        await using var host = await CloudDavHost.StartAsync();
        var mount = host.Client("alice", "demo", "davfs2/1.6.1 neon/0.32.4");
        for (var i = 0; i < 20; i++)
            await mount.PutAsync($"/dav/{i}", "x");

        var answers = await Task.WhenAll(
                Enumerable.Range(0, 200).Select(_ => mount.PropfindAsync("/dav/", "1"))
            )
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.All(answers, answer => Assert.Equal(207, answer.Status));
    }

    [Fact]
    public async Task Paused_players_do_not_block_the_mount()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = Settings(
                    ("Listen:RequestsPerDevice", "2"),
                    ("Listen:QueueSeconds", "1")
                ),
            }
        );
        var alice = host.Client();
        Assert.Equal(201, (await alice.PutAsync("/dav/film", new byte[8 << 20])).Status);
        var players = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < 4; i++)
                players.Add(await alice.OpenAsync("GET", "/dav/film"));

            Assert.Equal(207, (await alice.PropfindAsync("/dav/")).Status);
        }
        finally
        {
            players.ForEach(player => player.Dispose());
        }
    }

    [Theory]
    [InlineData("PROPFIND /dav/", "<propfind xmlns='DAV:'><allprop/></propfind>", 207)]
    [InlineData(
        "PROPFIND /remote.php/dav/files/alice/",
        "<propfind xmlns='DAV:'><allprop/></propfind>",
        207
    )]
    [InlineData("POST /api/v1/devices", "{\"name\":\"One\"}", 201)]
    public async Task A_device_has_its_places_once_whichever_doors_it_comes_by(
        string request,
        string body,
        int status
    )
    {
        await using var host = await StartWithOnePlaceAsync();
        using var slow = await RawHttp.ConnectAsync(host.Port);
        await slow.SendAsync(
            $"{request} HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Depth: 0\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"
        );
        // It has its place, and waits for what it was sent with.
        Assert.Equal(100, (await slow.ReadHeadAsync())!.Status);

        var alice = host.Client();
        string[] doors =
        [
            "/dav/",
            "/remote.php/dav/files/alice/",
            "/remote.php/webdav/",
            "/ocs/v2.php/cloud/user",
            "/api/v1/devices",
        ];
        var refused = await Task.WhenAll(doors.Select(door => alice.GetAsync(door)));
        Assert.All(refused, answer => Assert.Equal(503, answer.Status));
        // Others have places of their own, and uploads need none.
        Assert.Equal(207, (await host.Client("bob", "demo").PropfindAsync("/dav/")).Status);
        Assert.Equal(201, (await alice.PutAsync("/dav/f", "1")).Status);

        await slow.SendAsync(body);
        Assert.Equal(status, (await slow.ReadAnswerAsync())!.Status);
        foreach (var door in doors)
            Assert.Equal(200, (await alice.GetAsync(door)).Status);
    }

    [Fact]
    public async Task Who_waits_for_changes_or_sends_an_upload_takes_no_place()
    {
        await using var host = await StartWithOnePlaceAsync();
        var alice = host.Client();
        var stamp = (await alice.GetAsync("/api/v1/changes")).Json().GetProperty("stamp");
        using var stream = await alice.OpenAsync("GET", "/api/v1/changes/stream");
        using var upload = await RawHttp.ConnectAsync(host.Port);
        await upload.SendAsync(
            $"POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Tus-Resumable: 1.0.0\r\nUpload-Length: 2\r\nUpload-Metadata: filename Zg==\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await upload.ReadHeadAsync())!.Status);
        var waiting = new List<Task<DavAnswer>>();
        for (var i = 0; i < 2; i++)
            waiting.Add(alice.GetAsync($"/api/v1/changes?since={stamp}&wait=60"));

        Assert.Equal(207, (await alice.PropfindAsync("/dav/")).Status);
        Assert.Equal(201, (await alice.MkcolAsync("/dav/news")).Status);
        foreach (var waited in waiting)
            Assert.Equal(200, (await waited).Status);
        await upload.SendAsync("ab");
        Assert.Equal(201, (await upload.ReadAnswerAsync())!.Status);
    }

    private static Task<CloudDavHost> StartWithOnePlaceAsync() =>
        CloudDavHost.StartAsync(
            new()
            {
                Settings = Settings(
                    ("Listen:RequestsPerDevice", "1"),
                    ("Listen:QueueSeconds", "1")
                ),
            }
        );

    [Fact]
    public async Task C76_A_listed_origin_may_use_the_tree_and_a_foreign_one_may_not_change_it()
    {
        const string Listed = "https://app.example.net";
        await using var host = await CloudDavHost.StartAsync(
            new() { Settings = Settings(("Dav:AllowedOrigins:0", Listed)) }
        );

        var preflight = await host.Anonymous()
            .OptionsAsync(
                "/dav/x",
                ("Origin", Listed),
                ("Access-Control-Request-Method", "PROPFIND")
            );
        Assert.Equal(204, preflight.Status);
        Assert.Equal(Listed, preflight.Header("Access-Control-Allow-Origin"));
        Assert.Contains(
            "PROPFIND",
            preflight.Header("Access-Control-Allow-Methods"),
            StringComparison.Ordinal
        );
        Assert.NotNull(preflight.Header("DAV"));

        var unlisted = await host.Anonymous()
            .OptionsAsync(
                "/dav/x",
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "DELETE")
            );
        Assert.Null(unlisted.Header("Access-Control-Allow-Origin"));

        Assert.Equal(
            403,
            (await host.Client().DeleteAsync("/dav/x", ("Origin", "https://evil.example"))).Status
        );
        Assert.Equal(404, (await host.Client().DeleteAsync("/dav/x", ("Origin", Listed))).Status);
        var refused = await host.Anonymous().PropfindAsync("/dav/", "0", null, ("Origin", Listed));
        Assert.Equal(401, refused.Status);
        Assert.Equal(Listed, refused.Header("Access-Control-Allow-Origin"));
    }

    private static Dictionary<string, string?> Settings(
        params (string Name, string? Value)[] settings
    ) =>
        settings.ToDictionary(
            setting => setting.Name,
            setting => setting.Value,
            StringComparer.Ordinal
        );
}
