using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudDav.Storage;

/// <summary>Every invariant of a vault's rows, each a query that finds what breaks it. Slow by design: it trusts no counter and no index order.</summary>
internal static class SqliteInspection
{
    private const int MaxExamples = 5;

    // What is of no vault is looked at with one of them.
    private const string IsOnce =
        "@vault = (SELECT MIN(v.vault_id) FROM vaults v WHERE NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = v.vault_id))";

    private static readonly (string Sentence, string Sql)[] Invariants =
    [
        (
            "the vault's used bytes or items are not those of its tree",
            """
            SELECT 'used ' || v.used_bytes || ' of ' || (d.subtree_bytes + d.subtree_property_bytes + n.property_bytes)
              || ', items ' || v.items || ' of ' || d.subtree_items
            FROM vaults v
            JOIN dirs d ON d.vault_id = v.vault_id AND d.node_id = v.root_id
            JOIN nodes n ON n.vault_id = v.vault_id AND n.node_id = v.root_id
            WHERE v.vault_id = @vault
              AND (v.used_bytes <> d.subtree_bytes + d.subtree_property_bytes + n.property_bytes OR v.items <> d.subtree_items)
            """
        ),
        (
            "the vault's bytes in earlier versions are not those of its history",
            """
            SELECT v.version_bytes || ' of ' || s.bytes FROM vaults v
            JOIN (
              SELECT COALESCE(SUM(h.size), 0) AS bytes FROM node_history h
              WHERE h.vault_id = @vault AND h.is_version = 1 AND h.content_id IS NOT NULL
            ) s
            WHERE v.vault_id = @vault AND v.version_bytes <> s.bytes
            """
        ),
        (
            "the vault has no root or no trash",
            """
            SELECT v.vault_id FROM vaults v WHERE v.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = v.vault_id AND n.node_id = v.root_id AND n.parent_id = 0 AND n.kind = 0)
              OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = v.vault_id AND n.node_id = v.trash_id AND n.parent_id = 0 AND n.kind = 0))
            """
        ),
        (
            "a folder's counters are not the sum of its members'",
            """
            SELECT 'folder ' || d.node_id FROM dirs d
            LEFT JOIN (
              SELECT n.parent_id AS id, SUM(n.size + COALESCE(m.subtree_bytes, 0)) AS bytes,
                SUM(n.property_bytes + COALESCE(m.subtree_property_bytes, 0)) AS property_bytes,
                SUM((n.kind <> 2) + COALESCE(m.subtree_items, 0)) AS items, MAX(1 + COALESCE(m.height, 0)) AS height
              FROM nodes n LEFT JOIN dirs m ON m.vault_id = n.vault_id AND m.node_id = n.node_id
              WHERE n.vault_id = @vault GROUP BY n.parent_id
            ) s ON s.id = d.node_id
            WHERE d.vault_id = @vault AND (
              d.subtree_bytes <> COALESCE(s.bytes, 0) OR d.subtree_property_bytes <> COALESCE(s.property_bytes, 0)
              OR d.subtree_items <> COALESCE(s.items, 0))
            """
        ),
        (
            "a folder has more levels below it than its height says",
            """
            WITH RECURSIVE up (folder, id, level) AS (
              SELECT n.parent_id, n.parent_id, 1 FROM nodes n WHERE n.vault_id = @vault AND n.parent_id <> 0
              UNION
              SELECT d.parent_id, d.parent_id, u.level + 1 FROM up u
              JOIN dirs d ON d.vault_id = @vault AND d.node_id = u.id WHERE d.parent_id <> 0
            )
            SELECT DISTINCT 'folder ' || d.node_id FROM up u
            JOIN dirs d ON d.vault_id = @vault AND d.node_id = u.folder WHERE d.height < u.level
            """
        ),
        (
            "a folder's version is older than a member's",
            """
            SELECT DISTINCT 'folder ' || d.node_id FROM nodes n
            JOIN dirs d ON d.vault_id = n.vault_id AND d.node_id = n.parent_id
            LEFT JOIN dirs m ON m.vault_id = n.vault_id AND m.node_id = n.node_id
            WHERE n.vault_id = @vault AND d.subtree_version < MAX(n.changed_seq, COALESCE(m.subtree_version, 0))
            """
        ),
        (
            "a change number is above the vault's",
            """
            SELECT 'node ' || n.node_id FROM nodes n JOIN vaults v ON v.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND n.changed_seq > v.change_seq
            UNION ALL
            SELECT 'history of node ' || h.node_id FROM node_history h JOIN vaults v ON v.vault_id = h.vault_id
            WHERE h.vault_id = @vault AND h.until_seq > v.change_seq
            """
        ),
        (
            "a folder row and its counters do not belong together",
            """
            SELECT 'folder ' || n.node_id FROM nodes n LEFT JOIN dirs d ON d.vault_id = n.vault_id AND d.node_id = n.node_id
            WHERE n.vault_id = @vault AND ((n.kind = 0) <> (d.node_id IS NOT NULL) OR (n.kind = 0 AND d.parent_id <> n.parent_id))
            UNION ALL
            SELECT 'counters ' || d.node_id FROM dirs d WHERE d.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = d.vault_id AND n.node_id = d.node_id)
            """
        ),
        (
            "a node's folder is missing or is none",
            """
            SELECT 'node ' || n.node_id FROM nodes n
            WHERE n.vault_id = @vault AND n.parent_id <> 0
              AND NOT EXISTS (SELECT 1 FROM dirs d WHERE d.vault_id = n.vault_id AND d.node_id = n.parent_id)
            """
        ),
        (
            "a node hangs below neither the root nor the trash",
            """
            WITH RECURSIVE reached (id) AS (
              SELECT node_id FROM nodes WHERE vault_id = @vault AND parent_id = 0
              UNION ALL SELECT d.node_id FROM reached r JOIN dirs d ON d.vault_id = @vault AND d.parent_id = r.id
            )
            SELECT 'folder ' || node_id FROM dirs WHERE vault_id = @vault AND node_id NOT IN (SELECT id FROM reached)
            """
        ),
        (
            "a file's content is missing, of another size, or named by an empty file",
            """
            SELECT 'node ' || n.node_id FROM nodes n
            LEFT JOIN contents c ON c.content_id = n.content_id AND c.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND n.kind = 1 AND (
              (n.size = 0) <> (n.content_id IS NULL) OR (n.content_id IS NOT NULL AND (c.content_id IS NULL OR c.size <> n.size))
              OR n.revision IS NULL OR LENGTH(n.revision) <> 16)
            UNION ALL
            SELECT 'folder ' || node_id FROM nodes WHERE vault_id = @vault AND kind = 0 AND (size <> 0 OR content_id IS NOT NULL)
            """
        ),
        (
            "history names a content that is missing",
            """
            SELECT 'node ' || h.node_id || ' until ' || h.until_seq FROM node_history h
            WHERE h.vault_id = @vault AND h.content_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = h.content_id AND c.vault_id = h.vault_id AND c.size = h.size)
            """
        ),
        (
            "a content's owners are not its references and one",
            """
            WITH owners AS (
              SELECT content_id, node_id FROM nodes WHERE vault_id = @vault AND content_id IS NOT NULL
              UNION SELECT content_id, node_id FROM node_history WHERE vault_id = @vault AND content_id IS NOT NULL
              UNION ALL SELECT part_id, -content_id FROM content_parts WHERE vault_id = @vault
              UNION ALL SELECT preview_id, -content_id FROM previews WHERE vault_id = @vault
              UNION ALL SELECT content_id, -number - 1 FROM upload_parts WHERE vault_id = @vault AND content_id IS NOT NULL
            ),
            counted AS (SELECT content_id, COUNT(*) AS owners FROM owners GROUP BY content_id),
            referred AS (SELECT content_id, COUNT(*) AS refs FROM content_refs WHERE vault_id = @vault GROUP BY content_id)
            SELECT 'content ' || c.content_id FROM contents c
            LEFT JOIN counted o ON o.content_id = c.content_id LEFT JOIN referred r ON r.content_id = c.content_id
            WHERE c.vault_id = @vault AND COALESCE(o.owners, 0) <> 1 + COALESCE(r.refs, 0)
            UNION ALL
            SELECT 'content ' || r.content_id || ' of node ' || r.node_id FROM content_refs r WHERE r.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM owners o WHERE o.content_id = r.content_id AND o.node_id = r.node_id)
            """
        ),
        (
            "a content has neither inline bytes nor a live blob, or both",
            """
            SELECT 'content ' || c.content_id FROM contents c
            LEFT JOIN inline_contents i ON i.content_id = c.content_id
            LEFT JOIN blobs b ON b.blob_id = c.blob_id AND b.vault_id = c.vault_id AND b.state = 1
            LEFT JOIN (SELECT content_id, COUNT(*) AS parts FROM content_parts WHERE vault_id = @vault GROUP BY content_id) p ON p.content_id = c.content_id
            WHERE c.vault_id = @vault AND (
              (c.blob_id IS NOT NULL) + (i.content_id IS NOT NULL) + (p.content_id IS NOT NULL) <> 1
              OR (c.blob_id IS NOT NULL) <> (b.blob_id IS NOT NULL))
            """
        ),
        (
            "a content is not the sum of its parts",
            """
            SELECT 'content ' || s.content_id FROM (
              SELECT p.content_id, SUM(c.size) AS size, COUNT(c.content_id) AS found, COUNT(*) AS parts, MAX(p.ordinal) AS last
              FROM content_parts p LEFT JOIN contents c ON c.content_id = p.part_id AND c.vault_id = p.vault_id
              WHERE p.vault_id = @vault GROUP BY p.content_id
            ) s
            LEFT JOIN contents w ON w.content_id = s.content_id AND w.vault_id = @vault
            WHERE w.content_id IS NULL OR w.size <> s.size OR s.found <> s.parts OR s.last <> s.parts - 1
            """
        ),
        (
            "what is known of media, or a preview, is of something that is not there",
            """
            SELECT 'medium ' || m.content_id FROM media m
            WHERE m.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = m.content_id AND c.vault_id = m.vault_id)
              OR m.has_previews <> EXISTS (SELECT 1 FROM previews p WHERE p.vault_id = m.vault_id AND p.content_id = m.content_id))
            UNION ALL
            SELECT 'preview ' || p.preview_id FROM previews p
            WHERE p.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM media m WHERE m.content_id = p.content_id AND m.vault_id = p.vault_id)
              OR NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = p.preview_id AND c.vault_id = p.vault_id))
            """
        ),
        (
            "an upload does not count what it has and holds",
            """
            SELECT 'upload ' || HEX(u.upload_id) FROM uploads u
            LEFT JOIN (
              SELECT p.upload_id, SUM(p.size) AS size, COUNT(*) AS parts,
                SUM((p.size = 0) <> (p.content_id IS NULL) OR (p.content_id IS NOT NULL AND (c.size IS NULL OR c.size <> p.size))) AS wrong
              FROM upload_parts p LEFT JOIN contents c ON c.content_id = p.content_id AND c.vault_id = p.vault_id
              WHERE p.vault_id = @vault GROUP BY p.upload_id
            ) s ON s.upload_id = u.upload_id
            LEFT JOIN holds h ON h.vault_id = u.vault_id AND h.blob_id = u.upload_id
            WHERE u.vault_id = @vault AND (
              COALESCE(h.bytes, 0) <> u.held
              OR (h.lease IS NOT NULL AND h.lease <> u.expires)
              OR (u.node_id IS NOT NULL AND (s.parts IS NOT NULL OR u.held <> 0))
              OR (u.node_id IS NULL AND u.expires > @now AND (
                u.received <> COALESCE(s.size, 0) OR u.parts <> COALESCE(s.parts, 0) OR COALESCE(s.wrong, 0) <> 0)))
            UNION ALL
            SELECT 'part of upload ' || HEX(p.upload_id) FROM upload_parts p
            WHERE p.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.vault_id = p.vault_id AND u.upload_id = p.upload_id)
            """
        ),
        (
            "a live blob belongs to no content",
            """
            SELECT HEX(b.blob_id) FROM blobs b WHERE b.vault_id = @vault AND b.state = 1
              AND NOT EXISTS (SELECT 1 FROM contents c WHERE c.blob_id = b.blob_id)
            """
        ),
        (
            "inline bytes belong to no content",
            """
            SELECT i.content_id FROM inline_contents i
            WHERE NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = i.content_id)
            """
        ),
        (
            "a quota hold belongs to no staged blob and no upload",
            """
            SELECT HEX(h.blob_id) FROM holds h WHERE h.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.blob_id = h.blob_id AND b.vault_id = h.vault_id AND b.state = 0)
              AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.vault_id = h.vault_id AND u.upload_id = h.blob_id)
            """
        ),
        (
            "an active lock is on no node of the tree",
            """
            WITH RECURSIVE up (token, id) AS (
              SELECT token, node_id FROM locks WHERE vault_id = @vault AND expires > @now
              UNION ALL
              SELECT u.token, n.parent_id FROM up u JOIN nodes n ON n.vault_id = @vault AND n.node_id = u.id
            )
            SELECT l.token FROM locks l JOIN vaults v ON v.vault_id = l.vault_id
            WHERE l.vault_id = @vault AND l.expires > @now
              AND NOT EXISTS (SELECT 1 FROM up u WHERE u.token = l.token AND u.id = v.root_id)
            """
        ),
        (
            "shares, their uses or marks are of something that is not there",
            """
            SELECT 'share ' || s.share_id FROM shares s
            WHERE s.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = s.vault_id AND n.node_id = s.node_id)
            UNION ALL
            SELECT 'use of share ' || u.share_id FROM share_uses u
            WHERE u.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM shares s WHERE s.vault_id = u.vault_id AND s.share_id = u.share_id)
            UNION ALL
            SELECT 'member of share ' || m.share_id FROM share_members m
            WHERE m.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM shares s WHERE s.vault_id = m.vault_id AND s.share_id = m.share_id)
            UNION ALL
            SELECT 'mark on node ' || p.node_id FROM protected_nodes p
            WHERE p.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = p.vault_id AND n.node_id = p.node_id)
            UNION ALL
            SELECT 'favourite on node ' || f.node_id FROM favorites f
            WHERE f.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = f.vault_id AND n.node_id = f.node_id)
            """
        ),
        (
            "a mount shows content or counts, or is of no share",
            """
            SELECT 'node ' || n.node_id FROM nodes n WHERE n.vault_id = @vault AND n.kind = 2 AND (n.size <> 0 OR n.content_id IS NOT NULL)
            UNION ALL
            SELECT 'node ' || n.node_id FROM nodes n JOIN vaults v ON v.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND n.kind = 2 AND n.parent_id = v.root_id
              AND NOT EXISTS (SELECT 1 FROM mounts m WHERE m.vault_id = n.vault_id AND m.node_id = n.node_id)
            """
        ),
        (
            "exclusive locks overlap on one node",
            """
            SELECT 'node ' || node_id FROM locks WHERE vault_id = @vault AND expires > @now
            GROUP BY node_id HAVING COUNT(*) > 1 AND MIN(is_shared) = 0
            """
        ),
        (
            "a node's property bytes are not those of its properties",
            """
            SELECT 'node ' || n.node_id FROM nodes n
            LEFT JOIN (
              SELECT node_id, SUM(LENGTH(CAST(name AS BLOB)) + LENGTH(CAST(xml AS BLOB))) AS bytes
              FROM node_properties WHERE vault_id = @vault GROUP BY node_id
            ) p ON p.node_id = n.node_id
            WHERE n.vault_id = @vault AND n.property_bytes <> COALESCE(p.bytes, 0)
            UNION ALL
            SELECT 'properties of node ' || p.node_id FROM node_properties p WHERE p.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.vault_id = p.vault_id AND n.node_id = p.node_id)
            """
        ),
        (
            "history spans overlap, are empty, or reach into the present row",
            """
            SELECT 'node ' || h.node_id || ' until ' || h.until_seq FROM (
              SELECT node_id, from_seq, until_seq, from_time, until_time,
                LAG(until_seq) OVER (PARTITION BY node_id ORDER BY until_seq) AS former_until
              FROM node_history WHERE vault_id = @vault
            ) h
            LEFT JOIN nodes n ON n.vault_id = @vault AND n.node_id = h.node_id
            WHERE h.from_seq >= h.until_seq OR h.from_time > h.until_time OR h.until_seq > n.changed_seq OR h.from_seq < h.former_until
            """
        ),
        (
            "the vault does not tell that something was put aside",
            """
            SELECT 'node ' || h.node_id FROM node_history h JOIN vaults v ON v.vault_id = h.vault_id
            WHERE h.vault_id = @vault AND h.aside_account IS NOT NULL AND v.set_aside_at IS NULL
            """
        ),
        (
            "a former row is hidden that is no version",
            """
            SELECT 'node ' || h.node_id || ' until ' || h.until_seq FROM node_history h
            WHERE h.vault_id = @vault AND h.hidden_at IS NOT NULL AND (h.is_version = 0 OR h.content_id IS NULL)
            """
        ),
        (
            "an id is above the sequence that gives ids",
            """
            SELECT 'node ' || node_id FROM nodes WHERE vault_id = @vault AND node_id >= (SELECT next FROM sequences WHERE name = 'ids')
            UNION ALL
            SELECT 'content ' || content_id FROM contents
            WHERE vault_id = @vault AND content_id >= (SELECT next FROM sequences WHERE name = 'ids')
            """
        ),
        (
            "an id is used in two vaults",
            """
            SELECT 'node ' || node_id FROM nodes WHERE @vault = (SELECT MIN(vault_id) FROM vaults)
            GROUP BY node_id HAVING COUNT(*) > 1
            """
        ),
        (
            "a session is of no account, of a credential that is not there yet, or ended before it began",
            $"""
            SELECT 'session ' || s.session_id FROM sessions s LEFT JOIN accounts a ON a.account_id = s.account_id
            WHERE {IsOnce} AND (a.account_id IS NULL OR s.credential_version > a.credential_version OR s.expires < s.created)
            """
        ),
        (
            "a second factor or a code that stands in for it is of no account, counts before it was there, or is used up before it counts",
            $"""
            SELECT 'second factor of ' || f.account_id FROM second_factors f LEFT JOIN accounts a ON a.account_id = f.account_id
            WHERE {IsOnce} AND (a.account_id IS NULL OR f.confirmed < f.created OR (f.confirmed IS NULL AND f.last_step > 0))
            UNION ALL
            SELECT 'recovery code of ' || r.account_id FROM recovery_codes r LEFT JOIN second_factors f ON f.account_id = r.account_id
            WHERE {IsOnce} AND f.confirmed IS NULL
            """
        ),
        (
            "a login flow is half granted, by no account, by a credential that is not there yet, or open to who only looks at it",
            $"""
            SELECT 'login flow of ' || f.created FROM login_flows f LEFT JOIN accounts a ON a.account_id = f.account_id
            WHERE {IsOnce} AND (
              (f.account_id IS NULL) <> (f.credential_version IS NULL)
              OR (f.account_id IS NOT NULL AND (a.account_id IS NULL OR f.credential_version > a.credential_version))
              OR f.poll_hash = f.login_hash OR f.expires < f.created)
            """
        ),
        (
            "a TV's pairing is half granted, by no account, by a credential that is not there yet, granted and refused, or open to who only types its code",
            $"""
            SELECT 'pairing of ' || p.created FROM tv_pairings p LEFT JOIN accounts a ON a.account_id = p.account_id
            WHERE {IsOnce} AND (
              (p.account_id IS NULL) <> (p.credential_version IS NULL)
              OR (p.account_id IS NOT NULL AND (a.account_id IS NULL OR p.credential_version > a.credential_version OR p.is_refused = 1))
              OR p.device_hash = p.user_hash OR p.expires < p.created)
            """
        ),
        (
            "a media address is of no TV set of its account, or ended before it began",
            $"""
            SELECT 'media address ' || m.address_id FROM media_addresses m LEFT JOIN devices d ON d.device_id = m.device_id
            WHERE {IsOnce} AND (d.device_id IS NULL OR d.is_tv = 0 OR d.account_id <> m.account_id OR m.expires < m.created)
            """
        ),
    ];

