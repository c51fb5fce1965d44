using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of TV sets and of those that ask to be paired.</summary>
internal static class TelevisionStatements
{
    private const string PairingColumns = """
        p.device_hash AS DeviceHash, p.client AS Client, p.name AS Name, p.address AS Address, p.created AS Created, p.expires AS Expires,
          p.pause AS Pause, p.next_poll AS NextPoll, p.looks AS Looks, p.is_refused AS IsRefused,
          p.credential_version AS CredentialVersion, p.account_id AS AccountId, a.name AS AccountName, a.vault_id AS VaultId
        FROM dbo.tv_pairings AS p LEFT JOIN dbo.accounts AS a ON a.account_id = p.account_id
        """;

    private const string DeviceInsert =
        "INSERT INTO dbo.devices (account_id, selector, secret_hash, name, created, is_tv)";

    private const string DeviceValues = """
        SELECT @account, @selector, @hash, @name, @now, 1
        WHERE NOT EXISTS (SELECT 1 FROM dbo.devices WHERE account_id = @account AND selector = @selector)
        """;

    /// <summary>Adds one, and drops those that have been over for long enough.</summary>
    public static readonly SharedStatement Add = new(
        """
        DELETE FROM dbo.tv_pairings WHERE expires <= @over;
        INSERT INTO dbo.tv_pairings (device_hash, user_hash, client, name, address, created, expires, pause, next_poll, looks, is_refused)
        VALUES (@device, @user, @client, @name, @address, @now, @expires, @pause, @now, 0, 0);
        """,
        BigInt("@over"),
        Bytes("@device", 64),
        Bytes("@user", 64),
        Ascii("@client", 64),
        Text("@name", 400),
        Ascii("@address", 64),
        BigInt("@now"),
        BigInt("@expires"),
        BigInt("@pause")
    );

    public static readonly SharedStatement FindOfPage = new(
        $"SELECT {PairingColumns} WHERE p.user_hash = @user AND p.expires > @now;",
        Bytes("@user", 64),
        BigInt("@now")
    );

    /// <summary>Finds one that is over too: the set is told so.</summary>
    public static readonly SharedStatement FindOfSet = new(
        $"SELECT {PairingColumns} WHERE p.device_hash = @device;",
        Bytes("@device", 64)
    );

    public static readonly SharedStatement CountLook = new(
        "UPDATE dbo.tv_pairings SET looks = looks + 1 WHERE user_hash = @user;",
        Bytes("@user", 64)
    );

    public static readonly SharedStatement NotePoll = new(
        "UPDATE dbo.tv_pairings SET pause = @pause, next_poll = @next WHERE device_hash = @device;",
        Bytes("@device", 64),
        BigInt("@pause"),
        BigInt("@next")
    );

    public static readonly SharedStatement Grant = SharedStatement.Counted(
        """
        UPDATE dbo.tv_pairings SET account_id = @account, credential_version = @version
        WHERE user_hash = @user AND account_id IS NULL AND is_refused = 0 AND expires > @now;
        """,
        Bytes("@user", 64),
        BigInt("@account"),
        BigInt("@version"),
        BigInt("@now")
    );

    public static readonly SharedStatement Refuse = SharedStatement.Counted(
        """
        UPDATE dbo.tv_pairings SET is_refused = 1
        WHERE user_hash = @user AND account_id IS NULL AND is_refused = 0 AND expires > @now;
        """,
        Bytes("@user", 64),
        BigInt("@now")
    );

    public static readonly SharedStatement Remove = SharedStatement.Counted(
        "DELETE FROM dbo.tv_pairings WHERE device_hash = @device;",
        Bytes("@device", 64)
    );

