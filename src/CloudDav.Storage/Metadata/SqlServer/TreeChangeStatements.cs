using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>
/// What is done to the tree. A change set is one statement of sets, and with its own transaction one round trip. Its sections come in an order in which each
/// finds what it needs, and run only when there is something for them (<c>@parts</c>): the bits are those of <see cref="SqlServerChanges"/>.
/// </summary>
internal static class TreeChangeStatements
{
    private const string Begin = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        BEGIN TRANSACTION;

        """;

    private const string Commit = """

        COMMIT TRANSACTION;
        """;

    // The lock on the vault's row, the check that nothing was written since the command was decided, and the vault's counters, all by one update of one row.
    private const string Vault = """
        UPDATE dbo.vaults SET
          write_seq = vaults.write_seq + 1, change_seq = vaults.change_seq + @recorded, used_bytes = vaults.used_bytes + @used_bytes,
          items = vaults.items + @items, version_bytes = vaults.version_bytes + @version_bytes,
          loss_since = ISNULL(@loss_since, vaults.loss_since), loss_of = ISNULL(@loss_of, vaults.loss_of),
          loss_items = ISNULL(@loss_items, vaults.loss_items), guarded_until = ISNULL(@guarded_until, vaults.guarded_until)
        WHERE vault_id = @vault AND write_seq = @write_seq AND (@recorded = 0 OR change_seq = @seq - 1);
        IF @@ROWCOUNT <> 1 THROW 50001, N'The vault was changed meanwhile.', 1;
        INSERT INTO dbo.applied_commands (vault_id, command_id) VALUES (@vault, @command);
        DELETE FROM dbo.applied_commands WHERE vault_id = @vault AND command_id < @forget;

