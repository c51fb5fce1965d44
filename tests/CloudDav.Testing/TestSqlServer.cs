using Microsoft.Data.SqlClient;

namespace CloudDav.Testing;

/// <summary>A new database on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names, dropped at the end.</summary>
public sealed class TestSqlServer : IDisposable
{
    private static readonly string? s_server = Environment.GetEnvironmentVariable(
        "CLOUDDAV_TEST_SQLSERVER"
    );

    private readonly string _name = $"clouddav_{Guid.NewGuid():N}";

    /// <summary>Makes it.</summary>
    /// <param name="connections">How many connections its connection string allows in a pool.</param>
    public TestSqlServer(int connections = 100)
    {
        Execute($"CREATE DATABASE {_name}");
        ConnectionString = new SqlConnectionStringBuilder(s_server)
        {
            InitialCatalog = _name,
            MaxPoolSize = connections,
            ConnectTimeout = 60,
        }.ToString();
    }

    /// <summary>Whether there is a server.</summary>
    public static bool IsGiven => s_server is not null;

    /// <summary>Why a test is skipped when there is none.</summary>
    public static string Missing => "CLOUDDAV_TEST_SQLSERVER gives no server";

    /// <summary>Names the database.</summary>
    public string ConnectionString { get; }

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
