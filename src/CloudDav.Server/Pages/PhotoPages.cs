using System.Globalization;
using System.Text;
using CloudDav.Server.Api;
using CloudDav.Server.Previews;
using CloudDav.Server.Refusals;
using CloudDav.Server.Television;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// Pictures and videos in a browser: by when they were taken, those of a folder, and one of them with the ones beside it. Everything is links; the module adds keys, fingers, and the previews that
/// come a moment later.
/// </summary>
internal static class PhotoPages
{
    /// <summary>Where the timeline is.</summary>
    public const string Root = "/photos";

    private const string View = Root + "/view";
    private const string Folder = Root + "/folder";
    private const string Original = Root + "/original";

    // So many are on one page.
    private const int PageItems = 96;

    private const string From = "from";
    private const string Month = "month";
    private const string Page = "page";
    private const string Beside = "folder";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, Root, ShowTimelineAsync);
        Map(routes, Folder + "/{**path}", ShowFolderAsync);
        Map(routes, View + "/{**path}", ShowItemAsync);
        routes.MapMethods(
            PreviewAnswer.Root + "/{size:int}/{**path}",
            ["GET", "HEAD"],
            AnswerPreviewAsync
        );
        routes.MapMethods(Original + "/{**path}", ["GET", "HEAD"], AnswerOriginalAsync);
    }

    /// <summary>The address of a folder as pictures.</summary>
    public static string AddressOfFolder(IEnumerable<string> path) => Folder + Tail(path);

    /// <summary>The way from a folder to its pictures, when it has any.</summary>
    public static Html LinkTo(Visit visit, string[] path, IEnumerable<NodeRow> members) =>
        members.Any(node => MediaClasses.Of(node) is MediaClass.Image or MediaClass.Video)
            ? Html.Of(
                $"""<p><a href="{AddressOfFolder(path)}">{PhotoWords.In(visit.Language).InFolder}</a></p>"""
            )
            : Html.None;

    private static void Map(
        IEndpointRouteBuilder routes,
        string pattern,
        Func<HttpContext, Visit, VaultTree, string[], Task> show
    ) =>
        routes.MapMethods(
            pattern,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    context.Request.Path.Value!.StartsWith(Root, StringComparison.Ordinal)
                        ? context.Request.Path.ToUriComponent()
                        : Root,
                    (visit, session) => show(context, visit, visit.TreeOf(session), PathOf(context))
                )
        );

    private static async Task ShowTimelineAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var (words, zone) = (PhotoWords.In(visit.Language), visit.Reader.Zone);
        var month = MonthOf(context);
        var before = month is { } chosen
            ? (VaultSession.BeginOf(chosen.AddMonths(1), zone), 0)
            : PlaceOf(context.Request.Query[From]);
        var found = await MediaTimeline.ListAsync(tree, before, PageItems, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var months = await tree.Own.ListTakenMonthsAsync(zone, visit.Stop);
        var items = found.Value.Items;
        var newer =
            before is not null && await BackAsync(visit, tree, items) is { Items: [_, ..] } back
                ? QueryOf(back.Before)
                : null;
        await visit.ShowAsync(
            visit.Words.Photos,
            Html.Of(
                $"""
                {Assets.Style("photos.css")}
                {Months(visit, words, months.IsSuccess ? months.Value : [], month)}
                {(
                    items.Count == 0
                        ? Html.Of($"""<p class="quiet">{(before is null ? words.Empty : words.NothingThen)}</p>""")
                        : Html.Each(
                            items.GroupBy(item => MonthOf(item, visit.Reader)),
                            group =>
                                Html.Of(
                                    $"""
                                    <section aria-labelledby="m{TextOf(group.Key)}">
                                    <h2 id="m{TextOf(group.Key)}">{visit.Reader.MonthOf(group.Key)}</h2>
                                    <ul class="photos">
                                    {Html.Each(group, item => Tile(visit, words, item, QueryOf(before)))}
                                    </ul>
                                    </section>
                                    """
                                )
                        )
                )}
                {(
                    found.Value.IsComplete
                        ? Html.None
                        : Html.Of($"""<p class="quiet" role="status">{words.NotAll}</p>""")
                )}
                <nav aria-label="{visit.Words.Pages}" class="pages">
                {(
                    before is null
                        ? Html.None
                        : Html.Of($"""<a href="{Root}">{words.Latest}</a>""")
                )}
                {(
                    newer is null
                        ? Html.None
                        : Html.Of($"""<a href="{Root}{newer}" rel="prev">{words.Newer}</a>""")
                )}
                {(
                    items.Count < PageItems
                        ? Html.None
                        : Html.Of(
                            $"""<a href="{Root}{QueryOf(items[^1].Place)}" rel="next">{words.Older}</a>"""
                        )
                )}
                </nav>
                {Assets.Script("photos.js")}
                """
            ),
            Root
        );
    }

    private static async Task ShowFolderAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var words = PhotoWords.In(visit.Language);
        var found = await MediaTimeline.ListFolderAsync(tree, path, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var page = FilePages.PageOf(context);
        var pages = (found.Value.Count + PageItems - 1) / PageItems;
        var address = AddressOfFolder(path);
        await visit.ShowAsync(
            path.Length == 0 ? visit.Words.Photos : path[^1],
            Html.Of(
                $"""
                {Assets.Style("photos.css")}
                <p><a href="{FilePages.AddressOf(path)}">{words.OpenFolder}</a></p>
                {(
                    found.Value.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.EmptyFolder}</p>""")
                        : Html.Of(
                            $"""
                            <ul class="photos">
                            {Html.Each(
                                found.Value.Skip((int)(page - 1) * PageItems).Take(PageItems),
                                item => Tile(visit, words, item, "?" + Beside)
                            )}
                            </ul>
                            """
                        )
                )}
                {(
                    pages < 2
                        ? Html.None
                        : Html.Of(
                            $"""
                            <nav aria-label="{visit.Words.Pages}" class="pages">
                            {(page > 1 ? Html.Of($"""<a href="{address}?{Page}={page - 1}" rel="prev">{visit.Words.Previous}</a>""") : Html.None)}
                            <span>{visit.Words.PageOf(page, pages)}</span>
                            {(page < pages ? Html.Of($"""<a href="{address}?{Page}={page + 1}" rel="next">{visit.Words.Next}</a>""") : Html.None)}
                            </nav>
                            """
                        )
                )}
                {Assets.Script("photos.js")}
                """
            ),
            Root
        );
    }

    private static async Task ShowItemAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var (words, reader) = (PhotoWords.In(visit.Language), visit.Reader);
        var found = await tree.OpenPreviewAsync(path, PreviewDesk.Sizes[^1], visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var opened = found.Value;
        if (opened.Content is { } content)
            await content.DisposeAsync();
        if (
            MediaClasses.Of(opened.Node) is not (MediaClass.Image or MediaClass.Video)
            || opened.Node.Kind != NodeKind.File
        )
        {
            visit.GoTo(FilePages.AddressOf(path) + "?about");
            return;
        }
        var isInFolder = context.Request.Query.ContainsKey(Beside);
        var (previous, next) = isInFolder
            ? await NeighboursInFolderAsync(visit, tree, path)
            : await NeighboursAsync(context, visit, tree, path);
        var back = isInFolder ? AddressOfFolder(path[..^1]) : Root + FromOf(context);
        var (node, facts) = (opened.Node, opened.Media);
        var file = FilePages.AddressOf(path);
        await visit.ShowAsync(
            path[^1],
            Html.Of(
                $"""
                {Assets.Style("photos.css")}
                <figure class="viewer" data-viewer>{Shown(words, opened, path, reader)}</figure>
                <nav aria-label="{words.Browse}" class="pages">
                {Step(previous, "prev", words.Previous)}
                <a href="{back}" data-close>{words.Close}</a>
                {Step(next, "next", words.Next)}
                </nav>
                <dl class="row">
                <div><dt>{(facts is { IsDated: true } ? words.Taken : words.Changed)}</dt><dd>{reader.By(facts?.TakenOffset).MomentOf(TimeOf(facts?.TakenMs ?? node.ModifiedMs))}</dd></div>
                {(
                    facts is { Width: { } width, Height: { } height }
                        ? Html.Of($"<div><dt>{words.Pixels}</dt><dd>{reader.NumberOf(width)} × {reader.NumberOf(height)}</dd></div>")
                        : Html.None
                )}
                {(
                    facts?.DurationMs is { } length
                        ? Html.Of($"<div><dt>{words.Duration}</dt><dd>{LengthOf(length)}</dd></div>")
                        : Html.None
                )}
                <div><dt>{visit.Words.Size}</dt><dd>{reader.SizeOf(node.Size)}</dd></div>
                </dl>
                <p class="buttons">
                <a class="button" href="{file}?content">{visit.Words.Download}</a>
                {(
                    InlineTypeOf(node) is not null && facts?.Kind != MediaClass.Video
                        ? Html.Of($"""<a class="button" href="{Original}{Tail(path)}">{words.Original}</a>""")
                        : Html.None
                )}
                <a class="button" href="{file}?about">{words.About}</a>
                <a class="button" href="{AddressOfFolder(path[..^1])}">{words.InFolder}</a>
                </p>
                {Assets.Script("photos.js")}
                """
            ),
            Root
        );
    }

    private static Html Shown(
        PhotoWords words,
        OpenedPreview opened,
        string[] path,
        Refusals.Reader reader
    )
    {
        var day = reader
            .By(opened.Media?.TakenOffset)
            .DayOf(TimeOf(opened.Media?.TakenMs ?? opened.Node.ModifiedMs));
        var preview = PreviewAddress(path, PreviewDesk.Sizes[^1], opened.Node);
        if (
            MediaClasses.Of(opened.Node) == MediaClass.Video
            && InlineTypeOf(opened.Node) is not null
        )
            return opened.Media is { HasPreviews: true }
                ? Html.Of(
                    $"""<video controls preload="metadata" src="{Original}{Tail(path)}" poster="{preview}"></video>"""
                )
                : Html.Of(
                    $"""<video controls preload="metadata" src="{Original}{Tail(path)}"></video>"""
                );
        if (opened.Media is { HasPreviews: false, Looked: > 0 })
            return Html.Of($"""<p class="quiet">{words.NoPreview}</p>""");
        var alt =
            MediaClasses.Of(opened.Node) == MediaClass.Video
                ? words.Video(path[^1], day)
                : words.Picture(path[^1], day);
        return Html.Of(
            $"""<img src="{preview}" srcset="{PreviewAddress(path, PreviewDesk.Sizes[1], opened.Node)} 1280w, {preview} 1920w" sizes="100vw" alt="{alt}">"""
        );
    }

    private static Html Step(Neighbour? beside, string relation, string name) =>
        beside is null
            ? Html.None
            : Html.Of(
                $"""<a href="{View}{Tail(beside.Item.Path)}{beside.Query}" rel="{relation}" data-preview="{PreviewAddress(beside.Item.Path, PreviewDesk.Sizes[^1], beside.Item.Node)}">{name}</a>"""
            );

    // Those beside it on the page of the timeline that it was opened from; before the first one the last of the page before, and behind the last one the first of the page behind.
    private static async ValueTask<(Neighbour? Previous, Neighbour? Next)> NeighboursAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var before = PlaceOf(context.Request.Query[From]);
        var found = await MediaTimeline.ListAsync(tree, before, PageItems, visit.Stop);
        if (found.Refusal is not null)
            return default;
        var items = found.Value.Items;
        var at = IndexOf(items, path);
        if (at < 0)
            return default;
        var from = FromOf(context);
        var previous =
            at > 0 ? new Neighbour(items[at - 1], from)
            : before is not null
            && await BackAsync(visit, tree, items) is { Items: [.., var last] } back
                ? new Neighbour(last, QueryOf(back.Before))
            : null;
        if (at < items.Count - 1)
            return (previous, new(items[at + 1], from));
        if (items.Count < PageItems)
            return (previous, null);
        var place = items[^1].Place;
        var behind = await MediaTimeline.ListAsync(tree, place, 1, visit.Stop);
        return (
            previous,
            behind is { IsSuccess: true, Value.Items: [var first] }
                ? new(first, QueryOf(place))
                : null
        );
    }

    // The page before one; null when there is nothing to come before.
    private static async ValueTask<TakenItems?> BackAsync(
        Visit visit,
        VaultTree tree,
        IReadOnlyList<TakenItem> items
    ) =>
        items.Count > 0
        && await MediaTimeline.ListBackAsync(tree, items[0].Place, PageItems, visit.Stop)
            is { IsSuccess: true } found
            ? found.Value
            : null;

    private static async ValueTask<(Neighbour? Previous, Neighbour? Next)> NeighboursInFolderAsync(
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var found = await MediaTimeline.ListFolderAsync(tree, path[..^1], visit.Stop);
        if (found.Refusal is not null)
            return default;
        var at = IndexOf(found.Value, path);
        Neighbour? At(int index) =>
            at >= 0 && index >= 0 && index < found.Value.Count
                ? new(found.Value[index], "?" + Beside)
                : null;
        return (At(at - 1), At(at + 1));
    }

    private static int IndexOf(IReadOnlyList<TakenItem> items, string[] path)
    {
        for (var i = 0; i < items.Count; i++)
            if (items[i].Path.SequenceEqual(path, StringComparer.Ordinal))
                return i;
        return -1;
    }

    private static Html Tile(Visit visit, PhotoWords words, TakenItem item, string query)
    {
        var isVideo = item.Facts.Kind == MediaClass.Video;
        var day = visit.Reader.By(item.Facts.TakenOffset).DayOf(TimeOf(item.Facts.TakenMs));
        var name = item.Path[^1];
        var alt = isVideo ? words.Video(name, day) : words.Picture(name, day);
        return Html.Of(
            $"""
            <li><a href="{View}{Tail(item.Path)}{query}"><img src="{PreviewAddress(item.Path, PreviewDesk.Sizes[0], item.Node)}" alt="{alt}" loading="lazy" width="320" height="320">{(
                isVideo
                    ? Html.Of($"""<span class="length" aria-hidden="true">▶ {(item.Facts.DurationMs is { } length ? LengthOf(length) : "")}</span>""")
                    : Html.None
            )}</a></li>
            """
        );
    }

    private static Html Months(
        Visit visit,
        PhotoWords words,
        IReadOnlyList<DateOnly> months,
        DateOnly? chosen
    ) =>
        months.Count < 2
            ? Html.None
            : Html.Of(
                $"""
                <form method="get" action="{Root}" class="jump">
                <label for="{Month}">{words.Month}</label>
                <select id="{Month}" name="{Month}">
                {Html.Each(
                    months.GroupBy(month => month.Year),
                    year =>
                        Html.Of(
                            $"""
                            <optgroup label="{year.Key.ToString(CultureInfo.InvariantCulture)}">
                            {Html.Each(
                                year,
                                month =>
                                    Html.Of(
                                        $"""<option value="{TextOf(month)}"{(month == chosen ? Html.Of($" selected") : Html.None)}>{visit.Reader.MonthOf(month)}</option>"""
                                    )
                            )}
                            </optgroup>
                            """
                        )
                )}
                </select>
                <button class="second">{words.Show}</button>
                </form>
                """
            );

    private static async Task AnswerPreviewAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
        {
            await visit.ShowAsync(new Refusal(RefusalRule.SignedOut));
            return;
        }
        await PreviewAnswer.AnswerAsync(
            context,
            int.Parse((string)context.Request.RouteValues["size"]!, CultureInfo.InvariantCulture),
            size => visit.TreeOf(session).OpenPreviewAsync(PathOf(context), size, visit.Stop),
            refusal => visit.ShowAsync(refusal)
        );
    }

    // What browsers show by themselves, sealed off as every content is; everything else is for saving.
    private static async Task AnswerOriginalAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
        {
            await visit.ShowAsync(new Refusal(RefusalRule.SignedOut));
            return;
        }
        var opened = await visit.TreeOf(session).OpenAsync(PathOf(context), visit.Stop);
        await Download.AnswerAsync(
            context,
            opened,
            refusal => visit.ShowAsync(refusal),
            InlineTypeOf
        );
    }

    private static string? InlineTypeOf(NodeRow node)
    {
        var type = TvFeed.ContentTypeOf(node.Name, node.MediaType);
        return type
                is "image/jpeg"
                    or "image/png"
                    or "image/gif"
                    or "image/webp"
                    or "image/avif"
                    or "video/mp4"
                    or "video/webm"
                    or "video/ogg"
                    or "video/quicktime"
                ? type
            // Browsers that can play it know it by this one.
            : type == "video/x-m4v" ? "video/mp4"
            : null;
    }

    private static string PreviewAddress(IEnumerable<string> path, int size, NodeRow node) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{PreviewAnswer.Root}/{size}{Tail(path)}?{PreviewAnswer.VersionOf(node.Content)}"
        );

    private static string LengthOf(long milliseconds)
    {
        var length = TimeSpan.FromMilliseconds(milliseconds);
        return length.ToString(
            length.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss",
            CultureInfo.InvariantCulture
        );
    }

    private static string Tail(IEnumerable<string> path) =>
        string.Concat(path.Select(segment => "/" + Uri.EscapeDataString(segment)));

    private static string FromOf(HttpContext context) =>
        QueryOf(PlaceOf(context.Request.Query[From]));

    private static string QueryOf((long TakenMs, long Id)? before) =>
        before is { } place ? $"?{From}={TextOf(place)}" : "";

    /// <summary>A place in the order of when things were taken, as addresses have it.</summary>
    public static string TextOf((long TakenMs, long Id) place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.TakenMs}_{place.Id}");

    private static string TextOf(DateOnly month) =>
        month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>The place that an address has; null for none.</summary>
    public static (long TakenMs, long Id)? PlaceOf(string? text) =>
        text?.Split('_') is [var taken, var id]
        && long.TryParse(
            taken,
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var takenMs
        )
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var node)
            ? (takenMs, node)
            : null;

    private static DateOnly? MonthOf(HttpContext context) =>
        DateOnly.TryParseExact(
            context.Request.Query[Month] + "-01",
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var month
        ) && month.Year is > 1 and < 9_999
            ? month
            : null;

    // By the clock of the camera where that is known, as everywhere. The months to choose from are the operator's, so that a page of one can begin with the last hours of its neighbour.
    private static DateOnly MonthOf(TakenItem item, Reader reader)
    {
        var day = TimeZoneInfo.ConvertTime(
            TimeOf(item.Facts.TakenMs),
            reader.By(item.Facts.TakenOffset).Zone
        );
        return new DateOnly(day.Year, day.Month, 1);
    }

    private static string[] PathOf(HttpContext context) =>
        [
            .. ((string?)context.Request.RouteValues["path"] ?? "")
                .Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Select(segment => segment.Normalize(NormalizationForm.FormC)),
        ];

    private static DateTimeOffset TimeOf(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>What one goes to from an item.</summary>
    private sealed record Neighbour(TakenItem Item, string Query);
}
