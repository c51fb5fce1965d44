using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Links;

/// <summary>What a friend without an account meets at <c>/s/{token}</c>, and its owner at <c>/api/v1/shares</c>, over real sockets.</summary>
public sealed class LinkDoorTests
{
    private const string Shares = "/api/v1/shares";
    private static readonly XName s_type = "{DAV:}resourcetype";
    private static readonly XName s_available = "{DAV:}quota-available-bytes";
    private static readonly XName s_used = "{DAV:}quota-used-bytes";

    [Fact]
    public async Task A_shared_file_is_there_at_once_with_its_name_its_ranges_and_its_conditions()
    {
        await using var api = await StartAsync();
        var link = await ShareAsync(api, new { path = "/folder/one.txt", rights = "view" });
        var friend = api.Host.Anonymous();

        var whole = (await friend.GetAsync(link)).Expect(200);
        Assert.Equal("one", whole.Text);
        var saved = await api.Host.Anonymous("Mozilla/5.0").GetAsync(link);
        Assert.Contains("one.txt", saved.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.StartsWith(
            "sandbox",
            whole.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        Assert.Equal("noindex, nofollow", whole.Header("X-Robots-Tag"));
        Assert.Equal("ne", (await friend.GetAsync(link, ("Range", "bytes=1-"))).Expect(206).Text);
        (await friend.GetAsync(link, ("If-None-Match", whole.ETag!))).Expect(304);
        Assert.Equal("one", (await friend.GetAsync(link + "/one.txt")).Expect(200).Text);
        (await friend.GetAsync(link + "/two.txt")).Expect(404);

        // To programs that mount it is a folder with one member.
        Assert.Equal(["one.txt"], await friend.ListAsync(link + "/"));
    }

    [Fact]
    public async Task A_shared_folder_is_a_collection_a_page_and_an_archive()
    {
        await using var api = await StartAsync();
        var link = await ShareAsync(api, new { path = "/folder", rights = "download" });
        var friend = api.Host.Anonymous();

        Assert.Equal(["in", "one.txt"], await friend.ListAsync(link + "/"));
        Assert.Equal("one", (await friend.GetAsync(link + "/one.txt")).Expect(200).Text);
        var page = (await friend.GetAsync(link + "/")).Expect(200);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains("one.txt", page.Text, StringComparison.Ordinal);

        var archive = (await friend.GetAsync(link + "?archive")).Expect(200);
        await using var zip = new ZipArchive(new MemoryStream(archive.Body));
        Assert.Equal(
            ["in/", "in/deep.txt", "one.txt"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            archive.Body[10..],
            (await friend.GetAsync(link + "?archive", ("Range", "bytes=10-"))).Expect(206).Body
        );
        var below = (await friend.GetAsync(link + "/in?archive")).Expect(200);
        Assert.Contains("in.zip", below.Header("Content-Disposition"), StringComparison.Ordinal);
        await using var part = new ZipArchive(new MemoryStream(below.Body));
        Assert.Equal("deep.txt", Assert.Single(part.Entries).FullName);
        (await friend.GetAsync(link + "/none?archive")).Expect(404);
        (await friend.GetAsync(link + "/one.txt?archive")).Expect(405);
    }

    [Fact]
    public async Task A_visitor_learns_nothing_of_the_cloud_around_what_is_shared()
    {
        await using var api = await StartAsync();
        await api.Alice.SendAsync(
            "PROPPATCH",
            "/dav/folder",
            new StringContent(
                "<propertyupdate xmlns='DAV:'><set><prop><x xmlns='urn:x'>private</x></prop></set></propertyupdate>",
                null,
                "application/xml"
            )
        );
        (
            await api.Alice.SendAsync(
                "LOCK",
                "/dav/folder/",
                new StringContent(
                    "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>secret</owner></lockinfo>",
                    null,
                    "application/xml"
                ),
                ("Depth", "infinity")
            )
        ).Expect(200);
        var link = await ShareAsync(api, new { path = "/folder", rights = "view" });
        var friend = api.Host.Anonymous();

        var listing = (await friend.PropfindAsync(link + "/", "1")).Expect(207).Text;
        foreach (
            var secret in (string[])
                ["private", "secret", "opaquelocktoken", "alice", "/dav", "quota-used-bytes>"]
        )
            Assert.DoesNotContain(secret, listing, StringComparison.Ordinal);
        var quota = await friend.PropertiesAsync(link + "/", "0", s_available, s_used);
        Assert.DoesNotContain(
            quota.Responses,
            response =>
                response.Properties.Any(property =>
                    property.Name == s_used && property.Status == 200
                )
        );
        foreach (
            var outside in (string[])
                [link + "/../", link + "/%2e%2e/top.txt", link + "/../../dav/top.txt", "/s/", "/s"]
        )
            Assert.NotInRange((await friend.GetAsync(outside)).Status, 200, 299);
        var token = link["/s/".Length..];
        friend.Authorization = DavClient.BasicOf(token, token);
        (await friend.GetAsync("/dav/folder/one.txt")).Expect(401);
    }

    [Theory]
    [InlineData("DELETE", "/one.txt")]
    [InlineData("DELETE", "/nothing")]
    [InlineData("MKCOL", "/new")]
    [InlineData("PUT", "/one.txt")]
    [InlineData("PUT", "/new.txt")]
    [InlineData("PROPPATCH", "/one.txt")]
    [InlineData("LOCK", "/one.txt")]
    [InlineData("MOVE", "/one.txt")]
    [InlineData("COPY", "/one.txt")]
    public async Task What_only_shows_is_not_changed_and_says_so(string method, string path)
    {
        await using var api = await StartAsync();
        var link = await ShareAsync(api, new { path = "/folder", rights = "download" });
        var before = (await api.Alice.HeadAsync("/dav/")).ETag;

        var answer = await api
            .Host.Anonymous()
            .SendAsync(
                method,
                link + path,
                method switch
                {
                    "PROPPATCH" => new StringContent(
                        "<propertyupdate xmlns='DAV:'><set><prop><x xmlns='urn:x'>1</x></prop></set></propertyupdate>",
                        null,
                        "application/xml"
                    ),
                    "LOCK" => new StringContent(
                        "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>",
                        null,
                        "application/xml"
                    ),
                    "PUT" => new StringContent("x"),
                    _ => null,
                },
                method is "MOVE" or "COPY" ? [("Destination", link + "/two.txt")] : []
            );

        Assert.Equal(403, answer.Status);
        Assert.Contains("share-right-missing", answer.Text, StringComparison.Ordinal);
        Assert.Equal(before, (await api.Alice.HeadAsync("/dav/")).ETag);
    }

    [Fact]
    public async Task What_is_dropped_arrives_under_a_name_of_its_own_and_is_not_shown_again()
    {
        await using var api = await StartAsync();
        var link = await ShareAsync(api, new { path = "/folder", rights = "drop" });
        var friend = api.Host.Anonymous();

        (await friend.PutAsync(link + "/one.txt", "mine", ("If-None-Match", "*"))).Expect(201);
        (await friend.PutAsync(link + "/photo.jpg", new byte[50_000])).Expect(201);
        foreach (
            var path in (string[])
                [link, link + "/", link + "/photo.jpg", link + "/one.txt", link + "/nothing"]
        )
            Assert.Equal((path, 403), (path, (await friend.GetAsync(path)).Status));
        (await friend.PropfindAsync(link + "/", "1")).Expect(403);
        (await friend.PutAsync(link + "/in/deep.txt", "x")).Expect(403);
        Assert.Equal("one", (await api.Alice.GetAsync("/dav/folder/one.txt")).Text);
        Assert.Equal(4, (await api.Alice.ListAsync("/dav/folder/")).Count);
    }

    [Fact]
    public async Task A_password_is_asked_for_with_any_name_and_wrong_ones_are_counted_per_link_and_address()
    {
        await using var api = await StartAsync(("SignIn:FailuresPerWindow", "3"));
        var link = await ShareAsync(
            api,
            new
            {
                path = "/folder/one.txt",
                rights = "view",
                password = "sésame",
            }
        );
        var other = await ShareAsync(
            api,
            new
            {
                path = "/folder/one.txt",
                rights = "view",
                password = "open",
            }
        );
        var friend = api.Host.Anonymous();

        var asked = (await friend.GetAsync(link)).Expect(401);
        Assert.StartsWith(
            "Basic realm=",
            asked.Header("WWW-Authenticate"),
            StringComparison.Ordinal
        );
        friend.Authorization = DavClient.BasicOf("anybody", "sésame");
        Assert.Equal("one", (await friend.GetAsync(link)).Expect(200).Text);
        friend.Authorization = DavClient.BasicOf("", "wrong");
        for (var i = 0; i < 3; i++)
            (await friend.GetAsync(link)).Expect(401);
        var limited = (await friend.GetAsync(link)).Expect(429);
        Assert.NotNull(limited.Header("Retry-After"));
        friend.Authorization = DavClient.BasicOf("x", "open");
        (await friend.GetAsync(other)).Expect(200);
    }

    [Fact]
    public async Task Many_requests_with_one_right_password_cost_one_slow_hash()
    {
        await using var api = await StartAsync();
        var link = await ShareAsync(
            api,
            new
            {
                path = "/folder/one.txt",
                rights = "view",
                password = "open",
            }
        );
        var desk = api.Host.Services.GetRequiredService<SignInDesk>();
        var before = desk.SlowHashCount;
        var friend = api.Host.Anonymous();
        friend.Authorization = DavClient.BasicOf("x", "open");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 25).Select(_ => friend.GetAsync(link))
        );
        answers = [.. answers, await friend.GetAsync(link)];

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1, desk.SlowHashCount - before);
    }

