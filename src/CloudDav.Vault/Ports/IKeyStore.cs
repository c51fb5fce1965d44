namespace CloudDav.Vault;

/// <summary>Keeps each vault's key, wrapped, and nowhere else: destroying it destroys the vault's content, backups included.</summary>
public interface IKeyStore
{
    /// <summary>The vault's key; null when it has none or it was destroyed.</summary>
    /// <exception cref="KeyStoreException">The wrapping key is missing or does not fit.</exception>
    ValueTask<VaultKey?> FindAsync(VaultId vault, CancellationToken cancellationToken);

    /// <summary>Makes the vault's key durable, or returns the one it has.</summary>
    /// <exception cref="KeyStoreException">The vault's key was destroyed, or the store cannot keep one.</exception>
    ValueTask<VaultKey> CreateAsync(VaultId vault, CancellationToken cancellationToken);

    /// <summary>Looks, at start, whether the keys of vaults that have encrypted content are all there and fit.</summary>
    /// <exception cref="KeyStoreException">One is missing or does not unwrap; the message says which file and what to do.</exception>
    ValueTask VerifyAsync(IReadOnlyList<VaultId> vaults, CancellationToken cancellationToken);

    /// <summary>A key of 32 bytes for a purpose of the whole server, always the same, which lies nowhere beside this store.</summary>
    byte[] Derive(string purpose);

    /// <summary>Whether the vault's key was destroyed, which is for ever; false also when it has none yet or it was lost.</summary>
    ValueTask<bool> IsDestroyedAsync(VaultId vault, CancellationToken cancellationToken);

    /// <summary>Destroys the vault's key for good: it can neither be found nor created again.</summary>
    ValueTask DestroyAsync(VaultId vault, CancellationToken cancellationToken);
}

/// <summary>The key store cannot give keys; the message says what to do.</summary>
public sealed class KeyStoreException(string message, Exception? inner = null)
    : Exception(message, inner);

/// <summary>A vault's 256-bit key, which wraps the keys of its contents.</summary>
public sealed class VaultKey
{
    private readonly byte[] _bytes;

    /// <summary>Takes a key of 32 bytes for a vault.</summary>
    public VaultKey(VaultId vault, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 32)
            throw new ArgumentException("A vault key has 32 bytes.", nameof(bytes));
        Vault = vault;
        _bytes = bytes.ToArray();
    }

    /// <summary>Whose it is.</summary>
    public VaultId Vault { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Never shows the key.</summary>
    public override string ToString() => $"key of vault {Vault.Value}";
}
