using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>What has changed since a moment, and where everything was then.</summary>
internal partial class SqlServerSnapshot
{
    public async ValueTask<IReadOnlyList<ChangedNode>> ListChangedAsync(
        VaultId vault,
        ChangePoint after,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            HistoryStatements.ListChanged.With(
                vault.Value,
                after.Seq,
                after.Parent.Value,
                after.Key,
                limit
            ),
            ReadChanged,
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlyList<LeftPlace>> ListLeftAsync(
        VaultId vault,
        long after,
        long asOf,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            HistoryStatements.ListLeft.With(vault.Value, after, asOf, limit),
            row => new LeftPlace(
                row.Int64(4),
                ReadPlace(row),
                row.Int64(5) != 0,
                row.Int64(6) != 0
            ),
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlyList<NodePlace>> FindPlacesAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            HistoryStatements.FindPlaces.With(
                vault.Value,
                Ids(nodes.Select(node => node.Value)),
                asOf
            ),
            ReadPlace,
            CancellationToken.None
        );
    }

    public async ValueTask<ChangeTime?> FindChangeAsync(VaultId vault, long from)
    {
        var ready = await PrepareAsync(vault);
        var found = await ready.ListAsync(
            HistoryStatements.FindChange.With(vault.Value, from),
            row => new ChangeTime(row.Int64(0), row.Int64(1)),
            CancellationToken.None
        );
        return found.Count == 0 ? null : found[0];
    }

    public async ValueTask<long> FindLastBeginningAsync(VaultId vault, long after, long atMs)
    {
        var ready = await PrepareAsync(vault);
        var found = await ready.ListAsync(
            HistoryStatements.FindLastBeginning.With(vault.Value, after, atMs),
            row => row.Int64OrNull(0),
            CancellationToken.None
        );
        return Math.Max(after, found.FirstOrDefault() ?? after);
    }

    public ValueTask<IReadOnlyList<FormerRow>> ListFormerAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    ) =>
        ListFormerAsync(
            vault,
            HistoryStatements.ListFormer.With(
                vault.Value,
                Ids(nodes.Select(node => node.Value)),
                asOf
            )
        );

    public async ValueTask<FormerRow?> FindFormerMemberAsync(
        VaultId vault,
        NodeId folder,
        string name,
        string key,
        long asOf
    )
    {
        var found = await ListFormerAsync(
            vault,
            HistoryStatements.FindFormerMember.With(vault.Value, folder.Value, name, key, asOf)
        );
        return found.Count == 0 ? null : found[0];
    }

    public async ValueTask ListFormerMembersAsync(
        VaultId vault,
        NodeId folder,
        long asOf,
        Action<FormerRow> visit
    )
    {
        var ready = await PrepareAsync(vault);
        foreach (
            var statement in (SqlServerStatement[])
                [HistoryStatements.ListUnchangedMembers, HistoryStatements.ListFormerMembers]
        )
        {
            await using var reader = await ready.ReadAsync(
                statement.With(vault.Value, folder.Value, asOf)
            );
            var row = new ReaderRow(reader);
            while (await reader.ReadAsync())
                visit(FormerRows.Read(row));
        }
    }

    private async ValueTask<IReadOnlyList<FormerRow>> ListFormerAsync(
        VaultId vault,
        SqlServerCall call
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(call, FormerRows.Read, CancellationToken.None);
    }

    public async ValueTask<IReadOnlyList<ChangedNode>?> ListBelowAsync(
        VaultId vault,
        NodeId top,
        bool isDeep,
        NodeId parent,
        string key,
        int limit
    )
    {
        // Folders come in the order of their ids: whichever was seen last, what comes after it is known.
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            isDeep
                ? HistoryStatements.ListBelow.With(vault.Value, top.Value, parent.Value, key, limit)
                : HistoryStatements.ListMembers.With(vault.Value, top.Value, key, limit),
            ReadChanged,
            CancellationToken.None
        );
    }

    private static ChangedNode ReadChanged(IRow row) =>
        new(ReadPlace(row), row.Text(4), row.Int64(5));

    private static NodePlace ReadPlace(IRow row) =>
        new(new(row.Int64(0)), new(row.Int64(1)), row.Text(2), (NodeKind)row.Int64(3));
}
