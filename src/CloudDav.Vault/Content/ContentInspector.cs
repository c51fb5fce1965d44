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
    /// <param name="isDeep">True reads and decrypts every byte and compares digests; false looks at presence, length and key, and reads no blob.</param>
    /// <param name="straysBefore">Nothing is said of what the store has since then; for metadata that is a copy beside the one that is in use.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    public async IAsyncEnumerable<ContentProblem> InspectAsync(
        bool isDeep,
        DateTimeOffset straysBefore,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var after = default(LedgerPlace);
        while (true)
        {
            var page = await ledger.ListContentsAsync(after, PageSize, cancellationToken);
            if (page.Count == 0)
                break;
            foreach (var content in page)
            {
                if (
                    await FindFaultAsync(content, isDeep, pace: null, cancellationToken)
                        is { } fault
                    && await IsStillThereAsync(content, cancellationToken)
                )
                    yield return new ContentProblem(content.Content, content.Blob, fault.Sentence);
            }
            after = page[^1].Place;
        }
        await foreach (var stray in FindStraysAsync(straysBefore, cancellationToken))
            yield return stray;
    }

    /// <summary>As <see cref="InspectAsync(bool, DateTimeOffset, CancellationToken)"/>, with everything that the store has.</summary>
    public IAsyncEnumerable<ContentProblem> InspectAsync(
        bool isDeep,
        CancellationToken cancellationToken
    ) => InspectAsync(isDeep, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>Everything in the store that the ledger does not know.</summary>
    /// <param name="before">Only what was last written before this.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async IAsyncEnumerable<ContentProblem> FindStraysAsync(
        DateTimeOffset before,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            var batch in blobs
                .ListAsync(cancellationToken)
                .Where(stored => stored.Written < before)
                .Chunk(PageSize)
                .WithCancellation(cancellationToken)
        )
        {
            var ids = batch.Select(b => b.Blob).ToArray();
            var known = await ledger.FindKnownAsync(ids, cancellationToken);
            foreach (var stored in batch.Where(b => !known.Contains(b.Blob)))
            {
                if (
                    stored.IsComplete
                    && await blobs.FindLengthAsync(stored.Blob, cancellationToken) is null
                )
                    continue;
                var what = stored.IsComplete ? "blob" : "leftover of an upload";
                yield return new ContentProblem(
                    null,
                    stored.Blob,
                    $"The store has a {what} of {stored.Length} bytes that the ledger does not know."
                );
            }
        }
    }

    /// <summary>What is wrong with a content; null when nothing is.</summary>
    /// <param name="content">The content, as it was when it was listed: it may be gone by now.</param>
    /// <param name="isDeep">As in <see cref="InspectAsync(bool, DateTimeOffset, CancellationToken)"/>.</param>
    /// <param name="pace">Holds the reading back; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async ValueTask<ContentFault?> FindFaultAsync(
        LedgerContent content,
        bool isDeep,
        ScrubPace? pace,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (pace is not null)
                await pace.OpenAsync(cancellationToken);
            var key = content.WrappedKey is null
                ? null
                : await keys.FindAsync(content.Vault, cancellationToken);
            if (key is null && content.WrappedKey is not null)
                return new ContentFault($"Vault {content.Vault.Value} has no key.", IsOfKey: true);
            if (!isDeep)
            {
                await content.CheckAsync(_reader, key, cancellationToken);
                return null;
            }
            await using var source = await content.OpenAsync(_reader, key, cancellationToken);
            using var hashes = new ContentHashes(ContentChecksums.None);
            await ContentPipe.ReadAsync(
                source,
                0,
                content.Size,
                (plain, stop) =>
                {
                    foreach (var segment in plain)
                        hashes.Append(segment.Span);
                    return pace?.SpendAsync(plain.Length, stop) ?? default;
                },
                cancellationToken
            );
            var found = hashes.ToStaged(StageOutcome.Complete, wrappedKey: null);
            return
                found.Crc32 == content.Crc32 && found.Sha256.AsSpan().SequenceEqual(content.Sha256)
                ? null
                : new ContentFault("Its bytes have another digest than when they were written.");
        }
        catch (ContentDamagedException e)
        {
            return new ContentFault(e.Message);
        }
        catch (KeyStoreException e)
        {
            return new ContentFault(e.Message, IsOfKey: true);
        }
        // Nothing is known of this content, or of any other: that is no finding but the end of the inspection.
        catch (StorageUnavailableException)
        {
            throw;
        }
        // A bad sector is told by the system, and so is a file that its owner may not read.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ContentFault($"It cannot be read: {e.Message}");
        }
    }

    // It may have been purged, or its vault destroyed, since it was listed.
    private async ValueTask<bool> IsStillThereAsync(
        LedgerContent content,
        CancellationToken cancellationToken
    ) =>
        await ledger.ListContentsAsync(content.Place.Before, 1, cancellationToken) is [var first]
        && first.Content == content.Content;
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

/// <summary>What is wrong with a content.</summary>
/// <param name="Sentence">As a sentence.</param>
/// <param name="IsOfKey">Whether it is the key that is not to be had, so that nothing can be said of the bytes.</param>
internal sealed record ContentFault(string Sentence, bool IsOfKey = false);
