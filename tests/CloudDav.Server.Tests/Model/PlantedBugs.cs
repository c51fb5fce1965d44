using System.Collections.Concurrent;
using CloudDav.WebDav;

namespace CloudDav.Server.Tests.Model;

/// <summary>The bug: a lock's holder may write and delete without submitting the token.</summary>
internal sealed class LosesLockChecks(IDavStore inner) : DelegatingDavStore(inner)
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
internal sealed class OverwritesWrongly(IDavStore inner) : DelegatingDavStore(inner)
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
internal sealed class ShowsStaleQuota(IDavStore inner) : DelegatingDavStore(inner)
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
