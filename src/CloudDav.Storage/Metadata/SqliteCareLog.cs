using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The marks of damaged contents on SQLite.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteCareLog(SqliteDatabase database) : ICareLog
{
    /// <inheritdoc/>
    public ValueTask<CareState> LoadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[CareSql.Load];
                _ = statement.Step();
                var state = CareRows.ReadState(statement);
                statement.Reset();
                return state;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask SavePassAsync(ScrubPass pass, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            session =>
                session[CareSql.SavePass]
                    .Bind(1, pass.Started.ToUnixTimeMilliseconds())
                    .Bind(2, pass.After.Vault.Value)
                    .Bind(3, pass.After.Content.Value)
                    .Bind(4, pass.Contents)
                    .Bind(5, pass.Bytes)
                    .Bind(6, pass.Unread)
                    .Run(),
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
            {
                var started = pass.Started.ToUnixTimeMilliseconds();
                session[CareSql.FinishPass]
                    .Bind(1, started)
                    .Bind(2, pass.Unread == 0 ? finished.ToUnixTimeMilliseconds() : null)
                    .Run();
                session[CareSql.EndPass].Bind(1, started).Run();
                return session[CareSql.DropGone].Run();
            },
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
            {
                var isKnown =
                    session[CareSql.IsMarked].Bind(1, content.Content.Value).RunForInt64() != 0;
                var marked = session[CareSql.Mark]
                    .Bind(1, content.Content.Value)
                    .Bind(2, now.ToUnixTimeMilliseconds())
                    .Bind(3, fault)
                    .Bind(4, content.Vault.Value)
                    .Run();
                return marked == 0 ? MarkOutcome.Gone
                    : isKnown ? MarkOutcome.Known
                    : MarkOutcome.New;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask ClearAsync(LedgerPlace content, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            session => session[CareSql.Clear].Bind(1, content.Content.Value).Run(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Damage>> ListDamagesAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<Damage>>(
            session =>
            {
                var page = new List<Damage>();
                var statement = session[CareSql.ListDamages]
                    .Bind(1, after.Content.Value)
                    .Bind(2, limit);
                while (statement.Step())
                    page.Add(CareRows.ReadDamage(statement));
                return page;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask RecordRestoreTestAsync(
        AuditEntry entry,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                session[CareSql.SetRestoreTest].Bind(1, entry.At.ToUnixTimeMilliseconds()).Run();
                return SqliteJournal.Append(session, entry);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<long> CountDamagesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session[CareSql.CountDamages].RunForInt64(),
            cancellationToken
        );
}

/// <summary>Statements of the care log.</summary>
internal static class CareSql
{
    public const string Load = """
        SELECT pass_started, pass_vault, pass_after, pass_contents, pass_bytes, pass_unread, last_started, last_scrub, last_restore_test
        FROM care_state WHERE state_id = 1
        """;

    public const string SavePass = """
        UPDATE care_state SET pass_started = ?1, pass_vault = ?2, pass_after = ?3, pass_contents = ?4, pass_bytes = ?5, pass_unread = ?6
        WHERE state_id = 1
        """;

    public const string FinishPass =
        "UPDATE care_state SET last_started = ?1, last_scrub = COALESCE(?2, last_scrub) WHERE state_id = 1";

    // One that somebody else is at goes on.
    public const string EndPass = """
        UPDATE care_state SET pass_started = NULL, pass_vault = 0, pass_after = 0, pass_contents = 0, pass_bytes = 0, pass_unread = 0
        WHERE state_id = 1 AND pass_started = ?1
        """;

    public const string SetRestoreTest =
        "UPDATE care_state SET last_restore_test = ?1 WHERE state_id = 1";

    public const string IsMarked = "SELECT EXISTS (SELECT 1 FROM damages WHERE content_id = ?1)";

    public const string Mark = """
        INSERT INTO damages (content_id, vault_id, found, seen, fault)
        SELECT c.content_id, c.vault_id, ?2, ?2, ?3 FROM contents c
        WHERE c.content_id = ?1 AND c.vault_id = ?4 AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = c.vault_id)
        ON CONFLICT (content_id) DO UPDATE SET seen = excluded.seen, fault = excluded.fault
        """;

    public const string Clear = "DELETE FROM damages WHERE content_id = ?1";

    public const string ListDamages = """
        SELECT m.content_id, m.vault_id, a.account_id, c.blob_id, m.found, m.seen, m.fault
        FROM damages m JOIN contents c ON c.content_id = m.content_id LEFT JOIN accounts a ON a.vault_id = m.vault_id
        WHERE m.content_id > ?1 ORDER BY m.content_id LIMIT ?2
        """;

    // Damaged contents are few.
    public const string CountDamages =
        "SELECT COUNT(*) FROM damages v WHERE EXISTS (SELECT 1 FROM contents c WHERE c.content_id = v.content_id)";

    public const string DropGone = """
        DELETE FROM damages WHERE content_id IN (
          SELECT v.content_id FROM damages v WHERE NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = v.content_id)
        )
        """;
}
