using System.Runtime.CompilerServices;

namespace CloudDav.Vault;

/// <summary>Compares metadata, store and keys, both ways, for the verb <c>check</c>. It changes nothing.</summary>
/// <param name="blobs">The store.</param>
/// <param name="ledger">What must be in it.</param>
/// <param name="keys">The vaults' keys.</param>
public sealed class ContentInspector(IBlobStore blobs, IBlobLedger ledger, IKeyStore keys)
{
    private const int PageSize = 500;

    private readonly ContentReader _reader = new(blobs);

    /// <summary>Every content that is not in the store as it must be, and everything in the store that the ledger does not know.</summary>
    /// <param name="isDeep">True reads and decrypts every byte and compares digests; false looks at presence, length, header and key.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    public async IAsyncEnumerable<ContentProblem> InspectAsync(
        bool isDeep,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var after = new ContentId(0);
        while (true)
        {
            var page = await ledger.ListContentsAsync(after, PageSize, cancellationToken);
            if (page.Count == 0)
                break;
            foreach (var content in page)
            {
                if (await FindFaultAsync(content, isDeep, cancellationToken) is { } fault)
                    yield return new ContentProblem(content.Content, content.Blob, fault);
            }
            after = page[^1].Content;
        }

        await foreach (
            var batch in blobs
                .ListAsync(cancellationToken)
                .Chunk(PageSize)
                .WithCancellation(cancellationToken)
        )
        {
            var ids = batch.Select(b => b.Blob).ToArray();
            var known = await ledger.FindKnownAsync(ids, cancellationToken);
            foreach (var stored in batch.Where(b => !known.Contains(b.Blob)))
            {
                var what = stored.IsComplete ? "blob" : "leftover of an upload";
                yield return new ContentProblem(
                    null,
                    stored.Blob,
                    $"The store has a {what} of {stored.Length} bytes that the ledger does not know."
                );
            }
        }
    }

    private async ValueTask<string?> FindFaultAsync(
        LedgerContent content,
        bool isDeep,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var key = content.WrappedKey is null
                ? null
                : await keys.FindAsync(content.Vault, cancellationToken);
            if (key is null && content.WrappedKey is not null)
                return $"Vault {content.Vault.Value} has no key.";
            await using var source = await OpenAsync(content, key, cancellationToken);
            if (!isDeep)
                return null;
            using var hashes = new ContentHashes(ContentChecksums.None);
            await ContentPipe.ReadAsync(
                source,
                0,
                content.Size,
                (plain, _) =>
                {
                    foreach (var segment in plain)
                        hashes.Append(segment.Span);
                    return default;
                },
                cancellationToken
            );
            var found = hashes.ToStaged(StageOutcome.Complete, wrappedKey: null);
            return
                found.Crc32 == content.Crc32 && found.Sha256.AsSpan().SequenceEqual(content.Sha256)
                ? null
                : "Its bytes have another digest than when they were written.";
        }
        catch (ContentDamagedException e)
        {
            return e.Message;
        }
        catch (KeyStoreException e)
        {
            return e.Message;
        }
    }

    private async ValueTask<IContentSource> OpenAsync(
        LedgerContent content,
        VaultKey? key,
        CancellationToken cancellationToken
    )
    {
        if (content.Blob is { } blob)
        {
            return await _reader.OpenBlobAsync(
                blob,
                content.Size,
                key,
                content.WrappedKey,
                cancellationToken
            );
        }
        return content.Inline is { } inline
            ? _reader.OpenInline(inline, content.Size, key, content.WrappedKey)
            : throw new ContentDamagedException("It has neither a blob nor inline bytes.");
    }
}

/// <summary>Something wrong with stored content.</summary>
/// <param name="Content">The content; null for something in the store that belongs to none.</param>
/// <param name="Blob">Its blob; null when the content is inline.</param>
/// <param name="Fault">What is wrong, as a sentence.</param>
public sealed record ContentProblem(ContentId? Content, BlobId? Blob, string Fault)
{
    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        var content = Content is { } c ? $"content {c.Value}" : "no content";
        return Blob is { } b ? $"{content}, blob {b.Value:N}: {Fault}" : $"{content}: {Fault}";
    }
}
