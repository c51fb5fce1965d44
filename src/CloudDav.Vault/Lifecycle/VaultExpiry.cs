using System.Diagnostics;

namespace CloudDav.Vault;

/// <summary>
/// Removes for good what has lain in the trash, or in history, for longer than it is kept, or takes more than is kept of it; and thins earlier versions. Slice by slice, so that
/// writers wait for none of it. Vaults that lost much at once are left alone for a while.
/// </summary>
/// <param name="metadata">Where trees are.</param>
/// <param name="limits">How long things are kept.</param>
/// <param name="time">The clock.</param>
public sealed class VaultExpiry(IMetadataStore metadata, VaultLimits limits, TimeProvider time)
{
    private readonly WriterSlices _slices = new();

    /// <summary>Removes everything that has expired by now.</summary>
    /// <returns>How many nodes, history rows and versions were removed or looked at.</returns>
    public async ValueTask<long> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var times = new ExpiryTimes(
            now,
            TrashBefore: now - limits.TrashAge,
            HistoryBefore: now - limits.HistoryAge,
            Untouched: now - VaultLimits.NeverThinned,
            DailyBefore: now - Longer(limits.EveryVersion, VaultLimits.NeverThinned),
            WeeklyBefore: now
                - Longer(
                    limits.DailyVersion,
                    Longer(limits.EveryVersion, VaultLimits.NeverThinned)
                ),
            limits.TrashPercent,
            limits.VersionPercent
        );
        long removed = 0;
        foreach (var due in await metadata.ListExpiringVaultsAsync(times, cancellationToken))
            removed += await RunAsync(due, times, cancellationToken);
        return removed;
    }

    /// <summary>The share of a capacity that is kept of something.</summary>
    internal static long ShareOf(long capacityBytes, int percent) => capacityBytes / 100 * percent;

    private async ValueTask<long> RunAsync(
        ExpiringVault due,
        ExpiryTimes times,
        CancellationToken stop
    )
    {
        var (vault, now) = (due.Vault, times.Now);
        var removed = await TrashAsync(TrashRange.PutBefore(times.TrashBefore), null);
        removed += await TrashAsync(TrashRange.HiddenBefore(times.Untouched), null);
        removed += await SliceAsync(
            (transaction, slice) =>
                transaction.PurgeHistoryAsync(vault, times.HistoryBefore, slice, now),
            stop
        );
        removed += await VersionsAsync(new VersionPick.Hidden(times.Untouched));
        removed += await VersionsAsync(new VersionPick.Thinned(IsWeekly: false, times.DailyBefore));
        removed += await VersionsAsync(new VersionPick.Thinned(IsWeekly: true, times.WeeklyBefore));
        if (due.CapacityBytes is not { } capacity)
            return removed;
        removed += await TrashAsync(
            TrashRange.PutBefore(times.Untouched),
            ShareOf(capacity, times.TrashPercent)
        );
        removed += await VersionsAsync(
            new VersionPick.Oldest(ShareOf(capacity, times.VersionPercent), times.Untouched)
        );
        return removed;

        ValueTask<long> TrashAsync(TrashRange range, long? keptBytes) =>
            SliceAsync(
                (transaction, slice) =>
                    transaction.PurgeTrashAsync(vault, range, keptBytes, slice, now),
                stop
            );

        ValueTask<long> VersionsAsync(VersionPick pick) =>
            SliceAsync(
                (transaction, slice) => transaction.ReleaseVersionsAsync(vault, pick, slice, now),
                stop
            );
    }

    private ValueTask<long> SliceAsync(
        Func<IMetadataTransaction, int, ValueTask<int>> work,
        CancellationToken cancellationToken
    ) =>
        _slices.RunAsync(async slice =>
            (
                await metadata.WriteAsync<Slice>(
                    async transaction =>
                    {
                        var begun = Stopwatch.GetTimestamp();
                        var rows = await work(transaction, slice);
                        return new Slice(rows, Stopwatch.GetElapsedTime(begun));
                    },
                    cancellationToken
                )
            ).Value
        );

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
