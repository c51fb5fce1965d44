namespace CloudDav.Vault;

/// <summary>Where nodes were when a change had been made, as far as they were asked about. All that is asked about goes up together, a level at a time.</summary>
internal sealed class FormerTree(IMetadataSnapshot snapshot, VaultState vault, long asOf)
{
    private readonly Dictionary<NodeId, FormerRow?> _rows = [];

    /// <summary>A node as it was; null when it was not there, or nothing is known of it any more.</summary>
    public FormerRow? this[NodeId node] => _rows.GetValueOrDefault(node);

    /// <summary>Finds nodes and everything they were in.</summary>
    public async ValueTask FindAsync(IEnumerable<NodeId> nodes)
    {
        var wanted = nodes.Where(IsWanted).ToHashSet();
        while (wanted.Count > 0)
        {
            foreach (var node in wanted)
                _rows[node] = null;
            var found = await snapshot.ListFormerAsync(vault.Id, [.. wanted], asOf);
            foreach (var row in found)
                _rows[row.Node.Id] = row;
            wanted = found.Select(row => row.Node.Parent).Where(IsWanted).ToHashSet();
        }

        bool IsWanted(NodeId node) => node.Value != 0 && !_rows.ContainsKey(node);
    }

    /// <summary>The rows from the root down to a node that was found; empty when it was not in the tree.</summary>
    public IReadOnlyList<NodeRow> ChainOf(NodeId node)
    {
        var chain = new List<NodeRow>();
        for (var id = node; this[id] is { } row; id = row.Node.Parent)
        {
            chain.Add(row.Node);
            if (id != vault.Root)
                continue;
            chain.Reverse();
            return chain;
        }
        return [];
    }

    /// <summary>Whether a node that was found was below another one in the tree, or is it.</summary>
    public bool WasWithin(NodeId node, NodeId top) => ChainOf(node).Any(row => row.Id == top);
}
