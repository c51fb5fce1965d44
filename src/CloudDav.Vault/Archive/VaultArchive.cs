using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>What an archive is of.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Members">Those of its members that are chosen; null for everything in it.</param>
public sealed record ArchiveScope(IReadOnlyList<string> Path, IReadOnlySet<NodeId>? Members = null)
{
    /// <summary>Everything.</summary>
    public static ArchiveScope Whole { get; } = new([]);
}

/// <summary>Part of a vault's tree as one ZIP file, laid out and not yet written.</summary>
/// <param name="Name">What the vault or the folder is called.</param>
/// <param name="ETag">Its entity tag: another one with every change in the tree.</param>
/// <param name="Content">Its bytes. The receiver disposes it.</param>
public sealed record VaultArchive(string Name, string ETag, IContentSource Content)
{
    /// <summary>To be called before the first byte is served, as <see cref="Opened.Begin"/> is; null where nothing is counted.</summary>
    public Func<CancellationToken, ValueTask<Refusal?>>? Begin { get; init; }
}

/// <summary>
/// The bytes of an archive, any range of them. It holds no snapshot: contents are immutable, and stay while the trash or the history has them; when one is gone,
/// copying fails rather than send another byte.
/// </summary>
internal sealed class ArchiveContent(
    VaultSession session,
    NodeId folder,
    ArchiveLayout layout,
    IDisposable place
) : IContentSource
{
    private const int EntriesAtOnce = 64;
    private const long BytesAtOnce = 1024 * 1024;

    /// <inheritdoc/>
    public long Length => layout.Length;

    /// <inheritdoc/>
    /// <exception cref="ContentDamagedException">A content is damaged, or gone because it was purged meanwhile.</exception>
    /// <exception cref="ArchiveEndedException">The actor may not download any more.</exception>
    public async ValueTask CopyToAsync(
        PipeWriter destination,
        long offset,
        long count,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - offset);
        var copy = new Copy(
            new GatheringWriter(destination),
            offset,
            offset + count,
            cancellationToken
        );
        if (copy.Overlaps(0, layout.CentralStart))
            await CopyEntriesAsync(copy);
        if (copy.Overlaps(layout.CentralStart, layout.EndStart))
            await CopyCentralAsync(copy);
        if (copy.Overlaps(layout.EndStart, Length))
        {
            var end = new byte[ZipRecords.MostEndBytes];
            copy.Write(end.AsSpan(0, layout.WriteEnd(end)), layout.EndStart);
        }
        await copy.Destination.SendAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        layout.Dispose();
        place.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask CopyEntriesAsync(Copy copy)
    {
        var head = new byte[ZipRecords.MostHeadBytes];
        using var reader = layout.ReadEntries(copy.From);
        var batch = new List<PlacedEntry>(EntriesAtOnce);
        var hasBegun = false;
        while (ReadBatch(reader, copy, batch))
        {
            var contents = await session.FindContentsAsync(
                folder,
                batch,
                layout.Withheld,
                copy.CancellationToken
            );
            // The first is opened before anything is written: a store that cannot be reached is then refused, and no broken download.
            var ahead = hasBegun ? -1 : batch.FindIndex(placed => HasContent(copy, placed));
            await using var opened =
                ahead < 0 ? null : await OpenAsync(copy, batch[ahead].Entry, contents[ahead]);
            hasBegun = true;
            for (var i = 0; i < batch.Count; i++)
            {
                var placed = batch[i];
                copy.Write(
                    head.AsSpan(0, ZipRecords.WriteLocal(placed.Entry, head)),
                    placed.Offset
                );
                if (i == ahead)
                {
                    await CopyContentAsync(copy, placed, opened!);
                }
                else if (HasContent(copy, placed))
                {
                    await using var content = await OpenAsync(copy, placed.Entry, contents[i]);
                    await CopyContentAsync(copy, placed, content);
                }
                await copy.Destination.FlushAsync(copy.CancellationToken);
                if (copy.Destination.IsAbandoned)
                    return;
            }
        }
    }

    private static bool HasContent(Copy copy, PlacedEntry placed) =>
        placed.Entry.Size > 0 && copy.Overlaps(placed.ContentOffset, placed.End);

    // The next entries of the range, as many small ones as one look-up may be for.
    private static bool ReadBatch(ArchiveLayout.Reader reader, Copy copy, List<PlacedEntry> batch)
    {
        batch.Clear();
        long bytes = 0;
        while (batch.Count < EntriesAtOnce && bytes < BytesAtOnce && reader.TryRead(out var next))
        {
            if (next.Offset >= copy.To)
                break;
            if (next.End <= copy.From)
                continue;
            batch.Add(next);
            bytes += next.Entry.Size;
        }
        return batch.Count > 0;
    }

    private ValueTask<IContentSource> OpenAsync(
        Copy copy,
        ArchiveEntry entry,
        StoredContent? stored
    ) =>
        stored is not null && stored.Size == entry.Size
            ? session.OpenContentAsync(stored, copy.CancellationToken)
            : throw new ContentDamagedException(
                $"Content {entry.Id} is gone since the archive was laid out."
            );

    private static ValueTask CopyContentAsync(Copy copy, PlacedEntry placed, IContentSource content)
    {
        var from = Math.Max(copy.From - placed.ContentOffset, 0);
        var to = Math.Min(copy.To - placed.ContentOffset, placed.Entry.Size);
        return content.CopyToAsync(copy.Destination, from, to - from, copy.CancellationToken);
    }

    private async ValueTask CopyCentralAsync(Copy copy)
    {
        var head = new byte[ZipRecords.MostHeadBytes];
        using var reader = layout.ReadCentral(Math.Max(copy.From, layout.CentralStart));
        while (reader.TryRead(out var next) && next.CentralOffset < copy.To)
        {
            copy.Write(
                head.AsSpan(0, ZipRecords.WriteCentral(next.Entry, next.Offset, head)),
                next.CentralOffset
            );
            await copy.Destination.FlushAsync(copy.CancellationToken);
            if (copy.Destination.IsAbandoned)
                return;
        }
    }

    /// <summary>A range of the archive on its way.</summary>
    private sealed record Copy(
        GatheringWriter Destination,
        long From,
        long To,
        CancellationToken CancellationToken
    )
    {
        public bool Overlaps(long start, long end) => start < To && end > From;

        /// <summary>Writes what the range has of some bytes.</summary>
        public void Write(ReadOnlySpan<byte> bytes, long start)
        {
            var from = (int)Math.Clamp(From - start, 0, bytes.Length);
            var to = (int)Math.Clamp(To - start, from, bytes.Length);
            if (to > from)
                System.Buffers.BuffersExtensions.Write(Destination, bytes[from..to]);
        }
    }
}

/// <summary>A download under way may not go on: its device was revoked, or what it was allowed by has changed.</summary>
public sealed class ArchiveEndedException(Refusal refusal)
    : IOException($"The download was ended: {refusal.Rule}.")
{
    /// <summary>Why.</summary>
    public Refusal Refusal => refusal;
}
