using System.Xml.Linq;
using CloudDav.WebDav.Properties;

namespace CloudDav.WebDav;

/// <summary>What a store tells of one resource. Live properties are computed from these facts and nothing else.</summary>
public sealed class DavResource
{
    /// <summary>The last path segment as stored; for the root, the tree's display name.</summary>
    public required string Name { get; set; }

    /// <summary>True for a collection.</summary>
    public bool IsCollection { get; set; }

    /// <summary>Length of a file in bytes; for a collection the bytes of everything below it (<c>oc:size</c>).</summary>
    public long Length { get; set; }

    /// <summary>The strong entity tag with its quotes, the same in every place it appears (RFC 9110 §8.8.3).</summary>
    public required string ETag { get; set; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset Modified { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>The media type a client gave; used when the name's extension says nothing. Null when none is known.</summary>
    public string? MediaType { get; set; }

    /// <summary>How long an answer with its content may be kept (<c>Cache-Control</c>); null to be asked about it each time.</summary>
    public string? CacheControl { get; set; }

    /// <summary>What GET and <c>getcontenttype</c> say it is: by its name, else as a client said.</summary>
    public string ContentType => MediaTypes.Of(this);

    /// <summary>A number that stays with the resource through MOVE and overwrite, below 2^53 (<c>oc:fileid</c>).</summary>
    public long FileId { get; set; }

    /// <summary>What the principal may do here.</summary>
    public DavPrivileges Privileges { get; set; } = DavPrivileges.All;

    /// <summary>The Win32 attribute bits (1 read-only, 2 hidden, 4 system, 32 archive); null when never set.</summary>
    public uint? Win32Attributes { get; set; }

    /// <summary>The last access time a Windows client stored; null when never set.</summary>
    public DateTimeOffset? Win32LastAccess { get; set; }

    /// <summary>Dead properties; empty unless asked for with <see cref="DavFacts.DeadProperties"/>.</summary>
    public IReadOnlyList<DeadProperty> DeadProperties { get; set; } = [];

    /// <summary>Active locks that cover the resource, its own and inherited ones; empty unless asked for with <see cref="DavFacts.Locks"/>.</summary>
    public IReadOnlyList<DavLock> Locks { get; set; } = [];

    /// <summary>Quota figures (RFC 4331); null on files and unless asked for with <see cref="DavFacts.Quota"/>.</summary>
    public DavQuota? Quota { get; set; }

    /// <summary>Checksums as <c>oc:checksums</c> shows them; null on collections and unless asked for with <see cref="DavFacts.Checksums"/>.</summary>
    public string? Checksums { get; set; }

    /// <summary>The token of a collection's present state (RFC 6578 §4), a URI; null on files, on collections without the report, and unless asked for with <see cref="DavFacts.SyncToken"/>.</summary>
    public string? SyncToken { get; set; }

    /// <summary>Whether the principal has marked it as a favourite; null where nobody can, and unless asked for with <see cref="DavFacts.Favorite"/>.</summary>
    public bool? IsFavorite { get; set; }

    /// <summary>
    /// What the principal may do here when nothing stands in the way that passes, such as a full account. Sync clients go by it: they undo on their device what must not be
    /// done here, and show the refusal of what for now cannot be.
    /// </summary>
    public DavPrivileges Rights { get; set; } = DavPrivileges.All;

    /// <summary>The sign-in name of whose it is; null when that is not told.</summary>
    public string? OwnerName { get; set; }

    /// <summary>Whether it is somebody else's, and shared with the principal.</summary>
    public bool IsReceived { get; set; }

    /// <summary>What it is shared by (<c>oc:share-types</c>): 0 with a person, 1 with a group, 3 by a link. Empty unless asked for with <see cref="DavFacts.Shares"/>.</summary>
    public IReadOnlyList<int> ShareTypes { get; set; } = [];

    /// <summary>Of the root: what changes when all of it was restored from a backup, so that clients do not take older data for newer; null when the store has no such thing.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>Why it, or a collection above it, was taken out of reach: what its content is refused with. Null when it was not.</summary>
    public DavProblem? Blocked { get; set; }

    /// <summary>Why a listing of everything below shows neither it nor its members, although it is there; null when it does.</summary>
    public DavProblem? Withheld { get; set; }

    /// <summary>One of its own with the same facts.</summary>
    internal DavResource Copy() => (DavResource)MemberwiseClone();
}

/// <summary>Quota figures of RFC 4331, in bytes.</summary>
/// <param name="Used">Bytes used, 0 or more.</param>
/// <param name="Available">Bytes that may still be added, 0 or more; 0 whenever new content is refused; null when unlimited.</param>
public readonly record struct DavQuota(long Used, long? Available);

/// <summary>What a principal may do with a resource (RFC 3744 §3).</summary>
[Flags]
public enum DavPrivileges
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read content and properties.</summary>
    Read = 1,

    /// <summary>Replace content; take locks.</summary>
    WriteContent = 2,

    /// <summary>Change properties.</summary>
    WriteProperties = 4,

    /// <summary>Add members to the collection.</summary>
    Bind = 8,

    /// <summary>Remove members from the collection.</summary>
    Unbind = 16,

    /// <summary>Rename or move the resource itself.</summary>
    Move = 32,

    /// <summary>Delete the resource itself.</summary>
    Delete = 64,

    /// <summary>Add collections to the collection: <see cref="Bind"/> without content.</summary>
    BindCollection = 128,

    /// <summary>Share it with others; no privilege to change anything.</summary>
    Share = 256,

    /// <summary>Everything.</summary>
    All = Read | WriteContent | WriteProperties | Bind | Unbind | Move | Delete | BindCollection,

    /// <summary>Whatever changes something.</summary>
    AnyWrite = All & ~Read,
}

/// <summary>Who asks, as the protocol needs to know it.</summary>
/// <param name="Name">The name shown to people (lock owners, reason phrases).</param>
/// <param name="Href">The absolute path of <c>DAV:current-user-principal</c> (RFC 5397).</param>
public sealed record DavPrincipal(string Name, string Href)
{
    /// <summary>How long the store lets an infinite listing be, in entries; only for messages.</summary>
    public int? InfiniteDepthLimit { get; init; }
}

/// <summary>A property the server stores and does not interpret (RFC 4918 §4).</summary>
/// <param name="Name">Its name; the namespace may be empty.</param>
/// <param name="Xml">The whole property element as XML, namespaces declared within, <c>xml:lang</c> kept.</param>
public sealed record DeadProperty(XName Name, string Xml);
