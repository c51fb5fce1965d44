using CloudDav.Server.Hosting;
using CloudDav.Server.Operator;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Pages;

/// <summary>
/// The pages for people, rendered here; script only adds to them. Each area has its line in <see cref="Map"/>. Who is signed in is known by a cookie, which opens nothing else: the trees, what sync clients
/// ask for, links and media never look at it. On a host name whose root is the tree there are no pages.
/// </summary>
internal sealed class PagesDoor
{
    // No request for a tree is ever matched against routes.
    private static readonly PathString[] s_prefixes =
    [
        SignInPages.SignInPath,
        SignInPages.SignOutPath,
        SecurityPages.Root,
        TakeBackPages.Root,
        StatementPages.Path,
        PairingPages.Path,
        FilePages.Root,
        PhotoPages.Root,
        UploadPages.Root,
        SharePages.Root,
        TrashPages.Root,
        PastPages.Root,
        DevicePages.Root,
        AccountPages.Root,
        ConsolePages.Root,
        "/login",
        "/index.php/login",
        "/index.php/s",
        TvPages.Root,
        Assets.Root,
    ];

    private readonly HashSet<string> _rootHosts;
    private readonly ILogger<PagesDoor> _log;
    private readonly Lazy<RequestDelegate> _pages;

    public PagesDoor(IServiceProvider services, IOptions<DavOptions> dav, ILogger<PagesDoor> log)
    {
        _log = log;
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _pages = new(() =>
        {
            var app = new ApplicationBuilder(services);
            app.Use(DescribeAsync);
            app.UseRouting();
            app.UseEndpoints(Map);
            return app.Build();
        });
    }

    /// <summary>Adds the door and what it needs.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<PagesDoor>();
        services.AddSingleton<FormGuard>();
        services.AddSingleton<Brand>();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        SignInPages.Map(routes);
        ProviderPages.Map(routes);
        SecurityPages.Map(routes);
        TakeBackPages.Map(routes);
        LoginFlowPages.Map(routes);
        PairingPages.Map(routes);
        StatementPages.Map(routes);
        TvPages.Map(routes);
        FilePages.Map(routes);
        PhotoPages.Map(routes);
        UploadPages.Map(routes);
        SharePages.Map(routes);
        TrashPages.Map(routes);
        PastPages.Map(routes);
        DevicePages.Map(routes);
        AccountPages.Map(routes);
        ConsolePages.Map(routes);
        // Where clients take a link to be that were not told its address.
        routes.MapMethods(
            "/index.php/s/{token}",
            ["GET", "HEAD"],
            context =>
            {
                context.Response.Redirect(
                    "/s/" + Uri.EscapeDataString((string)context.Request.RouteValues["token"]!)
                );
                return Task.CompletedTask;
            }
        );
        Assets.Map(routes);
        Brand.Map(routes);
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        Array.Exists(
            s_prefixes,
            prefix => context.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal)
        ) && !_rootHosts.Contains(context.Request.Host.Host)
            ? DoorGuard.RunAsync(
                context,
                _pages.Value,
                _log.PageFailed,
                refusal => TellAsync(context, refusal)
            )
            : next(context);

    // What routing itself refuses has a status and no body yet.
    private static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.GetEndpoint() is { RequestDelegate: not null })
            return;
        if (context.Response.StatusCode is StatusCodes.Status404NotFound)
            await TellAsync(context, new Refusal(RefusalRule.NotFound));
    }

    // Whatever is broken, this page needs nothing of it.
    private static Task TellAsync(HttpContext context, Refusal refusal) =>
        Visit.OfAnybody(context).ShowAsync(refusal);
}
