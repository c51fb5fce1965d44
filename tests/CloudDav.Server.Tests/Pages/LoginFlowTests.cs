using System.Text;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Login flow v2 as the sync clients speak it (sync-clients.md 5.2), over real sockets.</summary>
public sealed class LoginFlowTests : IAsyncLifetime
{
    private const string Agent = "Mozilla/5.0 (Linux) mirall/3.7.3git <b>&";

    private ApiHost _api = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(("SignIn:DevicesPerAccount", "2"));
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/index.php/login/v2", true)]
    [InlineData("/login/v2", false)]
    public async Task A_person_lets_a_program_in_over_any_nodes_and_it_gets_its_password_once(
        string begin,
        bool asksByForm
    )
    {
        await using var other = await _api.Host.StartAnotherAsync();
        var flow = await BeginAsync(begin);
        Assert.NotEqual(flow.Token, flow.Page[(flow.Page.LastIndexOf('/') + 1)..]);
        Assert.True(flow.Token.Length >= 22);
        await StillWaitsAsync(flow);

        // Nobody is signed in: the page asks who it is, and leads back.
        var page = (await _browser.OpenAsync(flow.Page + "?user=alice")).Expect(200);
        Assert.Contains("value=\"alice\"", page.Text, StringComparison.Ordinal);
        var signedIn = await _browser.SubmitAsync(
            "/sign-in",
            ("name", "alice"),
            ("password", "demo")
        );
        Assert.Equal((303, flow.Page), (signedIn.Status, signedIn.Header("Location")));
        var elsewhere = _browser.On(other);
        page = (await elsewhere.OpenAsync(flow.Page)).Expect(200);
        foreach (
            var said in (string[])
                [
                    "mirall/3.7.3git &lt;b&gt;&amp;",
                    "<dd>127.0.0.1</dd>",
                    "<dd>2 March 2026 at 10:00</dd>",
                    "<dd>alice</dd>",
                ]
        )
            Assert.Contains(said, page.Text, StringComparison.Ordinal);
        // To have opened it, or to send the form without its proof, grants nothing.
        await elsewhere.SendAsync("POST", flow.Page, [("answer", "grant")]);
        await StillWaitsAsync(flow);

        await elsewhere.OpenAsync(flow.Page);
        (await elsewhere.SubmitAsync(flow.Page, ("answer", "grant"))).Expect(200);

        var fetched = (await PollAsync(flow, asksByForm)).Expect(200).Json();
        Assert.Equal("alice", fetched.GetProperty("loginName").GetString());
        Assert.Equal(
            _api.Host.Address.ToString().TrimEnd('/'),
            fetched.GetProperty("server").GetString()
        );
        var password = fetched.GetProperty("appPassword").GetString()!;
        var client = other.Client("alice", password);
        Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
        await StillWaitsAsync(flow);
        Assert.Equal(403, (await _browser.OpenAsync(flow.Page)).Status);
        var devices = (await _api.Alice.GetAsync("/api/v1/devices")).Expect(200).Json();
        var device = Assert.Single(devices.GetProperty("items").EnumerateArray());
        Assert.Equal(Agent, device.GetProperty("name").GetString());
        AssertNotStored(flow.Token, flow.Page[(flow.Page.LastIndexOf('/') + 1)..], password);
    }

    [Fact]
    public async Task A_person_can_refuse_and_what_is_over_stays_over()
    {
        await _browser.SignInAsync("alice", "demo");
        var refused = await BeginAsync();
        await _browser.OpenAsync(refused.Page);
        (await _browser.SubmitAsync(refused.Page, ("answer", "refuse"))).Expect(200);
        await StillWaitsAsync(refused);
        Assert.Equal(403, (await _browser.OpenAsync(refused.Page)).Status);

        var late = await BeginAsync();
        await _browser.OpenAsync(late.Page);
        _api.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(403, (await _browser.SubmitAsync(late.Page, ("answer", "grant"))).Status);
        Assert.Equal(403, (await _browser.OpenAsync(late.Page)).Status);
        await StillWaitsAsync(late);
        Assert.Equal(403, (await _browser.OpenAsync("/login/v2/flow/nothing")).Status);
    }

