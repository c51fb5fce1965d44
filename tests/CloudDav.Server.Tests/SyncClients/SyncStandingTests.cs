using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>What sync clients see where a contract stands otherwise, or the platform does (sync-clients.md 3 and 10): nothing that makes them undo on a device what the person did there.</summary>
public sealed class SyncStandingTests : IAsyncLifetime
{
    private const string Files = "/remote.php/dav/files/olivia";
    private const string Alias = "/remote.php/webdav";
    private static readonly XNamespace s_sabre = "http://sabredav.org/ns";
    private static readonly XName s_letters = XName.Get("permissions", "http://owncloud.org/ns");

    private readonly FakeTimeProvider _clock = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)
    );

    private CloudDavHost _host = null!;
    private ContractSetup _contracts = null!;
    private DavClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions { HasDemoPeople = false, Time = _clock }
        );
        _contracts = new ContractSetup(_host);
        _client = await _host.AddPersonAsync("olivia", 20_000);
        await _contracts.BeginAsync("olivia");
        (await _client.MkcolAsync(Files + "/folder")).Expect(201);
        (await _client.PutAsync(Files + "/folder/file", "text")).Expect(201);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task In_the_take_back_window_all_is_read_and_deleted_and_nothing_else()
    {
        await _contracts.EndAsync("olivia", _clock.GetUtcNow());
        foreach (
            var refused in (DavAnswer[])
                [
                    await _client.PutAsync(Files + "/new", "x"),
                    await _client.PutAsync(Files + "/folder/file", "x"),
                    await _client.MkcolAsync(Files + "/new"),
                    await _client.MoveAsync(Files + "/folder/file", Files + "/moved"),
                    await _client.CopyAsync(Files + "/folder/file", Files + "/copied"),
                ]
        )
        {
            refused.Expect(403);
            Assert.Equal(@"Sabre\DAV\Exception\Forbidden", Exception(refused));
            // The person reads the reason, and until when.
            Assert.Contains("2026", refused.Header("OC-ErrorString"), StringComparison.Ordinal);
        }
        var listed = await _client.PropertiesAsync(Files + "/folder", "1", s_letters);
        Assert.Equal("GDNVCK", listed[Files + "/folder/"].Text(s_letters));
        Assert.Equal("GDNVW", listed[Files + "/folder/file"].Text(s_letters));
        Assert.Equal("text", (await _client.GetAsync(Files + "/folder/file")).Expect(200).Text);
        var quota = (await UserAsync()).GetProperty("quota");
        Assert.Equal(0, quota.GetProperty("free").GetInt64());
        Assert.Equal(100, quota.GetProperty("relative").GetDouble());
        (await _client.DeleteAsync(Files + "/folder")).Expect(204);
    }

    [Fact]
    public async Task A_closed_account_is_gone_and_never_an_empty_folder()
    {
        await _contracts.CloseAsync("olivia");
        foreach (var address in (string[])[Files + "/", "/remote.php/dav/files/", Alias + "/"])
            (await _client.PropfindAsync(address, "1")).Expect(410);
        (await _client.GetAsync("/ocs/v2.php/cloud/user")).Expect(410);
    }

    [Fact]
    public async Task Somebody_who_is_suspended_reads_why()
    {
        await _contracts.SetAsync(
            "olivia",
            MeasureKind.Suspension,
            Switches.Whole,
            new Texts { En = "Your bill is open." }
        );
        foreach (var address in (string[])[Files + "/", "/remote.php/dav/files/", Alias + "/"])
        {
            var refused = (await _client.PropfindAsync(address, "1")).Expect(403);
            Assert.Contains(
                "Your bill is open.",
                refused.Header("OC-ErrorString"),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task While_the_platform_is_off_clients_are_told_of_maintenance()
    {
        await _contracts.SetAsync(new PlatformFacts { Mode = PlatformMode.Off });
        Assert.True(await IsInMaintenanceAsync());
        foreach (var address in (string[])[Files + "/", "/remote.php/dav/files/", Alias + "/"])
        {
            var refused = (await _client.PropfindAsync(address, "1")).Expect(503);
            Assert.Equal(@"Sabre\DAV\Exception\ServiceUnavailable", Exception(refused));
            Assert.NotNull(refused.Header("Retry-After"));
        }
        // Asked before anybody signs in, so that a client knows what it speaks to when it comes back.
        (await _client.GetAsync("/ocs/v1.php/cloud/capabilities")).Expect(200);
    }

    [Fact]
    public async Task While_the_platform_is_read_only_clients_pause_and_what_writes_ends_the_run()
    {
        await _contracts.SetAsync(new PlatformFacts { Mode = PlatformMode.ReadOnly });
        Assert.True(await IsInMaintenanceAsync());
        (await _client.PropfindAsync(Files + "/", "1")).Expect(207);
        (await _client.GetAsync(Files + "/folder/file")).Expect(200);
        var refused = (await _client.PutAsync(Files + "/new", "x")).Expect(503);
        Assert.Equal(@"Sabre\DAV\Exception\ServiceUnavailable", Exception(refused));
    }

    [Fact]
    public async Task What_the_household_shares_says_so_and_a_change_of_rights_is_news_to_its_recipients()
    {
        await _host.AddPersonAsync("peter", 20_000, householdOf: "olivia");
        var peter = _host.Client("peter");
        var made = await _client.SendJsonAsync(
            "POST",
            "/api/v1/shares",
            new
            {
                path = "/folder",
                rights = "view",
                audience = "household",
            }
        );
        var share = made.Expect(201).Json().GetProperty("id").GetInt64();
        const string his = "/remote.php/dav/files/peter";
        XName owner = XName.Get("owner-id", "http://owncloud.org/ns");
        XName types = XName.Get("share-types", "http://owncloud.org/ns");
        XName tag = XName.Get("getetag", "DAV:");

        var viewed = await peter.PropertiesAsync(his + "/", "1", s_letters, owner, tag);
        Assert.Equal("RGCK", viewed[his + "/"].Text(s_letters));
        Assert.Equal("SGDNV", viewed[his + "/folder/"].Text(s_letters));
        Assert.Equal("olivia", viewed[his + "/folder/"].Text(owner));
        var inside = await peter.PropertiesAsync(his + "/folder", "1", s_letters);
        Assert.Equal("SG", inside[his + "/folder/file"].Text(s_letters));

        (
            await _client.SendJsonAsync("PATCH", $"/api/v1/shares/{share}", new { rights = "edit" })
        ).Expect(200);
        var edited = await peter.PropertiesAsync(his + "/", "1", s_letters, tag);
        Assert.Equal("SGDNVCK", edited[his + "/folder/"].Text(s_letters));
        Assert.NotEqual(viewed[his + "/"].Text(tag), edited[his + "/"].Text(tag));

        var own = await _client.PropertiesAsync(Files + "/", "1", types);
        Assert.Equal("1", own[Files + "/folder/"].Text(types));
    }

    private async Task<bool> IsInMaintenanceAsync() =>
        (await _client.GetAsync("/status.php"))
            .Expect(200)
            .Json()
            .GetProperty("maintenance")
            .GetBoolean();

    private async Task<JsonElement> UserAsync() =>
        (await _client.GetAsync("/ocs/v2.php/cloud/user?format=json"))
            .Expect(200)
            .Json()
            .GetProperty("ocs")
            .GetProperty("data");

    private static string Exception(DavAnswer answer) =>
        answer.Xml().Root!.Element(s_sabre + "exception")!.Value;
}
