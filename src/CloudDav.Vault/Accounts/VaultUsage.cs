namespace CloudDav.Vault;

/// <summary>What a vault holds, in bytes where nothing else is said. Every number is a counter that changes with what it counts: nobody adds up a tree or a history.</summary>
public sealed record VaultUsage
{
    /// <summary>What counts against the capacity: everything in the tree.</summary>
    public long UsedBytes { get; init; }

    /// <summary>The capacity; null for no limit.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>Files and folders in the tree.</summary>
    public long Items { get; init; }

    /// <summary>What the trash takes, which does not count against the capacity.</summary>
    public long TrashBytes { get; init; }

    /// <summary>What earlier versions take, which does not either.</summary>
    public long VersionBytes { get; init; }

    /// <summary>What is promised to uploads under way.</summary>
    public long HeldBytes { get; init; }
}
