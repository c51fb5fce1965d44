namespace CloudDav.Vault;

/// <summary>Properties and times.</summary>
public sealed partial class VaultSession
{
    /// <summary>Applies a patch, all or nothing. The ETag stays; the folders above notice.</summary>
    public ValueTask<VaultResult<Changed>> PatchAsync(
        IReadOnlyList<string> path,
        NodePatch patch,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.patch",
            async ValueTask<VaultResult<Changed>> (transaction) =>
            {
                var facts = await LoadAsync(
                    transaction,
                    Request(guard, NodeDetails.Locks | NodeDetails.Properties, path)
                );
                var isOnlyMark = patch is { IsFavorite: not null, IsEmpty: true };
                var found = FoundIn(
                    facts,
                    isOnlyMark && _origin is not null ? Capability.List : Capability.Reorganise
                );
                if (found.Refusal is { } missing)
                    return missing;
                var (vault, place, former) = (facts.Vault, facts.Paths[0], found.Value.Node);
                if (isOnlyMark)
                    return CheckGuard(facts, guard)
                        ?? await MarkFavoriteAsync(transaction, vault, former, patch);
                var sizes = former.Properties.ToDictionary(
                    property => property.Name,
                    property => property.Bytes,
                    StringComparer.Ordinal
                );
                foreach (var (name, xml) in patch.Properties)
                    sizes[name] = xml is null ? 0 : new NodeProperty(name, xml).Bytes;
                var propertyBytes = sizes.Values.Sum();
                var growth = propertyBytes - former.PropertyBytes;
                if (
                    (
                        CheckGuard(facts, guard)
                        ?? Rules(guard).CheckNode(place)
                        ?? CheckProperties(patch, propertyBytes)
                        ?? CheckRoom(vault, growth, 0, addsContent: false)
                    ) is
                    { } refusal
                )
                    return refusal;
                if (patch.IsEmpty)
                    return new Changed(vault, former, Created: false);
                var changes = new ChangeSet(vault, Now);
                if (await AddFavoriteAsync(transaction, changes, former.Id, patch) is { } unmarked)
                    return unmarked;
                var row = former.Copy();
                ApplyPatch(row, patch);
                row.PropertyBytes = propertyBytes;
                changes.Add(
                    new Change.ReplaceNode(
                        former,
                        row,
                        HistoryReason.Patched,
                        IsVersion: false,
                        KeepsContent: !NodeName.IsTransient(former.Name)
                    )
                );
                if (row.IsFolder && patch.Modified is not null)
                    changes.Add(new Change.SetFolderModified(row.Id, row.ModifiedMs));
                foreach (var (name, xml) in patch.Properties)
                    changes.Add(
                        xml is null
                            ? new Change.RemoveProperty(row.Id, name)
                            : new Change.SetProperty(row.Id, new NodeProperty(name, xml))
                    );
                if (place.Chain.Count == 1)
                    changes.CountRootProperties(growth);
                else
                    changes.Count(place.Ancestors, 0, growth, 0, 0, changesMembers: false);
                await ApplyAsync(transaction, vault, changes);
                return After(vault, changes, row, created: false);
            },
            cancellationToken
        );

    // Only the actor's own: the item, its tag and everybody else's view of it stay what they are.
    private async ValueTask<VaultResult<Changed>> MarkFavoriteAsync(
        IMetadataTransaction transaction,
        VaultState vault,
        NodeRow node,
        NodePatch patch
    )
    {
        var changes = new ChangeSet(vault, Now, isRecorded: false);
        if (
            (
                vault.Decision!.Visitor?.RefusesAtHome(Capability.Reorganise)
                ?? await AddFavoriteAsync(transaction, changes, node.Id, patch)
            ) is
            { } refusal
        )
            return refusal;
        if (changes.Changes.Count > 0)
            await transaction.ApplyAsync(changes);
        return new Changed(vault, node, Created: false);
    }

    private async ValueTask<Refusal?> AddFavoriteAsync(
        IMetadataTransaction transaction,
        ChangeSet changes,
        NodeId node,
        NodePatch patch
    )
    {
        if (patch.IsFavorite is not { } wanted)
            return null;
        // Behind a link is nobody who could have any.
        if (IsLink)
            return new Refusal(RefusalRule.ShareRightMissing);
        var marked = await transaction.ListFavoritesAsync(_owner.Vault, _actor.Account, node);
        if (wanted == (marked.Count > 0))
            return null;
        if (wanted)
        {
            var used = await transaction.CountFavoritesAsync(_actor.Account);
            if (used >= Limits.Favorites)
                return new Refusal(RefusalRule.TooManyFavorites)
                {
                    Limit = Limits.Favorites,
                    Used = used,
                };
        }
        changes.Add(new Change.SetFavorite(node, _actor.Account, wanted));
        return null;
    }

    private async ValueTask<IReadOnlySet<NodeId>?> FavoritesAsync(
        IMetadataSnapshot snapshot,
        NodeDetails details,
        NodeId? node = null
    ) =>
        details.HasFlag(NodeDetails.Favorite)
            ? await snapshot.ListFavoritesAsync(_owner.Vault, _actor.Account, node)
            : null;

    // What was found by itself, and not in a listing.
    private async ValueTask MarkFavoriteAsync(
        NodeRow node,
        NodeDetails details,
        CancellationToken cancellationToken
    )
    {
        if (!details.HasFlag(NodeDetails.Favorite))
            return;
        var favorites = await _vaults.Metadata.ReadAsync(
            snapshot => FavoritesAsync(snapshot, details, node.Id),
            cancellationToken
        );
        node.IsFavorite = favorites!.Contains(node.Id);
    }

    private static void ApplyPatch(NodeRow row, NodePatch patch)
    {
        if (patch.Modified is { } modified)
            row.ModifiedMs = modified.ToUnixTimeMilliseconds();
        if (patch.Created is { } created)
            row.CreatedMs = created.ToUnixTimeMilliseconds();
        if (patch.LastAccess is { } access)
            row.LastAccessMs = access.ToUnixTimeMilliseconds();
        if (patch.Win32Attributes is { } attributes)
            row.Win32Attributes = attributes;
        else if (patch.ClearsWin32Attributes)
            row.Win32Attributes = null;
    }

    private static long SizeOf(NodePatch patch) =>
        patch.Properties.Sum(property =>
            property.Xml is null ? 0 : new NodeProperty(property.Name, property.Xml).Bytes
        );

    private Refusal? CheckProperties(NodePatch patch, long propertyBytes)
    {
        if (
            patch.Properties.Any(property =>
                property.Xml is not null
                && System.Text.Encoding.UTF8.GetByteCount(property.Xml) > Limits.PropertyBytes
            )
        )
            return new Refusal(RefusalRule.PropertiesTooLarge) { Limit = Limits.PropertyBytes };
        return propertyBytes > Limits.NodePropertyBytes && patch.Properties.Count > 0
            ? new Refusal(RefusalRule.PropertiesTooLarge)
            {
                Limit = Limits.NodePropertyBytes,
                Used = propertyBytes,
            }
            : null;
    }
}
