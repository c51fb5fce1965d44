namespace CloudDav.Vault;

/// <summary>Which digests to compute beside SHA-256 and CRC-32, which every content has.</summary>
[Flags]
public enum ContentChecksums
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>MD5.</summary>
    Md5 = 1,

    /// <summary>SHA-1.</summary>
    Sha1 = 2,

    /// <summary>SHA-512.</summary>
    Sha512 = 4,

    /// <summary>Adler-32.</summary>
    Adler32 = 8,
}

/// <summary>What is known of a content once all its bytes have been seen.</summary>
public abstract record ContentFacts
{
    /// <summary>Length of the plaintext in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the plaintext, 32 bytes.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>CRC-32 (IEEE 802.3) of the plaintext.</summary>
    public required uint Crc32 { get; init; }

    /// <summary>MD5 of the plaintext; null when it was not asked for.</summary>
    public byte[]? Md5 { get; init; }

    /// <summary>SHA-1 of the plaintext; null when it was not asked for.</summary>
    public byte[]? Sha1 { get; init; }

    /// <summary>SHA-512 of the plaintext; null when it was not asked for.</summary>
    public byte[]? Sha512 { get; init; }

    /// <summary>Adler-32 of the plaintext; null when it was not asked for.</summary>
    public uint? Adler32 { get; init; }

    /// <summary>The content's own key, wrapped by its vault's key; null when the content is stored as plaintext.</summary>
    public byte[]? WrappedKey { get; init; }
}

/// <summary>A small content sealed in memory, to be kept in the metadata itself.</summary>
public sealed record InlineContent : ContentFacts
{
    /// <summary>What to store: the content's format as <c>Content/README.md</c> describes it, or the plaintext when encryption is off.</summary>
    public required byte[] Bytes { get; init; }
}

/// <summary>A content that consists of the parts of an upload.</summary>
public sealed record PartedContent : ContentFacts;

/// <summary>How a staging ended. Only after <see cref="StageOutcome.Complete"/> is there a blob, and its other members mean something.</summary>
public sealed record StagedContent : ContentFacts
{
    /// <summary>How it ended.</summary>
    public required StageOutcome Outcome { get; init; }
}

/// <summary>How a staging ended.</summary>
public enum StageOutcome
{
    /// <summary>Every byte is on stable storage under the blob's id.</summary>
    Complete,

    /// <summary>The body ended before its declared length; nothing is left in the store.</summary>
    TooShort,

    /// <summary>The body went on beyond its declared length; nothing is left in the store.</summary>
    TooLong,

    /// <summary><see cref="StageRequest.Grow"/> said no; nothing is left in the store.</summary>
    HoldRefused,
}
