using System.Collections.Frozen;

namespace CloudDav.Vault;

/// <summary>
/// What a share is worth at a moment. It follows from where its owner stands, and a recipient who has an account as well, so that it pauses and comes back by itself.
/// Whoever comes through it learns that it is paused, or blocked, and never why: what the operator has set on the owner, and what else is in the vault, is not theirs to know.
/// </summary>
public sealed class ShareStanding
{
    private readonly Decision _owner;
    private readonly VisitedShare? _visited;
    private readonly Decision? _recipient;

    internal ShareStanding(
        Decision owner,
        VisitedShare? visited,
        IReadOnlySet<NodeId> protectedNodes,
        Decision? recipient
    )
    {
        (_owner, _visited, _recipient) = (owner, visited, recipient);
        Protected = IsFamily ? FrozenSet<NodeId>.Empty : protectedNodes;
        Granted =
            RefusesAll() is null && visited is not null
                ? visited.Share.Granted & (recipient?.Allowed ?? Capability.All)
                : Capability.None;
    }

    /// <summary>The refusal of what is out of reach for the time being.</summary>
    public static Refusal Paused { get; } = new(RefusalRule.SharePaused);

    /// <summary>The share; null when it is gone.</summary>
    public Share? Share => _visited?.Share;

    /// <summary>Whether it is one of the household, whose people may know what a friend may not: locks, properties, how full the cloud is.</summary>
    public bool IsFamily => Share is { IsFamily: true };

    /// <summary>What it gives now, if its owner may do it too.</summary>
    public Capability Granted { get; }

    /// <summary>What of the vault is protected: out of every friend's reach.</summary>
    internal IReadOnlySet<NodeId> Protected { get; }

    /// <summary>Why a recipient who has an account may not do something in the own cloud either; null when that does not stand in the way.</summary>
    internal Refusal? RefusesAtHome(Capability capability) => _recipient?.Refuses(capability);

    /// <summary>Why something is refused that is not allowed.</summary>
    internal Refusal Refuses(Capability capability)
    {
        if (_recipient?.Refuses(capability) is { } own)
            return own;
        if (RefusesAll() is { } refusal)
            return refusal;
        if ((Share!.Granted & capability) != capability)
            return new(RefusalRule.ShareRightMissing);
        var refused = _owner.Refuses(capability);
        return refused is { Rule: RefusalRule.PlatformReadOnly or RefusalRule.DoorNotAllowed }
            ? refused
            : Paused;
    }

    /// <summary>
    /// Why an item is out of reach; null when it is not. Below what a link shares, an item that was marked is not there at all, nor is a by-product of the owner's
    /// programs; what is dropped there may have such a name. In the household programs work together, and need to see each other's.
    /// </summary>
    internal Refusal? RefusesAt(IReadOnlyList<NodeRow> chain)
    {
        if (IsFamily)
            return null;
        var isBelow = false;
        foreach (var row in chain)
        {
            if (Protected.Contains(row.Id))
                return isBelow ? new(RefusalRule.NotFound) : Paused;
            if (
                isBelow
                && Share is not { Rights: ShareRights.Drop }
                && NodeName.IsTransient(row.Name)
            )
                return new(RefusalRule.NotFound);
            isBelow |= row.Id == Share?.Node;
        }
        return null;
    }

    private Refusal? RefusesAll()
    {
        if (Share is not { } share)
            return new(RefusalRule.ShareNotFound);
        if (_owner.Platform.Mode == PlatformMode.Off)
            return _owner.Refuses(Capability.List);
        if (_owner.Standing != Standing.Closed && _owner.BlockOf(share.Id) is { } block)
            return new(RefusalRule.ShareBlocked) { IsLegalOrder = block.IsLegalOrder };
        if (_owner.Standing == Standing.Closed || share.Expires <= _owner.Now)
            return new(RefusalRule.ShareExpired);
        if (share.IsUsedUp && !_visited!.HasDownloaded)
            return new(RefusalRule.ShareExpired) { Limit = share.MaxDownloads };
        return _owner.AnyDoor.HasFlag(
            share.IsFamily ? Capability.OpenFamilyShare : Capability.OpenFriendShare
        )
            ? null
            : Paused;
    }
}
