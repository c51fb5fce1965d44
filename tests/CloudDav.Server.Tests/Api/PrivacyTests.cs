using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Api;

/// <summary>What a customer reads of the operator's registers, and says to it, over real sockets.</summary>
public sealed class PrivacyTests : IAsyncLifetime
{
    private ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task The_customer_objects_to_a_sub_processor_once_and_in_time()
    {
        var now = _api.Time.GetUtcNow();
        var open = await AddAsync("open", now.AddDays(10));
        var settled = await AddAsync("settled", null);

        var items = (await _api.Alice.GetAsync("/api/v1/sub-processors", ("Accept-Language", "fr")))
            .Expect(200)
            .Json()
            .GetProperty("items");
        Assert.Equal(
            ["open", "settled"],
            items.EnumerateArray().Select(item => item.GetProperty("name").GetString()!)
        );
        Assert.Equal("Il sauvegarde.", items[0].GetProperty("task").GetString());
        Assert.Equal(JsonValueKind.Null, items[0].GetProperty("objection").ValueKind);

        var path = $"/api/v1/sub-processors/{open}/objection";
        var first = await _api.Alice.SendJsonAsync("POST", path, new { reason = "No." });
        var again = await _api.Alice.SendAsync("POST", path);
        Assert.Equal(first.Expect(200).Text, again.Expect(200).Text);
        Assert.Equal(
            "409 already-ended",
            (
                await _api.Alice.SendAsync("POST", $"/api/v1/sub-processors/{settled}/objection")
            ).Problem()
        );
        Assert.Equal(
            "404 not-found",
            (await _api.Alice.SendAsync("POST", "/api/v1/sub-processors/99/objection")).Problem()
        );

        var objection = (await _api.Alice.GetAsync("/api/v1/sub-processors"))
            .Json()
            .GetProperty("items")[0]
            .GetProperty("objection");
        Assert.Equal("No.", objection.GetProperty("reason").GetString());
        var log = (await _api.Alice.GetAsync("/api/v1/access-log")).Text;
        Assert.Contains("objection.recorded", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Breach_notices_to_oneself_and_to_everybody_are_read_and_those_to_others_are_not()
    {
        await _api.Host.AddPersonAsync("bob", 1000);
        foreach (var whom in (string?[])[null, "alice", "bob"])
        {
            AccountId? account = whom is null ? null : await _api.AccountAsync(whom);
            await _api.ChangeAsync(async transaction =>
                _ = await Registers.Breaches.SaveAsync(
                    transaction,
                    new Entry<BreachNotice>
                    {
                        Account = account,
                        Since = _api.Time.GetUtcNow(),
                        Body = new BreachNotice
                        {
                            Discovered = _api.Time.GetUtcNow(),
                            Nature = new Texts { En = $"To {whom ?? "all"}" },
                        },
                    }
                )
            );
            _api.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var notices = (await _api.Alice.GetAsync("/api/v1/breach-notices")).Expect(200).Json();

        Assert.Equal(
            ["To alice", "To all"],
            notices
                .GetProperty("items")
                .EnumerateArray()
                .Select(notice => notice.GetProperty("nature").GetString()!)
        );
    }

    private async Task<long> AddAsync(string name, DateTimeOffset? objectionsUntil)
    {
        long id = 0;
        await _api.ChangeAsync(async transaction =>
            id = (
                await Registers.SubProcessors.SaveAsync(
                    transaction,
                    new Entry<SubProcessor>
                    {
                        Since = _api.Time.GetUtcNow(),
                        Body = new SubProcessor
                        {
                            Name = name,
                            Task = new Texts { Fr = "Il sauvegarde." },
                            Country = "BE",
                            ObjectionsUntil = objectionsUntil,
                        },
                    }
                )
            ).Id
        );
        return id;
    }
}
