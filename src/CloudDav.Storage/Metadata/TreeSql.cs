namespace CloudDav.Storage;

/// <summary>The statements of the tree that run prepared. A test explains every one and fails on a scan of a table.</summary>
internal static class TreeSql
{
    // What a listing shows: the engine takes a column apart for each row, asked for or not, so every one left out counts.
    private const string ListedColumns = """
        n.node_id, n.parent_id, n.name, n.kind, n.size, n.revision, n.media_type, n.created, n.modified, n.win32_attributes,
        n.last_access, n.property_bytes, n.content_id, d.subtree_version, d.subtree_bytes, d.subtree_items, d.modified
        """;

    // A folder's counters come by one more look-up, a file's NULL key by none.
    internal const string NodeColumns = $"""
        {ListedColumns}, d.subtree_property_bytes, d.height, n.changed_seq, n.changed_at, n.name_key
        """;

    internal const string WithDirs = """
        LEFT JOIN dirs d ON d.vault_id = n.vault_id AND d.node_id = CASE WHEN n.kind = 0 THEN n.node_id END
        """;

    public const string FindVault = """
        SELECT v.name, v.epoch, v.change_seq, v.used_bytes, v.items, v.capacity_bytes, v.root_id, v.trash_id, v.case_insensitive,
          (SELECT COALESCE(SUM(h.bytes), 0) FROM holds h
            WHERE h.vault_id = v.vault_id AND h.lease > ?4 AND (?5 IS NULL OR h.blob_id <> ?5)),
          EXISTS (SELECT 1 FROM locks l WHERE l.vault_id = v.vault_id),
          a.is_disabled, a.credential_version,
          (SELECT d.revoked IS NULL FROM devices d WHERE d.device_id = ?3 AND d.account_id = ?2),
          a.facts_version, (SELECT p.version FROM platform p WHERE p.platform_id = 1),
          EXISTS (SELECT 1 FROM protected_nodes m WHERE m.vault_id = v.vault_id),
          EXISTS (SELECT 1 FROM shares s WHERE s.household_id = COALESCE(a.household_owner, a.account_id) AND s.owner_id < a.account_id)
            OR EXISTS (SELECT 1 FROM shares s WHERE s.household_id = COALESCE(a.household_owner, a.account_id) AND s.owner_id > a.account_id)
            OR EXISTS (SELECT 1 FROM mounts m WHERE m.vault_id = v.vault_id),
          v.set_aside_at, v.loss_since, v.loss_of, v.loss_items, v.guarded_until, v.history_floor
        FROM vaults v LEFT JOIN accounts a ON a.account_id = ?2
        WHERE v.vault_id = ?1
        """;

    public const string FindMember = $"""
        SELECT {NodeColumns} FROM nodes n {WithDirs}
        WHERE n.vault_id = ?1 AND n.parent_id = ?2 AND n.name_key = ?3
        """;

    public const string FindNode = $"""
        SELECT {NodeColumns} FROM nodes n {WithDirs} WHERE n.vault_id = ?1 AND n.node_id = ?2
        """;

    public const string ListMembers = $"""
        SELECT {ListedColumns} FROM nodes n {WithDirs}
        WHERE n.vault_id = ?1 AND n.parent_id = ?2 ORDER BY n.name_key
        """;

    public const string ListMembersWhole = $"""
        SELECT {NodeColumns} FROM nodes n {WithDirs}
        WHERE n.vault_id = ?1 AND n.parent_id = ?2 ORDER BY n.name_key
        """;

    // Folders leave the queue in the order they entered it, so each comes before its members.
    public const string ListBelow = $"""
        WITH RECURSIVE folders (id) AS (
          SELECT ?2 UNION ALL
          SELECT m.node_id FROM folders f CROSS JOIN dirs m ON m.vault_id = ?1 AND m.parent_id = f.id
        )
        SELECT {ListedColumns} FROM folders f CROSS JOIN nodes n ON n.vault_id = ?1 AND n.parent_id = f.id {WithDirs}
        """;

    public const string IsBelow = """
        WITH RECURSIVE up (id) AS (
          SELECT n.parent_id FROM nodes n WHERE n.vault_id = ?1 AND n.node_id = ?2
          UNION ALL
          SELECT d.parent_id FROM up u CROSS JOIN dirs d WHERE d.vault_id = ?1 AND d.node_id = u.id
        )
        SELECT EXISTS (SELECT 1 FROM up WHERE id = ?3)
        """;

