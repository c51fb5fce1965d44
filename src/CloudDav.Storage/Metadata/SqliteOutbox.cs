using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The outbox on SQLite.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteOutbox(SqliteDatabase database) : IOutbox
{
    /// <inheritdoc/>
    public async ValueTask AddAsync(ServiceEvent added, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            session =>
            {
                SqliteJournal.Add(session, added);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListDueAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<QueuedEvent>>(
            session =>
                Read(
                    session[OutboxSql.ListDue].Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, limit)
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask MarkDeliveredAsync(
        EventKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => SettleAsync(key, EventState.Delivered, reason: null, now, cancellationToken);

    /// <inheritdoc/>
    public ValueTask MarkDeadAsync(
        EventKey key,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => SettleAsync(key, EventState.Dead, reason, now, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask MarkFailedAsync(
        EventKey key,
        string reason,
        DateTimeOffset now,
        DateTimeOffset nextTry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var isWaiting =
                    session[OutboxSql.Fail]
                        .Bind(1, key.Account.Value)
                        .Bind(2, key.Number)
                        .Bind(3, now.ToUnixTimeMilliseconds())
                        .Bind(4, JournalText.Shorten(reason))
                        .Run() > 0;
                if (isWaiting)
                    SetDue(session, key.Account, nextTry);
                return isWaiting;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListAsync(
        AccountId account,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<QueuedEvent>>(
            session =>
                Read(session[OutboxSql.List].Bind(1, account.Value).Bind(2, after).Bind(3, limit)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListDeadAsync(
        EventKey after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<QueuedEvent>>(
            session =>
                Read(
                    session[OutboxSql.ListDead]
                        .Bind(1, after.Account.Value)
                        .Bind(2, after.Number)
                        .Bind(3, limit)
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<OutboxBacklog> MeasureAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session =>
            {
                var dead = session[OutboxSql.CountDead].RunForInt64();
                var statement = session[OutboxSql.CountWaiting];
                var backlog = new OutboxBacklog(0, null, dead);
                while (statement.Step())
                    backlog = backlog with
                    {
                        Waiting = statement.Int64(0),
                        Oldest = statement.IsNull(1)
                            ? null
                            : DateTimeOffset.FromUnixTimeMilliseconds(statement.Int64(1)),
                    };
                return backlog;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<bool> ReviveAsync(
        EventKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var isDead =
                    session[OutboxSql.Revive].Bind(1, key.Account.Value).Bind(2, key.Number).Run()
                    > 0;
                if (isDead)
                    SetDue(session, key.Account, now);
                return isDead;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<int> CleanAsync(
        DateTimeOffset before,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                session[OutboxSql.BlankSecrets].Bind(1, now.ToUnixTimeMilliseconds()).Run();
                var old = new List<EventKey>();
                var statement = session[OutboxSql.ListOld]
                    .Bind(1, before.ToUnixTimeMilliseconds())
                    .Bind(2, limit);
                while (statement.Step())
                    old.Add(new EventKey(new(statement.Int64(0)), statement.Int64(1)));
                foreach (var key in old)
                {
                    session[OutboxSql.Remove].Bind(1, key.Account.Value).Bind(2, key.Number).Run();
                    session[OutboxSql.RestWhenEmpty].Bind(1, key.Account.Value).Run();
                }
                return old.Count;
            },
            cancellationToken
        );

    private async ValueTask SettleAsync(
        EventKey key,
        EventState state,
        string? reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var isWaiting =
                    session[OutboxSql.Settle]
                        .Bind(1, key.Account.Value)
                        .Bind(2, key.Number)
                        .Bind(3, now.ToUnixTimeMilliseconds())
                        .Bind(4, (long)state)
                        .Bind(5, JournalText.Shorten(reason))
                        .Run() > 0;
                if (isWaiting)
                    SetDue(session, key.Account, now);
                return isWaiting;
            },
            cancellationToken
        );

    private static void SetDue(SqliteSession session, AccountId account, DateTimeOffset due)
    {
        session[OutboxSql.SetDue]
            .Bind(1, account.Value)
            .Bind(2, due.ToUnixTimeMilliseconds())
            .Run();
        session[OutboxSql.RestWhenEmpty].Bind(1, account.Value).Run();
    }

    private static List<QueuedEvent> Read(Statement statement)
    {
        var events = new List<QueuedEvent>();
        while (statement.Step())
        {
            var account = new AccountId(statement.Int64(0));
            events.Add(
                new QueuedEvent
                {
                    Key = new EventKey(account, statement.Int64(1)),
                    Id = new Guid(statement.Bytes(2)),
                    Event = new ServiceEvent
                    {
                        Account = account,
                        Type = statement.Text(3),
                        OccurredAt = Time(statement.Int64(4)),
                        Data = statement.Text(5),
                        SealedSecret = statement.NullableText(6),
                    },
                    IsSecretGone = !statement.IsNull(7) && statement.IsNull(6),
                    State = (EventState)statement.Int64(8),
                    Attempts = (int)statement.Int64(9),
                    LastTry = statement.NullableInt64(10) is { } tried ? Time(tried) : null,
                    LastError = statement.NullableText(11),
                    SettledAt = statement.NullableInt64(12) is { } settled ? Time(settled) : null,
                }
            );
        }
        return events;
    }

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}

/// <summary>Statements of the outbox.</summary>
internal static class OutboxSql
{
    private const string Columns = """
        o.account_id, o.number, o.event_id, o.type, o.occurred, o.data, o.secret, o.secret_until, o.state, o.attempts, o.last_try, o.last_error, o.settled
        """;

    // Behind an event that waits already, a new one does not move the queue's time.
    public const string NextNumber = """
        INSERT INTO event_queues (account_id, last_number, due) VALUES (?1, 1, ?2)
        ON CONFLICT (account_id) DO UPDATE SET last_number = last_number + 1, due = COALESCE(due, excluded.due)
        RETURNING last_number
        """;

    public const string Insert = """
        INSERT INTO outbox (account_id, number, event_id, type, occurred, data, secret, secret_until, state, attempts)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0)
        """;

    public const string ListDue = $"""
        SELECT {Columns}
        FROM event_queues q CROSS JOIN outbox o
        WHERE q.due IS NOT NULL AND q.due <= ?1 AND o.account_id = q.account_id
          AND o.number = (SELECT w.number FROM outbox w WHERE w.account_id = q.account_id AND w.state = 0 ORDER BY w.number LIMIT 1)
        ORDER BY q.due LIMIT ?2
        """;

    public const string List =
        $"SELECT {Columns} FROM outbox o WHERE o.account_id = ?1 AND o.number > ?2 ORDER BY o.number LIMIT ?3";

    public const string ListDead = $"""
        SELECT {Columns} FROM outbox o WHERE o.state = 2 AND (o.account_id, o.number) > (?1, ?2)
        ORDER BY o.account_id, o.number LIMIT ?3
        """;

    public const string CountWaiting =
        "SELECT COUNT(*), MIN(o.occurred) FROM outbox o WHERE o.state = 0";

    public const string CountDead = "SELECT COUNT(*) FROM outbox o WHERE o.state = 2";

    public const string Settle = """
        UPDATE outbox SET state = ?4, settled = ?3, last_try = ?3, last_error = ?5, attempts = attempts + 1, secret = NULL
        WHERE account_id = ?1 AND number = ?2 AND state = 0
        """;

    public const string Fail = """
        UPDATE outbox SET attempts = attempts + 1, last_try = ?3, last_error = ?4
        WHERE account_id = ?1 AND number = ?2 AND state = 0
        """;

    public const string Revive = """
        UPDATE outbox SET state = 0, attempts = 0, settled = NULL WHERE account_id = ?1 AND number = ?2 AND state = 2
        """;

    public const string SetDue = "UPDATE event_queues SET due = ?2 WHERE account_id = ?1";

    public const string RestWhenEmpty = """
        UPDATE event_queues SET due = NULL
        WHERE account_id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.account_id = ?1 AND w.state = 0)
        """;

    public const string BlankSecrets =
        "UPDATE outbox SET secret = NULL WHERE secret IS NOT NULL AND secret_until <= ?1";

    public const string ListOld =
        "SELECT account_id, number FROM outbox WHERE occurred < ?1 ORDER BY occurred LIMIT ?2";

    public const string Remove = "DELETE FROM outbox WHERE account_id = ?1 AND number = ?2";
}
