using System.Text;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Television;

/// <summary>A TV set is let in by a person on a page (RFC 8628), over real sockets.</summary>
public sealed class TvPairingTests : IAsyncLifetime
{
    private const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    private ApiHost _api = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(
            ("SignIn:DevicesPerAccount", "3"),
            ("Listen:TrustedProxies:0", "127.0.0.1")
        );
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_person_lets_a_set_in_over_any_nodes_and_it_gets_its_token_once()
    {
        await using var other = await _api.Host.StartAnotherAsync();
        var set = await BeginAsync("Living room <b>");
        Assert.Matches("^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$", set.User);
        Assert.Equal("400 authorization_pending", await PollAsync(set));

        // Whoever is not signed in learns nothing of the code, and is led back to it.
        var page = (await _browser.OpenAsync(set.Page)).Expect(200);
        Assert.DoesNotContain("Living room", page.Text, StringComparison.Ordinal);
        var signedIn = await _browser.SubmitAsync(
            "/sign-in",
            ("name", "alice"),
            ("password", "demo")
        );
        Assert.Equal((303, set.Page), (signedIn.Status, signedIn.Header("Location")));
        var elsewhere = _browser.On(other);
        page = (await elsewhere.OpenAsync(set.Page)).Expect(200);
        foreach (
            var said in (string[])
                [
                    "<dd>Living room &lt;b&gt;</dd>",
                    $"<dd>{set.User}</dd>",
                    "<dd>127.0.0.1</dd>",
                    "<dd>alice</dd>",
                ]
        )
            Assert.Contains(said, page.Text, StringComparison.Ordinal);
        // To have opened it, or to send the form without its proof, grants nothing.
        await elsewhere.SendAsync("POST", set.Page, [("answer", "grant")]);
        _api.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("400 authorization_pending", await PollAsync(set));

        await elsewhere.OpenAsync(set.Page);
        (await elsewhere.SubmitAsync(set.Page, ("answer", "grant"))).Expect(200);
        Assert.Equal("400 invalid_grant", await PollAsync(set with { Client = "another" }));
        var given = await AskAsync(set);
        var token = given.Expect(200).Json().GetProperty("access_token").GetString()!;
        Assert.Equal("Bearer", given.Json().GetProperty("token_type").GetString());
        Assert.Equal("no-store", given.Header("Cache-Control"));
        Assert.Equal("400 invalid_grant", await PollAsync(set));

        Assert.Equal(
            "alice",
            (await HomeAsync(token)).Expect(200).Json().GetProperty("account").GetString()
        );
        // It opens nothing else, in whatever form it is sent.
        foreach (var path in (string[])["/dav/", "/api/v1/devices", "/remote.php/dav/files/alice/"])
        {
            Assert.Equal(401, (await WithTokenAsync(token, path)).Status);
            Assert.Equal(401, (await _api.Host.Client("alice", token).GetAsync(path)).Status);
        }
        var devices = (await _api.Alice.GetAsync("/api/v1/devices")).Expect(200).Json();
        var device = Assert.Single(devices.GetProperty("items").EnumerateArray());
        Assert.Equal("Living room <b>", device.GetProperty("name").GetString());
        Assert.True(device.GetProperty("isTv").GetBoolean());
        Assert.NotNull(device.GetProperty("lastUsed").GetString());
        AssertNotStored(
            set.Device,
            set.User,
            set.User.Replace("-", "", StringComparison.Ordinal),
            token
        );

        (
            await _api.Alice.SendAsync(
                "DELETE",
                "/api/v1/devices/" + device.GetProperty("id").GetInt64()
            )
        ).Expect(204);
        var revoked = await HomeAsync(token);
        Assert.Equal("401 signed-out", revoked.Problem());
        Assert.StartsWith("Bearer", revoked.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_other_credential_opens_the_television_s_door()
    {
        Assert.Equal("401 signed-out", (await _api.Alice.GetAsync("/tv/v1")).Problem());
        Assert.Equal("401 signed-out", (await _api.Host.Anonymous().GetAsync("/tv/v1")).Problem());
        await _browser.SignInAsync("alice", "demo");
        Assert.Equal("401 signed-out", (await _browser.OpenAsync("/tv/v1")).Problem());
        Assert.Equal("401 signed-out", (await HomeAsync("nothing")).Problem());
        Assert.Equal(404, (await _api.Host.Anonymous().GetAsync("/tv/v1/nothing")).Status);
        Assert.Equal(405, (await _api.Host.Anonymous().GetAsync("/oauth/token")).Status);
    }

    [Fact]
    public async Task A_set_that_asks_too_often_is_slowed_and_one_whose_time_is_over_is_told_so()
    {
        var set = await BeginAsync();
        Assert.Equal("400 authorization_pending", await PollAsync(set));
        Assert.Equal("400 slow_down", await PollAsync(set));
        _api.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("400 slow_down", await PollAsync(set));
        _api.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("400 authorization_pending", await PollAsync(set));

        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync(set.Page);
        _api.Time.Advance(TvPairing.Life);
        Assert.Equal(403, (await _browser.SubmitAsync(set.Page, ("answer", "grant"))).Status);
        Assert.Equal("400 expired_token", await PollAsync(set));
        _api.Time.Advance(TvPairing.Life);
        await BeginAsync();
        Assert.Equal("400 invalid_grant", await PollAsync(set));
    }

    [Fact]
    public async Task A_person_can_refuse_and_the_set_has_words_for_it()
    {
        await _browser.SignInAsync("alice", "demo");
        var set = await BeginAsync();
        // Typed by hand, as people do.
        var typed = set.User.ToLowerInvariant().Replace('-', ' ');
        var found = await _browser.OpenAsync("/pair?code=" + Uri.EscapeDataString(typed));
        Assert.Equal(303, found.Status);
        var page = found.Header("Location")!;
        (await _browser.OpenAsync(page)).Expect(200);
        (await _browser.SubmitAsync(page, ("answer", "refuse"))).Expect(200);
        var denied = await AskAsync(set, ("Accept-Language", "nl"));
        Assert.Equal("400 access_denied", ErrorOf(denied));
        Assert.Equal(
            "De tv heeft geen toegang gekregen.",
            denied.Json().GetProperty("message").GetString()
        );
        Assert.Equal(403, (await _browser.OpenAsync(set.Page)).Status);
    }

    [Fact]
    public async Task Without_the_TV_in_the_contract_nothing_is_granted_fetched_or_seen()
    {
        await _browser.SignInAsync("alice", "demo");
        var token = await PairAsync();
        var granted = await GrantedAsync();
        var late = await BeginAsync();
        await _browser.OpenAsync(late.Page);

        await _api.ChangeAsync(async transaction =>
        {
            var account = (await transaction.FindCustomerAsync("customer-alice"))!;
            await transaction.SaveCustomerAsync(account with { HasTvContract = false });
        });
        var refused = await _browser.SubmitAsync(late.Page, ("answer", "grant"));
        Assert.Equal(403, refused.Status);
        Assert.Contains(
            "Your contract does not include this",
            refused.Text,
            StringComparison.Ordinal
        );
        var denied = await AskAsync(granted);
        Assert.Equal("400 access_denied", ErrorOf(denied));
        Assert.StartsWith(
            "Your contract does not include this",
            denied.Json().GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal("403 not-in-contract", (await HomeAsync(token)).Problem());

        await _api.ChangeAsync(async transaction =>
        {
            var account = (await transaction.FindCustomerAsync("customer-alice"))!;
            await transaction.SaveCustomerAsync(account with { HasTvContract = true });
        });
        (await HomeAsync(token)).Expect(200);
        await _api.Contracts.SetAsync("alice", MeasureKind.Suspension, Switches.Tv);
        Assert.Equal("403 suspended", (await HomeAsync(token)).Problem());
    }

    [Fact]
    public async Task What_keeps_an_account_from_a_new_device_keeps_it_from_a_set_and_a_report_revokes_all()
    {
        await _browser.SignInAsync("alice", "demo");
        var token = await PairAsync();
        var granted = await GrantedAsync();
        await _api.Host.AddDeviceAsync();
        await _api.Host.AddDeviceAsync();
        var full = await AskAsync(granted);
        Assert.Equal("400 access_denied", ErrorOf(full));
        Assert.Contains(
            "at most 3",
            full.Json().GetProperty("message").GetString()!,
            StringComparison.Ordinal
        );
        (await _api.Alice.SendAsync("POST", "/api/v1/report-unauthorised-use")).Expect(200);
        Assert.Equal("401 signed-out", (await HomeAsync(token)).Problem());
        Assert.Equal("400 invalid_grant", await PollAsync(granted));
    }

    [Fact]
    public async Task Wrong_codes_are_counted_for_the_account_and_for_the_address_and_a_right_one_is_shown_only_so_often()
    {
        await _api.Host.AddPersonAsync("bob", 20_000);
        await _api.Contracts.BeginAsync("bob");
        await _browser.SignInAsync("alice", "demo");
        var set = await BeginAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await _browser.OpenAsync(set.Page)).Status);
        Assert.Equal(403, (await _browser.OpenAsync(set.Page)).Status);

        set = await BeginAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(
                403,
                (await _browser.OpenAsync($"/pair/BBBB-BBB{"BCDFGHJKLM"[i]}")).Status
            );
        // From here even the right one is not looked at.
        var tooMany = await _browser.OpenAsync(set.Page);
        Assert.Equal((429, "900"), (tooMany.Status, tooMany.Header("Retry-After")));
        var bob = new Browser(_api.Host);
        await bob.SignInAsync("bob", "demo");
        Assert.Equal(429, (await bob.OpenAsync(set.Page)).Status);
        // Elsewhere it is the account alone that has had too many.
        foreach (var browser in (Browser[])[_browser, bob])
            browser.Headers.Add(("X-Forwarded-For", "192.0.2.7"));
        Assert.Equal(429, (await _browser.OpenAsync(set.Page)).Status);
        (await bob.OpenAsync(set.Page)).Expect(200);
        bob.Headers.Clear();
        _api.Time.Advance(TimeSpan.FromMinutes(15));
        set = await BeginAsync();
        (await bob.OpenAsync(set.Page)).Expect(200);
    }

    [Fact]
    public async Task Of_wrong_codes_that_come_at_once_no_more_are_looked_at_and_known_ones_never_add_up()
    {
        await _browser.SignInAsync("alice", "demo");
        var set = await BeginAsync();
        for (var i = 0; i < 15; i++)
            Assert.Equal(200, (await _browser.OpenAsync(set.Page)).Status);

        var answers = await Task.WhenAll(
            from first in "BCDFGHJKLM"
            from second in "BCDFGHJKLM"
            select _browser.On(_api.Host).OpenAsync($"/pair/BBBB-BB{first}{second}")
        );

        Assert.Equal(10, answers.Count(answer => answer.Status == 403));
        Assert.Equal(90, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task Whoever_begins_or_asks_too_often_waits_and_what_cannot_be_read_is_said()
    {
        Assert.Equal(
            "400 invalid_request",
            ErrorOf(await PostAsync("/oauth/device_authorization"))
        );
        foreach (var wrong in (string[])["", "two words", new string('x', 65), "é"])
            Assert.Equal(
                "400 invalid_request",
                ErrorOf(await PostAsync("/oauth/device_authorization", ("client_id", wrong)))
            );
        Assert.Equal("400 invalid_request", ErrorOf(await PostAsync("/oauth/token")));
        Assert.Equal(
            "400 unsupported_grant_type",
            ErrorOf(await PostAsync("/oauth/token", ("grant_type", "password")))
        );
        Assert.Equal(
            "400 invalid_request",
            ErrorOf(await PostAsync("/oauth/token", ("grant_type", Grant), ("client_id", "box")))
        );
        Assert.Equal(
            "400 invalid_request",
            ErrorOf(await PostAsync("/oauth/token", ("grant_type", Grant), ("grant_type", Grant)))
        );
        var set = await BeginAsync();
        for (var i = 1; i < 20; i++)
            await BeginAsync();
        var refused = await PostAsync("/oauth/device_authorization", ("client_id", "box"));
        Assert.Equal(("429 slow_down", "300"), (ErrorOf(refused), refused.Header("Retry-After")));
        for (var i = 0; i < 100; i++)
            Assert.Equal("400 invalid_grant", await PollAsync(set with { Device = "nothing" }));
        Assert.Equal("429 slow_down", await PollAsync(set with { Device = "nothing" }));
        Assert.Equal("400 authorization_pending", await PollAsync(set));
    }

    private async Task<string> PairAsync() =>
        (await AskAsync(await GrantedAsync()))
            .Expect(200)
            .Json()
            .GetProperty("access_token")
            .GetString()!;

    private async Task<Waiting> GrantedAsync()
    {
        var set = await BeginAsync();
        await _browser.OpenAsync(set.Page);
        (await _browser.SubmitAsync(set.Page, ("answer", "grant"))).Expect(200);
        return set;
    }

    private async Task<Waiting> BeginAsync(string name = "TV")
    {
        var begun = (
            await PostAsync(
                "/oauth/device_authorization",
                ("client_id", "box"),
                ("device_name", name)
            )
        )
            .Expect(200)
            .Json();
        var user = begun.GetProperty("user_code").GetString()!;
        var server = _api.Host.Address.ToString().TrimEnd('/');
        Assert.Equal(server + "/pair", begun.GetProperty("verification_uri").GetString());
        Assert.Equal(
            $"{server}/pair/{user}",
            begun.GetProperty("verification_uri_complete").GetString()
        );
        Assert.Equal(
            (600, 5),
            (begun.GetProperty("expires_in").GetInt32(), begun.GetProperty("interval").GetInt32())
        );
        return new("box", begun.GetProperty("device_code").GetString()!, user, "/pair/" + user);
    }

    private Task<DavAnswer> AskAsync(Waiting set, params (string Name, string Value)[] headers) =>
        PostAsync(
            "/oauth/token",
            [("grant_type", Grant), ("client_id", set.Client), ("device_code", set.Device)],
            headers
        );

    private async Task<string> PollAsync(Waiting set) => ErrorOf(await AskAsync(set));

    private static string ErrorOf(DavAnswer answer) =>
        $"{answer.Status} {answer.Json().GetProperty("error").GetString()}";

    private Task<DavAnswer> PostAsync(string path, params (string Name, string Value)[] fields) =>
        PostAsync(path, fields, []);

    private Task<DavAnswer> PostAsync(
        string path,
        (string Name, string Value)[] fields,
        (string Name, string Value)[] headers
    ) =>
        _api
            .Host.Anonymous()
            .SendAsync(
                "POST",
                path,
                new FormUrlEncodedContent(
                    fields.Select(field => KeyValuePair.Create(field.Name, field.Value))
                ),
                headers
            );

    private Task<DavAnswer> HomeAsync(string token) => WithTokenAsync(token, "/tv/v1");

    private Task<DavAnswer> WithTokenAsync(string token, string path) =>
        _api.Host.Anonymous().SendAsync("GET", path, null, ("Authorization", "Bearer " + token));

    private void AssertNotStored(params string[] secrets)
    {
        foreach (
            var file in TestSqlServer.IsEngine
                ? []
                : Directory.GetFiles(Path.Combine(_api.Host.Folder, "metadata"), "*.db*")
        )
        {
            using var reader = new FileStream(
                file,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite
            );
            var bytes = new byte[reader.Length];
            reader.ReadExactly(bytes);
            foreach (var secret in secrets)
                Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, file);
        }
    }

    private sealed record Waiting(string Client, string Device, string User, string Page);
}
