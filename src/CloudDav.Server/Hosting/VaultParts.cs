using CloudDav.Server.Options;
using CloudDav.Storage;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>The storage behind the vaults, opened from its folders: for the server, and for the verbs that work beside it.</summary>
internal sealed class VaultParts : IDisposable
{
    private readonly SqliteDatabase _database;

    public VaultParts(IOptions<StorageOptions> options)
        : this(options.Value) { }

    private VaultParts(StorageOptions options)
    {
        // Keys first: a key folder that is lost or not mounted must not be discovered after something was written.
        Keys = FileKeyStore.Open(Folder("Storage:KeyFolder", options.KeyFolder, PrivateMode));
        Blobs = new DiskBlobStore(
            Folder("Storage:ContentFolder", options.ContentFolder, PrivateMode)
        );
        Migrate(options);
        _database = new SqliteDatabase(DatabaseFile(options));
        Accounts = new SqliteAccountStore(_database);
    }

    public IKeyStore Keys { get; }

    public IBlobStore Blobs { get; }

    public IAccountStore Accounts { get; }

    /// <summary>Opens the storage in its folders, creating what is missing.</summary>
    /// <exception cref="StartProblem">A folder cannot be used.</exception>
    public static VaultParts Open(StorageOptions options) => new(options);

    /// <summary>Creates the metadata or brings its schema up to date.</summary>
    /// <returns>The migrations that ran.</returns>
    public static IReadOnlyList<string> Migrate(StorageOptions options)
    {
        Folder("Storage:MetadataFolder", options.MetadataFolder, PrivateMode);
        return SqliteDatabase.Migrate(DatabaseFile(options));
    }

    public void Dispose() => _database.Dispose();

    private static string DatabaseFile(StorageOptions options) =>
        Path.Combine(Path.GetFullPath(options.MetadataFolder), "clouddav.db");

    private const UnixFileMode PrivateMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static string Folder(string setting, string path, UnixFileMode mode)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(folder))
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(folder);
                else
                    Directory.CreateDirectory(folder, mode);
            }
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
