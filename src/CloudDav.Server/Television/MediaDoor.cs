using System.Globalization;
using System.Text;
using System.Xml;
using CloudDav.Server.Dav;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Previews;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Television;

/// <summary>
/// Where players get media that can send no credential: <c>/m/{token}/{name}</c>, with the name as it is, so that they know the type and find subtitles beside it. GET and HEAD alone, answered as in the
/// tree; <c>playlist.m3u8</c>, <c>playlist.m3u</c> and <c>playlist.xspf</c> are made of the folder. Everything is decided anew by every request, by what the set may see now.
/// </summary>
internal sealed class MediaDoor
{
    /// <summary>The playlist, for players that take M3U.</summary>
    public const string M3u = "playlist.m3u";

    /// <summary>The playlist as XSPF.</summary>
    public const string Xspf = "playlist.xspf";

    /// <summary>What the address of a preview ends with, behind the name of what it shows.</summary>
    public const string PreviewExtension = ".jpg";

    // The same, for whoever tells by the name that it is UTF-8.
    private const string M3u8 = "playlist.m3u8";

    /// <summary>Where media are.</summary>
    public const string Prefix = "/m";
    private static readonly XmlWriterSettings s_xml = new()
    {
        Encoding = new UTF8Encoding(false),
        Indent = true,
        NewLineChars = "\n",
        CheckCharacters = false,
    };

    private readonly VaultParts _parts;
    private readonly MediaDesk _desk;
    private readonly RefusalDesk _refusals;
    private readonly OutageDesk _outages;
    private readonly HashSet<string> _rootHosts;
    private readonly DavEndpoint _endpoint;

    public MediaDoor(
        VaultParts parts,
        MediaDesk desk,
        RefusalDesk refusals,
        OutageDesk outages,
        IOptions<DavOptions> dav,
        ILogger<DavEndpoint> log
    )
    {
        (_parts, _desk, _refusals, _outages) = (parts, desk, refusals, outages);
        _rootHosts = new HashSet<string>(dav.Value.RootHosts, StringComparer.OrdinalIgnoreCase);
        _endpoint = new DavEndpoint(
            Prefix,
            dav.Value.AtEveryDoor() with
            {
                Explain = (context, failure) =>
                    failure is StorageUnavailableException outage
                        ? refusals.Answer(context, outages.Tell(outage)).ToProblem()
                        : null,
            },
            _ => throw new InvalidOperationException("A folder is opened at its own address."),
            log
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
            ? GuardAsync(context)
            : next(context);

    private async Task GuardAsync(HttpContext context)
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
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
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
        if (segments is [_, _, M3u8 or M3u or Xspf])
        {
            await AnswerPlaylistAsync(context, library, address.Folder, token, segments[2]);
            return;
        }
        var folder = await library.FindFolderAsync(address.Folder, stop);
        if (folder.Refusal is { } missing)
        {
            await RefuseAsync(context, missing);
            return;
        }
        if (
            segments is [_, _, var size, var shown]
            && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels)
            && shown.EndsWith(PreviewExtension, StringComparison.Ordinal)
        )
        {
            var name = shown[..^PreviewExtension.Length].Normalize(NormalizationForm.FormC);
            await PreviewAnswer.AnswerAsync(
                context,
                pixels,
                most => library.Tree.OpenPreviewAsync([.. folder.Value, name], most, stop),
                told => RefuseAsync(context, told)
            );
            return;
        }
        var prefix = $"{Prefix}/{token}";
        DavProblem Tell(Refusal told) => _refusals.Answer(context, AsTold(told)).ToProblem();
        var store = new FolderStore(
            new VaultDavStore(library.Tree, prefix + "/", Tell),
            folder.Value,
            Tell
        );
        await AddCaptionsAsync(context, store, segments[^1]);
        await _endpoint.At(prefix, _ => new(store)).HandleAsync(context);
    }

