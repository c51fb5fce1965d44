namespace CloudDav.Storage;

/// <summary>Statements that remove for good, in bounded steps.</summary>
internal static class PurgeSql
{
    // The key of a node in the trash begins with when it was put there.
    public const string FirstTrashed = """
        SELECT node_id, parent_id, name_key, kind FROM nodes
        WHERE vault_id = ?1 AND parent_id = ?2 AND name_key >= ?4 AND name_key < ?3 ORDER BY name_key LIMIT 1
        """;

    public const string FirstMemberFolder =
        "SELECT node_id FROM dirs WHERE vault_id = ?1 AND parent_id = ?2 LIMIT 1";

    public const string FirstMembers = """
        SELECT node_id, name_key, content_id, size, property_bytes, kind FROM nodes
        WHERE vault_id = ?1 AND parent_id = ?2 ORDER BY name_key LIMIT ?3
        """;

    public const string FindTrash = "SELECT trash_id FROM vaults WHERE vault_id = ?1";

    public const string HistoryContents = """
        SELECT DISTINCT content_id FROM node_history INDEXED BY node_history_node WHERE vault_id = ?1 AND node_id = ?2 AND content_id IS NOT NULL
        """;

    public const string ForgetHistoryContents = """
        UPDATE node_history INDEXED BY node_history_node SET content_id = NULL, hidden_at = NULL
        WHERE vault_id = ?1 AND node_id = ?2 AND content_id IS NOT NULL
        """;

    public const string CountOut = """
        UPDATE dirs SET
          subtree_bytes = subtree_bytes - ?3, subtree_property_bytes = subtree_property_bytes - ?4, subtree_items = subtree_items - ?5
        WHERE vault_id = ?1 AND node_id = ?2 RETURNING parent_id
        """;

    public const string OldestHistory = """
        SELECT until_seq, node_id, content_id, until_time, CASE WHEN is_version = 1 AND content_id IS NOT NULL THEN size ELSE 0 END
        FROM node_history WHERE vault_id = ?1 ORDER BY until_seq, node_id LIMIT ?2
        """;

    public const string CountVersionsOut =
        "UPDATE vaults SET version_bytes = version_bytes - ?2 WHERE vault_id = ?1";

    public const string CountNodeVersionsOut = """
        UPDATE vaults SET version_bytes = version_bytes - (
          SELECT COALESCE(SUM(h.size), 0) FROM node_history h INDEXED BY node_history_node
          WHERE h.vault_id = ?1 AND h.node_id = ?2 AND h.is_version = 1 AND h.content_id IS NOT NULL
        ) WHERE vault_id = ?1
        """;

    public const string DeleteHistory =
        "DELETE FROM node_history WHERE vault_id = ?1 AND until_seq = ?2 AND node_id = ?3";

    public const string NodeNamesContent = """
        SELECT EXISTS (SELECT 1 FROM nodes WHERE vault_id = ?1 AND node_id = ?3 AND content_id = ?2)
        """;

    // Legal holds and blocks in force, also those that are to begin later. No item: all of the vault.
    public const string ListHeld = """
        SELECT m.node_id FROM accounts a CROSS JOIN measures m
        WHERE a.vault_id = ?1 AND m.account_id = a.account_id AND m.lifted IS NULL AND m.kind IN (2, 3) AND (m.until IS NULL OR m.until > ?2)
        """;

    public const string FindOrigin = """
        SELECT parent_id FROM node_history INDEXED BY node_history_node WHERE vault_id = ?1 AND node_id = ?2 AND (?3 IS NULL OR reason = ?3)
        ORDER BY until_seq DESC LIMIT 1
        """;
}

/// <summary>A version that is to go.</summary>
/// <param name="Seq">The change that ended it.</param>
/// <param name="Node">The file.</param>
/// <param name="Content">Its content.</param>
/// <param name="Size">Its length.</param>
internal sealed record PickedVersion(long Seq, long Node, long Content, long Size)
{
    /// <summary>The first ones, as many as have to go so that the others take no more than what is kept.</summary>
    public static List<PickedVersion> UntilFits(
        IEnumerable<PickedVersion> versions,
        long bytes,
        long keptBytes
    )
    {
        var gone = new List<PickedVersion>();
        foreach (var version in versions)
        {
            if (bytes <= keptBytes)
                break;
            bytes -= version.Size;
            gone.Add(version);
        }
        return gone;
    }
}
