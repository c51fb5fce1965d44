using CloudDav.Vault;
using Dapper;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>
/// A database of one test class's own on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names, dropped with it. Every test finds it empty. Without a server
/// there is none, and the tests are skipped.
/// </summary>
public sealed class SqlServerTestDatabase : IDisposable
{
    private static readonly string? s_server = Environment.GetEnvironmentVariable(
        "CLOUDDAV_TEST_SQLSERVER"
    );

    private readonly string _name = $"clouddav_{Guid.NewGuid():N}";

    public SqlServerTestDatabase()
        : this(isMigrated: true) { }

    internal SqlServerTestDatabase(bool isMigrated)
    {
        if (s_server is null)
            return;
        using (var connection = new SqlConnection(s_server))
            connection.Execute($"CREATE DATABASE {_name}");
        ConnectionString = new SqlConnectionStringBuilder(s_server)
        {
            InitialCatalog = _name,
            // A small pool: a test that makes many connections mostly waits for them, and one that takes two at a time shows.
            MaxPoolSize = 8,
            ConnectTimeout = 60,
        }.ToString();
        if (isMigrated)
            SqlServerDatabase.Migrate(ConnectionString);
    }

    public string ConnectionString { get; } = "";

    /// <summary>Skips the test that asks when there is no server.</summary>
    public static void Require() =>
        Assert.SkipWhen(s_server is null, "CLOUDDAV_TEST_SQLSERVER gives no server");

    /// <summary>An engine over the database, which is emptied. Skips the test that asks when there is no server.</summary>
    public SqlServerDatabase Open()
    {
        Require();
        using var connection = new SqlConnection(ConnectionString);
        connection.Open();
        var deletions = connection
            .Query<string>(
                """
                SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES
                WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT IN ('SchemaVersions', 'schemaversions', 'sequences', 'platform', 'lifecycle_state', 'care_state')
                """
            )
            .Select(table => $"DELETE FROM dbo.{table};");
        connection.Execute(string.Concat(deletions));
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
        return new SqlServerDatabase(ConnectionString, TimeProvider.System);
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
        if (s_server is null)
            return;
        using var connection = new SqlConnection(s_server);
        // A server may take a moment to see that the last connection to a database is closed.
        for (var failed = 0; ; failed++)
        {
            SqlConnection.ClearAllPools();
            try
            {
                connection.Execute($"DROP DATABASE {_name}");
                return;
            }
            catch (SqlException) when (failed < 20)
            {
                Thread.Sleep(100);
            }
        }
    }
}
