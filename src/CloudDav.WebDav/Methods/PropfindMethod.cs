using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// PROPFIND (RFC 4918 §9.1): properties of a resource, its members, or everything below. The whole answer is built before its status
/// line, from one snapshot that is released before the client has read a byte; so a listing is complete or an error, never cut short.
/// </summary>
internal static class PropfindMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var header = request.Depth;
        if (header.Problem is not null)
            return header.Problem;
        var depth =
            header.Value.Depth
            ?? (
                request.IsOn(request.Options.Clients.MissingDepthIsZero, DavClientKind.Kodi)
                    ? Depth.Zero
                    : Depth.Infinity
            );
        if (depth == Depth.Infinity && request.Options.ServesSyncClients)
            return new DavProblem(403, "Folders are listed one level at a time here.")
            {
                Condition = Xml.DavNames.Dav + "propfind-finite-depth",
            };
        var prefer = Prefer.Parse(request.Header("Prefer"), request.Header("Brief"));
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        var asked = PropfindBody.Parse(body.Value, request.Http.Request.ContentType);
        if (asked.Problem is not null)
            return asked.Problem;
        if (await Guards.RefusesAsync(request) is { } failed)
            return failed;

        var noRoot = (header.Value.NoRoot || prefer.NoRoot) && depth != Depth.Zero;
        var plan = new PropertyPlan(asked.Value, request.Properties, prefer.Minimal);
        using var spool = new AnswerSpool(request.Budget);
        if (await ListAsync(request, depth, plan, spool, noRoot) is { } problem)
            return problem;

        var headers = request.Response.Headers;
        headers.CacheControl = "no-store";
        var applied = prefer with { NoRoot = prefer.NoRoot && noRoot };
        if (applied.Applied is { } preference)
        {
            headers["Preference-Applied"] = preference;
            headers.Vary = "Brief, Prefer";
        }
        await request.SendAsync(
            spool,
            StatusCodes.Status207MultiStatus,
            "application/xml; charset=utf-8"
        );
        return null;
    }

    private static async ValueTask<DavProblem?> ListAsync(
        DavRequest request,
        Depth depth,
        PropertyPlan plan,
        AnswerSpool spool,
        bool noRoot
    )
    {
        var answer = new MultiStatus(request, plan, spool);
        if (depth == Depth.Zero)
        {
            // One resource needs no snapshot of a listing.
            var found = await request.Store.FindAsync(request.Path, plan.Facts, request.Aborted);
            if (found.Problem is not null)
                return found.Problem;
            answer.Write([], found.Value);
        }
        else
        {
            var listed = await request.Store.ListAsync(
                request.Path,
                depth,
                plan.Facts,
                (below, resource) =>
                {
                    if (below.IsEmpty && noRoot)
                        answer.Locate(resource);
                    else
                        answer.Write(below, resource);
                },
                request.Aborted
            );
            if (listed.Problem is not null)
                return listed.Problem;
        }
        answer.End();
        return null;
    }
}
