using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using IOptions = Microsoft.Extensions.Options.Options;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Two nodes over one folder, both with all jobs, through the whole end of a contract.</summary>
public sealed class LifecycleJobTests : IAsyncDisposable
{
    private readonly JobNodes _nodes = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Each_thing_happens_once_although_two_nodes_watch()
    {
        var one = await StartNodeAsync();
        await StartNodeAsync();
        var customer = await AddEndedCustomerAsync(one);

        var delivered = new List<string>();
        for (var hours = 0; !delivered.Contains(EventTypes.Destroyed); hours += 12)
        {
            Assert.True(hours < 40 * 24, "It is not destroyed.");
            await _nodes.PassAsync(TimeSpan.FromHours(12));
            while (
                await one.Outbox.ListDueAsync(_nodes.Time.GetUtcNow(), 100, Stop) is [var due, ..]
            )
            {
                await one.Outbox.MarkDeliveredAsync(due.Key, _nodes.Time.GetUtcNow(), Stop);
                delivered.Add(due.Event.Type);
            }
        }

        Assert.NotNull((await one.Destructions.FindAsync(customer, Stop))!.Finished);
        var told = await one.Audit.ReadAsync(AuditChainId.Operator, 0, 100, Stop);
        Assert.Single(told.Records, record => record.Entry.Act == AuditActs.DestructionBegan);
        Assert.Single(told.Records, record => record.Entry.Act == AuditActs.DestructionFinished);
        Assert.Equal(
            [
                EventTypes.StandingChanged,
                EventTypes.TakeBackStarted,
                EventTypes.TakeBackSevenDays,
                EventTypes.TakeBackOneDay,
                EventTypes.StandingChanged,
                EventTypes.Destroyed,
            ],
            delivered
        );
    }

    private async Task<VaultParts> StartNodeAsync()
    {
        var node = _nodes.Open();
        var options = IOptions.Create(new LifecycleOptions());
        await _nodes.StartAsync(
            [StandingJob.JobName, DestructionJob.JobName],
            services =>
                [
                    new StandingJob(
                        node,
                        new EventKeys(new EventsOptions()),
                        options,
                        services.GetRequiredService<Rounds>(),
                        _nodes.Time,
                        NullLogger<StandingJob>.Instance
                    ),
                    new DestructionJob(
                        node,
                        options,
                        services.GetRequiredService<LifecycleMetrics>(),
                        services.GetRequiredService<Rounds>(),
                        _nodes.Time,
                        NullLogger<DestructionJob>.Instance
                    ),
                ]
        );
        return node;
    }

    private async Task<AccountId> AddEndedCustomerAsync(VaultParts node)
    {
        var now = _nodes.Time.GetUtcNow();
        var added = await node.Contracts.WriteAsync<AccountId>(
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
                var account = (
                    await transaction.AddAccountAsync(
                        new NewAccount { Name = "ann", CapacityBytes = 1_000 },
                        now
                    )
                )!;
                await transaction.SaveCustomerAsync(
                    new Customer
                    {
                        Account = account.Id,
                        Reference = "K1",
                        Main = new MainContract("M1", MainStatus.Active, now),
                        Option = "basic",
                        OptionVersion = 1,
                        Started = now,
                        End = new ContractEnd(EndCause.CloudContract, now, now),
                    }
                );
                return account.Id;
            },
            Stop
        );
        return added.Value;
    }
}
