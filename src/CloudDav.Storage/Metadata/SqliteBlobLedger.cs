using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>The blob ledger on SQLite.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteBlobLedger(SqliteDatabase database) : IBlobLedger
{
    /// <inheritdoc/>
    public async ValueTask<int> CondemnExpiredAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var parameters = new { Now = now.ToUnixTimeMilliseconds() };
                session.Connection.Execute(LedgerSql.DropEndedHolds, parameters);
                return session.Connection.Execute(LedgerSql.CondemnExpired, parameters);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<BlobId>>(
            session =>
                [
                    .. session
                        .Connection.Query<byte[]>(
                            LedgerSql.ListCondemned,
                            new { Before = before.ToUnixTimeMilliseconds(), Limit = limit }
                        )
                        .Select(bytes => new BlobId(new Guid(bytes))),
                ],
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask MarkGoneAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                foreach (var blob in blobs)
                    session[LedgerSql.DeleteCondemned].Bind(1, blob.Value).Run();
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlySet<BlobId>> FindKnownAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlySet<BlobId>>(
            session =>
                blobs
                    .Where(blob =>
                        session[LedgerSql.IsKnown].Bind(1, blob.Value).RunForInt64() != 0
                    )
                    .ToHashSet(),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask CondemnUnknownAsync(
        IReadOnlyList<BlobId> blobs,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                foreach (var blob in blobs)
                    session[LedgerSql.CondemnUnknown]
                        .Bind(1, blob.Value)
                        .Bind(2, now.ToUnixTimeMilliseconds())
                        .Run();
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LedgerContent>> ListContentsAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<LedgerContent>>(
            session =>
            {
                var page = new List<LedgerContent>(limit);
                var statement = session[LedgerSql.ListContents]
                    .Bind(1, after.Content.Value)
                    .Bind(2, limit);
                while (statement.Step())
                    page.Add(
                        new LedgerContent(
                            new ContentId(statement.Int64(0)),
                            new VaultId(statement.Int64(1)),
                            statement.IsNull(2) ? null : new BlobId(new Guid(statement.Bytes(2))),
                            statement.NullableBytes(3),
                            statement.Int64(4),
                            statement.Bytes(5).ToArray(),
                            (uint)statement.Int64(6),
                            statement.NullableBytes(7)
                        )
                    );
                return page;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<LedgerBacklog> MeasureAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session =>
            {
                var staged = session[LedgerSql.CountStaged].RunForInt64();
                var statement = session[LedgerSql.CountCondemned];
                var backlog = new LedgerBacklog(staged, 0, null);
                while (statement.Step())
                    backlog = backlog with
                    {
                        Condemned = statement.Int64(0),
                        Oldest = statement.IsNull(1)
                            ? null
                            : DateTimeOffset.FromUnixTimeMilliseconds(statement.Int64(1)),
                    };
                return backlog;
            },
            cancellationToken
        );
}

/// <summary>Statements of the ledger.</summary>
internal static class LedgerSql
{
    public const string CondemnExpired =
        "UPDATE blobs SET state = 2, due = @Now WHERE state = 0 AND due < @Now AND state <> 1";

    // Ended holds are few: every upload under way has one, and ended ones go here.
    public const string DropEndedHolds = """
        DELETE FROM holds WHERE EXISTS (
          SELECT 1 FROM blobs b WHERE b.blob_id = holds.blob_id AND b.state = 0 AND b.due < @Now
        )
        """;

    public const string ListCondemned = """
        SELECT blob_id FROM blobs WHERE state = 2 AND due < @Before AND state <> 1 ORDER BY due LIMIT @Limit
        """;

    public const string DeleteCondemned = "DELETE FROM blobs WHERE blob_id = ?1 AND state = 2";

    public const string IsKnown = "SELECT EXISTS (SELECT 1 FROM blobs WHERE blob_id = ?1)";

    // Of no vault.
    public const string CondemnUnknown =
        "INSERT INTO blobs (blob_id, vault_id, state, due) VALUES (?1, 0, 2, ?2) ON CONFLICT (blob_id) DO NOTHING";

    public const string CountStaged = "SELECT COUNT(*) FROM blobs WHERE state = 0 AND state <> 1";

    public const string CountCondemned =
        "SELECT COUNT(*), MIN(due) FROM blobs WHERE state = 2 AND state <> 1";

    public const string ListContents = """
        SELECT c.content_id, c.vault_id, c.blob_id, i.bytes, c.size, c.sha256, c.crc32, c.wrapped_key
        FROM contents c LEFT JOIN inline_contents i ON i.content_id = c.content_id AND c.blob_id IS NULL
        WHERE c.content_id > ?1 AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = c.vault_id)
          AND (
            c.blob_id IS NOT NULL OR i.content_id IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM content_parts p WHERE p.vault_id = c.vault_id AND p.content_id = c.content_id)
          )
        ORDER BY c.content_id LIMIT ?2
        """;
}
