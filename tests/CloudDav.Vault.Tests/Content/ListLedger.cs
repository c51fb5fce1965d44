namespace CloudDav.Vault.Tests.Content;

/// <summary>A ledger in lists, whose states a test sets as it likes.</summary>
internal sealed class ListLedger : IBlobLedger
{
    public Dictionary<BlobId, DateTimeOffset> StagedUntil { get; } = [];
    public Dictionary<BlobId, DateTimeOffset> CondemnedAt { get; } = [];
    public List<LedgerContent> Contents { get; } = [];

    public ValueTask<int> CondemnExpiredAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var expired = StagedUntil.Where(s => s.Value < now).ToArray();
        foreach (var (blob, until) in expired)
        {
            StagedUntil.Remove(blob);
            CondemnedAt.Add(blob, until);
        }
        return new(expired.Length);
    }

    public ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new([
            .. CondemnedAt
                .Where(c => c.Value < before)
                .OrderBy(c => c.Value)
                .Select(c => c.Key)
                .Take(limit),
        ]);

    public ValueTask MarkGoneAsync(IReadOnlyList<BlobId> blobs, CancellationToken cancellationToken)
    {
        foreach (var blob in blobs)
            CondemnedAt.Remove(blob);
        return default;
    }

    public ValueTask<IReadOnlySet<BlobId>> FindKnownAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    ) =>
        new(
            blobs
                .Where(b =>
                    StagedUntil.ContainsKey(b)
                    || CondemnedAt.ContainsKey(b)
                    || Contents.Exists(c => c.Blob == b)
                )
                .ToHashSet()
        );

    public async ValueTask CondemnUnknownAsync(
        IReadOnlyList<BlobId> blobs,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        foreach (var blob in blobs.Except(await FindKnownAsync(blobs, cancellationToken)))
            CondemnedAt.Add(blob, now);
    }

    public ValueTask<IReadOnlyList<LedgerContent>> ListContentsAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new([
            .. Contents
                .Where(c => c.Content.Value > after.Content.Value)
                .OrderBy(c => c.Content.Value)
                .Take(limit),
        ]);

    public ValueTask<LedgerBacklog> MeasureAsync(CancellationToken cancellationToken) =>
        new(
            new LedgerBacklog(
                StagedUntil.Count,
                CondemnedAt.Count,
                CondemnedAt.Count == 0 ? null : CondemnedAt.Values.Min()
            )
        );
}
