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
            session => Finished(body(new SqliteSnapshot(session, database.Facts))),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Facts> LoadAsync(FactsRequest request, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => snapshot.LoadAsync(request), cancellationToken);

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
        QueryVaultsAsync(VaultSql.ListVaults, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListEncryptedVaultsAsync(
        CancellationToken cancellationToken
    ) => QueryVaultsAsync(VaultSql.ListEncryptedVaults, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ExpiringVault>> ListExpiringVaultsAsync(
        ExpiryTimes times,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<ExpiringVault>>(
            session =>
                [
                    .. session
                        .Connection.Query<(long Id, long? Capacity)>(
                            VaultSql.ListExpiringVaults,
                            new
                            {
                                now = times.Now.ToUnixTimeMilliseconds(),
                                trash = TrashKey.Before(times.TrashBefore),
                                hidden = TrashKey.HiddenBefore(times.Untouched),
                                history = times.HistoryBefore.ToUnixTimeMilliseconds(),
                                untouched = times.Untouched.ToUnixTimeMilliseconds(),
                                untouchedTrash = TrashKey.Before(times.Untouched),
                                daily = times.DailyBefore.ToUnixTimeMilliseconds(),
                                weekly = times.WeeklyBefore.ToUnixTimeMilliseconds(),
                                trashPercent = times.TrashPercent,
                                versionPercent = times.VersionPercent,
                            }
                        )
                        .Select(row => new ExpiringVault(new(row.Id), row.Capacity)),
                ],
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<UploadSession>> ListExpiredUploadsAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session.List(
                    UploadStatements.ListExpired,
                    UploadRows.Read,
                    now.ToUnixTimeMilliseconds(),
                    limit
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListVaultsWithNewMediaAsync(
        VaultId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session.List(
                    MediaStatements.ListVaults,
                    row => new VaultId(row.Int64(0)),
                    after.Value,
                    limit
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PendingMedium>> ListPendingMediaAsync(
        MediaClass kind,
        int looked,
        ContentId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session.List(
                    MediaStatements.ListPending,
                    MediaRows.ReadPending,
                    (byte)kind,
                    looked,
                    after.Value,
                    limit
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Share?> FindLinkAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[ShareSql.FindByToken].Bind(1, tokenHash.ToArray());
                var share = statement.Step() ? ShareRows.Read(statement) : null;
                statement.Reset();
                return share;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultPulse>> ListPulsesAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<VaultPulse>>(
            session =>
            {
                var statement = session[SearchSql.ListPulses]
                    .Bind(1, $"[{string.Join(',', vaults.Select(vault => vault.Value))}]");
                var pulses = new List<VaultPulse>(vaults.Count);
                while (statement.Step())
                    pulses.Add(PulseRows.Read(statement));
                return pulses;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> InspectAsync(
        VaultId vault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                SqliteInspection.Run(
                    session,
                    vault.Value,
                    now.ToUnixTimeMilliseconds(),
                    cancellationToken
                ),
            cancellationToken
        );

    private ValueTask<IReadOnlyList<VaultId>> QueryVaultsAsync(
        string sql,
        object? parameters,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync<IReadOnlyList<VaultId>>(
            session =>
                [.. session.Connection.Query<long>(sql, parameters).Select(id => new VaultId(id))],
            cancellationToken
        );

    // A body that waited for something else would hold the writer, or a snapshot, for as long.
    internal static T Finished<T>(ValueTask<T> body) =>
        body.IsCompleted
            ? body.GetAwaiter().GetResult()
            : throw new InvalidOperationException(
                "A transaction's body waited for something outside of it."
            );
}

/// <summary>Statements over all vaults.</summary>
internal static class VaultSql
{
    public const string ListVaults = "SELECT v.vault_id FROM vaults v ORDER BY v.vault_id";

    // The trash is kept in the order things came into it, and then in which they were hidden; history in the order it ended.
    public const string ListExpiringVaults = """
        SELECT v.vault_id AS Id, v.capacity_bytes AS Capacity FROM vaults v
        WHERE (
          EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key < @trash)
          OR EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key >= 'h' AND n.name_key < @hidden)
          OR (SELECT h.until_time FROM node_history h WHERE h.vault_id = v.vault_id ORDER BY h.until_seq, h.node_id LIMIT 1) < @history
          OR EXISTS (SELECT 1 FROM node_history h WHERE h.vault_id = v.vault_id AND h.hidden_at IS NOT NULL AND h.hidden_at < @untouched)
          OR (SELECT h.until_time FROM node_history h WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL
            AND h.until_seq > v.daily_seq ORDER BY h.until_seq LIMIT 1) < @daily
          OR (SELECT h.until_time FROM node_history h WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL
            AND h.until_seq > v.weekly_seq ORDER BY h.until_seq LIMIT 1) < @weekly
          OR (v.version_bytes > v.capacity_bytes / 100 * @versionPercent AND (
            SELECT h.until_time FROM node_history h WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL
            ORDER BY h.until_seq LIMIT 1) < @untouched)
          OR ((SELECT d.subtree_bytes FROM dirs d WHERE d.vault_id = v.vault_id AND d.node_id = v.trash_id) > v.capacity_bytes / 100 * @trashPercent
            AND EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key < @untouchedTrash))
        ) AND (v.guarded_until IS NULL OR v.guarded_until <= @now)
          AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = v.vault_id)
        ORDER BY v.vault_id
        """;

    public const string ListEncryptedVaults = """
        SELECT v.vault_id FROM vaults v
        WHERE EXISTS (SELECT 1 FROM contents c WHERE c.vault_id = v.vault_id AND c.wrapped_key IS NOT NULL)
        ORDER BY v.vault_id
        """;
}