    [Fact]
    public async Task What_was_granted_is_taken_back_by_a_report_before_it_is_fetched()
    {
        var flow = await GrantedAsync();
        (await _api.Alice.SendAsync("POST", "/api/v1/report-unauthorised-use")).Expect(200);
        await StillWaitsAsync(flow);
    }

    [Fact]
    public async Task What_keeps_an_account_from_a_new_device_keeps_it_from_this_one()
    {
        await _api.Host.AddDeviceAsync();
        await _api.Host.AddDeviceAsync();
        await _browser.SignInAsync("alice", "demo");
        var flow = await BeginAsync();
        await _browser.OpenAsync(flow.Page);
        var full = await _browser.SubmitAsync(flow.Page, ("answer", "grant"));
        Assert.Equal(403, full.Status);
        Assert.Contains("at most 2 can be", full.Text, StringComparison.Ordinal);
        await StillWaitsAsync(flow);

        await _api.PublishTermsAsync("2026");
        await _browser.OpenAsync(flow.Page);
        var open = await _browser.SubmitAsync(flow.Page, ("answer", "grant"));
        Assert.Equal(403, open.Status);
        Assert.Contains("terms", open.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_asked_again_when_the_password_is_fetched()
    {
        var flow = await GrantedAsync();
        await _api.PublishTermsAsync("2026");
        await StillWaitsAsync(flow);
        (await _api.Alice.SendAsync("POST", "/api/v1/terms/2026/acceptance")).Expect(200);
        (await PollAsync(flow, byForm: true)).Expect(200);
    }

    [Fact]
    public async Task Whoever_begins_or_guesses_too_often_waits_and_what_is_known_is_answered_all_the_same()
    {
        var flow = await GrantedAsync();
        for (var i = 1; i < 20; i++)
            await BeginAsync();
        var refused = await _api.Host.Anonymous().SendAsync("POST", "/login/v2");
        Assert.Equal(
            (429, "300", ""),
            (refused.Status, refused.Header("Retry-After"), refused.Text)
        );
        for (var i = 0; i < 100; i++)
            Assert.Equal(404, (await PollAsync(new("nothing", ""), byForm: i % 2 == 0)).Status);
        Assert.Equal(429, (await PollAsync(new("nothing", ""), byForm: false)).Status);
        (await PollAsync(flow, byForm: false)).Expect(200);
        _api.Time.Advance(TimeSpan.FromMinutes(5));
        await BeginAsync();
    }

    private async Task<Waiting> GrantedAsync()
    {
        await _browser.SignInAsync("alice", "demo");
        var flow = await BeginAsync();
        await _browser.OpenAsync(flow.Page);
        (await _browser.SubmitAsync(flow.Page, ("answer", "grant"))).Expect(200);
        return flow;
    }

    private async Task<Waiting> BeginAsync(string path = "/index.php/login/v2")
    {
        var begun = (await _api.Host.Anonymous(Agent).SendAsync("POST", path)).Expect(200).Json();
        var server = _api.Host.Address.ToString().TrimEnd('/');
        Assert.Equal(
            server + "/login/v2/poll",
            begun.GetProperty("poll").GetProperty("endpoint").GetString()
        );
        var login = begun.GetProperty("login").GetString()!;
        Assert.StartsWith(server + "/login/v2/flow/", login, StringComparison.Ordinal);
        return new(
            begun.GetProperty("poll").GetProperty("token").GetString()!,
            new Uri(login).AbsolutePath
        );
    }

    private Task<DavAnswer> PollAsync(Waiting flow, bool byForm) =>
        byForm
            ? _api
                .Host.Anonymous()
                .SendAsync(
                    "POST",
                    "/index.php/login/v2/poll",
                    new FormUrlEncodedContent([KeyValuePair.Create("token", flow.Token)])
                )
            : _api.Host.Anonymous().SendAsync("POST", "/login/v2/poll?token=" + flow.Token);

    private async Task StillWaitsAsync(Waiting flow)
    {
        foreach (var byForm in (bool[])[true, false])
        {
            var answer = await PollAsync(flow, byForm);
            Assert.Equal((404, ""), (answer.Status, answer.Text));
        }
    }

    // Not even while somebody waits for it does the metadata hold what opens anything.
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

    private sealed record Waiting(string Token, string Page);
}
