using CloudDav.Storage.Tests.Journal;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerJournalEngine(SqlServerTestDatabase server) : JournalEngine
{
    private readonly SqlServerDatabase _database = server.Open();
    private readonly SqlServerDatabase _other = new(server.Where, TimeProvider.System);

    public override IAuditLog Log => new SqlServerAuditLog(_database);

    public override IAuditLog OtherLog => new SqlServerAuditLog(_other);

    public override IOutbox Outbox => new SqlServerOutbox(_database);

    public override IJobLeases Leases => new SqlServerJobLeases(_database);

    public override IJobLeases OtherLeases => new SqlServerJobLeases(_other);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public override async ValueTask<AccountId> AddAccountAsync() =>
        (
            await server.AddActorAsync(
                _database,
                "a",
                1_000,
                new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)
            )
        ).Account;

    public override async ValueTask AppendAsync(IReadOnlyList<AuditEntry> entries) =>
        await _database.WriteAsync(
            async session =>
                await session.ExecuteAsync(
                    JournalStatements.Append.With(
                        await SqlServerJournal.LinkAsync(session, entries)
                    )
                ),
            Stop
        );

    public override void Migrate() => SqlServerDatabase.Migrate(server.Where);

    public override async ValueTask ExecuteAsync(string sql) => await server.ExecuteAsync(sql);

    public override async ValueTask<long> CountAsync(string sql) =>
        await server.ScalarAsync<long>(sql);

    protected override void Dispose(bool isDisposing)
    {
        _database.Dispose();
        _other.Dispose();
    }
}
