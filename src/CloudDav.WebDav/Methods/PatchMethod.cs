using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// PATCH (RFC 5789) in the form <c>application/x-sabredav-partialupdate</c>: the body goes into the file at X-Update-Range, or to its
/// end. The file is a new revision at once and whole, or stays as it was. 411 without a length, 416 beyond the end, 415 for other forms.
/// </summary>
internal static class PatchMethod
{
    private const string Form = "application/x-sabredav-partialupdate";

    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        // Clients that doubt a checksum ask for it to be taken again, and go on when nobody can.
        if (request.Options.ServesSyncClients && request.Header("X-Recalculate-Hash") is not null)
            return new DavProblem(501, "Checksums are those of what was stored.");
        var type = request.Http.Request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        if (!(end < 0 ? type : type[..end]).Trim().Equals(Form, StringComparison.OrdinalIgnoreCase))
        {
            request.Response.Headers["Accept-Patch"] = Form;
            return new DavProblem(415, $"PATCH takes bodies of type {Form} only.");
        }
        if (UploadHeaders.RefuseCoding(request) is { } coded)
            return coded;
        if (request.Http.Request.ContentLength is not { } length)
            return new DavProblem(411, "PATCH needs a Content-Length.");
        var splice = UpdateRange.ParseUpdateRange(request.Header("X-Update-Range"), length);
        if (splice.Problem is not null)
            return splice.Problem;

        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
        if (found.Problem is not null)
            return found.Problem;
        if (found.Value.IsCollection)
        {
            request.Response.Headers.Allow = DavMethods.AllowOf(MethodTargets.Collection);
            return new DavProblem(405, "A folder has no content to change.");
        }
        var written = await request.Store.WriteAsync(
            request.Path,
            new DavUpload
            {
                Body = UploadHeaders.BodyOf(request),
                ExpectsContinue = request.Http.Request.Headers.Expect.Count > 0,
                DeclaredLength = length,
                Modified = request.OcModified,
                Splice = splice.Value,
            },
            guard.Value,
            request.Aborted
        );
        if (written.Problem is not null)
            return written.Problem;
        WrittenAnswer.Send(request, written.Value);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
