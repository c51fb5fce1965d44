using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>
/// A statement of both engines, with its parameters. What both understand is written once, as SQL Server wants it; SQLite takes it without the schema that
/// names begin with. Stands in a catalogue of SQL Server's, and is tested with the statements of either engine.
/// </summary>
internal sealed class SharedStatement
{
    /// <summary>A statement that both engines understand.</summary>
    public SharedStatement(string text, params SqlServerParameter[] parameters)
        : this(Plain(text), text, parameters) { }

    /// <summary>A statement that each engine has in words of its own.</summary>
    public SharedStatement(string sqlite, string server, params SqlServerParameter[] parameters)
    {
        Sqlite = sqlite;
        Server = new SqlServerStatement(server, parameters);
    }

    private bool Counts { get; init; }

    public string Sqlite { get; }

    public SqlServerStatement Server { get; }

    /// <summary>A change of which it matters how many rows it changed.</summary>
    public static SharedStatement Counted(string text, params SqlServerParameter[] parameters) =>
        Counted(Plain(text), text, parameters);

    /// <summary>The same, in words of each engine.</summary>
    public static SharedStatement Counted(
        string sqlite,
        string server,
        params SqlServerParameter[] parameters
    ) =>
        // What an earlier statement on the same connection said of counting may still hold.
        new(sqlite, $"SET NOCOUNT OFF;\n{server}", parameters) { Counts = true };

    /// <summary>A question with an order, of whose answer only the first rows count: at most <c>@limit</c>, its last parameter.</summary>
    public static SharedStatement Page(string text, params SqlServerParameter[] parameters) =>
        new(
            $"{Plain(text)} LIMIT @limit",
            $"{text} OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY;",
            [.. parameters, Int("@limit")]
        );

    /// <summary>Refuses to count by a statement that is not a <see cref="Counted(string, SqlServerParameter[])"/> one.</summary>
    public void RequireCount()
    {
        if (!Counts)
            throw new InvalidOperationException(
                $"It may not say how many rows it changed: {Sqlite}"
            );
    }

    /// <summary>The text as SQLite takes it.</summary>
    public static string Plain(string text) => text.Replace("dbo.", "", StringComparison.Ordinal);

    /// <summary>The values for SQLite, in the order of the parameters.</summary>
    public SqlMapper.IDynamicParameters Values(object?[] values) =>
        new SqliteValues(Server.Parameters, values);

    private sealed class SqliteValues(
        IReadOnlyList<SqlServerParameter> parameters,
        object?[] values
    ) : SqlMapper.IDynamicParameters
    {
        public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
        {
            if (values.Length != parameters.Count)
                throw new InvalidOperationException(
                    $"{values.Length} values for {parameters.Count} parameters of: {command.CommandText}"
                );
            for (var i = 0; i < values.Length; i++)
                command.Parameters.Add(
                    new SqliteParameter(
                        parameters[i].Name,
                        values[i] switch
                        {
                            null => DBNull.Value,
                            // As every id of that kind is kept, and not as text.
                            Guid id => id.ToByteArray(),
                            var value => value,
                        }
                    )
                );
        }
    }
}
