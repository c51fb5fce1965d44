using System.Security.Cryptography;
using System.Web;
using CloudDav.Server.Hosting;
using CloudDav.Server.Tests.Auth;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Signing in on the pages with the operator's OpenID provider, over real sockets of both.</summary>
public sealed class ProviderPageTests : IAsyncLifetime
{
    private const string Begin = "/sign-in/provider?to=%2Fdevices";

    private readonly FakeTimeProvider _time = new(
        new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)
    );
    private OpenIdProvider _provider = null!;
    private CloudDavHost _host = null!;
    private Browser _browser = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await OpenIdProvider.StartAsync(_time);
        _host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                Time = _time,
                HasDemoPeople = false,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["SignIn:Authority"] = _provider.Address,
                    ["SignIn:Audience"] = "clouddav",
                    ["SignIn:ClientId"] = OpenIdProvider.ClientId,
                    ["SignIn:ClientSecret"] = OpenIdProvider.ClientSecret,
                    ["SignIn:ProviderName"] = "Home & More",
                },
            }
        );
        await _host.AddPersonAsync("erin", 1 << 20, subject: "subject-of-erin");
        _provider.Client = _host.Address.ToString();
        _provider.Subject = "subject-of-erin";
        _browser = new Browser(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_the_provider_knows_is_signed_in_and_comes_where_they_were_going()
    {
        var page = (await _browser.OpenAsync("/devices")).Expect(200);
        Assert.Contains("Sign in with Home &amp; More", page.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Begin}\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("<label for=\"password\">", page.Text, StringComparison.Ordinal);

        var asked = await GoAsync();
        var query = HttpUtility.ParseQueryString(new Uri(asked).Query);
        Assert.Equal(("code", "S256"), (query["response_type"], query["code_challenge_method"]));
        Assert.Equal(("openid", "en"), (query["scope"], query["ui_locales"]));
        Assert.NotEqual(query["state"], query["nonce"]);
        var signedIn = await _browser.OpenAsync(await BackAsync(asked));

        Assert.Equal((303, "/devices"), (signedIn.Status, signedIn.Header("Location")));
        (await _browser.OpenAsync("/devices")).Expect(200);
        var session = await SessionAsync();
        Assert.Equal((SignInWay.Provider, null), (session.Way, session.Proved));
    }

    [Fact]
    public async Task Who_proves_it_to_the_provider_at_once_has_proved_it_here()
    {
        _provider.Proved = _time.GetUtcNow() - TimeSpan.FromHours(3);
        await SignInAsync();
        Assert.Equal(_provider.Proved, (await SessionAsync()).Proved);

        var query = HttpUtility.ParseQueryString(new Uri(await GoAsync(Begin + "&again")).Query);
        Assert.Equal(("login", "0"), (query["prompt"], query["max_age"]));
        _time.Advance(TimeSpan.FromMinutes(1));
        await SignInAsync(Begin + "&again");

        Assert.Equal(_time.GetUtcNow(), (await SessionAsync()).Proved);
    }

    [Fact]
    public async Task Whoever_has_no_own_password_reports_without_one_and_gets_none()
    {
        var accounts = _host.Services.GetRequiredService<IAccountStore>();
        var erin = (await accounts.FindAccountAsync("erin", Stop))!;
        await accounts.SetPasswordAsync(erin.Id, passwordHash: null, _time.GetUtcNow(), Stop);
        _provider.Proved = _time.GetUtcNow();
        await SignInAsync();
        var page = (await _browser.OpenAsync("/devices")).Expect(200);
        Assert.DoesNotContain("type=\"password\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("sign in with your provider again", page.Text, StringComparison.Ordinal);

        var done = await _browser.SendAsync(
            "POST",
            "/devices",
            [
                .. _browser.HiddenOf("/sign-out").Where(field => field.Name == "guard"),
                ("act", "report"),
                ("password", "one of somebody else"),
            ]
        );

        Assert.Contains(
            "Sign in with your provider.",
            done.Expect(200).Text,
            StringComparison.Ordinal
        );
        Assert.Empty(await SessionsAsync());
        Assert.Null((await accounts.FindAccountAsync("erin", Stop))!.PasswordHash);
    }

    [Fact]
    public async Task A_way_back_that_another_browser_began_leads_nowhere()
    {
        var back = await BackAsync(await GoAsync());
        var stranger = new Browser(_host);
        await stranger.OpenAsync("/sign-in");

        foreach (var somebody in (Browser[])[new(_host), stranger])
        {
            var refused = await somebody.OpenAsync(back);
            Assert.Equal(403, refused.Status);
            Assert.Contains("Begin once more", refused.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(
                somebody.Cookies,
                cookie => cookie.Key.EndsWith("session", StringComparison.Ordinal)
            );
        }
        Assert.Equal(0, _provider.Redemptions);
    }

    [Theory]
    [InlineData("state=abc")]
    [InlineData("state=")]
    [InlineData("state=.")]
    [InlineData("state=AAAA.AAAA")]
    [InlineData("")]
    public async Task A_state_that_is_none_of_ours_is_not_looked_at(string state)
    {
        await GoAsync();
        var refused = await _browser.OpenAsync($"/sign-in/provider/return?code=abc&{state}");
        Assert.Equal(403, refused.Status);
        Assert.Equal(0, _provider.Redemptions);
    }

    [Fact]
    public async Task A_state_counts_for_a_quarter_of_an_hour()
    {
        var asked = await GoAsync();
        _time.Advance(TimeSpan.FromMinutes(15));
        var back = await BackAsync(asked);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(403, (await _browser.OpenAsync(back)).Status);
        Assert.Equal(0, _provider.Redemptions);
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var back = await BackAsync(await GoAsync());
        Assert.Equal(303, (await _browser.OpenAsync(back)).Status);

        // The browser that has a session now did not begin it as such.
        Assert.Equal(403, (await _browser.OpenAsync(back)).Status);
        Assert.Equal(1, _provider.Redemptions);
        await _browser.OpenAsync("/files");
        await _browser.SubmitAsync("/sign-out");
        Assert.Equal(403, (await _browser.OpenAsync(back)).Status);
        Assert.Equal(2, _provider.Redemptions);
        Assert.Contains(
            "<label for=\"password\">",
            (await _browser.OpenAsync("/files")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_code_of_another_sign_in_of_the_same_browser_does_not_fit()
    {
        var first = HttpUtility.ParseQueryString(
            new Uri(_host.Address, await BackAsync(await GoAsync())).Query
        );
        var second = HttpUtility.ParseQueryString(
            new Uri(_host.Address, await BackAsync(await GoAsync())).Query
        );

        var mixed = await _browser.OpenAsync(
            $"/sign-in/provider/return?code={Uri.EscapeDataString(first["code"]!)}&state={second["state"]}"
        );

        Assert.Equal((403, 0), (mixed.Status, (await SessionsAsync()).Count));
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("aud")]
    [InlineData("azp")]
    [InlineData("iss")]
    [InlineData("exp")]
    [InlineData("key")]
    [InlineData("key id")]
    public async Task An_identity_that_was_made_for_another_sign_in_is_not_taken(string what)
    {
        using var key = RSA.Create(2048);
        _provider.Lie = token =>
        {
            switch (what)
            {
                case "aud":
                    token.Audience = "somebody else";
                    token.Audiences.Clear();
                    break;
                case "iss":
                    token.Issuer = "https://else.example.net/";
                    break;
                case "exp":
                    token.Expires = (_time.GetUtcNow() - TimeSpan.FromMinutes(2)).UtcDateTime;
                    token.NotBefore = token.IssuedAt = token.Expires - TimeSpan.FromHours(1);
                    break;
                case "key" or "key id":
                    token.SigningCredentials = new SigningCredentials(
                        new RsaSecurityKey(key)
                        {
                            KeyId = what == "key" ? token.SigningCredentials.Key.KeyId : "another",
                        },
                        SecurityAlgorithms.RsaSha256
                    );
                    break;
                default:
                    token.Claims ??= new Dictionary<string, object>(StringComparer.Ordinal);
                    token.Claims[what] = "another";
                    break;
            }
        };

        var refused = await _browser.OpenAsync(await BackAsync(await GoAsync()));

        Assert.Equal((403, 1), (refused.Status, _provider.Redemptions));
    }

    [Fact]
    public async Task An_answer_of_another_provider_is_not_taken()
    {
        var back = await BackAsync(await GoAsync());
        var mixed = back.Replace(
            Uri.EscapeDataString(_provider.Address),
            Uri.EscapeDataString("https://else.example.net"),
            StringComparison.Ordinal
        );
        Assert.NotEqual(back, mixed);
        Assert.Equal(403, (await _browser.OpenAsync(mixed)).Status);
        Assert.Equal(0, _provider.Redemptions);
    }

    [Theory]
    [InlineData("https%3A%2F%2Felse.example.net")]
    [InlineData("%2F%2Felse.example.net")]
    [InlineData("%2F%5Celse.example.net")]
    [InlineData("%2F%09%2Felse.example.net")]
    [InlineData("else.example.net")]
    public async Task It_leads_to_no_other_site(string to)
    {
        Assert.Equal(
            "/files",
            (await SignInAsync("/sign-in/provider?to=" + to)).Header("Location")
        );
        var left = await _browser.OpenAsync("/sign-in/provider/left?state=" + to);
        Assert.Equal((303, "/files"), (left.Status, left.Header("Location")));
    }

    [Fact]
    public async Task A_provider_that_has_changed_its_keys_is_believed_at_once()
    {
        Assert.Equal("/devices", (await SignInAsync()).Header("Location"));
        for (var rotation = 0; rotation < 3; rotation++)
        {
            _provider.RotateKeys();
            var browser = _browser = new Browser(_host);
            Assert.Equal("/devices", (await SignInAsync()).Header("Location"));
            (await browser.OpenAsync("/devices")).Expect(200);
        }
    }

    [Fact]
    public async Task A_provider_that_is_silent_is_told_in_words_with_another_way_in()
    {
        var back = await BackAsync(await GoAsync());
        await _provider.StopAsync();

        var answer = await _browser.OpenAsync(back);

        Assert.Equal((503, "60"), (answer.Status, answer.Header("Retry-After")));
        Assert.Contains("cannot be reached at the moment", answer.Text, StringComparison.Ordinal);
        Assert.Contains("<label for=\"password\">", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_was_never_there_is_told_in_words()
    {
        await _provider.StopAsync();

        var answer = await _browser.OpenAsync(Begin);

        Assert.Equal((503, "60"), (answer.Status, answer.Header("Retry-After")));
        Assert.Contains("cannot be reached at the moment", answer.Text, StringComparison.Ordinal);
        Assert.Equal(
            (303, "/devices"),
            await SubmitAsync("erin", "demo") is var signedIn
                ? (signedIn.Status, signedIn.Header("Location"))
                : default
        );

        Task<DavAnswer> SubmitAsync(string name, string password) =>
            _browser.SubmitAsync("/sign-in", ("name", name), ("password", password));
    }

    [Fact]
    public async Task Whoever_has_no_contract_is_told_what_the_vault_says_of_them()
    {
        _provider.Subject = "a stranger";
        var answer = await _browser.OpenAsync(await BackAsync(await GoAsync()));
        Assert.Equal(403, answer.Status);
        Assert.Contains(
            "No storage belongs to this sign-in",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Whoever_says_no_at_the_provider_can_begin_again()
    {
        _provider.Subject = null;
        var answer = await _browser.OpenAsync(await BackAsync(await GoAsync()));
        Assert.Equal(200, answer.Status);
        Assert.Contains("You have not signed in", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Begin}\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_signs_out_here_is_signed_out_at_the_provider_too()
    {
        await SignInAsync();
        await _browser.OpenAsync("/devices");

        var left = (await _browser.SubmitAsync("/sign-out")).Expect(200);

        Assert.StartsWith(
            "0; url=" + _provider.Address,
            left.Header("Refresh"),
            StringComparison.Ordinal
        );
        var back = await _provider.VisitAsync(left.Header("Refresh")!["0; url=".Length..]);
        Assert.Null(_provider.Subject);
        Assert.StartsWith(_host.Address.ToString(), back, StringComparison.Ordinal);
        var here = await _browser.OpenAsync(new Uri(back).PathAndQuery);
        Assert.Equal((303, "/sign-in"), (here.Status, here.Header("Location")));
        Assert.Empty(await SessionsAsync());

        // With a password of our own there is nothing to leave there.
        await _browser.SignInAsync("erin", "demo");
        await _browser.OpenAsync("/files");
        Assert.Equal(303, (await _browser.SubmitAsync("/sign-out")).Status);
    }

    [Fact]
    public async Task What_the_provider_said_before_everything_was_signed_out_counts_no_longer()
    {
        var back = await BackAsync(await GoAsync());
        var parts = _host.Services.GetRequiredService<VaultParts>();
        var erin = (await parts.Accounts.FindAccountAsync("erin", Stop))!.Id;
        _time.Advance(TimeSpan.FromSeconds(1));
        await parts.Contracts.WriteAsync<int>(
            async transaction => await transaction.SignOutEverywhereAsync(erin, _time.GetUtcNow()),
            Stop
        );

        Assert.Equal(403, (await _browser.OpenAsync(back)).Status);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(303, (await SignInAsync()).Status);
    }

    [Fact]
    public async Task A_program_that_wants_in_is_let_in_by_who_signs_in_with_the_provider()
    {
        var flow = await _host
            .Anonymous("a program")
            .SendAsync("POST", "/login/v2", new StringContent(""));
        var page = new Uri(
            System
                .Text.Json.JsonElement.Parse(flow.Expect(200).Text)
                .GetProperty("login")
                .GetString()!
        ).AbsolutePath;
        Assert.Contains(
            $"href=\"/sign-in/provider?to={Uri.EscapeDataString(page)}\"",
            (await _browser.OpenAsync(page)).Text,
            StringComparison.Ordinal
        );

        var signedIn = await SignInAsync("/sign-in/provider?to=" + Uri.EscapeDataString(page));

        Assert.Equal(page, signedIn.Header("Location"));
        await _browser.OpenAsync(page);
        (await _browser.SubmitAsync(page, ("answer", "grant"))).Expect(200);
    }

    private async Task<DavAnswer> SignInAsync(string begin = Begin) =>
        await _browser.OpenAsync(await BackAsync(await GoAsync(begin)));

    private async Task<string> GoAsync(string begin = Begin)
    {
        var sent = await _browser.OpenAsync(begin);
        Assert.Equal(303, sent.Status);
        return sent.Header("Location")!;
    }

    private async Task<string> BackAsync(string asked)
    {
        var back = await _provider.VisitAsync(asked);
        Assert.StartsWith(_host.Address.ToString(), back, StringComparison.Ordinal);
        return new Uri(back).PathAndQuery;
    }

    private async Task<BrowserSession> SessionAsync() => (await SessionsAsync())[0];

    private async Task<IReadOnlyList<BrowserSession>> SessionsAsync()
    {
        var parts = _host.Services.GetRequiredService<VaultParts>();
        var erin = (await parts.Accounts.FindAccountAsync("erin", Stop))!.Id;
        return await parts.Contracts.ReadAsync(
            snapshot => snapshot.ListSessionsAsync(erin, _time.GetUtcNow(), TimeSpan.FromDays(1)),
            Stop
        );
    }
}
