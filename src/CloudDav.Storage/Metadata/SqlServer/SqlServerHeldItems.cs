using System.Data;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>
/// What a legal hold or a block in a vault keeps from the purge: the item, everything below it, and what was deleted out of it since. Where there is none,
/// which is nearly everywhere, asking costs one look-up; else all that is asked about goes up one level with each.
/// </summary>
internal sealed class SqlServerHeldItems
{
    // More levels than there can be: from the tree into the trash and once more for each deletion.
    private const int MostSteps = 1_000;

    private static readonly SqlMetaData[] s_idColumns = [new("id", SqlDbType.BigInt)];

    private readonly SqlServerSession _session;
    private readonly long _vault;
    private readonly HashSet<long> _items = [];
    private readonly Dictionary<long, Folders> _folders = [];
    private HashSet<long>? _above;
    private long _trash;
    private bool _isWhole;

    private SqlServerHeldItems(SqlServerSession session, long vault)
    {
        _session = session;
        _vault = vault;
    }

    public static async Task<SqlServerHeldItems> LoadAsync(
        SqlServerSession session,
        VaultId vault,
        DateTimeOffset now
    )
    {
        var held = new SqlServerHeldItems(session, vault.Value);
        await using var reader = await session.ReadAsync(
            PurgeStatements.ListHeld.With(vault.Value, now.ToUnixTimeMilliseconds())
        );
        while (await reader.ReadAsync())
        {
            if (reader.Int64OrNull(0) is { } item)
                held._items.Add(item);
            else
                held._isWhole = true;
        }
        await reader.NextResultAsync();
        if (await reader.ReadAsync())
            held._trash = reader.GetInt64(0);
        return held;
    }

    /// <summary>Leaves out nodes that are held, or lie or lay in something that is.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="idOf">The id of one.</param>
    /// <param name="orAbove">Whether also those are left out that have something held below them.</param>
    public async Task<IReadOnlyList<T>> WithoutHeldAsync<T>(
        IReadOnlyList<T> nodes,
        Func<T, long> idOf,
        bool orAbove
    )
    {
        if (_isWhole)
            return [];
        if (_items.Count == 0)
            return nodes;
        var held = await FindHeldAsync([.. nodes.Select(idOf)]);
        if (orAbove)
            held.UnionWith(_above ??= await FindAboveAsync());
        return [.. nodes.Where(node => !held.Contains(idOf(node)))];
    }

    private async Task<HashSet<long>> FindHeldAsync(HashSet<long> nodes)
    {
        var held = new HashSet<long>();
        var places = nodes.ToDictionary(node => node, node => node);
        for (var step = 0; places.Count > 0; step++)
        {
            await ReadFoldersAsync(places.Values);
            foreach (var (node, place) in places.ToList())
            {
                if (_items.Contains(place) || step == MostSteps)
                {
                    held.Add(node);
                    places.Remove(node);
                    continue;
                }
                var folders = _folders[place];
                var next = folders.Now ?? folders.Last;
                if (next == _trash)
                    next = folders.DeletedFrom;
                if (next is null or 0)
                    places.Remove(node);
                else
                    places[node] = next.Value;
            }
        }
        return held;
    }

    private async Task<HashSet<long>> FindAboveAsync()
    {
        var above = new HashSet<long>(_items);
        HashSet<long> places = [.. _items];
        while (places.Count > 0)
        {
            await ReadFoldersAsync(places);
            places =
            [
                .. places
                    .Select(place => _folders[place].Now ?? 0)
                    .Where(next => next != 0 && above.Add(next)),
            ];
        }
        return above;
    }

    private async Task ReadFoldersAsync(IEnumerable<long> places)
    {
        var rows = new SqlServerRows(s_idColumns);
        foreach (var place in places.Where(place => !_folders.ContainsKey(place)).Distinct())
            rows.Add(place);
        if (rows.Count == 0)
            return;
        await using var reader = await _session.ReadAsync(
            PurgeStatements.FindFolders.With(_vault, rows)
        );
        while (await reader.ReadAsync())
            _folders[reader.GetInt64(0)] = new Folders(
                reader.Int64OrNull(1),
                reader.Int64OrNull(2),
                reader.Int64OrNull(3)
            );
    }

    // Where a node is, where it was last, and what it was deleted from.
    private readonly record struct Folders(long? Now, long? Last, long? DeletedFrom);
}
