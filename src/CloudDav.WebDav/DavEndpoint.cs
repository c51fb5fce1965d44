using System.Collections.Immutable;
using System.Text;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CloudDav.WebDav;

/// <summary>Opens the tree for a request whose principal the host has authenticated, or says why not (403, 410, 503 …).</summary>
public delegate ValueTask<DavResult<IDavStore>> OpenDavStore(HttpContext context);

/// <summary>A place in a tree that has an address of its own beside the tree's.</summary>
/// <param name="Prefix">That address, decoded, such as <c>/home</c>.</param>
/// <param name="Path">Which place it is.</param>
public sealed record DavAlias(string Prefix, DavPath Path);

/// <summary>Serves one tree at one address. Read this first: <see cref="HandleAsync"/> is the whole way of a request.</summary>
public sealed class DavEndpoint
{
    private readonly ImmutableArray<string> _mount;
    private readonly DavEndpointOptions _options;
    private readonly OpenDavStore _open;
    private readonly Func<HttpContext, DavAlias>? _alias;
    private readonly ILogger _logger;
    private readonly SpoolBudget _budget;

    /// <summary>Makes an endpoint.</summary>
    /// <param name="prefix">Where the tree is mounted, decoded: <c>/dav</c>, or <c>/</c> for a host name of its own.</param>
    /// <param name="options">The host's decisions.</param>
    /// <param name="open">Opens the tree for a request.</param>
    /// <param name="logger">Where failures go.</param>
    /// <param name="alias">By which further address Destination and If may name places in the tree, once the host knows who asks; null for none. It is served by another endpoint.</param>
    public DavEndpoint(
        string prefix,
        DavEndpointOptions options,
        OpenDavStore open,
        ILogger<DavEndpoint> logger,
        Func<HttpContext, DavAlias>? alias = null
    )
    {
        _mount = SegmentsOf(prefix);
        _options = options;
        _open = open;
        _alias = alias;
        _logger = logger;
        _budget = new SpoolBudget(options);
    }

    private DavEndpoint(DavEndpoint other, string prefix, OpenDavStore open)
    {
        _mount = SegmentsOf(prefix);
        (_options, _open, _logger, _budget) = (other._options, open, other._logger, other._budget);
    }

    /// <summary>The same endpoint for another tree at another address, within the same bounds: for addresses that are known only when a request comes.</summary>
    /// <param name="prefix">Where that tree is mounted, decoded.</param>
    /// <param name="open">Opens it.</param>
    public DavEndpoint At(string prefix, OpenDavStore open) => new(this, prefix, open);

    /// <summary>
    /// Whether the request's target, as it was sent, lies below the prefix. The host decides by this and not by
    /// <see cref="HttpRequest.Path"/>, which has dot segments already taken out.
    /// </summary>
    public bool Matches(HttpContext context)
    {
        var raw = RawTargetOf(context);
        return raw == "*" || DavTarget.IsBelow(raw, _mount);
    }

    /// <summary>
    /// What a request's Destination names in this tree, by the rules of the methods that need one: for a store to which it says something with another method too. Null when there is no such header;
    /// 400, 403 or 502 when it names nothing here.
    /// </summary>
    public DavResult<DavPath>? DestinationOf(HttpContext context)
    {
        if (context.Request.Headers["Destination"] is not { Count: > 0 } header)
            return null;
        var target = Resolve(context, header.ToString());
        return target.Problem is { } problem ? problem : target.Value.Path;
    }

    /// <summary>A Destination header or an If tag, decoded by the rules of the request's own target.</summary>
    internal DavResult<DavTarget> Resolve(HttpContext context, string? url)
    {
        var target = Parse(context, url, _mount);
        // 502 is what is outside the tree, or on another server.
        if (target.Problem is not { Status: 502 } || _alias?.Invoke(context) is not { } alias)
            return target;
        var other = Parse(context, url, SegmentsOf(alias.Prefix));
        if (other.Problem is not null)
            return other;
        var path = new DavPath(alias.Path.Segments.AddRange(other.Value.Path.Segments));
        return other.Value with
        {
            Path = path,
            Href = Encoding.ASCII.GetBytes(Href.Of(_mount, path, isCollection: false)),
        };
    }

    private DavResult<DavTarget> Parse(
        HttpContext context,
        string? url,
        ImmutableArray<string> mount
    ) =>
        Destination.Parse(
            url,
            mount,
            host => IsOurHost(context, host),
            mapNames: _options.Clients.WindowsNames != DavSwitch.Off
        );

