using System.Globalization;
using CloudDav.Server.Dav;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Television;

/// <summary>
/// Where players get media that can send no credential: <c>/m/{token}/{name}</c>, with the name as it is, so that they know the type and find subtitles beside it. GET and HEAD alone, answered as in the
/// tree (<see cref="MediaFolder"/>), and refused by a line of text. Everything is decided anew by every request, by what the set may see now.
/// </summary>
internal sealed class MediaDoor
{
    /// <summary>Where media are.</summary>
    public const string Prefix = "/m";

    private readonly VaultParts _parts;
    private readonly MediaDesk _desk;
    private readonly RefusalDesk _refusals;
    private readonly HashSet<string> _rootHosts;
    private readonly DavEndpoint _endpoint;
    private readonly ILogger<MediaDoor> _log;

    public MediaDoor(
        VaultParts parts,
        MediaDesk desk,
        RefusalDesk refusals,
        OutageDesk outages,
        IOptions<DavOptions> dav,
        ILogger<DavEndpoint> protocolLog,
        ILogger<MediaDoor> log
    )
    {
        (_parts, _desk, _refusals, _log) = (parts, desk, refusals, log);
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _endpoint = new DavEndpoint(
            Prefix,
            dav.Value.AtEveryDoor() with
            {
                RefusesPlainly = true,
                Explain = (context, failure) =>
                    failure is StorageUnavailableException outage
                        ? refusals.Answer(context, outages.Tell(outage)).ToProblem()
                        : null,
            },
            _ => throw new InvalidOperationException("A folder is opened at its own address."),
            protocolLog
        );
    }

    /// <summary>Whether a path is this door's.</summary>
    public static bool Owns(PathString path) =>
        path.StartsWithSegments(Prefix, StringComparison.Ordinal);

    /// <summary>The address of a folder.</summary>
    public static string AddressOf(HttpRequest request, string token) =>
        $"{request.Scheme}://{request.Host.ToUriComponent()}{Prefix}/{token}";

    /// <summary>What a file is called on a screen.</summary>
    public static string TitleOf(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        Owns(context.Request.Path)
        && _endpoint.Matches(context)
        && !_rootHosts.Contains(context.Request.Host.Host)
            ? DoorGuard.RunAsync(
                context,
                AnswerAsync,
                _log.MediaFailed,
                refusal => RefuseAsync(context, refusal)
            )
            : next(context);

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        // The address is all that is needed, for apps of another origin too.
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        context.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        if (
            !HttpMethods.IsGet(context.Request.Method)
            && !HttpMethods.IsHead(context.Request.Method)
        )
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await RefuseAsync(context, new Refusal(RefusalRule.MethodNotAllowed));
            return;
        }
        var stop = context.RequestAborted;
        var segments = context.Request.Path.Value![Prefix.Length..].Split('/');
        var token = segments.Length > 1 ? segments[1] : "";
        if (await _desk.FindAsync(token, stop) is not { } address)
        {
            await RefuseAsync(context, new Refusal(RefusalRule.MediaAddressNotValid));
            return;
        }
        var opened = await TvLibrary.OpenAsync(_parts.Vaults, address.Actor, stop);
        if (opened.Refusal is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }
        var library = opened.Value;
        var folder = await library.FindFolderAsync(address.Folder, stop);
        if (folder.Refusal is { } missing)
        {
            await RefuseAsync(context, missing);
            return;
        }
        var prefix = $"{Prefix}/{token}";
        DavProblem Tell(Refusal told) => _refusals.Answer(context, AsTold(told)).ToProblem();
        var store = new MediaFolder(
            context,
            library,
            address.Folder,
            folder.Value,
            AddressOf(context.Request, token) + "/",
            new VaultDavStore(library.Tree, prefix + "/", Tell),
            Tell
        );
        await store.AddCaptionsAsync(segments[^1]);
        await _endpoint.At(prefix, _ => new(store)).HandleAsync(context);
    }

    private Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        var answer = _refusals.Answer(context, AsTold(refusal));
        if (answer.Row.RetryAfter is { } delay)
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
        return PlainText.WriteAsync(context, answer.Row.Status, answer.Text);
    }

    // A player that is told to sign in asks for a password that there is not.
    private static Refusal AsTold(Refusal refusal) =>
        refusal.Rule == RefusalRule.SignedOut ? new(RefusalRule.MediaAddressNotValid) : refusal;
}
