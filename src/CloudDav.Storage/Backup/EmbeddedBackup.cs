using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// A backup of the embedded profile, in a folder: <c>metadata.db</c>, a picture of the metadata at one moment; <c>content</c>, every blob that it refers to, as the
/// store has it; <c>blobs.list</c>, a line for each of these; and <c>backup.json</c>, which is written last, once all else is on stable storage. No key is in it: whoever
/// destroys a vault's key destroys what backups have of the vault.
/// </summary>
public sealed class EmbeddedBackup
{
    private const string ManifestName = "backup.json";
    private const string MetadataName = "metadata.db";
    private const string ListName = "blobs.list";
    private const string ContentName = "content";
    private const string MissingMark = "missing";
    private const string UnreadMark = "-";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
    };

    private readonly string _folder;

    private EmbeddedBackup(string folder, BackupManifest manifest) =>
        (_folder, Manifest) = (folder, manifest);

    /// <summary>What it is.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>
    /// Makes a backup while the server works. Blobs must not be swept meanwhile: what the metadata refers to at its beginning is still looked for at its end. On the
    /// store's own file system a blob gets a further name, which costs neither time nor room; elsewhere it is copied, and hashed on the way.
    /// </summary>
    /// <param name="database">The metadata.</param>
    /// <param name="blobs">The store.</param>
    /// <param name="keys">Says which vaults were destroyed meanwhile, so that nothing of theirs is missed.</param>
    /// <param name="folder">Where to; it must be missing or empty.</param>
    /// <param name="program">The version of the program.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops it; what is there then is no backup.</param>
    /// <exception cref="BackupException">The folder has something in it.</exception>
    public static async ValueTask<BackupManifest> WriteAsync(
        SqliteDatabase database,
        DiskBlobStore blobs,
        IKeyStore keys,
        string folder,
        string program,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new BackupException(
                $"The folder {folder} has something in it. A backup is made in a folder of its own."
            );
        PrivateFolder.Create(folder);
        var taken = time.GetUtcNow();
        var metadata = Path.Join(folder, MetadataName);
        await database.CopyAsync(metadata, cancellationToken);
        var picture = new MetadataPicture(metadata);
        var target = new DiskBlobStore(Path.Join(folder, ContentName));
        var (count, bytes, linked, missing) = (0L, 0L, 0L, 0L);
        var list = Path.Join(folder, ListName);
        await using (var lines = new StreamWriter(list, append: false, Encoding.ASCII))
        {
            foreach (var (vault, blob) in picture.ReadBlobs())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (blobs.CopyTo(target, blob, mayLink: true) is { } copied)
                {
                    count++;
                    bytes += copied.Length;
                    linked += copied.Sha256 is null ? 1 : 0;
                    await lines.WriteLineAsync(Line(blob, copied));
                    continue;
                }
                // Destruction waits for nobody; its vault is destroyed again when this is restored.
                if (await keys.IsDestroyedAsync(vault, cancellationToken))
                    continue;
                missing++;
                await lines.WriteLineAsync($"{blob.Value:N} {MissingMark}");
            }
        }
        StableStorage.FlushFileSystem(folder, [list, metadata]);
        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Program = program,
            Taken = taken,
            Finished = time.GetUtcNow(),
            MetadataBytes = new FileInfo(metadata).Length,
            MetadataSha256 = await HashAsync(metadata, cancellationToken),
            Vaults = picture.CountVaults(),
            Blobs = count,
            BlobBytes = bytes,
            Linked = linked,
            Missing = missing,
            ListSha256 = await HashAsync(list, cancellationToken),
        };
        WriteWhole(
            Path.Join(folder, ManifestName),
            JsonSerializer.SerializeToUtf8Bytes(manifest, s_json)
        );
        return manifest;
    }

    /// <summary>Opens a backup: its manifest must be there, and its metadata and its list must be what the manifest says.</summary>
    /// <exception cref="BackupException">It is no whole backup, or not one that this program can restore.</exception>
    public static async ValueTask<EmbeddedBackup> OpenAsync(
        string folder,
        CancellationToken cancellationToken
    )
    {
        folder = Path.GetFullPath(folder);
        var file = Path.Join(folder, ManifestName);
        if (!File.Exists(file))
            throw new BackupException(
                $"{folder} is no whole backup: it has no {ManifestName}, which is written last."
            );
        BackupManifest manifest;
        try
        {
            await using var json = File.OpenRead(file);
            manifest = (
                await JsonSerializer.DeserializeAsync<BackupManifest>(
                    json,
                    s_json,
                    cancellationToken
                )
            )!;
        }
        catch (JsonException failure)
        {
            throw new BackupException($"{file} is damaged: {failure.Message}", failure);
        }
        if (manifest is not { Format: BackupManifest.CurrentFormat })
            throw new BackupException(
                $"The backup {folder} has another layout than this program reads."
            );
        var backup = new EmbeddedBackup(folder, manifest);
        await backup.VerifyAsync(MetadataName, manifest.MetadataSha256, cancellationToken);
        await backup.VerifyAsync(ListName, manifest.ListSha256, cancellationToken);
        if (new MetadataPicture(backup.PathOf(MetadataName)).FindUnknownMigration() is { } newer)
            throw new BackupException(
                $"The backup {folder} was made by a newer program: this one does not know {newer}."
            );
        return backup;
    }

    /// <summary>The vaults that have encrypted content, whose keys a restore needs.</summary>
    public IReadOnlyList<VaultId> ListEncryptedVaults() =>
        new MetadataPicture(PathOf(MetadataName)).ListEncryptedVaults();

    /// <summary>
    /// Puts the blobs into a store, and then the metadata into its place, which must be free, so that what was cut in between is no data folder. What the lost future
    /// gave out is never given out again: vaults get new epochs, and ids go on far above.
    /// </summary>
    /// <param name="databaseFile">Where the metadata goes.</param>
    /// <param name="contentFolder">Where the blobs go; missing or empty.</param>
    /// <param name="mayLink">Whether a blob may be a further name of the backup's own file; for what is thrown away again.</param>
    /// <param name="entry">What the operator's chain says of it.</param>
    /// <param name="report">Takes a sentence for each blob that is not as the list says. It is restored as it is, where it is there at all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask RestoreAsync(
        string databaseFile,
        string contentFolder,
        bool mayLink,
        AuditEntry entry,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        var source = new DiskBlobStore(PathOf(ContentName));
        var target = new DiskBlobStore(contentFolder);
        foreach (var line in File.ReadLines(PathOf(ListName), Encoding.ASCII))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (line.Split(' ') is not [var name, var length, .. var rest])
                throw new BackupException($"{PathOf(ListName)} is damaged.");
            if (length == MissingMark)
            {
                report($"Blob {name} was missing when the backup was made.");
                continue;
            }
            var blob = new BlobId(Guid.ParseExact(name, "N"));
            if (source.CopyTo(target, blob, mayLink) is not { } copied)
                report($"Blob {name} is not in the backup.");
            else if (copied.Length != long.Parse(length, CultureInfo.InvariantCulture))
                report(
                    $"Blob {name} has {copied.Length} bytes in the backup and must have {length}."
                );
            else if (
                rest is [var hash]
                && hash != UnreadMark
                && copied.Sha256 is { } found
                && hash != Convert.ToHexStringLower(found)
            )
                report($"Blob {name} has another hash than when the backup was made.");
        }
        StableStorage.FlushFileSystem(contentFolder, []);
        await RestoreMetadataAsync(databaseFile, entry, cancellationToken);
    }

    private async ValueTask RestoreMetadataAsync(
        string databaseFile,
        AuditEntry entry,
        CancellationToken cancellationToken
    )
    {
        var folder = Path.GetDirectoryName(databaseFile)!;
        var temporary = databaseFile + ".restoring";
        foreach (
            var leftover in Directory.EnumerateFiles(folder, Path.GetFileName(temporary) + "*")
        )
            File.Delete(leftover);
        File.Copy(PathOf(MetadataName), temporary);
        if (await HashAsync(temporary, cancellationToken) != Manifest.MetadataSha256)
            throw new BackupException("The metadata was not copied as it is in the backup.");
        SqliteDatabase.Migrate(temporary);
        using (var ports = new MetadataPorts(new SqliteDatabase(temporary), TimeProvider.System))
            await ports.BeginAnewAsync(entry, cancellationToken);
        StableStorage.FlushFileSystem(folder, [temporary]);
        File.Move(temporary, databaseFile, overwrite: false);
        File.Delete(temporary + ".migrate-lock");
        StableStorage.FlushDirectory(folder);
    }

    private string PathOf(string name) => Path.Join(_folder, name);

    private async ValueTask VerifyAsync(
        string name,
        string sha256,
        CancellationToken cancellationToken
    )
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            throw new BackupException($"The backup is not whole: {path} is missing.");
        if (await HashAsync(path, cancellationToken) != sha256)
            throw new BackupException($"{path} is not what was written when the backup was made.");
    }

    private static string Line(BlobId blob, CopiedBlob copied) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{blob.Value:N} {copied.Length} {(copied.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : UnreadMark)}"
        );

    private static async ValueTask<string> HashAsync(
        string path,
        CancellationToken cancellationToken
    )
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static void WriteWhole(string path, byte[] bytes)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path);
        StableStorage.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
