using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Responses;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// COPY (RFC 4918 §9.8) and MOVE (§9.9): to the Destination, replacing what is there unless <c>Overwrite: F</c> (§10.6), 201 or 204.
/// Both are whole or nothing. COPY takes Depth 0 or infinity; MOVE infinity only. Locks do not travel (§7.6).
/// </summary>
internal static class CopyMoveMethod
{
    public static ValueTask<DavProblem?> CopyAsync(DavRequest request) =>
        HandleAsync(request, isMove: false);

    public static ValueTask<DavProblem?> MoveAsync(DavRequest request) =>
        HandleAsync(request, isMove: true);

    private static async ValueTask<DavProblem?> HandleAsync(DavRequest request, bool isMove)
    {
        var destination = request.Resolve(request.Header("Destination") ?? "");
        if (destination.Problem is not null)
            return destination.Problem;
        var depth = request.Depth;
        if (depth.Problem is not null)
            return depth.Problem;
        if (depth.Value.Depth == Depth.One || (isMove && depth.Value.Depth == Depth.Zero))
        {
            // Depth says nothing about a file; on a collection a MOVE in part would tear it.
            var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
            if (found.Problem is not null)
                return found.Problem;
            if (found.Value.IsCollection)
                return new DavProblem(400, "This Depth has no meaning for the method.");
        }
        var overwrite = Overwrite.Parse(request.Header("Overwrite"));
        if (overwrite.Problem is not null)
            return overwrite.Problem;
        if (request.Path.IsRoot && isMove)
            return new DavProblem(403, "The top folder cannot be moved.");
        var target = destination.Value.Path;
        if (target.IsRoot)
            return new DavProblem(403, "The top folder cannot be replaced.");

        var lenient =
            isMove
            && request.IsOn(request.Options.Clients.LenientMoveToken, DavClientKind.WebDavFs);
        var guard = await Guards.EvaluateAsync(request, lenient ? target : null);
        if (guard.Problem is not null)
            return guard.Problem;
        if (lenient && guard.Value.LockTokens.Count > 0)
        {
            var completed = await CompleteTokensAsync(request, target, guard.Value);
            if (completed.Problem is not null)
                return completed.Problem;
            guard = completed;
        }

        // A rename to the same name in another Unicode form, as from a Mac: names are kept in one form, so it is done already.
        if (
            isMove
            && target.Equals(request.Path)
            && !destination.Value.Href.AsSpan().SequenceEqual(request.Target.Href)
        )
        {
            var same = await request.Store.FindAsync(target, DavFacts.None, request.Aborted);
            if (same.Problem is not null)
                return same.Problem;
            WrittenAnswer.Send(request, new DavWritten(Created: false, same.Value));
            return null;
        }

        var checksums = UploadHeaders.ChecksumsOf(request);
        if (isMove && checksums.Problem is not null)
            return checksums.Problem;
        var options = new TransferOptions
        {
            Checksums = isMove ? checksums.Value : [],
            TotalLength = isMove ? UploadHeaders.HintOf(request) : null,
            Overwrite = overwrite.Value ?? true,
            Depth = isMove ? Depth.Infinity : depth.Value.Depth ?? Depth.Infinity,
            Modified = request.OcModified,
            Created = request.OcCreated,
        };
        var written = isMove
            ? await request.Store.MoveAsync(
                request.Path,
                target,
                options,
                guard.Value,
                request.Aborted
            )
            : await request.Store.CopyAsync(
                request.Path,
                target,
                options,
                guard.Value,
                request.Aborted
            );
        if (written.Problem is not null)
            return written.Problem;
        WrittenAnswer.Send(request, written.Value);
        return null;
    }

    /// <summary>
    /// macOS locks both ends of a MOVE and sends one token. When it is a valid one of either end, the locks that the same device holds
    /// on the other are taken as submitted too.
    /// </summary>
    private static async ValueTask<DavResult<WriteGuard>> CompleteTokensAsync(
        DavRequest request,
        DavPath target,
        WriteGuard guard
    )
    {
        var held = new List<DavLock>();
        foreach (var end in (DavPath[])[request.Path, target])
        {
            var found = await request.Store.FindAsync(end, DavFacts.Locks, request.Aborted);
            if (found.Problem is { Status: not 404 })
                return found.Problem;
            if (found.IsSuccess)
                held.AddRange(found.Value.Locks);
        }
        var own = held.Where(entry => entry.Token is not null && entry.IsHeldBySameDevice)
            .Select(entry => entry.Token!)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (!own.Exists(token => guard.LockTokens.Contains(token, StringComparer.Ordinal)))
            return guard;
        return guard with { LockTokens = [.. guard.LockTokens.Union(own, StringComparer.Ordinal)] };
    }
}
