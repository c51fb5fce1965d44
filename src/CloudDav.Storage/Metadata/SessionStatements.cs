using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of who is signed in on the pages, of programs that ask to be let in, and of devices that are to forget what they hold.</summary>
internal static class SessionStatements
{
    private const string AddNew = """
        DELETE FROM dbo.sessions WHERE expires <= @now;
        INSERT INTO dbo.sessions (account_id, token_hash, credential_version, agent, address, created, last_used, expires)
        VALUES (@account, @hash, @version, @agent, @address, @now, @now, @expires);
        """;

    private const string Oldest = """
        DELETE FROM dbo.sessions WHERE account_id = @account
          AND session_id IN (SELECT s.session_id FROM dbo.sessions AS s WHERE s.account_id = @account ORDER BY s.session_id DESC
        """;

    private const string FlowColumns = """
        f.poll_hash AS PollHash, f.agent AS Agent, f.address AS Address, f.created AS Created, f.expires AS Expires,
          f.credential_version AS CredentialVersion, f.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId
        FROM dbo.login_flows AS f LEFT JOIN dbo.accounts AS a ON a.account_id = f.account_id
        """;

    /// <summary>Finds nothing of an account that may not sign in, or whose credential version has moved on.</summary>
    public static readonly SharedStatement Find = new(
        """
        SELECT s.session_id AS SessionId, s.account_id AS AccountId, a.name AS Name, a.vault_id AS VaultId, s.credential_version AS CredentialVersion,
          s.created AS Created, s.last_used AS LastUsed, s.expires AS Expires
        FROM dbo.sessions AS s JOIN dbo.accounts AS a ON a.account_id = s.account_id
        WHERE s.token_hash = @hash AND s.expires > @now AND s.last_used > @idle AND a.is_disabled = 0 AND a.credential_version = s.credential_version;
        """,
        Bytes("@hash", 64),
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
