using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The outbox on SQL Server.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerOutbox(SqlServerDatabase database) : IOutbox
{
    /// <inheritdoc/>
    public async ValueTask AddAsync(ServiceEvent added, CancellationToken cancellationToken)
    {
        JournalText.RequireObject(added.Data);
        await WriteAsync(
            JournalStatements.AddEvents.With(SqlServerJournal.EventRows([added])),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListDueAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            OutboxStatements.ListDue.With(now.ToUnixTimeMilliseconds(), limit),
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
        await WriteAsync(
            OutboxStatements.Fail.With(
                key.Account.Value,
                key.Number,
                now.ToUnixTimeMilliseconds(),
                JournalText.Shorten(reason),
                nextTry.ToUnixTimeMilliseconds()
            ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListAsync(
        AccountId account,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) => ListAsync(OutboxStatements.List.With(account.Value, after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueuedEvent>> ListDeadAsync(
        EventKey after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            OutboxStatements.ListDead.With(after.Account.Value, after.Number, limit),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<OutboxBacklog> MeasureAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(OutboxStatements.Measure.With());
                _ = await reader.ReadAsync(cancellationToken);
                return new OutboxBacklog(
                    reader.GetInt64(0),
                    Milliseconds.Time(reader.Int64OrNull(1)),
                    reader.GetInt64(2)
                );
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<bool> ReviveAsync(
        EventKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            OutboxStatements.Revive.With(
                key.Account.Value,
                key.Number,
                now.ToUnixTimeMilliseconds()
            ),
            cancellationToken
        ) > 0;

    /// <inheritdoc/>
    public async ValueTask<int> CleanAsync(
        DateTimeOffset before,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            OutboxStatements.Clean.With(
                now.ToUnixTimeMilliseconds(),
                before.ToUnixTimeMilliseconds(),
                limit
            ),
            cancellationToken
        );

    private async ValueTask SettleAsync(
        EventKey key,
        EventState state,
        string? reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            OutboxStatements.Settle.With(
                key.Account.Value,
                key.Number,
                now.ToUnixTimeMilliseconds(),
                (byte)state,
                JournalText.Shorten(reason),
                now.ToUnixTimeMilliseconds()
            ),
            cancellationToken
        );

    private Task<int> WriteAsync(SqlServerCall call, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.ScalarAsync<int>(call), cancellationToken);

    private async ValueTask<IReadOnlyList<QueuedEvent>> ListAsync(
        SqlServerCall call,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                var events = new List<QueuedEvent>();
                await using var reader = await session.ReadAsync(call);
                while (await reader.ReadAsync(cancellationToken))
                {
                    var account = new AccountId(reader.GetInt64(0));
                    events.Add(
                        new QueuedEvent
                        {
                            Key = new EventKey(account, reader.GetInt64(1)),
                            Id = reader.GetGuid(2),
                            Event = new ServiceEvent
                            {
                                Account = account,
                                Type = reader.GetString(3),
                                OccurredAt = Milliseconds.Time(reader.GetInt64(4)),
                                Data = reader.GetString(5),
                                SealedSecret = reader.TextOrNull(6),
                            },
                            IsSecretGone = !reader.IsNull(7) && reader.IsNull(6),
                            State = (EventState)reader.GetByte(8),
                            Attempts = reader.GetInt32(9),
                            LastTry = Milliseconds.Time(reader.Int64OrNull(10)),
                            LastError = reader.TextOrNull(11),
                            SettledAt = Milliseconds.Time(reader.Int64OrNull(12)),
                        }
                    );
                }
                return events;
            },
            cancellationToken
        );
}
