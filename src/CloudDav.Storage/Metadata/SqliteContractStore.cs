using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The facts of contracts on SQLite.</summary>
/// <param name="database">The metadata.</param>
public sealed class SqliteContractStore(SqliteDatabase database) : IContractStore
{
    /// <inheritdoc/>
    public ValueTask<T> ReadAsync<T>(
        Func<IContractSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                SqliteMetadataStore.Finished(
                    body(new ContractSnapshot(new SqliteFactsSession(database, session)))
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IContractTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                SqliteMetadataStore.Finished(
                    body(new ContractTransaction(new SqliteFactsSession(database, session)))
                ),
            static result => result.IsSuccess,
            cancellationToken
        );
}