    /// <summary>Gives the device's number; nothing when the account has one with this selector.</summary>
    public static readonly SharedStatement InsertSet = new(
        SharedStatement.Plain($"{DeviceInsert} {DeviceValues} RETURNING device_id"),
        $"{DeviceInsert} OUTPUT inserted.device_id {DeviceValues};",
        BigInt("@account"),
        Ascii("@selector", 64),
        Bytes("@hash", 64),
        Text("@name", 400),
        BigInt("@now")
    );

    /// <summary>What is no longer good goes first, so that nothing comes back under an address that was given away.</summary>
    public static readonly SharedStatement DropAddresses = new(
        "DELETE FROM dbo.media_addresses WHERE expires <= @now;",
        BigInt("@now")
    );

    // The folders are a list in JSON, each once.
    private static string Keep(string folders) =>
        $"""
            UPDATE dbo.media_addresses SET expires = @expires WHERE device_id = @device AND node_id IN ({folders});
            INSERT INTO dbo.media_addresses (account_id, device_id, node_id, created, expires) SELECT @account, @device, w.node_id, @now, @expires
            FROM ({folders}) AS w WHERE NOT EXISTS (SELECT 1 FROM dbo.media_addresses AS m WHERE m.device_id = @device AND m.node_id = w.node_id);
            SELECT address_id AS AddressId, node_id AS NodeId, created AS Created FROM dbo.media_addresses WHERE device_id = @device AND node_id IN ({folders});
            """;

    /// <summary>Moves the addresses of some folders on, or adds them, and gives their rows.</summary>
    public static readonly SharedStatement KeepAddresses = new(
        SharedStatement.Plain(Keep("SELECT w.value AS node_id FROM json_each(@folders) AS w")),
        Keep("SELECT w.node_id FROM OPENJSON(@folders) WITH (node_id bigint '$') AS w"),
        BigInt("@account"),
        BigInt("@device"),
        Text("@folders", -1),
        BigInt("@now"),
        BigInt("@expires")
    );

    private const string Surplus = """
        DELETE FROM dbo.media_addresses WHERE device_id = @device
          AND address_id IN (SELECT m.address_id FROM dbo.media_addresses AS m WHERE m.device_id = @device ORDER BY m.expires DESC, m.address_id DESC
        """;

    /// <summary>Drops those of a set that were not used for longest, beyond a number.</summary>
    public static readonly SharedStatement TrimAddresses = new(
        $"{SharedStatement.Plain(Surplus)} LIMIT -1 OFFSET @most)",
        $"{Surplus} OFFSET @most ROWS);",
        BigInt("@device"),
        Int("@most")
    );

    /// <summary>Finds none of a set that was revoked, or of an account that may not sign in.</summary>
    public static readonly SharedStatement FindAddress = new(
        """
        SELECT m.address_id AS AddressId, m.device_id AS DeviceId, m.node_id AS NodeId, m.created AS Created, m.expires AS Expires,
          a.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId
        FROM dbo.media_addresses AS m
        JOIN dbo.devices AS d ON d.device_id = m.device_id
        JOIN dbo.accounts AS a ON a.account_id = d.account_id
        WHERE m.address_id = @address AND m.expires > @now AND d.revoked IS NULL AND d.is_tv = 1 AND a.is_disabled = 0;
        """,
        BigInt("@address"),
        BigInt("@now")
    );

    public static readonly SharedStatement TouchAddress = new(
        "UPDATE dbo.media_addresses SET expires = @expires WHERE address_id = @address AND expires < @expires;",
        BigInt("@address"),
        BigInt("@expires")
    );

    public static readonly SharedStatement FindSet = new(
        """
        SELECT d.device_id AS DeviceId, d.secret_hash AS SecretHash, d.last_used AS LastUsed, d.revoked AS Revoked,
          a.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId, a.credential_version AS CredentialVersion, a.is_disabled AS IsDisabled
        FROM dbo.devices AS d JOIN dbo.accounts AS a ON a.account_id = d.account_id
        WHERE d.secret_hash = @hash AND d.is_tv = 1;
        """,
        Bytes("@hash", 64)
    );
}
