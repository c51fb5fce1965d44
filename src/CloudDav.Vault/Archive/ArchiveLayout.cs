using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// Where every byte of an archive is: first the entries, each a head and its content, then the central directory, then its end. The order is the tree's own, folder
/// by folder from the top, the members of each in the order of their keys; nothing but the tree decides a byte. Whoever changes what is written
/// changes the version in <see cref="EntityTag.OfArchive"/>.
/// </summary>
internal sealed class ArchiveLayout : IDisposable
{
    private const int EntriesPerMark = 256;

    private readonly ArchiveSpool _spool = new();
    private readonly List<Mark> _marks = [];
    private long _entriesBytes;
    private long _centralBytes;

    private readonly VaultState _vault;
    private readonly IReadOnlySet<NodeId> _withheld;
    private readonly bool _isForVisitor;
    private HashSet<NodeId>? _wanted;

    private ArchiveLayout(VaultState vault, IReadOnlySet<NodeId> withheld)
    {
        (_vault, _withheld) = (vault, withheld);
        _isForVisitor = vault.Decision?.Visitor is { IsFamily: false };
    }

    /// <summary>How many files and folders.</summary>
    public long Count { get; private set; }

    /// <summary>Where the central directory begins.</summary>
    public long CentralStart => _entriesBytes;

    /// <summary>Where what ends the archive begins.</summary>
    public long EndStart => _entriesBytes + _centralBytes;

    /// <summary>Length of the archive in bytes.</summary>
    public long Length => EndStart + ZipRecords.EndBytes(Count, CentralStart, _centralBytes);

    /// <summary>Whether everything that was chosen is in the folder, and can be in an archive of it.</summary>
    public bool IsComplete => _wanted is not { Count: > 0 };

    /// <summary>What is left out, with everything below it.</summary>
    public IReadOnlySet<NodeId> Withheld => _withheld;

    /// <summary>Lays out everything below a folder, or what is chosen of its members, from one snapshot, but for what is withheld and, for visitors, by-products of the owner's programs.</summary>
    public static async ValueTask<ArchiveLayout> OfAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        NodeId top,
        IReadOnlySet<NodeId>? members,
        IReadOnlySet<NodeId> withheld,
        CancellationToken cancellationToken
    )
    {
        var layout = new ArchiveLayout(vault, withheld);
        try
        {
            layout._wanted = members is null ? null : [.. members];
            await layout.AddMembersAsync(snapshot, top, [], cancellationToken);
            // What has been listed is the queue of what is still to be: no number of folders takes memory.
            using var reader = layout._spool.ReadFrom(0);
            while (reader.TryRead(out var entry))
                if (entry.IsFolder)
                    await layout.AddMembersAsync(
                        snapshot,
                        new NodeId(entry.Id),
                        entry.Name,
                        cancellationToken
                    );
            return layout;
        }
        catch
        {
            layout.Dispose();
            throw;
        }
    }

    /// <summary>Reads the entries from the last one that is known to begin at or before a place, as their heads and contents lie.</summary>
    public Reader ReadEntries(long offset) =>
        ReadFrom(LastBefore(offset, static mark => mark.Offset));

    /// <summary>As <see cref="ReadEntries"/>, for a place in the central directory.</summary>
    public Reader ReadCentral(long offset) =>
        ReadFrom(LastBefore(offset - CentralStart, static mark => mark.CentralOffset));

    /// <summary>Writes what ends the archive.</summary>
    public int WriteEnd(Span<byte> to) =>
        ZipRecords.WriteEnd(Count, CentralStart, _centralBytes, to);

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private async ValueTask AddMembersAsync(
        IMetadataSnapshot snapshot,
        NodeId folder,
        byte[] path,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Where names may differ in case only, each folder's are remembered while it is listed.
        var taken = _vault.IsCaseInsensitive ? null : new HashSet<string>(StringComparer.Ordinal);
        await snapshot.ListAsync(
            _vault.Id,
            folder,
            isDeep: false,
            NodeDetails.Crc32,
            node =>
            {
                if ((Count & 1023) == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                if (
                    node.Kind is NodeKind.Mount
                    || path.Length == 0 && _wanted?.Remove(node.Id) == false
                    || _withheld.Contains(node.Id)
                    || _isForVisitor && NodeName.IsTransient(node.Name)
                )
                    return;
                var name = EntryName.Of(node.Name, node.Id);
                if (taken?.Add(NodeName.Fold(name)) == false)
                    name = EntryName.WithId(name, node.Id);
                Add(
                    new ArchiveEntry(
                        node.IsFolder ? node.Id.Value : node.Content?.Value ?? 0,
                        node.Size,
                        node.Crc32,
                        node.ModifiedMs,
                        PathOf(path, name, node.IsFolder)
                    )
                );
            }
        );
    }

    private void Add(in ArchiveEntry entry)
    {
        if (Count % EntriesPerMark == 0)
            _marks.Add(new Mark(_spool.Length, _entriesBytes, _centralBytes));
        _centralBytes += ZipRecords.CentralBytes(entry, _entriesBytes);
        _entriesBytes += ZipRecords.LocalBytes(entry) + entry.Size;
        _spool.Add(entry);
        Count++;
    }

    private static byte[] PathOf(byte[] folder, string name, bool isFolder)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var path = new byte[folder.Length + length + (isFolder ? 1 : 0)];
        folder.CopyTo(path, 0);
        Encoding.UTF8.GetBytes(name, path.AsSpan(folder.Length));
        if (isFolder)
            path[^1] = (byte)'/';
        return path;
    }

    private Mark LastBefore(long offset, Func<Mark, long> offsetOf)
    {
        var (low, high) = (0, _marks.Count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (offsetOf(_marks[middle]) <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? default : _marks[low - 1];
    }

    private Reader ReadFrom(Mark mark) =>
        new(_spool.ReadFrom(mark.Position), mark.Offset, CentralStart + mark.CentralOffset);

    /// <summary>Where an entry is: in the spool, in the archive, and in the central directory, counted from its start.</summary>
    private readonly record struct Mark(long Position, long Offset, long CentralOffset);

    /// <summary>Reads entries with their places in the archive.</summary>
    internal sealed class Reader(ArchiveSpool.Reader entries, long offset, long centralOffset)
        : IDisposable
    {
        private long _nextOffset = offset;
        private long _nextCentral = centralOffset;

        /// <summary>Takes the next entry; false at the end.</summary>
        public bool TryRead(out PlacedEntry placed)
        {
            placed = default;
            if (!entries.TryRead(out var entry))
                return false;
            placed = new PlacedEntry(entry, _nextOffset, _nextCentral);
            _nextOffset = placed.End;
            _nextCentral += ZipRecords.CentralBytes(entry, placed.Offset);
            return true;
        }

        public void Dispose() => entries.Dispose();
    }
}

/// <summary>An entry with its places in the archive.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Offset">Where its head begins.</param>
/// <param name="CentralOffset">Where its head in the central directory begins.</param>
internal readonly record struct PlacedEntry(ArchiveEntry Entry, long Offset, long CentralOffset)
{
    /// <summary>Where its content begins.</summary>
    public long ContentOffset => Offset + ZipRecords.LocalBytes(Entry);

    /// <summary>Where the next entry begins.</summary>
    public long End => ContentOffset + Entry.Size;
}
