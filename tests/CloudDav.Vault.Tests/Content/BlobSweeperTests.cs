using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Vault.Tests.Content;

public sealed class BlobSweeperTests : IDisposable
{
    private readonly ContentFixture _content = new();
    private readonly ListLedger _ledger = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly BlobSweeper _sweeper;

    public BlobSweeperTests() =>
        _sweeper = new BlobSweeper(
            _content.Blobs,
            _ledger,
            _time,
            new BlobSweeperOptions { BatchSize = 2 }
        );

    [Fact]
    public async Task A_staged_blob_goes_once_its_lease_and_the_grace_time_have_ended()
    {
        var blob = await StageAsync();
        _ledger.StagedUntil.Add(blob, _time.GetUtcNow() + TimeSpan.FromMinutes(1));

        Assert.Equal(0, await _sweeper.SweepAsync(ContentFixture.Stop));
        Assert.Single(_content.Files());

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, await _sweeper.SweepAsync(ContentFixture.Stop));
        Assert.Empty(_ledger.StagedUntil);
        Assert.Single(_content.Files());

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await _sweeper.SweepAsync(ContentFixture.Stop));
        Assert.Empty(_content.Files());
        Assert.Empty(_ledger.CondemnedAt);
    }

    [Fact]
    public async Task Condemned_blobs_go_in_batches_and_live_ones_stay()
    {
        for (var i = 0; i < 5; i++)
            _ledger.CondemnedAt.Add(await StageAsync(), _time.GetUtcNow());
        var live = await StageAsync();

        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(5, await _sweeper.SweepAsync(ContentFixture.Stop));
        Assert.Equal([_content.FileOf(live)], _content.Files());
    }

    [Fact]
    public async Task A_crash_between_staging_and_commit_leaves_only_what_the_sweeper_removes()
    {
        // Two ends of a crash: while the bytes were being written, and after the blob was whole.
        var cut = BlobId.New();
        var upload = await _content.Blobs.CreateAsync(cut, null, ContentFixture.Stop);
        await upload.WriteAsync(new byte[1000], ContentFixture.Stop);
        var whole = await StageAsync();
        foreach (var blob in new[] { cut, whole })
            _ledger.StagedUntil.Add(blob, _time.GetUtcNow());
        Assert.Equal(2, _content.Files().Length);

        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(2, await _sweeper.SweepAsync(ContentFixture.Stop));
        Assert.Empty(_content.Files());
        // The process that was thought dead and is only slow must not succeed now.
        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await upload.CompleteAsync(ContentFixture.Stop)
        );
        await upload.DisposeAsync();
        Assert.Empty(_content.Files());
    }

    [Fact]
    public async Task Orphans_are_removed_when_they_are_old_enough_and_the_ledger_does_not_know_them()
    {
        var orphan = await StageAsync();
        var staged = await StageAsync();
        _ledger.StagedUntil.Add(staged, DateTimeOffset.MaxValue);
        var part = BlobId.New();
        await using var upload = await _content.Blobs.CreateAsync(part, null, ContentFixture.Stop);

        Assert.Empty(await _sweeper.RemoveOrphansAsync(ContentFixture.Stop));
        Assert.Equal(3, _content.Files().Length);

        _time.Advance(TimeSpan.FromHours(2));
        var removed = await _sweeper.RemoveOrphansAsync(ContentFixture.Stop);

        Assert.Equal(
            new HashSet<BlobId> { orphan, part },
            removed.Select(stored => stored.Blob).ToHashSet()
        );
        Assert.True(removed.Single(stored => stored.Blob == orphan).Length >= 100);
        Assert.Equal([_content.FileOf(staged)], _content.Files());
    }

    public void Dispose() => _content.Dispose();

    private async Task<BlobId> StageAsync() =>
        (await _content.StageAsync(ContentFixture.Bytes(100), _content.Key)).Blob;
}
