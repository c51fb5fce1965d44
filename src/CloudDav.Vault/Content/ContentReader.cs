using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace CloudDav.Vault;

/// <summary>Opens stored content for reading, ranges without the rest.</summary>
/// <param name="blobs">Where blobs are.</param>
/// <param name="meter">Counts the bytes; null for nobody.</param>
public sealed class ContentReader(IBlobStore blobs, ContentMeter? meter = null)
{
    /// <summary>Opens a content wherever its bytes are.</summary>
    /// <param name="content">Where they are.</param>
    /// <param name="key">The vault's key; null when the vault has none.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ContentDamagedException">It is missing, has another length, or its key does not unwrap. Of a content in parts this is found out at each part.</exception>
    public async ValueTask<IContentSource> OpenAsync(
        StoredContent content,
        VaultKey? key,
        CancellationToken cancellationToken
    )
    {
        if (content.Parts.Count > 0)
        {
            var parted = new PartedSource(this, content, key);
            await parted.OpenAsync(0, cancellationToken);
            return parted;
        }
        return content.Blob is { } blob
            ? await OpenBlobAsync(blob, content.Size, key, content.WrappedKey, cancellationToken)
            : OpenInline(
                content.Inline
                    ?? throw new ContentDamagedException(
                        "The content's bytes are not in the metadata."
                    ),
                content.Size,
                key,
                content.WrappedKey
            );
    }

    /// <summary>Opens a content that is a blob.</summary>
    /// <param name="blob">Its id.</param>
    /// <param name="size">Its plaintext length, as the metadata has it.</param>
    /// <param name="key">The vault's key; null when the vault has none.</param>
    /// <param name="wrappedKey">The content's wrapped key; null when it is stored as plaintext.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ContentDamagedException">It is missing, has another length, or its key does not unwrap.</exception>
    public async ValueTask<IContentSource> OpenBlobAsync(
        BlobId blob,
        long size,
        VaultKey? key,
        byte[]? wrappedKey,
        CancellationToken cancellationToken
    )
    {
        var stored =
            await blobs.OpenAsync(blob, cancellationToken)
            ?? throw new ContentDamagedException($"Blob {blob.Value:N} is not in the store.");
        try
        {
            if (wrappedKey is null)
            {
                if (stored.Length != size)
                    throw WrongLength(stored.Length, size);
                return new PlainBlobSource(stored, meter);
            }
            var header = new byte[ContentFormat.HeaderBytes];
            var read = await stored.ReadAsync(header, 0, cancellationToken);
            return new EncryptedBlobSource(
                stored,
                OpenFormat(header.AsSpan(0, read), stored.Length, size, key, wrappedKey),
                size,
                meter
            );
        }
        catch
        {
            await stored.DisposeAsync();
            throw;
        }
    }

    /// <summary>Looks at a content that is a blob without reading it: whether it is there, its length, and its key.</summary>
    /// <exception cref="ContentDamagedException">As <see cref="OpenBlobAsync"/>, as far as that can be seen so.</exception>
    public async ValueTask CheckBlobAsync(
        BlobId blob,
        long size,
        VaultKey? key,
        byte[]? wrappedKey,
        CancellationToken cancellationToken
    )
    {
        var stored =
            await blobs.FindLengthAsync(blob, cancellationToken)
            ?? throw new ContentDamagedException($"Blob {blob.Value:N} is not in the store.");
        if (wrappedKey is null)
        {
            if (stored != size)
                throw WrongLength(stored, size);
            return;
        }
        CryptographicOperations.ZeroMemory(UnwrapKey(key, wrappedKey));
        if (!ContentFormat.CanBeStoredIn(stored, size))
            throw new ContentDamagedException(
                $"The content has {stored} bytes in the store, which no content of {size} bytes has."
            );
    }

