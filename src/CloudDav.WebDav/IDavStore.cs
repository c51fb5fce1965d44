using System.IO.Pipelines;

namespace CloudDav.WebDav;

/// <summary>
/// What the protocol asks of a store: about a dozen whole operations on one tree, for one principal, within one request.
/// The protocol knows HTTP and the RFCs; the store knows the tree, its locks, its quota and its rules.
/// </summary>
/// <remarks>
/// <para>Every operation is atomic: it happens whole or not at all, and an answer of success means the result is on stable storage.</para>
/// <para>An expected refusal is a <see cref="DavProblem"/> in the result, never an exception. Exceptions are for bugs, broken infrastructure and cancellation.</para>
/// <para>
/// Locks are the store's: every writing operation checks them itself (RFC 4918 §7) against the tokens in its <see cref="WriteGuard"/>
/// and refuses with 423 and <c>lock-token-submitted</c>. The guard's expectations are checked again in the transaction that commits.
/// </para>
/// <para>Paths are decoded and canonical; the root is the empty path.</para>
/// </remarks>
public interface IDavStore
{
    /// <summary>Who asks.</summary>
    DavPrincipal Principal { get; }

    /// <summary>
    /// What the principal may do anywhere in this tree: what OPTIONS says of methods and classes, so that Finder mounts a volume read-only of which
    /// nothing can be written or deleted. Refuses only when not even OPTIONS is to be answered.
    /// </summary>
    ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(CancellationToken cancellationToken);

    /// <summary>Finds one resource. Refuses with 404 when nothing is mapped there.</summary>
    /// <param name="path">Where to look.</param>
    /// <param name="facts">What is asked beyond the facts every resource carries.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Visits the resource itself and then, for a collection, its members (Depth 1) or everything below it (Depth infinity; a folder
    /// always before its members), all from one snapshot. The visitor is called synchronously, must not block on the client, and the
    /// snapshot is released before this returns. Refuses with 404, or with 403 <c>propfind-finite-depth</c> before any visit when an
    /// infinite listing would pass the store's limit (RFC 4918 §9.1).
    /// </summary>
    ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Visits everything below a collection that may be what is looked for (RFC 5323), the collection itself aside, in any order unless the newest are wanted first and the store can give them so. It
    /// shows what <see cref="ListAsync"/> would, with fewer facts: no locks. Refuses as that does, but never for the size: what cannot be looked at within the store's bounds is left
    /// out, and the result says so.
    /// </summary>
    ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Visits what has changed in a collection since a token (RFC 6578), from one snapshot, as <see cref="ListAsync"/> does. Each address comes once, in an order in
    /// which a copy can do what it is told; gone means it and everything below it. Refuses with 404, with 403 <c>valid-sync-token</c> when the token is not one of this
    /// collection and principal or is too old, with 403 <c>supported-report</c> on what is no collection, and with 507
    /// <c>number-of-matches-within-limits</c> when not even the next change fits into the limit.
    /// </summary>
    ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    );

    /// <summary>Finds a resource with its content, for GET and HEAD; nothing of the content is read yet. A collection has no content.</summary>
    ValueTask<DavResult<DavReadable>> OpenAsync(DavPath path, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a file whole, or splices into an existing one (<see cref="DavUpload.Splice"/>). Everything that can be refused without the
    /// body is refused before the first byte of it is read, so that a client that sent <c>Expect: 100-continue</c> never sends it.
    /// Until success is returned the old content stands untouched.
    /// Refuses with 409 (parent missing, case conflict), 405 (a collection is mapped there), 400 (body shorter or longer than declared, checksum
    /// mismatch), 412, 423, 507 <c>quota-not-exceeded</c>.
    /// </summary>
    ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Makes a collection, with properties (RFC 5689) when given. Refuses with 405 when something is mapped there, 409, 423, and 424/403 per property through <see cref="DavWritten.Properties"/>.</summary>
    ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Removes a resource with everything below it, at once whatever its size. Refuses with 404, 423 (a member is locked by somebody else: nothing is removed).</summary>
    ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Moves or renames a resource with everything below it (RFC 4918 §9.9). Refuses with 404, 403 (same resource), 409, 412 (<c>Overwrite: F</c>), 423.</summary>
    ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Copies a resource (RFC 4918 §9.8). Refuses as <see cref="MoveAsync"/>, and with 507 when it does not fit.</summary>
    ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Applies a PROPPATCH in document order, all or nothing (RFC 4918 §9.2). The answer has one status per named property:
    /// 200 for all, or the failures and 424 for the rest.
    /// </summary>
    ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Takes a lock; on an unmapped name it first creates an empty file (RFC 4918 §7.3, §9.10.4).
    /// Refuses with 409 (no parent), 423 <c>no-conflicting-lock</c>, 403, 507.
    /// </summary>
    ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Gives a lock that covers the path a new timeout (RFC 4918 §9.10.2). Refuses with 412 when no lock of this principal with one of the tokens covers it.</summary>
    ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    );

    /// <summary>Removes a lock (RFC 4918 §9.11). Refuses with 409 <c>lock-token-matches-request-uri</c> when the token does not cover the path, 403 when it is somebody else's.</summary>
    ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    );
}

/// <summary>Called for each resource of a listing.</summary>
/// <param name="below">The segments from the listed resource down to this one; empty for the listed resource itself. Valid only during the call.</param>
/// <param name="resource">The resource. Valid only during the call: a store may reuse the object.</param>
public delegate void DavVisitor(ReadOnlySpan<string> below, DavResource resource);

