namespace CloudDav.Vault;

/// <summary>What comes to the place of a file that was put aside is its next version: <see cref="SafeSave"/> says when.</summary>
public sealed partial class VaultSession
{
    // Seldom more than a comparison: what was put aside is looked for only where anything was, within the window.
    private async ValueTask<SafeSave?> FindSafeSaveAsync(
        IMetadataTransaction transaction,
        VaultState vault,
        PathState place,
        PathState? from,
        DateTimeOffset begun,
        long size
    )
    {
        if (
            IsLink
            || place.Node is not null
            || from is { Node.Kind: not NodeKind.File }
            || SafeSave.Since(vault, Limits, begun) is not { } since
        )
            return null;
        var aside = await transaction.FindSetAsideAsync(
            vault,
            place.Parent!.Id,
            place.Path[^1],
            since,
            from?.Node!.Id
        );
        if (
            SafeSave.Of(aside, vault, place, from, _actor, Limits, begun) is not { } save
            || save.Row().PropertyBytes is var bytes && bytes > Limits.NodePropertyBytes
        )
            return null;
        // Both files have the properties then. Where there is no room for them, or no more of it, everything is what it is called.
        var more = bytes - (from?.Node!.PropertyBytes ?? 0);
        return more <= 0 || CheckRoom(vault, size + more, items: 0, addsContent: false) is null
            ? save
            : null;
    }

    // MOVE of what is new to the place of what was put aside.
    private async ValueTask<Changed> MoveIntoPlaceAsync(
        IMetadataTransaction transaction,
        ChangeSet changes,
        SafeSave save,
        VaultState vault,
        PathState from,
        PathState to,
        Transfer transfer
    )
    {
        var row = save.RowWith(from.Node!);
        ApplyTimes(row, transfer);
        save.AddTo(changes, row, new NodeId(await transaction.NextIdAsync()));
        if (row.Content is { } content)
            changes.Add(new Change.ShareContent(content, row.Id));
        CarryMarks(changes, vault, from.Chain, to.Ancestors, row.Id);
        Discard(changes, vault, from, heir: null, isNeeded: false);
        await ApplyAsync(transaction, vault, changes);
        return After(vault, changes, row, created: true);
    }

    // MOVE of a new temporary file over one that is there, as KeePass and rsync save: the file that is there gets the content. Null where it is none of that.
    private async ValueTask<Changed?> SaveOverAsync(
        IMetadataTransaction transaction,
        ChangeSet changes,
        VaultState vault,
        PathState from,
        PathState to,
        Transfer transfer
    )
    {
        var node = from.Node!;
        if (
            IsLink
            || to.Node is not { Kind: NodeKind.File } former
            || !SafeSave.SavesOver(from, to, Limits, Now)
            || vault.Protected.Contains(node.Id)
            || (await transaction.ListSharesAsync(vault.Id, share: null)).Any(placed =>
                placed.Share.Node == node.Id
            )
        )
            return null;
        var row = former.Copy();
        row.TakeContentOf(node);
        ApplyTimes(row, transfer);
        ReplaceContent(changes, former, row, vault.Decision!.IsKept(to.Chain));
        if (row.Content is { } content)
            changes.Add(new Change.ShareContent(content, row.Id));
        changes.Count(to.Ancestors, row.Size - former.Size, 0, 0, 0, changesMembers: false);
        CarryMarks(changes, vault, from.Ancestors, to.Chain, row.Id);
        Discard(changes, vault, from, heir: null, isNeeded: false);
        await ApplyAsync(transaction, vault, changes);
        return After(vault, changes, row, created: false);
    }

    // Whether anything would be lost with a node: what was put aside, and is unchanged since its place was taken, is an earlier version of what has that place.
    private static async ValueTask<bool> IsNeededAsync(
        IMetadataTransaction transaction,
        VaultState vault,
        PathState path
    ) =>
        path.Node!.Content is not { } content
        || !SafeSave.IsAside(path.Ancestors, path.Node.Name)
        || !await transaction.IsVersionAsync(vault.Id, path.Node.ChangedSeq, content);
}
