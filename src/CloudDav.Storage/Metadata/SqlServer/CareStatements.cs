using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of the care log.</summary>
internal static class CareStatements
{
    public static readonly SqlServerStatement Load = new(
        """
        SELECT s.pass_started, s.pass_vault, s.pass_after, s.pass_contents, s.pass_bytes, s.pass_unread, s.last_started, s.last_scrub, s.last_restore_test
        FROM dbo.care_state AS s WHERE s.state_id = 1;
        """
    );

    public static readonly SqlServerStatement SavePass = new(
        """
        UPDATE dbo.care_state SET
          pass_started = @started, pass_vault = @vault, pass_after = @after, pass_contents = @contents, pass_bytes = @bytes, pass_unread = @unread
        WHERE state_id = 1;
        """,
        BigInt("@started"),
        BigInt("@vault"),
        BigInt("@after"),
        BigInt("@contents"),
        BigInt("@bytes"),
        BigInt("@unread")
    );

    /// <summary>A pass that somebody else is at goes on. Marks of contents that are gone go.</summary>
    public static readonly SqlServerStatement FinishPass = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        UPDATE dbo.care_state SET last_started = @started, last_scrub = ISNULL(@finished, care_state.last_scrub) WHERE state_id = 1;
        UPDATE dbo.care_state SET pass_started = NULL, pass_vault = 0, pass_after = 0, pass_contents = 0, pass_bytes = 0, pass_unread = 0
        WHERE state_id = 1 AND pass_started = @started;
        DELETE m FROM dbo.damages AS m
        WHERE NOT EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = m.vault_id AND c.content_id = m.content_id);
        """,
        BigInt("@started"),
        BigInt("@finished")
    );

    /// <summary>
    /// Answers what came of it: 0 gone, 1 new, 2 known. It takes the vault's turn first, as whoever removes its contents does: a mark never outlives a
    /// destruction.
    /// </summary>
    public static readonly SqlServerStatement Mark = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @known int;
        DECLARE @new int;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq WHERE vault_id = @vault;
        UPDATE m SET seen = @now, fault = @fault FROM dbo.damages AS m
        JOIN dbo.contents AS c ON c.vault_id = m.vault_id AND c.content_id = m.content_id
        WHERE m.vault_id = @vault AND m.content_id = @content
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = @vault);
        SET @known = @@ROWCOUNT;
        INSERT INTO dbo.damages (content_id, vault_id, found, seen, fault)
        SELECT c.content_id, c.vault_id, @now, @now, @fault FROM dbo.contents AS c
        WHERE c.vault_id = @vault AND c.content_id = @content
          AND NOT EXISTS (SELECT 1 FROM dbo.damages AS m WHERE m.vault_id = @vault AND m.content_id = @content)
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = @vault);
        SET @new = @@ROWCOUNT;
        SELECT @new + 2 * @known;
        """,
        BigInt("@vault"),
        BigInt("@content"),
        BigInt("@now"),
        Text("@fault", -1)
    );

    public static readonly SqlServerStatement Clear = new(
        "DELETE FROM dbo.damages WHERE vault_id = @vault AND content_id = @content;",
        BigInt("@vault"),
        BigInt("@content")
    );

    public static readonly SqlServerStatement ListDamages = new(
        """
        SELECT TOP (@limit) m.content_id, m.vault_id, a.account_id, c.blob_id, m.found, m.seen, m.fault
        FROM dbo.damages AS m
        JOIN dbo.contents AS c ON c.vault_id = m.vault_id AND c.content_id = m.content_id
        LEFT JOIN dbo.accounts AS a ON a.vault_id = m.vault_id
        WHERE (m.vault_id > @vault OR (m.vault_id = @vault AND m.content_id > @content)) AND m.vault_id >= @vault
        ORDER BY m.vault_id, m.content_id;
        """,
        BigInt("@vault"),
        BigInt("@content"),
        Int("@limit")
    );

    /// <summary>Damaged contents are few.</summary>
    public static readonly SqlServerStatement CountDamages = new(
        """
        SELECT COUNT_BIG(*) FROM dbo.damages AS m
        WHERE EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = m.vault_id AND c.content_id = m.content_id);
        """
    );

    public static readonly SqlServerStatement SetRestoreTest = new(
        "UPDATE dbo.care_state SET last_restore_test = @at WHERE state_id = 1;",
        BigInt("@at")
    );
}
