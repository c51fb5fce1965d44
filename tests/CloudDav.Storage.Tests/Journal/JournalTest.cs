using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>A database with an account, and a second handle on its file as another process would have it.</summary>
public abstract class JournalTest : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-journal-")
        .FullName;

    protected JournalTest()
    {
        File = Path.Combine(_folder, "metadata.db");
        SqliteDatabase.Migrate(File);
        Database = new SqliteDatabase(File);
        Other = new SqliteDatabase(File);
        Log = new SqliteAuditLog(Database);
        Outbox = new SqliteOutbox(Database);
    }

    private protected static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected string File { get; }

    private protected SqliteDatabase Database { get; }

    private protected SqliteDatabase Other { get; }

    private protected SqliteAuditLog Log { get; }

    private protected SqliteOutbox Outbox { get; }

    public void Dispose()
    {
        Database.Dispose();
        Other.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<Actor> AddActorAsync(string name = "a")
    {
        var account = (
            await new SqliteAccountStore(Database).AddAccountAsync(
                new NewAccount { Name = name, CapacityBytes = 1_000 },
                Now,
                Stop
            )
        )!;
        return new Actor(account.Id, account.Name, account.Vault, null, null);
    }

    private protected Task ExecuteAsync(string sql) =>
        Database.WriteAsync(session => session.Connection.Execute(sql), Stop);

    private protected static AuditEntry Entry(AuditChainId chain, string act) =>
        new()
        {
            Chain = chain,
            At = Now,
            Actor = AuditActors.Owner,
            Act = act,
        };
}
