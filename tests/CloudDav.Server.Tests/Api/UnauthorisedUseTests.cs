using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Api;

/// <summary>One call that signs everything out, and one-time links that lead back in, over real sockets.</summary>
public sealed class UnauthorisedUseTests : IAsyncLifetime
{
    private const string Report = "/api/v1/report-unauthorised-use";

    private ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task It_bites_on_the_next_request_of_every_process_and_on_whoever_reported_it()
    {
        await using var other = await _api.Host.StartAnotherAsync();
        var mount = await _api.Host.AddDeviceAsync(name: "mount");
        var phone = await _api.Host.AddDeviceAsync(name: "phone");
        DavClient[] all =
        [
            mount.Client,
            phone.Client,
            _api.Alice,
            other.Client("alice", mount.Password),
            other.Client("alice", phone.Password),
            other.Client("alice", "demo"),
        ];
        await mount.Client.PutAsync("/dav/kept", "kept");
        Assert.Equal(200, (await mount.Client.LockAsync("/dav/kept")).Status);
        foreach (var client in all)
            Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
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
                }
            )
        ).Expect(201);
        var opened = new Uri(share.Json().GetProperty("url").GetString()!).AbsolutePath;
        (await other.Anonymous().GetAsync(opened)).Expect(200);

        var done = (await mount.Client.SendAsync("POST", Report)).Expect(200).Json();

        Assert.Equal(2, done.GetProperty("devicesRevoked").GetInt32());
        Assert.Equal(1, done.GetProperty("linksEnded").GetInt32());
        Assert.Equal("removed", done.GetProperty("password").GetString());
        (await other.Anonymous().GetAsync(opened)).Expect(404);
        foreach (var client in all)
        {
            Assert.Equal(401, (await client.PropfindAsync("/dav/")).Status);
            Assert.Equal(401, (await client.PutAsync("/dav/new", "new")).Status);
            Assert.Equal(401, (await client.GetAsync("/api/v1/account")).Status);
        }

        // A one-time link leads back in: the lock is gone, the file is not.
        var link = await _api.IssueLinkAsync("alice");
        var set = await other
            .Anonymous()
            .SendJsonAsync(
                "POST",
                "/api/v1/take-back/" + link,
                new { newPassword = "a new one that is mine" }
            );
        Assert.Equal(204, set.Status);
        var alice = _api.Host.Client("alice", "a new one that is mine");
        Assert.Equal(204, (await alice.PutAsync("/dav/kept", "changed")).Status);
        var events = await _api.Parts.Outbox.ListAsync(
            await _api.AccountAsync("alice"),
            0,
            10,
            TestContext.Current.CancellationToken
        );
        Assert.Contains(events, queued => queued.Event.Type == EventTypes.UnauthorisedUseReported);
        var log = (await alice.GetAsync("/api/v1/access-log")).Text;
        Assert.Contains("unauthorised-use.reported", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_gives_a_new_password_with_the_present_one()
    {
        var device = await _api.Host.AddDeviceAsync();
        var report = new { newPassword = "a new one that is mine" };

        Assert.Equal(
            "400 invalid-input",
            (
                await _api.Alice.SendJsonAsync("POST", Report, new { newPassword = "short" })
            ).Problem()
        );
        Assert.Equal(207, (await device.Client.PropfindAsync("/dav/")).Status);

        var done = (await _api.Alice.SendJsonAsync("POST", Report, report)).Expect(200).Json();

        Assert.Equal("replaced", done.GetProperty("password").GetString());
        Assert.Equal(
            "Everything is signed out. Sign in with your new password.",
            done.GetProperty("next").GetString()
        );
        Assert.Equal(401, (await _api.Alice.PropfindAsync("/dav/")).Status);
        Assert.Equal(401, (await device.Client.PropfindAsync("/dav/")).Status);
        Assert.Equal(
            207,
            (await _api.Host.Client("alice", report.newPassword).PropfindAsync("/dav/")).Status
        );
    }

    [Fact]
    public async Task A_device_signs_everything_out_whatever_it_sends_and_gives_nobody_a_password()
    {
        var device = await _api.Host.AddDeviceAsync();
        await _api.Alice.SendJsonAsync("PATCH", "/api/v1/account", new { language = "nl" });

        foreach (var password in (string[])["a new one that is mine", "short"])
        {
            var done = (
                await device.Client.SendJsonAsync("POST", Report, new { newPassword = password })
            )
                .Expect(200)
                .Json();

            Assert.Equal("removed", done.GetProperty("password").GetString());
            Assert.Contains(
                "vraag uw provider een link",
                done.GetProperty("next").GetString(),
                StringComparison.Ordinal
            );
            Assert.Equal(401, (await device.Client.PropfindAsync("/dav/")).Status);
            Assert.Equal(
                401,
                (await _api.Host.Client("alice", password).PropfindAsync("/dav/")).Status
            );
            await _api.ChangeAsync(async transaction =>
                await transaction.SetPasswordAsync(
                    await _api.AccountAsync("alice"),
                    PasswordHash.Create("demo", 1000)
                )
            );
            device = await _api.Host.AddDeviceAsync();
        }
    }

    [Fact]
    public async Task Wrong_links_get_one_answer_and_too_many_of_them_429()
    {
        var body = new { newPassword = "a new one that is mine" };
        var used = await _api.IssueLinkAsync("alice");
        var stranger = _api.Host.Anonymous();
        Assert.Equal(
            204,
            (await stranger.SendJsonAsync("POST", "/api/v1/take-back/" + used, body)).Status
        );
        var over = await _api.IssueLinkAsync("alice");
        _api.Time.Advance(TimeSpan.FromHours(24));

        var answers = new List<DavAnswer>();
        foreach (var token in (string[])[used, over, "x", new string('A', 43)])
            answers.Add(await stranger.SendJsonAsync("POST", "/api/v1/take-back/" + token, body));
        Assert.All(answers, answer => Assert.Equal("404 link-not-valid", answer.Problem()));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());

        for (var i = 0; i < 6; i++)
            await stranger.SendJsonAsync("POST", "/api/v1/take-back/x", body);
        var refused = await stranger.SendJsonAsync("POST", "/api/v1/take-back/x", body);
        Assert.Equal("429 rate-limited", refused.Problem());
        Assert.NotNull(refused.Header("Retry-After"));
    }
}
