using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// The facts of contracts on SQL Server. One command about them runs at a time, on all nodes together: what it reads holds until it is committed, as with the one
/// writer of a file, so that what it decides needs no further guard.
/// </summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerContractStore(SqlServerDatabase database) : IContractStore
{
    /// <inheritdoc/>
    public async ValueTask<T> ReadAsync<T>(
        Func<IContractSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        await database.ReadAsync(
            async session =>
                await body(new ContractSnapshot(new SqlServerFactsSession(database, session))),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IContractTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(TurnStatements.Take.With());
                return await body(
                    new ContractTransaction(new SqlServerFactsSession(database, session))
                );
            },
            static result => result.IsSuccess,
            cancellationToken
        );
}
