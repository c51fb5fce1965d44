namespace CloudDav.Vault;

/// <summary>Remembers how well stored contents are, and when that was last proved. It only marks: no content is touched by it.</summary>
public interface ICareLog
{
    /// <summary>What is remembered of passes and tests.</summary>
    ValueTask<CareState> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Remembers how far a pass has come, so that another node can go on with it.</summary>
    ValueTask SavePassAsync(ScrubPass pass, CancellationToken cancellationToken);

    /// <summary>A pass came to its end. It is the last whole one if nothing was left unread, and no node goes on with it. Marks of contents that are gone go.</summary>
    ValueTask FinishPassAsync(
        ScrubPass pass,
        DateTimeOffset finished,
        CancellationToken cancellationToken
    );

    /// <summary>Marks a content as damaged, if it still is there and its vault is not being destroyed, looked at in the same transaction.</summary>
    ValueTask<MarkOutcome> MarkAsync(
        LedgerPlace content,
        string fault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Takes a content's mark away.</summary>
    ValueTask ClearAsync(LedgerPlace content, CancellationToken cancellationToken);

    /// <summary>Marked contents in the ledger's own order, a page at a time.</summary>
    /// <param name="after">The place of the last one of the page before; the default for the first page.</param>
    /// <param name="limit">The most to return; an empty page is the end.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<Damage>> ListDamagesAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Remembers that a backup was restored for a test and found whole, with what the operator's chain says of it.</summary>
    ValueTask RecordRestoreTestAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>How many contents are marked.</summary>
    ValueTask<long> CountDamagesAsync(CancellationToken cancellationToken);
}

/// <summary>What marking a content came to.</summary>
public enum MarkOutcome
{
    /// <summary>It is gone, or going with its vault: there was nothing to mark.</summary>
    Gone,

    /// <summary>It was not marked before.</summary>
    New,

    /// <summary>It was marked before.</summary>
    Known,
}

/// <summary>A content that is not what was written.</summary>
/// <param name="Content">The content.</param>
/// <param name="Vault">Whose it is.</param>
/// <param name="Account">The vault's account; null when it has none.</param>
/// <param name="Blob">Its blob; null when it is inline.</param>
/// <param name="Found">When it was first found.</param>
/// <param name="Seen">When it was last found.</param>
/// <param name="Fault">What is wrong, as a sentence.</param>
public sealed record Damage(
    ContentId Content,
    VaultId Vault,
    AccountId? Account,
    BlobId? Blob,
    DateTimeOffset Found,
    DateTimeOffset Seen,
    string Fault
)
{
    /// <summary>The content's place in the ledger.</summary>
    public LedgerPlace Place => new(Vault, Content);
}

/// <summary>How far a pass over all contents has come.</summary>
/// <param name="Started">When it began.</param>
/// <param name="After">The place of the last content it has looked at; the default before the first.</param>
/// <param name="Contents">How many it has looked at.</param>
/// <param name="Bytes">Their plaintext lengths together.</param>
/// <param name="Unread">How many of them could not be judged, because the key was not to be had.</param>
public sealed record ScrubPass(
    DateTimeOffset Started,
    LedgerPlace After,
    long Contents,
    long Bytes,
    long Unread
)
{
    /// <summary>A pass from the first content on.</summary>
    public static ScrubPass New(DateTimeOffset now) => new(now, default, 0, 0, 0);
}

/// <summary>What is remembered of passes and tests.</summary>
/// <param name="Pass">The pass under way; null for none.</param>
/// <param name="LastStarted">When the last pass that came to its end had begun; null before the first.</param>
/// <param name="LastScrub">When a pass last came to its end that could read every content; null for never.</param>
/// <param name="LastRestoreTest">When a backup was last restored and found whole; null for never.</param>
public sealed record CareState(
    ScrubPass? Pass,
    DateTimeOffset? LastStarted,
    DateTimeOffset? LastScrub,
    DateTimeOffset? LastRestoreTest
);
