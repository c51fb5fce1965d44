using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>What every engine does with accounts and contracts when several want the same. What they say otherwise is tested with the vault.</summary>
public abstract class ContractStoreContract
{
    protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    protected abstract IAccountStore Accounts { get; }

    protected abstract IContractStore Contracts { get; }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_at_the_same_time_lose_nothing_of_each_other()
    {
        var account = await AddAsync("a");
        await SaveAsync(customer => customer ?? NewCustomer(account));
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ =>
                    SaveAsync(customer => customer! with { Started = customer.Started.AddDays(1) })
                )
        );
        var saved = await Contracts.ReadAsync(
            snapshot => snapshot.FindCustomerAsync(account.Id),
            Stop
        );
        Assert.Equal((17, Now.AddDays(16)), (saved!.Version, saved.Started));

        async Task SaveAsync(Func<Customer?, Customer> change) =>
            await Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.SaveCustomerAsync(
                        change(await transaction.FindCustomerAsync("K1"))
                    );
                    return true;
                },
                Stop
            );
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        var added = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async i =>
                    await Accounts.AddAccountAsync(
                        new NewAccount { Name = i % 2 == 0 ? "ann" : "ANN", CapacityBytes = 5 },
                        Now,
                        Stop
                    )
                )
        );
        var account = Assert.Single(added, account => account is not null);
        Assert.Equal(account, await Accounts.FindAccountAsync(SignInName.Key("Ann"), Stop));
    }

    [Fact]
    public async Task Every_wrong_password_counts_and_the_last_one_of_a_burst_is_recorded_once()
    {
        var account = await AddAsync("a");
        var key = new byte[32];
        var counted = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                    await Accounts.CountFailureAsync(
                        key,
                        Now,
                        TimeSpan.FromHours(1),
                        account.Id,
                        5,
                        Stop
                    )
                )
        );
        Assert.Equal(Enumerable.Range(1, 8), counted.Select(tries => tries.Failures).Order());
        Assert.Equal(8, (await Accounts.FindTriesAsync(key, Now, Stop)).Failures);
        Assert.Equal(
            default,
            await Accounts.FindTriesAsync(key, Now + TimeSpan.FromHours(1), Stop)
        );
        await Accounts.ForgetFailuresAsync(key, Stop);
        Assert.Equal(0, (await Accounts.FindTriesAsync(key, Now, Stop)).Failures);
    }

    [Fact]
    public async Task A_refusal_undoes_everything()
    {
        var account = await AddAsync("a");
        var refused = await Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.SaveCustomerAsync(NewCustomer(account));
                await transaction.SetPasswordAsync(account.Id, "hash");
                return new Refusal(RefusalRule.ConditionFailed);
            },
            Stop
        );
        Assert.False(refused.IsSuccess);
        Assert.Null(await Contracts.ReadAsync(snapshot => snapshot.FindCustomerAsync("K1"), Stop));
        Assert.Equal(account, await Accounts.FindAccountAsync(SignInName.Key("a"), Stop));
    }

    protected async Task<Account> AddAsync(string name) =>
        (
            await Accounts.AddAccountAsync(
                new NewAccount { Name = name, CapacityBytes = 1_000 },
                Now,
                Stop
            )
        )!;

    private static Customer NewCustomer(Account account) =>
        new()
        {
            Account = account.Id,
            Reference = "K1",
            Main = new MainContract("M1", MainStatus.Active, Now),
            Option = "o",
            OptionVersion = 1,
            Started = Now,
        };
}