    [Fact]
    public async Task A_new_password_takes_the_place_of_the_old_one_on_the_next_request()
    {
        await using var api = await StartAsync();
        var made = await MakeAsync(
            api,
            new
            {
                path = "/folder/one.txt",
                rights = "view",
                password = "old",
            }
        );
        var (link, id) = (PathOf(made), made.GetProperty("id").GetInt64());
        var friend = api.Host.Anonymous();
        friend.Authorization = DavClient.BasicOf("x", "old");
        (await friend.GetAsync(link)).Expect(200);

        (await api.Alice.SendJsonAsync("PATCH", $"{Shares}/{id}", new { password = "new" })).Expect(
            200
        );

        (await friend.GetAsync(link)).Expect(401);
        friend.Authorization = DavClient.BasicOf("x", "new");
        (await friend.GetAsync(link)).Expect(200);
        (
            await api.Alice.SendJsonAsync(
                "PATCH",
                $"{Shares}/{id}",
                new { remove = (string[])["password"] }
            )
        ).Expect(200);
        friend.Authorization = null;
        (await friend.GetAsync(link)).Expect(200);
    }

    [Fact]
    public async Task Every_end_and_pause_is_told_with_its_status_and_never_kept()
    {
        await using var api = await StartAsync();
        var end = api.Time.GetUtcNow().AddHours(1);
        var link = await ShareAsync(
            api,
            new
            {
                path = "/folder",
                rights = "download",
                expires = end,
            }
        );
        var friend = api.Host.Anonymous();
        (await friend.GetAsync(link + "/one.txt")).Expect(200);

        await ExpectAsync(friend, "/s/AAAAAAAAAAAAAAAAAAAAAAAA/one.txt", 404, "share-not-found");
        var suspension = await api.Contracts.SetAsync(
            "alice",
            MeasureKind.Suspension,
            Switches.ShareWithFriends,
            new Texts { En = "Your bill is open." }
        );
        var paused = await ExpectAsync(friend, link + "/one.txt", 403, "share-paused");
        Assert.DoesNotContain("bill", paused, StringComparison.Ordinal);
        await ExpectAsync(friend, link + "?archive", 403, "share-paused");
        await api.ChangeAsync(async transaction =>
            _ = await transaction.LiftMeasureAsync(suspension, "test", api.Time.GetUtcNow())
        );
        (await friend.GetAsync(link + "/one.txt")).Expect(200);

        await api.Contracts.EndAsync("alice", api.Time.GetUtcNow());
        await ExpectAsync(friend, link + "/one.txt", 403, "share-paused");
        await api.Contracts.EndAsync("alice", null);
        await api.Contracts.SetAsync(new PlatformFacts { Mode = PlatformMode.Off });
        await ExpectAsync(friend, link + "/one.txt", 503, "maintenance");
        await api.Contracts.SetAsync(PlatformFacts.Normal);

        api.Time.Advance(TimeSpan.FromHours(1));
        await ExpectAsync(friend, link + "/one.txt", 410, "share-expired");
    }

