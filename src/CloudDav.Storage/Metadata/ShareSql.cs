namespace CloudDav.Storage;

/// <summary>The statements of shares and of protected items.</summary>
internal static class ShareSql
{
    private const string Shares = $"""
        SELECT {ShareStatements.Columns} FROM shares s JOIN accounts a ON a.account_id = s.owner_id
        """;

    public const string FindByToken = $"{Shares} WHERE s.token_hash = ?1";

    public const string FindShare = $"{Shares} WHERE s.share_id = ?1 AND s.vault_id = ?2";

    public const string ListShares = $"{Shares} WHERE s.vault_id = ?1 ORDER BY s.share_id";

    public const string ListProtected =
        "SELECT node_id, measure_id FROM protected_nodes WHERE vault_id = ?1";

    public const string ListUses =
        "SELECT used FROM share_uses WHERE vault_id = ?1 AND share_id = ?2 AND client = ?3 AND at > ?4";

    public const string InsertShare = """
        INSERT INTO shares (
          share_id, vault_id, node_id, owner_id, rights, label, address, token_hash, sealed_token, password, expires, max_downloads, rights_statement,
          created, version
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        """;

    public const string UpdateShare = """
        UPDATE shares SET rights = ?3, label = ?4, password = ?5, expires = ?6, max_downloads = ?7, version = ?8
        WHERE share_id = ?1 AND vault_id = ?2 AND version = ?8 - 1
        """;

    public const string DeleteShare = "DELETE FROM shares WHERE share_id = ?1 AND vault_id = ?2";

    public const string DeleteUses = "DELETE FROM share_uses WHERE vault_id = ?1 AND share_id = ?2";

    public const string DeleteOldUses =
        "DELETE FROM share_uses WHERE vault_id = ?1 AND share_id = ?2 AND at <= ?3";

    public const string InsertUse =
        "INSERT INTO share_uses (vault_id, share_id, client, used, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";

    public const string CountUse = """
        UPDATE shares SET opened = opened + (?3 = 0), downloaded = downloaded + (?3 = 1), last_used = ?4 WHERE share_id = ?1 AND vault_id = ?2
        """;

    public const string Protect =
        "INSERT INTO protected_nodes (vault_id, node_id, measure_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    public const string Unprotect =
        "DELETE FROM protected_nodes WHERE vault_id = ?1 AND node_id = ?2 AND measure_id = ?3";

    public const string DeleteMarks =
        "DELETE FROM protected_nodes WHERE vault_id = ?1 AND node_id = ?2";

    public const string ListNodeShares =
        "SELECT share_id FROM shares WHERE vault_id = ?1 AND node_id = ?2";

    // As with properties: a copied file is found by folder and name.
    public const string CopyProtected = """
        INSERT INTO protected_nodes (vault_id, node_id, measure_id)
        SELECT ?1, c.new, p.measure_id FROM protected_nodes p CROSS JOIN copied_folders c ON c.old = p.node_id WHERE p.vault_id = ?1 AND c.old <> ?2
        UNION ALL
        SELECT ?1, t.node_id, p.measure_id FROM protected_nodes p
        CROSS JOIN nodes s ON s.vault_id = ?1 AND s.node_id = p.node_id AND s.kind = 1
        CROSS JOIN copied_folders c ON c.old = s.parent_id
        CROSS JOIN nodes t ON t.vault_id = ?1 AND t.parent_id = c.new AND t.name_key = s.name_key
        WHERE p.vault_id = ?1
        """;
}
