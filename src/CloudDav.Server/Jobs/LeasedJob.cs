using CloudDav.Vault;

namespace CloudDav.Server.Jobs;

/// <summary>A job that one node of many runs at a time, and that a node which dies or hangs leaves to another.</summary>
/// <param name="name">Its name, the same on every node.</param>
/// <param name="leases">Where its lease is.</param>
/// <param name="time">The clock.</param>
internal sealed class LeasedJob(string name, IJobLeases leases, TimeProvider time)
{
    /// <summary>How long a lease is held unless it is renewed.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    /// <summary>Runs the job, if no other node does and its next run is due.</summary>
    /// <param name="run">
    /// The job. It stops at once when its token is cancelled: the lease was lost, or the server stops. It gives the time before which no node runs it again.
    /// </param>
    /// <param name="stop">Stops it.</param>
    /// <returns>False when it was not this node's to run.</returns>
    public async ValueTask<bool> TryRunAsync(
        Func<CancellationToken, ValueTask<DateTimeOffset>> run,
        CancellationToken stop
    )
    {
        var holder = Guid.NewGuid().ToString("N");
        // Whatever hangs, the job's token ends with the lease: it is this node's own clock that cancels it.
        using var lease = new CancellationTokenSource(Duration, time);
        if (!await leases.TryTakeAsync(name, holder, time.GetUtcNow(), Duration, stop))
            return false;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, stop);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
        var renewing = RenewAsync(holder, lease, done.Token);
        var nextRun = time.GetUtcNow();
        try
        {
            nextRun = await run(ends.Token);
            return true;
        }
        catch (OperationCanceledException)
            when (lease.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Another node has it, or will.
            return true;
        }
        finally
        {
            await done.CancelAsync();
            await renewing;
            await leases.ReleaseAsync(name, holder, nextRun, CancellationToken.None);
        }
    }

    private async Task RenewAsync(
        string holder,
        CancellationTokenSource lease,
        CancellationToken done
    )
    {
        using var timer = new PeriodicTimer(Duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                var asked = time.GetUtcNow();
                if (!await leases.RenewAsync(name, holder, asked, Duration, done))
                {
                    await lease.CancelAsync();
                    return;
                }
                var left = Duration - (time.GetUtcNow() - asked);
                lease.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
        catch (Exception)
        {
            // A database that cannot be reached renews nothing, so the lease is as good as lost.
            await lease.CancelAsync();
        }
    }
}
