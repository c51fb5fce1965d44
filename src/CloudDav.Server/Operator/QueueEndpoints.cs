using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>What waits to be told to the operator's systems, and which jobs run.</summary>
internal static class QueueEndpoints
{
    private const int MostFailed = 100;

    private static readonly string[] s_jobs =
    [
        StandingJob.JobName,
        DestructionJob.JobName,
        ReconciliationJob.JobName,
        EventDelivery.JobName,
        ScrubJob.JobName,
        KeyRewrapJob.JobName,
        BackupRun.JobName,
    ];

    public static void Map(OperatorRoutes routes)
    {
        routes
            .Query(
                "/platform/outbox",
                OperatorScope.Platform,
                "getOutbox",
                "See what waits to be told to the operator's systems, and what was given up",
                static async ValueTask<VaultResult<OutboxAnswer>> (call) =>
                {
                    var outbox = call.Desk<VaultParts>().Outbox;
                    var backlog = await outbox.MeasureAsync(call.Stop);
                    var failed = await outbox.ListDeadAsync(default, MostFailed, call.Stop);
                    return new OutboxAnswer
                    {
                        Waiting = backlog.Waiting,
                        OldestAt = backlog.Oldest,
                        GivenUp = backlog.Dead,
                        Failed = [.. failed.Select(FailedEventAnswer.Of)],
                    };
                }
            )
            .Describes("Of what was given up, the first hundred in the order of accounts.");

        routes.Query(
            "/platform/jobs",
            OperatorScope.Platform,
            "listJobs",
            "See which jobs run now, on whatever node",
            static async ValueTask<VaultResult<JobList>> (call) =>
            {
                var (leases, now) = (
                    call.Desk<VaultParts>().Leases,
                    call.Desk<TimeProvider>().GetUtcNow()
                );
                var jobs = new List<JobAnswer>();
                foreach (var job in s_jobs)
                    jobs.Add(
                        new JobAnswer
                        {
                            Job = job,
                            IsRunning = await leases.IsHeldAsync(job, now, call.Stop),
                        }
                    );
                return new JobList { Items = jobs };
            }
        );
    }
}

/// <summary>What waits to be told.</summary>
internal sealed record OutboxAnswer
{
    /// <summary>How many events wait.</summary>
    public required long Waiting { get; init; }

    /// <summary>When the one that has waited longest occurred; null when none waits.</summary>
    public required DateTimeOffset? OldestAt { get; init; }

    /// <summary>How many were given up after the last try.</summary>
    public required long GivenUp { get; init; }

    /// <summary>Some of those.</summary>
    public required IReadOnlyList<FailedEventAnswer> Failed { get; init; }
}

/// <summary>An event that was given up.</summary>
internal sealed record FailedEventAnswer
{
    /// <summary>The account it is about.</summary>
    public required long Account { get; init; }

    /// <summary>Its number among the account's.</summary>
    public required long Number { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>When it occurred.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was last tried; null for never.</summary>
    public required DateTimeOffset? LastTryAt { get; init; }

    /// <summary>Why the last try failed; null when that is not known.</summary>
    public required string? LastError { get; init; }

    public static FailedEventAnswer Of(QueuedEvent queued) =>
        new()
        {
            Account = queued.Key.Account.Value,
            Number = queued.Key.Number,
            Type = queued.Event.Type,
            OccurredAt = queued.Event.OccurredAt,
            Attempts = queued.Attempts,
            LastTryAt = queued.LastTry,
            LastError = queued.LastError,
        };
}

/// <summary>The jobs that one node of many runs at a time.</summary>
internal sealed record JobList
{
    /// <summary>All of them.</summary>
    public required IReadOnlyList<JobAnswer> Items { get; init; }
}

/// <summary>A job.</summary>
internal sealed record JobAnswer
{
    /// <summary>Its name.</summary>
    public required string Job { get; init; }

    /// <summary>Whether a node runs it now.</summary>
    public required bool IsRunning { get; init; }
}
