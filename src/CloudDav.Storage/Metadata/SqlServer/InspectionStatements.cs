using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Every invariant of a vault's rows, each a query that finds what breaks it, in the order of <see cref="SqlServerInspection"/>'s sentences.</summary>
internal static class InspectionStatements
{
    private static readonly SqlServerParameter s_vault = BigInt("@vault");
    private static readonly SqlServerParameter s_now = BigInt("@now");

    // What is of no vault is looked at with one of them.
    private const string IsOnce = """
        @vault = (
          SELECT MIN(v.vault_id) FROM dbo.vaults AS v
          WHERE NOT EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.vault_id = v.vault_id))
        """;

    public static readonly SqlServerStatement IsVaultGoing = new(
        "SELECT COUNT(*) FROM dbo.destructions AS d WHERE d.vault_id = @vault;",
        s_vault
    );

    public static readonly SqlServerStatement ListNames = new(
        """
        SELECT n.node_id AS Id, n.name AS Name, n.name_key AS NameKey, v.case_insensitive AS IsCaseInsensitive
        FROM dbo.vaults AS v JOIN dbo.nodes AS n ON n.vault_id = v.vault_id AND n.parent_id <> 0 AND n.parent_id <> v.trash_id
        WHERE v.vault_id = @vault;
        """,
        s_vault
    );

    /// <summary>Lengths in UTF-8 are C#'s, so that every engine agrees.</summary>
    public static readonly SqlServerStatement ListProperties = new(
        """
        SELECT p.node_id AS Node, p.name AS Name, p.xml AS Xml, p.name_hash AS NameHash FROM dbo.node_properties AS p WHERE p.vault_id = @vault;
        """,
        s_vault
    );

    public static readonly SqlServerStatement ListPropertyBytes = new(
        "SELECT n.node_id AS Node, n.property_bytes AS Bytes FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.property_bytes > 0;",
        s_vault
    );

