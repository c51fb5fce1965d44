using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Operator;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>Measures, registers, staff access and accounts at the operator's door, and what customers notice of them.</summary>
public sealed class RegisterApiTests : IAsyncLifetime
{
    private OperatorHost _operator = null!;
    private DavClient _alice = null!;
    private long _account;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorHost.StartAsync();
        _alice = _operator.Host.Client();
        _account = (
            await _operator.GetAsync("/accounts?signInName=alice", OperatorScope.SupportRead)
        )
            .Json.GetProperty("account")
            .GetInt64();
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task A_suspension_bites_on_the_next_request_and_is_sent_twice_without_effect()
    {
        var body = new
        {
            switches = (string[])["upload", "share"],
            reasonCode = "unpaid",
            words = new { en = "Pay the open bill." },
        };
        var path = $"/accounts/{_account}/suspensions";
        var first = await PostAsync(path, body, OperatorScope.Suspend, id: "one");
        var second = await PostAsync(path, body, OperatorScope.Suspend, id: "one");

        Assert.Equal(201, first.Status);
        Assert.Equal(first.Text, second.Text);
        var refused = await _alice.PutAsync("/dav/a", "x");
        Assert.Equal(403, refused.Status);
        Assert.Contains("Pay the open bill.", refused.Text, StringComparison.Ordinal);
        Assert.Single(
            (await _operator.GetAsync(path, OperatorScope.Suspend))
                .Json.GetProperty("items")
                .EnumerateArray()
        );

        var number = first.Json.GetProperty("measure").GetInt64();
        Assert.Equal(
            200,
            (await PostAsync($"/suspensions/{number}/end", null, OperatorScope.Suspend)).Status
        );
        Assert.Equal(201, (await _alice.PutAsync("/dav/a", "x")).Status);
        var again = await PostAsync($"/suspensions/{number}/end", null, OperatorScope.Suspend);
        Assert.Equal((409, "already-ended"), (again.Status, again.Code));
        Assert.NotNull(
            (await _operator.GetAsync(path, OperatorScope.Suspend))
                .Json.GetProperty("items")[0]
                .GetProperty("lifted")
                .GetString()
        );
    }

    [Theory]
    [InlineData("""{"switches":["upload"]}""", "reasonCode")]
    [InlineData("""{"switches":[],"reasonCode":"unpaid"}""", "switches")]
    [InlineData("""{"switches":["everything"],"reasonCode":"unpaid"}""", "switches[0]")]
    [InlineData(
        """{"switches":["whole"],"reasonCode":"unpaid","until":"2020-01-01T00:00:00Z"}""",
        "until"
    )]
    [InlineData("""{"switches":["whole"],"reasonCode":"unpaid","words":{"xx":"?"}}""", "words.xx")]
    public async Task Wrong_input_is_named(string body, string field)
    {
        var reply = await PostAsync(
            $"/accounts/{_account}/suspensions",
            body,
            OperatorScope.Suspend
        );

        Assert.Equal((400, "invalid-input"), (reply.Status, reply.Code));
        Assert.Contains(field, reply.Fields.Append(reply.Member("field")));
    }

    [Fact]
    public async Task An_item_is_blocked_by_its_path_and_unblocked_again()
    {
        await _alice.PutAsync("/dav/film.mkv", "x");
        var missing = await PostAsync(
            $"/accounts/{_account}/blocks",
            new { path = "/other", reasonCode = "notice" },
            OperatorScope.ContentBlock
        );
        Assert.Equal((404, "path"), (missing.Status, missing.Member("field")));

        var block = await PostAsync(
            $"/accounts/{_account}/blocks",
            new
            {
                path = "/film.mkv",
                reasonCode = "notice",
                isLegalOrder = true,
            },
            OperatorScope.ContentBlock
        );

        Assert.Equal(201, block.Status);
        Assert.Equal(451, (await _alice.GetAsync("/dav/film.mkv")).Status);
        await PostAsync(
            $"/blocks/{block.Json.GetProperty("measure").GetInt64()}/end",
            null,
            OperatorScope.ContentBlock
        );
        Assert.Equal(200, (await _alice.GetAsync("/dav/film.mkv")).Status);
    }

