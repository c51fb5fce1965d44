namespace CloudDav.Vault;

/// <summary>What of a destruction comes next. Each step can be done again from its start.</summary>
public enum DestructionStep
{
    /// <summary>The key is destroyed: from then on nobody reads the content, in backups neither.</summary>
    Key = 1,

    /// <summary>Contents go from the metadata, and blobs from the store.</summary>
    Contents = 2,

    /// <summary>Files, folders, their history, properties and locks go, and last the vault.</summary>
    Tree = 3,

    /// <summary>Devices, acceptances, measures, the contract and the account go.</summary>
    Account = 4,

    /// <summary>The account's audit chain goes; its head stays.</summary>
    Audit = 5,

    /// <summary>What was removed is folded out of the write-ahead log.</summary>
    Scrub = 6,

    /// <summary>Nothing is left to do.</summary>
    Done = 7,
}

/// <summary>The destruction of a vault: what a killed job resumes by, and in the end the proof. It holds no name.</summary>
public sealed record DestructionRecord
{
    /// <summary>Whose vault it was.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The vault.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>Why the contract ended.</summary>
    public required EndCause Cause { get; init; }

    /// <summary>What comes next.</summary>
    public DestructionStep Step { get; init; } = DestructionStep.Key;

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When the key was destroyed; null while it is there.</summary>
    public DateTimeOffset? KeyDestroyed { get; init; }

    /// <summary>When it was finished; null while it is not.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Files and folders that were removed, those in the trash included.</summary>
    public long Items { get; init; }

    /// <summary>Contents that were removed, those of earlier versions included.</summary>
    public long Contents { get; init; }

    /// <summary>Their plaintext lengths together.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 over the list of contents: id, size and SHA-256 of each, hashed with the hash before it.</summary>
    public ReadOnlyMemory<byte> ListHash { get; init; } = new byte[32];

    /// <summary>The head of the account's audit chain; null until the chain goes.</summary>
    public AuditHead? AuditHead { get; init; }

    /// <summary>When the last backup is gone that may still hold names; null until it is finished.</summary>
    public DateTimeOffset? BackupsExpire { get; init; }

    /// <summary>Until when this record is kept; null until it is finished.</summary>
    public DateTimeOffset? KeepUntil { get; init; }
}
