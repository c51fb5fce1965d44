using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The leases on SQL Server: who has one is decided by a single statement. Asked again after a lost answer, the holder is told that it has it.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerJobLeases(SqlServerDatabase database) : IJobLeases
{
    /// <inheritdoc/>
    public ValueTask<bool> TryTakeAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => HoldAsync(LeaseStatements.Take, job, holder, now, duration, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => HoldAsync(LeaseStatements.Renew, job, holder, now, duration, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> IsHeldAsync(
        string job,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ScalarAsync<int>(
                    LeaseStatements.IsHeld.With(job, now.ToUnixTimeMilliseconds())
                ),
            cancellationToken
        ) > 0;

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(
        string job,
        string holder,
        DateTimeOffset nextRun,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ExecuteAsync(
                    LeaseStatements.Release.With(job, holder, nextRun.ToUnixTimeMilliseconds())
                ),
            cancellationToken
        );

    private async ValueTask<bool> HoldAsync(
        SqlServerStatement statement,
        string job,
        string holder,
        DateTimeOffset now,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(
                    statement.With(
                        job,
                        holder,
                        now.ToUnixTimeMilliseconds(),
                        (now + duration).ToUnixTimeMilliseconds()
                    )
                );
                do
                {
                    if (await reader.ReadAsync(cancellationToken))
                        return true;
                } while (await reader.NextResultAsync(cancellationToken));
                return false;
            },
            cancellationToken
        );
}