    [Theory]
    [InlineData(false, 403)]
    [InlineData(true, 451)]
    public async Task A_link_is_blocked_as_somebody_was_given_it_and_its_owner_sees_why(
        bool isLegalOrder,
        int status
    )
    {
        await _alice.PutAsync("/dav/film.mkv", "x");
        var share = (await ShareAsync("/film.mkv")).Json();
        var link = share.GetProperty("url").GetString()!;
        var body = new
        {
            link = link + "?archive",
            reasonCode = "copyright",
            words = new { en = "Reported by a publisher." },
            reference = "N-1",
            isLegalOrder,
        };

        var block = await PostAsync("/share-blocks", body, OperatorScope.ContentBlock, id: "one");
        var again = await PostAsync("/share-blocks", body, OperatorScope.ContentBlock, id: "one");

        Assert.Equal((201, block.Text), (block.Status, again.Text));
        Assert.Equal(_account, block.Json.GetProperty("account").GetInt64());
        Assert.Equal(
            share.GetProperty("id").GetInt64(),
            block.Json.GetProperty("share").GetInt64()
        );
        var visited = await _operator
            .Host.Anonymous()
            .GetAsync(new Uri(link).AbsolutePath, ("Accept", "application/xml"));
        Assert.Equal((status, "no-store"), (visited.Status, visited.Header("Cache-Control")));
        Assert.Contains(":blocked", visited.Text, StringComparison.Ordinal);
        foreach (var secret in (string[])["publisher", "copyright", "N-1"])
            Assert.DoesNotContain(secret, visited.Text, StringComparison.Ordinal);
        var path = $"/api/v1/shares/{share.GetProperty("id").GetInt64()}";
        var seen = (await _alice.GetAsync(path)).Expect(200).Json();
        Assert.Equal("blocked", seen.GetProperty("state").GetString());
        Assert.Equal(
            "Reported by a publisher.",
            seen.GetProperty("block").GetProperty("reason").GetString()
        );
        var changed = await _alice.SendJsonAsync("PATCH", path, new { label = "another" });
        Assert.Equal($"{status} blocked", changed.Problem());
        Assert.Single(
            (
                await _operator.GetAsync(
                    $"/accounts/{_account}/share-blocks",
                    OperatorScope.ContentBlock
                )
            )
                .Json.GetProperty("items")
                .EnumerateArray()
        );

        await PostAsync(
            $"/share-blocks/{block.Json.GetProperty("measure").GetInt64()}/end",
            null,
            OperatorScope.ContentBlock
        );
        (await _operator.Host.Anonymous().GetAsync(new Uri(link).AbsolutePath)).Expect(200);
        seen = (await _alice.GetAsync(path)).Expect(200).Json();
        Assert.Equal("open", seen.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("block").ValueKind);
    }

