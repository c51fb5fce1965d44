namespace CloudDav.Vault;

/// <summary>What is out of reach of all that a listing visits, a folder always before its members: from the few blocked items, not from a look at each path.</summary>
internal sealed class BlockedPlaces
{
    private readonly Measure? _above;
    private readonly Dictionary<NodeId, Measure> _blocked = [];

    /// <summary>Of a listing.</summary>
    /// <param name="decision">Knows the measures that hold.</param>
    /// <param name="chain">The nodes from the root down to the listed one.</param>
    public BlockedPlaces(Decision decision, IReadOnlyList<NodeRow> chain)
    {
        foreach (var measure in decision.Facts.Measures)
        {
            if (
                measure is { Kind: MeasureKind.Block, Node: { } node }
                && measure.Holds(decision.Now)
            )
                _blocked.TryAdd(node, measure);
        }
        if (_blocked.Count > 0)
            _above = chain
                .Select(row => _blocked.GetValueOrDefault(row.Id))
                .FirstOrDefault(found => found is not null);
    }

    /// <summary>Says it of one.</summary>
    public void Mark(NodeRow node)
    {
        node.Block =
            _above
            ?? (
                _blocked.Count == 0
                    ? null
                    : _blocked.GetValueOrDefault(node.Id) ?? _blocked.GetValueOrDefault(node.Parent)
            );
        if (node is { Block: { } block, IsFolder: true } && _above is null)
            _blocked.TryAdd(node.Id, block);
    }
}
