using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Where keys are kept, and what wraps them.</summary>
public sealed record KeyStoreOptions
{
    /// <summary>The folder with the wrapped keys. Not used where <see cref="Container"/> is.</summary>
    public required string Folder { get; init; }

    /// <summary>The container with the wrapped keys; null for <see cref="Folder"/>.</summary>
    public AzureBlobStoreOptions? Container { get; init; }

    /// <summary>The file with the wrapping keys, which must be there; null for <c>master.key</c> in the folder, which is made at the first start.</summary>
    public string? WrappingKeyFile { get; init; }

    /// <summary>The secret whose versions are the wrapping keys; null for a file.</summary>
    public AzureKeyVaultOptions? KeyVault { get; init; }

    /// <summary>Whether a store that is empty is begun; false refuses it.</summary>
    public bool MayBegin { get; init; } = true;
}

/// <summary>How many keys a generation of the wrapping key wraps.</summary>
/// <param name="Generation">The generation; empty for keys that are damaged.</param>
/// <param name="Keys">How many.</param>
/// <param name="IsNewest">Whether it is the one that wraps what is new.</param>
public sealed record KeyGeneration(string Generation, int Keys, bool IsNewest);

/// <summary>What a pass over all keys did.</summary>
/// <param name="Newest">The generation that wraps what is new.</param>
/// <param name="Rewrapped">How many keys it was given.</param>
/// <param name="Failures">What could not be wrapped anew, a sentence each.</param>
public sealed record KeyRewrap(string Newest, int Rewrapped, IReadOnlyList<string> Failures);

/// <summary>
/// Keeps the vaults' keys, and the key of the server, each wrapped by a generation of the wrapping key, in a folder or in a container of Azure Blob Storage. Any number of processes may
/// use them and start on them at once. A destroyed key stays destroyed. Keys in memory are at most <see cref="MostRemembered"/>; while their place cannot be reached they go on
/// for <see cref="KeptFor"/>.
/// </summary>
public sealed class KeyStore : IKeyStore
{
    /// <summary>The most keys that are kept in memory.</summary>
    public const int MostRemembered = 10_000;

    private const string ServerName = "server";
    private const string VaultPrefix = "vault-";
    private const string MasterName = "master.key";

    // No vault has this number, and the server's key is nobody's.
    private static readonly VaultId s_server = new(0);

    // While their place is away it is not asked again by every request, which would wait for it each time.
    private static readonly TimeSpan s_leftAlone = TimeSpan.FromSeconds(15);

    private readonly IKeyObjects _objects;
    private readonly IWrappingKeys _wrapping;
    private readonly FileWrappingKeys? _beside;
    private readonly TimeProvider _time;
    private readonly byte[] _server;
    private readonly Remembered<VaultId, Cached> _remembered = new(MostRemembered);
    private long _awaySince;

    private KeyStore(
        IKeyObjects objects,
        IWrappingKeys wrapping,
        FileWrappingKeys? beside,
        TimeProvider time,
        byte[] server
    )
    {
        (_objects, _wrapping, _beside, _time, _server) = (objects, wrapping, beside, time, server);
    }

    /// <summary>How long a key is kept in memory while its place cannot be reached.</summary>
    public static TimeSpan KeptFor { get; } = TimeSpan.FromHours(1);

