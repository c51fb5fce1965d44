using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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
    private const int CopyBytes = 1024 * 1024;

    private readonly string _folder;

    // Folders whose own names are known to be on stable storage. Another process may have made one and died before flushing, so each process flushes once.
    private readonly bool[] _isShardDurable = new bool[Shards];

    /// <summary>Opens the store.</summary>
    /// <param name="folder">Where it is; created when it is missing.</param>
    public DiskBlobStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        PrivateFolder.Create(_folder);
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
            CreateShard(place);
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
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        // Never completed, so it is gone when it is disposed; after a crash the sweeper finds it.
        await using var upload = await CreateAsync(BlobId.New(), 1, cancellationToken);
        await upload.WriteAsync(new byte[1], cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindLengthAsync(BlobId blob, CancellationToken cancellationToken)
    {
        var file = new FileInfo(new Place(_folder, blob).File);
        return new(file.Exists ? file.Length : null);
    }

    /// <inheritdoc/>
    /// <remarks>A further name of the same file, where the file system can: a blob's file is never changed.</remarks>
    public ValueTask<bool> TryCopyAsync(
        BlobId blob,
        BlobId copy,
        CancellationToken cancellationToken
    )
    {
        var (source, target) = (new Place(_folder, blob), new Place(_folder, copy));
        try
        {
            CreateShard(target);
            if (!StableStorage.TryLink(source.File, target.File))
            {
                if (!File.Exists(source.File))
                    return new(false);
                File.Copy(source.File, target.PartFile, overwrite: true);
                using (var file = File.OpenHandle(target.PartFile, access: FileAccess.ReadWrite))
                    RandomAccess.FlushToDisk(file);
                File.Move(target.PartFile, target.File, overwrite: true);
            }
            FlushFolders(target);
            return new(true);
        }
        catch (IOException e) when (StableStorage.IsFull(e))
        {
            throw Full(e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(false);
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

    /// <summary>
    /// Puts a blob into another store on disk as well. A blob's file is never changed, so that a further name of it is as good as a copy while the disk is. It is on stable
    /// storage once the other store's file system was flushed.
    /// </summary>
    /// <param name="target">The other store, which does not have it.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="mayLink">Whether a further name will do where the file system can.</param>
    /// <returns>What is there now; null when this store does not have it, or cannot read it.</returns>
    internal CopiedBlob? CopyTo(DiskBlobStore target, BlobId blob, bool mayLink)
    {
        var from = new Place(_folder, blob).File;
        var place = new Place(target._folder, blob);
        CreateShard(place);
        if (mayLink && StableStorage.TryLink(from, place.File))
            return new CopiedBlob(new FileInfo(place.File).Length, null);
        try
        {
            using var source = File.OpenHandle(
                from,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                FileOptions.SequentialScan
            );
            if (Copy(source, place.File) is { } copied)
                return copied;
            File.Delete(place.File);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static CopiedBlob? Copy(SafeFileHandle source, string path)
    {
        using var copy = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBytes];
        long offset = 0;
        while (true)
        {
            int read;
            try
            {
                read = RandomAccess.Read(source, buffer, offset);
            }
            catch (IOException)
            {
                // A bad sector: the disk that is written to would have said so below.
                return null;
            }
            if (read == 0)
                break;
            hash.AppendData(buffer, 0, read);
            RandomAccess.Write(copy, buffer.AsSpan(0, read), offset);
            offset += read;
        }
        if (!StableStorage.FlushesFileSystems)
            RandomAccess.FlushToDisk(copy);
        return new CopiedBlob(offset, hash.GetHashAndReset());
    }

    private static void CreateShard(Place place)
    {
        if (Directory.Exists(place.Folder))
            return;
        // One after the other, since the mode goes to the last of them only.
        PrivateFolder.Create(Path.GetDirectoryName(place.Folder)!);
        PrivateFolder.Create(place.Folder);
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

/// <summary>A blob that was put into another store.</summary>
/// <param name="Length">Its stored length in bytes.</param>
/// <param name="Sha256">SHA-256 of what was copied; null when nothing was read, because it is a further name of the same file.</param>
internal readonly record struct CopiedBlob(long Length, byte[]? Sha256);
