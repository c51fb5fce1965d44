using CloudDav.Server.Auth;
using CloudDav.Server.Changes;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Api;

/// <summary>
/// The customer's door for programs and pages, <c>/api/v1</c>: every area of endpoints has its line in <see cref="Map"/>; how to add one is said at
/// <see cref="CustomerRoutes"/>. Whoever asks signs in as for the tree, unless the endpoint says otherwise. On a host name whose root is the tree there is no such door: there, a folder may be called so.
/// </summary>
internal sealed class CustomerApi
{
    /// <summary>Where the door is.</summary>
    public const string Prefix = "/api/v1";

    /// <summary>Where the OpenAPI document is. It says nothing of anybody, so nobody has to sign in for it.</summary>
    public const string DocumentPath = Prefix + "/openapi.json";

    private static readonly CustomerEndpoint s_document = new CustomerEndpoint
    {
        OperationId = "getDocument",
        Summary = "This document",
        AnswerType = "application/json",
    }.NeedsNoSignIn();

    private static readonly CustomerDocument s_openApi = new();

    private readonly SignIn _signIn;
    private readonly DeviceQueue _queue;
    private readonly HashSet<string> _rootHosts;
    private readonly ILogger<CustomerApi> _log;
    private readonly Lazy<RequestDelegate> _endpoints;

    public CustomerApi(
        IServiceProvider services,
        SignIn signIn,
        DeviceQueue queue,
        IOptions<DavOptions> dav,
        ILogger<CustomerApi> log
    )
    {
        _signIn = signIn;
        _queue = queue;
        _log = log;
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        // A pipeline of its own, so that no request for the tree is ever matched against routes; made when somebody first comes.
        _endpoints = new(() =>
        {
            var app = new ApplicationBuilder(services);
            app.Use(DescribeAsync);
            app.UseRouting();
            app.Use(AdmitAsync);
            app.UseEndpoints(Map);
            return app.Build();
        });
    }

    /// <summary>Adds the door and what it needs.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<CustomerApi>();
        s_openApi.Register(services);
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup(Prefix);
        AccountEndpoints.Map(new CustomerRoutes(door, "Account"));
        DeviceEndpoints.Map(new CustomerRoutes(door, "Devices"));
        SecurityEndpoints.Map(new CustomerRoutes(door, "Security"));
        TermsEndpoints.Map(new CustomerRoutes(door, "Terms"));
        PrivacyEndpoints.Map(new CustomerRoutes(door, "Privacy"));
        ShareEndpoints.Map(new CustomerRoutes(door, "Shares"));
        TrashEndpoints.MapTrash(new CustomerRoutes(door, "Trash"));
        TrashEndpoints.MapVersions(new CustomerRoutes(door, "Versions"));
        RewindEndpoints.Map(new CustomerRoutes(door, "Rewind"));
        ChangeEndpoints.Map(new CustomerRoutes(door, "Changes"));
        UploadEndpoints.Map(new CustomerRoutes(door, "Uploads"));
        new CustomerRoutes(door, "Archive")
            .AddRaw(
                ["GET", "HEAD"],
                "/archive",
                "getArchive",
                "Everything in one ZIP file, whose length is known and which can be resumed",
                "application/zip",
                ArchiveEndpoint.HandleAsync
            )
            .Refuses(
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.ConditionFailed,
                RefusalRule.RangeNotSatisfiable
            );
        routes
            .MapGet(DocumentPath, s_openApi.AnswerAsync)
            .ExcludeFromDescription()
            .WithMetadata(s_document);
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal)
        && !_rootHosts.Contains(context.Request.Host.Host)
            ? DoorGuard.RunAsync(context, _endpoints.Value, _log.ApiFailed)
            : next(context);

    // Between routing and the endpoint: who is it, and is it their turn. A stranger learns nothing about which addresses there are.
    private async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (SameOrigin.IsForged(context.Request))
        {
            await new ProblemResult(new Refusal(RefusalRule.DoorNotAllowed)).ExecuteAsync(context);
            return;
        }
        var endpoint = context.GetEndpoint()?.Metadata.GetMetadata<CustomerEndpoint>();
        if (endpoint is { IsAnonymous: true })
        {
            await next(context);
            return;
        }
        if (await _signIn.EstablishAsync(context, Credentials.Of(context.Request)) is not { } actor)
            return;
        context.Features.Set(actor);
        context.Response.OnStarting(() =>
        {
            // The first look-up finds out that the credential was revoked; its 401 then needs what every 401 has.
            if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
                _signIn.Revoked(context, actor);
            return Task.CompletedTask;
        });
        using var place = endpoint is { IsUnqueued: true }
            ? DeviceQueue.Place.None
            : await _queue.EnterAsync(actor, context);
        if (place is null)
        {
            await new ProblemResult(new Refusal(RefusalRule.DeviceBusy)).ExecuteAsync(context);
            return;
        }
        await next(context);
    }

    // What routing itself refuses has a status and no body yet.
    private static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.ContentType is not null)
            return;
        RefusalRule? rule = context.Response.StatusCode switch
        {
            StatusCodes.Status415UnsupportedMediaType => RefusalRule.NotJson,
            StatusCodes.Status404NotFound when context.GetEndpoint() is null =>
                RefusalRule.NotFound,
            StatusCodes.Status405MethodNotAllowed => RefusalRule.MethodNotAllowed,
            _ => null,
        };
        if (rule is { } refused)
            await new ProblemResult(new Refusal(refused)).ExecuteAsync(context);
    }
}
