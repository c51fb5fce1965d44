namespace CloudDav.Storage;

/// <summary>What a backup is and what must be in it. It is written last: a folder without one is no backup.</summary>
public sealed record BackupManifest
{
    /// <summary>The version of the backup's layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of its layout.</summary>
    public required int Format { get; init; }

    /// <summary>The version of the program that made it.</summary>
    public required string Program { get; init; }

    /// <summary>The moment that it is a picture of.</summary>
    public required DateTimeOffset Taken { get; init; }

    /// <summary>When it was finished.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Length of the metadata in bytes.</summary>
    public required long MetadataBytes { get; init; }

    /// <summary>SHA-256 of the metadata, in hexadecimal.</summary>
    public required string MetadataSha256 { get; init; }

    /// <summary>How many vaults there are.</summary>
    public required long Vaults { get; init; }

    /// <summary>How many blobs there are; small contents are in the metadata.</summary>
    public required long Blobs { get; init; }

    /// <summary>Their stored lengths together, in bytes.</summary>
    public required long BlobBytes { get; init; }

    /// <summary>How many of these are further names of the store's own files, and were not read.</summary>
    public required long Linked { get; init; }

    /// <summary>How many blobs the store did not have although the metadata refers to them.</summary>
    public required long Missing { get; init; }

    /// <summary>SHA-256 of the list of blobs, in hexadecimal.</summary>
    public required string ListSha256 { get; init; }
}

/// <summary>A backup cannot be made or used; the message says why.</summary>
public sealed class BackupException(string message, Exception? inner = null)
    : Exception(message, inner);
