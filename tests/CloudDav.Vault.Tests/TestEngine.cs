using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using CloudDav.Storage;
using CloudDav.Storage.Tests.SqlServer;
using CloudDav.Vault.Tests;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace CloudDav.Vault.Tests;

/// <summary>
/// Where the metadata of a test is: in a file of its own, or for <c>CLOUDDAV_TEST_ENGINE=sqlserver</c> in a database on the server that
/// <c>CLOUDDAV_TEST_SQLSERVER</c> names.
/// </summary>
internal abstract class TestEngine : IDisposable
{
    private static bool IsServer =>
        Environment.GetEnvironmentVariable("CLOUDDAV_TEST_ENGINE") == "sqlserver";

    public required IAccountStore Accounts { get; init; }

    public required IContractStore Contracts { get; init; }

    public required IMetadataStore Metadata { get; init; }

    public required IBlobLedger Ledger { get; init; }

    public required IAuditLog Audit { get; init; }

    public required IOutbox Outbox { get; init; }

    public required ICareLog Care { get; init; }

    public required IDestructionStore Destructions { get; init; }

    /// <summary>An empty database.</summary>
    public static TestEngine Open(string file, TimeProvider time) =>
        IsServer ? OpenServer(time) : OpenFile(file, time);

    /// <summary>Skips a test that is about SQLite's file.</summary>
    public static void RequireFile() =>
        Assert.SkipWhen(IsServer, "it is about the file of the other engine");

    /// <summary>The trees as another process has them.</summary>
    public abstract (IMetadataStore Store, IDisposable Engine) OpenOther();

    /// <summary>Changes or asks something behind the engine's back.</summary>
    /// <returns>The first column of the first row.</returns>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public abstract void Dispose();

    protected abstract DbConnection Connect();

    private static FileEngine OpenFile(string file, TimeProvider time)
    {
        SqliteDatabase.Migrate(file);
        var database = new SqliteDatabase(file);
        return new FileEngine(file, database)
        {
            Accounts = new SqliteAccountStore(database),
            Contracts = new SqliteContractStore(database),
            Metadata = new SqliteMetadataStore(database),
            Ledger = new SqliteBlobLedger(database),
            Audit = new SqliteAuditLog(database),
            Outbox = new SqliteOutbox(database),
            Care = new SqliteCareLog(database),
            Destructions = new SqliteDestructionStore(database, time),
        };
    }

    private static ServerEngine OpenServer(TimeProvider time)
    {
        SqlServerTestDatabase.Require();
        var server = TestServers.Take();
        var database = server.Open();
        return new ServerEngine(server, database)
        {
            Accounts = new SqlServerAccountStore(database),
            Contracts = new SqlServerContractStore(database),
            Metadata = new SqlServerMetadataStore(database),
            Ledger = new SqlServerBlobLedger(database),
            Audit = new SqlServerAuditLog(database),
            Outbox = new SqlServerOutbox(database),
            Care = new SqlServerCareLog(database),
            Destructions = TestClock.Over(new SqlServerDestructionStore(database), time),
        };
    }

    private sealed class FileEngine(string file, SqliteDatabase database) : TestEngine
    {
        public override (IMetadataStore Store, IDisposable Engine) OpenOther()
        {
            var other = new SqliteDatabase(file);
            return (new SqliteMetadataStore(other), other);
        }

        public override void Dispose() => database.Dispose();

        protected override SqliteConnection Connect() => new($"Data Source={file};Pooling=False");
    }

    private sealed class ServerEngine(SqlServerTestDatabase server, SqlServerDatabase database)
        : TestEngine
    {
        public override (IMetadataStore Store, IDisposable Engine) OpenOther()
        {
            var other = new SqlServerDatabase(server.Where, TimeProvider.System);
            return (new SqlServerMetadataStore(other), other);
        }

        public override void Dispose()
        {
            database.Dispose();
            TestServers.Give(server);
        }

        protected override SqlConnection Connect() => new(server.ConnectionString);
    }
}

/// <summary>Databases that tests take one after the other; dropped after the last one.</summary>
public sealed class TestServers : IDisposable
{
    private static readonly ConcurrentBag<SqlServerTestDatabase> s_idle = [];

    internal static SqlServerTestDatabase Take() =>
        s_idle.TryTake(out var idle) ? idle : new SqlServerTestDatabase();

    internal static void Give(SqlServerTestDatabase database) => s_idle.Add(database);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var database in s_idle)
            database.Dispose();
    }
}

/// <summary>Lets destruction ask the test's clock where it would ask the server's.</summary>
public class TestClock : DispatchProxy
{
    private IDestructionStore? _store;
    private TimeProvider? _time;

    internal static IDestructionStore Over(IDestructionStore store, TimeProvider time)
    {
        var clocked = Create<IDestructionStore, TestClock>();
        ((TestClock)clocked)._store = store;
        ((TestClock)clocked)._time = time;
        return clocked;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IDestructionStore.ReadClockAsync)
            ? new ValueTask<DateTimeOffset>(_time!.GetUtcNow())
            : targetMethod.Invoke(_store, args);
}