    public const string MeasureHeight = """
        WITH RECURSIVE folders (id, level) AS (
          SELECT ?2, 0 UNION ALL
          SELECT m.node_id, f.level + 1 FROM folders f CROSS JOIN dirs m ON m.vault_id = ?1 AND m.parent_id = f.id
        )
        SELECT MAX(level + EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = ?1 AND n.parent_id = folders.id)) FROM folders
        """;

    public const string FindParent =
        "SELECT parent_id, name FROM nodes WHERE vault_id = ?1 AND node_id = ?2";

    private const string LockColumns =
        "token, node_id, account_id, device_id, is_shared, is_infinite, owner_xml, holder_name, expires";

    public const string ListNodeLocks =
        $"SELECT {LockColumns} FROM locks WHERE vault_id = ?1 AND node_id = ?2 AND expires > ?3";

    public const string ListLocks =
        $"SELECT {LockColumns} FROM locks WHERE vault_id = ?1 AND expires > ?2";

    public const string ListProperties =
        "SELECT name, xml FROM node_properties WHERE vault_id = ?1 AND node_id = ?2";

    public const string FindChecksums =
        "SELECT sha256, md5, sha1, sha512, adler32 FROM contents WHERE content_id = ?1 AND vault_id = ?2";

    public const string FindCrc32 =
        "SELECT crc32 FROM contents WHERE content_id = ?1 AND vault_id = ?2";

    public const string FindContent = """
        SELECT c.size, c.blob_id, i.bytes, c.wrapped_key
        FROM contents c LEFT JOIN inline_contents i ON i.content_id = c.content_id AND c.blob_id IS NULL
        WHERE c.content_id = ?1 AND c.vault_id = ?2
        """;

    public const string FindContentKey =
        "SELECT blob_id, wrapped_key FROM contents WHERE content_id = ?1 AND vault_id = ?2";

    // A content without bytes of its own consists of parts, in their order.
    public const string ListParts = """
        SELECT c.size, c.blob_id, i.bytes, c.wrapped_key
        FROM content_parts p CROSS JOIN contents c ON c.content_id = p.part_id AND c.vault_id = p.vault_id
        LEFT JOIN inline_contents i ON i.content_id = c.content_id AND c.blob_id IS NULL
        WHERE p.vault_id = ?2 AND p.content_id = ?1 ORDER BY p.ordinal
        """;

    public const string ListPartKeys = """
        SELECT p.part_id, c.blob_id, c.wrapped_key
        FROM content_parts p CROSS JOIN contents c ON c.content_id = p.part_id AND c.vault_id = p.vault_id
        WHERE p.vault_id = ?2 AND p.content_id = ?1 ORDER BY p.ordinal
        """;

    public const string InsertPart =
        "INSERT INTO content_parts (vault_id, content_id, ordinal, part_id) VALUES (?1, ?2, ?3, ?4)";

    public const string CondemnParts = """
        UPDATE blobs SET state = 2, due = ?3 WHERE blob_id IN (
          SELECT c.blob_id FROM content_parts p CROSS JOIN contents c ON c.content_id = p.part_id WHERE p.vault_id = ?1 AND p.content_id = ?2
        )
        """;

    public const string DeleteInlineParts = """
        DELETE FROM inline_contents WHERE content_id IN (SELECT p.part_id FROM content_parts p WHERE p.vault_id = ?1 AND p.content_id = ?2)
        """;

    public const string DeletePartContents = """
        DELETE FROM contents WHERE content_id IN (SELECT p.part_id FROM content_parts p WHERE p.vault_id = ?1 AND p.content_id = ?2)
        """;

    public const string DeleteParts =
        "DELETE FROM content_parts WHERE vault_id = ?1 AND content_id = ?2";

    // Of another vault: over the border of a share.
    public const string TakeContent = """
        INSERT INTO contents (content_id, vault_id, size, sha256, crc32, md5, sha1, sha512, adler32, wrapped_key, blob_id)
        SELECT ?1, ?2, c.size, c.sha256, c.crc32, c.md5, c.sha1, c.sha512, c.adler32, ?5, ?6 FROM contents c
        WHERE c.content_id = ?4 AND c.vault_id = ?3
        """;

    public const string TakeInline =
        "INSERT INTO inline_contents (content_id, bytes) SELECT ?1, i.bytes FROM inline_contents i WHERE i.content_id = ?2";

    public const string TakeProperties = """
        INSERT INTO node_properties (vault_id, node_id, name, xml)
        SELECT ?1, ?4, p.name, p.xml FROM node_properties p WHERE p.vault_id = ?2 AND p.node_id = ?3
        """;

