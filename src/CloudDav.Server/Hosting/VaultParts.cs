using System.Diagnostics.Metrics;
using CloudDav.Server.Options;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>The storage behind the vaults, opened from its settings: for the server, and for the verbs that work beside it.</summary>
internal sealed class VaultParts : IDisposable
{
    private const string ContainerMark = "CloudDav mark of the content container";

    private readonly MetadataPorts _ports;
    private readonly TimeProvider _time;

    private VaultParts(
        StorageOptions options,
        AccountPolicy policy,
        DavOptions dav,
        TimeProvider time,
        Meter? meter,
        DatabaseClock? clock,
        bool isOnlyMetadata = false
    )
    {
        _time = time;
        // Keys first: a key folder that is lost or not mounted must not be discovered after something was written.
        KeyStore = OpenKeysAtOnce(options, isOnlyMetadata, time);
        Keys = isOnlyMetadata ? new UntouchedKeyStore(KeyStore) : KeyStore;
        Blobs = OpenBlobs(
            options,
            Convert.ToHexStringLower(Keys.Derive(ContainerMark)),
            isOnlyMetadata
        );
        _ports = MetadataEngine.Of(options).Open(time, meter, clock);
        ClosedNames = new ClosedNames(Keys.Derive(ClosedNames.Purpose));
        Limits = options.History.ToLimits(
            new VaultLimits
            {
                InlineBytes = options.InlineBytes,
                UploadIdle = TimeSpan.FromHours(options.UploadIdleHours),
                UploadSessions = options.UploadsPerAccount,
                UploadParts = options.PartsPerUpload,
                EncryptsContent = options.EncryptContent,
                InfiniteListing = dav.InfiniteDepthLimit,
                SyncReport = dav.SyncReportLimit,
            }
        );
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

    public IKeyStore Keys { get; }

    /// <summary>The same, for whoever looks after the keys themselves.</summary>
    public KeyStore KeyStore { get; }

    public IBlobStore Blobs { get; }

    public IAccountStore Accounts => _ports.Accounts;

    public IContractStore Contracts => _ports.Contracts;

    public IMetadataStore Metadata => _ports.Metadata;

    public IBlobLedger Ledger => _ports.Ledger;

    public IAuditLog Audit => _ports.Audit;

    public IOutbox Outbox => _ports.Outbox;

    public IJobLeases Leases => _ports.Leases;

    public IDestructionStore Destructions => _ports.Destructions;

    public ICareLog Care => _ports.Care;

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

    /// <summary>Removes what nothing refers to from the store.</summary>
    public BlobSweeper OpenSweeper(BlobSweeperOptions options) =>
        new(Blobs, Ledger, _time, options);

    /// <inheritdoc cref="MetadataPorts.BeginAnewAsync"/>
    public ValueTask BeginAnewAsync(AuditEntry entry, CancellationToken stop) =>
        _ports.BeginAnewAsync(entry, stop);

    /// <summary>Makes a backup of metadata and contents; nothing may be swept meanwhile.</summary>
    /// <exception cref="StartProblem">Metadata or contents are in no folder.</exception>
    public ValueTask<BackupManifest> WriteBackupAsync(
        string folder,
        string program,
        CancellationToken stop
    ) =>
        EmbeddedBackup.WriteAsync(
            _ports.Sqlite ?? throw NotInFile(),
            Blobs as DiskBlobStore ?? throw NotInFolders(),
            Keys,
            folder,
            program,
            _time,
            stop
        );

    /// <summary>Opens the keys alone.</summary>
    /// <param name="options">Where they are.</param>
    /// <param name="mayBegin">Whether a store that is empty is begun.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops it.</param>
    /// <param name="isOnlyRead">Whether nothing may be written there.</param>
    /// <exception cref="StartProblem">They cannot be reached.</exception>
    /// <exception cref="KeyStoreException">What wraps them is missing, or another one, or keys are lost.</exception>
    public static async ValueTask<KeyStore> OpenKeysAsync(
        StorageOptions options,
        bool mayBegin,
        TimeProvider time,
        CancellationToken stop,
        bool isOnlyRead = false
    )
    {
        var container = options.Keys.Azure;
        var places = KeyOptions(options);
        try
        {
            return await KeyStore.OpenAsync(
                places with
                {
                    Container = places.Container is { } one
                        ? one with
                        {
                            IsOnlyRead = isOnlyRead,
                        }
                        : null,
                    Folder =
                        container.IsUsed || !mayBegin
                            ? options.KeyFolder
                            : DataFolder.Require("Storage:KeyFolder", options.KeyFolder),
                    MayBegin = mayBegin,
                },
                time,
                stop
            );
        }
        catch (FormatException failure)
        {
            throw new StartProblem(
                $"The connection string ({KeyContainerOptions.Section}:ConnectionString) cannot be used: {failure.Message}",
                failure
            );
        }
        catch (IOException failure)
        {
            throw new StartProblem($"The vaults' keys cannot be had: {failure.Message}", failure);
        }
    }

    /// <summary>The settings of the keys as the store wants them.</summary>
    /// <exception cref="StartProblem">The file with the connection string cannot be read.</exception>
    public static KeyStoreOptions KeyOptions(StorageOptions options) =>
        new()
        {
            Folder = options.KeyFolder,
            Container = options.Keys.Azure.IsUsed
                ? options.Keys.Azure.ToStore(mark: null, KeyContainerOptions.Section)
                : null,
            WrappingKeyFile = options.Keys.WrappingKeyFile,
            KeyVault = options.Keys.KeyVault.ToStore(),
        };

    // The server is put together in one go, and without keys there is nothing to go on with.
    private static KeyStore OpenKeysAtOnce(
        StorageOptions options,
        bool isOnlyRead,
        TimeProvider time
    ) =>
        OpenKeysAsync(options, mayBegin: !isOnlyRead, time, CancellationToken.None, isOnlyRead)
            .AsTask()
            .GetAwaiter()
            .GetResult();

    /// <summary>Puts a backup into folders that are empty.</summary>
    /// <exception cref="StartProblem">Metadata or contents are to be in no folder.</exception>
    public static async Task RestoreAsync(
        StorageOptions options,
        EmbeddedBackup backup,
        bool mayLink,
        AuditEntry entry,
        Action<string> report,
        CancellationToken stop
    )
    {
        RequireFolders(options);
        DataFolder.Require("Storage:MetadataFolder", options.MetadataFolder);
        await backup.RestoreAsync(
            new SqliteEngine(options.MetadataFolder).File,
            DataFolder.Require("Storage:ContentFolder", options.ContentFolder),
            mayLink,
            entry,
            report,
            stop
        );
    }

    /// <summary>Refuses what is for the embedded profile alone.</summary>
    /// <exception cref="StartProblem">Metadata or contents are in no folder.</exception>
    public static void RequireFolders(StorageOptions options)
    {
        if (options.SqlServer.IsUsed)
            throw NotInFile();
        if (options.Azure.IsUsed)
            throw NotInFolders();
    }

    private static StartProblem NotInFile() =>
        new(
            "Backups by this program are of metadata in a folder, and these are in SQL Server (Storage:SqlServer): back the database up, and restore it, by the server's own means, to a moment, and the contents and the key folder by theirs. After a restore run scrub, which tells contents that are missing or damaged."
        );

    private static StartProblem NotInFolders() =>
        new(
            "Backups are of contents in a folder, and these are in Azure Blob Storage (Storage:Azure): protect the storage account by its own means, and the metadata with it."
        );

    /// <summary>Opens the storage, creating what is missing and may be created.</summary>
    /// <exception cref="StartProblem">A part of it cannot be used.</exception>
    public static VaultParts Open(StorageOptions options) =>
        Open(options, new ContractOptions().ToPolicy(), new DavOptions(), TimeProvider.System);

    /// <summary>Opens metadata to work on, with contents and keys that somebody else works with: of these nothing is changed.</summary>
    /// <exception cref="StartProblem">A part of it cannot be used.</exception>
    public static VaultParts OpenMetadata(StorageOptions options) =>
        new(
            options,
            new ContractOptions().ToPolicy(),
            new DavOptions(),
            TimeProvider.System,
            meter: null,
            clock: null,
            isOnlyMetadata: true
        );

    /// <summary>As <see cref="Open(StorageOptions)"/>, with what only the server needs; without a meter nothing is measured.</summary>
    public static VaultParts Open(
        StorageOptions options,
        AccountPolicy policy,
        DavOptions dav,
        TimeProvider time,
        Meter? meter = null,
        DatabaseClock? clock = null
    ) => new(options, policy, dav, time, meter, clock);

    /// <summary>Looks whether the keys of all vaults that need one are there, so that a lost key file is found at the start and not by the first reader.</summary>
    /// <exception cref="KeyStoreException">One is missing.</exception>
    public async ValueTask VerifyKeysAsync(CancellationToken cancellationToken) =>
        await Keys.VerifyAsync(
            await Metadata.ListEncryptedVaultsAsync(cancellationToken),
            cancellationToken
        );

    /// <inheritdoc cref="MetadataEngine.RequireData"/>
    public static void RequireData(StorageOptions options) =>
        MetadataEngine.Of(options).RequireData();

    /// <inheritdoc cref="MetadataEngine.RequireRestored"/>
    public static void RequireRestored(StorageOptions options) =>
        MetadataEngine.Of(options).RequireRestored();

    /// <inheritdoc cref="MetadataEngine.Migrate"/>
    public static IReadOnlyList<string> Migrate(StorageOptions options) =>
        MetadataEngine.Of(options).Migrate();

    public void Dispose() => _ports.Dispose();

    private static IBlobStore OpenBlobs(StorageOptions options, string mark, bool isOnlyRead)
    {
        if (!options.Azure.IsUsed)
        {
            var folder = isOnlyRead
                ? Path.GetFullPath(options.ContentFolder)
                : DataFolder.Require("Storage:ContentFolder", options.ContentFolder);
            if (!Directory.Exists(folder))
                throw new StartProblem($"There is no folder {folder} (Storage:ContentFolder).");
            var disk = new DiskBlobStore(folder);
            return isOnlyRead ? new UntouchedBlobStore(disk) : disk;
        }
        try
        {
            var container = AzureBlobStore.Open(
                options.Azure.ToStore(mark) with
                {
                    IsOnlyRead = isOnlyRead,
                }
            );
            return isOnlyRead ? new UntouchedBlobStore(container) : container;
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
}
