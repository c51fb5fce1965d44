using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// The trees of the person who signed in as one: <c>/NAME/PERSON/...</c> is the tree of that name, and the folders above it only lead there. Being one tree, what is moved from one into another, and a
/// condition on another, mean what they say.
/// </summary>
/// <param name="context">The request, whose actor is known.</param>
/// <param name="prefix">Where all of them are.</param>
/// <param name="trees">How each is opened.</param>
/// <param name="destination">What the request's Destination names among them; null when it has none.</param>
internal sealed class SyncTreesStore(
    HttpContext context,
    string prefix,
    IReadOnlyDictionary<string, OpenSyncTree> trees,
    Func<DavResult<DavPath>?> destination
) : IDavStore
{
    private readonly Actor _actor = context.Features.Get<Actor>()!;
    private readonly Dictionary<string, DavResult<IDavStore>> _open = new(StringComparer.Ordinal);

    /// <summary>A place in a tree: the tree, the path in it, and where it begins.</summary>
    private sealed record Spot(IDavStore Store, DavPath Path, DavPath Root)
    {
        public DavPath Outward(DavPath path) => new(Root.Segments.AddRange(path.Segments));

        public DavResult<T> Outward<T>(DavResult<T> result) =>
            result.Problem is { Paths.Count: > 0 } problem
                ? problem with
                {
                    Paths = [.. problem.Paths.Select(Outward)],
                }
                : result;

        public DavLock Outward(DavLock held) => held with { Root = Outward(held.Root) };

        public void Outward(DavResource resource)
        {
            if (resource.Locks.Count > 0)
                resource.Locks = [.. resource.Locks.Select(Outward)];
        }

        // What was seen in another tree cannot be held to in this one's transaction.
        public WriteGuard Inward(WriteGuard guard) =>
            guard with
            {
                Expectations =
                [
                    .. guard
                        .Expectations.Where(expected => Holds(expected.Path))
                        .Select(expected =>
                            expected with
                            {
                                Path = new(expected.Path.Segments[Root.Segments.Length..]),
                            }
                        ),
                ],
            };

        private bool Holds(DavPath path) =>
            path.Segments.Length >= Root.Segments.Length
            && path.Segments.AsSpan()[..Root.Segments.Length].SequenceEqual(Root.Segments.AsSpan());
    }

    public DavPrincipal Principal => new(_actor.Name, AddressOf(SyncTrees.Files) + "/");

    public async ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) =>
        Open(SyncTrees.Files) is { Problem: null, Value: var files }
            ? await files.FindPrivilegesAsync(cancellationToken)
            : Open(SyncTrees.Files).Problem!;

    public ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            async spot =>
            {
                var found = await spot.Store.FindAsync(spot.Path, facts, cancellationToken);
                if (found.IsSuccess)
                    spot.Outward(found.Value);
                return found;
            },
            cancellationToken
        );

    public ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot =>
                spot.Store.ListAsync(
                    spot.Path,
                    depth,
                    facts,
                    (below, resource) =>
                    {
                        spot.Outward(resource);
                        visit(below, resource);
                    },
                    cancellationToken
                ),
            cancellationToken
        );

    public ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot =>
                spot.Store.SyncAsync(
                    spot.Path,
                    sync,
                    facts,
                    (below, isCollection, resource) =>
                    {
                        if (resource is not null)
                            spot.Outward(resource);
                        visit(below, isCollection, resource);
                    },
                    cancellationToken
                ),
            cancellationToken
        );

    public ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot => spot.Store.SearchAsync(spot.Path, search, facts, visit, cancellationToken),
            cancellationToken
        );

    public ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot => spot.Store.OpenAsync(spot.Path, cancellationToken),
            cancellationToken
        );

    public ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot =>
                spot.Path.IsRoot
                    ? TopIsThere()
                    : spot.Store.WriteAsync(
                        spot.Path,
                        upload,
                        spot.Inward(guard),
                        cancellationToken
                    ),
            cancellationToken
        );

    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot =>
                spot.Path.IsRoot
                    ? TopIsThere()
                    : spot.Store.CreateCollectionAsync(
                        spot.Path,
                        properties,
                        spot.Inward(guard),
                        cancellationToken
                    ),
            cancellationToken
        );

    public ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot => spot.Store.DeleteAsync(spot.Path, spot.Inward(guard), cancellationToken),
            cancellationToken
        );

    public ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        TransferAsync(
            source,
            destination,
            guard,
            (from, to, inward) =>
                from.Store.MoveAsync(from.Path, to, options, inward, cancellationToken),
            cancellationToken,
            (uploads, from, to) =>
                uploads.FinishAsync(
                    from.Path,
                    to.Path,
                    options,
                    // What was asked of the upload was asked of the file that it becomes.
                    to.Inward(
                        guard with
                        {
                            Expectations =
                            [
                                .. guard.Expectations.Select(expected =>
                                    expected.Path.Equals(source)
                                        ? expected with
                                        {
                                            Path = destination,
                                        }
                                        : expected
                                ),
                            ],
                        }
                    ),
                    cancellationToken
                )
        );

    public ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        TransferAsync(
            source,
            destination,
            guard,
            (from, to, inward) =>
                from.Store.CopyAsync(from.Path, to, options, inward, cancellationToken),
            cancellationToken
        );

    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot =>
                spot.Store.PatchPropertiesAsync(
                    spot.Path,
                    patch,
                    spot.Inward(guard),
                    cancellationToken
                ),
            cancellationToken
        );

    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            async spot =>
            {
                var locked = await spot.Store.LockAsync(
                    spot.Path,
                    request,
                    spot.Inward(guard),
                    cancellationToken
                );
                return locked.IsSuccess
                    ? locked.Value with
                    {
                        Lock = spot.Outward(locked.Value.Lock),
                    }
                    : locked;
            },
            cancellationToken
        );

    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            async spot =>
            {
                var refreshed = await spot.Store.RefreshLockAsync(
                    spot.Path,
                    tokens,
                    timeout,
                    cancellationToken
                );
                return refreshed.IsSuccess ? spot.Outward(refreshed.Value) : refreshed;
            },
            cancellationToken
        );

    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) =>
        InAsync(
            path,
            spot => spot.Store.UnlockAsync(spot.Path, token, cancellationToken),
            cancellationToken
        );

    // Paths of refusals are those of all the trees again.
    private async ValueTask<DavResult<T>> InAsync<T>(
        DavPath path,
        Func<Spot, ValueTask<DavResult<T>>> act,
        CancellationToken stop
    )
    {
        var at = await AtAsync(path, stop);
        return at.Problem is { } problem ? problem : at.Value.Outward(await act(at.Value));
    }

    private async ValueTask<DavResult<DavWritten>> TransferAsync(
        DavPath source,
        DavPath destination,
        WriteGuard guard,
        Func<Spot, DavPath, WriteGuard, ValueTask<DavResult<DavWritten>>> transfer,
        CancellationToken cancellationToken,
        Func<UploadTreeStore, Spot, Spot, ValueTask<DavResult<DavWritten>>>? finish = null
    )
    {
        var from = await AtAsync(source, cancellationToken);
        if (from.Problem is { } missing)
            return missing;
        var to = await AtAsync(destination, cancellationToken);
        if (to.Problem is { } problem)
            return problem;
        if (from.Value.Path.IsRoot || to.Value.Path.IsRoot)
            return new DavProblem(403, "The top folder can be neither moved nor replaced.");
        if (
            finish is not null
            && from.Value.Store is UploadTreeStore uploads
            && to.Value.Root.Segments is [SyncTrees.Files, ..]
        )
            return to.Value.Outward(await finish(uploads, from.Value, to.Value));
        return from.Value.Store == to.Value.Store
            ? from.Value.Outward(
                await transfer(from.Value, to.Value.Path, from.Value.Inward(guard))
            )
            : new DavProblem(403, "Nothing can be moved from there to here.");
    }

    // Above the trees nothing is looked up that would tell whether the person still is signed in, so a tree is asked.
    private async ValueTask<DavResult<Spot>> AtAsync(DavPath path, CancellationToken stop)
    {
        var segments = path.Segments;
        if (segments.Length >= 2)
        {
            if (!trees.ContainsKey(segments[0]))
                return new DavProblem(404, "There is nothing at this address.");
            if (!IsOwn(segments[1]))
                return NotOwn();
            var tree = Open(segments[0]);
            return tree.Problem is { } closed
                ? closed
                : new Spot(tree.Value, new(segments[2..]), new(segments[..2]));
        }
        var files = Open(SyncTrees.Files);
        if (files.Problem is { } problem)
            return problem;
        var found = await files.Value.FindAsync(DavPath.Root, DavFacts.None, stop);
        return found.Problem is { } refused
            ? refused
            : new Spot(
                new DavAncestorStore(Principal, $"{SyncTrees.Files}/{_actor.Name}"),
                path,
                DavPath.Root
            );
    }

    private DavResult<IDavStore> Open(string name)
    {
        if (!_open.TryGetValue(name, out var tree))
            _open.Add(
                name,
                tree = trees[name](new(context, _actor, AddressOf(name), FindNamedFile))
            );
        return tree;
    }

    private string AddressOf(string name) => $"{prefix}/{name}/{Uri.EscapeDataString(_actor.Name)}";

    // What the Destination says of the tree of files, for whoever makes a file there.
    private DavResult<DavPath>? FindNamedFile() =>
        destination() switch
        {
            null => null,
            { Problem: { } problem } => problem,
            { Value.Segments: [SyncTrees.Files, var person, _, ..] and var segments } => IsOwn(
                person
            )
                ? new DavPath(segments[2..])
                : NotOwn(),
            _ => new DavProblem(403, "What is sent here becomes a file among your own files."),
        };

    private bool IsOwn(string person) => SignInName.Key(person) == SignInName.Key(_actor.Name);

    private static DavProblem NotOwn() => new(403, "This is not the address of your own files.");

    private static ValueTask<DavResult<DavWritten>> TopIsThere() =>
        new(new DavProblem(405, "The top folder exists already."));
}
