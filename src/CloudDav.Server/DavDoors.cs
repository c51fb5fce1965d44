using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Pages;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.Extensions.Options;

namespace CloudDav.Server;

/// <summary>
/// The doors to the trees: <c>/dav/</c> is the signed-in customer's, and <c>/rewind/</c> shows it as it was. Explorer and Office probe every ancestor of what they mount, so to DAV methods <c>/</c>
/// is a collection whose one member is <c>dav/</c>. On a DAV host name of its own the tree is at <c>/</c>. Read on in <see cref="DavEndpoint.HandleAsync"/>.
/// </summary>
internal sealed class DavDoors
{
    /// <summary>Where the tree is shown as it was.</summary>
    public const string RewindPrefix = "/rewind";

    private const string TreePrefix = "/dav";

    private readonly SignIn _signIn;
    private readonly DeviceQueue _queue;
    private readonly RefusalDesk _refusals;
    private readonly OutageDesk _outages;
    private readonly IContractStore _contracts;
    private readonly HashSet<string> _rootHosts;
    private readonly DavCorsOptions _cors;
    private readonly DavEndpoint _tree;
    private readonly DavEndpoint _treeAtRoot;
    private readonly DavEndpoint _rewind;
    private readonly DavEndpoint _ancestors;

    public DavDoors(
        SignIn signIn,
        VaultStores stores,
        RefusalDesk refusals,
        OutageDesk outages,
        VaultParts parts,
        DeviceQueue queue,
        IOptions<DavOptions> dav,
        ILogger<DavEndpoint> log
    )
    {
        _signIn = signIn;
        _queue = queue;
        _refusals = refusals;
        _outages = outages;
        _contracts = parts.Contracts;
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _cors = new DavCorsOptions { Origins = dav.Value.AllowedOrigins };
        var options = dav.Value.AtEveryDoor() with
        {
            HostNames = [.. dav.Value.AliasHosts, .. dav.Value.RootHosts],
            Explain = (context, failure) =>
                failure is StorageUnavailableException outage
                    ? refusals.Answer(context, outages.Tell(outage)).ToProblem()
                    : null,
        };
        _tree = new DavEndpoint(
            TreePrefix,
            options,
            context => new(stores.OpenTree(context, TreePrefix + "/")),
            log
        );
        _treeAtRoot = new DavEndpoint(
            "/",
            options,
            context => new(stores.OpenTree(context, "/")),
            log
        );
        _rewind = new DavEndpoint(
            RewindPrefix,
            options,
            context => new(stores.OpenRewind(context, TreePrefix + "/")),
            log
        );
        _ancestors = new DavEndpoint(
            "/",
            options,
            context => stores.OpenAncestorsAsync(context, TreePrefix),
            log
        );
    }

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        // Before it comes to the protocol, which does this itself.
        catch (StorageUnavailableException outage) when (!context.Response.HasStarted)
        {
            await _refusals.WriteAsync(context, _outages.Tell(outage));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // 1. What browsers' scripts of other sites may do; a preflight ends here.
        if (await DavCors.TryAnswerAsync(context, _cors))
            return;

        // 2. Which door. A browser that opens the server's bare address gets a page, and no password box for its icon.
        var door =
            _rootHosts.Contains(context.Request.Host.Host) ? _treeAtRoot
            : _rewind.Matches(context) ? _rewind
            : _tree;
        if (!door.Matches(context))
        {
            door = _ancestors;
            if (LandingPage.Answers(context))
            {
                await LandingPage.AnswerAsync(context);
                return;
            }
        }

        // 3. Who is it: nobody yet, who may only look around, or an actor.
        var credentials = Credentials.Of(context.Request);
        if (credentials is Credentials.None && DavDiscovery.AnswersAnonymously(context))
        {
            if (await FindOutageAsync(context) is { } outage)
                await _refusals.WriteAsync(context, outage);
            else
                DavDiscovery.TryAnswerAnonymously(context);
            return;
        }
        if (await _signIn.EstablishAsync(context, credentials) is not { } actor)
            return;
        context.Features.Set(actor);
        ChallengeWhenRevoked(context, actor);

        // 4. A place among the device's running requests.
        using var place = await _queue.EnterAsync(actor, context);
        if (place is null)
        {
            await _refusals.WriteAsync(context, RefusalRule.DeviceBusy);
            return;
        }

        // 5. The protocol.
        await door.HandleAsync(context);
    }

    // Whoever looks around before signing in must not find a server that works while it does not.
    private async ValueTask<Refusal?> FindOutageAsync(HttpContext context)
    {
        var platform = await _contracts.ReadAsync(
            facts => facts.LoadPlatformAsync(),
            context.RequestAborted
        );
        return platform.Mode == PlatformMode.Off
            ? new Refusal(RefusalRule.PlatformOff)
            {
                Until = platform.ModeEnds,
                Words = platform.Words,
            }
            : null;
    }

    // The store's first query finds out; its 401 then needs what every 401 has.
    private void ChallengeWhenRevoked(HttpContext context, Actor actor) =>
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
                _signIn.Revoked(context, actor);
            return Task.CompletedTask;
        });
}
