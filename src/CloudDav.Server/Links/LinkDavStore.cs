using CloudDav.Server.Dav;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Links;

/// <summary>
/// What a link shares, as the protocol sees it. Downloads are counted before their first byte. A file that is shared by itself answers at the link's own address, and is to programs that
/// mount the one member of a folder that is nowhere.
/// </summary>
/// <param name="tree">What is shared.</param>
/// <param name="session">The visitor in it.</param>
/// <param name="file">The file that is shared; null for a folder.</param>
/// <param name="isReading">Whether a file is asked for at the link's own address, and not the folder around it.</param>
/// <param name="isBlind">Whether things are only put in.</param>
/// <param name="tell">How a refusal is told to the visitor.</param>
internal sealed class LinkDavStore(
    VaultDavStore tree,
    VaultSession session,
    NodeRow? file,
    bool isReading,
    bool isBlind,
    Func<Refusal, DavProblem> tell
) : IDavStore
{
    public DavPrincipal Principal => tree.Principal;

    public ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) => tree.FindPrivilegesAsync(cancellationToken);

    public async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (isBlind && !path.IsRoot)
            // For the conditions of uploads: whatever is there, to the visitor there is nothing.
            return tell(new(RefusalRule.NotFound));
        if (file is null)
            return await tree.FindAsync(path, facts, cancellationToken);
        if (!IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var found = await tree.FindAsync(DavPath.Root, facts, cancellationToken);
        return found.IsSuccess && path.IsRoot && !isReading ? Around(found.Value) : found;
    }

    public async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (file is null)
            return await tree.ListAsync(path, depth, facts, visit, cancellationToken);
        if (!IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var found = await tree.FindAsync(DavPath.Root, facts, cancellationToken);
        if (found.Problem is { } problem)
            return problem;
        if (path.IsRoot)
        {
            visit([], Around(found.Value));
            if (depth != Depth.Zero)
                visit([found.Value.Name], found.Value);
        }
        else
        {
            visit([], found.Value);
        }
        return new Done();
    }

    public async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        if (file is not null && !IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var opened = await tree.OpenAsync(file is null ? path : DavPath.Root, cancellationToken);
        if (!opened.IsSuccess || opened.Value.Content is not { } content)
            return opened;
        var counted = await session.CountUseAsync(ShareUse.Downloaded, cancellationToken);
        if (counted.Refusal is not { } refusal)
            return opened;
        await content.DisposeAsync();
        return tell(refusal);
    }

    public ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.WriteAsync(path, upload, guard, cancellationToken);

    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.CreateCollectionAsync(path, properties, guard, cancellationToken);

    public ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.DeleteAsync(path, guard, cancellationToken);

    public ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.MoveAsync(source, destination, options, guard, cancellationToken);

    public ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.CopyAsync(source, destination, options, guard, cancellationToken);

    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.PatchPropertiesAsync(path, patch, guard, cancellationToken);

    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => tree.LockAsync(path, request, guard, cancellationToken);

    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) => tree.RefreshLockAsync(path, tokens, timeout, cancellationToken);

    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) => tree.UnlockAsync(path, token, cancellationToken);

    private bool IsInside(DavPath path) =>
        path.IsRoot || (path.Segments.Length == 1 && path.Name == file!.Name);

    private static DavResource Around(DavResource file) =>
        new()
        {
            Name = file.Name,
            ETag = file.ETag,
            IsCollection = true,
            Created = file.Created,
            Modified = file.Modified,
            Privileges = file.Privileges,
        };
}
