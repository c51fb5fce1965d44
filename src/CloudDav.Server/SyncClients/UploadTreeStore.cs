using System.Globalization;
using CloudDav.Server.Dav;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// A person's uploads in numbered chunks, as the clients make them: a folder is an upload, a file in it a chunk, and a MOVE of its <c>.file</c> into the tree of files puts the chunks together. What is
/// asked on the condition of <c>.file</c> is asked of the file that it is to replace.
/// </summary>
internal sealed class UploadTreeStore : DelegatingDavStore
{
    private const string Whole = ".file";
    private const int MaxName = 255;

    private readonly SyncTree _tree;
    private readonly VaultTree _session;
    private readonly Func<Refusal, DavProblem> _tell;

    private UploadTreeStore(SyncTree tree, VaultTree session, string files)
        : base(new DavAncestorStore(new DavPrincipal(tree.Actor.Name, files), ""))
    {
        (_tree, _session) = (tree, session);
        var refusals = tree.Part<RefusalDesk>();
        _tell = refusal => refusals.Answer(tree.Http, refusal, session.Language).ToProblem();
    }

    /// <summary>Opens it. Nothing is looked up yet.</summary>
    public static DavResult<IDavStore> Open(SyncTree tree)
    {
        var end = tree.Address.LastIndexOf('/');
        var above = tree.Address.LastIndexOf('/', end - 1);
        return new UploadTreeStore(
            tree,
            tree.Part<VaultParts>().Vaults.OpenTree(tree.Actor, new Vault.SessionOptions()),
            $"{tree.Address[..above]}/{SyncTrees.Files}{tree.Address[end..]}/"
        );
    }

