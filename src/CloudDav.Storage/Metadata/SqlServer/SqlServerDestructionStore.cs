using System.Data;
using System.Diagnostics;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>
/// Destruction on SQL Server, by the server's clock. Nothing here overwrites what a removed row was on a page, in the log or in a backup of the database: the
/// vault's key, which was never in the database, goes first, so that what may be found there is ciphertext and metadata until the server uses the place again
/// and the operator's log and backups have run out.
/// </summary>
/// <param name="database">The engine.</param>
/// <param name="clock">Stands in for the server's clock, in tests that turn it; null for the server's.</param>
public sealed class SqlServerDestructionStore(
    SqlServerDatabase database,
    TimeProvider? clock = null
) : IDestructionStore
{
    private static readonly SqlMetaData[] s_nameColumns =
    [
        new("mac", SqlDbType.VarBinary, 64),
        new("password", SqlDbType.VarChar, 400),
    ];

    /// <inheritdoc/>
    public async ValueTask<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) =>
        clock?.GetUtcNow()
        ?? Milliseconds.Time(
            await database.RunAsync(
                session => session.ScalarAsync<long>(DestructionStatements.ReadClock.With()),
                cancellationToken
            )
        );

    /// <inheritdoc/>
    public async ValueTask<DestructionState> LoadStateAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            session =>
                session.FirstAsync(
                    DestructionStatements.LoadState.With(),
                    DestructionRows.ReadState,
                    cancellationToken
                ),
            cancellationToken
        )
        ?? throw new InvalidOperationException("The row of the rounds of destruction is missing.");

    /// <inheritdoc/>
    public async ValueTask SaveClockAsync(
        DateTimeOffset clock,
        bool hasJumped,
        CancellationToken cancellationToken
    ) =>
        await RunAsync(
            DestructionStatements.SaveClock.With(clock.ToUnixTimeMilliseconds(), hasJumped),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask AllowAsync(
        DateTimeOffset until,
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    LifecycleStatements.AllowDestruction.Server.With(until.ToUnixTimeMilliseconds())
                );
                return await SqlServerJournal.AppendAsync(session, entry);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<long> CountAccountsAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            session => session.ScalarAsync<long>(DestructionStatements.CountAccounts.With()),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AccountId>> ListClosedAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            DestructionStatements.ListClosed.With(after.Value, limit),
            row => new AccountId(row.Int64(0)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(AccountId Account, VaultId Vault)>> ListVaultsAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            DestructionStatements.ListVaults.With(after.Value, limit),
            row => (new AccountId(row.Int64(0)), new VaultId(row.Int64(1))),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DestructionRecord>> ListRunningAsync(
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            DestructionStatements.ListRunning.With(),
            DestructionRows.Read,
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<DestructionRecord?> FindAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.FirstAsync(
                    DestructionStatements.Find.With(account.Value),
                    DestructionRows.Read,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask MarkKeyDestroyedAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await RunAsync(
            DestructionStatements.MarkKeyDestroyed.With(
                account.Value,
                now.ToUnixTimeMilliseconds()
            ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Slice> RemoveContentsAsync(
        DestructionRecord record,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                TimedAsync(() =>
                    RemoveContentsAsync(session, record, limit, now.ToUnixTimeMilliseconds())
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        VaultId vault,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            DestructionStatements.ListCondemned.With(vault.Value, limit),
            row => new BlobId(new Guid(row.Bytes(0))),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask MarkContentsGoneAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        await RunAsync(
            DestructionStatements.MarkContentsGone.With(account.Value),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Slice> RemoveTreeAsync(
        DestructionRecord record,
        int limit,
        CancellationToken cancellationToken
    ) =>
        RemoveAsync(
            DestructionStatements.RemoveTree.With(record.Account.Value, record.Vault.Value, limit),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask RemoveAccountAsync(
        AccountId account,
        ClosedNames closed,
        DateTimeOffset namesUntil,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            async session =>
            {
                var kept = await FindNamesAsync(session, account, closed);
                if (kept.Count > 0)
                    await session.ExecuteAsync(
                        DestructionStatements.KeepNames.With(
                            kept,
                            namesUntil.ToUnixTimeMilliseconds()
                        )
                    );
                return await session.ExecuteAsync(
                    DestructionStatements.RemoveAccount.With(account.Value)
                );
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Slice> RemoveAuditAsync(
        AccountId account,
        int limit,
        CancellationToken cancellationToken
    ) =>
        RemoveAsync(
            DestructionStatements.RemoveAudit.With(account.Value, limit),
            cancellationToken
        );

    /// <summary>There is nothing of that kind to do here: what is left of removed rows is the server's and its backups', and without the key nothing of it can be read but metadata.</summary>
    /// <inheritdoc/>
    public ValueTask<bool> ScrubAsync(long rewritesUpTo, CancellationToken cancellationToken) =>
        new(true);

    /// <inheritdoc/>
    public async ValueTask FinishAsync(
        DestructionRecord finished,
        ServiceEvent told,
        AuditEntry entry,
        CancellationToken cancellationToken
    )
    {
        JournalText.RequireObject(told.Data);
        JournalText.RequireObject(entry.Body);
        await database.WriteAsync(
            async session =>
            {
                var changed = await session.ScalarAsync<int>(
                    DestructionStatements.Finish.With(
                        finished.Account.Value,
                        finished.Finished?.ToUnixTimeMilliseconds(),
                        finished.BackupsExpire?.ToUnixTimeMilliseconds(),
                        finished.KeepUntil?.ToUnixTimeMilliseconds()
                    )
                );
                if (changed == 0)
                    return false;
                await SqlServerJournal.AppendAsync(session, entry);
                await session.ExecuteAsync(
                    JournalStatements.AddEvents.With(SqlServerJournal.EventRows([told]))
                );
                return true;
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveExpiredAsync(
        DateTimeOffset now,
        DateTimeOffset commandsBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var removed = 0;
        var told = await ListAsync(
            DestructionStatements.ListTold.With(limit),
            row => row.Int64(0),
            cancellationToken
        );
        foreach (var account in told)
        {
            if (removed >= limit)
                return removed;
            await TakeAsync(DestructionStatements.RemoveEvents.With(account, limit - removed));
        }
        var nowMs = now.ToUnixTimeMilliseconds();
        if (removed < limit)
            await TakeAsync(DestructionStatements.DeleteClosedNames.With(nowMs, limit - removed));
        if (removed < limit)
            await TakeAsync(
                DestructionStatements.DeleteCommands.With(
                    commandsBefore.ToUnixTimeMilliseconds(),
                    limit - removed
                )
            );
        if (removed < limit)
            await TakeAsync(DestructionStatements.RemoveOutlived.With(nowMs, limit - removed));
        return removed;

        async ValueTask TakeAsync(SqlServerCall call) =>
            removed += (await RemoveAsync(call, cancellationToken)).Rows;
    }

    private static async Task<int> RemoveContentsAsync(
        SqlServerSession session,
        DestructionRecord record,
        int limit,
        long now
    )
    {
        byte[] hash = [];
        var (last, count, bytes) = (0L, 0, 0L);
        await using (
            var reader = await session.ReadAsync(
                DestructionStatements.ListContents.With(
                    record.Account.Value,
                    record.Vault.Value,
                    limit
                )
            )
        )
        {
            var row = new ReaderRow(reader);
            if (await reader.ReadAsync())
                hash = row.Bytes(0).ToArray();
            await reader.NextResultAsync();
            for (; await reader.ReadAsync(); count++)
            {
                last = row.Int64(0);
                bytes += row.Int64(1);
                hash = DestructionRows.Link(hash, last, row.Int64(1), row.Bytes(2));
            }
        }
        await session.ExecuteAsync(
            count == 0
                ? DestructionStatements.CondemnStaged.With(record.Vault.Value, now)
                : DestructionStatements.DeleteContents.With(
                    record.Account.Value,
                    record.Vault.Value,
                    last,
                    (long)count,
                    bytes,
                    hash,
                    now
                )
        );
        return count;
    }

    private static async Task<SqlServerRows> FindNamesAsync(
        SqlServerSession session,
        AccountId account,
        ClosedNames closed
    )
    {
        var rows = new SqlServerRows(s_nameColumns);
        await using var reader = await session.ReadAsync(
            DestructionStatements.FindNames.With(account.Value)
        );
        if (!await reader.ReadAsync())
            return rows;
        var row = new ReaderRow(reader);
        var person = new GoingAccount(row);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            person.AddDevice(row);
        foreach (var (mac, password) in person.Keep(closed))
            rows.Add(mac, password ?? "");
        return rows;
    }

    private Task<int> RunAsync(SqlServerCall call, CancellationToken cancellationToken) =>
        database.RunAsync(session => session.ExecuteAsync(call), cancellationToken);

    private async ValueTask<Slice> RemoveAsync(
        SqlServerCall call,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => TimedAsync(() => session.ScalarAsync<int>(call)),
            cancellationToken
        );

    private async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SqlServerCall call,
        Func<IRow, T> read,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session => session.ListAsync(call, read, cancellationToken),
            cancellationToken
        );

    private static async Task<Slice> TimedAsync(Func<Task<int>> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var rows = await work();
        return new Slice(rows, Stopwatch.GetElapsedTime(begun));
    }
}
