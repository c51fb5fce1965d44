using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>Destroys vaults whose take-back window has closed, on one node of many, and goes on with what a node that died had begun.</summary>
internal sealed class DestructionJob(
    VaultParts parts,
    IOptions<LifecycleOptions> options,
    LifecycleMetrics metrics,
    Rounds rounds,
    TimeProvider time,
    ILogger<DestructionJob> log
) : BackgroundService
{
    public const string JobName = "destruction";

    // How often a node looks whether the job is due and nobody's.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);

    private readonly LeasedJob _job = new(JobName, parts.Leases, time);
    private readonly Destruction _destruction = parts.OpenDestruction(
        options.Value.ToDestruction()
    );

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync(
            JobName,
            s_every,
            async stop => await _job.TryRunAsync(RunAsync, stop),
            log.DestructionFailed,
            stoppingToken
        );

    private async ValueTask<DateTimeOffset> RunAsync(CancellationToken stop)
    {
        var round = await _destruction.RunAsync(stop);
        metrics.Destroyed(round.Destroyed);
        foreach (var reason in Enum.GetValues<HeldReason>())
            metrics.Held(reason, round.Held.GetValueOrDefault(reason));
        if (round.Destroyed > 0)
            log.VaultsDestroyed(round.Destroyed);
        if (round.Held.GetValueOrDefault(HeldReason.NotReminded) is > 0 and var unreminded)
            log.DestructionNotReminded(unreminded);
        switch (round.Alarm)
        {
            case DestructionAlarm.ClockJumped:
                metrics.Alarmed(round.Alarm);
                log.DestructionClockJumped();
                break;
            case DestructionAlarm.TooMany:
                metrics.Alarmed(round.Alarm);
                log.DestructionOfTooMany(round.Due);
                break;
            case DestructionAlarm.None:
                break;
        }
        return time.GetUtcNow() + TimeSpan.FromMinutes(options.Value.DestructionMinutes);
    }
}
