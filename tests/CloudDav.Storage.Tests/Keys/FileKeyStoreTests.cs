using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Keys;

/// <summary>Keys in a folder, wrapped by the file among them.</summary>
public sealed class FileKeyStoreTests : KeyStoreContract, IDisposable
{
    private readonly string _folder = Path.Join(
        Directory.CreateTempSubdirectory("clouddav-keys-").FullName,
        "keys"
    );

    protected override string Beside => Path.GetDirectoryName(_folder)!;

    private string MasterFile => Path.Join(_folder, "master.key");

    private string VaultFile => FileOf("vault-7");

    public void Dispose() => Directory.Delete(Beside, recursive: true);

    protected override ValueTask<KeyStore> OpenAsync() => new(KeyStore.OpenFolder(_folder));

    protected override string AddGeneration() =>
        KeyStore.AddGeneration(new KeyStoreOptions { Folder = _folder }, TimeProvider.System);

    protected override void Withdraw(string generation)
    {
        var newest = File.ReadAllLines(MasterFile).Last();
        File.WriteAllText(MasterFile, newest + "\n");
    }

    protected override Task LoseAsync(string name)
    {
        File.Delete(FileOf(name));
        return Task.CompletedTask;
    }

    protected override Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(FileOf(name), Stop);

    protected override Task WriteAsync(string name, string text) =>
        File.WriteAllTextAsync(FileOf(name), text, Stop);

    [Fact]
    public async Task The_first_start_creates_keys_that_only_their_owner_may_read()
    {
        var store = await OpenAsync();

        Assert.Equal([MasterFile, FileOf("server")], Directory.GetFiles(_folder).Order());
        await store.CreateAsync(Vault, Stop);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            foreach (var file in Directory.GetFiles(_folder))
                Assert.Equal(Owner, File.GetUnixFileMode(file));
            Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        }
    }

    [Fact]
    public async Task Processes_that_make_the_folder_at_once_agree_on_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var folder = Path.Join(_folder, $"round-{round}");
            using var start = new Barrier(8);
            var keys = await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(_ =>
                        Task.Factory.StartNew(
                                async () =>
                                {
                                    start.SignalAndWait(Stop);
                                    return await KeyStore
                                        .OpenFolder(folder)
                                        .CreateAsync(Vault, Stop);
                                },
                                Stop,
                                TaskCreationOptions.LongRunning,
                                TaskScheduler.Default
                            )
                            .Unwrap()
                    )
            );
            Assert.All(keys, key => AssertSame(keys[0], key));
            Assert.Equal(3, Directory.GetFiles(folder).Length);
        }
    }

    [Fact]
    public async Task A_lost_master_key_is_explained_at_start()
    {
        await (await OpenAsync()).CreateAsync(Vault, Stop);
        File.Delete(MasterFile);

        var failure = Assert.Throws<KeyStoreException>(() => KeyStore.OpenFolder(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
        Assert.Contains("backup", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(MasterFile));
    }

    [Fact]
    public async Task A_wrong_master_key_is_explained_at_start()
    {
        await (await OpenAsync()).CreateAsync(Vault, Stop);
        var other = Path.Join(_folder, "other");
        KeyStore.OpenFolder(other);
        File.Copy(Path.Join(other, "master.key"), MasterFile, overwrite: true);

        var failure = Assert.Throws<KeyStoreException>(() => KeyStore.OpenFolder(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
        Assert.Contains("not the one", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("clouddav-master-key-v1")]
    [InlineData("clouddav-master-key-v1 AAAA")]
    [InlineData("clouddav-master-key-v1 !")]
    [InlineData("clouddav-master-key-v9 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_damaged_master_key_is_explained_at_start(string text)
    {
        await OpenAsync();
        await File.WriteAllTextAsync(MasterFile, text, Stop);

        var failure = Assert.Throws<KeyStoreException>(() => KeyStore.OpenFolder(_folder));

        Assert.Contains(MasterFile, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destruction_in_one_process_counts_at_once_in_every_other()
    {
        var store = await OpenAsync();
        var elsewhere = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        AssertSame(key, await elsewhere.FindAsync(Vault, Stop));

        await store.DestroyAsync(Vault, Stop);

        Assert.Null(await elsewhere.FindAsync(Vault, Stop));
        Assert.False(File.Exists(VaultFile));
    }

    [Fact]
    public async Task What_is_destroyed_or_wrapped_anew_is_overwritten()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        // An open file shows what became of its bytes.
        foreach (
            var act in (Func<Task>[])
                [
                    async () =>
                    {
                        AddGeneration();
                        await store.RewrapAsync(Stop);
                    },
                    async () => await store.DestroyAsync(Vault, Stop),
                ]
        )
        {
            var before = await File.ReadAllBytesAsync(VaultFile, Stop);
            using var kept = File.OpenHandle(
                VaultFile,
                share: FileShare.ReadWrite | FileShare.Delete
            );

            await act();

            var after = new byte[before.Length];
            Assert.Equal(before.Length, RandomAccess.Read(kept, after, 0));
            Assert.NotEqual(before, after);
        }
    }

    [Fact]
    public async Task What_a_process_that_was_killed_left_of_a_key_is_destroyed_with_it()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        var left = $"{VaultFile}.{Guid.NewGuid():N}.new";
        File.Copy(VaultFile, left);

        await store.DestroyAsync(Vault, Stop);

        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task A_destroyed_key_does_not_come_back_with_an_old_copy_of_its_file()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        var copy = await File.ReadAllBytesAsync(VaultFile, Stop);
        await store.DestroyAsync(Vault, Stop);
        await File.WriteAllBytesAsync(VaultFile, copy, Stop);

        Assert.Null(await store.FindAsync(Vault, Stop));
        Assert.Null(await (await OpenAsync()).FindAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_copy_is_a_key_folder_of_its_own()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        var copy = Path.Join(Beside, "copy");
        await store.MirrorAsync(copy, Stop);
        var former = Assert.Single(await store.CountAsync(Stop)).Generation;
        AddGeneration();
        await store.RewrapAsync(Stop);
        Withdraw(former);
        await store.MirrorAsync(copy, Stop);

        AssertSame(key, await KeyStore.OpenFolder(copy).FindAsync(Vault, Stop));
        Assert.Equal(
            await File.ReadAllTextAsync(MasterFile, Stop),
            await File.ReadAllTextAsync(Path.Join(copy, "master.key"), Stop)
        );
    }

    [Fact]
    public async Task Generations_that_are_added_at_once_are_all_kept()
    {
        await OpenAsync();

        var added = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(AddGeneration, Stop))
        );

        Assert.Equal(8, added.Distinct().Count());
        Assert.Equal(
            9,
            (await File.ReadAllLinesAsync(MasterFile, Stop)).Count(line => !line.StartsWith('#'))
        );
    }

    private string FileOf(string name) => Path.Join(_folder, name + ".key");
}
