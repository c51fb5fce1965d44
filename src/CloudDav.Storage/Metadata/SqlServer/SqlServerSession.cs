using System.Data;
using System.Data.Common;
using Dapper;

namespace CloudDav.Storage;

/// <summary>One connection, and the transaction that runs on it. One statement at a time.</summary>
internal sealed class SqlServerSession(DbConnection connection, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private DbTransaction? _transaction;

    public DbConnection Connection => connection;

    /// <summary>Whether a transaction runs.</summary>
    public bool HasBegun => _transaction is not null;

    public async Task BeginAsync(IsolationLevel level) =>
        _transaction = await connection.BeginTransactionAsync(level, cancellationToken);

    /// <summary>Commits. Cancellation counts no more: nobody would know.</summary>
    public async Task CommitAsync()
    {
        await _transaction!.CommitAsync(CancellationToken.None);
        await _transaction.DisposeAsync();
        _transaction = null;
    }

    public Task<DbDataReader> ReadAsync(SqlServerCall call) =>
        connection.ExecuteReaderAsync(Command(call));

    public Task<SqlMapper.GridReader> ReadSetsAsync(SqlServerCall call) =>
        connection.QueryMultipleAsync(Command(call));

    public async Task<List<T>> ListAsync<T>(SqlServerCall call) =>
        [.. await connection.QueryAsync<T>(Command(call))];

    /// <summary>Every row of the statement's first result.</summary>
    public async Task<List<T>> ListAsync<T>(
        SqlServerCall call,
        Func<IRow, T> read,
        CancellationToken stop
    )
    {
        var rows = new List<T>();
        await using var reader = await ReadAsync(call);
        var row = new ReaderRow(reader);
        while (await reader.ReadAsync(stop))
            rows.Add(read(row));
        return rows;
    }

    /// <summary>The only row of the statement's first result; null when there is none.</summary>
    public async Task<T?> FirstAsync<T>(
        SqlServerCall call,
        Func<IRow, T> read,
        CancellationToken stop
    )
        where T : class
    {
        await using var reader = await ReadAsync(call);
        return await reader.ReadAsync(stop) ? read(new ReaderRow(reader)) : null;
    }

    public Task<T?> FirstAsync<T>(SqlServerCall call)
        where T : class => connection.QueryFirstOrDefaultAsync<T>(Command(call));

    public Task<T?> ScalarAsync<T>(SqlServerCall call) =>
        connection.ExecuteScalarAsync<T>(Command(call));

    public Task<int> ExecuteAsync(SqlServerCall call) => connection.ExecuteAsync(Command(call));

    /// <summary>Gives the connection back. A transaction that was not committed is undone, also by the loss of its connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            try
            {
                await _transaction.DisposeAsync();
            }
            catch (Exception exception) when (exception is DbException or InvalidOperationException)
            {
                // The server undid it, or will when it notices that nobody is there.
            }
        }
        await connection.DisposeAsync();
    }

    private CommandDefinition Command(SqlServerCall call) =>
        new(call.Text, call, _transaction, cancellationToken: cancellationToken);
}