    public override async ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    )
    {
        var decided = await _session.DecideAsync(cancellationToken);
        return decided.Refusal is { } refusal ? _tell(refusal) : DavPrivileges.All;
    }

    public override async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (path.Segments is [_, Whole])
            return await FindTargetAsync(cancellationToken);
        DavResource? found = null;
        var listed = await ListAsync(
            path,
            Depth.Zero,
            facts,
            (_, resource) => found = resource,
            cancellationToken
        );
        return listed.Problem is { } problem ? problem : found!;
    }

    public override async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (path.IsRoot)
            return await ListAllAsync(depth, visit, cancellationToken);
        if (path.Segments.Length > 2)
            return Missing();
        var listed = await _session.ListUploadPartsAsync(
            NameOf(path.Segments[0]),
            cancellationToken
        );
        if (listed.Refusal is { } refusal)
            return _tell(refusal);
        var (upload, parts) = listed.Value;
        if (path.Segments.Length == 2)
        {
            var number = NumberOf(path.Segments[1]);
            if (parts.FirstOrDefault(part => part.Number == number) is not { } one)
                return Missing();
            visit([], Of(one));
            return new Done();
        }
        visit([], Of(upload));
        if (depth == Depth.Zero)
            return new Done();
        foreach (var part in parts)
            visit([part.Name], Of(part));
        return new Done();
    }

    public override async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(path, DavFacts.None, cancellationToken);
        return found.Problem is { } problem ? problem
            : found.Value.IsCollection ? new DavReadable(found.Value, null)
            : new DavProblem(403, "A chunk of an upload is not read back.");
    }

    public override async ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (path.Segments is not [{ Length: <= MaxName } id])
            return path.IsRoot ? new DavProblem(405, "The top folder exists already.") : NoPlace();
        var target = _tree.FindNamedFile();
        if (target is { Problem: { } wrong })
            return wrong;
        var begun = await _session.BeginUploadAsync(
            new UploadPlan
            {
                Name = NameOf(id),
                Total = NumberOf(_tree.Http.Request.Headers["OC-Total-Length"].ToString()),
                Goal = new(target?.Value.Segments, null, null, null),
            },
            cancellationToken
        );
        return begun.Refusal is { } refusal
            ? _tell(refusal)
            : new DavWritten(Created: true, Of(begun.Value));
    }

    public override async ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (path.Segments is not [var id, { Length: <= MaxName } name])
            return NoPlace();
        if (upload.Splice is not null)
            return new DavProblem(400, "A chunk is sent whole.");
        if (NumberOf(name) is not { } number)
            return new DavProblem(400, "The name of a chunk is a number.");
        var taken = await _session.TakePartAsync(
            NameOf(id),
            new PartPlace.Numbered(number, name),
            // What is known of the whole is no hint of this part.
            VaultDavStore.UploadOf(upload) with
            {
                LengthHint = null,
            },
            cancellationToken
        );
        return taken.Refusal is { } refusal
            ? _tell(refusal)
            : new DavWritten(
                taken.Value.Created,
                new DavResource
                {
                    Name = name,
                    // With one a client might believe that all of it has arrived.
                    ETag = "",
                    Modified = _session.Now,
                }
            );
    }

    public override async ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        VaultResult<bool> removed;
        switch (path.Segments)
        {
            case [var id]:
                removed = await _session.DropUploadAsync(NameOf(id), cancellationToken);
                break;
            case [var id, var name] when NumberOf(name) is { } number:
                removed = await _session.RemovePartAsync(NameOf(id), number, cancellationToken);
                break;
            default:
                return Missing();
        }
        return removed.Refusal is { } refusal ? _tell(refusal) : new Done();
    }

    /// <summary>Puts an upload's chunks together: a MOVE of its <c>.file</c>.</summary>
    /// <param name="source">What is moved.</param>
    /// <param name="destination">Where to, in the tree of files.</param>
    /// <param name="options">How.</param>
    /// <param name="guard">What must hold there.</param>
    /// <param name="cancellationToken">Stops it as long as nothing is decided.</param>
    public async ValueTask<DavResult<DavWritten>> FinishAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (source.Segments is not [var id, Whole])
            return new DavProblem(403, "Only the whole of an upload can be moved.");
        if (!options.Overwrite)
            guard = guard with { Expectations = [.. guard.Expectations, new(destination, null)] };
        var finished = await _session.FinishUploadAsync(
            NameOf(id),
            destination.Segments,
            VaultDavStore.UploadOf(
                new DavUpload
                {
                    Body = System.IO.Pipelines.PipeReader.Create(Stream.Null),
                    DeclaredLength = options.TotalLength,
                    Modified = options.Modified,
                    Created = options.Created,
                    Checksums = options.Checksums,
                }
            ),
            VaultDavStore.GuardOf(guard),
            cancellationToken
        );
        return finished.Refusal is { } refusal
            ? _tell(refusal)
            : VaultDavStore.WrittenOf(_session.Actor, finished.Value, options.Modified is not null);
    }

    private async ValueTask<DavResult<Done>> ListAllAsync(
        Depth depth,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (depth == Depth.Infinity)
            return DavProblem.FiniteDepth();
        var uploads = await _session.ListUploadsAsync(cancellationToken);
        if (uploads.Refusal is { } refusal)
            return _tell(refusal);
        visit(
            [],
            new DavResource
            {
                Name = SyncTrees.Uploads,
                ETag = "\"uploads\"",
                IsCollection = true,
                Modified = DateTimeOffset.UnixEpoch,
                Created = DateTimeOffset.UnixEpoch,
            }
        );
        if (depth == Depth.One)
            foreach (var upload in uploads.Value.Where(one => one.Name.Kind == UploadKind.Chunks))
                visit([upload.Name.Text], Of(upload));
        return new Done();
    }

    // The file that an upload is to replace.
    private async ValueTask<DavResult<DavResource>> FindTargetAsync(
        CancellationToken cancellationToken
    )
    {
        if (_tree.FindNamedFile() is not { } target)
            return Missing();
        if (target.Problem is { } problem)
            return problem;
        var found = await _session.FindAsync(
            target.Value.Segments,
            NodeDetails.None,
            cancellationToken
        );
        return found.Refusal is { } refusal
            ? _tell(refusal)
            : VaultProperties.Of(
                _session.Actor,
                found.Value.Vault,
                found.Value.Node,
                DavFacts.None
            );
    }

    private static UploadName NameOf(string id) => new(UploadKind.Chunks, id);

    // Padded or not, a running number or where it begins: the value is what counts.
    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static DavResource Of(UploadSession upload) =>
        new()
        {
            Name = upload.Name.Text,
            ETag = $"\"{upload.Id.Value:N}-{upload.Stamp}\"",
            IsCollection = true,
            Length = upload.Received,
            Modified = upload.Created,
            Created = upload.Created,
        };

    private static DavResource Of(UploadPart part) =>
        new()
        {
            Name = part.Name,
            ETag = $"\"{part.Number}-{part.Written.ToUnixTimeMilliseconds()}-{part.Size}\"",
            Length = part.Size,
            Modified = part.Written,
            Created = part.Written,
        };

    private static DavProblem Missing() => new(404, "There is no such upload.");

    private static DavProblem NoPlace() =>
        new(403, "Here are uploads, and in each of them its chunks; nothing else.");
}
