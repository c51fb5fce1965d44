using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>What clients do about their own app password, and remote wipe (sync-clients.md 5.2 and 5.3).</summary>
public sealed class SyncDeviceTests : IAsyncLifetime
{
    private static readonly (string, string) s_api = ("OCS-APIRequest", "true");

    private ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_app_password_is_made_for_the_own_password_and_given_back_by_itself()
    {
        const string make = "/ocs/v2.php/core/getapppassword?format=json";
        const string giveBack = "/ocs/v2.php/core/apppassword?format=json";
        _api.Alice.UserAgent = "Mozilla/5.0 (Android) Nextcloud-android/3.29";
        Assert.Equal(412, (await _api.Alice.GetAsync(make)).Status);
        var made = (await _api.Alice.GetAsync(make, s_api)).Expect(200).Json();
        var password = made.GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("apppassword")
            .GetString()!;

        var phone = _api.Host.Client("alice", password);
        Assert.Equal(403, (await phone.GetAsync(make, s_api)).Status);
        var devices = (await phone.GetAsync("/api/v1/devices")).Expect(200).Json();
        Assert.Equal(
            _api.Alice.UserAgent,
            Assert
                .Single(devices.GetProperty("items").EnumerateArray())
                .GetProperty("name")
                .GetString()
        );
        Assert.Equal(403, (await _api.Alice.DeleteAsync(giveBack, s_api)).Status);
        (await phone.DeleteAsync(giveBack, s_api)).Expect(200);
        Assert.Equal(401, (await phone.PropfindAsync("/dav/")).Status);
        Assert.Equal(401, (await phone.DeleteAsync(giveBack, s_api)).Status);
    }

    [Fact]
    public async Task A_device_is_told_to_wipe_itself_until_it_has_and_no_other_ever_is()
    {
        var lost = await _api.Host.AddDeviceAsync(name: "lost phone");
        var kept = await _api.Host.AddDeviceAsync(name: "laptop");
        Assert.Equal((404, "[]"), await CheckAsync(lost.Password));

        // Not even what is revoked is wiped unless a person asked for it, and a device may not ask.
        Assert.Equal(403, (await kept.Client.SendAsync("POST", Wipe(lost))).Status);
        Assert.Equal(204, (await kept.Client.DeleteAsync($"/api/v1/devices/{lost.Id}")).Status);
        Assert.Equal((404, "[]"), await CheckAsync(lost.Password));
        Assert.Equal(404, (await PostAsync("success", lost.Password)).Status);

        for (var i = 0; i < 2; i++)
            Assert.Equal(204, (await _api.Alice.SendAsync("POST", Wipe(lost))).Status);
        Assert.Equal(404, (await _api.Alice.SendAsync("POST", Wipe(new(999, "", null!)))).Status);

        Assert.Equal(401, (await lost.Client.PropfindAsync("/dav/")).Status);
        Assert.Equal((200, """{"wipe":true}"""), await CheckAsync(lost.Password));
        // Asking changes nothing, and nobody else is told.
        Assert.Equal((200, """{"wipe":true}"""), await CheckAsync(lost.Password));
        Assert.Equal((404, "[]"), await CheckAsync(kept.Password));
        Assert.Equal((404, "[]"), await CheckAsync("demo"));
        Assert.Equal((404, "[]"), await CheckAsync(AppPassword.New().Reveal()));
        Assert.Equal(207, (await kept.Client.PropfindAsync("/dav/")).Status);

        (await PostAsync("success", lost.Password)).Expect(200);
        Assert.Equal((404, "[]"), await CheckAsync(lost.Password));
        Assert.Equal(404, (await PostAsync("success", lost.Password)).Status);
        var log = (await _api.Alice.GetAsync("/api/v1/access-log")).Expect(200).Json();
        var acts = log.GetProperty("items")
            .EnumerateArray()
            .Select(entry => entry.GetProperty("act").GetString())
            .ToList();
        Assert.Single(acts, "device.wipe-asked");
        Assert.Single(acts, "device.wiped");
    }

    [Fact]
    public async Task Whoever_asks_about_unknown_passwords_waits_and_what_is_to_be_wiped_does_not()
    {
        var lost = await _api.Host.AddDeviceAsync();
        Assert.Equal(204, (await _api.Alice.SendAsync("POST", Wipe(lost))).Status);
        for (var i = 0; i < 10; i++)
            Assert.Equal(404, (await CheckAsync($"unknown {i}")).Status);
        var refused = await PostAsync("check", "unknown");
        Assert.Equal(
            (429, "300", ""),
            (refused.Status, refused.Header("Retry-After"), refused.Text)
        );
        Assert.Equal((200, """{"wipe":true}"""), await CheckAsync(lost.Password));
        Assert.Equal(
            400,
            (await _api.Host.Anonymous().SendAsync("POST", "/index.php/core/wipe/check")).Status
        );
    }

    private static string Wipe(TestDevice device) => $"/api/v1/devices/{device.Id}/wipe";

    private async Task<(int Status, string Text)> CheckAsync(string password)
    {
        var answer = await PostAsync("check", password);
        return (answer.Status, answer.Text);
    }

    private Task<DavAnswer> PostAsync(string what, string password) =>
        _api
            .Host.Anonymous()
            .SendAsync(
                "POST",
                "/index.php/core/wipe/" + what,
                new FormUrlEncodedContent([KeyValuePair.Create("token", password)])
            );
}
