using System.Collections.Concurrent;
using CloudDav.WebDav;

namespace CloudDav.Server.Tests.Model;

/// <summary>Passes everything on; each planted bug changes one thing.</summary>
internal abstract class PassingStore(IDavStore inner) : IDavStore
{
    protected IDavStore Inner { get; } = inner;

    public DavPrincipal Principal => Inner.Principal;

    public ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) => Inner.FindPrivilegesAsync(cancellationToken);

    public virtual ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    ) => Inner.FindAsync(path, facts, cancellationToken);

    public virtual ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    ) => Inner.ListAsync(path, depth, facts, visit, cancellationToken);

    public ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    ) => Inner.OpenAsync(path, cancellationToken);

    public virtual ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.WriteAsync(path, upload, guard, cancellationToken);

    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.CreateCollectionAsync(path, properties, guard, cancellationToken);

    public virtual ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.DeleteAsync(path, guard, cancellationToken);

    public virtual ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.MoveAsync(source, destination, options, guard, cancellationToken);

    public virtual ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.CopyAsync(source, destination, options, guard, cancellationToken);

    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.PatchPropertiesAsync(path, patch, guard, cancellationToken);

    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) => Inner.LockAsync(path, request, guard, cancellationToken);

    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) => Inner.RefreshLockAsync(path, tokens, timeout, cancellationToken);

    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    ) => Inner.UnlockAsync(path, token, cancellationToken);
}

/// <summary>The bug: a lock's holder may write and delete without submitting the token.</summary>
internal sealed class LosesLockChecks(IDavStore inner) : PassingStore(inner)
{
    public override async ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        await base.WriteAsync(
            path,
            upload,
            await UnlockedAsync(path, guard, cancellationToken),
            cancellationToken
        );

    public override async ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        await base.DeleteAsync(
            path,
            await UnlockedAsync(path, guard, cancellationToken),
            cancellationToken
        );

    private async ValueTask<WriteGuard> UnlockedAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        var found = await Inner.FindAsync(path, DavFacts.Locks, cancellationToken);
        return found.IsSuccess
            ? guard with
            {
                LockTokens =
                [
                    .. guard.LockTokens,
                    .. found.Value.Locks.Select(held => held.Token).OfType<string>(),
                ],
            }
            : guard;
    }
}

/// <summary>The bug: <c>Overwrite: F</c> is forgotten where the store decides.</summary>
internal sealed class OverwritesWrongly(IDavStore inner) : PassingStore(inner)
{
    public override ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        base.MoveAsync(
            source,
            destination,
            options with
            {
                Overwrite = true,
            },
            guard with
            {
                Expectations = [],
            },
            cancellationToken
        );

    public override ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        base.CopyAsync(
            source,
            destination,
            options with
            {
                Overwrite = true,
            },
            guard with
            {
                Expectations = [],
            },
            cancellationToken
        );
}

/// <summary>The bug: quota figures are those of the first time anybody asked.</summary>
internal sealed class ShowsStaleQuota(IDavStore inner) : PassingStore(inner)
{
    private static readonly ConcurrentDictionary<string, DavQuota> Remembered = new(
        StringComparer.Ordinal
    );

    public override ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    ) =>
        base.ListAsync(
            path,
            depth,
            facts,
            (below, resource) =>
            {
                if (resource.Quota is { } quota)
                    resource.Quota = Remembered.GetOrAdd(Principal.Name, quota);
                visit(below, resource);
            },
            cancellationToken
        );
}
