using System.Xml.Linq;

namespace CloudDav.Server.Tests.Api;

/// <summary>Terms and their acceptance, over real sockets.</summary>
public sealed class TermsApiTests : IAsyncLifetime
{
    private static readonly XNamespace s_own = "http://clouddav.org/ns";

    private ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Until_they_are_accepted_no_device_is_made_and_from_the_day_on_nothing_is_added()
    {
        var mount = await _api.Host.AddDeviceAsync();
        await mount.Client.PutAsync("/dav/a", "a");
        await _api.PublishTermsAsync("2026", _api.Time.GetUtcNow() + TimeSpan.FromDays(10));

        var refused = await _api.Alice.SendJsonAsync(
            "POST",
            "/api/v1/devices",
            new { name = "laptop" }
        );
        Assert.Equal("403 terms-acceptance-required", refused.Problem());
        Assert.Equal(201, (await mount.Client.PutAsync("/dav/b", "b")).Status);

        _api.Time.Advance(TimeSpan.FromDays(10));
        var put = await mount.Client.PutAsync("/dav/c", "c");
        Assert.Equal(403, put.Status);
        Assert.NotNull(put.Xml().Root!.Element(s_own + "terms-acceptance-required"));
        Assert.Equal(403, (await mount.Client.MkcolAsync("/dav/d")).Status);
        Assert.Equal("a", (await mount.Client.GetAsync("/dav/a")).Text);
        Assert.Equal(204, (await mount.Client.DeleteAsync("/dav/b")).Status);
        Assert.Equal(200, (await mount.Client.GetAsync("/api/v1/archive")).Status);
        var account = (await mount.Client.GetAsync("/api/v1/account")).Expect(200).Json();
        Assert.Equal("2026", account.GetProperty("terms").GetProperty("toAccept").GetString());

        var accepted = (await _api.Alice.SendAsync("POST", "/api/v1/terms/2026/acceptance"))
            .Expect(200)
            .Json();
        Assert.Equal("en", accepted.GetProperty("language").GetString());
        Assert.Equal("browser", accepted.GetProperty("door").GetString());
        Assert.Equal(201, (await mount.Client.PutAsync("/dav/c", "c")).Status);
        Assert.Equal(
            201,
            (
                await _api.Alice.SendJsonAsync("POST", "/api/v1/devices", new { name = "laptop" })
            ).Status
        );
    }

    [Fact]
    public async Task They_are_read_in_the_readers_language_and_accepted_once()
    {
        await _api.PublishTermsAsync("1");
        var terms = (await _api.Alice.GetAsync("/api/v1/terms", ("Accept-Language", "nl")))
            .Expect(200)
            .Json();
        Assert.Equal("1", terms.GetProperty("current").GetString());
        Assert.True(terms.GetProperty("isToBeAccepted").GetBoolean());
        Assert.Equal(
            "De voorwaarden",
            terms.GetProperty("versions")[0].GetProperty("text").GetString()
        );

        const string Acceptance = "/api/v1/terms/1/acceptance";
        var first = await _api.Alice.SendJsonAsync("POST", Acceptance, new { language = "nl" });
        _api.Time.Advance(TimeSpan.FromDays(1));
        var again = await _api.Alice.SendJsonAsync("POST", Acceptance, new { language = "fr" });

        Assert.Equal(200, first.Status);
        Assert.Equal(first.Text, again.Text);
        Assert.False(
            (await _api.Alice.GetAsync("/api/v1/terms"))
                .Json()
                .GetProperty("isToBeAccepted")
                .GetBoolean()
        );
        Assert.Equal(
            "404 not-found",
            (await _api.Alice.SendAsync("POST", "/api/v1/terms/0/acceptance")).Problem()
        );
    }
}
