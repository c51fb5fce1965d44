using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>What has changed since a moment, and where everything was then.</summary>
internal partial class SqliteSnapshot
{
    public ValueTask<IReadOnlyList<ChangedNode>> ListChangedAsync(
        VaultId vault,
        ChangePoint after,
        int limit
    )
    {
        var changed = new List<ChangedNode>();
        ReadChanged(
            session[HistorySql.ListChanged]
                .Bind(1, vault.Value)
                .Bind(2, after.Seq)
                .Bind(3, after.Parent.Value)
                .Bind(4, after.Key)
                .Bind(5, limit),
            changed
        );
        return new(changed);
    }

    public ValueTask<IReadOnlyList<LeftPlace>> ListLeftAsync(
        VaultId vault,
        long after,
        long asOf,
        int limit
    )
    {
        var left = new List<LeftPlace>();
        var statement = session[HistorySql.ListLeft]
            .Bind(1, vault.Value)
            .Bind(2, after)
            .Bind(3, asOf)
            .Bind(4, limit);
        while (statement.Step())
            left.Add(
                new(
                    statement.Int64(4),
                    ReadPlace(statement),
                    statement.Boolean(5),
                    statement.Boolean(6)
                )
            );
        return new(left);
    }

    public ValueTask<IReadOnlyList<NodePlace>> FindPlacesAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    )
    {
        var places = new List<NodePlace>(nodes.Count);
        foreach (var node in nodes)
        {
            if (!TryFindPlace(HistorySql.FindPlace, vault, node, asOf, places))
                TryFindPlace(HistorySql.FindFormerPlace, vault, node, asOf, places);
        }
        return new(places);
    }

    public ValueTask<ChangeTime?> FindChangeAsync(VaultId vault, long from)
    {
        var statement = session[HistorySql.FindChange].Bind(1, vault.Value).Bind(2, from);
        if (!statement.Step())
            return new((ChangeTime?)null);
        var change = new ChangeTime(statement.Int64(0), statement.Int64(1));
        statement.Reset();
        return new(change);
    }

    public ValueTask<long> FindLastBeginningAsync(VaultId vault, long after, long atMs)
    {
        var statement = session[HistorySql.FindLastBeginning]
            .Bind(1, vault.Value)
            .Bind(2, after)
            .Bind(3, atMs);
        statement.Step();
        var last = statement.NullableInt64(0);
        statement.Reset();
        return new(Math.Max(after, last ?? after));
    }

    public ValueTask<IReadOnlyList<FormerRow>> ListFormerAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    )
    {
        var rows = new List<FormerRow>(nodes.Count);
        foreach (var node in nodes)
        {
            var row =
                FindFormer(HistorySql.FindUnchanged, vault, node, asOf)
                ?? FindFormer(HistorySql.FindFormer, vault, node, asOf);
            if (row is not null)
                rows.Add(row);
        }
        return new(rows);
    }

    public ValueTask<FormerRow?> FindFormerMemberAsync(
        VaultId vault,
        NodeId folder,
        string name,
        string key,
        long asOf
    )
    {
        var statement = session[HistorySql.FindUnchangedMember]
            .Bind(1, vault.Value)
            .Bind(2, folder.Value)
            .Bind(3, asOf)
            .Bind(4, name)
            .Bind(5, key);
        if (!statement.Step())
        {
            statement = session[HistorySql.FindFormerMember]
                .Bind(1, vault.Value)
                .Bind(2, folder.Value)
                .Bind(3, asOf)
                .Bind(4, name);
            if (!statement.Step())
                return new((FormerRow?)null);
        }
        var row = FormerRows.Read(statement);
        statement.Reset();
        return new(row);
    }

    public ValueTask ListFormerMembersAsync(
        VaultId vault,
        NodeId folder,
        long asOf,
        Action<FormerRow> visit
    )
    {
        foreach (
            var sql in (string[])[HistorySql.ListUnchangedMembers, HistorySql.ListFormerMembers]
        )
        {
            var statement = session[sql].Bind(1, vault.Value).Bind(2, folder.Value).Bind(3, asOf);
            while (statement.Step())
                visit(FormerRows.Read(statement));
        }
        return ValueTask.CompletedTask;
    }

    private FormerRow? FindFormer(string sql, VaultId vault, NodeId node, long asOf)
    {
        var statement = session[sql].Bind(1, vault.Value).Bind(2, node.Value).Bind(3, asOf);
        if (!statement.Step())
            return null;
        var row = FormerRows.Read(statement);
        statement.Reset();
        return row;
    }

    public ValueTask<IReadOnlyList<ChangedNode>?> ListBelowAsync(
        VaultId vault,
        NodeId top,
        bool isDeep,
        NodeId parent,
        string key,
        int limit
    )
    {
        var below = new List<ChangedNode>();
        long? folder = parent.Value == 0 ? top.Value : parent.Value;
        // Where it goes on must still lead up to the top.
        if (
            folder != top.Value
            && session[TreeSql.IsBelow]
                .Bind(1, vault.Value)
                .Bind(2, folder.Value)
                .Bind(3, top.Value)
                .RunForInt64() == 0
        )
            return new((IReadOnlyList<ChangedNode>?)null);
        for (; folder is { } id && below.Count < limit; key = "")
        {
            ReadChanged(
                session[HistorySql.ListMembersAfter]
                    .Bind(1, vault.Value)
                    .Bind(2, id)
                    .Bind(3, key)
                    .Bind(4, limit - below.Count),
                below
            );
            folder = isDeep ? FolderAfter(vault.Value, top.Value, id) : null;
        }
        return new(below);
    }

    // The first folder in it; or the next one beside it; or the next one beside what it is in, and so on up to the top.
    private long? FolderAfter(long vault, long top, long folder)
    {
        if (NextFolder(vault, folder, 0) is { } first)
            return first;
        while (folder != top)
        {
            var parent = session[HistorySql.FindParentFolder]
                .Bind(1, vault)
                .Bind(2, folder)
                .RunForInt64();
            if (NextFolder(vault, parent, folder) is { } beside)
                return beside;
            folder = parent;
        }
        return null;
    }

    private long? NextFolder(long vault, long parent, long after)
    {
        var statement = session[HistorySql.NextFolder]
            .Bind(1, vault)
            .Bind(2, parent)
            .Bind(3, after);
        if (!statement.Step())
            return null;
        var folder = statement.Int64(0);
        statement.Reset();
        return folder;
    }

    private bool TryFindPlace(
        string sql,
        VaultId vault,
        NodeId node,
        long asOf,
        List<NodePlace> places
    )
    {
        var statement = session[sql].Bind(1, vault.Value).Bind(2, node.Value).Bind(3, asOf);
        if (!statement.Step())
            return false;
        places.Add(ReadPlace(statement));
        statement.Reset();
        return true;
    }

    private static void ReadChanged(Statement statement, List<ChangedNode> changed)
    {
        while (statement.Step())
            changed.Add(new(ReadPlace(statement), statement.Text(4), statement.Int64(5)));
    }

    private static NodePlace ReadPlace(Statement statement) =>
        new(
            new(statement.Int64(0)),
            new(statement.Int64(1)),
            statement.Text(2),
            (NodeKind)statement.Int64(3)
        );
}
