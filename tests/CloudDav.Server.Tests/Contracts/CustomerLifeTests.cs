using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Tests.Jobs;
using CloudDav.Server.Tests.OperatorApi;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.Contracts;

/// <summary>
/// The whole life of a customer, from the order to the destruction record, against the real server: commands come in through the operator's API, the customer
/// uses WebDAV, events go out to the operator's receiver, and a clock that is turned by hand brings the jobs round.
/// </summary>
public class CustomerLifeTests : IAsyncLifetime
{
    private const long MiB = 1 << 20;
    private static readonly XNamespace s_own = "http://clouddav.org/ns";

    private readonly WireMockServer _receiver = WireMockServer.Start();
    private readonly JobRounds _rounds = new();
    private OperatorHost _operator = null!;
    private DavClient _client = null!;

    /// <summary>The settings that say where the metadata is; none for a folder.</summary>
    private protected virtual IReadOnlyDictionary<string, string?> Metadata { get; } =
        new Dictionary<string, string?>();

    private VaultParts Parts => _operator.Host.Services.GetRequiredService<VaultParts>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        _receiver.Given(Request.Create()).RespondWith(Response.Create().WithStatusCode(204));
        _operator = await OperatorHost.StartAsync(
            new Dictionary<string, string?>(Metadata, StringComparer.Ordinal)
            {
                ["Events:Address"] = _receiver.Url + "/events",
                ["Events:Secret"] = "a secret of the tests that has 32 bytes or more",
            }
        );
        await _rounds.WatchAsync(
            _operator.Host.Services,
            StandingJob.JobName,
            DestructionJob.JobName,
            EventDelivery.JobName
        );
    }

    public virtual async ValueTask DisposeAsync()
    {
        _rounds.Dispose();
        if (_operator is not null)
            await _operator.DisposeAsync();
        _receiver.Stop();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_customer_orders_uses_downgrades_comes_back_ends_and_is_destroyed()
    {
        await OfferAsync("small", 2 * MiB);
        await OfferAsync("large", 10 * MiB);

        // An order.
        Assert.Equal("active", await CommandAsync("/orders", Order()));
        await GivePasswordAsync();
        _client = _operator.Host.Client("ann");

        // Use.
        (await _client.MkcolAsync("/dav/Photos")).Expect(201);
        (await _client.PutAsync("/dav/Photos/one.jpg", new byte[2 * MiB])).Expect(201);
        (await _client.PutAsync("/dav/letter.txt", "Dear Ann")).Expect(201);

        // A smaller option: what is there stays, nothing new comes.
        Assert.Equal(
            "overCapacity",
            await CommandAsync("/contracts/K1/option", new { option = "small" })
        );
        var over = (await _client.PutAsync("/dav/more.txt", "x")).Expect(507);
        Assert.NotNull(over.Xml().Root!.Element(s_own + "over-capacity"));

        // Taking back makes it fit again, in the very transaction that does.
        (await _client.DeleteAsync("/dav/Photos/one.jpg")).Expect(204);
        (await _client.PutAsync("/dav/more.txt", "x")).Expect(201);

        // The main contract ends, and the cloud contract with it.
        Assert.Equal(
            "takeBack",
            await CommandAsync("/contracts/K1/main-contract", new { status = "terminated" })
        );
        var ended = (await _client.PutAsync("/dav/more.txt", "y")).Expect(403);
        Assert.Equal(
            "2026-04-01T22:00:00Z",
            ended
                .Xml()
                .Root!.Element(s_own + "take-back-window")!
                .Element(s_own + "closes-at")!
                .Value
        );
        Assert.Equal("Dear Ann", (await _client.GetAsync("/dav/letter.txt")).Expect(200).Text);
        (await _client.GetAsync("/api/v1/archive")).Expect(200);
        (await _client.DeleteAsync("/dav/more.txt")).Expect(204);

        // The window, day by day, with its reminders.
        await PassAsync(until: new DateTimeOffset(2026, 4, 1, 20, 0, 0, TimeSpan.Zero));
        Assert.Equal("Dear Ann", (await _client.GetAsync("/dav/letter.txt")).Expect(200).Text);
        Assert.Equal(
            [
                "org.clouddav.take-back.started",
                "org.clouddav.take-back.seven-days-left",
                "org.clouddav.take-back.one-day-left",
            ],
            Told()
                .Where(type =>
                    type.StartsWith("org.clouddav.take-back", StringComparison.Ordinal)
                    && !type.EndsWith("credential", StringComparison.Ordinal)
                )
        );

        // It closes, and the vault is destroyed.
        await PassAsync(until: new DateTimeOffset(2026, 4, 4, 0, 0, 0, TimeSpan.Zero));
        var account = new AccountId(_account);
        for (
            var tries = 0;
            (await Parts.Destructions.FindAsync(account, Stop))?.Finished is null;
            tries++
        )
        {
            Assert.True(tries < 100, "It is not destroyed.");
            await PassAsync(_operator.Time.GetUtcNow().AddHours(1));
        }
        (await _client.GetAsync("/dav/letter.txt")).Expect(410);
        await UntilToldAsync("org.clouddav.vault.destroyed");
        Assert.Equal(["overCapacity", "active", "takeBack", "closed"], Standings());
        var vaults = await Parts.Metadata.ListVaultsAsync(Stop);
        foreach (var vault in vaults)
            Assert.Empty(
                await Parts.Metadata.InspectAsync(vault, _operator.Time.GetUtcNow(), Stop)
            );
    }

    private long _account;

    private static object Order() =>
        new
        {
            customer = "K1",
            mainContract = new { reference = "M1", status = "active" },
            option = "large",
            language = "nl",
            signInName = "ann",
        };

    private async Task OfferAsync(string code, long capacity) =>
        Assert.Equal(
            201,
            (
                await _operator.CommandAsync(
                    "/options",
                    new
                    {
                        code,
                        offer = "cloud",
                        capacityBytes = capacity,
                        memberCapacityBytes = 0,
                        entitlements = Array.Empty<string>(),
                        texts = new
                        {
                            nl = code,
                            fr = code,
                            de = code,
                            en = code,
                        },
                    }
                )
            ).Status
        );

    /// <returns>The standing that the answer tells.</returns>
    private async Task<string?> CommandAsync(string path, object body)
    {
        var reply = await _operator.CommandAsync(path, body);
        Assert.True(reply.Status is 200 or 201, $"{reply.Status}: {reply.Text}");
        using var answer = JsonDocument.Parse(reply.Text);
        _account = answer.RootElement.GetProperty("account").GetInt64();
        return answer.RootElement.GetProperty("standing").GetString();
    }

    private async Task GivePasswordAsync() =>
        await Parts.Accounts.SetPasswordAsync(
            new AccountId(_account),
            PasswordHash.Create("demo", 1_000),
            _operator.Time.GetUtcNow(),
            Stop
        );

    // Time passes in steps of a day, and everything that becomes due is done, its events delivered.
    private async Task PassAsync(DateTimeOffset until)
    {
        while (_operator.Time.GetUtcNow() < until)
        {
            var left = until - _operator.Time.GetUtcNow();
            var day = TimeSpan.FromDays(1);
            await _rounds.AdvanceAsync(_operator.Time, left < day ? left : day);
            await _rounds.AdvanceAsync(_operator.Time, TimeSpan.FromMinutes(1));
        }
    }

    private async Task UntilToldAsync(string type)
    {
        for (var tries = 0; !Told().Contains(type, StringComparer.Ordinal); tries++)
        {
            Assert.True(tries < 200, $"Never told: {type}");
            await _rounds.AdvanceAsync(_operator.Time, TimeSpan.FromMinutes(1));
        }
    }

    private List<JsonElement> Events() =>
        [
            .. _receiver
                .LogEntries.Select(entry =>
                    JsonDocument.Parse(entry.RequestMessage!.BodyAsBytes!).RootElement
                )
                .Where(told => told.GetProperty("subject").GetString() == $"accounts/{_account}")
                .DistinctBy(told => told.GetProperty("id").GetString())
                .OrderBy(told => told.GetProperty("sequence").GetString(), StringComparer.Ordinal),
        ];

    private List<string> Told() =>
        [.. Events().Select(told => told.GetProperty("type").GetString()!)];

    private List<string> Standings() =>
        [
            .. Events()
                .Where(told =>
                    told.GetProperty("type").GetString() == "org.clouddav.standing.changed"
                )
                .Select(told => told.GetProperty("data").GetProperty("to").GetString()!),
        ];
}
