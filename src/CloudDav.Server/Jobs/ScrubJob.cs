using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>Reads all contents again and again at a set rate, on one node of many. A pass is made in slices, and goes on where the last one stopped, on whichever node.</summary>
internal sealed class ScrubJob(
    VaultParts parts,
    IOptions<StorageOptions> options,
    ScrubMetrics metrics,
    Rounds rounds,
    TimeProvider time,
    ILogger<ScrubJob> log
) : BackgroundService
{
    public const string JobName = "scrub";

    // How much a slice says of what it finds; the rest is counted, and the verb lists it.
    private const int MostTold = 50;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_slice = TimeSpan.FromMinutes(5);

    private readonly LeasedJob _job = new(JobName, parts.Leases, time);
    private readonly Scrubber _scrubber = parts.OpenScrubber();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.Scrubs
            ? rounds.RunAsync(
                JobName,
                s_every,
                async stop => await _job.TryRunAsync(RunAsync, stop),
                log.ScrubFailed,
                stoppingToken
            )
            : Task.CompletedTask;

    private async ValueTask<DateTimeOffset> RunAsync(CancellationToken stop)
    {
        var state = await parts.Care.LoadAsync(stop);
        var due = Due(state.LastStarted);
        if (state.Pass is null && due > time.GetUtcNow())
            return Next(due);
        var before = state.Pass ?? ScrubPass.New(time.GetUtcNow());
        var found = new Findings(log);
        var (pass, isOver) = await _scrubber.RunAsync(
            before,
            new ScrubLimits
            {
                BytesPerSecond = options.Value.ScrubBytesPerSecond,
                AtMost = s_slice,
                KeepsPlace = true,
            },
            found.Take,
            stop
        );
        metrics.Read(pass.Bytes - before.Bytes);
        metrics.Damaged(await parts.Care.CountDamagesAsync(stop));
        found.TellRest();
        if (!isOver)
            return time.GetUtcNow();
        metrics.Strays(found.Strays);
        log.ScrubDone(pass.Contents, pass.Bytes, pass.Unread, found.Strays);
        return Next(Due(pass.Started));
    }

    // Looked at every hour, so that a setting that was changed counts soon.
    private DateTimeOffset Next(DateTimeOffset due)
    {
        var hour = time.GetUtcNow() + TimeSpan.FromHours(1);
        return due < hour ? due : hour;
    }

    private DateTimeOffset Due(DateTimeOffset? started) =>
        started is { } at ? at + TimeSpan.FromDays(options.Value.ScrubDays) : time.GetUtcNow();

    /// <summary>Tells what a slice finds, up to a number.</summary>
    private sealed class Findings(ILogger log)
    {
        private int _told;

        public int Strays { get; private set; }

        public void Take(ScrubFinding finding)
        {
            if (finding.Kind == ScrubFindingKind.Stray)
                Strays++;
            if (finding.Kind == ScrubFindingKind.StillDamaged || _told++ >= MostTold)
                return;
            var (vault, problem) = (finding.Vault?.Value, finding.Problem);
            switch (finding.Kind)
            {
                case ScrubFindingKind.Damaged:
                    log.ContentDamaged(
                        problem.Content?.Value,
                        problem.Blob?.Value,
                        vault,
                        problem.Fault
                    );
                    break;
                case ScrubFindingKind.GoodAgain:
                    log.ContentGoodAgain(problem.Content?.Value, vault);
                    break;
                case ScrubFindingKind.Unread:
                    log.VaultUnread(vault, problem.Fault);
                    break;
                case ScrubFindingKind.Stray:
                    log.StrayFound(problem.Blob?.Value, problem.Fault);
                    break;
                case ScrubFindingKind.StillDamaged:
                    break;
            }
        }

        public void TellRest()
        {
            if (_told > MostTold)
                log.MoreFound(_told - MostTold);
        }
    }
}
