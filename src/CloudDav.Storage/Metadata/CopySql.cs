namespace CloudDav.Storage;

/// <summary>
/// COPY of everything below a folder, by sets: only folders are mapped from old to new ids; files are numbered as they come, and found again
/// by folder and name where something of theirs has to follow. Mapping every node is half as fast.
/// </summary>
internal static class CopySql
{
    public const string CreateMap =
        "CREATE TEMP TABLE IF NOT EXISTS copied_folders (old INTEGER NOT NULL PRIMARY KEY, new INTEGER NOT NULL)";

    public const string ClearMap = "DELETE FROM copied_folders";

    public const string MapTop = "INSERT INTO copied_folders (old, new) VALUES (?1, ?2)";

    public const string CountFolders = """
        WITH RECURSIVE folders (id) AS (
          SELECT ?2 UNION ALL
          SELECT m.node_id FROM folders f CROSS JOIN dirs m ON m.vault_id = ?1 AND m.parent_id = f.id
        )
        SELECT COUNT(*) - 1 FROM folders
        """;

    public const string MapFolders = """
        WITH RECURSIVE folders (id) AS (
          SELECT ?2 UNION ALL
          SELECT m.node_id FROM folders f CROSS JOIN dirs m ON m.vault_id = ?1 AND m.parent_id = f.id
        )
        INSERT INTO copied_folders (old, new) SELECT id, ?3 - 1 + ROW_NUMBER() OVER () FROM folders WHERE id <> ?2
        """;

    public const string CopyFolders = """
        INSERT INTO nodes (
          vault_id, parent_id, name_key, node_id, name, kind, size, created, modified, win32_attributes, last_access,
          property_bytes, changed_seq, changed_at
        )
        SELECT ?1, p.new, n.name_key, c.new, n.name, n.kind, 0, ?3, n.modified, n.win32_attributes, n.last_access,
          n.property_bytes, ?2, ?3
        FROM copied_folders c
        CROSS JOIN nodes n INDEXED BY nodes_id ON n.vault_id = ?1 AND n.node_id = c.old
        CROSS JOIN copied_folders p ON p.old = n.parent_id
        """;

    public const string CopyDirs = """
        INSERT INTO dirs (
          vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
        )
        SELECT ?1, c.new, p.new, ?2, d.subtree_bytes, d.subtree_property_bytes, d.subtree_items, d.height, d.modified
        FROM copied_folders c
        CROSS JOIN dirs d ON d.vault_id = ?1 AND d.node_id = c.old
        CROSS JOIN copied_folders p ON p.old = d.parent_id
        """;

    public const string CopyTopDir = """
        UPDATE dirs SET (subtree_bytes, subtree_property_bytes, subtree_items, height) = (
          SELECT s.subtree_bytes, s.subtree_property_bytes, s.subtree_items, s.height FROM dirs s
          WHERE s.vault_id = ?1 AND s.node_id = ?2
        ) WHERE vault_id = ?1 AND node_id = ?3
        """;

    public const string CopyFiles = """
        INSERT INTO nodes (
          vault_id, parent_id, name_key, node_id, name, kind, size, revision, content_id, media_type, created, modified,
          win32_attributes, last_access, property_bytes, changed_seq, changed_at, media_class
        )
        SELECT ?1, c.new, n.name_key, ?4 - 1 + ROW_NUMBER() OVER (), n.name, 1, n.size, randomblob(16), n.content_id, n.media_type, ?3, n.modified,
          n.win32_attributes, n.last_access, n.property_bytes, ?2, ?3, n.media_class
        FROM copied_folders c
        CROSS JOIN nodes n ON n.vault_id = ?1 AND n.parent_id = c.old
        WHERE n.kind = 1
        """;

    public const string CopyReferences = """
        INSERT INTO content_refs (vault_id, content_id, node_id)
        SELECT ?1, n.content_id, n.node_id
        FROM copied_folders c
        CROSS JOIN nodes n ON n.vault_id = ?1 AND n.parent_id = c.new
        WHERE n.content_id IS NOT NULL
        """;

    public const string CopyProperties = """
        INSERT INTO node_properties (vault_id, node_id, name, xml)
        SELECT ?1, t.node_id, p.name, p.xml
        FROM copied_folders c
        CROSS JOIN nodes s ON s.vault_id = ?1 AND s.parent_id = c.old AND s.property_bytes > 0
        CROSS JOIN nodes t ON t.vault_id = ?1 AND t.parent_id = c.new AND t.name_key = s.name_key
        CROSS JOIN node_properties p ON p.vault_id = ?1 AND p.node_id = s.node_id
        """;
}
