using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudDav.WebDav;

/// <summary>The two ways to put a <see cref="DavEndpoint"/> into an application.</summary>
public static class DavRouting
{
    /// <summary>
    /// Serves a tree as middleware, chosen by the request's target as it was sent. This is the better way: routing sees a path with dot
    /// segments taken out, so <c>/dav/../x</c> would never reach a route and be answered by somebody else.
    /// </summary>
    /// <param name="app">The application; authentication comes before.</param>
    /// <param name="prefix">Where the tree is mounted; <c>/</c> for a host name of its own.</param>
    /// <param name="options">The host's decisions.</param>
    /// <param name="open">Opens the tree for a request.</param>
    /// <param name="when">Whether a request that matches the prefix is this endpoint's, such as by host name; null for all.</param>
    public static IApplicationBuilder UseDav(
        this IApplicationBuilder app,
        string prefix,
        DavEndpointOptions options,
        OpenDavStore open,
        Func<HttpContext, bool>? when = null
    )
    {
        var endpoint = Create(app.ApplicationServices, prefix, options, open);
        return app.Use(
            (context, next) =>
                endpoint.Matches(context) && (when is null || when(context))
                    ? endpoint.HandleAsync(context)
                    : next(context)
        );
    }

    /// <summary>Serves a tree as a route for all methods, to which the host adds authorization, rate limits and hosts.</summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="prefix">Where the tree is mounted; <c>/</c> for a host name of its own.</param>
    /// <param name="options">The host's decisions.</param>
    /// <param name="open">Opens the tree for a request.</param>
    public static IEndpointConventionBuilder MapDav(
        this IEndpointRouteBuilder endpoints,
        string prefix,
        DavEndpointOptions options,
        OpenDavStore open
    )
    {
        var endpoint = Create(endpoints.ServiceProvider, prefix, options, open);
        return endpoints
            .Map($"{prefix.TrimEnd('/')}/{{**path}}", endpoint.HandleAsync)
            .WithDisplayName($"DAV {prefix}");
    }

    private static DavEndpoint Create(
        IServiceProvider services,
        string prefix,
        DavEndpointOptions options,
        OpenDavStore open
    ) => new(prefix, options, open, services.GetRequiredService<ILogger<DavEndpoint>>());
}
