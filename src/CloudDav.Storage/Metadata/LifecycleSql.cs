namespace CloudDav.Storage;

/// <summary>Statements about where accounts stand as time goes on.</summary>
internal static class LifecycleSql
{
    public const string NoteStanding = "UPDATE lifecycles SET standing = ?2 WHERE account_id = ?1";
}

/// <summary>Statements of destruction.</summary>
internal static class DestructionSql
{
    private const string Columns = """
        account_id, vault_id, cause, step, started, key_destroyed, finished, items, contents, bytes, list_hash, audit_seq, audit_hash,
        backups_expire, keep_until
        """;

    public const string Find = $"SELECT {Columns} FROM destructions WHERE account_id = ?1";

    public const string HasBegun =
        "SELECT EXISTS (SELECT 1 FROM destructions WHERE account_id = ?1)";

    public const string IsVaultGoing =
        "SELECT EXISTS (SELECT 1 FROM destructions WHERE vault_id = ?1)";

    public const string ListRunning =
        $"SELECT {Columns} FROM destructions WHERE finished IS NULL AND account_id > 0 ORDER BY account_id";

    public const string LoadState =
        "SELECT clock, stopped, allowed_until FROM lifecycle_state WHERE state_id = 1";

    public const string SaveClock = """
        UPDATE lifecycle_state SET clock = ?1, stopped = CASE WHEN ?2 THEN COALESCE(stopped, ?1) ELSE stopped END WHERE state_id = 1
        """;

    public const string CountAccounts = "SELECT COUNT(*) FROM lifecycles o";

    public const string ListClosed = """
        SELECT account_id FROM lifecycles WHERE closed IS NOT NULL AND account_id > ?1 ORDER BY account_id LIMIT ?2
        """;

    public const string ListVaults = """
        SELECT a.account_id, a.vault_id FROM accounts a
        WHERE a.account_id > ?1 AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.account_id = a.account_id)
        ORDER BY a.account_id LIMIT ?2
        """;

    public const string SetStep = "UPDATE destructions SET step = ?2 WHERE account_id = ?1";

    public const string MarkKeyDestroyed =
        "UPDATE destructions SET step = 2, key_destroyed = ?2 WHERE account_id = ?1 AND step = 1";

    public const string ListContents = """
        SELECT c.content_id, CASE WHEN EXISTS (SELECT 1 FROM content_parts p WHERE p.vault_id = ?1 AND p.content_id = c.content_id) THEN 0 ELSE c.size END,
          c.sha256, c.blob_id
        FROM contents c WHERE c.vault_id = ?1 ORDER BY c.content_id LIMIT ?2
        """;

    public const string DeleteContent = "DELETE FROM contents WHERE content_id = ?1";

    public const string DeleteInline = "DELETE FROM inline_contents WHERE content_id = ?1";

    public const string Condemn = "UPDATE blobs SET state = 2, due = ?2 WHERE blob_id = ?1";

    // Blobs that are not live are few, whosever they are.
    public const string CondemnStaged =
        "UPDATE blobs SET state = 2, due = ?2 WHERE state = 0 AND state <> 1 AND vault_id = ?1";

    public const string ListCondemned =
        "SELECT blob_id FROM blobs WHERE state = 2 AND state <> 1 AND vault_id = ?1 LIMIT ?2";

    public const string CountContents = """
        UPDATE destructions SET contents = contents + ?2, bytes = bytes + ?3, list_hash = ?4 WHERE account_id = ?1
        """;

    public const string CountItems =
        "UPDATE destructions SET items = items + ?2 WHERE account_id = ?1";

    public const string FindListHash = "SELECT list_hash FROM destructions WHERE account_id = ?1";

