namespace CloudDav.Vault;

/// <summary>What has changed below a folder, for whoever keeps a copy of it.</summary>
public sealed partial class VaultSession
{
    /// <summary>Visits what has changed in this vault since a position, from one snapshot that is released before this returns.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="from">Where the copy stands, and in what is mounted below; null for nowhere yet.</param>
    /// <param name="isDeep">Whether everything below counts, or the members alone.</param>
    /// <param name="limit">How many addresses at the most.</param>
    /// <param name="details">What is asked of each.</param>
    /// <param name="visit">Called for each; must not block.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal ValueTask<VaultResult<SyncedPart>> SyncAsync(
        IReadOnlyList<string> path,
        SyncToken? from,
        bool isDeep,
        int limit,
        NodeDetails details,
        SyncVisitor visit,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<SyncedPart>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path, details)]));
                var found = FoundIn(facts, Capability.List);
                if (found.Refusal is { } refusal)
                    return refusal;
                var (vault, top) = (found.Value.Vault, found.Value.Node);
                if (IsLink || !top.IsFolder)
                    return new Refusal(RefusalRule.NotReported);
                var closed = vault.Decision!.Closed;
                var position = PositionIn(vault, top, from);
                if (position is null)
                    return new Refusal(RefusalRule.SyncTokenInvalid);
                var page = new SyncPage(snapshot, vault, top.Id, isDeep, limit, closed);
                if (await page.ReadAsync(position) is not { } end)
                    return new Refusal(RefusalRule.SyncLimitTooSmall) { Limit = limit };
                var mounts = (vault.Mounts?.Below(top.Id) ?? [])
                    .Select(mount => new SyncedMount(
                        mount.Share,
                        mount.Below,
                        page.Mounts.Contains(mount.Share.Mount[^1].Id)
                    ))
                    .ToList();
                var isTruncated = end.Cursor is not null || end.Seq < vault.ChangeSeq;
                // The tags of the folders above a mount change with what it shows.
                foreach (var mount in mounts)
                    if (
                        !isTruncated
                        && from?.Mounts.GetValueOrDefault(mount.Share.Id)
                            is { Seq: not SyncPosition.NotBegun } seen
                        && mount.HasNews(seen)
                    )
                        isTruncated = !page.Touch([.. mount.Share.Mount.SkipLast(1)]);
                foreach (var gone in page.Left)
                    visit([.. gone.Path], gone.Kind == NodeKind.Folder, vault, null, []);
                var locks =
                    details.HasFlag(NodeDetails.Locks) && vault.HasLocks
                        ? await snapshot.ListLocksAsync(vault.Id, Now)
                        : [];
                var isMeasured = vault.Decision!.ItemMeasures.Any();
                await page.VisitAsync(
                    details,
                    (node, places) =>
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        // What it shows is its owner's to tell.
                        if (node.Kind == NodeKind.Mount)
                            return;
                        string[] below = [.. places.Select(place => place.Name)];
                        if (isMeasured)
                            MeasuredPlaces
                                .Of(
                                    vault.Decision!,
                                    found
                                        .Value.Path.Chain.Select(row => row.Id)
                                        .Concat(places.SkipLast(1).Select(place => place.Node))
                                )!
                                .Mark(node);
                        if (_options.Visit is not null)
                            node.Block = null;
                        if (isDeep && closed.Contains(node.Id))
                            node.Withheld = ShareStanding.Paused;
                        visit(
                            below,
                            node.IsFolder,
                            vault,
                            node,
                            LocksOn(places, found.Value.Path, locks)
                        );
                    }
                );
                return new SyncedPart(vault, end, isTruncated, page.Count, mounts);
            },
            cancellationToken
        );

    /// <summary>Where a copy of a folder stands that is as it is now; null where nothing is reported of it.</summary>
    internal SyncToken? PresentOf(VaultState vault, NodeRow folder) =>
        IsLink || !folder.IsFolder
            ? null
            : new(
                vault.Id,
                vault.Epoch,
                new(folder.Id, vault.ChangeSeq, null, vault.ClosedStamp),
                (vault.Mounts?.Below(folder.Id) ?? []).ToDictionary(
                    mount => mount.Share.Id,
                    mount => SyncedMount.Present(mount.Share)
                )
            );

    // Null when there is no going on from there.
    private static SyncPosition? PositionIn(VaultState vault, NodeRow top, SyncToken? from)
    {
        var blocks = vault.ClosedStamp;
        if (from is null)
            return new(top.Id, vault.ChangeSeq, new SyncCursor(top.Id, new(0), ""), blocks);
        var position = from.Position;
        // A mount's position is part of the token of the tree it hangs in.
        var isOther =
            from.Vault != default && (from.Vault != vault.Id || from.Epoch != vault.Epoch);
        if (
            isOther
            || position.Collection != top.Id
            || position.Blocks != blocks
            || NeededFrom(position) <= vault.HistoryFloor
            || position.Seq > vault.ChangeSeq
        )
            return null;
        return position;
    }

    // The first change whose history it goes on with: where it was cut within one, what came by that one from elsewhere is still to be told.
    private static long NeededFrom(SyncPosition position) =>
        position.Cursor is { } cursor && cursor.Top != position.Collection
            ? position.Seq
            : position.Seq + 1;

    private static List<LockRow> LocksOn(
        IReadOnlyList<NodePlace> places,
        PathState top,
        IReadOnlyList<LockRow> all
    )
    {
        var above = top.Locks.Where(held => held.IsInfinite);
        if (all.Count == 0)
            return [.. above];
        var found = above.ToList();
        for (var i = 0; i < places.Count; i++)
            foreach (var held in all)
                if (held.Node == places[i].Node && (held.IsInfinite || i == places.Count - 1))
                    found.Add(
                        held with
                        {
                            Path =
                            [
                                .. top.StoredPath,
                                .. places.Take(i + 1).Select(place => place.Name),
                            ],
                        }
                    );
        return found;
    }
}

