namespace CloudDav.Vault;

/// <summary>
/// What was deleted: it is looked at, read, brought back, and removed for good. It is the owner's alone; what somebody deleted in what is shared with them lies
/// here, and the owner sees who did it.
/// </summary>
public sealed partial class VaultSession
{
    // Deletions that belong together are looked for in steps of so many, and no further than this.
    private const int DeletionPage = 1_000;
    private const int MostDeletions = 100_000;

    // So many items of a burst come back in one transaction: nobody else waits for longer than they take.
    private const int BurstSlice = 50;

    // Names that are tried before a random one is taken.
    private const int RestoredNames = 8;

    /// <summary>A page of the trash; what was put there last comes first.</summary>
    public ValueTask<VaultResult<TrashPage>> ListTrashAsync(
        TrashQuery query,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<TrashPage>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new([])]));
                if (RefusesHistory(facts, Capability.List) is { } refusal)
                    return refusal;
                var vault = facts.Vault;
                var range = query.ShowsHidden ? TrashRange.Any : TrashRange.Shown;
                if (query.From is { } from && string.CompareOrdinal(from, range.Before) < 0)
                    range = range with { Before = from };
                var rows = await snapshot.ListTrashAsync(vault.Id, range, query.Limit + 1);
                var items = await ItemsAsync(snapshot, vault, [.. rows.Take(query.Limit)]);
                return new TrashPage(
                    query.FindsBursts ? await WithBurstsAsync(snapshot, vault, items) : items,
                    rows.Count > query.Limit ? rows[query.Limit - 1].Node.NameKey : null
                );
            },
            cancellationToken
        );

    /// <summary>Something in the trash, or below a folder that is there.</summary>
    /// <param name="node">An item of the trash, or any node below one.</param>
    /// <param name="below">Names from there on down; empty for itself.</param>
    /// <param name="showsHidden">Whether it may be hidden.</param>
    /// <param name="visit">Called for each member when it is a folder; must not block, and not keep what it is given. Null when they are not asked for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<TrashItem>> LookIntoTrashAsync(
        NodeId node,
        IReadOnlyList<string> below,
        bool showsHidden,
        Action<TrashItem>? visit,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<TrashItem>> (snapshot) =>
            {
                var found = await FindTrashedAsync(
                    snapshot,
                    node,
                    below,
                    showsHidden,
                    Capability.List
                );
                if (found.Refusal is { } refusal)
                    return refusal;
                var (facts, item) = found.Value;
                if (visit is not null && item.Node.IsFolder)
                    await snapshot.ListAsync(
                        facts.Vault.Id,
                        item.Node.Id,
                        isDeep: false,
                        NodeDetails.None,
                        row =>
                        {
                            // What others share is theirs, in the trash as in the tree.
                            if (row.Kind != NodeKind.Mount)
                                visit(item with { Chain = [.. item.Chain, row] });
                        }
                    );
                return item;
            },
            cancellationToken
        );

    /// <summary>Opens a file in the trash.</summary>
    /// <inheritdoc cref="LookIntoTrashAsync"/>
    public async ValueTask<VaultResult<Opened>> OpenTrashedAsync(
        NodeId node,
        IReadOnlyList<string> below,
        bool showsHidden,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(Facts, TrashItem, StoredContent?)>> (snapshot) =>
            {
                var seen = await FindTrashedAsync(
                    snapshot,
                    node,
                    below,
                    showsHidden,
                    Capability.Download
                );
                if (seen.Refusal is { } refusal)
                    return refusal;
                var (facts, item) = seen.Value;
                return (
                    facts,
                    item,
                    item.Node.Content is { } content
                        ? await snapshot.FindContentAsync(facts.Vault.Id, content)
                        : null
                );
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var (loaded, opened, stored) = found.Value;
        return new Opened(
            loaded.Vault,
            opened.Node,
            opened.Node.IsFolder
                ? null
                : _vaults.Downloads.Watch(
                    this,
                    opened.Whole,
                    await OpenContentAsync(stored, cancellationToken)
                )
        );
    }

    /// <summary>
    /// Brings something back from the trash: to where it was, or into a folder. Folders it was in that are gone are made anew; where something else has one of their names, it goes
    /// as far as it gets. Where its own name is taken, it gets another one. It keeps its id, and a file gets a new ETag.
    /// </summary>
    /// <param name="node">An item of the trash, or anything below one.</param>
    /// <param name="folder">The folder it is to be in; null for where it was.</param>
    /// <param name="showsHidden">Whether it may be hidden.</param>
    /// <param name="guard">What must still hold.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<Restored>> RestoreAsync(
        NodeId node,
        IReadOnlyList<string>? folder,
        bool showsHidden,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.restore",
            transaction => RestoreAsync(transaction, node, [], folder, showsHidden, guard),
            cancellationToken
        );

    /// <inheritdoc cref="RestoreAsync(NodeId, IReadOnlyList{string}?, bool, ChangeGuard, CancellationToken)"/>
    /// <param name="node">An item of the trash.</param>
    /// <param name="below">Names from there on down to what is brought back.</param>
    /// <param name="guard">What must still hold.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<Restored>> RestoreAsync(
        NodeId node,
        IReadOnlyList<string> below,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.restore",
            transaction =>
                RestoreAsync(transaction, node, below, folder: null, showsHidden: false, guard),
            cancellationToken
        );

    /// <summary>
    /// Brings back everything that was deleted in one go: by one account with one device, with short times between. In steps, each as a whole; called again, it goes on with what is
    /// left.
    /// </summary>
    /// <param name="burst">The number of the first of the deletions.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    public async ValueTask<VaultResult<BurstUndone>> UndoBurstAsync(
        long burst,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<List<DeletedRow>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new([])]));
                return RefusesHistory(facts, Capability.AddContent) is { } refusal ? refusal
                    : await FindBurstAsync(snapshot, facts.Vault, burst) is { Count: > 0 } rows
                        ? rows
                    : new Refusal(RefusalRule.NotFound);
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var left = found.Value;
        // What was deleted last comes back first: a folder that was emptied before it went is there again before what was in it.
        left.Reverse();
        var restored = 0;
        Refusal? stopped = null;
        for (var from = 0; from < left.Count && stopped is null; from += BurstSlice)
        {
            var slice = left[from..Math.Min(left.Count, from + BurstSlice)];
            var isLast = from + BurstSlice >= left.Count;
            var before = restored;
            var done = await CommandAsync(
                "vault.undo_burst",
                async ValueTask<VaultResult<BurstUndone>> (transaction) =>
                {
                    var step = await RestoreSliceAsync(transaction, slice);
                    if (isLast || step.Stopped is not null)
                        await RecordAsync(
                            transaction,
                            AuditActs.BurstUndone,
                            new { items = before + step.Items }
                        );
                    return step;
                },
                cancellationToken
            );
            if (done.Refusal is { } refusal)
                stopped = refusal;
            else
                (restored, stopped) = (restored + done.Value.Items, done.Value.Stopped);
        }
        return restored == 0 && stopped is not null ? stopped : new BurstUndone(restored, stopped);
    }

    /// <summary>
    /// Removes an item from the trash, or everything that is there now. It is hidden, and goes for good after <see cref="VaultLimits.NeverThinned"/>: a program that
    /// deletes what it should not may empty the trash as well. What is held or blocked stays until it no longer is.
    /// </summary>
    /// <param name="item">The item; null for everything.</param>
    /// <param name="purgesNow">Whether it goes for good at once, hidden or not: for somebody who has just signed in with a browser, and nobody else.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    /// <returns>How many items went, with everything below them when they went for good.</returns>
    public async ValueTask<VaultResult<long>> EmptyTrashAsync(
        NodeId? item,
        bool purgesNow,
        CancellationToken cancellationToken
    )
    {
        var range = purgesNow ? TrashRange.Any : TrashRange.Shown;
        if (item is { } one)
        {
            var found = await _vaults.Metadata.ReadAsync(
                snapshot => FindTrashedAsync(snapshot, one, [], purgesNow, Capability.TakeBack),
                cancellationToken
            );
            if (found.Refusal is { } missing)
                return missing;
            // What lies in a deleted folder goes with it.
            if (found.Value.Item.Chain.Count > 1)
                return new Refusal(RefusalRule.NotFound);
            range = TrashRange.Of(found.Value.Item.Node);
        }
        else if (!purgesNow)
            // What others delete meanwhile stays.
            range = range with
            {
                Before = TrashKey.Before(Now + TimeSpan.FromMilliseconds(1)),
            };
        long total = 0;
        while (true)
        {
            var done = await CommandAsync(
                "vault.empty_trash",
                async ValueTask<VaultResult<int>> (transaction) =>
                {
                    var facts = await LoadAsync(transaction, Request([new([])]));
                    if (RefusesHistory(facts, Capability.TakeBack) is { } refusal)
                        return refusal;
                    var (vault, now) = (facts.Vault.Id, Now);
                    var rows = purgesNow
                        ? await transaction.PurgeTrashAsync(
                            vault,
                            range,
                            null,
                            WriterSlices.First,
                            now
                        )
                        : await transaction.HideTrashAsync(vault, range, WriterSlices.First, now);
                    if (rows < WriterSlices.First && total + rows > 0)
                        await RecordAsync(
                            transaction,
                            AuditActs.TrashEmptied,
                            new { items = total + rows, forGood = purgesNow }
                        );
                    return rows;
                },
                cancellationToken
            );
            if (done.Refusal is { } stopped)
                return stopped;
            total += done.Value;
            if (done.Value < WriterSlices.First)
                return total;
        }
    }

    // Trash and versions are the owner's: whoever comes through a share finds none.
    private Refusal? RefusesHistory(Facts facts, Capability capability) =>
        _options.Visit is not null ? new Refusal(RefusalRule.NotFound)
        : facts.Obstacle is { } obstacle ? obstacle
        : facts.Vault.Decision!.Refuses(capability);

    private async ValueTask RecordAsync(
        IMetadataTransaction transaction,
        string act,
        object details,
        NodeId? subject = null
    )
    {
        var facts = await LoadAsync(transaction, Request([]));
        var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
        changes.Add(
            new Change.AddAudit(
                Entry(act) with
                {
                    Subject = subject is { } node ? AuditSubjects.Of(node) : null,
                    Body = CommandWords.ToJson(details),
                }
            )
        );
        await transaction.ApplyAsync(changes);
    }

    private async ValueTask<VaultResult<(Facts Facts, TrashItem Item)>> FindTrashedAsync(
        IMetadataSnapshot snapshot,
        NodeId node,
        IReadOnlyList<string> below,
        bool showsHidden,
        Capability capability
    )
    {
        var facts = await LoadAsync(snapshot, Request([new([])]));
        if (RefusesHistory(facts, capability) is { } refusal)
            return refusal;
        var vault = facts.Vault;
        var chain = (await snapshot.ListChainsAsync(vault.Id, [node])).GetValueOrDefault(node);
        if (
            chain is not [{ } trash, { } top, ..]
            || trash.Id != vault.Trash
            || !TrashKey.IsWanted(top.NameKey)
            || (!showsHidden && TrashKey.HiddenSince(top.NameKey) is not null)
        )
            return new Refusal(RefusalRule.NotFound);
        List<NodeRow> rows = [.. chain.Skip(1)];
        foreach (var name in below)
        {
            if (
                !rows[^1].IsFolder
                || await FindMemberAsync(snapshot, vault, rows[^1].Id, name) is not { } member
            )
                return new Refusal(RefusalRule.NotFound);
            rows.Add(member);
        }
        if (rows[^1].Kind == NodeKind.Mount)
            return new Refusal(RefusalRule.NotFound);
        var item = (
            await ItemsAsync(snapshot, vault, await snapshot.FindTrashedAsync(vault.Id, [top.Id]))
        )[0] with
        {
            Chain = rows,
        };
        return
            capability != Capability.List
            && vault.Decision!.RefusesAt(item.Whole, capability) is { } closed
            ? closed
            : (facts, item);
    }

    // One look-up: names below a deleted folder are as unique as in the tree.
    private static async ValueTask<NodeRow?> FindMemberAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        NodeId folder,
        string name
    )
    {
        var row = await snapshot.FindMemberAsync(vault.Id, folder, vault.KeyOf(name));
        return row?.Name == name ? row : null;
    }

    private static async ValueTask<IReadOnlyList<TrashItem>> ItemsAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        IReadOnlyList<TrashedRow> rows
    )
    {
        var places = new FormerPlaces(snapshot, vault);
        await places.FindAsync(rows.Select(row => row.Deletion?.Folder));
        return
        [
            .. rows.Select(row => new TrashItem
            {
                Vault = vault,
                Chain = [row.Node],
                Deletion = row.Deletion,
                Place = places[row.Deletion?.Folder],
            }),
        ];
    }

    private async ValueTask<BurstUndone> RestoreSliceAsync(
        IMetadataTransaction transaction,
        IReadOnlyList<DeletedRow> slice
    )
    {
        var restored = 0;
        var vault = (await LoadAsync(transaction, Request([]))).Vault.Id;
        var there = (
            await transaction.FindTrashedAsync(vault, [.. slice.Select(row => row.Node).Distinct()])
        ).ToDictionary(row => row.Node.Id);
        foreach (var row in slice)
        {
            // It came back already, and may have been deleted again since.
            if (
                !there.TryGetValue(row.Node, out var trashed)
                || trashed.Node.ChangedSeq != row.Seq
                || !TrashRange.Shown.Has(trashed.Node.NameKey)
            )
                continue;
            var done = await RestoreAsync(
                transaction,
                row.Node,
                [],
                folder: null,
                showsHidden: false,
                ChangeGuard.None
            );
            if (done.Refusal is { } refusal)
                return new(restored, refusal);
            restored++;
        }
        return new(restored, null);
    }

    private async ValueTask<VaultResult<Restored>> RestoreAsync(
        IMetadataTransaction transaction,
        NodeId node,
        IReadOnlyList<string> below,
        IReadOnlyList<string>? folder,
        bool showsHidden,
        ChangeGuard guard
    )
    {
        var found = await FindTrashedAsync(
            transaction,
            node,
            below,
            showsHidden,
            Capability.AddContent
        );
        if (found.Refusal is { } missing)
            return missing;
        var item = found.Value.Item;
        var former = item.Node;
        var place = await FindPlaceAsync(transaction, item, folder, guard);
        if (place.Refusal is { } nowhere)
            return nowhere;
        var (facts, to, missingFolders) = place.Value;
        var vault = facts.Vault;
        var levels = former.Height;
        if (levels > 0 && CheckDepth(to, levels) is not null)
            levels = await transaction.MeasureHeightAsync(vault.Id, former.Id);
        // Where a folder has to be made first, it is that one that comes to be in the folder that is there.
        var arrival =
            missingFolders == 0
                ? to
                : to with
                {
                    Path = [.. to.Path.Take(to.Path.Count - missingFolders)],
                };
        if (
            (
                vault.Decision!.RefusesAt(to.Chain, Capability.AddContent)
                ?? CheckPlace(arrival)
                ?? CheckGuard(facts, guard)
                ?? Rules(guard).CheckMembership(arrival)
                ?? CheckDepth(to, levels)
                ?? CheckRoom(
                    vault,
                    former.TotalBytes,
                    former.TotalItems + missingFolders,
                    addsContent: true
                )
            ) is
            { } refusal
        )
            return refusal;
        var now = Now;
        var changes = new ChangeSet(vault, now);
        List<NodeRow> ancestors = [.. to.Chain];
        foreach (var name in to.Path.Skip(to.Path.Count - 1 - missingFolders).SkipLast(1))
        {
            var made = NewFolder(vault, ancestors[^1], name, await transaction.NextIdAsync(), now);
            made.SubtreeVersion = changes.Seq;
            changes.Add(new Change.InsertNode(made));
            changes.Count([.. ancestors], 0, 0, 1, 1, changesMembers: true);
            ancestors.Add(made);
        }
        var row = former.Copy();
        row.Parent = ancestors[^1].Id;
        row.Name = to.Path[^1];
        row.NameKey = vault.KeyOf(row.Name);
        if (!row.IsFolder)
            row.Revision = NewRevision();
        changes.Add(
            new Change.ReplaceNode(
                former,
                row,
                HistoryReason.Moved,
                IsVersion: false,
                KeepsContent: true
            )
        );
        if (levels < former.Height)
            changes.Add(new Change.SetHeight(row.Id, levels));
        CarryMarks(changes, vault, [.. item.Chain.SkipLast(1)], ancestors, row.Id);
        var bytes = former.Size + former.SubtreeBytes;
        var propertyBytes = former.PropertyBytes + former.SubtreePropertyBytes;
        changes.Count(
            [new NodeRow { Id = vault.Trash }, .. item.Chain.SkipLast(1)],
            -bytes,
            -propertyBytes,
            -former.TotalItems,
            0,
            changesMembers: true,
            isInTree: false
        );
        changes.Count(
            ancestors,
            bytes,
            propertyBytes,
            former.TotalItems,
            1 + levels,
            changesMembers: true
        );
        await ApplyAsync(transaction, vault, changes);
        return new Restored(After(vault, changes, row, created: true), to.Path);
    }

    // Where something can come back to: its path there, the rows that exist of it, and how many folders have to be made first.
    private async ValueTask<
        VaultResult<(Facts Facts, PathState Place, int MissingFolders)>
    > FindPlaceAsync(
        IMetadataTransaction transaction,
        TrashItem item,
        IReadOnlyList<string>? wanted,
        ChangeGuard guard
    )
    {
        var folder = wanted ?? [.. item.OriginalPath.SkipLast(1)];
        while (true)
        {
            string[] names =
            [
                item.Node.Name,
                .. Enumerable
                    .Range(1, RestoredNames)
                    .Select(i => NodeName.Restored(item.Node.Name, i)),
                NodeName.Beside(item.Node.Name),
            ];
            var facts = await LoadAsync(
                transaction,
                Request(
                    guard,
                    NodeDetails.Locks,
                    [.. names.Select(name => (IReadOnlyList<string>)[.. folder, name])]
                )
            );
            var first = facts.Paths[0];
            if (wanted is not null)
            {
                if (Crosses(facts, first, isMountItself: true) is { } crossing)
                    return crossing;
                if (first.Parent is null)
                    return new Refusal(RefusalRule.ParentMissing);
            }
            var there = first.Chain.Take(folder.Count + 1).TakeWhile(row => row.IsFolder).ToList();
            // Something else may have the name of one that is missing: a folder whose name differs in case is where it was, too; anything else ends the way.
            if (
                there.Count <= folder.Count
                && await transaction.FindMemberAsync(
                    facts.Vault.Id,
                    there[^1].Id,
                    facts.Vault.KeyOf(folder[there.Count - 1])
                )
                    is { } other
            )
            {
                folder =
                [
                    .. folder.Take(there.Count - 1),
                    .. other.IsFolder ? [other.Name, .. folder.Skip(there.Count)] : (string[])[],
                ];
                continue;
            }
            var place = facts.Paths.Take(names.Length).First(path => IsFree(path));
            return (facts, place with { Chain = there }, folder.Count + 1 - there.Count);
        }

        bool IsFree(PathState path) =>
            path.Chain.Count <= path.Path.Count && path.CaseSibling is null;
    }

    private static NodeRow NewFolder(
        VaultState vault,
        NodeRow parent,
        string name,
        long id,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = new(id),
            Parent = parent.Id,
            Name = name,
            NameKey = vault.KeyOf(name),
            Kind = NodeKind.Folder,
            CreatedMs = now.ToUnixTimeMilliseconds(),
            ModifiedMs = now.ToUnixTimeMilliseconds(),
        };

    // Says of each item with which of the others it was deleted in one go. Of deletions by one device each is compared with the one before, also where items came back meanwhile.
    private async ValueTask<IReadOnlyList<TrashItem>> WithBurstsAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        IReadOnlyList<TrashItem> items
    )
    {
        var bursts = new Dictionary<long, long>();
        foreach (
            var device in items
                .Where(item => item.Deletion?.Account is not null)
                .GroupBy(item => (item.Deletion!.Account!.Value, item.Deletion.Device))
        )
        {
            var (newest, oldest) = (
                device.Max(item => item.Chain[0].ChangedSeq),
                device.Min(item => item.Chain[0].ChangedSeq)
            );
            var together = new List<DeletedRow>();
            await foreach (
                var row in DeletionsAsync(
                    snapshot,
                    vault,
                    device.Key.Value,
                    device.Key.Device,
                    newest,
                    isBackwards: true
                )
            )
            {
                if (together.Count > 0 && together[^1].At - row.At > Limits.BurstGap)
                {
                    Close();
                    if (row.Seq < oldest)
                        break;
                }
                together.Add(row);
            }
            Close();

            void Close()
            {
                foreach (var row in together)
                    bursts[row.Seq] = together[^1].Seq;
                together.Clear();
            }
        }
        return
        [
            .. items.Select(item =>
                bursts.TryGetValue(item.Chain[0].ChangedSeq, out var burst)
                    ? item with
                    {
                        Burst = burst,
                    }
                    : item
            ),
        ];
    }

    private async ValueTask<List<DeletedRow>> FindBurstAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        long burst
    )
    {
        var rows = new List<DeletedRow>();
        if (await snapshot.FindDeletionAsync(vault.Id, burst) is not { } first)
            return rows;
        await foreach (
            var row in DeletionsAsync(
                snapshot,
                vault,
                first.Account,
                first.Device,
                burst,
                isBackwards: false
            )
        )
        {
            if (rows.Count > 0 && row.At - rows[^1].At > Limits.BurstGap)
                break;
            rows.Add(row);
        }
        return rows;
    }

    private static async IAsyncEnumerable<DeletedRow> DeletionsAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        AccountId account,
        DeviceId? device,
        long from,
        bool isBackwards
    )
    {
        for (var seen = 0; seen < MostDeletions; seen += DeletionPage)
        {
            var page = await snapshot.ListDeletionsAsync(
                vault.Id,
                account,
                device,
                from,
                isBackwards,
                DeletionPage
            );
            // The last change may not be whole: it comes with the next page.
            var isLast = page.Count < DeletionPage || page[0].Seq == page[^1].Seq;
            foreach (var row in page)
                if (isLast || row.Seq != page[^1].Seq)
                    yield return row;
            if (page.Count < DeletionPage)
                yield break;
            from =
                !isLast ? page[^1].Seq
                : isBackwards ? page[^1].Seq - 1
                : page[^1].Seq + 1;
        }
    }
}
