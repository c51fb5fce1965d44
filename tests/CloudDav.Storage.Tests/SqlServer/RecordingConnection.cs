using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>What an engine said to a server that is not there.</summary>
internal sealed class Recorder
{
    private readonly Dictionary<string, Func<DataTable[]>> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<Exception>> _failures = new(StringComparer.Ordinal);

    /// <summary>Every command, in order, with its parameters.</summary>
    public List<(string Text, IReadOnlyList<SqlParameter> Parameters)> Commands { get; } = [];

    /// <summary>What crossed the wire: commands, beginnings and ends of transactions. Opening a pooled connection does not.</summary>
    public List<string> RoundTrips { get; } = [];

    /// <summary>What a statement answers from now on.</summary>
    public void Answer(SqlServerStatement statement, params DataTable[] tables) =>
        _answers[statement.Text] = () => [.. tables.Select(table => table.Copy())];

    /// <summary>What a statement answers once; from then on nothing.</summary>
    public void AnswerOnce(SqlServerStatement statement, DataTable table)
    {
        var answers = new Queue<DataTable>([table]);
        _answers[statement.Text] = () => answers.TryDequeue(out var answer) ? [answer] : [];
    }

    /// <summary>Lets the next use of a statement fail after it reached the server.</summary>
    public void Fail(SqlServerStatement statement, Exception exception)
    {
        if (!_failures.TryGetValue(statement.Text, out var waiting))
            _failures.Add(statement.Text, waiting = new());
        waiting.Enqueue(exception);
    }

    public DbDataReader Run(RecordingCommand command)
    {
        Commands.Add((command.CommandText, [.. command.Parameters.Cast<SqlParameter>()]));
        RoundTrips.Add(command.CommandText);
        if (
            _failures.TryGetValue(command.CommandText, out var waiting)
            && waiting.TryDequeue(out var failure)
        )
            throw failure;
        var tables = _answers.TryGetValue(command.CommandText, out var answer) ? answer() : [];
        return new DataTableReader(tables.Length > 0 ? tables : [new DataTable()]);
    }

    /// <summary>A table with one row.</summary>
    public static DataTable Row(params object?[] values)
    {
        var table = new DataTable();
        foreach (var value in values)
            table.Columns.Add(null, value is DBNull or null ? typeof(string) : value.GetType());
        table.Rows.Add(values);
        return table;
    }

    /// <summary>A table without a row.</summary>
    public static DataTable Nothing() => new();
}

internal sealed class RecordingConnection(Recorder recorder) : DbConnection
{
    private ConnectionState _state;

    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "";

    public override string DataSource => "";

    public override string ServerVersion => "";

    public override ConnectionState State => _state;

    public override void ChangeDatabase(string databaseName) { }

    public override void Close() => _state = ConnectionState.Closed;

    public override void Open() => _state = ConnectionState.Open;

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        recorder.RoundTrips.Add($"BEGIN {isolationLevel}");
        return new RecordingTransaction(recorder, this, isolationLevel);
    }

    protected override DbCommand CreateDbCommand() =>
        new RecordingCommand(recorder) { Connection = this };
}

internal sealed class RecordingTransaction(
    Recorder recorder,
    DbConnection connection,
    IsolationLevel level
) : DbTransaction
{
    private bool _hasEnded;

    public override IsolationLevel IsolationLevel => level;

    protected override DbConnection DbConnection => connection;

    public override void Commit()
    {
        _hasEnded = true;
        recorder.RoundTrips.Add("COMMIT");
    }

    public override void Rollback()
    {
        _hasEnded = true;
        recorder.RoundTrips.Add("ROLLBACK");
    }

    protected override void Dispose(bool disposing)
    {
        if (!_hasEnded)
            Rollback();
        base.Dispose(disposing);
    }
}

internal sealed class RecordingCommand(Recorder recorder) : DbCommand
{
    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; }

    public override CommandType CommandType { get; set; }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get; set; }

    protected override DbParameterCollection DbParameterCollection { get; } =
        new RecordedParameters();

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() { }

    public override int ExecuteNonQuery()
    {
        using var reader = recorder.Run(this);
        return 0;
    }

    public override object? ExecuteScalar()
    {
        using var reader = recorder.Run(this);
        return reader.Read() ? reader.GetValue(0) : null;
    }

    public override void Prepare() { }

    protected override DbParameter CreateDbParameter() => new SqlParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        recorder.Run(this);
}

internal sealed class RecordedParameters : DbParameterCollection
{
    private readonly List<DbParameter> _parameters = [];

    public override int Count => _parameters.Count;

    public override object SyncRoot => _parameters;

    public override int Add(object value)
    {
        _parameters.Add((DbParameter)value);
        return _parameters.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (var value in values)
            Add(value!);
    }

    public override void Clear() => _parameters.Clear();

    public override bool Contains(object value) => _parameters.Contains((DbParameter)value);

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) =>
        ((ICollection)_parameters).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _parameters.GetEnumerator();

    public override int IndexOf(object value) => _parameters.IndexOf((DbParameter)value);

    public override int IndexOf(string parameterName) =>
        _parameters.FindIndex(parameter => parameter.ParameterName == parameterName);

    public override void Insert(int index, object value) =>
        _parameters.Insert(index, (DbParameter)value);

    public override void Remove(object value) => _parameters.Remove((DbParameter)value);

    public override void RemoveAt(int index) => _parameters.RemoveAt(index);

    public override void RemoveAt(string parameterName) =>
        _parameters.RemoveAt(IndexOf(parameterName));

    protected override DbParameter GetParameter(int index) => _parameters[index];

    protected override DbParameter GetParameter(string parameterName) =>
        _parameters[IndexOf(parameterName)];

    protected override void SetParameter(int index, DbParameter value) =>
        _parameters[index] = value;

    protected override void SetParameter(string parameterName, DbParameter value) =>
        _parameters[IndexOf(parameterName)] = value;
}
