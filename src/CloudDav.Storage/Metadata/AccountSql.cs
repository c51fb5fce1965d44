namespace CloudDav.Storage;

/// <summary>Statements of <see cref="SqliteAccountStore"/>.</summary>
internal static class AccountSql
{
    private const string AccountColumns = """
        account_id AS AccountId, name AS Name, vault_id AS VaultId, password_hash AS PasswordHash,
        credential_version AS CredentialVersion, is_disabled AS IsDisabled
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
        INSERT INTO accounts (name, name_key, vault_id, household_owner, password_hash, external_subject, credential_version, is_disabled, created)
        VALUES (@name, @nameKey, @vault, @owner, @passwordHash, @subject, 1, 0, @now)
        RETURNING account_id
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
        "UPDATE devices SET revoked = @now WHERE device_id = @device AND revoked IS NULL";

    public const string ReleaseLocks = """
        DELETE FROM locks
        WHERE vault_id = (
          SELECT a.vault_id FROM devices d CROSS JOIN accounts a WHERE d.device_id = @device AND a.account_id = d.account_id
        ) AND device_id = @device
        """;

    public const string Touch = """
        UPDATE devices SET last_used = @now WHERE device_id = @device AND (last_used IS NULL OR last_used < @now)
        """;

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
