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
/// elements rclone and the sync clients show. KDE gets plain text, because it takes any XML answer to a listing for an empty folder;
/// people with a browser get a page.
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
        if (IsSilent(context.Request, problem, client, options))
        {
            context.Abort();
            return;
        }
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
        response.StatusCode = StatusOf(problem, client, options);
        if (options.ServesSyncClients)
            SyncClientErrors.SetHeader(response, problem);
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
        if (problem.Language is { } language)
        {
            response.Headers.ContentLanguage = language;
            response.Headers.Append("Vary", "Accept-Language");
        }
        if (!options.RefusesPlainly)
            DavDiscovery.SetHeaders(response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (
            problem.Outage == DavOutage.Everything
            && HttpProtocol.IsHttp11(context.Request.Protocol)
        )
            response.Headers.Connection = "close";
        BodyDrain.Announce(context, options);

        var body = BodyOf(context, problem, client, options, mount);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Sets the media type as well.</summary>
    private static byte[] BodyOf(
        HttpContext context,
        DavProblem problem,
        DavClient client,
        DavEndpointOptions options,
        ImmutableArray<string> mount
    )
    {
        var (request, response) = (context.Request, context.Response);
        if (
            options.RefusesPlainly
            || request.Method == "PROPFIND"
                && DavClientOptions.IsOn(
                    options.Clients.KioTextErrors,
                    client.Kind == DavClientKind.Kio
                )
        )
        {
            response.ContentType = "text/plain; charset=utf-8";
            return Encoding.UTF8.GetBytes(problem.Message + "\n");
        }
        if (
            DavClientOptions.IsOn(
                options.Clients.BrowserPages,
                client.Kind == DavClientKind.Browser
            ) && ProblemPage.IsAskedFor(request)
        )
            return ProblemPage.Of(problem, response);
        response.ContentType = "application/xml; charset=utf-8";
        return ToXml(problem, mount, options);
    }

    private static int StatusOf(DavProblem problem, DavClient client, DavEndpointOptions options) =>
        problem.Outage is DavOutage.Writes or DavOutage.Contents
        && DavClientOptions.IsOn(
            options.Clients.FinderOutageIsLock,
            client.Kind == DavClientKind.WebDavFs
        )
            ? StatusCodes.Status423Locked
        : problem.IsAboutName && options.ServesSyncClients ? StatusCodes.Status400BadRequest
        : problem.Status;

    private static bool IsSilent(
        HttpRequest request,
        DavProblem problem,
        DavClient client,
        DavEndpointOptions options
    ) =>
        problem.Outage == DavOutage.Everything
        && !HttpMethods.IsOptions(request.Method)
        && DavClientOptions.IsOn(
            options.Clients.FinderOutageIsSilence,
            client.Kind == DavClientKind.WebDavFs
        );

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
        var elements = new List<XElement>(problem.Details.Count + 1);
        if (problem.Condition is { } condition)
            elements.Add(new XElement(condition));
        elements.AddRange(problem.Details);
        var spaces = new List<(string Prefix, XNamespace Namespace)>();
        foreach (var name in elements.SelectMany(element => element.DescendantsAndSelf()))
            PropertyPlan.EmptyElement(name.Name, spaces);

        using var spool = new AnswerSpool(new SpoolBudget(options));
        var writer = new Utf8Writer(spool);
        MultiStatusWriter.Begin(ref writer, "d:error"u8, spaces);
        for (var i = 0; i < elements.Count; i++)
            Write(ref writer, elements[i], spaces, i == 0 ? problem.Paths : [], mount);
        writer.Raw("<s:exception>"u8);
        writer.Text(
            options.ServesSyncClients
                ? SyncClientErrors.NameOf(problem)
                : ReasonPhrases.GetReasonPhrase(problem.Status)
        );
        writer.Raw("</s:exception><s:message>"u8);
        writer.Text(problem.Message);
        writer.Raw("</s:message></d:error>"u8);
        writer.Complete();
        return spool.ToArray();
    }

    // With the root's prefixes: Windows fails on a default namespace, which XElement would write.
    private static void Write(
        ref Utf8Writer writer,
        XElement element,
        List<(string Prefix, XNamespace Namespace)> spaces,
        IReadOnlyList<DavPath> paths,
        ImmutableArray<string> mount
    )
    {
        ReadOnlySpan<byte> empty = PropertyPlan.EmptyElement(element.Name, spaces);
        if (paths.Count == 0 && !element.Nodes().Any())
        {
            writer.Raw(empty);
            return;
        }
        // <d:name/> taken apart into <d:name> … </d:name>
        writer.Raw(empty[..^2]);
        writer.Raw(">"u8);
        foreach (var path in paths)
        {
            writer.Raw("<d:href>"u8);
            writer.RawText(Href.Of(mount, path, isCollection: path.IsRoot));
            writer.Raw("</d:href>"u8);
        }
        foreach (var node in element.Nodes())
        {
            if (node is XElement child)
                Write(ref writer, child, spaces, [], mount);
            else if (node is XText text)
                writer.Text(text.Value);
        }
        writer.Raw("</"u8);
        writer.Raw(empty[1..^2]);
        writer.Raw(">"u8);
    }
}
