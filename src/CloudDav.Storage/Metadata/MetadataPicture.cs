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

/// <summary>Statements over the metadata in a backup. They go through whole tables of a file that no server has open.</summary>
internal static class PictureStatements
{
    // Of vaults that were being destroyed there is nothing to keep.
    public const string ListBlobs = """
        SELECT c.vault_id, c.blob_id FROM contents c
        WHERE c.blob_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM destructions d WHERE d.vault_id = c.vault_id)
        ORDER BY c.content_id
        """;

    public const string CountVaults = "SELECT COUNT(*) FROM vaults v";
}
