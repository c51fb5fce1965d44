using System.Globalization;
using System.Reflection;
using CloudDav.Server.Api;
using CloudDav.Server.Previews;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.OpenApi;

namespace CloudDav.Server.Television;

/// <summary>
/// What TV sets show: albums, what is in them, and a timeline, as JSON in pages. Items come with addresses that players open without a credential (<see cref="MediaDoor"/>). What is not known of an item, or
/// not yet, is null.
/// </summary>
internal static class TvFeed
{
    /// <summary>Where the OpenAPI document is. It says nothing of anybody, so no set has to be paired for it.</summary>
    public const string DocumentPath = TvDoor.Prefix + "/openapi.json";

    private const int DefaultPage = 100;
    private const int MostPage = 200;

    /// <summary>The document.</summary>
    public static TvDocument Document { get; } = new();

    private static readonly MethodInfo s_signature = typeof(TvFeed).GetMethod(
        nameof(Signature),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Add(
            routes,
            "",
            new TvEndpoint
            {
                OperationId = "getHome",
                Summary = "Whose cloud it is",
                Answer = typeof(TvHome),
            },
            (_, library) =>
                new(
                    new TvHome
                    {
                        Account = library.Tree.Actor.Name,
                        ClosesAt = library.Decision.ClosesAt?.ToUniversalTime(),
                    }
                )
        );
        Add(
            routes,
            "/albums",
            new TvEndpoint
            {
                OperationId = "listAlbums",
                Summary =
                    "Folders with media directly in them, received shares among them, the one with the newest first",
                Answer = typeof(TvAlbumList),
            }
                .Takes("from", "How many to leave out at the beginning; `next` of the page before.")
                .Takes("limit", "How many, 1 to 200; 100 when it is not given."),
            ListAlbumsAsync
        );
        Add(
            routes,
            "/albums/{album:long}",
            new TvEndpoint
            {
                OperationId = "getAlbum",
                Summary = "What lies in an album, in the order of names",
                Answer = typeof(TvItemList),
            }
                .Takes("from", "How many to leave out at the beginning; `next` of the page before.")
                .Takes("limit", "How many, 1 to 200; 100 when it is not given.")
                .Refuses(RefusalRule.NotFound),
            ListItemsAsync
        );
        Add(
            routes,
            "/timeline",
            new TvEndpoint
            {
                OperationId = "listTimeline",
                Summary =
                    "Pictures and videos of all albums by when they were taken, the last first",
                Answer = typeof(TvItemList),
            }
                .Takes(
                    "time",
                    "With `id`, where the page before ended: the milliseconds of `nextTime`."
                )
                .Takes("id", "With `time`, where the page before ended: its `next`.")
                .Takes("limit", "How many, 1 to 200; 100 when it is not given."),
            ListTimelineAsync
        );
        routes.MapGet(DocumentPath, Document.AnswerAsync).ExcludeFromDescription();
    }

    private static void Signature() { }

