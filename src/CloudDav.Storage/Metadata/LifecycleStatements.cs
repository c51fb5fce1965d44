using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements about where accounts stand as time goes on, and about what is left of those that are destroyed.</summary>
internal static class LifecycleStatements
{
    public static readonly SharedStatement Find = new(
        """
        SELECT standing AS Standing, due AS Due, opened AS Opened, reminders AS Reminders, first_reminder AS FirstReminder, reminded AS Reminded,
          closed AS Closed
        FROM dbo.lifecycles WHERE account_id = @account;
        """,
        BigInt("@account")
    );

    public static readonly SharedStatement Save = new(
        """
        UPDATE dbo.lifecycles SET standing = @standing, due = @due, opened = @opened, reminders = @reminders, first_reminder = @first_reminder,
          reminded = @reminded, closed = @closed
        WHERE account_id = @account;
        INSERT INTO dbo.lifecycles (account_id, standing, due, opened, reminders, first_reminder, reminded, closed)
        SELECT @account, @standing, @due, @opened, @reminders, @first_reminder, @reminded, @closed
        WHERE NOT EXISTS (SELECT 1 FROM dbo.lifecycles WHERE account_id = @account);
        """,
        BigInt("@account"),
        TinyInt("@standing"),
        BigInt("@due"),
        BigInt("@opened"),
        TinyInt("@reminders"),
        BigInt("@first_reminder"),
        BigInt("@reminded"),
        BigInt("@closed")
    );

    public static readonly SharedStatement ListDue = SharedStatement.Page(
        "SELECT account_id FROM dbo.lifecycles WHERE due IS NOT NULL AND due <= @now ORDER BY due",
        BigInt("@now")
    );

    public static readonly SharedStatement ListAccounts = SharedStatement.Page(
        "SELECT account_id FROM dbo.accounts WHERE account_id > @after ORDER BY account_id",
        BigInt("@after")
    );

    public static readonly SharedStatement MarkDue = new(
        """
        UPDATE dbo.lifecycles SET due = 0 WHERE account_id > @after AND account_id <= @last;
        INSERT INTO dbo.lifecycles (account_id, due, reminders)
        SELECT a.account_id, 0, 0 FROM dbo.accounts AS a
        WHERE a.account_id > @after AND a.account_id <= @last
          AND NOT EXISTS (SELECT 1 FROM dbo.lifecycles AS l WHERE l.account_id = a.account_id);
        """,
        BigInt("@after"),
        BigInt("@last")
    );

    public static readonly SharedStatement ReopenWindow = new(
        "UPDATE dbo.accounts SET window_reopened = @now, facts_version = facts_version + 1 WHERE account_id = @account;",
        BigInt("@account"),
        BigInt("@now")
    );

    public static readonly SharedStatement FindSwept = new(
        "SELECT service_end FROM dbo.lifecycle_state WHERE state_id = 1;"
    );

    public static readonly SharedStatement MarkSwept = new(
        "UPDATE dbo.lifecycle_state SET service_end = @service_end WHERE state_id = 1;",
        Text("@service_end", 400)
    );

    /// <summary>How many waiting events of this number were never tried: none or one.</summary>
    public static readonly SharedStatement CountUntried = new(
        "SELECT COUNT(*) FROM dbo.outbox WHERE account_id = @account AND number = @number AND attempts = 0 AND state = 0;",
        BigInt("@account"),
        BigInt("@number")
    );

    public static readonly SharedStatement BeginDestruction = new(
        """
        INSERT INTO dbo.destructions (account_id, vault_id, cause, step, started, items, contents, bytes, list_hash, events_gone)
        VALUES (@account, @vault, @cause, @step, @started, 0, 0, 0, @list_hash, 0);
        """,
        BigInt("@account"),
        BigInt("@vault"),
        TinyInt("@cause"),
        TinyInt("@step"),
        BigInt("@started"),
        Bytes("@list_hash", 64)
    );

    public static readonly SharedStatement AllowDestruction = new(
        "UPDATE dbo.lifecycle_state SET stopped = NULL, allowed_until = @until WHERE state_id = 1;",
        BigInt("@until")
    );

    public static readonly SharedStatement ListDestructions = SharedStatement.Page(
        """
        SELECT account_id, vault_id, cause, step, started, key_destroyed, finished, items, contents, bytes, list_hash, audit_seq, audit_hash,
          backups_expire, keep_until
        FROM dbo.destructions WHERE account_id > @after ORDER BY account_id
        """,
        BigInt("@after")
    );

    public static readonly SharedStatement ListRetained = SharedStatement.Page(
        """
        SELECT r.account_id, r.owner_id, r.customer_ref, r.main_ref, r.option_code, r.option_version, r.started, r.ends, r.end_recorded,
          r.main_ends, r.main_end_recorded, d.keep_until
        FROM dbo.retained_contracts AS r LEFT JOIN dbo.destructions AS d ON d.account_id = r.account_id
        WHERE r.account_id > @after ORDER BY r.account_id
        """,
        BigInt("@after")
    );
}
