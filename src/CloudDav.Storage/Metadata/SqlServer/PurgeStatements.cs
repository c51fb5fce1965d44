using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements that remove for good, in bounded slices of sets. They run within a transaction that has the vault's lock.</summary>
internal static class PurgeStatements
{
    private const string On = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;

        """;

    // What was chosen into @gone goes with all that hangs on it: neither its row nor its history owns content any more, and every folder above counts it out.
    private const string Remove = $"""
        DECLARE @owners dbo.owner_changes;
        DECLARE @parents TABLE (
          node_id bigint NOT NULL PRIMARY KEY, bytes bigint NOT NULL, property_bytes bigint NOT NULL, items bigint NOT NULL);
        DECLARE @version_bytes bigint;
        INSERT INTO @owners (op, content_id, node_id)
        SELECT 2, n.content_id, n.node_id FROM @gone AS g
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = g.node_id WHERE n.content_id IS NOT NULL
        UNION
        SELECT 2, h.content_id, h.node_id FROM @gone AS g
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = g.node_id WHERE h.content_id IS NOT NULL;
        INSERT INTO @parents (node_id, bytes, property_bytes, items)
        SELECT n.parent_id, SUM(n.size), SUM(n.property_bytes), SUM(CASE WHEN n.kind = 2 THEN 0 ELSE 1 END) FROM @gone AS g
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = g.node_id
        GROUP BY n.parent_id;
        SELECT @version_bytes = ISNULL(SUM(h.size), 0) FROM @gone AS g
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = g.node_id
        WHERE h.is_version = 1 AND h.content_id IS NOT NULL;
        UPDATE h SET content_id = NULL, hidden_at = NULL FROM @gone AS g
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = g.node_id WHERE h.content_id IS NOT NULL;
        WITH up AS (
          SELECT p.node_id, p.bytes, p.property_bytes, p.items FROM @parents AS p
          UNION ALL
          SELECT d.parent_id, u.bytes, u.property_bytes, u.items
          FROM up AS u JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = u.node_id
          WHERE d.parent_id <> 0
        )
        UPDATE d SET
          subtree_bytes = d.subtree_bytes - s.bytes, subtree_property_bytes = d.subtree_property_bytes - s.property_bytes,
          subtree_items = d.subtree_items - s.items
        FROM (
          SELECT u.node_id, SUM(u.bytes) AS bytes, SUM(u.property_bytes) AS property_bytes, SUM(u.items) AS items FROM up AS u GROUP BY u.node_id
        ) AS s
        JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = s.node_id
        OPTION (MAXRECURSION 0);
        DELETE p FROM @gone AS g JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = g.node_id;
        DELETE l FROM @gone AS g JOIN dbo.locks AS l ON l.vault_id = @vault AND l.node_id = g.node_id;
        DELETE m FROM @gone AS g JOIN dbo.protected_nodes AS m ON m.vault_id = @vault AND m.node_id = g.node_id;
        DELETE f FROM @gone AS g JOIN dbo.favorites AS f ON f.vault_id = @vault AND f.node_id = g.node_id;
        DELETE u FROM @gone AS g
        JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = g.node_id
        JOIN dbo.share_uses AS u ON u.vault_id = @vault AND u.share_id = s.share_id;
        DELETE m FROM @gone AS g
        JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = g.node_id
        JOIN dbo.share_members AS m ON m.vault_id = @vault AND m.share_id = s.share_id;
        DELETE s FROM @gone AS g JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = g.node_id;
        DELETE d FROM @gone AS g JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = g.node_id;
        DELETE n FROM @gone AS g JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = g.node_id;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq + 1, version_bytes = vaults.version_bytes - @version_bytes WHERE vault_id = @vault;
        {TreeChangeStatements.Release}
        SELECT COUNT(*) FROM @gone AS g;
        """;

    /// <summary>What was put into the trash first, and the trash itself; the key of a node in the trash begins with when it was put there.</summary>
    public static readonly SqlServerStatement ListTrashed = new(
        """
        SELECT TOP (@limit) n.node_id, n.name_key, n.kind, n.size + ISNULL(d.subtree_bytes, 0) AS bytes, t.subtree_bytes AS trash_bytes
        FROM dbo.vaults AS v
        JOIN dbo.dirs AS t ON t.vault_id = v.vault_id AND t.node_id = v.trash_id
        JOIN dbo.nodes AS n ON n.vault_id = v.vault_id AND n.parent_id = v.trash_id
        LEFT JOIN dbo.dirs AS d ON d.vault_id = n.vault_id AND d.node_id = n.node_id AND n.kind = 0
        WHERE v.vault_id = @vault AND n.name_key >= @from AND n.name_key < @before
        ORDER BY n.name_key;
        """,
        BigInt("@vault"),
        Text("@from", 255),
        Text("@before", 255),
        Int("@limit")
    );

    /// <summary>Removes nodes of the trash that have nothing below them.</summary>
    public static readonly SqlServerStatement PurgeNodes = new(
        $"""
        {On}
        DECLARE @gone TABLE (node_id bigint NOT NULL PRIMARY KEY);
        INSERT INTO @gone (node_id) SELECT w.id FROM @nodes AS w;
        {Remove}
        """,
        BigInt("@vault"),
        BigInt("@now"),
        Table("@nodes", "dbo.id_list")
    );

    /// <summary>
    /// Removes so many nodes at and below a folder: files of folders without folders, then those folders that have become empty. Of the folders below, each
    /// slice reads only the narrow rows.
    /// </summary>
    public static readonly SqlServerStatement PurgeBelow = new(
        $"""
        {On}
        DECLARE @leaves TABLE (node_id bigint NOT NULL PRIMARY KEY);
        DECLARE @gone TABLE (node_id bigint NOT NULL PRIMARY KEY);
        DECLARE @files int;
        WITH below AS (
          SELECT d.node_id FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.node_id = @folder
          UNION ALL
          SELECT d.node_id FROM below AS b JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.parent_id = b.node_id
        )
        INSERT INTO @leaves (node_id)
        SELECT TOP (@limit) b.node_id FROM below AS b
        WHERE NOT EXISTS (SELECT 1 FROM dbo.dirs AS m WHERE m.vault_id = @vault AND m.parent_id = b.node_id)
        ORDER BY b.node_id
        OPTION (MAXRECURSION 0);
        INSERT INTO @gone (node_id)
        SELECT TOP (@limit) n.node_id FROM @leaves AS l
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = l.node_id
        ORDER BY l.node_id, n.name_key;
        SET @files = @@ROWCOUNT;
        INSERT INTO @gone (node_id)
        SELECT TOP (@limit - @files) l.node_id FROM @leaves AS l
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.nodes AS n
          WHERE n.vault_id = @vault AND n.parent_id = l.node_id AND NOT EXISTS (SELECT 1 FROM @gone AS g WHERE g.node_id = n.node_id))
        ORDER BY l.node_id;
        {Remove}
        """,
        BigInt("@vault"),
        BigInt("@now"),
        BigInt("@folder"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListOldHistory = new(
        """
        SELECT TOP (@limit) h.until_seq, h.node_id, h.until_time
        FROM dbo.node_history AS h WHERE h.vault_id = @vault ORDER BY h.until_seq, h.node_id;
        """,
        BigInt("@vault"),
        Int("@limit")
    );

    public static readonly SqlServerStatement DeleteHistory = new(
        $"""
        {On}
        DECLARE @owners dbo.owner_changes;
        DECLARE @version_bytes bigint;
        DECLARE @floor bigint;
        INSERT INTO @owners (op, content_id, node_id)
        SELECT DISTINCT 2, h.content_id, h.node_id FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id
        WHERE h.content_id IS NOT NULL;
        SELECT @version_bytes = ISNULL(SUM(h.size), 0) FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id
        WHERE h.is_version = 1 AND h.content_id IS NOT NULL;
        DELETE h FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id;
        SELECT @floor = MAX(k.until_seq) FROM @keys AS k;
        UPDATE dbo.vaults SET
          write_seq = vaults.write_seq + 1, version_bytes = vaults.version_bytes - @version_bytes,
          history_floor = CASE WHEN vaults.history_floor < @floor THEN @floor ELSE vaults.history_floor END
        WHERE vault_id = @vault;
        {TreeChangeStatements.Release}
        """,
        BigInt("@vault"),
        BigInt("@now"),
        Table("@keys", "dbo.history_keys")
    );

    /// <summary>Legal holds and blocks in force, also those that are to begin later; no item: all of the vault. Then the trash.</summary>
    public static readonly SqlServerStatement ListHeld = new(
        """
        SELECT m.node_id FROM dbo.accounts AS a
        JOIN dbo.measures AS m ON m.account_id = a.account_id
        WHERE a.vault_id = @vault AND m.account_id IS NOT NULL AND m.lifted IS NULL AND m.kind IN (2, 3) AND (m.until IS NULL OR m.until > @now);
        SELECT v.trash_id FROM dbo.vaults AS v WHERE v.vault_id = @vault;
        """,
        BigInt("@vault"),
        BigInt("@now")
    );

    /// <summary>One step up from each node: the folder it is in, the one it was in last, and the one it was deleted from.</summary>
    public static readonly SqlServerStatement FindFolders = new(
        """
        SELECT w.id, n.parent_id, o.parent_id AS origin, t.parent_id AS deleted_from
        FROM @nodes AS w
        LEFT JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.id
        OUTER APPLY (
          SELECT TOP (1) h.parent_id FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.node_id = w.id ORDER BY h.until_seq DESC
        ) AS o
        OUTER APPLY (
          SELECT TOP (1) h.parent_id FROM dbo.node_history AS h
          WHERE h.vault_id = @vault AND h.node_id = w.id AND h.reason = 3 ORDER BY h.until_seq DESC
        ) AS t
        ORDER BY w.id;
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListVaults = new(
        "SELECT v.vault_id FROM dbo.vaults AS v ORDER BY v.vault_id;"
    );

    /// <summary>The trash is kept in the order things came into it, and then in which they were hidden; history in the order it ended.</summary>
    public static readonly SqlServerStatement ListExpiringVaults = new(
        """
        SELECT v.vault_id, v.capacity_bytes FROM dbo.vaults AS v
        WHERE (
          EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key < @trash_before)
          OR EXISTS (
            SELECT 1 FROM dbo.nodes AS n
            WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key >= N'h' AND n.name_key < @hidden_before)
          OR (SELECT TOP (1) h.until_time FROM dbo.node_history AS h WHERE h.vault_id = v.vault_id ORDER BY h.until_seq, h.node_id) < @history_before
          OR EXISTS (
            SELECT 1 FROM dbo.node_history AS h WHERE h.vault_id = v.vault_id AND h.hidden_at IS NOT NULL AND h.hidden_at < @untouched)
          OR (
            SELECT TOP (1) h.until_time FROM dbo.node_history AS h
            WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL AND h.until_seq > v.daily_seq
            ORDER BY h.until_seq) < @daily_before
          OR (
            SELECT TOP (1) h.until_time FROM dbo.node_history AS h
            WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL AND h.until_seq > v.weekly_seq
            ORDER BY h.until_seq) < @weekly_before
          OR (v.version_bytes > v.capacity_bytes / 100 * @version_percent AND (
            SELECT TOP (1) h.until_time FROM dbo.node_history AS h
            WHERE h.vault_id = v.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL
            ORDER BY h.until_seq) < @untouched)
          OR ((SELECT d.subtree_bytes FROM dbo.dirs AS d WHERE d.vault_id = v.vault_id AND d.node_id = v.trash_id)
              > v.capacity_bytes / 100 * @trash_percent
            AND EXISTS (
              SELECT 1 FROM dbo.nodes AS n
              WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name_key < @untouched_trash))
        ) AND (v.guarded_until IS NULL OR v.guarded_until <= @now)
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = v.vault_id)
        ORDER BY v.vault_id;
        """,
        BigInt("@now"),
        Text("@trash_before", 255),
        Text("@hidden_before", 255),
        BigInt("@history_before"),
        BigInt("@untouched"),
        Text("@untouched_trash", 255),
        BigInt("@daily_before"),
        BigInt("@weekly_before"),
        BigInt("@trash_percent"),
        BigInt("@version_percent")
    );

    public static readonly SqlServerStatement ListEncryptedVaults = new(
        """
        SELECT v.vault_id FROM dbo.vaults AS v
        WHERE EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = v.vault_id AND c.wrapped_key IS NOT NULL)
        ORDER BY v.vault_id;
        """
    );
}
