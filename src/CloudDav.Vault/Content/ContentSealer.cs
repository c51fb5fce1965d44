using System.Buffers;

namespace CloudDav.Vault;

/// <summary>
/// Takes plaintext in any pieces and writes it to a blob, hashed and encrypted, in two buffers: while one is filled by whoever receives the body, the other is
/// hashed, encrypted where it stands and written by a second task. A buffer is handed over only when it is known whether more follows, because the last chunk is
/// marked as such.
/// </summary>
internal sealed class ContentSealer : IAsyncDisposable
{
    // Large enough that the hand-over costs nothing, small enough to stay in the processor's cache between hashing, encrypting and writing.
    // With header and tags: buffers come in powers of two, and a byte more would take twice the memory.
    private const int BufferBytes = 256 * 1024;

    private readonly IBlobUpload _upload;
    private readonly ContentFormat? _format;
    private readonly ContentHashes _hashes;
    private readonly int _chunkBytes;
    private readonly int _strideBytes;
    private readonly int _chunksPerBuffer;
    private byte[] _filling;
    private byte[]? _spare;
    private int _filled;
    private long _chunk;
    private Task _handedOver = Task.CompletedTask;

    /// <param name="upload">The blob; it stays the caller's to complete and dispose.</param>
    /// <param name="format">Encrypts; null writes plaintext.</param>
    /// <param name="hashes">Sees all the plaintext.</param>
    /// <param name="chunkBytes">Plaintext bytes of a chunk.</param>
    /// <param name="expectedSize">Plaintext length if known: a short content takes a short buffer.</param>
    public ContentSealer(
        IBlobUpload upload,
        ContentFormat? format,
        ContentHashes hashes,
        int chunkBytes,
        long? expectedSize
    )
    {
        _upload = upload;
        _format = format;
        _hashes = hashes;
        _chunkBytes = chunkBytes;
        _strideBytes = chunkBytes + (format is null ? 0 : ContentFormat.TagBytes);
        var chunks = Math.Max(1, (BufferBytes - ContentFormat.HeaderBytes) / _strideBytes);
        if (expectedSize is { } size)
            chunks = (int)Math.Clamp(size / chunkBytes + 1, 1, chunks);
        _chunksPerBuffer = chunks;
        _filling = Rent();
    }

    private int CapacityBytes => _chunksPerBuffer * _chunkBytes;

    /// <summary>Appends plaintext, which may be reused when this returns.</summary>
    public async ValueTask WriteAsync(
        ReadOnlySequence<byte> plain,
        CancellationToken cancellationToken
    )
    {
        foreach (var segment in plain)
        {
            var rest = segment;
            while (!rest.IsEmpty)
            {
                if (_filled == CapacityBytes)
                    await HandOverAsync(isLast: false, cancellationToken);
                rest = rest[Fill(rest.Span)..];
            }
        }
    }

    /// <summary>Writes what is left and marks it as the last.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await HandOverAsync(isLast: true, cancellationToken);
        await _handedOver;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever it failed of has been or is being thrown to the caller; here only its use of the buffers must be over.
        await _handedOver.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ArrayPool<byte>.Shared.Return(_filling);
        if (_spare is not null)
            ArrayPool<byte>.Shared.Return(_spare);
    }

    private byte[] Rent() =>
        ArrayPool<byte>.Shared.Rent(ContentFormat.HeaderBytes + _chunksPerBuffer * _strideBytes);

    /// <summary>Copies into the place of the present chunk, leaving room for each chunk's tag.</summary>
    private int Fill(ReadOnlySpan<byte> plain)
    {
        var within = _filled % _chunkBytes;
        var count = Math.Min(plain.Length, _chunkBytes - within);
        plain[..count].CopyTo(_filling.AsSpan(Place(_filled / _chunkBytes) + within));
        _filled += count;
        return count;
    }

    private int Place(int chunkInBuffer) =>
        ContentFormat.HeaderBytes + chunkInBuffer * _strideBytes;

    private async ValueTask HandOverAsync(bool isLast, CancellationToken cancellationToken)
    {
        await _handedOver;
        var (buffer, filled, chunk) = (_filling, _filled, _chunk);
        if (isLast)
        {
            _handedOver = SealAndWriteAsync(buffer, filled, chunk, isLast, cancellationToken);
            return;
        }
        _filling = _spare ?? Rent();
        _spare = buffer;
        _filled = 0;
        _chunk += _chunksPerBuffer;
        _handedOver = Task.Run(
            () => SealAndWriteAsync(buffer, filled, chunk, isLast, cancellationToken),
            cancellationToken
        );
    }

    private async Task SealAndWriteAsync(
        byte[] buffer,
        int filled,
        long firstChunk,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        var start = ContentFormat.HeaderBytes;
        var end = start;
        if (_format is not null && firstChunk == 0)
        {
            start = 0;
            _format.Header.CopyTo(buffer);
        }
        // Only an empty content comes here with nothing; it has one chunk too.
        var chunks = Math.Max(1, (filled + _chunkBytes - 1) / _chunkBytes);
        for (var i = 0; i < chunks; i++)
        {
            var count = Math.Min(filled - i * _chunkBytes, _chunkBytes);
            var plain = buffer.AsSpan(Place(i), count);
            _hashes.Append(plain);
            end = Place(i) + count;
            if (_format is null)
                continue;
            _format.Seal(
                firstChunk + i,
                isLast && i == chunks - 1,
                buffer.AsSpan(Place(i), count + ContentFormat.TagBytes)
            );
            end += ContentFormat.TagBytes;
        }
        await _upload.WriteAsync(buffer.AsMemory(start, end - start), cancellationToken);
    }
}
