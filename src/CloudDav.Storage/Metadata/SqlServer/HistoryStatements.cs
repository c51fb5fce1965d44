using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What has changed since a moment, and where everything was then.</summary>
internal static class HistoryStatements
{
    private const string ChangedColumns =
        "n.node_id, n.parent_id, n.name, n.kind, n.name_key, n.changed_seq";

    /// <summary>One range of the index of changes, in its order.</summary>
    public static readonly SqlServerStatement ListChanged = new(
        $"""
        SELECT TOP (@limit) {ChangedColumns}
        FROM dbo.nodes AS n
        WHERE n.vault_id = @vault AND n.changed_seq >= @seq
          AND (n.changed_seq > @seq OR n.parent_id > @parent OR (n.parent_id = @parent AND n.name_key > @key))
        ORDER BY n.changed_seq, n.parent_id, n.name_key;
        """,
        BigInt("@vault"),
        BigInt("@seq"),
        BigInt("@parent"),
        Text("@key", 255),
        Int("@limit")
    );

    /// <summary>
    /// One range of the clustered key of history. What is written or patched stays where it is.
    /// </summary>
    public static readonly SqlServerStatement ListLeft = new(
        """
        SELECT TOP (@limit) h.node_id, h.parent_id, h.name, h.kind, h.until_seq,
          CASE WHEN EXISTS (
            SELECT 1 FROM dbo.node_history AS e
            WHERE e.vault_id = @vault AND e.node_id = h.node_id AND e.until_seq > @as_of AND e.until_seq <= h.until_seq AND e.from_seq <= @as_of)
          AND NOT EXISTS (
            SELECT 1 FROM dbo.node_history AS f
            WHERE f.vault_id = @vault AND f.node_id = h.node_id AND f.until_seq > @as_of AND f.until_seq < h.until_seq AND f.reason NOT IN (1, 4))
          THEN 1 ELSE 0 END AS was_first,
          CASE WHEN EXISTS (
            SELECT 1 FROM dbo.node_history AS l
            WHERE l.vault_id = @vault AND l.node_id = h.node_id AND l.until_seq > h.until_seq AND l.reason NOT IN (1, 4))
          THEN 0 ELSE 1 END AS is_last
        FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.until_seq > @after AND h.reason NOT IN (1, 4)
        ORDER BY h.until_seq, h.node_id;
        """,
        BigInt("@vault"),
        BigInt("@after"),
        BigInt("@as_of"),
        Int("@limit")
    );

    /// <summary>A present row that is old enough, or the former one of that moment: of each node one at the most.</summary>
    public static readonly SqlServerStatement FindPlaces = new(
        """
        SELECT n.node_id, n.parent_id, n.name, n.kind
        FROM @nodes AS w
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.id AND n.changed_seq <= @as_of
        UNION ALL
        SELECT h.node_id, h.parent_id, h.name, h.kind
        FROM @nodes AS w
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = w.id AND h.until_seq > @as_of AND h.from_seq <= @as_of
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list"),
        BigInt("@as_of")
    );

    /// <summary>The first entries of both indexes of changes, whichever is before the other.</summary>
    public static readonly SqlServerStatement FindChange = new(
        """
        SELECT TOP (1) c.seq, c.at_ms
        FROM (
          SELECT f.seq, f.at_ms
          FROM (
            SELECT TOP (1) h.until_seq AS seq, h.until_time AS at_ms
            FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.until_seq >= @from ORDER BY h.until_seq
          ) AS f
          UNION ALL
          SELECT p.seq, p.at_ms
          FROM (
            SELECT TOP (1) n.changed_seq AS seq, n.changed_at AS at_ms
            FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.changed_seq >= @from ORDER BY n.changed_seq
          ) AS p
        ) AS c
        ORDER BY c.seq;
        """,
        BigInt("@vault"),
        BigInt("@from")
    );

    public static readonly SqlServerStatement FindLastBeginning = new(
        """
        SELECT MAX(h.from_seq) FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.until_seq > @after AND h.from_time <= @at_ms;
        """,
        BigInt("@vault"),
        BigInt("@after"),
        BigInt("@at_ms")
    );

    private const string PresentColumns =
        "n.node_id, n.parent_id, n.name, n.kind, n.size, n.revision, n.content_id, n.media_type, n.created, n.modified, n.changed_seq, 1 AS is_exact";

    private const string FormerColumns = """
        h.node_id, h.parent_id, h.name, h.kind, COALESCE(k.size, h.size) AS size, COALESCE(k.revision, h.revision) AS revision,
          COALESCE(k.content_id, h.content_id) AS content_id, CASE WHEN k.content_id IS NULL THEN h.media_type ELSE k.media_type END AS media_type,
          h.created, COALESCE(k.modified, h.modified) AS modified, h.from_seq, CASE WHEN k.content_id IS NULL THEN 1 ELSE 0 END AS is_exact
        """;

    // Where the content is kept no more, what the next row that has one has, or else the present one.
    private const string Kept = """
        OUTER APPLY (
          SELECT TOP (1) c.size, c.revision, c.content_id, c.media_type, c.modified
          FROM (
            SELECT l.size, l.revision, l.content_id, l.media_type, l.modified, l.until_seq
            FROM dbo.node_history AS l
            WHERE h.content_id IS NULL AND h.size > 0 AND l.vault_id = @vault AND l.node_id = h.node_id AND l.until_seq > h.until_seq
              AND l.content_id IS NOT NULL
            UNION ALL
            SELECT p.size, p.revision, p.content_id, p.media_type, p.modified, 9223372036854775807 AS until_seq
            FROM dbo.nodes AS p
            WHERE h.content_id IS NULL AND h.size > 0 AND p.vault_id = @vault AND p.node_id = h.node_id AND p.content_id IS NOT NULL
          ) AS c
          ORDER BY c.until_seq
        ) AS k
        """;

    /// <summary>As <see cref="FindPlaces"/>, with all that history has.</summary>
    public static readonly SqlServerStatement ListFormer = new(
        $"""
        SELECT {PresentColumns}
        FROM @nodes AS w
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.id AND n.changed_seq <= @as_of
        UNION ALL
        SELECT {FormerColumns}
        FROM @nodes AS w
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = w.id AND h.until_seq > @as_of AND h.from_seq <= @as_of
        {Kept}
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list"),
        BigInt("@as_of")
    );

