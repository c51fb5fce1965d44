using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Purges what has been in the trash, the history, the outbox and the operator's commands for long enough, and uploads that nobody goes on with, and sweeps blobs that no metadata refers to, in rounds. Several processes may do so
/// at once.
/// </summary>
internal sealed class Housekeeping(
    VaultParts parts,
    IOptions<StorageOptions> options,
    IOptions<EventsOptions> events,
    CommandDesk commands,
    IOptions<OperatorOptions> operators,
    StorageMetrics metrics,
    Rounds rounds,
    TimeProvider time,
    ILogger<Housekeeping> log
) : BackgroundService
{
    public const string JobName = "housekeeping";

    private const int EventSlice = 500;

    // Leftovers that no ledger row names are of crashes only: looking through the whole store for them is for once a day.
    private static readonly TimeSpan s_orphansEvery = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sweeper = parts.OpenSweeper(options.Value.ToSweeper());
        var expiry = new VaultExpiry(parts.Metadata, parts.Limits, time);
        var uploads = new UploadSweep(parts.Metadata, time);
        var orphansDue = time.GetUtcNow();
        return rounds.RunAsync(
            JobName,
            TimeSpan.FromSeconds(options.Value.HousekeepingSeconds),
            RoundAsync,
            log.HousekeepingFailed,
            stoppingToken
        );

        async Task RoundAsync(CancellationToken stop)
        {
            var purged = await expiry.RunAsync(stop) + await uploads.RunAsync(stop);
            // A backup still has to find what its picture of the metadata refers to.
            var swept = await parts.Leases.IsHeldAsync(BackupRun.JobName, time.GetUtcNow(), stop)
                ? 0
                : await sweeper.SweepAsync(stop);
            metrics.Swept(swept);
            if (time.GetUtcNow() >= orphansDue)
            {
                var orphans = await sweeper.RemoveOrphansAsync(stop);
                metrics.Orphans(orphans);
                swept += orphans.Count;
                orphansDue = time.GetUtcNow() + s_orphansEvery;
            }
            purged += await DropOldEventsAsync(stop);
            purged += await commands.ForgetAsync(
                time.GetUtcNow() - TimeSpan.FromDays(operators.Value.KeepCommandsDays),
                stop
            );
            metrics.Purged(purged);
            log.HousekeepingDone(purged, swept);
        }
    }

    private async ValueTask<long> DropOldEventsAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var before = now - TimeSpan.FromDays(events.Value.KeepDays);
        long dropped = 0;
        int slice;
        do
        {
            slice = await parts.Outbox.CleanAsync(before, EventSlice, now, stop);
            dropped += slice;
        } while (slice == EventSlice);
        return dropped;
    }
}
