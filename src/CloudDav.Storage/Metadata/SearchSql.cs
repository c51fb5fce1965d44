namespace CloudDav.Storage;

/// <summary>Favourites, and what a search goes by. All run prepared.</summary>
internal static class SearchSql
{
    public const string ListFavorites =
        "SELECT node_id FROM favorites WHERE vault_id = ?1 AND account_id = ?2";

    public const string FindFavorite =
        "SELECT node_id FROM favorites WHERE vault_id = ?1 AND account_id = ?2 AND node_id = ?3";

    public const string CountFavorites = "SELECT COUNT(*) FROM favorites WHERE account_id = ?1";

    public const string AddFavorite =
        "INSERT INTO favorites (vault_id, account_id, node_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    public const string RemoveFavorite =
        "DELETE FROM favorites WHERE vault_id = ?1 AND account_id = ?2 AND node_id = ?3";

    // The key of the last one closes the order where many were changed at once.
    public const string ListMedia = $"""
        SELECT {TreeSql.NodeColumns} FROM nodes n {TreeSql.WithDirs}
        WHERE n.vault_id = ?1 AND n.media_class = ?2 AND n.media_class IS NOT NULL AND n.modified >= ?3
          AND (n.modified, n.parent_id, n.name_key) < (?4, ?5, ?6)
        ORDER BY n.modified DESC, n.parent_id DESC, n.name_key DESC LIMIT ?7
        """;

    public const string ListLatest = $"""
        SELECT {TreeSql.NodeColumns} FROM nodes n {TreeSql.WithDirs}
        WHERE n.vault_id = ?1 AND (n.changed_seq, n.parent_id, n.name_key) < (?2, ?3, ?4)
        ORDER BY n.changed_seq DESC, n.parent_id DESC, n.name_key DESC LIMIT ?5
        """;

    // The inner limit is what is looked at, the outer one what is given.
    public const string Scan = $"""
        WITH RECURSIVE folders (id) AS (
          SELECT ?2 UNION ALL
          SELECT m.node_id FROM folders f CROSS JOIN dirs m ON m.vault_id = ?1 AND m.parent_id = f.id
        ),
        examined (parent_id, name_key) AS (
          SELECT x.parent_id, x.name_key FROM folders f CROSS JOIN nodes x ON x.vault_id = ?1 AND x.parent_id = f.id LIMIT ?7
        )
        SELECT {TreeSql.NodeColumns} FROM examined e
        CROSS JOIN nodes n ON n.vault_id = ?1 AND n.parent_id = e.parent_id AND n.name_key = e.name_key {TreeSql.WithDirs}
        WHERE (?3 IS NULL OR e.name_key LIKE ?3 ESCAPE '\') AND (?6 = 0 OR n.kind = 1)
          AND (?4 IS NULL OR COALESCE(d.modified, n.modified) >= ?4) AND (?5 IS NULL OR COALESCE(d.modified, n.modified) <= ?5)
        LIMIT ?8
        """;

    public const string ListPulses = """
        SELECT v.vault_id, v.epoch, v.change_seq, a.facts_version + a.is_disabled, a.credential_version,
          (SELECT COUNT(*) FROM devices d WHERE d.account_id = a.account_id AND d.revoked IS NULL),
          (SELECT COALESCE(SUM(s.share_id * 31 + s.version), 0) FROM shares s WHERE s.household_id = COALESCE(a.household_owner, a.account_id)),
          (SELECT p.version FROM platform p WHERE p.platform_id = 1)
        FROM json_each(?1) w CROSS JOIN vaults v ON v.vault_id = w.value LEFT JOIN accounts a ON a.vault_id = v.vault_id
        """;

    public const string DeleteNodeFavorites =
        "DELETE FROM favorites WHERE vault_id = ?1 AND node_id = ?2";
}