    public const string DeleteDamages = """
        DELETE FROM damages WHERE vault_id = ?1 AND content_id IN (SELECT content_id FROM damages WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteLocks = """
        DELETE FROM locks WHERE vault_id = ?1 AND token IN (SELECT token FROM locks WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteShareUses = """
        DELETE FROM share_uses WHERE vault_id = ?1
          AND (share_id, client, used) IN (SELECT share_id, client, used FROM share_uses WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteShares =
        "DELETE FROM shares WHERE vault_id = ?1 AND share_id IN (SELECT share_id FROM shares WHERE vault_id = ?1 LIMIT ?2)";

    public const string DeleteShareMembers = """
        DELETE FROM share_members WHERE vault_id = ?1
          AND (share_id, account_id) IN (SELECT share_id, account_id FROM share_members WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteMounts =
        "DELETE FROM mounts WHERE vault_id = ?1 AND share_id IN (SELECT share_id FROM mounts WHERE vault_id = ?1 LIMIT ?2)";

    public const string DeleteMarks = """
        DELETE FROM protected_nodes WHERE vault_id = ?1 AND node_id IN (SELECT node_id FROM protected_nodes WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteFavorites = """
        DELETE FROM favorites WHERE vault_id = ?1
          AND (account_id, node_id) IN (SELECT account_id, node_id FROM favorites WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteHolds = """
        DELETE FROM holds WHERE vault_id = ?1 AND blob_id IN (SELECT blob_id FROM holds WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteContentParts = """
        DELETE FROM content_parts WHERE vault_id = ?1
          AND (content_id, ordinal) IN (SELECT content_id, ordinal FROM content_parts WHERE vault_id = ?1 ORDER BY content_id, ordinal LIMIT ?2)
        """;

    public const string DeletePreviews = """
        DELETE FROM previews WHERE vault_id = ?1
          AND (content_id, size) IN (SELECT content_id, size FROM previews WHERE vault_id = ?1 ORDER BY content_id, size LIMIT ?2)
        """;

    public const string DeleteMedia =
        "DELETE FROM media WHERE content_id IN (SELECT content_id FROM media WHERE vault_id = ?1 LIMIT ?2)";

    public const string DeleteUploadParts = """
        DELETE FROM upload_parts WHERE vault_id = ?1
          AND (upload_id, number) IN (SELECT upload_id, number FROM upload_parts WHERE vault_id = ?1 ORDER BY upload_id, number LIMIT ?2)
        """;

    public const string DeleteUploads =
        "DELETE FROM uploads WHERE vault_id = ?1 AND upload_id IN (SELECT upload_id FROM uploads WHERE vault_id = ?1 LIMIT ?2)";

    public const string DeleteProperties = """
        DELETE FROM node_properties WHERE vault_id = ?1
          AND (node_id, name) IN (SELECT node_id, name FROM node_properties WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteReferences = """
        DELETE FROM content_refs WHERE vault_id = ?1
          AND (content_id, node_id) IN (SELECT content_id, node_id FROM content_refs WHERE vault_id = ?1 LIMIT ?2)
        """;

    public const string DeleteHistory = """
        DELETE FROM node_history WHERE vault_id = ?1
          AND (until_seq, node_id) IN (SELECT until_seq, node_id FROM node_history WHERE vault_id = ?1 ORDER BY until_seq, node_id LIMIT ?2)
        """;

    public const string DeleteNodes = """
        DELETE FROM nodes WHERE vault_id = ?1
          AND (parent_id, name_key) IN (SELECT parent_id, name_key FROM nodes WHERE vault_id = ?1 ORDER BY parent_id, name_key LIMIT ?2)
        """;

    public const string DeleteDirs = """
        DELETE FROM dirs WHERE vault_id = ?1 AND node_id IN (SELECT node_id FROM dirs WHERE vault_id = ?1 ORDER BY node_id LIMIT ?2)
        """;

    public const string DeleteVault = "DELETE FROM vaults WHERE vault_id = ?1";

    public const string FindNames =
        "SELECT name_key, external_subject, password_hash FROM accounts WHERE account_id = ?1";

    // One that was revoked is told nothing more than that it is.
    public const string ListDevices =
        "SELECT selector, secret_hash FROM devices WHERE account_id = ?1 AND revoked IS NULL";

    public const string AddClosedName = """
        INSERT INTO closed_names (mac, password, until) VALUES (?1, ?2, ?3)
        ON CONFLICT (mac) DO UPDATE SET password = excluded.password, until = excluded.until
        """;

    public const string RetainCustomer = """
        INSERT INTO retained_contracts (
          account_id, customer_ref, main_ref, option_code, option_version, started, ends, end_recorded, main_ends, main_end_recorded
        )
        SELECT account_id, customer_ref, main_ref, option_code, option_version, started, ends, end_recorded, main_ends, main_end_recorded
        FROM contracts WHERE account_id = ?1
        """;

    public const string RetainMember = """
        INSERT INTO retained_contracts (account_id, owner_id, customer_ref, started, ends, end_recorded)
        SELECT m.account_id, m.owner_id, (SELECT c.customer_ref FROM contracts c WHERE c.account_id = m.owner_id), m.added, m.left_at, m.left_recorded
        FROM household_members m WHERE m.account_id = ?1
        """;

    public const string DeleteDevices = "DELETE FROM devices WHERE account_id = ?1";

    public const string DeleteAcceptances = "DELETE FROM terms_acceptances WHERE account_id = ?1";

    public const string DeleteSignIns = "DELETE FROM sign_ins WHERE account_id = ?1";

    public const string DeleteCredentials =
        "DELETE FROM take_back_credentials WHERE account_id = ?1";

    public const string DeleteSessions = "DELETE FROM sessions WHERE account_id = ?1";

    public const string DeleteSecondFactor = "DELETE FROM second_factors WHERE account_id = ?1";

    public const string DeleteRecoveryCodes = "DELETE FROM recovery_codes WHERE account_id = ?1";

    public const string DeleteLoginFlows = "DELETE FROM login_flows WHERE account_id = ?1";

    public const string DeletePairings = "DELETE FROM tv_pairings WHERE account_id = ?1";

    public const string DeleteMediaAddresses = "DELETE FROM media_addresses WHERE account_id = ?1";

    public const string DeleteMeasures = "DELETE FROM measures WHERE account_id = ?1";

    public const string DeleteContract = "DELETE FROM contracts WHERE account_id = ?1";

    public const string DeleteMember = "DELETE FROM household_members WHERE account_id = ?1";

    public const string DeleteLifecycle = "DELETE FROM lifecycles WHERE account_id = ?1";

    // In vaults of others.
    public const string DeleteAccountFavorites = "DELETE FROM favorites WHERE account_id = ?1";

    public const string DeleteAccount = "DELETE FROM accounts WHERE account_id = ?1";

    public const string TakeAuditHead = """
        UPDATE destructions SET step = 5,
          audit_seq = (SELECT h.seq FROM audit_heads h WHERE h.chain = ?1), audit_hash = (SELECT h.hash FROM audit_heads h WHERE h.chain = ?1)
        WHERE account_id = ?1 AND step = 4
        """;

    // The newest first: what is left is the beginning of a chain whose head the record has.
    public const string DeleteAudit = """
        DELETE FROM audit WHERE chain = ?1 AND seq IN (SELECT seq FROM audit WHERE chain = ?1 ORDER BY seq DESC LIMIT ?2)
        """;

    public const string Finish = """
        UPDATE destructions SET step = 7, finished = ?2, backups_expire = ?3, keep_until = ?4 WHERE account_id = ?1 AND finished IS NULL
        """;

    public const string ListTold = """
        SELECT account_id FROM destructions d WHERE finished IS NOT NULL AND events_gone = 0 AND account_id > 0
          AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.account_id = d.account_id AND w.state = 0)
        ORDER BY account_id LIMIT ?1
        """;

    public const string DeleteEvents = """
        DELETE FROM outbox WHERE account_id = ?1 AND number IN (SELECT number FROM outbox WHERE account_id = ?1 ORDER BY number LIMIT ?2)
        """;

    public const string DeleteQueue = "DELETE FROM event_queues WHERE account_id = ?1";

    public const string MarkEventsGone =
        "UPDATE destructions SET events_gone = 1 WHERE account_id = ?1";

    public const string DeleteClosedNames = """
        DELETE FROM closed_names WHERE mac IN (SELECT mac FROM closed_names WHERE until <= ?1 ORDER BY until LIMIT ?2)
        """;

    public const string DeleteCommands = """
        DELETE FROM commands WHERE command_id IN (SELECT command_id FROM commands WHERE done < ?1 ORDER BY done LIMIT ?2)
        """;

    public const string ListOutlived = """
        SELECT account_id FROM destructions WHERE keep_until IS NOT NULL AND keep_until <= ?1 ORDER BY keep_until LIMIT ?2
        """;

    public const string DeleteRetained = "DELETE FROM retained_contracts WHERE account_id = ?1";

    public const string DeleteEntries = "DELETE FROM register_entries WHERE account_id = ?1";

    public const string DeleteHead = "DELETE FROM audit_heads WHERE chain = ?1";

    public const string DeleteRecord = "DELETE FROM destructions WHERE account_id = ?1";

    public const string HasGone =
        "SELECT EXISTS (SELECT 1 FROM destructions WHERE account_id = ?1 AND step > 4)";

    public const string FindDestroyedHead =
        "SELECT audit_seq, audit_hash FROM destructions WHERE account_id = ?1 AND audit_hash IS NOT NULL";
}
