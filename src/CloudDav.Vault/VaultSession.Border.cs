namespace CloudDav.Vault;

/// <summary>
/// Nodes go from one vault into another, over the border of a share: into a received share, out of one, or from one into another. What arrives is new there, and is
/// its owner's; what leaves goes into the trash of whose it was. Contents are copied by the stores, as they are encrypted, and their keys wrapped anew.
/// </summary>
public sealed partial class VaultSession
{
    // What is on the way may change while its contents are copied; then it is looked at again.
    private const int MostBorderTurns = 5;

    /// <summary>Moves or copies over a border, in one transaction over both vaults.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="transfer">How.</param>
    /// <param name="isMove">Whether it leaves where it was.</param>
    /// <param name="cancellationToken">Stops the copying of contents.</param>
    internal static async ValueTask<VaultResult<Changed>> TransferAsync(
        VaultTree.Spot from,
        VaultTree.Spot to,
        Transfer transfer,
        bool isMove,
        CancellationToken cancellationToken
    )
    {
        var border = new Border(from, to, transfer, isMove);
        for (var turn = 1; ; turn++)
        {
            var result = await border.CrossAsync(cancellationToken);
            if (result is { } done)
                return done;
            if (turn == MostBorderTurns)
                return new Refusal(RefusalRule.ConditionFailed);
        }
    }

