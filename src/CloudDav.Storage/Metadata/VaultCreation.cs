namespace CloudDav.Storage;

/// <summary>Makes a vault's rows: the vault itself, its root and its trash. Part of the transaction that makes its account.</summary>
internal static class VaultCreation
{
    public const string InsertVault = """
        INSERT INTO vaults (
          vault_id, name, epoch, change_seq, used_bytes, items, capacity_bytes, root_id, trash_id, case_insensitive, created
        ) VALUES (?1, ?2, ?3, 1, 0, 0, ?4, ?5, ?6, ?7, ?8)
        """;

    public const string InsertTop = """
        INSERT INTO nodes (
          vault_id, parent_id, name_key, node_id, name, kind, size, created, modified, property_bytes, changed_seq, changed_at
        ) VALUES (?1, 0, ?2, ?3, ?2, 0, 0, ?4, ?4, 0, 1, ?4)
        """;

    public const string InsertTopDir = """
        INSERT INTO dirs (
          vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
        ) VALUES (?1, ?2, 0, 1, 0, 0, 0, 0, ?3)
        """;

    /// <param name="database">Gives the ids.</param>
    /// <param name="session">The writer's session, within a command.</param>
    /// <param name="name">What the vault's root is called.</param>
    /// <param name="capacityBytes">Its capacity; null for no limit.</param>
    /// <param name="caseInsensitive">Whether names that differ only in case cannot stand side by side.</param>
    /// <param name="now">The time, in milliseconds.</param>
    /// <returns>The vault's id.</returns>
    public static long Create(
        SqliteDatabase database,
        SqliteSession session,
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        long now
    )
    {
        var vault = session[SqliteSql.AllocateVaultId].RunForInt64() - 1;
        var root = database.AllocateIds(session, 2);
        var trash = root + 1;
        session[InsertVault]
            .Bind(1, vault)
            .Bind(2, name)
            .Bind(3, NewEpoch())
            .Bind(4, capacityBytes)
            .Bind(5, root)
            .Bind(6, trash)
            .Bind(7, caseInsensitive)
            .Bind(8, now)
            .Run();
        InsertTopFolder(session, vault, root, "root", now);
        InsertTopFolder(session, vault, trash, "trash", now);
        return vault;
    }

    private static void InsertTopFolder(
        SqliteSession session,
        long vault,
        long node,
        string name,
        long now
    )
    {
        session[InsertTop].Bind(1, vault).Bind(2, name).Bind(3, node).Bind(4, now).Run();
        session[InsertTopDir].Bind(1, vault).Bind(2, node).Bind(3, now).Run();
    }

    /// <summary>A fresh random epoch.</summary>
    public static long NewEpoch()
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToInt64(bytes) & long.MaxValue;
    }
}
