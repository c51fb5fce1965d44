namespace CloudDav.Vault;

/// <summary>
/// Events on their way to the operator's systems. Each account has a queue, whose first event holds up those behind it until it is delivered or given up.
/// An event that comes of a change is added in that change's transaction (<see cref="Change.AddEvent"/>, or the store's own).
/// </summary>
public interface IOutbox
{
    /// <summary>Adds an event by itself.</summary>
    ValueTask AddAsync(ServiceEvent added, CancellationToken cancellationToken);

    /// <summary>The first waiting event of each account that may be tried now, longest due first.</summary>
    ValueTask<IReadOnlyList<QueuedEvent>> ListDueAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>An event was taken by the receiver; its secret is blanked. Does nothing when it waits no longer.</summary>
    ValueTask MarkDeliveredAsync(
        EventKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>An event was tried in vain. Its account's queue rests until the next try.</summary>
    ValueTask MarkFailedAsync(
        EventKey key,
        string reason,
        DateTimeOffset now,
        DateTimeOffset nextTry,
        CancellationToken cancellationToken
    );

    /// <summary>An event is given up and goes to the dead letters, without its secret; those behind it go on. Does nothing when it waits no longer.</summary>
    ValueTask MarkDeadAsync(
        EventKey key,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>The events of an account, oldest first: waiting, delivered and dead ones, as long as they are kept.</summary>
    ValueTask<IReadOnlyList<QueuedEvent>> ListAsync(
        AccountId account,
        long after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>The dead letters of all accounts, by account and number.</summary>
    /// <param name="after">The last one of the page before; the default for the first page.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<QueuedEvent>> ListDeadAsync(
        EventKey after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Lets a dead letter wait again, with fresh tries. It goes before whatever of its account still waits. False when it is none.</summary>
    ValueTask<bool> ReviveAsync(
        EventKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Blanks secrets whose time is over, and removes some of the events that occurred before a moment, whatever became of them.</summary>
    /// <returns>How many were removed; fewer than the limit means none is left.</returns>
    ValueTask<int> CleanAsync(
        DateTimeOffset before,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>What has not come through, of all accounts together.</summary>
    ValueTask<OutboxBacklog> MeasureAsync(CancellationToken cancellationToken);
}

/// <summary>What an outbox has not got rid of.</summary>
/// <param name="Waiting">Events that are to be delivered.</param>
/// <param name="Oldest">When the oldest of them occurred; null when none waits.</param>
/// <param name="Dead">Events that were given up and are still kept.</param>
public readonly record struct OutboxBacklog(long Waiting, DateTimeOffset? Oldest, long Dead);

/// <summary>An event's place.</summary>
/// <param name="Account">Whose queue it is in.</param>
/// <param name="Number">Its number there, from 1, without gaps.</param>
public readonly record struct EventKey(AccountId Account, long Number);

/// <summary>What becomes of an event.</summary>
public enum EventState
{
    /// <summary>It is to be delivered.</summary>
    Waiting = 0,

    /// <summary>The receiver took it.</summary>
    Delivered = 1,

    /// <summary>It was given up.</summary>
    Dead = 2,
}

/// <summary>An event in its account's queue.</summary>
public sealed record QueuedEvent
{
    /// <summary>Its place.</summary>
    public required EventKey Key { get; init; }

    /// <summary>Its id, the same at every try.</summary>
    public required Guid Id { get; init; }

    /// <summary>The event; its secret is null when it had none, or has none any more.</summary>
    public required ServiceEvent Event { get; init; }

    /// <summary>Whether its secret was blanked: it ran out, or the event is settled.</summary>
    public required bool IsSecretGone { get; init; }

    /// <summary>What became of it.</summary>
    public required EventState State { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was last tried; null when never.</summary>
    public required DateTimeOffset? LastTry { get; init; }

    /// <summary>Why the last try failed; null when none did.</summary>
    public required string? LastError { get; init; }

    /// <summary>When it was delivered or given up; null while it waits.</summary>
    public required DateTimeOffset? SettledAt { get; init; }
}
