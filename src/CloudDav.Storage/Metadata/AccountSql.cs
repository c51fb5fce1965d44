namespace CloudDav.Storage;

/// <summary>Statements of <see cref="SqliteAccountStore"/>.</summary>
internal static class AccountSql
{
    private const string AccountColumns = """
        account_id AS AccountId, name AS Name, vault_id AS VaultId, password_hash AS PasswordHash,
        credential_version AS CredentialVersion, is_disabled AS IsDisabled, tokens_from AS TokensFrom
        """;

    public const string FindByName =
        $"SELECT {AccountColumns} FROM accounts WHERE name_key = @nameKey";

    public const string FindBySubject =
        $"SELECT {AccountColumns} FROM accounts WHERE external_subject = @subject";

    public const string FindCredential = """
        SELECT d.device_id AS DeviceId, d.secret_hash AS SecretHash, d.last_used AS LastUsed, d.revoked AS Revoked,
          a.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId, a.credential_version AS CredentialVersion, a.is_disabled AS IsDisabled
        FROM accounts a CROSS JOIN devices d
        WHERE a.name_key = @nameKey AND d.account_id = a.account_id AND d.selector = @selector
        """;

    public const string IsTaken = """
        SELECT EXISTS (SELECT 1 FROM accounts WHERE name_key = @nameKey)
          OR EXISTS (SELECT 1 FROM accounts WHERE external_subject = @subject)
        """;

    public const string Insert = """
        INSERT INTO accounts (account_id, name, name_key, vault_id, household_owner, password_hash, external_subject, credential_version, is_disabled, created)
        VALUES (@id, @name, @nameKey, @vault, @owner, @passwordHash, @subject, 1, 0, @now)
        """;

    public const string SetPassword = """
        UPDATE accounts SET password_hash = @passwordHash, credential_version = credential_version + 1 WHERE account_id = @account
        """;

    public const string InsertDevice = """
        INSERT INTO devices (account_id, selector, secret_hash, name, created)
        VALUES (@account, @selector, @hash, @name, @now)
        ON CONFLICT (account_id, selector) DO NOTHING
        RETURNING device_id
        """;

    public const string ListDevices = """
        SELECT device_id AS DeviceId, name AS Name, created AS Created, last_used AS LastUsed, revoked AS Revoked
        FROM devices WHERE account_id = @account ORDER BY device_id DESC
        """;

    public const string Revoke =
        "UPDATE devices SET revoked = @now WHERE device_id = @device AND revoked IS NULL RETURNING account_id";

    public const string ReleaseLocks = """
        DELETE FROM locks
        WHERE vault_id = (
          SELECT a.vault_id FROM devices d CROSS JOIN accounts a WHERE d.device_id = @device AND a.account_id = d.account_id
        ) AND device_id = @device
        """;

    public const string Touch = """
        UPDATE devices SET last_used = @now WHERE device_id = @device AND (last_used IS NULL OR last_used < @now)
        """;

    public const string FindUnused =
        "SELECT account_id FROM devices WHERE device_id = @device AND last_used IS NULL";

    // Changes a row only when the last sign-in of this way lies before the quiet time.
    public const string NoteSignIn = """
        INSERT INTO sign_ins (account_id, way, last) VALUES (@account, @way, @now)
        ON CONFLICT (account_id, way) DO UPDATE SET last = excluded.last WHERE sign_ins.last <= @before
        """;

    public const string IsSignedIn = """
        SELECT EXISTS (
          SELECT 1 FROM accounts a
          WHERE a.account_id = @account AND a.is_disabled = 0 AND (@version IS NULL OR a.credential_version = @version)
            AND (@device IS NULL OR EXISTS (
              SELECT 1 FROM devices d WHERE d.device_id = @device AND d.account_id = a.account_id AND d.revoked IS NULL))
        )
        """;

    public const string CountDevices =
        "SELECT COUNT(*) FROM devices WHERE account_id = @account AND revoked IS NULL";

    public const string FindDeviceOf = """
        SELECT device_id AS DeviceId, name AS Name, created AS Created, last_used AS LastUsed, revoked AS Revoked
        FROM devices WHERE device_id = @device AND account_id = @account
        """;

    public const string RenameDevice = "UPDATE devices SET name = @name WHERE device_id = @device";

    public const string RevokeAll =
        "UPDATE devices SET revoked = @now WHERE account_id = @account AND revoked IS NULL";

    public const string SignOut = """
        UPDATE accounts SET credential_version = credential_version + 1, tokens_from = @now WHERE account_id = @account
        """;

    public const string ReleaseAllLocks = """
        DELETE FROM locks
        WHERE vault_id = (SELECT a.vault_id FROM accounts a WHERE a.account_id = @account) AND account_id = @account
        """;

    public const string MeasureVault = """
        SELECT v.used_bytes AS UsedBytes, v.capacity_bytes AS CapacityBytes, v.items AS Items, v.version_bytes AS VersionBytes,
          d.subtree_bytes + d.subtree_property_bytes AS TrashBytes,
          (SELECT COALESCE(SUM(h.bytes), 0) FROM holds h WHERE h.vault_id = v.vault_id AND h.lease > @now) AS HeldBytes
        FROM accounts a CROSS JOIN vaults v CROSS JOIN dirs d
        WHERE a.account_id = @account AND v.vault_id = a.vault_id AND d.vault_id = v.vault_id AND d.node_id = v.trash_id
        """;

    public const string DropCredentials =
        "DELETE FROM take_back_credentials WHERE account_id = @account";

    public const string DropOldCredentials =
        "DELETE FROM take_back_credentials WHERE expires <= @now";

    public const string AddCredential = """
        INSERT INTO take_back_credentials (token_hash, account_id, expires) VALUES (@hash, @account, @expires)
        """;

    public const string FindCredentialOwner =
        "SELECT account_id FROM take_back_credentials WHERE token_hash = @hash AND expires > @now";

    public const string FindTries = """
        SELECT failures AS Failures, window_ends AS WindowEnds FROM sign_in_tries WHERE tries_key = @triesKey AND window_ends > @now
        """;

    public const string CountFailure = """
        INSERT INTO sign_in_tries (tries_key, failures, window_ends) VALUES (@triesKey, 1, @ends)
        ON CONFLICT (tries_key) DO UPDATE SET failures = failures + 1
        RETURNING failures AS Failures, window_ends AS WindowEnds
        """;

    public const string DropOldTries = "DELETE FROM sign_in_tries WHERE window_ends <= @now";

    public const string ForgetTries = "DELETE FROM sign_in_tries WHERE tries_key = @triesKey";
}
