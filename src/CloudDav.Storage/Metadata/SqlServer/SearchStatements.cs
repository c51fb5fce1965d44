using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Favourites, and what a search goes by.</summary>
internal static class SearchStatements
{
    public static readonly SqlServerStatement ListFavorites = new(
        """
        SELECT f.node_id FROM dbo.favorites AS f
        WHERE f.vault_id = @vault AND f.account_id = @account AND (@node IS NULL OR f.node_id = @node);
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );

    public static readonly SqlServerStatement ListNodes = new(
        $"""
        SELECT {TreeStatements.NodeColumns}
        FROM @nodes AS w
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.id
        {TreeStatements.WithDirs};
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListFoldersAbove = new(
        $"""
        WITH up AS (
          SELECT d.node_id, d.parent_id FROM @nodes AS w JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = w.id
          UNION ALL
          SELECT d.node_id, d.parent_id FROM up AS u JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = u.parent_id
        )
        SELECT {TreeStatements.NodeColumns}
        FROM (SELECT DISTINCT u.node_id FROM up AS u) AS w
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.node_id
        {TreeStatements.WithDirs}
        OPTION (MAXRECURSION 0);
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list")
    );

    /// <summary>The key of the last one closes the order where many were changed at once.</summary>
    public static readonly SqlServerStatement ListMedia = new(
        $"""
        SELECT TOP (@limit) {TreeStatements.NodeColumns}
        FROM dbo.nodes AS n
        {TreeStatements.WithDirs}
        WHERE n.vault_id = @vault AND n.media_class = @class AND n.modified >= @from AND n.modified <= @until
          AND (n.modified < @until OR n.parent_id < @parent OR (n.parent_id = @parent AND n.name_key < @key))
        ORDER BY n.modified DESC, n.parent_id DESC, n.name_key DESC;
        """,
        BigInt("@vault"),
        TinyInt("@class"),
        BigInt("@from"),
        BigInt("@until"),
        BigInt("@parent"),
        Text("@key", 255),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListLatest = new(
        $"""
        SELECT TOP (@limit) {TreeStatements.NodeColumns}
        FROM dbo.nodes AS n
        {TreeStatements.WithDirs}
        WHERE n.vault_id = @vault AND n.changed_seq <= @seq
          AND (n.changed_seq < @seq OR n.parent_id < @parent OR (n.parent_id = @parent AND n.name_key < @key))
        ORDER BY n.changed_seq DESC, n.parent_id DESC, n.name_key DESC;
        """,
        BigInt("@vault"),
        BigInt("@seq"),
        BigInt("@parent"),
        Text("@key", 255),
        Int("@limit")
    );

    /// <summary>The inner limit is what is looked at, the outer one what is given.</summary>
    public static readonly SqlServerStatement Scan = new(
        $"""
        WITH folders AS (
          SELECT d.node_id FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.node_id = @folder
          UNION ALL
          SELECT d.node_id FROM folders AS f JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.parent_id = f.node_id
        ),
        examined AS (
          SELECT TOP (@examined) x.parent_id, x.name_key FROM folders AS f JOIN dbo.nodes AS x ON x.vault_id = @vault AND x.parent_id = f.node_id
        )
        SELECT TOP (@limit) {TreeStatements.NodeColumns}
        FROM examined AS e
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = e.parent_id AND n.name_key = e.name_key
        {TreeStatements.WithDirs}
        WHERE (@like IS NULL OR n.name_key LIKE @like ESCAPE N'\') AND (@only_files = 0 OR n.kind = 1)
          AND (@from IS NULL OR ISNULL(d.modified, n.modified) >= @from) AND (@until IS NULL OR ISNULL(d.modified, n.modified) <= @until)
        OPTION (MAXRECURSION 0);
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Text("@like", 1_000),
        BigInt("@from"),
        BigInt("@until"),
        Bit("@only_files"),
        Int("@examined"),
        Int("@limit")
    );

    /// <summary>Checksums of contents, then dead properties of nodes.</summary>
    public static readonly SqlServerStatement ListDetails = new(
        """
        SELECT k.content_id, k.crc32, k.sha256, k.md5, k.sha1, k.sha512, k.adler32
        FROM @contents AS w
        JOIN dbo.contents AS k ON k.vault_id = @vault AND k.content_id = w.id;
        SELECT p.node_id, p.name, p.xml
        FROM @nodes AS w
        JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = w.id
        ORDER BY p.node_id, p.name_hash;
        """,
        BigInt("@vault"),
        Table("@contents", "dbo.id_list"),
        Table("@nodes", "dbo.id_list")
    );

    public static readonly SqlServerStatement ListPulses = new(
        """
        SELECT v.vault_id, v.epoch, v.change_seq, a.facts_version + CASE WHEN a.is_disabled = 1 THEN 1 ELSE 0 END AS facts_version, a.credential_version,
          (SELECT COUNT_BIG(*) FROM dbo.devices AS d WHERE d.account_id = a.account_id AND d.revoked IS NULL) AS devices,
          ISNULL((SELECT SUM(s.share_id * 31 + s.version) FROM dbo.shares AS s
            WHERE s.household_id IS NOT NULL AND s.household_id = ISNULL(a.household_owner, a.account_id)), 0) AS shares,
          (SELECT p.version FROM dbo.platform AS p WHERE p.platform_id = 1) AS platform_version
        FROM @vaults AS w
        JOIN dbo.vaults AS v ON v.vault_id = w.id
        LEFT JOIN dbo.accounts AS a ON a.vault_id = v.vault_id;
        """,
        Table("@vaults", "dbo.id_list")
    );

    public static readonly SqlServerStatement CountFavorites = new(
        "SELECT COUNT_BIG(*) FROM dbo.favorites AS f WHERE f.account_id = @account;",
        BigInt("@account")
    );

    public static readonly SqlServerStatement AddFavorite = new(
        """
        INSERT INTO dbo.favorites (vault_id, account_id, node_id)
        SELECT @vault, @account, @node
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.favorites AS f WHERE f.vault_id = @vault AND f.account_id = @account AND f.node_id = @node);
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );

    public static readonly SqlServerStatement RemoveFavorite = new(
        "DELETE FROM dbo.favorites WHERE vault_id = @vault AND account_id = @account AND node_id = @node;",
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );
}
