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

    // Who belongs to a household: its owner, and its members until the day they leave. The recipient was confirmed where that was asked for.
    private const string IsForRecipient = """
        s.owner_id <> r.account_id
          AND (s.audience = 1 OR EXISTS (
            SELECT 1 FROM share_members m WHERE m.vault_id = s.vault_id AND m.share_id = s.share_id AND m.account_id = r.account_id))
          AND NOT EXISTS (
            SELECT 1 FROM household_members h WHERE h.account_id IN (r.account_id, s.owner_id)
              AND (h.left_at <= ?3 OR (h.account_id = r.account_id AND h.confirmed IS NULL)))
        """;

    public const string ListReceived = $"""
        SELECT {ShareStatements.Columns}
        FROM accounts r
        JOIN shares s ON s.household_id = COALESCE(r.household_owner, r.account_id)
        JOIN accounts a ON a.account_id = s.owner_id
        WHERE r.account_id = ?1 AND s.vault_id <> ?2 AND {IsForRecipient}
        ORDER BY s.share_id
        """;

    // Of kind MeasureKind.Block.
    public const string ListBlocked = """
        SELECT m.node_id FROM measures m
        WHERE m.account_id = ?1 AND m.kind = 2 AND m.node_id IS NOT NULL AND m.lifted IS NULL
          AND m.since <= ?2 AND (m.until IS NULL OR m.until > ?2)
        """;

    public const string IsRecipient = $"""
        SELECT EXISTS (
          SELECT 1 FROM shares s JOIN accounts r ON r.account_id = ?1
          WHERE s.share_id = ?2 AND s.household_id = COALESCE(r.household_owner, r.account_id) AND {IsForRecipient})
        """;

    public const string ListHousehold = """
        WITH household (owner_id) AS (
          SELECT COALESCE(a.household_owner, a.account_id) FROM accounts a WHERE a.account_id = ?1
        ),
        people (account_id, name) AS (
          SELECT p.account_id, p.name FROM household o CROSS JOIN accounts p ON p.account_id = o.owner_id
          UNION ALL
          SELECT p.account_id, p.name FROM household o CROSS JOIN accounts p ON p.household_owner = o.owner_id AND p.household_owner IS NOT NULL
        )
        SELECT p.account_id, p.name FROM people p LEFT JOIN household_members h ON h.account_id = p.account_id
        WHERE h.left_at IS NULL OR h.left_at > ?3
        ORDER BY p.account_id
        """;

    public const string ListMounts = "SELECT share_id, node_id FROM mounts WHERE vault_id = ?1";

    public const string ListProtected =
        "SELECT node_id, measure_id FROM protected_nodes WHERE vault_id = ?1";

    public const string ListUses =
        "SELECT used FROM share_uses WHERE vault_id = ?1 AND share_id = ?2 AND client = ?3 AND at > ?4";

    public const string InsertShare = """
        INSERT INTO shares (
          share_id, vault_id, node_id, owner_id, rights, label, address, token_hash, sealed_token, password, expires, max_downloads, rights_statement,
          created, version, audience, household_id
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, CASE WHEN ?16 <> 0 THEN (
          SELECT COALESCE(o.household_owner, o.account_id) FROM accounts o WHERE o.account_id = ?4) END)
        """;

    public const string InsertMember =
        "INSERT INTO share_members (vault_id, share_id, account_id) VALUES (?1, ?2, ?3)";

    public const string ListMembers =
        "SELECT account_id FROM share_members WHERE vault_id = ?1 AND share_id = ?2 ORDER BY account_id";

    public const string DeleteMembers =
        "DELETE FROM share_members WHERE vault_id = ?1 AND share_id = ?2";

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

    public const string SetMount =
        "INSERT OR REPLACE INTO mounts (vault_id, share_id, node_id) VALUES (?1, ?2, ?3)";

    public const string DeleteMount = "DELETE FROM mounts WHERE vault_id = ?1 AND share_id = ?2";

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
