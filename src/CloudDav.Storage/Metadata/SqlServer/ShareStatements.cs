using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Shares, their uses, and what is protected.</summary>
internal static class ShareStatements
{
    /// <summary>The columns of a share, as both engines read them.</summary>
    internal const string Columns = """
        s.share_id, s.vault_id, s.node_id, s.owner_id, a.name, s.rights, s.label, s.address, s.token_hash, s.sealed_token, s.password, s.expires,
          s.max_downloads, s.rights_statement, s.created, s.version, s.opened, s.downloaded, s.last_used, s.audience
        """;

    public static readonly SqlServerStatement FindByToken = new(
        $"SELECT {Columns} FROM dbo.shares AS s JOIN dbo.accounts AS a ON a.account_id = s.owner_id WHERE s.token_hash = @token_hash;",
        FixedBytes("@token_hash", 32)
    );

    /// <summary>The shares of a vault or one of them, and the rows from the root down to the item of each that is in the tree.</summary>
    public static readonly SqlServerStatement ListShares = new(
        $"""
        SET NOCOUNT ON;
        SELECT {Columns} FROM dbo.shares AS s JOIN dbo.accounts AS a ON a.account_id = s.owner_id
        WHERE s.vault_id = @vault AND (@share IS NULL OR s.share_id = @share) ORDER BY s.share_id;
        SELECT m.share_id, m.account_id FROM dbo.share_members AS m
        WHERE m.vault_id = @vault AND (@share IS NULL OR m.share_id = @share) ORDER BY m.share_id, m.account_id;
        {TreeStatements.Chains(
            "SELECT s.share_id AS number, s.vault_id, s.node_id FROM dbo.shares AS s WHERE s.vault_id = @vault AND (@share IS NULL OR s.share_id = @share)"
        )}
        """,
        BigInt("@vault"),
        BigInt("@share")
    );

    /// <summary>The rows from the root down to each marked item.</summary>
    public static readonly SqlServerStatement ListMarked = new(
        $"""
        SET NOCOUNT ON;
        {TreeStatements.Chains(
            "SELECT DISTINCT p.node_id AS number, p.vault_id, p.node_id FROM dbo.protected_nodes AS p WHERE p.vault_id = @vault"
        )}
        """,
        BigInt("@vault")
    );

    public static readonly SqlServerStatement InsertShare = new(
        """
        INSERT INTO dbo.shares (
          vault_id, share_id, node_id, owner_id, rights, label, address, token_hash, sealed_token, password, expires, max_downloads, rights_statement,
          created, version, opened, downloaded, last_used, audience, household_id
        )
        SELECT @vault, @share, @node, @owner, @rights, @label, @address, @token_hash, @sealed_token, @password, @expires, @max_downloads, @rights_statement,
          @created, @version, 0, 0, NULL, @audience, CASE WHEN @audience <> 0 THEN ISNULL(o.household_owner, o.account_id) END
        FROM dbo.accounts AS o WHERE o.account_id = @owner;
        INSERT INTO dbo.share_members (vault_id, share_id, account_id) SELECT @vault, @share, m.id FROM @members AS m;
        """,
        BigInt("@vault"),
        BigInt("@share"),
        BigInt("@node"),
        BigInt("@owner"),
        TinyInt("@rights"),
        Text("@label", 200),
        Text("@address", 320),
        FixedBytes("@token_hash", 32),
        Bytes("@sealed_token", 200),
        Ascii("@password", 400),
        BigInt("@expires"),
        BigInt("@max_downloads"),
        Text("@rights_statement", 64),
        BigInt("@created"),
        BigInt("@version"),
        Int("@audience"),
        Table("@members", "dbo.id_list")
    );

    public static readonly SqlServerStatement UpdateShare = new(
        """
        UPDATE dbo.shares SET
          rights = @rights, label = @label, password = @password, expires = @expires, max_downloads = @max_downloads, version = @version
        WHERE vault_id = @vault AND share_id = @share AND version = @version - 1;
        IF @@ROWCOUNT <> 1 THROW 50002, N'The share to change is not there.', 1;
        DELETE FROM dbo.share_members WHERE vault_id = @vault AND share_id = @share;
        INSERT INTO dbo.share_members (vault_id, share_id, account_id) SELECT @vault, @share, m.id FROM @members AS m;
        """,
        BigInt("@vault"),
        BigInt("@share"),
        TinyInt("@rights"),
        Text("@label", 200),
        Ascii("@password", 400),
        BigInt("@expires"),
        BigInt("@max_downloads"),
        BigInt("@version"),
        Table("@members", "dbo.id_list")
    );

    public static readonly SqlServerStatement DeleteShare = new(
        """
        DELETE FROM dbo.share_uses WHERE vault_id = @vault AND share_id = @share;
        DELETE FROM dbo.share_members WHERE vault_id = @vault AND share_id = @share;
        DELETE FROM dbo.shares WHERE vault_id = @vault AND share_id = @share;
        """,
        BigInt("@vault"),
        BigInt("@share")
    );

    /// <summary>Who belongs to a household: its owner, and its members until the day they leave. The recipient was confirmed where that was asked for.</summary>
    internal const string IsForRecipient = """
        s.owner_id <> r.account_id
          AND (s.audience = 1 OR EXISTS (
            SELECT 1 FROM dbo.share_members AS m WHERE m.vault_id = s.vault_id AND m.share_id = s.share_id AND m.account_id = r.account_id))
          AND NOT EXISTS (
            SELECT 1 FROM dbo.household_members AS h WHERE h.account_id IN (r.account_id, s.owner_id)
              AND (h.left_at <= @now OR (h.account_id = r.account_id AND h.confirmed IS NULL)))
        """;

