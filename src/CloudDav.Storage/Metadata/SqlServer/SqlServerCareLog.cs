using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The marks of damaged contents on SQL Server.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerCareLog(SqlServerDatabase database) : ICareLog
{
    /// <inheritdoc/>
    public async ValueTask<CareState> LoadAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            session =>
                session.FirstAsync(
                    CareStatements.Load.With(),
                    CareRows.ReadState,
                    cancellationToken
                ),
            cancellationToken
        ) ?? throw new InvalidOperationException("The row of the care log is missing.");

    /// <inheritdoc/>
    public async ValueTask SavePassAsync(ScrubPass pass, CancellationToken cancellationToken) =>
        await database.RunAsync(
            session =>
                session.ExecuteAsync(
                    CareStatements.SavePass.With(
                        pass.Started.ToUnixTimeMilliseconds(),
                        pass.After.Vault.Value,
                        pass.After.Content.Value,
                        pass.Contents,
                        pass.Bytes,
                        pass.Unread
                    )
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask FinishPassAsync(
        ScrubPass pass,
        DateTimeOffset finished,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session.ExecuteAsync(
                    CareStatements.FinishPass.With(
                        pass.Started.ToUnixTimeMilliseconds(),
                        pass.Unread == 0 ? finished.ToUnixTimeMilliseconds() : null
                    )
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<MarkOutcome> MarkAsync(
        LedgerPlace content,
        string fault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session.ScalarAsync<int>(
                    CareStatements.Mark.With(
                        content.Vault.Value,
                        content.Content.Value,
                        now.ToUnixTimeMilliseconds(),
                        fault
                    )
                ),
            cancellationToken
        ) switch
        {
            0 => MarkOutcome.Gone,
            1 => MarkOutcome.New,
            _ => MarkOutcome.Known,
        };

    /// <inheritdoc/>
    public async ValueTask ClearAsync(LedgerPlace content, CancellationToken cancellationToken) =>
        await database.RunAsync(
            session =>
                session.ExecuteAsync(
                    CareStatements.Clear.With(content.Vault.Value, content.Content.Value)
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Damage>> ListDamagesAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ListAsync(
                    CareStatements.ListDamages.With(after.Vault.Value, after.Content.Value, limit),
                    CareRows.ReadDamage,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask RecordRestoreTestAsync(
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    CareStatements.SetRestoreTest.With(entry.At.ToUnixTimeMilliseconds())
                );
                return await SqlServerJournal.AppendAsync(session, entry);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<long> CountDamagesAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            session => session.ScalarAsync<long>(CareStatements.CountDamages.With()),
            cancellationToken
        );
}
