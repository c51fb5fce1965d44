using System.Net;
using System.Text;
using CloudDav.Server.Pages;
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

    [Fact]
    public async Task Whoever_sits_at_a_browser_for_long_signs_everything_out_and_gives_nobody_a_password()
    {
        await _browser.SignInAsync("alice", "demo");
        var elsewhere = new Browser(_api.Host);
        await elsewhere.SignInAsync("alice", "demo");
        var device = await _api.Host.AddDeviceAsync();
        _api.Time.Advance(TimeSpan.FromMinutes(5));

        var page = (await _browser.OpenAsync("/devices")).Expect(200);
        Assert.DoesNotContain("type=\"password\"", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            "href=\"/security/again?to=%2Fdevices%23stolen\"",
            page.Text,
            StringComparison.Ordinal
        );
        var done = (
            await SubmitAsync(("act", "report"), ("password", "one of somebody else"))
        ).Expect(200);

        Assert.Contains("your password no longer works", done.Text, StringComparison.Ordinal);
        Assert.Equal(401, (await device.Client.PropfindAsync("/dav/")).Status);
        foreach (var password in (string[])["one of somebody else", "demo"])
            Assert.Equal(403, (await _browser.SignInAsync("alice", password)).Status);
        Assert.Contains(
            "type=\"password\"",
            (await elsewhere.OpenAsync("/devices")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Whoever_shows_first_that_it_is_them_comes_back_and_chooses_a_new_password()
    {
        await _browser.SignInAsync("alice", "demo");
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        await _browser.OpenAsync("/security/again?to=%2Fdevices%23stolen");

        var shown = await _browser.SubmitAsync("/security/again", ("password", "demo"));

        Assert.Equal((303, "/devices#stolen"), (shown.Status, shown.Header("Location")));
        Assert.Contains(
            "autocomplete=\"new-password\"",
            (await _browser.OpenAsync("/devices")).Text,
            StringComparison.Ordinal
        );
        (await SubmitAsync(("act", "report"), ("password", "a new one of mine"))).Expect(200);
        Assert.Equal(303, (await _browser.SignInAsync("alice", "a new one of mine")).Status);
    }

    [Fact]
    public async Task How_to_connect_is_ready_to_use_once_with_the_password_and_later_without()
    {
        await _api.Host.AddPersonAsync("Zoë & co'x", 1_000);
        await _browser.SignInAsync("Zoë & co'x", "demo");
        await _browser.OpenAsync("/devices");
        var made = WebUtility.HtmlDecode(
            (await SubmitAsync(("act", "add"), ("name", "phone"))).Expect(200).Text
        );
        var password = made.Split("<code>")[2].Split('<')[0];
        const string Encoded = "Zo%C3%AB%20%26%20co%27x";
        var server = made.Split("<code>")[3].Split("/dav/")[0];
        foreach (
            var part in (string[])
                [
                    $"href=\"nc://login/server:{server}&user:{Encoded}&password:{password}\"",
                    "<svg class=\"qr\"",
                    $"net use Z: {server}/dav/ /user:\"Zoë & co'x\" {password}",
                    $"user='Zoë & co'\\''x' pass={password} --obscure",
                    $"href=\"dav://{Encoded}@",
                    $"href=\"webdav://{Encoded}@",
                ]
        )
            Assert.Contains(part, made, StringComparison.Ordinal);

        var later = WebUtility.HtmlDecode(
            (await _browser.OpenAsync("/devices/how")).Expect(200).Text
        );
        Assert.Contains("/user:\"Zoë & co'x\" *", later, StringComparison.Ordinal);
        foreach (var part in (string[])[password, "<svg class=\"qr\"", "nc://login"])
            Assert.DoesNotContain(part, later, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_gets_its_limits_as_a_file_that_its_registry_editor_reads()
    {
        var file = (await _browser.OpenAsync("/devices/webclient.reg")).Expect(200);
        Assert.Equal([0xFF, 0xFE], file.Body[..2]);
        var lines = Encoding.Unicode.GetString(file.Body[2..]).Split("\r\n");
        Assert.Equal("Windows Registry Editor Version 5.00", lines[0]);
        Assert.Contains("\"FileSizeLimitInBytes\"=dword:ffffffff", lines);
        // Plain http needs it, as in the demo; over https nothing is changed about passwords.
        Assert.Contains("\"BasicAuthLevel\"=dword:00000002", lines);
        Assert.DoesNotContain(
            "BasicAuthLevel",
            WindowsDrive.Settings(isPlainHttp: false),
            StringComparison.Ordinal
        );

        await _browser.SignInAsync("alice", "demo");
        var test = (await _browser.OpenAsync("/devices/windows")).Expect(200);
        Assert.Contains("The address begins with http.", test.Text, StringComparison.Ordinal);
        Assert.Contains("data-test=\"password\"", test.Text, StringComparison.Ordinal);
    }

    private Task<DavAnswer> SubmitAsync(params (string Name, string Value)[] fields) =>
        _browser.SendAsync(
            "POST",
            "/devices",
            [.. _browser.HiddenOf("/sign-out").Where(field => field.Name == "guard"), .. fields]
        );
}
