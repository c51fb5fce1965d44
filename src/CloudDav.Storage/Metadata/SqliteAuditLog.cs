using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The hash chains on SQLite.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteAuditLog(SqliteDatabase database) : IAuditLog
{
    /// <inheritdoc/>
    public async ValueTask<long> AppendAsync(
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => SqliteJournal.Append(session, entry),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<AuditPage> ReadAsync(
        AuditChainId chain,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session => new AuditPage(
                AuditRows.Read(
                    session[AuditSql.Read].Bind(1, chain.Value).Bind(2, after).Bind(3, limit),
                    chain
                ),
                AuditRows.FindHead(session, chain)
            ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditRecord>> ListAsync(
        AuditChainId chain,
        long before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<AuditRecord>>(
            session =>
                AuditRows.Read(
                    session[AuditSql.List].Bind(1, chain.Value).Bind(2, before).Bind(3, limit),
                    chain
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VisibleEntry>> ListVisibleAsync(
        AccountId account,
        DateTimeOffset now,
        string? acts,
        long before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var chain = AuditChainId.Of(account);
        var nowMs = now.ToUnixTimeMilliseconds();
        return database.ReadAsync<IReadOnlyList<VisibleEntry>>(
            session =>
            {
                var all = session[AuditSql.CountVisible]
                    .Bind(1, chain.Value)
                    .Bind(2, nowMs)
                    .Bind(5, acts)
                    .RunForInt64();
                var first = Math.Min(all, before - 1);
                var records = AuditRows.Read(
                    session[AuditSql.ListVisible]
                        .Bind(1, chain.Value)
                        .Bind(2, nowMs)
                        .Bind(3, limit)
                        .Bind(4, all - first)
                        .Bind(5, acts),
                    chain
                );
                return
                [
                    .. records.Select((record, i) => new VisibleEntry(first - i, record.Entry)),
                ];
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask<AuditChainId?> FindNextChainAsync(
        AuditChainId after,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<AuditChainId?>(
            session =>
            {
                var statement = session[AuditSql.NextChain].Bind(1, after.Value);
                _ = statement.Step();
                var next = statement.NullableInt64(0);
                statement.Reset();
                return next is { } chain ? new AuditChainId(chain) : null;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<AuditHead?> FindDestroyedAsync(
        AuditChainId chain,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[DestructionSql.FindDestroyedHead].Bind(1, chain.Value);
                if (!statement.Step())
                    return null;
                var head = new AuditHead(chain, statement.Int64(0), statement.Bytes(1).ToArray());
                statement.Reset();
                return head;
            },
            cancellationToken
        );
}

/// <summary>Rows of the chains.</summary>
internal static class AuditRows
{
    public static AuditHead? FindHead(SqliteSession session, AuditChainId chain)
    {
        var statement = session[AuditSql.FindHead].Bind(1, chain.Value);
        if (!statement.Step())
            return null;
        var head = new AuditHead(chain, statement.Int64(0), statement.Bytes(1).ToArray());
        statement.Reset();
        return head;
    }

    public static List<AuditRecord> Read(Statement statement, AuditChainId chain)
    {
        var records = new List<AuditRecord>();
        while (statement.Step())
            records.Add(
                new AuditRecord(
                    statement.Int64(0),
                    new AuditEntry
                    {
                        Chain = chain,
                        At = DateTimeOffset.FromUnixTimeMilliseconds(statement.Int64(1)),
                        Actor = statement.Text(2),
                        Act = statement.Text(3),
                        Subject = statement.NullableText(4),
                        Instruction = statement.NullableText(5),
                        Body = statement.Text(6),
                        SealedUntil = statement.NullableInt64(7) is { } until
                            ? DateTimeOffset.FromUnixTimeMilliseconds(until)
                            : null,
                        Unseals = statement.NullableInt64(8),
                    },
                    statement.Bytes(9).ToArray(),
                    statement.Bytes(10).ToArray()
                )
            );
        return records;
    }
}

/// <summary>Statements of the chains.</summary>
internal static class AuditSql
{
    private const string Columns =
        "a.seq, a.at, a.actor, a.act, a.subject, a.instruction, a.body, a.sealed_until, a.unseals, a.prev_hash, a.hash";

    private const string IsVisible = """
        (a.sealed_until IS NULL OR a.sealed_until <= ?2
          OR EXISTS (SELECT 1 FROM audit u WHERE u.chain = a.chain AND u.unseals = a.seq AND u.unseals IS NOT NULL))
        AND (?5 IS NULL OR substr(a.act, 1, length(?5)) = ?5)
        """;

    public const string FindHead = "SELECT seq, hash FROM audit_heads WHERE chain = ?1";

    public const string HasBegun = "SELECT EXISTS (SELECT 1 FROM audit_heads WHERE chain = 0)";

    public const string SetHead = """
        INSERT INTO audit_heads (chain, seq, hash) VALUES (?1, ?2, ?3)
        ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
        """;

    public const string Insert = """
        INSERT INTO audit (chain, seq, at, actor, act, subject, instruction, body, sealed_until, unseals, prev_hash, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """;

    public const string Read =
        $"SELECT {Columns} FROM audit a WHERE a.chain = ?1 AND a.seq > ?2 ORDER BY a.seq LIMIT ?3";

    public const string List =
        $"SELECT {Columns} FROM audit a WHERE a.chain = ?1 AND a.seq < ?2 ORDER BY a.seq DESC LIMIT ?3";

    public const string CountVisible =
        $"SELECT COUNT(*) FROM audit a WHERE a.chain = ?1 AND {IsVisible}";

    public const string ListVisible = $"""
        SELECT {Columns} FROM audit a WHERE a.chain = ?1 AND {IsVisible}
        ORDER BY a.seq DESC LIMIT ?3 OFFSET ?4
        """;

    public const string NextAccount =
        "SELECT account_id FROM accounts WHERE account_id > ?1 ORDER BY account_id LIMIT 1";

    // A chain whose head was removed still has its entries, and one that was removed as a whole its account.
    public const string NextChain = """
        SELECT MIN(next) FROM (
          SELECT (SELECT h.chain FROM audit_heads h WHERE h.chain > ?1 ORDER BY h.chain LIMIT 1) AS next
          UNION ALL
          SELECT (SELECT a.chain FROM audit a WHERE a.chain > ?1 ORDER BY a.chain LIMIT 1)
          UNION ALL
          SELECT (SELECT p.account_id FROM accounts p WHERE p.account_id > ?1 ORDER BY p.account_id LIMIT 1)
        )
        """;
}
