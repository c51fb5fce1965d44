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
