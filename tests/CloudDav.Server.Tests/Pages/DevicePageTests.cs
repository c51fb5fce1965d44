using CloudDav.Server.Tests.Api;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Devices in a browser without script, over real sockets.</summary>
public sealed class DevicePageTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_app_password_is_shown_once_works_and_is_revoked()
    {
        Assert.Contains(
            "type=\"password\"",
            (await _browser.OpenAsync("/devices")).Expect(200).Text,
            StringComparison.Ordinal
        );
        await _browser.SignInAsync("alice", "demo");
        var empty = (await _browser.OpenAsync("/devices")).Expect(200);
        Assert.Contains("No program or device", empty.Text, StringComparison.Ordinal);

        var made = (await SubmitAsync(("act", "add"), ("name", "my <b>laptop</b>"))).Expect(200);
        Assert.DoesNotContain("<b>laptop", made.Text, StringComparison.Ordinal);
        var password = made.Text.Split("<code>")[2].Split('<')[0];
        using var laptop = _api.Host.Client("alice", password);
        (await laptop.PropfindAsync("/dav/")).Expect(207);
        foreach (var how in (string[])["net use Z:", "rclone config create", "dav://alice@"])
            Assert.Contains(how, made.Text, StringComparison.Ordinal);

        var listed = (await _browser.OpenAsync("/devices")).Expect(200);
        Assert.DoesNotContain(password, listed.Text, StringComparison.Ordinal);
        Assert.Contains("my &lt;b&gt;laptop", listed.Text, StringComparison.Ordinal);
        var device = listed.Text.Split("name=\"device\" value=\"")[1].Split('"')[0];
        // Nobody without a form of the page.
        await _browser.SendAsync("POST", "/devices", [("act", "revoke"), ("device", device)]);
        (await laptop.PropfindAsync("/dav/")).Expect(207);
        await _browser.OpenAsync("/devices");
        Assert.Equal(303, (await SubmitAsync(("act", "revoke"), ("device", device))).Status);
        (await laptop.PropfindAsync("/dav/")).Expect(401);
        await _browser.OpenAsync("/devices");
        Assert.Equal(404, (await SubmitAsync(("act", "wipe"), ("device", "4711"))).Status);
        await _browser.OpenAsync("/devices");
        Assert.Equal(400, (await SubmitAsync(("act", "add"), ("name", " "))).Status);
    }

    [Fact]
    public async Task When_somebody_else_uses_the_cloud_everything_is_signed_out_at_once()
    {
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/devices");
        var made = (await SubmitAsync(("act", "add"), ("name", "stolen"))).Expect(200);
        using var stolen = _api.Host.Client("alice", made.Text.Split("<code>")[2].Split('<')[0]);
        var elsewhere = new Browser(_api.Host);
        await elsewhere.SignInAsync("alice", "demo");

        // Too short a password is refused before anything is done.
        await _browser.OpenAsync("/devices");
        Assert.Equal(400, (await SubmitAsync(("act", "report"), ("password", "short"))).Status);
        (await stolen.PropfindAsync("/dav/")).Expect(207);
        await _browser.OpenAsync("/devices");
        var done = (await SubmitAsync(("act", "report"), ("password", "a new one of mine"))).Expect(
            200
        );
        Assert.Contains("Everything is signed out", done.Text, StringComparison.Ordinal);

        (await stolen.PropfindAsync("/dav/")).Expect(401);
        Assert.Contains(
            "type=\"password\"",
            (await elsewhere.OpenAsync("/devices")).Text,
            StringComparison.Ordinal
        );
        var again = await _browser.SubmitAsync(
            "/sign-in",
            ("name", "alice"),
            ("password", "a new one of mine")
        );
        Assert.Equal((303, "/devices"), (again.Status, again.Header("Location")));
        (await _browser.OpenAsync("/devices")).Expect(200);
    }

    private Task<DavAnswer> SubmitAsync(params (string Name, string Value)[] fields) =>
        _browser.SendAsync(
            "POST",
            "/devices",
            [.. _browser.HiddenOf("/sign-out").Where(field => field.Name == "guard"), .. fields]
        );
}
