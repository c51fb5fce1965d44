using static CloudDav.Vault.Tests.TestSteps;

namespace CloudDav.Vault.Tests;

public sealed class LockTests : IAsyncLifetime
{
    private TestVault _vault = null!;
    private VaultSession _alice = null!;

    // The same tree, another person: today only the rules of locks can tell.
    private VaultSession _guest = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = new TestVault();
        var alice = await _vault.AddActorAsync("alice");
        var guest = await _vault.AddActorAsync("guest");
        _alice = _vault.Session(alice);
        _guest = _vault.Session(guest with { Vault = alice.Vault });
        await _alice.MakeFolderAsync("/d");
        await _alice.MakeFolderAsync("/d/e");
        await _alice.PutAsync("/d/e/f", "x");
        await _alice.PutAsync("/g", "x");
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.CheckAsync();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task A_locked_file_is_changed_with_its_holder_s_token_only()
    {
        var token = await LockAsync("/g");
        foreach (
            var refused in (Refusal?[])
                [
                    (await _alice.PutAsync("/g", "y")).Refusal,
                    (await _guest.PutAsync("/g", "y", With(token))).Refusal,
                    (await _alice.DeleteAsync("/g")).Refusal,
                    (await _alice.MoveAsync("/g", "/h")).Refusal,
                    (await _alice.CopyAsync("/d/e/f", "/g")).Refusal,
                    (await _alice.PatchAsync("/g", new NodePatch { Win32Attributes = 1 })).Refusal,
                    (await _guest.PutAsync("/g", new byte[50_000])).Refusal,
                ]
        )
        {
            Assert.Equal(RefusalRule.Locked, refused?.Rule);
            Assert.Equal(["g"], refused!.Path);
            Assert.Equal("alice", refused.Holder);
        }
        Assert.True((await _guest.FindAsync("/g")).IsSuccess);
        Assert.True((await _guest.CopyAsync("/g", "/h")).IsSuccess);
        Assert.True((await _alice.PutAsync("/g", "y", With(token))).IsSuccess);
    }

    [Fact]
    public async Task Nothing_of_a_tree_goes_when_somebody_holds_a_part_of_it()
    {
        var token = await LockAsync("/d/e/f");
        var before = await _alice.TreeAsync();
        foreach (
            var refused in (Refusal?[])
                [
                    (await _guest.DeleteAsync("/d")).Refusal,
                    (await _guest.MoveAsync("/d", "/x")).Refusal,
                    (await _guest.MoveAsync("/g", "/d")).Refusal,
                    (await _guest.CopyAsync("/g", "/d/e")).Refusal,
                    (await _alice.DeleteAsync("/d")).Refusal,
                ]
        )
        {
            Assert.Equal(RefusalRule.Locked, refused?.Rule);
            Assert.Equal(["d", "e", "f"], refused!.Path);
        }
        Assert.Equal(before, await _alice.TreeAsync());
        Assert.True((await _alice.DeleteAsync("/d", With(token))).IsSuccess);
    }

    [Fact]
    public async Task A_folder_s_lock_guards_its_members_coming_and_going()
    {
        var token = await LockAsync("/d", isInfinite: false);
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/d/new", "x")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.DeleteAsync("/d/e")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.MoveAsync("/d/e", "/x")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.MakeFolderAsync("/d/x")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.LockAsync("/d/x")).Refusal?.Rule);
        Assert.True((await _alice.PutAsync("/d/e/f", "below it is free")).IsSuccess);
        Assert.True((await _alice.PutAsync("/d/new", "x", With(token))).IsSuccess);
    }

