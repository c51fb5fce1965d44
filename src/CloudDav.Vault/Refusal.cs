namespace CloudDav.Vault;

/// <summary>An expected "no": which rule, and the facts a person or a protocol needs to understand it.</summary>
/// <param name="Rule">The rule that refuses.</param>
public sealed record Refusal(RefusalRule Rule)
{
    /// <summary>The node path the refusal is about (the lock's root, the missing parent); null for the request's own.</summary>
    public IReadOnlyList<string>? Path { get; init; }

    /// <summary>The limit in bytes or items that would be passed; null when no limit is involved.</summary>
    public long? Limit { get; init; }

    /// <summary>What is used of the limit now.</summary>
    public long? Used { get; init; }

    /// <summary>The name of the person who stands in the way (a lock's holder); null when nobody does.</summary>
    public string? Holder { get; init; }
}

/// <summary>Every rule that can refuse. A new one must get its line in the server's <c>RefusalMap</c>, or the build fails.</summary>
public enum RefusalRule
{
    /// <summary>Nothing is there.</summary>
    NotFound,

    /// <summary>The folder to put it in is missing.</summary>
    ParentMissing,

    /// <summary>Something is there already and a new folder cannot take its place.</summary>
    AlreadyExists,

    /// <summary>A folder stands where a file was to be written.</summary>
    IsFolder,

    /// <summary>A file was addressed as a folder, or a folder operation was asked of a file.</summary>
    IsFile,

    /// <summary>The destination exists and overwriting was refused.</summary>
    DestinationExists,

    /// <summary>Source and destination are the same.</summary>
    SameNode,

    /// <summary>The destination lies inside the source, or the source inside the destination.</summary>
    InsideItself,

    /// <summary>The root of the tree can be neither removed, moved nor replaced.</summary>
    IsRoot,

    /// <summary>A lock that the actor did not submit stands in the way.</summary>
    Locked,

    /// <summary>Another lock conflicts with the one asked for.</summary>
    LockConflict,

    /// <summary>The lock token does not cover this node.</summary>
    LockTokenMismatch,

    /// <summary>The lock is somebody else's.</summary>
    LockNotYours,

    /// <summary>What the conditions were evaluated against no longer holds.</summary>
    ConditionFailed,

    /// <summary>It does not fit in the vault's capacity.</summary>
    CapacityExceeded,

    /// <summary>The platform's disk is full.</summary>
    PlatformFull,

    /// <summary>A sibling differs in letter case only.</summary>
    CaseConflict,

    /// <summary>The name is not allowed.</summary>
    NameNotAllowed,

    /// <summary>The name is too long.</summary>
    NameTooLong,

    /// <summary>The tree would be too deep.</summary>
    TooDeep,

    /// <summary>The vault holds as many items as it may.</summary>
    TooManyItems,

    /// <summary>Too many locks.</summary>
    TooManyLocks,

    /// <summary>Dead properties pass their limit.</summary>
    PropertiesTooLarge,

    /// <summary>The listing passes its limit.</summary>
    ListingTooLarge,

    /// <summary>The body is not as long as was declared.</summary>
    LengthMismatch,

    /// <summary>A checksum given with the upload does not match.</summary>
    ChecksumMismatch,

    /// <summary>A partial update begins beyond the end.</summary>
    RangeNotSatisfiable,

    /// <summary>The device or account was revoked: sign in again.</summary>
    SignedOut,
}
