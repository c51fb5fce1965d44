using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// PROPPATCH (RFC 4918 §9.2): sets and removes properties in document order, all or none; the answer says for each. A protected
/// property is 403 and makes the others 424.
/// </summary>
internal static class ProppatchMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var body = await request.ReadBodyAsync(request.Options.MaxPropertyBody);
        if (body.Problem is not null)
            return body.Problem;
        var patch = PropertyPatchReader.Parse(
            body.Value,
            request.Http.Request.ContentType,
            request.Path.IsRoot
        );
        if (patch.Problem is not null)
            return patch.Problem;
        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        if (
            guard.Value.LockTokens.Count == 0
            && patch.Value.Changes.All(change => LiveProperties.IsWin32(change.Name))
            && request.IsOn(
                request.Options.Clients.LenientWin32Patch,
                DavClientKind.MiniRedir,
                DavClientKind.Office,
                DavClientKind.OldOffice
            )
        )
        {
            var own = await WithOwnTokensAsync(request, guard.Value);
            if (own.Problem is not null)
                return own.Problem;
            guard = own;
        }

        var result = await request.Store.PatchPropertiesAsync(
            request.Path,
            patch.Value,
            guard.Value,
            request.Aborted
        );
        if (result.Problem is not null)
            return result.Problem;
        var prefer = Prefer.Parse(request.Header("Prefer"), request.Header("Brief"));
        if (prefer.Minimal && result.Value.All(status => status.Status == 200))
        {
            // RFC 8144 §2.2
            request.Response.Headers["Preference-Applied"] = "return=minimal";
            request.Answer(StatusCodes.Status200OK);
            return null;
        }
        var isCollection =
            request.Path.IsRoot
            || request.Target.HasTrailingSlash
            || await IsCollectionAsync(request);
        using var spool = new AnswerSpool(request.Budget);
        MultiStatusWriter.WritePropertyStatuses(
            spool,
            "d:multistatus",
            request.HrefOf(isCollection),
            result.Value
        );
        request.Response.Headers.CacheControl = "no-store";
        await request.SendAsync(
            spool,
            StatusCodes.Status207MultiStatus,
            "application/xml; charset=utf-8"
        );
        return null;
    }

    /// <summary>
    /// Windows sets its four properties on a file it has locked without sending the token. The lock is this principal's own, or its
    /// token would not be shown here.
    /// </summary>
    private static async ValueTask<DavResult<WriteGuard>> WithOwnTokensAsync(
        DavRequest request,
        WriteGuard guard
    )
    {
        var found = await request.Store.FindAsync(request.Path, DavFacts.Locks, request.Aborted);
        if (found.Problem is not null)
            return found.Problem;
        return guard with
        {
            LockTokens = [.. found.Value.Locks.Select(entry => entry.Token).OfType<string>()],
        };
    }

    private static async ValueTask<bool> IsCollectionAsync(DavRequest request)
    {
        var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
        return found.IsSuccess && found.Value.IsCollection;
    }
}