    private static async ValueTask<VaultResult<object>> ListAlbumsAsync(
        HttpContext context,
        TvLibrary library
    )
    {
        if (Page.Of(context) is not { } page)
            return Wrong("limit");
        var found = await library.ListAlbumsAsync(context.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal;
        var (albums, isComplete) = found.Value;
        var shown = page.Cut(albums);
        var addresses = await OfferAsync(context, library, shown.Select(album => album.Id));
        if (addresses.Refusal is { } refused)
            return refused;
        return new TvAlbumList
        {
            Items =
            [
                .. shown.Select(album =>
                {
                    var address = addresses.Value(album.Id);
                    return new TvAlbumBody
                    {
                        Id = album.Id.Value,
                        Title = album.Path.Count > 0 ? album.Path[^1] : "",
                        Path = "/" + string.Join('/', album.Path),
                        IsReceived = album.IsReceived,
                        Items = album.Items,
                        Newest = TimeOf(album.NewestMs),
                        Previews = album.Cover is { } cover ? PreviewsOf(cover, address) : [],
                        M3u = address + MediaFolder.M3u,
                        Xspf = address + MediaFolder.Xspf,
                    };
                }),
            ],
            IsComplete = isComplete,
            Next = page.Next(albums.Count),
        };
    }

    private static async ValueTask<VaultResult<object>> ListItemsAsync(
        HttpContext context,
        TvLibrary library
    )
    {
        if (Page.Of(context) is not { } page)
            return Wrong("limit");
        var album = long.Parse(
            (string)context.Request.RouteValues["album"]!,
            CultureInfo.InvariantCulture
        );
        var found = await library.ListAsync(new NodeId(album), context.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal;
        return await ShowAsync(
            context,
            library,
            page.Cut(found.Value.Items),
            page.Next(found.Value.Items.Count),
            nextTime: null,
            isComplete: true
        );
    }

    private static async ValueTask<VaultResult<object>> ListTimelineAsync(
        HttpContext context,
        TvLibrary library
    )
    {
        if (Page.Of(context) is not { } page)
            return Wrong("limit");
        var (time, id) = (Asked(context, "time"), Asked(context, "id"));
        if (time is null != id is null)
            return Wrong(time is null ? "time" : "id");
        var found = await library.ListTimelineAsync(
            (time, id) is ({ } changed, { } node) ? (changed, node) : null,
            page.Limit,
            context.RequestAborted
        );
        if (found.Refusal is { } refusal)
            return refusal;
        var items = found.Value.Items;
        var last = items.Count == page.Limit ? items[^1] : null;
        return await ShowAsync(
            context,
            library,
            items,
            last?.Id.Value,
            last?.TakenMs,
            found.Value.IsComplete
        );
    }

    private static async ValueTask<VaultResult<object>> ShowAsync(
        HttpContext context,
        TvLibrary library,
        IReadOnlyList<TvItem> items,
        long? next,
        long? nextTime,
        bool isComplete
    )
    {
        var addresses = await OfferAsync(context, library, items.Select(item => item.Folder));
        if (addresses.Refusal is { } refusal)
            return refusal;
        return new TvItemList
        {
            Items =
            [
                .. items.Select(item =>
                {
                    var address = addresses.Value(item.Folder);
                    return new TvItemBody
                    {
                        Id = item.Id.Value,
                        Album = item.Folder.Value,
                        Title = MediaDoor.TitleOf(item.Name),
                        Kind = item.Kind,
                        ContentType = ContentTypeOf(item.Name, item.MediaType),
                        Size = item.Size,
                        Time = TimeOf(item.TakenMs)
                            .ToOffset(TimeSpan.FromMinutes(item.Facts?.TakenOffset ?? 0)),
                        Width = item.Facts?.Width,
                        Height = item.Facts?.Height,
                        Orientation = item.Facts?.Orientation,
                        Duration = item.Facts?.DurationMs / 1000.0,
                        Previews = PreviewsOf(item, address),
                        Address = address + Uri.EscapeDataString(item.Name),
                        Subtitles =
                        [
                            .. item.Subtitles.Select(name => new TvSubtitle
                            {
                                Name = name,
                                ContentType = ContentTypeOf(name, null),
                                Address = address + Uri.EscapeDataString(name),
                            }),
                        ],
                    };
                }),
            ],
            IsComplete = isComplete,
            Next = next,
            NextTime = nextTime,
        };
    }

    // What nobody has looked into yet may have some, and is looked into when it is asked for.
    private static IReadOnlyList<TvPreview> PreviewsOf(TvItem item, string address) =>
        item.Kind == MediaClass.Audio
        || item.Content is null
        || item.Facts is { HasPreviews: false, Looked: > 0 }
            ? []
            :
            [
                .. PreviewDesk.Sizes.Select(size => new TvPreview
                {
                    Size = size,
                    Address = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{address}{size}/{Uri.EscapeDataString(item.Name)}{MediaFolder.PreviewExtension}?{PreviewAnswer.VersionOf(item.Content)}"
                    ),
                }),
            ];

    // One transaction for all folders of a page.
    private static async ValueTask<VaultResult<Func<NodeId, string>>> OfferAsync(
        HttpContext context,
        TvLibrary library,
        IEnumerable<NodeId> folders
    )
    {
        var offered = await context
            .RequestServices.GetRequiredService<MediaDesk>()
            .OfferAsync(library.Tree.Actor, [.. folders.Distinct()], context.RequestAborted);
        if (offered.Refusal is { } refusal)
            return refusal;
        var request = context.Request;
        return (Func<NodeId, string>)(
            folder => MediaDoor.AddressOf(request, offered.Value[folder]) + "/"
        );
    }

    private static void Add(
        IEndpointRouteBuilder routes,
        string path,
        TvEndpoint endpoint,
        Func<HttpContext, TvLibrary, ValueTask<VaultResult<object>>> answer
    ) =>
        routes
            .MapGet(
                TvDoor.Prefix + path,
                async context =>
                {
                    if (await TvDoor.AdmitAsync(context) is not { } library)
                        return;
                    var answered = WrongQuery(context, endpoint) is { } wrong
                        ? Wrong(wrong)
                        : await answer(context, library);
                    if (answered.Refusal is { } refusal)
                    {
                        await TvDoor.RefuseAsync(context, refusal);
                        return;
                    }
                    context.Response.Headers.CacheControl = "no-store";
                    context.Response.Headers.XContentTypeOptions = "nosniff";
                    await TypedResults.Json(answered.Value).ExecuteAsync(context);
                }
            )
            .Add(builder =>
            {
                builder.Metadata.Add(endpoint);
                builder.Metadata.Add(s_signature);
                builder.Metadata.Add(new TagsAttribute("Television"));
                builder.Metadata.Add(
                    new ProducesResponseTypeMetadata(
                        StatusCodes.Status200OK,
                        endpoint.Answer,
                        ["application/json"]
                    )
                );
            });

    private static string? WrongQuery(HttpContext context, TvEndpoint endpoint)
    {
        foreach (var (name, values) in context.Request.Query)
            if (
                !endpoint.Query.Any(known => known.Name == name)
                || values.Count != 1
                || !long.TryParse(
                    values.ToString(),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out _
                )
            )
                return name.Length <= 200 ? name : name[..200];
        return null;
    }

    private static VaultResult<object> Wrong(string field) =>
        new Refusal(RefusalRule.InvalidInput) { Field = field };

    private static long? Asked(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value)
            ? long.Parse(value.ToString(), CultureInfo.InvariantCulture)
            : null;

    internal static string ContentTypeOf(string name, string? mediaType) =>
        new DavResource
        {
            Name = name,
            ETag = "",
            MediaType = mediaType,
        }.ContentType;

    private static DateTimeOffset TimeOf(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record Page(int From, int Limit)
    {
        public static Page? Of(HttpContext context)
        {
            var (from, limit) = (Asked(context, "from") ?? 0, Asked(context, "limit"));
            return
                from is >= 0 and <= int.MaxValue - MostPage
                && limit is null or (>= 1 and <= MostPage)
                ? new((int)from, (int)(limit ?? DefaultPage))
                : null;
        }

        public IReadOnlyList<T> Cut<T>(IReadOnlyList<T> all) => [.. all.Skip(From).Take(Limit)];

        public long? Next(int count) => From + Limit < count ? From + Limit : null;
    }
}

/// <summary>An endpoint of the feed. The parameters of its query are all whole numbers.</summary>
internal sealed class TvEndpoint : ApiEndpoint<TvEndpoint>
{
    /// <summary>The record of the answer.</summary>
    public required Type Answer { get; init; }
}

/// <summary>The document of the feed.</summary>
internal sealed class TvDocument() : ApiDocument<TvEndpoint>("tv")
{
    protected override IReadOnlyDictionary<string, string> PathParts { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["album"] = "The album's number.",
        };

    protected override void DescribeDoor(OpenApiDocument document, OpenApiComponents components)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CloudDav for TV sets",
            Version = "1",
            Description =
                "Media of the person who paired the set. What is refused says so in `detail`, in the language of Accept-Language, one of nl, fr, de and en, else in the account's.",
        };
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            ["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token of a pairing by the device grant (RFC 8628).",
            },
        };
    }

    protected override void Describe(
        OpenApiOperation operation,
        TvEndpoint endpoint,
        OpenApiDocument document
    ) =>
        operation.Security = [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference("bearer", document)] = [],
            },
        ];

    protected override IEnumerable<IOpenApiParameter> ParametersOf(TvEndpoint endpoint) =>
        endpoint.Query.Select(query =>
            Query(query.Name, query.Meaning, new OpenApiSchema { Type = JsonSchemaType.Integer })
        );

    protected override IEnumerable<RefusalRule> RefusalsOf(TvEndpoint endpoint) =>
        [
            RefusalRule.SignedOut,
            RefusalRule.SignInDisabled,
            RefusalRule.AccountClosed,
            RefusalRule.NotInContract,
            RefusalRule.Suspended,
            RefusalRule.Restricted,
            RefusalRule.DoorNotAllowed,
            RefusalRule.PlatformOff,
            RefusalRule.StorageUnavailable,
        ];
}

