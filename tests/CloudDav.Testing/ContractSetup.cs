using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Testing;

/// <summary>Sets the facts of contracts behind the server's back, as another node would: whatever it answers afterwards it has found out by itself.</summary>
/// <param name="host">The server.</param>
public sealed class ContractSetup(CloudDavHost host)
{
    private static CancellationToken Stop => CancellationToken.None;

    private VaultParts Parts => host.Services.GetRequiredService<VaultParts>();

    private DateTimeOffset Now => host.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Gives a person a running contract with an option of their vault's capacity.</summary>
    public Task BeginAsync(string user) =>
        ChangeAsync(
            user,
            async (transaction, account) =>
            {
                var usage = await transaction.FindUsageAsync(account);
                await transaction.SaveCustomerAsync(
                    new Customer
                    {
                        Account = account,
                        Reference = "customer-" + user,
                        Main = new MainContract("main-" + user, MainStatus.Active, Now),
                        Option = await AddOptionAsync(transaction, usage!.Value.CapacityBytes ?? 0),
                        OptionVersion = 1,
                        Started = Now,
                        HasTvContract = true,
                    }
                );
            }
        );

    /// <summary>Another option is chosen.</summary>
    public Task ChangeCapacityAsync(string user, long capacityBytes) =>
        ChangeAsync(
            user,
            async (transaction, account) =>
            {
                var customer = (await transaction.FindCustomerAsync(account))!;
                await transaction.SaveCustomerAsync(
                    customer with
                    {
                        Option = await AddOptionAsync(transaction, capacityBytes),
                        OptionVersion = 1,
                    }
                );
                await transaction.SetCapacityAsync(account, capacityBytes);
            }
        );

    /// <summary>The contract ends, or, with null, goes on.</summary>
    public Task EndAsync(string user, DateTimeOffset? at) =>
        ChangeAsync(
            user,
            async (transaction, account) =>
                await transaction.SaveCustomerAsync(
                    (await transaction.FindCustomerAsync(account))! with
                    {
                        End = at is { } end
                            ? new ContractEnd(EndCause.CloudContract, end, end)
                            : null,
                    }
                )
        );

    /// <summary>The take-back window has passed, and destruction has begun: from here there is no way back, whatever the clock says.</summary>
    public Task CloseAsync(string user) =>
        ChangeAsync(
            user,
            async (transaction, account) =>
                await transaction.SaveCustomerAsync(
                    (await transaction.FindCustomerAsync(account))! with
                    {
                        End = new ContractEnd(
                            EndCause.CloudContract,
                            Now.AddDays(-40),
                            Now.AddDays(-40)
                        ),
                        DestructionStarted = Now,
                    }
                )
        );

    /// <summary>Sets a measure on a person's account, or on an item of their vault.</summary>
    /// <returns>Its number.</returns>
    public async Task<long> SetAsync(
        string user,
        MeasureKind kind,
        Switches switches,
        Texts? words = null,
        long? node = null,
        bool isLegalOrder = false,
        long? share = null
    )
    {
        long id = 0;
        await ChangeAsync(
            user,
            async (transaction, account) =>
                id = (
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = kind,
                            Switches = switches,
                            Account = account,
                            Node = node is { } item ? new NodeId(item) : null,
                            Share = share is { } one ? new ShareId(one) : null,
                            IsLegalOrder = isLegalOrder,
                            ReasonCode = "test",
                            Words = words,
                            SetBy = "test",
                            Since = Now,
                        }
                    )
                ).Id
        );
        return id;
    }

    /// <summary>Sets what holds for everyone.</summary>
    public async Task SetAsync(PlatformFacts platform) =>
        _ = (
            await Parts.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.SavePlatformAsync(platform);
                    return true;
                },
                Stop
            )
        ).Value;

    private async Task ChangeAsync(string user, Func<IContractTransaction, AccountId, Task> change)
    {
        var account =
            await Parts.Accounts.FindAccountAsync(SignInName.Key(user), Stop)
            ?? throw new InvalidOperationException($"There is no account {user}.");
        _ = (
            await Parts.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    var changing = change(transaction, account.Id);
                    await changing;
                    return true;
                },
                Stop
            )
        ).Value;
    }

    private static async ValueTask<string> AddOptionAsync(
        IContractTransaction transaction,
        long capacityBytes
    )
    {
        var code = $"test-{capacityBytes}";
        if (await transaction.FindOptionAsync(code) is null)
            await transaction.AddOptionAsync(
                new ServiceOption
                {
                    Code = code,
                    Version = 1,
                    Offer = "test",
                    CapacityBytes = capacityBytes,
                    MemberCapacityBytes = 0,
                    Entitlements = [ServiceOption.TvEntitlement],
                    Texts = new Texts { En = code },
                },
                DateTimeOffset.UnixEpoch
            );
        return code;
    }
}