/// <summary>What one vault had to tell.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Position">Where the copy then stands in it.</param>
/// <param name="IsTruncated">Whether there is more.</param>
/// <param name="Count">How many addresses there were, mounts among them.</param>
/// <param name="Mounts">What is mounted below the folder.</param>
internal sealed record SyncedPart(
    VaultState Vault,
    SyncPosition Position,
    bool IsTruncated,
    int Count,
    IReadOnlyList<SyncedMount> Mounts
);

/// <summary>A mount below a folder.</summary>
/// <param name="Share">What it shows.</param>
/// <param name="Below">Where it is, from below the folder down.</param>
/// <param name="IsNew">Whether it has come to this place, so that everything it shows is to be told.</param>
internal sealed record SyncedMount(ReceivedShare Share, IReadOnlyList<string> Below, bool IsNew)
{
    private NodeRow Item => Share.Placed!.Node;

    /// <summary>The position of a copy that has all of it. Whatever changes in a vault, its root's version changes, so nothing has below the item since its vault's last change.</summary>
    public static SyncPosition Present(ReceivedShare share) =>
        new(share.Placed!.Node.Id, share.Placed.Chain[0].SubtreeVersion, null, share.ClosedStamp);

    /// <summary>Whether what it shows has changed, or what of it is closed.</summary>
    public bool HasNews(SyncPosition seen) =>
        seen.Cursor is not null
        || Math.Max(Item.ChangedSeq, Item.SubtreeVersion) > seen.Seq
        || seen.Blocks != Share.ClosedStamp;
}

/// <summary>Visits an address of a sync report.</summary>
/// <param name="below">The segments from the folder down. Valid only during the call.</param>
/// <param name="isCollection">Whether it is, or was, a folder.</param>
/// <param name="vault">The vault it is in.</param>
/// <param name="node">What is there; null when it is gone. Valid only during the call.</param>
/// <param name="locks">Active locks that cover it, when they were asked for.</param>
public delegate void SyncVisitor(
    ReadOnlySpan<string> below,
    bool isCollection,
    VaultState vault,
    NodeRow? node,
    IReadOnlyList<LockRow> locks
);
