namespace CloudDav.Vault;

/// <summary>Says of each node of a listing what measures on it and on the folders above it take away. Folders come before what is in them.</summary>
internal sealed class MeasuredPlaces
{
    private readonly Dictionary<NodeId, Place> _places = [];
    private readonly Place _top;

    private MeasuredPlaces(IEnumerable<Measure> measures, IEnumerable<NodeId> chain)
    {
        foreach (var measure in measures)
        {
            var node = measure.Node!.Value;
            _places[node] = _places
                .GetValueOrDefault(node)
                .And(new(measure.Taken, measure.Kind == MeasureKind.Block ? measure : null));
        }
        foreach (var node in chain)
            _top = _top.And(_places.GetValueOrDefault(node));
    }

    /// <summary>Those of a listing; null when no measure is on an item, as almost always.</summary>
    /// <param name="decision">Knows the measures that hold.</param>
    /// <param name="chain">The nodes from the root down to the listed one.</param>
    public static MeasuredPlaces? Of(Decision decision, IEnumerable<NodeId> chain) =>
        decision.ItemMeasures is var measures && measures.Any()
            ? new MeasuredPlaces(measures, chain)
            : null;

    /// <summary>Says it of one.</summary>
    public void Mark(NodeRow node)
    {
        var place = _top.And(_places.GetValueOrDefault(node.Parent))
            .And(_places.GetValueOrDefault(node.Id));
        (node.Taken, node.Block) = place;
        if (node.IsFolder && place != _top)
            _places[node.Id] = place;
    }

    /// <summary>Whether a folder that was marked, or one above it, was blocked.</summary>
    public bool IsBlocked(NodeId folder) => _places.GetValueOrDefault(folder).Block is not null;

    // Of two blocks the one above is named.
    private readonly record struct Place(Capability Taken, Measure? Block)
    {
        public Place And(Place below) => new(Taken | below.Taken, Block ?? below.Block);
    }
}
