namespace CloudDav.Vault;

/// <summary>What a node is.</summary>
public enum NodeKind
{
    /// <summary>Holds other nodes.</summary>
    Folder = 0,

    /// <summary>Has content.</summary>
    File = 1,

    /// <summary>A received share: a pointer to a node of another vault.</summary>
    Mount = 2,
}

/// <summary>
/// A node as it stands in the metadata, a folder with its counters. Mutable, because a listing of a million entries reuses one; whoever
/// keeps a row from a listing takes a <see cref="Copy"/>.
/// </summary>
public sealed class NodeRow
{
    /// <summary>Its id.</summary>
    public NodeId Id { get; set; }

    /// <summary>The folder it is in; 0 for the root and the trash.</summary>
    public NodeId Parent { get; set; }

    /// <summary>What makes its name unique among its siblings: the folded name, or the name itself in a case-sensitive vault.</summary>
    public string NameKey { get; set; } = "";

    /// <summary>Its name, NFC, in its original case.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is.</summary>
    public NodeKind Kind { get; set; }

    /// <summary>Length of a file in bytes; 0 for a folder.</summary>
    public long Size { get; set; }

    /// <summary>A file's revision: random, new with every content; empty for a folder.</summary>
    public Guid Revision { get; set; }

    /// <summary>A file's content; null when it is empty, and for a folder.</summary>
    public ContentId? Content { get; set; }

    /// <summary>The media type a client gave; null when none.</summary>
    public string? MediaType { get; set; }

    /// <summary>When it was created, in milliseconds since 1970 UTC.</summary>
    public long CreatedMs { get; set; }

    /// <summary>When it, or a folder's set of members, was last changed, in milliseconds since 1970 UTC.</summary>
    public long ModifiedMs { get; set; }

    /// <summary>The Win32 attribute bits; null when never set.</summary>
    public uint? Win32Attributes { get; set; }

    /// <summary>The last access time a Windows client stored, in milliseconds since 1970 UTC; null when never.</summary>
    public long? LastAccessMs { get; set; }

    /// <summary>What its dead properties take, in bytes; 0 when it has none.</summary>
    public long PropertyBytes { get; set; }

    /// <summary>The change that made this row what it is.</summary>
    public long ChangedSeq { get; set; }

    /// <summary>When that was, in milliseconds since 1970 UTC.</summary>
    public long ChangedMs { get; set; }

    /// <summary>Folder: the last change at or below its members.</summary>
    public long SubtreeVersion { get; set; }

    /// <summary>Folder: the bytes of all files below it.</summary>
    public long SubtreeBytes { get; set; }

    /// <summary>Folder: what the dead properties of everything below it take, in bytes.</summary>
    public long SubtreePropertyBytes { get; set; }

    /// <summary>Folder: the number of nodes below it.</summary>
    public long SubtreeItems { get; set; }

    /// <summary>Folder: no more than so many levels lie below it.</summary>
    public int Height { get; set; }

    /// <summary>Dead properties; only when they were asked for.</summary>
    public IReadOnlyList<NodeProperty> Properties { get; set; } = [];

    /// <summary>Checksums as <c>oc:checksums</c> shows them; only when they were asked for.</summary>
    public string? Checksums { get; set; }

    /// <summary>CRC-32 (IEEE 802.3) of a file's content; only when it was asked for, and else 0 as for an empty one.</summary>
    public uint Crc32 { get; set; }

    /// <summary>Whether it is a favourite of the actor's; only when it was asked for, and null where nobody has any.</summary>
    public bool? IsFavorite { get; set; }

    /// <summary>What is known of a picture or a video; only when it was found by when it was taken.</summary>
    public MediaFacts? Media { get; set; }

    /// <summary>What measures on it, or on a folder above it, take away; only when it was found or listed for somebody.</summary>
    public Capability Taken { get; set; }

    /// <summary>What takes it, or a folder above it, out of reach; null when nothing does. Known when <see cref="Taken"/> is.</summary>
    public Measure? Block { get; set; }

    /// <summary>Why nothing of it can be shown, although it is there; null when it can. Known when it was listed with everything below it.</summary>
    public Refusal? Withheld { get; set; }

    /// <summary>True for a folder.</summary>
    public bool IsFolder => Kind == NodeKind.Folder;

    /// <summary>Whether it is of a time whose content is kept no more.</summary>
    public bool IsForgotten => Kind == NodeKind.File && Size > 0 && Content is null;

    /// <summary>What it takes of the vault's capacity, with everything below it.</summary>
    public long TotalBytes => Size + PropertyBytes + SubtreeBytes + SubtreePropertyBytes;

    /// <summary>How many nodes go when it goes: itself and everything below it. A mount counts for nothing where it is: what it shows is counted where it lies.</summary>
    public long TotalItems => Kind == NodeKind.Mount ? 0 : 1 + SubtreeItems;

    /// <summary>Gives a file the content of another one, and what is said of it.</summary>
    internal void TakeContentOf(NodeRow other)
    {
        Size = other.Size;
        Revision = other.Revision;
        Content = other.Content;
        MediaType = other.MediaType;
        ModifiedMs = other.ModifiedMs;
    }

    /// <summary>A row of its own with the same values.</summary>
    public NodeRow Copy() => (NodeRow)MemberwiseClone();
}

/// <summary>A dead property.</summary>
/// <param name="Name">Its name as <c>{namespace}local</c>.</param>
/// <param name="Xml">The whole element.</param>
public sealed record NodeProperty(string Name, string Xml)
{
    /// <summary>What it takes of the vault's capacity, in bytes.</summary>
    public long Bytes =>
        System.Text.Encoding.UTF8.GetByteCount(Name) + System.Text.Encoding.UTF8.GetByteCount(Xml);
}
