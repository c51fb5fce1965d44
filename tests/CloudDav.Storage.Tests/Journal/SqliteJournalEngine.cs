using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage.Tests.Journal;

public sealed class SqliteJournalEngine : JournalEngine
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-journal-")
        .FullName;
    private readonly string _file;
    private readonly SqliteDatabase _database;
    private readonly SqliteDatabase _other;

    public SqliteJournalEngine()
    {
        _file = Path.Combine(_folder, "metadata.db");
        Migrate();
        _database = new SqliteDatabase(_file);
        _other = new SqliteDatabase(_file);
    }

    public override IAuditLog Log => new SqliteAuditLog(_database);

    public override IAuditLog OtherLog => new SqliteAuditLog(_other);

    public override IOutbox Outbox => new SqliteOutbox(_database);

    public override IJobLeases Leases => new SqliteJobLeases(_database);

    public override IJobLeases OtherLeases => new SqliteJobLeases(_other);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public override async ValueTask<AccountId> AddAccountAsync() =>
        (
            await new SqliteAccountStore(_database).AddAccountAsync(
                new NewAccount { Name = "a", CapacityBytes = 1_000 },
                new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                Stop
            )
        )!.Id;

    public override async ValueTask AppendAsync(IReadOnlyList<AuditEntry> entries) =>
        await _database.WriteAsync(
            session =>
            {
                foreach (var entry in entries)
                    SqliteJournal.Append(session, entry);
                return true;
            },
            Stop
        );

    public override void Migrate() => SqliteDatabase.Migrate(_file);

    public override async ValueTask ExecuteAsync(string sql) =>
        await _database.WriteAsync(session => session.Connection.Execute(sql), Stop);

    public override async ValueTask<long> CountAsync(string sql) =>
        await _database.ReadAsync(session => session.Connection.ExecuteScalar<long>(sql), Stop);

    protected override void Dispose(bool isDisposing)
    {
        _database.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
