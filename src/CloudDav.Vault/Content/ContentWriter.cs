using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace CloudDav.Vault;

/// <summary>Turns a body into stored content: hash, encrypt, write, make durable.</summary>
/// <param name="blobs">Where blobs go.</param>
/// <param name="options">How they are written.</param>
/// <param name="meter">Counts the bytes; null for nobody.</param>
public sealed class ContentWriter(
    IBlobStore blobs,
    ContentOptions options,
    ContentMeter? meter = null
)
{
    /// <summary>Writes a body as a new blob. When it returns <see cref="StageOutcome.Complete"/>, the blob survives a power cut; in every other case, and on any exception, nothing of it is left in the store.</summary>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    /// <exception cref="ContentDamagedException">An existing part that was to be taken over is damaged.</exception>
    public async ValueTask<StagedContent> StageAsync(
        StageRequest request,
        CancellationToken cancellationToken
    )
    {
        using var span = Instrumentation.Source.StartActivity("content write");
        var kept = (request.Before?.Count ?? 0) + (request.After?.Count ?? 0);
        var (format, wrappedKey) = NewKey(request.Key);
        using var _ = format;
        await using var upload = await blobs.CreateAsync(
            request.Blob,
            StoredLength(request.DeclaredLength + kept),
            cancellationToken
        );
        using var hashes = new ContentHashes(request.Checksums);
        await using var sealer = new ContentSealer(
            upload,
            format,
            hashes,
            options.ChunkBytes,
            request.DeclaredLength + kept
        );

        if (request.Before is { } before)
            await CopyPartAsync(before, sealer, cancellationToken);
        var outcome = await CopyBodyAsync(request, kept, sealer, cancellationToken);
        if (outcome != StageOutcome.Complete)
            return Refused(outcome);
        if (request.After is { } after)
            await CopyPartAsync(after, sealer, cancellationToken);

        await sealer.FinishAsync(cancellationToken);
        await upload.CompleteAsync(cancellationToken);
        return hashes.ToStaged(StageOutcome.Complete, wrappedKey);
    }

    /// <summary>Puts the bytes of a blob under another id, as they are; when it returns they survive a power cut there.</summary>
    /// <exception cref="ContentDamagedException">The blob is missing.</exception>
    /// <exception cref="StorageFullException">The store has no room left.</exception>
    internal async ValueTask CopyAsync(BlobId from, BlobId to, CancellationToken cancellationToken)
    {
        using var span = Instrumentation.Source.StartActivity("content copy");
        if (!await blobs.TryCopyAsync(from, to, cancellationToken))
            throw new ContentDamagedException("The content's blob is missing.");
    }

    /// <summary>Seals a small content in memory.</summary>
    /// <param name="key">Wraps the fresh key of this content; null leaves it plaintext (encryption off).</param>
    /// <param name="plain">All its bytes.</param>
    /// <param name="checksums">Digests to compute beside SHA-256 and CRC-32.</param>
    public InlineContent SealInline(
        VaultKey? key,
        ReadOnlySpan<byte> plain,
        ContentChecksums checksums = ContentChecksums.None
    )
    {
        meter?.Written(plain.Length);
        var (format, wrappedKey) = NewKey(key);
        if (format is null)
            return ContentHashes.Seal(plain, checksums, plain.ToArray(), wrappedKey: null);
        using (format)
        {
            return ContentHashes.Seal(plain, checksums, SealAll(format, plain), wrappedKey);
        }
    }

    /// <summary>Reads a body that may be small enough to keep inline.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limit">The most bytes that are still small.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The whole body when it ends within the limit; null when it is longer, and then nothing of it has been consumed: give the same reader to <see cref="StageAsync"/>.</returns>
    public static async ValueTask<byte[]?> ReadSmallAsync(
        PipeReader body,
        int limit,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.Buffer.Length > limit)
            {
                body.AdvanceTo(read.Buffer.Start);
                return null;
            }
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCanceled)
                throw new OperationCanceledException("Reading the body was cancelled.");
        }
    }

    /// <summary>The whole content in memory, in the format of a blob.</summary>
    internal static byte[] SealAll(ContentFormat format, ReadOnlySpan<byte> plain)
    {
        var stored = new byte[ContentFormat.StoredLength(plain.Length, format.ChunkBytes)];
        format.Header.CopyTo(stored);
        var chunks = format.ChunkCount(plain.Length);
        for (long chunk = 0; chunk < chunks; chunk++)
        {
            var text = plain[(int)(chunk * format.ChunkBytes)..];
            text = text[..Math.Min(format.ChunkBytes, text.Length)];
            var place = stored.AsSpan(
                (int)format.StoredOffset(chunk),
                text.Length + ContentFormat.TagBytes
            );
            text.CopyTo(place);
            format.Seal(chunk, chunk == chunks - 1, place);
        }
        return stored;
    }

    private (ContentFormat? Format, byte[]? WrappedKey) NewKey(VaultKey? vaultKey)
    {
        if (vaultKey is null)
            return default;
        Span<byte> key = stackalloc byte[KeyWrap.KeyBytes];
        RandomNumberGenerator.Fill(key);
        try
        {
            return (
                ContentFormat.Create(key, options.ChunkBytes),
                KeyWrap.Wrap(vaultKey.Bytes, key, KeyWrap.ContentKey, vaultKey.Vault)
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private long? StoredLength(long? size) =>
        size is { } known ? ContentFormat.StoredLength(known, options.ChunkBytes) : null;

    private async ValueTask<StageOutcome> CopyBodyAsync(
        StageRequest request,
        long kept,
        ContentSealer sealer,
        CancellationToken cancellationToken
    )
    {
        long taken = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(cancellationToken);
            var length = taken + read.Buffer.Length;
            if (length > request.DeclaredLength)
            {
                request.Body.AdvanceTo(read.Buffer.Start);
                return StageOutcome.TooLong;
            }
            if (
                request.Grow is { } grow
                && length > taken
                && !await grow(kept + length, cancellationToken)
            )
            {
                request.Body.AdvanceTo(read.Buffer.Start);
                return StageOutcome.HoldRefused;
            }
            await sealer.WriteAsync(read.Buffer, cancellationToken);
            request.Body.AdvanceTo(read.Buffer.End);
            meter?.Written(length - taken);
            taken = length;
            if (read.IsCompleted)
                break;
            if (read.IsCanceled)
                throw new OperationCanceledException("Reading the body was cancelled.");
        }
        return taken < request.DeclaredLength ? StageOutcome.TooShort : StageOutcome.Complete;
    }

    private static ValueTask CopyPartAsync(
        ContentPart part,
        ContentSealer sealer,
        CancellationToken cancellationToken
    ) =>
        ContentPipe.ReadAsync(
            part.Source,
            part.Offset,
            part.Count,
            sealer.WriteAsync,
            cancellationToken
        );

    private static StagedContent Refused(StageOutcome outcome) =>
        new()
        {
            Outcome = outcome,
            Size = 0,
            Sha256 = [],
            Crc32 = 0,
        };
}
