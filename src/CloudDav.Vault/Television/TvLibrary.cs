using System.Globalization;

namespace CloudDav.Vault;

/// <summary>A picture, a video or a sound, as a TV set shows it.</summary>
/// <param name="Id">The node.</param>
/// <param name="Folder">The folder of the set's tree in which it hangs.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="MediaType">The media type a client gave; null when none.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="ChangedMs">When its content was made, as far as that is known: its modification time, in milliseconds since 1970 UTC.</param>
/// <param name="Subtitles">The names of the subtitles beside it; known when its folder was listed.</param>
public sealed record TvItem(
    NodeId Id,
    NodeId Folder,
    string Name,
    MediaClass Kind,
    string? MediaType,
    long Size,
    long ChangedMs,
    IReadOnlyList<string> Subtitles
)
{
    /// <summary>What is known of a picture or a video; null of a sound, and of what nobody has noted yet.</summary>
    public MediaFacts? Facts { get; init; }

    /// <summary>Its content, of which that is known; null when it is empty.</summary>
    public ContentId? Content { get; init; }

    internal VaultId Vault { get; init; }

    /// <summary>When it was taken, in milliseconds since 1970 UTC; when that is not known, when it was changed.</summary>
    public long TakenMs => Facts?.TakenMs ?? ChangedMs;
}

/// <summary>A folder with media directly in it.</summary>
/// <param name="Id">The folder.</param>
/// <param name="Path">Where it is in the set's tree; empty for the root.</param>
/// <param name="IsReceived">Whether somebody of the household shares it.</param>
/// <param name="Items">How many media lie in it.</param>
/// <param name="NewestMs">When the newest of them was changed.</param>
/// <param name="Cover">The newest picture or video; null when there are only sounds.</param>
public sealed record TvAlbum(
    NodeId Id,
    IReadOnlyList<string> Path,
    bool IsReceived,
    int Items,
    long NewestMs,
    TvItem? Cover
);

/// <summary>A folder with what a set shows of it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Items">Its media in the order of their names, numbers by their value.</param>
public sealed record TvFolder(IReadOnlyList<string> Path, IReadOnlyList<TvItem> Items);

/// <summary>Some media, the newest first.</summary>
/// <param name="Items">The media.</param>
/// <param name="IsComplete">False when the search came to its bounds: there may be more.</param>
/// <param name="Before">The place that they are the last ones before; null when they are the very last.</param>
public sealed record TvTimeline(
    IReadOnlyList<TvItem> Items,
    bool IsComplete,
    (long TakenMs, long Id)? Before
);

/// <summary>
/// What a TV set sees of its person's tree: media and the subtitles beside them, and in every standing but the first the own ones alone. Everything goes by the ordinary use cases of the tree at <see cref="Door.Tv"/>, so
/// that measures, shares and standing hold as everywhere.
/// </summary>
public sealed class TvLibrary
{
    /// <summary>The order in which people look for names: numbers by their value, whatever their case.</summary>
    internal static readonly StringComparer NaturalOrder = StringComparer.Create(
        CultureInfo.InvariantCulture,
        CompareOptions.NumericOrdering | CompareOptions.IgnoreCase
    );
    private static readonly string[] s_subtitles = ["srt", "vtt", "ass", "ssa", "sub", "idx"];

    // Lists of media, the pieces of a stream that one of them lists (RFC 8216), and what libraries read of a film.
    private static readonly string[] s_lists = ["m3u", "m3u8", "pls", "xspf"];
    private static readonly string[] s_companions = [.. s_lists, "m4s", "nfo", "strm"];

    private TvLibrary(VaultTree tree, Decision decision) => (Tree, Decision) = (tree, decision);

    /// <summary>The tree.</summary>
    public VaultTree Tree { get; }

    /// <summary>What was decided of the account.</summary>
    public Decision Decision { get; }

    /// <summary>Opens the library of a set. Refuses when the account may not use the TV now.</summary>
    public static async ValueTask<VaultResult<TvLibrary>> OpenAsync(
        Vaults vaults,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var options = new SessionOptions { Door = Door.Tv };
        var whole = vaults.OpenTree(actor, options);
        var decided = await whole.DecideAsync(cancellationToken);
        if (decided.Refusal is { } signedOut)
            return signedOut;
        if (decided.Value.Refuses(Capability.Tv) is { } refusal)
            return refusal;
        return new TvLibrary(
            decided.Value.Standing == Standing.Active
                ? whole
                : new VaultTree(vaults.Open(actor, options)),
            decided.Value
        );
    }