    /// <summary>Says what is broken.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, within a statement too: some take long.</exception>
    public static IReadOnlyList<string> Run(
        SqliteSession session,
        long vault,
        long now,
        CancellationToken cancellationToken
    )
    {
        using var interrupt = cancellationToken.Register(() =>
            raw.sqlite3_interrupt(session.Connection.Handle!)
        );
        try
        {
            // What is being destroyed is in pieces, and meant to be.
            if (session[DestructionSql.IsVaultGoing].Bind(1, vault).RunForInt64() != 0)
                return [];
            var broken = new List<string>();
            foreach (var (sentence, sql) in Invariants)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var found = session
                    .Connection.Query<string>($"{sql} LIMIT {MaxExamples}", new { vault, now })
                    .ToList();
                if (found.Count > 0)
                    broken.Add($"{sentence}: {string.Join(", ", found)}");
            }
            broken.AddRange(NameKeys(session, vault));
            broken.AddRange(MediaKinds(session, vault));
            return broken;
        }
        catch (SqliteException interrupted)
            when (interrupted.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException(
                interrupted.Message,
                interrupted,
                cancellationToken
            );
        }
    }

    // Folding is C#'s, so that every engine agrees; so is checking it.
    private static List<string> NameKeys(SqliteSession session, long vault)
    {
        var trash = session.Connection.QuerySingleOrDefault<long>(
            "SELECT trash_id FROM vaults WHERE vault_id = @vault",
            new { vault }
        );
        var insensitive = session.Connection.QuerySingleOrDefault<bool>(
            "SELECT case_insensitive FROM vaults WHERE vault_id = @vault",
            new { vault }
        );
        return session
            .Connection.Query<(long Id, string Name, string Key)>(
                "SELECT node_id, name, name_key FROM nodes WHERE vault_id = @vault AND parent_id NOT IN (0, @trash)",
                new { vault, trash },
                buffered: false
            )
            .Where(row =>
                row.Key != (insensitive ? Vault.NodeName.Fold(row.Name) : row.Name)
                || !row.Name.IsNormalized()
                || Vault.NodeName.Problem(row.Name) is not null
            )
            .Take(MaxExamples)
            .Select(row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a name or its key breaks the rules: node {row.Id}"
                )
            )
            .ToList();
    }

    // What kind a name and a type say is C#'s, too.
    private static List<string> MediaKinds(SqliteSession session, long vault) =>
        session
            .Connection.Query<(
                long Id,
                Vault.NodeKind Kind,
                string Name,
                string? Type,
                Vault.MediaClass? Media
            )>(
                "SELECT node_id, kind, name, media_type, media_class FROM nodes WHERE vault_id = @vault AND (kind = 1 OR media_class IS NOT NULL)",
                new { vault },
                buffered: false
            )
            .Where(row =>
                row.Media
                != (
                    row.Kind == Vault.NodeKind.File
                        ? Vault.MediaClasses.Of(row.Name, row.Type)
                        : null
                )
            )
            .Take(MaxExamples)
            .Select(row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a file is not of the kind of media that its name says: node {row.Id}"
                )
            )
            .ToList();
}
