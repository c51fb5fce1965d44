using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>What the door a session came through asks for.</summary>
public sealed record SessionOptions
{
    /// <summary>Names not found exactly are found folded: Explorer and Finder know no other look-up.</summary>
    public bool FoldsNames { get; init; }

    /// <summary>Through what the actor came in.</summary>
    public Door Door { get; init; } = Door.App;

    /// <summary>The share through which the actor comes: paths begin at its item, and nothing else is there. Null for the whole tree.</summary>
    public ShareVisit? Visit { get; init; }
}

/// <summary>What must still hold in the transaction that commits a change.</summary>
public sealed record ChangeGuard
{
    /// <summary>No conditions and no tokens.</summary>
    public static ChangeGuard None { get; } = new();

    /// <summary>Lock tokens submitted with the request.</summary>
    public IReadOnlyList<string> LockTokens { get; init; } = [];

    /// <summary>States that were seen and are required.</summary>
    public IReadOnlyList<ExpectedState> Expectations { get; init; } = [];
}

/// <summary>A state that is required.</summary>
/// <param name="Path">The node's path.</param>
/// <param name="ETag">Its ETag; null when nothing may be there; <c>*</c> when it only has to exist.</param>
public sealed record ExpectedState(IReadOnlyList<string> Path, string? ETag)
{
    /// <summary>Whether it is what was found there: a node of a vault, or none.</summary>
    internal bool IsState(VaultState? vault, NodeRow? node) =>
        ETag switch
        {
            null => node is null,
            "*" => node is not null,
            _ => node is not null && EntityTag.Of(vault!, node) == ETag,
        };
}

/// <summary>A body to be written.</summary>
public sealed record Upload
{
    /// <summary>The body.</summary>
    public required PipeReader Body { get; init; }

    /// <summary>True when everything must be checked before the first byte is read.</summary>
    public bool ChecksFirst { get; init; }

    /// <summary>The number of bytes the body must have; null when undeclared.</summary>
    public long? DeclaredLength { get; init; }

    /// <summary>A length that is only a hint for the first quota hold; null when absent.</summary>
    public long? LengthHint { get; init; }

    /// <summary>The media type; null when unknown.</summary>
    public string? MediaType { get; init; }

    /// <summary>Modification time; null for the time of commit.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Creation time; null keeps the existing one or takes the time of commit.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Digests to compute and keep.</summary>
    public ContentChecksums Checksums { get; init; }

    /// <summary>Whether the digests are those the client gave; null when it gave none. A mismatch stores nothing.</summary>
    public Func<ContentFacts, bool>? Verify { get; init; }

    /// <summary>Where the body goes into the existing content; null replaces it whole.</summary>
    public Splice? Splice { get; init; }
}

/// <summary>Where a partial update goes.</summary>
/// <param name="Offset">First byte to replace; null to append.</param>
/// <param name="Length">How many bytes the client says it replaces; null for as many as the body has.</param>
/// <param name="CompleteLength">The length the file has afterwards as the client has it; null when unsaid.</param>
public sealed record Splice(long? Offset, long? Length, long? CompleteLength);

/// <summary>A changed node.</summary>
/// <param name="Vault">The vault after the change.</param>
/// <param name="Node">The node as committed.</param>
/// <param name="Created">True when nothing was there before.</param>
public sealed record Changed(VaultState Vault, NodeRow Node, bool Created);

/// <summary>A found node with what was asked of it.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Path">The node's rows and locks.</param>
public sealed record Found(VaultState Vault, PathState Path)
{
    /// <summary>The node.</summary>
    public NodeRow Node => Path.Node!;
}

/// <summary>A found node, open for reading.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Node">The node.</param>
/// <param name="Content">A file's content; null for a folder. The receiver disposes it.</param>
public sealed record Opened(VaultState Vault, NodeRow Node, IContentSource? Content)
{
    /// <summary>To be called before the first byte is served, and not when none is: it counts the download, or refuses it. Null where nothing is counted.</summary>
    public Func<CancellationToken, ValueTask<Refusal?>>? Begin { get; init; }
}

/// <summary>Options of a move or copy.</summary>
public sealed record Transfer
{
    /// <summary>Whether what is at the destination is replaced.</summary>
    public bool Overwrites { get; init; } = true;

    /// <summary>Copy only: false copies a folder without its members.</summary>
    public bool IsDeep { get; init; } = true;

    /// <summary>Modification time of the result; null keeps the source's.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Creation time of the result; null keeps what the operation implies.</summary>
    public DateTimeOffset? Created { get; init; }
}

