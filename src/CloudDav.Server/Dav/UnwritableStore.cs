using System.Xml.Linq;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Dav;

/// <summary>A tree in which nothing is written. What else can be done in it is said by its kind.</summary>
/// <param name="session">The actor in the own vault.</param>
/// <param name="principalHref">The address of the actor's principal resource.</param>
/// <param name="tell">How a refusal is told to the actor.</param>
internal abstract class UnwritableStore(
    VaultSession session,
    string principalHref,
    Func<Refusal, DavProblem> tell
) : IDavStore
{
    /// <summary>The actor in the own vault.</summary>
    protected VaultSession Session => session;

    public DavPrincipal Principal { get; } = new(session.Actor.Name, principalHref);

    public async ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    )
    {
        var decided = await session.DecideAsync(cancellationToken);
        return decided.Refusal is { } refusal
            ? tell(refusal)
            : VaultProperties.PrivilegesOf(decided.Value.Lasting);
    }

    public abstract ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    );

    public abstract ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    );

    public abstract ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    );

    public virtual ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public virtual ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    ) => new(DavProblem.UnsupportedReport());

    public ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    ) =>
        new(
            new DavProblem(409, "A search begins in the tree of files.")
            {
                Condition = XName.Get("search-scope-valid", "DAV:"),
            }
        );

    public ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) => new(Unchangeable());

    /// <summary>What can be done here, as whoever tried something else reads it.</summary>
    protected abstract string Hint { get; }

    /// <summary>Why nothing can be written.</summary>
    protected DavProblem Unchangeable() =>
        new(403, Hint) { Condition = XName.Get("need-privileges", "DAV:") };

    /// <summary>A folder that only leads on.</summary>
    protected static DavResource Folder(string name, DavPrivileges privileges) =>
        new()
        {
            Name = name,
            ETag = $"\"{name}\"",
            IsCollection = true,
            Modified = DateTimeOffset.UnixEpoch,
            Created = DateTimeOffset.UnixEpoch,
            Privileges = privileges,
        };

    /// <summary>The resource of a node, of which no more can be done than this.</summary>
    protected DavResource ResourceOf(VaultState vault, NodeRow node, DavPrivileges privileges)
    {
        var resource = VaultProperties.Of(session.Actor, vault, node, DavFacts.None);
        resource.Privileges &= privileges;
        resource.Rights &= privileges;
        return resource;
    }

    /// <summary>How a refusal is told to the actor.</summary>
    protected DavProblem Refused(Refusal refusal) => tell(refusal);
}
