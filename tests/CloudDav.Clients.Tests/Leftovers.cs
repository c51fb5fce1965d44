using CloudDav.Storage;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Clients.Tests;

/// <summary>What dead uploads left on disk. The server must not be running: its sweeper is run here, days later.</summary>
internal static class Leftovers
{
    /// <summary>Sweeps, and fails unless the store then holds exactly the blobs that contents refer to.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="store">Where its contents are; null for the folder of them.</param>
    public static async Task AssertNoneAfterSweepAsync(string data, IBlobStore? store = null)
    {
        using var database = new SqliteDatabase(Path.Combine(data, "metadata/clouddav.db"));
        await AssertNoneAfterSweepAsync(
            new SqliteBlobLedger(database),
            store ?? new DiskBlobStore(Path.Combine(data, "content"))
        );
    }

    /// <summary>The same wherever ledger and store are.</summary>
    public static async Task AssertNoneAfterSweepAsync(IBlobLedger ledger, IBlobStore blobs)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var sweeper = new BlobSweeper(blobs, ledger, time, new BlobSweeperOptions());
        // Once for the leases to have ended, once more for what was condemned then.
        for (var sweeps = 0; sweeps < 2; sweeps++)
        {
            time.Advance(TimeSpan.FromDays(2));
            await sweeper.SweepAsync(CancellationToken.None);
        }
        await sweeper.RemoveOrphansAsync(CancellationToken.None);

        var stored = new List<BlobId>();
        await foreach (var blob in blobs.ListAsync(CancellationToken.None))
        {
            Assert.True(blob.IsComplete, $"{blob.Blob} is left half written");
            stored.Add(blob.Blob);
        }
        var live = new List<BlobId>();
        var last = default(LedgerPlace);
        while (
            await ledger.ListContentsAsync(last, 1000, CancellationToken.None)
                is { Count: > 0 } page
        )
        {
            live.AddRange(page.Where(c => c.Blob is not null).Select(c => c.Blob!.Value));
            last = page[^1].Place;
        }
        Assert.Equal(live.Select(b => b.Value).Order(), stored.Select(b => b.Value).Order());
    }
}
