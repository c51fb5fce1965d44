using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage;

/// <summary>How many connections there are, and how long things may take.</summary>
public sealed record SqlServerLimits
{
    /// <summary>The most connections of a pool: there is one for requests and jobs, and one for listings.</summary>
    public int Connections { get; init; } = 100;

    /// <summary>How long a statement may take.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take, and waiting for a connection to come free.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>Where a database is and how to sign in there. What it shows of itself has no secret in it.</summary>
public sealed class SqlServerConnection
{
    // Taking ids is one short statement.
    private const int MostForIds = 8;

    private readonly SqlConnectionStringBuilder _text;

    /// <summary>By a connection string.</summary>
    /// <param name="text">As Microsoft.Data.SqlClient takes it. What it says of pools and time-outs counts where the limits say nothing.</param>
    /// <param name="limits">Limits; null for those of the connection string.</param>
    /// <exception cref="ArgumentException">The connection string cannot be used: <see cref="FindProblem"/> says why.</exception>
    public SqlServerConnection(string text, SqlServerLimits? limits = null)
        : this(new SqlConnectionStringBuilder(text), limits) { }

    private SqlServerConnection(SqlConnectionStringBuilder text, SqlServerLimits? limits)
    {
        SqlServerIdentity.Register();
        _text = text;
        // Commands run one after the other on a connection, and a transaction is its own.
        _text.MultipleActiveResultSets = false;
        _text.Enlist = false;
        // With the driver's own blocking a server that came back would be taken for gone for up to a minute.
        _text.PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock;
        if (limits is null)
            return;
        _text.MaxPoolSize = limits.Connections;
        _text.CommandTimeout = (int)limits.Command.TotalSeconds;
        _text.ConnectTimeout = (int)limits.Connect.TotalSeconds;
    }

    /// <summary>By the identity of the machine.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="client">The client id of a user-assigned identity; null for the one that the system assigned.</param>
    /// <param name="limits">Limits.</param>
    public static SqlServerConnection ByIdentity(
        string server,
        string database,
        string? client,
        SqlServerLimits limits
    )
    {
        var text = new SqlConnectionStringBuilder
        {
            DataSource = server,
            InitialCatalog = database,
            Authentication = SqlAuthenticationMethod.ActiveDirectoryManagedIdentity,
        };
        if (client is not null)
            text.UserID = client;
        return new SqlServerConnection(text, limits);
    }

    /// <summary>What is wrong with a connection string, as the end of a sentence that begins with its name, and without anything of it; null when nothing is.</summary>
    public static string? FindProblem(string text)
    {
        SqlConnectionStringBuilder parsed;
        try
        {
            parsed = new SqlConnectionStringBuilder(text);
        }
        // What the driver says may quote a part of a password that has a semicolon in it.
        catch (Exception failure)
            when (failure
                    is ArgumentException
                        or FormatException
                        or InvalidOperationException
                        or OverflowException
            )
        {
            return "is no connection string of SQL Server: a word in it is unknown, or has a value that it does not take. A value with a semicolon in it stands in quotes.";
        }
        if (parsed.DataSource.Length == 0)
            return "must name a server (Server=...).";
        return parsed.InitialCatalog.Length == 0 ? "must name a database (Database=...)." : null;
    }

    /// <summary>The database.</summary>
    public string Database => _text.InitialCatalog;

    /// <summary>The same way to another database of the server.</summary>
    public SqlServerConnection InDatabase(string database) =>
        new(new SqlConnectionStringBuilder(Text) { InitialCatalog = database }, limits: null);

    /// <summary>The database and its server, in words.</summary>
    public override string ToString() => $"{_text.InitialCatalog} on {_text.DataSource}";

    /// <summary>What the driver is given; it has secrets in it.</summary>
    internal string Text => _text.ToString();

    /// <summary>A pool of connections under a name that the server shows.</summary>
    internal Func<DbConnection> Pool(string name)
    {
        var text = new SqlConnectionStringBuilder(Text) { ApplicationName = name }.ToString();
        return () => new SqlConnection(text);
    }

    /// <summary>A connection of its own.</summary>
    internal DbConnection Unpooled(string name) =>
        new SqlConnection(
            new SqlConnectionStringBuilder(Text)
            {
                ApplicationName = name,
                Pooling = false,
            }.ToString()
        );

    /// <summary>A small pool for taking ids.</summary>
    internal Func<DbConnection> PoolForIds(string name)
    {
        var text = new SqlConnectionStringBuilder(Text) { ApplicationName = name };
        text.MinPoolSize = 0;
        text.MaxPoolSize = Math.Min(text.MaxPoolSize, MostForIds);
        var whole = text.ToString();
        return () => new SqlConnection(whole);
    }
}
