using System.Diagnostics.Metrics;
using CloudDav.Server.Options;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>The storage behind the vaults, opened from its folders: for the server, and for the verbs that work beside it.</summary>
internal sealed class VaultParts : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly FileKeyStore _keys;
    private readonly TimeProvider _time;

    private VaultParts(
        StorageOptions options,
        AccountPolicy policy,
        int infiniteListing,
        TimeProvider time,
        Meter? meter
    )
    {
        _time = time;
        // Keys first: a key folder that is lost or not mounted must not be discovered after something was written.
        _keys = FileKeyStore.Open(Folder("Storage:KeyFolder", options.KeyFolder));
        Blobs = OpenBlobs(options);
        Migrate(options);
        _database = new SqliteDatabase(DatabaseFile(options), meter);
        Accounts = new SqliteAccountStore(_database);
        Contracts = new SqliteContractStore(_database);
        Metadata = new SqliteMetadataStore(_database);
        Ledger = new SqliteBlobLedger(_database);
        Audit = new SqliteAuditLog(_database);
        Outbox = new SqliteOutbox(_database);
        Leases = new SqliteJobLeases(_database);
        Destructions = new SqliteDestructionStore(_database, time);
        Care = new SqliteCareLog(_database);
        ClosedNames = new ClosedNames(Keys.Derive(ClosedNames.Purpose));
        Limits = new VaultLimits
        {
            InlineBytes = options.InlineBytes,
            EncryptsContent = options.EncryptContent,
            InfiniteListing = infiniteListing,
        };
        var bytes = meter is null ? null : new ContentMeter(meter);
        Vaults = new Vaults(
            Metadata,
            Keys,
            new ContentWriter(Blobs, new ContentOptions(), bytes),
            new ContentReader(Blobs, bytes),
            policy,
            Limits,
            time
        );
    }

    public IKeyStore Keys => _keys;

    public IBlobStore Blobs { get; }

    public IAccountStore Accounts { get; }

    public IContractStore Contracts { get; }

    public IMetadataStore Metadata { get; }

    public IBlobLedger Ledger { get; }

    public IAuditLog Audit { get; }

    public IOutbox Outbox { get; }

    public IJobLeases Leases { get; }

    public IDestructionStore Destructions { get; }

    public ICareLog Care { get; }

    public ClosedNames ClosedNames { get; }

    public VaultLimits Limits { get; }

    public Vaults Vaults { get; }

    /// <summary>The work that destroys vaults whose window has closed.</summary>
    public Destruction OpenDestruction(DestructionOptions options) =>
        new(
            Contracts,
            Destructions,
            Keys,
            Blobs,
            Ledger,
            ClosedNames,
            Vaults.Policy,
            _time,
            options
        );

    /// <summary>The work that reads all contents and marks what is damaged.</summary>
    public Scrubber OpenScrubber() => new(Blobs, Ledger, Keys, Care, _time);

    /// <summary>Makes a backup of metadata and contents; nothing may be swept meanwhile.</summary>
    /// <exception cref="StartProblem">The contents are in no folder.</exception>
    public ValueTask<BackupManifest> WriteBackupAsync(
        string folder,
        string program,
        CancellationToken stop
    ) =>
        EmbeddedBackup.WriteAsync(
            _database,
            Blobs as DiskBlobStore ?? throw NotInFolders(),
            Keys,
            folder,
            program,
            _time,
            stop
        );

    /// <summary>Makes a folder a copy of the key folder as it is now.</summary>
    /// <returns>How many keys it has.</returns>
    public int MirrorKeys(string folder) => _keys.MirrorTo(folder);

    /// <summary>Puts a backup into folders that are empty.</summary>
    /// <exception cref="StartProblem">The contents are to be in no folder.</exception>
    public static async Task RestoreAsync(
        StorageOptions options,
        EmbeddedBackup backup,
        bool mayLink,
        AuditEntry entry,
        Action<string> report,
        CancellationToken stop
    )
    {
        if (options.Azure.IsUsed)
            throw NotInFolders();
        Folder("Storage:MetadataFolder", options.MetadataFolder);
        await backup.RestoreAsync(
            DatabaseFile(options),
            Folder("Storage:ContentFolder", options.ContentFolder),
            mayLink,
            entry,
            report,
            stop
        );
    }

    private static StartProblem NotInFolders() =>
        new(
            "Backups are of contents in a folder, and these are in Azure Blob Storage (Storage:Azure): protect the storage account by its own means, and the metadata with it."
        );

    /// <summary>Opens the storage in its folders, creating what is missing.</summary>
    /// <exception cref="StartProblem">A folder cannot be used.</exception>
    public static VaultParts Open(StorageOptions options) =>
        Open(
            options,
            new ContractOptions().ToPolicy(),
            new DavOptions().InfiniteDepthLimit,
            TimeProvider.System
        );

    /// <summary>As <see cref="Open(StorageOptions)"/>, with what only the server needs; without a meter nothing is measured.</summary>
    public static VaultParts Open(
        StorageOptions options,
        AccountPolicy policy,
        int infiniteListing,
        TimeProvider time,
        Meter? meter = null
    ) => new(options, policy, infiniteListing, time, meter);

    /// <summary>Looks whether the keys of all vaults that need one are there, so that a lost key file is found at the start and not by the first reader.</summary>
    /// <exception cref="KeyStoreException">One is missing.</exception>
    public async ValueTask VerifyKeysAsync(CancellationToken cancellationToken) =>
        await Keys.VerifyAsync(
            await Metadata.ListEncryptedVaultsAsync(cancellationToken),
            cancellationToken
        );

    /// <summary>Refuses to go on when there is no metadata: looking at a folder must not make it one.</summary>
    /// <exception cref="StartProblem">There is none.</exception>
    public static void RequireData(StorageOptions options)
    {
        if (!File.Exists(DatabaseFile(options)))
            throw new StartProblem(
                $"There is no metadata in {Path.GetFullPath(options.MetadataFolder)} (Storage:MetadataFolder)."
            );
    }

    /// <summary>Creates the metadata or brings its schema up to date.</summary>
    /// <returns>The migrations that ran.</returns>
    public static IReadOnlyList<string> Migrate(StorageOptions options)
    {
        Folder("Storage:MetadataFolder", options.MetadataFolder);
        return SqliteDatabase.Migrate(DatabaseFile(options));
    }

    public void Dispose() => _database.Dispose();

    private static IBlobStore OpenBlobs(StorageOptions options)
    {
        if (!options.Azure.IsUsed)
            return new DiskBlobStore(Folder("Storage:ContentFolder", options.ContentFolder));
        try
        {
            return AzureBlobStore.Open(options.Azure.ToStore());
        }
        catch (FormatException failure)
        {
            throw new StartProblem(
                $"The connection string (Storage:Azure:ConnectionString) cannot be used: {failure.Message}",
                failure
            );
        }
        catch (IOException failure)
        {
            throw new StartProblem(
                $"The container {options.Azure.Container} (Storage:Azure:Container) cannot be used: {failure.Message}",
                failure
            );
        }
    }

    private static string DatabaseFile(StorageOptions options) =>
        Path.Combine(Path.GetFullPath(options.MetadataFolder), "clouddav.db");

    private static string Folder(string setting, string path)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            PrivateFolder.Create(folder);
            // Asked by doing: permissions, read-only mounts and full disks are all found this way.
            var probe = Path.Combine(folder, $".writable-{Environment.ProcessId}");
            using (
                new FileStream(
                    probe,
                    FileMode.Create,
                    FileAccess.Write,
                    FileShare.None,
                    1,
                    FileOptions.DeleteOnClose
                )
            ) { }
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"The folder {folder} ({setting}) cannot be written to: {failure.Message}",
                failure
            );
        }
    }
}
