namespace CloudDav.Vault;

/// <summary>How fast a pass reads, and for how long.</summary>
public sealed record ScrubLimits
{
    /// <summary>The most bytes of content to read a second; null for as fast as they come.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How long to go on before stopping between two contents; null to the end.</summary>
    public TimeSpan? AtMost { get; init; }

    /// <summary>Whether the place is remembered on the way, so that whoever runs the next slice goes on there.</summary>
    public bool KeepsPlace { get; init; }
}

/// <summary>What a pass makes of something it found.</summary>
public enum ScrubFindingKind
{
    /// <summary>A content is not what was written; it was not marked before.</summary>
    Damaged,

    /// <summary>A content that was marked before still is damaged.</summary>
    StillDamaged,

    /// <summary>A content that was marked is what was written: its mark is gone.</summary>
    GoodAgain,

    /// <summary>The contents of a vault cannot be judged, because its key is not to be had.</summary>
    Unread,

    /// <summary>The store has something that the ledger does not know.</summary>
    Stray,
}

/// <summary>Something that a pass found.</summary>
/// <param name="Kind">What it makes of it.</param>
/// <param name="Vault">Whose it is; null for something in the store that belongs to nobody.</param>
/// <param name="Problem">What it found.</param>
public sealed record ScrubFinding(ScrubFindingKind Kind, VaultId? Vault, ContentProblem Problem);

/// <summary>
/// Reads every content that metadata refers to, decrypts it and compares it with the hash of what was written; then looks through the store for what the ledger does
/// not know. What is damaged is marked and reported. Nothing is ever removed, shortened or moved by it.
/// </summary>
/// <param name="blobs">The store.</param>
/// <param name="ledger">What must be in it.</param>
/// <param name="keys">The vaults' keys.</param>
/// <param name="care">Where damage is marked.</param>
/// <param name="time">The clock.</param>
public sealed class Scrubber(
    IBlobStore blobs,
    IBlobLedger ledger,
    IKeyStore keys,
    ICareLog care,
    TimeProvider time
)
{
    private const int PageSize = 200;

    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(5);

    // What an upload that was cut just now left in the store is the sweeper's business and no finding; what came later the next pass looks at.
    private static readonly TimeSpan s_strayAge = TimeSpan.FromHours(1);

    private readonly ContentInspector _inspector = new(blobs, ledger, keys);

    /// <summary>Goes on with a pass.</summary>
    /// <param name="pass">Where it is; <see cref="ScrubPass.New"/> for one from the beginning.</param>
    /// <param name="limits">How fast, and for how long.</param>
    /// <param name="report">Takes what it finds, at once. The contents of a vault without a key are reported once a call.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Where it is now, and whether it came to its end.</returns>
    public async ValueTask<(ScrubPass Pass, bool IsOver)> RunAsync(
        ScrubPass pass,
        ScrubLimits limits,
        Action<ScrubFinding> report,
        CancellationToken cancellationToken
    )
    {
        var begun = time.GetTimestamp();
        var saved = begun;
        var pace = new ScrubPace(limits.BytesPerSecond, time);
        var locked = new HashSet<VaultId>();
        while (
            await ledger.ListContentsAsync(pass.After, PageSize, cancellationToken)
                is { Count: > 0 } page
        )
        {
            var marked = (await care.ListDamagesAsync(pass.After, PageSize, cancellationToken))
                .Select(damage => damage.Content)
                .ToHashSet();
            foreach (var content in page)
            {
                var fault = await _inspector.FindFaultAsync(
                    content,
                    isDeep: true,
                    pace,
                    cancellationToken
                );
                pass = pass with
                {
                    After = content.Place,
                    Contents = pass.Contents + 1,
                    Bytes = pass.Bytes + content.Size,
                    Unread = pass.Unread + (fault is { IsOfKey: true } ? 1 : 0),
                };
                var problem = new ContentProblem(
                    content.Content,
                    content.Blob,
                    fault?.Sentence ?? "It is what was written."
                );
                if (await JudgeAsync(content.Place, fault, marked, cancellationToken) is { } kind)
                {
                    if (kind != ScrubFindingKind.Unread || locked.Add(content.Vault))
                        report(new ScrubFinding(kind, content.Vault, problem));
                }
                var isTimeOver = time.GetElapsedTime(begun) >= limits.AtMost;
                if (limits.KeepsPlace && (isTimeOver || time.GetElapsedTime(saved) >= s_saveEvery))
                {
                    await care.SavePassAsync(pass, cancellationToken);
                    saved = time.GetTimestamp();
                }
                if (isTimeOver)
                    return (pass, false);
            }
        }
        await foreach (
            var stray in _inspector.FindStraysAsync(pass.Started - s_strayAge, cancellationToken)
        )
            report(new ScrubFinding(ScrubFindingKind.Stray, null, stray));
        await care.FinishPassAsync(pass, time.GetUtcNow(), cancellationToken);
        return (pass, true);
    }

    private async ValueTask<ScrubFindingKind?> JudgeAsync(
        LedgerPlace place,
        ContentFault? fault,
        HashSet<ContentId> marked,
        CancellationToken cancellationToken
    )
    {
        switch (fault)
        {
            case null when marked.Contains(place.Content):
                await care.ClearAsync(place, cancellationToken);
                return ScrubFindingKind.GoodAgain;
            case null:
                return null;
            case { IsOfKey: true }:
                return ScrubFindingKind.Unread;
            default:
                return await care.MarkAsync(
                    place,
                    fault.Sentence,
                    time.GetUtcNow(),
                    cancellationToken
                ) switch
                {
                    MarkOutcome.New => ScrubFindingKind.Damaged,
                    MarkOutcome.Known => ScrubFindingKind.StillDamaged,
                    // It was purged while it was read.
                    MarkOutcome.Gone => null,
                };
        }
    }
}

/// <summary>Holds a reader back to a rate. What was not used in time is not saved up.</summary>
/// <param name="bytesPerSecond">The rate; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class ScrubPace(long? bytesPerSecond, TimeProvider time)
{
    // Looking a content up and opening it is work too.
    private const int BytesPerContent = 4096;

    private static readonly TimeSpan s_leastWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_mostBehind = TimeSpan.FromSeconds(1);

    private long _since = time.GetTimestamp();
    private long _spent;

    public ValueTask OpenAsync(CancellationToken cancellationToken) =>
        SpendAsync(BytesPerContent, cancellationToken);

    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
            return;
        _spent += bytes;
        var ahead = TimeSpan.FromSeconds((double)_spent / rate) - time.GetElapsedTime(_since);
        if (ahead > s_leastWait)
            await Task.Delay(ahead, time, cancellationToken);
        else if (ahead < -s_mostBehind)
            (_since, _spent) = (time.GetTimestamp(), 0);
    }
}
