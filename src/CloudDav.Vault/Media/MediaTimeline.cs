namespace CloudDav.Vault;

/// <summary>A picture or a video in a tree.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Vault">Whose it is.</param>
/// <param name="Node">The file.</param>
/// <param name="Facts">What is known of it.</param>
/// <param name="IsTop">Whether it is shared by itself: it hangs in the person's own folder, and lies in somebody else's.</param>
public sealed record TakenItem(
    IReadOnlyList<string> Path,
    VaultId Vault,
    NodeRow Node,
    MediaFacts Facts,
    bool IsTop
)
{
    /// <summary>Its place among all: the next page is of those after the last one's.</summary>
    public (long TakenMs, long Id) Place => (Facts.TakenMs, Node.Id.Value);
}

/// <summary>Some pictures and videos, the last taken first.</summary>
/// <param name="Items">The items.</param>
/// <param name="IsComplete">False when the search came to its bounds: there may be more.</param>
/// <param name="Before">The place that they are the last ones before; null when they are the very last.</param>
public sealed record TakenItems(
    IReadOnlyList<TakenItem> Items,
    bool IsComplete,
    (long TakenMs, long Id)? Before
);

/// <summary>Pictures and videos of a tree by when they were taken, in the own vault and in what others share; page by page, so that their number does not matter.</summary>
public static class MediaTimeline
{
    // Of one that has more, the rest comes when it is asked for again.
    private const int NotedAtOnce = 20;

