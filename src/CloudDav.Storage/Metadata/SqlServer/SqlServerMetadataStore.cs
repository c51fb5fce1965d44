using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The trees on SQL Server.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerMetadataStore(SqlServerDatabase database) : IMetadataStore
{
    /// <inheritdoc/>
    public async ValueTask<T> ReadAsync<T>(
        Func<IMetadataSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        await database.ReadAsync(
            async session => await body(new SqlServerSnapshot(database, session)),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Facts> LoadAsync(
        FactsRequest request,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session => await new SqlServerSnapshot(database, session).LoadAsync(request),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IMetadataTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var command = database.NewCommand();
        VaultId? sentTo = null;
        var sent = default(VaultResult<T>);
        return await SqlServerDatabase.RetryAsync(
            async isAgain =>
            {
                await using var transaction = new SqlServerTransaction(database, command, isAgain);
                if (sentTo is { } vault && await transaction.WasAppliedAsync(vault))
                    return sent;
                var result = await body(transaction);
                if (result.IsSuccess)
                {
                    // From here on nobody knows, unless it is answered.
                    (sentTo, sent) = (transaction.Vault, result);
                    await transaction.CommitAsync();
                }
                return result;
            },
            CancellationToken.None
        );
    }

    /// <inheritdoc/>
    public async ValueTask<VaultId> CreateVaultAsync(
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                CreateVaultAsync(database, session, name, capacityBytes, caseInsensitive, now),
            cancellationToken
        );

    /// <summary>Makes a vault's rows, as part of the transaction that makes its account.</summary>
    internal static async Task<VaultId> CreateVaultAsync(
        SqlServerDatabase database,
        SqlServerSession session,
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        DateTimeOffset now
    )
    {
        var vault = await database.AllocateAsync("vaults");
        var root = await database.AllocateIdsAsync(2);
        await session.ExecuteAsync(
            EngineStatements.CreateVault.With(
                vault,
                name,
                VaultCreation.NewEpoch(),
                capacityBytes,
                root,
                root + 1,
                caseInsensitive,
                now.ToUnixTimeMilliseconds()
            )
        );
        return new VaultId(vault);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListVaultsAsync(CancellationToken cancellationToken) =>
        ListAsync(PurgeStatements.ListVaults.With(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VaultId>> ListEncryptedVaultsAsync(
        CancellationToken cancellationToken
    ) => ListAsync(PurgeStatements.ListEncryptedVaults.With(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ExpiringVault>> ListExpiringVaultsAsync(
        ExpiryTimes times,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ListAsync(
                    PurgeStatements.ListExpiringVaults.With(
                        times.Now.ToUnixTimeMilliseconds(),
                        TrashKey.Before(times.TrashBefore),
                        TrashKey.HiddenBefore(times.Untouched),
                        times.HistoryBefore.ToUnixTimeMilliseconds(),
                        times.Untouched.ToUnixTimeMilliseconds(),
                        TrashKey.Before(times.Untouched),
                        times.DailyBefore.ToUnixTimeMilliseconds(),
                        times.WeeklyBefore.ToUnixTimeMilliseconds(),
                        (long)times.TrashPercent,
                        (long)times.VersionPercent
                    ),
                    row => new ExpiringVault(new(row.Int64(0)), row.Int64OrNull(1)),
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UploadSession>> ListExpiredUploadsAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ListAsync(
                    UploadStatements.ListExpired.Server.With(now.ToUnixTimeMilliseconds(), limit),
                    UploadRows.Read,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VaultId>> ListVaultsWithNewMediaAsync(
        VaultId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await ListAsync(
            MediaStatements.ListVaults.Server.With(after.Value, limit),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<PendingMedium>> ListPendingMediaAsync(
        MediaClass kind,
        int looked,
        ContentId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ListAsync(
                    MediaStatements.ListPending.Server.With((byte)kind, looked, after.Value, limit),
                    MediaRows.ReadPending,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Share?> FindLinkAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.FirstAsync(
                    ShareStatements.FindByToken.With(tokenHash.ToArray()),
                    ShareRows.Read,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VaultPulse>> ListPulsesAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ListAsync(
                    SearchStatements.ListPulses.With(
                        SqlServerSnapshot.Ids(vaults.Select(vault => vault.Value))
                    ),
                    PulseRows.Read,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> InspectAsync(
        VaultId vault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.ReadAsync(
            session => SqlServerInspection.RunAsync(session, vault, now),
            cancellationToken
        );

    private async ValueTask<IReadOnlyList<VaultId>> ListAsync(
        SqlServerCall call,
        CancellationToken cancellationToken
    ) =>
        [
            .. (
                await database.RunAsync(session => session.ListAsync<long>(call), cancellationToken)
            ).Select(id => new VaultId(id)),
        ];
}
