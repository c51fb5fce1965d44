using CloudDav.Server.Api;
using CloudDav.Server.Auth;
using CloudDav.Server.Dav;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Pages;
using CloudDav.Server.Previews;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Links;

/// <summary>
/// The door for people without an account: <c>/s/{token}</c> is what somebody has shared with them by a link. A file is there at once and, for programs that mount, in a
/// folder of its own; a folder is a collection, and <c>?archive</c> on it or on one below all of that in one ZIP file. People in a browser get a page (<see cref="LinkPage"/>). A password is asked for as Basic, with any name,
/// or in the page's form. The token opens nothing elsewhere, and no sign-in of an account is looked at here.
/// </summary>
internal sealed class LinkDoor
{
    private const string Prefix = "/s";

    private readonly VaultParts _parts;
    private readonly SignInDesk _desk;
    private readonly RefusalDesk _refusals;
    private readonly DoorMetrics _metrics;
    private readonly LinkPass _pass;
    private readonly ILogger<LinkDoor> _log;
    private readonly HashSet<string> _rootHosts;
    private readonly DavCorsOptions _cors;
    private readonly DavEndpoint _endpoint;

    public LinkDoor(
        VaultParts parts,
        SignInDesk desk,
        RefusalDesk refusals,
        DoorMetrics metrics,
        LinkPass pass,
        IOptions<DavOptions> dav,
        ILogger<DavEndpoint> protocolLog,
        ILogger<LinkDoor> log
    )
    {
        (_parts, _desk, _refusals, _metrics) = (parts, desk, refusals, metrics);
        (_pass, _log) = (pass, log);
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _cors = new DavCorsOptions { Origins = dav.Value.AllowedOrigins };
        _endpoint = new DavEndpoint(
            Prefix,
            dav.Value.AtEveryDoor(),
            _ => throw new InvalidOperationException("A link's tree is opened at its own address."),
            protocolLog
        );
    }

    /// <summary>Answers what is asked at this door and passes on everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal)
        && _endpoint.Matches(context)
        && !_rootHosts.Contains(context.Request.Host.Host)
            ? AnswerAsync(context)
            : next(context);

    /// <summary>The address of a link.</summary>
    public static string AddressOf(HttpRequest request, string token) =>
        $"{request.Scheme}://{request.Host}{Prefix}/{token}";

    /// <summary>The token in a link as somebody was given it: its whole address, or the token alone.</summary>
    public static string TokenIn(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var address)
            ? TokenOf(address.AbsolutePath)
            : link;

    private async Task AnswerAsync(HttpContext context)
    {
        // Whoever keeps an answer would show it when the link is long gone.
        context.Response.OnStarting(
            static state =>
            {
                var response = (HttpResponse)state;
                if (response.StatusCode >= 400)
                    response.Headers.CacheControl = "no-store";
                return Task.CompletedTask;
            },
            context.Response
        );
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        if (await DavCors.TryAnswerAsync(context, _cors))
            return;
        var token = TokenOf(context.Request.Path);
        var prefix = $"{Prefix}/{token}";
        var page = LinkPage.IsAskedFor(context.Request) ? new LinkPage(context, prefix) : null;
        await DoorGuard.RunAsync(
            context,
            _ => AnswerAsync(context, page, token, prefix),
            _log.LinkFailed,
            refusal => RefuseAsync(context, page, refusal)
        );
    }

    // Of a folder's picture, or of the one that is shared.
    private Task AnswerPreviewAsync(
        HttpContext context,
        LinkPage? page,
        VaultSession session,
        Share share,
        NodeRow? item,
        string prefix
    )
    {
        Task Refuse(Refusal told) => RefuseAsync(context, page, told);
        return
            LinkPage.ShowsPreviews(share)
            && FilePages.NumberOf(context, LinkPage.Preview) is { } size and <= int.MaxValue
            ? PreviewAnswer.AnswerAsync(
                context,
                (int)size,
                most =>
                    session.OpenPreviewAsync(
                        PathIn(context, item, prefix),
                        most,
                        context.RequestAborted
                    ),
                Refuse
            )
            : Refuse(new(RefusalRule.NotFound));
    }