    /// <summary>One move or copy over a border.</summary>
    private sealed class Border(
        VaultTree.Spot from,
        VaultTree.Spot to,
        Transfer transfer,
        bool isMove
    )
    {
        private readonly VaultSession _source = from.Session;
        private readonly VaultSession _target = to.Session;

        private Vaults Vaults => _source._vaults;

        private bool IsDeep => isMove || transfer.IsDeep;

        /// <summary>Tries once; null when what is on the way changed meanwhile.</summary>
        public async ValueTask<VaultResult<Changed>?> CrossAsync(
            CancellationToken cancellationToken
        )
        {
            var planned = await Vaults.Metadata.ReadAsync(
                snapshot => PlanAsync(snapshot, cancellationToken),
                cancellationToken
            );
            if (planned.Refusal is { } refusal)
                return refusal;
            var plan = planned.Value;
            try
            {
                if (await plan.Passage.BeginAsync(cancellationToken) is { } full)
                    return full;
                var hasChanged = false;
                var result = await _target.CommandAsync(
                    isMove ? "vault.move" : "vault.copy",
                    async ValueTask<VaultResult<Changed>> (transaction) =>
                    {
                        await transaction.TakeTurnsAsync([
                            _source._owner.Vault,
                            _target._owner.Vault,
                        ]);
                        var sides = await LoadAsync(transaction);
                        if (await CheckAsync(transaction, sides) is { } refused)
                            return refused;
                        hasChanged = !plan.IsOf(sides.From.Node!);
                        return hasChanged
                            ? new Refusal(RefusalRule.ConditionFailed)
                            : await ApplyAsync(transaction, sides, plan);
                    },
                    CancellationToken.None
                );
                if (result.IsSuccess)
                {
                    // What was taken out of a share was downloaded from it.
                    await from.CountUseAsync(ShareUse.Downloaded, CancellationToken.None);
                    return result;
                }
                await plan.Passage.AbandonAsync();
                return hasChanged ? (VaultResult<Changed>?)null : result;
            }
            catch (StorageFullException)
            {
                await plan.Passage.AbandonAsync();
                return new Refusal(RefusalRule.PlatformFull);
            }
            catch
            {
                await plan.Passage.AbandonAsync();
                throw;
            }
        }

        private async ValueTask<Sides> LoadAsync(IMetadataSnapshot snapshot)
        {
            var source = await _source.LoadAsync(
                snapshot,
                _source.Request(from.Guard, TreeLocks, from.Path)
            );
            return new(
                source,
                await _target.LoadAsync(snapshot, _target.Request(to.Guard, TreeLocks, to.Path))
            );
        }

        // The rights, the standing and the locks of both sides.
        private async ValueTask<Refusal?> CheckAsync(IMetadataSnapshot snapshot, Sides sides)
        {
            if (CheckSource(sides) is { } refused)
                return from.Outward<bool>(refused).Refusal;
            var node = sides.From.Node!;
            if (await CheckBlocksBelowAsync(snapshot, sides.Source.Vault, node) is { } blocked)
                return blocked;
            var items = IsDeep ? node.TotalItems : 1;
            if (items > Vaults.Limits.TransferItems)
                return new Refusal(RefusalRule.TransferTooLarge)
                {
                    Limit = Vaults.Limits.TransferItems,
                    Used = items,
                };
            var levels = IsDeep ? node.Height : 0;
            if (levels > 0 && _target.CheckDepth(sides.To, levels) is not null)
                levels = await snapshot.MeasureHeightAsync(sides.Source.Vault.Id, node.Id);
            return CheckTarget(sides, node, levels, items) is { } unfit
                ? to.Outward<bool>(unfit).Refusal
                : null;
        }

        private Refusal? CheckSource(Sides sides)
        {
            var found = FoundIn(sides.Source, Capability.Download);
            if (found.Refusal is { } missing)
                return missing;
            if (isMove)
            {
                var decision = sides.Source.Vault.Decision!;
                if (
                    (
                        decision.Refuses(Capability.TakeBack)
                        ?? decision.RefusesAt(sides.From.Chain, Capability.TakeBack)
                    ) is
                    { } kept
                )
                    return kept;
                if (from.Path.Count == 0)
                    return new Refusal(RefusalRule.IsRoot);
            }
            return _source.CheckGuard(sides.Source, from.Guard)
                ?? (isMove ? _source.Rules(from.Guard).CheckRemoval(sides.From) : null);
        }

        private Refusal? CheckTarget(Sides sides, NodeRow node, int levels, long items)
        {
            if (CheckAccess(sides.Target, Capability.AddContent) is { } refused)
                return refused;
            var (vault, place) = (sides.Target.Vault, sides.To);
            if (node.IsFolder && vault.Decision!.Refuses(Capability.CreateFolder) is { } closed)
                return closed;
            // What is shared itself is replaced only as a file by a file.
            if (to.Path.Count == 0 && (node.IsFolder || place.Node is not { IsFolder: false }))
                return new Refusal(RefusalRule.IsRoot);
            var bytes = node.Size + (IsDeep ? node.SubtreeBytes : 0);
            var propertyBytes = node.PropertyBytes + (IsDeep ? node.SubtreePropertyBytes : 0);
            return (
                    to.Path.Count > 0 ? _target.CheckTransfer(sides.From, place, transfer)
                    : place.Node!.Id == node.Id ? new Refusal(RefusalRule.SameNode)
                    : transfer.Overwrites ? null
                    : new Refusal(RefusalRule.DestinationExists)
                )
                ?? _target.CheckGuard(sides.Target, to.Guard)
                ?? (
                    to.Path.Count > 0
                        ? _target.Rules(to.Guard).CheckArrival(place)
                        : _target.Rules(to.Guard).CheckNode(place)
                )
                ?? _target.CheckDepth(place, levels)
                ?? _target.CheckRoom(
                    vault,
                    bytes + propertyBytes - (place.Node?.TotalBytes ?? 0),
                    items - (place.Node?.TotalItems ?? 0),
                    addsContent: true
                );
        }

        private async ValueTask<VaultResult<Plan>> PlanAsync(
            IMetadataSnapshot snapshot,
            CancellationToken cancellationToken
        )
        {
            var sides = await LoadAsync(snapshot);
            if (await CheckAsync(snapshot, sides) is { } refusal)
                return refusal;
            var vault = sides.Source.Vault.Id;
            var plan = new Plan(sides.From.Node!, new ContentPassage(_source, _target));
            if (plan.Top.IsFolder && IsDeep)
                await snapshot.ListAsync(
                    vault,
                    plan.Top.Id,
                    isDeep: true,
                    NodeDetails.None,
                    row =>
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        // What others share with the owner is nobody else's.
                        if (row.Kind != NodeKind.Mount)
                            plan.Nodes.Add(row.Copy());
                    }
                );
            plan.Passage.Contents.AddRange(
                await snapshot.ListContentKeysAsync(
                    vault,
                    [.. plan.Nodes.Select(row => row.Content).OfType<ContentId>().Distinct()]
                )
            );
            return plan;
        }

        private async ValueTask<VaultResult<Changed>> ApplyAsync(
            IMetadataTransaction transaction,
            Sides sides,
            Plan plan
        )
        {
            var now = _target.Now;
            var changes = new ChangeSet(sides.Target.Vault, now);
            await plan.Passage.NumberAsync(transaction);
            var arrival =
                to.Path.Count == 0
                    ? Overwrite(changes, sides, plan)
                    : await InsertAsync(transaction, changes, sides, plan);
            if (arrival.Refusal is { } refusal)
                return refusal;
            plan.Passage.AddTo(changes);
            await _target.ApplyAsync(transaction, sides.Target.Vault, changes);
            if (isMove)
            {
                var isSame = sides.Source.Vault.Id == sides.Target.Vault.Id;
                var vault = isSame
                    ? sides.Source.Vault with
                    {
                        ChangeSeq = changes.Seq,
                    }
                    : sides.Source.Vault;
                var leaving = new ChangeSet(vault, now);
                Discard(leaving, vault, sides.From, heir: null, isNeeded: true);
                await _source.ApplyAsync(transaction, vault, leaving);
            }
            return After(sides.Target.Vault, changes, arrival.Value, sides.To.Node is null);
        }

