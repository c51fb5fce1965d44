using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>Turns a body into stored content: hash, encrypt, write, make durable.</summary>
/// <param name="blobs">Where blobs go.</param>
/// <param name="options">How they are written.</param>
public sealed class ContentWriter(IBlobStore blobs, ContentOptions options)
{
    /// <summary>Writes a body as a new blob. When it returns <see cref="StageOutcome.Complete"/>, the blob survives a power cut; in every other case, and on any exception, nothing of it is left in the store.</summary>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    public ValueTask<StagedContent> StageAsync(
        StageRequest request,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException($"{blobs} {options}");

    /// <summary>Seals a small content in memory.</summary>
    /// <param name="key">Wraps the fresh key of this content; null leaves it plaintext (encryption off).</param>
    /// <param name="plain">All its bytes.</param>
    /// <param name="checksums">Digests to compute beside SHA-256 and CRC-32.</param>
    public InlineContent SealInline(
        VaultKey? key,
        ReadOnlySpan<byte> plain,
        ContentChecksums checksums = ContentChecksums.None
    ) => throw new NotSupportedException($"{blobs} {options}");

    /// <summary>Reads a body that may be small enough to keep inline.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limit">The most bytes that are still small.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The whole body when it ends within the limit; null when it is longer, and then nothing of it has been consumed: give the same reader to <see cref="StageAsync"/>.</returns>
    public static ValueTask<byte[]?> ReadSmallAsync(
        PipeReader body,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException($"{limit}");
}
