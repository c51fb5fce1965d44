using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What goes from one vault into another, over the border of a share. The turns of both are taken.</summary>
internal static class BorderStatements
{
    /// <summary>Contents as another vault has them; their blobs are made live by the change set.</summary>
    public static readonly SqlServerStatement TakeContents = new(
        """
        SET NOCOUNT ON;
        INSERT INTO dbo.contents (vault_id, content_id, size, sha256, crc32, md5, sha1, sha512, adler32, wrapped_key, blob_id)
        SELECT @vault, t.content_id, c.size, c.sha256, c.crc32, c.md5, c.sha1, c.sha512, c.adler32, t.wrapped_key, t.blob_id
        FROM @contents AS t
        JOIN dbo.contents AS c ON c.vault_id = @from AND c.content_id = t.source_id
        OPTION (LOOP JOIN);
        IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @contents AS t) THROW 50002, N'The content to take over is not there.', 1;
        INSERT INTO dbo.inline_contents (vault_id, content_id, bytes)
        SELECT @vault, t.content_id, i.bytes
        FROM @contents AS t
        JOIN dbo.inline_contents AS i ON i.vault_id = @from AND i.content_id = t.source_id
        WHERE t.blob_id IS NULL
        OPTION (LOOP JOIN);
        INSERT INTO dbo.content_parts (vault_id, content_id, ordinal, part_id)
        SELECT @vault, t.content_id, p.ordinal, u.content_id
        FROM @contents AS t
        JOIN dbo.content_parts AS p ON p.vault_id = @from AND p.content_id = t.source_id
        JOIN @contents AS u ON u.source_id = p.part_id;
        """,
        BigInt("@vault"),
        BigInt("@from"),
        Table("@contents", "dbo.taken_contents")
    );

    public static readonly SqlServerStatement TakeProperties = new(
        """
        INSERT INTO dbo.node_properties (vault_id, node_id, name_hash, name, xml)
        SELECT @vault, t.target_id, p.name_hash, p.name, p.xml
        FROM @nodes AS t
        JOIN dbo.node_properties AS p ON p.vault_id = @from AND p.node_id = t.source_id
        OPTION (LOOP JOIN);
        """,
        BigInt("@vault"),
        BigInt("@from"),
        Table("@nodes", "dbo.node_pairs")
    );
}
