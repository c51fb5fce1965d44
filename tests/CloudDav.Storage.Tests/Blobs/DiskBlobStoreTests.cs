using System.Security.Cryptography;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Blobs;

public sealed class DiskBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-blobs-").FullName;

    public DiskBlobStoreTests() => Store = new DiskBlobStore(Path.Join(_folder, "blobs"));

    protected override IBlobStore Store { get; }

    [Fact]
    public async Task A_blob_lies_in_a_folder_named_after_its_first_digits()
    {
        var blob = await WriteAsync(Bytes(10));
        var name = blob.Value.ToString("N");
        Assert.True(File.Exists(Path.Join(_folder, "blobs", name[..1], name[1..3], name)));
    }

    [Fact]
    public async Task Nobody_else_may_read_the_folders()
    {
        await WriteAsync(Bytes(10));
        var folders = Directory.GetDirectories(_folder, "*", SearchOption.AllDirectories);
        Assert.Equal(3, folders.Length);
        // Windows has no file modes.
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            foreach (var folder in folders)
                Assert.Equal(Owner, File.GetUnixFileMode(folder));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_is_put_into_another_store_as_a_name_or_as_a_copy(bool mayLink)
    {
        var bytes = Bytes(3_000_000);
        var blob = await WriteAsync(bytes);
        var other = new DiskBlobStore(Path.Join(_folder, "other"));

        var copied = ((DiskBlobStore)Store).CopyTo(other, blob, mayLink)!.Value;

        Assert.Equal(bytes.Length, copied.Length);
        if (!mayLink)
            Assert.Equal(SHA256.HashData(bytes), copied.Sha256);
        await Store.DeleteAsync(blob, Stop);
        await using var read = (await other.OpenAsync(blob, Stop))!;
        var found = new byte[bytes.Length + 1];
        Assert.Equal(bytes.Length, await read.ReadAsync(found, 0, Stop));
        Assert.Equal(bytes, found[..^1]);
        Assert.Null(((DiskBlobStore)Store).CopyTo(other, BlobId.New(), mayLink));
    }

    [Fact]
    public async Task What_is_no_blob_is_not_listed()
    {
        await WriteAsync(Bytes(10));
        await File.WriteAllTextAsync(Path.Join(_folder, "blobs", "lost+found.txt"), "?", Stop);
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task A_store_opened_again_has_what_was_written()
    {
        var blob = await WriteAsync(Bytes(10));
        await using var opened = await new DiskBlobStore(Path.Join(_folder, "blobs")).OpenAsync(
            blob,
            Stop
        );
        Assert.Equal(10, opened?.Length);
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such_and_the_upload_leaves_nothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        var store = new DiskBlobStore(Path.Join(_folder, "blobs"))
        {
            OpenNew = path =>
            {
                File.WriteAllBytes(path, []);
                return File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
            },
        };

        await Assert.ThrowsAsync<StorageFullException>(async () =>
        {
            await using var upload = await store.CreateAsync(BlobId.New(), null, Stop);
            await upload.WriteAsync(Bytes(100_000), Stop);
        });

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_fails_without_claiming_to_be_full()
    {
        var blob = BlobId.New();
        var name = blob.Value.ToString("N");
        Directory.CreateDirectory(Path.Join(_folder, "blobs", name[..1]));
        // A file where the folder should be.
        await File.WriteAllTextAsync(Path.Join(_folder, "blobs", name[..1], name[1..3]), "", Stop);

        var failure = await Assert.ThrowsAnyAsync<IOException>(async () =>
            await Store.CreateAsync(blob, null, Stop)
        );

        Assert.IsNotType<StorageFullException>(failure);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
