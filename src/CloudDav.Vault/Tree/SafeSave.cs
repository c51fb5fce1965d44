namespace CloudDav.Vault;

/// <summary>
/// How programs save: the file is put aside under a temporary name, and a new one is put, or moved, to its place. What is new then is the next version of the
/// file that was there: id, links, marks, dead properties, creation time and history stay with the name. What was put aside stays where it is, with its content,
/// as a file of its own. Never after a deletion, and never by what is not new or not the same device's: what is somebody's own must not come under an old link.
/// </summary>
internal sealed class SafeSave
{
    private readonly IReadOnlyList<NodeRow> _chain;
    private readonly VaultState _vault;
    private readonly PathState _place;
    private readonly Newcomer? _newcomer;

    private SafeSave(SetAside aside, VaultState vault, PathState place)
    {
        (_chain, _newcomer) = (aside.Chain, aside.Newcomer);
        (_vault, _place) = (vault, place);
    }

    private NodeRow Original => _chain[^1];

    /// <summary>Whether a move puts a file aside.</summary>
    public static bool PutsAside(PathState from, PathState to) =>
        from.Node!.Kind == NodeKind.File
        && !IsAside(from.Ancestors, from.Node.Name)
        && IsAside(to.Ancestors, to.Path[^1]);

    /// <summary>Whether a move brings a new temporary file over one that is to keep its identity.</summary>
    public static bool SavesOver(
        PathState from,
        PathState to,
        VaultLimits limits,
        DateTimeOffset now
    )
    {
        var (node, since) = (from.Node!, (now - limits.SafeSaveAge).ToUnixTimeMilliseconds());
        return node.Kind == NodeKind.File
            // What was noted of it would be lost with it.
            && node.PropertyBytes == 0
            && Math.Min(node.ChangedMs, node.CreatedMs) > since
            && IsAside(from.Ancestors, node.Name)
            && !IsAside(to.Ancestors, to.Path[^1]);
    }

    /// <summary>Whether a place is one where programs put aside: by its name, or by that of a folder that was made for it.</summary>
    public static bool IsAside(IEnumerable<NodeRow> folders, string name) =>
        NodeName.IsTemporary(name) || folders.Any(folder => NodeName.IsTransient(folder.Name));

    /// <summary>Since when something must have been put aside for it to be looked for; null when nothing was.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="limits">The limits that hold.</param>
    /// <param name="begun">When the request began: a large file arrives for longer than the window is open.</param>
    public static DateTimeOffset? Since(VaultState vault, VaultLimits limits, DateTimeOffset begun)
    {
        var since = begun - limits.SafeSaveWindow;
        return vault.LastSetAside > since ? since : null;
    }

    /// <summary>Whether what comes to a free place is the next version of what was put aside from it; null when it is not.</summary>
    /// <param name="aside">What was put aside last; null for nothing.</param>
    /// <param name="vault">The vault.</param>
    /// <param name="place">The place.</param>
    /// <param name="from">Where what comes lies; null for what is new with this very request.</param>
    /// <param name="actor">Who brings it.</param>
    /// <param name="limits">The limits that hold.</param>
    /// <param name="begun">When the request began.</param>
    public static SafeSave? Of(
        SetAside? aside,
        VaultState vault,
        PathState place,
        PathState? from,
        Actor actor,
        VaultLimits limits,
        DateTimeOffset begun
    )
    {
        if (
            aside is not { Chain: [{ } top, .., { Kind: NodeKind.File } original] }
            || top.Id != vault.Root
            || aside.Account != actor.Account
            || aside.Device != actor.Device
            || original.Revision != aside.Revision
            || !IsAside(aside.Chain.SkipLast(1), original.Name)
            || vault.Decision!.RefusesAt(aside.Chain, Capability.AddContent) is not null
        )
            return null;
        if (from is null)
            return new(aside, vault, place);
        var node = from.Node!;
        var since =
            aside.Newcomer!.Since ?? DateTimeOffset.FromUnixTimeMilliseconds(node.ChangedMs);
        return
            !node.IsFolder
            && node.Id != original.Id
            && !aside.Newcomer.IsShared
            && since > begun - limits.SafeSaveAge
            ? new(aside, vault, place)
            : null;
    }

    /// <summary>The row that the file has in its place again, still with its former content; its properties are its own and those of the newcomer, which count more.</summary>
    public NodeRow Row()
    {
        var row = Original.Copy();
        row.Parent = _place.Parent!.Id;
        row.Name = _place.Path[^1];
        row.NameKey = _vault.KeyOf(row.Name);
        if (_newcomer is { Properties.Count: > 0 })
            row.PropertyBytes = _newcomer
                .Properties.UnionBy(
                    Original.Properties,
                    property => property.Name,
                    StringComparer.Ordinal
                )
                .Sum(property => property.Bytes);
        return row;
    }

    /// <summary>The same with the newcomer's content, and with what was noted of it.</summary>
    public NodeRow RowWith(NodeRow newcomer)
    {
        var row = Row();
        row.TakeContentOf(newcomer);
        row.Win32Attributes = newcomer.Win32Attributes ?? row.Win32Attributes;
        row.LastAccessMs = newcomer.LastAccessMs ?? row.LastAccessMs;
        return row;
    }

    /// <summary>The same with no content, for what is locked before it is written.</summary>
    public NodeRow EmptyRow(Guid revision, DateTimeOffset now)
    {
        var row = Row();
        row.Size = 0;
        row.Revision = revision;
        row.Content = null;
        row.MediaType = null;
        row.ModifiedMs = now.ToUnixTimeMilliseconds();
        return row;
    }

    /// <summary>Puts the file back into its place, and where it was put aside another one with its former content.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="row">The row that it gets.</param>
    /// <param name="aside">The id of the other one.</param>
    public void AddTo(ChangeSet changes, NodeRow row, NodeId aside)
    {
        var other = Original.Copy();
        other.Id = aside;
        changes.Add(
            new Change.ReplaceNode(
                Original,
                row,
                HistoryReason.Returned,
                IsVersion: Original.Size > 0,
                KeepsContent: true
            )
        );
        // A lock is on an address, and that one stays what it was.
        changes.Add(new Change.MoveLocks(Original.Id, aside));
        changes.Add(new Change.InsertNode(other));
        if (other.Content is { } content)
            changes.Add(new Change.ShareContent(content, aside));
        if (other.PropertyBytes > 0)
            changes.Add(new Change.CopyProperties(Original.Id, aside));
        foreach (var mark in _vault.Marks.Where(mark => mark.Node == Original.Id))
            changes.Add(new Change.Protect(aside, IsProtected: true, mark.Measure));
        foreach (var property in _newcomer?.Properties ?? [])
            changes.Add(new Change.SetProperty(row.Id, property));
        changes.Count([.. _chain.SkipLast(1)], 0, 0, 0, 1, changesMembers: false);
        changes.Count(_place.Ancestors, row.Size, row.PropertyBytes, 1, 1, changesMembers: true);
    }
}
