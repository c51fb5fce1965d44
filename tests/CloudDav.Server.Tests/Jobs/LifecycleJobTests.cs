using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using IOptions = Microsoft.Extensions.Options.Options;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Two nodes over one folder, both with all jobs, through the whole end of a contract.</summary>
public sealed class LifecycleJobTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-life-").FullName;
    private readonly FakeTimeProvider _time = new(new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics()
        .AddSingleton<LifecycleMetrics>()
        .BuildServiceProvider();
    private readonly List<VaultParts> _nodes = [];
    private readonly List<IHostedService> _jobs = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs)
            await job.StopAsync(CancellationToken.None);
        foreach (var node in _nodes)
            node.Dispose();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Each_thing_happens_once_although_two_nodes_watch()
    {
        var one = await StartNodeAsync();
        await StartNodeAsync();
        var customer = await AddEndedCustomerAsync(one);

        for (var day = 0; day < 33; day++)
        {
            await UntilAsync(one, customer, TimeSpan.FromHours(23));
            foreach (var due in await one.Outbox.ListDueAsync(_time.GetUtcNow(), 100, Stop))
                await one.Outbox.MarkDeliveredAsync(due.Key, _time.GetUtcNow(), Stop);
            await UntilAsync(one, customer, TimeSpan.FromHours(1));
        }

        for (var tries = 0; await FindAsync(one, customer) is not { Finished: not null }; tries++)
        {
            Assert.True(tries < 200, "It is not destroyed.");
            await UntilAsync(one, customer, TimeSpan.FromMinutes(30));
        }
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
            (await one.Outbox.ListAsync(customer, 0, 100, Stop)).Select(queued => queued.Event.Type)
        );
    }

    private async Task<VaultParts> StartNodeAsync()
    {
        var node = VaultParts.Open(
            new StorageOptions
            {
                MetadataFolder = Path.Combine(_folder, "metadata"),
                ContentFolder = Path.Combine(_folder, "content"),
                KeyFolder = Path.Combine(_folder, "keys"),
            },
            new ContractOptions().ToPolicy(),
            1_000,
            _time
        );
        _nodes.Add(node);
        var options = IOptions.Create(new LifecycleOptions());
        foreach (
            var job in (IHostedService[])
                [
                    new StandingJob(
                        node,
                        new EventKeys(new EventsOptions()),
                        options,
                        _time,
                        NullLogger<StandingJob>.Instance
                    ),
                    new DestructionJob(
                        node,
                        options,
                        _services.GetRequiredService<LifecycleMetrics>(),
                        _time,
                        NullLogger<DestructionJob>.Instance
                    ),
                ]
        )
        {
            _jobs.Add(job);
            await job.StartAsync(Stop);
        }
        return node;
    }

    // Time passes, and the jobs of both nodes have a moment to do what it makes due.
    private async Task UntilAsync(VaultParts node, AccountId account, TimeSpan passes)
    {
        _time.Advance(passes);
        for (var tries = 0; tries < 100; tries++)
        {
            await Task.Delay(10, Stop);
            var isDue = await node.Contracts.ReadAsync(
                async snapshot =>
                    (await snapshot.FindLifecycleAsync(account))?.Due <= _time.GetUtcNow(),
                Stop
            );
            if (!isDue)
                return;
            _time.Advance(TimeSpan.FromSeconds(31));
        }
    }

    private static async Task<DestructionRecord?> FindAsync(VaultParts node, AccountId account) =>
        await node.Destructions.FindAsync(account, Stop);

    private async Task<AccountId> AddEndedCustomerAsync(VaultParts node)
    {
        var now = _time.GetUtcNow();
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
