using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>What accounts and contracts are read and changed by, on SQLite. Everything is there when it returns.</summary>
internal sealed class SqliteFactsSession(SqliteDatabase database, SqliteSession session)
    : IFactsSession
{
    public ValueTask<T?> ScalarAsync<T>(SharedStatement statement, params object?[] values) =>
        new(session.Scalar<T>(statement, values));

    public ValueTask<T?> FirstAsync<T>(SharedStatement statement, params object?[] values)
        where T : class => new(session.First<T>(statement, values));

    public ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SharedStatement statement,
        params object?[] values
    ) => new(session.List<T>(statement, values));

    public ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SharedStatement statement,
        Func<IRow, T> read,
        params object?[] values
    ) => new(session.List(statement, read, values));

    public ValueTask ExecuteAsync(SharedStatement statement, params object?[] values)
    {
        session.Change(statement, values);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> CountAsync(SharedStatement statement, params object?[] values)
    {
        statement.RequireCount();
        return new(session.Change(statement, values));
    }

    public ValueTask<ContractFacts> LoadFactsAsync(AccountId account) =>
        new(SqliteFacts.LoadAccount(session, account));

    public ValueTask<PlatformFacts> LoadPlatformAsync() => new(SqliteFacts.LoadPlatform(session));

    public ValueTask<(AccountId Account, VaultId Vault)> AddVaultAsync(
        NewAccount account,
        DateTimeOffset now
    )
    {
        var vault = VaultCreation.Create(
            database,
            session,
            account.Name,
            account.CapacityBytes,
            caseInsensitive: true,
            Milliseconds.Of(now)
        );
        var id = session[SqliteSql.AllocateAccountId].RunForInt64() - 1;
        return new((new AccountId(id), new VaultId(vault)));
    }

    public ValueTask RecordAsync(AuditEntry entry)
    {
        SqliteJournal.Append(session, entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> EmitAsync(ServiceEvent occurred) =>
        new(SqliteJournal.Add(session, occurred));
}

/// <summary>Runs statements of both engines on SQLite.</summary>
internal static class SharedOnSqlite
{
    public static T? Scalar<T>(
        this SqliteSession session,
        SharedStatement statement,
        params object?[] values
    ) => session.Connection.ExecuteScalar<T>(statement.Sqlite, statement.Values(values));

    public static T? First<T>(
        this SqliteSession session,
        SharedStatement statement,
        params object?[] values
    )
        where T : class =>
        session.Connection.QueryFirstOrDefault<T>(statement.Sqlite, statement.Values(values));

    public static IReadOnlyList<T> List<T>(
        this SqliteSession session,
        SharedStatement statement,
        params object?[] values
    ) => [.. session.Connection.Query<T>(statement.Sqlite, statement.Values(values))];

    public static IReadOnlyList<T> List<T>(
        this SqliteSession session,
        SharedStatement statement,
        Func<IRow, T> read,
        params object?[] values
    )
    {
        var rows = new List<T>();
        using var reader = session.Connection.ExecuteReader(
            statement.Sqlite,
            statement.Values(values)
        );
        var row = new ReaderRow(reader);
        while (reader.Read())
            rows.Add(read(row));
        return rows;
    }

    public static int Change(
        this SqliteSession session,
        SharedStatement statement,
        params object?[] values
    )
    {
        // Not every change is of a fact that is remembered; to take each for one costs a look-up and spares a mistake.
        session.HasChangedFacts = true;
        return session.Connection.Execute(statement.Sqlite, statement.Values(values));
    }
}
