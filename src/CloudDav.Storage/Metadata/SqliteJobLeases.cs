using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The leases on SQLite: who has one is decided by a single statement.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteJobLeases(SqliteDatabase database) : IJobLeases
{
    /// <inheritdoc/>
    public ValueTask<bool> TryTakeAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => HoldAsync(LeaseSql.Take, job, holder, now, duration, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => HoldAsync(LeaseSql.Renew, job, holder, now, duration, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> IsHeldAsync(
        string job,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session[LeaseSql.IsHeld]
                    .Bind(1, job)
                    .Bind(2, now.ToUnixTimeMilliseconds())
                    .RunForInt64() != 0,
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(
        string job,
        string holder,
        DateTimeOffset nextRun,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session[LeaseSql.Release]
                    .Bind(1, job)
                    .Bind(2, holder)
                    .Bind(3, nextRun.ToUnixTimeMilliseconds())
                    .Run(),
            cancellationToken
        );

    private async ValueTask<bool> HoldAsync(
        string sql,
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                session[sql]
                    .Bind(1, job)
                    .Bind(2, holder)
                    .Bind(3, now.ToUnixTimeMilliseconds())
                    .Bind(4, (now + duration).ToUnixTimeMilliseconds())
                    .Run() > 0,
            cancellationToken
        );
}

/// <summary>Statements of the leases.</summary>
internal static class LeaseSql
{
    public const string Take = """
        INSERT INTO job_leases (job, holder, until, next_run) VALUES (?1, ?2, ?4, ?3)
        ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE job_leases.holder = excluded.holder OR (job_leases.until <= ?3 AND job_leases.next_run <= ?3)
        """;

    // One whose time is over is lost, even if nobody has taken it yet.
    public const string Renew =
        "UPDATE job_leases SET until = ?4 WHERE job = ?1 AND holder = ?2 AND until > ?3";

    public const string IsHeld =
        "SELECT EXISTS (SELECT 1 FROM job_leases WHERE job = ?1 AND holder IS NOT NULL AND until > ?2)";

    public const string Release =
        "UPDATE job_leases SET holder = NULL, until = 0, next_run = ?3 WHERE job = ?1 AND holder = ?2";
}