    [Fact]
    public async Task Its_owner_sees_changes_and_ends_it()
    {
        await using var api = await StartAsync();
        var made = await MakeAsync(
            api,
            new
            {
                path = "/folder",
                rights = "download",
                label = "Holidays",
                maxDownloads = 5,
            }
        );
        var id = made.GetProperty("id").GetInt64();
        var friend = api.Host.Anonymous();
        (await friend.GetAsync(PathOf(made) + "/one.txt")).Expect(200);
        (await friend.GetAsync(PathOf(made) + "/one.txt")).Expect(200);
        (await api.Alice.MoveAsync("/dav/folder", "/dav/renamed")).Expect(201);

        var seen = (await api.Alice.GetAsync($"{Shares}/{id}")).Expect(200).Json();
        Assert.Equal("/renamed", seen.GetProperty("path").GetString());
        Assert.Equal("open", seen.GetProperty("state").GetString());
        Assert.Equal(1, seen.GetProperty("opened").GetInt64());
        Assert.Equal(1, seen.GetProperty("downloaded").GetInt64());
        Assert.Equal(made.GetProperty("url").GetString(), seen.GetProperty("url").GetString());
        Assert.Equal(JsonValueKind.String, seen.GetProperty("lastUsed").ValueKind);

        var bob = await api.Host.AddPersonAsync("bob", 20_000);
        Assert.Equal("404 not-found", (await bob.GetAsync($"{Shares}/{id}")).Problem());
        Assert.Equal("404 not-found", (await bob.DeleteAsync($"{Shares}/{id}")).Problem());
        Assert.Empty(
            (await bob.GetAsync(Shares)).Expect(200).Json().GetProperty("items").EnumerateArray()
        );

        (await api.Alice.DeleteAsync($"{Shares}/{id}")).Expect(204);
        await ExpectAsync(friend, PathOf(made) + "/one.txt", 404, "share-not-found");
        Assert.Equal("404 not-found", (await api.Alice.DeleteAsync($"{Shares}/{id}")).Problem());
    }