    [Fact]
    public async Task A_download_by_a_link_under_way_stops_within_seconds_when_the_link_is_blocked()
    {
        await _alice.PutAsync("/dav/film.mkv", new byte[64_000_000]);
        var share = (await ShareAsync("/film.mkv")).Json();
        using var answer = await _operator
            .Host.Anonymous()
            .OpenAsync("GET", new Uri(share.GetProperty("url").GetString()!).AbsolutePath);
        await using var body = await answer.Content.ReadAsStreamAsync(Stop);
        await body.ReadExactlyAsync(new byte[1_000], Stop);

        await PostAsync(
            "/share-blocks",
            new
            {
                account = _account,
                share = share.GetProperty("id").GetInt64(),
                reasonCode = "copyright",
            },
            OperatorScope.ContentBlock
        );
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(200, Stop);
            _operator.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await body.CopyToAsync(Stream.Null, Stop)
        );
    }

    [Fact]
    public async Task An_item_is_marked_on_notice_and_its_owner_sees_it_and_cannot_take_the_mark_away()
    {
        await _alice.PutAsync("/dav/film.mkv", "x");
        var link = new Uri(
            (await ShareAsync("/film.mkv")).Json().GetProperty("url").GetString()!
        ).AbsolutePath;
        var wrong = await PostAsync(
            $"/accounts/{_account}/protections",
            new
            {
                path = "/film.mkv",
                reasonCode = "copyright",
                reference = "N-1",
            },
            OperatorScope.ContentBlock
        );
        Assert.Equal((400, "words"), (wrong.Status, wrong.Member("field")));

        var mark = await PostAsync(
            $"/accounts/{_account}/protections",
            new
            {
                path = "/film.mkv",
                reasonCode = "copyright",
                reference = "N-1",
                words = new { en = "Reported by a publisher." },
            },
            OperatorScope.ContentBlock
        );

        Assert.Equal((201, "N-1"), (mark.Status, mark.Json.GetProperty("reference").GetString()));
        Assert.Equal(403, (await _operator.Host.Anonymous().GetAsync(link)).Status);
        var item = (await _alice.GetAsync("/api/v1/protection"))
            .Expect(200)
            .Json()
            .GetProperty("items")[0];
        Assert.Equal(
            ("/film.mkv", false),
            (
                item.GetProperty("path").GetString(),
                item.GetProperty("isMarkedByCustomer").GetBoolean()
            )
        );
        var notice = item.GetProperty("notices")[0];
        Assert.Equal("Reported by a publisher.", notice.GetProperty("reason").GetString());
        Assert.Equal("N-1", notice.GetProperty("reference").GetString());
        var lifted = await _alice.SendJsonAsync(
            "PUT",
            "/api/v1/protection",
            new { path = "/film.mkv", isProtected = false }
        );
        Assert.Equal("403 protected-by-operator", lifted.Problem());
        Assert.Contains("Reported by a publisher.", lifted.Text, StringComparison.Ordinal);
        var refused = await ShareAsync("/film.mkv");
        Assert.Equal("403 protected-content", refused.Problem());
        Assert.Contains("Reported by a publisher.", refused.Text, StringComparison.Ordinal);
        Assert.Contains(
            (await _alice.GetAsync("/api/v1/account"))
                .Json()
                .GetProperty("measures")
                .EnumerateArray(),
            measure => measure.GetProperty("kind").GetString() == "protection"
        );

        await PostAsync(
            $"/protections/{mark.Json.GetProperty("measure").GetInt64()}/end",
            null,
            OperatorScope.ContentBlock
        );
        (await _operator.Host.Anonymous().GetAsync(link)).Expect(200);
        Assert.NotEqual(
            JsonValueKind.Null,
            (
                await _operator.GetAsync(
                    $"/accounts/{_account}/protections",
                    OperatorScope.ContentBlock
                )
            )
                .Json.GetProperty("items")[0]
                .GetProperty("lifted")
                .ValueKind
        );
    }

    [Fact]
    public async Task The_platform_goes_off_and_comes_back_and_a_door_is_narrowed()
    {
        var off = await PostAsync(
            "/platform/mode",
            new { mode = "off", endsAt = _operator.Time.GetUtcNow().AddHours(1) },
            OperatorScope.Platform
        );
        Assert.Equal(200, off.Status);
        var refused = await _alice.GetAsync("/dav/");
        Assert.Equal((503, "3600"), (refused.Status, refused.Header("Retry-After")));
        await PostAsync("/platform/mode", new { mode = "normal" }, OperatorScope.Platform);
        Assert.Equal(200, (await _alice.GetAsync("/dav/")).Status);

        await PostAsync(
            "/platform/doors",
            new { door = "app", capabilities = (string[])["list", "download"] },
            OperatorScope.Platform
        );
        Assert.Equal(403, (await _alice.PutAsync("/dav/a", "x")).Status);
        var wrong = await PostAsync(
            "/platform/doors",
            new { door = "tv", capabilities = (string[])["takeBack"] },
            OperatorScope.Platform
        );
        Assert.Equal((400, "capabilities"), (wrong.Status, wrong.Member("field")));
        var platform = (await _operator.GetAsync("/platform", OperatorScope.Platform)).Json;
        Assert.Equal("normal", platform.GetProperty("mode").GetString());
        Assert.Equal(5, platform.GetProperty("doors").GetArrayLength());
    }

    [Fact]
    public async Task Terms_and_the_end_of_the_service_are_announced()
    {
        var terms = await PostAsync(
            "/terms",
            new { version = "2027", texts = new { en = "https://example.net/terms/2027" } },
            OperatorScope.Platform
        );
        Assert.Equal(201, terms.Status);
        Assert.Equal(
            200,
            (
                await PostAsync(
                    "/terms/2027/requirement",
                    new { requiredFrom = _operator.Time.GetUtcNow().AddDays(60) },
                    OperatorScope.Platform
                )
            ).Status
        );
        Assert.Single(
            (await _operator.GetAsync("/terms", OperatorScope.Platform))
                .Json.GetProperty("items")
                .EnumerateArray(),
            version => version.GetProperty("version").GetString() == "2027"
        );
        var end = await PostAsync(
            "/platform/service-end",
            new { endsAt = _operator.Time.GetUtcNow().AddDays(-1) },
            OperatorScope.Platform
        );
        Assert.Equal((400, "endsAt"), (end.Status, end.Member("field")));
        Assert.Equal(
            200,
            (
                await PostAsync(
                    "/platform/service-end",
                    new { endsAt = _operator.Time.GetUtcNow().AddDays(90) },
                    OperatorScope.Platform
                )
            ).Status
        );
        Assert.Equal(
            200,
            (
                await PostAsync("/platform/service-end/withdrawal", null, OperatorScope.Platform)
            ).Status
        );
    }

    [Fact]
    public async Task Staff_read_a_vault_only_under_a_grant_that_somebody_else_approved()
    {
        await _alice.SendAsync("MKCOL", "/dav/photos");
        await _alice.PutAsync("/dav/photos/one%20%2B%20two%25.jpg", "picture");
        await _alice.PutAsync("/dav/photos/three.jpg", "other");
        var list = $"/vaults/{_account}/content/list?path=/photos";
        var file = $"/vaults/{_account}/content/file?path=%2Fphotos%2Fone%20%2B%20two%25.jpg";
        Assert.Equal("staff-grant-required", (await AsAsync("anna", "GET", list)).Code);

        var ask = new
        {
            purpose = "serviceDelivery",
            reference = "case 7",
            minutes = 30,
        };
        var path = $"/accounts/{_account}/staff-grants";
        Assert.Equal("undertaking-required", (await AsAsync("anna", "POST", path, ask)).Code);
        Assert.Equal(
            201,
            (
                await AsAsync(
                    "boss",
                    "POST",
                    "/undertakings",
                    new
                    {
                        person = "anna",
                        document = "drawer 3",
                        signedAt = _operator.Time.GetUtcNow(),
                    }
                )
            ).Status
        );
        var grant = await AsAsync("anna", "POST", path, ask);
        Assert.Equal(201, grant.Status);
        var approval = $"/staff-grants/{grant.Json.GetProperty("entry").GetInt64()}/approval";
        Assert.Equal("other-approver-required", (await AsAsync("anna", "POST", approval)).Code);
        Assert.Equal(200, (await AsAsync("boss", "POST", approval)).Status);

        var listed = await AsAsync("anna", "GET", list + "&limit=1");
        Assert.Equal(200, listed.Status);
        var next = listed.Member("next");
        var rest = await AsAsync("anna", "GET", $"{list}&limit=1&cursor={next}");
        Assert.Equal(
            ["one + two%.jpg", "three.jpg"],
            new[] { listed, rest }
                .SelectMany(page => page.Json.GetProperty("items").EnumerateArray())
                .Select(item => item.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal("", rest.Member("next"));
        var downloaded = await AsAsync("anna", "GET", file);
        Assert.Equal((200, "picture"), (downloaded.Status, downloaded.Text));
        Assert.StartsWith(
            "attachment",
            downloaded.Headers["Content-Disposition"],
            StringComparison.Ordinal
        );
        Assert.Equal("application/octet-stream", downloaded.Headers["Content-Type"]);
        Assert.Equal(404, (await AsAsync("anna", "GET", file + "x")).Status);
        Assert.Equal("staff-grant-required", (await AsAsync("boss", "GET", list)).Code);

        var evidence = (
            await _operator.GetAsync($"/accounts/{_account}/evidence", OperatorScope.Legal)
        ).Json;
        Assert.Equal(4, evidence.GetProperty("staffAccesses").GetInt32());
        Assert.Single(evidence.GetProperty("staffGrants").EnumerateArray());
        Assert.Equal("present", evidence.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, evidence.GetProperty("lastRestoreTestAt").ValueKind);
        Assert.DoesNotContain("photos", evidence.ToString(), StringComparison.Ordinal);

        _operator.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("staff-grant-required", (await AsAsync("anna", "GET", file)).Code);
    }

    [Fact]
    public async Task The_evidence_says_when_contents_were_last_read_and_a_backup_last_tested()
    {
        var parts = _operator.Host.Services.GetRequiredService<VaultParts>();
        var scrubbed = _operator.Time.GetUtcNow().AddHours(1);
        await parts.Care.FinishPassAsync(ScrubPass.New(scrubbed), scrubbed, Stop);
        var tested = scrubbed.AddHours(1);
        await parts.Care.RecordRestoreTestAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = tested,
                Actor = AuditActors.Console,
                Act = AuditActs.RestoreTested,
            },
            Stop
        );

        var evidence = (
            await _operator.GetAsync($"/accounts/{_account}/evidence", OperatorScope.Legal)
        ).Json;

        AssertTime(scrubbed, "lastScrubAt");
        AssertTime(tested, "lastRestoreTestAt");

        void AssertTime(DateTimeOffset expected, string name) =>
            Assert.Equal(
                expected.ToUnixTimeMilliseconds(),
                evidence.GetProperty(name).GetDateTimeOffset().ToUnixTimeMilliseconds()
            );
    }

    [Fact]
    public async Task A_download_by_staff_stops_within_five_seconds_of_the_end_of_their_grant()
    {
        (await _alice.PutAsync("/dav/film.mkv", new byte[48 << 20])).Expect(201);
        await AsAsync(
            "boss",
            "POST",
            "/undertakings",
            new
            {
                person = "anna",
                document = "drawer 3",
                signedAt = _operator.Time.GetUtcNow(),
            }
        );
        var asked = await AsAsync(
            "anna",
            "POST",
            $"/accounts/{_account}/staff-grants",
            new
            {
                purpose = "serviceDelivery",
                reference = "case 7",
                minutes = 30,
            }
        );
        var grant = $"/staff-grants/{asked.Json.GetProperty("entry").GetInt64()}";
        Assert.Equal(200, (await AsAsync("boss", "POST", $"{grant}/approval")).Status);
        using var http = new HttpClient { BaseAddress = _operator.Host.Address };
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/operator/v1/vaults/{_account}/content/file?path=/film.mkv"
        );
        request.Headers.Authorization = new("Bearer", TokenOf("anna"));
        var stop = TestContext.Current.CancellationToken;
        using var response = await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            stop
        );
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        await body.ReadExactlyAsync(new byte[1 << 20], stop);

        // While it runs, nothing stops.
        _operator.Time.Advance(TimeSpan.FromSeconds(5));
        await Task.Delay(100, stop);
        await body.ReadExactlyAsync(new byte[16 << 20], stop);
        Assert.Equal(200, (await AsAsync("boss", "POST", $"{grant}/end")).Status);
        _operator.Time.Advance(TimeSpan.FromSeconds(5));
        await Task.Delay(500, stop);

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, stop));
    }

    [Fact]
    public async Task Registers_are_read_page_by_page_and_by_account()
    {
        for (var i = 0; i < 3; i++)
            Assert.Equal(
                201,
                (
                    await PostAsync(
                        "/breach-notices",
                        new
                        {
                            account = i == 1 ? _account : (long?)null,
                            discoveredAt = _operator.Time.GetUtcNow().AddHours(-1),
                            nature = new { en = $"breach {i}" },
                        },
                        OperatorScope.Legal
                    )
                ).Status
            );

        var first = await _operator.GetAsync("/breach-notices?limit=2", OperatorScope.Legal);
        var second = await _operator.GetAsync(
            $"/breach-notices?limit=2&cursor={first.Member("next")}",
            OperatorScope.Legal
        );
        var own = await _operator.GetAsync(
            $"/breach-notices?account={_account}",
            OperatorScope.Legal
        );
        Assert.Equal(2, first.Json.GetProperty("items").GetArrayLength());
        Assert.Equal(1, second.Json.GetProperty("items").GetArrayLength());
        Assert.Equal(
            "breach 1",
            Assert
                .Single(own.Json.GetProperty("items").EnumerateArray())
                .GetProperty("nature")
                .GetProperty("en")
                .GetString()
        );
        Assert.Equal(
            400,
            (await _operator.GetAsync("/breach-notices?account=me", OperatorScope.Legal)).Status
        );
    }

    [Fact]
    public async Task A_helpdesk_sees_an_account_and_nothing_of_its_content()
    {
        await _alice.PutAsync("/dav/diary.txt", "secret");
        await PostAsync(
            $"/accounts/{_account}/blocks",
            new { path = "/diary.txt", reasonCode = "notice" },
            OperatorScope.ContentBlock
        );
        await PostAsync(
            $"/accounts/{_account}/legal-holds",
            new { reasonCode = "court" },
            OperatorScope.Legal
        );

        var view = await _operator.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/accounts/{_account}"),
            OperatorScope.SupportRead
        );

        Assert.Equal(200, view.Status);
        Assert.Equal("active", view.Member("standing"));
        Assert.Equal("6", view.Member("usedBytes"));
        Assert.Equal(
            "block",
            Assert
                .Single(view.Json.GetProperty("measures").EnumerateArray())
                .GetProperty("kind")
                .GetString()
        );
        Assert.DoesNotContain("diary", view.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("court", view.Text, StringComparison.Ordinal);
        Assert.Equal(
            404,
            (
                await _operator.GetAsync("/accounts?signInName=nobody", OperatorScope.SupportRead)
            ).Status
        );
        Assert.Equal(
            400,
            (await _operator.GetAsync("/accounts", OperatorScope.SupportRead)).Status
        );
    }

    private Task<DavAnswer> ShareAsync(string path) =>
        _alice.SendJsonAsync(
            "POST",
            "/api/v1/shares",
            new
            {
                path,
                rights = "view",
                rightsAttested = true,
                rightsStatement = "1",
            }
        );

    private Task<OperatorReply> PostAsync(
        string path,
        object? body,
        OperatorScope scope,
        string? id = null
    ) => _operator.CommandAsync(path, body, id, scope: scope);

    private Task<OperatorReply> AsAsync(
        string person,
        string method,
        string path,
        object? body = null
    ) =>
        _operator.SendAsync(
            method,
            "/operator/v1" + path,
            TokenOf(person),
            body is null ? null : JsonSerializer.Serialize(body),
            ("Idempotency-Key", Guid.NewGuid().ToString())
        );

    private string TokenOf(string person) =>
        _operator.TokenOf([
            new Claim("sub", person),
            new Claim("scope", OperatorHost.Names(OperatorScope.StaffGrant)),
        ]);
}
