namespace CloudDav.Vault;

/// <summary>A person who can sign in.</summary>
public readonly record struct AccountId(long Value);

/// <summary>The storage space of one account.</summary>
public readonly record struct VaultId(long Value);

/// <summary>A file, folder or mount; positive, below 2^53, unique over all vaults, never reused.</summary>
public readonly record struct NodeId(long Value);

/// <summary>An immutable content of one vault.</summary>
public readonly record struct ContentId(long Value);

/// <summary>An app password: one device of one account.</summary>
public readonly record struct DeviceId(long Value);

/// <summary>A stored byte stream; random, so that names in the store tell nothing.</summary>
public readonly record struct BlobId(Guid Value)
{
    /// <summary>A fresh one.</summary>
    public static BlobId New() => new(Guid.NewGuid());
}
