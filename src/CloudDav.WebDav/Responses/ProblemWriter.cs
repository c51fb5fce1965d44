using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudDav.WebDav.Responses;

/// <summary>
/// Writes a refusal: <c>DAV:error</c> with the RFC's condition first, then the store's own details, then a sentence for a person in the
/// elements rclone and the sync clients show. KDE gets plain text, because it takes any XML answer to a listing for an empty folder.
/// </summary>
public static class ProblemWriter
{
    /// <summary>Writes a refusal; for the host's own as well, so that all look alike.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">The refusal.</param>
    /// <param name="options">The endpoint's options, for the client's switches; null for the defaults.</param>
    /// <param name="prefix">Where the tree is mounted, for the hrefs.</param>
    public static Task WriteAsync(
        HttpContext context,
        DavProblem problem,
        DavEndpointOptions? options = null,
        string prefix = "/"
    ) =>
        WriteAsync(
            context,
            problem,
            DavClient.Of(context.Request.Headers.UserAgent),
            options ?? new DavEndpointOptions(),
            [.. prefix.Split('/', StringSplitOptions.RemoveEmptyEntries)]
        );

    internal static async Task WriteAsync(
        HttpContext context,
        DavProblem problem,
        DavClient client,
        DavEndpointOptions options,
        ImmutableArray<string> mount
    )
    {
        var response = context.Response;
        // Headers a method set for an answer it then could not give do not belong to this one.
        foreach (
            var name in (string[])
                [
                    "ETag",
                    "Last-Modified",
                    "Content-Disposition",
                    "Content-Location",
                    "Content-Range",
                    "Accept-Ranges",
                ]
        )
        {
            if (problem.Status != 416 || name != "Content-Range")
                response.Headers.Remove(name);
        }
        response.StatusCode = problem.Status;
        if (
            ReasonOf(problem) is { } reason
            && context.Features.Get<IHttpResponseFeature>() is { } feature
        )
            feature.ReasonPhrase = reason;
        if (problem.RetryAfter is { } delay)
            response.Headers.RetryAfter = Math.Max(0, (long)Math.Ceiling(delay.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        if (problem.Status == 405 && response.Headers.Allow.Count == 0)
            response.Headers.Allow = DavMethods.AllowAny;
        DavDiscovery.SetHeaders(response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        BodyDrain.Announce(context, options);

        var text = DavClientOptions.IsOn(
            options.Clients.KioTextErrors,
            client.Kind == DavClientKind.Kio
        );
        var plain = text && context.Request.Method == "PROPFIND";
        var body = plain
            ? Encoding.UTF8.GetBytes(problem.Message + "\n")
            : ToXml(problem, mount, options);
        response.ContentType = plain
            ? "text/plain; charset=utf-8"
            : "application/xml; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static string? ReasonOf(DavProblem problem)
    {
        if (string.IsNullOrEmpty(problem.Reason))
            return null;
        var text = new StringBuilder(problem.Reason.Length);
        foreach (var c in problem.Reason)
            text.Append(c is >= ' ' and < '\x7F' ? c : '?');
        return text.ToString();
    }

    private static byte[] ToXml(
        DavProblem problem,
        ImmutableArray<string> mount,
        DavEndpointOptions options
    )
    {
        using var spool = new AnswerSpool(new SpoolBudget(options));
        var writer = new Utf8Writer(spool);
        var spaces = new List<(string Prefix, XNamespace Namespace)>();
        var condition = problem.Condition is { } name
            ? PropertyPlan.EmptyElement(name, spaces)
            : null;
        MultiStatusWriter.Begin(ref writer, "d:error"u8, spaces);
        if (condition is not null && problem.Paths.Count == 0)
        {
            writer.Raw(condition);
        }
        else if (condition is not null)
        {
            // <d:name/> taken apart into <d:name> … </d:name>
            writer.Raw(condition.AsSpan(0, condition.Length - 2));
            writer.Raw(">"u8);
            foreach (var path in problem.Paths)
            {
                writer.Raw("<d:href>"u8);
                writer.RawText(Href.Of(mount, path, isCollection: path.IsRoot));
                writer.Raw("</d:href>"u8);
            }
            writer.Raw("</"u8);
            writer.Raw(condition.AsSpan(1, condition.Length - 3));
            writer.Raw(">"u8);
        }
        foreach (var detail in problem.Details)
            writer.RawText(detail.ToString(SaveOptions.DisableFormatting));
        writer.Raw("<s:exception>"u8);
        writer.Text(ReasonPhrases.GetReasonPhrase(problem.Status));
        writer.Raw("</s:exception><s:message>"u8);
        writer.Text(problem.Message);
        writer.Raw("</s:message></d:error>"u8);
        writer.Complete();
        return spool.ToArray();
    }
}
