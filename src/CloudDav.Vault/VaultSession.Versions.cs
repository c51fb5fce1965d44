namespace CloudDav.Vault;

/// <summary>What a file was before: its earlier versions are listed, read, brought back and removed. They are the owner's alone, as the trash is.</summary>
public sealed partial class VaultSession
{
    /// <summary>Earlier versions of a file, the last one first.</summary>
    /// <param name="file">The file.</param>
    /// <param name="before">The number to go on before; null for the first page.</param>
    /// <param name="limit">No more than so many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<VersionPage>> ListVersionsAsync(
        NodeId file,
        long? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<VersionPage>> (snapshot) =>
            {
                var found = await FindFileAsync(snapshot, file, Capability.List, ChangeGuard.None);
                return found.Refusal is { } refusal
                    ? refusal
                    : await ListVersionsAsync(
                        snapshot,
                        new Found(found.Value.Vault, found.Value.Paths[0]),
                        before,
                        limit
                    );
            },
            cancellationToken
        );

    /// <inheritdoc cref="ListVersionsAsync(NodeId, long?, int, CancellationToken)"/>
    /// <param name="path">The file.</param>
    /// <param name="before">The number to go on before; null for the first page.</param>
    /// <param name="limit">No more than so many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<VersionPage>> ListVersionsAsync(
        IReadOnlyList<string> path,
        long? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<VersionPage>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path)]));
                if (RefusesHistory(facts, Capability.List) is { } refusal)
                    return refusal;
                var found = FoundIn(facts, Capability.List);
                return found.Refusal is { } missing ? missing
                    : found.Value.Node.IsFolder ? new Refusal(RefusalRule.IsFolder)
                    : await ListVersionsAsync(snapshot, found.Value, before, limit);
            },
            cancellationToken
        );

    /// <summary>Opens an earlier version.</summary>
    /// <param name="file">The file.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<VaultResult<Opened>> OpenVersionAsync(
        NodeId file,
        long version,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(Facts, FileVersion, StoredContent)>> (snapshot) =>
            {
                var seen = await FindFileAsync(
                    snapshot,
                    file,
                    Capability.Download,
                    ChangeGuard.None
                );
                if (seen.Refusal is { } refusal)
                    return refusal;
                var facts = seen.Value;
                return await FindVersionAsync(snapshot, facts, version) is { } one
                    ? (facts, one, await snapshot.FindContentAsync(facts.Vault.Id, one.Content))
                    : new Refusal(RefusalRule.NotFound);
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var (loaded, former, stored) = found.Value;
        return new Opened(
            loaded.Vault,
            RowOf(loaded.Paths[0].Node!, former),
            _vaults.Downloads.Watch(
                this,
                loaded.Paths[0].Chain,
                await OpenContentAsync(stored, cancellationToken)
            )
        );
    }

    /// <summary>Makes an earlier version the file's content again; what is its content now becomes an earlier version. No bytes are copied, the file keeps its id and gets a new ETag.</summary>
    /// <param name="file">The file.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="guard">What must still hold.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<Changed>> RestoreVersionAsync(
        NodeId file,
        long version,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.restore_version",
            async ValueTask<VaultResult<Changed>> (transaction) =>
            {
                var seen = await FindFileAsync(transaction, file, Capability.AddContent, guard);
                if (seen.Refusal is { } missing)
                    return missing;
                var facts = seen.Value;
                var (vault, place) = (facts.Vault, facts.Paths[0]);
                if (await FindVersionAsync(transaction, facts, version) is not { } one)
                    return new Refusal(RefusalRule.NotFound);
                var former = place.Node!;
                if (
                    (
                        CheckGuard(facts, guard)
                        ?? Rules(guard).CheckNode(place)
                        ?? CheckRoom(
                            vault,
                            one.Size - former.Size,
                            0,
                            addsContent: one.Size > former.Size
                        )
                    ) is
                    { } refusal
                )
                    return refusal;
                var changes = new ChangeSet(vault, Now);
                var row = RowOf(former, one);
                row.Revision = NewRevision();
                ReplaceContent(changes, former, row, vault.Decision!.IsKept(place.Chain));
                changes.Add(new Change.ShareContent(one.Content, row.Id));
                changes.Count(
                    place.Ancestors,
                    row.Size - former.Size,
                    0,
                    0,
                    0,
                    changesMembers: false
                );
                await ApplyAsync(transaction, vault, changes);
                return After(vault, changes, row, created: false);
            },
            cancellationToken
        );

    /// <summary>Removes an earlier version: it is hidden, and goes for good after <see cref="VaultLimits.NeverThinned"/>. One of what is held or blocked stays until it no longer is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="purgesNow">Whether it goes for good at once: for somebody who has just signed in with a browser, and nobody else.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<bool>> RemoveVersionAsync(
        NodeId file,
        long version,
        bool purgesNow,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.remove_version",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var seen = await FindFileAsync(
                    transaction,
                    file,
                    Capability.TakeBack,
                    ChangeGuard.None
                );
                if (seen.Refusal is { } refusal)
                    return refusal;
                var (vault, now) = (seen.Value.Vault.Id, Now);
                if (!await transaction.HideVersionAsync(vault, file, version, now))
                    return new Refusal(RefusalRule.NotFound);
                var isGone =
                    purgesNow
                    && await transaction.ReleaseVersionsAsync(
                        vault,
                        new VersionPick.One(file, version),
                        1,
                        now
                    ) > 0;
                await RecordAsync(
                    transaction,
                    AuditActs.VersionRemoved,
                    new { version, forGood = isGone },
                    file
                );
                return true;
            },
            cancellationToken
        );

    private static async ValueTask<VersionPage> ListVersionsAsync(
        IMetadataSnapshot snapshot,
        Found found,
        long? before,
        int limit
    )
    {
        var versions = await snapshot.ListVersionsAsync(
            found.Vault.Id,
            found.Node.Id,
            before ?? long.MaxValue,
            limit + 1
        );
        return new(
            found,
            [.. versions.Take(limit)],
            versions.Count > limit ? versions[limit - 1].Number : null
        );
    }

    // The facts about a file of the tree by its id; its path is the first one.
    private async ValueTask<VaultResult<Facts>> FindFileAsync(
        IMetadataSnapshot snapshot,
        NodeId file,
        Capability capability,
        ChangeGuard guard
    )
    {
        var facts = await LoadAsync(snapshot, Request([new([])]));
        if (RefusesHistory(facts, capability) is { } refusal)
            return refusal;
        var chain = (await snapshot.ListChainsAsync(facts.Vault.Id, [file])).GetValueOrDefault(
            file
        );
        if (chain is null || chain[0].Id != facts.Vault.Root || chain[^1].Kind != NodeKind.File)
            return new Refusal(RefusalRule.NotFound);
        facts = await LoadAsync(
            snapshot,
            Request(guard, NodeDetails.Locks, [.. chain.Skip(1).Select(row => row.Name)])
        );
        return CheckAccess(facts, capability) is { } closed ? closed : facts;
    }

    private static async ValueTask<FileVersion?> FindVersionAsync(
        IMetadataSnapshot snapshot,
        Facts facts,
        long version
    )
    {
        if (version is <= 0 or long.MaxValue)
            return null;
        var found = await snapshot.ListVersionsAsync(
            facts.Vault.Id,
            facts.Paths[0].Node!.Id,
            version + 1,
            1
        );
        return found is [{ } one] && one.Number == version ? one : null;
    }

    private static NodeRow RowOf(NodeRow file, FileVersion version)
    {
        var row = file.Copy();
        row.Size = version.Size;
        row.Revision = version.Revision;
        row.Content = version.Content;
        row.MediaType = version.MediaType;
        row.ModifiedMs = version.Modified.ToUnixTimeMilliseconds();
        return row;
    }
}