    /// <summary>Opens a content that the metadata holds itself. All of it is checked here.</summary>
    /// <param name="bytes">What <see cref="InlineContent.Bytes"/> was.</param>
    /// <param name="size">Its plaintext length, as the metadata has it.</param>
    /// <param name="key">The vault's key; null when the vault has none.</param>
    /// <param name="wrappedKey">The content's wrapped key; null when it is stored as plaintext.</param>
    /// <exception cref="ContentDamagedException">It has another length, its key does not unwrap, or it does not authenticate.</exception>
    public IContentSource OpenInline(byte[] bytes, long size, VaultKey? key, byte[]? wrappedKey)
    {
        if (wrappedKey is null)
        {
            return bytes.Length == size
                ? new InlineSource(bytes, meter)
                : throw WrongLength(bytes.Length, size);
        }
        var header = bytes.AsSpan(0, Math.Min(bytes.Length, ContentFormat.HeaderBytes));
        using var format = OpenFormat(header, bytes.Length, size, key, wrappedKey);
        var plain = new byte[size];
        var chunks = format.ChunkCount(size);
        for (long chunk = 0; chunk < chunks; chunk++)
        {
            var place = plain.AsSpan((int)(chunk * format.ChunkBytes));
            place = place[..Math.Min(format.ChunkBytes, place.Length)];
            var stored = bytes.AsSpan(
                (int)format.StoredOffset(chunk),
                place.Length + ContentFormat.TagBytes
            );
            format.Open(chunk, chunk == chunks - 1, stored, place);
        }
        return new InlineSource(plain, meter);
    }

    private static ContentFormat OpenFormat(
        ReadOnlySpan<byte> header,
        long storedLength,
        long size,
        VaultKey? vaultKey,
        byte[] wrappedKey
    )
    {
        var key = UnwrapKey(vaultKey, wrappedKey);
        try
        {
            return ContentFormat.Open(header, storedLength, size, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] UnwrapKey(VaultKey? vaultKey, byte[] wrappedKey) =>
        vaultKey is null
            ? throw new ContentDamagedException("The vault has no key any more.")
            : KeyWrap.TryUnwrap(vaultKey.Bytes, wrappedKey, KeyWrap.ContentKey, vaultKey.Vault)
                ?? throw new ContentDamagedException("The content's key does not unwrap.");

    private static ContentDamagedException WrongLength(long stored, long size) =>
        new($"The content has {stored} bytes in the store and must have {size}.");

    private static void CheckRange(long offset, long count, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length - offset);
    }

    /// <summary>A content in parts, each of which is opened when it is its turn: there may be thousands.</summary>
    private sealed class PartedSource : IContentSource
    {
        private readonly ContentReader _reader;
        private readonly IReadOnlyList<StoredContent> _parts;
        private readonly VaultKey? _key;

        // Where each part begins.
        private readonly long[] _starts;
        private int _current = -1;
        private IContentSource? _open;

        public PartedSource(ContentReader reader, StoredContent content, VaultKey? key)
        {
            (_reader, _parts, _key) = (reader, content.Parts, key);
            _starts = new long[_parts.Count];
            long length = 0;
            for (var i = 0; i < _starts.Length; i++)
            {
                _starts[i] = length;
                length += _parts[i].Size;
            }
            if (length != content.Size)
                throw WrongLength(length, content.Size);
            Length = length;
        }

        public long Length { get; }

        public async ValueTask<IContentSource> OpenAsync(
            int part,
            CancellationToken cancellationToken
        )
        {
            if (_current == part)
                return _open!;
            await DisposeAsync();
            _open = await _reader.OpenAsync(_parts[part], _key, cancellationToken);
            _current = part;
            return _open;
        }

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            CheckRange(offset, count, Length);
            var end = offset + count;
            var part = Array.BinarySearch(_starts, offset);
            if (part < 0)
                part = ~part - 1;
            while (offset < end)
            {
                var source = await OpenAsync(part, cancellationToken);
                var within = offset - _starts[part];
                var length = Math.Min(source.Length - within, end - offset);
                await source.CopyToAsync(destination, within, length, cancellationToken);
                offset += length;
                part++;
                if (offset < end && (await destination.FlushAsync(cancellationToken)).IsCompleted)
                    return;
            }
        }

        public async ValueTask DisposeAsync()
        {
            var open = _open;
            (_open, _current) = (null, -1);
            if (open is not null)
                await open.DisposeAsync();
        }
    }

