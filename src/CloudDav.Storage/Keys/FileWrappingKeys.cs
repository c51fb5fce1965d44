using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Wrapping keys in a file, a line for each generation, the newest last. The file is looked at again when something is wrapped, or was wrapped by a generation that is not known,
/// so that a line which was added counts without a restart.
/// </summary>
internal sealed class FileWrappingKeys : IWrappingKeys
{
    private const string Format = "clouddav-master-key-v1";

    private const string Head = """
        # The master key of CloudDav: it wraps the keys of all vaults. Whoever loses it loses all content; whoever has it and the data can read them.
        # Keep a copy, apart from the backups of the data. Of several lines the last is the newest; the verb 'keys status' says which older ones may go.
        """;

    private static readonly TimeSpan s_waitForOthers = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private volatile Known _known;
    private volatile WrappingKey[] _former = [];

    private FileWrappingKeys(string path)
    {
        _path = path;
        _known = Read(path);
    }

    /// <inheritdoc/>
    public string Place => $"the master key file {_path}";

    /// <summary>Opens a file, which must be there.</summary>
    /// <exception cref="KeyStoreException">It is missing or damaged.</exception>
    public static FileWrappingKeys Open(string path)
    {
        path = Path.GetFullPath(path);
        return File.Exists(path)
            ? new FileWrappingKeys(path)
            : throw new KeyStoreException(
                $"The master key file {path} is missing. Put it back from its backup; for a new installation make one with the verb 'keys add'."
            );
    }

    /// <summary>Makes a file with one generation, unless there is one.</summary>
    public static void Create(string path) =>
        _ = PrivateFile.TryCreate(Path.GetFullPath(path), $"{Head}\n{NewLine()}");

    /// <summary>Adds a generation to a file; makes the file when it is missing.</summary>
    /// <returns>The generation.</returns>
    /// <exception cref="KeyStoreException">The file is damaged, or another process is at it.</exception>
    public static string Add(string path, TimeProvider time)
    {
        path = Path.GetFullPath(path);
        // Two that add at once must not lose a line: keys may be wrapped by it already.
        using var alone = LockFile(path + ".lock", time);
        if (!File.Exists(path))
        {
            Create(path);
            return Read(path).Keys[^1].Generation;
        }
        var known = Read(path);
        var line = NewLine();
        PrivateFile.Replace(path, known.Text.TrimEnd('\n') + "\n" + line);
        return Read(path).Keys[^1].Generation;
    }

    /// <inheritdoc/>
    public ValueTask<WrappingKey> FindNewestAsync(bool asks, CancellationToken cancellationToken)
    {
        LookAgain();
        return new(_known.Keys[^1]);
    }

    /// <inheritdoc/>
    public ValueTask<WrappingKey?> FindAsync(string generation, CancellationToken cancellationToken)
    {
        if (KeyOf(generation) is { } known)
            return new(known);
        LookAgain();
        return new(KeyOf(generation));
    }

    /// <summary>The file's text, for a copy of the keys that is kept with them.</summary>
    internal string Text
    {
        get
        {
            LookAgain();
            return _known.Text;
        }
    }

    private WrappingKey? KeyOf(string generation) =>
        _known.Keys.FirstOrDefault(key => key.Generation == generation)
        ?? _former.FirstOrDefault(key => key.Generation == generation);

    // What goes wrong here is no reason to forget what is known.
    private void LookAgain()
    {
        try
        {
            if (File.GetLastWriteTimeUtc(_path) == _known.Written)
                return;
            var now = Read(_path);
            // A line that went while something is still wrapped by it goes on here until the next start.
            _former =
            [
                .. _former.Concat(
                    _known.Keys.Where(key =>
                        now.Keys.All(other => other.Generation != key.Generation)
                    )
                ),
            ];
            _known = now;
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or KeyStoreException)
        {
            // It is being replaced, or its disk is away.
        }
    }

    private static Known Read(string path)
    {
        string text;
        DateTime written;
        try
        {
            written = File.GetLastWriteTimeUtc(path);
            text = File.ReadAllText(path, Encoding.ASCII);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new KeyStoreException(
                $"The key file {path} may not be read by this user: {e.Message}",
                e
            );
        }
        var keys = text.Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => Parse(line.TrimEnd('\r')) ?? throw Damaged(path))
            .ToArray();
        return keys.Length > 0 ? new Known(text, written, keys) : throw Damaged(path);
    }

    private static WrappingKey? Parse(string line)
    {
        var key = new byte[line.Length];
        if (
            line.Split(' ') is not [Format, var base64]
            || !Convert.TryFromBase64String(base64, key, out var count)
            || count != KeyWrap.KeyBytes
        )
            return null;
        key = key[..count];
        return new WrappingKey(FingerprintOf(key), key);
    }

    private static string FingerprintOf(byte[] key) =>
        Convert.ToHexStringLower(
            SHA256.HashData([.. "CloudDav master key"u8, .. key]).AsSpan(0, 8)
        );

    private static string NewLine()
    {
        var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        var line = $"{Format} {Convert.ToBase64String(key)}\n";
        CryptographicOperations.ZeroMemory(key);
        return line;
    }

    private static FileStream LockFile(string path, TimeProvider time)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(
                    path,
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                );
            }
            catch (IOException) when (time.GetElapsedTime(begun) < s_waitForOthers)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static KeyStoreException Damaged(string path) =>
        new($"The key file {path} is damaged. Put it back from its backup.");

    private sealed record Known(string Text, DateTime Written, IReadOnlyList<WrappingKey> Keys);
}
