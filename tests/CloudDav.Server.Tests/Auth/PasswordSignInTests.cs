using System.Diagnostics;
using System.Text;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Auth;

/// <summary>People's own passwords: C03, C35, C73 and the limits on wrong ones.</summary>
public sealed class PasswordSignInTests
{
    private const string MiniRedir = "Microsoft-WebDAV-MiniRedir/10.0.19043";

    [Fact]
    public async Task C35_Fifty_requests_with_one_right_password_cost_one_slow_hash()
    {
        await using var host = await CloudDavHost.StartAsync();
        var client = host.Client();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 25).Select(_ => client.PropfindAsync("/dav/"))
        );
        for (var i = 0; i < 25; i++)
            Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);

        Assert.All(answers, answer => Assert.Equal(207, answer.Status));
        Assert.Equal(1, host.Services.GetRequiredService<SignInDesk>().SlowHashCount);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YWxpY2U6d3Jvbmc=")]
    [InlineData("Basic bm9ib2R5OndpbGxrbm93")]
    [InlineData("Basic not base64")]
    [InlineData("Basic YWxpY2U=")]
    [InlineData("Digest username=\"alice\"")]
    [InlineData("Bearer ")]
    [InlineData("Bearer token.of.nobody")]
    public async Task C03_Missing_or_wrong_credentials_are_answered_with_one_basic_challenge(
        string? authorization
    )
    {
        await using var host = await CloudDavHost.StartAsync();
        var client = host.Anonymous();
        client.Authorization = authorization;

        var answer = await client.PropfindAsync("/dav/");

        Assert.Equal(401, answer.Status);
        Assert.Equal(
            ["Basic realm=\"CloudDav\", charset=\"UTF-8\""],
            answer.Headers["WWW-Authenticate"]
        );
        Assert.StartsWith("1, 2, 3", answer.Header("DAV"), StringComparison.Ordinal);
        Assert.Equal("DAV", answer.Header("MS-Author-Via"));
        Assert.Equal(
            answer.Body.Length,
            int.Parse(
                answer.Header("Content-Length")!,
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
        Assert.NotEmpty(answer.Text);
    }

    [Fact]
    public async Task A_script_is_not_challenged()
    {
        await using var host = await CloudDavHost.StartAsync();

        var answer = await host.Anonymous()
            .PropfindAsync("/dav/", headers: ("X-Requested-With", "XMLHttpRequest"));

        Assert.Equal(401, answer.Status);
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dav")]
    [InlineData("/dav/")]
    [InlineData("/dav/missing/deeper")]
    public async Task C01_Explorer_may_ask_what_the_server_can_before_it_signs_in(string path)
    {
        await using var host = await CloudDavHost.StartAsync();

        var answer = await host.Anonymous(MiniRedir).OptionsAsync(path);

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("1, 2, 3", answer.Header("DAV"), StringComparison.Ordinal);
        Assert.Equal("DAV", answer.Header("MS-Author-Via"));
        Assert.Contains("PROPFIND", answer.Header("Allow"), StringComparison.Ordinal);
        Assert.Equal("0", answer.Header("Content-Length"));
    }

    [Theory]
    [InlineData("WebDAVLib/1.3", null, 401)]
    [InlineData("WebDAVLib/1.3", "wrong", 401)]
    [InlineData("WebDAVLib/1.3", "demo", 200)]
    [InlineData("WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (x86_64)", null, 401)]
    [InlineData("davfs2/1.6.1 neon/0.32.4", null, 401)]
    [InlineData("cadaver/0.24 neon/0.32.4", null, 401)]
    [InlineData("Cyberduck/8.7.0", null, 401)]
    [InlineData(MiniRedir, null, 200)]
    [InlineData(MiniRedir, "wrong", 401)]
    [InlineData(null, null, 200)]
    public async Task C36_Options_tells_a_wrong_password_to_those_who_ask_that_way(
        string? agent,
        string? password,
        int status
    )
    {
        await using var host = await CloudDavHost.StartAsync();
        var client = password is null
            ? host.Anonymous(agent)
            : host.Client("alice", password, agent);

        Assert.Equal(status, (await client.OptionsAsync("/dav/")).Status);
    }

    [Fact]
    public async Task C37_Office_looks_around_before_it_signs_in_and_learns_nothing()
    {
        await using var host = await CloudDavHost.StartAsync();
        var office = host.Anonymous("Microsoft Office Existence Discovery");
        office.Authorization = "Bearer";

        var there = await office.HeadAsync("/dav/");
        var missing = await office.HeadAsync("/dav/missing.docx");

        Assert.Equal(200, there.Status);
        Assert.Equal(200, missing.Status);
        Assert.Equal(HeadersButDate(there), HeadersButDate(missing));
        Assert.Null(missing.ETag);
        Assert.Null(missing.Header("Last-Modified"));
        Assert.Null(missing.Header("Content-Type"));
        Assert.Equal(200, (await office.OptionsAsync("/dav/")).Status);
    }

    [Theory]
    [InlineData("HOME\\Zoë", "pässwörd")]
    [InlineData("\\Zoë", "pässwörd")]
    [InlineData("  zoë ", "pässwörd")]
    [InlineData("ZOË", "pässwörd")]
    [InlineData("Zoe\u0308", "pa\u0308sswo\u0308rd")]
    public async Task C73_Names_and_passwords_are_taken_as_clients_send_them(
        string name,
        string password
    )
    {
        await using var host = await CloudDavHost.StartAsync();
        await host.AddPersonAsync("Zoë", 1 << 20, "pässwörd");

        Assert.Equal(207, (await host.Client(name, password).PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task C73_A_password_in_the_code_page_of_old_windows_clients_works()
    {
        await using var host = await CloudDavHost.StartAsync();
        await host.AddPersonAsync("Zoë", 1 << 20, "pä€wörd");
        var windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        var client = host.Anonymous();
        client.Authorization =
            "Basic " + Convert.ToBase64String(windows1252.GetBytes("Zoë:pä€wörd"));

        Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_password_may_have_colons()
    {
        await using var host = await CloudDavHost.StartAsync();

        var client = await host.AddPersonAsync("dora", 1 << 20, "a:b::c");

        Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_wrong_name_costs_as_many_slow_hashes_as_a_wrong_password()
    {
        await using var host = await CloudDavHost.StartAsync();
        var desk = host.Services.GetRequiredService<SignInDesk>();

        Assert.Equal(401, (await host.Client("alice", "wrong").PropfindAsync("/dav/")).Status);
        var forPassword = desk.SlowHashCount;
        Assert.Equal(401, (await host.Client("nobody", "wrong").PropfindAsync("/dav/")).Status);

        Assert.Equal(1, forPassword);
        Assert.Equal(2, desk.SlowHashCount);
    }

    [Fact]
    public async Task Wrong_passwords_are_slowed_after_a_few()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = Settings(
                    ("SignIn:FailuresBeforeDelay", "2"),
                    ("SignIn:DelayMilliseconds", "400")
                ),
            }
        );

        var durations = new List<TimeSpan>();
        for (var i = 0; i < 4; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            Assert.Equal(
                401,
                (await host.Client("alice", $"wrong {i}").PropfindAsync("/dav/")).Status
            );
            durations.Add(Stopwatch.GetElapsedTime(begin));
        }

        Assert.True(
            durations[2] >= TimeSpan.FromMilliseconds(390),
            $"The third took {durations[2]}."
        );
        Assert.True(
            durations[3] >= TimeSpan.FromMilliseconds(790),
            $"The fourth took {durations[3]}."
        );
    }

    [Fact]
    public async Task Too_many_wrong_passwords_are_refused_unseen_and_app_passwords_still_work()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var host = await CloudDavHost.StartAsync(new() { Time = time });
        var device = await host.AddDeviceAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(
                401,
                (await host.Client("alice", $"wrong {i}").PropfindAsync("/dav/")).Status
            );

        var refused = await host.Client().PropfindAsync("/dav/");
        Assert.Equal(429, refused.Status);
        Assert.Equal("900", refused.Header("Retry-After"));
        Assert.Null(refused.Header("WWW-Authenticate"));
        Assert.Equal(10, host.Services.GetRequiredService<SignInDesk>().SlowHashCount);

        Assert.Equal(207, (await device.Client.PropfindAsync("/dav/")).Status);
        Assert.Equal(207, (await host.Client("bob").PropfindAsync("/dav/")).Status);

        time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(207, (await host.Client().PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task Wrong_passwords_from_one_address_do_not_bar_another()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = Settings(
                    ("Listen:TrustedProxies:0", "127.0.0.1"),
                    ("SignIn:FailuresPerWindow", "2")
                ),
            }
        );
        foreach (var password in (string[])["one", "two"])
            await host.Client("alice", password)
                .PropfindAsync("/dav/", headers: ("X-Forwarded-For", "192.0.2.1"));

        var there = await host.Client()
            .PropfindAsync("/dav/", headers: ("X-Forwarded-For", "192.0.2.1"));
        var here = await host.Client()
            .PropfindAsync("/dav/", headers: ("X-Forwarded-For", "192.0.2.2"));

        Assert.Equal(429, there.Status);
        Assert.Equal(207, here.Status);
    }

    [Fact]
    public async Task All_addresses_of_one_ipv6_network_count_together()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = Settings(
                    ("Listen:TrustedProxies:0", "127.0.0.0/8"),
                    ("SignIn:FailuresPerWindow", "2")
                ),
            }
        );
        foreach (var address in (string[])["2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]:5123"])
            await host.Client("alice", address)
                .PropfindAsync("/dav/", headers: ("X-Forwarded-For", address));

        var answer = await host.Client()
            .PropfindAsync("/dav/", headers: ("X-Forwarded-For", "2001:db8:1:2:abcd::3"));

        Assert.Equal(429, answer.Status);
    }

    [Fact]
    public async Task Several_processes_count_wrong_passwords_together()
    {
        await using var host = await CloudDavHost.StartAsync(
            new() { Settings = Settings(("SignIn:FailuresPerWindow", "4")) }
        );
        await using var other = await host.StartAnotherAsync();
        for (var i = 0; i < 4; i++)
            await (i % 2 == 0 ? host : other).Client("alice", $"wrong {i}").PropfindAsync("/dav/");

        Assert.Equal(429, (await host.Client().PropfindAsync("/dav/")).Status);
        Assert.Equal(429, (await other.Client().PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_right_password_forgets_the_wrong_ones_before_it()
    {
        await using var host = await CloudDavHost.StartAsync(
            new() { Settings = Settings(("SignIn:FailuresPerWindow", "3")) }
        );
        foreach (var password in (string[])["one", "two", "demo", "three", "four"])
            await host.Client("alice", password).PropfindAsync("/dav/");

        Assert.Equal(401, (await host.Client("alice", "five").PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_changed_password_signs_the_old_one_out_at_once_in_every_process()
    {
        await using var host = await CloudDavHost.StartAsync();
        await using var other = await host.StartAnotherAsync();
        var client = other.Client();
        Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
        var accounts = host.Services.GetRequiredService<IAccountStore>();
        var alice = await accounts.FindAccountAsync("alice", TestContext.Current.CancellationToken);

        await accounts.SetPasswordAsync(
            alice!.Id,
            PasswordHash.Create("new", 1000),
            TimeProvider.System.GetUtcNow(),
            TestContext.Current.CancellationToken
        );

        var answer = await client.PropfindAsync("/dav/");
        Assert.Equal(401, answer.Status);
        Assert.StartsWith("Basic", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(401, (await client.PropfindAsync("/")).Status);
        Assert.Equal(207, (await other.Client("alice", "new").PropfindAsync("/dav/")).Status);
    }

    private static List<string> HeadersButDate(DavAnswer answer) =>
        [
            .. answer
                .Headers.Where(header => header.Key != "Date")
                .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
                .Order(StringComparer.Ordinal),
        ];

    private static Dictionary<string, string?> Settings(
        params (string Name, string Value)[] settings
    ) =>
        settings.ToDictionary(
            setting => setting.Name,
            setting => (string?)setting.Value,
            StringComparer.Ordinal
        );
}
