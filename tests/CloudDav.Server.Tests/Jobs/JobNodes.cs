using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Nodes over one folder and one clock, with the jobs that a test gives them and nothing else.</summary>
internal sealed class JobNodes : IAsyncDisposable
{
    private readonly List<ServiceProvider> _services = [];
    private readonly List<VaultParts> _nodes = [];
    private readonly List<IHostedService> _jobs = [];
    private readonly JobRounds _rounds = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("clouddav-nodes-").FullName;

    public FakeTimeProvider Time { get; } = new(new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero));

    /// <summary>The jobs of which a round has failed.</summary>
    public IEnumerable<string> Failed => _rounds.Failed;

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
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>One more node, without jobs.</summary>
    public VaultParts Open()
    {
        var node = VaultParts.Open(
            new StorageOptions
            {
                MetadataFolder = Path.Combine(Folder, "metadata"),
                ContentFolder = Path.Combine(Folder, "content"),
                KeyFolder = Path.Combine(Folder, "keys"),
            },
            new ContractOptions().ToPolicy(),
            new DavOptions(),
            Time
        );
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts jobs of a node, and waits for the first round of each.</summary>
    /// <param name="names">The jobs' names.</param>
    /// <param name="make">Makes them; what they measure with is there.</param>
    public async Task StartAsync(
        IReadOnlyList<string> names,
        Func<IServiceProvider, IEnumerable<IHostedService>> make
    )
    {
        var services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton<JobMetrics>()
            .AddSingleton<LifecycleMetrics>()
            .AddSingleton<ScrubMetrics>()
            .AddSingleton<StorageMetrics>()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<Rounds>()
            .BuildServiceProvider();
        _services.Add(services);
        foreach (var job in make(services))
        {
            _jobs.Add(job);
            await job.StartAsync(Stop);
        }
        await _rounds.WatchAsync(services, names);
    }

    /// <summary>Time passes, and the jobs of all nodes do what it makes due.</summary>
    public Task PassAsync(TimeSpan span) => _rounds.AdvanceAsync(Time, span);
}
