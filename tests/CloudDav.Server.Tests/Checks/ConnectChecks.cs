using System.Diagnostics;
using System.Text;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>How clients find the server, sign in and are kept signed in.</summary>
public sealed class ConnectChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C01_Explorer_without_credentials_gets_dav_headers_on_every_ancestor_of_the_mount()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        await using var explorer = tree.WithAuthorization(null).As(Agents.MiniRedir);
        var root = new WireClient(tree.Port, "", null) { Agent = Agents.MiniRedir };
        await using (root)
            foreach (
                var (client, path) in new[]
                {
                    (root, "/"),
                    (root, tree.Prefix + "/"),
                    (root, tree.Prefix.Length > 0 ? tree.Prefix : "/"),
                    (explorer, "/folder"),
                    (explorer, "/folder/"),
                    (explorer, "/not-there"),
                }
            )
            {
                var answer = (await client.SendAsync("OPTIONS", path, ("translate", "f"))).Expect(
                    200
                );
                Assert.StartsWith("1, 2, 3", answer["DAV"], StringComparison.Ordinal);
                Assert.Single(answer.All("DAV"));
                Assert.Equal("DAV", answer["MS-Author-Via"]);
                Assert.Contains("PROPFIND", answer["Allow"], StringComparison.Ordinal);
                Assert.Equal("bytes", answer["Accept-Ranges"]);
                Assert.Equal("0", answer["Content-Length"]);
                Assert.Null(answer["Location"]);
            }
    }

    [Fact]
    public async Task C01_Every_ancestor_of_the_mount_answers_PROPFIND_as_a_collection()
    {
        await using var tree = await NewTreeAsync();
        await using var root = new WireClient(tree.Port, "", tree.Authorization)
        {
            Agent = Agents.MiniRedir,
        };
        foreach (var depth in new[] { "0", "1" })
        {
            var listing = (
                await root.PropfindAsync(
                    "/",
                    depth,
                    DavWords.Propfind(DavWords.Name("resourcetype"))
                )
            ).Multistatus;
            Assert.True(listing.Entries[0].IsCollection);
            Assert.Equal("/", listing.Entries[0].Href);
            if (depth == "1" && tree.Prefix.Length > 0)
                Assert.Equal(tree.Prefix + "/", Assert.Single(listing.Entries.Skip(1)).Href);
        }
    }

    [Fact]
    public async Task C02_A_collection_without_its_last_slash_is_answered_and_never_redirected()
    {
        await using var tree = await NewTreeAsync();
        foreach (var slash in new[] { "", "/" })
        {
            (await tree.MkcolAsync("/a" + slash)).Expect(201);
            (await tree.PutAsync("/a/file", "x")).Expect(201);
            (await tree.SendAsync("OPTIONS", "/a" + slash)).Expect(200);
            (await tree.GetAsync("/a" + slash)).Expect(200);
            (await tree.HeadAsync("/a" + slash)).Expect(200);
            var listing = (await tree.PropfindAsync("/a" + slash, "1")).Multistatus;
            Assert.EndsWith("/a/", listing.Entries[0].Href, StringComparison.Ordinal);
            Assert.EndsWith("/a/file", listing.Entries[1].Href, StringComparison.Ordinal);
            (await tree.ProppatchAsync("/a" + slash, DavWords.Proppatch(("{x:}p", "v")))).Expect(
                207
            );
            var token = await tree.TakeLockAsync("/a" + slash);
            (await tree.UnlockAsync("/a" + slash, token)).Expect(204);
            (await tree.CopyAsync("/a" + slash, "/b" + slash)).Expect(201);
            (await tree.MoveAsync("/b" + slash, "/c" + slash)).Expect(201);
            (await tree.DeleteAsync("/a" + slash)).Expect(204);
            (await tree.DeleteAsync("/c" + slash)).Expect(204);
        }
        if (tree.Prefix.Length > 0)
            (await tree.PropfindAsync("", "0")).Expect(207);
    }

    [Fact]
    public async Task C03_No_or_wrong_credentials_get_one_Basic_challenge_and_the_DAV_header()
    {
        await using var tree = await NewTreeAsync();
        foreach (
            var authorization in new[]
            {
                null,
                DavWords.Basic("nobody-" + Guid.NewGuid(), "wrong"),
                "Basic !!!not-base64",
                "Basic",
            }
        )
        {
            await using var client = tree.WithAuthorization(authorization);
            var answer = (await client.PropfindAsync("/")).Expect(401);
            var challenge = Assert.Single(answer.All("WWW-Authenticate"));
            Assert.Matches("^Basic realm=\"[^\"]+\", charset=\"UTF-8\"$", challenge);
            Assert.StartsWith("1, 2, 3", answer["DAV"], StringComparison.Ordinal);
            Assert.Equal("DAV", answer["MS-Author-Via"]);
            Assert.True(answer.Body.Length is > 0 and < 2000);
            Assert.NotNull(answer["Content-Length"]);
            Assert.NotEqual("close", answer["Connection"]);
        }
    }

    [Fact]
    public async Task C04_Plain_http_is_refused_without_a_challenge_and_takes_no_password()
    {
        await using var own = await OwnCloud.StartAsync(o => o.PlainHttp = false);
        await using var tree = await own.NewTreeAsync();
        foreach (var authorization in new[] { tree.Authorization, null })
        foreach (var method in new[] { "OPTIONS", "PROPFIND", "GET", "PUT" })
        {
            await using var client = tree.WithAuthorization(authorization);
            var answer = (await client.SendAsync(method, "/")).Expect(403);
            Assert.Null(answer["WWW-Authenticate"]);
            Assert.NotEmpty(answer.Text);
        }
        // A header that anybody could send does not make it https.
        (await tree.PropfindAsync("/", "0", "", ("X-Forwarded-Proto", "https"))).Expect(400, 403);
    }

    [Fact]
    public async Task C04_A_trusted_proxy_that_says_https_is_believed()
    {
        await using var own = await OwnCloud.StartAsync(o =>
        {
            o.PlainHttp = false;
            o.Settings["Listen:TrustedProxies:0"] = "127.0.0.1";
        });
        await using var tree = await own.NewTreeAsync();
        (await tree.PropfindAsync("/", "0", "", ("X-Forwarded-Proto", "https"))).Expect(207);
        var plain = (await tree.PropfindAsync("/", "0", "", ("X-Forwarded-Proto", "http"))).Expect(
            403
        );
        Assert.Null(plain["WWW-Authenticate"]);
        (await tree.PropfindAsync("/")).Expect(403);
    }

    [Fact]
    public async Task C35_Fifty_requests_with_a_right_password_cost_one_slow_hash()
    {
        await using var own = await OwnCloud.StartAsync();
        // So slow that fifty of them would take minutes.
        const int iterations = 6_000_000;
        await using var tree = await own.NewPersonAsync("slow", "password", iterations);
        var first = Stopwatch.StartNew();
        (await tree.PropfindAsync("/")).Expect(207);
        first.Stop();
        var others = Stopwatch.StartNew();
        for (var i = 0; i < 50; i++)
        {
            await using var connection = tree.As(null);
            (await connection.PropfindAsync("/")).Expect(207);
        }
        Assert.True(
            others.Elapsed < first.Elapsed,
            $"the first took {first.Elapsed}, fifty more {others.Elapsed}"
        );
    }

    [Fact]
    public async Task C35_A_revoked_device_is_signed_out_on_its_next_request()
    {
        await using var owner = await NewTreeAsync();
        var device = await Cloud.NewDeviceAsync(owner);
        await using var tree = Cloud.Client(TestCloud.UserOf(owner), device.Password);
        (await tree.PropfindAsync("/")).Expect(207);
        var revoked = Stopwatch.StartNew();
        await Cloud.RevokeAsync(device);
        (await tree.PropfindAsync("/")).Expect(401);
        Assert.True(revoked.Elapsed < TimeSpan.FromSeconds(1));
        (await owner.PropfindAsync("/")).Expect(207);
    }

    [Fact]
    public async Task C36_The_Finder_dialog_learns_on_OPTIONS_that_a_password_is_wrong()
    {
        await using var tree = await NewTreeAsync();
        var wrong = DavWords.Basic("nobody-" + Guid.NewGuid(), "wrong");
        foreach (
            var (agent, authorization, status) in new[]
            {
                (Agents.WebDavLib, wrong, 401),
                (Agents.WebDavLib, null, 401),
                (Agents.FinderBefore154, null, 401),
                (Agents.Davfs2, null, 401),
                (Agents.Cadaver, null, 401),
                (Agents.Cyberduck, null, 401),
                (Agents.MiniRedir, null, 200),
                (Agents.Word, null, 200),
                (Agents.MiniRedir, wrong, 401),
                (Agents.Word, wrong, 401),
                ("SomethingElse/1.0", null, 200),
                (Agents.WebDavLib, tree.Authorization, 200),
            }
        )
        {
            await using var client = tree.WithAuthorization(authorization).As(agent);
            (await client.SendAsync("OPTIONS", "/", ("Connection", "close"))).Expect(status);
        }
    }

    [Fact]
    public async Task C37_Office_without_credentials_sees_the_same_for_existing_and_missing_names()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/there.docx", "content")).Expect(201);
        await using var office = tree.WithAuthorization(null).As(Agents.OfficeExistence);
        string Shown(WireResponse answer) =>
            string.Join(
                '\n',
                answer.Headers.Where(h => h.Name is not "Date").Select(h => $"{h.Name}: {h.Value}")
            );
        foreach (var bearer in new[] { false, true })
        {
            (string, string)[] headers = bearer ? [("Authorization", "Bearer")] : [];
            var there = (await office.HeadAsync("/there.docx", headers)).Expect(200);
            var missing = (await office.HeadAsync("/missing.docx", headers)).Expect(200);
            Assert.Equal(Shown(there), Shown(missing));
            Assert.Null(there["ETag"]);
            Assert.Null(there["Last-Modified"]);
            Assert.Null(there["Content-Type"]);
            Assert.True(there["Content-Length"] is null or "0");
        }
        await using var discovery = tree.WithAuthorization(null).As(Agents.OfficeDiscovery);
        var options = (await discovery.SendAsync("OPTIONS", "/")).Expect(200);
        Assert.StartsWith("1, 2, 3", options["DAV"], StringComparison.Ordinal);
        Assert.Equal("DAV", options["MS-Author-Via"]);
        // Reading still needs a password.
        (await office.GetAsync("/there.docx")).Expect(401);
    }

    [Fact]
    public async Task C62_A_burst_from_a_mount_client_is_queued_and_answered()
    {
        await using var tree = await NewTreeAsync();
        for (var i = 0; i < 20; i++)
            (await tree.PutAsync($"/file{i}", "x")).Expect(201);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async _ =>
                {
                    await using var client = tree.As(Agents.Davfs2);
                    var time = Stopwatch.StartNew();
                    var answer = await client.PropfindAsync("/", "1");
                    return (answer, time.Elapsed);
                })
        );
        foreach (var (answer, time) in answers)
        {
            Assert.Equal(21, answer.Multistatus.Entries.Count);
            Assert.True(time < TimeSpan.FromSeconds(20), $"took {time}");
        }
    }

    [Fact]
    public async Task C73_Sign_in_takes_domain_prefix_decomposed_names_and_Latin_1_passwords()
    {
        const string password = "Grüße-sehr-geheim";
        var user = "jürgen" + Guid.NewGuid().ToString("N")[..8];
        await using var person = await Cloud.NewPersonAsync(user, password);
        foreach (
            var credentials in new[]
            {
                Encoding.UTF8.GetBytes($"{user}:{password}"),
                Encoding.UTF8.GetBytes($"DOMAIN\\{user}:{password}"),
                Encoding.UTF8.GetBytes($"\\{user}:{password}"),
                Encoding.UTF8.GetBytes($" {user} :{password}"),
                Encoding.UTF8.GetBytes($"{user.ToUpperInvariant()}:{password}"),
                Encoding.UTF8.GetBytes($"{user.Normalize(NormalizationForm.FormD)}:{password}"),
                Encoding.UTF8.GetBytes($"{user}:{password.Normalize(NormalizationForm.FormD)}"),
                Encoding.Latin1.GetBytes($"{user}:{password}"),
                Encoding.Latin1.GetBytes($"DOMAIN\\{user}:{password}"),
            }
        )
        {
            await using var client = Cloud
                .Client(user, password)
                .WithAuthorization("Basic " + Convert.ToBase64String(credentials));
            (await client.PropfindAsync("/")).Expect(207);
        }
    }

    [Fact]
    public async Task C81_OPTIONS_answers_on_everything_and_methods_are_known_allowed_or_not()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        (await tree.MkcolAsync("/folder")).Expect(201);
        foreach (var path in new[] { "*", "/", "/file", "/folder/", "/missing", "/missing/deep" })
        {
            var answer = (await tree.SendAsync("OPTIONS", path)).Expect(200);
            Assert.StartsWith("1, 2, 3", answer["DAV"], StringComparison.Ordinal);
        }
        (await tree.SendAsync("BREW", "/file")).Expect(501);
        (await tree.SendAsync("propfind", "/file")).Expect(501);
        foreach (
            var (method, path) in new[]
            {
                ("POST", "/file"),
                ("POST", "/folder/"),
                ("PUT", "/folder"),
                ("PUT", "/folder/"),
                ("MKCOL", "/file"),
                ("MKCOL", "/folder"),
            }
        )
        {
            var answer = (await tree.SendAsync(method, path)).Expect(405);
            Assert.NotNull(answer["Allow"]);
            Assert.Contains("PROPFIND", answer["Allow"], StringComparison.Ordinal);
            Assert.DoesNotContain(
                method,
                answer["Allow"]!.Split(',', StringSplitOptions.TrimEntries)
            );
        }
    }
}