/// <summary>Changes of a node's properties; null members change nothing.</summary>
public sealed record NodePatch
{
    /// <summary>Modification time.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Creation time.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Last access time as Windows clients keep it.</summary>
    public DateTimeOffset? LastAccess { get; init; }

    /// <summary>Win32 attribute bits.</summary>
    public uint? Win32Attributes { get; init; }

    /// <summary>Whether the Win32 attribute bits are to be forgotten.</summary>
    public bool ClearsWin32Attributes { get; init; }

    /// <summary>Whether it is only what some clients set on whatever they open, the top of a share included.</summary>
    public bool IsHabit { get; init; }

    /// <summary>Dead properties to set, or with null XML to remove; a name at most once.</summary>
    public IReadOnlyList<(string Name, string? Xml)> Properties { get; init; } = [];

    /// <summary>Whether it is to be a favourite of the actor's; null changes nothing.</summary>
    public bool? IsFavorite { get; init; }

    /// <summary>True when nothing would change that anybody else could see.</summary>
    public bool IsEmpty =>
        Modified is null
        && Created is null
        && LastAccess is null
        && Win32Attributes is null
        && !ClearsWin32Attributes
        && Properties.Count == 0;
}

/// <summary>What is looked for, as far as the vault goes by it: it may show more than that, never less.</summary>
public sealed record NodeSearch
{
    /// <summary>Only these; null for any.</summary>
    public IReadOnlyList<NodeId>? Nodes { get; init; }

    /// <summary>Only the actor's favourites.</summary>
    public bool OnlyFavorites { get; init; }

    /// <summary>Only files of these kinds; empty for any.</summary>
    public IReadOnlyList<MediaClass> Classes { get; init; } = [];

    /// <summary>Only files.</summary>
    public bool OnlyFiles { get; init; }

    /// <summary>Changed then or later, in milliseconds since 1970 UTC; null for whenever.</summary>
    public long? FromMs { get; init; }

    /// <summary>Changed then or before, in milliseconds since 1970 UTC; null for whenever.</summary>
    public long? UntilMs { get; init; }

    /// <summary>What the name contains, whatever its case; null for anything.</summary>
    public string? NamePart { get; init; }

    /// <summary>Whether those that were changed last are wanted most.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Pictures and videos by when they were taken, the last first, and between <see cref="FromMs"/> and <see cref="UntilMs"/> by that; each row says what is known of it.</summary>
    public bool ByTaken { get; init; }

    /// <summary>With <see cref="ByTaken"/>, the other way round: the first first.</summary>
    public bool OldestFirst { get; init; }
}

/// <summary>How a search goes on.</summary>
public enum SearchNext
{
    /// <summary>With what comes next.</summary>
    More,

    /// <summary>Nothing is wanted that was changed before this one; or after it, where the oldest comes first.</summary>
    NothingOlder,

    /// <summary>Not at all.</summary>
    Enough,
}

/// <summary>Visits what may be looked for.</summary>
/// <param name="below">The segments from the folder down to it. Valid only during the call.</param>
/// <param name="vault">The vault it is in.</param>
/// <param name="node">It. Valid only during the call.</param>
public delegate SearchNext SearchVisitor(
    ReadOnlySpan<string> below,
    VaultState vault,
    NodeRow node
);

/// <summary>What LOCK asks for.</summary>
/// <param name="IsShared">True for a shared lock.</param>
/// <param name="IsInfinite">Whether it covers everything below; null for what suits the node: a folder yes, a file no.</param>
/// <param name="OwnerXml">The owner element's inner XML; null when absent.</param>
/// <param name="Timeout">The time asked for; null for the default, infinite for the longest.</param>
public sealed record LockWish(bool IsShared, bool? IsInfinite, string? OwnerXml, TimeSpan? Timeout);

/// <summary>A lock that was taken.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Created">True when an empty file was created for it.</param>
public sealed record Locked(LockRow Lock, bool Created);

/// <summary>Visits an entry of a listing.</summary>
/// <param name="below">The segments from the listed node down to this one; empty for itself. Valid only during the call.</param>
/// <param name="vault">The vault it is in.</param>
/// <param name="node">The entry. Valid only during the call.</param>
/// <param name="locks">Active locks that cover it, when they were asked for.</param>
public delegate void NodeVisitor(
    ReadOnlySpan<string> below,
    VaultState vault,
    NodeRow node,
    IReadOnlyList<LockRow> locks
);
