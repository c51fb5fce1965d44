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
    private readonly JobRounds _rounds = new();
    private readonly List<ServiceProvider> _services = [];
    private readonly List<VaultParts> _nodes = [];
    private readonly List<IHostedService> _jobs = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs)
            await job.StopAsync(CancellationToken.None);
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var services in _services)
            await services.DisposeAsync();
        _rounds.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

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
            await PassAsync(TimeSpan.FromHours(12));
            while (await one.Outbox.ListDueAsync(_time.GetUtcNow(), 100, Stop) is [var due, ..])
            {
                await one.Outbox.MarkDeliveredAsync(due.Key, _time.GetUtcNow(), Stop);
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
        var services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton<LifecycleMetrics>()
            .AddSingleton<JobMetrics>()
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<Rounds>()
            .BuildServiceProvider();
        _services.Add(services);
        var rounds = services.GetRequiredService<Rounds>();
        var options = IOptions.Create(new LifecycleOptions());
        foreach (
            var job in (IHostedService[])
                [
                    new StandingJob(
                        node,
                        new EventKeys(new EventsOptions()),
                        options,
                        rounds,
                        _time,
                        NullLogger<StandingJob>.Instance
                    ),
                    new DestructionJob(
                        node,
                        options,
                        services.GetRequiredService<LifecycleMetrics>(),
                        rounds,
                        _time,
                        NullLogger<DestructionJob>.Instance
                    ),
                ]
        )
        {
            _jobs.Add(job);
            await job.StartAsync(Stop);
        }
        await _rounds.WatchAsync(services, StandingJob.JobName, DestructionJob.JobName);
        return node;
    }

    // Time passes, and the jobs of both nodes do what it makes due.
    private Task PassAsync(TimeSpan span) => _rounds.AdvanceAsync(_time, span);

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
