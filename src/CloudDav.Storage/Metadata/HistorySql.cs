namespace CloudDav.Storage;

/// <summary>What has changed since a moment, and where everything was then.</summary>
internal static class HistorySql
{
    public const string ListChanged = """
        SELECT node_id, parent_id, name, kind, name_key, changed_seq FROM nodes
        WHERE vault_id = ?1 AND (changed_seq, parent_id, name_key) > (?2, ?3, ?4)
        ORDER BY changed_seq, parent_id, name_key LIMIT ?5
        """;

    // What is written or patched stays where it is.
    public const string ListLeft = """
        SELECT h.node_id, h.parent_id, h.name, h.kind, h.until_seq,
          EXISTS (
            SELECT 1 FROM node_history e
            WHERE e.vault_id = ?1 AND e.node_id = h.node_id AND e.until_seq > ?3 AND e.until_seq <= h.until_seq AND e.from_seq <= ?3)
          AND NOT EXISTS (
            SELECT 1 FROM node_history f
            WHERE f.vault_id = ?1 AND f.node_id = h.node_id AND f.until_seq > ?3 AND f.until_seq < h.until_seq AND f.reason NOT IN (1, 4)),
          NOT EXISTS (
            SELECT 1 FROM node_history l
            WHERE l.vault_id = ?1 AND l.node_id = h.node_id AND l.until_seq > h.until_seq AND l.reason NOT IN (1, 4))
        FROM node_history h
        WHERE h.vault_id = ?1 AND h.until_seq > ?2 AND h.reason NOT IN (1, 4)
        ORDER BY h.until_seq, h.node_id LIMIT ?4
        """;

    public const string FindPlace = """
        SELECT node_id, parent_id, name, kind FROM nodes WHERE vault_id = ?1 AND node_id = ?2 AND changed_seq <= ?3
        """;

    public const string FindFormerPlace = """
        SELECT node_id, parent_id, name, kind FROM node_history
        WHERE vault_id = ?1 AND node_id = ?2 AND until_seq > ?3 AND from_seq <= ?3 ORDER BY until_seq LIMIT 1
        """;

    public const string ListMembersAfter = """
        SELECT node_id, parent_id, name, kind, name_key, changed_seq FROM nodes
        WHERE vault_id = ?1 AND parent_id = ?2 AND name_key > ?3 ORDER BY name_key LIMIT ?4
        """;

    public const string NextFolder =
        "SELECT node_id FROM dirs WHERE vault_id = ?1 AND parent_id = ?2 AND node_id > ?3 ORDER BY node_id LIMIT 1";

    public const string FindParentFolder =
        "SELECT parent_id FROM dirs WHERE vault_id = ?1 AND node_id = ?2";

    public const string RaiseFloor =
        "UPDATE vaults SET history_floor = MAX(history_floor, ?2) WHERE vault_id = ?1";
}
