namespace CloudDav.Vault;

/// <summary>The vault, or something in it, is brought back to how it was at a moment.</summary>
public sealed partial class VaultSession
{
    // So many changed nodes are looked at in one transaction: nobody else waits for longer than they take.
    private const int RewindSlice = 100;

    // Whoever goes on changing things all the time is not followed for ever.
    private const int MostRounds = 5;

    // So many of those that stay as they are are named.
    private const int MostLeft = 100;

    private const int LeftPage = 1_000;

    /// <summary>
    /// Brings the tree, or something that was in it, back to how it was at a moment. What came to be in it since goes to the trash; what was moved or deleted comes back to its place, and what
    /// lies there now goes first; contents become those of then, and those of now earlier versions. What is locked, taken out of reach or gone for good stays as it is, and is told. In steps, each as a
    /// whole, which cost what has changed since; called again, it goes on with what is left.
    /// </summary>
    /// <param name="at">The moment, within <see cref="VaultLimits.RewindAge"/>.</param>
    /// <param name="node">A file or folder that was in the tree then; null for everything.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    public async ValueTask<VaultResult<Rewound>> RewindAsync(
        DateTimeOffset at,
        NodeId? node,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            snapshot => FindFormerAsync(snapshot, at, node, [], Capability.AddContent),
            cancellationToken
        );
        return found.Refusal is { } refusal
            ? refusal
            : await new Rewinding(this, found.Value, at).RunAsync(cancellationToken);
    }

    /// <summary>One call: goes through what has changed since, as often as there was something to do.</summary>
    private sealed class Rewinding(VaultSession session, FormerItem top, DateTimeOffset at)
    {
        private readonly long _began = session._vaults.Time.GetTimestamp();
        private readonly List<NotRewound> _left = [];
        private long _leftItems;
        private long _restored;
        private long _removed;
        private bool _isRecorded;
        private Refusal? _stopped;

        private IMetadataStore Metadata => session._vaults.Metadata;

        public async ValueTask<VaultResult<Rewound>> RunAsync(CancellationToken stop)
        {
            var isComplete = false;
            for (var round = 0; round < MostRounds && !isComplete; round++)
            {
                var before = _restored + _removed;
                _leftItems = 0;
                _left.Clear();
                // Itself first, so that what came to be in it is in the tree. What goes makes room for what comes.
                if (
                    !await PlaceTopAsync(stop)
                    || !await PassAsync(static (step, nodes) => step.RemoveAsync(nodes), stop)
                    || !await PassAsync(static (step, nodes) => step.PlaceAsync(nodes), stop)
                )
                    break;
                isComplete = _restored + _removed == before;
            }
            if (isComplete)
                await FindGoneAsync(stop);
            return _stopped is not null && _restored + _removed == 0
                ? _stopped
                : new Rewound
                {
                    Restored = _restored,
                    Removed = _removed,
                    IsComplete = isComplete,
                    Stopped = _stopped,
                    Left = _left,
                    LeftItems = _leftItems,
                };
        }

        // What cannot even be put back to where it was is refused, and not gone into.
        private async ValueTask<bool> PlaceTopAsync(CancellationToken stop)
        {
            if (top.Chain.Count == 1)
                return true;
            var placed = await StepAsync(
                (_, _) => new([top.Node.Id]),
                static (step, _) => step.PlaceTopAsync(),
                stop
            );
            if (_left is [{ } left])
                _stopped ??= left.Why;
            return placed is not null && _stopped is null;
        }

        // Everything that has changed since, in the order of changes, up to what had changed when the pass began. False when it stopped before the end.
        private async ValueTask<bool> PassAsync(
            Func<RewindStep, IReadOnlyList<NodeId>, ValueTask> work,
            CancellationToken stop
        )
        {
            var after = ChangePoint.After(top.AsOf);
            long? last = null;
            while (true)
            {
                IReadOnlyList<ChangedNode> page = [];
                var done = await StepAsync(
                    async (transaction, vault) =>
                    {
                        last ??= vault.ChangeSeq;
                        page = await transaction.ListChangedAsync(vault.Id, after, RewindSlice);
                        return
                        [
                            .. page.Where(node =>
                                    node.Seq <= last && node.Place.Kind != NodeKind.Mount
                                )
                                .Select(node => node.Place.Node),
                        ];
                    },
                    work,
                    stop
                );
                if (done is not { } steps)
                    return false;
                if (page.Count < RewindSlice || page[^1].Seq > last)
                    return true;
                after = new(page[^1].Seq, page[^1].Place.Parent, page[^1].Key);
                if (
                    steps > 0
                    && session._vaults.Time.GetElapsedTime(_began) >= session.Limits.RewindTime
                )
                    return false;
            }
        }

        // One transaction. How much it did; null when something stands in the way of all the rest.
        private async ValueTask<long?> StepAsync(
            Func<IMetadataTransaction, VaultState, ValueTask<IReadOnlyList<NodeId>>> choose,
            Func<RewindStep, IReadOnlyList<NodeId>, ValueTask> work,
            CancellationToken stop
        )
        {
            var done = await session.CommandAsync(
                "vault.rewind",
                async ValueTask<VaultResult<RewindStep>> (transaction) =>
                {
                    var facts = await session.LoadAsync(transaction, session.Request([]));
                    if (session.RefusesHistory(facts, Capability.AddContent) is { } refusal)
                        return refusal;
                    var step = new RewindStep(session, transaction, facts.Vault, top);
                    await work(step, await choose(transaction, facts.Vault));
                    if (step.Steps > 0 && !_isRecorded)
                        await session.RecordAsync(
                            transaction,
                            AuditActs.Rewound,
                            new { at },
                            top.Node.Id
                        );
                    return step;
                },
                stop
            );
            if (done.Refusal is { } refused)
            {
                _stopped = refused;
                return null;
            }
            var result = done.Value;
            _isRecorded |= result.Steps > 0;
            _restored += result.Restored;
            _removed += result.Removed;
            foreach (var left in result.Left)
                Leave(left);
            _stopped = result.Stopped;
            return _stopped is null ? result.Steps : null;
        }

        // What was there, and is gone for good.
        private ValueTask<bool> FindGoneAsync(CancellationToken stop) =>
            Metadata.ReadAsync(
                async snapshot =>
                {
                    var vault = top.Vault;
                    var size = LeftPage;
                    for (var after = top.AsOf; ; )
                    {
                        stop.ThrowIfCancellationRequested();
                        var page = await snapshot.ListLeftAsync(vault.Id, after, top.AsOf, size);
                        var isLast = page.Count < size;
                        // The last change may not be whole.
                        var end = isLast ? long.MaxValue : page[^1].Until - 1;
                        if (!isLast && page[0].Until > end)
                        {
                            size *= 8;
                            continue;
                        }
                        await FindGoneAsync(snapshot, [.. page.Where(place => place.Until <= end)]);
                        if (isLast)
                            return true;
                        after = end;
                    }
                },
                stop
            );

        private async ValueTask FindGoneAsync(
            IMetadataSnapshot snapshot,
            IReadOnlyList<LeftPlace> page
        )
        {
            var places = page.Where(place =>
                    place.WasFirst
                    && place.Place.Kind != NodeKind.Mount
                    && !NodeName.IsTransient(place.Place.Name)
                )
                .Select(place => place.Place.Node)
                .ToHashSet();
            foreach (var node in await snapshot.ListNodesAsync(top.Vault.Id, [.. places]))
                places.Remove(node.Id);
            var tree = new FormerTree(snapshot, top.Vault, top.AsOf);
            await tree.FindAsync(places);
            foreach (var node in places)
                if (tree.WasWithin(node, top.Node.Id))
                    Leave(
                        new(
                            [.. tree.ChainOf(node).Skip(1).Select(row => row.Name)],
                            new(RefusalRule.ContentForgotten)
                        )
                    );
        }

        private void Leave(NotRewound left)
        {
            _leftItems++;
            if (_left.Count < MostLeft)
                _left.Add(left);
        }
    }

    /// <summary>What one transaction does.</summary>
    private sealed class RewindStep(
        VaultSession session,
        IMetadataTransaction transaction,
        VaultState vault,
        FormerItem top
    )
    {
        private readonly FormerTree _tree = new(transaction, vault, top.AsOf);
        private readonly Dictionary<NodeId, NodeRow> _now = [];
        private readonly Queue<NodeId> _displaced = [];
        private readonly LockRules _rules = session.Rules(ChangeGuard.None);

        public long Restored { get; private set; }

        public long Removed { get; private set; }

        public long Steps => Restored + Removed;

        public List<NotRewound> Left { get; } = [];

        public Refusal? Stopped { get; private set; }

        /// <summary>Brings back itself, so that what is in it is in the tree.</summary>
        public async ValueTask PlaceTopAsync()
        {
            await PlaceAsync([top.Node.Id]);
            if (Left.Count > 0 || Stopped is not null)
                return;
            var chain = (await ListChainsAsync([top.Node.Id])).GetValueOrDefault(top.Node.Id);
            if (chain is null)
                Leave(top.Node, new(RefusalRule.ContentForgotten));
            // Where it was, in a folder that is gone itself.
            else if (!IsInTree(chain))
                Leave(top.Node, new(RefusalRule.ParentMissing));
        }

        /// <summary>Puts into the trash what was not there then: of a folder that was not, the folder.</summary>
        public async ValueTask RemoveAsync(IReadOnlyList<NodeId> nodes)
        {
            var inside = new List<(IReadOnlyList<NodeRow> Chain, int First)>();
            foreach (var chain in (await ListChainsAsync(nodes)).Values)
            {
                var above = chain.Select(row => row.Id).ToList().IndexOf(top.Node.Id);
                if (IsInTree(chain) && above >= 0)
                    inside.Add((chain, above + 1));
            }
            await _tree.FindAsync(
                inside.SelectMany(one => one.Chain.Skip(one.First).Select(row => row.Id))
            );
            var gone = new Dictionary<NodeId, IReadOnlyList<string>>();
            foreach (var (chain, first) in inside)
            {
                var stays = chain
                    .Skip(first)
                    .TakeWhile(row => _tree.WasWithin(row.Id, top.Node.Id))
                    .Count();
                if (first + stays < chain.Count)
                    gone[chain[first + stays].Id] = NamesOf([.. chain.Take(first + stays + 1)]);
            }
            if (gone.Count == 0)
                return;
            var facts = await LoadAsync(TreeLocks, [.. gone.Values]);
            var changes = new ChangeSet(facts.Vault, session.Now);
            foreach (var place in facts.Paths)
                if (RefusesToGo(facts, place) is { } refusal)
                    Left.Add(new(place.StoredPath, refusal));
                else
                    await DiscardAsync(changes, facts, place);
            if (changes.Changes.Count > 0)
                await session.ApplyAsync(transaction, facts.Vault, changes);
        }

        /// <summary>Brings back to their places and contents what was there then.</summary>
        public async ValueTask PlaceAsync(IReadOnlyList<NodeId> nodes)
        {
            await _tree.FindAsync(nodes);
            var wanted = nodes
                .Where(node => node != vault.Root && _tree.WasWithin(node, top.Node.Id))
                .ToList();
            foreach (
                var row in await transaction.ListNodesAsync(
                    vault.Id,
                    [.. wanted.SelectMany(Within).Select(row => row.Id).Distinct()]
                )
            )
                _now[row.Id] = row;
            foreach (var node in wanted)
            {
                await SettleAsync(node);
                while (Stopped is null && _displaced.TryDequeue(out var displaced))
                    await SettleAsync(displaced);
                if (Stopped is not null)
                    return;
            }
            await RestoreContentsAsync([
                .. wanted.Where(node =>
                    _now.GetValueOrDefault(node) is { } now && HasOther(now.Copy(), node)
                ),
            ]);
        }

        // From the folder that is brought back down to a node: the folders first.
        private IEnumerable<NodeRow> Within(NodeId node) =>
            _tree.ChainOf(node).SkipWhile(row => row.Id != top.Node.Id);

        private async ValueTask SettleAsync(NodeId node)
        {
            foreach (var was in Within(node))
                if (
                    was.Id != vault.Root
                    && Stopped is null
                    && _now.GetValueOrDefault(was.Id) is { } now
                    && (now.Parent != was.Parent || now.Name != was.Name)
                )
                    await PlaceAsync(was);
        }

        private async ValueTask PlaceAsync(NodeRow was)
        {
            // What is in the way goes; in its place something may be whose name differs in case.
            for (var turn = 0; turn < MostRounds; turn++)
            {
                var chains = await ListChainsAsync([was.Id, was.Parent]);
                if (chains.GetValueOrDefault(was.Id) is not { } chain)
                    return;
                if (chains.GetValueOrDefault(was.Parent) is not { } folder || !IsInTree(folder))
                {
                    Leave(was, new(RefusalRule.ParentMissing));
                    return;
                }
                if (folder.Any(row => row.Id == was.Id))
                {
                    Leave(was, new(RefusalRule.InsideItself));
                    return;
                }
                string[] to = [.. NamesOf(folder), was.Name];
                var facts = await LoadAsync(
                    TreeLocks,
                    IsInTree(chain) ? [to, NamesOf(chain)] : [to]
                );
                var from = IsInTree(chain) ? facts.Paths[1] : null;
                var place = from is null ? facts.Paths[0] : AsRename(from, facts.Paths[0]);
                if ((place.Node ?? place.CaseSibling) is not { } other)
                {
                    await ArriveAsync(was, facts, place, chain, from);
                    return;
                }
                if (await ClearAsync([.. NamesOf(folder), other.Name]) is { } refusal)
                {
                    Leave(was, refusal);
                    return;
                }
            }
        }

        private async ValueTask ArriveAsync(
            NodeRow was,
            Facts facts,
            PathState place,
            IReadOnlyList<NodeRow> chain,
            PathState? from
        )
        {
            var now = chain[^1];
            var levels = now.Height;
            if (levels > 0 && session.CheckDepth(place, levels) is not null)
                levels = await transaction.MeasureHeightAsync(vault.Id, now.Id);
            var row = now.Copy();
            var isChanged = HasOther(row, was.Id) && row.Content != now.Content;
            (row.Parent, row.Name) = (was.Parent, was.Name);
            row.NameKey = vault.KeyOf(row.Name);
            if (from is null && !row.IsFolder)
                row.Revision = NewRevision();
            if (
                (
                    facts.Vault.Decision!.RefusesAt(
                        [
                            .. place.Chain,
                            .. await PresentPlaceAsync(transaction, facts.Vault, chain),
                        ],
                        Capability.AddContent
                    )
                    ?? session.CheckPlace(place)
                    ?? (from is null ? null : _rules.CheckRemoval(from))
                    ?? _rules.CheckMembership(place)
                    ?? session.CheckDepth(place, levels)
                ) is
                { } refusal
            )
            {
                Leave(was, refusal);
                return;
            }
            Stopped = session.CheckRoom(
                facts.Vault,
                row.TotalBytes - (from is null ? 0 : now.TotalBytes),
                from is null ? now.TotalItems : 0,
                addsContent: from is null || row.Size > now.Size
            );
            if (Stopped is not null)
                return;
            var changes = new ChangeSet(facts.Vault, session.Now);
            changes.Add(
                new Change.ReplaceNode(
                    now,
                    row,
                    isChanged ? HistoryReason.Returned : HistoryReason.Moved,
                    IsVersion: isChanged && now.Size > 0,
                    KeepsContent: true
                )
            );
            if (isChanged && row.Content is { } content)
                changes.Add(new Change.ShareContent(content, row.Id));
            if (levels < now.Height)
                changes.Add(new Change.SetHeight(row.Id, levels));
            IReadOnlyList<NodeRow> above = [.. chain.SkipLast(1)];
            CarryMarks(changes, facts.Vault, above, place.Ancestors, row.Id);
            var propertyBytes = row.PropertyBytes + row.SubtreePropertyBytes;
            changes.Count(
                above,
                -now.Size - now.SubtreeBytes,
                -propertyBytes,
                -now.TotalItems,
                0,
                changesMembers: true,
                isInTree: from is not null
            );
            changes.Count(
                place.Ancestors,
                row.Size + row.SubtreeBytes,
                propertyBytes,
                row.TotalItems,
                1 + levels,
                changesMembers: true
            );
            await session.ApplyAsync(transaction, facts.Vault, changes);
            _now[row.Id] = row;
            Restored++;
        }

        // Takes something away from a place that another one had: into the trash, or where it had one itself, out of the way until that is free.
        private async ValueTask<Refusal?> ClearAsync(IReadOnlyList<string> path)
        {
            var facts = await LoadAsync(TreeLocks, [path]);
            var place = facts.Paths[0];
            if (RefusesToGo(facts, place) is { } refusal)
                return refusal;
            var (node, changes) = (place.Node!, new ChangeSet(facts.Vault, session.Now));
            await _tree.FindAsync([node.Id]);
            if (!_tree.WasWithin(node.Id, top.Node.Id))
            {
                await DiscardAsync(changes, facts, place);
                await session.ApplyAsync(transaction, facts.Vault, changes);
                return null;
            }
            var row = node.Copy();
            row.Name = NodeName.Beside(node.Name);
            row.NameKey = vault.KeyOf(row.Name);
            changes.Add(
                new Change.ReplaceNode(
                    node,
                    row,
                    HistoryReason.Moved,
                    IsVersion: false,
                    KeepsContent: true
                )
            );
            changes.Count(place.Ancestors, 0, 0, 0, 0, changesMembers: true);
            await session.ApplyAsync(transaction, facts.Vault, changes);
            foreach (
                var above in await transaction.ListNodesAsync(
                    vault.Id,
                    [.. Within(node.Id).Select(was => was.Id)]
                )
            )
                _now[above.Id] = above;
            _displaced.Enqueue(node.Id);
            return null;
        }

        // Of files that are where they were: all in one change.
        private async ValueTask RestoreContentsAsync(IReadOnlyList<NodeId> files)
        {
            var chains = await ListChainsAsync(files);
            List<NodeId> there =
            [
                .. files.Where(file =>
                    chains.GetValueOrDefault(file) is { } chain && IsInTree(chain)
                ),
            ];
            if (there.Count == 0)
                return;
            var facts = await LoadAsync(
                NodeDetails.Locks,
                [.. there.Select(file => NamesOf(chains[file]))]
            );
            var changes = new ChangeSet(facts.Vault, session.Now);
            var growth = 0L;
            foreach (var place in facts.Paths)
            {
                var now = place.Node!;
                var row = now.Copy();
                if (!HasOther(row, now.Id))
                    continue;
                var was = _tree[now.Id]!.Node;
                if (was.IsForgotten)
                {
                    if (!NodeName.IsTransient(was.Name))
                        Leave(was, new(RefusalRule.ContentForgotten));
                    continue;
                }
                if (
                    (
                        facts.Vault.Decision!.RefusesAt(place.Chain, Capability.AddContent)
                        ?? _rules.CheckNode(place)
                    ) is
                    { } refusal
                )
                {
                    Leave(was, refusal);
                    continue;
                }
                var more = row.Size - now.Size;
                Stopped = session.CheckRoom(facts.Vault, growth + more, 0, addsContent: more > 0);
                if (Stopped is not null)
                    break;
                growth += more;
                if (row.Content == now.Content)
                    changes.Add(
                        new Change.ReplaceNode(
                            now,
                            row,
                            HistoryReason.Patched,
                            IsVersion: false,
                            KeepsContent: true
                        )
                    );
                else
                    ReplaceContent(changes, now, row, facts.Vault.Decision!.IsKept(place.Chain));
                if (row.Content != now.Content && row.Content is { } content)
                    changes.Add(new Change.ShareContent(content, row.Id));
                changes.Count(place.Ancestors, more, 0, 0, 0, changesMembers: false);
                Restored++;
            }
            if (changes.Changes.Count > 0)
                await session.ApplyAsync(transaction, facts.Vault, changes);
        }

        // Gives a file's row the content it had, if it has another one now, or its time. What is forgotten is other than anything.
        private bool HasOther(NodeRow row, NodeId node)
        {
            if (row.IsFolder || _tree[node] is not { } was)
                return false;
            if (was.Node.IsForgotten)
                return true;
            if (row.Content != was.Node.Content)
            {
                row.TakeContentOf(was.Node);
                row.Revision = NewRevision();
                return true;
            }
            var isOther = was.IsExact && row.ModifiedMs != was.Node.ModifiedMs;
            row.ModifiedMs = was.IsExact ? was.Node.ModifiedMs : row.ModifiedMs;
            return isOther;
        }

        private Refusal? RefusesToGo(Facts facts, PathState place) =>
            place.Node is not { Kind: not NodeKind.Mount }
                ? new Refusal(RefusalRule.AlreadyExists)
                : facts.Vault.Decision!.RefusesAt(place.Chain, Capability.TakeBack)
                    ?? _rules.CheckRemoval(place);

        private async ValueTask DiscardAsync(ChangeSet changes, Facts facts, PathState place)
        {
            Discard(
                changes,
                facts.Vault,
                place,
                heir: null,
                await IsNeededAsync(transaction, facts.Vault, place)
            );
            Removed++;
        }

        private void Leave(NodeRow was, Refusal refusal) =>
            Left.Add(new([.. _tree.ChainOf(was.Id).Skip(1).Select(row => row.Name)], refusal));

        private ValueTask<IReadOnlyDictionary<NodeId, IReadOnlyList<NodeRow>>> ListChainsAsync(
            IReadOnlyList<NodeId> nodes
        ) => transaction.ListChainsAsync(vault.Id, nodes);

        private ValueTask<Facts> LoadAsync(
            NodeDetails details,
            params ReadOnlySpan<IReadOnlyList<string>> paths
        ) => session.LoadAsync(transaction, session.Request(ChangeGuard.None, details, paths));

        private bool IsInTree(IReadOnlyList<NodeRow> chain) => chain[0].Id == vault.Root;

        private static IReadOnlyList<string> NamesOf(IReadOnlyList<NodeRow> chain) =>
            [.. chain.Skip(1).Select(row => row.Name)];
    }
}
