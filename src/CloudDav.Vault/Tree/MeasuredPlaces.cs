namespace CloudDav.Vault;

/// <summary>Says of each node of a listing what measures on it and on the folders above it take away. Folders come before what is in them.</summary>
internal sealed class MeasuredPlaces
{
    private readonly Dictionary<NodeId, Place> _places = [];
    private readonly Place _top;

    /// <summary>Of a listing.</summary>
    /// <param name="decision">Knows the measures that hold.</param>
    /// <param name="chain">The nodes from the root down to the listed one.</param>
    public MeasuredPlaces(Decision decision, IReadOnlyList<NodeRow> chain)
    {
        foreach (var measure in decision.ItemMeasures)
        {
            var node = measure.Node!.Value;
            _places[node] = _places
                .GetValueOrDefault(node)
                .And(new(measure.Taken, measure.Kind == MeasureKind.Block ? measure : null));
        }
        if (_places.Count == 0)
            return;
        foreach (var row in chain)
            _top = _top.And(_places.GetValueOrDefault(row.Id));
    }

    /// <summary>Says it of one.</summary>
    public void Mark(NodeRow node)
    {
        if (_places.Count == 0)
            return;
        var place = _top.And(_places.GetValueOrDefault(node.Parent))
            .And(_places.GetValueOrDefault(node.Id));
        (node.Taken, node.Block) = place;
        if (node.IsFolder && place != _top)
            _places[node.Id] = place;
    }

    // Of two blocks the one above is named.
    private readonly record struct Place(Capability Taken, Measure? Block)
    {
        public Place And(Place below) => new(Taken | below.Taken, Block ?? below.Block);
    }
}
