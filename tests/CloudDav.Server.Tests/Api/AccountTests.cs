using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Api;

/// <summary>The account as its person sees it, over real sockets.</summary>
public sealed class AccountTests : IAsyncLifetime
{
    private ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task It_says_where_the_account_stands_and_what_it_holds()
    {
        await _api.Alice.PutAsync("/dav/a", new byte[6000]);
        await _api.Alice.PutAsync("/dav/a", new byte[5000]);
        await _api.Alice.PutAsync("/dav/b", new byte[700]);
        await _api.Alice.DeleteAsync("/dav/b");

        var answer = await _api.Alice.GetAsync("/api/v1/account");

        Assert.Equal("no-store", answer.Header("Cache-Control"));
        var account = answer.Expect(200).Json();
        Assert.Equal("alice", account.GetProperty("name").GetString());
        Assert.Equal("active", account.GetProperty("standing").GetString());
        foreach (
            var (name, value) in (ReadOnlySpan<(string, long)>)
                [
                    ("capacityBytes", 20_000),
                    ("usedBytes", 5000),
                    ("availableBytes", 15_000),
                    ("trashBytes", 700),
                    ("versionBytes", 6000),
                    ("items", 1),
                ]
        )
            Assert.Equal(value, account.GetProperty(name).GetInt64());
        var option = account.GetProperty("option");
        Assert.Equal("test-20000", option.GetProperty("name").GetString());
        Assert.Equal("tv", option.GetProperty("entitlements")[0].GetString());
        Assert.Equal(JsonValueKind.Null, account.GetProperty("closesAt").ValueKind);
        Assert.Empty(account.GetProperty("measures").EnumerateArray());
    }

    [Fact]
    public async Task A_suspended_customer_sees_why_in_their_language()
    {
        var device = await _api.Host.AddDeviceAsync();
        await _api.Contracts.SetAsync(
            "alice",
            MeasureKind.Suspension,
            Switches.Whole,
            new Texts { Nl = "Onbetaald.", En = "Unpaid." }
        );
        Assert.Equal(403, (await device.Client.GetAsync("/dav/")).Status);

        var account = (await device.Client.GetAsync("/api/v1/account", ("Accept-Language", "nl")))
            .Expect(200)
            .Json();

        var measure = Assert.Single(account.GetProperty("measures").EnumerateArray());
        Assert.Equal("suspension", measure.GetProperty("kind").GetString());
        Assert.Equal("whole", measure.GetProperty("switchesOff")[0].GetString());
        Assert.Equal("Onbetaald.", measure.GetProperty("reason").GetString());
        Assert.Equal(0, account.GetProperty("availableBytes").GetInt64());
        Assert.Equal(200, (await device.Client.GetAsync("/api/v1/access-log")).Status);
        Assert.Equal(
            "403 suspended",
            (
                await _api.Alice.SendJsonAsync("POST", "/api/v1/devices", new { name = "x" })
            ).Problem()
        );
        Assert.Equal("403 suspended", (await device.Client.GetAsync("/api/v1/archive")).Problem());
        Assert.Equal(204, (await _api.Alice.DeleteAsync($"/api/v1/devices/{device.Id}")).Status);
    }

    [Theory]
    [InlineData("GET", "/account")]
    [InlineData("PATCH", "/account")]
    [InlineData("GET", "/devices")]
    [InlineData("POST", "/devices")]
    [InlineData("DELETE", "/devices/1")]
    [InlineData("GET", "/access-log")]
    [InlineData("POST", "/report-unauthorised-use")]
    [InlineData("GET", "/terms")]
    [InlineData("POST", "/terms/1/acceptance")]
    [InlineData("GET", "/archive")]
    public async Task A_closed_account_is_410_and_a_platform_that_is_off_503(
        string method,
        string path
    )
    {
        object? body = (method, path) switch
        {
            ("PATCH", _) => new { language = "nl" },
            ("POST", "/devices") => new { name = "x" },
            _ => null,
        };
        async Task<string> AskAsync() =>
            (
                body is null
                    ? await _api.Alice.SendAsync(method, "/api/v1" + path)
                    : await _api.Alice.SendJsonAsync(method, "/api/v1" + path, body)
            ).Problem();

        await _api.Contracts.SetAsync(PlatformFacts.Normal with { Mode = PlatformMode.Off });
        Assert.Equal("503 maintenance", await AskAsync());

        await _api.Contracts.SetAsync(PlatformFacts.Normal);
        await _api.Contracts.CloseAsync("alice");
        Assert.Equal("410 account-closed", await AskAsync());
    }

    [Fact]
    public async Task In_the_take_back_window_it_says_when_that_closes()
    {
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow());

        var account = (await _api.Alice.GetAsync("/api/v1/account")).Expect(200).Json();

