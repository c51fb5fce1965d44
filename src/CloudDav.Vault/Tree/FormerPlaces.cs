namespace CloudDav.Vault;

/// <summary>
/// Where things in the trash were: the folders they were deleted from, and where one of these was deleted itself, those it was in before. All that is asked about goes up together:
/// a step for each deletion that lies within another one.
/// </summary>
internal sealed class FormerPlaces(IMetadataSnapshot snapshot, VaultState vault)
{
    // More deletions within each other than there can be.
    private const int MostSteps = 1_000;

    private readonly Dictionary<NodeId, IReadOnlyList<NodeRow>> _chains = [];
    private readonly Dictionary<NodeId, NodeId?> _origins = [];

    /// <summary>The rows of a folder and of those above it, from the root down; empty when that is not known any more.</summary>
    public IReadOnlyList<NodeRow> this[NodeId? folder]
    {
        get
        {
            var place = new List<NodeRow>();
            for (var step = 0; folder is { } id && step < MostSteps; step++)
            {
                if (_chains.GetValueOrDefault(id) is not { Count: > 0 } chain)
                    return [];
                if (chain[0].Id == vault.Root)
                    return [.. chain, .. place];
                place.InsertRange(0, chain.Skip(1));
                folder = chain.Count > 1 ? _origins.GetValueOrDefault(chain[1].Id) : null;
            }
            return [];
        }
    }

    /// <summary>Finds the places of some folders.</summary>
    public async ValueTask FindAsync(IEnumerable<NodeId?> folders)
    {
        var open = folders.OfType<NodeId>().Distinct().ToList();
        for (var step = 0; open.Count > 0 && step < MostSteps; step++)
        {
            foreach (var (id, chain) in await snapshot.ListChainsAsync(vault.Id, open))
                _chains[id] = chain;
            var deleted = open.Select(id => _chains.GetValueOrDefault(id))
                .Where(chain => chain is [{ } top, _, ..] && top.Id == vault.Trash)
                .Select(chain => chain![1].Id)
                .Where(id => !_origins.ContainsKey(id))
                .Distinct()
                .ToList();
            if (deleted.Count == 0)
                return;
            foreach (var id in deleted)
                _origins[id] = null;
            foreach (var row in await snapshot.FindTrashedAsync(vault.Id, deleted))
                _origins[row.Node.Id] = row.Deletion?.Folder;
            open =
            [
                .. deleted
                    .Select(id => _origins[id])
                    .OfType<NodeId>()
                    .Where(id => !_chains.ContainsKey(id))
                    .Distinct(),
            ];
        }
    }
}
