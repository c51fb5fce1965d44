using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav;

/// <summary>What pages of other origins may do.</summary>
public sealed record DavCorsOptions
{
    /// <summary>Origins whose scripts may use the tree, such as <c>https://app.example.org</c>; empty for none.</summary>
    public IReadOnlyCollection<string> Origins { get; init; } = [];

    /// <summary>How long a browser may keep a preflight's answer.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>
/// Lets listed origins in (CORS) and keeps all others from writing (CSRF): a browser sends a saved Basic password by itself, whoever's
/// page asks it to.
/// </summary>
public static class DavCors
{
    private const string AllowedHeaders =
        "Authorization, Content-Type, Depth, Destination, Overwrite, If, If-Match, If-None-Match, If-Modified-Since, If-Range, "
        + "Lock-Token, Timeout, Range, Prefer, Translate, X-OC-Mtime, OC-Checksum, X-Requested-With";

    private const string ExposedHeaders =
        "DAV, Allow, ETag, Last-Modified, Content-Length, Content-Range, Accept-Ranges, Content-Location, Lock-Token, Location, "
        + "Retry-After, OC-Checksum, X-OC-Mtime, Preference-Applied";

    /// <summary>
    /// Adds it as middleware; it must come before authentication, because a preflight carries no credentials, and 401 needs the
    /// headers too.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The listed origins.</param>
    /// <param name="when">Which requests are DAV's; null for all.</param>
    public static IApplicationBuilder UseDavCors(
        this IApplicationBuilder app,
        DavCorsOptions options,
        Func<HttpContext, bool>? when = null
    ) =>
        app.Use(
            async (context, next) =>
            {
                if ((when is not null && !when(context)) || !await TryAnswerAsync(context, options))
                    await next(context);
            }
        );

    /// <summary>Adds the headers; true when the request is answered: a preflight, or a foreign page's write.</summary>
    public static async ValueTask<bool> TryAnswerAsync(HttpContext context, DavCorsOptions options)
    {
        var request = context.Request;
        var headers = context.Response.Headers;
        var origin = request.Headers.Origin.ToString();
        var isListed =
            origin.Length > 0 && options.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
        if (options.Origins.Count > 0)
            headers.Append("Vary", "Origin");
        if (isListed)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlExposeHeaders = ExposedHeaders;
            if (
                HttpMethods.IsOptions(request.Method)
                && request.Headers.AccessControlRequestMethod.Count > 0
            )
            {
                headers.AccessControlAllowMethods = DavMethods.AllowAny;
                headers.AccessControlAllowHeaders = AllowedHeaders;
                headers.AccessControlMaxAge = ((long)options.MaxAge.TotalSeconds).ToString(
                    System.Globalization.CultureInfo.InvariantCulture
                );
                DavDiscovery.SetHeaders(context.Response);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return true;
            }
            return false;
        }
        if (!IsForeignWrite(request, origin))
            return false;
        await Responses.ProblemWriter.WriteAsync(
            context,
            new DavProblem(403, "Pages of other sites may not change files here.")
        );
        return true;
    }

    private static bool IsForeignWrite(HttpRequest request, string origin)
    {
        if (DavMethods.Find(request.Method) is not { Needs: not DavPrivileges.None })
            return false;
        if (request.Headers["Sec-Fetch-Site"].ToString() == "cross-site")
            return true;
        if (origin.Length == 0)
            return false;
        // Scheme and port are a proxy's to change; the name is what tells our own pages from foreign ones.
        return !Uri.TryCreate(origin, UriKind.Absolute, out var from)
            || !from.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase);
    }
}
