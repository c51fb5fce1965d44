using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>Looks every minute at what piles up, for whoever watches; there is no such job when nobody does.</summary>
internal sealed class BacklogJob(
    VaultParts parts,
    IOptions<StorageOptions> storage,
    StorageMetrics metrics,
    Rounds rounds,
    TimeProvider time,
    ILogger<BacklogJob> log
) : BackgroundService
{
    public const string JobName = "backlog";

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync(JobName, s_every, RoundAsync, log.BacklogFailed, stoppingToken);

    private async Task RoundAsync(CancellationToken stop)
    {
        metrics.Events(await parts.Outbox.MeasureAsync(stop), time.GetUtcNow());
        metrics.Blobs(
            await parts.Ledger.MeasureAsync(stop),
            parts.OpenSweeper(storage.Value.ToSweeper()).Grace,
            time.GetUtcNow()
        );
        MeasureFolder("metadata", storage.Value.MetadataFolder);
        if (!storage.Value.Azure.IsUsed)
            MeasureFolder("content", storage.Value.ContentFolder);
    }

    private void MeasureFolder(string name, string folder) =>
        metrics.Free(name, new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace);
}
