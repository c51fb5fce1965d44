namespace CloudDav.Storage;

/// <summary>Statements around the migrations.</summary>
internal static class MigrationStatements
{
    public static readonly SqlServerStatement TakeTurn = new(
        """
        DECLARE @result int;
        EXEC @result = sp_getapplock @Resource = N'CloudDav migration', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 300000;
        SELECT @result;
        """
    );

    /// <summary>Whether the operator's chain has begun.</summary>
    public static readonly SqlServerStatement HasBegun = new(
        "SELECT COUNT(*) FROM dbo.audit_heads AS h WHERE h.chain = 0;"
    );

    /// <summary>Readers see versions and wait for no writer. As text within the text: a database that has it on is not asked for it.</summary>
    public static readonly SqlServerStatement[] Settings =
    [
        new(
            """
            IF (SELECT d.is_read_committed_snapshot_on FROM sys.databases AS d WHERE d.name = DB_NAME()) = 0
              EXEC (N'ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE');
            """
        ),
        new(
            """
            IF (SELECT d.snapshot_isolation_state FROM sys.databases AS d WHERE d.name = DB_NAME()) = 0
              EXEC (N'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON');
            """
        ),
    ];
}
