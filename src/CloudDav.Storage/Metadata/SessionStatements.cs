using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of who is signed in on the pages, of programs that ask to be let in, and of devices that are to forget what they hold.</summary>
internal static class SessionStatements
{
    private const string AddNew = """
        DELETE FROM dbo.sessions WHERE expires <= @now;
        INSERT INTO dbo.sessions (account_id, token_hash, credential_version, agent, address, created, last_used, expires, way, proved)
        VALUES (@account, @hash, @version, @agent, @address, @now, @now, @expires, @way, @proved);
        """;

    private const string Oldest = """
        DELETE FROM dbo.sessions WHERE account_id = @account
          AND session_id IN (SELECT s.session_id FROM dbo.sessions AS s WHERE s.account_id = @account ORDER BY s.session_id DESC
        """;

    // Nothing of an account that may not sign in, or whose credential version has moved on.
    private const string SessionColumns = """
        s.session_id AS SessionId, s.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId, s.credential_version AS CredentialVersion,
          s.created AS Created, s.last_used AS LastUsed, s.expires AS Expires, s.way AS Way, s.proved AS Proved, s.agent AS Agent, s.address AS Address
        FROM dbo.sessions AS s JOIN dbo.accounts AS a ON a.account_id = s.account_id
        WHERE s.expires > @now AND s.last_used > @idle AND a.is_disabled = 0 AND a.credential_version = s.credential_version
        """;

    private const string MoveVault = """
        UPDATE dbo.vaults SET write_seq = write_seq + 1 WHERE vault_id = (SELECT v.vault_id FROM dbo.accounts AS v WHERE v.account_id = @account);
        """;

    private const string MoveVersion =
        "UPDATE dbo.accounts SET credential_version = credential_version + 1 WHERE account_id = @account;";

    private const string FlowColumns = """
        f.poll_hash AS PollHash, f.agent AS Agent, f.address AS Address, f.created AS Created, f.expires AS Expires,
          f.credential_version AS CredentialVersion, f.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId
        FROM dbo.login_flows AS f LEFT JOIN dbo.accounts AS a ON a.account_id = f.account_id
        """;

    public static readonly SharedStatement Find = new(
        $"SELECT {SessionColumns} AND s.token_hash = @hash;",
        Bytes("@hash", 64),
        BigInt("@now"),
        BigInt("@idle")
    );

    public static readonly SharedStatement List = new(
        $"SELECT {SessionColumns} AND s.account_id = @account ORDER BY s.session_id DESC;",
        BigInt("@account"),
        BigInt("@now"),
        BigInt("@idle")
    );

    /// <summary>Adds one, and drops those that are over and the oldest of an account that has more than it may.</summary>
    public static readonly SharedStatement Add = new(
        $"{SharedStatement.Plain(AddNew)}\n{SharedStatement.Plain(Oldest)} LIMIT -1 OFFSET @most);",
        $"{AddNew}\n{Oldest} OFFSET @most ROWS);",
        BigInt("@account"),
        Bytes("@hash", 64),
        BigInt("@version"),
        Text("@agent", 400),
        Ascii("@address", 64),
        BigInt("@now"),
        BigInt("@expires"),
        BigInt("@way"),
        BigInt("@proved"),
        Int("@most")
    );

    public static readonly SharedStatement Touch = new(
        "UPDATE dbo.sessions SET last_used = @now WHERE session_id = @session AND last_used < @now;",
        BigInt("@session"),
        BigInt("@now")
    );

    public static readonly SharedStatement Remove = new(
        "DELETE FROM dbo.sessions WHERE token_hash = @hash;",
        Bytes("@hash", 64)
    );

    public static readonly SharedStatement RemoveOne = SharedStatement.Counted(
        "DELETE FROM dbo.sessions WHERE session_id = @session AND account_id = @account;",
        BigInt("@account"),
        BigInt("@session")
    );

    public static readonly SharedStatement RemoveOthers = SharedStatement.Counted(
        "DELETE FROM dbo.sessions WHERE account_id = @account AND session_id <> @session;",
        BigInt("@account"),
        BigInt("@session")
    );

    public static readonly SharedStatement Prove = new(
        "UPDATE dbo.sessions SET proved = @now WHERE session_id = @session;",
        BigInt("@session"),
        BigInt("@now")
    );

    /// <summary>Ends whatever began with the account's own credentials.</summary>
    public static readonly SharedStatement MoveOn = new(
        SharedStatement.Plain(MoveVersion),
        $"{MoveVault}\n{MoveVersion}",
        BigInt("@account")
    );

    public static readonly SharedStatement FindFactor = new(
        """
        SELECT f.secret AS Secret, f.created AS Created, f.confirmed AS Confirmed,
          (SELECT COUNT(*) FROM dbo.recovery_codes AS r WHERE r.account_id = f.account_id) AS RecoveryCodes
        FROM dbo.second_factors AS f WHERE f.account_id = @account;
        """,
        BigInt("@account")
    );

