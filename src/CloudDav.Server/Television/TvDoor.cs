using CloudDav.Server.Api;
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
                routes.MapGet(Prefix, AnswerHomeAsync);
            });
            return app.Build();
        });
    }

    /// <summary>Adds the door and what it needs.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<TvDoor>();
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
            ? ApiGuard.RunAsync(
                context,
                _endpoints.Value,
                _log.ApiFailed,
                "Something went wrong on our side. Try again later."
            )
            : next(context);

    /// <summary>The session of the set that asks; null when the request was answered.</summary>
    internal static async ValueTask<VaultTree?> AdmitAsync(HttpContext context)
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
        return context
            .RequestServices.GetRequiredService<VaultParts>()
            .Vaults.OpenTree(found.Value, new Vault.SessionOptions { Door = Door.Tv });
    }

    /// <summary>Says what is refused, in words that the set can show.</summary>
    internal static Task RefuseAsync(HttpContext context, Refusal refusal, Language? account = null)
    {
        if (refusal.Rule == RefusalRule.SignedOut)
            context.Response.Headers.WWWAuthenticate =
                "Bearer realm=\"CloudDav TV\", error=\"invalid_token\", error_description=\"Pair the TV again.\"";
        return new ProblemResult(refusal, account).ExecuteAsync(context);
    }

    private static async Task AnswerHomeAsync(HttpContext context)
    {
        if (await AdmitAsync(context) is not { } tree)
            return;
        var decided = await tree.Own.DecideAsync(context.RequestAborted);
        var refused = decided.Refusal ?? decided.Value.Refuses(Capability.Tv);
        if (refused is not null)
        {
            await RefuseAsync(context, refused, tree.Own.Language);
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.WriteAsJsonAsync(
            new TvHome
            {
                Account = tree.Own.Actor.Name,
                ClosesAt = decided.Value.ClosesAt?.ToUniversalTime(),
            },
            context.RequestAborted
        );
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

/// <summary>Whose cloud a set shows.</summary>
internal sealed record TvHome
{
    /// <summary>The sign-in name.</summary>
    public required string Account { get; init; }

    /// <summary>When the content is destroyed, after the end of the contract; null while it runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }
}
