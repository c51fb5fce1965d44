using System.Diagnostics;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Destruction on SQLite. <c>secure_delete</c> overwrites what is removed with zeros.</summary>
/// <param name="database">The engine.</param>
/// <param name="time">The database's clock: this engine runs in the process, and has the machine's.</param>
public sealed class SqliteDestructionStore(SqliteDatabase database, TimeProvider time)
    : IDestructionStore
{
    private const long TopFolders = 2;

    // Tables of a vault, those first whose rows hang on others.
    private static readonly string[] s_tables =
    [
        DestructionSql.DeleteDamages,
        DestructionSql.DeleteLocks,
        DestructionSql.DeleteShareUses,
        DestructionSql.DeleteShares,
        DestructionSql.DeleteShareMembers,
        DestructionSql.DeleteMounts,
        DestructionSql.DeleteMarks,
        DestructionSql.DeleteFavorites,
        DestructionSql.DeleteHolds,
        DestructionSql.DeleteContentParts,
        DestructionSql.DeletePreviews,
        DestructionSql.DeleteMedia,
        DestructionSql.DeleteUploadParts,
        DestructionSql.DeleteUploads,
        DestructionSql.DeleteProperties,
        DestructionSql.DeleteReferences,
        DestructionSql.DeleteHistory,
        DestructionSql.DeleteNodes,
        DestructionSql.DeleteDirs,
    ];

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) =>
        new(time.GetUtcNow());

    /// <inheritdoc/>
    public ValueTask<DestructionState> LoadStateAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[DestructionSql.LoadState];
                _ = statement.Step();
                var state = DestructionRows.ReadState(statement);
                statement.Reset();
                return state;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask SaveClockAsync(
        DateTimeOffset clock,
        bool hasJumped,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session[DestructionSql.SaveClock]
                    .Bind(1, clock.ToUnixTimeMilliseconds())
                    .Bind(2, hasJumped)
                    .Run(),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask AllowAsync(
        DateTimeOffset until,
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                session.Change(LifecycleStatements.AllowDestruction, Milliseconds.Of(until));
                return SqliteJournal.Append(session, entry);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<long> CountAccountsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session[DestructionSql.CountAccounts].RunForInt64(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AccountId>> ListClosedAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<AccountId>>(
            session =>
                Accounts(session[DestructionSql.ListClosed].Bind(1, after.Value).Bind(2, limit)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(AccountId Account, VaultId Vault)>> ListVaultsAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<(AccountId Account, VaultId Vault)>>(
            session =>
            {
                var page = new List<(AccountId Account, VaultId Vault)>();
                var statement = session[DestructionSql.ListVaults]
                    .Bind(1, after.Value)
                    .Bind(2, limit);
                while (statement.Step())
                    page.Add((new(statement.Int64(0)), new(statement.Int64(1))));
                return page;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DestructionRecord>> ListRunningAsync(
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<DestructionRecord>>(
            session =>
            {
                var running = new List<DestructionRecord>();
                var statement = session[DestructionSql.ListRunning];
                while (statement.Step())
                    running.Add(DestructionRows.Read(statement));
                return running;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<DestructionRecord?> FindAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[DestructionSql.Find].Bind(1, account.Value);
                if (!statement.Step())
                    return null;
                var record = DestructionRows.Read(statement);
                statement.Reset();
                return record;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask MarkKeyDestroyedAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session[DestructionSql.MarkKeyDestroyed]
                    .Bind(1, account.Value)
                    .Bind(2, now.ToUnixTimeMilliseconds())
                    .Run(),
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
            session => Timed(() => RemoveContents(session, record, limit, now)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        VaultId vault,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<BlobId>>(
            session =>
            {
                var blobs = new List<BlobId>();
                var statement = session[DestructionSql.ListCondemned]
                    .Bind(1, vault.Value)
                    .Bind(2, limit);
                while (statement.Step())
                    blobs.Add(new BlobId(new Guid(statement.Bytes(0))));
                return blobs;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask MarkContentsGoneAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => SetStep(session, account, DestructionStep.Tree),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Slice> RemoveTreeAsync(
        DestructionRecord record,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => Timed(() => RemoveTree(session, record, limit)),
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
            session =>
            {
                KeepNames(session, account, closed, namesUntil);
                foreach (
                    var sql in (ReadOnlySpan<string>)
                        [
                            DestructionSql.RetainCustomer,
                            DestructionSql.RetainMember,
                            DestructionSql.DeleteDevices,
                            DestructionSql.DeleteAcceptances,
                            DestructionSql.DeleteSignIns,
                            DestructionSql.DeleteCredentials,
                            DestructionSql.DeleteSessions,
                            DestructionSql.DeleteSecondFactor,
                            DestructionSql.DeleteRecoveryCodes,
                            DestructionSql.DeleteLoginFlows,
                            DestructionSql.DeletePairings,
                            DestructionSql.DeleteMediaAddresses,
                            DestructionSql.DeleteMeasures,
                            DestructionSql.DeleteContract,
                            DestructionSql.DeleteMember,
                            DestructionSql.DeleteLifecycle,
                            DestructionSql.DeleteAccountFavorites,
                            DestructionSql.DeleteAccount,
                            DestructionSql.TakeAuditHead,
                        ]
                )
                    session[sql].Bind(1, account.Value).Run();
                session.HasChangedFacts = true;
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Slice> RemoveAuditAsync(
        AccountId account,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                Timed(() =>
                {
                    var removed = session[DestructionSql.DeleteAudit]
                        .Bind(1, account.Value)
                        .Bind(2, limit)
                        .Run();
                    if (removed == 0)
                        SetStep(session, account, DestructionStep.Scrub);
                    return removed;
                }),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<bool> ScrubAsync(
        long rewritesUpTo,
        CancellationToken cancellationToken
    ) => await database.ScrubAsync(rewritesUpTo, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask FinishAsync(
        DestructionRecord finished,
        ServiceEvent told,
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var changed = session[DestructionSql.Finish]
                    .Bind(1, finished.Account.Value)
                    .Bind(2, finished.Finished?.ToUnixTimeMilliseconds())
                    .Bind(3, finished.BackupsExpire?.ToUnixTimeMilliseconds())
                    .Bind(4, finished.KeepUntil?.ToUnixTimeMilliseconds())
                    .Run();
                if (changed == 0)
                    return false;
                SqliteJournal.Add(session, told);
                SqliteJournal.Append(session, entry);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<int> RemoveExpiredAsync(
        DateTimeOffset now,
        DateTimeOffset commandsBefore,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var removed = 0;
                foreach (var account in Accounts(session[DestructionSql.ListTold].Bind(1, limit)))
                {
                    if (removed >= limit)
                        return removed;
                    var events = session[DestructionSql.DeleteEvents]
                        .Bind(1, account.Value)
                        .Bind(2, limit - removed)
                        .Run();
                    removed += events;
                    if (removed >= limit)
                        return removed;
                    removed += session[DestructionSql.DeleteQueue].Bind(1, account.Value).Run();
                    session[DestructionSql.MarkEventsGone].Bind(1, account.Value).Run();
                }
                if (removed >= limit)
                    return removed;
                removed += session[DestructionSql.DeleteClosedNames]
                    .Bind(1, now.ToUnixTimeMilliseconds())
                    .Bind(2, limit - removed)
                    .Run();
                if (removed >= limit)
                    return removed;
                removed += session[DestructionSql.DeleteCommands]
                    .Bind(1, commandsBefore.ToUnixTimeMilliseconds())
                    .Bind(2, limit - removed)
                    .Run();
                if (removed >= limit)
                    return removed;
                var outlived = Accounts(
                    session[DestructionSql.ListOutlived]
                        .Bind(1, now.ToUnixTimeMilliseconds())
                        .Bind(2, limit - removed)
                );
                foreach (var account in outlived)
                {
                    foreach (
                        var sql in (ReadOnlySpan<string>)
                            [
                                DestructionSql.DeleteRetained,
                                DestructionSql.DeleteEntries,
                                DestructionSql.DeleteHead,
                                DestructionSql.DeleteRecord,
                            ]
                    )
                        session[sql].Bind(1, account.Value).Run();
                }
                return removed + outlived.Count;
            },
            cancellationToken
        );

    private static int RemoveContents(
        SqliteSession session,
        DestructionRecord record,
        int limit,
        DateTimeOffset now
    )
    {
        var account = record.Account.Value;
        var nowMs = now.ToUnixTimeMilliseconds();
        var contents = new List<(long Id, Guid? Blob)>();
        var hash = ListHash(session, account);
        long bytes = 0;
        var statement = session[DestructionSql.ListContents]
            .Bind(1, record.Vault.Value)
            .Bind(2, limit);
        while (statement.Step())
        {
            contents.Add(
                (statement.Int64(0), statement.IsNull(3) ? null : new Guid(statement.Bytes(3)))
            );
            bytes += statement.Int64(1);
            hash = DestructionRows.Link(
                hash,
                statement.Int64(0),
                statement.Int64(1),
                statement.Bytes(2)
            );
        }
        if (contents.Count == 0)
        {
            // Of uploads that never came to an end.
            session[DestructionSql.CondemnStaged].Bind(1, record.Vault.Value).Bind(2, nowMs).Run();
            return 0;
        }
        foreach (var (id, blob) in contents)
        {
            session[DestructionSql.DeleteContent].Bind(1, id).Run();
            if (blob is { } condemned)
                session[DestructionSql.Condemn].Bind(1, condemned).Bind(2, nowMs).Run();
            else
                session[DestructionSql.DeleteInline].Bind(1, id).Run();
        }
        session[DestructionSql.CountContents]
            .Bind(1, account)
            .Bind(2, contents.Count)
            .Bind(3, bytes)
            .Bind(4, hash)
            .Run();
        return contents.Count;
    }

    private static byte[] ListHash(SqliteSession session, long account)
    {
        var statement = session[DestructionSql.FindListHash].Bind(1, account);
        _ = statement.Step();
        var hash = statement.Bytes(0).ToArray();
        statement.Reset();
        return hash;
    }

    private static int RemoveTree(SqliteSession session, DestructionRecord record, int limit)
    {
        var removed = 0;
        foreach (var sql in s_tables)
        {
            var rows = session[sql].Bind(1, record.Vault.Value).Bind(2, limit - removed).Run();
            if (sql == DestructionSql.DeleteNodes && rows > 0)
                session[DestructionSql.CountItems]
                    .Bind(1, record.Account.Value)
                    .Bind(2, rows)
                    .Run();
            removed += rows;
            if (removed >= limit)
                return removed;
        }
        if (removed > 0)
            return removed;
        session[DestructionSql.DeleteVault].Bind(1, record.Vault.Value).Run();
        // Root and trash are nobody's files or folders.
        session[DestructionSql.CountItems]
            .Bind(1, record.Account.Value)
            .Bind(2, -TopFolders)
            .Run();
        SetStep(session, record.Account, DestructionStep.Account);
        return 0;
    }

    private static void KeepNames(
        SqliteSession session,
        AccountId account,
        ClosedNames closed,
        DateTimeOffset until
    )
    {
        var names = session[DestructionSql.FindNames].Bind(1, account.Value);
        if (!names.Step())
            return;
        var person = new GoingAccount(names);
        names.Reset();
        var devices = session[DestructionSql.ListDevices].Bind(1, account.Value);
        while (devices.Step())
            person.AddDevice(devices);
        foreach (var (mac, password) in person.Keep(closed))
            session[DestructionSql.AddClosedName]
                .Bind(1, mac)
                .Bind(2, password)
                .Bind(3, until.ToUnixTimeMilliseconds())
                .Run();
    }

    private static bool SetStep(SqliteSession session, AccountId account, DestructionStep step)
    {
        session[DestructionSql.SetStep].Bind(1, account.Value).Bind(2, (long)step).Run();
        return true;
    }

    private static Slice Timed(Func<int> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var rows = work();
        return new Slice(rows, Stopwatch.GetElapsedTime(begun));
    }

    private static List<AccountId> Accounts(Statement statement)
    {
        var accounts = new List<AccountId>();
        while (statement.Step())
            accounts.Add(new AccountId(statement.Int64(0)));
        return accounts;
    }
}
