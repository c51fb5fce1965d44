using System.Globalization;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Previews;
using CloudDav.Server.Television;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// The television's own pages, for a set that has a browser and no app: it shows a code until a person has let it in on <see cref="PairingPages"/>, then albums, what is in them, and each picture or video by
/// itself. Arrows, OK and Back are all that is needed. Each page is decided anew, like every request of a set.
/// </summary>
internal static class TvPages
{
    /// <summary>Where they begin.</summary>
    public const string Root = "/tv";

    private const string Timeline = Root + "/timeline";
    private const string Albums = Root + "/albums";
    private const string Pairing = Root + "/pairing";
    private const string Leave = Root + "/leave";
    private const string Slides = "slides";
    private const string Client = "tv-browser";

    // As large as the larger screens are.
    private const int ScreenSize = 1920;

    // As many as fit in a few screens, so that an old set has room for their pictures.
    private const int PageItems = 24;

    private const string From = "from";

    // How long a picture stands in a slideshow, in seconds.
    private const int SlideSeconds = 8;

    // Further than anybody turns the pages.
    private const int MostFrom = 1_000_000;

    // A larger picture is more than an old set has the memory for.
    private const long MostOriginal = 8 * 1024 * 1024;

    // A set that asks a moment later than it may is never told to wait longer.
    private static readonly int s_pollSeconds = (int)TvPairing.FirstPause.TotalSeconds + 1;

