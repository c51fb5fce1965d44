using System.Buffers;
using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>
/// Finds out what pictures and videos are, and makes their previews: contents of the vault themselves, encrypted under its key as all others, which go with what they show and count against nothing. Made of
/// each content once, wherever it hangs; nobody who asks for one waits for that here.
/// </summary>
/// <param name="vaults">The vaults.</param>
/// <param name="worker">Looks into media.</param>
/// <param name="zone">The zone of the clocks of cameras that do not say theirs.</param>
/// <param name="time">The clock.</param>
public sealed class PreviewDesk(
    Vaults vaults,
    IMediaWorker worker,
    TimeZoneInfo zone,
    TimeProvider time
)
{
    /// <summary>The sizes in which there are previews, by the pixels of the longer side: a tile, and screens of two sizes.</summary>
    public static readonly int[] Sizes = [320, 1280, 1920];

    private const int PageSize = 100;
    private const long LeastYear = 1900;
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(15);

    /// <inheritdoc cref="MediaNotes.NoteAsync"/>
    public ValueTask<bool> NoteAsync(
        VaultId vault,
        int most,
        CancellationToken cancellationToken
    ) => MediaNotes.NoteAsync(vaults.Metadata, vault, most, cancellationToken);

    /// <summary>Notes the media of all vaults that have new ones: those of which nobody was told, because a process ended before it came to them.</summary>
    public async ValueTask NoteAllAsync(CancellationToken cancellationToken)
    {
        var after = default(VaultId);
        while (
            await vaults.Metadata.ListVaultsWithNewMediaAsync(after, PageSize, cancellationToken)
                is { Count: > 0 } page
        )
        {
            foreach (var vault in page)
                await MediaNotes.NoteSlicesAsync(
                    vaults.Metadata,
                    vault,
                    int.MaxValue,
                    cancellationToken
                );
            after = page[^1];
        }
    }

    /// <summary>Whether there are media that no worker of this version has looked into, this one or another.</summary>
    public async ValueTask<bool> HasPendingAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in (MediaClass[])[MediaClass.Image, MediaClass.Video])
            for (var version = 0; version < worker.Version; version++)
                if (
                    await vaults.Metadata.ListPendingMediaAsync(
                        kind,
                        version,
                        default,
                        1,
                        cancellationToken
                    ) is
                    { Count: > 0 }
                )
                    return true;
        return false;
    }

    /// <summary>Looks into all media that no worker of this version has looked into, in the order in which they came.</summary>
    /// <param name="report">Takes what could not be looked into now; it is tried again another time.</param>
    /// <param name="cancellationToken">Stops it between two contents, and what it is at.</param>
    /// <returns>How many it looked into.</returns>
    public async ValueTask<long> RunAsync(
        Action<PendingMedium, Exception> report,
        CancellationToken cancellationToken
    )
    {
        long looked = 0;
        foreach (var kind in (MediaClass[])[MediaClass.Image, MediaClass.Video])
            for (var version = 0; worker.Takes(kind) && version < worker.Version; version++)
            {
                var after = default(ContentId);
                while (
                    await vaults.Metadata.ListPendingMediaAsync(
                        kind,
                        version,
                        after,
                        PageSize,
                        cancellationToken
                    )
                        is { Count: > 0 } page
                )
                {
                    foreach (var medium in page)
                        try
                        {
                            looked += await MakeAsync(medium, cancellationToken) ? 1 : 0;
                        }
                        catch (Exception failure)
                            when (failure
                                    is not (StorageUnavailableException or StorageFullException)
                                && !cancellationToken.IsCancellationRequested
                            )
                        {
                            report(medium, failure);
                        }
                    after = page[^1].Content;
                }
            }
        return looked;
    }

    /// <summary>Looks into one medium, unless that was done.</summary>
    /// <param name="medium">The medium.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether it was looked into.</returns>
    public async ValueTask<bool> MakeAsync(
        PendingMedium medium,
        CancellationToken cancellationToken
    )
    {
        var (facts, stored) = await vaults.Metadata.ReadAsync(
            async snapshot =>
                (
                    await FindAsync(snapshot, medium),
                    (await snapshot.FindContentsAsync(medium.Vault, [medium.Content]))[0]
                ),
            cancellationToken
        );
        if (facts is null || stored is null || !IsPending(facts))
            return false;
        // The key of a vault that is being destroyed is gone.
        var key = await vaults.Keys.FindAsync(medium.Vault, cancellationToken);
        var isSealed =
            stored.WrappedKey is not null || stored.Parts.Any(part => part.WrappedKey is not null);
        if (isSealed && key is null)
            return false;
        MediaLook look;
        try
        {
            await using var source = await vaults.Reader.OpenAsync(
                stored,
                isSealed ? key : null,
                cancellationToken
            );
            look = await worker.LookAsync(facts.Kind, source, cancellationToken);
        }
        catch (ContentDamagedException)
        {
            // That it is, the scrub tells.
            look = MediaLook.Nothing;
        }
        return await KeepAsync(
            medium,
            Describe(facts, look),
            look.Previews,
            vaults.Limits.EncryptsContent ? key : null,
            cancellationToken
        );
    }

    private bool IsPending(MediaFacts facts) =>
        !facts.HasPreviews && facts.Looked < worker.Version && worker.Takes(facts.Kind);

    private static async ValueTask<MediaFacts?> FindAsync(
        IMetadataSnapshot snapshot,
        PendingMedium medium
    ) =>
        (await snapshot.DescribeMediaAsync(medium.Vault, [medium.Content])).GetValueOrDefault(
            medium.Content
        );

    private MediaFacts Describe(MediaFacts facts, MediaLook look)
    {
        var taken = MomentOf(look);
        return facts with
        {
            TakenMs = taken?.ToUnixTimeMilliseconds() ?? facts.TakenMs,
            IsDated = taken is not null,
            // Videos that say nothing of where they were taken say when by UTC.
            TakenOffset =
                taken is null || look.TakenOffset == 0 && facts.Kind == MediaClass.Video
                    ? null
                    : look.TakenOffset,
            Width = look.Width,
            Height = look.Height,
            Orientation = look.Orientation,
            DurationMs = look.DurationMs,
            Looked = worker.Version,
            HasPreviews = look.Previews.Count > 0,
        };
    }

    // A camera whose clock was never set says nothing.
    private DateTimeOffset? MomentOf(MediaLook look)
    {
        if (look.Taken is not { } clock || clock.Year < LeastYear || clock.Year > 9_990)
            return null;
        var taken = look.TakenOffset is { } offset
            ? new DateTimeOffset(
                DateTime.SpecifyKind(clock, DateTimeKind.Unspecified),
                TimeSpan.FromMinutes(offset)
            )
            : new DateTimeOffset(
                DateTime.SpecifyKind(clock, DateTimeKind.Unspecified),
                zone.GetUtcOffset(clock)
            );
        return taken <= time.GetUtcNow().AddDays(2) ? taken : null;
    }

    // Each preview as any content: a large one with its row in the ledger first, then its bytes, then one transaction that all come with.
    private async ValueTask<bool> KeepAsync(
        PendingMedium medium,
        MediaFacts facts,
        IReadOnlyList<(int Size, ReadOnlyMemory<byte> Jpeg)> previews,
        VaultKey? key,
        CancellationToken cancellationToken
    )
    {
        var kept = previews
            .Select(preview => new Kept(
                preview.Size,
                preview.Jpeg,
                preview.Jpeg.Length <= vaults.Limits.InlineBytes ? null : BlobId.New()
            ))
            .ToList();
        var blobs = kept.Select(preview => preview.Blob).OfType<BlobId>().ToList();
        if (blobs.Count > 0)
        {
            var staged = await CommitAsync(
                medium,
                blobs.Select(blob => new Change.StageBlob(blob, 0, time.GetUtcNow() + s_lease)),
                cancellationToken
            );
            if (!staged)
                return false;
        }
        var isKept = false;
        try
        {
            foreach (var preview in kept)
                preview.Facts = preview.Blob is { } blob
                    ? await vaults.Writer.StageAsync(
                        new StageRequest
                        {
                            Blob = blob,
                            Key = key,
                            Body = PipeReader.Create(new ReadOnlySequence<byte>(preview.Jpeg)),
                            DeclaredLength = preview.Jpeg.Length,
                        },
                        cancellationToken
                    )
                    : vaults.Writer.SealInline(key, preview.Jpeg.Span);
            // From here on cancellation no longer counts: the bytes are there.
            return isKept = await CommitAsync(medium, facts, kept);
        }
        finally
        {
            if (!isKept && blobs.Count > 0)
                await AbandonAsync(medium.Vault, blobs);
        }
    }

    private async ValueTask<bool> CommitAsync(
        PendingMedium medium,
        IEnumerable<Change> changes,
        CancellationToken cancellationToken
    )
    {
        var committed = await vaults.Metadata.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.TakeTurnsAsync([medium.Vault]);
                if (await FindAsync(transaction, medium) is not { } facts || !IsPending(facts))
                    return false;
                await ApplyAsync(transaction, medium.Vault, changes);
                return true;
            },
            cancellationToken
        );
        return committed.Value;
    }

    private async ValueTask<bool> CommitAsync(
        PendingMedium medium,
        MediaFacts facts,
        IReadOnlyList<Kept> previews
    )
    {
        var committed = await vaults.Metadata.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.TakeTurnsAsync([medium.Vault]);
                // It may be gone, and another node may have been faster.
                if (await FindAsync(transaction, medium) is not { } now || !IsPending(now))
                    return false;
                var changes = new List<Change> { new Change.DescribeMedium(medium.Content, facts) };
                foreach (var preview in previews)
                {
                    var content = new ContentId(await transaction.NextIdAsync());
                    changes.Add(new Change.AddContent(content, preview.Facts!, preview.Blob));
                    changes.Add(new Change.AddPreview(medium.Content, new(preview.Size, content)));
                }
                await ApplyAsync(transaction, medium.Vault, changes);
                return true;
            },
            CancellationToken.None
        );
        return committed.Value;
    }

    private ValueTask ApplyAsync(
        IMetadataTransaction transaction,
        VaultId vault,
        IEnumerable<Change> changes
    )
    {
        var set = new ChangeSet(vault, time.GetUtcNow());
        foreach (var change in changes)
            set.Add(change);
        return transaction.ApplyAsync(set);
    }

    private async ValueTask AbandonAsync(VaultId vault, IReadOnlyList<BlobId> blobs)
    {
        try
        {
            _ = await vaults.Metadata.WriteAsync<bool>(
                async transaction =>
                {
                    await ApplyAsync(
                        transaction,
                        vault,
                        blobs.Select(blob => new Change.AbandonBlob(blob))
                    );
                    return true;
                },
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // The sweeper finds them when their lease is over.
        }
    }

    private sealed record Kept(int Size, ReadOnlyMemory<byte> Jpeg, BlobId? Blob)
    {
        public ContentFacts? Facts { get; set; }
    }
}