    /// <summary>Whether a file of this name is something that plays or is shown, or belongs beside it.</summary>
    public static bool Shows(string name, string? mediaType) =>
        !NodeName.IsTransient(name)
        && (
            MediaClasses.Of(name, mediaType) is not null
            || IsSubtitle(name)
            || EndsWithOneOf(name, s_companions)
        );

    /// <summary>Where a folder is in the tree. Refuses when it is not there, or is no folder.</summary>
    public async ValueTask<VaultResult<IReadOnlyList<string>>> FindFolderAsync(
        NodeId folder,
        CancellationToken cancellationToken
    )
    {
        string[]? path = null;
        var searched = await Tree.SearchAsync(
            [],
            new NodeSearch { Nodes = [folder] },
            NodeDetails.None,
            (below, _, node) =>
            {
                if (node.Id != folder || !node.IsFolder)
                    return SearchNext.More;
                path = below.ToArray();
                return SearchNext.Enough;
            },
            cancellationToken
        );
        if (searched.Refusal is { } refusal)
            return refusal;
        if (path is not null)
            return path;
        var root = await Tree.FindAsync([], NodeDetails.None, cancellationToken);
        if (root.Refusal is { } closed)
            return closed;
        return root.Value.Node.Id == folder ? Array.Empty<string>() : NotFound;
    }

    /// <summary>What a folder has of media, directly in it.</summary>
    public async ValueTask<VaultResult<TvFolder>> ListAsync(
        NodeId folder,
        CancellationToken cancellationToken
    )
    {
        var path = await FindFolderAsync(folder, cancellationToken);
        if (path.Refusal is { } refusal)
            return refusal;
        var items = new List<TvItem>();
        var subtitles = new List<string>();
        var listed = await Tree.ListAsync(
            path.Value,
            levels: 1,
            NodeDetails.None,
            (below, vault, node, _) =>
            {
                if (below.Length == 0 || node.Kind != NodeKind.File || IsOutOfReach(node))
                    return;
                if (ItemOf(node, folder) is { } item)
                    items.Add(item with { Vault = vault.Id });
                else if (IsSubtitle(node.Name))
                    subtitles.Add(node.Name);
            },
            cancellationToken
        );
        if (listed.Refusal is { } broken)
            return broken;
        var known = await MediaTimeline.DescribeAsync(
            Tree,
            items
                .Where(item => item.Content is not null)
                .Select(item => (item.Vault, item.Content!.Value)),
            cancellationToken
        );
        for (var i = 0; i < items.Count; i++)
            if (items[i].Content is { } content && known.TryGetValue(content, out var facts))
                items[i] = items[i] with { Facts = facts };
        return new TvFolder(
            path.Value,
            [
                .. items
                    .OrderBy(item => item.Name, NaturalOrder)
                    .ThenBy(item => item.Name, StringComparer.Ordinal)
                    .Select(item =>
                        item.Kind == MediaClass.Video
                            ? item with
                            {
                                Subtitles =
                                [
                                    .. subtitles
                                        .Where(name => IsBeside(name, item.Name))
                                        .Order(StringComparer.Ordinal),
                                ],
                            }
                            : item
                    ),
            ]
        );
    }

    /// <summary>The folders that have media, the one with the newest first; looked for within the bounds of every search.</summary>
    /// <returns>The folders, and whether all was looked at.</returns>
    public async ValueTask<
        VaultResult<(IReadOnlyList<TvAlbum> Albums, bool IsComplete)>
    > ListAlbumsAsync(CancellationToken cancellationToken)
    {
        var albums = new Dictionary<NodeId, TvAlbum>();
        var tops = new ShareTops(Tree.Actor.Vault);
        var searched = await Tree.SearchAsync(
            [],
            new NodeSearch
            {
                Classes = [MediaClass.Image, MediaClass.Video, MediaClass.Audio],
                OnlyFiles = true,
                NewestFirst = true,
            },
            NodeDetails.None,
            (below, vault, node) =>
            {
                // One that is shared by itself lies in no folder of its own.
                if (tops.IsTop(below, vault, node) || ItemOf(node, node.Parent) is not { } item)
                    return SearchNext.More;
                var album = albums.TryGetValue(node.Parent, out var known)
                    ? known
                    : new TvAlbum(
                        node.Parent,
                        below[..^1].ToArray(),
                        vault.Id != Tree.Actor.Vault,
                        Items: 0,
                        NewestMs: long.MinValue,
                        Cover: null
                    );
                albums[node.Parent] = album with
                {
                    Items = album.Items + 1,
                    NewestMs = Math.Max(album.NewestMs, node.ModifiedMs),
                    Cover =
                        item is { Kind: not MediaClass.Audio, Content: not null }
                        && (album.Cover is null || node.ModifiedMs > album.Cover.ChangedMs)
                            ? item
                            : album.Cover,
                };
                return SearchNext.More;
            },
            cancellationToken
        );
        if (searched.Refusal is { } refusal)
            return refusal;
        return (
            [
                .. albums
                    .Values.OrderByDescending(album => album.NewestMs)
                    .ThenByDescending(album => album.Id.Value),
            ],
            searched.Value
        );
    }

