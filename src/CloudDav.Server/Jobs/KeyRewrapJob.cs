using CloudDav.Server.Hosting;
using CloudDav.Server.Telemetry;

namespace CloudDav.Server.Jobs;

/// <summary>Wraps the vaults' keys anew when there is a newer wrapping key, on one node of many, while everything goes on.</summary>
internal sealed class KeyRewrapJob(
    VaultParts parts,
    Rounds rounds,
    TimeProvider time,
    ILogger<KeyRewrapJob> log
) : BackgroundService
{
    public const string JobName = "keys";

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(5);

    // A node that did not know the newest generation yet may have wrapped a key by the one before.
    private static readonly TimeSpan s_again = TimeSpan.FromHours(1);

    private readonly LeasedJob _job = new(JobName, parts.Leases, time);
    private string? _done;
    private DateTimeOffset _doneAt;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync(
            JobName,
            s_every,
            async stop => await _job.TryRunAsync(RunAsync, stop),
            log.KeyRewrapFailed,
            stoppingToken
        );

    private async ValueTask<DateTimeOffset> RunAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (
            now - _doneAt < s_again
            && await parts.KeyStore.FindNewestGenerationAsync(stop) == _done
        )
            return now;
        var pass = await parts.KeyStore.RewrapAsync(stop);
        if (pass.Rewrapped > 0)
            log.KeysRewrapped(pass.Rewrapped, pass.Newest);
        foreach (var failure in pass.Failures)
            log.KeyNotRewrapped(failure);
        if (pass is { Rewrapped: 0, Failures.Count: 0 })
            (_done, _doneAt) = (pass.Newest, now);
        return now;
    }
}
