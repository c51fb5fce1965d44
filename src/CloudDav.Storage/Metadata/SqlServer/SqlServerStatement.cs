using System.Collections;
using System.Data;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.SqlClient;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>
/// A constant T-SQL text with its parameters, each of a declared type and length: what a column is compared with has the column's type, so that no index is
/// lost to a conversion and no plan is compiled for every length of a string. All of them stand in the catalogues (classes whose names end in
/// <c>Statements</c>), where a test binds every one to the schema.
/// </summary>
internal sealed class SqlServerStatement(string text, params SqlServerParameter[] parameters)
{
    public string Text { get; } = text;

    public IReadOnlyList<SqlServerParameter> Parameters { get; } = parameters;

    /// <summary>The statement with a value for each parameter, in their order; null is NULL.</summary>
    public SqlServerCall With(params object?[] values) => new(this, values);
}

/// <summary>A declared parameter.</summary>
/// <param name="Name">Its name, with the at sign.</param>
/// <param name="Type">Its type.</param>
/// <param name="Size">Its length where the type has one; -1 for max.</param>
/// <param name="TableType">The table type; null for a single value.</param>
internal sealed record SqlServerParameter(
    string Name,
    SqlDbType Type,
    int Size = 0,
    string? TableType = null
)
{
    /// <summary>The type as T-SQL declares it.</summary>
    public string Declaration =>
        TableType is not null ? $"{Name} {TableType} READONLY"
        : Size == 0 ? $"{Name} {Type.ToString().ToLowerInvariant()}"
        : $"{Name} {Type.ToString().ToLowerInvariant()}({(Size < 0 ? "max" : Size.ToString(System.Globalization.CultureInfo.InvariantCulture))})";

    public static SqlServerParameter BigInt(string name) => new(name, SqlDbType.BigInt);

    public static SqlServerParameter Int(string name) => new(name, SqlDbType.Int);

    public static SqlServerParameter TinyInt(string name) => new(name, SqlDbType.TinyInt);

    public static SqlServerParameter Bit(string name) => new(name, SqlDbType.Bit);

    public static SqlServerParameter Guid(string name) => new(name, SqlDbType.UniqueIdentifier);

    public static SqlServerParameter Text(string name, int size) =>
        new(name, SqlDbType.NVarChar, size);

    public static SqlServerParameter Ascii(string name, int size) =>
        new(name, SqlDbType.VarChar, size);

    public static SqlServerParameter Bytes(string name, int size) =>
        new(name, SqlDbType.VarBinary, size);

    public static SqlServerParameter FixedBytes(string name, int size) =>
        new(name, SqlDbType.Binary, size);

    public static SqlServerParameter Table(string name, string type) =>
        new(name, SqlDbType.Structured, 0, type);

    private static int LengthOf(object? value) =>
        value switch
        {
            string text => text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };

    public SqlParameter Bind(object? value)
    {
        if (TableType is not null)
            return new SqlParameter(Name, SqlDbType.Structured)
            {
                TypeName = TableType,
                Value = ((SqlServerRows)value!).Value,
            };
        var parameter = new SqlParameter(Name, Type) { Value = value ?? DBNull.Value };
        // What is longer than its column is not cut to another value: it is found nowhere, and cannot be inserted.
        if (Size > 0)
            parameter.Size = Math.Max(Size, LengthOf(value));
        else if (Size < 0)
            parameter.Size = Size;
        return parameter;
    }
}

/// <summary>A statement with its values, as Dapper takes them.</summary>
internal sealed class SqlServerCall(SqlServerStatement statement, object?[] values)
    : SqlMapper.IDynamicParameters
{
    public string Text => statement.Text;

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        if (values.Length != statement.Parameters.Count)
            throw new InvalidOperationException(
                $"{values.Length} values for {statement.Parameters.Count} parameters of: {Text}"
            );
        for (var i = 0; i < values.Length; i++)
            command.Parameters.Add(statement.Parameters[i].Bind(values[i]));
    }
}

/// <summary>The rows of a table parameter.</summary>
internal sealed class SqlServerRows(params SqlMetaData[] columns) : IEnumerable<SqlDataRecord>
{
    private static readonly ConditionalWeakTable<SqlMetaData[], DataTable> s_empty = [];

    private readonly List<object?[]> _rows = [];

    public int Count => _rows.Count;

    /// <summary>The rows as the driver takes them. It takes no sequence without any, and what it sends for null not every server of its protocol reads.</summary>
    public object Value => Count > 0 ? this : s_empty.GetValue(columns, Empty);

    public IReadOnlyList<SqlMetaData> Columns => columns;

    public void Add(params object?[] values) => _rows.Add(values);

    // One record for all rows: the client writes each to the wire before it asks for the next.
    public IEnumerator<SqlDataRecord> GetEnumerator()
    {
        var record = new SqlDataRecord(columns);
        foreach (var row in _rows)
        {
            for (var i = 0; i < columns.Length; i++)
                record.SetValue(i, row[i] ?? DBNull.Value);
            yield return record;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static DataTable Empty(SqlMetaData[] columns)
    {
        var table = new DataTable();
        foreach (var column in columns)
            table.Columns.Add(
                column.Name,
                column.SqlDbType switch
                {
                    SqlDbType.BigInt => typeof(long),
                    SqlDbType.Int => typeof(int),
                    SqlDbType.TinyInt => typeof(byte),
                    SqlDbType.Bit => typeof(bool),
                    SqlDbType.UniqueIdentifier => typeof(Guid),
                    SqlDbType.NVarChar or SqlDbType.VarChar => typeof(string),
                    SqlDbType.Binary or SqlDbType.VarBinary => typeof(byte[]),
                    _ => throw new NotSupportedException(column.SqlDbType.ToString()),
                }
            );
        return table;
    }
}