    public static readonly SqlServerStatement FindFormerMember = new(
        $"""
        SELECT {PresentColumns}
        FROM dbo.nodes AS n
        WHERE n.vault_id = @vault AND n.parent_id = @folder AND n.name_key = @key AND n.name = @name AND n.changed_seq <= @as_of
        UNION ALL
        SELECT {FormerColumns}
        FROM dbo.node_history AS h
        {Kept}
        WHERE h.vault_id = @vault AND h.parent_id = @folder AND h.until_seq > @as_of AND h.from_seq <= @as_of AND h.name = @name;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Text("@name", 255),
        Text("@key", 255),
        BigInt("@as_of")
    );

    public static readonly SqlServerStatement ListUnchangedMembers = new(
        $"""
        SELECT {PresentColumns}
        FROM dbo.nodes AS n
        WHERE n.vault_id = @vault AND n.parent_id = @folder AND n.changed_seq <= @as_of
        ORDER BY n.name_key;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        BigInt("@as_of")
    );

    public static readonly SqlServerStatement ListFormerMembers = new(
        $"""
        SELECT {FormerColumns}
        FROM dbo.node_history AS h
        {Kept}
        WHERE h.vault_id = @vault AND h.parent_id = @folder AND h.until_seq > @as_of AND h.from_seq <= @as_of
        ORDER BY h.until_seq, h.node_id;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        BigInt("@as_of")
    );

    /// <summary>Of the folders below only the narrow rows are read each time.</summary>
    public static readonly SqlServerStatement ListBelow = new(
        $"""
        WITH folders AS (
          SELECT d.node_id FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.node_id = @top
          UNION ALL
          SELECT m.node_id FROM folders AS f JOIN dbo.dirs AS m ON m.vault_id = @vault AND m.parent_id = f.node_id
        )
        SELECT TOP (@limit) {ChangedColumns}
        FROM folders AS f
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = f.node_id
        WHERE f.node_id > @parent OR (f.node_id = @parent AND n.name_key > @key)
        ORDER BY n.parent_id, n.name_key
        OPTION (MAXRECURSION 0, LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@top"),
        BigInt("@parent"),
        Text("@key", 255),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListMembers = new(
        $"""
        SELECT TOP (@limit) {ChangedColumns}
        FROM dbo.nodes AS n
        WHERE n.vault_id = @vault AND n.parent_id = @folder AND n.name_key > @key
        ORDER BY n.name_key;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Text("@key", 255),
        Int("@limit")
    );
}
