using System.Collections.Concurrent;
using CloudDav.Storage.Tests.SqlServer;
using CloudDav.Testing;
using CloudDav.Vault;
using Dapper;
using Microsoft.Data.SqlClient;

[assembly: AssemblyFixture(typeof(SqlServerTestDatabases))]

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>
/// A database on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names, of one class of tests after the other, or of one test. Whoever opens it finds it empty.
/// Without a server there is none, and the tests are skipped.
/// </summary>
public sealed class SqlServerTestDatabase : IDisposable
{
    // Every database has the same tables.
    private static string? s_deletions;

    private readonly TestSqlServer? _server;

    public SqlServerTestDatabase()
        : this(isMigrated: true) { }

    internal SqlServerTestDatabase(bool isMigrated)
    {
        if (!TestSqlServer.IsGiven)
            return;
        _server = isMigrated ? SqlServerTestDatabases.Take() : SqlServerTestDatabases.New();
    }

    public SqlServerConnection Where => new(ConnectionString);

    public string ConnectionString => _server!.ConnectionString;

    /// <summary>Skips the test that asks when there is no server.</summary>
    public static void Require() => Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);

    /// <summary>An engine over the database, which is emptied. Skips the test that asks when there is no server.</summary>
    public SqlServerDatabase Open()
    {
        Require();
        using var connection = new SqlConnection(ConnectionString);
        connection.Open();
        connection.Execute(s_deletions ??= ListDeletions(connection));
        connection.Execute(
            """
            UPDATE dbo.platform SET mode = 0, mode_ends = NULL, words = NULL, service_ends = NULL, service_end_recorded = NULL,
              service_closes_not_before = NULL, doors = N'{}';
            UPDATE dbo.lifecycle_state SET service_end = NULL, clock = NULL, stopped = NULL, allowed_until = NULL;
            UPDATE dbo.care_state SET pass_started = NULL, pass_vault = 0, pass_after = 0, pass_contents = 0, pass_bytes = 0, pass_unread = 0,
              last_started = NULL, last_scrub = NULL, last_restore_test = NULL;
            UPDATE dbo.sequences SET next = 1;
            """
        );
        SqlServerDatabase.BeginAuditAsync(connection).GetAwaiter().GetResult();
        return new SqlServerDatabase(Where, TimeProvider.System);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqlConnection(ConnectionString);
        await connection.ExecuteAsync(sql);
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new SqlConnection(ConnectionString);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    /// <summary>An account with a vault.</summary>
    public async Task<Actor> AddActorAsync(
        SqlServerDatabase database,
        string name,
        long? capacityBytes,
        DateTimeOffset now
    )
    {
        var vault = await new SqlServerMetadataStore(database).CreateVaultAsync(
            name,
            capacityBytes,
            caseInsensitive: true,
            now,
            TestContext.Current.CancellationToken
        );
        await ExecuteAsync(
            $"""
            INSERT INTO dbo.accounts (account_id, name, name_key, vault_id, credential_version, is_disabled, created, facts_version)
            VALUES ({vault.Value}, N'{name}', N'{name}-{vault.Value}', {vault.Value}, 1, 0, 0, 0)
            """
        );
        var account = new AccountId(vault.Value);
        await new SqlServerAuditLog(database).AppendAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = AuditActors.System,
                Act = AuditActs.AccountCreated,
            },
            TestContext.Current.CancellationToken
        );
        return new Actor(account, name, vault, null, null);
    }

    public void Dispose()
    {
        if (_server is not null)
            SqlServerTestDatabases.Give(_server);
    }

    private static string ListDeletions(SqlConnection connection) =>
        string.Concat(
            connection
                .Query<string>(
                    """
                    SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES
                    WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT IN ('SchemaVersions', 'schemaversions', 'sequences', 'platform', 'lifecycle_state', 'care_state')
                    """
                )
                .Select(table => $"DELETE FROM dbo.{table};")
        );
}

/// <summary>Databases that are used again, with the connections to them. All are dropped after the last test.</summary>
public sealed class SqlServerTestDatabases : IDisposable
{
    private static readonly ConcurrentBag<TestSqlServer> s_idle = [];

    internal static TestSqlServer New() => new();

    internal static TestSqlServer Take()
    {
        if (s_idle.TryTake(out var idle))
            return idle;
        var database = new TestSqlServer();
        SqlServerDatabase.Migrate(new SqlServerConnection(database.ConnectionString));
        return database;
    }

    internal static void Give(TestSqlServer database) => s_idle.Add(database);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (s_idle.TryTake(out var database))
            database.Dispose();
    }
}
