using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of the outbox. What changes an account's events takes its queue's row first, and reads only after that: a new event is never overlooked.</summary>
internal static class OutboxStatements
{
    private const string Columns = """
        o.account_id, o.number, o.event_id, o.type, o.occurred, o.data, o.secret, o.secret_until, o.state, o.attempts, o.last_try, o.last_error, o.settled
        """;

    private const string LockQueue = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @changed int;
        UPDATE dbo.event_queues SET last_number = event_queues.last_number WHERE account_id = @account;

        """;

    private const string SetDue = """

        SET @changed = @@ROWCOUNT;
        IF @changed > 0
          UPDATE dbo.event_queues SET due = CASE WHEN EXISTS (
            SELECT 1 FROM dbo.outbox AS w WHERE w.account_id = @account AND w.state = 0) THEN @due ELSE NULL END
          WHERE account_id = @account;
        SELECT @changed;
        """;

    public static readonly SqlServerStatement ListDue = new(
        $"""
        SELECT TOP (@limit) {Columns}
        FROM dbo.event_queues AS q
        JOIN dbo.outbox AS o ON o.account_id = q.account_id
          AND o.number = (SELECT MIN(w.number) FROM dbo.outbox AS w WHERE w.account_id = q.account_id AND w.state = 0)
        WHERE q.due IS NOT NULL AND q.due <= @now
        ORDER BY q.due;
        """,
        BigInt("@now"),
        Int("@limit")
    );

    public static readonly SqlServerStatement List = new(
        $"SELECT TOP (@limit) {Columns} FROM dbo.outbox AS o WHERE o.account_id = @account AND o.number > @after ORDER BY o.number;",
        BigInt("@account"),
        BigInt("@after"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListDead = new(
        $"""
        SELECT TOP (@limit) {Columns} FROM dbo.outbox AS o
        WHERE o.state = 2 AND o.account_id >= @account AND (o.account_id > @account OR o.number > @number)
        ORDER BY o.account_id, o.number;
        """,
        BigInt("@account"),
        BigInt("@number"),
        Int("@limit")
    );

    public static readonly SqlServerStatement Measure = new(
        """
        SELECT COUNT_BIG(*), MIN(o.occurred), (SELECT COUNT_BIG(*) FROM dbo.outbox AS d WHERE d.state = 2)
        FROM dbo.outbox AS o WHERE o.state = 0;
        """
    );

    public static readonly SqlServerStatement Settle = new(
        $"""
        {LockQueue}
        UPDATE dbo.outbox SET state = @state, settled = @now, last_try = @now, last_error = @reason, attempts = outbox.attempts + 1, secret = NULL
        WHERE account_id = @account AND number = @number AND state = 0;
        {SetDue}
        """,
        BigInt("@account"),
        BigInt("@number"),
        BigInt("@now"),
        TinyInt("@state"),
        Text("@reason", 400),
        BigInt("@due")
    );

    public static readonly SqlServerStatement Fail = new(
        $"""
        {LockQueue}
        UPDATE dbo.outbox SET attempts = outbox.attempts + 1, last_try = @now, last_error = @reason
        WHERE account_id = @account AND number = @number AND state = 0;
        {SetDue}
        """,
        BigInt("@account"),
        BigInt("@number"),
        BigInt("@now"),
        Text("@reason", 400),
        BigInt("@due")
    );

    public static readonly SqlServerStatement Revive = new(
        $"""
        {LockQueue}
        UPDATE dbo.outbox SET state = 0, attempts = 0, settled = NULL WHERE account_id = @account AND number = @number AND state = 2;
        {SetDue}
        """,
        BigInt("@account"),
        BigInt("@number"),
        BigInt("@due")
    );

    public static readonly SqlServerStatement Clean = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @old TABLE (account_id bigint NOT NULL, number bigint NOT NULL, PRIMARY KEY (account_id, number));
        UPDATE dbo.outbox SET secret = NULL WHERE secret_until IS NOT NULL AND secret_until <= @now AND secret IS NOT NULL;
        INSERT INTO @old (account_id, number)
        SELECT TOP (@limit) o.account_id, o.number FROM dbo.outbox AS o WHERE o.occurred < @before ORDER BY o.occurred, o.account_id, o.number;
        UPDATE q SET last_number = q.last_number
        FROM (SELECT DISTINCT d.account_id FROM @old AS d) AS a JOIN dbo.event_queues AS q ON q.account_id = a.account_id;
        DELETE o FROM @old AS d JOIN dbo.outbox AS o ON o.account_id = d.account_id AND o.number = d.number;
        UPDATE q SET due = NULL
        FROM (SELECT DISTINCT d.account_id FROM @old AS d) AS a JOIN dbo.event_queues AS q ON q.account_id = a.account_id
        WHERE NOT EXISTS (SELECT 1 FROM dbo.outbox AS w WHERE w.account_id = q.account_id AND w.state = 0);
        SELECT COUNT(*) FROM @old AS d;
        """,
        BigInt("@now"),
        BigInt("@before"),
        Int("@limit")
    );
}