    public const string InsertContent = """
        INSERT INTO contents (content_id, vault_id, size, sha256, crc32, md5, sha1, sha512, adler32, wrapped_key, blob_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """;

    public const string InsertInline =
        "INSERT INTO inline_contents (content_id, bytes) VALUES (?1, ?2)";

    public const string MakeBlobLive =
        "UPDATE blobs SET state = 1, due = 0 WHERE blob_id = ?1 AND vault_id = ?2 AND state = 0";

    public const string InsertReference = """
        INSERT INTO content_refs (vault_id, content_id, node_id)
        SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM node_history INDEXED BY node_history_node WHERE vault_id = ?1 AND node_id = ?3 AND content_id = ?2)
        """;

    public const string HistoryNamesContent = """
        SELECT EXISTS (SELECT 1 FROM node_history INDEXED BY node_history_node WHERE vault_id = ?1 AND node_id = ?3 AND content_id = ?2)
        """;

    public const string DeleteReference =
        "DELETE FROM content_refs WHERE vault_id = ?1 AND content_id = ?2 AND node_id = ?3";

    public const string FindReference =
        "SELECT node_id FROM content_refs WHERE vault_id = ?1 AND content_id = ?2 LIMIT 1";

    public const string DeleteContent =
        "DELETE FROM contents WHERE content_id = ?1 RETURNING blob_id";

    public const string DeleteInline = "DELETE FROM inline_contents WHERE content_id = ?1";

    public const string CondemnBlob = "UPDATE blobs SET state = 2, due = ?2 WHERE blob_id = ?1";

    public const string InsertNode = """
        INSERT INTO nodes (
          vault_id, parent_id, name_key, node_id, name, kind, size, revision, content_id, media_type, created, modified,
          win32_attributes, last_access, property_bytes, changed_seq, changed_at, media_class
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?20)
        """;

    public const string UpdateNode = """
        UPDATE nodes SET
          parent_id = ?2, name_key = ?3, name = ?5, size = ?7, revision = ?8, content_id = ?9, media_type = ?10, created = ?11,
          modified = ?12, win32_attributes = ?13, last_access = ?14, property_bytes = ?15, changed_seq = ?16, changed_at = ?17,
          media_class = ?20
        WHERE vault_id = ?1 AND parent_id = ?18 AND name_key = ?19 AND node_id = ?4 AND kind = ?6
        """;

    // The usual overwrite: the key stays, so only what can have changed is written and the row's place needs no search.
    public const string UpdateNodeInPlace = """
        UPDATE nodes SET
          name = ?5, size = ?7, revision = ?8, content_id = ?9, media_type = ?10, created = ?11,
          modified = ?12, win32_attributes = ?13, last_access = ?14, property_bytes = ?15, changed_seq = ?16, changed_at = ?17,
          media_class = ?20
        WHERE vault_id = ?1 AND parent_id = ?2 AND name_key = ?3 AND node_id = ?4 AND kind = ?6
        """;

    public const string DeleteNode =
        "DELETE FROM nodes WHERE vault_id = ?1 AND parent_id = ?2 AND name_key = ?3";

    public const string InsertHistory = """
        INSERT INTO node_history (
          vault_id, until_seq, node_id, from_seq, from_time, until_time, reason, is_version, parent_id, name, kind, size, revision,
          content_id, media_type, created, modified, by_account, by_device
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
        """;

    public const string SetAside = """
        UPDATE node_history SET aside_account = ?4, aside_device = ?5 WHERE vault_id = ?1 AND until_seq = ?2 AND node_id = ?3
        """;

    public const string NoteSetAside = "UPDATE vaults SET set_aside_at = ?2 WHERE vault_id = ?1";

    public const string ListSetAside = """
        SELECT node_id, name, revision, until_time, aside_account, aside_device FROM node_history
        WHERE vault_id = ?1 AND parent_id = ?2 AND aside_account IS NOT NULL AND until_time > ?3
        ORDER BY until_time DESC, until_seq DESC
        """;

    public const string FindNewcomer = """
        SELECT
          (SELECT h.from_time FROM node_history h INDEXED BY node_history_node WHERE h.vault_id = ?1 AND h.node_id = ?2 ORDER BY h.until_seq LIMIT 1),
          EXISTS (SELECT 1 FROM shares s WHERE s.vault_id = ?1 AND s.node_id = ?2)
        """;

