using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using CloudDav.Server.Dav;
using CloudDav.Server.Previews;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Television;

/// <summary>
/// One folder of the tree as players see it: its media and what belongs beside them, and what is made of it. <c>320/film.mkv.jpg</c> is a preview; <c>playlist.m3u</c>, <c>playlist.m3u8</c> and
/// <c>playlist.xspf</c> list what plays; <c>film.srt.vtt</c> are the subtitles as browsers take them. A file that has such a name is that file.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="library">What the set may see.</param>
/// <param name="folder">The folder.</param>
/// <param name="path">Where it is.</param>
/// <param name="address">The address that its names are put behind.</param>
/// <param name="tree">The tree it is in.</param>
/// <param name="tell">How a refusal is told.</param>
internal sealed class MediaFolder(
    HttpContext context,
    TvLibrary library,
    NodeId folder,
    IReadOnlyList<string> path,
    string address,
    VaultDavStore tree,
    Func<Refusal, DavProblem> tell
) : DelegatingDavStore(tree)
{
    /// <summary>The playlist, for players that take M3U.</summary>
    public const string M3u = "playlist.m3u";

    /// <summary>The playlist as XSPF.</summary>
    public const string Xspf = "playlist.xspf";

    /// <summary>What the address of a preview ends with, behind the name of what it shows.</summary>
    public const string PreviewExtension = ".jpg";

    // The same list, for whoever tells by the name that it is UTF-8.
    private const string M3u8 = "playlist.m3u8";

    private const string WebVtt = ".vtt";
    private const string SubRip = ".srt";

    // More than the talk of a day.
    private const int MostCaptions = 2 * 1024 * 1024;

    // The letters of Western Europe, as Windows has them.
    private static readonly Encoding s_western = CodePagesEncodingProvider.Instance.GetEncoding(
        1252
    )!;

    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(3);

    private static readonly XmlWriterSettings s_xml = new()
    {
        Encoding = new UTF8Encoding(false),
        Indent = true,
        NewLineChars = "\n",
        CheckCharacters = false,
    };

    /// <summary>Whether browsers can be given subtitles of this name.</summary>
    public static bool IsCaption(string name) => EndsWith(name, WebVtt) || EndsWith(name, SubRip);

    /// <summary>The name under which browsers are given such subtitles.</summary>
    public static string CaptionOf(string name) => EndsWith(name, WebVtt) ? name : name + WebVtt;

    public override async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath asked,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (asked.Segments.Length == 1)
        {
            var found = await base.FindAsync(new([.. path, asked.Name]), facts, cancellationToken);
            if (IsThere(found.Problem, found.Problem is null ? found.Value : null))
                return found;
        }
        var made = await MakeAsync(asked, cancellationToken);
        if (made.Problem is { } problem)
            return problem;
        await using (made.Value.Content)
            return made.Value.Resource;
    }

    public override async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath asked,
        CancellationToken cancellationToken
    )
    {
        if (asked.Segments.Length == 1)
        {
            var opened = await base.OpenAsync(new([.. path, asked.Name]), cancellationToken);
            if (IsThere(opened.Problem, opened.Problem is null ? opened.Value.Resource : null))
                return opened;
            if (opened.Problem is null && opened.Value.Content is { } other)
                await other.DisposeAsync();
        }
        return await MakeAsync(asked, cancellationToken);
    }

    /// <summary>Says where the subtitles of a video are: Samsung's sets ask it for them.</summary>
    public async ValueTask AddCaptionsAsync(string name)
    {
        if (
            context.Request.Headers["getCaptionInfo.sec"] != "1"
            || MediaClasses.Of(name, null) != MediaClass.Video
        )
            return;
        var subtitles = MediaDoor.TitleOf(name) + SubRip;
        var found = await FindAsync(
            new DavPath([subtitles]),
            DavFacts.None,
            context.RequestAborted
        );
        if (found.IsSuccess)
            context.Response.Headers["CaptionInfo.sec"] = address + Uri.EscapeDataString(subtitles);
    }

    private DavProblem NotFound => tell(new(RefusalRule.NotFound));

    // What is refused for another reason than that it is missing stays refused.
    private static bool IsThere(DavProblem? problem, DavResource? resource) =>
        resource is { IsCollection: false }
            ? TvLibrary.Shows(resource.Name, resource.MediaType)
            : problem is { Status: not 404 };

    private async ValueTask<DavResult<DavReadable>> MakeAsync(
        DavPath asked,
        CancellationToken stop
    ) =>
        asked.Segments switch
        {
            [var size, var shown]
                when int.TryParse(
                    size,
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var pixels
                ) && shown.EndsWith(PreviewExtension, StringComparison.Ordinal) =>
                await OpenPreviewAsync(shown[..^PreviewExtension.Length], pixels, stop),
            [M3u or M3u8 or Xspf] => await ListAsync(asked.Name, stop),
            [var name] when EndsWith(name, SubRip + WebVtt) => await OpenCaptionAsync(
                name[..^WebVtt.Length],
                stop
            ),
            _ => NotFound,
        };

    private async ValueTask<DavResult<DavReadable>> OpenPreviewAsync(
        string name,
        int pixels,
        CancellationToken stop
    )
    {
        var opened = await PreviewAnswer.OpenAsync(
            context,
            pixels,
            size => library.Tree.OpenPreviewAsync([.. path, name], size, stop)
        );
        if (opened.Refusal is { } refusal)
            return tell(refusal);
        if (opened.Value.Content is not { } content)
            return PreviewAnswer.IsPending(opened.Value)
                ? NotFound with
                {
                    RetryAfter = s_askAgain,
                }
                : NotFound;
        return new DavReadable(
            new DavResource
            {
                Name = name + PreviewExtension,
                ETag = PreviewAnswer.TagOf(opened.Value),
                Length = content.Length,
                Modified = DateTimeOffset.FromUnixTimeMilliseconds(opened.Value.Node.ModifiedMs),
                CacheControl = PreviewAnswer.KeptFor(context, opened.Value),
            },
            new VaultDavStore.Content(content)
        );
    }

    // Browsers take WebVTT alone (https://www.w3.org/TR/webvtt1/), which has another mark in its times and is UTF-8.
    private async ValueTask<DavResult<DavReadable>> OpenCaptionAsync(
        string name,
        CancellationToken stop
    )
    {
        var opened = await base.OpenAsync(new([.. path, name]), stop);
        if (opened.Problem is { } problem)
            return problem;
        if (opened.Value.Content is not { Length: <= MostCaptions } content)
        {
            if (opened.Value.Content is { } other)
                await other.DisposeAsync();
            return NotFound;
        }
        using var bytes = new MemoryStream((int)content.Length);
        await using (content)
        {
            var writer = PipeWriter.Create(bytes, new(leaveOpen: true));
            await content.CopyToAsync(writer, 0, content.Length, stop);
            await writer.CompleteAsync();
        }
        return Made(name + WebVtt, Encoding.UTF8.GetBytes(WebVttOf(TextIn(bytes.ToArray()))));
    }

    private static string WebVttOf(string subtitles)
    {
        var text = new StringBuilder("WEBVTT\n\n");
        foreach (var line in subtitles.EnumerateLines())
            text.Append(
                    line.Contains("-->", StringComparison.Ordinal)
                        ? line.ToString().Replace(',', '.')
                        : line
                )
                .Append('\n');
        return text.ToString();
    }

    // Old ones are not in UTF-8.
    private static string TextIn(byte[] bytes)
    {
        try
        {
            using var reader = new StreamReader(
                new MemoryStream(bytes),
                new UTF8Encoding(false, throwOnInvalidBytes: true),
                detectEncodingFromByteOrderMarks: true
            );
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            return s_western.GetString(bytes);
        }
    }

    private async ValueTask<DavResult<DavReadable>> ListAsync(string name, CancellationToken stop)
    {
        var listed = await library.ListAsync(folder, stop);
        if (listed.Refusal is { } refusal)
            return tell(refusal);
        var played = listed.Value.Items.Where(item => item.Kind != MediaClass.Image);
        return name == Xspf
            ? Made(Xspf, XspfOf(played, address))
            // By the type that goes with m3u8, VLC takes a list for a stream in pieces (HLS), and plays nothing.
            : Made(M3u, M3uOf(played, address));
    }

    private DavReadable Made(string name, byte[] body) =>
        new(
            new DavResource
            {
                Name = name,
                ETag = $"\"m{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8))}\"",
                Length = body.Length,
                Modified = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
            },
            new Bytes(body)
        );

    // How long one plays may not be known, which M3U says by -1 and XSPF by leaving it out.
    private static byte[] M3uOf(IEnumerable<TvItem> items, string address)
    {
        var text = new StringBuilder("#EXTM3U\n");
        foreach (var item in items)
            text.Append("#EXTINF:")
                .Append((item.Facts?.DurationMs + 500) / 1000 ?? -1)
                .Append(',')
                .Append(OneLine(MediaDoor.TitleOf(item.Name)))
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
                xml.WriteElementString("title", xspf, OneLine(MediaDoor.TitleOf(item.Name)));
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

    private static bool EndsWith(string name, string extension) =>
        name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private sealed class Bytes(byte[] body) : IDavContent
    {
        public long Length => body.Length;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        ) =>
            await destination.WriteAsync(body.AsMemory((int)offset, (int)count), cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