    [Fact]
    public async Task An_infinite_lock_covers_everything_below_and_is_refreshed_there()
    {
        var token = await LockAsync("/d", isInfinite: true);
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/d/e/f", "y")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/d/e/new", "y")).Refusal?.Rule);
        Assert.Equal(RefusalRule.LockConflict, (await _guest.LockAsync("/d/e/f")).Refusal?.Rule);
        _vault.Time.Advance(TimeSpan.FromMinutes(50));
        Assert.True(
            (
                await _alice.RefreshLockAsync(
                    Segments("/d/e/f"),
                    [token],
                    TimeSpan.FromHours(1),
                    TestVault.Stop
                )
            ).IsSuccess
        );
        _vault.Time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/d/e/f", "y")).Refusal?.Rule);
        Assert.True((await _alice.PutAsync("/d/e/f", "y", With(token))).IsSuccess);
        Assert.True((await _alice.UnlockAsync("/d/e/f", token)).IsSuccess);
    }

    [Fact]
    public async Task A_lock_ends_by_time_without_a_sweep()
    {
        await LockAsync("/g", timeout: TimeSpan.FromSeconds(1));
        _vault.Time.Advance(TimeSpan.FromSeconds(179));
        Assert.Equal(RefusalRule.Locked, (await _guest.PutAsync("/g", "y")).Refusal?.Rule);
        _vault.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await _guest.PutAsync("/g", "y")).IsSuccess);
        Assert.True((await _guest.LockAsync("/g")).IsSuccess);
    }

    [Fact]
    public async Task A_lock_on_nothing_makes_an_empty_file()
    {
        var locked = (await _alice.LockAsync("/new")).Value;
        Assert.True(locked.Created);
        Assert.Equal(0, (await _alice.FindAsync("/new")).Value.Node.Size);
        Assert.True((await _alice.PutAsync("/new", "x", With(locked.Lock.Token))).IsSuccess);
        Assert.Equal(RefusalRule.ParentMissing, (await _alice.LockAsync("/x/y")).Refusal?.Rule);
    }

    [Fact]
    public async Task Shared_locks_stand_together_and_any_of_them_will_do()
    {
        var first = (await _alice.LockAsync("/g", isShared: true)).Value.Lock.Token;
        Assert.True((await _guest.LockAsync("/g", isShared: true)).IsSuccess);
        Assert.Equal(RefusalRule.LockConflict, (await _alice.LockAsync("/g")).Refusal?.Rule);
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/g", "y")).Refusal?.Rule);
        Assert.True((await _alice.PutAsync("/g", "y", With(first))).IsSuccess);
    }

    [Fact]
    public async Task Unlocking_needs_the_right_token_of_the_right_holder()
    {
        var token = await LockAsync("/g");
        Assert.Equal(
            RefusalRule.LockTokenMismatch,
            (await _alice.UnlockAsync("/d", token)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.LockTokenMismatch,
            (await _alice.UnlockAsync("/g", "opaquelocktoken:x")).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.LockNotYours,
            (await _guest.UnlockAsync("/g", token)).Refusal?.Rule
        );
        Assert.True((await _alice.UnlockAsync("/g", token)).IsSuccess);
        Assert.True((await _guest.PutAsync("/g", "y")).IsSuccess);
    }

    [Fact]
    public async Task A_move_leaves_its_lock_behind_and_finds_that_of_its_place()
    {
        var source = await LockAsync("/g");
        var target = await LockAsync("/d/e/f");
        Assert.True(
            (await _alice.MoveAsync("/g", "/d/e/f", guard: With(source, target))).IsSuccess
        );
        Assert.Equal(RefusalRule.Locked, (await _alice.PutAsync("/d/e/f", "y")).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.Locked,
            (await _alice.PutAsync("/d/e/f", "y", With(source))).Refusal?.Rule
        );
        Assert.True((await _alice.PutAsync("/d/e/f", "y", With(target))).IsSuccess);
        Assert.True((await _alice.PutAsync("/g", "free")).IsSuccess);
    }

    [Fact]
    public async Task A_listing_shows_the_locks_that_cover_each_entry()
    {
        var infinite = await LockAsync("/d", isInfinite: true);
        var single = await LockAsync("/g");
        var seen = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var levels in (int?[])[1, null])
        {
            seen.Clear();
            await _alice.ListAsync(
                [],
                levels,
                NodeDetails.Locks,
                (below, _, _, locks) =>
                    seen[string.Join('/', below)] = [
                        .. locks.Select(held => $"{held.Token} on {string.Join('/', held.Path)}"),
                    ],
                TestVault.Stop
            );
            Assert.Empty(seen[""]);
            Assert.Equal([$"{infinite} on d"], seen["d"]);
            Assert.Equal([$"{single} on g"], seen["g"]);
        }
        Assert.Equal([$"{infinite} on d"], seen["d/e/f"]);
    }

    [Fact]
    public async Task A_vault_has_only_so_many_locks()
    {
        await using var vault = new TestVault(new VaultLimits { Locks = 2 });
        var session = vault.Session(await vault.AddActorAsync("bob"));
        Assert.True((await session.LockAsync("/a")).IsSuccess);
        Assert.True((await session.LockAsync("/b")).IsSuccess);
        Assert.Equal(RefusalRule.TooManyLocks, (await session.LockAsync("/c")).Refusal?.Rule);
        vault.Time.Advance(TimeSpan.FromHours(2));
        Assert.True((await session.LockAsync("/c")).IsSuccess);
    }

    private async Task<string> LockAsync(
        string path,
        bool? isInfinite = null,
        TimeSpan? timeout = null
    ) => (await _alice.LockAsync(path, isInfinite: isInfinite, timeout: timeout)).Value.Lock.Token;
}