    public static readonly SqlServerStatement[] Invariants =
    [
        new(
            """
            SELECT TOP (5) v.vault_id
            FROM dbo.vaults AS v
            JOIN dbo.dirs AS d ON d.vault_id = v.vault_id AND d.node_id = v.root_id
            JOIN dbo.nodes AS n ON n.vault_id = v.vault_id AND n.node_id = v.root_id
            WHERE v.vault_id = @vault
              AND (v.used_bytes <> d.subtree_bytes + d.subtree_property_bytes + n.property_bytes OR v.items <> d.subtree_items);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) v.vault_id FROM dbo.vaults AS v
            WHERE v.vault_id = @vault AND v.version_bytes <> ISNULL((
              SELECT SUM(h.size) FROM dbo.node_history AS h
              WHERE h.vault_id = @vault AND h.is_version = 1 AND h.content_id IS NOT NULL), 0);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) v.vault_id FROM dbo.vaults AS v WHERE v.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = v.vault_id AND n.node_id = v.root_id AND n.parent_id = 0 AND n.kind = 0)
              OR NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = v.vault_id AND n.node_id = v.trash_id AND n.parent_id = 0 AND n.kind = 0));
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) d.node_id FROM dbo.dirs AS d
            LEFT JOIN (
              SELECT n.parent_id AS id, SUM(n.size + ISNULL(m.subtree_bytes, 0)) AS bytes,
                SUM(n.property_bytes + ISNULL(m.subtree_property_bytes, 0)) AS property_bytes,
                SUM(CASE WHEN n.kind = 2 THEN 0 ELSE 1 END + ISNULL(m.subtree_items, 0)) AS items
              FROM dbo.nodes AS n LEFT JOIN dbo.dirs AS m ON m.vault_id = n.vault_id AND m.node_id = n.node_id
              WHERE n.vault_id = @vault GROUP BY n.parent_id
            ) AS s ON s.id = d.node_id
            WHERE d.vault_id = @vault AND (
              d.subtree_bytes <> ISNULL(s.bytes, 0) OR d.subtree_property_bytes <> ISNULL(s.property_bytes, 0)
              OR d.subtree_items <> ISNULL(s.items, 0));
            """,
            s_vault
        ),
        new(
            """
            WITH up AS (
              SELECT n.parent_id AS node_id, 1 AS level FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.parent_id <> 0 AND n.kind = 1
              UNION ALL
              SELECT d.parent_id, 1 FROM dbo.dirs AS d WHERE d.vault_id = @vault AND d.parent_id <> 0
              UNION ALL
              SELECT d.parent_id, u.level + 1 FROM up AS u
              JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = u.node_id WHERE d.parent_id <> 0
            )
            SELECT TOP (5) d.node_id FROM (SELECT u.node_id, MAX(u.level) AS level FROM up AS u GROUP BY u.node_id) AS h
            JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.node_id = h.node_id WHERE d.height < h.level
            OPTION (MAXRECURSION 0);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n
            JOIN dbo.dirs AS d ON d.vault_id = n.vault_id AND d.node_id = n.parent_id
            LEFT JOIN dbo.dirs AS m ON m.vault_id = n.vault_id AND m.node_id = n.node_id
            WHERE n.vault_id = @vault AND (d.subtree_version < n.changed_seq OR d.subtree_version < m.subtree_version);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n JOIN dbo.vaults AS v ON v.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND n.changed_seq > v.change_seq
            UNION ALL
            SELECT TOP (5) h.node_id FROM dbo.node_history AS h JOIN dbo.vaults AS v ON v.vault_id = h.vault_id
            WHERE h.vault_id = @vault AND h.until_seq > v.change_seq;
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n LEFT JOIN dbo.dirs AS d ON d.vault_id = n.vault_id AND d.node_id = n.node_id
            WHERE n.vault_id = @vault AND (
              (n.kind = 0 AND d.node_id IS NULL) OR (n.kind <> 0 AND d.node_id IS NOT NULL) OR (n.kind = 0 AND d.parent_id <> n.parent_id))
            UNION ALL
            SELECT TOP (5) d.node_id FROM dbo.dirs AS d WHERE d.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = d.vault_id AND n.node_id = d.node_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n
            WHERE n.vault_id = @vault AND n.parent_id <> 0
              AND NOT EXISTS (SELECT 1 FROM dbo.dirs AS d WHERE d.vault_id = n.vault_id AND d.node_id = n.parent_id);
            """,
            s_vault
        ),
        new(
            """
            WITH reached AS (
              SELECT n.node_id FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.parent_id = 0
              UNION ALL
              SELECT d.node_id FROM reached AS r JOIN dbo.dirs AS d ON d.vault_id = @vault AND d.parent_id = r.node_id
            )
            SELECT TOP (5) d.node_id FROM dbo.dirs AS d
            WHERE d.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM reached AS r WHERE r.node_id = d.node_id)
            OPTION (MAXRECURSION 0);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n
            LEFT JOIN dbo.contents AS c ON c.content_id = n.content_id AND c.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND (
              (n.kind = 1 AND (
                (n.size = 0 AND n.content_id IS NOT NULL) OR (n.size <> 0 AND n.content_id IS NULL)
                OR (n.content_id IS NOT NULL AND (c.content_id IS NULL OR c.size <> n.size)) OR n.revision IS NULL))
              OR (n.kind = 0 AND (n.size <> 0 OR n.content_id IS NOT NULL)));
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) h.node_id FROM dbo.node_history AS h
            WHERE h.vault_id = @vault AND h.content_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.content_id = h.content_id AND c.vault_id = h.vault_id AND c.size = h.size);
            """,
            s_vault
        ),
        new(
            """
            WITH owners AS (
              SELECT n.content_id, n.node_id FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.content_id IS NOT NULL
              UNION
              SELECT h.content_id, h.node_id FROM dbo.node_history AS h WHERE h.vault_id = @vault AND h.content_id IS NOT NULL
              UNION ALL
              SELECT p.part_id, -p.content_id FROM dbo.content_parts AS p WHERE p.vault_id = @vault
              UNION ALL
              SELECT p.preview_id, -p.content_id FROM dbo.previews AS p WHERE p.vault_id = @vault
              UNION ALL
              SELECT p.content_id, -p.number - 1 FROM dbo.upload_parts AS p WHERE p.vault_id = @vault AND p.content_id IS NOT NULL
            ),
            counted AS (SELECT o.content_id, COUNT(*) AS owners FROM owners AS o GROUP BY o.content_id),
            referred AS (SELECT r.content_id, COUNT(*) AS refs FROM dbo.content_refs AS r WHERE r.vault_id = @vault GROUP BY r.content_id)
            SELECT TOP (5) c.content_id FROM dbo.contents AS c
            LEFT JOIN counted AS o ON o.content_id = c.content_id LEFT JOIN referred AS r ON r.content_id = c.content_id
            WHERE c.vault_id = @vault AND ISNULL(o.owners, 0) <> 1 + ISNULL(r.refs, 0)
            UNION ALL
            SELECT TOP (5) r.content_id FROM dbo.content_refs AS r WHERE r.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM owners AS o WHERE o.content_id = r.content_id AND o.node_id = r.node_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) c.content_id FROM dbo.contents AS c
            LEFT JOIN dbo.inline_contents AS i ON i.vault_id = c.vault_id AND i.content_id = c.content_id
            LEFT JOIN dbo.blobs AS b ON b.blob_id = c.blob_id AND b.vault_id = c.vault_id AND b.state = 1
            LEFT JOIN (SELECT p.content_id FROM dbo.content_parts AS p WHERE p.vault_id = @vault GROUP BY p.content_id) AS t ON t.content_id = c.content_id
            WHERE c.vault_id = @vault AND (
              CASE WHEN c.blob_id IS NULL THEN 0 ELSE 1 END + CASE WHEN i.content_id IS NULL THEN 0 ELSE 1 END + CASE WHEN t.content_id IS NULL THEN 0 ELSE 1 END <> 1
              OR (c.blob_id IS NOT NULL AND b.blob_id IS NULL));
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) s.content_id FROM (
              SELECT p.content_id, SUM(c.size) AS size, COUNT(c.content_id) AS found, COUNT(*) AS parts, MAX(p.ordinal) AS last_ordinal
              FROM dbo.content_parts AS p LEFT JOIN dbo.contents AS c ON c.vault_id = p.vault_id AND c.content_id = p.part_id
              WHERE p.vault_id = @vault GROUP BY p.content_id
            ) AS s
            LEFT JOIN dbo.contents AS w ON w.vault_id = @vault AND w.content_id = s.content_id
            WHERE w.content_id IS NULL OR w.size <> s.size OR s.found <> s.parts OR s.last_ordinal <> s.parts - 1;
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) m.content_id FROM dbo.media AS m
            WHERE m.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = m.vault_id AND c.content_id = m.content_id)
              OR (m.has_previews = 1 AND NOT EXISTS (SELECT 1 FROM dbo.previews AS p WHERE p.vault_id = m.vault_id AND p.content_id = m.content_id))
              OR (m.has_previews = 0 AND EXISTS (SELECT 1 FROM dbo.previews AS p WHERE p.vault_id = m.vault_id AND p.content_id = m.content_id)))
            UNION ALL
            SELECT TOP (5) p.preview_id FROM dbo.previews AS p
            WHERE p.vault_id = @vault AND (
              NOT EXISTS (SELECT 1 FROM dbo.media AS m WHERE m.vault_id = p.vault_id AND m.content_id = p.content_id)
              OR NOT EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = p.vault_id AND c.content_id = p.preview_id));
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) u.upload_id FROM dbo.uploads AS u
            LEFT JOIN (
              SELECT p.upload_id, SUM(p.size) AS size, COUNT(*) AS parts,
                SUM(CASE WHEN (p.size = 0 AND p.content_id IS NULL) OR (p.size > 0 AND c.size = p.size) THEN 0 ELSE 1 END) AS wrong
              FROM dbo.upload_parts AS p LEFT JOIN dbo.contents AS c ON c.vault_id = p.vault_id AND c.content_id = p.content_id
              WHERE p.vault_id = @vault GROUP BY p.upload_id
            ) AS s ON s.upload_id = u.upload_id
            LEFT JOIN dbo.holds AS h ON h.vault_id = u.vault_id AND h.blob_id = u.upload_id
            WHERE u.vault_id = @vault AND (
              ISNULL(h.bytes, 0) <> u.held
              OR (h.lease IS NOT NULL AND h.lease <> u.expires)
              OR (u.node_id IS NOT NULL AND (s.parts IS NOT NULL OR u.held <> 0))
              OR (u.node_id IS NULL AND u.expires > @now AND (u.received <> ISNULL(s.size, 0) OR u.parts <> ISNULL(s.parts, 0) OR ISNULL(s.wrong, 0) <> 0)))
            UNION ALL
            SELECT TOP (5) p.upload_id FROM dbo.upload_parts AS p
            WHERE p.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.uploads AS u WHERE u.vault_id = p.vault_id AND u.upload_id = p.upload_id);
            """,
            s_vault,
            s_now
        ),
        new(
            """
            SELECT TOP (5) b.blob_id FROM dbo.blobs AS b WHERE b.vault_id = @vault AND b.state = 1
              AND NOT EXISTS (SELECT 1 FROM dbo.contents AS c WHERE c.blob_id = b.blob_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) i.content_id FROM dbo.inline_contents AS i
            WHERE i.vault_id = @vault AND NOT EXISTS (
              SELECT 1 FROM dbo.contents AS c WHERE c.vault_id = i.vault_id AND c.content_id = i.content_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) h.blob_id FROM dbo.holds AS h WHERE h.vault_id = @vault
              AND NOT EXISTS (SELECT 1 FROM dbo.blobs AS b WHERE b.blob_id = h.blob_id AND b.vault_id = h.vault_id AND b.state = 0)
              AND NOT EXISTS (SELECT 1 FROM dbo.uploads AS u WHERE u.vault_id = h.vault_id AND u.upload_id = h.blob_id);
            """,
            s_vault
        ),
        new(
            """
            WITH up AS (
              SELECT l.token, l.node_id FROM dbo.locks AS l WHERE l.vault_id = @vault AND l.expires > @now
              UNION ALL
              SELECT u.token, n.parent_id FROM up AS u JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = u.node_id
            )
            SELECT TOP (5) l.token FROM dbo.locks AS l JOIN dbo.vaults AS v ON v.vault_id = l.vault_id
            WHERE l.vault_id = @vault AND l.expires > @now
              AND NOT EXISTS (SELECT 1 FROM up AS u WHERE u.token = l.token AND u.node_id = v.root_id)
            OPTION (MAXRECURSION 0);
            """,
            s_vault,
            s_now
        ),
        new(
            """
            SELECT TOP (5) s.share_id AS id FROM dbo.shares AS s
            WHERE s.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = s.vault_id AND n.node_id = s.node_id)
            UNION ALL
            SELECT TOP (5) u.share_id FROM dbo.share_uses AS u
            WHERE u.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.shares AS s WHERE s.vault_id = u.vault_id AND s.share_id = u.share_id)
            UNION ALL
            SELECT TOP (5) m.share_id FROM dbo.share_members AS m
            WHERE m.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.shares AS s WHERE s.vault_id = m.vault_id AND s.share_id = m.share_id)
            UNION ALL
            SELECT TOP (5) p.node_id FROM dbo.protected_nodes AS p
            WHERE p.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = p.vault_id AND n.node_id = p.node_id)
            UNION ALL
            SELECT TOP (5) f.node_id FROM dbo.favorites AS f
            WHERE f.vault_id = @vault AND NOT EXISTS (SELECT 1 FROM dbo.nodes AS n WHERE n.vault_id = f.vault_id AND n.node_id = f.node_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.kind = 2 AND (n.size <> 0 OR n.content_id IS NOT NULL)
            UNION ALL
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n JOIN dbo.vaults AS v ON v.vault_id = n.vault_id
            WHERE n.vault_id = @vault AND n.kind = 2 AND n.parent_id = v.root_id
              AND NOT EXISTS (SELECT 1 FROM dbo.mounts AS m WHERE m.vault_id = n.vault_id AND m.node_id = n.node_id);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) l.node_id FROM dbo.locks AS l WHERE l.vault_id = @vault AND l.expires > @now
            GROUP BY l.node_id HAVING COUNT(*) > 1 AND MIN(CASE WHEN l.is_shared = 1 THEN 1 ELSE 0 END) = 0;
            """,
            s_vault,
            s_now
        ),
        new(
            """
            SELECT TOP (5) s.node_id FROM (
              SELECT h.node_id, h.from_seq, h.until_seq, h.from_time, h.until_time,
                LAG(h.until_seq) OVER (PARTITION BY h.node_id ORDER BY h.until_seq) AS former_until
              FROM dbo.node_history AS h WHERE h.vault_id = @vault
            ) AS s
            LEFT JOIN dbo.nodes AS n ON n.vault_id = @vault AND n.node_id = s.node_id
            WHERE s.from_seq >= s.until_seq OR s.from_time > s.until_time OR s.until_seq > n.changed_seq OR s.from_seq < s.former_until;
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) h.node_id FROM dbo.node_history AS h JOIN dbo.vaults AS v ON v.vault_id = h.vault_id
            WHERE h.vault_id = @vault AND h.aside_account IS NOT NULL AND v.set_aside_at IS NULL;
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) h.node_id FROM dbo.node_history AS h
            WHERE h.vault_id = @vault AND h.hidden_at IS NOT NULL AND (h.is_version = 0 OR h.content_id IS NULL);
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n
            WHERE n.vault_id = @vault AND n.node_id >= (SELECT s.next FROM dbo.sequences AS s WHERE s.name = 'ids')
            UNION ALL
            SELECT TOP (5) c.content_id FROM dbo.contents AS c
            WHERE c.vault_id = @vault AND c.content_id >= (SELECT s.next FROM dbo.sequences AS s WHERE s.name = 'ids');
            """,
            s_vault
        ),
        new(
            """
            SELECT TOP (5) n.node_id FROM dbo.nodes AS n WHERE @vault = (SELECT MIN(v.vault_id) FROM dbo.vaults AS v)
            GROUP BY n.node_id HAVING COUNT(*) > 1;
            """,
            s_vault
        ),
        new(
            $"""
            SELECT TOP (5) s.session_id FROM dbo.sessions AS s LEFT JOIN dbo.accounts AS a ON a.account_id = s.account_id
            WHERE {IsOnce} AND (a.account_id IS NULL OR s.credential_version > a.credential_version OR s.expires < s.created);
            """,
            s_vault
        ),
        new(
            $"""
            SELECT TOP (5) f.account_id FROM dbo.second_factors AS f LEFT JOIN dbo.accounts AS a ON a.account_id = f.account_id
            WHERE {IsOnce} AND (a.account_id IS NULL OR f.confirmed < f.created OR (f.confirmed IS NULL AND f.last_step > 0))
            UNION ALL
            SELECT TOP (5) r.account_id FROM dbo.recovery_codes AS r LEFT JOIN dbo.second_factors AS f ON f.account_id = r.account_id
            WHERE {IsOnce} AND f.confirmed IS NULL;
            """,
            s_vault
        ),
        new(
            $"""
            SELECT TOP (5) f.created FROM dbo.login_flows AS f LEFT JOIN dbo.accounts AS a ON a.account_id = f.account_id
            WHERE {IsOnce} AND (
              (f.account_id IS NULL AND f.credential_version IS NOT NULL) OR (f.account_id IS NOT NULL AND f.credential_version IS NULL)
              OR (f.account_id IS NOT NULL AND (a.account_id IS NULL OR f.credential_version > a.credential_version))
              OR f.poll_hash = f.login_hash OR f.expires < f.created);
            """,
            s_vault
        ),
        new(
            $"""
            SELECT TOP (5) p.created FROM dbo.tv_pairings AS p LEFT JOIN dbo.accounts AS a ON a.account_id = p.account_id
            WHERE {IsOnce} AND (
              (p.account_id IS NULL AND p.credential_version IS NOT NULL) OR (p.account_id IS NOT NULL AND p.credential_version IS NULL)
              OR (p.account_id IS NOT NULL AND (a.account_id IS NULL OR p.credential_version > a.credential_version OR p.is_refused = 1))
              OR p.device_hash = p.user_hash OR p.expires < p.created);
            """,
            s_vault
        ),
        new(
            $"""
            SELECT TOP (5) m.address_id FROM dbo.media_addresses AS m LEFT JOIN dbo.devices AS d ON d.device_id = m.device_id
            WHERE {IsOnce} AND (d.device_id IS NULL OR d.is_tv = 0 OR d.account_id <> m.account_id OR m.expires < m.created);
            """,
            s_vault
        ),
    ];
}
