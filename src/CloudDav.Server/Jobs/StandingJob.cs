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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var every = TimeSpan.FromSeconds(options.Value.WatchSeconds);
        using var rounds = new PeriodicTimer(every, time);
        try
        {
            do
            {
                try
                {
                    await _job.TryRunAsync(
                        async stop =>
                        {
                            await _watch.RunAsync(stop);
                            return time.GetUtcNow();
                        },
                        stoppingToken
                    );
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    log.StandingWatchFailed(failure);
                }
            } while (await rounds.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops, or its start failed.
        }
    }
}
