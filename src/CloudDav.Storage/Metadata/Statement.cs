using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudDav.Storage;

/// <summary>
/// One prepared statement of one connection. The hot statements run through it because preparing anew, as Dapper does on every call,
/// costs ten times what the statement itself does. Parameters are numbered <c>?1</c>, <c>?2</c>; binding and columns go by number.
/// </summary>
internal sealed class Statement : IRow, IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) =>
        value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, bool value) => Bind(index, value ? 1L : 0L);

    public Statement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        var room = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (room <= 1024)
        {
            Span<byte> bytes = stackalloc byte[room];
            Check(
                raw.sqlite3_bind_text(
                    _statement,
                    index,
                    bytes[..Encoding.UTF8.GetBytes(value, bytes)]
                )
            );
            return this;
        }
        var rented = ArrayPool<byte>.Shared.Rent(room);
        Check(
            raw.sqlite3_bind_text(
                _statement,
                index,
                rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented))
            )
        );
        ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    public Statement Bind(int index, byte[]? value)
    {
        if (value is null)
            return BindNull(index);
        Check(raw.sqlite3_bind_blob(_statement, index, value));
        return this;
    }

    public Statement Bind(int index, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        Check(raw.sqlite3_bind_blob(_statement, index, bytes));
        return this;
    }

    public Statement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(_statement, index));
        return this;
    }

    /// <summary>Goes to the next row; at the end, or on an error, the statement is reset.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        var reset = raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE)
            Check(reset == raw.SQLITE_OK ? code : reset);
        return false;
    }

    /// <summary>Runs to the end, for a statement whose rows do not matter.</summary>
    /// <returns>Rows changed.</returns>
    public int Run()
    {
        while (Step()) { }
        return raw.sqlite3_changes(_database);
    }

    /// <summary>The first column of the only row, which must exist.</summary>
    public long RunForInt64()
    {
        if (!Step())
            throw new InvalidOperationException("The statement gave no row.");
        var value = Int64(0);
        Reset();
        return value;
    }

    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => SqliteColumns.TypeOf(_handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => SqliteColumns.Int64(_handle, column);

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public bool Boolean(int column) => Int64(column) != 0;

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The column's bytes, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => SqliteColumns.Bytes(_handle, column);

    public byte[]? NullableBytes(int column) => IsNull(column) ? null : Bytes(column).ToArray();

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }
}
