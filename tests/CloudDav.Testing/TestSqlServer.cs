using System.Data;
using Microsoft.Data.SqlClient;

namespace CloudDav.Testing;

/// <summary>A new database on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names, dropped at the end.</summary>
public sealed class TestSqlServer : IDisposable
{
    /// <summary>
    /// How many connections a pool has. The server may share a small machine with the tests, and may have to learn each statement anew on each connection: a few
    /// that are used often are faster there than many, and something that takes two at a time shows.
    /// </summary>
    public const int Connections = 4;

    /// <summary>How long connecting, and waiting for a connection of the pool, may take there, in seconds.</summary>
    public const int ConnectSeconds = 120;

    /// <summary>How long a statement may take there, in seconds.</summary>
    public const int CommandSeconds = 120;

    private static readonly string? s_server = Environment.GetEnvironmentVariable(
        "CLOUDDAV_TEST_SQLSERVER"
    );

    // Written by the migrations.
    private const string Journal = "SchemaVersions";

    /// <summary>Makes it.</summary>
    public TestSqlServer()
    {
        Execute($"CREATE DATABASE {Name}");
        ConnectionString = new SqlConnectionStringBuilder(s_server)
        {
            InitialCatalog = Name,
            MaxPoolSize = Connections,
            ConnectTimeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
        }.ToString();
    }

    /// <summary>Whether there is a server.</summary>
    public static bool IsGiven => s_server is not null;

    /// <summary>Whether everything is to run on it that can run on any engine (<c>CLOUDDAV_TEST_ENGINE=sqlserver</c>).</summary>
    public static bool IsEngine =>
        Environment.GetEnvironmentVariable("CLOUDDAV_TEST_ENGINE") == "sqlserver";

    /// <summary>Why a test is skipped then.</summary>
    public const string AboutFile = "it is about the file of the other engine";

    /// <summary>Why a test is skipped when there is none.</summary>
    public static string Missing => "CLOUDDAV_TEST_SQLSERVER gives no server";

    /// <summary>Names the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Its name.</summary>
    public string Name { get; } = $"clouddav_{Guid.NewGuid():N}";

    /// <summary>Copies all rows as they are at one moment, while others write, into a database with the same tables: what a restored backup is.</summary>
    public async Task CopyToAsync(TestSqlServer target, CancellationToken cancellationToken)
    {
        await using var from = new SqlConnection(ConnectionString);
        await using var to = new SqlConnection(target.ConnectionString);
        await from.OpenAsync(cancellationToken);
        await to.OpenAsync(cancellationToken);
        await using var moment = (SqlTransaction)
            await from.BeginTransactionAsync(IsolationLevel.Snapshot, cancellationToken);
        var tables = new List<(string Name, bool HasIdentity)>();
        await using (
            var list = new SqlCommand(
                "SELECT t.name, (SELECT COUNT(*) FROM sys.columns AS c WHERE c.object_id = t.object_id AND c.is_identity = 1) FROM sys.tables AS t",
                from,
                moment
            )
        )
        await using (var names = await list.ExecuteReaderAsync(cancellationToken))
            while (await names.ReadAsync(cancellationToken))
                tables.Add((names.GetString(0), names.GetInt32(1) > 0));
        foreach (
            var (table, hasIdentity) in tables.Where(table =>
                !table.Name.Equals(Journal, StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            await RunAsync($"DELETE FROM dbo.[{table}]");
            if (hasIdentity)
                await RunAsync($"SET IDENTITY_INSERT dbo.[{table}] ON");
            var written = new List<string>();
            // What is computed is not written.
            await using (
                var list = new SqlCommand(
                    "SELECT c.name FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@table) AND c.is_computed = 0 ORDER BY c.column_id",
                    from,
                    moment
                )
            )
            {
                list.Parameters.AddWithValue("@table", $"dbo.{table}");
                await using var names = await list.ExecuteReaderAsync(cancellationToken);
                while (await names.ReadAsync(cancellationToken))
                    written.Add($"t.[{names.GetString(0)}]");
            }
            await using (
                var all = new SqlCommand(
                    $"SELECT {string.Join(", ", written)} FROM dbo.[{table}] AS t",
                    from,
                    moment
                )
            )
            await using (var rows = await all.ExecuteReaderAsync(cancellationToken))
                await CopyAsync(table, rows, to, cancellationToken);
            if (hasIdentity)
                await RunAsync($"SET IDENTITY_INSERT dbo.[{table}] OFF");
        }
        await moment.CommitAsync(cancellationToken);

        async Task RunAsync(string statement)
        {
            await using var command = new SqlCommand(statement, to);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task CopyAsync(
        string table,
        SqlDataReader rows,
        SqlConnection to,
        CancellationToken cancellationToken
    )
    {
        var columns = await rows.GetColumnSchemaAsync(cancellationToken);
        await using var insert = new SqlCommand(
            $"INSERT INTO dbo.[{table}] ({string.Join(", ", columns.Select(column => $"[{column.ColumnName}]"))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})",
            to
        );
        for (var i = 0; i < columns.Count; i++)
            insert.Parameters.Add(
                $"@p{i}",
                Enum.Parse<SqlDbType>(columns[i].DataTypeName!, ignoreCase: true)
            );
        while (await rows.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < columns.Count; i++)
                insert.Parameters[i].Value = rows.GetValue(i);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The settings of a server whose metadata is there.</summary>
    public IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:SqlServer:ConnectionString"] = ConnectionString,
            ["Storage:SqlServer:MigratesAtStart"] = "true",
            ["Storage:SqlServer:Connections"] = $"{Connections}",
            ["Storage:SqlServer:ConnectSeconds"] = $"{ConnectSeconds}",
            ["Storage:SqlServer:CommandSeconds"] = $"{CommandSeconds}",
        };

    /// <inheritdoc/>
    public void Dispose()
    {
        // A server may take a moment to see that the last connection to a database is closed.
        for (var failed = 0; ; failed++)
        {
            SqlConnection.ClearAllPools();
            try
            {
                Execute($"DROP DATABASE {Name}");
                return;
            }
            catch (SqlException) when (failed < 50)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static void Execute(string statement)
    {
        using var connection = new SqlConnection(s_server);
        connection.Open();
        using var command = new SqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
