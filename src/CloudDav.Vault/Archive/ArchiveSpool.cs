using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CloudDav.Vault;

/// <summary>
/// The list of an archive's entries, kept while it is sent: in memory while it is short, and beyond that in a temporary file that has no name. So a download that
/// takes days holds neither a snapshot nor memory.
/// </summary>
internal sealed class ArchiveSpool : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private const int MostInMemory = 1024 * 1024;
    private const int ReadBytes = 64 * 1024;

    private byte[] _tail = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _inTail;
    private SafeFileHandle? _file;
    private long _inFile;

    /// <summary>Bytes written so far.</summary>
    public long Length => _inFile + _inTail;

    /// <summary>Whether it has gone to a file.</summary>
    public bool IsSpilled => _file is not null;

    /// <summary>Adds an entry at the end.</summary>
    public void Add(in ArchiveEntry entry)
    {
        var bytes = entry.SpooledBytes;
        if (_tail.Length - _inTail < bytes)
            MakeRoom(bytes);
        entry.Write(_tail.AsSpan(_inTail));
        _inTail += bytes;
    }

    /// <summary>Reads entries from where one begins, also such as are added meanwhile.</summary>
    public Reader ReadFrom(long position) => new(this, position);

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        ArrayPool<byte>.Shared.Return(_tail);
        _tail = [];
        _inTail = 0;
    }

    private void MakeRoom(int bytes)
    {
        if (_inTail + bytes > MostInMemory)
        {
            _file ??= OpenNameless();
            RandomAccess.Write(_file, _tail.AsSpan(0, _inTail), _inFile);
            _inFile += _inTail;
            _inTail = 0;
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _tail.Length, _inTail + bytes));
        _tail.AsSpan(0, _inTail).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_tail);
        _tail = larger;
    }

    private int Read(Span<byte> into, long position)
    {
        if (position < _inFile)
            return RandomAccess.Read(
                _file!,
                into[..(int)Math.Min(into.Length, _inFile - position)],
                position
            );
        var within = (int)(position - _inFile);
        var count = Math.Min(into.Length, _inTail - within);
        _tail.AsSpan(within, count).CopyTo(into);
        return count;
    }

    private static SafeFileHandle OpenNameless()
    {
        var path = Path.Combine(Path.GetTempPath(), $"clouddav-archive-{Guid.NewGuid():N}");
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

    /// <summary>Reads entries one after the other.</summary>
    internal sealed class Reader(ArchiveSpool spool, long position) : IDisposable
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(
            Math.Max(ReadBytes, ArchiveEntry.MostBytes)
        );
        private int _start;
        private int _end;
        private long _next = position;

        /// <summary>Takes the next entry; false at the end.</summary>
        public bool TryRead(out ArchiveEntry entry)
        {
            while (!ArchiveEntry.TryRead(_buffer.AsSpan(_start, _end - _start), out entry))
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
                var count = spool.Read(_buffer.AsSpan(_end), _next);
                if (count == 0)
                    return false;
                _end += count;
                _next += count;
            }
            _start += entry.SpooledBytes;
            return true;
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
