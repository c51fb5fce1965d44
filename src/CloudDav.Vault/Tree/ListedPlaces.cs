namespace CloudDav.Vault;

/// <summary>Where the entries of a listing are, and which locks cover them, kept while the listing runs.</summary>
internal sealed class ListedPlaces
{
    private readonly Dictionary<long, Place> _folders = [];
    private readonly ILookup<long, LockRow>? _locks;
    private readonly IReadOnlyList<string> _topPath;
    private readonly string[] _member = new string[1];
    private readonly Place _top;

    public ListedPlaces(PathState top, IReadOnlyList<LockRow> locks)
    {
        LocksOfTop = [.. top.Locks.Where(held => LockRules.Covers(held, top.Path.Count))];
        _topPath = top.StoredPath;
        _top = new Place([], [.. LocksOfTop.Where(held => held.IsInfinite)]);
        _folders[top.Node!.Id.Value] = _top;
        if (locks.Count > 0)
            _locks = locks.ToLookup(held => held.Node.Value);
    }

    /// <summary>Active locks that cover the listed node itself.</summary>
    public IReadOnlyList<LockRow> LocksOfTop { get; }

    /// <summary>Where an entry is. Entries of a deep listing come after their folders.</summary>
    public Place Enter(NodeRow node, bool keepsFolders)
    {
        if (!keepsFolders && _locks is null && _top.Locks.Count == 0)
        {
            // The usual listing: one array for all.
            _member[0] = node.Name;
            return new Place(_member, []);
        }
        var folder = keepsFolders ? _folders[node.Parent.Value] : _top;
        var place = new Place([.. folder.Below, node.Name], folder.Locks);
        if (_locks is not null && _locks.Contains(node.Id.Value))
        {
            string[] path = [.. _topPath, .. place.Below];
            place = place with
            {
                Locks =
                [
                    .. folder.Locks,
                    .. _locks[node.Id.Value].Select(held => held with { Path = path }),
                ],
            };
        }
        if (keepsFolders && node.IsFolder)
            _folders[node.Id.Value] = place with
            {
                Locks = [.. place.Locks.Where(held => held.IsInfinite)],
            };
        return place;
    }

    /// <summary>A place below the listed node.</summary>
    /// <param name="Below">The segments down to it.</param>
    /// <param name="Locks">The locks that cover it.</param>
    internal readonly record struct Place(string[] Below, IReadOnlyList<LockRow> Locks);
}
