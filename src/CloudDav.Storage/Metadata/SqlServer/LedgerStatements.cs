using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of the blob ledger.</summary>
internal static class LedgerStatements
{
    /// <summary>Ended holds go with what they were for. Markers of commands that belong to no vault go here, too.</summary>
    public static readonly SqlServerStatement CondemnExpired = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @condemned int;
        DELETE FROM dbo.applied_commands WHERE vault_id = 0 AND command_id < @forget;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        BEGIN TRANSACTION;
        UPDATE dbo.blobs SET state = 2, due = @now WHERE state = 0 AND due < @now AND state <> 1;
        SET @condemned = @@ROWCOUNT;
        DELETE h FROM dbo.holds AS h
        JOIN dbo.blobs AS b ON b.vault_id = h.vault_id AND b.blob_id = h.blob_id
        WHERE b.state = 2;
        COMMIT TRANSACTION;
        SELECT @condemned;
        """,
        BigInt("@now"),
        FixedBytes("@forget", 16)
    );

    public static readonly SqlServerStatement ListCondemned = new(
        "SELECT TOP (@limit) b.blob_id FROM dbo.blobs AS b WHERE b.state = 2 AND b.due < @before AND b.state <> 1 ORDER BY b.due;",
        BigInt("@before"),
        Int("@limit")
    );

    public static readonly SqlServerStatement DeleteCondemned = new(
        """
        DELETE b FROM @blobs AS w JOIN dbo.blobs AS b ON b.blob_id = w.blob_id WHERE b.state = 2;
        """,
        Table("@blobs", "dbo.blob_list")
    );

    public static readonly SqlServerStatement FindKnown = new(
        "SELECT w.blob_id FROM @blobs AS w JOIN dbo.blobs AS b ON b.blob_id = w.blob_id ORDER BY w.blob_id;",
        Table("@blobs", "dbo.blob_list")
    );

    /// <summary>Of no vault.</summary>
    public static readonly SqlServerStatement CondemnUnknown = new(
        """
        INSERT INTO dbo.blobs (blob_id, vault_id, state, due)
        SELECT w.blob_id, 0, 2, @now FROM @blobs AS w WHERE NOT EXISTS (SELECT 1 FROM dbo.blobs AS b WHERE b.blob_id = w.blob_id);
        """,
        Table("@blobs", "dbo.blob_list"),
        BigInt("@now")
    );

    public static readonly SqlServerStatement Measure = new(
        """
        SELECT (SELECT COUNT_BIG(*) FROM dbo.blobs AS s WHERE s.state = 0 AND s.state <> 1), COUNT_BIG(*), MIN(b.due)
        FROM dbo.blobs AS b WHERE b.state = 2 AND b.state <> 1;
        """
    );

    public static readonly SqlServerStatement ListContents = new(
        """
        SELECT TOP (@limit) c.content_id, c.vault_id, c.blob_id, i.bytes, c.size, c.sha256, c.crc32, c.wrapped_key
        FROM dbo.contents AS c
        LEFT JOIN dbo.inline_contents AS i ON i.vault_id = c.vault_id AND i.content_id = c.content_id AND c.blob_id IS NULL
        WHERE (c.vault_id > @vault OR (c.vault_id = @vault AND c.content_id > @content)) AND c.vault_id >= @vault
          AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = c.vault_id)
          AND (
            c.blob_id IS NOT NULL OR i.content_id IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM dbo.content_parts AS p WHERE p.vault_id = c.vault_id AND p.content_id = c.content_id))
        ORDER BY c.vault_id, c.content_id
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@content"),
        Int("@limit")
    );
}
