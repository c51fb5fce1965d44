using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Keys;

/// <summary>What every key store must do, wherever its keys lie and whatever wraps them.</summary>
public abstract class KeyStoreContract
{
    protected static readonly VaultId Vault = new(7);

    protected static readonly VaultId Other = new(8);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A folder for what a test needs beside the keys.</summary>
    protected abstract string Beside { get; }

    /// <summary>Opens the keys, as another process does.</summary>
    protected abstract ValueTask<KeyStore> OpenAsync();

    /// <summary>Adds a generation of the wrapping key, which is then the newest.</summary>
    /// <returns>The generation.</returns>
    protected abstract string AddGeneration();

    /// <summary>Withdraws a generation of the wrapping key.</summary>
    protected abstract void Withdraw(string generation);

    /// <summary>Takes a key away as a mistake would.</summary>
    protected abstract Task LoseAsync(string name);

    /// <summary>What is kept of a key.</summary>
    protected abstract Task<string> ReadAsync(string name);

    /// <summary>Puts something in the place of a key.</summary>
    protected abstract Task WriteAsync(string name, string text);

    [Fact]
    public async Task A_vault_has_no_key_until_it_is_created_and_keeps_that_one()
    {
        var store = await OpenAsync();
        Assert.Null(await store.FindAsync(Vault, Stop));

        var created = await store.CreateAsync(Vault, Stop);

        Assert.Equal(Vault, created.Vault);
        AssertSame(created, await store.FindAsync(Vault, Stop));
        AssertSame(created, await store.CreateAsync(Vault, Stop));
        AssertSame(created, await (await OpenAsync()).FindAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_key_is_kept_as_format_generation_and_wrapped_key()
    {
        await (await OpenAsync()).CreateAsync(Vault, Stop);
        foreach (
            var (name, format) in ((string, string)[])
                [("vault-7", "clouddav-vault-key-v1"), ("server", "clouddav-server-key-v1")]
        )
        {
            var fields = (await ReadAsync(name)).TrimEnd().Split(' ');
            Assert.Equal(3, fields.Length);
            Assert.Equal(format, fields[0]);
            Assert.Equal(KeyWrap.WrappedBytes, Convert.FromBase64String(fields[2]).Length);
        }
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_agree_on_every_key()
    {
        var stores = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await OpenAsync(), Stop))
        );
        foreach (var vault in Enumerable.Range(1, 5).Select(id => new VaultId(id)))
        {
            var keys = await Task.WhenAll(
                stores.Select(store =>
                    Task.Run(async () => await store.CreateAsync(vault, Stop), Stop)
                )
            );
            Assert.All(keys, key => AssertSame(keys[0], key));
        }
        Assert.All(stores, store => Assert.Equal(stores[0].Derive("a"), store.Derive("a")));
        Assert.NotEqual(stores[0].Derive("a"), stores[0].Derive("b"));
    }

    [Fact]
    public async Task A_destroyed_key_can_neither_be_found_nor_created_again_by_anybody()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        Assert.False(await store.IsDestroyedAsync(Vault, Stop));

        await store.DestroyAsync(Vault, Stop);
        await store.DestroyAsync(Vault, Stop);
        await store.DestroyAsync(Other, Stop);

