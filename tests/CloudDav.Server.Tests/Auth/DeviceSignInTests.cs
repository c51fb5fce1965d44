using System.Text.RegularExpressions;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Auth;

/// <summary>App passwords.</summary>
public sealed partial class DeviceSignInTests
{
    [Fact]
    public async Task An_app_password_signs_in_without_a_slow_hash()
    {
        await using var host = await CloudDavHost.StartAsync();
        var device = await host.AddDeviceAsync();

        Assert.Equal(207, (await device.Client.PropfindAsync("/dav/")).Status);
        Assert.Equal(0, host.Services.GetRequiredService<SignInDesk>().SlowHashCount);
    }

    [Fact]
    public async Task C35_A_revoked_device_is_refused_on_its_next_request_in_every_process()
    {
        await using var host = await CloudDavHost.StartAsync();
        await using var other = await host.StartAnotherAsync();
        var device = await host.AddDeviceAsync();
        var elsewhere = other.Client("alice", device.Password);
        Assert.Equal(207, (await device.Client.PropfindAsync("/dav/")).Status);
        Assert.Equal(207, (await elsewhere.PropfindAsync("/dav/")).Status);

        await host.RevokeDeviceAsync(device);

        foreach (var path in (string[])["/dav/", "/"])
        {
            foreach (var client in (DavClient[])[device.Client, elsewhere])
            {
                var answer = await client.PropfindAsync(path);
                Assert.Equal(401, answer.Status);
                Assert.Equal(
                    ["Basic realm=\"CloudDav\", charset=\"UTF-8\""],
                    answer.Headers["WWW-Authenticate"]
                );
            }
        }
        Assert.Equal(401, (await device.Client.PutAsync("/dav/x", "x")).Status);
        Assert.Equal(207, (await host.Client().PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task An_app_password_opens_its_own_account_only()
    {
        await using var host = await CloudDavHost.StartAsync();
        var device = await host.AddDeviceAsync("alice");

        Assert.Equal(
            401,
            (await host.Client("carol", device.Password).PropfindAsync("/dav/")).Status
        );
    }

    [Fact]
    public async Task An_app_password_may_be_typed_without_groups_in_any_case()
    {
        await using var host = await CloudDavHost.StartAsync();
        var device = await host.AddDeviceAsync();
        string[] typed =
        [
            device.Password.Replace("-", "", StringComparison.Ordinal),
            device.Password.ToUpperInvariant(),
            device.Password.Replace('-', ' '),
            device.Password.Replace('0', 'o').Replace('1', 'l'),
        ];

        foreach (var password in typed)
            Assert.Equal(207, (await host.Client("alice", password).PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task Wrong_app_passwords_never_bar_anybody()
    {
        await using var host = await CloudDavHost.StartAsync();
        var device = await host.AddDeviceAsync();
        await host.RevokeDeviceAsync(device);
        for (var i = 0; i < 30; i++)
            Assert.Equal(401, (await device.Client.PropfindAsync("/dav/")).Status);

        Assert.Equal(207, (await host.Client().PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task The_last_use_is_written_every_few_minutes_at_most()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Time = time,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["SignIn:RememberSeconds"] = "3600",
                },
            }
        );
        var device = await host.AddDeviceAsync();
        Assert.Null(await LastUsedAsync(host));

        await device.Client.PropfindAsync("/dav/");
        var first = await UntilAsync(host, time.GetUtcNow());
        time.Advance(TimeSpan.FromMinutes(4));
        await device.Client.PropfindAsync("/dav/");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(first, await LastUsedAsync(host));
        time.Advance(TimeSpan.FromMinutes(1));
        await device.Client.PropfindAsync("/dav/");
        await UntilAsync(host, time.GetUtcNow());
    }

    [Fact]
    public void App_passwords_have_at_least_128_random_bits_and_are_stored_as_a_hash()
    {
        var passwords = Enumerable.Range(0, 1000).Select(_ => AppPassword.New()).ToList();

        Assert.All(passwords, password => Assert.Matches(Shape(), password.Reveal()));
        // 26 characters of 32 beyond the selector: 130 bits.
        Assert.Equal(
            1000,
            passwords
                .Select(password => Convert.ToHexString(password.SecretHash))
                .Distinct(StringComparer.Ordinal)
                .Count()
        );
        Assert.Equal(
            32,
            passwords
                .SelectMany(password => password.Reveal())
                .Where(c => c != '-')
                .Distinct()
                .Count()
        );
        Assert.DoesNotContain(
            passwords[0].Reveal()[6..],
            passwords[0].ToString(),
            StringComparison.Ordinal
        );
    }

    private static async Task<DateTimeOffset?> LastUsedAsync(CloudDavHost host)
    {
        var accounts = host.Services.GetRequiredService<IAccountStore>();
        var alice = await accounts.FindAccountAsync("alice", TestContext.Current.CancellationToken);
        return (await accounts.ListDevicesAsync(alice!.Id, TestContext.Current.CancellationToken))
            .Single()
            .LastUsed;
    }

    // It is written beside the request, which does not wait for it.
    private static async Task<DateTimeOffset?> UntilAsync(
        CloudDavHost host,
        DateTimeOffset expected
    )
    {
        for (var i = 0; i < 200; i++)
        {
            if (await LastUsedAsync(host) is { } used && used == expected)
                return used;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        Assert.Fail($"The last use was not written: {await LastUsedAsync(host)}, not {expected}.");
        return null;
    }

    [GeneratedRegex(
        "^([0-9a-hjkmnp-tv-z]{5}-){5}[0-9a-hjkmnp-tv-z]{5}$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Shape();
}