    // A trusted proxy's forwarded host has become Request.Host by the host's own middleware.
    private bool IsOurHost(HttpContext context, string host) =>
        host.Equals(
            Destination.WithoutPort(context.Request.Host.Value ?? ""),
            StringComparison.OrdinalIgnoreCase
        ) || _options.HostNames.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static ImmutableArray<string> SegmentsOf(string prefix) =>
        [.. prefix.Split('/', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Answers a request.</summary>
    /// <remarks>
    /// The way of one request, with PUT as the example:
    /// <list type="number">
    /// <item>The method's row is found in <see cref="DavMethods"/>; an unknown method ends here with 501.</item>
    /// <item>The raw target is decoded into a <see cref="DavPath"/>; a malformed one ends here with 400, one too long with 414.</item>
    /// <item>An unknown expectation is 417. Uploads lose the server's size limit and minimum rate; other bodies keep theirs.</item>
    /// <item>The host opens the store for its principal, or refuses.</item>
    /// <item>A known method that is never allowed is 405 with Allow.</item>
    /// <item>The method reads its headers, each a type that parses or is 400.</item>
    /// <item><see cref="Conditions.Preconditions"/> decide: go on, 304, or 412. Without conditional headers nothing is looked up.</item>
    /// <item>The store acts in one whole operation and checks locks, guard, quota and rules itself. Nothing of an upload has been read
    /// before it says yes, so a client that sent <c>Expect: 100-continue</c> is refused without sending it.</item>
    /// <item>The method writes the answer; a <see cref="DavProblem"/> from any step is written by <see cref="ProblemWriter"/>.</item>
    /// <item>After a refusal what the client is still sending is read and thrown away for a while, so that it reads the reason.</item>
    /// </list>
    /// Only here is <see cref="Exception"/> caught: one log line and one 500, or a closed connection when the answer has begun, so that
    /// a broken answer never looks whole. A client that went away is no error.
    /// </remarks>
    public async Task HandleAsync(HttpContext context)
    {
        var client = DavClient.Of(context.Request.Headers.UserAgent);
        DavProblem? problem;
        try
        {
            problem = await AnswerAsync(context, client);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; whatever broke, broke because of that.
            _ = e;
            return;
        }
        catch (Exception e) when (BrokenBody.StatusOf(e) is { } status)
        {
            problem = new DavProblem(status, "The request's body is broken.");
        }
        catch (Exception e) when (_options.Explain?.Invoke(context, e) is { } expected)
        {
            problem = expected;
        }
        catch (Exception e)
        {
            if (HasBegun(context.Response))
            {
                DavLog.ContentBroken(_logger, e, context.Request.Method, context.TraceIdentifier);
                context.Abort();
                return;
            }
            DavLog.RequestFailed(_logger, e, context.Request.Method, context.TraceIdentifier);
            problem = new DavProblem(500, "Something went wrong on our side. Try again later.");
        }
        if (problem is null)
            return;
        if (HasBegun(context.Response))
        {
            context.Abort();
            return;
        }
        await ProblemWriter.WriteAsync(context, problem, client, _options, _mount);
        await BodyDrain.RunAsync(context, _options);
    }

    private async ValueTask<DavProblem?> AnswerAsync(HttpContext context, DavClient client)
    {
        var raw = RawTargetOf(context);
        if (DavMethods.Find(context.Request.Method) is not { } method)
            return new DavProblem(501, "This method is not known here.");
        if (raw == "*" && method.Name == "OPTIONS")
        {
            DavDiscovery.AnswerOptions(context);
            return null;
        }

        var target = DavTarget.Parse(
            raw,
            _mount,
            mapNames: _options.Clients.WindowsNames != DavSwitch.Off
        );
        if (target.Problem is { } malformed)
            return malformed with { IsAboutName = malformed.Status is 400 or 414 };
        if (
            context.Request.Headers.Expect is { Count: > 0 } expect
            && !expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase)
        )
            return new DavProblem(417, "The only expectation met here is 100-continue.");
        SetLimits(context, method);

        var store = await _open(context);
        if (store.Problem is not null)
            return store.Problem;
        if (method.Handle is null)
            return new DavProblem(405, "This method is not allowed here.");
        return await method.Handle(
            new DavRequest
            {
                Http = context,
                Method = method,
                Target = target.Value,
                Client = client,
                Store = store.Value,
                Endpoint = this,
                Options = _options,
                Mount = _mount,
                Budget = _budget,
            }
        );
    }

    /// <summary>
    /// A slow uplink and a paused player are no attacks: uploads and downloads have no minimum rate. Bodies that are read into memory
    /// keep the server's minimum, and their methods bound the size.
    /// </summary>
    private static void SetLimits(HttpContext context, DavMethod method)
    {
        var features = context.Features;
        if (method.Uploads)
        {
            if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = null;
            if (
                features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is
                { } upload
            )
                upload.MinDataRate = null;
        }
        if (
            features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>() is
            { } download
        )
            download.MinDataRate = null;
    }

    private static bool HasBegun(HttpResponse response) =>
        response.HasStarted
        || (response.BodyWriter.CanGetUnflushedBytes && response.BodyWriter.UnflushedBytes > 0);

    private static string RawTargetOf(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
            return context.Request.PathBase.ToUriComponent()
                + context.Request.Path.ToUriComponent();
        if (raw[0] is '/' or '*')
            return raw;
        // Absolute form (RFC 9112 §3.2.2): the host is Request.Host already.
        var authority = raw.IndexOf("//", StringComparison.Ordinal);
        var path = authority < 0 ? -1 : raw.IndexOf('/', authority + 2);
        return path < 0 ? "/" : raw[path..];
    }
}
