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

    private readonly string _name = $"clouddav_{Guid.NewGuid():N}";

    /// <summary>Makes it.</summary>
    public TestSqlServer()
    {
        Execute($"CREATE DATABASE {_name}");
        ConnectionString = new SqlConnectionStringBuilder(s_server)
        {
            InitialCatalog = _name,
            MaxPoolSize = Connections,
            ConnectTimeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
        }.ToString();
    }

    /// <summary>Whether there is a server.</summary>
    public static bool IsGiven => s_server is not null;

    /// <summary>Why a test is skipped when there is none.</summary>
    public static string Missing => "CLOUDDAV_TEST_SQLSERVER gives no server";

    /// <summary>Names the database.</summary>
    public string ConnectionString { get; }

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
                Execute($"DROP DATABASE {_name}");
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