    private static readonly (string Mark, string Name)[] s_sets =
    [
        ("Tizen", "Samsung TV"),
        ("Web0S", "LG TV"),
        ("BRAVIA", "Sony TV"),
        ("CrKey", "Chromecast"),
        ("AFT", "Fire TV"),
        ("Philips", "Philips TV"),
        ("Panasonic", "Panasonic TV"),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Root, ["GET", "HEAD"], ShowHomeAsync);
        routes.MapMethods(Timeline, ["GET", "HEAD"], ShowTimelineAsync);
        routes.MapMethods(Timeline + "/{item:long}", ["GET", "HEAD"], ShowTimelineItemAsync);
        routes.MapMethods(Albums + "/{album:long}", ["GET", "HEAD"], ShowAlbumAsync);
        routes.MapMethods(
            Albums + "/{album:long}/{item:long}",
            ["GET", "HEAD"],
            ShowAlbumItemAsync
        );
        routes.MapMethods(Pairing, ["GET"], PollAsync);
        routes.MapMethods(Leave, ["GET", "HEAD"], AskLeaveAsync);
        routes.MapPost(Leave, LeaveAsync);
    }

    // ---- Letting the set in

    private static async Task ShowCodeAsync(HttpContext context, TvScreen screen)
    {
        var words = screen.Words;
        if (screen.Waits is not { } waits)
        {
            var agent = context.Request.Headers.UserAgent.ToString();
            var begun = await Desk(screen)
                .BeginAsync(
                    Client,
                    Array
                        .Find(
                            s_sets,
                            set => agent.Contains(set.Mark, StringComparison.OrdinalIgnoreCase)
                        )
                        .Name
                        ?? "TV",
                    SignIn.AddressOf(context.Connection.RemoteIpAddress),
                    SignIn.ShownAddressOf(context.Connection.RemoteIpAddress),
                    screen.Stop
                );
            if (begun.Refusal is { } refusal)
            {
                await screen.ShowAsync(refusal, Again(screen));
                return;
            }
            waits = (begun.Value.Device.Reveal(), begun.Value.User.Reveal());
            screen.WaitFor(waits.Device, waits.User);
        }
        var address = $"{context.Request.Host}{PairingPages.Path}";
        await screen.ShowAsync(
            words.Connect,
            Html.Of(
                $"""
                <div class="pairing" data-poll="{Pairing}" data-seconds="{s_pollSeconds}">
                {QrCode.Of($"{context.Request.Scheme}://{address}/{waits.User}", words.Scan)}
                <div class="beside">
                <p class="text">{words.Scan}</p>
                <p class="text">{words.OrType(address)}</p>
                <p class="code">{waits.User}</p>
                <p class="text">{words.Waiting}</p>
                </div>
                </div>
                """
            ),
            head: Html.Of(
                $"""<noscript><meta http-equiv="refresh" content="{2 * s_pollSeconds}; url={Pairing}"></noscript>"""
            )
        );
    }

    // Asked by the page's script, which goes on when there is an answer, or by the set itself, which is led back.
    private static async Task PollAsync(HttpContext context)
    {
        var screen = new TvScreen(context);
        var isScript = context.Request.Headers["X-Requested-With"] == "tv.js";
        if (screen.Waits is not { } waits)
        {
            screen.GoTo(Root);
            return;
        }
        var polled = await Desk(screen)
            .PollAsync(
                Client,
                waits.Device,
                SignIn.AddressOf(context.Connection.RemoteIpAddress),
                screen.Stop
            );
        switch (polled)
        {
            case { Refusal: { } refusal }:
                await screen.ShowAsync(refusal, Again(screen));
                break;
            case { Value.Outcome: TvPollOutcome.Pending or TvPollOutcome.TooFast } when isScript:
                screen.Wait(
                    polled.Value.Outcome == TvPollOutcome.TooFast
                        ? 2 * s_pollSeconds
                        : s_pollSeconds
                );
                break;
            case { Value.Outcome: TvPollOutcome.Pending or TvPollOutcome.TooFast }:
                screen.GoTo(Root);
                break;
            case { Value: { Outcome: TvPollOutcome.Granted, Token: { } token } }:
                screen.WaitNoMore();
                screen.Keep(token.Reveal());
                screen.GoTo(Root);
                break;
            case { Value.Outcome: TvPollOutcome.Denied } when isScript:
                // The set comes by itself to read why.
                context.Response.StatusCode = StatusCodes.Status200OK;
                break;
            case { Value.Outcome: TvPollOutcome.Denied }:
                screen.WaitNoMore();
                if (polled.Value.Why is { } why)
                    await screen.ShowAsync(why, Again(screen));
                else
                    await screen.ShowAsync(screen.Words.Refused, Again(screen));
                break;
            default:
                // Over: the set shows another code.
                screen.WaitNoMore();
                screen.GoTo(Root);
                break;
        }
    }

    private static async Task AskLeaveAsync(HttpContext context)
    {
        var screen = new TvScreen(context);
        if (screen.Token is not { } token)
        {
            screen.GoTo(Root);
            return;
        }
        await screen.ShowAsync(
            screen.Words.Leave,
            Html.Of(
                $"""
                <p class="text">{screen.Words.LeaveText}</p>
                {screen.FormTo(Leave, token)}
                <button class="button">{screen.Words.Leave}</button>
                </form>
                <p><a class="button" href="{Root}" rel="up" data-first>{screen.Words.Back}</a></p>
                """
            )
        );
    }

    private static async Task LeaveAsync(HttpContext context)
    {
        var screen = new TvScreen(context);
        if (
            screen.Token is { } token
            && await screen.IsOfOursAsync(token)
            && await Desk(screen).SignInAsync(token, screen.Stop)
                is { IsSuccess: true, Value: { Device: { } device } actor }
        )
        {
            var revoked = await screen
                .Get<CustomerDesk>()
                .RevokeDeviceAsync(actor, device, screen.Stop);
            if (revoked.Refusal is { } refusal)
            {
                await screen.ShowAsync(refusal, Again(screen));
                return;
            }
            screen.Keep(null);
        }
        screen.GoTo(Root);
    }

    // ---- What it shows

    // Who has no token is shown a code; whose contract does not have the TV is told so.
    private static async Task OpenAsync(
        HttpContext context,
        Func<TvScreen, TvLibrary, ValueTask<Refusal?>> show
    )
    {
        var screen = new TvScreen(context);
        if (screen.Token is not { } token)
        {
            await ShowCodeAsync(context, screen);
            return;
        }
        var found = await Desk(screen).SignInAsync(token, screen.Stop);
        var opened = found.Refusal is { } unknown
            ? unknown
            : await TvLibrary.OpenAsync(screen.Get<VaultParts>().Vaults, found.Value, screen.Stop);
        switch (opened.Refusal)
        {
            case { Rule: RefusalRule.SignedOut }:
                // Revoked, or everything signed out: it can be connected again.
                screen.Keep(null);
                await ShowCodeAsync(context, screen);
                break;
            case { } refusal:
                await screen.ShowAsync(refusal, Again(screen));
                break;
            default:
                if (await show(screen, opened.Value) is { } refused)
                    await screen.ShowAsync(refused, Again(screen));
                break;
        }
    }

    private static Task ShowHomeAsync(HttpContext context) =>
        OpenAsync(
            context,
            async (screen, library) =>
            {
                var words = screen.Words;
                var from = (int)Math.Min(FilePages.NumberOf(context, From) ?? 0, MostFrom);
                var found = await library.ListAlbumsAsync(screen.Stop);
                if (found.Refusal is { } refusal)
                    return refusal;
                var (albums, isComplete) = found.Value;
                var shown = albums.Skip(from).Take(PageItems).ToList();
                var offered = await OfferAsync(screen, library, shown.Select(album => album.Id));
                if (offered.Refusal is { } refused)
                    return refused;
                await screen.ShowAsync(
                    screen.Get<Brand>().ServiceName,
                    Html.Of(
                        $"""
                        {(
                            library.Decision.ClosesAt is { } end
                                ? Html.Of($"""<p class="text">{words.ClosesAt(screen.Reader.DayOf(end))}</p>""")
                                : Html.None
                        )}
                        {(
                            albums.Count == 0
                                ? Html.Of($"""<p class="text">{words.Empty}</p>""")
                                : Html.Of(
                                    $"""
                                    <p><a class="button" href="{Timeline}" data-first>{words.Everything}</a></p>
                                    <h2>{words.Albums}</h2>
                                    <div class="tiles">
                                    {Html.Each(shown, album => Tile(words, album, offered.Value[album.Id]))}
                                    </div>
                                    """
                                )
                        )}
                        <p class="ways">
                        {(
                            from > 0
                                ? Way(Root, words.Newer)
                                : Html.None
                        )}
                        {(
                            albums.Count > from + PageItems
                                ? Way(Root + "?from=" + Number(from + PageItems), words.More)
                                : Html.None
                        )}
                        {Way(Leave, words.Leave)}
                        </p>
                        {(isComplete ? Html.None : Html.Of($"""<p class="text">{words.NotAll}</p>"""))}
                        """
                    )
                );
                return null;
            }
        );

    private static Task ShowTimelineAsync(HttpContext context) =>
        OpenAsync(
            context,
            async (screen, library) =>
            {
                var page = await TimelineAsync(
                    screen,
                    library,
                    PhotoPages.PlaceOf(context.Request.Query[From])
                );
                return page.Refusal
                    ?? await ShowItemsAsync(screen, library, screen.Words.Everything, page.Value);
            }
        );

    private static Task ShowTimelineItemAsync(HttpContext context) =>
        OpenAsync(
            context,
            async (screen, library) =>
            {
                var page = await TimelineAsync(
                    screen,
                    library,
                    PhotoPages.PlaceOf(context.Request.Query[From])
                );
                return page.Refusal
                    ?? await ShowItemAsync(
                        context,
                        screen,
                        library,
                        page.Value,
                        page.Value.Query.Length == 0
                            ? null
                            : async () =>
                                TimelineOf(
                                    await library.ListTimelineBackAsync(
                                        PlaceOf(page.Value.Items[0]),
                                        PageItems,
                                        screen.Stop
                                    )
                                ),
                        page.Value.NextQuery is null
                            ? null
                            : async () =>
                                await TimelineAsync(screen, library, PlaceOf(page.Value.Items[^1]))
                    );
            }
        );

    private static Task ShowAlbumAsync(HttpContext context) =>
        OpenAsync(
            context,
            async (screen, library) =>
            {
                var album = await AlbumAsync(context, screen, library);
                return album.Refusal
                    ?? await ShowItemsAsync(
                        screen,
                        library,
                        album.Value.Title,
                        album.Value.Page.Cut(FilePages.NumberOf(context, From) ?? 0)
                    );
            }
        );

    private static Task ShowAlbumItemAsync(HttpContext context) =>
        OpenAsync(
            context,
            async (screen, library) =>
            {
                var album = await AlbumAsync(context, screen, library);
                return album.Refusal
                    ?? await ShowItemAsync(
                        context,
                        screen,
                        library,
                        album.Value.Page,
                        less: null,
                        more: null
                    );
            }
        );

    private static async ValueTask<VaultResult<Sequence>> TimelineAsync(
        TvScreen screen,
        TvLibrary library,
        (long TakenMs, long Id)? before
    ) => TimelineOf(await library.ListTimelineAsync(before, PageItems, screen.Stop));

    private static VaultResult<Sequence> TimelineOf(VaultResult<TvTimeline> found)
    {
        if (found.Refusal is { } refusal)
            return refusal;
        var items = found.Value.Items;
        var query = found.Value.Before is { } before ? QueryOf(before) : "";
        return new Sequence(items, Timeline)
        {
            ItemQuery = query,
            Query = query,
            NextQuery = items.Count == PageItems ? QueryOf(PlaceOf(items[^1])) : null,
            IsComplete = found.Value.IsComplete,
        };
    }

    private static string QueryOf((long TakenMs, long Id) place) =>
        $"?{From}={PhotoPages.TextOf(place)}";

    private static (long TakenMs, long Id) PlaceOf(TvItem item) => (item.TakenMs, item.Id.Value);

    private static async ValueTask<VaultResult<(string Title, Sequence Page)>> AlbumAsync(
        HttpContext context,
        TvScreen screen,
        TvLibrary library
    )
    {
        var album = long.Parse(
            (string)context.Request.RouteValues["album"]!,
            CultureInfo.InvariantCulture
        );
        var found = await library.ListAsync(new NodeId(album), screen.Stop);
        if (found.Refusal is { } refusal)
            return refusal;
        var path = found.Value.Path;
        return (
            path.Count > 0 ? path[^1] : screen.Words.Top,
            new Sequence(
                [.. found.Value.Items.Where(item => item.Kind != MediaClass.Audio)],
                $"{Albums}/{Number(album)}"
            )
        );
    }

    private static async ValueTask<Refusal?> ShowItemsAsync(
        TvScreen screen,
        TvLibrary library,
        string title,
        Sequence page
    )
    {
        var words = screen.Words;
        var offered = await OfferAsync(screen, library, page.Items.Select(item => item.Folder));
        if (offered.Refusal is { } refusal)
            return refusal;
        await screen.ShowAsync(
            title,
            Html.Of(
                $"""
                {(
                    page.Items.Count == 0
                        ? Html.Of($"""<p class="text">{words.Empty}</p>""")
                        : Html.Of(
                            $"""
                            <p class="ways">{Way(AsSlides(page.AddressOf(page.Items[0])), words.Slideshow)}{Up(Root, words.Back)}</p>
                            <div class="tiles">
                            {Html.Each(page.Items, item => Tile(page, item, offered.Value[item.Folder]))}
                            </div>
                            """
                        )
                )}
                <p class="ways">
                {(page.Query.Length > 0 ? Way(page.Root, words.Newer) : Html.None)}
                {(page.NextQuery is { } next ? Way(page.Root + next, words.More) : Html.None)}
                {(page.Items.Count == 0 ? Up(Root, words.Back) : Html.None)}
                </p>
                {(page.IsComplete ? Html.None : Html.Of($"""<p class="text">{words.NotAll}</p>"""))}
                """
            )
        );
        return null;
    }

    private static async ValueTask<Refusal?> ShowItemAsync(
        HttpContext context,
        TvScreen screen,
        TvLibrary library,
        Sequence page,
        Func<ValueTask<VaultResult<Sequence>>>? less,
        Func<ValueTask<VaultResult<Sequence>>>? more
    )
    {
        var words = screen.Words;
        var id = long.Parse(
            (string)context.Request.RouteValues["item"]!,
            CultureInfo.InvariantCulture
        );
        var at = page.Items.ToList().FindIndex(item => item.Id.Value == id);
        if (at < 0)
        {
            // Gone since the page was shown.
            screen.GoTo(page.Root + page.Query);
            return null;
        }
        var item = page.Items[at];
        var offered = await OfferAsync(screen, library, [item.Folder]);
        if (offered.Refusal is { } refusal)
            return refusal;
        var isShow = context.Request.Query.ContainsKey(Slides);
        string? With(string? address) =>
            isShow && address is not null ? AsSlides(address) : address;
        // The last of the page before comes before the first of this one.
        var previous = With(
            at > 0 ? page.AddressOf(page.Items[at - 1])
            : less is not null
            && await less() is { IsSuccess: true, Value: { Items: [.., var last] } before }
                ? before.AddressOf(last)
            : null
        );
        // And the first of the page behind follows its last.
        var next = With(
            at + 1 < page.Items.Count ? page.AddressOf(page.Items[at + 1])
            : more is not null
            && await more() is { IsSuccess: true, Value: { Items: [var first, ..] } follows }
                ? follows.AddressOf(first)
            : null
        );
        var self = page.AddressOf(item);
        await screen.ShowAsync(
            MediaDoor.TitleOf(item.Name),
            Html.Of(
                $"""
                {Picture(item, offered.Value[item.Folder], words)}
                <p class="bar">
                {(previous is null ? Html.None : Html.Of($"""<a class="button" href="{previous}" rel="prev">‹ {words.Previous}</a>"""))}
                {(next is null ? Html.None : Html.Of($"""<a class="button" href="{next}" rel="next">{words.Next} ›</a>"""))}
                {(
                    isShow
                        ? Way(self, words.Stop)
                        : Way(AsSlides(self), words.Slideshow)
                )}
                {Up(page.PageOf(at), words.Back)}
                <span class="when">{screen.Reader.By(item.Facts?.TakenOffset).DayOf(DateTimeOffset.FromUnixTimeMilliseconds(item.TakenMs))}</span>
                </p>
                """
            ),
            // The script turns the pages, and sees the end of a film.
            head: isShow && next is not null && item.Kind == MediaClass.Image
                ? Html.Of(
                    $"""<noscript><meta http-equiv="refresh" content="{SlideSeconds}; url={next}"></noscript>"""
                )
                : Html.None,
            kind: isShow ? "show slides" : "show"
        );
        return null;
    }

    private static Html Picture(TvItem item, string token, TvWords words)
    {
        var (media, preview) = (MediaOf(token, item.Name), PreviewOf(token, item, ScreenSize));
        if (item.Kind == MediaClass.Video)
            return Html.Of(
                $"""
                <video class="full" src="{media}" poster="{preview}" controls autoplay data-first>
                {Html.Each(
                    item.Subtitles.Where(MediaFolder.IsCaption),
                    name =>
                        Html.Of(
                            $"""<track kind="subtitles" src="{MediaOf(
                                token,
                                MediaFolder.CaptionOf(name)
                            )}" label="{name}">"""
                        )
                )}
                </video>
                """
            );
        // What nobody has looked into yet may have a preview later, for which the script asks again.
        var shown =
            item.Facts is { HasPreviews: true } ? preview
            : IsForSets(item) ? media
            : item.Content is not null && item.Facts is not { Looked: > 0 } ? preview
            : null;
        return shown is null
            ? Html.Of(
                $"""<p class="full text" data-seconds="{SlideSeconds}" data-first>{words.NotShown}</p>"""
            )
            : Html.Of(
                $"""<img class="full" src="{shown}" alt="{item.Name}" data-seconds="{SlideSeconds}" data-first>"""
            );
    }

    // What every set can show by itself, and has the memory for.
    private static bool IsForSets(TvItem item) =>
        item.Size is > 0 and <= MostOriginal
        && TvFeed.ContentTypeOf(item.Name, item.MediaType)
            is "image/jpeg"
                or "image/png"
                or "image/gif";

    private static Html Tile(TvWords words, TvAlbum album, string token) =>
        Html.Of(
            $"""
            <a class="tile" href="{Albums}/{album.Id.Value}"><span class="picture album">{(
                album.Cover is { } cover ? Small(token, cover) : Html.None
            )}</span><span class="name">{(
                album.Path.Count > 0 ? album.Path[^1] : words.Top
            )}</span><span class="more">{words.Items(album.Items)}{(
                album.IsReceived ? Html.Of($" · {words.Received}") : Html.None
            )}</span></a>
            """
        );

    private static Html Tile(Sequence page, TvItem item, string token) =>
        Html.Of(
            $"""
            <a class="tile" href="{page.AddressOf(item)}"><span class="picture {(
                item.Kind == MediaClass.Video ? "video" : "image"
            )}">{Small(token, item)}</span><span class="name">{MediaDoor.TitleOf(item.Name)}</span></a>
            """
        );

    private static Html Small(string token, TvItem item) =>
        Html.Of($"""<img src="{PreviewOf(token, item, PreviewDesk.Sizes[0])}" alt="">""");

    private static string MediaOf(string token, string name) =>
        $"{MediaDoor.Prefix}/{token}/{Uri.EscapeDataString(name)}";

    private static string PreviewOf(string token, TvItem item, int size) =>
        $"{MediaDoor.Prefix}/{token}/{Number(size)}/{Uri.EscapeDataString(item.Name)}{MediaFolder.PreviewExtension}?{PreviewAnswer.VersionOf(item.Content)}";

    // The token of each folder, in one transaction.
    private static ValueTask<VaultResult<IReadOnlyDictionary<NodeId, string>>> OfferAsync(
        TvScreen screen,
        TvLibrary library,
        IEnumerable<NodeId> folders
    ) =>
        screen
            .Get<MediaDesk>()
            .OfferAsync(library.Tree.Actor, [.. folders.Distinct()], screen.Stop);

    private static Html Way(string address, string name) =>
        Html.Of($"""<a class="button" href="{address}">{name}</a> """);

    private static Html Up(string address, string name) =>
        Html.Of($"""<a class="button" href="{address}" rel="up">{name}</a> """);

    private static Html Again(TvScreen screen) =>
        Html.Of(
            $"""<p><a class="button" href="{Root}" rel="up" data-first>{screen.Words.Again}</a></p>"""
        );

    private static string AsSlides(string address) =>
        address + (address.Contains('?', StringComparison.Ordinal) ? "&" : "?") + Slides;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static TvDesk Desk(TvScreen screen) => screen.Get<TvDesk>();

    /// <summary>Some items in their order, and where that order goes on.</summary>
    /// <param name="Items">The items.</param>
    /// <param name="Root">The address of the page that shows them first.</param>
    private sealed record Sequence(IReadOnlyList<TvItem> Items, string Root)
    {
        /// <summary>What the addresses of its items have behind.</summary>
        public string ItemQuery { get; init; } = "";

        /// <summary>What the address of its page has behind; empty for the first.</summary>
        public string Query { get; init; } = "";

        /// <summary>The same of the page after it; null when there is none.</summary>
        public string? NextQuery { get; init; }

        /// <summary>Whether everything was looked through.</summary>
        public bool IsComplete { get; init; } = true;

        /// <summary>Where one of them is shown by itself.</summary>
        public string AddressOf(TvItem item) => $"{Root}/{Number(item.Id.Value)}{ItemQuery}";

        /// <summary>The page on which one of them is.</summary>
        public string PageOf(int at) =>
            Root + (at < PageItems ? Query : FromQuery(at / PageItems * PageItems));

        /// <summary>A page of them.</summary>
        public Sequence Cut(long from)
        {
            var start = (int)Math.Min(from, Items.Count);
            return this with
            {
                Items = [.. Items.Skip(start).Take(PageItems)],
                Query = FromQuery(start),
                NextQuery = start + PageItems < Items.Count ? FromQuery(start + PageItems) : null,
            };
        }

        private static string FromQuery(int start) => start == 0 ? "" : $"?{From}={Number(start)}";
    }
}