    /// <summary>The last ones before a place.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="before">The place; null for the very last.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static ValueTask<VaultResult<TakenItems>> ListAsync(
        VaultTree tree,
        (long TakenMs, long Id)? before,
        int most,
        CancellationToken cancellationToken
    ) => ListAsync(tree, before, isAfter: false, most, cancellationToken);

    /// <summary>The page that comes before a place: the first ones after it.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="after">The place.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static async ValueTask<VaultResult<TakenItems>> ListBackAsync(
        VaultTree tree,
        (long TakenMs, long Id) after,
        int most,
        CancellationToken cancellationToken
    )
    {
        var found = await ListAsync(tree, after, isAfter: true, most + 1, cancellationToken);
        // The one too many is what the page begins behind.
        return found.IsSuccess && found.Value.Items.Count > most
            ? found.Value with
            {
                Items = [.. found.Value.Items.Skip(1)],
                Before = found.Value.Items[0].Place,
            }
            : found;
    }

    private static async ValueTask<VaultResult<TakenItems>> ListAsync(
        VaultTree tree,
        (long TakenMs, long Id)? place,
        bool isAfter,
        int most,
        CancellationToken cancellationToken
    )
    {
        var isNoted = await NoteAsync(tree, [tree.Actor.Vault], cancellationToken) is not false;
        var seen = new HashSet<VaultId>();
        var found = await ListAsync(tree, place, isAfter, most, seen, cancellationToken);
        seen.Remove(tree.Actor.Vault);
        // What others share may have something that nobody has noted yet.
        if (found.IsSuccess && await NoteAsync(tree, seen, cancellationToken) is { } areNoted)
        {
            found = await ListAsync(tree, place, isAfter, most, seen, cancellationToken);
            isNoted &= areNoted;
        }
        return found.IsSuccess && !isNoted ? found.Value with { IsComplete = false } : found;
    }

    // Whether all was noted; null when there was nothing new.
    private static async ValueTask<bool?> NoteAsync(
        VaultTree tree,
        IEnumerable<VaultId> vaults,
        CancellationToken cancellationToken
    )
    {
        bool? noted = null;
        var metadata = tree.Own.Vaults.Metadata;
        foreach (var vault in vaults)
            try
            {
                if (await MediaNotes.MayHaveNewAsync(metadata, vault, cancellationToken))
                    noted =
                        (noted ?? true)
                        & await MediaNotes.NoteSlicesAsync(
                            metadata,
                            vault,
                            NotedAtOnce,
                            cancellationToken
                        );
            }
            catch (StorageFullException)
            {
                // What is known is shown all the same.
                noted = false;
            }
        return noted;
    }

    private static async ValueTask<VaultResult<TakenItems>> ListAsync(
        VaultTree tree,
        (long TakenMs, long Id)? place,
        bool isAfter,
        int most,
        HashSet<VaultId> seen,
        CancellationToken cancellationToken
    )
    {
        // The nearer to the place, the higher.
        (long, long) RankOf((long TakenMs, long Id) at) => isAfter ? (~at.TakenMs, ~at.Id) : at;
        var nearest = new PriorityQueue<TakenItem, (long, long)>();
        // Whether it is among the nearest; the farthest of them makes room.
        bool HasPlace((long, long) rank)
        {
            if (place is { } border && rank.CompareTo(RankOf(border)) >= 0)
                return false;
            var isFull = nearest.Count >= most;
            if (
                isFull
                && (!nearest.TryPeek(out _, out var farthest) || rank.CompareTo(farthest) <= 0)
            )
                return false;
            // By more than one share it is still one.
            if (nearest.UnorderedItems.Any(one => one.Priority == rank))
                return false;
            if (isFull)
                nearest.Dequeue();
            return true;
        }
        var tops = new ShareTops(tree.Actor.Vault);
        var alone = new List<TakenItem>();
        var searched = await tree.SearchAsync(
            [],
            new NodeSearch
            {
                ByTaken = true,
                OnlyFiles = true,
                OldestFirst = isAfter,
                FromMs = isAfter ? place?.TakenMs : null,
                UntilMs = isAfter ? null : place?.TakenMs,
            },
            NodeDetails.None,
            (below, vault, node) =>
            {
                seen.Add(vault.Id);
                var isTop = tops.IsTop(below, vault, node);
                if (!IsShown(node) || FactsOf(node) is not { } facts)
                    return SearchNext.More;
                if (isTop)
                {
                    // What is shared by itself was found by its place, and nothing is known of it here.
                    alone.Add(new(below.ToArray(), vault.Id, node.Copy(), facts, isTop));
                    return SearchNext.More;
                }
                var rank = RankOf((facts.TakenMs, node.Id.Value));
                if (HasPlace(rank))
                    nearest.Enqueue(
                        new(below.ToArray(), vault.Id, node.Copy(), facts, isTop),
                        rank
                    );
                else if (
                    nearest.Count == most
                    && nearest.TryPeek(out _, out var farthest)
                    // Those that were taken at once come in another order.
                    && rank.Item1 < farthest.Item1
                )
                    return SearchNext.NothingOlder;
                return SearchNext.More;
            },
            cancellationToken
        );
        if (searched.Refusal is { } refusal)
            return refusal;
        foreach (var item in await KnowAsync(tree, alone, cancellationToken))
        {
            var rank = RankOf(item.Place);
            if (HasPlace(rank))
                nearest.Enqueue(item, rank);
        }
        var items = new List<TakenItem>(nearest.Count);
        while (nearest.TryDequeue(out var item, out _))
            items.Add(item);
        if (!isAfter)
            items.Reverse();
        return new TakenItems(items, searched.Value, isAfter ? null : place);
    }

    /// <summary>Those directly in a folder, in the order of their names, numbers by their value.</summary>
    public static async ValueTask<VaultResult<IReadOnlyList<TakenItem>>> ListFolderAsync(
        VaultTree tree,
        IReadOnlyList<string> folder,
        CancellationToken cancellationToken
    )
    {
        var found = new List<TakenItem>();
        var listed = await tree.ListAsync(
            folder,
            levels: 1,
            NodeDetails.None,
            (below, vault, node, _) =>
            {
                if (below.Length > 0 && IsShown(node) && FactsOf(node) is { } facts)
                    found.Add(
                        new TakenItem([.. folder, .. below], vault.Id, node.Copy(), facts, false)
                    );
            },
            cancellationToken
        );
        if (listed.Refusal is { } refusal)
            return refusal;
        return (await KnowAsync(tree, found, cancellationToken))
            .OrderBy(item => item.Node.Name, TvLibrary.NaturalOrder)
            .ThenBy(item => item.Node.Name, StringComparer.Ordinal)
            .ToArray();
    }

    // What the listing did not say of them.
    private static async ValueTask<IEnumerable<TakenItem>> KnowAsync(
        VaultTree tree,
        List<TakenItem> items,
        CancellationToken cancellationToken
    )
    {
        var known = await DescribeAsync(
            tree,
            items.Select(item => (item.Vault, item.Node.Content!.Value)),
            cancellationToken
        );
        return items.Select(item =>
            known.TryGetValue(item.Node.Content!.Value, out var facts)
                ? item with
                {
                    Facts = facts,
                }
                : item
        );
    }

    /// <summary>What is known of contents that were found in a tree, by one question for each vault.</summary>
    internal static async ValueTask<IReadOnlyDictionary<ContentId, MediaFacts>> DescribeAsync(
        VaultTree tree,
        IEnumerable<(VaultId Vault, ContentId Content)> contents,
        CancellationToken cancellationToken
    )
    {
        var known = new Dictionary<ContentId, MediaFacts>();
        foreach (var vault in contents.GroupBy(one => one.Vault, one => one.Content))
        foreach (
            var (content, facts) in await tree.Own.Vaults.Metadata.ReadAsync(
                snapshot => snapshot.DescribeMediaAsync(vault.Key, [.. vault]),
                cancellationToken
            )
        )
            known[content] = facts;
        return known;
    }

    private static bool IsShown(NodeRow node) =>
        node.Kind == NodeKind.File
        && node.Block is null
        && (node.Taken & Capability.Download) == Capability.None
        && !NodeName.IsTransient(node.Name)
        && MediaClasses.Of(node) is MediaClass.Image or MediaClass.Video;

    // Of one whose content is not noted yet, or that has none, it is the file that says when.
    private static MediaFacts? FactsOf(NodeRow node) =>
        node.Media
        ?? (
            node.Content is not null && MediaClasses.Of(node) is { } kind
                ? new MediaFacts { Kind = kind, TakenMs = node.ModifiedMs }
                : null
        );
}
