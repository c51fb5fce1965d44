namespace CloudDav.Storage;

/// <summary>Pictures and videos by when they were taken, and what goes with them. All run prepared.</summary>
internal static class MediaSql
{
    // What was taken comes first, and then where each hangs: in the order that both indexes have.
    private const string Taken = $"""
        SELECT {TreeSql.NodeColumns}, {MediaStatements.Columns}
        FROM media m INDEXED BY media_taken
        CROSS JOIN nodes n INDEXED BY nodes_content
          ON n.vault_id = m.vault_id AND n.content_id = m.content_id AND n.media_class IS NOT NULL AND n.media_class < 3
        {TreeSql.WithDirs}
        WHERE m.vault_id = ?1 AND m.taken >= ?2 AND m.taken <= ?3
        """;

    public const string ListTaken = $"""
        {Taken}
          AND (m.taken < ?3 OR m.content_id < ?4 OR (m.content_id = ?4 AND n.node_id < ?5))
        ORDER BY m.taken DESC, m.content_id DESC, n.node_id DESC LIMIT ?6
        """;

    public const string ListTakenOldestFirst = $"""
        {Taken}
          AND (m.taken > ?2 OR m.content_id > ?4 OR (m.content_id = ?4 AND n.node_id > ?5))
        ORDER BY m.taken, m.content_id, n.node_id LIMIT ?6
        """;

    public const string FindFirst =
        "SELECT taken FROM media WHERE vault_id = ?1 AND taken >= ?2 ORDER BY taken LIMIT 1";

    public const string FindFacts =
        $"SELECT {MediaStatements.Columns} FROM media m WHERE m.content_id = ?1 AND m.vault_id = ?2";

    public const string Forget = "DELETE FROM media WHERE content_id = ?1 AND vault_id = ?2";

    public const string CondemnPreviews = """
        UPDATE blobs SET state = 2, due = ?3 WHERE blob_id IN (
          SELECT c.blob_id FROM previews p CROSS JOIN contents c ON c.content_id = p.preview_id WHERE p.vault_id = ?1 AND p.content_id = ?2
        )
        """;

    public const string DeleteInlinePreviews = """
        DELETE FROM inline_contents WHERE content_id IN (SELECT p.preview_id FROM previews p WHERE p.vault_id = ?1 AND p.content_id = ?2)
        """;

    public const string DeletePreviewContents = """
        DELETE FROM contents WHERE content_id IN (SELECT p.preview_id FROM previews p WHERE p.vault_id = ?1 AND p.content_id = ?2)
        """;

    public const string DeletePreviews =
        "DELETE FROM previews WHERE vault_id = ?1 AND content_id = ?2";
}
