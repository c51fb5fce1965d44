using CloudDav.Vault;

namespace CloudDav.Server.Tests.Api;

/// <summary>Devices, made and revoked by their person over real sockets.</summary>
public sealed class DeviceTests
{
    [Fact]
    public async Task A_new_device_signs_in_at_once_and_its_password_is_shown_once()
    {
        await using var api = await ApiHost.StartAsync();

        var added = (
            await api.Alice.SendJsonAsync("POST", "/api/v1/devices", new { name = "laptop" })
        )
            .Expect(201)
            .Json();

        var password = added.GetProperty("password").GetString()!;
        var laptop = api.Host.Client("alice", password);
        Assert.Equal(207, (await laptop.PropfindAsync("/dav/")).Status);
        var listed = await laptop.GetAsync("/api/v1/devices");
        Assert.DoesNotContain(password, listed.Text, StringComparison.Ordinal);
        var item = Assert.Single(listed.Json().GetProperty("items").EnumerateArray());
        Assert.Equal("laptop", item.GetProperty("name").GetString());
        Assert.True(item.GetProperty("isThisOne").GetBoolean());

        var id = added.GetProperty("id").GetInt64();
        Assert.Equal(
            "new name",
            (
                await laptop.SendJsonAsync(
                    "PATCH",
                    $"/api/v1/devices/{id}",
                    new { name = "new name" }
                )
            )
                .Expect(200)
                .Json()
                .GetProperty("name")
                .GetString()
        );
        Assert.Equal(
            "403 own-sign-in-required",
            (await laptop.SendJsonAsync("POST", "/api/v1/devices", new { name = "x" })).Problem()
        );

        Assert.Equal(204, (await laptop.DeleteAsync($"/api/v1/devices/{id}")).Status);
        Assert.Equal(401, (await laptop.PropfindAsync("/dav/")).Status);
        Assert.Equal(401, (await laptop.GetAsync("/api/v1/devices")).Status);
        Assert.Empty(
            (await api.Alice.GetAsync("/api/v1/devices"))
                .Json()
                .GetProperty("items")
                .EnumerateArray()
        );
    }

    [Fact]
    public async Task There_are_as_many_as_the_setting_says()
    {
        await using var api = await ApiHost.StartAsync(("SignIn:DevicesPerAccount", "1"));
        await api.Alice.SendJsonAsync("POST", "/api/v1/devices", new { name = "one" });

        var refused = await api.Alice.SendJsonAsync(
            "POST",
            "/api/v1/devices",
            new { name = "two" }
        );

        Assert.Equal("403 too-many-devices", refused.Problem());
        Assert.Equal(1, refused.Json().GetProperty("limit").GetInt32());
        // The administrator is not asked.
        await api.Host.AddDeviceAsync();
    }

    [Fact]
    public async Task What_happened_is_in_the_log_page_by_page()
    {
        await using var api = await ApiHost.StartAsync();
        for (var i = 0; i < 3; i++)
            await api.Alice.SendJsonAsync("POST", "/api/v1/devices", new { name = $"device {i}" });
        await api.ChangeAsync(async transaction =>
            await transaction.RecordAsync(
                new AuditEntry
                {
                    Chain = AuditChainId.Of(await api.AccountAsync("alice")),
                    At = api.Time.GetUtcNow(),
                    Actor = "operator:someone@operator.example",
                    Act = "sealed.act",
                    SealedUntil = DateTimeOffset.MaxValue,
                }
            )
        );

        var acts = new List<string>();
        var path = "/api/v1/access-log?limit=2";
        for (long? next = 0; next is not null; )
        {
            var page = (await api.Alice.GetAsync(path)).Expect(200).Json();
            acts.AddRange(
                page.GetProperty("items")
                    .EnumerateArray()
                    .Select(item => item.GetProperty("act").GetString()!)
            );
            next =
                page.GetProperty("next").ValueKind == System.Text.Json.JsonValueKind.Null
                    ? null
                    : page.GetProperty("next").GetInt64();
            path = $"/api/v1/access-log?limit=2&before={next}";
        }

        Assert.Equal(3, acts.Count(act => act == "device.added"));
        Assert.Single(acts, "sign-in");
        Assert.Equal("account.created", acts[^1]);
        Assert.DoesNotContain("sealed.act", acts);
        foreach (var wrong in (string[])["limit=0", "limit=201", "limit=x", "before=-1"])
            Assert.Equal(
                "400 invalid-input",
                (await api.Alice.GetAsync("/api/v1/access-log?" + wrong)).Problem()
            );
    }
}
