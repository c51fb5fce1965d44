using System.Runtime.CompilerServices;

namespace CloudDav.Vault;

/// <summary>How long the sweeper waits.</summary>
public sealed record BlobSweeperOptions
{
    /// <summary>How long a condemned blob is still there at least, for whoever has just looked it up and not opened it yet. Stores may ask for longer.</summary>
    public TimeSpan CondemnedGrace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How old something in the store that the ledger does not know must be before it is removed.</summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Blobs handled in one step.</summary>
    public int BatchSize { get; init; } = 500;
}

/// <summary>Removes blobs nobody needs: those of uploads that never came to an end, condemned ones, and leftovers in the store. It removes nothing that the ledger does not give up.</summary>
/// <param name="blobs">The store.</param>
/// <param name="ledger">Decides.</param>
/// <param name="time">The time.</param>
/// <param name="options">How long to wait.</param>
public sealed class BlobSweeper(
    IBlobStore blobs,
    IBlobLedger ledger,
    TimeProvider time,
    BlobSweeperOptions options
)
{
    /// <summary>How long a condemned blob is kept.</summary>
    public TimeSpan Grace =>
        blobs.ReadersGrace > options.CondemnedGrace ? blobs.ReadersGrace : options.CondemnedGrace;

    /// <summary>Condemns staged blobs whose lease has ended, and removes what has been condemned for long enough. Any number of processes may do so at once.</summary>
    /// <returns>How many blobs it removed.</returns>
    public async ValueTask<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await ledger.CondemnExpiredAsync(now, cancellationToken);
        var removed = 0;
        while (true)
        {
            var condemned = await ledger.ListCondemnedAsync(
                now - Grace,
                options.BatchSize,
                cancellationToken
            );
            if (condemned.Count == 0)
                return removed;
            foreach (var blob in condemned)
                await blobs.DeleteAsync(blob, cancellationToken);
            // Only now: after a crash in between they are simply removed once more.
            await ledger.MarkGoneAsync(condemned, cancellationToken);
            removed += condemned.Count;
        }
    }

    /// <summary>Removes what is in the store, complete or not, old enough, and unknown to the ledger. A blob's ledger row comes before its first byte, so an upload under way is never among them.</summary>
    /// <returns>What it removed.</returns>
    public async ValueTask<IReadOnlyList<StoredBlob>> RemoveOrphansAsync(
        CancellationToken cancellationToken
    )
    {
        var removed = new List<StoredBlob>();
        var oldest = time.GetUtcNow() - options.OrphanAge;
        await foreach (
            var batch in OldBlobsAsync(oldest, cancellationToken)
                .Chunk(options.BatchSize)
                .WithCancellation(cancellationToken)
        )
        {
            var known = await ledger.FindKnownAsync(
                [.. batch.Select(stored => stored.Blob)],
                cancellationToken
            );
            foreach (var stored in batch.Where(stored => !known.Contains(stored.Blob)))
            {
                await blobs.DeleteAsync(stored.Blob, cancellationToken);
                removed.Add(stored);
            }
        }
        return removed;
    }

    /// <summary>
    /// Condemns what is in the store, complete or not, and unknown to the ledger, after the metadata was restored: the sweeper's grace then counts for the contents of the
    /// future that was lost, too.
    /// </summary>
    public async ValueTask CondemnUnknownAsync(CancellationToken cancellationToken)
    {
        await foreach (
            var batch in blobs
                .ListAsync(cancellationToken)
                .Chunk(options.BatchSize)
                .WithCancellation(cancellationToken)
        )
            await ledger.CondemnUnknownAsync(
                [.. batch.Select(stored => stored.Blob)],
                time.GetUtcNow(),
                cancellationToken
            );
    }

    private async IAsyncEnumerable<StoredBlob> OldBlobsAsync(
        DateTimeOffset oldest,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var stored in blobs.ListAsync(cancellationToken))
        {
            if (stored.Written < oldest)
                yield return stored;
        }
    }
}
