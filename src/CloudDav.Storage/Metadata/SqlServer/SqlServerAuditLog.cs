using System.Data.Common;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The hash chains on SQL Server.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerAuditLog(SqlServerDatabase database) : IAuditLog
{
    /// <inheritdoc/>
    public async ValueTask<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        JournalText.RequireObject(entry.Body);
        return await database.WriteAsync(
            session => SqlServerJournal.AppendAsync(session, entry),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask<AuditPage> ReadAsync(
        AuditChainId chain,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(
                    JournalStatements.Read.With(chain.Value, after, limit)
                );
                var records = await ReadAsync(reader, chain, cancellationToken);
                await reader.NextResultAsync(cancellationToken);
                return new AuditPage(
                    records,
                    await reader.ReadAsync(cancellationToken)
                        ? new AuditHead(chain, reader.GetInt64(0), reader.BytesOrNull(1)!)
                        : null
                );
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AuditRecord>> ListAsync(
        AuditChainId chain,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(
                    JournalStatements.List.With(chain.Value, before, limit)
                );
                return await ReadAsync(reader, chain, cancellationToken);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VisibleEntry>> ListVisibleAsync(
        AccountId account,
        DateTimeOffset now,
        string? acts,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync<IReadOnlyList<VisibleEntry>>(
            async session =>
            {
                var chain = AuditChainId.Of(account);
                await using var reader = await session.ReadAsync(
                    JournalStatements.ListVisible.With(
                        chain.Value,
                        now.ToUnixTimeMilliseconds(),
                        acts,
                        before,
                        limit
                    )
                );
                await reader.ReadAsync(cancellationToken);
                var first = reader.GetInt64(0);
                await reader.NextResultAsync(cancellationToken);
                var records = await ReadAsync(reader, chain, cancellationToken);
                return
                [
                    .. records.Select((record, i) => new VisibleEntry(first - i, record.Entry)),
                ];
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<AuditChainId?> FindNextChainAsync(
        AuditChainId after,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ScalarAsync<long?>(JournalStatements.FindNextChain.With(after.Value)),
            cancellationToken
        )
            is { } chain
            ? new AuditChainId(chain)
            : null;

    /// <inheritdoc/>
    public async ValueTask<AuditHead?> FindDestroyedAsync(
        AuditChainId chain,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(
                    JournalStatements.FindDestroyed.With(chain.Value)
                );
                return await reader.ReadAsync(cancellationToken)
                    ? new AuditHead(chain, reader.GetInt64(0), reader.BytesOrNull(1)!)
                    : null;
            },
            cancellationToken
        );

    private static async Task<List<AuditRecord>> ReadAsync(
        DbDataReader reader,
        AuditChainId chain,
        CancellationToken cancellationToken
    )
    {
        var records = new List<AuditRecord>();
        while (await reader.ReadAsync(cancellationToken))
            records.Add(
                new AuditRecord(
                    reader.GetInt64(0),
                    new AuditEntry
                    {
                        Chain = chain,
                        At = Milliseconds.Time(reader.GetInt64(1)),
                        Actor = reader.GetString(2),
                        Act = reader.GetString(3),
                        Subject = reader.TextOrNull(4),
                        Instruction = reader.TextOrNull(5),
                        Body = reader.GetString(6),
                        SealedUntil = Milliseconds.Time(reader.Int64OrNull(7)),
                        Unseals = reader.Int64OrNull(8),
                    },
                    reader.BytesOrNull(9)!,
                    reader.BytesOrNull(10)!
                )
            );
        return records;
    }
}
