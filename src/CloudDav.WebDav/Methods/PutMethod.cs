using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// PUT (RFC 9110 §9.3.4, RFC 4918 §9.7): stores the body as a file, whole or not at all. 409 without a parent (§9.7.1), 405 on a
/// collection (§9.7.2). A body may come in chunks with its length in X-Expected-Entity-Length, as Finder sends it; a Content-Range is
/// either spliced exactly or refused.
/// </summary>
internal static class PutMethod
{
    private const string OverFolder = "A folder cannot be overwritten by a file.";

    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        if (request.Path.IsRoot)
            return NotOnCollection(request);
        if (UploadHeaders.RefuseCoding(request) is { } coded)
            return coded;
        // ownCloud's first way to upload in parts, under names of its own: a part must not be taken for a file.
        if (request.Header("OC-Chunked") is not null)
            return new DavProblem(501, "Parts of files are not taken in this way.");
        var length = UploadHeaders.LengthOf(request);
        if (length.Problem is not null)
            return length.Problem;
        var splice = UpdateRange.ParseContentRange(request.Header("Content-Range"), length.Value);
        if (splice.Problem is not null)
            return splice.Problem;
        var checksums = UploadHeaders.ChecksumsOf(request);
        if (checksums.Problem is not null)
            return checksums.Problem;

        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        if (request.Target.HasTrailingSlash)
            return await RefuseSlashAsync(request);

        if (
            request.Options.ServesSyncClients
            && request.Header("X-NC-WebDAV-Auto-Mkcol") == "1"
            && await MakeParentsAsync(request, guard.Value) is { } unmade
        )
            return unmade;

        var written = await request.Store.WriteAsync(
            request.Path,
            new DavUpload
            {
                Body = UploadHeaders.BodyOf(request),
                ExpectsContinue = request.Http.Request.Headers.Expect.Count > 0,
                DeclaredLength = splice.Value?.Length ?? length.Value,
                LengthHint = UploadHeaders.HintOf(request),
                MediaType = MediaTypes.FromUpload(request.Http.Request.ContentType),
                Modified = request.OcModified,
                Created = request.OcCreated,
                Checksums = checksums.Value,
                Splice = splice.Value,
            },
            guard.Value,
            request.Aborted
        );
        switch (written.Problem)
        {
            case null:
                WrittenAnswer.Send(request, written.Value);
                return null;
            case { Status: 405 }:
                return NotOnCollection(request, written.Problem);
            // A Content-Range of PUT that does not fit is a bad request (RFC 9110 §14.5), not an unsatisfiable one.
            case { Status: 416 or 404 } when splice.Value is not null:
                return written.Problem with { Status = 400 };
            default:
                return written.Problem;
        }
    }

    /// <summary>The name of a file has no slash at its end: on a collection 405, else the collection it names is not there.</summary>
    private static async ValueTask<DavProblem?> RefuseSlashAsync(DavRequest request)
    {
        var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
        return found.IsSuccess && found.Value.IsCollection
            ? NotOnCollection(request)
            : new DavProblem(409, "A file's address does not end in a slash.");
    }

    /// <summary>A phone's camera upload asks for the folders of its date to be made with the file.</summary>
    private static async ValueTask<DavProblem?> MakeParentsAsync(
        DavRequest request,
        WriteGuard guard
    )
    {
        var missing = new Stack<DavPath>();
        for (var at = request.Path.Parent; at is { IsRoot: false }; at = at.Parent)
        {
            var found = await request.Store.FindAsync(at, DavFacts.None, request.Aborted);
            if (found.IsSuccess)
                break;
            if (found.Problem is { Status: not 404 } problem)
                return problem;
            missing.Push(at);
        }
        foreach (var folder in missing)
        {
            var made = await request.Store.CreateCollectionAsync(
                folder,
                null,
                WriteGuard.None with
                {
                    LockTokens = guard.LockTokens,
                },
                request.Aborted
            );
            // Another upload of the same day was faster.
            if (made.Problem is { Status: not 405 } problem)
                return problem;
        }
        return null;
    }

    private static DavProblem NotOnCollection(DavRequest request, DavProblem? problem = null)
    {
        if (request.Options.ServesSyncClients)
            return (problem ?? new DavProblem(409, OverFolder)) with { Status = 409 };
        request.Response.Headers.Allow = DavMethods.AllowOf(MethodTargets.Collection);
        return problem ?? new DavProblem(405, OverFolder);
    }
}
