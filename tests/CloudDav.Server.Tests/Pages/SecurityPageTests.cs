using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Second factors, sessions, own passwords, one-time links and what cannot be undone, in browsers without script.</summary>
public sealed partial class SecurityPageTests : IAsyncLifetime
{
    private const string Factor = "/security/second-factor";

    private ApiHost _api = null!;
    private Browser _browser = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(("SignIn:FailuresPerWindow", "3"));
        _browser = new Browser(_api.Host);
        await _browser.SignInAsync("alice", "demo");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_second_factor_counts_once_its_first_code_was_given_and_signs_everybody_else_out()
    {
        var other = new Browser(_api.Host);
        await other.SignInAsync("alice", "demo");
        await _browser.OpenAsync(Factor);
        Assert.Equal(303, (await _browser.SubmitAsync(Factor)).Status);
        var page = (await _browser.OpenAsync(Factor)).Expect(200);
        var key = KeyOn(page);
        Assert.Contains("<svg class=\"qr\"", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            $"otpauth://totp/CloudDav:alice?secret={key}&amp;issuer=CloudDav",
            page.Text,
            StringComparison.Ordinal
        );

        // Until then the password goes on by itself, and the key stays what it is.
        var wrong = await _browser.SubmitAsync(Factor, ("code", "000000"));
        Assert.Equal(403, wrong.Status);
        Assert.Contains("The code is wrong", wrong.Text, StringComparison.Ordinal);
        Assert.Equal(key, KeyOn(wrong));
        Assert.Equal(303, (await new Browser(_api.Host).SignInAsync("alice", "demo")).Status);

        var on = (await _browser.SubmitAsync(Factor, ("code", CodeOf(key)))).Expect(200);

        Assert.Equal(10, RecoveryCodesOn(on).Distinct().Count());
        Assert.False(await IsSignedInAsync(other));
        Assert.True(await IsSignedInAsync(_browser));
        Assert.Contains(
            "Recovery codes left: 10",
            (await _browser.OpenAsync("/security")).Expect(200).Text,
            StringComparison.Ordinal
        );
        Assert.Single(await ActsAsync(AuditActs.SecondFactorSet));
    }

    [Fact]
    public async Task Signing_in_takes_a_code_and_none_twice()
    {
        var (key, _) = await TurnOnAsync();
        var browser = new Browser(_api.Host);

        var asked = (await browser.SignInAsync("alice", "demo")).Expect(200);

        Assert.Contains("autocomplete=\"one-time-code\"", asked.Text, StringComparison.Ordinal);
        Assert.False(await IsSignedInAsync(browser));
        await browser.SignInAsync("alice", "demo");
        // It was used to turn it on.
        var used = await browser.SubmitAsync("/sign-in/code", ("code", CodeOf(key)));
        Assert.Equal(403, used.Status);
        Assert.Contains("was used before", used.Text, StringComparison.Ordinal);
        _api.Time.Advance(TimeSpan.FromSeconds(30));
        var code = CodeOf(key);
        var signedIn = await browser.SubmitAsync("/sign-in/code", ("code", code));
        Assert.Equal((303, "/files"), (signedIn.Status, signedIn.Header("Location")));
        Assert.True(await IsSignedInAsync(browser));
        var second = new Browser(_api.Host);
        await second.SignInAsync("alice", "demo");
        Assert.Equal(403, (await second.SubmitAsync("/sign-in/code", ("code", code))).Status);
    }

