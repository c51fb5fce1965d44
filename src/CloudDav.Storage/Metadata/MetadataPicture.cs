using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>The metadata in a backup, which nobody changes: it is read without leaving anything beside it.</summary>
/// <param name="path">The database file.</param>
internal sealed class MetadataPicture(string path)
{
    public IEnumerable<(VaultId Vault, BlobId Blob)> ReadBlobs()
    {
        using var connection = SqliteDatabase.OpenPicture(path);
        foreach (
            var row in connection.Query<(long Vault, byte[] Blob)>(
                PictureStatements.ListBlobs,
                buffered: false
            )
        )
            yield return (new VaultId(row.Vault), new BlobId(new Guid(row.Blob)));
    }

    public long CountVaults()
    {
        using var connection = SqliteDatabase.OpenPicture(path);
        return connection.QueryFirst<long>(PictureStatements.CountVaults);
    }

    public IReadOnlyList<VaultId> ListEncryptedVaults()
    {
        using var connection = SqliteDatabase.OpenPicture(path);
        return
        [
            .. connection.Query<long>(VaultSql.ListEncryptedVaults).Select(id => new VaultId(id)),
        ];
    }

    public string? FindUnknownMigration()
    {
        using var connection = SqliteDatabase.OpenPicture(path);
        var known = SqliteDatabase.Migrations.ToHashSet(StringComparer.Ordinal);
        return connection
            .Query<string>("SELECT ScriptName FROM SchemaVersions")
            .FirstOrDefault(name => !known.Contains(name));
    }
}

/// <summary>Statements over the metadata in a backup, and on it when it is restored. They go through whole tables of a file that no server has open.</summary>
internal static class PictureStatements
{
    // Of vaults that were being destroyed there is nothing to keep.
    public const string ListBlobs = """
        SELECT c.vault_id, c.blob_id FROM contents c
        WHERE c.blob_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = c.vault_id)
        ORDER BY c.content_id
        """;

    public const string CountVaults = "SELECT COUNT(*) FROM vaults v";

    public const string NewEpochs = "UPDATE vaults SET epoch = RANDOM() & 9223372036854775807";

    // Far above whatever can have been given out since the backup was taken.
    public const string SkipIds = """
        UPDATE sequences SET next = next + CASE name WHEN 'ids' THEN 4294967296 ELSE 1000000 END
        """;

    public const string SkipEvents = "UPDATE event_queues SET last_number = last_number + 1000000";

    public const string ForgetLeases = "DELETE FROM job_leases";

    // What was proved was proved of another store.
    public const string ForgetScrubs = """
        UPDATE care_state SET pass_started = NULL, pass_vault = 0, pass_after = 0, pass_contents = 0, pass_bytes = 0, pass_unread = 0,
          last_started = NULL, last_scrub = NULL WHERE state_id = 1
        """;
}
