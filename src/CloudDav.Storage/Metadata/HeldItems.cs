using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// What a legal hold or a block in a vault keeps from the purge: the item, everything below it, and what was deleted out of it since. Where there is none, which is nearly
/// everywhere, asking costs one look-up.
/// </summary>
internal sealed class HeldItems
{
    // More levels than there can be: from the tree into the trash and once more for each deletion.
    private const int MostSteps = 1_000;

    private readonly SqliteSession _session;
    private readonly long _vault;
    private readonly long _trash;
    private readonly HashSet<long> _items = [];
    private bool _isWhole;

    private HeldItems(SqliteSession session, long vault, long trash)
    {
        _session = session;
        _vault = vault;
        _trash = trash;
    }

    /// <summary>Whether anything is held.</summary>
    public bool HasAny => _isWhole || _items.Count > 0;

    public static HeldItems Load(
        SqliteSession session,
        VaultId vault,
        long trash,
        DateTimeOffset now
    )
    {
        var held = new HeldItems(session, vault.Value, trash);
        var statement = session[PurgeSql.ListHeld]
            .Bind(1, vault.Value)
            .Bind(2, now.ToUnixTimeMilliseconds());
        while (statement.Step())
        {
            if (statement.NullableInt64(0) is { } node)
                held._items.Add(node);
            else
                held._isWhole = true;
        }
        return held;
    }

    /// <summary>Whether a node is held, or lies or lay in something that is.</summary>
    public bool IsHeld(long node)
    {
        if (_isWhole)
            return true;
        var id = node;
        for (var step = 0; step < MostSteps; step++)
        {
            if (_items.Contains(id))
                return true;
            var parent =
                First(TreeSql.FindParent, id, null) ?? First(PurgeSql.FindOrigin, id, null);
            if (parent == _trash)
                parent = First(PurgeSql.FindOrigin, id, (long)HistoryReason.Deleted);
            if (parent is null or 0)
                return false;
            id = parent.Value;
        }
        return true;
    }

    /// <summary>Whether something that is held lies below a node.</summary>
    public bool IsAnyBelow(long node)
    {
        foreach (var item in _items)
        {
            long? id = item;
            for (var step = 0; id is not (null or 0) && step < MostSteps; step++)
            {
                if (id == node)
                    return true;
                id = First(TreeSql.FindParent, id.Value, null);
            }
        }
        return false;
    }

    private long? First(string sql, long node, long? reason)
    {
        var statement = _session[sql].Bind(1, _vault).Bind(2, node);
        if (ReferenceEquals(sql, PurgeSql.FindOrigin))
            statement.Bind(3, reason);
        if (!statement.Step())
            return null;
        var found = statement.Int64(0);
        statement.Reset();
        return found;
    }
}
