using System.Globalization;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Wrapped keys as files of one folder, <c>{name}.key</c>. A destroyed one is overwritten and leaves <c>{name}.destroyed</c>, so that "destroyed" and "lost" can be told apart for
/// ever.
/// </summary>
internal sealed class FileKeyObjects : IKeyObjects
{
    private const string KeySuffix = ".key";
    private const string DestroyedSuffix = ".destroyed";

    private readonly string _folder;

    private FileKeyObjects(string folder) => _folder = folder;

    /// <inheritdoc/>
    public string Place => $"the key folder {_folder}";

    /// <inheritdoc/>
    public TimeSpan FreshFor => TimeSpan.Zero;

    /// <summary>Opens a folder, which is created when it is missing.</summary>
    public static FileKeyObjects Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
        {
            PrivateFolder.Create(folder);
            if (Path.GetDirectoryName(folder) is { } parent)
                StableStorage.FlushDirectory(parent);
        }
        return new FileKeyObjects(folder);
    }

    /// <inheritdoc/>
    public string PathOf(string name) => Path.Join(_folder, name + KeySuffix);

    /// <inheritdoc/>
    public ValueTask<KeyObject> ReadAsync(
        string name,
        string? known,
        CancellationToken cancellationToken
    )
    {
        var path = PathOf(name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsDestroyed(name))
                return new(new KeyObject(KeyObjectState.Destroyed));
            if (VersionOf(path) is not { } version)
                return new(new KeyObject(KeyObjectState.Missing));
            if (version == known)
                return new(new KeyObject(KeyObjectState.Unchanged));
            if (ReadText(path) is not { } text)
                continue;
            // What it replaces is overwritten: whoever opened that just before must look again.
            if (VersionOf(path) == version && !IsDestroyed(name))
                return new(new KeyObject(KeyObjectState.Found, text, version));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryCreateAsync(
        string name,
        KeyEnvelope envelope,
        CancellationToken cancellationToken
    )
    {
        if (IsDestroyed(name))
            return new(false);
        return new(
            WriteUnlessDestroyed(name, path => PrivateFile.TryCreate(path, envelope.ToText()))
        );
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryReplaceAsync(
        string name,
        KeyEnvelope envelope,
        string version,
        CancellationToken cancellationToken
    )
    {
        var path = PathOf(name);
        if (IsDestroyed(name) || VersionOf(path) != version)
            return new(false);
        return new(
            WriteUnlessDestroyed(
                name,
                to =>
                {
                    PrivateFile.Replace(to, envelope.ToText());
                    return true;
                }
            )
        );
    }

    /// <inheritdoc/>
    public ValueTask DestroyAsync(string name, CancellationToken cancellationToken)
    {
        // The mark comes first: from here on nobody creates a new key in its place, wherever this is interrupted.
        _ = PrivateFile.TryCreate(DestroyedFile(name), "");
        PrivateFile.Destroy(PathOf(name));
        // What a process left that was killed while it wrote.
        foreach (
            var left in Directory.EnumerateFiles(
                _folder,
                $"{name}{KeySuffix}.*{PrivateFile.NewSuffix}"
            )
        )
            PrivateFile.Destroy(left);
        StableStorage.FlushDirectory(_folder);
        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyEntry> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var mark in Directory.EnumerateFiles(_folder, "*" + DestroyedSuffix))
            yield return new KeyEntry(Path.GetFileNameWithoutExtension(mark), null);
        foreach (var file in Directory.EnumerateFiles(_folder, "*" + KeySuffix))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!KeyStore.IsName(name))
                continue;
            var found = await ReadAsync(name, known: null, cancellationToken);
            if (found.State == KeyObjectState.Found)
                yield return new KeyEntry(
                    name,
                    KeyEnvelope.TryParse(found.Text, out var envelope) ? envelope.Generation : ""
                );
        }
    }

    private string DestroyedFile(string name) => Path.Join(_folder, name + DestroyedSuffix);

    private bool IsDestroyed(string name) => File.Exists(DestroyedFile(name));

    // It may be destroyed while it is being written, and what is written then goes with it: the file that is to take the name, or the name.
    private bool WriteUnlessDestroyed(string name, Func<string, bool> write)
    {
        var path = PathOf(name);
        var isWritten = false;
        try
        {
            isWritten = write(path);
        }
        catch (IOException) when (IsDestroyed(name)) { }
        if (!IsDestroyed(name))
            return isWritten;
        PrivateFile.Destroy(path);
        StableStorage.FlushDirectory(_folder);
        return false;
    }

    private static string? VersionOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{file.LastWriteTimeUtc.Ticks}-{file.Length}"
            )
            : null;
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.ASCII);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new KeyStoreException(
                $"The key file {path} may not be read by this user: {e.Message}",
                e
            );
        }
    }
}