/// <summary>Whose cloud a set shows.</summary>
internal sealed record TvHome
{
    /// <summary>The sign-in name.</summary>
    public required string Account { get; init; }

    /// <summary>When the content is destroyed, after the end of the contract; null while it runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }
}

/// <summary>A page of albums.</summary>
internal sealed record TvAlbumList
{
    /// <summary>The one with the newest first.</summary>
    public required IReadOnlyList<TvAlbumBody> Items { get; init; }

    /// <summary>False when there are more media than are looked through.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Where the next page begins; null on the last.</summary>
    public required long? Next { get; init; }
}

/// <summary>An album: a folder with media directly in it.</summary>
internal sealed record TvAlbumBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>The folder's name; empty for the top of the tree.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>Whether somebody of the household shares it.</summary>
    public required bool IsReceived { get; init; }

    /// <summary>How many media lie in it.</summary>
    public required int Items { get; init; }

    /// <summary>When the newest of them was changed.</summary>
    public required DateTimeOffset Newest { get; init; }

    /// <summary>Previews of the newest picture or video; none when there are only sounds.</summary>
    public required IReadOnlyList<TvPreview> Previews { get; init; }

    /// <summary>Its videos and sounds as a playlist for players that take M3U. Good for a day after it was last used.</summary>
    public required string M3u { get; init; }

    /// <summary>The same as XSPF.</summary>
    public required string Xspf { get; init; }
}

