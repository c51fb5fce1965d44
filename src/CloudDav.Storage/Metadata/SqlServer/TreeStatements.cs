using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What is asked of the tree.</summary>
internal static class TreeStatements
{
    // Whoever is to write waits here for the vault's other writers, before anything is read. A statement of its own, because it is what comes after the
    // wait that must see what they wrote.
    private const string LockVault = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq WHERE vault_id = @vault;

        """;

    // A folder's counters come by one more look-up, a file's by none.
    private const string ListedColumns = """
        n.node_id, n.parent_id, n.name, n.kind, n.size, n.revision, n.media_type, n.created, n.modified, n.win32_attributes,
          n.last_access, n.property_bytes, n.content_id, d.subtree_version, d.subtree_bytes, d.subtree_items, d.modified AS dir_modified
        """;

    internal const string NodeColumns = $"""
        {ListedColumns}, d.subtree_property_bytes, d.height, n.changed_seq, n.changed_at, n.name_key
        """;

    internal const string WithDirs =
        "LEFT JOIN dbo.dirs AS d ON d.vault_id = n.vault_id AND d.node_id = n.node_id AND n.kind = 0";

    private const string LockColumns = """
        l.token, l.node_id, l.account_id, l.device_id, l.is_shared, l.is_infinite, l.owner_xml, l.holder_name, l.expires
        """;

    // One look-up of the clustered key for each step of each path.
    private const string Chain = """
        WITH chain AS (
          SELECT s.path_no, s.level, s.details, n.node_id, n.parent_id, n.name_key
          FROM @steps AS s
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = @top AND n.name_key = @top_key
          WHERE s.level = 0
          UNION ALL
          SELECT s.path_no, s.level, s.details, n.node_id, n.parent_id, n.name_key
          FROM chain AS c
          JOIN @steps AS s ON s.path_no = c.path_no AND s.level = c.level + 1
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.node_id AND n.name_key = CASE WHEN @folds = 1 THEN s.folded ELSE s.name END
        )
        """;

    // The folders above a share's item.
    private const string Above = """
        WITH up AS (
          SELECT 0 AS level, n.node_id, n.parent_id, n.name_key
          FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.node_id = @top
          UNION ALL
          SELECT u.level + 1, n.node_id, n.parent_id, n.name_key
          FROM up AS u
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = u.parent_id
        )
        """;

    /// <summary>The rows from the top down to each of some nodes, behind a number: <see cref="SqlServerSnapshot"/> reads them.</summary>
    /// <param name="nodes">Selects <c>number</c>, <c>vault_id</c> and <c>node_id</c>.</param>
    internal static string Chains(string nodes) =>
        $"""
            WITH up AS (
              SELECT w.number, w.vault_id, 0 AS level, n.node_id, n.parent_id, n.name_key
              FROM ({nodes}) AS w
              JOIN dbo.nodes AS n ON n.vault_id = w.vault_id AND n.node_id = w.node_id
              UNION ALL
              SELECT u.number, u.vault_id, u.level + 1, n.node_id, n.parent_id, n.name_key
              FROM up AS u
              JOIN dbo.nodes AS n ON n.vault_id = u.vault_id AND n.node_id = u.parent_id
            )
            SELECT u.number, {NodeColumns}
            FROM up AS u
            JOIN dbo.nodes AS n ON n.vault_id = u.vault_id AND n.parent_id = u.parent_id AND n.name_key = u.name_key
            {WithDirs}
            ORDER BY u.number, u.level DESC
            OPTION (MAXRECURSION 0);
            """;

    private const string LoadFacts = $"""
        DECLARE @folds bit;
        DECLARE @top bigint = CASE WHEN @share IS NULL THEN 0 ELSE -1 END;
        DECLARE @top_key nvarchar(255) = N'root';
        SELECT @folds = v.case_insensitive FROM dbo.vaults AS v WHERE v.vault_id = @vault;
        IF @share IS NOT NULL
          SELECT @top = n.parent_id, @top_key = n.name_key FROM dbo.shares AS s
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = s.node_id
          LEFT JOIN dbo.accounts AS r ON r.account_id = @recipient
          WHERE s.vault_id = @vault AND s.share_id = @share AND (
            (@recipient IS NULL AND s.audience = 0)
            OR (s.household_id = ISNULL(r.household_owner, r.account_id) AND {ShareStatements.IsForRecipient}));
        SELECT v.name, v.epoch, v.change_seq, v.used_bytes, v.items, v.capacity_bytes, v.root_id, v.trash_id, v.case_insensitive,
          ISNULL((SELECT SUM(h.bytes) FROM dbo.holds AS h
            WHERE h.vault_id = v.vault_id AND h.lease > @now AND (@own_hold IS NULL OR h.blob_id <> @own_hold)), 0) AS held_bytes,
          CASE WHEN EXISTS (SELECT 1 FROM dbo.locks AS l WHERE l.vault_id = v.vault_id) THEN 1 ELSE 0 END AS has_locks,
          a.is_disabled, a.credential_version,
          CASE WHEN EXISTS (
            SELECT 1 FROM dbo.devices AS d WHERE d.device_id = @device AND d.account_id = @account AND d.revoked IS NULL) THEN 1 ELSE 0 END AS has_device,
          a.facts_version, (SELECT p.version FROM dbo.platform AS p WHERE p.platform_id = 1) AS platform_version, v.write_seq,
          CASE WHEN EXISTS (SELECT 1 FROM dbo.mounts AS m WHERE m.vault_id = v.vault_id)
            OR EXISTS (
              SELECT 1 FROM dbo.shares AS s WHERE s.household_id IS NOT NULL AND s.household_id = ISNULL(a.household_owner, a.account_id)
                AND s.owner_id < a.account_id)
            OR EXISTS (
              SELECT 1 FROM dbo.shares AS s WHERE s.household_id IS NOT NULL AND s.household_id = ISNULL(a.household_owner, a.account_id)
                AND s.owner_id > a.account_id) THEN 1 ELSE 0 END AS has_received,
          v.set_aside_at, v.loss_since, v.loss_of, v.loss_items, v.guarded_until, v.history_floor
        FROM dbo.vaults AS v LEFT JOIN dbo.accounts AS a ON a.account_id = @account
        WHERE v.vault_id = @vault;
        SELECT p.node_id, p.measure_id FROM dbo.protected_nodes AS p WHERE p.vault_id = @vault;
        IF @share IS NOT NULL
        BEGIN
          SELECT {ShareStatements.Columns} FROM dbo.shares AS s JOIN dbo.accounts AS a ON a.account_id = s.owner_id
          WHERE s.vault_id = @vault AND s.share_id = @share AND @top >= 0;
          SELECT u.used FROM dbo.share_uses AS u WHERE u.vault_id = @vault AND u.share_id = @share AND u.client = @client AND u.at > @used_after;
          {Above}
          SELECT {NodeColumns}
          FROM up AS u
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = u.parent_id AND n.name_key = u.name_key
          {WithDirs}
          ORDER BY u.level DESC
          OPTION (MAXRECURSION 0);
          {Above}
          SELECT {LockColumns}
          FROM up AS u
          JOIN dbo.locks AS l ON l.vault_id = @vault AND l.node_id = u.node_id AND l.is_infinite = 1 AND l.expires > @now
          ORDER BY u.level DESC, l.token
          OPTION (MAXRECURSION 0);
        END;
        {Chain}
        SELECT c.path_no, {NodeColumns}
        FROM chain AS c
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.parent_id AND n.name_key = c.name_key
        {WithDirs}
        ORDER BY c.path_no, c.level
        OPTION (MAXRECURSION 0);
        IF @details & 1 <> 0
        BEGIN
          {Chain}
          SELECT c.path_no, c.level, {LockColumns}
          FROM chain AS c
          JOIN dbo.locks AS l ON l.vault_id = @vault AND l.node_id = c.node_id AND l.expires > @now
          ORDER BY c.path_no, c.level, l.token
          OPTION (MAXRECURSION 0);
        END;
        IF @details & 2 <> 0
        BEGIN
          SELECT {LockColumns} FROM dbo.locks AS l WHERE l.vault_id = @vault AND l.expires > @now ORDER BY l.token;
          WITH up AS (
            SELECT l.token, 0 AS level, n.node_id, n.parent_id, n.name
            FROM dbo.locks AS l
            JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = l.node_id
            WHERE l.vault_id = @vault AND l.expires > @now
            UNION ALL
            SELECT u.token, u.level + 1, n.node_id, n.parent_id, n.name
            FROM up AS u
            JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = u.parent_id
          )
          SELECT u.token, u.node_id, u.name FROM up AS u ORDER BY u.token, u.level
          OPTION (MAXRECURSION 0);
        END;
        IF @details & 4 <> 0
        BEGIN
          {Chain}
          SELECT c.path_no, p.name, p.xml
          FROM chain AS c
          JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = c.node_id
          WHERE c.details & 4 <> 0
          ORDER BY c.path_no, p.name_hash
          OPTION (MAXRECURSION 0);
        END;
        IF @details & 24 <> 0
        BEGIN
          {Chain}
          SELECT c.path_no, k.crc32, k.sha256, k.md5, k.sha1, k.sha512, k.adler32
          FROM chain AS c
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.parent_id AND n.name_key = c.name_key
          JOIN dbo.contents AS k ON k.vault_id = @vault AND k.content_id = n.content_id
          WHERE c.details & 24 <> 0
          ORDER BY c.path_no
          OPTION (MAXRECURSION 0);
        END;
        """;

    private static readonly SqlServerParameter[] s_factsParameters =
    [
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@device"),
        BigInt("@now"),
        Guid("@own_hold"),
        Int("@details"),
        Table("@steps", "dbo.path_steps"),
        BigInt("@share"),
        FixedBytes("@client", 16),
        BigInt("@used_after"),
        BigInt("@recipient"),
    ];

    /// <summary>Everything a decision needs, from one snapshot: vault, paths, and what <c>@details</c> asks for, each a set of rows.</summary>
    public static readonly SqlServerStatement Load = new(
        $"{EngineStatements.BeginSnapshot}{LoadFacts}{EngineStatements.EndSnapshot}",
        s_factsParameters
    );

    /// <summary>The same within a transaction of the caller's that has its snapshot, or the vault's lock, already.</summary>
    public static readonly SqlServerStatement LoadWithin = new(
        $"SET NOCOUNT ON;\n{LoadFacts}",
        s_factsParameters
    );

    /// <summary>Waits for the vault's other writers, then the same.</summary>
    public static readonly SqlServerStatement LoadLocked = new(
        $"{LockVault}{LoadFacts}",
        s_factsParameters
    );

    /// <summary>Waits for the vault's other writers. Says whether a command of this id was applied before, and what was written last; no row for no vault.</summary>
    public static readonly SqlServerStatement Lock = new(
        $"""
        {LockVault}
        SELECT v.write_seq, CASE WHEN EXISTS (
          SELECT 1 FROM dbo.applied_commands AS c WHERE c.vault_id = @vault AND c.command_id = @command) THEN 1 ELSE 0 END AS is_applied
        FROM dbo.vaults AS v WHERE v.vault_id = @vault;
        """,
        BigInt("@vault"),
        FixedBytes("@command", 16)
    );

    /// <summary>Members of a folder with all their columns, for the rare name that only folding finds.</summary>
    public static readonly SqlServerStatement ListMembersWhole = new(
        $"""
        SELECT {NodeColumns}
        FROM dbo.nodes AS n {WithDirs}
        WHERE n.vault_id = @vault AND n.parent_id = @folder
        ORDER BY n.name_key
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@folder")
    );

    /// <summary>One range of the clustered key, in its order.</summary>
    public static readonly SqlServerStatement ListMembers = new(
        $"""
        SELECT {ListedColumns}
        FROM dbo.nodes AS n {WithDirs}
        WHERE n.vault_id = @vault AND n.parent_id = @folder
        ORDER BY n.name_key
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@folder")
    );

    /// <summary>The same with contents and properties; a node with several properties comes several times.</summary>
    public static readonly SqlServerStatement ListMembersDetailed = new(
        $"""
        SELECT {ListedColumns}, k.crc32, k.sha256, k.md5, k.sha1, k.sha512, k.adler32, p.name AS property_name, p.xml
        FROM dbo.nodes AS n {WithDirs}
        LEFT JOIN dbo.contents AS k ON k.vault_id = @vault AND k.content_id = n.content_id AND @details & 24 <> 0
        LEFT JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = n.node_id AND n.property_bytes > 0 AND @details & 4 <> 0
        WHERE n.vault_id = @vault AND n.parent_id = @folder
        ORDER BY n.name_key, p.name_hash
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Int("@details")
    );

    // Folders by their level, so that each comes before its members.
    private const string FoldersBelow = """
        WITH folders AS (
          SELECT d.node_id, 0 AS level FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.node_id = @folder
          UNION ALL
          SELECT m.node_id, f.level + 1 FROM folders AS f JOIN dbo.dirs AS m ON m.vault_id = @vault AND m.parent_id = f.node_id
        )
        """;

    public static readonly SqlServerStatement ListBelow = new(
        $"""
        {FoldersBelow}
        SELECT {ListedColumns}
        FROM folders AS f
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = f.node_id
        {WithDirs}
        ORDER BY f.level, n.parent_id, n.name_key
        OPTION (MAXRECURSION 0, LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@folder")
    );

    public static readonly SqlServerStatement ListBelowDetailed = new(
        $"""
        {FoldersBelow}
        SELECT {ListedColumns}, k.crc32, k.sha256, k.md5, k.sha1, k.sha512, k.adler32, p.name AS property_name, p.xml
        FROM folders AS f
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = f.node_id
        {WithDirs}
        LEFT JOIN dbo.contents AS k ON k.vault_id = @vault AND k.content_id = n.content_id AND @details & 24 <> 0
        LEFT JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = n.node_id AND n.property_bytes > 0 AND @details & 4 <> 0
        ORDER BY f.level, n.parent_id, n.name_key, p.name_hash
        OPTION (MAXRECURSION 0, LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Int("@details")
    );

    public static readonly SqlServerStatement ListLocks = new(
        $"SELECT {LockColumns} FROM dbo.locks AS l WHERE l.vault_id = @vault AND l.expires > @now ORDER BY l.token;",
        BigInt("@vault"),
        BigInt("@now")
    );

    private const string ContentColumns = "c.content_id, c.size, c.blob_id, i.bytes, c.wrapped_key";

    public static readonly SqlServerStatement FindContent = new(
        $"""
        SELECT {ContentColumns}
        FROM dbo.contents AS c
        LEFT JOIN dbo.inline_contents AS i ON i.vault_id = c.vault_id AND i.content_id = c.content_id AND c.blob_id IS NULL
        WHERE c.vault_id = @vault AND c.content_id = @content;
        """,
        BigInt("@vault"),
        BigInt("@content")
    );

    public static readonly SqlServerStatement FindContents = new(
        $"""
        SELECT {ContentColumns}
        FROM @contents AS w
        JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = w.id
        LEFT JOIN dbo.inline_contents AS i ON i.vault_id = c.vault_id AND i.content_id = c.content_id AND c.blob_id IS NULL
        ORDER BY w.id
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list")
    );

    /// <summary>What contents without bytes of their own consist of: of each its id, then a part.</summary>
    public static readonly SqlServerStatement ListParts = new(
        """
        SELECT p.content_id, c.size, c.blob_id, i.bytes, c.wrapped_key
        FROM @contents AS w
        JOIN dbo.content_parts AS p ON p.vault_id = @vault AND p.content_id = w.id
        JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = p.part_id
        LEFT JOIN dbo.inline_contents AS i ON i.vault_id = c.vault_id AND i.content_id = c.content_id AND c.blob_id IS NULL
        ORDER BY p.content_id, p.ordinal
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListPartKeys = new(
        """
        SELECT p.content_id, p.part_id, c.blob_id, c.wrapped_key
        FROM @contents AS w
        JOIN dbo.content_parts AS p ON p.vault_id = @vault AND p.content_id = w.id
        JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = p.part_id
        ORDER BY p.content_id, p.ordinal
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListContentKeys = new(
        """
        SELECT c.content_id, c.blob_id, c.wrapped_key
        FROM @contents AS w
        JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = w.id
        ORDER BY w.id
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list")
    );

    /// <summary>
    /// What was put aside from a folder, the last one first; the rows from the top down to where each is now; the properties of these; and of what is to come in
    /// its place since when it is there, whether it is shared, and its properties.
    /// </summary>
    public static readonly SqlServerStatement FindSetAside = new(
        $"""
        SET NOCOUNT ON;
        DECLARE @aside TABLE (node_id bigint NOT NULL PRIMARY KEY);
        INSERT INTO @aside (node_id)
        SELECT DISTINCT h.node_id FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.parent_id = @folder AND h.aside_account IS NOT NULL AND h.until_time > @since;
        SELECT h.node_id, h.name, h.revision, h.aside_account, h.aside_device FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.parent_id = @folder AND h.aside_account IS NOT NULL AND h.until_time > @since
        ORDER BY h.until_time DESC, h.until_seq DESC;
        {Chains("SELECT a.node_id AS number, @vault AS vault_id, a.node_id FROM @aside AS a")}
        SELECT p.node_id, p.name, p.xml
        FROM @aside AS a
        JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = a.node_id
        ORDER BY p.node_id, p.name_hash;
        SELECT
          (SELECT TOP (1) h.from_time FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.node_id = @newcomer ORDER BY h.until_seq) AS since,
          CASE WHEN EXISTS (SELECT 1 FROM dbo.shares AS s WHERE s.vault_id = @vault AND s.node_id = @newcomer) THEN 1 ELSE 0 END AS is_shared;
        SELECT p.name, p.xml FROM dbo.node_properties AS p WHERE p.vault_id = @vault AND p.node_id = @newcomer ORDER BY p.name_hash;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        BigInt("@since"),
        BigInt("@newcomer")
    );

    public static readonly SqlServerStatement IsVersion = new(
        """
        SELECT COUNT(*) FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.until_seq = @until AND h.content_id = @content AND h.is_version = 1;
        """,
        BigInt("@vault"),
        BigInt("@until"),
        BigInt("@content")
    );

    public static readonly SqlServerStatement IsBelow = new(
        """
        WITH up AS (
          SELECT n.parent_id FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.node_id = @node
          UNION ALL
          SELECT d.parent_id FROM up AS u JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = u.parent_id
        )
        SELECT COUNT(*) FROM up AS u WHERE u.parent_id = @folder
        OPTION (MAXRECURSION 0);
        """,
        BigInt("@vault"),
        BigInt("@node"),
        BigInt("@folder")
    );

    public static readonly SqlServerStatement MeasureHeight = new(
        $"""
        {FoldersBelow}
        SELECT ISNULL(MAX(f.level + e.has_members), 0)
        FROM folders AS f
        CROSS APPLY (
          SELECT CASE WHEN EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.parent_id = f.node_id) THEN 1 ELSE 0 END AS has_members
        ) AS e
        OPTION (MAXRECURSION 0);
        """,
        BigInt("@vault"),
        BigInt("@folder")
    );
}
