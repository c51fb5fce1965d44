using System.Security.Cryptography;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>
/// Delivers events to the operator's system, at least once and in order per account: an account's next event goes only when the one before it was taken or given
/// up. Accounts wait for no other, and nodes for the one that delivers.
/// </summary>
internal sealed class EventDelivery(
    VaultParts parts,
    EventReceiver receiver,
    EventMetrics metrics,
    IOptions<EventsOptions> options,
    Rounds rounds,
    TimeProvider time,
    ILogger<EventDelivery> log
) : BackgroundService
{
    public const string JobName = "event-delivery";

    private const int AtOnce = 8;

    // How often the outbox is looked at, which is one indexed read when nothing is due.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly EventsOptions _options = options.Value;
    private readonly LeasedJob _job = new(JobName, parts.Leases, time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _options.Address is null
            ? Task.CompletedTask
            : rounds.RunAsync(
                JobName,
                s_every,
                async stop =>
                {
                    if ((await ListDueAsync(1, stop)).Count > 0)
                        await _job.TryRunAsync(DeliverAsync, stop);
                },
                log.EventDeliveryFailed,
                stoppingToken
            );

    /// <summary>How long an account's events rest after so many failures, before chance: doubled each time, up to the longest.</summary>
    public static TimeSpan Backoff(EventsOptions options, int failures)
    {
        var seconds = options.FirstRetrySeconds * Math.Pow(2, Math.Min(failures - 1, 30));
        return TimeSpan.FromSeconds(Math.Min(seconds, options.LongestRetrySeconds));
    }

    private async ValueTask<DateTimeOffset> DeliverAsync(CancellationToken stop)
    {
        while (await ListDueAsync(_options.Batch, stop) is { Count: > 0 } due)
        {
            var (failed, reason, isGone) = (0, (string?)null, false);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
                async (queued, token) =>
                {
                    var answer = await DeliverAsync(queued, token);
                    if (answer.Result is PostResult.Taken)
                        return;
                    metrics.Failed(answer.Reason!);
                    Interlocked.Increment(ref failed);
                    Volatile.Write(ref reason, answer.Reason);
                    if (answer.Result is PostResult.Gone)
                        Volatile.Write(ref isGone, true);
                }
            );
            if (isGone)
            {
                // The address is a setting of ours: that it is gone is no reason to lose anything.
                log.EventReceiverGone(_options.LongestRetrySeconds);
                return time.GetUtcNow() + TimeSpan.FromSeconds(_options.LongestRetrySeconds);
            }
            if (failed > 0)
                log.EventsNotDelivered(failed, due.Count, reason!);
        }
        return time.GetUtcNow();
    }

    private async ValueTask<PostAnswer> DeliverAsync(QueuedEvent queued, CancellationToken stop)
    {
        // A credential that works no longer is of no use to anybody.
        var answer = HasSecretRunOut(queued)
            ? new PostAnswer(PostResult.Refused, "its secret ran out")
            : await receiver.PostAsync(queued, stop);
        var now = time.GetUtcNow();
        var attempts = queued.Attempts + 1;
        if (answer.Result is PostResult.Failed && attempts >= _options.MaxAttempts)
            answer = answer with { Result = PostResult.Refused };
        // What the receiver has said is written down even while the server stops.
        switch (answer.Result)
        {
            case PostResult.Taken:
                await parts.Outbox.MarkDeliveredAsync(queued.Key, now, CancellationToken.None);
                break;
            case PostResult.Failed:
                await parts.Outbox.MarkFailedAsync(
                    queued.Key,
                    answer.Reason!,
                    now,
                    now + Rest(attempts, answer.RetryAfter),
                    CancellationToken.None
                );
                break;
            case PostResult.Refused:
                await parts.Outbox.MarkDeadAsync(
                    queued.Key,
                    answer.Reason!,
                    now,
                    CancellationToken.None
                );
                metrics.GivenUp();
                log.EventGivenUp(
                    queued.Id,
                    queued.Event.Type,
                    queued.Key.Account.Value,
                    attempts,
                    answer.Reason!
                );
                break;
            case PostResult.Gone:
                break;
        }
        return answer;
    }

    private bool HasSecretRunOut(QueuedEvent queued) =>
        queued.IsSecretGone
        || (
            queued.Event.SealedSecret is not null
            && time.GetUtcNow() >= queued.Event.OccurredAt + ServiceEvent.SecretLife
        );

    // Half of it is left to chance, so that accounts that failed together do not come back together.
    private TimeSpan Rest(int failures, TimeSpan? asked)
    {
        var backoff = Backoff(_options, failures);
        var rest = backoff * (RandomNumberGenerator.GetInt32(500, 1_001) / 1_000.0);
        var longest = TimeSpan.FromSeconds(_options.LongestRetrySeconds);
        return asked is { } wish && wish > rest ? (wish < longest ? wish : longest) : rest;
    }

    private ValueTask<IReadOnlyList<QueuedEvent>> ListDueAsync(int limit, CancellationToken stop) =>
        parts.Outbox.ListDueAsync(time.GetUtcNow(), limit, stop);
}