    /// <summary>
    /// What others of a household share with an account, its mounts, what is blocked of each owner's, the rows from the top of the account's vault down to each, and those from the top of each owner's
    /// vault down to the item. Over several vaults, of one household.
    /// </summary>
    public static readonly SqlServerStatement ListReceived = new(
        $"""
        SET NOCOUNT ON;
        DECLARE @received TABLE (share_id bigint NOT NULL PRIMARY KEY, vault_id bigint NOT NULL, node_id bigint NOT NULL);
        INSERT INTO @received (share_id, vault_id, node_id)
        SELECT s.share_id, s.vault_id, s.node_id
        FROM dbo.accounts AS r
        JOIN dbo.shares AS s ON s.household_id IS NOT NULL AND s.household_id = ISNULL(r.household_owner, r.account_id)
        WHERE r.account_id = @account AND s.vault_id <> @vault AND {IsForRecipient};
        SELECT {Columns}
        FROM @received AS w
        JOIN dbo.shares AS s ON s.vault_id = w.vault_id AND s.share_id = w.share_id
        JOIN dbo.accounts AS a ON a.account_id = s.owner_id
        ORDER BY s.share_id;
        SELECT m.share_id, m.node_id FROM dbo.mounts AS m WHERE m.vault_id = @vault ORDER BY m.share_id;
        SELECT m.account_id, m.node_id
        FROM (SELECT DISTINCT s.owner_id FROM @received AS w JOIN dbo.shares AS s ON s.vault_id = w.vault_id AND s.share_id = w.share_id) AS o
        JOIN dbo.measures AS m ON m.account_id IS NOT NULL AND m.account_id = o.owner_id
        WHERE m.kind = 2 AND m.node_id IS NOT NULL AND m.lifted IS NULL AND m.since <= @now AND (m.until IS NULL OR m.until > @now);
        {TreeStatements.Chains(
            "SELECT m.share_id AS number, m.vault_id, m.node_id FROM dbo.mounts AS m WHERE m.vault_id = @vault AND m.node_id IS NOT NULL"
        )}
        {TreeStatements.Chains("SELECT r.share_id AS number, r.vault_id, r.node_id FROM @received AS r")}
        """,
        BigInt("@account"),
        BigInt("@vault"),
        BigInt("@now")
    );

    public static readonly SqlServerStatement ListHousehold = new(
        """
        WITH household AS (
          SELECT ISNULL(a.household_owner, a.account_id) AS owner_id FROM dbo.accounts AS a WHERE a.account_id = @account
        ),
        people AS (
          SELECT p.account_id, p.name FROM household AS o JOIN dbo.accounts AS p ON p.account_id = o.owner_id
          UNION ALL
          SELECT p.account_id, p.name FROM household AS o
          JOIN dbo.accounts AS p ON p.household_owner IS NOT NULL AND p.household_owner = o.owner_id
        )
        SELECT p.account_id, p.name
        FROM people AS p LEFT JOIN dbo.household_members AS h ON h.account_id = p.account_id
        WHERE h.left_at IS NULL OR h.left_at > @now
        ORDER BY p.account_id;
        """,
        BigInt("@account"),
        BigInt("@now")
    );

    /// <summary>Where a received share hangs; no node when its recipient wants it nowhere.</summary>
    public static readonly SqlServerStatement SetMount = new(
        """
        DELETE FROM dbo.mounts WHERE vault_id = @vault AND share_id = @share;
        INSERT INTO dbo.mounts (vault_id, share_id, node_id) VALUES (@vault, @share, @node);
        """,
        BigInt("@vault"),
        BigInt("@share"),
        BigInt("@node")
    );

    public static readonly SqlServerStatement DeleteMount = new(
        "DELETE FROM dbo.mounts WHERE vault_id = @vault AND share_id = @share;",
        BigInt("@vault"),
        BigInt("@share")
    );

    public static readonly SqlServerStatement CountUse = new(
        """
        SET NOCOUNT ON;
        DELETE FROM dbo.share_uses WHERE vault_id = @vault AND share_id = @share AND at <= @before;
        INSERT INTO dbo.share_uses (vault_id, share_id, client, used, at)
        SELECT @vault, @share, @client, @used, @at
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.share_uses AS u WHERE u.vault_id = @vault AND u.share_id = @share AND u.client = @client AND u.used = @used);
        IF @@ROWCOUNT = 1
          UPDATE dbo.shares SET
            opened = shares.opened + CASE WHEN @used = 0 THEN 1 ELSE 0 END, downloaded = shares.downloaded + CASE WHEN @used = 1 THEN 1 ELSE 0 END,
            last_used = @at
          WHERE vault_id = @vault AND share_id = @share;
        """,
        BigInt("@vault"),
        BigInt("@share"),
        FixedBytes("@client", 16),
        TinyInt("@used"),
        BigInt("@at"),
        BigInt("@before")
    );

    public static readonly SqlServerStatement Protect = new(
        """
        INSERT INTO dbo.protected_nodes (vault_id, node_id, measure_id)
        SELECT @vault, @node, @measure
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.protected_nodes AS p WHERE p.vault_id = @vault AND p.node_id = @node AND p.measure_id = @measure);
        """,
        BigInt("@vault"),
        BigInt("@node"),
        BigInt("@measure")
    );

    public static readonly SqlServerStatement Unprotect = new(
        "DELETE FROM dbo.protected_nodes WHERE vault_id = @vault AND node_id = @node AND measure_id = @measure;",
        BigInt("@vault"),
        BigInt("@node"),
        BigInt("@measure")
    );
}
