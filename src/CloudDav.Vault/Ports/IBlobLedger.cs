namespace CloudDav.Vault;

/// <summary>
/// The ledger of blobs, as the sweeper and <c>check</c> see it. A blob is staged, live, condemned, then gone. Only a commit makes a staged blob live, and it must
/// fail when the blob has been condemned meanwhile.
/// </summary>
public interface IBlobLedger
{
    /// <summary>Condemns every staged blob whose lease ended before <paramref name="now"/>, in one transaction.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> CondemnExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Blobs condemned before a moment, oldest first.</summary>
    /// <param name="before">Condemned earlier than this.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Records that condemned blobs are out of the store. Blobs in another state are left as they are.</summary>
    ValueTask MarkGoneAsync(IReadOnlyList<BlobId> blobs, CancellationToken cancellationToken);

    /// <summary>Those of the given blobs that the ledger knows as staged, live or condemned.</summary>
    ValueTask<IReadOnlySet<BlobId>> FindKnownAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    );

    /// <summary>Condemns those of the given blobs that it does not know: the store has them from a future that was lost when the metadata was restored.</summary>
    ValueTask CondemnUnknownAsync(
        IReadOnlyList<BlobId> blobs,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Contents in an order of the ledger's own, a page at a time: every one that metadata refers to, blobs and inline.</summary>
    /// <param name="after">The place of the last one of the page before; the default for the first page.</param>
    /// <param name="limit">The most to return; an empty page is the end.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<LedgerContent>> ListContentsAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>What is in the store and no content yet, or no longer.</summary>
    ValueTask<LedgerBacklog> MeasureAsync(CancellationToken cancellationToken);
}

/// <summary>The blobs that are no contents.</summary>
/// <param name="Staged">Those of uploads under way, and of uploads that broke off until their lease ends.</param>
/// <param name="Condemned">Those that the sweeper is to remove.</param>
/// <param name="Oldest">When the first of the condemned ones was condemned; null when there is none.</param>
public readonly record struct LedgerBacklog(long Staged, long Condemned, DateTimeOffset? Oldest);

/// <summary>
/// Where a content stands in the ledger's own order, which no one else knows: by vault and content, or by content alone, whose ids are unique. The default is
/// before the first.
/// </summary>
/// <param name="Vault">Whose it is.</param>
/// <param name="Content">Its id.</param>
public readonly record struct LedgerPlace(VaultId Vault, ContentId Content)
{
    /// <summary>The place after which this one comes next, if there is such a content.</summary>
    internal LedgerPlace Before => this with { Content = new ContentId(Content.Value - 1) };
}

/// <summary>A content as the metadata has it.</summary>
/// <param name="Content">Its id.</param>
/// <param name="Vault">Whose it is.</param>
/// <param name="Blob">Its live blob; null when it is inline.</param>
/// <param name="Inline">Its inline bytes; null when it is a blob.</param>
/// <param name="Size">Plaintext length in bytes.</param>
/// <param name="Sha256">SHA-256 of the plaintext.</param>
/// <param name="Crc32">CRC-32 of the plaintext.</param>
/// <param name="WrappedKey">Its wrapped key; null when it is stored as plaintext.</param>
public sealed record LedgerContent(
    ContentId Content,
    VaultId Vault,
    BlobId? Blob,
    byte[]? Inline,
    long Size,
    byte[] Sha256,
    uint Crc32,
    byte[]? WrappedKey
)
{
    /// <summary>Its place in the ledger.</summary>
    public LedgerPlace Place => new(Vault, Content);

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="ContentDamagedException">It is missing, has another length, or its key does not unwrap.</exception>
    internal async ValueTask<IContentSource> OpenAsync(
        ContentReader reader,
        VaultKey? key,
        CancellationToken cancellationToken
    )
    {
        if (Blob is { } blob)
            return await reader.OpenBlobAsync(blob, Size, key, WrappedKey, cancellationToken);
        return Inline is { } inline
            ? reader.OpenInline(inline, Size, key, WrappedKey)
            : throw new ContentDamagedException("It has neither a blob nor inline bytes.");
    }

    /// <summary>Looks at it, as far as that is possible without reading a blob.</summary>
    /// <exception cref="ContentDamagedException">It is missing, has another length, or its key does not unwrap.</exception>
    internal async ValueTask CheckAsync(
        ContentReader reader,
        VaultKey? key,
        CancellationToken cancellationToken
    )
    {
        if (Blob is { } blob)
            await reader.CheckBlobAsync(blob, Size, key, WrappedKey, cancellationToken);
        else
            await using (await OpenAsync(reader, key, cancellationToken)) { }
    }
}
