using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>Tells of standings that change, measures that run out and take-back windows that open and close, on one node of many.</summary>
internal sealed class StandingJob(
    VaultParts parts,
    EventKeys keys,
    IOptions<LifecycleOptions> options,
    Rounds rounds,
    TimeProvider time,
    ILogger<StandingJob> log
) : BackgroundService
{
    public const string JobName = "standing-watch";

    private readonly LeasedJob _job = new(JobName, parts.Leases, time);
    private readonly StandingWatch _watch = new(
        parts.Contracts,
        parts.Vaults.Policy,
        time,
        keys.CanSeal ? keys.Seal : null
    );

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync(
            JobName,
            TimeSpan.FromSeconds(options.Value.WatchSeconds),
            async stop =>
                await _job.TryRunAsync(
                    async leased =>
                    {
                        await _watch.RunAsync(leased);
                        return time.GetUtcNow();
                    },
                    stop
                ),
            log.StandingWatchFailed,
            stoppingToken
        );
}