    [Fact]
    public async Task Programs_take_an_app_password_then_and_no_other()
    {
        var device = await _api.Host.AddDeviceAsync();
        Assert.Equal(207, (await _api.Alice.PropfindAsync("/dav/")).Status);
        await TurnOnAsync();

        // What was remembered of the password is forgotten.
        Assert.Equal(401, (await _api.Host.Client().PropfindAsync("/dav/")).Status);
        for (var i = 0; i < 2; i++)
        {
            var refused = await _api.Host.Client().PropfindAsync("/dav/");
            Assert.Equal(403, refused.Status);
            Assert.Contains("second-factor-required", refused.Text, StringComparison.Ordinal);
        }
        Assert.Equal(403, (await _api.Host.Client().GetAsync("/api/v1/account")).Status);
        Assert.Equal(207, (await device.Client.PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_recovery_code_stands_in_once()
    {
        var (_, codes) = await TurnOnAsync();
        var browser = new Browser(_api.Host);
        await browser.SignInAsync("alice", "demo");
        // As somebody types it.
        var typed = codes[3].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal);
        Assert.Equal(303, (await browser.SubmitAsync("/sign-in/code", ("code", typed))).Status);
        Assert.Contains(
            "Recovery codes left: 9",
            (await browser.OpenAsync("/security")).Text,
            StringComparison.Ordinal
        );
        var again = new Browser(_api.Host);
        await again.SignInAsync("alice", "demo");
        Assert.Equal(403, (await again.SubmitAsync("/sign-in/code", ("code", codes[3]))).Status);
        Assert.Single(await ActsAsync(AuditActs.RecoveryCodeUsed));
    }

    [Fact]
    public async Task After_too_many_wrong_codes_even_the_right_one_waits()
    {
        var (key, _) = await TurnOnAsync();
        _api.Time.Advance(TimeSpan.FromSeconds(30));
        var browser = new Browser(_api.Host);
        await browser.SignInAsync("alice", "demo");
        for (var i = 0; i < 3; i++)
            Assert.Equal(
                403,
                (await browser.SubmitAsync("/sign-in/code", ("code", "000000"))).Status
            );

        var refused = await browser.SubmitAsync("/sign-in/code", ("code", CodeOf(key)));

        Assert.Equal((429, "900"), (refused.Status, refused.Header("Retry-After")));
        _api.Time.Advance(TimeSpan.FromMinutes(15));
        await browser.SignInAsync("alice", "demo");
        Assert.Equal(
            303,
            (await browser.SubmitAsync("/sign-in/code", ("code", CodeOf(key)))).Status
        );
    }

    [Fact]
    public async Task Of_wrong_codes_that_come_at_once_no_more_are_looked_at_than_of_those_one_after_another()
    {
        await TurnOnAsync();
        var browser = new Browser(_api.Host);
        await browser.SignInAsync("alice", "demo");
        var given = browser.HiddenOf("/sign-in/code");

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(i =>
                    browser
                        .On(_api.Host)
                        .SendAsync("POST", "/sign-in/code", [.. given, ("code", $"{i:D6}")])
                )
        );

        Assert.Equal(3, answers.Count(answer => answer.Status == 403));
        Assert.Equal(57, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task Right_codes_never_add_up_to_too_many()
    {
        var (_, codes) = await TurnOnAsync();

        // More than an account has from all addresses.
        foreach (var code in codes)
        {
            var browser = new Browser(_api.Host);
            await browser.SignInAsync("alice", "demo");
            Assert.Equal(303, (await browser.SubmitAsync("/sign-in/code", ("code", code))).Status);
        }
    }

    [Fact]
    public async Task The_password_that_was_given_counts_for_that_browser_and_five_minutes()
    {
        var (key, _) = await TurnOnAsync();
        _api.Time.Advance(TimeSpan.FromSeconds(30));
        var browser = new Browser(_api.Host);
        await browser.SignInAsync("alice", "demo");
        var given = browser.HiddenOf("/sign-in/code");
        var stranger = new Browser(_api.Host);
        await stranger.OpenAsync("/sign-in");
        var own = stranger.HiddenOf("/sign-in").Single(field => field.Name == "guard");

        var refused = await stranger.SendAsync(
            "POST",
            "/sign-in/code",
            [own, .. given.Where(field => field.Name != "guard"), ("code", CodeOf(key))]
        );
        Assert.Equal(403, refused.Status);
        Assert.False(await IsSignedInAsync(stranger));

        _api.Time.Advance(TimeSpan.FromMinutes(5));
        await browser.SendAsync("POST", "/sign-in/code", [.. given, ("code", CodeOf(key))]);
        Assert.False(await IsSignedInAsync(browser));
    }

    [Fact]
    public async Task Turning_it_off_takes_a_code()
    {
        var (key, codes) = await TurnOnAsync();
        _api.Time.Advance(TimeSpan.FromSeconds(30));
        await _browser.OpenAsync(Factor);
        var refused = await _browser.SubmitAsync(Factor, ("act", "remove"), ("code", "000000"));
        Assert.Equal(403, refused.Status);
        var renewed = (
            await _browser.SubmitAsync(Factor, ("act", "renew"), ("code", CodeOf(key)))
        ).Expect(200);
        Assert.Empty(RecoveryCodesOn(renewed).Intersect(codes));

        await _browser.OpenAsync(Factor);
        // Those from before work no longer.
        Assert.Equal(
            403,
            (await _browser.SubmitAsync(Factor, ("act", "remove"), ("code", codes[0]))).Status
        );
        var off = await _browser.SubmitAsync(
            Factor,
            ("act", "remove"),
            ("code", RecoveryCodesOn(renewed)[0])
        );

        Assert.Equal((303, "/security"), (off.Status, off.Header("Location")));
        Assert.True(await IsSignedInAsync(_browser));
        Assert.Equal(303, (await new Browser(_api.Host).SignInAsync("alice", "demo")).Status);
        Assert.Single(await ActsAsync(AuditActs.SecondFactorRemoved));
    }

    [Fact]
    public async Task Whoever_lost_it_is_helped_by_the_command_line_while_the_server_runs()
    {
        Assert.SkipWhen(TestSqlServer.IsEngine, TestSqlServer.AboutFile);
        await TurnOnAsync();

        Assert.StartsWith(
            "The password takes no code any more.",
            await RemoveAsync(),
            StringComparison.Ordinal
        );

        Assert.False(await IsSignedInAsync(_browser));
        Assert.Equal(303, (await _browser.SignInAsync("alice", "demo")).Status);
        Assert.Single(await ActsAsync(AuditActs.SecondFactorRemoved));
        // Once more changes nothing.
        Assert.StartsWith(
            "The password takes no code.",
            await RemoveAsync(),
            StringComparison.Ordinal
        );
        Assert.True(await IsSignedInAsync(_browser));

        async Task<string> RemoveAsync()
        {
            using var process = RunningServer.Run(
                _api.Host.Folder,
                ["account", "remove-second-factor", "alice", "--data", _api.Host.Folder],
                []
            );
            var said = await process.StandardOutput.ReadToEndAsync(Stop);
            await process.WaitForExitAsync(Stop);
            Assert.Equal(0, process.ExitCode);
            return said;
        }
    }

    [Fact]
    public async Task What_changes_how_somebody_signs_in_takes_who_has_just_shown_that_it_is_them()
    {
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        var device = await _api.Host.AddDeviceAsync();
        var asked = (await _browser.OpenAsync(Factor)).Expect(200);
        Assert.Contains("Show that it is you", asked.Text, StringComparison.Ordinal);
        foreach (var password in (string[])["wrong", device.Password])
        {
            var refused = await _browser.SubmitAsync("/security/again", ("password", password));
            Assert.Equal(403, refused.Status);
        }

        var shown = await _browser.SubmitAsync("/security/again", ("password", "demo"));

        Assert.Equal((303, Factor), (shown.Status, shown.Header("Location")));
        var (key, _) = await TurnOnAsync();
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        await _browser.OpenAsync(Factor);
        Assert.Equal(
            403,
            (
                await _browser.SubmitAsync(
                    "/security/again",
                    ("password", "demo"),
                    ("code", "000000")
                )
            ).Status
        );
        Assert.Equal(
            303,
            (
                await _browser.SubmitAsync(
                    "/security/again",
                    ("password", "demo"),
                    ("code", CodeOf(key))
                )
            ).Status
        );
    }

    [Fact]
    public async Task Browsers_are_listed_and_signed_out_alone_or_all_but_this_one()
    {
        var phone = new Browser(_api.Host);
        await phone.SignInAsync("alice", "demo");
        var tablet = new Browser(_api.Host);
        await tablet.SignInAsync("alice", "demo");

        var page = (await _browser.OpenAsync("/security")).Expect(200);
        Assert.Equal(3, Ends().Count(page.Text) + 1);
        var phones = Ends().Matches(page.Text)[1].Groups["session"].Value;
        await SubmitAsync("end", phones);
        Assert.False(await IsSignedInAsync(phone));
        Assert.True(await IsSignedInAsync(tablet));

        await SubmitAsync("others", "0");
        Assert.False(await IsSignedInAsync(tablet));
        Assert.True(await IsSignedInAsync(_browser));
        Assert.Equal(2, (await ActsAsync(AuditActs.SessionsEnded)).Count);

        // Nobody else's.
        await _api.Host.AddPersonAsync("bob", 1 << 20);
        var bob = new Browser(_api.Host);
        await bob.SignInAsync("bob", "demo");
        var bobs = (
            await _api.Parts.Contracts.ReadAsync(
                async snapshot =>
                    await snapshot.ListSessionsAsync(
                        await _api.AccountAsync("bob"),
                        _api.Time.GetUtcNow(),
                        TimeSpan.FromDays(1)
                    ),
                Stop
            )
        )[0];
        await SubmitAsync("end", bobs.Id.Value.ToString(CultureInfo.InvariantCulture));
        Assert.Contains(
            "signed in as bob",
            (await bob.OpenAsync("/sign-in")).Text,
            StringComparison.Ordinal
        );

        async Task SubmitAsync(string act, string session)
        {
            await _browser.OpenAsync("/security");
            // The form's own guard is good for every one of the page.
            var guard = Guard()
                .Match((await _browser.OpenAsync("/security")).Text)
                .Groups["value"]
                .Value;
            Assert.Equal(
                303,
                (
                    await _browser.SendAsync(
                        "POST",
                        "/security",
                        [("guard", guard), ("act", act), ("session", session)]
                    )
                ).Status
            );
        }
    }

    [Fact]
    public async Task Another_password_ends_what_was_signed_in_with_the_one_before()
    {
        var other = new Browser(_api.Host);
        await other.SignInAsync("alice", "demo");

        Assert.Equal(400, (await ChangeAsync("short")).Status);
        Assert.Equal(303, (await ChangeAsync("a better one")).Status);

        Assert.True(await IsSignedInAsync(_browser));
        Assert.False(await IsSignedInAsync(other));
        Assert.Equal(403, (await other.SignInAsync("alice", "demo")).Status);
        Assert.Equal(303, (await other.SignInAsync("alice", "a better one")).Status);
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        var stale = (await ChangeAsync("yet another one")).Expect(200);
        Assert.Contains("Show that it is you", stale.Text, StringComparison.Ordinal);

        async Task<DavAnswer> ChangeAsync(string password)
        {
            var guard = Guard()
                .Match((await _browser.OpenAsync("/security")).Text)
                .Groups["value"]
                .Value;
            return await _browser.SendAsync(
                "POST",
                "/security",
                [("guard", guard), ("act", "password"), ("password", password)]
            );
        }
    }

    [Fact]
    public async Task A_one_time_link_sets_a_password_and_signs_in_once_also_when_the_contract_has_ended()
    {
        await _api.Alice.PutAsync("/dav/kept.txt", "kept");
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow());
        var link = "/take-back/" + await _api.IssueLinkAsync("alice");
        var browser = new Browser(_api.Host);
        (await browser.OpenAsync(link)).Expect(200);
        Assert.Equal(400, (await browser.SubmitAsync(link, ("password", "short"))).Status);

        var signedIn = await browser.SubmitAsync(link, ("password", "all mine now"));

        Assert.Equal((303, "/account"), (signedIn.Status, signedIn.Header("Location")));
        Assert.Contains(
            "kept.txt",
            (await browser.OpenAsync("/files")).Expect(200).Text,
            StringComparison.Ordinal
        );
        var late = new Browser(_api.Host);
        await late.OpenAsync(link);
        Assert.Equal(404, (await late.SubmitAsync(link, ("password", "all mine now"))).Status);
    }

    [Fact]
    public async Task A_one_time_link_stands_for_the_password_and_not_for_the_second_factor()
    {
        await TurnOnAsync();
        var link = "/take-back/" + await _api.IssueLinkAsync("alice");
        var browser = new Browser(_api.Host);
        await browser.OpenAsync(link);
        (await browser.SubmitAsync(link, ("password", "all mine now"))).Expect(200);
        Assert.False(await IsSignedInAsync(browser));
        var asked = await browser.SignInAsync("alice", "all mine now");
        Assert.Contains("one-time-code", asked.Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_for_good_takes_who_has_just_shown_that_it_is_them()
    {
        foreach (var name in (string[])["one", "two"])
        {
            await _api.Alice.PutAsync("/dav/" + name, name);
            await _api.Alice.SendAsync("DELETE", "/dav/" + name);
        }
        var trash = (await _browser.OpenAsync("/trash")).Expect(200);
        var purge = Purges().Match(trash.Text).Groups["value"].Value;
        var page = (await _browser.OpenAsync(purge)).Expect(200);
        Assert.Contains("cannot be undone", page.Text, StringComparison.Ordinal);

        _api.Time.Advance(TimeSpan.FromMinutes(5));
        var stale = (await _browser.SubmitAsync("/trash")).Expect(200);
        Assert.Contains("Show that it is you", stale.Text, StringComparison.Ordinal);
        var shown = await _browser.SubmitAsync("/security/again", ("password", "demo"));
        Assert.Equal((303, purge), (shown.Status, shown.Header("Location")));
        Assert.Equal(2, await CountAsync());
        await _browser.OpenAsync(purge);
        Assert.Equal(303, (await _browser.SubmitAsync("/trash")).Status);
        Assert.Equal(1, await CountAsync());
        Assert.Equal(404, (await _browser.OpenAsync(purge)).Status);

        await _browser.OpenAsync("/trash/purge");
        Assert.Equal(303, (await _browser.SubmitAsync("/trash")).Status);
        Assert.Equal(0, await CountAsync());
        var acts = await ActsAsync(AuditActs.TrashEmptied);
        Assert.Equal(2, acts.Count);
        Assert.All(
            acts,
            act => Assert.Contains("\"forGood\":true", act.Body, StringComparison.Ordinal)
        );

        async Task<int> CountAsync() =>
            Purges().Count((await _browser.OpenAsync("/trash")).Expect(200).Text);
    }

    [Fact]
    public async Task An_earlier_version_is_downloaded_and_goes_for_good_alone()
    {
        const string About = "/files/song.txt?about";
        foreach (var text in (string[])["first", "second", "third"])
        {
            await _api.Alice.PutAsync("/dav/song.txt", text);
            _api.Time.Advance(TimeSpan.FromMinutes(1));
        }
        var versions = await VersionsAsync();
        Assert.Equal(2, versions.Count);
        Assert.Equal(
            ["second", "first"],
            [
                (await _browser.OpenAsync(versions[0])).Expect(200).Text,
                (await _browser.OpenAsync(versions[1])).Expect(200).Text,
            ]
        );

        var purge = versions[1].Replace("?version=", "?purge=", StringComparison.Ordinal);
        var page = (await _browser.OpenAsync(purge)).Expect(200);
        Assert.Contains("Delete for good: song.txt, ", page.Text, StringComparison.Ordinal);
        Assert.Contains("The file stays as it is.", page.Text, StringComparison.Ordinal);
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        var stale = (await _browser.SubmitAsync("/files/song.txt")).Expect(200);
        Assert.Contains("Show that it is you", stale.Text, StringComparison.Ordinal);
        var shown = await _browser.SubmitAsync("/security/again", ("password", "demo"));
        Assert.Equal((303, purge), (shown.Status, shown.Header("Location")));
        Assert.Equal(2, (await VersionsAsync()).Count);
        await _browser.OpenAsync(purge);
        Assert.Equal(303, (await _browser.SubmitAsync("/files/song.txt")).Status);

        Assert.Equal([versions[0]], await VersionsAsync());
        Assert.Equal(404, (await _browser.OpenAsync(versions[1])).Status);
        Assert.Equal(404, (await _browser.OpenAsync(purge)).Status);
        Assert.Equal("third", (await _api.Alice.GetAsync("/dav/song.txt")).Text);
        Assert.Contains(
            "\"forGood\":true",
            Assert.Single(await ActsAsync(AuditActs.VersionRemoved)).Body,
            StringComparison.Ordinal
        );

        async Task<List<string>> VersionsAsync() =>
            [
                .. Versions()
                    .Matches((await _browser.OpenAsync(About)).Expect(200).Text)
                    .Select(link => link.Groups["value"].Value),
            ];
    }

    private async Task<(string Key, IReadOnlyList<string> Codes)> TurnOnAsync()
    {
        await _browser.OpenAsync(Factor);
        await _browser.SubmitAsync(Factor);
        var key = KeyOn((await _browser.OpenAsync(Factor)).Expect(200));
        var on = await _browser.SubmitAsync(Factor, ("code", CodeOf(key)));
        return (key, RecoveryCodesOn(on.Expect(200)));
    }

    private async Task<IReadOnlyList<AuditEntry>> ActsAsync(string act) =>
        [
            .. (
                await _api.Parts.Audit.ListVisibleAsync(
                    await _api.AccountAsync("alice"),
                    _api.Time.GetUtcNow(),
                    null,
                    long.MaxValue,
                    100,
                    Stop
                )
            )
                .Select(entry => entry.Entry)
                .Where(entry => entry.Act == act),
        ];

    // As a program on a phone does it.
    private string CodeOf(string key)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(
            key.Select(letter =>
                Convert
                    .ToString(alphabet.IndexOf(letter, StringComparison.Ordinal), 2)
                    .PadLeft(5, '0')
            )
        );
        var secret = bits.Chunk(8).Select(one => Convert.ToByte(new string(one), 2)).ToArray();
        Assert.Equal(20, secret.Length);
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(
            counter,
            _api.Time.GetUtcNow().ToUnixTimeSeconds() / 30
        );
#pragma warning disable CA5350 // It is what such programs compute.
        var mac = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(mac[19] & 15)) & 0x7fff_ffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static string KeyOn(DavAnswer page) =>
        Keys().Match(page.Text).Groups["value"].Value.Replace(" ", "", StringComparison.Ordinal);

    private static IReadOnlyList<string> RecoveryCodesOn(DavAnswer page) =>
        [.. Codes().Matches(page.Text).Select(code => code.Groups["value"].Value)];

    private static async Task<bool> IsSignedInAsync(Browser browser) =>
        (await browser.OpenAsync("/sign-in"))
            .Expect(200)
            .Text.Contains("signed in as alice", StringComparison.Ordinal);

    [GeneratedRegex("<dd><code>(?<value>[A-Z2-7 ]{39})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Keys();

    [GeneratedRegex(
        "<li><code>(?<value>[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})</code></li>",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Codes();

    [GeneratedRegex(
        "name=\"act\" value=\"end\">\\s*<input type=\"hidden\" name=\"session\" value=\"(?<session>[0-9]+)\">",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Ends();

    [GeneratedRegex(
        "name=\"guard\" value=\"(?<value>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Guard();

    [GeneratedRegex(
        "href=\"(?<value>/files/song.txt\\?version=[0-9]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Versions();

    [GeneratedRegex(
        "href=\"(?<value>/trash/purge\\?item=[0-9]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Purges();
}