/// <summary>What a sync report asks (RFC 6578 §6.1).</summary>
/// <param name="Token">The token of the last one; null for the first.</param>
/// <param name="Depth">One for the members, infinity for everything below.</param>
/// <param name="Limit">How many addresses at the most; null for as many as the store gives at once.</param>
public sealed record DavSync(string? Token, Depth Depth, int? Limit);

/// <summary>How a sync report ended.</summary>
/// <param name="Token">The token for the next one.</param>
/// <param name="IsTruncated">Whether there is more, which the token leads to.</param>
public sealed record DavSynced(string Token, bool IsTruncated);

/// <summary>Called for each address of a sync report.</summary>
/// <param name="below">The segments from the collection down. Valid only during the call.</param>
/// <param name="isCollection">Whether it is, or was, a collection.</param>
/// <param name="resource">What is there; null when it is gone. Valid only during the call.</param>
public delegate void DavSyncVisitor(
    ReadOnlySpan<string> below,
    bool isCollection,
    DavResource? resource
);

/// <summary>A file's bytes, read in any order of ranges, never whole in memory.</summary>
public interface IDavContent : IAsyncDisposable
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Copies a range into the pipe, flushing as it goes and honouring back-pressure.</summary>
    /// <exception cref="IOException">The stored bytes are missing, cut or not what was written. Nothing wrong is ever copied.</exception>
    ValueTask CopyToAsync(
        PipeWriter destination,
        long offset,
        long count,
        CancellationToken cancellationToken
    );
}

/// <summary>What a request asks of resources beyond the facts they always carry.</summary>
[Flags]
public enum DavFacts
{
    /// <summary>Only what every resource carries.</summary>
    None = 0,

    /// <summary><see cref="DavResource.DeadProperties"/>.</summary>
    DeadProperties = 1,

    /// <summary><see cref="DavResource.Locks"/>.</summary>
    Locks = 2,

    /// <summary><see cref="DavResource.Quota"/>.</summary>
    Quota = 4,

    /// <summary><see cref="DavResource.Checksums"/>.</summary>
    Checksums = 8,

    /// <summary><see cref="DavResource.ShareTypes"/>.</summary>
    Shares = 64,

    /// <summary><see cref="DavResource.SyncToken"/>.</summary>
    SyncToken = 16,

    /// <summary><see cref="DavResource.IsFavorite"/>.</summary>
    Favorite = 32,
}

/// <summary>A file or collection with its content, before anything of it is read.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Content">Its bytes; null for a collection. The receiver disposes it.</param>
public sealed record DavReadable(DavResource Resource, IDavContent? Content)
{
    /// <summary>Asked once before the first byte of an answer that has any, and may still refuse it; null to be asked nothing.</summary>
    public Func<CancellationToken, ValueTask<DavProblem?>>? Begin { get; init; }
}

/// <summary>The result of an operation that made or replaced a resource.</summary>
/// <param name="Created">True when nothing was mapped there before (201), false when something was replaced (204).</param>
/// <param name="Resource">The resource as committed.</param>
public sealed record DavWritten(bool Created, DavResource Resource)
{
    /// <summary>Which of the extra requests the write honoured (<c>X-OC-Mtime: accepted</c>).</summary>
    public bool ModifiedAccepted { get; init; }

    /// <summary>Per-property results of an extended MKCOL (RFC 5689 §3); null when it had no properties.</summary>
    public IReadOnlyList<PropertyStatus>? Properties { get; init; }
}

/// <summary>The result of LOCK.</summary>
/// <param name="Lock">The lock taken.</param>
/// <param name="Created">True when an empty file was created for it (201).</param>
public sealed record DavLocked(DavLock Lock, bool Created);

/// <summary>Options of COPY and MOVE.</summary>
public sealed record TransferOptions
{
    /// <summary>Whether a mapped destination is replaced (RFC 4918 §10.6).</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>COPY only: 0 copies a collection without its members (RFC 4918 §9.8.3).</summary>
    public Depth Depth { get; init; } = Depth.Infinity;

    /// <summary>Modification time for the result (<c>X-OC-Mtime</c>); null keeps the source's.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Creation time for the result (<c>X-OC-CTime</c>); null keeps what the operation implies.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>MOVE only: what the client says that the result's digests are, for a store whose source is an upload in parts.</summary>
    public IReadOnlyList<ExpectedChecksum> Checksums { get; init; } = [];

    /// <summary>MOVE only: how many bytes the client says that the result has, for such a store; null when unsaid.</summary>
    public long? TotalLength { get; init; }
}

/// <summary>What must still hold in the transaction that commits a write.</summary>
public sealed record WriteGuard
{
    /// <summary>No conditions and no tokens.</summary>
    public static WriteGuard None { get; } = new();

    /// <summary>The lock tokens that the request submitted (anywhere in its <c>If</c> header, RFC 4918 §10.4.1).</summary>
    public IReadOnlyList<string> LockTokens { get; init; } = [];

    /// <summary>What the conditions of the request were evaluated against; any difference at commit refuses with 412.</summary>
    public IReadOnlyList<Expectation> Expectations { get; init; } = [];
}

/// <summary>A state seen when conditions were evaluated, and required again at commit.</summary>
/// <param name="Path">The resource.</param>
/// <param name="ETag">Its ETag as seen, with quotes; null when nothing was mapped there; <see cref="AnyETag"/> when it only has to exist.</param>
public sealed record Expectation(DavPath Path, string? ETag)
{
    /// <summary>Stands for "exists, whatever its ETag" (<c>If-Match: *</c>).</summary>
    public const string AnyETag = "*";
}

/// <summary>The empty success.</summary>
public readonly record struct Done;
