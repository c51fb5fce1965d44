using Microsoft.Data.Sqlite;

namespace CloudDav.Storage;

/// <summary>
/// One connection with the statements prepared on it. SQLite runs without its own mutexes here, so a session must never be used by two
/// threads at once: the reader pool lends it to one, the writer thread owns its own.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    // By reference: the keys are constants, and hashing the text of a statement would cost as much as a short one.
    private readonly Dictionary<string, Statement> _statements = new(
        ReferenceEqualityComparer.Instance
    );

    public SqliteSession(SqliteConnection connection) => Connection = connection;

    /// <summary>For Dapper, where speed does not matter. It carries the session's transaction.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Whether the running transaction has changed facts that decide what accounts may do.</summary>
    public bool HasChangedFacts { get; set; }

    /// <summary>The prepared form of a constant statement.</summary>
    public Statement this[string sql]
    {
        get
        {
            if (_statements.TryGetValue(sql, out var statement))
                return statement;
            statement = new Statement(Connection.Handle!, sql);
            _statements.Add(sql, statement);
            return statement;
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        Connection.Dispose();
    }
}
