using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>What accounts and contracts are read and changed by, on SQL Server.</summary>
internal sealed class SqlServerFactsSession(SqlServerDatabase database, SqlServerSession session)
    : IFactsSession
{
    public async ValueTask<T?> ScalarAsync<T>(SharedStatement statement, params object?[] values) =>
        await session.ScalarAsync<T>(statement.Server.With(values));

    public async ValueTask<T?> FirstAsync<T>(SharedStatement statement, params object?[] values)
        where T : class => await session.FirstAsync<T>(statement.Server.With(values));

    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SharedStatement statement,
        params object?[] values
    ) => await session.ListAsync<T>(statement.Server.With(values));

    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SharedStatement statement,
        Func<IRow, T> read,
        params object?[] values
    ) => await session.ListAsync(statement.Server.With(values), read, CancellationToken.None);

    public async ValueTask ExecuteAsync(SharedStatement statement, params object?[] values) =>
        await session.ExecuteAsync(statement.Server.With(values));

    public async ValueTask<int> CountAsync(SharedStatement statement, params object?[] values)
    {
        statement.RequireCount();
        return await session.ExecuteAsync(statement.Server.With(values));
    }

    public async ValueTask<ContractFacts> LoadFactsAsync(AccountId account) =>
        (await SqlServerFacts.LoadAccountAsync(session, account)).Facts;

    public async ValueTask<PlatformFacts> LoadPlatformAsync() =>
        (await SqlServerFacts.LoadPlatformAsync(session)).Facts;

    public async ValueTask<(AccountId Account, VaultId Vault)> AddVaultAsync(
        NewAccount account,
        DateTimeOffset now
    ) =>
        (
            new AccountId(await database.AllocateAsync("accounts")),
            await SqlServerMetadataStore.CreateVaultAsync(
                database,
                session,
                account.Name,
                account.CapacityBytes,
                caseInsensitive: true,
                now
            )
        );

    public async ValueTask RecordAsync(AuditEntry entry)
    {
        JournalText.RequireObject(entry.Body);
        await SqlServerJournal.AppendAsync(session, entry);
    }

    public async ValueTask<long> EmitAsync(ServiceEvent occurred)
    {
        JournalText.RequireObject(occurred.Data);
        await session.ExecuteAsync(
            JournalStatements.AddEvents.With(SqlServerJournal.EventRows([occurred]))
        );
        return await session.ScalarAsync<long>(
            TurnStatements.FindLastEvent.With(occurred.Account.Value)
        );
    }
}
