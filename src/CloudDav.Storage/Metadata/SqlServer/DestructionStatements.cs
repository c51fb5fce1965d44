using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>
/// Statements of destruction. What removes a vault's rows takes the vault's turn first and moves it on: a command that was decided before is decided again, and
/// refused.
/// </summary>
internal static class DestructionStatements
{
    internal const string Columns = """
        d.account_id, d.vault_id, d.cause, d.step, d.started, d.key_destroyed, d.finished, d.items, d.contents, d.bytes, d.list_hash, d.audit_seq,
          d.audit_hash, d.backups_expire, d.keep_until
        """;

    private const string On = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;

        """;

    private const string TakeTurn =
        "UPDATE dbo.vaults SET write_seq = vaults.write_seq + 1 WHERE vault_id = @vault;";

    public static readonly SqlServerStatement ReadClock = new(
        "SELECT DATEDIFF_BIG(millisecond, CAST('19700101' AS datetime2(3)), SYSUTCDATETIME());"
    );

    public static readonly SqlServerStatement LoadState = new(
        "SELECT s.clock, s.stopped, s.allowed_until FROM dbo.lifecycle_state AS s WHERE s.state_id = 1;"
    );

    public static readonly SqlServerStatement SaveClock = new(
        """
        UPDATE dbo.lifecycle_state SET
          clock = @clock, stopped = CASE WHEN @has_jumped = 1 THEN ISNULL(lifecycle_state.stopped, @clock) ELSE lifecycle_state.stopped END
        WHERE state_id = 1;
        """,
        BigInt("@clock"),
        Bit("@has_jumped")
    );

    public static readonly SqlServerStatement CountAccounts = new(
        "SELECT COUNT_BIG(*) FROM dbo.lifecycles AS l;"
    );

    public static readonly SqlServerStatement ListClosed = new(
        """
        SELECT TOP (@limit) l.account_id FROM dbo.lifecycles AS l WHERE l.closed IS NOT NULL AND l.account_id > @after ORDER BY l.account_id;
        """,
        BigInt("@after"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListVaults = new(
        """
        SELECT TOP (@limit) a.account_id, a.vault_id FROM dbo.accounts AS a
        WHERE a.account_id > @after AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.account_id = a.account_id)
        ORDER BY a.account_id;
        """,
        BigInt("@after"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListRunning = new(
        $"SELECT {Columns} FROM dbo.destructions AS d WHERE d.finished IS NULL ORDER BY d.account_id;"
    );

    public static readonly SqlServerStatement Find = new(
        $"SELECT {Columns} FROM dbo.destructions AS d WHERE d.account_id = @account;",
        BigInt("@account")
    );

    public static readonly SqlServerStatement MarkKeyDestroyed = new(
        "UPDATE dbo.destructions SET step = 2, key_destroyed = @now WHERE account_id = @account AND step = 1;",
        BigInt("@account"),
        BigInt("@now")
    );

    /// <summary>The hash over what is destroyed already; then the next contents.</summary>
    public static readonly SqlServerStatement ListContents = new(
        $"""
        {On}
        {TakeTurn}
        SELECT d.list_hash FROM dbo.destructions AS d WHERE d.account_id = @account;
        SELECT TOP (@limit) c.content_id,
          CASE WHEN EXISTS (SELECT 1 FROM dbo.content_parts AS p WHERE p.vault_id = @vault AND p.content_id = c.content_id) THEN 0 ELSE c.size END,
          c.sha256
        FROM dbo.contents AS c WHERE c.vault_id = @vault ORDER BY c.content_id;
        """,
        BigInt("@account"),
        BigInt("@vault"),
        Int("@limit")
    );

    /// <summary>Removes the contents up to one, whose turn is taken, and counts them into the record.</summary>
    public static readonly SqlServerStatement DeleteContents = new(
        $"""
        {On}
        UPDATE b SET state = 2, due = @now FROM dbo.contents AS c
        JOIN dbo.blobs AS b ON b.vault_id = @vault AND b.blob_id = c.blob_id
        WHERE c.vault_id = @vault AND c.content_id <= @last AND c.blob_id IS NOT NULL;
        DELETE FROM dbo.inline_contents WHERE vault_id = @vault AND content_id <= @last;
        DELETE FROM dbo.contents WHERE vault_id = @vault AND content_id <= @last;
        UPDATE dbo.destructions SET contents = destructions.contents + @contents, bytes = destructions.bytes + @bytes, list_hash = @hash
        WHERE account_id = @account;
        """,
        BigInt("@account"),
        BigInt("@vault"),
        BigInt("@last"),
        BigInt("@contents"),
        BigInt("@bytes"),
        Bytes("@hash", 64),
        BigInt("@now")
    );

    /// <summary>Of uploads that never came to an end.</summary>
    public static readonly SqlServerStatement CondemnStaged = new(
        "UPDATE dbo.blobs SET state = 2, due = @now WHERE vault_id = @vault AND state = 0;",
        BigInt("@vault"),
        BigInt("@now")
    );

    public static readonly SqlServerStatement ListCondemned = new(
        "SELECT TOP (@limit) b.blob_id FROM dbo.blobs AS b WHERE b.vault_id = @vault AND b.state = 2 ORDER BY b.blob_id;",
        BigInt("@vault"),
        Int("@limit")
    );

    public static readonly SqlServerStatement MarkContentsGone = new(
        "UPDATE dbo.destructions SET step = 3 WHERE account_id = @account AND step = 2;",
        BigInt("@account")
    );

    /// <summary>
    /// Removes so many rows, those first that hang on others. When none is left, the vault itself goes and the next step is on. Root and trash are nobody's
    /// files or folders.
    /// </summary>
    public static readonly SqlServerStatement RemoveTree = new(
        $"""
        {On}
        DECLARE @removed int;
        DECLARE @nodes int;
        {TakeTurn}
        DELETE TOP (@limit) FROM dbo.damages WHERE vault_id = @vault;
        SET @removed = @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.locks WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.share_uses WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.shares WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.share_members WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.mounts WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.protected_nodes WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.favorites WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.holds WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.content_parts WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.previews WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.media WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.upload_parts WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.uploads WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.node_properties WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.content_refs WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.node_history WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.nodes WHERE vault_id = @vault;
        SET @nodes = @@ROWCOUNT;
        SET @removed = @removed + @nodes;
        DELETE TOP (@limit - @removed) FROM dbo.dirs WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        DELETE TOP (@limit - @removed) FROM dbo.applied_commands WHERE vault_id = @vault;
        SET @removed = @removed + @@ROWCOUNT;
        UPDATE dbo.destructions SET items = destructions.items + @nodes WHERE account_id = @account AND step = 3;
        IF @removed = 0
        BEGIN
          DELETE FROM dbo.vaults WHERE vault_id = @vault;
          UPDATE dbo.destructions SET items = destructions.items - 2, step = 4 WHERE account_id = @account AND step = 3;
        END;
        SELECT @removed;
        """,
        BigInt("@account"),
        BigInt("@vault"),
        Int("@limit")
    );

    /// <summary>What the account is known by; then its devices. One that was revoked is told nothing more than that it is.</summary>
    public static readonly SqlServerStatement FindNames = new(
        """
        SET NOCOUNT ON;
        SELECT a.name_key, a.external_subject, a.password_hash FROM dbo.accounts AS a WHERE a.account_id = @account;
        SELECT v.selector, v.secret_hash FROM dbo.devices AS v WHERE v.account_id = @account AND v.revoked IS NULL ORDER BY v.device_id;
        """,
        BigInt("@account")
    );

    public static readonly SqlServerStatement KeepNames = new(
        $"""
        {On}
        UPDATE c SET password = NULLIF(n.password, ''), until = @until FROM @names AS n JOIN dbo.closed_names AS c ON c.mac = n.mac;
        INSERT INTO dbo.closed_names (mac, password, until)
        SELECT n.mac, NULLIF(n.password, ''), @until FROM @names AS n
        WHERE NOT EXISTS (SELECT 1 FROM dbo.closed_names AS c WHERE c.mac = n.mac);
        """,
        Table("@names", "dbo.kept_names"),
        BigInt("@until")
    );

    /// <summary>What the law obliges to keep is kept, all else that hangs on the account goes, and the head of its chain, which nobody continues meanwhile, goes into the record.</summary>
    public static readonly SqlServerStatement RemoveAccount = new(
        $"""
        {On}
        UPDATE dbo.audit_heads SET seq = audit_heads.seq WHERE chain = @account;
        INSERT INTO dbo.retained_contracts (
          account_id, customer_ref, main_ref, option_code, option_version, started, ends, end_recorded, main_ends, main_end_recorded)
        SELECT c.account_id, c.customer_ref, c.main_ref, c.option_code, c.option_version, c.started, c.ends, c.end_recorded, c.main_ends, c.main_end_recorded
        FROM dbo.contracts AS c WHERE c.account_id = @account;
        INSERT INTO dbo.retained_contracts (account_id, owner_id, customer_ref, started, ends, end_recorded)
        SELECT m.account_id, m.owner_id, c.customer_ref, m.added, m.left_at, m.left_recorded
        FROM dbo.household_members AS m LEFT JOIN dbo.contracts AS c ON c.account_id = m.owner_id
        WHERE m.account_id = @account;
        DELETE FROM dbo.devices WHERE account_id = @account;
        DELETE FROM dbo.terms_acceptances WHERE account_id = @account;
        DELETE FROM dbo.sign_ins WHERE account_id = @account;
        DELETE FROM dbo.take_back_credentials WHERE account_id = @account;
        DELETE FROM dbo.sessions WHERE account_id = @account;
        DELETE FROM dbo.second_factors WHERE account_id = @account;
        DELETE FROM dbo.recovery_codes WHERE account_id = @account;
        DELETE FROM dbo.login_flows WHERE account_id = @account AND account_id IS NOT NULL;
        DELETE FROM dbo.media_addresses WHERE account_id = @account;
        DELETE FROM dbo.tv_pairings WHERE account_id = @account AND account_id IS NOT NULL;
        DELETE FROM dbo.measures WHERE account_id = @account AND account_id IS NOT NULL;
        DELETE FROM dbo.contracts WHERE account_id = @account;
        DELETE FROM dbo.household_members WHERE account_id = @account;
        DELETE FROM dbo.lifecycles WHERE account_id = @account;
        DELETE FROM dbo.favorites WHERE account_id = @account;
        DELETE FROM dbo.accounts WHERE account_id = @account;
        UPDATE d SET step = 5, audit_seq = h.seq, audit_hash = h.hash
        FROM dbo.destructions AS d LEFT JOIN dbo.audit_heads AS h ON h.chain = d.account_id
        WHERE d.account_id = @account AND d.step = 4;
        """,
        BigInt("@account")
    );

    /// <summary>The newest first: what is left is the beginning of a chain whose head the record has.</summary>
    public static readonly SqlServerStatement RemoveAudit = new(
        $"""
        {On}
        DECLARE @from bigint;
        DECLARE @removed int;
        SELECT @from = MIN(s.seq) FROM (SELECT TOP (@limit) a.seq FROM dbo.audit AS a WHERE a.chain = @account ORDER BY a.seq DESC) AS s;
        DELETE FROM dbo.audit WHERE chain = @account AND seq >= @from;
        SET @removed = @@ROWCOUNT;
        IF @removed = 0
          UPDATE dbo.destructions SET step = 6 WHERE account_id = @account AND step = 5;
        SELECT @removed;
        """,
        BigInt("@account"),
        Int("@limit")
    );

    public static readonly SqlServerStatement Finish = new(
        """
        SET NOCOUNT ON;
        UPDATE dbo.destructions SET step = 7, finished = @finished, backups_expire = @backups_expire, keep_until = @keep_until
        WHERE account_id = @account AND finished IS NULL;
        SELECT @@ROWCOUNT;
        """,
        BigInt("@account"),
        BigInt("@finished"),
        BigInt("@backups_expire"),
        BigInt("@keep_until")
    );

    public static readonly SqlServerStatement ListTold = new(
        """
        SELECT TOP (@limit) d.account_id FROM dbo.destructions AS d
        WHERE d.finished IS NOT NULL AND d.events_gone = 0
          AND NOT EXISTS (SELECT 1 FROM dbo.outbox AS w WHERE w.account_id = d.account_id AND w.state = 0)
        ORDER BY d.account_id;
        """,
        Int("@limit")
    );

    /// <summary>Takes the queue's row first, as whoever adds an event does. The queue goes when it is empty.</summary>
    public static readonly SqlServerStatement RemoveEvents = new(
        $"""
        {On}
        DECLARE @removed int;
        UPDATE dbo.event_queues SET last_number = event_queues.last_number WHERE account_id = @account;
        DELETE TOP (@limit) FROM dbo.outbox WHERE account_id = @account AND state <> 0;
        SET @removed = @@ROWCOUNT;
        IF @removed < @limit AND NOT EXISTS (SELECT 1 FROM dbo.outbox AS w WHERE w.account_id = @account)
        BEGIN
          DELETE FROM dbo.event_queues WHERE account_id = @account;
          SET @removed = @removed + @@ROWCOUNT;
          UPDATE dbo.destructions SET events_gone = 1 WHERE account_id = @account;
        END;
        SELECT @removed;
        """,
        BigInt("@account"),
        Int("@limit")
    );

    public static readonly SqlServerStatement DeleteClosedNames = new(
        """
        SET NOCOUNT ON;
        DELETE TOP (@limit) FROM dbo.closed_names WHERE until <= @now;
        SELECT @@ROWCOUNT;
        """,
        BigInt("@now"),
        Int("@limit")
    );

    public static readonly SqlServerStatement DeleteCommands = new(
        """
        SET NOCOUNT ON;
        DELETE TOP (@limit) FROM dbo.commands WHERE done < @before;
        SELECT @@ROWCOUNT;
        """,
        BigInt("@before"),
        Int("@limit")
    );

    /// <summary>Removes records that have outlived their time, with all that was kept beside them.</summary>
    public static readonly SqlServerStatement RemoveOutlived = new(
        $"""
        {On}
        DECLARE @old TABLE (account_id bigint NOT NULL PRIMARY KEY);
        INSERT INTO @old (account_id)
        SELECT TOP (@limit) d.account_id FROM dbo.destructions AS d
        WHERE d.keep_until IS NOT NULL AND d.keep_until <= @now ORDER BY d.keep_until, d.account_id;
        DELETE r FROM @old AS o JOIN dbo.retained_contracts AS r ON r.account_id = o.account_id;
        DELETE r FROM @old AS o JOIN dbo.register_entries AS r ON r.account_id = o.account_id WHERE r.account_id IS NOT NULL;
        DELETE h FROM @old AS o JOIN dbo.audit_heads AS h ON h.chain = o.account_id;
        DELETE d FROM @old AS o JOIN dbo.destructions AS d ON d.account_id = o.account_id;
        SELECT COUNT(*) FROM @old AS o;
        """,
        BigInt("@now"),
        Int("@limit")
    );
}
