using CloudDav.Server.Hosting;
using CloudDav.Storage;

namespace CloudDav.Server.Jobs;

/// <summary>The making of a backup, under a lease: while somebody has it, nothing is swept that the backup still has to find.</summary>
internal static class BackupRun
{
    public const string JobName = "backup";

    /// <exception cref="StartProblem">Another backup is being made, or the lease was lost.</exception>
    public static async Task<BackupManifest> WriteAsync(
        VaultParts parts,
        string folder,
        CancellationToken stop
    )
    {
        BackupManifest? manifest = null;
        var job = new LeasedJob(JobName, parts.Leases, TimeProvider.System);
        var isOurs = await job.TryRunAsync(
            async leased =>
            {
                manifest = await parts.WriteBackupAsync(
                    folder,
                    typeof(BackupRun).Assembly.GetName().Version!.ToString(3),
                    leased
                );
                return TimeProvider.System.GetUtcNow();
            },
            stop
        );
        if (!isOurs)
            throw new StartProblem("Another backup is being made.");
        return manifest
            ?? throw new StartProblem(
                $"The backup was stopped, because the metadata could not be written to for {LeasedJob.Duration.TotalSeconds} seconds. {folder} is none."
            );
    }
}
