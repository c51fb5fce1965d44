using System.Text;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Api;

/// <summary>A server with one customer, alice, and what a test asks at the customer's door.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private ApiHost() { }

    public CloudDavHost Host { get; private set; } = null!;

    public ContractSetup Contracts { get; private set; } = null!;

    public FakeTimeProvider Time { get; } =
        new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    public DavClient Alice { get; private set; } = null!;

    public VaultParts Parts => Host.Services.GetRequiredService<VaultParts>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ApiHost> StartAsync(params (string Name, string? Value)[] settings)
    {
        var api = new ApiHost();
        api.Host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                HasDemoPeople = false,
                Time = api.Time,
                Settings = settings.ToDictionary(
                    setting => setting.Name,
                    setting => setting.Value,
                    StringComparer.OrdinalIgnoreCase
                ),
            }
        );
        api.Contracts = new ContractSetup(api.Host);
        api.Alice = await api.Host.AddPersonAsync("alice", 20_000);
        await api.Contracts.BeginAsync("alice");
        return api;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    public async Task<AccountId> AccountAsync(string user) =>
        (await Parts.Accounts.FindAccountAsync(user, Stop))!.Id;

    public async Task PublishTermsAsync(string version, DateTimeOffset? requiredFrom = null) =>
        await ChangeAsync(transaction =>
            transaction.SaveTermsAsync(
                new TermsVersion(
                    version,
                    Time.GetUtcNow(),
                    requiredFrom,
                    new Texts { Nl = "De voorwaarden", En = "The terms" }
                )
            )
        );

    public async Task ChangeAsync(Func<IContractTransaction, ValueTask> change) =>
        _ = (
            await Parts.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await change(transaction);
                    return true;
                },
                Stop
            )
        ).Value;

    public async Task<string> IssueLinkAsync(string user)
    {
        var account = await AccountAsync(user);
        return (
            await Parts.Contracts.WriteAsync<TakeBackCredential>(
                async transaction =>
                    await TakeBackCredential.IssueAsync(
                        transaction,
                        account,
                        AuditActors.System,
                        null,
                        Time.GetUtcNow()
                    ),
                Stop
            )
        ).Value.Reveal();
    }
}

/// <summary>Requests with JSON.</summary>
internal static class JsonRequests
{
    public static Task<DavAnswer> SendJsonAsync(
        this DavClient client,
        string method,
        string path,
        object body,
        params (string Name, string Value)[] headers
    ) =>
        client.SendAsync(
            method,
            path,
            new StringContent(
                body as string ?? JsonSerializer.Serialize(body),
                Encoding.UTF8,
                "application/json"
            ),
            headers
        );

    public static JsonElement Json(this DavAnswer answer) => JsonElement.Parse(answer.Text);

    /// <summary>The code of a problem, after its status: <c>403 suspended</c>.</summary>
    public static string Problem(this DavAnswer answer)
    {
        Assert.StartsWith(
            "application/problem+json",
            answer.Header("Content-Type"),
            StringComparison.Ordinal
        );
        return $"{answer.Status} {answer.Json().GetProperty("code").GetString()}";
    }
}
