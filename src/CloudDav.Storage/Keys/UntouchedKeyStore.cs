using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Keys that somebody else works with: they are used, none is made, and none is destroyed.</summary>
/// <param name="keys">The keys.</param>
public sealed class UntouchedKeyStore(IKeyStore keys) : IKeyStore
{
    /// <inheritdoc/>
    public ValueTask<VaultKey?> FindAsync(VaultId vault, CancellationToken cancellationToken) =>
        keys.FindAsync(vault, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<VaultKey> CreateAsync(VaultId vault, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("No key is made among keys that are only read.");

    /// <inheritdoc/>
    public ValueTask VerifyAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    ) => keys.VerifyAsync(vaults, cancellationToken);

    /// <inheritdoc/>
    public byte[] Derive(string purpose) => keys.Derive(purpose);

    /// <inheritdoc/>
    public ValueTask<bool> IsDestroyedAsync(VaultId vault, CancellationToken cancellationToken) =>
        keys.IsDestroyedAsync(vault, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(VaultId vault, CancellationToken cancellationToken) => default;
}