    private async Task AnswerAsync(HttpContext context, LinkPage? page, string token, string prefix)
    {
        var isReading = IsReading(context.Request);
        var share = await _parts.Vaults.FindLinkAsync(token, context.RequestAborted);
        var address = SignIn.AddressOf(context.Connection.RemoteIpAddress);
        // No link is looked up as one that is gone, so that neither the answer nor the time it takes tells them apart.
        var session = _parts.Vaults.Open(
            share ?? s_nothing,
            address,
            new Vault.SessionOptions
            {
                FoldsNames = DavClient.Of(context.Request.Headers.UserAgent).FoldsCase,
            }
        );
        var found = await FindAsync(session, share, context.RequestAborted);
        if (found.Refusal is { } refusal)
        {
            await RefuseAsync(context, page, refusal);
            return;
        }
        if (!await AdmitAsync(context, page, share!, address, prefix))
            return;
        if (context.Request.Query.ContainsKey("archive") && isReading)
        {
            await ArchiveEndpoint.HandleAsync(
                context,
                new VaultTree(session),
                new ArchiveScope(PathIn(context, found.Value, prefix)),
                late => RefuseAsync(context, page, late),
                async stop => (await session.CountUseAsync(ShareUse.Downloaded, stop)).Refusal
            );
            return;
        }
        if (context.Request.Query.ContainsKey(LinkPage.Preview) && isReading)
        {
            await AnswerPreviewAsync(context, page, session, share!, found.Value, prefix);
            return;
        }
        var opened = await session.CountUseAsync(ShareUse.Opened, context.RequestAborted);
        if (opened.Refusal is { } closed)
        {
            await RefuseAsync(context, page, closed);
            return;
        }
        if (page is not null && HttpMethods.IsPost(context.Request.Method))
        {
            await page.TakeAsync(session, share!);
            return;
        }
        if (page is not null && await page.TryShowAsync(session, share!, found.Value))
            return;
        DavProblem Tell(Refusal told) => _refusals.Answer(context, told).ToProblem();
        var store = new VaultDavStore(new VaultTree(session), prefix + "/", Tell);
        await _endpoint
            .At(
                prefix,
                _ =>
                    new(
                        new LinkDavStore(
                            store,
                            session,
                            found.Value is { IsFolder: false } file ? file : null,
                            isReading,
                            isBlind: share!.Rights == ShareRights.Drop,
                            Tell
                        )
                    )
            )
            .HandleAsync(context);
    }

    // A file that is shared is in a folder of its own, which there is not really.
    private static string[] PathIn(HttpContext context, NodeRow? shared, string prefix) =>
        shared is { IsFolder: false } ? [] : new LinkPage(context, prefix).Path();

    private static bool IsReading(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    // The item; null where it may only be added to.
    private static async ValueTask<VaultResult<NodeRow?>> FindAsync(
        VaultSession session,
        Share? share,
        CancellationToken stop
    )
    {
        if (share is { Rights: ShareRights.Drop })
        {
            var decided = await session.DecideAsync(stop);
            return decided.Refusal is { } refusal ? refusal
                : decided.Value.Refuses(Capability.AddContent) is { } refused ? refused
                : (NodeRow?)null;
        }
        var found = await session.FindAsync([], NodeDetails.None, stop);
        return found.Refusal is { } missing ? missing : found.Value.Node;
    }

    // By the password that the request brings, or by what its browser was given for one. Browsers send that with whatever another page makes them send, so that it opens what only reads, and forms.
    private async ValueTask<bool> AdmitAsync(
        HttpContext context,
        LinkPage? page,
        Share share,
        string address,
        string prefix
    )
    {
        if (
            share.Password is null
            || (
                (page is not null || IsReading(context.Request))
                && _pass.Opens(context.Request, share)
            )
        )
            return true;
        var filledIn = page is null ? null : await page.ReadPasswordAsync();
        var basic = Credentials.Of(context.Request) as Credentials.Basic;
        if (filledIn is null && basic is null)
        {
            await AskAsync(context, page, answer: null);
            return false;
        }
        var answer = await _desk.SignInAsync(
            share,
            filledIn ?? basic!.Password,
            address,
            context.RequestAborted
        );
        if (answer.Outcome == SignInOutcome.SignedIn)
        {
            if (filledIn is null)
                return true;
            _pass.Give(context, share, prefix);
            page!.GoBack();
            return false;
        }
        await AskAsync(context, page, answer);
        _metrics.SignInFailed("link");
        return false;
    }

    private Task AskAsync(HttpContext context, LinkPage? page, SignInAnswer? answer) =>
        page is not null
            ? page.AskAsync(answer)
            : answer?.Outcome switch
            {
                SignInOutcome.TooMany => _refusals.WriteAsync(
                    context,
                    RefusalRule.TooManyTries,
                    answer.Value.RetryAfter
                ),
                SignInOutcome.Busy => _refusals.WriteAsync(
                    context,
                    RefusalRule.SignInBusy,
                    answer.Value.RetryAfter
                ),
                _ => ChallengeAsync(context),
            };

    private static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"Shared\", charset=\"UTF-8\"";
        return PlainText.WriteAsync(
            context,
            StatusCodes.Status401Unauthorized,
            "This was shared with a password. Give it with any name."
        );
    }

    private Task RefuseAsync(HttpContext context, LinkPage? page, Refusal refusal)
    {
        var told = refusal.Rule == RefusalRule.SignedOut ? new(RefusalRule.ShareNotFound) : refusal;
        return page is not null ? page.RefuseAsync(told) : _refusals.WriteAsync(context, told);
    }

    private static string TokenOf(PathString path)
    {
        var rest = path.Value!.AsSpan(Math.Min(Prefix.Length + 1, path.Value!.Length));
        var end = rest.IndexOf('/');
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static readonly Share s_nothing = new()
    {
        Id = default,
        Vault = default,
        Owner = default,
        OwnerName = "",
        Node = default,
        Rights = ShareRights.View,
        TokenHash = default,
        SealedToken = default,
        RightsStatement = "",
        Created = default,
        Version = 0,
    };
}
