using System.Runtime.CompilerServices;
using CloudDav.Vault;
using Microsoft.Win32.SafeHandles;

namespace CloudDav.Storage;

/// <summary>
/// Blobs as files: <c>a/bc/abc….</c> after the id's first digits, 4,096 folders in all. An upload is written beside its place under a temporary name, flushed,
/// renamed, and its folder flushed.
/// </summary>
public sealed class DiskBlobStore : IBlobStore
{
    private const string PartSuffix = ".part";
    private const int Shards = 16 * 256;

    private readonly string _folder;

    // Folders whose own names are known to be on stable storage. Another process may have made one and died before flushing, so each process flushes once.
    private readonly bool[] _isShardDurable = new bool[Shards];

    /// <summary>Opens the store.</summary>
    /// <param name="folder">Where it is; created when it is missing.</param>
    public DiskBlobStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        CreateFolder(_folder);
        if (Path.GetDirectoryName(_folder) is { } parent)
            StableStorage.FlushDirectory(parent);
    }

    /// <summary>Creates the file of an upload; a test of a full disk puts a full one in its place.</summary>
    internal Func<string, SafeFileHandle> OpenNew { get; init; } =
        static path =>
            File.OpenHandle(
                path,
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.Read | FileShare.Delete
            );

    /// <inheritdoc/>
    public ValueTask<IBlobUpload> CreateAsync(
        BlobId blob,
        long? expectedLength,
        CancellationToken cancellationToken
    )
    {
        var place = new Place(_folder, blob);
        try
        {
            if (!Directory.Exists(place.Folder))
            {
                // One after the other, since the mode goes to the last of them only.
                CreateFolder(Path.GetDirectoryName(place.Folder)!);
                CreateFolder(place.Folder);
            }
            var file = OpenNew(place.PartFile);
            return new(new Upload(this, place, file));
        }
        catch (IOException e) when (StableStorage.IsFull(e))
        {
            throw Full(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IBlob?> OpenAsync(BlobId blob, CancellationToken cancellationToken)
    {
        try
        {
            var file = File.OpenHandle(
                new Place(_folder, blob).File,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete
            );
            return new(new Blob(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return default;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(BlobId blob, CancellationToken cancellationToken)
    {
        var place = new Place(_folder, blob);
        try
        {
            // The part first: an upload that is under way can then no longer be renamed to what was just removed.
            File.Delete(place.PartFile);
            File.Delete(place.File);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever there.
        }
        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (
            var file in new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories)
        )
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(file) is { } found)
                yield return found;
        }
        await Task.CompletedTask;
    }

    private static StoredBlob? TryRead(FileInfo file)
    {
        var isPart = file.Name.EndsWith(PartSuffix, StringComparison.Ordinal);
        var name = isPart ? file.Name.AsSpan()[..^PartSuffix.Length] : file.Name;
        if (!Guid.TryParseExact(name, "N", out var id))
            return null;
        try
        {
            return new StoredBlob(
                new BlobId(id),
                file.Length,
                !isPart,
                new DateTimeOffset(file.LastWriteTimeUtc)
            );
        }
        catch (FileNotFoundException)
        {
            // Renamed or removed since the folder was read.
            return null;
        }
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
        {
            Directory.CreateDirectory(
                path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }

    private void FlushFolders(Place place)
    {
        StableStorage.FlushDirectory(place.Folder);
        if (Volatile.Read(ref _isShardDurable[place.Shard]))
            return;
        StableStorage.FlushDirectory(Path.GetDirectoryName(place.Folder)!);
        StableStorage.FlushDirectory(_folder);
        Volatile.Write(ref _isShardDurable[place.Shard], true);
    }

    private static StorageFullException Full(IOException e) =>
        new("There is no room left on the disk that holds the blobs.", e);

    private sealed class Place
    {
        public Place(string root, BlobId blob)
        {
            var name = blob.Value.ToString("N");
            Folder = Path.Join(root, name.AsSpan(0, 1), name.AsSpan(1, 2));
            File = Path.Join(Folder, name);
            PartFile = File + PartSuffix;
            Shard = Convert.ToInt32(name[..3], 16);
        }

        public string Folder { get; }
        public string File { get; }
        public string PartFile { get; }
        public int Shard { get; }
    }

    private sealed class Upload(DiskBlobStore store, Place place, SafeFileHandle file) : IBlobUpload
    {
        // Write-back that starts while bytes still arrive takes most of the wait out of the flush; started for less, it only breaks up the disk's work.
        private const int WriteBackBytes = 4 * 1024 * 1024;

        private long _length;
        private long _writtenBack;
        private bool _isComplete;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                RandomAccess.Write(file, bytes.Span, _length);
            }
            catch (IOException e) when (StableStorage.IsFull(e))
            {
                throw Full(e);
            }
            _length += bytes.Length;
            if (_length - _writtenBack >= WriteBackBytes)
            {
                StableStorage.BeginWriteBack(file, _writtenBack, _length - _writtenBack);
                _writtenBack = _length;
            }
            return default;
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                RandomAccess.FlushToDisk(file);
                file.Dispose();
                File.Move(place.PartFile, place.File, overwrite: true);
                _isComplete = true;
                store.FlushFolders(place);
            }
            catch (IOException e) when (StableStorage.IsFull(e))
            {
                throw Full(e);
            }
            return default;
        }

        public ValueTask DisposeAsync()
        {
            file.Dispose();
            if (!_isComplete)
                File.Delete(place.PartFile);
            return default;
        }
    }

    private sealed class Blob(SafeFileHandle file) : IBlob
    {
        public long Length { get; } = RandomAccess.GetLength(file);

        public ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            long offset,
            CancellationToken cancellationToken
        )
        {
            // One system call may return less than asked for; at the end of the file it returns nothing.
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(file, buffer.Span[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }
            return new(total);
        }

        public ValueTask DisposeAsync()
        {
            file.Dispose();
            return default;
        }
    }
}
