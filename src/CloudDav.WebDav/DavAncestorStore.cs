namespace CloudDav.WebDav;

/// <summary>
/// The folders above a tree that is mounted below the root. Explorer and Office ask every ancestor of what they open, and give up when
/// one of them is no collection; so each answers as a read-only folder whose one member is the next.
/// </summary>
/// <param name="principal">Who asks.</param>
/// <param name="prefix">Where the tree is mounted, such as <c>/dav</c>.</param>
public sealed class DavAncestorStore(DavPrincipal principal, string prefix) : IDavStore
{
    private readonly string[] _segments = prefix.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public DavPrincipal Principal => principal;

    /// <inheritdoc/>
    public ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) => ValueTask.FromResult<DavResult<DavPrivileges>>(DavPrivileges.All);

    /// <inheritdoc/>
    public ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult<DavResult<DavResource>>(
            Exists(path) ? FolderAt(path.Segments.Length) : Missing()
        );

    /// <inheritdoc/>
    public ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (!Exists(path))
            return ValueTask.FromResult<DavResult<Done>>(Missing());
        // The tree below is another endpoint's to list; an infinite listing here would claim to be all of it.
        if (depth == Depth.Infinity)
            return ValueTask.FromResult<DavResult<Done>>(DavProblem.FiniteDepth());
        var at = path.Segments.Length;
        visit([], FolderAt(at));
        if (depth == Depth.One && at < _segments.Length)
            visit([_segments[at]], FolderAt(at + 1));
        return ValueTask.FromResult<DavResult<Done>>(default(Done));
    }

    /// <inheritdoc/>
    public ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult<DavResult<DavSynced>>(
            Exists(path) ? DavProblem.UnsupportedReport() : Missing()
        );

    /// <inheritdoc/>
    public ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult<DavResult<DavSearched>>(
            Exists(path)
                ? new DavProblem(409, "A search begins in the tree, and not above it.")
                {
                    Condition = Xml.DavNames.Dav + "search-scope-valid",
                }
                : Missing()
        );

    /// <inheritdoc/>
    public ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult<DavResult<DavReadable>>(
            Exists(path) ? new DavReadable(FolderAt(path.Segments.Length), null) : Missing()
        );

    /// <inheritdoc/>
    public ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<DavWritten>();

    /// <inheritdoc/>
    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<DavWritten>();

    /// <inheritdoc/>
    public ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<Done>();

    /// <inheritdoc/>
    public ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<DavWritten>();

    /// <inheritdoc/>
    public ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<DavWritten>();

    /// <inheritdoc/>
    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        // Windows sets attributes on every folder it passes, and takes a refusal for a failure of the whole.
        if (!Exists(path) || patch.Changes.Any(change => change is not PropertyChange.Ignore))
            return Refuse<IReadOnlyList<PropertyStatus>>();
        return ValueTask.FromResult<DavResult<IReadOnlyList<PropertyStatus>>>(
            patch.Changes.Select(change => new PropertyStatus(change.Name, 200)).ToList()
        );
    }

    /// <inheritdoc/>
    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Refuse<DavLocked>();

    /// <inheritdoc/>
    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) => Refuse<DavLock>();

    /// <inheritdoc/>
    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) => Refuse<Done>();

    private bool Exists(DavPath path)
    {
        if (path.Segments.Length > _segments.Length)
            return false;
        for (var i = 0; i < path.Segments.Length; i++)
        {
            if (!path.Segments[i].Equals(_segments[i], StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return true;
    }

    private DavResource FolderAt(int depth) =>
        new()
        {
            Name = depth == 0 ? "/" : _segments[depth - 1],
            ETag = $"\"ancestor-{depth}\"",
            IsCollection = true,
            Modified = DateTimeOffset.UnixEpoch,
            Created = DateTimeOffset.UnixEpoch,
            Privileges = DavPrivileges.Read,
        };

    private static DavProblem Missing() => new(404, "There is nothing at this address.");

    private static ValueTask<DavResult<T>> Refuse<T>() =>
        ValueTask.FromResult<DavResult<T>>(
            new DavProblem(
                403,
                "This folder only leads to the files; nothing in it can be changed."
            )
            {
                Condition = Xml.DavNames.Dav + "need-privileges",
            }
        );
}