        """;

    private const string Blobs = """
        IF @parts & 1 <> 0
        BEGIN
          INSERT INTO dbo.blobs (blob_id, vault_id, state, due)
          SELECT b.blob_id, @vault, 0, b.lease FROM @blobs AS b WHERE b.op = 1;
          INSERT INTO dbo.holds (vault_id, blob_id, bytes, lease)
          SELECT @vault, b.blob_id, b.bytes, b.lease FROM @blobs AS b WHERE b.op = 1;
          UPDATE t SET due = b.lease
          FROM @blobs AS b JOIN dbo.blobs AS t ON t.vault_id = @vault AND t.blob_id = b.blob_id
          WHERE b.op = 2 AND t.state = 0;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @blobs AS b WHERE b.op = 2) THROW 50002, N'The staged blob to change is not there.', 1;
          UPDATE h SET lease = b.lease, bytes = h.bytes + b.bytes
          FROM @blobs AS b JOIN dbo.holds AS h ON h.vault_id = @vault AND h.blob_id = b.blob_id
          WHERE b.op = 2;
          UPDATE t SET state = 2, due = @now
          FROM @blobs AS b JOIN dbo.blobs AS t ON t.vault_id = @vault AND t.blob_id = b.blob_id
          WHERE b.op = 3 AND t.state = 0;
          UPDATE t SET state = 1, due = 0
          FROM @blobs AS b JOIN dbo.blobs AS t ON t.vault_id = @vault AND t.blob_id = b.blob_id
          WHERE b.op = 4 AND t.state = 0;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @blobs AS b WHERE b.op = 4) THROW 50002, N'The staged blob to change is not there.', 1;
          DELETE h FROM @blobs AS b JOIN dbo.holds AS h ON h.vault_id = @vault AND h.blob_id = b.blob_id WHERE b.op IN (3, 4);
        END;

        """;

    private const string Contents = """
        IF @parts & 2 <> 0
        BEGIN
          INSERT INTO dbo.contents (content_id, vault_id, size, sha256, crc32, md5, sha1, sha512, adler32, wrapped_key, blob_id)
          SELECT c.content_id, @vault, c.size, c.sha256, c.crc32, c.md5, c.sha1, c.sha512, c.adler32, c.wrapped_key, c.blob_id FROM @contents AS c;
          INSERT INTO dbo.inline_contents (vault_id, content_id, bytes)
          SELECT @vault, c.content_id, c.bytes FROM @contents AS c WHERE c.bytes IS NOT NULL;
        END;

        """;

    // Removed and moved before nodes are, whose locks go with them; added after.
    private const string FormerLocks = """
        IF @parts & 4 <> 0
        BEGIN
          DELETE l FROM @locks AS c JOIN dbo.locks AS l ON l.vault_id = @vault AND l.token = c.token WHERE c.op = 1;
          UPDATE l SET expires = c.expires FROM @locks AS c JOIN dbo.locks AS l ON l.vault_id = @vault AND l.token = c.token WHERE c.op = 2;
          UPDATE dbo.locks SET node_id = @locks_to WHERE vault_id = @vault AND node_id = @locks_from;
        END;

        """;

    private const string History = """
        IF @parts & 8 <> 0
          INSERT INTO dbo.node_history (
            vault_id, until_seq, node_id, from_seq, from_time, until_time, reason, is_version, parent_id, name, kind, size, revision,
            content_id, media_type, created, modified, by_account, by_device
          )
          SELECT @vault, @seq, h.node_id, h.from_seq, h.from_time, h.until_time, h.reason, h.is_version, h.parent_id, h.name, h.kind, h.size, h.revision,
            h.content_id, h.media_type, h.created, h.modified, @by_account, @by_device
          FROM @history AS h;

        """;

    private const string MoveNodes = """
        UPDATE n SET
          parent_id = c.parent_id, name_key = c.name_key, name = c.name, size = c.size, revision = c.revision, content_id = c.content_id,
          media_type = c.media_type, created = c.created, modified = c.modified, win32_attributes = c.win32_attributes,
          last_access = c.last_access, property_bytes = c.property_bytes, changed_seq = @seq, changed_at = @now
        FROM @nodes AS c
        JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.former_parent AND n.name_key = c.former_key AND n.node_id = c.node_id
        """;

    // Where the key stays, only what can have changed is written and the row keeps its place. What leaves a place for another goes first, so that no row of a
    // statement depends on another one.
    private const string Nodes = $"""
        IF @parts & 16 <> 0
        BEGIN
          DELETE n FROM @nodes AS c
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.former_parent AND n.name_key = c.former_key AND n.node_id = c.node_id
          WHERE c.op = 3;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @nodes AS c WHERE c.op = 3) THROW 50002, N'The node to change is not there.', 1;
          DELETE p FROM @nodes AS c JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = c.node_id WHERE c.op = 3;
          DELETE l FROM @nodes AS c JOIN dbo.locks AS l ON l.vault_id = @vault AND l.node_id = c.node_id WHERE c.op = 3;
          IF EXISTS (SELECT 1 FROM @nodes AS c WHERE c.op = 3)
          BEGIN
            DELETE m FROM @nodes AS c JOIN dbo.protected_nodes AS m ON m.vault_id = @vault AND m.node_id = c.node_id WHERE c.op = 3;
            DELETE f FROM @nodes AS c JOIN dbo.favorites AS f ON f.vault_id = @vault AND f.node_id = c.node_id WHERE c.op = 3;
            DELETE u FROM @nodes AS c
            JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = c.node_id
            JOIN dbo.share_uses AS u ON u.vault_id = @vault AND u.share_id = s.share_id
            WHERE c.op = 3;
            DELETE m FROM @nodes AS c
            JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = c.node_id
            JOIN dbo.share_members AS m ON m.vault_id = @vault AND m.share_id = s.share_id
            WHERE c.op = 3;
            DELETE s FROM @nodes AS c JOIN dbo.shares AS s ON s.vault_id = @vault AND s.node_id = c.node_id WHERE c.op = 3;
          END;
          UPDATE n SET
            name = c.name, size = c.size, revision = c.revision, content_id = c.content_id, media_type = c.media_type, created = c.created,
            modified = c.modified, win32_attributes = c.win32_attributes, last_access = c.last_access, property_bytes = c.property_bytes,
            changed_seq = @seq, changed_at = @now
          FROM @nodes AS c
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = c.former_parent AND n.name_key = c.former_key AND n.node_id = c.node_id
          WHERE c.op = 4 AND n.kind = c.kind;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @nodes AS c WHERE c.op = 4) THROW 50002, N'The node to change is not there.', 1;
          {MoveNodes}
          WHERE c.op = 5 AND n.kind = c.kind;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @nodes AS c WHERE c.op = 5) THROW 50002, N'The node to change is not there.', 1;
          {MoveNodes}
          WHERE c.op = 2 AND n.kind = c.kind;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @nodes AS c WHERE c.op = 2) THROW 50002, N'The node to change is not there.', 1;
          UPDATE d SET parent_id = c.parent_id
          FROM @nodes AS c JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = c.node_id
          WHERE c.op IN (2, 5) AND c.kind = 0 AND d.parent_id <> c.parent_id;
          INSERT INTO dbo.nodes (
            vault_id, parent_id, name_key, node_id, name, kind, size, revision, content_id, media_type, created, modified,
            win32_attributes, last_access, property_bytes, changed_seq, changed_at
          )
          SELECT @vault, c.parent_id, c.name_key, c.node_id, c.name, c.kind, c.size, c.revision, c.content_id, c.media_type, c.created, c.modified,
            c.win32_attributes, c.last_access, c.property_bytes, @seq, @now
          FROM @nodes AS c WHERE c.op = 1;
          INSERT INTO dbo.dirs (
            vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
          )
          SELECT @vault, c.node_id, c.parent_id, @seq, 0, 0, 0, 0, c.modified FROM @nodes AS c WHERE c.op = 1 AND c.kind = 0;
        END;

        """;

    // COPY of everything below a folder: only folders are mapped from old to new ids; files are numbered as they come, and found again by folder and name
    // where something of theirs has to follow.
    private const string Copy = """
        IF @parts & 32 <> 0
        BEGIN
          DECLARE @map TABLE (former bigint NOT NULL PRIMARY KEY, copied bigint NOT NULL UNIQUE);
          DECLARE @folders_copied bigint;
          DECLARE @files_copied bigint;
          WITH below AS (
            SELECT d.node_id FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.parent_id = @copy_from
            UNION ALL
            SELECT d.node_id FROM below AS b JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.parent_id = b.node_id
          )
          INSERT INTO @map (former, copied)
          SELECT b.node_id, @copy_first_id - 1 + ROW_NUMBER() OVER (ORDER BY b.node_id) FROM below AS b
          OPTION (MAXRECURSION 0);
          SET @folders_copied = @@ROWCOUNT;
          INSERT INTO @map (former, copied) VALUES (@copy_from, @copy_to);
          INSERT INTO dbo.nodes (
            vault_id, parent_id, name_key, node_id, name, kind, size, revision, content_id, media_type, created, modified,
            win32_attributes, last_access, property_bytes, changed_seq, changed_at
          )
          SELECT @vault, p.copied, n.name_key, m.copied, n.name, n.kind, 0, NULL, NULL, NULL, @now, n.modified,
            n.win32_attributes, n.last_access, n.property_bytes, @seq, @now
          FROM @map AS m
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = m.former
          JOIN @map AS p ON p.former = n.parent_id
          WHERE m.former <> @copy_from
          OPTION (LOOP JOIN, RECOMPILE);
          INSERT INTO dbo.dirs (
            vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
          )
          SELECT @vault, m.copied, p.copied, @seq, d.subtree_bytes, d.subtree_property_bytes, d.subtree_items, d.height, d.modified
          FROM @map AS m
          JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = m.former
          JOIN @map AS p ON p.former = d.parent_id
          WHERE m.former <> @copy_from
          OPTION (LOOP JOIN, RECOMPILE);
          INSERT INTO dbo.nodes (
            vault_id, parent_id, name_key, node_id, name, kind, size, revision, content_id, media_type, created, modified,
            win32_attributes, last_access, property_bytes, changed_seq, changed_at
          )
          SELECT @vault, m.copied, n.name_key, @copy_first_id + @folders_copied - 1 + ROW_NUMBER() OVER (ORDER BY m.copied, n.name_key), n.name, n.kind,
            n.size, NEWID(), n.content_id, n.media_type, @now, n.modified, n.win32_attributes, n.last_access, n.property_bytes, @seq, @now
          FROM @map AS m
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = m.former
          WHERE n.kind = 1
          OPTION (LOOP JOIN, RECOMPILE);
          SET @files_copied = @@ROWCOUNT;
          IF @folders_copied + @files_copied <> @copy_items THROW 50003, N'A folder counts other nodes than it has.', 1;
          INSERT INTO dbo.content_refs (vault_id, content_id, node_id)
          SELECT @vault, n.content_id, n.node_id
          FROM @map AS m
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = m.copied
          WHERE n.content_id IS NOT NULL
          OPTION (LOOP JOIN, RECOMPILE);
          INSERT INTO dbo.node_properties (vault_id, node_id, name_hash, name, xml)
          SELECT @vault, t.node_id, p.name_hash, p.name, p.xml
          FROM @map AS m
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.parent_id = m.former AND n.property_bytes > 0
          JOIN dbo.nodes AS t ON t.vault_id = @vault AND t.parent_id = m.copied AND t.name_key = n.name_key
          JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = n.node_id
          OPTION (LOOP JOIN, RECOMPILE);
          INSERT INTO dbo.protected_nodes (vault_id, node_id, measure_id)
          SELECT @vault, m.copied, p.measure_id FROM dbo.protected_nodes AS p
          JOIN @map AS m ON m.former = p.node_id AND m.former <> @copy_from
          WHERE p.vault_id = @vault
          UNION
          SELECT @vault, t.node_id, p.measure_id FROM dbo.protected_nodes AS p
          JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = p.node_id AND n.kind = 1
          JOIN @map AS m ON m.former = n.parent_id
          JOIN dbo.nodes AS t ON t.vault_id = @vault AND t.parent_id = m.copied AND t.name_key = n.name_key
          WHERE p.vault_id = @vault;
          UPDATE t SET
            subtree_bytes = s.subtree_bytes, subtree_property_bytes = s.subtree_property_bytes, subtree_items = s.subtree_items, height = s.height
          FROM dbo.dirs AS t
          JOIN dbo.dirs AS s ON s.vault_id = @vault AND s.node_id = @copy_from
          WHERE t.vault_id = @vault AND t.node_id = @copy_to;
        END;

        """;

    private const string Properties = """
        IF @parts & 64 <> 0
        BEGIN
          INSERT INTO dbo.node_properties (vault_id, node_id, name_hash, name, xml)
          SELECT @vault, @properties_to, p.name_hash, p.name, p.xml
          FROM dbo.node_properties AS p WHERE p.vault_id = @vault AND p.node_id = @properties_from;
          DELETE p FROM @properties AS c
          JOIN dbo.node_properties AS p ON p.vault_id = @vault AND p.node_id = c.node_id AND p.name_hash = c.name_hash;
          INSERT INTO dbo.node_properties (vault_id, node_id, name_hash, name, xml)
          SELECT @vault, c.node_id, c.name_hash, c.name, c.xml FROM @properties AS c WHERE c.xml IS NOT NULL;
        END;

        """;

    private const string NewLocks = """
        IF @parts & 128 <> 0
        BEGIN
          DELETE FROM dbo.locks WHERE vault_id = @vault AND expires <= @now;
          INSERT INTO dbo.locks (
            vault_id, token, node_id, account_id, device_id, is_shared, is_infinite, owner_xml, holder_name, created, expires
          )
          SELECT @vault, c.token, c.node_id, c.account_id, c.device_id, c.is_shared, c.is_infinite, c.owner_xml, c.holder_name, @now, c.expires
          FROM @locks AS c WHERE c.op = 3;
        END;

        """;

    private const string Folders = """
        IF @parts & 256 <> 0
        BEGIN
          UPDATE d SET
            subtree_version = CASE WHEN c.is_counted = 1 THEN @seq ELSE d.subtree_version END, subtree_bytes = d.subtree_bytes + c.bytes,
            subtree_property_bytes = d.subtree_property_bytes + c.property_bytes, subtree_items = d.subtree_items + c.items,
            height = CASE WHEN c.least_height > ISNULL(c.measured_height, d.height) THEN c.least_height ELSE ISNULL(c.measured_height, d.height) END,
            modified = ISNULL(c.modified, d.modified)
          FROM @folders AS c JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = c.node_id;
          IF @@ROWCOUNT <> (SELECT COUNT(*) FROM @folders AS c) THROW 50002, N'The folder to change is not there.', 1;
        END;

        """;

    // Who is an owner no more leaves its row. The one owner that has none is followed by another one, which loses its row; without one the content goes and
    // its blob is condemned. The owners are those of @owners with op 2.
    internal const string Release = """
        DECLARE @left TABLE (content_id bigint NOT NULL, node_id bigint NOT NULL, PRIMARY KEY (content_id, node_id));
        DECLARE @orphans TABLE (content_id bigint NOT NULL PRIMARY KEY, heir bigint NULL);
        INSERT INTO @left (content_id, node_id)
        SELECT o.content_id, o.node_id FROM @owners AS o
        WHERE o.op = 2
          AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.node_id = o.node_id AND n.content_id = o.content_id)
          AND NOT EXISTS (SELECT 1 FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.node_id = o.node_id AND h.content_id = o.content_id);
        INSERT INTO @orphans (content_id)
        SELECT l.content_id FROM @left AS l
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.content_refs AS r WHERE r.vault_id = @vault AND r.content_id = l.content_id AND r.node_id = l.node_id);
        DELETE r FROM @left AS l
        JOIN dbo.content_refs AS r ON r.vault_id = @vault AND r.content_id = l.content_id AND r.node_id = l.node_id;
        UPDATE o SET heir = (SELECT MIN(r.node_id) FROM dbo.content_refs AS r WHERE r.vault_id = @vault AND r.content_id = o.content_id)
        FROM @orphans AS o;
        DELETE r FROM @orphans AS o
        JOIN dbo.content_refs AS r ON r.vault_id = @vault AND r.content_id = o.content_id AND r.node_id = o.heir;
        DELETE o FROM @orphans AS o WHERE o.heir IS NOT NULL;
        INSERT INTO @orphans (content_id)
        SELECT p.part_id FROM @orphans AS o
        JOIN dbo.content_parts AS p ON p.vault_id = @vault AND p.content_id = o.content_id;
        DELETE p FROM @orphans AS o JOIN dbo.content_parts AS p ON p.vault_id = @vault AND p.content_id = o.content_id;
        INSERT INTO @orphans (content_id)
        SELECT p.preview_id FROM @orphans AS o
        JOIN dbo.previews AS p ON p.vault_id = @vault AND p.content_id = o.content_id;
        DELETE p FROM @orphans AS o JOIN dbo.previews AS p ON p.vault_id = @vault AND p.content_id = o.content_id;
        DELETE m FROM @orphans AS o JOIN dbo.media AS m ON m.vault_id = @vault AND m.content_id = o.content_id;
        UPDATE b SET state = 2, due = @now
        FROM @orphans AS o
        JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = o.content_id
        JOIN dbo.blobs AS b ON b.vault_id = @vault AND b.blob_id = c.blob_id
        WHERE o.heir IS NULL;
        DELETE i FROM @orphans AS o JOIN dbo.inline_contents AS i ON i.vault_id = @vault AND i.content_id = o.content_id WHERE o.heir IS NULL;
        DELETE c FROM @orphans AS o JOIN dbo.contents AS c ON c.vault_id = @vault AND c.content_id = o.content_id WHERE o.heir IS NULL;
        """;

    private const string Owners = $"""
        IF @parts & 512 <> 0
        BEGIN
          INSERT INTO dbo.content_refs (vault_id, content_id, node_id)
          SELECT @vault, o.content_id, o.node_id FROM @owners AS o
          WHERE o.op = 1
            AND NOT EXISTS (SELECT 1 FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.node_id = o.node_id AND h.content_id = o.content_id);
          {Release}
        END;

        """;

    // Chains and queues belong to accounts, not to the vault whose lock is held.
    private const string Journal = $"""
        IF @parts & 1024 <> 0
        BEGIN
          UPDATE dbo.lifecycles SET standing = @standing WHERE account_id = @standing_account;
          {JournalStatements.AppendAudit}
          {JournalStatements.AppendEvents}
        END;

        """;

    private const string Sections =
        $"{Vault}{Blobs}{Contents}{FormerLocks}{History}{Nodes}{Copy}{Properties}{NewLocks}{Folders}{Owners}{Journal}";

    private static readonly SqlServerParameter[] s_parameters =
    [
        BigInt("@vault"),
        BigInt("@write_seq"),
        FixedBytes("@command", 16),
        FixedBytes("@forget", 16),
        BigInt("@seq"),
        BigInt("@recorded"),
        BigInt("@now"),
        BigInt("@used_bytes"),
        BigInt("@items"),
        BigInt("@version_bytes"),
        BigInt("@loss_since"),
        BigInt("@loss_of"),
        BigInt("@loss_items"),
        BigInt("@guarded_until"),
        BigInt("@by_account"),
        BigInt("@by_device"),
        Int("@parts"),
        Table("@blobs", "dbo.blob_changes"),
        Table("@contents", "dbo.new_contents"),
        Table("@locks", "dbo.lock_changes"),
        BigInt("@locks_from"),
        BigInt("@locks_to"),
        Table("@history", "dbo.former_nodes"),
        Table("@nodes", "dbo.node_changes"),
        BigInt("@copy_from"),
        BigInt("@copy_to"),
        BigInt("@copy_first_id"),
        BigInt("@copy_items"),
        BigInt("@properties_from"),
        BigInt("@properties_to"),
        Table("@properties", "dbo.property_changes"),
        Table("@folders", "dbo.folder_changes"),
        Table("@owners", "dbo.owner_changes"),
        BigInt("@standing_account"),
        TinyInt("@standing"),
        Table("@audit", "dbo.new_audit"),
        Table("@events", "dbo.new_events"),
    ];

    /// <summary>Notes who put aside what the same command has moved.</summary>
    public static readonly SqlServerStatement SetAside = new(
        """
        UPDATE dbo.node_history SET aside_account = @account, aside_device = @device
        WHERE vault_id = @vault AND until_seq = @seq AND node_id = @node;
        IF @@ROWCOUNT <> 1 THROW 50002, N'The history to change is not there.', 1;
        UPDATE dbo.vaults SET set_aside_at = @now WHERE vault_id = @vault;
        """,
        BigInt("@vault"),
        BigInt("@seq"),
        BigInt("@node"),
        BigInt("@account"),
        BigInt("@device"),
        BigInt("@now")
    );

    /// <summary>A whole command: applied and committed, or not at all, in one round trip.</summary>
    public static readonly SqlServerStatement ApplyAlone = new(
        $"{Begin}{Sections}{Commit}",
        s_parameters
    );

    /// <summary>The same within a transaction that has the vault's lock.</summary>
    public static readonly SqlServerStatement ApplyWithin = new(
        $"SET NOCOUNT ON;\nSET XACT_ABORT ON;\n{Sections}",
        s_parameters
    );
}
