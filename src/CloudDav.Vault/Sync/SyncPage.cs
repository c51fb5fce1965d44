using System.Runtime.InteropServices;

namespace CloudDav.Vault;

/// <summary>
/// What has changed below a collection since a position, as much of it as fits: the page brings a copy that stands at the position to the state of a later change, and of
/// what it adds it tells what is there now. So the next page begins where this one ends, whatever happens in between.
/// </summary>
/// <remarks>
/// <para>Changes are taken in the order of their numbers. Of each, the places that nodes left come before the nodes that it made what they are. What left a place is gone from it with
/// everything below; a folder that came from another place is told with everything below.</para>
/// <para>A node is told only at a place that it had when the last change of the page was made: if it, or a folder above it, has been moved since, a later page tells of it.</para>
/// <para>An address comes once in a page. A file whose place was taken is not told of as gone. Where a folder has left and something else has come to its place, the page ends
/// before the newcomer.</para>
/// <para>A folder's tag changes with everything below it, so each folder above a change comes too.</para>
/// </remarks>
internal sealed class SyncPage(
    IMetadataSnapshot snapshot,
    VaultState vault,
    NodeId collection,
    bool isDeep,
    int limit,
    IReadOnlySet<NodeId> closed
)
{
    // Rows read at once, and in one page: also where nothing of them is below the collection.
    private const int Window = 2_000;
    private const int MostRead = 50_000;

    // In the order of a change's nodes, before all of them: what arrived by it has been told of.
    private static readonly NodeId s_behindArrived = new(-1);

    private readonly Dictionary<NodeId, NodePlace> _now = [];
    private readonly OrderedDictionary<string, Gone> _gone = new(StringComparer.Ordinal);
    private readonly List<NodeId> _added = [];
    private readonly HashSet<NodeId> _told = [];
    private readonly HashSet<string> _toldAt = new(StringComparer.Ordinal);
    private readonly HashSet<NodeId> _above = [];

    // Folders that came to where they are by a change, told of as such.
    private readonly HashSet<NodeId> _arrived = [];
    private int _count;

    /// <summary>What has left its place, in order.</summary>
    public IEnumerable<Gone> Left => _gone.Values;

    /// <summary>Mounts that are told of, whose content is to be told anew.</summary>
    public HashSet<NodeId> Mounts { get; } = [];

    /// <summary>How many addresses it has.</summary>
    public int Count => _count;

    /// <summary>Takes what fits.</summary>
    /// <returns>Where it ends; null when not even the next change fits.</returns>
    public async ValueTask<SyncPosition?> ReadAsync(SyncPosition start)
    {
        var end = await ReadChangesAsync(start);
        if (end?.Seq < vault.ChangeSeq)
            await KeepWhatStayedAsync(end.Seq);
        // What has come to a place that is told of as left is itself told of by the next page.
        _above.RemoveWhere(id => FindGone(PathOf(id)!) is not null);
        return end;
    }

    /// <summary>Counts folders above something that has changed elsewhere: what is mounted there. False when they do not fit.</summary>
    public bool Touch(IReadOnlyList<NodeRow> folders)
    {
        foreach (var folder in folders)
            _now[folder.Id] = new(folder.Id, folder.Parent, folder.Name, folder.Kind);
        return PathOf(folders[^1].Id) is not { } path || TryTake([], null, path);
    }

    /// <summary>Visits what is there, each with where it is.</summary>
    public async ValueTask VisitAsync(
        NodeDetails details,
        Action<NodeRow, IReadOnlyList<NodePlace>> visit
    )
    {
        var ids = _added.Concat(_above.Where(id => !_told.Contains(id))).ToList();
        if (ids.Count == 0)
            return;
        var rows = await snapshot.ListNodesAsync(vault.Id, ids);
        await snapshot.AddDetailsAsync(vault.Id, rows, details);
        var found = rows.ToDictionary(row => row.Id);
        foreach (var id in ids)
            if (found.TryGetValue(id, out var row))
                visit(row, PathOf(id)!);
    }

    private async ValueTask<SyncPosition?> ReadChangesAsync(SyncPosition start)
    {
        var reached = ChangePoint.After(start.Seq);
        if (start.Cursor is { } cursor)
        {
            if (await GoOnAsync(start.Seq, cursor) is { } cut)
                return _count == 0 ? null : start with { Cursor = cut };
            if (cursor.Top != collection)
                reached =
                    cursor.Top.Value == 0 && cursor.Parent.Value != 0
                        ? new(start.Seq, cursor.Parent, cursor.Key)
                        : new(start.Seq, s_behindArrived, "");
        }
        var leftAfter = start.Seq;
        for (var read = 0; ; )
        {
            var window = await ReadWindowAsync(start.Seq, reached, leftAfter);
            var cut = await TakeAsync(start.Seq, window, reached);
            if (cut is { } position)
                return position.IsPossible
                    ? start with
                    {
                        Seq = position.Seq,
                        Cursor = position.Cursor,
                    }
                    : null;
            reached = window.End;
            leftAfter = reached.Seq;
            read += window.Changed.Count + window.Left.Count;
            if (reached == ChangePoint.After(vault.ChangeSeq))
                return start with { Seq = vault.ChangeSeq, Cursor = null };
            if (read >= MostRead)
                return start with { Seq = reached.Seq, Cursor = CursorAt(reached) };
        }
    }

    // Changes from a point on, as far as both kinds of rows are known.
    private async ValueTask<ChangeWindow> ReadWindowAsync(
        long asOf,
        ChangePoint after,
        long leftAfter
    )
    {
        var end = ChangePoint.After(vault.ChangeSeq);
        IReadOnlyList<LeftPlace> left;
        for (var size = Window; ; size *= 8)
        {
            left = await snapshot.ListLeftAsync(vault.Id, leftAfter, asOf, size + 1);
            if (left.Count <= size)
                break;
            // The last change may not be whole.
            end = ChangePoint.After(left[^1].Until - 1);
            if (left[0].Until <= end.Seq)
                break;
        }
        var changed = await snapshot.ListChangedAsync(vault.Id, after, Window + 1);
        if (changed.Count > Window && changed[Window - 1] is var last && last.Seq <= end.Seq)
            end = new(last.Seq, last.Place.Parent, last.Key);
        var window = new ChangeWindow(
            [.. left.Where(place => place.Until <= end.Seq)],
            [.. changed.Take(Window).Where(node => node.Seq <= end.Seq)],
            end
        );
        foreach (var node in window.Changed)
            _now[node.Place.Node] = node.Place;
        await ClimbAsync(
            _now,
            long.MaxValue,
            [
                .. window.Changed.Select(node => node.Place.Parent),
                .. window.Left.Select(place => place.Place.Parent),
            ]
        );
        await ClimbAsync(
            window.Then,
            asOf,
            [.. window.Left.Where(place => place.WasFirst).Select(place => place.Place.Parent)]
        );
        return window;
    }

    // Change by change. Null when everything fits; else where the page ends.
    private async ValueTask<Cut?> TakeAsync(long asOf, ChangeWindow window, ChangePoint reached)
    {
        var (left, changed) = (0, 0);
        while (left < window.Left.Count || changed < window.Changed.Count)
        {
            var seq = Math.Min(
                left < window.Left.Count ? window.Left[left].Until : long.MaxValue,
                changed < window.Changed.Count ? window.Changed[changed].Seq : long.MaxValue
            );
            if (seq > reached.Seq)
                reached = ChangePoint.After(seq - 1);
            var first = left;
            while (left < window.Left.Count && window.Left[left].Until == seq)
                left++;
            if (!TakeLeft(window, first, left))
                return CutAt(reached);
            if (seq > reached.Seq)
                reached = new(seq, new(0), "");
            if (await TakeArrivedAsync(window.Left[first..left]) is { } cut)
                return new(seq, cut, IsPossible: _count > 0);
            if (reached.Parent.Value == 0)
                reached = new(seq, s_behindArrived, "");
            for (; changed < window.Changed.Count && window.Changed[changed].Seq == seq; changed++)
            {
                var node = window.Changed[changed];
                if (
                    !_arrived.Contains(node.Place.Node)
                    && PathOf(node.Place.Node) is { } path
                    && !TryTake(path)
                )
                    return CutAt(reached);
                reached = new(seq, node.Place.Parent, node.Key);
            }
        }
        return null;
    }

    // What one change took away, all of it or nothing.
    private bool TakeLeft(ChangeWindow window, int first, int end)
    {
        var gone = new List<Gone>();
        var above = new List<NodePlace>();
        foreach (var place in CollectionsMarshal.AsSpan(window.Left)[first..end])
        {
            if (PathOf(place.Place.Parent, _now) is { } folders)
                above.AddRange(OpenPart(folders));
            if (
                !place.WasFirst
                || PathOf(place.Place.Parent, window.Then) is not { } then
                || (!isDeep && then.Count > 0)
                || IsClosed(then)
            )
                continue;
            gone.Add(
                new([.. then.Select(folder => folder.Name), place.Place.Name], place.Place.Kind)
            );
        }
        // Something that came to its place later has been told of already: not before the next page, then.
        return !gone.Exists(place => _toldAt.Contains(KeyOf(place.Path)))
            && TryTake(gone, null, above);
    }

    // A node where it is now. False when it does not fit here.
    private bool TryTake(List<NodePlace> path, bool withFolders = true)
    {
        if (IsClosed([.. path.SkipLast(1)]))
            return true;
        List<NodePlace> above = withFolders ? [.. path.SkipLast(1)] : [];
        // Told of already, maybe where those above it are told of by other pages: a change of it is one of theirs all the same.
        if (_told.Contains(path[^1].Node) || (!isDeep && path.Count > 1))
            return TryTake([], null, above);
        var former = FindGone(path);
        // What was below it goes with it in this page, and comes back in the next.
        if (former is { Kind: not NodeKind.File })
            return false;
        if (!TryTake([], path[^1], above, freed: former is null ? 0 : 1))
            return false;
        var key = KeyOf(path);
        if (former is not null)
            _gone.Remove(key);
        _toldAt.Add(key);
        return true;
    }

    private Gone? FindGone(List<NodePlace> path) =>
        _gone.Count == 0 ? null : _gone.GetValueOrDefault(KeyOf(path));

    private bool TryTake(List<Gone> gone, NodePlace? added, List<NodePlace> above, int freed = 0)
    {
        var folders = new HashSet<NodeId>();
        for (var i = 0; i < above.Count; i++)
        {
            // In a report of members alone, of what is below only the member it is in.
            if (!isDeep && above[i].Parent != collection)
                continue;
            var id = above[i].Node;
            if (!_told.Contains(id) && !_above.Contains(id) && id != added?.Node)
                folders.Add(id);
        }
        var adds =
            gone.Count
            + folders.Count
            + (added is { } node && !_above.Contains(node.Node) ? 1 : 0)
            - freed;
        if (_count + adds > limit)
            return false;
        _count += adds;
        foreach (var place in gone)
            _gone[KeyOf(place.Path)] = place;
        _above.UnionWith(folders);
        if (added is not { } told)
            return true;
        _told.Add(told.Node);
        _added.Add(told.Node);
        if (told.Kind == NodeKind.Mount)
            Mounts.Add(told.Node);
        return true;
    }

    // Everything below a folder that came from elsewhere, or in the collection itself. Null when all of it fits; else where it was cut.
    private async ValueTask<SyncCursor?> TakeBelowAsync(NodeId top, NodeId parent, string key)
    {
        while (true)
        {
            var size = Math.Clamp(limit - _count + 1, 1, Window);
            var below = await snapshot.ListBelowAsync(
                vault.Id,
                top,
                isDeep,
                key.Length == 0 ? new(0) : parent,
                key,
                size
            );
            if (below is null)
            {
                // Where it was cut last is elsewhere now: once more from the beginning.
                (parent, key) = (top, "");
                continue;
            }
            foreach (var node in below)
                _now[node.Place.Node] = node.Place;
            await ClimbAsync(_now, long.MaxValue, below.Select(node => node.Place.Parent));
            foreach (var node in below)
            {
                // The folders down to it are told of themselves.
                if (PathOf(node.Place.Node) is { } path && !TryTake(path, withFolders: false))
                    return new(top, parent, key);
                (parent, key) = (node.Place.Parent, node.Key);
            }
            if (below.Count < size)
                return null;
        }
    }

    // Folders that one change brought to where they still are, with everything below them: where they were before, a copy may have none of it. A change of their own rows that
    // came later is no reason to tell of it later.
    private async ValueTask<SyncCursor?> TakeArrivedAsync(List<LeftPlace> left)
    {
        if (!isDeep)
            return null;
        var folders = ArrivedIn(left).ToList();
        _arrived.UnionWith(folders);
        await ClimbAsync(_now, long.MaxValue, folders);
        foreach (var folder in folders)
        {
            if (PathOf(folder) is not { } path)
                continue;
            if (!TryTake(path))
                return new(folder, new(0), "");
            if (await TakeBelowAsync(folder, folder, "") is { } cut)
                return cut;
        }
        return null;
    }

    private static IEnumerable<NodeId> ArrivedIn(IEnumerable<LeftPlace> left) =>
        left.Where(place => place is { IsLast: true, Place.Kind: NodeKind.Folder })
            .Select(place => place.Place.Node);

    // Where a former page was cut within a change, or within the collection itself.
    private async ValueTask<SyncCursor?> GoOnAsync(long seq, SyncCursor cursor)
    {
        if (cursor.Top == collection)
            return await TakeBelowAsync(collection, cursor.Parent, cursor.Key);
        if (!isDeep)
            return null;
        var left = (await snapshot.ListLeftAsync(vault.Id, seq - 1, seq, Window))
            .Where(place => place.Until == seq)
            .ToList();
        _arrived.UnionWith(ArrivedIn(left));
        // Everything that arrived by the change has been told of.
        if (cursor.Top.Value == 0 && cursor.Parent.Value != 0)
            return null;
        left.RemoveAll(place => place.Place.Node.Value < cursor.Top.Value);
        if (cursor.Parent.Value != 0 && left.Count > 0 && left[0].Place.Node == cursor.Top)
        {
            // Moved on meanwhile, it will be told of by that change; gone, by none.
            await ClimbAsync(_now, long.MaxValue, [cursor.Top]);
            if (
                left[0].IsLast
                && PathOf(cursor.Top) is not null
                && await TakeBelowAsync(cursor.Top, cursor.Parent, cursor.Key) is { } cut
            )
                return cut;
            left.RemoveAt(0);
        }
        return await TakeArrivedAsync(left);
    }

    // What was moved after the page's last change, or is below what was, is told of by a later page.
    private async ValueTask KeepWhatStayedAsync(long asOf)
    {
        var paths = _added.Concat(_above).Distinct().ToDictionary(id => id, id => PathOf(id)!);
        if (paths.Count == 0)
            return;
        var places = (
            await snapshot.FindPlacesAsync(
                vault.Id,
                [.. paths.Values.SelectMany(path => path.Select(place => place.Node)).Distinct()],
                asOf
            )
        ).ToHashSet();
        bool Moved(NodeId id) => !paths[id].All(places.Contains);
        _above.RemoveWhere(Moved);
        foreach (var id in _added.Where(Moved).ToList())
            Mounts.Remove(id);
        _added.RemoveAll(Moved);
    }

    private async ValueTask ClimbAsync(
        Dictionary<NodeId, NodePlace> places,
        long asOf,
        IEnumerable<NodeId> nodes
    )
    {
        var wanted = nodes.Where(IsWanted).ToHashSet();
        while (wanted.Count > 0)
        {
            var found = await snapshot.FindPlacesAsync(vault.Id, [.. wanted], asOf);
            foreach (var place in found)
                places[place.Node] = place;
            wanted = found.Select(place => place.Parent).Where(IsWanted).ToHashSet();
        }

        bool IsWanted(NodeId id) => id.Value != 0 && id != collection && !places.ContainsKey(id);
    }

    private List<NodePlace>? PathOf(NodeId node) => node == collection ? null : PathOf(node, _now);

    // From below the collection down to the node, which is part of it; null when it does not lie there. Of the collection itself nothing.
    private List<NodePlace>? PathOf(NodeId node, Dictionary<NodeId, NodePlace> places)
    {
        var path = new List<NodePlace>();
        while (node != collection)
        {
            if (!places.TryGetValue(node, out var place))
                return null;
            path.Add(place);
            node = place.Parent;
        }
        path.Reverse();
        return path;
    }

    // What is in a folder that was closed is not named. The collection itself is open, or nothing would be told.
    private bool IsClosed(IReadOnlyList<NodePlace> folders) =>
        closed.Count > 0 && folders.Any(folder => closed.Contains(folder.Node));

    // As far as anything is named.
    private IEnumerable<NodePlace> OpenPart(IReadOnlyList<NodePlace> path)
    {
        foreach (var folder in path)
        {
            yield return folder;
            if (closed.Contains(folder.Node))
                yield break;
        }
    }

    private static string KeyOf(IEnumerable<NodePlace> path) =>
        KeyOf(path.Select(place => place.Name));

    private static string KeyOf(IEnumerable<string> path) => string.Join('\0', path);

    private Cut CutAt(ChangePoint reached) =>
        new(reached.Seq, CursorAt(reached), IsPossible: _count > 0);

    private static SyncCursor? CursorAt(ChangePoint point) =>
        point == ChangePoint.After(point.Seq) ? null : new(new(0), point.Parent, point.Key);

    /// <summary>A place that something left.</summary>
    /// <param name="Path">Where it was, from below the collection down.</param>
    /// <param name="Kind">What it was; a mount may have shown a folder.</param>
    public sealed record Gone(IReadOnlyList<string> Path, NodeKind Kind);

    private sealed record Cut(long Seq, SyncCursor? Cursor, bool IsPossible);

    private sealed record ChangeWindow(
        List<LeftPlace> Left,
        List<ChangedNode> Changed,
        ChangePoint End
    )
    {
        /// <summary>Where the folders above what was left were when the copy was as it is.</summary>
        public Dictionary<NodeId, NodePlace> Then { get; } = [];
    }
}
