using System.IO.Pipelines;

namespace CloudDav.WebDav;

/// <summary>A body on its way in, with what the client says of it.</summary>
public sealed record DavUpload
{
    /// <summary>The body. Reading from it is what sends <c>100 Continue</c>.</summary>
    public required PipeReader Body { get; init; }

    /// <summary>True when the client waits for <c>100 Continue</c>: check everything before the first read.</summary>
    public bool ExpectsContinue { get; init; }

    /// <summary>The number of bytes the body must have (Content-Length, X-Expected-Entity-Length); null when undeclared. Another count refuses with 400.</summary>
    public long? DeclaredLength { get; init; }

    /// <summary>A length that is only a hint for the quota check (OC-Total-Length, X-File-Size); null when absent.</summary>
    public long? LengthHint { get; init; }

    /// <summary>The media type from Content-Type; null when absent or meaningless.</summary>
    public string? MediaType { get; init; }

    /// <summary>Modification time to store (X-OC-Mtime); null for the time of commit.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Creation time to store (X-OC-CTime); null to keep the existing one or take the time of commit.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Checksums that the received bytes must have; a mismatch refuses with 400 and stores nothing.</summary>
    public IReadOnlyList<ExpectedChecksum> Checksums { get; init; } = [];

    /// <summary>For a partial update: where the body goes into the existing content; null replaces it whole.</summary>
    public ByteSplice? Splice { get; init; }
}

/// <summary>Where a partial update goes.</summary>
/// <param name="Offset">First byte to replace; null to append. An offset beyond the end refuses with 416.</param>
/// <param name="Length">How many bytes the client says it replaces; null for as many as the body has.</param>
/// <param name="CompleteLength">The length the client expects the file to have afterwards; null when unsaid.</param>
public sealed record ByteSplice(long? Offset, long? Length, long? CompleteLength);

/// <summary>A checksum given with an upload.</summary>
/// <param name="Algorithm">Which.</param>
/// <param name="Value">The digest's bytes.</param>
public sealed record ExpectedChecksum(ChecksumAlgorithm Algorithm, ReadOnlyMemory<byte> Value);

/// <summary>Checksums that clients send (<c>OC-Checksum</c>, <c>Content-MD5</c>, <c>Digest</c>, <c>Repr-Digest</c>).</summary>
public enum ChecksumAlgorithm
{
    /// <summary>MD5.</summary>
    Md5,

    /// <summary>SHA-1.</summary>
    Sha1,

    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>SHA-512.</summary>
    Sha512,

    /// <summary>ADLER32, big-endian.</summary>
    Adler32,
}
