using System.Collections.Immutable;
using System.Security;
using System.Xml.Linq;
using CloudDav.Server.Dav;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// A tree of what was, in which things are looked at, read and removed, and out of which they are brought back by moving them to <c>restore</c>. Nothing can be put there or changed.
/// </summary>
/// <param name="session">The actor in the own vault.</param>
/// <param name="principalHref">The address of the actor's principal resource.</param>
/// <param name="tell">How a refusal is told to the actor.</param>
internal abstract class HistoryStore(
    VaultSession session,
    string principalHref,
    Func<Refusal, DavProblem> tell
) : UnwritableStore(session, principalHref, tell)
{
    /// <summary>What can be done with what was.</summary>
    private const DavPrivileges Possible =
        DavPrivileges.Read | DavPrivileges.Move | DavPrivileges.Delete;

    /// <summary>The folder that things are moved to.</summary>
    protected const string Restore = "restore";

    private static readonly XNamespace s_nextcloud = "http://nextcloud.org/ns";

    protected override string Hint =>
        "What was cannot be changed: it can be read, removed, and moved to be restored.";

    /// <summary>The folder that what was lies in.</summary>
    protected abstract string Top { get; }

    public override async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (path.Segments is [var top, _, ..] && top == Top)
            return Told(await FindBelowAsync(path.Segments[1..], cancellationToken));
        // Whether the actor still may see anything at all.
        var decided = await Session.DecideAsync(cancellationToken);
        return (decided.Refusal ?? decided.Value.Refuses(Capability.List)) is { } refusal
                ? Refused(refusal)
            : FolderAt(path) is { } folder ? folder
            : Refused(new(RefusalRule.NotFound));
    }

    public override async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (depth == Depth.Infinity)
            return DavProblem.FiniteDepth();
        var found = await FindAsync(path, facts, cancellationToken);
        if (found.Problem is { } problem)
            return problem;
        visit([], found.Value);
        if (depth == Depth.Zero || !found.Value.IsCollection)
            return new Done();
        if (path.IsRoot)
        {
            foreach (var name in (string[])[Top, Restore])
                visit([name], Folder(name));
            return new Done();
        }
        return path.Segments[0] == Restore
            ? new Done()
            : Told(
                await ListBelowAsync(
                    path.Segments[1..],
                    (name, resource) => visit([name], resource),
                    cancellationToken
                )
            );
    }

    public override async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(path, DavFacts.None, cancellationToken);
        if (found.Problem is { } problem)
            return problem;
        if (found.Value.IsCollection)
            return new DavReadable(found.Value, null);
        var opened = await OpenBelowAsync(path.Segments[1..], cancellationToken);
        return opened.Refusal is { } refusal
            ? Refused(refusal)
            : new DavReadable(found.Value, new VaultDavStore.Content(opened.Value.Content!));
    }

    public override async ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        path.IsRoot || path.Segments[0] != Top
            ? Unchangeable()
            : Told(await DeleteBelowAsync(path.Segments[1..], cancellationToken));

    public override async ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (
            source.Segments.Length < 2
            || source.Segments[0] != Top
            || destination.Segments.Length != 2
            || destination.Segments[0] != Restore
        )
            return Unchangeable();
        var restored = await RestoreBelowAsync(
            source.Segments[1..],
            // What was seen here is no state of the tree that it comes back to.
            VaultDavStore.GuardOf(guard with { Expectations = [] }),
            cancellationToken
        );
        if (restored.Refusal is { } refusal)
            return Refused(refusal);
        var (vault, node, created) = restored.Value;
        return new DavWritten(
            created,
            VaultProperties.Of(Session.Actor, vault, node, DavFacts.None)
        );
    }

    /// <summary>What is below <see cref="Top"/>, by the names from there on.</summary>
    protected abstract ValueTask<VaultResult<DavResource>> FindBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    );

    /// <summary>Visits the members of <see cref="Top"/>, or of a folder below it.</summary>
    protected abstract ValueTask<VaultResult<bool>> ListBelowAsync(
        ImmutableArray<string> names,
        Action<string, DavResource> visit,
        CancellationToken stop
    );

    /// <summary>Opens a file.</summary>
    protected abstract ValueTask<VaultResult<Opened>> OpenBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    );

    /// <summary>Removes something, or without a name everything.</summary>
    protected abstract ValueTask<VaultResult<bool>> DeleteBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    );

    /// <summary>Brings something back.</summary>
    protected abstract ValueTask<VaultResult<Changed>> RestoreBelowAsync(
        ImmutableArray<string> names,
        ChangeGuard guard,
        CancellationToken stop
    );

    /// <summary>A folder that only leads on.</summary>
    protected static DavResource Folder(string name) =>
        Folder(name, DavPrivileges.Read | DavPrivileges.Unbind | DavPrivileges.Bind);

    /// <summary>What can be read, brought back and removed, and no more.</summary>
    protected DavResource ResourceOf(VaultState vault, NodeRow node) =>
        ResourceOf(vault, node, Possible);

    /// <summary>A property that these clients ask for here.</summary>
    protected static DeadProperty Property(string name, string value) =>
        new(
            s_nextcloud + name,
            $"<nc:{name} xmlns:nc=\"{s_nextcloud}\">{SecurityElement.Escape(value)}</nc:{name}>"
        );

    private DavResource? FolderAt(DavPath path) =>
        path.IsRoot ? Folder("")
        : path.Segments is [var name] && (name == Top || name == Restore) ? Folder(name)
        : null;

    private DavResult<T> Told<T>(VaultResult<T> result) =>
        result.Refusal is { } refusal ? Refused(refusal) : result.Value;

    private DavResult<Done> Told(VaultResult<bool> result) =>
        result.Refusal is { } refusal ? Refused(refusal) : new Done();
}
