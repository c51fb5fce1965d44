using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Links;

/// <summary>
/// What a link shares, as the protocol sees it. Downloads are counted before their first byte, and an answer without any is none. A file that is shared by itself answers at the link's own address, and is to programs that
/// mount the one member of a folder that is nowhere.
/// </summary>
/// <param name="tree">What is shared.</param>
/// <param name="session">The visitor in it.</param>
/// <param name="file">The file that is shared; null for a folder.</param>
/// <param name="isReading">Whether a file is asked for at the link's own address, and not the folder around it.</param>
/// <param name="isBlind">Whether things are only put in.</param>
/// <param name="tell">How a refusal is told to the visitor.</param>
internal sealed class LinkDavStore(
    IDavStore tree,
    VaultSession session,
    NodeRow? file,
    bool isReading,
    bool isBlind,
    Func<Refusal, DavProblem> tell
) : DelegatingDavStore(tree)
{
    public override async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (isBlind && !path.IsRoot)
            // For the conditions of uploads: whatever is there, to the visitor there is nothing.
            return tell(new(RefusalRule.NotFound));
        if (file is null)
            return await base.FindAsync(path, facts, cancellationToken);
        if (!IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var found = await base.FindAsync(DavPath.Root, facts, cancellationToken);
        return found.IsSuccess && path.IsRoot && !isReading ? Around(found.Value) : found;
    }

    public override async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (file is null)
            return await base.ListAsync(path, depth, facts, visit, cancellationToken);
        if (!IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var found = await base.FindAsync(DavPath.Root, facts, cancellationToken);
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

    public override async ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (file is null)
            return await base.SearchAsync(path, search, facts, visit, cancellationToken);
        var found = await FindAsync(new([file.Name]), facts, cancellationToken);
        if (found.Problem is { } problem)
            return problem;
        visit([file.Name], found.Value);
        return new DavSearched(IsComplete: true);
    }

    public override async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        if (file is not null && !IsInside(path))
            return tell(new(RefusalRule.NotFound));
        var opened = await base.OpenAsync(file is null ? path : DavPath.Root, cancellationToken);
        return opened.IsSuccess ? opened.Value with { Begin = CountAsync } : opened;
    }

    private async ValueTask<DavProblem?> CountAsync(CancellationToken cancellationToken)
    {
        var counted = await session.CountUseAsync(ShareUse.Downloaded, cancellationToken);
        return counted.Refusal is { } refusal ? tell(refusal) : null;
    }

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
