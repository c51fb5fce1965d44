namespace CloudDav.Vault;

/// <summary>Everything in one download. What was blocked is not in it.</summary>
public sealed partial class VaultSession
{
    /// <summary>The entity tag that an archive of the vault would have now, at the cost of one look-up.</summary>
    public ValueTask<VaultResult<string>> FindArchiveTagAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<string>> (snapshot) =>
            {
                var root = await FindDownloadableRootAsync(snapshot);
                return root.Refusal is { } refusal
                    ? refusal
                    : EntityTag.OfArchive(
                        root.Value.Vault,
                        root.Value.Node,
                        WithheldIn(root.Value.Vault)
                    );
            },
            cancellationToken
        );

    /// <summary>
    /// Lays out an archive of everything in the tree, the trash aside. It comes from one snapshot, which is released before this returns.
    /// </summary>
    /// <returns>The archive, whose content the receiver disposes; refused when too many of this vault are under way.</returns>
    public async ValueTask<VaultResult<VaultArchive>> OpenArchiveAsync(
        CancellationToken cancellationToken
    )
    {
        if (_vaults.Archives.TryEnter(_owner.Vault) is not { } place)
            return new Refusal(RefusalRule.DeviceBusy) { Limit = Limits.ArchivesPerVault };
        var isOpen = false;
        try
        {
            var archive = await _vaults.Archives.LayOutAsync(
                () =>
                    _vaults.Metadata.ReadAsync(
                        snapshot => LayOutAsync(snapshot, place, cancellationToken),
                        cancellationToken
                    ),
                cancellationToken
            );
            isOpen = archive.IsSuccess;
            return archive;
        }
        finally
        {
            if (!isOpen)
                place.Dispose();
        }
    }

    /// <summary>As <see cref="OpenArchiveAsync"/>, for whoever writes the tree in another shape.</summary>
    internal ValueTask<VaultResult<ArchiveLayout>> LayOutTreeAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Archives.LayOutAsync(
            () =>
                _vaults.Metadata.ReadAsync(
                    async ValueTask<VaultResult<ArchiveLayout>> (snapshot) =>
                    {
                        var root = await FindDownloadableRootAsync(snapshot);
                        return root.Refusal is { } refusal
                            ? refusal
                            : await ArchiveLayout.OfAsync(
                                snapshot,
                                root.Value.Vault,
                                root.Value.Node.Id,
                                WithheldIn(root.Value.Vault),
                                cancellationToken
                            );
                    },
                    cancellationToken
                ),
            cancellationToken
        );

    private async ValueTask<VaultResult<VaultArchive>> LayOutAsync(
        IMetadataSnapshot snapshot,
        IDisposable place,
        CancellationToken cancellationToken
    )
    {
        var root = await FindDownloadableRootAsync(snapshot);
        if (root.Refusal is { } refusal)
            return refusal;
        var (vault, node) = (root.Value.Vault, root.Value.Node);
        var withheld = WithheldIn(vault);
        var layout = await ArchiveLayout.OfAsync(
            snapshot,
            vault,
            node.Id,
            withheld,
            cancellationToken
        );
        return new VaultArchive(
            _options.Visit is null || node.Id == vault.Root ? vault.Name : node.Name,
            EntityTag.OfArchive(vault, node, withheld),
            _vaults.Downloads.Watch(
                this,
                root.Value.Path.Chain,
                new ArchiveContent(this, layout, place)
            )
        );
    }

    // Whoever may not download any more, or not all of it, gets no further than the last look-up.
    internal ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
        IReadOnlyList<PlacedEntry> entries,
        IReadOnlySet<NodeId> withheld,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async snapshot =>
            {
                var root = await FindDownloadableRootAsync(snapshot);
                if (root.Refusal is { } refusal)
                    throw new ArchiveEndedException(refusal);
                if (!WithheldIn(root.Value.Vault).IsSubsetOf(withheld))
                    throw new ArchiveEndedException(new Refusal(RefusalRule.Blocked));
                return await snapshot.FindContentsAsync(
                    _owner.Vault,
                    [.. entries.Select(placed => placed.Entry.Content)]
                );
            },
            cancellationToken
        );

    private async ValueTask<VaultResult<Found>> FindDownloadableRootAsync(
        IMetadataSnapshot snapshot
    )
    {
        var found = FoundIn(await LoadAsync(snapshot, Request([new([])])), Capability.Download);
        if (!found.IsSuccess)
            return found;
        if (
            found.Value.Vault.Decision!.Visitor?.Share is
            { Rights: ShareRights.View, IsFamily: false }
        )
            return new Refusal(RefusalRule.ShareRightMissing);
        return found.Value.Node.IsFolder ? found : new Refusal(RefusalRule.IsFile);
    }

    private static IReadOnlySet<NodeId> WithheldIn(VaultState vault) =>
        vault.Decision!.ItemsRefusing(Capability.Download);
}
