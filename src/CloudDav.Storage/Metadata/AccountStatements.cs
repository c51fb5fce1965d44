using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of accounts, their devices and their sign-ins.</summary>
internal static class AccountStatements
{
    internal const string AccountColumns = """
        account_id AS AccountId, name AS Name, vault_id AS VaultId, password_hash AS PasswordHash,
        credential_version AS CredentialVersion, is_disabled AS IsDisabled, tokens_from AS TokensFrom,
        (SELECT COUNT(*) FROM dbo.second_factors AS f WHERE f.account_id = accounts.account_id AND f.confirmed IS NOT NULL) AS SecondFactors
        """;

    private const string DeviceColumns =
        "device_id AS DeviceId, name AS Name, created AS Created, last_used AS LastUsed, revoked AS Revoked, is_tv AS IsTv";

    // A command on the vault that was decided by what is changed now is decided again. With one writer there is none.
    private const string MoveVault = """
        UPDATE dbo.vaults SET write_seq = write_seq + 1 WHERE vault_id = (SELECT v.vault_id FROM dbo.accounts AS v WHERE v.account_id = @account);
        """;

    private const string ChangePassword = """
        UPDATE dbo.accounts SET password_hash = @password_hash, credential_version = credential_version + 1 WHERE account_id = @account;
        """;

    private const string ReleaseDevice = """
        DELETE FROM dbo.locks WHERE vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account) AND device_id = @device;
        """;

    private const string Leave = """
        UPDATE dbo.accounts SET credential_version = credential_version + 1, tokens_from = @now WHERE account_id = @account;
        DELETE FROM dbo.locks WHERE vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account) AND account_id = @account;
        DELETE FROM dbo.take_back_credentials WHERE account_id = @account;
        DELETE FROM dbo.sessions WHERE account_id = @account;
        DELETE FROM dbo.login_flows WHERE account_id = @account AND account_id IS NOT NULL;
        DELETE FROM dbo.tv_pairings WHERE account_id = @account AND account_id IS NOT NULL;
        """;

    public static readonly SharedStatement FindByName = new(
        $"SELECT {AccountColumns} FROM dbo.accounts WHERE name_key = @name_key;",
        Text("@name_key", 400)
    );

    public static readonly SharedStatement FindBySubject = new(
        $"SELECT {AccountColumns} FROM dbo.accounts WHERE external_subject = @subject AND external_subject IS NOT NULL;",
        Text("@subject", 400)
    );

    public static readonly SharedStatement FindCredential = new(
        """
        SELECT d.device_id AS DeviceId, d.secret_hash AS SecretHash, d.last_used AS LastUsed, d.revoked AS Revoked,
          a.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId, a.credential_version AS CredentialVersion, a.is_disabled AS IsDisabled
        FROM dbo.accounts AS a JOIN dbo.devices AS d ON d.account_id = a.account_id
        WHERE a.name_key = @name_key AND d.selector = @selector;
        """,
        Text("@name_key", 400),
        Ascii("@selector", 64)
    );

