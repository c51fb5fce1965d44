using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements about the trash and about earlier versions.</summary>
internal static class TrashStatements
{
    // How it came there: the row of history that the change left which made the node what it is, and the names of who did it.
    private const string Deletion = """
        LEFT JOIN dbo.node_history AS h ON h.vault_id = n.vault_id AND h.until_seq = n.changed_seq AND h.node_id = n.node_id AND h.reason = 3
        LEFT JOIN dbo.accounts AS a ON a.account_id = h.by_account
        LEFT JOIN dbo.devices AS g ON g.device_id = h.by_device
        """;

    private const string DeletionColumns =
        "h.parent_id AS former_parent, h.until_time, h.by_account, h.by_device, a.name AS account_name, g.name AS device_name";

    public static readonly SqlServerStatement List = new(
        $"""
        SELECT TOP (@limit) {TreeStatements.NodeColumns}, {DeletionColumns}
        FROM dbo.vaults AS v
        JOIN dbo.nodes AS n ON n.vault_id = v.vault_id AND n.parent_id = v.trash_id
        {TreeStatements.WithDirs}
        {Deletion}
        WHERE v.vault_id = @vault AND n.name_key >= @from AND n.name_key < @before
        ORDER BY n.name_key DESC;
        """,
        BigInt("@vault"),
        Text("@from", 255),
        Text("@before", 255),
        Int("@limit")
    );

    public static readonly SqlServerStatement Find = new(
        $"""
        SELECT {TreeStatements.NodeColumns}, {DeletionColumns}
        FROM @nodes AS w
        JOIN dbo.vaults AS v ON v.vault_id = @vault
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.id AND n.parent_id = v.trash_id
        {TreeStatements.WithDirs}
        {Deletion}
        ORDER BY w.id;
        """,
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list")
    );

    public static readonly SqlServerStatement FindMember = new(
        $"""
        SELECT {TreeStatements.NodeColumns}
        FROM dbo.nodes AS n
        {TreeStatements.WithDirs}
        WHERE n.vault_id = @vault AND n.parent_id = @folder AND n.name_key = @key;
        """,
        BigInt("@vault"),
        BigInt("@folder"),
        Text("@key", 255)
    );

    public static readonly SqlServerStatement ListChains = new(
        TreeStatements.Chains(
            "SELECT c.id AS number, @vault AS vault_id, c.id AS node_id FROM @nodes AS c"
        ),
        BigInt("@vault"),
        Table("@nodes", "dbo.id_list")
    );

    private const string DeletedColumns =
        "h.until_seq, h.node_id, h.until_time, h.by_account, h.by_device";

    private const string ByOne = """
        h.vault_id = @vault AND h.reason = 3 AND h.by_account IS NOT NULL AND h.by_account = @account
          AND (h.by_device = @device OR (h.by_device IS NULL AND @device IS NULL))
        """;

    public static readonly SqlServerStatement ListDeletionsBefore = new(
        $"""
        SELECT TOP (@limit) {DeletedColumns} FROM dbo.node_history AS h
        WHERE {ByOne} AND h.until_seq <= @from
        ORDER BY h.until_seq DESC, h.node_id;
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@device"),
        BigInt("@from"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListDeletionsAfter = new(
        $"""
        SELECT TOP (@limit) {DeletedColumns} FROM dbo.node_history AS h
        WHERE {ByOne} AND h.until_seq >= @from
        ORDER BY h.until_seq, h.node_id;
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@device"),
        BigInt("@from"),
        Int("@limit")
    );

    public static readonly SqlServerStatement FindDeletion = new(
        $"""
        SELECT {DeletedColumns} FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.until_seq = @seq AND h.reason = 3 AND h.by_account IS NOT NULL
        ORDER BY h.node_id;
        """,
        BigInt("@vault"),
        BigInt("@seq")
    );

    public static readonly SqlServerStatement ListVersions = new(
        """
        SELECT TOP (@limit) h.until_seq, h.until_time, h.modified, h.size, h.revision, h.content_id, h.media_type
        FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.node_id = @file AND h.until_seq < @before
          AND h.is_version = 1 AND h.content_id IS NOT NULL AND h.hidden_at IS NULL
        ORDER BY h.until_seq DESC;
        """,
        BigInt("@vault"),
        BigInt("@file"),
        BigInt("@before"),
        Int("@limit")
    );

