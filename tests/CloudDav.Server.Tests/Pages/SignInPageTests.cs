using CloudDav.Server.Pages;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Data.Sqlite;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Signing in on the pages, in a browser without script, over real sockets.</summary>
public sealed class SignInPageTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(("SignIn:FailuresPerWindow", "3"));
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Who_signs_in_on_one_node_is_signed_in_on_every_one_until_they_sign_out()
    {
        await using var other = await _api.Host.StartAnotherAsync();

        var signedIn = await _browser.SignInAsync("alice", "demo");

        Assert.Equal((303, "/files"), (signedIn.Status, signedIn.Header("Location")));
        var elsewhere = _browser.On(other);
        var page = (await elsewhere.OpenAsync("/sign-in")).Expect(200);
        Assert.Contains("signed in as alice", page.Text, StringComparison.Ordinal);
        Assert.Equal(303, (await elsewhere.SubmitAsync("/sign-out")).Status);
        // Not only the cookie is gone.
        page = (await _browser.OpenAsync("/sign-in")).Expect(200);
        Assert.DoesNotContain("alice", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_are_the_hosts_own_and_pages_let_nothing_in()
    {
        await using var behind = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                AllowsPlainHttp = false,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Listen:TrustedProxies:0"] = "127.0.0.1",
                },
            }
        );
        var browser = new Browser(behind) { Headers = { ("X-Forwarded-Proto", "https") } };

        var page = (await browser.OpenAsync("/sign-in")).Expect(200);
        var signedIn = await browser.SubmitAsync(
            "/sign-in",
            ("name", "alice"),
            ("password", "demo")
        );

        Assert.Equal(303, signedIn.Status);
        foreach (
            var (answer, name) in (ReadOnlySpan<(DavAnswer, string)>)
                [(page, "__Host-clouddav-form"), (signedIn, "__Host-clouddav-session")]
        )
        {
            var cookie = Assert.Single(Browser.CookiesOf(answer));
            Assert.StartsWith(name + "=", cookie, StringComparison.Ordinal);
            Assert.Equal(
                ["httponly", "path=/", "samesite=lax", "secure"],
                cookie.Split("; ")[1..].Order(StringComparer.Ordinal)
            );
        }
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Equal("same-origin", page.Header("Referrer-Policy"));
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        var policy = page.Header("Content-Security-Policy")!.Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain(
            "unsafe",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith(
            "text/css",
            (await browser.OpenAsync(Assets.AddressOf("style.css")))
                .Expect(200)
                .Header("Content-Type"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_cookie_opens_nothing_but_pages()
    {
        await _browser.SignInAsync("alice", "demo");
        var cookie = ("Cookie", _browser.CookieHeader);
        await _api.Alice.PutAsync("/dav/kept", "kept");
        var share = (
            await _api.Alice.SendJsonAsync(
                "POST",
                "/api/v1/shares",
                new
                {
                    path = "/kept",
                    rights = "view",
                    rightsAttested = true,
                    rightsStatement = "1",
                    password = "secret",
                }
            )
        ).Expect(201);
        var link = new Uri(share.Json().GetProperty("url").GetString()!).AbsolutePath;
        var anonymous = _api.Host.Anonymous();

        foreach (
            var path in (string[])
                [
                    "/dav/",
                    "/dav/kept",
                    "/remote.php/dav/files/alice/",
                    "/remote.php/dav/files/alice/kept",
                    "/remote.php/webdav/kept",
                    link,
                ]
        )
        {
            Assert.Equal(401, (await anonymous.PropfindAsync(path, headers: cookie)).Status);
            Assert.Equal(401, (await anonymous.PutAsync(path, "x", cookie)).Status);
        }
        foreach (
            var path in (string[])
                [
                    "/dav/kept",
                    link,
                    "/m/token/kept",
                    "/remote.php/dav/files/alice/kept",
                    "/ocs/v2.php/cloud/user?format=json",
                    "/ocs/v1.php/cloud/user",
                    "/api/v1/account",
                    "/api/v1/archive",
                    "/operator/v1/accounts",
                ]
        )
        {
            var answer = await anonymous.GetAsync(path, cookie);
            Assert.True(answer.Status is 401 or 403 or 404, $"{path}: {answer.Status}");
            Assert.DoesNotContain("alice", answer.Text, StringComparison.Ordinal);
            Assert.NotEqual("kept", answer.Text);
        }
        Assert.Equal("kept", (await _api.Alice.GetAsync("/dav/kept")).Text);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_after_too_many_even_the_right_one_waits()
    {
        foreach (var name in (string[])["alice", "alice", "alice", "nobody"])
        {
            var wrong = await _browser.SignInAsync(name, "wrong");
            Assert.Equal(403, wrong.Status);
            Assert.Contains("is wrong", wrong.Text, StringComparison.Ordinal);
            Assert.Contains($"value=\"{name}\"", wrong.Text, StringComparison.Ordinal);
            Assert.Contains("aria-describedby=\"problem\"", wrong.Text, StringComparison.Ordinal);
        }

        var refused = await _browser.SignInAsync("alice", "demo");

        Assert.Equal((429, "900"), (refused.Status, refused.Header("Retry-After")));
        Assert.Contains("Wait 15 minutes", refused.Text, StringComparison.Ordinal);
        _api.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(303, (await _browser.SignInAsync("alice", "demo")).Status);
    }

    [Fact]
    public async Task An_app_password_signs_nobody_in()
    {
        var device = await _api.Host.AddDeviceAsync();
        var refused = await _browser.SignInAsync("alice", device.Password);
        Assert.Equal(403, refused.Status);
        Assert.Contains("app password", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("clouddav-session", _browser.CookieHeader, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_take_back_window_the_password_of_a_one_time_link_signs_in()
    {
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow());
        var link = await _api.IssueLinkAsync("alice");
        await _api
            .Host.Anonymous()
            .SendJsonAsync(
                "POST",
                "/api/v1/take-back/" + link,
                new { newPassword = "taken back by me" }
            );
        Assert.Equal(403, (await _browser.SignInAsync("alice", "demo")).Status);
        Assert.Equal(303, (await _browser.SignInAsync("alice", "taken back by me")).Status);
    }

    [Fact]
    public async Task A_disabled_account_is_signed_out_and_let_in_no_more()
    {
        Assert.SkipWhen(TestSqlServer.IsEngine, TestSqlServer.AboutFile);
        await _browser.SignInAsync("alice", "demo");
        await using (
            var database = new SqliteConnection(
                $"Data Source={Path.Combine(_api.Host.Folder, "metadata", "clouddav.db")};Pooling=False"
            )
        )
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var disable = database.CreateCommand();
            disable.CommandText = "UPDATE accounts SET is_disabled = 1 WHERE name = 'alice'";
            await disable.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.False(await IsSignedInAsync(_browser));
        for (var i = 0; i < 2; i++)
            // What is remembered of the password first, and then what is known.
            Assert.Equal(403, (await _browser.SignInAsync("alice", "demo")).Status);
        Assert.False(await IsSignedInAsync(_browser));
    }

    [Fact]
    public async Task A_form_that_is_not_of_this_browser_and_this_site_does_nothing()
    {
        (string, string)[] right = [("name", "alice"), ("password", "demo")];
        // None at all, and that of somebody else's browser.
        Assert.Equal(403, (await _browser.SendAsync("POST", "/sign-in", right)).Status);
        var attacker = new Browser(_api.Host);
        await attacker.OpenAsync("/sign-in");
        await _browser.OpenAsync("/sign-in");
        Assert.Equal(
            403,
            (
                await _browser.SendAsync(
                    "POST",
                    "/sign-in",
                    [.. attacker.HiddenOf("/sign-in"), .. right]
                )
            ).Status
        );
        foreach (
            var header in ((string, string)[])
                [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://elsewhere.test")]
        )
        {
            var tricked = new Browser(_api.Host);
            await tricked.OpenAsync("/sign-in");
            tricked.Headers.Add(header);
            var refused = await tricked.SubmitAsync("/sign-in", right);
            Assert.Equal(403, refused.Status);
            Assert.Contains("open for too long", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(303, (await _browser.SignInAsync("alice", "demo")).Status);
        await _browser.SendAsync("POST", "/sign-out", []);
        Assert.Contains(
            "signed in as alice",
            (await _browser.OpenAsync("/sign-in")).Text,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("https://elsewhere.test/")]
    [InlineData("//elsewhere.test/")]
    [InlineData("/\\elsewhere.test/")]
    [InlineData("/a\r\nX: y")]
    public async Task Signing_in_leads_to_no_other_site(string to)
    {
        await _browser.OpenAsync("/sign-in");
        var hidden = _browser.HiddenOf("/sign-in").Where(field => field.Name != "to");

        var signedIn = await _browser.SendAsync(
            "POST",
            "/sign-in",
            [.. hidden, ("to", to), ("name", "alice"), ("password", "demo")]
        );

        Assert.Equal((303, "/files"), (signedIn.Status, signedIn.Header("Location")));
    }

    [Fact]
    public async Task A_session_ends_when_it_lies_idle_and_in_any_case_after_its_time()
    {
        await _browser.SignInAsync("alice", "demo");
        _api.Time.Advance(TimeSpan.FromMinutes(719));
        Assert.True(await IsSignedInAsync(_browser));
        _api.Time.Advance(TimeSpan.FromMinutes(719));
        Assert.True(await IsSignedInAsync(_browser));
        _api.Time.Advance(TimeSpan.FromMinutes(720));
        Assert.False(await IsSignedInAsync(_browser));

        await _browser.SignInAsync("alice", "demo");
        for (var hours = 0; hours < 330; hours += 11)
        {
            Assert.True(await IsSignedInAsync(_browser), $"after {hours} hours");
            _api.Time.Advance(TimeSpan.FromHours(11));
        }
        Assert.True(await IsSignedInAsync(_browser));
        _api.Time.Advance(TimeSpan.FromHours(6));
        Assert.False(await IsSignedInAsync(_browser));
    }

    [Fact]
    public async Task Another_password_and_a_report_of_unauthorised_use_end_every_session_at_once()
    {
        await _browser.SignInAsync("alice", "demo");
        await _api.ChangeAsync(async transaction =>
            await transaction.SetPasswordAsync(
                await _api.AccountAsync("alice"),
                PasswordHash.Create("another one", 1000)
            )
        );
        Assert.False(await IsSignedInAsync(_browser));

        Assert.Equal(303, (await _browser.SignInAsync("alice", "another one")).Status);
        var second = new Browser(_api.Host);
        Assert.Equal(303, (await second.SignInAsync("alice", "another one")).Status);
        var device = await _api.Host.AddDeviceAsync();
        (await device.Client.SendAsync("POST", "/api/v1/report-unauthorised-use")).Expect(200);
        Assert.False(await IsSignedInAsync(_browser));
        Assert.False(await IsSignedInAsync(second));
    }

    [Theory]
    [InlineData("nl-BE,fr;q=0.5", "nl", "Aanmelden")]
    [InlineData("fr", "fr", "S’identifier")]
    [InlineData("de-AT", "de", "Anmelden")]
    [InlineData("fi", "en", "Sign in")]
    public async Task The_page_speaks_the_languages_of_the_service(
        string accepted,
        string tag,
        string title
    )
    {
        _browser.Headers.Add(("Accept-Language", accepted));
        var page = (await _browser.OpenAsync("/sign-in")).Expect(200);
        Assert.Contains($"<html lang=\"{tag}\">", page.Text, StringComparison.Ordinal);
        Assert.Contains($"<h1>{title}</h1>", page.Text, StringComparison.Ordinal);
        Assert.Equal(tag, page.Header("Content-Language"));
        foreach (var field in (string[])["name", "password"])
            Assert.Contains($"<label for=\"{field}\">", page.Text, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_types_is_text_and_never_markup()
    {
        var shown = await _browser.SignInAsync("\"><script>alert('é')</script>&amp;", "x");
        Assert.Equal(403, shown.Status);
        Assert.DoesNotContain("<script", shown.Text, StringComparison.Ordinal);
        Assert.Contains("é", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_much_of_a_form_is_not_read()
    {
        await _browser.OpenAsync("/sign-in");
        Assert.Equal(
            403,
            (await _browser.SubmitAsync("/sign-in", ("name", new string('a', 5000)))).Status
        );
        Assert.Equal(405, (await _browser.SendAsync("DELETE", "/sign-in", null)).Status);
        Assert.Equal(404, (await _browser.OpenAsync("/pages/nothing")).Status);
        Assert.Equal(200, (await _browser.OpenAsync("/")).Status);
    }

    private static async Task<bool> IsSignedInAsync(Browser browser) =>
        (await browser.OpenAsync("/sign-in"))
            .Expect(200)
            .Text.Contains("signed in as alice", StringComparison.Ordinal);
}
