using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using CloudDav.WebDav;
using CloudDav.WebDav.Responses;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// The door for the sync clients that people already have, of the ownCloud family: the addresses they were built with. Trees are in <see cref="SyncTrees"/>, calls in <see cref="OcsRoutes"/>, and single
/// addresses in <see cref="SyncPages"/>; each is one line. On a host name whose root is the tree there is no such door: there, a folder may be called so.
/// </summary>
internal sealed class SyncDoor
{
    private const string TreesPrefix = "/remote.php/dav";
    private const string AliasPrefix = "/remote.php/webdav";

    private static readonly string[] s_owned = ["/remote.php", "/ocs", "/index.php", "/status.php"];

    private readonly SignIn _signIn;
    private readonly DeviceQueue _queue;
    private readonly RefusalDesk _refusals;
    private readonly OutageDesk _outages;
    private readonly HashSet<string> _rootHosts;
    private readonly DavCorsOptions _cors;
    private readonly DavEndpointOptions _options;
    private readonly DavEndpoint _trees;
    private readonly DavEndpoint _alias;
    private readonly ILogger<SyncDoor> _log;

    public SyncDoor(
        SignIn signIn,
        VaultStores stores,
        RefusalDesk refusals,
        OutageDesk outages,
        DeviceQueue queue,
        IOptions<DavOptions> dav,
        ILogger<DavEndpoint> davLog,
        ILogger<SyncDoor> log
    )
    {
        (_signIn, _queue, _refusals, _outages, _log) = (signIn, queue, refusals, outages, log);
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _cors = new DavCorsOptions { Origins = dav.Value.AllowedOrigins };
        _options = dav.Value.AtEveryDoor() with
        {
            Clients = dav.Value.Clients with { BrowserPages = DavSwitch.Off },
            ServesSyncClients = true,
            Explain = (context, failure) =>
                failure is StorageUnavailableException outage
                    ? refusals.Answer(context, outages.Tell(outage)).ToProblem()
                    : null,
        };
        _trees = new DavEndpoint(
            TreesPrefix,
            _options,
            context =>
                new(
                    new SyncTreesStore(
                        context,
                        TreesPrefix,
                        SyncTrees.All,
                        () => _trees!.DestinationOf(context)
                    )
                ),
            davLog,
            context => new(AliasPrefix, new([SyncTrees.Files, context.Features.Get<Actor>()!.Name]))
        );
        _alias = _trees.At(
            AliasPrefix,
            context => new(stores.OpenTree(context, AliasPrefix + "/"))
        );
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_rootHosts.Contains(context.Request.Host.Host))
        {
            await next(context);
            return;
        }
        EchoRequestId(context);
        if (FindTree(context) is { } tree)
            await AnswerAsync(context, tree);
        else if (OcsRoutes.Owns(context.Request.Path))
            await GuardAsync(context, OcsAsync);
        else if (SyncPages.Find(context.Request) is { } page)
            await GuardAsync(context, page);
        else if (Owns(context.Request.Path))
            await PlainText.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is nothing at this address."
            );
        else
            await next(context);
    }

    // For whoever compares a client's log with ours.
    private static void EchoRequestId(HttpContext context)
    {
        var id = context.Request.Headers["X-Request-ID"].ToString();
        if (id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            context.Response.Headers["X-Request-ID"] = id;
    }

    // By the target as it was sent, as the protocol reads it; "*" is of no tree in particular.
    private DavEndpoint? FindTree(HttpContext context) =>
        !context.Request.Path.HasValue ? null
        : _trees.Matches(context) ? _trees
        : _alias.Matches(context) ? _alias
        : null;

    private Task OcsAsync(HttpContext context) => OcsRoutes.AnswerAsync(context, SignInAsync);

    private Task GuardAsync(HttpContext context, RequestDelegate answer) =>
        DoorGuard.RunAsync(context, answer, _log.SyncDoorFailed);

    /// <summary>Whether an address is one of those that sync clients were built with, whatever it leads to.</summary>
    public static bool Owns(PathString path) =>
        Array.Exists(
            s_owned,
            owned => path.StartsWithSegments(owned, StringComparison.OrdinalIgnoreCase)
        );

    private async Task AnswerAsync(HttpContext context, DavEndpoint tree)
    {
        if (await DavCors.TryAnswerAsync(context, _cors))
            return;
        VaultResult<DeviceQueue.Place> signedIn;
        try
        {
            signedIn = await SignInAsync(context);
        }
        // Before it comes to the protocol, which does this itself.
        catch (StorageUnavailableException outage)
        {
            signedIn = _outages.Tell(outage);
        }
        if (signedIn.Refusal is { } refusal)
        {
            await ProblemWriter.WriteAsync(
                context,
                _refusals.Answer(context, refusal).ToProblem(),
                _options,
                TreesPrefix
            );
            return;
        }
        using var place = signedIn.Value;
        if (IsForPreview(context.Request))
        {
            await ProblemWriter.WriteAsync(
                context,
                _refusals.Answer(context, new(RefusalRule.NotFound)).ToProblem(),
                _options
            );
            return;
        }
        await tree.HandleAsync(context);
    }

    // A picture of a file, in a size: to be taken for there being none, and never for the file.
    private static bool IsForPreview(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Query.ContainsKey("preview");

    /// <summary>Who it is, and a place among the device's running requests. Only an app password or a password signs in: these clients know a challenge of nothing else.</summary>
    private async ValueTask<VaultResult<DeviceQueue.Place>> SignInAsync(HttpContext context)
    {
        ChallengeWhenSignedOut(context);
        if (Credentials.Of(context.Request) is not Credentials.Basic basic)
            return new Refusal(RefusalRule.SignedOut);
        var found = await _signIn.FindAsync(context, basic);
        if (found.Refusal is { } refusal)
            return refusal;
        context.Features.Set(found.Value);
        return await _queue.EnterAsync(found.Value, context) is { } place
            ? place
            : new Refusal(RefusalRule.DeviceBusy);
    }

    private void ChallengeWhenSignedOut(HttpContext context) =>
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode != StatusCodes.Status401Unauthorized)
                return Task.CompletedTask;
            if (context.Features.Get<Actor>() is { } actor)
                _signIn.Revoked(context, actor);
            else
                Challenge.Add(context);
            return Task.CompletedTask;
        });
}
