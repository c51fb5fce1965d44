using System.Globalization;
using System.Xml.Linq;
using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// The <c>sync-collection</c> report (RFC 6578 §3): what has changed in a collection since a token, and the token for the next time. A member that is
/// new or changed comes with its properties, one that is gone with status 404; with a collection that is gone or has moved goes everything below its former
/// address, unsaid. When there is more than was asked for, or than one answer holds, the collection itself comes with 507 and the
/// token leads to the rest.
/// </summary>
internal static class SyncCollectionReport
{
    public static async ValueTask<DavProblem?> AnswerAsync(
        DavRequest request,
        ReadOnlyMemory<byte> body
    )
    {
        var depth = request.Depth;
        if (depth.Problem is not null)
            return depth.Problem;
        // §3.2
        if (depth.Value.Depth is { } asked && asked != Depth.Zero)
            return new DavProblem(400, "A sync-collection report takes Depth 0.");
        var wish = DavXmlReader.Parse(body, request.Http.Request.ContentType, Read);
        if (wish.Problem is not null)
            return wish.Problem;
        if (await Guards.RefusesAsync(request) is { } failed)
            return failed;

        var plan = new PropertyPlan(
            new PropfindBody(PropfindKind.Named, wish.Value.Names),
            request.Properties,
            minimal: false
        );
        using var spool = new AnswerSpool(request.Budget);
        var answer = new MultiStatus(request, plan, spool);
        var synced = await request.Store.SyncAsync(
            request.Path,
            wish.Value.Sync,
            plan.Facts,
            (below, isCollection, resource) =>
            {
                if (resource is not null)
                    answer.Write(below, resource);
                else
                    answer.WriteStatus(below, isCollection, StatusCodes.Status404NotFound);
            },
            request.Aborted
        );
        if (synced.Problem is not null)
            return synced.Problem;
        if (synced.Value.IsTruncated)
            answer.WriteStatus(
                [],
                isCollection: true,
                StatusCodes.Status507InsufficientStorage,
                DavNames.WithinLimits
            );
        answer.End(synced.Value.Token);
        request.Response.Headers.CacheControl = "no-store";
        await request.SendAsync(
            spool,
            StatusCodes.Status207MultiStatus,
            "application/xml; charset=utf-8"
        );
        return null;
    }

    private static DavResult<(DavSync Sync, IReadOnlyList<XName> Names)> Read(DavXmlReader reader)
    {
        string? token = null;
        string? level = null;
        string? limit = null;
        var names = new List<XName>();
        reader.Children(() =>
        {
            if (reader.Name == DavNames.SyncToken)
                token = reader.ReadText().Trim();
            else if (reader.Name == DavNames.SyncLevel)
                level = reader.ReadText().Trim();
            else if (reader.Name == DavNames.Prop)
                reader.Children(() => names.Add(reader.Name));
            else if (reader.Name == DavNames.Limit)
                reader.Children(() =>
                {
                    if (reader.Name == DavNames.Results)
                        limit = reader.ReadText().Trim();
                });
        });
        // §6.1: the token is there, and empty for the first time.
        if (token is null)
            return new DavProblem(400, "The report must have a sync-token, empty for a first one.");
        if (level is not ("1" or "infinite"))
            return new DavProblem(400, "The sync-level must be 1 or infinite.");
        int? most = null;
        if (limit is not null)
        {
            // What does not fit into a number is no limit that could be reached.
            if (
                limit.Length == 0
                || limit.Any(digit => !char.IsAsciiDigit(digit))
                || limit.All(digit => digit == '0')
            )
                return new DavProblem(400, "The limit must be a number above 0.");
            most = int.TryParse(limit, CultureInfo.InvariantCulture, out var number)
                ? number
                : int.MaxValue;
        }
        return PropfindBody.HasTooMany(names)
            ? new DavProblem(400, "The report asks for too many properties.")
            : (
                new DavSync(
                    token.Length == 0 ? null : token,
                    level == "1" ? Depth.One : Depth.Infinity,
                    most
                ),
                [.. names.Distinct()]
            );
    }
}
