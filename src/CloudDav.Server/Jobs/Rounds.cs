namespace CloudDav.Server.Jobs;

/// <summary>What every job does: a round at once, and one after another from then on, until the server stops. A round that fails is told, and the next one comes all the same.</summary>
internal static class Rounds
{
    /// <param name="every">How long from the beginning of one round to the next.</param>
    /// <param name="time">The clock.</param>
    /// <param name="round">One round.</param>
    /// <param name="failed">Tells of one that failed.</param>
    /// <param name="stop">Ends them.</param>
    public static async Task RunAsync(
        TimeSpan every,
        TimeProvider time,
        Func<CancellationToken, Task> round,
        Action<Exception> failed,
        CancellationToken stop
    )
    {
        using var rounds = new PeriodicTimer(every, time);
        try
        {
            do
            {
                try
                {
                    await round(stop);
                }
                catch (Exception failure)
                    when (failure is not OperationCanceledException || !stop.IsCancellationRequested
                    )
                {
                    // A time-out of a call is a cancellation too, and ends nothing but its round.
                    failed(failure);
                }
            } while (await rounds.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The server stops, or its start failed.
        }
    }
}
