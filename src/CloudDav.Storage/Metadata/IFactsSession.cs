using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// What accounts and contracts are read and changed by, on either engine and within one transaction. SQLite answers at once: what is built on this must wait for
/// nothing else.
/// </summary>
internal interface IFactsSession
{
    /// <summary>The first column of the first row; nothing when there is no row.</summary>
    ValueTask<T?> ScalarAsync<T>(SharedStatement statement, params object?[] values);

    /// <summary>The first row; null when there is none.</summary>
    ValueTask<T?> FirstAsync<T>(SharedStatement statement, params object?[] values)
        where T : class;

    /// <summary>All rows.</summary>
    ValueTask<IReadOnlyList<T>> ListAsync<T>(SharedStatement statement, params object?[] values);

    /// <summary>All rows, as they are read.</summary>
    ValueTask<IReadOnlyList<T>> ListAsync<T>(
        SharedStatement statement,
        Func<IRow, T> read,
        params object?[] values
    );

    /// <summary>Changes something.</summary>
    ValueTask ExecuteAsync(SharedStatement statement, params object?[] values);

    /// <summary>Changes something and counts it.</summary>
    /// <param name="statement">A counted one.</param>
    /// <param name="values">The values of its parameters.</param>
    /// <returns>How many rows were changed.</returns>
    ValueTask<int> CountAsync(SharedStatement statement, params object?[] values);

    /// <summary>What is known about an account's contract.</summary>
    ValueTask<ContractFacts> LoadFactsAsync(AccountId account);

    /// <summary>What holds for everyone.</summary>
    ValueTask<PlatformFacts> LoadPlatformAsync();

    /// <summary>Takes the number of a new account and makes its vault.</summary>
    ValueTask<(AccountId Account, VaultId Vault)> AddVaultAsync(
        NewAccount account,
        DateTimeOffset now
    );

    /// <summary>Links an entry to the end of its chain.</summary>
    ValueTask RecordAsync(AuditEntry entry);

    /// <summary>Puts an event at the end of its account's queue.</summary>
    /// <returns>Its number there.</returns>
    ValueTask<long> EmitAsync(ServiceEvent occurred);
}