    [Fact]
    public async Task What_sends_no_byte_is_no_download()
    {
        await using var api = await StartAsync();
        var made = await MakeAsync(
            api,
            new
            {
                path = "/folder",
                rights = "download",
                maxDownloads = 1,
            }
        );
        var (link, id) = (PathOf(made), made.GetProperty("id").GetInt64());
        var friend = api.Host.Anonymous();
        var file = (await friend.HeadAsync(link + "/one.txt")).Expect(200);
        var archive = (await friend.HeadAsync(link + "?archive")).Expect(200);

        (await friend.GetAsync(link + "/one.txt", ("If-None-Match", file.ETag!))).Expect(304);
        (await friend.GetAsync(link + "/one.txt", ("If-Match", "\"other\""))).Expect(412);
        (await friend.GetAsync(link + "/one.txt", ("Range", "bytes=10-"))).Expect(416);
        (await friend.GetAsync(link + "?archive", ("If-None-Match", archive.ETag!))).Expect(304);
        (await friend.GetAsync(link + "?archive", ("Range", "bytes=1000000-"))).Expect(416);
        (await friend.GetAsync(link + "/")).Expect(200);

        async Task<long> DownloadedAsync() =>
            (await api.Alice.GetAsync($"{Shares}/{id}"))
                .Expect(200)
                .Json()
                .GetProperty("downloaded")
                .GetInt64();
        Assert.Equal(0, await DownloadedAsync());
        Assert.Equal(
            "ne",
            (await friend.GetAsync(link + "/one.txt", ("Range", "bytes=1-"))).Expect(206).Text
        );
        Assert.Equal(1, await DownloadedAsync());
    }

