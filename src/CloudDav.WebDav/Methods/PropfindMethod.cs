using System.Text;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

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
        var prefer = Prefer.Parse(request.Header("Prefer"), request.Header("Brief"));
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        var asked = PropfindBody.Parse(body.Value, request.Http.Request.ContentType);
        if (asked.Problem is not null)
            return asked.Problem;
        if (await RefusesIfAsync(request) is { } failed)
            return failed;

        var noRoot = (header.Value.NoRoot || prefer.NoRoot) && depth != Depth.Zero;
        var plan = new PropertyPlan(asked.Value, request.Properties, prefer.Minimal);
        using var spool = new AnswerSpool(request.Budget);
        var listing = new Listing(request, plan, spool, noRoot);
        var problem = await listing.RunAsync(depth);
        if (problem is not null)
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

    private static async ValueTask<DavProblem?> RefusesIfAsync(DavRequest request)
    {
        var header = IfHeader.Parse(request.Header("If"));
        if (header.Problem is not null || header.Value is null)
            return header.Problem;
        var holds = await new Conditions.IfEvaluator(request).EvaluateAsync(header.Value);
        return holds.Problem ?? (holds.Value ? null : Conditions.Guards.Failed());
    }

    /// <summary>Writes one response for each resource that the store shows.</summary>
    private sealed class Listing(
        DavRequest request,
        PropertyPlan plan,
        AnswerSpool spool,
        bool noRoot
    )
    {
        private readonly byte[] _root = request.Target.Href;
        private readonly bool _mapsNames = request.Properties.MapsNames;
        private readonly PropertyContext _properties = request.Properties;

        public async ValueTask<DavProblem?> RunAsync(Depth depth)
        {
            Begin();
            if (depth == Depth.Zero)
            {
                // One resource needs no snapshot of a listing.
                var found = await request.Store.FindAsync(
                    request.Path,
                    plan.Facts,
                    request.Aborted
                );
                if (found.Problem is not null)
                    return found.Problem;
                Visit([], found.Value);
            }
            else
            {
                var listed = await request.Store.ListAsync(
                    request.Path,
                    depth,
                    plan.Facts,
                    Visit,
                    request.Aborted
                );
                if (listed.Problem is not null)
                    return listed.Problem;
            }
            End();
            return null;
        }

        private void Begin()
        {
            var writer = new Utf8Writer(spool);
            MultiStatusWriter.Begin(ref writer, "d:multistatus"u8, plan.Namespaces);
            writer.Complete();
        }

        private void End()
        {
            var writer = new Utf8Writer(spool);
            writer.Raw("</d:multistatus>"u8);
            writer.Complete();
        }

        private void Visit(ReadOnlySpan<string> below, DavResource resource)
        {
            // Asked without its slash, a folder answers as it is, never with a redirect, and says its proper name.
            if (below.IsEmpty && resource.IsCollection && !request.Target.HasTrailingSlash)
                request.Response.Headers.ContentLocation = Encoding.ASCII.GetString(
                    request.HrefOf(isCollection: true)
                );
            if (below.IsEmpty && noRoot)
                return;
            var writer = new Utf8Writer(spool);
            writer.Raw("<d:response><d:href>"u8);
            writer.Raw(_root);
            foreach (var segment in below)
            {
                writer.Raw("/"u8);
                writer.Segment(_mapsNames ? _properties.NameOf(segment) : segment);
            }
            if (resource.IsCollection)
                writer.Raw("/"u8);
            writer.Raw("</d:href>"u8);
            if (resource.Withheld is { } problem)
                WriteStatus(ref writer, problem);
            else
                plan.Write(ref writer, resource);
            writer.Raw("</d:response>"u8);
            writer.Complete();
        }

        // Instead of properties: left out, or shown as empty, it would be taken for deleted.
        private static void WriteStatus(ref Utf8Writer writer, DavProblem problem)
        {
            writer.Raw("<d:status>HTTP/1.1 "u8);
            writer.Number(problem.Status);
            writer.Raw(" "u8);
            writer.RawText(ReasonPhrases.GetReasonPhrase(problem.Status));
            writer.Raw("</d:status><d:responsedescription>"u8);
            writer.Text(problem.Message);
            writer.Raw("</d:responsedescription>"u8);
        }
    }
}
