using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Tests.Wire;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>What devices are told of an account that the running server has destroyed.</summary>
public sealed class ClosedAccountTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_of_a_destroyed_account_is_told_410_and_not_asked_for_a_password()
    {
        using var rounds = new JobRounds();
        await using var cloud = await OwnCloud.StartAsync();
        await rounds.WatchAsync(cloud.Services, StandingJob.JobName, DestructionJob.JobName);
        await using var tree = await cloud.NewTreeAsync();
        await using var other = await cloud.NewTreeAsync();
        await tree.PutAsync("/a", "gone");
        await other.PutAsync("/a", "stays");
        var parts = cloud.Services.GetRequiredService<VaultParts>();
        var account = await EndAsync(cloud, parts, tree);

        for (var half = 0; half < 2 * 34; half++)
        {
            await rounds.AdvanceAsync(cloud.Clock, TimeSpan.FromHours(12));
            var now = cloud.Clock.GetUtcNow();
            foreach (var due in await parts.Outbox.ListDueAsync(now, 100, Stop))
                await parts.Outbox.MarkDeliveredAsync(due.Key, now, Stop);
        }
        for (
            var tries = 0;
            await parts.Destructions.FindAsync(account, Stop) is not { Finished: not null };
            tries++
        )
        {
            Assert.True(tries < 500, "It is not destroyed.");
            await rounds.AdvanceAsync(cloud.Clock, TimeSpan.FromMinutes(10));
        }

        foreach (var method in (string[])["PROPFIND", "GET", "PUT", "OPTIONS"])
        {
            var answer = await tree.SendAsync(method, "/");
            Assert.Equal(410, answer.Status);
            Assert.DoesNotContain(
                answer.Headers,
                header => header.Name.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase)
            );
            Assert.Contains("account-closed", answer.Text, StringComparison.Ordinal);
        }
        Assert.Equal("stays", (await other.GetAsync("/a")).Text);
    }

    private static async Task<AccountId> EndAsync(
        TestCloud cloud,
        VaultParts parts,
        WireClient tree
    )
    {
        var account = (
            await parts.Accounts.FindAccountAsync(SignInName.Key(TestCloud.UserOf(tree)), Stop)
        )!.Id;
        var now = cloud.Clock.GetUtcNow();
        await parts.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.AddOptionAsync(
                    new ServiceOption
                    {
                        Code = "basic",
                        Version = 1,
                        Offer = "cloud",
                        CapacityBytes = 1_000,
                        MemberCapacityBytes = 0,
                        Entitlements = [],
                        Texts = new Texts(),
                    },
                    now
                );
                await transaction.SaveCustomerAsync(
                    new Customer
                    {
                        Account = account,
                        Reference = "K1",
                        Main = new MainContract("M1", MainStatus.Active, now),
                        Option = "basic",
                        OptionVersion = 1,
                        Started = now,
                        End = new ContractEnd(EndCause.CloudContract, now, now),
                    }
                );
                return true;
            },
            Stop
        );
        return account;
    }
}
