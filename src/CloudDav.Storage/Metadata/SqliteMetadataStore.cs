using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>The trees on SQLite. Everything completes synchronously: reads on the caller's thread, commands on the writer's.</summary>
/// <param name="database">The engine.</param>
public sealed class SqliteMetadataStore(SqliteDatabase database) : IMetadataStore
{
    /// <inheritdoc/>
    public ValueTask<T> ReadAsync<T>(
        Func<IMetadataSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session => Finished(body(new SqliteSnapshot(session))),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IMetadataTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => Finished(body(new SqliteTransaction(session, database))),
            static result => result.IsSuccess,
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultId> CreateVaultAsync(
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        new(
            await database.WriteAsync(
                session =>
                    VaultCreation.Create(
                        database,
                        session,
                        name,
                        capacityBytes,
                        caseInsensitive,
                        now.ToUnixTimeMilliseconds()
                    ),
                cancellationToken
            )
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListVaultsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<VaultId>>(
            session =>
                [
                    .. session
                        .Connection.Query<long>("SELECT vault_id FROM vaults ORDER BY vault_id")
                        .Select(id => new VaultId(id)),
                ],
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListEncryptedVaultsAsync(
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<VaultId>>(
            session =>
                [
                    .. session
                        .Connection.Query<long>(
                            """
                            SELECT v.vault_id FROM vaults v
                            WHERE EXISTS (SELECT 1 FROM contents c WHERE c.vault_id = v.vault_id AND c.wrapped_key IS NOT NULL)
                            ORDER BY v.vault_id
                            """
                        )
                        .Select(id => new VaultId(id)),
                ],
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> InspectAsync(
        VaultId vault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session => SqliteInspection.Run(session, vault.Value, now.ToUnixTimeMilliseconds()),
            cancellationToken
        );

    // A body that waited for something else would hold the writer, or a snapshot, for as long.
    private static T Finished<T>(ValueTask<T> body) =>
        body.IsCompleted
            ? body.GetAwaiter().GetResult()
            : throw new InvalidOperationException(
                "A transaction's body waited for something outside of it."
            );
}
