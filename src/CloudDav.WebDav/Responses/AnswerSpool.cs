using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace CloudDav.WebDav.Responses;

/// <summary>How much memory the answers being built may hold together.</summary>
internal sealed class SpoolBudget(DavEndpointOptions options)
{
    private long _used;

    /// <summary>Bytes one answer keeps in memory.</summary>
    public int PerAnswer => options.SpoolMemoryPerAnswer;

    /// <summary>Where answers spill to.</summary>
    public string Folder => options.SpoolFolder ?? Path.GetTempPath();

    /// <summary>Bytes reserved now.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Takes bytes from the budget if they are there.</summary>
    public bool TryReserve(int count)
    {
        if (Interlocked.Add(ref _used, count) <= options.SpoolMemoryTotal)
            return true;
        Release(count);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Release(long count) => Interlocked.Add(ref _used, -count);
}

/// <summary>
/// A whole answer, built before its status line is sent: in pooled memory, and beyond a limit in a temporary file that has no name.
/// So a listing's snapshot is never held by a slow client, a failure in the middle is a clean 5xx, and every answer has its length.
/// </summary>
internal sealed class AnswerSpool(SpoolBudget budget) : IBufferWriter<byte>, IDisposable
{
    private const int FirstSegment = 4 * 1024;
    private const int SegmentSize = 64 * 1024;

    private readonly List<(byte[] Bytes, int Count)> _segments = [];
    private byte[] _current = ArrayPool<byte>.Shared.Rent(FirstSegment);
    private int _position;
    private long _inMemory;
    private long _reserved;
    private SafeFileHandle? _file;
    private long _inFile;

    /// <summary>How long the answer is so far.</summary>
    public long Length => _inFile + _inMemory + _position;

    /// <summary>Whether it has spilled to a file.</summary>
    public bool IsSpilled => _file is not null;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int count) => _position += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _current.AsMemory(_position);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _current.AsSpan(_position);
    }

    /// <summary>Sends the answer with its length. The status and headers are the caller's.</summary>
    public async ValueTask SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.ContentLength = Length;
        var body = response.Body;
        if (_file is not null)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(SegmentSize);
            try
            {
                for (long at = 0; at < _inFile; )
                {
                    var count = await RandomAccess.ReadAsync(_file, buffer, at, cancellationToken);
                    if (count == 0)
                        throw new IOException("The spooled answer is shorter than it was written.");
                    count = (int)Math.Min(count, _inFile - at);
                    await body.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                    at += count;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        foreach (var (bytes, count) in _segments)
            await body.WriteAsync(bytes.AsMemory(0, count), cancellationToken);
        if (_position > 0)
            await body.WriteAsync(_current.AsMemory(0, _position), cancellationToken);
    }

    /// <summary>The answer as one array, for tests and small answers.</summary>
    public byte[] ToArray()
    {
        var all = new byte[Length];
        var at = (int)_inFile;
        if (_file is not null)
            RandomAccess.Read(_file, all.AsSpan(0, at), 0);
        foreach (var (bytes, count) in _segments)
        {
            bytes.AsSpan(0, count).CopyTo(all.AsSpan(at));
            at += count;
        }
        _current.AsSpan(0, _position).CopyTo(all.AsSpan(at));
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (bytes, _) in _segments)
            ArrayPool<byte>.Shared.Return(bytes);
        _segments.Clear();
        ArrayPool<byte>.Shared.Return(_current);
        _current = [];
        _position = 0;
        budget.Release(_reserved);
        _reserved = 0;
        _file?.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(int count)
    {
        if (_current.Length - _position < count)
            NextSegment(count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NextSegment(int count)
    {
        var size = Math.Max(count, SegmentSize);
        var mayKeep =
            _file is null
            && _inMemory + _position + size <= budget.PerAnswer
            && budget.TryReserve(size);
        if (mayKeep)
        {
            _reserved += size;
            _segments.Add((_current, _position));
            _inMemory += _position;
            _current = ArrayPool<byte>.Shared.Rent(size);
            _position = 0;
            return;
        }
        Spill();
        if (_current.Length < size)
        {
            ArrayPool<byte>.Shared.Return(_current);
            _current = ArrayPool<byte>.Shared.Rent(size);
        }
    }

    private void Spill()
    {
        _file ??= OpenNameless(budget.Folder);
        foreach (var (bytes, count) in _segments)
        {
            RandomAccess.Write(_file, bytes.AsSpan(0, count), _inFile);
            _inFile += count;
            ArrayPool<byte>.Shared.Return(bytes);
        }
        _segments.Clear();
        _inMemory = 0;
        budget.Release(_reserved);
        _reserved = 0;
        RandomAccess.Write(_file, _current.AsSpan(0, _position), _inFile);
        _inFile += _position;
        _position = 0;
    }

    private static SafeFileHandle OpenNameless(string folder)
    {
        var path = Path.Combine(folder, $"clouddav-spool-{Guid.NewGuid():N}");
        var file = File.OpenHandle(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None | FileShare.Delete,
            FileOptions.DeleteOnClose
        );
        // Where a file may lose its name while open, a crash then leaves nothing behind either.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
