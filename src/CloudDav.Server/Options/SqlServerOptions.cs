using CloudDav.Storage;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage:SqlServer</c>: the database of SQL Server or Azure SQL that holds the metadata, in place of a folder. It is used when it is said where it is.</summary>
internal sealed class SqlServerOptions
{
    public const string Section = "Storage:SqlServer";

    /// <summary>The server, such as <c>name.database.windows.net</c>, where the machine's managed identity signs in.</summary>
    public string? Server { get; init; }

    /// <summary>The database on that server.</summary>
    public string? Database { get; init; }

    /// <summary>The client id of a user-assigned managed identity; null for the one that the system assigned.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>A connection string, instead of a server and a database. Never logged.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>A file with the connection string, instead.</summary>
    public string? ConnectionStringFile { get; init; }

    /// <summary>How many connections this node has at most for requests and jobs, and once more for listings.</summary>
    [AllowedRange(4, 1_000)]
    public int Connections { get; init; } = 100;

    /// <summary>How long a statement may take, in seconds.</summary>
    [AllowedRange(1, 3_600)]
    public int CommandSeconds { get; init; } = 30;

    /// <summary>How long connecting may take, and waiting for a connection to come free, in seconds.</summary>
    [AllowedRange(1, 120)]
    public int ConnectSeconds { get; init; } = 10;

    /// <summary>Whether every start brings the schema up to date, and not only the verb <c>migrate</c>.</summary>
    public bool MigratesAtStart { get; init; }

    /// <summary>Another database in the place of the one that is named: a copy that was restored beside it. No setting.</summary>
    internal string? Copy { get; init; }

    /// <summary>Whether metadata is kept there.</summary>
    internal bool IsUsed => (Server ?? ConnectionString ?? ConnectionStringFile) is not null;

    /// <summary>What is wrong, a sentence each. None of them shows a connection string.</summary>
    internal IEnumerable<string> FindProblems()
    {
        if (
            ((string?[])[Server, ConnectionString, ConnectionStringFile]).Count(way =>
                way is not null
            ) > 1
        )
            yield return "Only one of Storage:SqlServer:Server, Storage:SqlServer:ConnectionString and Storage:SqlServer:ConnectionStringFile may be set.";
        if (Server is null && (Database ?? IdentityClientId) is not null)
            yield return "Storage:SqlServer:Database and Storage:SqlServer:IdentityClientId are for Storage:SqlServer:Server, which is not set.";
        if (Server is not null && string.IsNullOrWhiteSpace(Database))
            yield return "Storage:SqlServer:Database must be set when Storage:SqlServer:Server is.";
        if (
            ConnectionString is not null
            && SqlServerConnection.FindProblem(ConnectionString) is { } problem
        )
            yield return $"Storage:SqlServer:ConnectionString {problem}";
    }

    /// <summary>The same for metadata that was restored: its schema may be older, and statements go over all of it.</summary>
    /// <param name="copy">The database; null for the one that is named.</param>
    /// <param name="connectionFile">A file with the connection string of another server that has it; null for the same server.</param>
    internal SqlServerOptions ToRestored(string? copy, string? connectionFile) =>
        new()
        {
            Server = connectionFile is null ? Server : null,
            Database = connectionFile is null ? Database : null,
            IdentityClientId = connectionFile is null ? IdentityClientId : null,
            ConnectionString = connectionFile is null ? ConnectionString : null,
            ConnectionStringFile = connectionFile ?? ConnectionStringFile,
            Connections = Connections,
            CommandSeconds = 3_600,
            ConnectSeconds = ConnectSeconds,
            MigratesAtStart = true,
            Copy = copy,
        };

    /// <summary>As the engine wants it.</summary>
    /// <exception cref="StartProblem">The file with the connection string cannot be read, or what is in it.</exception>
    internal SqlServerConnection ToConnection()
    {
        var limits = new SqlServerLimits
        {
            Connections = Connections,
            Command = TimeSpan.FromSeconds(CommandSeconds),
            Connect = TimeSpan.FromSeconds(ConnectSeconds),
        };
        var named = Server is { } server
            ? SqlServerConnection.ByIdentity(server, Database!, IdentityClientId, limits)
            : new SqlServerConnection(ReadConnectionString(), limits);
        return Copy is null ? named : named.InDatabase(Copy);
    }

    private string ReadConnectionString()
    {
        if (ConnectionStringFile is not { } file)
            return ConnectionString!;
        string text;
        try
        {
            text = File.ReadAllText(file).Trim('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"The file {Path.GetFullPath(file)} (Storage:SqlServer:ConnectionStringFile) cannot be read: {failure.Message}",
                failure
            );
        }
        return SqlServerConnection.FindProblem(text) is { } problem
            ? throw new StartProblem(
                $"What the file {Path.GetFullPath(file)} (Storage:SqlServer:ConnectionStringFile) holds {problem}"
            )
            : text;
    }
}
