using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Restores a backup into empty data folders, or into folders that are thrown away again, to see whether it can be.</summary>
internal static class RestoreVerb
{
    /// <param name="settings">Where to, and where the keys are.</param>
    /// <param name="from">The backup.</param>
    /// <param name="isQuick">Whether contents are looked at, and not read, at the end.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<int> RunAsync(
        IConfiguration settings,
        DirectoryInfo from,
        bool isQuick,
        CancellationToken stop
    )
    {
        var folders = Settings.Folders(settings);
        VaultParts.RequireFolders(folders);
        var backup = await OpenAsync(from, stop);
        RequireEmpty("Storage:MetadataFolder", folders.MetadataFolder);
        RequireEmpty("Storage:ContentFolder", folders.ContentFolder);
        await RequireKeysAsync(folders, backup, stop);
        var isWhole = await RestoreAsync(settings, folders, backup, mayLink: false, isQuick, stop);
        TellLost(backup.Manifest.Taken);
        return isWhole ? 0 : 1;
    }

    /// <summary>Says what somebody has to do after a restore.</summary>
    /// <param name="taken">The moment that was restored.</param>
    public static void TellLost(DateTimeOffset taken) =>
        Console.WriteLine(
            $"""
            Restored is what was there on {VerbText.Time(
                taken
            )}. What happened since is lost, so that before the server is started:
              - devices and passwords that were revoked or changed since must be revoked or changed again (device revoke);
              - the operator's systems must repeat their commands since then.
            """
        );

    /// <summary>Destroys again what a restore brought back.</summary>
    public static async Task RepeatAsync(
        IConfiguration settings,
        VaultParts parts,
        CancellationToken stop
    )
    {
        var lifecycle =
            settings.GetSection(LifecycleOptions.Section).Get<LifecycleOptions>() ?? new();
        var repeated = await parts.OpenDestruction(lifecycle.ToDestruction()).RepeatAsync(stop);
        if (repeated > 0)
            Console.WriteLine(
                $"{VerbText.Count(repeated, "vault")} destroyed again: destroyed since the backup was made."
            );
    }

    /// <summary>Restores a backup beside itself, checks all of it, removes it again, and records in the data of the settings that this was done.</summary>
    public static async Task<int> TestAsync(
        IConfiguration settings,
        DirectoryInfo from,
        CancellationToken stop
    )
    {
        var live = Settings.Folders(settings);
        VaultParts.RequireFolders(live);
        VaultParts.RequireData(live);
        var backup = await OpenAsync(from, stop);
        await RequireKeysAsync(live, backup, stop);
        var place =
            $"{from.FullName.TrimEnd(Path.DirectorySeparatorChar)}.restore-test-{Guid.NewGuid():N}";
        try
        {
            var folders = new StorageOptions
            {
                MetadataFolder = Path.Join(place, "metadata"),
                ContentFolder = Path.Join(place, "content"),
                KeyFolder = live.KeyFolder,
                Keys = live.Keys,
            };
            if (!await RestoreAsync(settings, folders, backup, mayLink: true, isQuick: false, stop))
            {
                Console.WriteLine("The backup did not pass; nothing is recorded.");
                return 1;
            }
        }
        finally
        {
            if (Directory.Exists(place))
                Directory.Delete(place, recursive: true);
        }
        using var parts = VaultParts.Open(live);
        await parts.Care.RecordRestoreTestAsync(Entry(backup, AuditActs.RestoreTested), stop);
        Console.WriteLine(
            $"The backup of {VerbText.Time(backup.Manifest.Taken)} can be restored. This is recorded."
        );
        return 0;
    }

    private static async Task<bool> RestoreAsync(
        IConfiguration settings,
        StorageOptions folders,
        EmbeddedBackup backup,
        bool mayLink,
        bool isQuick,
        CancellationToken stop
    )
    {
        var problems = 0;
        await VaultParts.RestoreAsync(
            folders,
            backup,
            mayLink,
            Entry(backup, AuditActs.BackupRestored),
            sentence =>
            {
                problems++;
                Console.WriteLine($"BROKEN  {sentence}");
            },
            stop
        );
        using (var parts = VaultParts.Open(folders))
            await RepeatAsync(settings, parts, stop);
        return await CheckVerb.RunAsync(folders, !isQuick, stop) == 0 && problems == 0;
    }

    private static async Task<EmbeddedBackup> OpenAsync(DirectoryInfo from, CancellationToken stop)
    {
        if (!from.Exists)
            throw new StartProblem($"There is no folder {from.FullName}.");
        return await EmbeddedBackup.OpenAsync(from.FullName, stop);
    }

    private static AuditEntry Entry(EmbeddedBackup backup, string act) =>
        new()
        {
            Chain = AuditChainId.Operator,
            At = TimeProvider.System.GetUtcNow(),
            Actor = AuditActors.Console,
            Act = act,
            Body = JsonSerializer.Serialize(
                new
                {
                    taken = backup.Manifest.Taken,
                    metadata = backup.Manifest.MetadataSha256,
                    blobs = backup.Manifest.Blobs,
                }
            ),
        };

    private static void RequireEmpty(string setting, string path)
    {
        var folder = Path.GetFullPath(path);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new StartProblem(
                $"The folder {folder} ({setting}) has something in it. A backup is restored into empty folders only."
            );
    }

    // Before anything is written: without the keys nothing could be read, and a new key folder must not come into being in their place.
    private static async Task RequireKeysAsync(
        StorageOptions folders,
        EmbeddedBackup backup,
        CancellationToken stop
    )
    {
        var vaults = backup.ListEncryptedVaults();
        if (vaults.Count == 0)
            return;
        if (!folders.Keys.Azure.IsUsed && !Directory.Exists(folders.KeyFolder))
            throw NoKeys(folders, inner: null);
        KeyStore keys;
        try
        {
            keys = await VaultParts.OpenKeysAsync(
                folders,
                mayBegin: false,
                TimeProvider.System,
                stop
            );
        }
        catch (KeyStoreException failure)
        {
            throw NoKeys(folders, failure);
        }
        await keys.VerifyAsync(vaults, stop);
    }

    private static StartProblem NoKeys(StorageOptions folders, Exception? inner) =>
        new(
            folders.Keys.Azure.IsUsed
                ? $"The contents are encrypted, and {KeyContainerOptions.Section} has no keys. Put them there from their own copy first."
                : $"The contents are encrypted, and {Path.GetFullPath(folders.KeyFolder)} (Storage:KeyFolder) has no keys. Put the key folder there from its own copy first.",
            inner
        );
}
