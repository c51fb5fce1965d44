using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of chains and events.</summary>
internal static class JournalStatements
{
    /// <summary>Links entries into their chains. Who appended meanwhile makes the command be decided again.</summary>
    internal const string AppendAudit = """
        INSERT INTO dbo.audit (chain, seq, at, actor, act, subject, instruction, body, sealed_until, unseals, prev_hash, hash)
        SELECT a.chain, a.seq, a.at, a.actor, a.act, a.subject, a.instruction, a.body, a.sealed_until, a.unseals, a.prev_hash, a.hash FROM @audit AS a;
        INSERT INTO dbo.audit_heads (chain, seq, hash)
        SELECT a.chain, 0, a.prev_hash FROM @audit AS a WHERE a.seq = 1;
        UPDATE h SET seq = a.seq, hash = a.hash
        FROM @audit AS f
        JOIN @audit AS a ON a.chain = f.chain
        JOIN dbo.audit_heads AS h ON h.chain = f.chain
        WHERE h.seq = f.seq - 1 AND h.hash = f.prev_hash
          AND NOT EXISTS (SELECT 1 FROM @audit AS e WHERE e.chain = f.chain AND e.seq < f.seq)
          AND NOT EXISTS (SELECT 1 FROM @audit AS e WHERE e.chain = a.chain AND e.seq > a.seq);
        IF @@ROWCOUNT <> (SELECT COUNT(DISTINCT a.chain) FROM @audit AS a) THROW 50001, N'The chain was continued meanwhile.', 1;
        """;

    /// <summary>Puts events at the ends of their accounts' queues; behind one that waits already, a new one does not move the queue's time.</summary>
    internal const string AppendEvents = """
        INSERT INTO dbo.event_queues (account_id, last_number, due)
        SELECT DISTINCT e.account_id, 0, NULL FROM @events AS e
        WHERE NOT EXISTS (SELECT 1 FROM dbo.event_queues AS q WHERE q.account_id = e.account_id);
        UPDATE q SET last_number = q.last_number + e.added, due = ISNULL(q.due, e.occurred)
        FROM (SELECT n.account_id, COUNT(*) AS added, MIN(n.occurred) AS occurred FROM @events AS n GROUP BY n.account_id) AS e
        JOIN dbo.event_queues AS q ON q.account_id = e.account_id;
        INSERT INTO dbo.outbox (account_id, number, event_id, type, occurred, data, secret, secret_until, state, attempts)
        SELECT e.account_id, q.last_number + 1 - ROW_NUMBER() OVER (PARTITION BY e.account_id ORDER BY e.ordinal DESC), e.event_id, e.type, e.occurred,
          e.data, e.secret, e.secret_until, 0, 0
        FROM @events AS e JOIN dbo.event_queues AS q ON q.account_id = e.account_id;
        """;

    private const string Heads = """
        SELECT w.id FROM @chains AS w JOIN dbo.destructions AS d ON d.account_id = w.id WHERE d.step > 4;
        SELECT h.chain, h.seq, h.hash FROM @chains AS w JOIN dbo.audit_heads AS h ON h.chain = w.id ORDER BY h.chain;
        """;

    /// <summary>Chains that were destroyed; then the last links of the others.</summary>
    public static readonly SqlServerStatement FindHeads = new(
        $"SET NOCOUNT ON;\n{Heads}",
        Table("@chains", "dbo.id_list")
    );

    /// <summary>The same for who is in a transaction: it waits for the chains' other writers, and keeps the last links to itself until its end.</summary>
    public static readonly SqlServerStatement LockHeads = new(
        $"""
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        UPDATE h SET seq = h.seq FROM @chains AS w JOIN dbo.audit_heads AS h ON h.chain = w.id;
        {Heads}
        """,
        Table("@chains", "dbo.id_list")
    );

    public static readonly SqlServerStatement Append = new(
        $"SET NOCOUNT ON;\nSET XACT_ABORT ON;\n{AppendAudit}",
        Table("@audit", "dbo.new_audit")
    );

    public static readonly SqlServerStatement AddEvents = new(
        $"SET NOCOUNT ON;\nSET XACT_ABORT ON;\n{AppendEvents}",
        Table("@events", "dbo.new_events")
    );

    private const string AuditColumns = """
        a.seq, a.at, a.actor, a.act, a.subject, a.instruction, a.body, a.sealed_until, a.unseals, a.prev_hash, a.hash
        """;

    private const string IsVisible = """
        (a.sealed_until IS NULL OR a.sealed_until <= @now
          OR EXISTS (SELECT 1 FROM dbo.audit AS u WHERE u.chain = a.chain AND u.unseals = a.seq AND u.unseals IS NOT NULL))
        AND (@acts IS NULL OR LEFT(a.act, LEN(@acts)) = @acts)
        """;

    /// <summary>Entries and the head of their chain, from one snapshot.</summary>
    public static readonly SqlServerStatement Read = new(
        $"""
        {EngineStatements.BeginSnapshot}
        SELECT TOP (@limit) {AuditColumns} FROM dbo.audit AS a WHERE a.chain = @chain AND a.seq > @after ORDER BY a.seq;
        SELECT h.seq, h.hash FROM dbo.audit_heads AS h WHERE h.chain = @chain;
        {EngineStatements.EndSnapshot}
        """,
        BigInt("@chain"),
        BigInt("@after"),
        Int("@limit")
    );

    public static readonly SqlServerStatement List = new(
        $"SELECT TOP (@limit) {AuditColumns} FROM dbo.audit AS a WHERE a.chain = @chain AND a.seq < @before ORDER BY a.seq DESC;",
        BigInt("@chain"),
        BigInt("@before"),
        Int("@limit")
    );

    /// <summary>Numbered by what the customer sees, so that what is sealed leaves no gap: the first number of the page, then the page.</summary>
    public static readonly SqlServerStatement ListVisible = new(
        $"""
        {EngineStatements.BeginSnapshot}
        DECLARE @all bigint;
        DECLARE @first bigint;
        SELECT @all = COUNT_BIG(*) FROM dbo.audit AS a WHERE a.chain = @chain AND {IsVisible};
        SET @first = CASE WHEN @before - 1 < @all THEN @before - 1 ELSE @all END;
        SELECT @first;
        SELECT {AuditColumns} FROM dbo.audit AS a WHERE a.chain = @chain AND {IsVisible}
        ORDER BY a.seq DESC OFFSET (@all - @first) ROWS FETCH NEXT @limit ROWS ONLY;
        {EngineStatements.EndSnapshot}
        """,
        BigInt("@chain"),
        BigInt("@now"),
        Text("@acts", 400),
        BigInt("@before"),
        Int("@limit")
    );

    /// <summary>A chain whose head was removed still has its entries, and one that was removed as a whole its account.</summary>
    public static readonly SqlServerStatement FindNextChain = new(
        """
        SELECT MIN(s.chain) FROM (
          SELECT MIN(h.chain) AS chain FROM dbo.audit_heads AS h WHERE h.chain > @after
          UNION ALL
          SELECT MIN(a.chain) FROM dbo.audit AS a WHERE a.chain > @after
          UNION ALL
          SELECT MIN(p.account_id) FROM dbo.accounts AS p WHERE p.account_id > @after
        ) AS s;
        """,
        BigInt("@after")
    );

    public static readonly SqlServerStatement FindDestroyed = new(
        "SELECT d.audit_seq, d.audit_hash FROM dbo.destructions AS d WHERE d.account_id = @chain AND d.audit_hash IS NOT NULL;",
        BigInt("@chain")
    );
}
