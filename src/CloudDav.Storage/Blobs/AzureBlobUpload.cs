using System.Buffers;
using System.Buffers.Binary;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// One upload: while a block is filled, others are on their way. At most <see cref="Parallel"/> of them, and the one being filled, are in memory.
/// </summary>
internal sealed class AzureBlobUpload : IBlobUpload
{
    /// <summary>The metadata that every committed blob has: which upload it came from.</summary>
    public const string Mark = "upload";

    /// <summary>Blocks of one upload on their way at once.</summary>
    public const int Parallel = 4;

    private const int Mebibyte = 1024 * 1024;

    // Azure's limit.
    private const int MostBlocks = 50_000;

    // What may be left to do when nobody waits for it any more.
    private static readonly TimeSpan s_cleaning = TimeSpan.FromSeconds(10);

    private readonly BlockBlobClient _client;
    private readonly long? _expectedLength;
    private readonly SemaphoreSlim _sending;
    private readonly Guid _upload = Guid.NewGuid();
    private readonly List<string> _blocks = [];
    private readonly Queue<Task> _onTheirWay = new();
    private readonly CancellationTokenSource _end = new();
    private byte[]? _filling;
    private int _filled;
    private long _length;
    private bool _hasBegun;
    private bool _isComplete;

    /// <param name="client">The blob to be.</param>
    /// <param name="expectedLength">Its length in bytes if known: a short one takes a short buffer.</param>
    /// <param name="sending">A place for each block on its way, of all uploads.</param>
    public AzureBlobUpload(BlockBlobClient client, long? expectedLength, SemaphoreSlim sending)
    {
        _client = client;
        _expectedLength = expectedLength;
        _sending = sending;
    }

    /// <summary>
    /// The size of a block, by its number. The first are small, because an upload that trickles should not hold much memory; later ones grow, because there
    /// can be no more than 50,000.
    /// </summary>
    public static int BlockBytes(int number) =>
        number <= 16 ? Mebibyte : 4 * Mebibyte << (number / 10_000);

    public async ValueTask WriteAsync(
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        while (!bytes.IsEmpty)
        {
            var size = SizeOfNext();
            _filling ??= ArrayPool<byte>.Shared.Rent(size);
            var count = Math.Min(bytes.Length, size - _filled);
            bytes[..count].CopyTo(_filling.AsMemory(_filled));
            bytes = bytes[count..];
            _filled += count;
            _length += count;
            // The first goes out at once, however short: from here on the upload can be seen in the store and be taken away by a delete, as the port has it.
            if (_filled == size || (_blocks.Count == 0 && bytes.IsEmpty))
                await SendAsync(cancellationToken);
        }
        if (_blocks.Count == 1)
            await ArriveAsync(mostLeft: 0, cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
            await SendAsync(cancellationToken);
        await ArriveAsync(mostLeft: 0, cancellationToken);
        _hasBegun = true;
        try
        {
            await _client.CommitBlockListAsync(
                _blocks,
                new CommitBlockListOptions
                {
                    // A retry of a commit that was done, and whose answer was lost, must find that out rather than do it again.
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    Metadata = MarkOfThis(),
                },
                cancellationToken
            );
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            // Whatever was answered, or not, the blob itself knows whether this upload made it.
            if (!await IsOursAsync(failure, cancellationToken))
                throw AzureFault.ToIOException(failure);
        }
        _isComplete = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var block in _onTheirWay)
            await block.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_filling is not null)
            ArrayPool<byte>.Shared.Return(_filling);
        _filling = null;
        _end.Dispose();
        if (_hasBegun && !_isComplete)
            await RemoveAsync();
    }

    private int SizeOfNext()
    {
        var size = BlockBytes(_blocks.Count);
        // What is filled belongs to what is left.
        var left = _expectedLength - (_length - _filled);
        return left is > 0 && left < size ? (int)left : size;
    }

    /// <summary>Sends the block that was filled, once there is a place for it.</summary>
    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_blocks.Count == MostBlocks)
            throw new IOException("The content is longer than Azure Blob Storage can hold.");
        await ArriveAsync(Parallel - 1, cancellationToken);
        await _sending.WaitAsync(cancellationToken);
        var (buffer, filled) = (_filling!, _filled);
        (_filling, _filled, _hasBegun) = (null, 0, true);
        var block = NextBlock();
        _blocks.Add(block);
        _onTheirWay.Enqueue(StageAsync(block, buffer, filled));
    }

    /// <summary>Waits until no more than some blocks are on their way; throws what one of the others failed of.</summary>
    private async ValueTask ArriveAsync(int mostLeft, CancellationToken cancellationToken)
    {
        while (_onTheirWay.Count > mostLeft)
        {
            await _onTheirWay.Peek().WaitAsync(cancellationToken);
            _ = _onTheirWay.Dequeue();
        }
    }

    private async Task StageAsync(string block, byte[] buffer, int filled)
    {
        try
        {
            using var body = new MemoryStream(buffer, 0, filled, writable: false);
            await _client.StageBlockAsync(block, body, cancellationToken: _end.Token);
        }
        catch (Exception failure) when (AzureFault.Is(failure, _end.Token))
        {
            throw AzureFault.ToIOException(failure);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>After a commit that failed: whether it was done all the same.</summary>
    private async ValueTask<bool> IsOursAsync(
        Exception commitFailure,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await FindOursAsync(cancellationToken) is not null;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            // Nobody knows. To the vault it has failed; what may be there belongs to no content, and the sweeper finds it.
            throw AzureFault.ToIOException(commitFailure);
        }
    }

    /// <summary>The version of the blob if this upload has made it; null when there is none, or another's.</summary>
    private async ValueTask<ETag?> FindOursAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties there = await _client.GetPropertiesAsync(
                cancellationToken: cancellationToken
            );
            return there.Metadata.TryGetValue(Mark, out var mark) && mark == _upload.ToString("N")
                ? there.ETag
                : null;
        }
        catch (RequestFailedException failure) when (failure.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes what was sent of an upload that is not to be. What cannot be removed now is left to the sweeper: the ledger knows it as staged.</summary>
    private async ValueTask RemoveAsync()
    {
        using var late = new CancellationTokenSource(s_cleaning);
        try
        {
            var isGone =
                await TryDeleteOursAsync(late.Token)
                || await AzureBlobStore.TryDropBlocksAsync(_client, MarkOfThis(), late.Token);
            // A commit that was given up, or whose answer was lost, may have been done since.
            if (!isGone)
                await TryDeleteOursAsync(late.Token);
        }
        catch (Exception failure) when (AzureFault.Is(failure, CancellationToken.None))
        {
            // Whoever disposes is told of what made the upload fail, not of this.
        }
    }

    private Dictionary<string, string> MarkOfThis() =>
        new(StringComparer.Ordinal) { [Mark] = _upload.ToString("N") };

    private async ValueTask<bool> TryDeleteOursAsync(CancellationToken cancellationToken) =>
        await FindOursAsync(cancellationToken) is { } version
        && await AzureBlobStore.TryDeleteAsync(_client, version, cancellationToken);

    /// <summary>Ids must be equally long within a blob; the upload's own number keeps two uploads to one name apart.</summary>
    private string NextBlock()
    {
        Span<byte> id = stackalloc byte[20];
        _upload.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id[16..], _blocks.Count);
        return Convert.ToBase64String(id);
    }
}
