using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// MKCOL (RFC 4918 §9.3): makes a collection; 405 when the name is taken, 409 without a parent, 415 for a body it does not know. A body
/// of RFC 5689 sets properties in the same act; when one of them cannot be set, no collection is made (§3).
/// </summary>
internal static class MkcolMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        if (request.Path.IsRoot)
            return Taken(request, new DavProblem(405, "The top folder exists already."));
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        PropertyPatch? properties = null;
        if (!body.Value.IsEmpty)
        {
            var type = request.Http.Request.ContentType;
            if (type is null || !type.Contains("xml", StringComparison.OrdinalIgnoreCase))
                return new DavProblem(415, "MKCOL takes no body but a mkcol element in XML.");
            var parsed = PropertyPatchReader.ParseMkcol(body.Value, type);
            if (parsed.Problem is not null)
                return parsed.Problem;
            properties = parsed.Value;
        }
        if (request.OcModified is { } modified)
            properties = WithModified(properties, modified);

        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        var made = await request.Store.CreateCollectionAsync(
            request.Path,
            properties,
            guard.Value,
            request.Aborted
        );
        if (made.Problem is { Status: 405 } taken)
            return Taken(request, taken);
        if (made.Problem is not null)
            return made.Problem;
        if (made.Value.Properties is { } statuses && statuses.Any(status => status.Status != 200))
        {
            using var spool = new AnswerSpool(request.Budget);
            MultiStatusWriter.WritePropertyStatuses(spool, "d:mkcol-response", null, statuses);
            request.Response.Headers.CacheControl = "no-cache";
            await request.SendAsync(
                spool,
                StatusCodes.Status424FailedDependency,
                "application/xml; charset=utf-8"
            );
            return null;
        }
        WrittenAnswer.Send(
            request,
            made.Value with
            {
                ModifiedAccepted = request.OcModified is not null,
            }
        );
        return null;
    }

    private static PropertyPatch WithModified(PropertyPatch? properties, DateTimeOffset modified) =>
        new([
            .. properties?.Changes ?? [],
            new PropertyChange.SetModified(DavNames.Dav + "getlastmodified", modified),
        ]);

    private static DavProblem Taken(DavRequest request, DavProblem problem)
    {
        request.Response.Headers.Allow = DavMethods.AllowOf(MethodTargets.Mapped);
        return problem;
    }
}
