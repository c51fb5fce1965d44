using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What pictures and videos are, and their previews.</summary>
internal static class MediaStatements
{
    internal const string Columns =
        "m.kind, m.taken, m.is_dated, m.taken_offset, m.width, m.height, m.orientation, m.duration, m.looked, m.has_previews";

    public static readonly SharedStatement ListVaults = SharedStatement.Page(
        """
        SELECT v.vault_id FROM dbo.vaults AS v
        WHERE v.vault_id > @after AND v.media_seq < v.change_seq
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = v.vault_id)
        ORDER BY v.vault_id
        """,
        BigInt("@after")
    );

    public static readonly SharedStatement ListPending = SharedStatement.Page(
        """
        SELECT m.vault_id, m.content_id FROM dbo.media AS m
        WHERE m.kind = @kind AND m.looked = @looked AND m.content_id > @after AND m.has_previews = 0
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = m.vault_id)
        ORDER BY m.content_id
        """,
        TinyInt("@kind"),
        Int("@looked"),
        BigInt("@after")
    );

    public static readonly SharedStatement ListPreviews = new(
        "SELECT p.size, p.preview_id FROM dbo.previews AS p WHERE p.vault_id = @vault AND p.content_id = @content ORDER BY p.size;",
        BigInt("@vault"),
        BigInt("@content")
    );

    public static readonly SharedStatement FindSeen = new(
        "SELECT v.media_seq, v.change_seq FROM dbo.vaults AS v WHERE v.vault_id = @vault;",
        BigInt("@vault")
    );

    public static readonly SharedStatement ListChanges = SharedStatement.Page(
        "SELECT n.changed_seq FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.changed_seq > @seen ORDER BY n.changed_seq",
        BigInt("@vault"),
        BigInt("@seen")
    );

    public static readonly SharedStatement HasNew = new(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.changed_seq > @seen AND n.media_class IN (1, 2))
          THEN 1 ELSE 0 END AS found;
        """,
        BigInt("@vault"),
        BigInt("@seen")
    );

    public static readonly SharedStatement Note = new(
        """
        INSERT INTO media (content_id, vault_id, kind, taken, is_dated, looked, has_previews)
        SELECT n.content_id, n.vault_id, MIN(n.media_class), MIN(n.modified), 0, 0, 0
        FROM nodes n INDEXED BY nodes_changed
        WHERE n.vault_id = @vault AND n.changed_seq > @seen AND n.changed_seq <= @until AND n.media_class IN (1, 2) AND n.content_id IS NOT NULL
        GROUP BY n.content_id
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO dbo.media (content_id, vault_id, kind, taken, is_dated, looked, has_previews)
        SELECT n.content_id, n.vault_id, MIN(n.media_class), MIN(n.modified), 0, 0, 0
        FROM dbo.nodes AS n
        WHERE n.vault_id = @vault AND n.changed_seq > @seen AND n.changed_seq <= @until AND n.media_class IN (1, 2) AND n.content_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM dbo.media AS m WHERE m.vault_id = n.vault_id AND m.content_id = n.content_id)
        GROUP BY n.content_id, n.vault_id;
        """,
        BigInt("@vault"),
        BigInt("@seen"),
        BigInt("@until")
    );

    public static readonly SharedStatement SetSeen = new(
        "UPDATE dbo.vaults SET media_seq = @seen WHERE vault_id = @vault;",
        BigInt("@vault"),
        BigInt("@seen")
    );

    public static readonly SharedStatement Describe = new(
        """
        UPDATE dbo.media SET
          taken = @taken, is_dated = @is_dated, taken_offset = @offset, width = @width, height = @height, orientation = @orientation,
          duration = @duration, looked = @looked, has_previews = @has_previews
        WHERE vault_id = @vault AND content_id = @content;
        """,
        BigInt("@vault"),
        BigInt("@content"),
        BigInt("@taken"),
        Bit("@is_dated"),
        Int("@offset"),
        Int("@width"),
        Int("@height"),
        TinyInt("@orientation"),
        BigInt("@duration"),
        Int("@looked"),
        Bit("@has_previews")
    );

    public static readonly SharedStatement AddPreview = new(
        "INSERT INTO dbo.previews (vault_id, content_id, size, preview_id) VALUES (@vault, @content, @size, @preview);",
        BigInt("@vault"),
        BigInt("@content"),
        Int("@size"),
        BigInt("@preview")
    );

    /// <summary>The last one of the page before closes the order where many were taken at once.</summary>
    public static readonly SqlServerStatement ListTaken = Taken(
        """
        AND (m.taken < @until OR m.content_id < @content OR (m.content_id = @content AND n.node_id < @node))
        ORDER BY m.taken DESC, m.content_id DESC, n.node_id DESC;
        """
    );

    public static readonly SqlServerStatement ListTakenOldestFirst = Taken(
        """
        AND (m.taken > @from OR m.content_id > @content OR (m.content_id = @content AND n.node_id > @node))
        ORDER BY m.taken, m.content_id, n.node_id;
        """
    );

    private static SqlServerStatement Taken(string afterInOrder) =>
        new(
            $"""
            SELECT TOP (@limit) {TreeStatements.NodeColumns}, {Columns}
            FROM dbo.media AS m
            JOIN dbo.nodes AS n ON n.vault_id = m.vault_id AND n.content_id = m.content_id AND n.media_class IN (1, 2)
            {TreeStatements.WithDirs}
            WHERE m.vault_id = @vault AND m.taken >= @from AND m.taken <= @until
              {afterInOrder}
            """,
            BigInt("@vault"),
            BigInt("@from"),
            BigInt("@until"),
            BigInt("@content"),
            BigInt("@node"),
            Int("@limit")
        );

    public static readonly SqlServerStatement ListFirst = new(
        """
        SELECT w.id, f.taken FROM @moments AS w
        CROSS APPLY (SELECT TOP (1) m.taken FROM dbo.media AS m WHERE m.vault_id = @vault AND m.taken >= w.id ORDER BY m.taken) AS f;
        """,
        BigInt("@vault"),
        Table("@moments", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListFacts = new(
        $"""
        SELECT m.content_id, {Columns}
        FROM @contents AS w
        JOIN dbo.media AS m ON m.vault_id = @vault AND m.content_id = w.id;
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list")
    );
}