    public const string IsVersion = """
        SELECT EXISTS (SELECT 1 FROM node_history WHERE vault_id = ?1 AND until_seq = ?2 AND content_id = ?3 AND is_version = 1)
        """;

    public const string InsertDir = """
        INSERT INTO dirs (
          vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
        ) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, ?5)
        """;

    public const string MoveDir =
        "UPDATE dirs SET parent_id = ?3 WHERE vault_id = ?1 AND node_id = ?2";

    public const string DeleteDir = "DELETE FROM dirs WHERE vault_id = ?1 AND node_id = ?2";

    public const string CountDir = """
        UPDATE dirs SET
          subtree_version = ?3, subtree_bytes = subtree_bytes + ?4, subtree_property_bytes = subtree_property_bytes + ?5,
          subtree_items = subtree_items + ?6, height = MAX(height, ?7), modified = COALESCE(?8, modified)
        WHERE vault_id = ?1 AND node_id = ?2
        """;

    public const string SetDirModified =
        "UPDATE dirs SET modified = ?3 WHERE vault_id = ?1 AND node_id = ?2";

    public const string SetDirHeight =
        "UPDATE dirs SET height = ?3 WHERE vault_id = ?1 AND node_id = ?2";

    public const string CountVault = """
        UPDATE vaults SET change_seq = ?2, used_bytes = used_bytes + ?3, items = items + ?4, version_bytes = version_bytes + ?5
        WHERE vault_id = ?1 AND change_seq = ?2 - 1
        """;

    public const string SetProperty =
        "INSERT OR REPLACE INTO node_properties (vault_id, node_id, name, xml) VALUES (?1, ?2, ?3, ?4)";

    public const string DeleteProperty =
        "DELETE FROM node_properties WHERE vault_id = ?1 AND node_id = ?2 AND name = ?3";

    public const string DeleteProperties =
        "DELETE FROM node_properties WHERE vault_id = ?1 AND node_id = ?2";

    public const string CopyProperties = """
        INSERT INTO node_properties (vault_id, node_id, name, xml)
        SELECT vault_id, ?3, name, xml FROM node_properties WHERE vault_id = ?1 AND node_id = ?2
        """;

    public const string InsertLock = """
        INSERT INTO locks (
          vault_id, token, node_id, account_id, device_id, is_shared, is_infinite, owner_xml, holder_name, created, expires
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """;

    public const string DropEndedLocks = "DELETE FROM locks WHERE vault_id = ?1 AND expires <= ?2";

    public const string ExtendLock =
        "UPDATE locks SET expires = ?3 WHERE vault_id = ?1 AND token = ?2";

    public const string DeleteLock = "DELETE FROM locks WHERE vault_id = ?1 AND token = ?2";

    public const string DeleteNodeLocks = "DELETE FROM locks WHERE vault_id = ?1 AND node_id = ?2";

    public const string MoveLocks =
        "UPDATE locks SET node_id = ?3 WHERE vault_id = ?1 AND node_id = ?2";

    public const string InsertBlob =
        "INSERT INTO blobs (blob_id, vault_id, state, due) VALUES (?1, ?2, 0, ?3)";

    public const string InsertHold =
        "INSERT INTO holds (vault_id, blob_id, bytes, lease) VALUES (?1, ?2, ?3, ?4)";

    public const string RenewBlob =
        "UPDATE blobs SET due = ?3 WHERE blob_id = ?1 AND vault_id = ?2 AND state = 0";

    public const string RenewHold =
        "UPDATE holds SET lease = ?3, bytes = bytes + ?4 WHERE vault_id = ?2 AND blob_id = ?1";

    public const string DeleteHold = "DELETE FROM holds WHERE vault_id = ?1 AND blob_id = ?2";

    public const string ListExpiredParts = """
        SELECT p.number, p.content_id FROM uploads u CROSS JOIN upload_parts p ON p.vault_id = u.vault_id AND p.upload_id = u.upload_id
        WHERE u.vault_id = ?1 AND u.upload_id = ?2 AND u.expires <= ?3 ORDER BY p.number LIMIT ?4
        """;

    public const string DeleteUploadPart =
        "DELETE FROM upload_parts WHERE vault_id = ?1 AND upload_id = ?2 AND number = ?3";

    public const string DeleteExpiredUpload =
        "DELETE FROM uploads WHERE vault_id = ?1 AND upload_id = ?2 AND expires <= ?3";

    public const string AbandonBlob =
        "UPDATE blobs SET state = 2, due = ?3 WHERE blob_id = ?1 AND vault_id = ?2 AND state = 0";
}
