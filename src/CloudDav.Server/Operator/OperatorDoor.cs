using System.Security.Claims;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Operator;

/// <summary>
/// The operator's door, <c>/operator/v1</c>: its systems command and ask here, with tokens of their own. Every area of endpoints has its line in <see cref="Map"/>;
/// how to add one is said at <see cref="OperatorRoutes"/>. Without <see cref="OperatorOptions.Authority"/> there is no such door, and nothing of it is made.
/// </summary>
internal sealed class OperatorDoor
{
    /// <summary>Where the door is.</summary>
    public const string Prefix = "/operator/v1";

    /// <summary>The scheme of the operator's tokens.</summary>
    public const string Scheme = "Operator";

    /// <summary>Where the OpenAPI document is. It says nothing of anybody, so it needs no token.</summary>
    public const string DocumentPath = Prefix + "/openapi.json";

    private const string Realm = "Bearer realm=\"CloudDav operator\"";

    // What the server answers for, whatever a token's author calls itself.
    private const int MostAuthorLength = 200;

    private static readonly OperatorDocument s_openApi = new();

    private readonly IOptionsMonitor<JwtBearerOptions>? _bearer;
    private readonly HashSet<string> _rootHosts;
    private readonly ILogger<OperatorDoor> _log;
    private readonly Lazy<RequestDelegate>? _endpoints;

    public OperatorDoor(
        IServiceProvider services,
        IOptions<OperatorOptions> options,
        IOptions<DavOptions> dav,
        ILogger<OperatorDoor> log
    )
    {
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _log = log;
        if (options.Value.Authority is null)
            return;
        _bearer = services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>();
        // A pipeline of its own, so that no request for a tree is ever matched against routes; made when somebody first comes.
        _endpoints = new(() =>
        {
            var app = new ApplicationBuilder(services);
            app.UseRouting();
            app.Use(AuthorizeAsync);
            app.UseEndpoints(Map);
            return app.Build();
        });
    }

    /// <summary>Adds the door, and with an authority everything that it needs.</summary>
    public static void Register(IServiceCollection services, OperatorOptions options)
    {
        services.AddSingleton<OperatorDoor>();
        services.AddSingleton(provider => new CommandDesk(
            provider.GetRequiredService<IContractStore>(),
            provider.GetRequiredService<AccountPolicy>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EventKeys>().Seal
        ));
        services.AddSingleton(provider => new ContractDesk(
            provider.GetRequiredService<CommandDesk>(),
            provider.GetService<IMainContracts>()
        ));
        RegisterDesks.Register(services);
        if (options.Authority is null)
            return;
        BearerTokens.Add(
            services,
            Scheme,
            options.Authority,
            options.Audience ?? "",
            options.Issuer
        );
        services.AddRouting();
        s_openApi.Register(services);
    }

    /// <summary>Who sent a request: the subject of its token; null before it was looked at.</summary>
    public static string? AuthorOf(HttpContext context) => context.User.FindFirst("sub")?.Value;

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (
            !context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal)
            || _rootHosts.Contains(context.Request.Host.Host)
        )
            return next(context);
        return _endpoints is null
            ? RefuseAsync(context, RefusalRule.NotFound)
            : AnswerAsync(context, _endpoints.Value);
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup(Prefix);
        OptionEndpoints.Map(new OperatorRoutes(door, "Options"));
        ContractEndpoints.Map(new OperatorRoutes(door, "Contracts"));
        HouseholdEndpoints.Map(new OperatorRoutes(door, "Households"));
        SupportEndpoints.Map(new OperatorRoutes(door, "Accounts"));
        MeasureEndpoints.Map(new OperatorRoutes(door, "Measures"));
        PlatformEndpoints.Map(new OperatorRoutes(door, "Platform"));
        QueueEndpoints.Map(new OperatorRoutes(door, "Platform"));
        RegisterEndpoints.Map(new OperatorRoutes(door, "Registers"));
        RetentionEndpoints.Map(new OperatorRoutes(door, "Retention"));
        StaffEndpoints.Map(new OperatorRoutes(door, "Staff"));
        routes.MapGet(DocumentPath, s_openApi.AnswerAsync).ExcludeFromDescription();
    }

    private Task AnswerAsync(HttpContext context, RequestDelegate endpoints)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return DoorGuard.RunAsync(context, endpoints, _log.OperatorRequestFailed);
    }

    private async Task AuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == DocumentPath && HttpMethods.IsGet(context.Request.Method))
        {
            await next(context);
            return;
        }

        // 1. Who is it.
        var result = await context.AuthenticateAsync(Scheme);
        if (!result.Succeeded)
        {
            await ChallengeAsync(context, result);
            return;
        }
        context.User = result.Principal;
        if (AuthorOf(context) is not { Length: > 0 and <= MostAuthorLength })
        {
            context.Response.Headers.WWWAuthenticate =
                $"{Realm}, error=\"invalid_token\", error_description=\"The token names no subject.\"";
            await RefuseAsync(context, RefusalRule.TokenNotAccepted);
            return;
        }

        // 2. What for.
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OperatorEndpoint>() is { } known)
        {
            if (!HasScope(context.User, known.Scope))
            {
                context.Response.Headers.WWWAuthenticate =
                    $"{Realm}, error=\"insufficient_scope\", scope=\"{known.Scope.Name()}\"";
                await RefuseAsync(context, RefusalRule.ScopeMissing);
                return;
            }
            await next(context);
        }
        else if (endpoint is null)
        {
            await RefuseAsync(context, RefusalRule.NotFound);
        }
        else
        {
            // Routing has found the path, and not for this method or this type of body.
            await next(context);
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await RefuseAsync(context, RefusalRule.MethodNotAllowed);
            else if (context.Response.StatusCode == StatusCodes.Status415UnsupportedMediaType)
                await RefuseAsync(context, RefusalRule.NotJson);
        }
    }

    private async Task ChallengeAsync(HttpContext context, AuthenticateResult result)
    {
        if (result.None)
        {
            context.Response.Headers.WWWAuthenticate = Realm;
        }
        else if (
            await BearerTokens.FindProviderFailureAsync(_bearer!, Scheme, context.RequestAborted) is
            { } failure
        )
        {
            _log.OperatorAuthorityAway(failure);
            await RefuseAsync(context, RefusalRule.SignInUnavailable);
            return;
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = $"{Realm}, error=\"invalid_token\"";
        }
        await RefuseAsync(context, RefusalRule.TokenNotAccepted);
    }

    // Providers write them as one text with spaces or as a list, as scope (RFC 8693) or as scp.
    private static bool HasScope(ClaimsPrincipal user, OperatorScope scope)
    {
        var name = scope.Name();
        return user
            .Claims.Where(claim => claim.Type is "scope" or "scp")
            .SelectMany(claim => claim.Value.Split(' '))
            .Contains(name, StringComparer.Ordinal);
    }

    private static Task RefuseAsync(HttpContext context, RefusalRule rule) =>
        new ProblemResult(new Refusal(rule)).ExecuteAsync(context);
}
