using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>A body to be written as a new blob: <see cref="Before"/>, then <see cref="Body"/>, then <see cref="After"/>.</summary>
public sealed record StageRequest
{
    /// <summary>The blob's id, never used before and already in the ledger.</summary>
    public required BlobId Blob { get; init; }

    /// <summary>Wraps the fresh key of this content; null stores plaintext (encryption off).</summary>
    public VaultKey? Key { get; init; }

    /// <summary>The body, read to its end; never completed here, since it belongs to the caller.</summary>
    public required PipeReader Body { get; init; }

    /// <summary>Existing bytes that come before the body, for a partial update; null for none.</summary>
    public ContentPart? Before { get; init; }

    /// <summary>Existing bytes that come after the body, for a partial update; null for none.</summary>
    public ContentPart? After { get; init; }

    /// <summary>How many bytes the body itself must have, without <see cref="Before"/> and <see cref="After"/>; null when undeclared.</summary>
    public long? DeclaredLength { get; init; }

    /// <summary>Digests to compute beside SHA-256 and CRC-32.</summary>
    public ContentChecksums Checksums { get; init; }

    /// <summary>
    /// Asked with the plaintext length reached so far, counting what was just received, before those bytes are taken: true goes on, false ends with
    /// <see cref="StageOutcome.HoldRefused"/>. It is asked again for every piece received, so an answer within the present hold should be immediate.
    /// Null never asks.
    /// </summary>
    public Func<long, CancellationToken, ValueTask<bool>>? Grow { get; init; }
}

/// <summary>A range of an existing content.</summary>
/// <param name="Source">The content; it stays the caller's to dispose.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Count">How many bytes, all of which must be there.</param>
public sealed record ContentPart(IContentSource Source, long Offset, long Count);
