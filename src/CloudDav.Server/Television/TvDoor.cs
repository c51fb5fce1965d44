using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Television;

/// <summary>
/// The television's door. A set is let in as <see cref="TvOAuth"/> says, and comes with its token from then on, which opens nothing elsewhere; no other credential opens anything here. What the
/// contract does not include is refused by every request. On a host name whose root is the tree there is no such door.
/// </summary>
internal sealed class TvDoor
{
    /// <summary>Where the feed is.</summary>
    public const string Prefix = "/tv/v1";

    private static readonly PathString[] s_prefixes =
    [
        Prefix,
        TvOAuth.AuthorizationPath,
        TvOAuth.TokenPath,
    ];

    private readonly HashSet<string> _rootHosts;
    private readonly ILogger<TvDoor> _log;
    private readonly Lazy<RequestDelegate> _endpoints;

    public TvDoor(IServiceProvider services, IOptions<DavOptions> dav, ILogger<TvDoor> log)
    {
        _log = log;
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _endpoints = new(() =>
        {
            var app = new ApplicationBuilder(services);
            app.Use(DescribeAsync);
            app.UseRouting();
            app.UseEndpoints(routes =>
            {
                TvOAuth.Map(routes);
                TvFeed.Map(routes);
            });
            return app.Build();
        });
    }

    /// <summary>Adds the door and what it needs.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<TvDoor>();
        services.AddSingleton<MediaDoor>();
        TvFeed.Document.Register(services);
        services.AddSingleton(provider =>
        {
            var parts = provider.GetRequiredService<VaultParts>();
            return new MediaDesk(
                parts.Contracts,
                parts.Keys.Derive(MediaDesk.Purpose),
                provider.GetRequiredService<TimeProvider>()
            );
        });
        services.AddSingleton(provider =>
        {
            var parts = provider.GetRequiredService<VaultParts>();
            return new TvDesk(
                parts.Contracts,
                parts.Accounts,
                provider.GetRequiredService<CustomerDesk>(),
                parts.ClosedNames,
                parts.Keys.Derive(TvDesk.Purpose),
                new TvLimits(),
                provider.GetRequiredService<TimeProvider>()
            );
        });
    }

    /// <summary>Whether a path is this door's.</summary>
    public static bool Owns(PathString path) =>
        Array.Exists(
            s_prefixes,
            prefix => path.StartsWithSegments(prefix, StringComparison.Ordinal)
        );

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        Owns(context.Request.Path) && !_rootHosts.Contains(context.Request.Host.Host)
            ? DoorGuard.RunAsync(context, _endpoints.Value, _log.ApiFailed)
            : next(context);

    /// <summary>The library of the set that asks; null when the request was answered.</summary>
    internal static async ValueTask<TvLibrary?> AdmitAsync(HttpContext context)
    {
        if (Credentials.Of(context.Request) is not Credentials.Bearer { Token: var token })
        {
            await RefuseAsync(context, new Refusal(RefusalRule.SignedOut));
            return null;
        }
        var found = await context
            .RequestServices.GetRequiredService<TvDesk>()
            .SignInAsync(token, context.RequestAborted);
        if (found.Refusal is { } refusal)
        {
            context
                .RequestServices.GetRequiredService<DoorMetrics>()
                .SignInFailed(refusal.Rule == RefusalRule.AccountClosed ? "closed" : "token");
            await RefuseAsync(context, refusal);
            return null;
        }
        context.Features.Set(found.Value);
        var opened = await TvLibrary.OpenAsync(
            context.RequestServices.GetRequiredService<VaultParts>().Vaults,
            found.Value,
            context.RequestAborted
        );
        if (opened.Refusal is { } refused)
        {
            await RefuseAsync(context, refused);
            return null;
        }
        return opened.Value;
    }

    /// <summary>Says what is refused, in words that the set can show.</summary>
    internal static async Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Rule == RefusalRule.SignedOut)
            context.Response.Headers.WWWAuthenticate =
                "Bearer realm=\"CloudDav TV\", error=\"invalid_token\", error_description=\"Pair the TV again.\"";
        // In the account's language when the set asks for none of ours.
        var language = context.Features.Get<Actor>() is { } actor
            ? await context
                .RequestServices.GetRequiredService<CustomerDesk>()
                .FindLanguageAsync(actor, context.RequestAborted)
            : null;
        await new ProblemResult(refusal, language).ExecuteAsync(context);
    }

    // What routing itself refuses has a status and no body yet.
    private static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.ContentType is not null)
            return;
        RefusalRule? rule = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound when context.GetEndpoint() is null =>
                RefusalRule.NotFound,
            StatusCodes.Status405MethodNotAllowed => RefusalRule.MethodNotAllowed,
            _ => null,
        };
        if (rule is { } refused)
            await new ProblemResult(new Refusal(refused)).ExecuteAsync(context);
    }
}
