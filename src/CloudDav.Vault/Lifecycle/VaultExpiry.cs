using System.Diagnostics;

namespace CloudDav.Vault;

/// <summary>Removes for good what has lain in the trash, or in history, for longer than it is kept. Slice by slice, so that writers wait for none of it.</summary>
/// <param name="metadata">Where trees are.</param>
/// <param name="limits">How long things are kept.</param>
/// <param name="time">The clock.</param>
public sealed class VaultExpiry(IMetadataStore metadata, VaultLimits limits, TimeProvider time)
{
    private readonly WriterSlices _slices = new();

    /// <summary>Purges everything that has expired by now.</summary>
    /// <returns>How many nodes and history rows were removed.</returns>
    public async ValueTask<long> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (trash, history) = (now - limits.TrashAge, now - limits.HistoryAge);
        long removed = 0;
        foreach (
            var vault in await metadata.ListExpiringVaultsAsync(trash, history, cancellationToken)
        )
        {
            removed += await PurgeAsync(
                (transaction, slice) => transaction.PurgeTrashAsync(vault, trash, slice, now),
                cancellationToken
            );
            removed += await PurgeAsync(
                (transaction, slice) => transaction.PurgeHistoryAsync(vault, history, slice, now),
                cancellationToken
            );
        }
        return removed;
    }

    private ValueTask<long> PurgeAsync(
        Func<IMetadataTransaction, int, ValueTask<int>> purge,
        CancellationToken cancellationToken
    ) =>
        _slices.RunAsync(async slice =>
            (
                await metadata.WriteAsync<Slice>(
                    async transaction =>
                    {
                        var begun = Stopwatch.GetTimestamp();
                        var removed = await purge(transaction, slice);
                        return new Slice(removed, Stopwatch.GetElapsedTime(begun));
                    },
                    cancellationToken
                )
            ).Value
        );
}
