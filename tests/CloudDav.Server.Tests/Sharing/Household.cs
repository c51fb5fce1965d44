using System.Text.Json;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Sharing;

/// <summary>A server with a household in it: alice, whose contract it is, and bob. She has photos, he has a file of his own.</summary>
internal sealed class Household : IAsyncDisposable
{
    public const string Shares = "/api/v1/shares";
    public const string Received = "/api/v1/shares/received";

    /// <summary>What alice may keep.</summary>
    public const long Capacity = 1_000_000;

    private Household(ApiHost api, DavClient bob) => (Api, Bob) = (api, bob);

    public ApiHost Api { get; }

    public DavClient Alice => Api.Alice;

    public DavClient Bob { get; }

    public ContractSetup Contracts => Api.Contracts;

    public static async Task<Household> StartAsync(params (string Name, string? Value)[] settings)
    {
        var api = await ApiHost.StartAsync(settings);
        await api.Contracts.ChangeCapacityAsync("alice", Capacity);
        var household = new Household(
            api,
            await api.Host.AddPersonAsync("bob", 20_000, householdOf: "alice")
        );
        (await api.Alice.MkcolAsync("/dav/Album")).Expect(201);
        (await api.Alice.MkcolAsync("/dav/Album/Photos")).Expect(201);
        (await api.Alice.MkcolAsync("/dav/Album/Photos/sub")).Expect(201);
        (await api.Alice.PutAsync("/dav/Album/Photos/one.txt", "one")).Expect(201);
        (await api.Alice.PutAsync("/dav/Album/Photos/sub/deep.txt", "deep")).Expect(201);
        (await api.Alice.PutAsync("/dav/Album/private.txt", "private")).Expect(201);
        (await household.Bob.PutAsync("/dav/own.txt", "own")).Expect(201);
        return household;
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    /// <summary>Another person of the household.</summary>
    public Task<DavClient> AddAsync(string name) =>
        Api.Host.AddPersonAsync(name, 20_000, householdOf: "alice");

    /// <summary>Alice shares her photos, or something else, with the household.</summary>
    /// <returns>The share's number.</returns>
    public async Task<long> ShareAsync(string rights = "view", string path = "/Album/Photos") => (
            await MakeAsync(
                new
                {
                    path,
                    rights,
                    audience = "household",
                }
            )
        ).GetProperty("id").GetInt64();

    public async Task<JsonElement> MakeAsync(object wanted) =>
        (await Alice.SendJsonAsync("POST", Shares, wanted)).Expect(201).Json();

    /// <summary>What somebody has received, as the API tells it.</summary>
    public static async Task<JsonElement[]> ReceivedByAsync(DavClient person) =>
        [
            .. (await person.GetAsync(Received))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray(),
        ];

    /// <summary>The operator suspends somebody.</summary>
    public Task<long> SuspendAsync(string user, Switches switches) =>
        Contracts.SetAsync(
            user,
            MeasureKind.Suspension,
            switches,
            new Texts { En = "Your bill is open." }
        );

    public Task LiftAsync(long measure) =>
        Api.ChangeAsync(async transaction =>
            _ = await transaction.LiftMeasureAsync(measure, "test", Api.Time.GetUtcNow())
        );
}