    public static readonly SharedStatement IsTaken = new(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM dbo.accounts WHERE name_key = @name_key)
          OR EXISTS (SELECT 1 FROM dbo.accounts WHERE external_subject = @subject AND external_subject IS NOT NULL) THEN 1 ELSE 0 END;
        """,
        Text("@name_key", 400),
        Text("@subject", 400)
    );

    public static readonly SharedStatement Insert = new(
        """
        INSERT INTO dbo.accounts (
          account_id, name, name_key, vault_id, household_owner, password_hash, external_subject, credential_version, is_disabled, created, facts_version
        ) VALUES (@account, @name, @name_key, @vault, @owner, @password_hash, @subject, 1, 0, @now, 0);
        """,
        BigInt("@account"),
        Text("@name", 255),
        Text("@name_key", 400),
        BigInt("@vault"),
        BigInt("@owner"),
        Ascii("@password_hash", 400),
        Text("@subject", 400),
        BigInt("@now")
    );

    public static readonly SharedStatement SetPassword = SharedStatement.Counted(
        SharedStatement.Plain(ChangePassword),
        $"{MoveVault}\n{ChangePassword}",
        BigInt("@account"),
        Ascii("@password_hash", 400)
    );

    private const string DeviceInsert =
        "INSERT INTO dbo.devices (account_id, selector, secret_hash, name, created)";

    private const string DeviceValues = """
        SELECT @account, @selector, @hash, @name, @now
        WHERE NOT EXISTS (SELECT 1 FROM dbo.devices WHERE account_id = @account AND selector = @selector)
        """;

    /// <summary>Gives the device's number; nothing when the account has one with this selector.</summary>
    public static readonly SharedStatement InsertDevice = new(
        SharedStatement.Plain($"{DeviceInsert} {DeviceValues} RETURNING device_id"),
        $"{DeviceInsert} OUTPUT inserted.device_id {DeviceValues};",
        BigInt("@account"),
        Ascii("@selector", 64),
        Bytes("@hash", 64),
        Text("@name", 400),
        BigInt("@now")
    );

    public static readonly SharedStatement ListDevices = new(
        $"SELECT {DeviceColumns} FROM dbo.devices WHERE account_id = @account ORDER BY device_id DESC;",
        BigInt("@account")
    );

    public static readonly SharedStatement FindDevice = new(
        $"SELECT {DeviceColumns} FROM dbo.devices WHERE device_id = @device AND account_id = @account;",
        BigInt("@account"),
        BigInt("@device")
    );

    public static readonly SharedStatement CountDevices = new(
        "SELECT COUNT(*) FROM dbo.devices WHERE account_id = @account AND revoked IS NULL;",
        BigInt("@account")
    );

    public static readonly SharedStatement RenameDevice = new(
        "UPDATE dbo.devices SET name = @name WHERE device_id = @device;",
        BigInt("@device"),
        Text("@name", 400)
    );

    /// <summary>Gives the account whose device it was; nothing when there is none or it was revoked before.</summary>
    public static readonly SharedStatement Revoke = new(
        "UPDATE devices SET revoked = @now WHERE device_id = @device AND revoked IS NULL RETURNING account_id",
        "UPDATE dbo.devices SET revoked = @now OUTPUT inserted.account_id WHERE device_id = @device AND revoked IS NULL;",
        BigInt("@device"),
        BigInt("@now")
    );

    public static readonly SharedStatement ReleaseLocks = new(
        SharedStatement.Plain(ReleaseDevice),
        $"{MoveVault}\n{ReleaseDevice}",
        BigInt("@account"),
        BigInt("@device")
    );

    /// <summary>Gives the account whose device it is; nothing unless this is its first use.</summary>
    public static readonly SharedStatement TouchFirst = new(
        "UPDATE devices SET last_used = @now WHERE device_id = @device AND last_used IS NULL RETURNING account_id",
        "UPDATE dbo.devices SET last_used = @now OUTPUT inserted.account_id WHERE device_id = @device AND last_used IS NULL;",
        BigInt("@device"),
        BigInt("@now")
    );

    public static readonly SharedStatement Touch = new(
        "UPDATE dbo.devices SET last_used = @now WHERE device_id = @device AND last_used < @now;",
        BigInt("@device"),
        BigInt("@now")
    );

    public static readonly SharedStatement EndLinkUses = new(
        """
        DELETE FROM dbo.share_uses WHERE vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account)
          AND share_id IN (
            SELECT s.share_id FROM dbo.shares AS s
            WHERE s.vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account) AND s.audience = 0);
        """,
        BigInt("@account")
    );

    /// <summary>What was shared with the household stays: nobody else has a credential to it.</summary>
    public static readonly SharedStatement EndLinks = SharedStatement.Counted(
        "DELETE FROM dbo.shares WHERE vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account) AND audience = 0;",
        BigInt("@account")
    );

    public static readonly SharedStatement RevokeAll = SharedStatement.Counted(
        "UPDATE dbo.devices SET revoked = @now WHERE account_id = @account AND revoked IS NULL;",
        BigInt("@account"),
        BigInt("@now")
    );

    /// <summary>What is signed in with something else than a device, the locks and the one-time links of an account.</summary>
    public static readonly SharedStatement SignOut = new(
        SharedStatement.Plain(Leave),
        $"{MoveVault}\n{Leave}",
        BigInt("@account"),
        BigInt("@now")
    );

    public static readonly SharedStatement IsSignedIn = new(
        """
        SELECT CASE WHEN EXISTS (
          SELECT 1 FROM dbo.accounts AS a
          WHERE a.account_id = @account AND a.is_disabled = 0 AND (@version IS NULL OR a.credential_version = @version)
            AND (@device IS NULL OR EXISTS (
              SELECT 1 FROM dbo.devices AS d WHERE d.device_id = @device AND d.account_id = a.account_id AND d.revoked IS NULL))
        ) THEN 1 ELSE 0 END;
        """,
        BigInt("@account"),
        BigInt("@version"),
        BigInt("@device")
    );

    public static readonly SharedStatement MeasureVault = new(
        """
        SELECT v.used_bytes AS UsedBytes, v.capacity_bytes AS CapacityBytes, v.items AS Items, v.version_bytes AS VersionBytes,
          d.subtree_bytes + d.subtree_property_bytes AS TrashBytes,
          (SELECT COALESCE(SUM(h.bytes), 0) FROM dbo.holds AS h WHERE h.vault_id = v.vault_id AND h.lease > @now) AS HeldBytes
        FROM dbo.accounts AS a
        JOIN dbo.vaults AS v ON v.vault_id = a.vault_id
        JOIN dbo.dirs AS d ON d.vault_id = v.vault_id AND d.node_id = v.trash_id
        WHERE a.account_id = @account;
        """,
        BigInt("@account"),
        BigInt("@now")
    );

    /// <summary>Records a sign-in unless one of this way was recorded a while ago: then nothing is changed.</summary>
    public static readonly SharedStatement NoteSignIn = SharedStatement.Counted(
        """
        UPDATE dbo.sign_ins SET last = @now WHERE account_id = @account AND way = @way AND last <= @before;
        INSERT INTO dbo.sign_ins (account_id, way, last) SELECT @account, @way, @now
        WHERE NOT EXISTS (SELECT 1 FROM dbo.sign_ins WHERE account_id = @account AND way = @way);
        """,
        BigInt("@account"),
        Ascii("@way", 64),
        BigInt("@now"),
        BigInt("@before")
    );

    public static readonly SharedStatement FindTries = new(
        """
        SELECT failures AS Failures, window_ends AS WindowEnds FROM dbo.sign_in_tries WHERE tries_key = @key AND window_ends > @now;
        """,
        Bytes("@key", 64),
        BigInt("@now")
    );

    public static readonly SharedStatement CountTry = new(
        """
        UPDATE dbo.sign_in_tries SET failures = failures + 1 WHERE tries_key = @key;
        INSERT INTO dbo.sign_in_tries (tries_key, failures, window_ends) SELECT @key, 1, @ends
        WHERE NOT EXISTS (SELECT 1 FROM dbo.sign_in_tries WHERE tries_key = @key);
        SELECT failures AS Failures, window_ends AS WindowEnds FROM dbo.sign_in_tries WHERE tries_key = @key;
        """,
        Bytes("@key", 64),
        BigInt("@ends")
    );

    /// <summary>Takes one back, and the window with the last of them, so that the next one begins its own.</summary>
    public static readonly SharedStatement TakeBackTry = new(
        """
        UPDATE dbo.sign_in_tries SET failures = failures - 1 WHERE tries_key = @key AND window_ends = @ends;
        DELETE FROM dbo.sign_in_tries WHERE tries_key = @key AND failures <= 0;
        """,
        Bytes("@key", 64),
        BigInt("@ends")
    );

    public static readonly SharedStatement DropOldTries = new(
        "DELETE FROM dbo.sign_in_tries WHERE window_ends <= @now;",
        BigInt("@now")
    );

    public static readonly SharedStatement ForgetTries = new(
        "DELETE FROM dbo.sign_in_tries WHERE tries_key = @key;",
        Bytes("@key", 64)
    );

    public static readonly SharedStatement FindClosedName = new(
        "SELECT password AS Password FROM dbo.closed_names WHERE mac = @mac AND until > @now;",
        Bytes("@mac", 64),
        BigInt("@now")
    );

    public static readonly SharedStatement FindCredentialOwner = new(
        "SELECT account_id FROM dbo.take_back_credentials WHERE token_hash = @hash AND expires > @now;",
        Bytes("@hash", 64),
        BigInt("@now")
    );

    /// <summary>Adds a one-time link in place of those the account has, and drops all that are over.</summary>
    public static readonly SharedStatement AddCredential = new(
        """
        DELETE FROM dbo.take_back_credentials WHERE expires <= @now;
        DELETE FROM dbo.take_back_credentials WHERE account_id = @account;
        INSERT INTO dbo.take_back_credentials (token_hash, account_id, expires) VALUES (@hash, @account, @expires);
        """,
        BigInt("@account"),
        Bytes("@hash", 64),
        BigInt("@now"),
        BigInt("@expires")
    );

    public static readonly SharedStatement DropCredentials = new(
        "DELETE FROM dbo.take_back_credentials WHERE account_id = @account;",
        BigInt("@account")
    );
}