    /// <summary>Opens a key store, and begins it when it is empty.</summary>
    /// <exception cref="KeyStoreException">The wrapping key is missing, or another one, or keys are lost.</exception>
    /// <exception cref="StorageUnavailableException">Their place cannot be reached.</exception>
    public static async ValueTask<KeyStore> OpenAsync(
        KeyStoreOptions options,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        IKeyObjects objects = options.Container is { } container
            ? await AzureKeyObjects.OpenAsync(container, cancellationToken)
            : FileKeyObjects.Open(options.Folder);
        var besideFile = options is { Container: null, WrappingKeyFile: null, KeyVault: null }
            ? Path.Join(Path.GetFullPath(options.Folder), MasterName)
            : null;
        if (besideFile is not null && !File.Exists(besideFile))
            await BeginMasterAsync(objects, besideFile, options.MayBegin, cancellationToken);
        var beside = besideFile is null ? null : FileWrappingKeys.Open(besideFile);
        IWrappingKeys wrapping =
            beside
            ?? (IWrappingKeys)(
                options.KeyVault is { } vault
                    ? new AzureWrappingKeys(vault, time)
                    : FileWrappingKeys.Open(
                        options.WrappingKeyFile
                            ?? throw new ArgumentException(
                                "Keys in a container need something to wrap them.",
                                nameof(options)
                            )
                    )
            );
        return await OpenAsync(
            objects,
            wrapping,
            beside,
            options.MayBegin,
            time,
            cancellationToken
        );
    }

    /// <summary>Opens the keys of a folder, which its own <c>master.key</c> wraps.</summary>
    /// <exception cref="KeyStoreException">As <see cref="OpenAsync(KeyStoreOptions, TimeProvider, CancellationToken)"/>.</exception>
    public static KeyStore OpenFolder(string folder) =>
        // With files alone nothing of it waits.
        OpenAsync(
                new KeyStoreOptions { Folder = folder },
                TimeProvider.System,
                CancellationToken.None
            )
            .AsTask()
            .GetAwaiter()
            .GetResult();

    /// <summary>
    /// Adds a generation to the file of the wrapping keys; makes a file that <see cref="KeyStoreOptions.WrappingKeyFile"/> names and that is missing. Whatever is wrapped from now on is
    /// wrapped by it.
    /// </summary>
    /// <returns>The generation.</returns>
    /// <exception cref="KeyStoreException">There is no such file, or it is damaged.</exception>
    public static string AddGeneration(KeyStoreOptions options, TimeProvider time)
    {
        if (options.KeyVault is { } vault)
            throw new KeyStoreException(
                $"The wrapping keys are the versions of the secret {vault.Secret} of {vault.Address}: make a new version there, whose value is 32 random bytes in base64."
            );
        var path = options.WrappingKeyFile ?? Path.Join(options.Folder, MasterName);
        return options.WrappingKeyFile is not null || File.Exists(path)
            ? FileWrappingKeys.Add(path, time)
            : throw new KeyStoreException(
                $"There is no {Path.GetFullPath(path)} yet; the server makes it at its first start."
            );
    }

    internal static async ValueTask<KeyStore> OpenAsync(
        IKeyObjects objects,
        IWrappingKeys wrapping,
        FileWrappingKeys? beside,
        bool mayBegin,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var found = await objects.ReadAsync(ServerName, known: null, cancellationToken);
        if (found.State == KeyObjectState.Missing)
        {
            if (!mayBegin)
                throw new KeyStoreException($"There are no keys in {objects.Place}.");
            if (await HasKeysAsync(objects, cancellationToken))
            {
                // Another process may just have made both.
                found = await objects.ReadAsync(ServerName, known: null, cancellationToken);
                if (found.State == KeyObjectState.Missing)
                    throw new KeyStoreException(
                        $"{objects.PathOf(ServerName)} is missing, but {objects.Place} holds keys of vaults. Put it back from the copy of the keys."
                    );
            }
            else
            {
                await CreateAsync(
                    objects,
                    wrapping,
                    ServerName,
                    KeyEnvelope.ServerFormat,
                    KeyWrap.ServerKey,
                    s_server,
                    cancellationToken
                );
                found = await objects.ReadAsync(ServerName, known: null, cancellationToken);
            }
        }
        var path = objects.PathOf(ServerName);
        if (found.State != KeyObjectState.Found)
            throw new KeyStoreException($"{path} went away while it was being created.");
        var server =
            await UnwrapAsync(objects, wrapping, ServerName, found.Text, cancellationToken)
            ?? throw NotTheOne(wrapping, path, found.Text);
        return new KeyStore(objects, wrapping, beside, time, server);
    }

