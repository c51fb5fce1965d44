namespace CloudDav.Vault;

/// <summary>The vault as it was at a moment: it is looked at and read. It is the owner's alone, as the trash is.</summary>
public sealed partial class VaultSession
{
    /// <summary>Something as it was at a moment. What others share is not in it.</summary>
    /// <param name="at">The moment, within <see cref="VaultLimits.RewindAge"/>.</param>
    /// <param name="node">A node that was in the tree then; null for the top of the tree.</param>
    /// <param name="below">Names from there on down; empty for itself.</param>
    /// <param name="visit">Called for it and, when it is a folder, for each member, first for those that have not changed since; must not block. Null when they are not asked for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<FormerItem>> LookBackAsync(
        DateTimeOffset at,
        NodeId? node,
        IReadOnlyList<string> below,
        Action<FormerItem>? visit,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<FormerItem>> (snapshot) =>
            {
                var found = await FindFormerAsync(snapshot, at, node, below, Capability.List);
                if (found.Refusal is { } refusal)
                    return refusal;
                var item = found.Value;
                var measures = MeasuredPlaces.Of(
                    item.Vault.Decision!,
                    item.Chain.Select(row => row.Id)
                );
                Mark(measures, item.Node);
                visit?.Invoke(item);
                var seen = 0;
                if (visit is not null && item.Node.IsFolder)
                    await snapshot.ListFormerMembersAsync(
                        item.Vault.Id,
                        item.Node.Id,
                        item.AsOf,
                        member =>
                        {
                            if ((++seen & 1023) == 0)
                                cancellationToken.ThrowIfCancellationRequested();
                            if (member.Node.Kind == NodeKind.Mount)
                                return;
                            member.Node.SubtreeVersion = item.AsOf;
                            Mark(measures, member.Node);
                            visit(
                                item with
                                {
                                    Chain = [.. item.Chain, member.Node],
                                    IsExact = member.IsExact,
                                }
                            );
                        }
                    );
                return item;
            },
            cancellationToken
        );

    /// <summary>Opens a file as it was at a moment.</summary>
    /// <inheritdoc cref="LookBackAsync"/>
    public async ValueTask<VaultResult<Opened>> OpenFormerAsync(
        DateTimeOffset at,
        NodeId? node,
        IReadOnlyList<string> below,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(FormerItem, IReadOnlyList<NodeRow>, StoredContent?)>> (
                snapshot
            ) =>
            {
                var seen = await FindFormerAsync(snapshot, at, node, below, Capability.Download);
                if (seen.Refusal is { } refusal)
                    return refusal;
                var item = seen.Value;
                if (item.Node.IsForgotten)
                    return new Refusal(RefusalRule.ContentForgotten);
                var chains = await snapshot.ListChainsAsync(item.Vault.Id, [item.Node.Id]);
                IReadOnlyList<NodeRow> whole =
                [
                    .. item.Chain,
                    .. await PresentPlaceAsync(
                        snapshot,
                        item.Vault,
                        chains.GetValueOrDefault(item.Node.Id)
                    ),
                ];
                if (item.Vault.Decision!.RefusesAt(whole, Capability.Download) is { } closed)
                    return closed;
                return (
                    item,
                    whole,
                    item.Node.Content is { } content
                        ? await snapshot.FindContentAsync(item.Vault.Id, content)
                        : null
                );
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var (opened, places, stored) = found.Value;
        return new Opened(
            opened.Vault,
            opened.Node,
            opened.Node.IsFolder
                ? null
                : _vaults.Downloads.Watch(
                    this,
                    places,
                    await OpenContentAsync(stored, cancellationToken)
                )
        );
    }

    // What something is in now counts as well as what it was in; of what is in the trash, that is what it was deleted from. Asked only where it matters.
    private static async ValueTask<IReadOnlyList<NodeRow>> PresentPlaceAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        IReadOnlyList<NodeRow>? chain
    )
    {
        if (chain is null || !vault.Decision!.ItemMeasures.Any())
            return [];
        if (chain[0].Id != vault.Trash)
            return chain;
        var items = await ItemsAsync(
            snapshot,
            vault,
            await snapshot.FindTrashedAsync(vault.Id, [chain[1].Id])
        );
        return [.. items[0].Place, .. chain];
    }

    private async ValueTask<VaultResult<FormerItem>> FindFormerAsync(
        IMetadataSnapshot snapshot,
        DateTimeOffset at,
        NodeId? node,
        IReadOnlyList<string> below,
        Capability capability
    )
    {
        var facts = await LoadAsync(snapshot, Request([new([])]));
        if (RefusesHistory(facts, capability) is { } refusal)
            return refusal;
        var vault = facts.Vault;
        var moment = await FindMomentAsync(snapshot, vault, at);
        if (moment.Refusal is { } unknown)
            return unknown;
        var tree = new FormerTree(snapshot, vault, moment.Value);
        var top = node ?? vault.Root;
        await tree.FindAsync([top]);
        List<NodeRow> chain = [.. tree.ChainOf(top)];
        if (chain.Count == 0)
            return new Refusal(RefusalRule.NotFound);
        var isExact = tree[top]!.IsExact;
        foreach (var name in below)
        {
            if (
                !chain[^1].IsFolder
                || await snapshot.FindFormerMemberAsync(
                    vault.Id,
                    chain[^1].Id,
                    name,
                    vault.KeyOf(name),
                    moment.Value
                )
                    is not { } member
            )
                return new Refusal(RefusalRule.NotFound);
            chain.Add(member.Node);
            isExact = member.IsExact;
        }
        if (chain[^1].Kind == NodeKind.Mount)
            return new Refusal(RefusalRule.NotFound);
        chain[^1].SubtreeVersion = moment.Value;
        return vault.Decision!.RefusesAt(chain, capability) is { } closed
            ? closed
            : new FormerItem
            {
                Vault = vault,
                AsOf = moment.Value,
                Chain = chain,
                IsExact = isExact,
            };
    }

    // The last change that had been made by a moment: found by halves, since later changes have higher numbers. Of what came to be and was changed since, only the change since has a row of its own.
    private async ValueTask<VaultResult<long>> FindMomentAsync(
        IMetadataSnapshot snapshot,
        VaultState vault,
        DateTimeOffset at
    )
    {
        if (at > Now)
            return new Refusal(RefusalRule.InvalidInput) { Field = "at" };
        var span = Limits.RewindAge < Limits.HistoryAge ? Limits.RewindAge : Limits.HistoryAge;
        var tooLongAgo = new Refusal(RefusalRule.MomentTooLongAgo) { Limit = (long)span.TotalDays };
        if (at < Now - span)
            return tooLongAgo;
        var atMs = at.ToUnixTimeMilliseconds();
        var (low, high, next) = (vault.HistoryFloor, vault.ChangeSeq, vault.ChangeSeq + 1);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            var change = await snapshot.FindChangeAsync(vault.Id, middle);
            if (change is { } made && made.AtMs <= atMs)
                low = made.Seq;
            else
                (high, next) = (middle - 1, change?.Seq ?? next);
        }
        if (low < next - 1)
            low = await snapshot.FindLastBeginningAsync(vault.Id, low, atMs);
        // Before everything there was nothing to come back to.
        return low == 0 ? tooLongAgo : low;
    }
}