        Assert.Equal("takeBack", account.GetProperty("standing").GetString());
        // 30 days after the 2nd of March, at midnight in Brussels, where it is summer by then.
        Assert.Equal(
            new DateTimeOffset(2026, 4, 1, 22, 0, 0, TimeSpan.Zero),
            account.GetProperty("closesAt").GetDateTimeOffset()
        );
        Assert.Equal(0, account.GetProperty("availableBytes").GetInt64());
    }

    [Fact]
    public async Task The_chosen_language_is_the_one_of_answers_that_ask_for_none()
    {
        var changed = await _api.Alice.SendJsonAsync(
            "PATCH",
            "/api/v1/account",
            new { language = "de" }
        );

        Assert.Equal("de", changed.Expect(200).Json().GetProperty("language").GetString());
        var missing = await _api.Alice.DeleteAsync("/api/v1/devices/999");
        Assert.Equal("404 not-found", missing.Problem());
        Assert.Equal("de", missing.Header("Content-Language"));
        Assert.Equal("de", (await _api.Alice.GetAsync("/dav/none")).Header("Content-Language"));

        foreach (var wrong in (string[])["{}", "{\"language\":\"ru\"}", "{\"tongue\":\"nl\"}"])
            Assert.Equal(
                "400 invalid-input",
                (await _api.Alice.SendJsonAsync("PATCH", "/api/v1/account", wrong)).Problem()
            );
        Assert.Equal(
            "415 not-json",
            (
                await _api.Alice.SendAsync(
                    "PATCH",
                    "/api/v1/account",
                    new StringContent("language=nl")
                )
            ).Problem()
        );
    }

    [Fact]
    public async Task The_customer_sees_the_household_and_confirms_a_member_in_person()
    {
        var alice = await _api.AccountAsync("alice");
        var bobs = await _api.Host.AddPersonAsync("bob", 1000);
        var bob = await _api.AccountAsync("bob");
        await _api.ChangeAsync(transaction =>
            transaction.SaveMemberAsync(
                new Member
                {
                    Account = bob,
                    Owner = alice,
                    Added = _api.Time.GetUtcNow(),
                }
            )
        );
        var device = await _api.Host.AddDeviceAsync();
        var confirmation = $"/api/v1/household/{bob.Value}/confirmation";

        Assert.Equal("404 not-found", (await bobs.SendAsync("POST", confirmation)).Problem());
        Assert.Equal(
            "403 own-sign-in-required",
            (await device.Client.SendAsync("POST", confirmation)).Problem()
        );
        Assert.Equal(204, (await _api.Alice.SendAsync("POST", confirmation)).Status);
        Assert.Equal(204, (await _api.Alice.SendAsync("POST", confirmation)).Status);

        var member = Assert.Single(
            (await _api.Alice.GetAsync("/api/v1/account"))
                .Json()
                .GetProperty("household")
                .EnumerateArray()
        );
        Assert.Equal("bob", member.GetProperty("name").GetString());
        Assert.Equal(_api.Time.GetUtcNow(), member.GetProperty("confirmed").GetDateTimeOffset());
        Assert.Equal(
            "alice",
            (await bobs.GetAsync("/api/v1/account"))
                .Json()
                .GetProperty("householdOwner")
                .GetString()
        );
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing()
    {
        foreach (
            var foreign in ((string, string)[])
                [
                    ("Origin", "https://elsewhere.example"),
                    ("Origin", "null"),
                    ("Sec-Fetch-Site", "cross-site"),
                    ("Sec-Fetch-Site", "same-site"),
                ]
        )
        {
            var report = await _api.Alice.SendAsync(
                "POST",
                "/api/v1/report-unauthorised-use",
                null,
                foreign
            );
            Assert.Equal("403 door-not-allowed", report.Problem());
        }
        Assert.Equal(200, (await _api.Alice.GetAsync("/api/v1/account")).Status);
        Assert.Equal(
            200,
            (
                await _api.Alice.SendJsonAsync(
                    "PATCH",
                    "/api/v1/account",
                    new { language = "nl" },
                    ("Origin", _api.Host.Address.ToString().TrimEnd('/'))
                )
            ).Status
        );
    }

    [Fact]
    public async Task Strangers_are_asked_to_sign_in_wherever_they_come()
    {
        foreach (var path in (string[])["/account", "/devices", "/no/such/thing"])
        {
            var answer = await _api.Host.Anonymous().GetAsync("/api/v1" + path);
            Assert.Equal(401, answer.Status);
            Assert.StartsWith("Basic", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
        Assert.Equal(
            "404 not-found",
            (await _api.Alice.GetAsync("/api/v1/no/such/thing")).Problem()
        );
        Assert.Equal(
            "405 method-not-allowed",
            (await _api.Alice.SendAsync("POST", "/api/v1/account")).Problem()
        );
        Assert.Equal(
            "400 invalid-input",
            (await _api.Alice.GetAsync("/api/v1/account?verbose=1")).Problem()
        );
    }
}
