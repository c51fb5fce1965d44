using System.Buffers;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// A blob open for reading, in windows: the one that is being read and, when it is read in order, up to <see cref="MostAhead"/> that follow. A reader who had to
/// wait for a window gets one more ahead; one who is slower than the store keeps a single one, so that paused downloads hold little memory.
/// </summary>
internal sealed class AzureBlob : IBlob
{
    /// <summary>The first window, and the first after a jump: enough for most blobs, and soon there.</summary>
    public const int FirstWindowBytes = 256 * 1024;

    /// <summary>Every further window.</summary>
    public const int WindowBytes = 1024 * 1024;

    /// <summary>The most windows beyond the one being read.</summary>
    public const int MostAhead = 4;

    private readonly BlockBlobClient _client;
    private readonly SemaphoreSlim _readAhead;
    private readonly ETag _version;
    private readonly Queue<Window> _windows = new();
    private CancellationTokenSource _end = new();
    private int _ahead = 1;

    private AzureBlob(BlockBlobClient client, SemaphoreSlim readAhead, ETag version, long length)
    {
        _client = client;
        _readAhead = readAhead;
        _version = version;
        Length = length;
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Opens a blob, with its beginning: a short one takes no other request.</summary>
    /// <param name="client">The blob.</param>
    /// <param name="readAhead">A place for each window read ahead, of all downloads.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    public static async ValueTask<AzureBlob> OpenAsync(
        BlockBlobClient client,
        SemaphoreSlim readAhead,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using BlobDownloadStreamingResult begun = await client.DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, FirstWindowBytes) },
                cancellationToken
            );
            var length = LengthOf(begun.Details);
            var blob = new AzureBlob(client, readAhead, begun.Details.ETag, length);
            var count = (int)Math.Min(FirstWindowBytes, blob.Length);
            var buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                await begun.Content.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw;
            }
            blob._windows.Enqueue(new Window(0, count, buffer, Task.CompletedTask, null));
            return blob;
        }
        catch (RequestFailedException failure)
            when (failure.ErrorCode == BlobErrorCode.InvalidRange)
        {
            // Of an empty blob there is no range.
            BlobProperties there = await client.GetPropertiesAsync(
                cancellationToken: cancellationToken
            );
            return there.ContentLength == 0
                ? new AzureBlob(client, readAhead, there.ETag, 0)
                : throw new IOException("Azure Blob Storage refused a range that exists.", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var total = 0;
        while (total < buffer.Length && offset + total < Length)
        {
            var at = offset + total;
            var window = await WindowAtAsync(at, cancellationToken);
            var from = (int)(at - window.Start);
            var count = Math.Min(buffer.Length - total, window.Count - from);
            window.Buffer.AsMemory(from, count).CopyTo(buffer[total..]);
            total += count;
            // From the middle on it is likely that the next one will be wanted.
            if (from + count > window.Count / 2)
                ReadAhead();
        }
        return total;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await DropUntilAsync(static _ => false);
        _end.Dispose();
    }

    /// <summary>The loaded window that an offset is in; those before it are dropped, and all when the reader has jumped.</summary>
    private async ValueTask<Window> WindowAtAsync(long at, CancellationToken cancellationToken)
    {
        if (!_windows.Any(window => window.Has(at)))
        {
            // Nobody wants what is on its way.
            await _end.CancelAsync();
            _end.Dispose();
            _end = new CancellationTokenSource();
            await DropUntilAsync(static _ => false);
            _ahead = 1;
            Begin(at, FirstWindowBytes, place: null);
        }
        await DropUntilAsync(window => window.Has(at));
        var found = _windows.Peek();
        if (!found.Loading.IsCompleted && found.Place is not null)
            _ahead = Math.Min(_ahead + 1, MostAhead);
        return await LoadedAsync(found, cancellationToken);
    }

    private static async ValueTask<Window> LoadedAsync(
        Window window,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await window.Loading.WaitAsync(cancellationToken);
            return window;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <summary>Begins as many windows as this reader has earned, while the store has places for them.</summary>
    private void ReadAhead()
    {
        while (_windows.Count <= _ahead)
        {
            var last = _windows.Last();
            var next = last.Start + last.Count;
            if (next >= Length || !_readAhead.Wait(0, CancellationToken.None))
                return;
            Begin(next, WindowBytes, _readAhead);
        }
    }

    private void Begin(long start, int most, SemaphoreSlim? place)
    {
        var count = (int)Math.Min(most, Length - start);
        var buffer = ArrayPool<byte>.Shared.Rent(count);
        var loading = LoadAsync(start, buffer.AsMemory(0, count));
        _windows.Enqueue(new Window(start, count, buffer, loading, place));
    }

    /// <summary>One ranged download. Where its answer breaks off the library asks for the rest, of the same version, and goes on.</summary>
    private async Task LoadAsync(long start, Memory<byte> buffer)
    {
        using BlobDownloadStreamingResult download = await _client.DownloadStreamingAsync(
            new BlobDownloadOptions
            {
                Range = new HttpRange(start, buffer.Length),
                Conditions = new BlobRequestConditions { IfMatch = _version },
            },
            _end.Token
        );
        await download.Content.ReadExactlyAsync(buffer, _end.Token);
    }

    private async ValueTask DropUntilAsync(Predicate<Window> isWanted)
    {
        while (_windows.TryPeek(out var window) && !isWanted(window))
        {
            _windows.Dequeue();
            // The buffer may be given back only when nobody writes into it any more.
            await window.Loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(window.Buffer);
            window.Place?.Release();
        }
    }

    private static long LengthOf(BlobDownloadDetails details)
    {
        // bytes 0-262143/1000000
        var range = details.ContentRange ?? "";
        return long.TryParse(
            range.AsSpan(range.LastIndexOf('/') + 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var length
        )
            ? length
            : throw new IOException("Azure Blob Storage did not say how long a blob is.");
    }

    /// <summary>A part of the blob in memory, or on its way there.</summary>
    /// <param name="Start">Its offset in the blob, in bytes.</param>
    /// <param name="Count">Its bytes; the buffer may be longer.</param>
    /// <param name="Buffer">The bytes.</param>
    /// <param name="Loading">Ends when they are there.</param>
    /// <param name="Place">Where it has a place among those read ahead; null for one that was asked for.</param>
    private sealed record Window(
        long Start,
        int Count,
        byte[] Buffer,
        Task Loading,
        SemaphoreSlim? Place
    )
    {
        /// <summary>Whether an offset is in it. A window that failed to load has none: whoever asks again may be luckier.</summary>
        public bool Has(long at) =>
            at >= Start && at < Start + Count && !Loading.IsFaulted && !Loading.IsCanceled;
    }
}