    [Fact]
    public async Task A_download_under_way_stops_within_seconds_when_its_link_is_ended()
    {
        await using var api = await StartAsync(capacity: 200_000_000);
        (await api.Alice.PutAsync("/dav/folder/large.bin", new byte[64_000_000])).Expect(201);
        var made = await MakeAsync(api, new { path = "/folder", rights = "download" });
        using var answer = await api.Host.Anonymous().OpenAsync("GET", PathOf(made) + "/large.bin");
        await using var body = await answer.Content.ReadAsStreamAsync(
            TestContext.Current.CancellationToken
        );
        await body.ReadExactlyAsync(new byte[1_000], TestContext.Current.CancellationToken);

        (await api.Alice.DeleteAsync($"{Shares}/{made.GetProperty("id").GetInt64()}")).Expect(204);
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            api.Time.Advance(TimeSpan.FromSeconds(2));
        }

        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData(
        """{ "path": "/nowhere", "rights": "view", "rightsAttested": true, "rightsStatement": "1" }""",
        "404 not-found"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": false, "rightsStatement": "1" }""",
        "403 rights-attestation-required"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true }""",
        "403 rights-attestation-required"
    )]
    [InlineData(
        """{ "path": "/folder/one.txt", "rights": "drop", "rightsAttested": true, "rightsStatement": "1" }""",
        "405 is-file"
    )]
    [InlineData(
        """{ "path": "/folder/..", "rights": "view", "rightsAttested": true, "rightsStatement": "1" }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "edit", "rightsAttested": true, "rightsStatement": "1" }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true, "rightsStatement": "1", "maxDownloads": 0 }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true, "rightsStatement": "1", "password": "" }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true, "rightsStatement": "1", "expires": "2020-01-01T00:00:00Z" }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true, "rightsStatement": "1", "sendTo": "nobody" }""",
        "400 invalid-input"
    )]
    [InlineData(
        """{ "path": "/folder", "rights": "view", "rightsAttested": true, "rightsStatement": "1", "sendTo": "bob@example.org" }""",
        "409 no-shared-secret"
    )]
    public async Task What_cannot_be_shared_is_refused_with_the_reason(
        string wanted,
        string problem
    )
    {
        await using var api = await StartAsync();

        Assert.Equal(problem, (await api.Alice.SendJsonAsync("POST", Shares, wanted)).Problem());
    }

    [Fact]
    public async Task Protecting_an_item_pauses_its_links_and_refuses_new_ones()
    {
        await using var api = await StartAsync();
        var made = await MakeAsync(api, new { path = "/folder", rights = "view" });
        var friend = api.Host.Anonymous();

        var marked = await api.Alice.SendJsonAsync(
            "PUT",
            "/api/v1/protection",
            new { path = "/folder", isProtected = true }
        );
        Assert.True(marked.Expect(200).Json().GetProperty("isProtected").GetBoolean());
        await ExpectAsync(friend, PathOf(made) + "/one.txt", 403, "share-paused");
        Assert.Equal(
            "403 protected-content",
            (
                await api.Alice.SendJsonAsync(
                    "POST",
                    Shares,
                    Attested(new { path = "/folder/in", rights = "view" })
                )
            ).Problem()
        );
        Assert.Equal(
            "paused",
            (await api.Alice.GetAsync($"{Shares}/{made.GetProperty("id").GetInt64()}"))
                .Json()
                .GetProperty("state")
                .GetString()
        );
        (
            await api.Alice.SendJsonAsync(
                "PUT",
                "/api/v1/protection",
                new { path = "/folder", isProtected = false }
            )
        ).Expect(200);
        (await friend.GetAsync(PathOf(made) + "/one.txt")).Expect(200);
    }

    private static async Task<ApiHost> StartAsync(params (string, string?)[] settings) =>
        await FillAsync(await ApiHost.StartAsync(settings));

    private static async Task<ApiHost> StartAsync(long capacity)
    {
        var api = await ApiHost.StartAsync();
        await api.Contracts.ChangeCapacityAsync("alice", capacity);
        return await FillAsync(api);
    }

    private static async Task<ApiHost> FillAsync(ApiHost api)
    {
        await api.Contracts.ChangeCapacityAsync("alice", 200_000_000);
        (await api.Alice.MkcolAsync("/dav/folder")).Expect(201);
        (await api.Alice.MkcolAsync("/dav/folder/in")).Expect(201);
        (await api.Alice.PutAsync("/dav/folder/one.txt", "one")).Expect(201);
        (await api.Alice.PutAsync("/dav/folder/in/deep.txt", "deep")).Expect(201);
        (await api.Alice.PutAsync("/dav/top.txt", "top")).Expect(201);
        return api;
    }

    private static async Task<string> ShareAsync(ApiHost api, object wanted) =>
        PathOf(await MakeAsync(api, wanted));

    private static async Task<JsonElement> MakeAsync(ApiHost api, object wanted) =>
        (await api.Alice.SendJsonAsync("POST", Shares, Attested(wanted))).Expect(201).Json();

    private static string Attested(object wanted)
    {
        var json = JsonSerializer.SerializeToNode(wanted)!.AsObject();
        json["rightsAttested"] = true;
        json["rightsStatement"] = "2026-01";
        return json.ToJsonString();
    }

    private static string PathOf(JsonElement share) =>
        new Uri(share.GetProperty("url").GetString()!).AbsolutePath;

    private static async Task<string> ExpectAsync(
        DavClient friend,
        string path,
        int status,
        string code
    )
    {
        var answer = await friend.GetAsync(path, ("Accept", "application/xml"));
        Assert.Equal((path, status), (path, answer.Status));
        Assert.Contains(code, answer.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        return answer.Text;
    }
}
