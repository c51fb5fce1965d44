namespace CloudDav.Vault;

/// <summary>Everything in one download. What was blocked is not in it.</summary>
public sealed partial class VaultSession
{
    /// <summary>The entity tag that an archive would have now, at the cost of one look-up.</summary>
    public ValueTask<VaultResult<string>> FindArchiveTagAsync(
        ArchiveScope scope,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<string>> (snapshot) =>
            {
                var top = await FindDownloadableAsync(snapshot, scope.Path);
                return top.Refusal is { } refusal
                    ? refusal
                    : EntityTag.OfArchive(
                        top.Value.Vault,
                        top.Value.Node,
                        WithheldIn(top.Value.Vault),
                        scope.Members
                    );
            },
            cancellationToken
        );

    /// <summary>
    /// Lays out an archive of everything below a folder, the trash aside. It comes from one snapshot, which is released before this returns.
    /// </summary>
    /// <returns>The archive, whose content the receiver disposes; refused when too many of this vault are under way, or something that is chosen is not there.</returns>
    public async ValueTask<VaultResult<VaultArchive>> OpenArchiveAsync(
        ArchiveScope scope,
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
                        snapshot => LayOutAsync(snapshot, scope, place, cancellationToken),
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

    /// <summary>As <see cref="OpenArchiveAsync"/>, of the whole tree, for whoever writes it in another shape.</summary>
    internal ValueTask<VaultResult<ArchiveLayout>> LayOutTreeAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Archives.LayOutAsync(
            () =>
                _vaults.Metadata.ReadAsync(
                    async ValueTask<VaultResult<ArchiveLayout>> (snapshot) =>
                    {
                        var root = await FindDownloadableAsync(snapshot, []);
                        return root.Refusal is { } refusal
                            ? refusal
                            : await ArchiveLayout.OfAsync(
                                snapshot,
                                root.Value.Vault,
                                root.Value.Node.Id,
                                members: null,
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
        ArchiveScope scope,
        IDisposable place,
        CancellationToken cancellationToken
    )
    {
        var top = await FindDownloadableAsync(snapshot, scope.Path);
        if (top.Refusal is { } refusal)
            return refusal;
        var (vault, node) = (top.Value.Vault, top.Value.Node);
        var withheld = WithheldIn(vault);
        var layout = await ArchiveLayout.OfAsync(
            snapshot,
            vault,
            node.Id,
            scope.Members,
            withheld,
            cancellationToken
        );
        if (!layout.IsComplete)
        {
            layout.Dispose();
            return new Refusal(RefusalRule.NotFound) { Path = scope.Path };
        }
        return new VaultArchive(
            scope.Path.Count == 0 && (_options.Visit is null || node.Id == vault.Root)
                ? vault.Name
                : node.Name,
            EntityTag.OfArchive(vault, node, withheld, scope.Members),
            _vaults.Downloads.Watch(
                this,
                top.Value.Path.Chain,
                new ArchiveContent(this, node.Id, layout, place)
            )
        );
    }

    // Whoever may not download any more, or not all of it, gets no further than the last look-up.
    internal ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
        NodeId folder,
        IReadOnlyList<PlacedEntry> entries,
        IReadOnlySet<NodeId> withheld,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async snapshot =>
            {
                var top = await FindDownloadableAsync(snapshot, folder);
                if (top.Refusal is { } refusal)
                    throw new ArchiveEndedException(refusal);
                if (!WithheldIn(top.Value.Vault).IsSubsetOf(withheld))
                    throw new ArchiveEndedException(new Refusal(RefusalRule.Blocked));
                return await snapshot.FindContentsAsync(
                    _owner.Vault,
                    [.. entries.Select(placed => placed.Entry.Content)]
                );
            },
            cancellationToken
        );

    // The folder itself, wherever it has been moved since; what came under a share and is no longer under it is not there.
    private async ValueTask<VaultResult<Found>> FindDownloadableAsync(
        IMetadataSnapshot snapshot,
        NodeId folder
    )
    {
        var top = await FindDownloadableAsync(snapshot, []);
        if (!top.IsSuccess || top.Value.Node.Id == folder)
            return top;
        var chain = (await snapshot.ListChainsAsync(_owner.Vault, [folder])).GetValueOrDefault(
            folder
        );
        var below = (chain ?? []).SkipWhile(row => row.Id != top.Value.Node.Id).ToList();
        return below.Count == 0
            ? new Refusal(RefusalRule.NotFound)
            : await FindDownloadableAsync(snapshot, [.. below.Skip(1).Select(row => row.Name)]);
    }

    private async ValueTask<VaultResult<Found>> FindDownloadableAsync(
        IMetadataSnapshot snapshot,
        IReadOnlyList<string> path
    )
    {
        var found = FoundIn(await LoadAsync(snapshot, Request([new(path)])), Capability.Download);
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
