using CloudDav.Server.Telemetry;

namespace CloudDav.Server.Jobs;

/// <summary>What every job does: a round at once, and one after another from then on, until the server stops. A round that fails is told, and the next one comes all the same.</summary>
/// <param name="metrics">Counts them.</param>
/// <param name="time">The clock.</param>
internal sealed class Rounds(JobMetrics metrics, TimeProvider time)
{
    /// <param name="job">Its name.</param>
    /// <param name="every">How long from the beginning of one round to that of the next, unless a round takes longer.</param>
    /// <param name="round">One round.</param>
    /// <param name="failed">Tells of one that failed.</param>
    /// <param name="stop">Ends them.</param>
    public async Task RunAsync(
        string job,
        TimeSpan every,
        Func<CancellationToken, Task> round,
        Action<Exception> failed,
        CancellationToken stop
    )
    {
        try
        {
            while (true)
            {
                var next = Task.Delay(every, time, stop);
                var begun = time.GetTimestamp();
                var hasFailed = false;
                try
                {
                    await round(stop);
                }
                catch (Exception failure)
                    when (failure is not OperationCanceledException || !stop.IsCancellationRequested
                    )
                {
                    // A time-out of a call is a cancellation too, and ends nothing but its round.
                    hasFailed = true;
                    failed(failure);
                }
                metrics.Ended(job, time.GetElapsedTime(begun), hasFailed);
                await next;
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops, or its start failed.
        }
    }
}
