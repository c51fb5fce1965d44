using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Uploads over several requests, on both engines, and contents in parts.</summary>
internal static class UploadStatements
{
    private const string Columns = """
        u.vault_id, u.upload_id, u.account_id, u.device_id, u.kind, u.name, u.total, u.credit, u.is_outward, u.path, u.media_type, u.modified, u.note,
        u.created, u.expires, u.held, u.received, u.parts, u.stamp, u.node_id, u.revision
        """;

    public static readonly SharedStatement Find = new(
        $"SELECT {Columns} FROM dbo.uploads AS u WHERE u.vault_id = @vault AND u.account_id = @account AND u.kind = @kind AND u.name = @name;",
        BigInt("@vault"),
        BigInt("@account"),
        TinyInt("@kind"),
        Text("@name", 255)
    );

    public static readonly SharedStatement List = new(
        $"""
        SELECT {Columns} FROM dbo.uploads AS u
        WHERE u.vault_id = @vault AND u.account_id = @account AND u.expires > @now AND u.node_id IS NULL ORDER BY u.created, u.upload_id;
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@now")
    );

    public static readonly SharedStatement ListExpired = SharedStatement.Page(
        $"""
        SELECT {Columns} FROM dbo.uploads AS u
        WHERE u.expires <= @now AND NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = u.vault_id) ORDER BY u.expires
        """,
        BigInt("@now")
    );

    public static readonly SharedStatement ListParts = SharedStatement.Page(
        """
        SELECT p.number, p.name, p.size, p.content_id, p.written FROM dbo.upload_parts AS p
        WHERE p.vault_id = @vault AND p.upload_id = @upload AND p.number >= @from ORDER BY p.number
        """,
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@from")
    );

    public static readonly SharedStatement Add = new(
        """
        INSERT INTO dbo.uploads (
          vault_id, upload_id, account_id, device_id, kind, name, total, credit, is_outward, path, media_type, modified, note, created, expires, held,
          received, parts, stamp
        ) VALUES (
          @vault, @upload, @account, @device, @kind, @name, @total, @credit, @is_outward, @path, @media_type, @modified, @note, @created, @expires, @held,
          @received, @parts, @stamp
        );
        """,
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@account"),
        BigInt("@device"),
        TinyInt("@kind"),
        Text("@name", 255),
        BigInt("@total"),
        BigInt("@credit"),
        Bit("@is_outward"),
        Text("@path", -1),
        Text("@media_type", 255),
        BigInt("@modified"),
        Text("@note", -1),
        BigInt("@created"),
        BigInt("@expires"),
        BigInt("@held"),
        BigInt("@received"),
        Int("@parts"),
        BigInt("@stamp")
    );

    private const string SetColumns = """
        UPDATE dbo.uploads SET
          expires = @expires, held = @held, received = @received, parts = @parts, stamp = @stamp, node_id = @node, revision = @revision
        WHERE vault_id = @vault AND upload_id = @upload;
        """;

    public static readonly SharedStatement Change = new(
        SharedStatement.Plain(SetColumns),
        $"""
        {SetColumns}
        IF @@ROWCOUNT <> 1 THROW 50002, N'The upload to change is not there.', 1;
        """,
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@expires"),
        BigInt("@held"),
        BigInt("@received"),
        Int("@parts"),
        BigInt("@stamp"),
        BigInt("@node"),
        Guid("@revision")
    );

    public static readonly SharedStatement ForgetHold = new(
        "DELETE FROM dbo.holds WHERE vault_id = @vault AND blob_id = @upload;",
        BigInt("@vault"),
        Guid("@upload")
    );

    public static readonly SharedStatement AddHold = new(
        "INSERT INTO dbo.holds (vault_id, blob_id, bytes, lease) VALUES (@vault, @upload, @bytes, @lease);",
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@bytes"),
        BigInt("@lease")
    );

    public static readonly SharedStatement AddPart = new(
        "INSERT INTO dbo.upload_parts (vault_id, upload_id, number, name, size, content_id, written) VALUES (@vault, @upload, @number, @name, @size, @content, @written);",
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@number"),
        Text("@name", 255),
        BigInt("@size"),
        BigInt("@content"),
        BigInt("@written")
    );

    public static readonly SharedStatement RemovePart = new(
        "DELETE FROM dbo.upload_parts WHERE vault_id = @vault AND upload_id = @upload AND number = @number;",
        BigInt("@vault"),
        Guid("@upload"),
        BigInt("@number")
    );

    /// <summary>What an upload's parts are becomes what a content consists of.</summary>
    public static readonly SharedStatement Assemble = new(
        """
        INSERT INTO dbo.content_parts (vault_id, content_id, ordinal, part_id)
        SELECT @vault, @content, ROW_NUMBER() OVER (ORDER BY p.number) - 1, p.content_id
        FROM dbo.upload_parts AS p WHERE p.vault_id = @vault AND p.upload_id = @upload AND p.content_id IS NOT NULL;
        """,
        BigInt("@vault"),
        BigInt("@content"),
        Guid("@upload")
    );

    public static readonly SharedStatement ForgetParts = new(
        "DELETE FROM dbo.upload_parts WHERE vault_id = @vault AND upload_id = @upload;",
        BigInt("@vault"),
        Guid("@upload")
    );

    /// <summary>Removes so many parts of an upload that has expired, with their contents, and with the last of them the upload. The vault's turn is taken.</summary>
    public static readonly SqlServerStatement Purge = new(
        $"""
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        DECLARE @removed int;
        DECLARE @owners dbo.owner_changes;
        DECLARE @gone TABLE (number bigint NOT NULL PRIMARY KEY, content_id bigint NULL);
        INSERT INTO @gone (number, content_id)
        SELECT TOP (@limit) p.number, p.content_id FROM dbo.uploads AS u
        JOIN dbo.upload_parts AS p ON p.vault_id = u.vault_id AND p.upload_id = u.upload_id
        WHERE u.vault_id = @vault AND u.upload_id = @upload AND u.expires <= @now
        ORDER BY p.number;
        SET @removed = @@ROWCOUNT;
        DELETE p FROM @gone AS g JOIN dbo.upload_parts AS p ON p.vault_id = @vault AND p.upload_id = @upload AND p.number = g.number;
        INSERT INTO @owners (op, content_id, node_id) SELECT 2, g.content_id, 0 FROM @gone AS g WHERE g.content_id IS NOT NULL;
        UPDATE dbo.vaults SET write_seq = vaults.write_seq + 1 WHERE vault_id = @vault;
        {TreeChangeStatements.Release}
        IF @removed < @limit
        BEGIN
          DELETE FROM dbo.uploads WHERE vault_id = @vault AND upload_id = @upload AND expires <= @now;
          IF @@ROWCOUNT = 1
          BEGIN
            SET @removed = @removed + 1;
            DELETE FROM dbo.holds WHERE vault_id = @vault AND blob_id = @upload;
          END;
        END;
        SELECT @removed;
        """,
        BigInt("@vault"),
        Guid("@upload"),
        Int("@limit"),
        BigInt("@now")
    );
}
