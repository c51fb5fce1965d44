namespace CloudDav.WebDav;

/// <summary>A store over another one, to which everything goes that a derived store does not answer itself.</summary>
/// <param name="inner">The other one.</param>
public abstract class DelegatingDavStore(IDavStore inner) : IDavStore
{
    /// <summary>The other one.</summary>
    protected IDavStore Inner { get; } = inner;

    /// <inheritdoc/>
    public virtual DavPrincipal Principal => Inner.Principal;

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) => Inner.FindPrivilegesAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    ) => Inner.FindAsync(path, facts, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    ) => Inner.ListAsync(path, depth, facts, visit, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    ) => Inner.SyncAsync(path, sync, facts, visit, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    ) => Inner.SearchAsync(path, search, facts, visit, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    ) => Inner.OpenAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.WriteAsync(path, upload, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.CreateCollectionAsync(path, properties, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.DeleteAsync(path, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.MoveAsync(source, destination, options, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.CopyAsync(source, destination, options, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.PatchPropertiesAsync(path, patch, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.LockAsync(path, request, guard, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) => Inner.RefreshLockAsync(path, tokens, timeout, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) => Inner.UnlockAsync(path, token, cancellationToken);
}
