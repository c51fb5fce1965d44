namespace CloudDav.Vault;

/// <summary>
/// Looks for nodes below a folder. Which candidates there are comes from the index that fits best; where each of them is, and whether the actor may know of it, is found from
/// its folders upward, which are few and remembered.
/// </summary>
public sealed partial class VaultSession
{
    private const int SearchPage = 500;

    /// <summary>
    /// Visits everything below a folder that may be looked for, in the vault alone: what mounts show is searched for in theirs. It shows what a listing of everything below shows, and
    /// nothing more.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="search">What is looked for.</param>
    /// <param name="details">What is asked of each; no locks.</param>
    /// <param name="visit">Called for each; must not block.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    internal ValueTask<VaultResult<Searched>> SearchAsync(
        IReadOnlyList<string> path,
        NodeSearch search,
        NodeDetails details,
        SearchVisitor visit,
        CancellationToken cancellationToken
    )
    {
        details = Shown(details) & ~NodeDetails.Locks;
        return _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<Searched>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path, NodeDetails.None)]));
                var found = FoundIn(facts, Capability.List);
                if (found.Refusal is { } refusal)
                    return refusal;
                if (!found.Value.Node.IsFolder)
                    return new Searched(IsComplete: true, []);
                var run = new SearchRun(this, snapshot, found.Value, details, visit)
                {
                    Favorites = await FavoritesAsync(
                        snapshot,
                        search.OnlyFavorites ? Shown(NodeDetails.Favorite) : details
                    ),
                };
                await run.RunAsync(search, cancellationToken);
                return new Searched(run.IsComplete, MountsBelow(found.Value));
            },
            cancellationToken
        );
    }

    private static List<(ReceivedShare, string[])> MountsBelow(Found found)
    {
        var mounts = new List<(ReceivedShare, string[])>();
        foreach (var received in found.Vault.Mounts?.Received ?? [])
        {
            var depth = received.Mount.ToList().FindIndex(row => row.Id == found.Node.Id);
            if (received.Placed is not null && depth >= 0)
                mounts.Add((received, [.. received.Mount.Skip(depth + 1).Select(row => row.Name)]));
        }
        return mounts;
    }

    /// <summary>One search of one vault.</summary>
    private sealed class SearchRun
    {
        private readonly VaultSession _session;
        private readonly IMetadataSnapshot _snapshot;
        private readonly VaultState _vault;
        private readonly NodeRow _top;
        private readonly NodeDetails _details;
        private readonly SearchVisitor _visit;
        private readonly MeasuredPlaces? _measures;
        private readonly HashSet<NodeId>? _hidden;
        private readonly long _begun;

        // Where each folder is, from the searched one down; null for one that lies elsewhere, or that the actor must not know of.
        private readonly Dictionary<NodeId, string[]?> _places;
        private int _looked;

        public SearchRun(
            VaultSession session,
            IMetadataSnapshot snapshot,
            Found found,
            NodeDetails details,
            SearchVisitor visit
        )
        {
            (_session, _snapshot, _details, _visit) = (session, snapshot, details, visit);
            (_vault, _top) = (found.Vault, found.Node);
            _measures = MeasuresOn(found);
            _hidden = session.HiddenBelow(_vault);
            _places = new() { [_top.Id] = [] };
            _begun = session._vaults.Time.GetTimestamp();
            session.Mark(_measures, _top);
        }

        /// <summary>The actor's favourites in the vault; null when nobody asked, or the actor has none.</summary>
        public IReadOnlySet<NodeId>? Favorites { get; init; }

        /// <summary>False when something was not looked at.</summary>
        public bool IsComplete { get; private set; } = true;

        public async ValueTask RunAsync(NodeSearch search, CancellationToken stop)
        {
            if (search.Nodes is { } nodes)
                await VisitAsync(nodes, stop);
            else if (search.OnlyFavorites)
                await VisitAsync([.. Favorites ?? new HashSet<NodeId>()], stop);
            else if (search.ByTaken)
                await VisitTakenAsync(search, stop);
            else if (search.Classes.Count > 0)
                await VisitMediaAsync(search, stop);
            else if (search is { OnlyFiles: true, NewestFirst: true, FromMs: { } from })
                await VisitLatestAsync(from, stop);
            else
                await ScanAsync(search, stop);
        }

        private async ValueTask VisitAsync(IReadOnlyList<NodeId> nodes, CancellationToken stop)
        {
            foreach (var page in nodes.Distinct().Chunk(SearchPage))
                if (
                    !MayGoOn(0, stop)
                    || await VisitAsync(await _snapshot.ListNodesAsync(_vault.Id, page))
                        == SearchNext.Enough
                )
                    return;
        }

        private async ValueTask VisitTakenAsync(NodeSearch search, CancellationToken stop)
        {
            NodeRow? last = null;
            while (true)
            {
                var page = await _snapshot.ListTakenAsync(
                    _vault.Id,
                    search.FromMs ?? long.MinValue,
                    search.UntilMs ?? long.MaxValue,
                    last,
                    search.OldestFirst,
                    SearchPage
                );
                if (
                    await VisitAsync(page) != SearchNext.More
                    || page.Count < SearchPage
                    || !MayGoOn(page.Count, stop)
                )
                    return;
                last = page[^1];
            }
        }

        private async ValueTask VisitMediaAsync(NodeSearch search, CancellationToken stop)
        {
            foreach (var kind in search.Classes)
            {
                NodeRow? last = null;
                while (true)
                {
                    var page = await _snapshot.ListMediaAsync(
                        _vault.Id,
                        kind,
                        search.FromMs ?? long.MinValue,
                        search.UntilMs ?? long.MaxValue,
                        last,
                        SearchPage
                    );
                    var next = await VisitAsync(page);
                    if (next == SearchNext.Enough)
                        return;
                    if (next == SearchNext.NothingOlder || page.Count < SearchPage)
                        break;
                    if (!MayGoOn(page.Count, stop))
                        return;
                    last = page[^1];
                }
            }
        }

        // What was changed since a moment is among what was written since, but for what says it comes from the future.
        private async ValueTask VisitLatestAsync(long from, CancellationToken stop)
        {
            NodeRow? last = null;
            while (true)
            {
                var page = await _snapshot.ListLatestAsync(_vault.Id, last, SearchPage);
                if (
                    await VisitAsync([
                        .. page.Where(row => !row.IsFolder && row.ModifiedMs >= from),
                    ]) == SearchNext.Enough
                    || page.Count < SearchPage
                    || page[^1].ChangedMs < from
                    || !MayGoOn(page.Count, stop)
                )
                    return;
                last = page[^1];
            }
        }

        private async ValueTask ScanAsync(NodeSearch search, CancellationToken stop)
        {
            var limits = _session.Limits;
            var rows = await _snapshot.ScanAsync(
                _vault.Id,
                _top.Id,
                new NodeScan(
                    // Where names differ by case, so do their keys.
                    search.NamePart
                        is { } part
                    && _vault.IsCaseInsensitive
                        ? NodeName.Fold(part)
                        : null,
                    search.FromMs,
                    search.UntilMs,
                    search.OnlyFiles,
                    limits.SearchedItems,
                    limits.SearchMatches
                )
            );
            IsComplete =
                rows.Count < limits.SearchMatches && _top.SubtreeItems <= limits.SearchedItems;
            foreach (var page in rows.Chunk(SearchPage))
                if (!MayGoOn(0, stop) || await VisitAsync(page) == SearchNext.Enough)
                    return;
        }

        private bool MayGoOn(int looked, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            _looked += looked;
            if (
                _looked < _session.Limits.SearchedItems
                && _session._vaults.Time.GetElapsedTime(_begun) < _session.Limits.SearchTime
            )
                return true;
            return IsComplete = false;
        }

        private async ValueTask<SearchNext> VisitAsync(IReadOnlyList<NodeRow> rows)
        {
            await LearnAsync([
                .. rows.Select(row => row.Parent).Where(id => !_places.ContainsKey(id)).Distinct(),
            ]);
            var shown = new List<(NodeRow Row, string[] Below)>(rows.Count);
            foreach (var row in rows)
                if (
                    row.Kind != NodeKind.Mount
                    && _places[row.Parent] is { } folder
                    && Enter(row, folder) is { } below
                )
                    shown.Add((row, below));
            const NodeDetails stored = NodeDetails.Properties | NodeDetails.Checksums;
            if ((_details & stored) != NodeDetails.None && shown.Count > 0)
                await _snapshot.AddDetailsAsync(
                    _vault.Id,
                    [.. shown.Select(entry => entry.Row)],
                    _details & stored
                );
            var next = SearchNext.More;
            foreach (var (row, below) in shown)
            {
                row.IsFavorite = Favorites?.Contains(row.Id);
                next = _visit(below, _vault, row);
                if (next == SearchNext.Enough)
                    break;
            }
            return next;
        }

        private async ValueTask LearnAsync(IReadOnlyList<NodeId> folders)
        {
            if (folders.Count == 0)
                return;
            var rows = (await _snapshot.ListFoldersAboveAsync(_vault.Id, folders)).ToDictionary(
                row => row.Id
            );
            foreach (var folder in folders)
                Learn(folder, rows);
        }

        // From the top down, as what is hidden and what is blocked goes.
        private string[]? Learn(NodeId folder, Dictionary<NodeId, NodeRow> rows)
        {
            if (_places.TryGetValue(folder, out var known))
                return known;
            var place =
                rows.TryGetValue(folder, out var row) && Learn(row.Parent, rows) is { } above
                    ? Enter(row, above)
                    : null;
            _places.Add(folder, place);
            return place;
        }

        private string[]? Enter(NodeRow row, string[] folder)
        {
            if (_hidden is not null && Hides(_hidden, row))
                return null;
            _session.Mark(_measures, row);
            return _session.IsClosed(_measures, row.Parent) ? null : [.. folder, row.Name];
        }
    }
}

/// <summary>How a search of one vault ended.</summary>
/// <param name="IsComplete">False when something was not looked at.</param>
/// <param name="Mounts">What hangs below the folder and is searched by itself, with the segments down to it.</param>
internal sealed record Searched(
    bool IsComplete,
    IReadOnlyList<(ReceivedShare Share, string[] Below)> Mounts
);
