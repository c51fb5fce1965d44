using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Vault keys as files in a folder of their own, apart from the data: <c>master.key</c> wraps <c>vault-{id}.key</c>. Any number of processes may use the folder
/// and start on it at once. A destroyed key leaves <c>vault-{id}.destroyed</c>, so that "destroyed" and "lost" can be told apart for ever.
/// </summary>
public sealed class FileKeyStore : IKeyStore
{
    private const string MasterFormat = "clouddav-master-key-v1";
    private const string VaultFormat = "clouddav-vault-key-v1";

    private readonly string _folder;
    private readonly byte[] _master;
    private readonly string _fingerprint;
    private readonly ConcurrentDictionary<VaultId, Cached> _cache = new();

    private FileKeyStore(string folder, byte[] master)
    {
        _folder = folder;
        _master = master;
        _fingerprint = Convert.ToHexStringLower(
            SHA256.HashData([.. "CloudDav master key"u8, .. master]).AsSpan(0, 8)
        );
    }

    private string MasterFile => MasterFileIn(_folder);

    /// <summary>Opens the key folder; on the very first start it creates the folder and its master key.</summary>
    /// <param name="folder">The key folder. It must not lie where the data's backups take it along.</param>
    /// <exception cref="KeyStoreException">The master key is missing or another one although vault keys are there.</exception>
    public static FileKeyStore Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        CreateFolder(folder);
        if (!File.Exists(MasterFileIn(folder)))
            CreateMaster(folder);
        var store = new FileKeyStore(folder, ReadMaster(folder));
        foreach (var file in Directory.EnumerateFiles(folder, "vault-*.key").Take(1))
            store.CheckFingerprint(file, ReadLine(file));
        return store;
    }

    /// <inheritdoc/>
    public ValueTask<VaultKey?> FindAsync(VaultId vault, CancellationToken cancellationToken) =>
        new(Look(vault));

    /// <inheritdoc/>
    public ValueTask<VaultKey> CreateAsync(VaultId vault, CancellationToken cancellationToken)
    {
        if (Look(vault) is { } existing)
            return new(existing);
        RefuseDestroyed(vault);
        var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        var wrapped = KeyWrap.Wrap(_master, key, KeyWrap.VaultKey, vault);
        CryptographicOperations.ZeroMemory(key);
        CreateOnce(
            VaultFile(vault),
            $"{VaultFormat} {_fingerprint} {Convert.ToBase64String(wrapped)}\n"
        );
        // It may have been destroyed while it was being made; and when another process was first, its key is the one.
        RefuseDestroyed(vault);
        return new(
            Look(vault)
                ?? throw new KeyStoreException(
                    $"The key file {VaultFile(vault)} went away while it was being created."
                )
        );
    }

    /// <inheritdoc/>
    public ValueTask VerifyAsync(IReadOnlyList<VaultId> vaults, CancellationToken cancellationToken)
    {
        foreach (var vault in vaults)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Look(vault) is null && !File.Exists(DestroyedFile(vault)))
            {
                throw new KeyStoreException(
                    $"The key file {VaultFile(vault)} is missing although vault {vault.Value} has encrypted content, which cannot be read without it. "
                        + $"Restore the key folder {_folder} from its backup, or point the setting for the key folder to where it is."
                );
            }
        }
        return default;
    }

    /// <inheritdoc/>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            _master,
            KeyWrap.KeyBytes,
            info: Encoding.ASCII.GetBytes(purpose)
        );

    /// <inheritdoc/>
    public ValueTask<bool> IsDestroyedAsync(VaultId vault, CancellationToken cancellationToken) =>
        new(File.Exists(DestroyedFile(vault)));

    /// <inheritdoc/>
    public ValueTask DestroyAsync(VaultId vault, CancellationToken cancellationToken)
    {
        _cache.TryRemove(vault, out _);
        Destroy(VaultFile(vault));
        _cache.TryRemove(vault, out _);
        return default;
    }

    /// <summary>
    /// Makes another folder a copy of this one as it is now: keys that are new are added, and keys that were destroyed here are destroyed there. So it is one copy that is kept
    /// up, never one of many: an older one would bring back what was destroyed since.
    /// </summary>
    /// <param name="folder">The other folder, on another disk.</param>
    /// <returns>How many vaults' keys it holds now.</returns>
    /// <exception cref="KeyStoreException">A key here is damaged, or the folder has the keys of another server.</exception>
    public int MirrorTo(string folder)
    {
        folder = Path.GetFullPath(folder);
        CreateFolder(folder);
        var master = MasterFileIn(folder);
        if (File.Exists(master) && !ReadMaster(folder).AsSpan().SequenceEqual(_master))
            throw new KeyStoreException(
                $"{folder} has the keys of another server: its master.key is not the one in {_folder}. Choose another folder."
            );
        foreach (var mark in Directory.EnumerateFiles(_folder, "vault-*.destroyed"))
            Destroy(Path.Join(folder, Path.ChangeExtension(Path.GetFileName(mark), ".key")));
        CreateOnce(master, File.ReadAllText(MasterFile, Encoding.ASCII));
        var keys = 0;
        foreach (var file in Directory.EnumerateFiles(_folder, "vault-*.key"))
        {
            var name = Path.GetFileName(file);
            if (
                !long.TryParse(
                    name.AsSpan("vault-".Length, name.Length - "vault-.key".Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var id
                )
            )
                continue;
            var vault = new VaultId(id);
            // Damaged ones are not carried over: the copy may be the last good one.
            if (Read(vault) is null)
                continue;
            var copy = Path.Join(folder, name);
            Put(copy, File.ReadAllText(file, Encoding.ASCII));
            keys++;
            // It may have been destroyed while it was copied.
            if (File.Exists(DestroyedFile(vault)))
            {
                Destroy(copy);
                keys--;
            }
        }
        return keys;
    }

    /// <summary>Destroys a key file, which need not be there, and leaves the mark that it was.</summary>
    private static void Destroy(string keyFile)
    {
        // The mark comes first: from here on nobody creates a new key in its place, wherever this is interrupted.
        CreateOnce(Path.ChangeExtension(keyFile, ".destroyed"), "");
        try
        {
            using (var file = File.OpenHandle(keyFile, access: FileAccess.Write))
            {
                RandomAccess.Write(
                    file,
                    RandomNumberGenerator.GetBytes((int)RandomAccess.GetLength(file)),
                    0
                );
                RandomAccess.FlushToDisk(file);
            }
            File.Delete(keyFile);
        }
        catch (FileNotFoundException)
        {
            // It had none, or was destroyed before.
        }
        StableStorage.FlushDirectory(Path.GetDirectoryName(keyFile)!);
    }

    private static string MasterFileIn(string folder) => Path.Join(folder, "master.key");

    private string VaultFile(VaultId vault) =>
        Path.Join(_folder, string.Create(CultureInfo.InvariantCulture, $"vault-{vault.Value}.key"));

    private string DestroyedFile(VaultId vault) =>
        Path.ChangeExtension(VaultFile(vault), ".destroyed");

    private void RefuseDestroyed(VaultId vault)
    {
        if (File.Exists(DestroyedFile(vault)))
        {
            throw new KeyStoreException(
                $"The key of vault {vault.Value} was destroyed; it can have no other."
            );
        }
    }

    /// <summary>The key, from memory while its file is as it was. The file is looked at every time, so that destruction by another process counts at once.</summary>
    private VaultKey? Look(VaultId vault)
    {
        var file = new FileInfo(VaultFile(vault));
        if (!file.Exists || File.Exists(DestroyedFile(vault)))
        {
            _cache.TryRemove(vault, out _);
            return null;
        }
        if (_cache.TryGetValue(vault, out var cached) && cached.Written == file.LastWriteTimeUtc)
            return cached.Key;
        if (Read(vault) is not { } key)
            return null;
        _cache[vault] = new Cached(key, file.LastWriteTimeUtc);
        return key;
    }

    private VaultKey? Read(VaultId vault)
    {
        var path = VaultFile(vault);
        string[] fields;
        try
        {
            fields = ReadLine(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        if (File.Exists(DestroyedFile(vault)))
            return null;
        CheckFingerprint(path, fields);
        var key =
            KeyWrap.TryUnwrap(_master, Decode(path, fields[2]), KeyWrap.VaultKey, vault)
            ?? throw Damaged(path);
        try
        {
            return new VaultKey(vault, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void CheckFingerprint(string path, string[] fields)
    {
        if (fields.Length != 3 || fields[0] != VaultFormat)
            throw Damaged(path);
        if (fields[1] != _fingerprint)
        {
            throw new KeyStoreException(
                $"The master key file {MasterFile} is not the one that wrapped {path}: its fingerprint is {_fingerprint} and must be {fields[1]}. "
                    + "Put the right master.key back from its backup."
            );
        }
    }

    private static void CreateMaster(string folder)
    {
        if (Directory.EnumerateFiles(folder, "vault-*.key").Any())
        {
            // Another process may just have made both.
            if (File.Exists(MasterFileIn(folder)))
                return;
            throw new KeyStoreException(
                $"The master key file {MasterFileIn(folder)} is missing, but {folder} holds vault keys that only it can unwrap, and without them no content can be read. "
                    + "Put master.key back from its backup; a new one would not fit."
            );
        }
        var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        CreateOnce(
            MasterFileIn(folder),
            $"""
            # The master key of CloudDav: it wraps the keys of all vaults. Whoever loses it loses all content; whoever has it and the data can read them.
            # Keep a copy, apart from the backups of the data.
            {MasterFormat} {Convert.ToBase64String(key)}

            """
        );
        CryptographicOperations.ZeroMemory(key);
    }

    private static byte[] ReadMaster(string folder)
    {
        var path = MasterFileIn(folder);
        var fields = ReadLine(path);
        var key = fields is [MasterFormat, _] ? Decode(path, fields[1]) : [];
        return key.Length == KeyWrap.KeyBytes ? key : throw Damaged(path);
    }

    /// <summary>The fields of a file's one line that is no comment.</summary>
    private static string[] ReadLine(string path)
    {
        try
        {
            var line = File.ReadLines(path, Encoding.ASCII).FirstOrDefault(l => !l.StartsWith('#'));
            return line?.Split(' ') ?? [];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new KeyStoreException(
                $"The key file {path} may not be read by this user: {e.Message}",
                e
            );
        }
    }

    private static byte[] Decode(string path, string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw Damaged(path);
        }
    }

    private static KeyStoreException Damaged(string path) =>
        new($"The key file {path} is damaged. Put it back from its backup.");

    /// <summary>Creates a file whole and durable, readable by its owner alone, unless there is one already. Of several processes exactly one wins, and none ever sees half a file.</summary>
    private static void CreateOnce(string path, string text)
    {
        var temporary = WriteBeside(path, text);
        try
        {
            _ = StableStorage.TryGiveName(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
            StableStorage.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>As <see cref="CreateOnce"/>, in the place of what is there if that is something else.</summary>
    private static void Put(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path, Encoding.ASCII) == text)
            return;
        File.Move(WriteBeside(path, text), path, overwrite: true);
        StableStorage.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static string WriteBeside(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using var file = new FileStream(temporary, NewFile());
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
            return temporary;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        PrivateFolder.Create(path);
        if (Path.GetDirectoryName(path) is { } parent)
            StableStorage.FlushDirectory(parent);
    }

    private sealed record Cached(VaultKey Key, DateTime Written);
}
