namespace CloudDav.Vault;

/// <summary>Nodes go away, move and are copied; with everything below them, in one transaction whatever their size.</summary>
public sealed partial class VaultSession
{
    private const NodeDetails TreeLocks = NodeDetails.Locks | NodeDetails.LocksBelow;

    /// <summary>Puts a node with everything below it into the trash.</summary>
    public ValueTask<VaultResult<bool>> DeleteAsync(
        IReadOnlyList<string> path,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.delete",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request(guard, TreeLocks, path));
                var found = FoundIn(facts, Capability.TakeBack, isMountItself: true);
                if (found.Refusal is { } missing)
                    return missing;
                if (path.Count == 0)
                    return new Refusal(RefusalRule.IsRoot);
                var place = facts.Paths[0];
                if ((CheckGuard(facts, guard) ?? Rules(guard).CheckRemoval(place)) is { } refusal)
                    return refusal;
                var changes = new ChangeSet(facts.Vault, Now);
                if (place.Mount is { } mount)
                    Unmount(
                        changes,
                        facts.Vault,
                        facts.Vault.Mounts!.Find(mount.Id)!,
                        isWish: true
                    );
                else
                    Discard(
                        changes,
                        facts.Vault,
                        place,
                        heir: null,
                        await IsNeededAsync(transaction, facts.Vault, place)
                    );
                await ApplyAsync(transaction, facts.Vault, changes);
                return true;
            },
            cancellationToken
        );

    /// <summary>Moves or renames a node with everything below it: one row, whatever its size.</summary>
    public ValueTask<VaultResult<Changed>> MoveAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        Transfer transfer,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.move",
            async ValueTask<VaultResult<Changed>> (transaction) =>
            {
                var facts = await LoadAsync(
                    transaction,
                    Request(guard, TreeLocks, source, destination)
                );
                var found = FoundIn(facts, Capability.Reorganise, isMountItself: true);
                if (found.Refusal is { } missing)
                    return missing;
                if (Crosses(facts, facts.Paths[1], isMountItself: false) is { } crossing)
                    return crossing;
                if (source.Count == 0)
                    return new Refusal(RefusalRule.IsRoot);
                var vault = facts.Vault;
                var (from, to) = (facts.Paths[0], AsRename(facts.Paths[0], facts.Paths[1]));
                var node = found.Value.Node;
                var levels = node.Height;
                if (levels > 0 && CheckDepth(to, levels) is not null)
                    // The height is only an upper bound: before it refuses, it is measured.
                    levels = await transaction.MeasureHeightAsync(vault.Id, node.Id);
                var rules = Rules(guard);
                if (
                    (
                        vault.Decision!.RefusesAt(to.Chain, Capability.AddContent)
                        ?? CheckTransfer(from, to, transfer)
                        ?? CheckGuard(facts, guard)
                        ?? rules.CheckRemoval(from)
                        ?? rules.CheckArrival(to)
                        ?? CheckDepth(to, levels)
                    ) is
                    { } refusal
                )
                    return refusal;
                var now = Now;
                var changes = new ChangeSet(vault, now);
                if (await FindSafeSaveAsync(transaction, vault, to, from, now, 0) is { } save)
                    return await MoveIntoPlaceAsync(
                        transaction,
                        changes,
                        save,
                        vault,
                        from,
                        to,
                        transfer
                    );
                if (
                    await SaveOverAsync(transaction, changes, vault, from, to, transfer) is
                    { } saved
                )
                    return saved;
                foreach (var held in OwnAndBelow(from))
                    changes.Add(new Change.RemoveLock(held.Token));
                if (to.Node is not null)
                    Discard(
                        changes,
                        vault,
                        to,
                        heir: node.Id,
                        await IsNeededAsync(transaction, vault, to)
                    );
                var row = node.Copy();
                row.Parent = to.Parent!.Id;
                row.Name = to.Path[^1];
                row.NameKey = vault.KeyOf(row.Name);
                ApplyTimes(row, transfer);
                changes.Add(
                    new Change.ReplaceNode(
                        node,
                        row,
                        HistoryReason.Moved,
                        IsVersion: false,
                        KeepsContent: true
                    )
                );
                if (SafeSave.PutsAside(from, to))
                    changes.Add(new Change.SetAside(node.Id, _actor.Account, _actor.Device));
                if (row.IsFolder && transfer.Modified is not null)
                    changes.Add(new Change.SetFolderModified(row.Id, row.ModifiedMs));
                if (levels < node.Height)
                    changes.Add(new Change.SetHeight(row.Id, levels));
                CarryMarks(changes, vault, from.Ancestors, to.Ancestors, node.Id);
                var bytes = node.Size + node.SubtreeBytes;
                var propertyBytes = node.PropertyBytes + node.SubtreePropertyBytes;
                changes.Count(
                    from.Ancestors,
                    -bytes,
                    -propertyBytes,
                    -node.TotalItems,
                    0,
                    changesMembers: true
                );
                changes.Count(
                    to.Ancestors,
                    bytes,
                    propertyBytes,
                    node.TotalItems,
                    1 + levels,
                    changesMembers: true
                );
                await ApplyAsync(transaction, vault, changes);
                return After(vault, changes, row, to.Node is null);
            },
            cancellationToken
        );

    /// <summary>Copies a node, deep with everything below it: contents are shared, not copied.</summary>
    public ValueTask<VaultResult<Changed>> CopyAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        Transfer transfer,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.copy",
            async ValueTask<VaultResult<Changed>> (transaction) =>
            {
                var facts = await LoadAsync(
                    transaction,
                    Request(guard, TreeLocks, source, destination)
                );
                var found = FoundIn(facts, Capability.AddContent);
                if (IsLink)
                    return new Refusal(RefusalRule.ShareRightMissing);
                if (found.Refusal is { } missing)
                    return missing;
                if (Crosses(facts, facts.Paths[1], isMountItself: false) is { } crossing)
                    return crossing;
                var vault = facts.Vault;
                var (from, to) = (facts.Paths[0], facts.Paths[1]);
                var node = found.Value.Node;
                var isDeep = node.IsFolder && transfer.IsDeep;
                var levels = isDeep ? node.Height : 0;
                if (levels > 0 && CheckDepth(to, levels) is not null)
                    levels = await transaction.MeasureHeightAsync(vault.Id, node.Id);
                var bytes = node.Size + (isDeep ? node.SubtreeBytes : 0);
                var propertyBytes = node.PropertyBytes + (isDeep ? node.SubtreePropertyBytes : 0);
                var items = 1 + (isDeep ? node.SubtreeItems : 0);
                if (
                    (
                        vault.Decision!.RefusesAt(to.Chain, Capability.AddContent)
                        ?? await CheckBlocksBelowAsync(transaction, vault, node)
                        ?? CheckTransfer(from, to, transfer)
                        ?? CheckGuard(facts, guard)
                        ?? Rules(guard).CheckArrival(to)
                        ?? CheckDepth(to, levels)
                        ?? CheckRoom(
                            vault,
                            bytes + propertyBytes - (to.Node?.TotalBytes ?? 0),
                            items - (to.Node?.TotalItems ?? 0),
                            addsContent: true
                        )
                    ) is
                    { } refusal
                )
                    return refusal;
                var now = Now;
                var changes = new ChangeSet(vault, now);
                var row = node.Copy();
                row.Id = new NodeId(await transaction.NextIdAsync());
                row.Parent = to.Parent!.Id;
                row.Name = to.Path[^1];
                row.NameKey = vault.KeyOf(row.Name);
                row.CreatedMs = now.ToUnixTimeMilliseconds();
                ApplyTimes(row, transfer);
                if (!row.IsFolder)
                    row.Revision = NewRevision();
                row.SubtreeVersion = changes.Seq;
                if (!isDeep)
                    row.SubtreeBytes = row.SubtreePropertyBytes = row.SubtreeItems = 0;
                row.Height = levels;
                if (to.Node is not null)
                    Discard(changes, vault, to, heir: row.Id, isNeeded: true);
                changes.Add(new Change.InsertNode(row));
                if (row.Content is { } content)
                    changes.Add(new Change.ShareContent(content, row.Id));
                if (row.PropertyBytes > 0)
                    changes.Add(new Change.CopyProperties(node.Id, row.Id));
                if (isDeep)
                    changes.Add(new Change.CopyMembers(node, row));
                CarryMarks(changes, vault, from.Chain, to.Ancestors, row.Id);
                changes.Count(
                    to.Ancestors,
                    bytes,
                    propertyBytes,
                    items,
                    1 + levels,
                    changesMembers: true
                );
                await ApplyAsync(transaction, vault, changes);
                return After(vault, changes, row, to.Node is null);
            },
            cancellationToken
        );

    // A copy of a folder would take out what was blocked in it. From the few blocked items upward, never from the folder downward.
    private static async ValueTask<Refusal?> CheckBlocksBelowAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        NodeRow top
    )
    {
        if (!top.IsFolder)
            return null;
        foreach (var measure in vault.Decision!.ItemMeasures)
        {
            if (
                measure is { Kind: MeasureKind.Block, Node: { } node }
                && await snapshot.IsBelowAsync(vault.Id, node, top.Id)
            )
                return vault.Decision.Visitor is null ? measure.ToRefusal() : ShareStanding.Paused;
        }
        return null;
    }

    private static void ApplyTimes(NodeRow row, Transfer transfer)
    {
        if (transfer.Modified is { } modified)
            row.ModifiedMs = modified.ToUnixTimeMilliseconds();
        if (transfer.Created is { } created)
            row.CreatedMs = created.ToUnixTimeMilliseconds();
    }

    // A destination that is the source itself under another case is a free place to rename it to.
    private static PathState AsRename(PathState from, PathState to)
    {
        var self = to.Node ?? to.CaseSibling;
        return
            self is not null
            && self.Id == from.Node!.Id
            && to.Path[^1] != self.Name
            && to.Parent is not null
            ? to with
            {
                Chain = to.Ancestors,
                CaseSibling = null,
            }
            : to;
    }

    // In the order of RFC 4918 §9.8.5 and §9.9.4.
    private Refusal? CheckTransfer(PathState from, PathState to, Transfer transfer)
    {
        var source = from.Node!;
        if (to.Node is not null && to.Node.Id == source.Id)
            return new Refusal(RefusalRule.SameNode);
        if (
            to.Ancestors.Any(row => row.Id == source.Id)
            || (to.Node is not null && from.Ancestors.Any(row => row.Id == to.Node.Id))
        )
            return new Refusal(RefusalRule.InsideItself);
        if (CheckPlace(to) is { } refusal)
            return refusal;
        return to.Node is not null && !transfer.Overwrites
            ? new Refusal(RefusalRule.DestinationExists)
            : null;
    }

    private static IEnumerable<LockRow> OwnAndBelow(PathState path) =>
        path.Locks.Where(held => held.Node == path.Node!.Id).Concat(path.LocksBelow);

    // Takes a node out of the tree: into the trash, or for good when it is a by-product that nobody wants back, or nothing is lost with it. Its place's locks
    // pass to what comes into its place; without an heir they end with it.
    private static void Discard(
        ChangeSet changes,
        VaultState vault,
        PathState path,
        NodeId? heir,
        bool isNeeded
    )
    {
        var node = path.Node!;
        if (heir is { } next)
        {
            foreach (var held in path.LocksBelow)
                changes.Add(new Change.RemoveLock(held.Token));
            changes.Add(new Change.MoveLocks(node.Id, next));
        }
        else
        {
            foreach (var held in OwnAndBelow(path))
                changes.Add(new Change.RemoveLock(held.Token));
        }
        var isTransient =
            (!isNeeded || NodeName.IsTransient(node.Name)) && !vault.Decision!.IsKept(path.Chain);
        var bytes = node.Size + node.SubtreeBytes;
        var propertyBytes = node.PropertyBytes + node.SubtreePropertyBytes;
        changes.Count(
            path.Ancestors,
            -bytes,
            -propertyBytes,
            -node.TotalItems,
            0,
            changesMembers: true
        );
        if (isTransient && !node.IsFolder)
        {
            changes.Add(new Change.RemoveFile(node));
            if (node.Content is { } content)
                changes.Add(new Change.ReleaseContent(content, node.Id));
            return;
        }
        // So that it still is protected when it comes back.
        CarryMarks(changes, vault, path.Ancestors, [], node.Id);
        var row = node.Copy();
        row.Parent = vault.Trash;
        row.NameKey = isTransient
            ? TrashKey.OfUnwanted(node.Id)
            : TrashKey.Of(node.Id, changes.NowMs);
        changes.Add(
            new Change.ReplaceNode(
                node,
                row,
                HistoryReason.Deleted,
                IsVersion: false,
                KeepsContent: true
            )
        );
        changes.Count(
            [new NodeRow { Id = vault.Trash }],
            bytes,
            propertyBytes,
            node.TotalItems,
            1 + node.Height,
            changesMembers: true,
            isInTree: false
        );
    }
}
