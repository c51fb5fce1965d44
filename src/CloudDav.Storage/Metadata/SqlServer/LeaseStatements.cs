using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of the leases.</summary>
internal static class LeaseStatements
{
    private static readonly SqlServerParameter[] s_hold =
    [
        Text("@job", 200),
        Text("@holder", 200),
        BigInt("@now"),
        BigInt("@until"),
    ];

    /// <summary>Who comes second at a job that nobody ran before fails on its key and asks again.</summary>
    public static readonly SqlServerStatement Take = new(
        """
        SET NOCOUNT ON;
        UPDATE dbo.job_leases SET holder = @holder, until = @until
        OUTPUT inserted.job
        WHERE job = @job AND (holder = @holder OR (until <= @now AND next_run <= @now));
        IF @@ROWCOUNT = 0
          INSERT INTO dbo.job_leases (job, holder, until, next_run)
          OUTPUT inserted.job
          SELECT @job, @holder, @until, @now
          WHERE NOT EXISTS (SELECT 1 FROM dbo.job_leases AS l WHERE l.job = @job);
        """,
        s_hold
    );

    /// <summary>One whose time is over is lost, even if nobody has taken it yet.</summary>
    public static readonly SqlServerStatement Renew = new(
        """
        SET NOCOUNT ON;
        UPDATE dbo.job_leases SET until = @until
        OUTPUT inserted.job
        WHERE job = @job AND holder = @holder AND until > @now;
        """,
        s_hold
    );

    public static readonly SqlServerStatement IsHeld = new(
        "SELECT COUNT(*) FROM dbo.job_leases AS l WHERE l.job = @job AND l.holder IS NOT NULL AND l.until > @now;",
        Text("@job", 200),
        BigInt("@now")
    );

    public static readonly SqlServerStatement Release = new(
        "UPDATE dbo.job_leases SET holder = NULL, until = 0, next_run = @next_run WHERE job = @job AND holder = @holder;",
        Text("@job", 200),
        Text("@holder", 200),
        BigInt("@next_run")
    );
}