        // A file over what is shared itself: its next content.
        private VaultResult<NodeRow> Overwrite(ChangeSet changes, Sides sides, Plan plan)
        {
            var (vault, place) = (sides.Target.Vault, sides.To);
            var former = place.Node!;
            var row = former.Copy();
            row.TakeContentOf(plan.Top);
            row.Revision = NewRevision();
            ApplyTimes(row, transfer);
            row.Content = plan.Top.Content is { } content ? plan.Passage.Taken[content] : null;
            ReplaceContent(changes, former, row, vault.Decision!.IsKept(place.Chain));
            if (
                IsProtected(sides.Source.Vault, sides.From.Chain)
                && !IsProtected(vault, place.Chain)
            )
                changes.Add(new Change.Protect(row.Id, IsProtected: true, Measure: null));
            changes.Count(place.Ancestors, row.Size - former.Size, 0, 0, 0, changesMembers: false);
            return row;
        }

        private async ValueTask<VaultResult<NodeRow>> InsertAsync(
            IMetadataTransaction transaction,
            ChangeSet changes,
            Sides sides,
            Plan plan
        )
        {
            var (vault, place) = (sides.Target.Vault, sides.To);
            var marked = sides.Source.Vault.Protected;
            var arrived = new Dictionary<NodeId, IReadOnlyList<NodeRow>>();
            var keys = new HashSet<(NodeId, string)>();
            var owned = new HashSet<ContentId>();
            NodeRow top = null!;
            foreach (var node in plan.Nodes)
            {
                var isTop = node == plan.Top;
                var chain = isTop ? place.Ancestors : arrived[node.Parent];
                var row = node.Copy();
                row.Id = new NodeId(await transaction.NextIdAsync());
                row.Parent = chain[^1].Id;
                row.Name = isTop ? place.Path[^1] : node.Name;
                row.NameKey = vault.KeyOf(row.Name);
                if (!keys.Add((row.Parent, row.NameKey)))
                    return new Refusal(RefusalRule.CaseConflict);
                row.Revision = node.IsFolder ? Guid.Empty : NewRevision();
                if (!isMove)
                    row.CreatedMs = changes.NowMs;
                row.SubtreeVersion = changes.Seq;
                row.SubtreeBytes = row.SubtreePropertyBytes = row.SubtreeItems = 0;
                row.Height = 0;
                if (isTop)
                {
                    ApplyTimes(row, transfer);
                    top = row;
                    if (place.Node is not null)
                        Discard(changes, vault, place, heir: row.Id, isNeeded: true);
                }
                if (node.Content is { } content)
                {
                    row.Content = plan.Passage.Taken[content];
                    if (!owned.Add(row.Content.Value))
                        changes.Add(new Change.ShareContent(row.Content.Value, row.Id));
                }
                changes.Add(new Change.InsertNode(row));
                if (row.PropertyBytes > 0)
                    changes.Add(new Change.TakeProperties(sides.Source.Vault.Id, node.Id, row.Id));
                if (
                    isTop
                        ? IsProtected(sides.Source.Vault, sides.From.Chain)
                            && !IsProtected(vault, place.Ancestors)
                        : marked.Contains(node.Id)
                )
                    // Whoever marked it there, here it is its owner's mark: a notice is about one account.
                    changes.Add(new Change.Protect(row.Id, IsProtected: true, Measure: null));
                changes.Count(chain, row.Size, row.PropertyBytes, 1, 1, changesMembers: isTop);
                if (row.IsFolder)
                    arrived[node.Id] = [.. chain, row];
            }
            return top;
        }
    }

    /// <summary>What is known of both sides of a border.</summary>
    private sealed record Sides(Facts Source, Facts Target)
    {
        public PathState From => Source.Paths[0];

        public PathState To => Target.Paths[0];
    }

    /// <summary>What goes over a border.</summary>
    private sealed class Plan
    {
        public Plan(NodeRow top, ContentPassage passage)
        {
            (Top, Passage) = (top, passage);
            Nodes.Add(top);
        }

        public NodeRow Top { get; }

        public ContentPassage Passage { get; }

        /// <summary>All of it, each folder before what is in it.</summary>
        public List<NodeRow> Nodes { get; } = [];

        /// <summary>Whether a node is what was planned for, with everything below it.</summary>
        public bool IsOf(NodeRow node) =>
            node.Id == Top.Id
            && node.ChangedSeq == Top.ChangedSeq
            && node.Revision == Top.Revision
            && node.SubtreeVersion == Top.SubtreeVersion;
    }
}