    /// <summary>A small content, already checked.</summary>
    private sealed class InlineSource(byte[] plain, ContentMeter? meter) : IContentSource
    {
        public long Length => plain.Length;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            CheckRange(offset, count, Length);
            await destination.WriteAsync(
                plain.AsMemory((int)offset, (int)count),
                cancellationToken
            );
            meter?.Read(count);
        }

        public ValueTask DisposeAsync() => default;
    }

    /// <summary>A plaintext blob: read straight into the pipe's memory.</summary>
    private sealed class PlainBlobSource(IBlob stored, ContentMeter? meter) : IContentSource
    {
        private const int ReadBytes = 64 * 1024;
        private const int FlushBytes = 256 * 1024;

        public long Length => stored.Length;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            CheckRange(offset, count, Length);
            var end = offset + count;
            var unflushed = 0;
            while (offset < end)
            {
                var memory = destination.GetMemory(ReadBytes);
                var wanted = (int)Math.Min(memory.Length, end - offset);
                var read = await stored.ReadAsync(memory[..wanted], offset, cancellationToken);
                if (read == 0)
                    throw WrongLength(offset, end);
                destination.Advance(read);
                meter?.Read(read);
                offset += read;
                unflushed += read;
                if (unflushed < FlushBytes && offset < end)
                    continue;
                unflushed = 0;
                if ((await destination.FlushAsync(cancellationToken)).IsCompleted)
                    return;
            }
        }

        public ValueTask DisposeAsync() => stored.DisposeAsync();
    }

    /// <summary>An encrypted blob: some chunks are read at once, and each is decrypted straight into the pipe's memory, which is handed on only once its tag was right.</summary>
    private sealed class EncryptedBlobSource(
        IBlob stored,
        ContentFormat format,
        long size,
        ContentMeter? meter
    ) : IContentSource
    {
        private const int BatchBytes = 128 * 1024;

        public long Length => size;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            CheckRange(offset, count, Length);
            var end = offset + count;
            var chunk = offset / format.ChunkBytes;
            var stride = format.ChunkBytes + ContentFormat.TagBytes;
            var chunksLeft = count == 0 ? 0 : (end - 1) / format.ChunkBytes + 1 - chunk;
            var chunksAtOnce = (int)
                Math.Min(chunksLeft, Math.Max(1, BatchBytes / format.ChunkBytes));
            var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, chunksAtOnce) * stride);
            try
            {
                while (chunksLeft > 0)
                {
                    var chunks = (int)Math.Min(chunksAtOnce, chunksLeft);
                    var storedOffset = format.StoredOffset(chunk);
                    var wanted = (int)Math.Min((long)chunks * stride, stored.Length - storedOffset);
                    var batch = buffer.AsMemory(0, wanted);
                    if (await stored.ReadAsync(batch, storedOffset, cancellationToken) != wanted)
                        throw WrongLength(storedOffset, stored.Length);
                    for (var i = 0; i < chunks; i++)
                    {
                        var place = batch[(i * stride)..];
                        place = place[..Math.Min(stride, place.Length)];
                        Decrypt(destination, chunk + i, place.Span, offset, end);
                    }
                    chunk += chunks;
                    chunksLeft -= chunks;
                    if ((await destination.FlushAsync(cancellationToken)).IsCompleted)
                        return;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        public ValueTask DisposeAsync()
        {
            format.Dispose();
            return stored.DisposeAsync();
        }

        private void Decrypt(
            PipeWriter destination,
            long chunk,
            Span<byte> storedChunk,
            long offset,
            long end
        )
        {
            var isLast = chunk == format.ChunkCount(size) - 1;
            var length = storedChunk.Length - ContentFormat.TagBytes;
            var chunkStart = chunk * format.ChunkBytes;
            var from = (int)Math.Max(0, offset - chunkStart);
            var to = (int)Math.Min(length, end - chunkStart);
            meter?.Read(to - from);
            if (from == 0 && to == length)
            {
                format.Open(chunk, isLast, storedChunk, destination.GetSpan(length)[..length]);
                destination.Advance(length);
                return;
            }
            // Part of a chunk: all of it must authenticate before any of it goes out.
            var plain = storedChunk[..length];
            format.Open(chunk, isLast, storedChunk, plain);
            destination.Write(plain[from..to]);
        }
    }
}
