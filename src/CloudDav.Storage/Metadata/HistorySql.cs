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
            SELECT 1 FROM node_history e INDEXED BY node_history_node
            WHERE e.vault_id = ?1 AND e.node_id = h.node_id AND e.until_seq > ?3 AND e.until_seq <= h.until_seq AND e.from_seq <= ?3)
          AND NOT EXISTS (
            SELECT 1 FROM node_history f INDEXED BY node_history_node
            WHERE f.vault_id = ?1 AND f.node_id = h.node_id AND f.until_seq > ?3 AND f.until_seq < h.until_seq AND f.reason NOT IN (1, 4)),
          NOT EXISTS (
            SELECT 1 FROM node_history l INDEXED BY node_history_node
            WHERE l.vault_id = ?1 AND l.node_id = h.node_id AND l.until_seq > h.until_seq AND l.reason NOT IN (1, 4))
        FROM node_history h
        WHERE h.vault_id = ?1 AND h.until_seq > ?2 AND h.reason NOT IN (1, 4)
        ORDER BY h.until_seq, h.node_id LIMIT ?4
        """;

    public const string FindPlace = """
        SELECT node_id, parent_id, name, kind FROM nodes WHERE vault_id = ?1 AND node_id = ?2 AND changed_seq <= ?3
        """;

    public const string FindFormerPlace = """
        SELECT node_id, parent_id, name, kind FROM node_history INDEXED BY node_history_node
        WHERE vault_id = ?1 AND node_id = ?2 AND until_seq > ?3 AND from_seq <= ?3 ORDER BY until_seq LIMIT 1
        """;

    public const string FindChange = """
        SELECT seq, at FROM (
          SELECT * FROM (SELECT until_seq AS seq, until_time AS at FROM node_history WHERE vault_id = ?1 AND until_seq >= ?2 ORDER BY until_seq LIMIT 1)
          UNION ALL
          SELECT * FROM (SELECT changed_seq AS seq, changed_at AS at FROM nodes WHERE vault_id = ?1 AND changed_seq >= ?2 ORDER BY changed_seq LIMIT 1)
        ) ORDER BY seq LIMIT 1
        """;

    public const string FindLastBeginning = """
        SELECT MAX(from_seq) FROM node_history WHERE vault_id = ?1 AND until_seq > ?2 AND from_time <= ?3
        """;

    private const string Present = """
        SELECT node_id, parent_id, name, kind, size, revision, content_id, media_type, created, modified, changed_seq, 1 FROM nodes
        """;

    // Where the content is kept no more, what the next row that has one has, or else the present one.
    private const string Former = """
        SELECT h.node_id, h.parent_id, h.name, h.kind, COALESCE(k.size, n.size, h.size), COALESCE(k.revision, n.revision, h.revision),
          COALESCE(k.content_id, n.content_id, h.content_id),
          CASE WHEN k.node_id IS NOT NULL THEN k.media_type WHEN n.node_id IS NOT NULL THEN n.media_type ELSE h.media_type END,
          h.created, COALESCE(k.modified, n.modified, h.modified), h.from_seq, k.node_id IS NULL AND n.node_id IS NULL
        FROM node_history h
        """;

    // The planner takes the range of changes for the narrower one, where it is the place or the node that is.
    private const string Kept = """
        LEFT JOIN node_history k ON k.vault_id = ?1 AND k.node_id = h.node_id AND k.until_seq = (
          SELECT l.until_seq FROM node_history l INDEXED BY node_history_node
          WHERE h.content_id IS NULL AND h.size > 0 AND l.vault_id = ?1 AND l.node_id = h.node_id AND l.until_seq > h.until_seq
            AND l.content_id IS NOT NULL ORDER BY l.until_seq LIMIT 1)
        LEFT JOIN nodes n ON h.content_id IS NULL AND h.size > 0 AND k.node_id IS NULL AND n.vault_id = ?1 AND n.node_id = h.node_id
          AND n.content_id IS NOT NULL
        """;

    public const string FindUnchanged = $"""
        {Present} WHERE vault_id = ?1 AND node_id = ?2 AND changed_seq <= ?3
        """;

    public const string FindFormer = $"""
        {Former} INDEXED BY node_history_node {Kept}
        WHERE h.vault_id = ?1 AND h.node_id = ?2 AND h.until_seq > ?3 AND h.from_seq <= ?3 ORDER BY h.until_seq LIMIT 1
        """;

    public const string FindUnchangedMember = $"""
        {Present} WHERE vault_id = ?1 AND parent_id = ?2 AND name_key = ?5 AND name = ?4 AND +changed_seq <= ?3
        """;

    public const string FindFormerMember = $"""
        {Former} INDEXED BY node_history_parent {Kept}
        WHERE h.vault_id = ?1 AND h.parent_id = ?2 AND h.until_seq > ?3 AND h.from_seq <= ?3 AND h.name = ?4
        ORDER BY h.until_seq LIMIT 1
        """;

    public const string ListUnchangedMembers = $"""
        {Present} WHERE vault_id = ?1 AND parent_id = ?2 AND +changed_seq <= ?3 ORDER BY name_key
        """;

    public const string ListFormerMembers = $"""
        {Former} INDEXED BY node_history_parent {Kept}
        WHERE h.vault_id = ?1 AND h.parent_id = ?2 AND h.until_seq > ?3 AND h.from_seq <= ?3 ORDER BY h.until_seq, h.node_id
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