    /// <summary>The key of what is hidden begins with when that was; its id ends it, so that no two are alike.</summary>
    public static readonly SqlServerStatement Hide = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @hidden TABLE (node_id bigint NOT NULL PRIMARY KEY);
        INSERT INTO @hidden (node_id)
        SELECT TOP (@limit) n.node_id FROM dbo.vaults AS v
        JOIN dbo.nodes AS n ON n.vault_id = v.vault_id AND n.parent_id = v.trash_id
        WHERE v.vault_id = @vault AND n.name_key >= @from AND n.name_key < @before
        ORDER BY n.name_key;
        UPDATE n SET name_key = CONCAT(@prefix, n.node_id)
        FROM @hidden AS w JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = w.node_id;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq + 1 WHERE vault_id = @vault;
        SELECT COUNT(*) FROM @hidden AS w;
        """,
        BigInt("@vault"),
        Text("@from", 255),
        Text("@before", 255),
        Text("@prefix", 255),
        Int("@limit")
    );

    public static readonly SqlServerStatement HideVersion = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @rows int;
        UPDATE dbo.node_history SET hidden_at = @now
        WHERE vault_id = @vault AND node_id = @file AND until_seq = @version AND is_version = 1 AND content_id IS NOT NULL AND hidden_at IS NULL;
        SET @rows = @@ROWCOUNT;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq + 1 WHERE vault_id = @vault;
        SELECT @rows;
        """,
        BigInt("@vault"),
        BigInt("@file"),
        BigInt("@version"),
        BigInt("@now")
    );

    private const string Picked = "h.until_seq, h.node_id, h.content_id, h.size, h.until_time";

    public static readonly SqlServerStatement FindThinned = new(
        "SELECT v.daily_seq, v.weekly_seq, v.version_bytes FROM dbo.vaults AS v WHERE v.vault_id = @vault;",
        BigInt("@vault")
    );

    /// <summary>With each when the file's next version was written over.</summary>
    public static readonly SqlServerStatement ListUnthinned = new(
        $"""
        SELECT TOP (@limit) {Picked}, (
          SELECT TOP (1) k.until_time FROM dbo.node_history AS k
          WHERE k.vault_id = h.vault_id AND k.node_id = h.node_id AND k.until_seq > h.until_seq AND k.is_version = 1 AND k.content_id IS NOT NULL
            AND k.hidden_at IS NULL
          ORDER BY k.until_seq) AS next_time
        FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.is_version = 1 AND h.content_id IS NOT NULL AND h.until_seq > @after
        ORDER BY h.until_seq;
        """,
        BigInt("@vault"),
        BigInt("@after"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListOldest = new(
        $"""
        SELECT TOP (@limit) {Picked} FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.is_version = 1 AND h.content_id IS NOT NULL
        ORDER BY h.until_seq;
        """,
        BigInt("@vault"),
        Int("@limit")
    );

    public static readonly SqlServerStatement ListHidden = new(
        $"""
        SELECT TOP (@limit) {Picked} FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.hidden_at IS NOT NULL AND h.hidden_at < @before
        ORDER BY h.hidden_at;
        """,
        BigInt("@vault"),
        BigInt("@before"),
        Int("@limit")
    );

    public static readonly SqlServerStatement FindVersion = new(
        $"""
        SELECT {Picked} FROM dbo.node_history AS h
        WHERE h.vault_id = @vault AND h.node_id = @file AND h.until_seq = @version AND h.is_version = 1 AND h.content_id IS NOT NULL
        ORDER BY h.until_seq;
        """,
        BigInt("@vault"),
        BigInt("@file"),
        BigInt("@version")
    );

    /// <summary>
    /// They are no versions any more; a content goes when no other version of the file, and not the file itself, has it. Up to where versions were thinned is remembered; null leaves it
    /// as it is.
    /// </summary>
    public static readonly SqlServerStatement Release = new(
        $"""
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @owners dbo.owner_changes;
        DECLARE @version_bytes bigint;
        INSERT INTO @owners (op, content_id, node_id)
        SELECT DISTINCT 2, h.content_id, h.node_id FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id
        WHERE h.is_version = 1 AND h.content_id IS NOT NULL;
        SELECT @version_bytes = ISNULL(SUM(h.size), 0) FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id
        WHERE h.is_version = 1 AND h.content_id IS NOT NULL;
        UPDATE h SET is_version = 0, hidden_at = NULL
        FROM @keys AS k
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.until_seq = k.until_seq AND h.node_id = k.node_id;
        UPDATE h SET content_id = NULL
        FROM @owners AS o
        JOIN dbo.node_history AS h ON h.vault_id = @vault AND h.node_id = o.node_id AND h.content_id = o.content_id
        WHERE NOT EXISTS (
            SELECT 1 FROM dbo.node_history AS k
            WHERE k.vault_id = @vault AND k.node_id = o.node_id AND k.content_id = o.content_id AND k.is_version = 1)
          AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.node_id = o.node_id AND n.content_id = o.content_id);
        UPDATE dbo.vaults SET
          write_seq = vaults.write_seq + 1, version_bytes = vaults.version_bytes - @version_bytes,
          daily_seq = ISNULL(@daily, vaults.daily_seq), weekly_seq = ISNULL(@weekly, vaults.weekly_seq)
        WHERE vault_id = @vault;
        {TreeChangeStatements.Release}
        """,
        BigInt("@vault"),
        BigInt("@now"),
        BigInt("@daily"),
        BigInt("@weekly"),
        Table("@keys", "dbo.history_keys")
    );
}