/// <summary>A page of media.</summary>
internal sealed record TvItemList
{
    /// <summary>The media.</summary>
    public required IReadOnlyList<TvItemBody> Items { get; init; }

    /// <summary>False when there are more media than are looked through.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Where the next page begins: `from` of an album, `id` of the timeline; null on the last.</summary>
    public required long? Next { get; init; }

    /// <summary>In the timeline, `time` of the next page; else null.</summary>
    public required long? NextTime { get; init; }
}

/// <summary>A picture, a video or a sound. Of pictures and videos more is known a moment after they came; until then it is null.</summary>
internal sealed record TvItemBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>The number of the folder it is in.</summary>
    public required long Album { get; init; }

    /// <summary>Its name without the extension.</summary>
    public required string Title { get; init; }

    /// <summary>What it is.</summary>
    public required MediaClass Kind { get; init; }

    /// <summary>Its media type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When it was taken, with the offset of the clock there when that is known; when it does not say, when the file was last changed.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Its width as it is shown, in pixels; null when it is not known.</summary>
    public required int? Width { get; init; }

    /// <summary>Its height as it is shown, in pixels; null when it is not known.</summary>
    public required int? Height { get; init; }

    /// <summary>How the original has to be turned to be shown, 1 to 8 as in EXIF; null when it is not known. Previews are turned.</summary>
    public required int? Orientation { get; init; }

    /// <summary>How long it plays, in seconds; null when it is not known.</summary>
    public required double? Duration { get; init; }

    /// <summary>Its previews, the smallest first; empty when it has none. One that is not made yet is answered by 202 and a tile: ask again.</summary>
    public required IReadOnlyList<TvPreview> Previews { get; init; }

    /// <summary>Where it plays, without a credential. Good for a day after it was last used.</summary>
    public required string Address { get; init; }

    /// <summary>The subtitles beside a video; known in albums alone.</summary>
    public required IReadOnlyList<TvSubtitle> Subtitles { get; init; }
}

/// <summary>Subtitles beside a video.</summary>
internal sealed record TvSubtitle
{
    /// <summary>The file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its media type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Where it is, without a credential.</summary>
    public required string Address { get; init; }
}

/// <summary>A preview: a JPEG, turned as it is to be shown. One that is not made yet is answered by 404 and <c>Retry-After</c>.</summary>
internal sealed record TvPreview
{
    /// <summary>The most pixels of its longer side.</summary>
    public required int Size { get; init; }

    /// <summary>Where it is, without a credential; another address when the picture is another. Good for a day after it was last used.</summary>
    public required string Address { get; init; }
}
