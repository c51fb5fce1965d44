namespace CloudDav.WebDav;

/// <summary>An active write lock (RFC 4918 §6).</summary>
public sealed record DavLock
{
    /// <summary>The token, <c>opaquelocktoken:</c> and a UUID; null when the lock is somebody else's and its token is not shown.</summary>
    public required string? Token { get; init; }

    /// <summary>
    /// The token of somebody else's lock: compared with what a request's If header says, and never shown. Null for the principal's own lock,
    /// or when the store does not tell; then whatever a request submits for it passes, and the store refuses it as locked.
    /// </summary>
    public string? HiddenToken { get; init; }

    /// <summary>The resource the lock was taken on.</summary>
    public required DavPath Root { get; init; }

    /// <summary>True for a shared lock, false for an exclusive one.</summary>
    public bool IsShared { get; init; }

    /// <summary>Zero or infinity.</summary>
    public Depth Depth { get; init; }

    /// <summary>The owner element's inner XML exactly as the client sent it; null when it sent none.</summary>
    public string? OwnerXml { get; init; }

    /// <summary>The name of the principal that holds it, for people.</summary>
    public string? HolderName { get; init; }

    /// <summary>
    /// True when it was taken through the same device credential that asks now. macOS keeps one token of two in a MOVE, and is
    /// forgiven for its own device's locks only.
    /// </summary>
    public bool IsHeldBySameDevice { get; init; }

    /// <summary>The time that remains.</summary>
    public TimeSpan Timeout { get; init; }
}

/// <summary>What LOCK asks for.</summary>
public sealed record LockRequest
{
    /// <summary>True for a shared lock.</summary>
    public bool IsShared { get; init; }

    /// <summary>Zero or infinity; null when the header was absent: zero on a file, infinity on a collection.</summary>
    public Depth? Depth { get; init; }

    /// <summary>The owner element's inner XML; null when absent.</summary>
    public string? OwnerXml { get; init; }

    /// <summary>The time asked for; null for the store's default. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for Infinite. The store applies its floor and cap.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How deep an operation reaches (RFC 4918 §10.2).</summary>
public enum Depth
{
    /// <summary>The resource itself.</summary>
    Zero,

    /// <summary>The resource and its members.</summary>
    One,

    /// <summary>The resource and everything below it.</summary>
    Infinity,
}
