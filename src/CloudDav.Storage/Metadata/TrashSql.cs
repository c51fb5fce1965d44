namespace CloudDav.Storage;

/// <summary>Statements about the trash and about earlier versions.</summary>
internal static class TrashSql
{
    // How it came there: the row of history that the change left which made the node what it is, and the names of who did it.
    private const string Deletion = """
        LEFT JOIN node_history h ON h.vault_id = n.vault_id AND h.until_seq = n.changed_seq AND h.node_id = n.node_id AND h.reason = 3
        LEFT JOIN accounts a ON a.account_id = h.by_account
        LEFT JOIN devices g ON g.device_id = h.by_device
        """;

    private const string DeletionColumns =
        "h.parent_id, h.until_time, h.by_account, h.by_device, a.name, g.name";

    public const string List = $"""
        SELECT {TreeSql.NodeColumns}, {DeletionColumns} FROM nodes n {TreeSql.WithDirs} {Deletion}
        WHERE n.vault_id = ?1 AND n.parent_id = (SELECT v.trash_id FROM vaults v WHERE v.vault_id = ?1) AND n.name_key >= ?2 AND n.name_key < ?3
        ORDER BY n.name_key DESC LIMIT ?4
        """;

    public const string Find = $"""
        SELECT {TreeSql.NodeColumns}, {DeletionColumns} FROM nodes n {TreeSql.WithDirs} {Deletion}
        WHERE n.vault_id = ?1 AND n.node_id = ?2 AND n.parent_id = (SELECT v.trash_id FROM vaults v WHERE v.vault_id = ?1)
        """;

    public const string ListDeletionsBefore = """
        SELECT until_seq, node_id, until_time, by_account, by_device FROM node_history
        WHERE vault_id = ?1 AND by_account = ?2 AND by_account IS NOT NULL AND by_device IS ?3 AND reason = 3 AND until_seq <= ?4
        ORDER BY until_seq DESC LIMIT ?5
        """;

    public const string ListDeletionsAfter = """
        SELECT until_seq, node_id, until_time, by_account, by_device FROM node_history
        WHERE vault_id = ?1 AND by_account = ?2 AND by_account IS NOT NULL AND by_device IS ?3 AND reason = 3 AND until_seq >= ?4
        ORDER BY until_seq LIMIT ?5
        """;

    public const string FindDeletion = """
        SELECT until_seq, node_id, until_time, by_account, by_device FROM node_history
        WHERE vault_id = ?1 AND until_seq = ?2 AND reason = 3 AND by_account IS NOT NULL
        """;

    public const string ListVersions = """
        SELECT until_seq, until_time, modified, size, revision, content_id, media_type FROM node_history INDEXED BY node_history_node
        WHERE vault_id = ?1 AND node_id = ?2 AND until_seq < ?3 AND is_version = 1 AND content_id IS NOT NULL AND hidden_at IS NULL
        ORDER BY until_seq DESC LIMIT ?4
        """;

    // The key of what is hidden begins with when that was; its id ends it, so that no two are alike.
    public const string Hide = """
        UPDATE nodes SET name_key = ?5 || node_id
        WHERE vault_id = ?1 AND parent_id = ?2 AND name_key IN (
          SELECT t.name_key FROM nodes t WHERE t.vault_id = ?1 AND t.parent_id = ?2 AND t.name_key >= ?3 AND t.name_key < ?4
          ORDER BY t.name_key LIMIT ?6)
        """;

    public const string HideVersion = """
        UPDATE node_history SET hidden_at = ?4
        WHERE vault_id = ?1 AND node_id = ?2 AND until_seq = ?3 AND is_version = 1 AND content_id IS NOT NULL AND hidden_at IS NULL
        """;

    private const string Picked = "h.until_seq, h.node_id, h.content_id, h.size";

    // Whether the file's next version was written over within the same step of time.
    public const string ListUnthinned = $"""
        SELECT {Picked}, h.until_time, (
          SELECT k.until_time FROM node_history k INDEXED BY node_history_node
          WHERE k.vault_id = h.vault_id AND k.node_id = h.node_id AND k.until_seq > h.until_seq AND k.is_version = 1 AND k.content_id IS NOT NULL
            AND k.hidden_at IS NULL
          ORDER BY k.until_seq LIMIT 1) / ?3 = h.until_time / ?3
        FROM node_history h INDEXED BY node_history_versions
        WHERE h.vault_id = ?1 AND h.is_version = 1 AND h.content_id IS NOT NULL AND h.until_seq > ?2
        ORDER BY h.until_seq LIMIT ?4
        """;

    public const string ListOldest = $"""
        SELECT {Picked}, h.until_time FROM node_history h INDEXED BY node_history_versions
        WHERE h.vault_id = ?1 AND h.is_version = 1 AND h.content_id IS NOT NULL
        ORDER BY h.until_seq LIMIT ?2
        """;

    public const string ListHidden = $"""
        SELECT {Picked} FROM node_history h
        WHERE h.vault_id = ?1 AND h.hidden_at IS NOT NULL AND h.hidden_at < ?2
        ORDER BY h.hidden_at LIMIT ?3
        """;

    public const string FindVersion = $"""
        SELECT {Picked} FROM node_history h
        WHERE h.vault_id = ?1 AND h.node_id = ?2 AND h.until_seq = ?3 AND h.is_version = 1 AND h.content_id IS NOT NULL
        """;

    public const string FindThinned =
        "SELECT daily_seq, weekly_seq, version_bytes FROM vaults WHERE vault_id = ?1";

    public const string SetThinnedDaily = "UPDATE vaults SET daily_seq = ?2 WHERE vault_id = ?1";

    public const string SetThinnedWeekly = "UPDATE vaults SET weekly_seq = ?2 WHERE vault_id = ?1";

    public const string EndVersion = """
        UPDATE node_history SET is_version = 0, hidden_at = NULL WHERE vault_id = ?1 AND until_seq = ?2 AND node_id = ?3
        """;

    // No other version has it, and the file has it no more: then no row of its history keeps it.
    public const string ForgetContent = """
        UPDATE node_history INDEXED BY node_history_node SET content_id = NULL
        WHERE vault_id = ?1 AND node_id = ?2 AND content_id = ?3 AND NOT EXISTS (
          SELECT 1 FROM node_history k INDEXED BY node_history_node WHERE k.vault_id = ?1 AND k.node_id = ?2 AND k.content_id = ?3 AND k.is_version = 1)
          AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = ?1 AND n.node_id = ?2 AND n.content_id = ?3)
        """;

    public const string TrashBytes = """
        SELECT d.node_id, d.subtree_bytes FROM vaults v CROSS JOIN dirs d ON d.vault_id = v.vault_id AND d.node_id = v.trash_id WHERE v.vault_id = ?1
        """;

    public const string NoteLosses = """
        UPDATE vaults SET loss_since = ?2, loss_of = ?3, loss_items = ?4, guarded_until = COALESCE(?5, guarded_until) WHERE vault_id = ?1
        """;
}
