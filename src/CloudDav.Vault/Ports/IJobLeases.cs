namespace CloudDav.Vault;

/// <summary>
/// Lets one node of many run a job. Whoever holds the lease runs it, renews in time, and stops at once when that fails: its time is then over, and another may
/// have begun. A holder that dies loses it when its time is over.
/// </summary>
public interface IJobLeases
{
    /// <summary>Takes a job's lease when nobody has it and its next run is due, or when the holder has it already.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="holder">A token of the one run that asks, used by no other.</param>
    /// <param name="now">The time.</param>
    /// <param name="duration">How long it is held unless it is renewed.</param>
    /// <param name="cancellationToken">Stops it before it starts.</param>
    /// <returns>Whether the holder has it now.</returns>
    ValueTask<bool> TryTakeAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    );

    /// <summary>Holds a lease for longer. False when it is the holder's no more.</summary>
    ValueTask<bool> RenewAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    );

    /// <summary>Whether somebody holds a job's lease now.</summary>
    ValueTask<bool> IsHeldAsync(
        string job,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Gives a lease back. Nobody runs the job before its next run. Does nothing when it is the holder's no more.</summary>
    ValueTask ReleaseAsync(
        string job,
        string holder,
        DateTimeOffset nextRun,
        CancellationToken cancellationToken
    );
}
