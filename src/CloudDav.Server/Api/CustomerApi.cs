using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Api;

/// <summary>
/// The customer's door for programs and pages, <c>/api/v1</c>: every endpoint has its line in <see cref="Map"/>. Whoever asks signs in as for the tree. On a host
/// name whose root is the tree there is no such door: there, a folder may be called so.
/// </summary>
internal sealed class CustomerApi
{
    private const string Prefix = "/api/v1";

    private readonly SignIn _signIn;
    private readonly DeviceQueue _queue;
    private readonly HashSet<string> _rootHosts;
    private readonly ILogger<CustomerApi> _log;
    private readonly RequestDelegate _endpoints;

    public CustomerApi(
        IServiceProvider services,
        SignIn signIn,
        IOptions<ListenOptions> listen,
        IOptions<DavOptions> dav,
        ILogger<CustomerApi> log
    )
    {
        _signIn = signIn;
        _log = log;
        _queue = new DeviceQueue(
            listen.Value.RequestsPerDevice,
            TimeSpan.FromSeconds(listen.Value.QueueSeconds)
        );
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        // A pipeline of its own, so that no request for the tree is ever matched against routes.
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseEndpoints(Map);
        _endpoints = app.Build();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Prefix);
        api.MapMethods("/archive", ["GET", "HEAD"], ArchiveEndpoint.HandleAsync);
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal)
        && !_rootHosts.Contains(context.Request.Host.Host)
            ? AnswerAsync(context)
            : next(context);

    private async Task AnswerAsync(HttpContext context)
    {
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
        using var place = await _queue.EnterAsync(actor, context);
        if (place is null)
        {
            await new ProblemResult(new Refusal(RefusalRule.DeviceBusy)).ExecuteAsync(context);
            return;
        }
        try
        {
            await _endpoints(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; whatever broke, broke because of that.
            return;
        }
        catch (Exception failure)
        {
            _log.ApiFailed(failure, context.Request.Method, context.TraceIdentifier);
            if (HasBegun(context.Response))
            {
                // A broken answer must never look whole.
                context.Abort();
                return;
            }
            context.Response.Clear();
            await TypedResults
                .Problem("Something went wrong on our side. Try again later.", statusCode: 500)
                .ExecuteAsync(context);
            return;
        }
        await DescribeAsync(context);
    }

    // What was written and not yet sent cannot be taken back either.
    private static bool HasBegun(HttpResponse response) =>
        response.HasStarted
        || (response.BodyWriter.CanGetUnflushedBytes && response.BodyWriter.UnflushedBytes > 0);

    // What routing itself refuses has a status and no body yet.
    private static Task DescribeAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound when context.GetEndpoint() is null => new ProblemResult(
                new Refusal(RefusalRule.NotFound)
            ).ExecuteAsync(context),
            StatusCodes.Status405MethodNotAllowed => TypedResults
                .Problem("This method is not allowed here.", statusCode: 405)
                .ExecuteAsync(context),
            _ => Task.CompletedTask,
        };
    }
}