    /// <summary>Pictures and videos by when they were taken, the last first.</summary>
    /// <param name="before">Only those after this one in that order, by its time and number; null for the first.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async ValueTask<VaultResult<TvTimeline>> ListTimelineAsync(
        (long TakenMs, long Id)? before,
        int most,
        CancellationToken cancellationToken
    ) =>
        await ShowAsync(
            await MediaTimeline.ListAsync(Tree, before, most, cancellationToken),
            cancellationToken
        );

    /// <summary>The page of the timeline that comes before a place.</summary>
    /// <param name="after">The place.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async ValueTask<VaultResult<TvTimeline>> ListTimelineBackAsync(
        (long TakenMs, long Id) after,
        int most,
        CancellationToken cancellationToken
    ) =>
        await ShowAsync(
            await MediaTimeline.ListBackAsync(Tree, after, most, cancellationToken),
            cancellationToken
        );

    private async ValueTask<VaultResult<TvTimeline>> ShowAsync(
        VaultResult<TakenItems> found,
        CancellationToken cancellationToken
    )
    {
        if (found.Refusal is { } refusal)
            return refusal;
        var items = new List<TvItem>(found.Value.Items.Count);
        // Mounts hang in few folders, most of them in the same.
        var folders = new Dictionary<string, NodeId?>(StringComparer.Ordinal);
        foreach (var taken in found.Value.Items)
        {
            if (ItemOf(taken.Node, taken.Node.Parent) is not { } item)
                continue;
            item = item with { Vault = taken.Vault, Facts = taken.Facts };
            if (taken.IsTop)
            {
                // It hangs in the person's own folder, and lies in somebody else's.
                string[] above = [.. taken.Path.SkipLast(1)];
                var name = string.Join('/', above);
                if (!folders.TryGetValue(name, out var folder))
                {
                    var place = await Tree.FindAsync(above, NodeDetails.None, cancellationToken);
                    folder = place.IsSuccess ? place.Value.Node.Id : null;
                    folders[name] = folder;
                }
                if (folder is not { } hangsIn)
                    continue;
                item = item with { Folder = hangsIn };
            }
            items.Add(item);
        }
        return new TvTimeline(items, found.Value.IsComplete, found.Value.Before);
    }

    private static Refusal NotFound => new(RefusalRule.NotFound);

    private static bool IsSubtitle(string name) => EndsWithOneOf(name, s_subtitles);

    private static bool EndsWithOneOf(string name, string[] extensions)
    {
        var dot = name.LastIndexOf('.');
        return dot >= 0 && extensions.Contains(name[(dot + 1)..], StringComparer.OrdinalIgnoreCase);
    }

    // As players look for them: film.srt, film.en.srt.
    private static bool IsBeside(string subtitle, string video)
    {
        var dot = video.LastIndexOf('.');
        return dot > 0
            && subtitle.StartsWith(video[..(dot + 1)], StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsOutOfReach(NodeRow node) =>
        node.Block is not null || (node.Taken & Capability.Download) != Capability.None;

    private static TvItem? ItemOf(NodeRow node, NodeId folder) =>
        node.Kind == NodeKind.File
        && !IsOutOfReach(node)
        && !NodeName.IsTransient(node.Name)
        && !EndsWithOneOf(node.Name, s_lists)
        && MediaClasses.Of(node) is { } kind
            ? new(node.Id, folder, node.Name, kind, node.MediaType, node.Size, node.ModifiedMs, [])
            {
                Content = node.Content,
            }
            : null;
}