    /// <summary>Puts one that does not count yet in the place of one that does not either.</summary>
    public static readonly SharedStatement PrepareFactor = SharedStatement.Counted(
        """
        DELETE FROM dbo.second_factors WHERE account_id = @account AND confirmed IS NULL;
        INSERT INTO dbo.second_factors (account_id, secret, created, last_step) SELECT @account, @secret, @now, 0
        WHERE NOT EXISTS (SELECT 1 FROM dbo.second_factors WHERE account_id = @account);
        """,
        BigInt("@account"),
        Bytes("@secret", 400),
        BigInt("@now")
    );

    public static readonly SharedStatement ConfirmFactor = SharedStatement.Counted(
        "UPDATE dbo.second_factors SET confirmed = @now, last_step = @step WHERE account_id = @account AND confirmed IS NULL;",
        BigInt("@account"),
        BigInt("@step"),
        BigInt("@now")
    );

    public static readonly SharedStatement TakeStep = SharedStatement.Counted(
        "UPDATE dbo.second_factors SET last_step = @step WHERE account_id = @account AND confirmed IS NOT NULL AND last_step < @step;",
        BigInt("@account"),
        BigInt("@step")
    );

    public static readonly SharedStatement RemoveFactor = SharedStatement.Counted(
        "DELETE FROM dbo.second_factors WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement DropRecoveryCodes = new(
        "DELETE FROM dbo.recovery_codes WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement AddRecoveryCode = new(
        "INSERT INTO dbo.recovery_codes (account_id, mac) VALUES (@account, @mac);",
        BigInt("@account"),
        Bytes("@mac", 64)
    );

    public static readonly SharedStatement TakeRecoveryCode = SharedStatement.Counted(
        "DELETE FROM dbo.recovery_codes WHERE account_id = @account AND mac = @mac;",
        BigInt("@account"),
        Bytes("@mac", 64)
    );

    /// <summary>Adds one, and drops those that are over.</summary>
    public static readonly SharedStatement AddFlow = new(
        """
        DELETE FROM dbo.login_flows WHERE expires <= @now;
        INSERT INTO dbo.login_flows (poll_hash, login_hash, agent, address, created, expires) VALUES (@poll, @login, @agent, @address, @now, @expires);
        """,
        Bytes("@poll", 64),
        Bytes("@login", 64),
        Text("@agent", 400),
        Ascii("@address", 64),
        BigInt("@now"),
        BigInt("@expires")
    );

    public static readonly SharedStatement FindFlowOfPage = new(
        $"SELECT {FlowColumns} WHERE f.login_hash = @login AND f.expires > @now;",
        Bytes("@login", 64),
        BigInt("@now")
    );

    public static readonly SharedStatement FindFlowOfProgram = new(
        $"SELECT {FlowColumns} WHERE f.poll_hash = @poll AND f.expires > @now;",
        Bytes("@poll", 64),
        BigInt("@now")
    );

    public static readonly SharedStatement GrantFlow = SharedStatement.Counted(
        """
        UPDATE dbo.login_flows SET account_id = @account, credential_version = @version
        WHERE login_hash = @login AND account_id IS NULL AND expires > @now;
        """,
        Bytes("@login", 64),
        BigInt("@account"),
        BigInt("@version"),
        BigInt("@now")
    );

    public static readonly SharedStatement RemoveFlow = SharedStatement.Counted(
        "DELETE FROM dbo.login_flows WHERE poll_hash = @poll;",
        Bytes("@poll", 64)
    );

    public static readonly SharedStatement FindRightsStatement = new(
        "SELECT rights_statement FROM dbo.accounts WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement SetRightsStatement = new(
        "UPDATE dbo.accounts SET rights_statement = @version WHERE account_id = @account;",
        BigInt("@account"),
        Text("@version", 64)
    );

    public static readonly SharedStatement AskWipe = SharedStatement.Counted(
        "UPDATE dbo.devices SET wipe_asked = @now WHERE device_id = @device AND wipe_asked IS NULL;",
        BigInt("@device"),
        BigInt("@now")
    );

    public static readonly SharedStatement FindWipe = new(
        """
        SELECT account_id AS AccountId, device_id AS DeviceId, name AS Name FROM dbo.devices
        WHERE secret_hash = @hash AND selector = @selector AND wipe_asked IS NOT NULL AND wiped IS NULL;
        """,
        Bytes("@hash", 64),
        Ascii("@selector", 64)
    );

    public static readonly SharedStatement ConfirmWipe = SharedStatement.Counted(
        "UPDATE dbo.devices SET wiped = @now WHERE device_id = @device AND wipe_asked IS NOT NULL AND wiped IS NULL;",
        BigInt("@device"),
        BigInt("@now")
    );
}
