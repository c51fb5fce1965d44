using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Keys;

public sealed class FileKeyStoreTests : IDisposable
{
    private static readonly VaultId Vault = new(7);

    private readonly string _folder = Path.Join(
        Directory.CreateTempSubdirectory("clouddav-keys-").FullName,
        "keys"
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string MasterFile => Path.Join(_folder, "master.key");

    private string VaultFile => Path.Join(_folder, "vault-7.key");

    [Fact]
    public async Task The_first_start_creates_a_master_key_that_only_its_owner_may_read()
    {
        FileKeyStore.Open(_folder);

        Assert.Equal([MasterFile], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(Owner, File.GetUnixFileMode(MasterFile));
            Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
            await FileKeyStore.Open(_folder).CreateAsync(Vault, Stop);
            Assert.Equal(Owner, File.GetUnixFileMode(VaultFile));
        }
    }

    [Fact]
    public async Task A_vault_has_no_key_until_it_is_created_and_keeps_that_one()
    {
        var store = FileKeyStore.Open(_folder);
        Assert.Null(await store.FindAsync(Vault, Stop));

        var created = await store.CreateAsync(Vault, Stop);

        Assert.Equal(Vault, created.Vault);
        AssertSame(created, await store.FindAsync(Vault, Stop));
        AssertSame(created, await store.CreateAsync(Vault, Stop));
        AssertSame(created, await FileKeyStore.Open(_folder).FindAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_copy_that_is_kept_up_has_every_key_and_none_that_was_destroyed()
    {
        var store = FileKeyStore.Open(_folder);
        var first = await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(new VaultId(8), Stop);
        var mirror = Path.Join(Path.GetDirectoryName(_folder), "copy");
        Assert.Equal(2, store.MirrorTo(mirror));
        AssertSame(first, await FileKeyStore.Open(mirror).FindAsync(Vault, Stop));

        await store.DestroyAsync(new VaultId(8), Stop);
        await store.CreateAsync(new VaultId(9), Stop);
        Assert.Equal(2, store.MirrorTo(mirror));

        var copy = FileKeyStore.Open(mirror);
        AssertSame(first, await copy.FindAsync(Vault, Stop));
        Assert.NotNull(await copy.FindAsync(new VaultId(9), Stop));
        Assert.Null(await copy.FindAsync(new VaultId(8), Stop));
        Assert.True(await copy.IsDestroyedAsync(new VaultId(8), Stop));
        Assert.False(await copy.IsDestroyedAsync(new VaultId(10), Stop));
        Assert.False(File.Exists(Path.Join(mirror, "vault-8.key")));
    }

    [Fact]
    public async Task A_copy_is_neither_spoilt_by_a_damaged_key_nor_mixed_with_another_servers()
    {
        var store = FileKeyStore.Open(_folder);
        await store.CreateAsync(Vault, Stop);
        var mirror = Path.Join(Path.GetDirectoryName(_folder), "copy");
        store.MirrorTo(mirror);
        var good = await File.ReadAllTextAsync(VaultFile, Stop);
        await File.WriteAllTextAsync(VaultFile, good[..^9], Stop);

        Assert.Throws<KeyStoreException>(() => store.MirrorTo(mirror));
        Assert.Equal(good, await File.ReadAllTextAsync(Path.Join(mirror, "vault-7.key"), Stop));

        await File.WriteAllTextAsync(VaultFile, good, Stop);
        await File.WriteAllTextAsync(Path.Join(mirror, "vault-7.key"), good[..^9], Stop);
        store.MirrorTo(mirror);
        Assert.Equal(good, await File.ReadAllTextAsync(Path.Join(mirror, "vault-7.key"), Stop));

        var other = Path.Join(Path.GetDirectoryName(_folder), "other");
        FileKeyStore.Open(other);
        Assert.Contains(
            "another server",
            Assert.Throws<KeyStoreException>(() => store.MirrorTo(other)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_key_file_holds_format_fingerprint_and_wrapped_key()
    {
        var store = FileKeyStore.Open(_folder);
        await store.CreateAsync(Vault, Stop);
        var fields = (await File.ReadAllTextAsync(VaultFile, Stop)).TrimEnd().Split(' ');
        Assert.Equal(3, fields.Length);
        Assert.Equal("clouddav-vault-key-v1", fields[0]);
        Assert.Equal(16, fields[1].Length);
        Assert.Equal(KeyWrap.WrappedBytes, Convert.FromBase64String(fields[2]).Length);
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_agree_on_every_key()
    {
        for (var round = 0; round < 50; round++)
        {
            var folder = Path.Join(_folder, $"round-{round}");
            var vault = new VaultId(round + 1);
            using var start = new Barrier(8);
            var keys = await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(_ =>
                        Task.Factory.StartNew(
                                async () =>
                                {
                                    start.SignalAndWait(Stop);
                                    return await FileKeyStore.Open(folder).CreateAsync(vault, Stop);
                                },
                                Stop,
                                TaskCreationOptions.LongRunning,
                                TaskScheduler.Default
                            )
                            .Unwrap()
                    )
            );
            Assert.All(keys, key => AssertSame(keys[0], key));
            Assert.Equal(2, Directory.GetFiles(folder).Length);
        }
    }

    [Fact]
    public async Task A_lost_master_key_is_explained_at_start()
    {
        await FileKeyStore.Open(_folder).CreateAsync(Vault, Stop);
        File.Delete(MasterFile);

        var failure = Assert.Throws<KeyStoreException>(() => FileKeyStore.Open(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
        Assert.Contains("backup", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(MasterFile));
    }

    [Fact]
    public async Task A_wrong_master_key_is_explained_at_start()
    {
        await FileKeyStore.Open(_folder).CreateAsync(Vault, Stop);
        var other = Path.Join(_folder, "other");
        FileKeyStore.Open(other);
        File.Copy(Path.Join(other, "master.key"), MasterFile, overwrite: true);

        var failure = Assert.Throws<KeyStoreException>(() => FileKeyStore.Open(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
        Assert.Contains("not the one", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("clouddav-master-key-v1")]
    [InlineData("clouddav-master-key-v1 AAAA")]
    [InlineData("clouddav-master-key-v1 !")]
    [InlineData("clouddav-master-key-v9 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_damaged_master_key_is_explained_at_start(string text)
    {
        FileKeyStore.Open(_folder);
        await File.WriteAllTextAsync(MasterFile, text, Stop);

        var failure = Assert.Throws<KeyStoreException>(() => FileKeyStore.Open(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_or_exchanged_vault_key_is_never_used()
    {
        var store = FileKeyStore.Open(_folder);
        await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(new VaultId(8), Stop);
        File.Copy(Path.Join(_folder, "vault-8.key"), VaultFile, overwrite: true);
        await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await FileKeyStore.Open(_folder).FindAsync(Vault, Stop)
        );

        await File.WriteAllTextAsync(VaultFile, "garbage", Stop);
        await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await FileKeyStore.Open(_folder).FindAsync(Vault, Stop)
        );
    }

    [Fact]
    public async Task A_lost_vault_key_is_told_from_a_destroyed_one()
    {
        var store = FileKeyStore.Open(_folder);
        var lost = new VaultId(8);
        await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(lost, Stop);
        await store.VerifyAsync([Vault, lost], Stop);

        await store.DestroyAsync(Vault, Stop);
        await store.VerifyAsync([Vault, lost], Stop);

        File.Delete(Path.Join(_folder, "vault-8.key"));
        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await store.VerifyAsync([Vault, lost], Stop)
        );
        Assert.Contains("vault-8.key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destruction_in_one_process_counts_at_once_in_every_other()
    {
        var store = FileKeyStore.Open(_folder);
        var elsewhere = FileKeyStore.Open(_folder);
        var key = await store.CreateAsync(Vault, Stop);
        AssertSame(key, await elsewhere.FindAsync(Vault, Stop));

        await store.DestroyAsync(Vault, Stop);

        Assert.Null(await store.FindAsync(Vault, Stop));
        Assert.Null(await elsewhere.FindAsync(Vault, Stop));
        await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await elsewhere.CreateAsync(Vault, Stop)
        );
        await store.DestroyAsync(Vault, Stop);
        Assert.False(File.Exists(VaultFile));
    }

    [Fact]
    public async Task A_destroyed_key_is_overwritten_before_it_is_removed()
    {
        var store = FileKeyStore.Open(_folder);
        await store.CreateAsync(Vault, Stop);
        var before = await File.ReadAllBytesAsync(VaultFile, Stop);
        // An open file shows what became of its bytes.
        using var kept = File.OpenHandle(VaultFile, share: FileShare.ReadWrite | FileShare.Delete);

        await store.DestroyAsync(Vault, Stop);

        var after = new byte[before.Length];
        Assert.Equal(before.Length, RandomAccess.Read(kept, after, 0));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task A_destroyed_key_does_not_come_back_with_an_old_copy_of_its_file()
    {
        var store = FileKeyStore.Open(_folder);
        await store.CreateAsync(Vault, Stop);
        var copy = await File.ReadAllBytesAsync(VaultFile, Stop);
        await store.DestroyAsync(Vault, Stop);
        await File.WriteAllBytesAsync(VaultFile, copy, Stop);

        Assert.Null(await store.FindAsync(Vault, Stop));
        Assert.Null(await FileKeyStore.Open(_folder).FindAsync(Vault, Stop));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    // Keys do not show themselves: two are the same when one opens what the other sealed.
    private void AssertSame(VaultKey expected, VaultKey? found) =>
        Assert.True(found is not null && Opens(expected, found));

    private bool Opens(VaultKey sealing, VaultKey opening)
    {
        var blobs = new DiskBlobStore(Path.Join(Path.GetDirectoryName(_folder), "blobs"));
        var content = new ContentWriter(blobs, new ContentOptions()).SealInline(sealing, [1, 2, 3]);
        try
        {
            new ContentReader(blobs).OpenInline(content.Bytes, 3, opening, content.WrappedKey);
            return true;
        }
        catch (ContentDamagedException)
        {
            return false;
        }
    }
}