    /// <inheritdoc/>
    public async ValueTask<VaultKey?> FindAsync(VaultId vault, CancellationToken cancellationToken)
    {
        var cached = _remembered.Find(vault);
        if (cached is not null && IsGood(cached))
            return cached.Key;
        try
        {
            var found = await _objects.ReadAsync(NameOf(vault), cached?.Version, cancellationToken);
            return await TakeAsync(vault, found, cached, cancellationToken);
        }
        catch (StorageUnavailableException) when (cached is not null && IsKept(cached))
        {
            Volatile.Write(ref _awaySince, _time.GetTimestamp());
            return cached.Key;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<VaultKey> CreateAsync(VaultId vault, CancellationToken cancellationToken)
    {
        var name = NameOf(vault);
        var found = await _objects.ReadAsync(name, known: null, cancellationToken);
        if (found.State == KeyObjectState.Missing)
        {
            await CreateAsync(
                _objects,
                _wrapping,
                name,
                KeyEnvelope.VaultFormat,
                KeyWrap.VaultKey,
                vault,
                cancellationToken
            );
            // When another process was first, its key is the one.
            found = await _objects.ReadAsync(name, known: null, cancellationToken);
        }
        if (found.State == KeyObjectState.Destroyed)
            throw new KeyStoreException(
                $"The key of vault {vault.Value} was destroyed; it can have no other."
            );
        return await TakeAsync(vault, found, cached: null, cancellationToken)
            ?? throw new KeyStoreException(
                $"The key {_objects.PathOf(name)} went away while it was being created."
            );
    }

    /// <inheritdoc/>
    public async ValueTask VerifyAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    )
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        var generations = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in _objects.ListAsync(cancellationToken))
        {
            there.Add(entry.Name);
            // One of each generation shows whether it is there to open the others.
            if (entry.Generation is { } generation && entry.Name != ServerName)
                generations.TryAdd(generation, entry.Name);
        }
        foreach (var vault in vaults.Where(vault => !there.Contains(NameOf(vault))))
            throw new KeyStoreException(
                $"The key {_objects.PathOf(NameOf(vault))} is missing although vault {vault.Value} has encrypted content, which cannot be read without it. "
                    + $"Restore {_objects.Place} from its copy, or point the setting to where it is."
            );
        foreach (var name in generations.Values)
            _ = await ReadKeyAsync(name, cancellationToken);
    }

    /// <inheritdoc/>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            _server,
            KeyWrap.KeyBytes,
            info: Encoding.ASCII.GetBytes(purpose)
        );

    /// <inheritdoc/>
    public async ValueTask<bool> IsDestroyedAsync(
        VaultId vault,
        CancellationToken cancellationToken
    ) =>
        (await _objects.ReadAsync(NameOf(vault), known: null, cancellationToken)).State
        == KeyObjectState.Destroyed;

    /// <inheritdoc/>
    public async ValueTask DestroyAsync(VaultId vault, CancellationToken cancellationToken)
    {
        _remembered.Forget(vault);
        await _objects.DestroyAsync(NameOf(vault), cancellationToken);
        _remembered.Forget(vault);
    }

    /// <summary>
    /// Wraps every key by the newest generation that another one wraps. The keys themselves stay what they are, so it may be done while they are used, be stopped anywhere and be done
    /// again: each is wrapped by one generation or by the other, and what is written is opened before it takes the place of what opened before.
    /// </summary>
    public async ValueTask<KeyRewrap> RewrapAsync(CancellationToken cancellationToken)
    {
        var newest = await _wrapping.FindNewestAsync(asks: true, cancellationToken);
        var failures = new ConcurrentQueue<string>();
        var rewrapped = 0;
        await Parallel.ForEachAsync(
            _objects
                .ListAsync(cancellationToken)
                .Where(entry => entry.Generation is { } now && now != newest.Generation),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = 8,
                CancellationToken = cancellationToken,
            },
            async (entry, stop) =>
            {
                try
                {
                    if (await RewrapAsync(entry.Name, newest, stop))
                        Interlocked.Increment(ref rewrapped);
                }
                catch (KeyStoreException failure)
                {
                    failures.Enqueue(failure.Message);
                }
            }
        );
        return new KeyRewrap(newest.Generation, rewrapped, [.. failures]);
    }

    /// <summary>The generation that wraps what is new, asked for anew.</summary>
    public async ValueTask<string> FindNewestGenerationAsync(CancellationToken cancellationToken) =>
        (await _wrapping.FindNewestAsync(asks: true, cancellationToken)).Generation;

    /// <summary>How many keys each generation of the wrapping key wraps; the newest is among them although it may wrap none.</summary>
    public async ValueTask<IReadOnlyList<KeyGeneration>> CountAsync(
        CancellationToken cancellationToken
    )
    {
        var newest = await _wrapping.FindNewestAsync(asks: true, cancellationToken);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal)
        {
            [newest.Generation] = 0,
        };
        await foreach (var entry in _objects.ListAsync(cancellationToken))
        {
            if (entry.Generation is { } generation)
                counts[generation] = counts.GetValueOrDefault(generation) + 1;
        }
        return
        [
            .. counts.Select(count => new KeyGeneration(
                count.Key,
                count.Value,
                count.Key == newest.Generation
            )),
        ];
    }

    /// <summary>
    /// Makes a folder a copy of the keys as they are now: keys that are new are added, and keys that were destroyed here are destroyed there. So it is one copy that is kept
    /// up, never one of many: an older one would bring back what was destroyed since. What wraps them comes along only where it lies among them.
    /// </summary>
    /// <param name="folder">The folder, on another disk.</param>
    /// <param name="cancellationToken">Stops it; what was copied by then is whole.</param>
    /// <returns>How many vaults' keys it holds now.</returns>
    /// <exception cref="KeyStoreException">A key here is damaged, or the folder has the keys of another server.</exception>
    public async ValueTask<int> MirrorAsync(string folder, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        var copy = FileKeyObjects.Open(folder);
        var master = Path.Join(folder, MasterName);
        await RequireOursAsync(copy, master, cancellationToken);
        // Until every key is copied, what is there may still need what wrapped it before.
        if (_beside is { } ours)
            Put(master, ours.Text, TextOf(master));
        var keys = 0;
        await foreach (var entry in _objects.ListAsync(cancellationToken))
        {
            if (entry.Generation is null)
            {
                await copy.DestroyAsync(entry.Name, cancellationToken);
                continue;
            }
            // Damaged ones are not carried over: the copy may be the last good one.
            var found = await _objects.ReadAsync(entry.Name, known: null, cancellationToken);
            if (found.State != KeyObjectState.Found)
                continue;
            _ = await UnwrapOrThrowAsync(entry.Name, found.Text, cancellationToken);
            var path = copy.PathOf(entry.Name);
            if (TextOf(path) != found.Text)
                PrivateFile.Replace(path, found.Text);
            // It may have been destroyed while it was copied.
            var now = await _objects.ReadAsync(entry.Name, found.Version, cancellationToken);
            if (now.State == KeyObjectState.Destroyed)
                await copy.DestroyAsync(entry.Name, cancellationToken);
            else if (entry.Name != ServerName)
                keys++;
        }
        if (_beside is { } final)
            Put(master, final.Text, "");
        return keys;
    }

    /// <summary>Whether an object's name is one of ours.</summary>
    internal static bool IsName(string name) =>
        name == ServerName
        || (
            name.StartsWith(VaultPrefix, StringComparison.Ordinal)
            && long.TryParse(
                name.AsSpan(VaultPrefix.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out _
            )
        );

    private static string NameOf(VaultId vault) =>
        string.Create(CultureInfo.InvariantCulture, $"{VaultPrefix}{vault.Value}");

    private static VaultId VaultOf(string name) =>
        name == ServerName
            ? s_server
            : new VaultId(
                long.Parse(name.AsSpan(VaultPrefix.Length), CultureInfo.InvariantCulture)
            );

    private static async ValueTask BeginMasterAsync(
        IKeyObjects objects,
        string path,
        bool mayBegin,
        CancellationToken cancellationToken
    )
    {
        // Looked for after the keys: another process may just have made both.
        if (await HasKeysAsync(objects, cancellationToken) && !File.Exists(path))
            throw new KeyStoreException(
                $"The master key file {path} is missing, but {objects.Place} holds keys that only it can unwrap, and without them no content can be read. "
                    + $"Put {MasterName} back from its backup; a new one would not fit."
            );
        if (!mayBegin)
            throw new KeyStoreException($"There are no keys in {objects.Place}.");
        FileWrappingKeys.Create(path);
    }

    private static async ValueTask<bool> HasKeysAsync(
        IKeyObjects objects,
        CancellationToken cancellationToken
    )
    {
        await foreach (var entry in objects.ListAsync(cancellationToken))
        {
            if (entry.Generation is not null)
                return true;
        }
        return false;
    }

    /// <summary>Makes a key durable, unless there is one or it was destroyed.</summary>
    private static async ValueTask CreateAsync(
        IKeyObjects objects,
        IWrappingKeys wrapping,
        string name,
        string format,
        string purpose,
        VaultId vault,
        CancellationToken cancellationToken
    )
    {
        var newest = await wrapping.FindNewestAsync(asks: false, cancellationToken);
        var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        var wrapped = KeyWrap.Wrap(newest.Key, key, purpose, vault);
        CryptographicOperations.ZeroMemory(key);
        _ = await objects.TryCreateAsync(
            name,
            new KeyEnvelope(format, newest.Generation, wrapped),
            cancellationToken
        );
    }

    /// <summary>The key in an envelope; null when there is no such generation of the wrapping key.</summary>
    private static async ValueTask<byte[]?> UnwrapAsync(
        IKeyObjects objects,
        IWrappingKeys wrapping,
        string name,
        string text,
        CancellationToken cancellationToken
    )
    {
        var isServer = name == ServerName;
        if (
            !KeyEnvelope.TryParse(text, out var envelope)
            || envelope.Format != (isServer ? KeyEnvelope.ServerFormat : KeyEnvelope.VaultFormat)
        )
            throw Damaged(objects.PathOf(name));
        if (await wrapping.FindAsync(envelope.Generation, cancellationToken) is not { } by)
            return null;
        return KeyWrap.TryUnwrap(
                by.Key,
                envelope.Wrapped,
                isServer ? KeyWrap.ServerKey : KeyWrap.VaultKey,
                VaultOf(name)
            ) ?? throw Damaged(objects.PathOf(name));
    }

    private static KeyStoreException Damaged(string path) =>
        new($"The key {path} is damaged. Put it back from its copy.");

    private static KeyStoreException NotTheOne(IWrappingKeys wrapping, string path, string text) =>
        new(
            $"What wrapped {path} is not the one that there is: {wrapping.Place} has no generation {(KeyEnvelope.TryParse(text, out var envelope) ? envelope.Generation : "")}, or it was withdrawn. Bring it back."
        );

    private async ValueTask<byte[]> UnwrapOrThrowAsync(
        string name,
        string text,
        CancellationToken cancellationToken
    ) =>
        await UnwrapAsync(_objects, _wrapping, name, text, cancellationToken)
        ?? throw NotTheOne(_wrapping, _objects.PathOf(name), text);

    private async ValueTask<byte[]?> ReadKeyAsync(string name, CancellationToken cancellationToken)
    {
        var found = await _objects.ReadAsync(name, known: null, cancellationToken);
        return found.State == KeyObjectState.Found
            ? await UnwrapOrThrowAsync(name, found.Text, cancellationToken)
            : null;
    }

    /// <summary>What a read says of a vault's key; remembers it.</summary>
    private async ValueTask<VaultKey?> TakeAsync(
        VaultId vault,
        KeyObject found,
        Cached? cached,
        CancellationToken cancellationToken
    )
    {
        switch (found.State)
        {
            case KeyObjectState.Unchanged:
                _remembered.Keep(vault, cached! with { Seen = _time.GetTimestamp() });
                return cached.Key;
            case KeyObjectState.Found:
                var bytes = await UnwrapAsync(
                    _objects,
                    _wrapping,
                    NameOf(vault),
                    found.Text,
                    cancellationToken
                );
                if (bytes is null)
                {
                    // Another node has a newer wrapping key than this one, and has wrapped the same key by it.
                    if (cached is not null && IsKept(cached))
                        return cached.Key;
                    throw NotTheOne(_wrapping, _objects.PathOf(NameOf(vault)), found.Text);
                }
                var key = new VaultKey(vault, bytes);
                CryptographicOperations.ZeroMemory(bytes);
                _remembered.Keep(vault, new Cached(key, found.Version, _time.GetTimestamp()));
                return key;
            default:
                _remembered.Forget(vault);
                return null;
        }
    }

    private bool IsGood(Cached cached) =>
        _time.GetElapsedTime(cached.Seen) < _objects.FreshFor
        || (
            Volatile.Read(ref _awaySince) is var since and not 0
            && _time.GetElapsedTime(since) < s_leftAlone
            && IsKept(cached)
        );

    private bool IsKept(Cached cached) => _time.GetElapsedTime(cached.Seen) < KeptFor;

    private async ValueTask<bool> RewrapAsync(
        string name,
        WrappingKey newest,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var found = await _objects.ReadAsync(name, known: null, cancellationToken);
            if (
                found.State != KeyObjectState.Found
                || (
                    KeyEnvelope.TryParse(found.Text, out var envelope)
                    && envelope.Generation == newest.Generation
                )
            )
                return false;
            var key = await UnwrapOrThrowAsync(name, found.Text, cancellationToken);
            try
            {
                var (purpose, vault) =
                    name == ServerName
                        ? (KeyWrap.ServerKey, s_server)
                        : (KeyWrap.VaultKey, VaultOf(name));
                var wrapped = KeyWrap.Wrap(newest.Key, key, purpose, vault);
                if (KeyWrap.TryUnwrap(newest.Key, wrapped, purpose, vault) is not { } opened)
                    throw new KeyStoreException($"{_objects.PathOf(name)} cannot be wrapped anew.");
                CryptographicOperations.ZeroMemory(opened);
                if (
                    await _objects.TryReplaceAsync(
                        name,
                        new KeyEnvelope(envelope!.Format, newest.Generation, wrapped),
                        found.Version,
                        cancellationToken
                    )
                )
                    return true;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }
    }

    // The server's key is what tells one installation from another.
    private async ValueTask RequireOursAsync(
        FileKeyObjects copy,
        string master,
        CancellationToken cancellationToken
    )
    {
        var found = await copy.ReadAsync(ServerName, known: null, cancellationToken);
        if (found.State != KeyObjectState.Found)
            return;
        IWrappingKeys wrapping = File.Exists(master) ? FileWrappingKeys.Open(master) : _wrapping;
        var server = await UnwrapAsync(copy, wrapping, ServerName, found.Text, cancellationToken);
        if (server is null || !server.AsSpan().SequenceEqual(_server))
            throw new KeyStoreException(
                $"{Path.GetDirectoryName(master)} has the keys of another server than {_objects.Place}. Choose another folder."
            );
    }

    // The lines of both, ours last: the newest is ours.
    private static void Put(string master, string ours, string theirs)
    {
        var lines = ours.Split('\n').ToHashSet(StringComparer.Ordinal);
        var text =
            string.Concat(
                theirs.Split('\n').Where(line => lines.Add(line)).Select(line => line + "\n")
            ) + ours;
        if (TextOf(master) != text)
            PrivateFile.Replace(master, text);
    }

    private static string TextOf(string path) =>
        File.Exists(path) ? File.ReadAllText(path, Encoding.ASCII) : "";

    private sealed record Cached(VaultKey Key, string Version, long Seen);
}