        foreach (var any in (KeyStore[])[store, await OpenAsync()])
        foreach (var vault in (VaultId[])[Vault, Other])
        {
            Assert.True(await any.IsDestroyedAsync(vault, Stop));
            Assert.Null(await any.FindAsync(vault, Stop));
            await Assert.ThrowsAsync<KeyStoreException>(async () =>
                await any.CreateAsync(vault, Stop)
            );
        }
    }

    [Fact]
    public async Task A_lost_key_is_told_from_a_destroyed_one()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(Other, Stop);
        await store.DestroyAsync(Vault, Stop);
        await store.VerifyAsync([Vault, Other], Stop);

        await LoseAsync("vault-8");

        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await store.VerifyAsync([Vault, Other], Stop)
        );
        Assert.Contains("vault-8", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_key_that_is_lost_is_explained_at_start_and_no_new_one_made()
    {
        await (await OpenAsync()).CreateAsync(Vault, Stop);
        await LoseAsync("server");

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<KeyStoreException>(async () =>
                await OpenAsync()
            );
            Assert.Contains("server", failure.Message, StringComparison.Ordinal);
            Assert.Contains("missing", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_or_exchanged_key_is_never_used()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(Other, Stop);
        foreach (var text in (string[])[await ReadAsync("vault-8"), "garbage", ""])
        {
            await WriteAsync("vault-7", text);
            await Assert.ThrowsAsync<KeyStoreException>(async () =>
                await (await OpenAsync()).FindAsync(Vault, Stop)
            );
        }
    }

    [Fact]
    public async Task After_a_rotation_everything_is_what_it_was_and_the_former_wrapping_key_may_go()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        var former = Assert.Single(await store.CountAsync(Stop)).Generation;
        var newest = AddGeneration();

        // From now on what is new is wrapped by it, and what is not stays as it is.
        var late = await (await OpenAsync()).CreateAsync(Other, Stop);
        Assert.Equal(
            [(former, 2, false), (newest, 1, true)],
            (await store.CountAsync(Stop))
                .OrderBy(one => one.IsNewest)
                .Select(one => (one.Generation, one.Keys, one.IsNewest))
        );

        var pass = await store.RewrapAsync(Stop);

        Assert.Equal((newest, 2), (pass.Newest, pass.Rewrapped));
        Assert.Empty(pass.Failures);
        Assert.Equal(0, (await store.RewrapAsync(Stop)).Rewrapped);
        Assert.Equal([new KeyGeneration(newest, 3, true)], await store.CountAsync(Stop));
        Withdraw(former);
        foreach (var any in (KeyStore[])[store, await OpenAsync()])
        {
            AssertSame(key, await any.FindAsync(Vault, Stop));
            AssertSame(late, await any.FindAsync(Other, Stop));
            Assert.Equal(store.Derive("a"), any.Derive("a"));
            await any.VerifyAsync([Vault, Other], Stop);
        }
    }

    [Fact]
    public async Task A_wrapping_key_that_was_withdrawn_too_early_is_missed_by_name_and_may_come_back()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        var former = Assert.Single(await store.CountAsync(Stop)).Generation;
        AddGeneration();
        Withdraw(former);

        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());
        Assert.Contains(former, failure.Message, StringComparison.Ordinal);
        // Whoever has it in memory goes on.
        AssertSame(key, await store.FindAsync(Vault, Stop));

        Assert.Equal(2, (await store.RewrapAsync(Stop)).Rewrapped);
        AssertSame(key, await (await OpenAsync()).FindAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_rotation_that_is_stopped_anywhere_is_finished_by_the_next_one()
    {
        var store = await OpenAsync();
        var vaults = Enumerable.Range(1, 30).Select(id => new VaultId(id)).ToArray();
        var keys = new List<VaultKey>();
        foreach (var vault in vaults)
            keys.Add(await store.CreateAsync(vault, Stop));
        AddGeneration();

        foreach (var after in (int[])[0, 2, 10, 30])
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var pass = (await OpenAsync()).RewrapAsync(ends.Token).AsTask();
            await Task.Delay(after, Stop);
            await ends.CancelAsync();
            _ = await Record.ExceptionAsync(() => pass);
            var any = await OpenAsync();
            foreach (var key in keys)
                AssertSame(key, await any.FindAsync(key.Vault, Stop));
        }
        await (await OpenAsync()).RewrapAsync(Stop);

        Assert.Equal(31, Assert.Single(await store.CountAsync(Stop)).Keys);
    }

    [Fact]
    public async Task While_keys_are_wrapped_anew_by_several_they_are_found_created_and_destroyed()
    {
        var store = await OpenAsync();
        var kept = new List<VaultKey>();
        for (var id = 1; id <= 10; id++)
            kept.Add(await store.CreateAsync(new VaultId(id), Stop));
        for (var id = 11; id <= 20; id++)
            await store.CreateAsync(new VaultId(id), Stop);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var read = kept.ToArray();
        var reading = Task.Run(
            async () =>
            {
                while (!ends.IsCancellationRequested)
                {
                    var fresh = await OpenAsync();
                    foreach (var key in read)
                        AssertSame(key, await fresh.FindAsync(key.Vault, Stop));
                }
            },
            Stop
        );
        var destroying = Task.Run(
            async () =>
            {
                for (var id = 11; id <= 20; id++)
                    await store.DestroyAsync(new VaultId(id), Stop);
            },
            Stop
        );

        for (var round = 0; round < 3; round++)
        {
            AddGeneration();
            var passes = await Task.WhenAll(
                Enumerable
                    .Range(0, 2)
                    .Select(async _ => await (await OpenAsync()).RewrapAsync(Stop))
            );
            Assert.All(passes, pass => Assert.Empty(pass.Failures));
            kept.Add(await store.CreateAsync(new VaultId(100 + round), Stop));
        }
        await destroying;
        await ends.CancelAsync();
        await reading;

        await store.RewrapAsync(Stop);
        Assert.Equal(14, Assert.Single(await store.CountAsync(Stop)).Keys);
        for (var id = 11; id <= 20; id++)
            Assert.Null(await (await OpenAsync()).FindAsync(new VaultId(id), Stop));
        foreach (var key in kept)
            AssertSame(key, await (await OpenAsync()).FindAsync(key.Vault, Stop));
    }

    [Fact]
    public async Task A_copy_that_is_kept_up_has_every_key_and_none_that_was_destroyed()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        await store.CreateAsync(Other, Stop);
        var copy = Path.Join(Beside, "copy");
        Assert.Equal(2, await store.MirrorAsync(copy, Stop));

        await store.DestroyAsync(Other, Stop);
        await store.CreateAsync(new VaultId(9), Stop);
        AddGeneration();
        await store.RewrapAsync(Stop);
        Assert.Equal(2, await store.MirrorAsync(copy, Stop));

        foreach (var name in (string[])["server", "vault-7", "vault-9"])
            Assert.Equal(
                await ReadAsync(name),
                await File.ReadAllTextAsync(Path.Join(copy, name + ".key"), Stop)
            );
        Assert.False(File.Exists(Path.Join(copy, "vault-8.key")));
        Assert.True(File.Exists(Path.Join(copy, "vault-8.destroyed")));
    }

    [Fact]
    public async Task A_copy_is_neither_spoilt_by_a_damaged_key_nor_mixed_with_another_servers()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        var copy = Path.Join(Beside, "copy");
        await store.MirrorAsync(copy, Stop);
        var good = await ReadAsync("vault-7");
        var copied = Path.Join(copy, "vault-7.key");
        await WriteAsync("vault-7", good[..^9]);

        await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await store.MirrorAsync(copy, Stop)
        );
        Assert.Equal(good, await File.ReadAllTextAsync(copied, Stop));

        await WriteAsync("vault-7", good);
        await File.WriteAllTextAsync(copied, good[..^9], Stop);
        await store.MirrorAsync(copy, Stop);
        Assert.Equal(good, await File.ReadAllTextAsync(copied, Stop));

        var another = Path.Join(Beside, "another");
        KeyStore.OpenFolder(another);
        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await store.MirrorAsync(another, Stop)
        );
        Assert.Contains("another server", failure.Message, StringComparison.Ordinal);
    }

    // Keys do not show themselves: two are the same when one opens what the other sealed.
    protected void AssertSame(VaultKey expected, VaultKey? found) =>
        Assert.True(found is not null && Opens(expected, found));

    private bool Opens(VaultKey sealing, VaultKey opening)
    {
        var blobs = new DiskBlobStore(Path.Join(Beside, "blobs"));
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