    private async Task AnswerPlaylistAsync(
        HttpContext context,
        TvLibrary library,
        NodeId folder,
        string token,
        string name
    )
    {
        var listed = await library.ListAsync(folder, context.RequestAborted);
        if (listed.Refusal is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }
        var address = AddressOf(context.Request, token) + "/";
        var played = listed.Value.Items.Where(item => item.Kind != MediaClass.Image);
        var body = name == Xspf ? XspfOf(played, address) : M3uOf(played, address);
        var response = context.Response;
        // By the type that goes with m3u8, VLC takes a list for a stream in pieces (HLS), and plays nothing.
        response.ContentType = TvFeed.ContentTypeOf(name == M3u8 ? M3u : name, null);
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    // How long one plays may not be known, which M3U says by -1 and XSPF by leaving it out.
    private static byte[] M3uOf(IEnumerable<TvItem> items, string address)
    {
        var text = new StringBuilder("#EXTM3U\n");
        foreach (var item in items)
            text.Append("#EXTINF:")
                .Append((item.Facts?.DurationMs + 500) / 1000 ?? -1)
                .Append(',')
                .Append(OneLine(TitleOf(item.Name)))
                .Append('\n')
                .Append(address)
                .Append(Uri.EscapeDataString(item.Name))
                .Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] XspfOf(IEnumerable<TvItem> items, string address)
    {
        const string xspf = "http://xspf.org/ns/0/";
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, s_xml))
        {
            xml.WriteStartElement("playlist", xspf);
            xml.WriteAttributeString("version", "1");
            xml.WriteStartElement("trackList", xspf);
            foreach (var item in items)
            {
                xml.WriteStartElement("track", xspf);
                xml.WriteElementString("location", xspf, address + Uri.EscapeDataString(item.Name));
                xml.WriteElementString("title", xspf, OneLine(TitleOf(item.Name)));
                if (item.Facts?.DurationMs is { } length)
                    xml.WriteElementString(
                        "duration",
                        xspf,
                        length.ToString(CultureInfo.InvariantCulture)
                    );
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return stream.ToArray();
    }

    private static string OneLine(string title) =>
        string.Concat(title.Select(letter => char.IsControl(letter) ? ' ' : letter));

    // Samsung's sets ask a video for its subtitles.
    private static async ValueTask AddCaptionsAsync(
        HttpContext context,
        FolderStore store,
        string name
    )
    {
        if (
            context.Request.Headers["getCaptionInfo.sec"] != "1"
            || MediaClasses.Of(name, null) != MediaClass.Video
        )
            return;
        var subtitles = TitleOf(name) + ".srt";
        var found = await store.FindAsync(
            new DavPath([subtitles]),
            DavFacts.None,
            context.RequestAborted
        );
        if (found.IsSuccess)
            context.Response.Headers["CaptionInfo.sec"] =
                AddressOf(context.Request, context.Request.Path.Value!.Split('/')[2])
                + "/"
                + Uri.EscapeDataString(subtitles);
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

    /// <summary>One folder of the tree, and of it what TV sets show.</summary>
    private sealed class FolderStore(
        IDavStore tree,
        IReadOnlyList<string> folder,
        Func<Refusal, DavProblem> tell
    ) : DelegatingDavStore(tree)
    {
        public override async ValueTask<DavResult<DavResource>> FindAsync(
            DavPath path,
            DavFacts facts,
            CancellationToken cancellationToken
        )
        {
            if (PlaceOf(path) is not { } place)
                return tell(new(RefusalRule.NotFound));
            var found = await base.FindAsync(place, facts, cancellationToken);
            return found.IsSuccess && !IsShown(found.Value)
                ? tell(new(RefusalRule.NotFound))
                : found;
        }

        public override async ValueTask<DavResult<DavReadable>> OpenAsync(
            DavPath path,
            CancellationToken cancellationToken
        )
        {
            if (PlaceOf(path) is not { } place)
                return tell(new(RefusalRule.NotFound));
            var opened = await base.OpenAsync(place, cancellationToken);
            if (!opened.IsSuccess || IsShown(opened.Value.Resource))
                return opened;
            if (opened.Value.Content is { } content)
                await content.DisposeAsync();
            return tell(new(RefusalRule.NotFound));
        }

        private DavPath? PlaceOf(DavPath path) =>
            path.Segments.Length == 1 ? new([.. folder, path.Name]) : null;

        private static bool IsShown(DavResource resource) =>
            !resource.IsCollection && TvLibrary.Shows(resource.Name, resource.MediaType);
    }
}
