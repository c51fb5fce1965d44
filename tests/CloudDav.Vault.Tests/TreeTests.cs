using static CloudDav.Vault.Tests.TestSteps;

namespace CloudDav.Vault.Tests;

public sealed class TreeTests : IAsyncLifetime
{
    private TestVault _vault = null!;
    private VaultSession _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = new TestVault();
        _alice = _vault.Session(await _vault.AddActorAsync("alice"));
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.CheckAsync();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task What_was_written_is_read_back_small_and_large()
    {
        var large = new byte[300_000];
        new Random(1).NextBytes(large);
        Assert.True((await _alice.PutAsync("/small", "hello")).Value.Created);
        Assert.True((await _alice.PutAsync("/large", large)).Value.Created);
        Assert.True((await _alice.PutAsync("/chunked", large, declared: false)).Value.Created);
        Assert.True((await _alice.PutAsync("/empty", "")).Value.Created);
        Assert.Equal("hello", await _alice.ReadTextAsync("/small"));
        Assert.Equal(large, await _alice.ReadAsync("/large"));
        Assert.Equal(large, await _alice.ReadAsync("/chunked"));
        Assert.Equal("", await _alice.ReadTextAsync("/empty"));
        Assert.Equal(5 + 2 * large.Length, await _alice.UsedAsync());
    }

    [Fact]
    public async Task A_new_body_makes_a_new_etag_and_keeps_the_file_id()
    {
        var first = (await _alice.PutAsync("/a", "one")).Value;
        var second = (await _alice.PutAsync("/a", "two")).Value;
        Assert.False(second.Created);
        Assert.Equal(first.Node.Id, second.Node.Id);
        Assert.NotEqual(
            EntityTag.Of(first.Vault, first.Node),
            EntityTag.Of(second.Vault, second.Node)
        );
        Assert.Equal(EntityTag.Of(second.Vault, second.Node), await _alice.ETagAsync("/a"));
    }

    [Fact]
    public async Task Folders_notice_every_change_below_them_and_no_other()
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.MakeFolderAsync("/a/b");
        await _alice.MakeFolderAsync("/c");
        var (root, a, b, c) = await TagsAsync();
        await _alice.PutAsync("/a/b/f", "x");
        var after = await TagsAsync();
        Assert.NotEqual(root, after.Root);
        Assert.NotEqual(a, after.A);
        Assert.NotEqual(b, after.B);
        Assert.Equal(c, after.C);
        await _alice.PatchAsync("/a/b/f", new NodePatch { Modified = DateTimeOffset.UnixEpoch });
        Assert.NotEqual(after.A, await _alice.ETagAsync("/a"));

        async Task<(string Root, string A, string B, string C)> TagsAsync() =>
            (
                await _alice.ETagAsync("/"),
                await _alice.ETagAsync("/a"),
                await _alice.ETagAsync("/a/b"),
                await _alice.ETagAsync("/c")
            );
    }

    [Fact]
    public async Task Moving_a_folder_keeps_its_etag_and_its_members()
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.MakeFolderAsync("/b");
        await _alice.PutAsync("/a/f", "x");
        var tag = await _alice.ETagAsync("/a");
        var file = await _alice.ETagAsync("/a/f");
        Assert.True((await _alice.MoveAsync("/a", "/b/a2")).Value.Created);
        Assert.Equal(tag, await _alice.ETagAsync("/b/a2"));
        Assert.Equal(file, await _alice.ETagAsync("/b/a2/f"));
        Assert.Equal(RefusalRule.NotFound, (await _alice.FindAsync("/a")).Refusal?.Rule);
        Assert.Equal(["/", "/b", "/b/a2", "/b/a2/f"], (await _alice.TreeAsync()).Keys);
    }

    [Fact]
    public async Task Copying_a_tree_shares_contents_and_carries_properties()
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.MakeFolderAsync("/a/b");
        await _alice.PutAsync("/a/b/f", "content");
        await _alice.PutAsync("/a/g", new byte[20_000]);
        await _alice.PatchAsync("/a/b/f", Property("x", "1"));
        await _alice.PatchAsync("/a/b", Property("y", "2"));
        await _alice.PatchAsync("/a", Property("z", "3"));
        var used = await _alice.UsedAsync();
        Assert.True((await _alice.CopyAsync("/a", "/c")).Value.Created);
        Assert.Equal(2 * used, await _alice.UsedAsync());
        Assert.Equal("content", await _alice.ReadTextAsync("/c/b/f"));
        foreach (var path in (string[])["/c/b/f", "/c/b", "/c"])
            Assert.Single(
                (await _alice.FindAsync(path, NodeDetails.Properties)).Value.Node.Properties
            );
        await _vault.CheckAsync();
        await _alice.DeleteAsync("/a");
        Assert.Equal(used, await _alice.UsedAsync());
        await EmptyTrashAsync();
        Assert.Equal("content", await _alice.ReadTextAsync("/c/b/f"));
        Assert.Equal(new byte[20_000], await _alice.ReadAsync("/c/g"));
    }

    [Fact]
    public async Task A_folder_is_copied_alone_when_that_is_asked()
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.PutAsync("/a/f", "x");
        await _alice.CopyAsync("/a", "/b", isDeep: false);
        Assert.Equal(["/", "/a", "/a/f", "/b"], (await _alice.TreeAsync()).Keys);
    }

    [Fact]
    public async Task What_is_replaced_by_a_move_or_copy_goes_to_the_trash()
    {
        await _alice.PutAsync("/a", "a");
        await _alice.PutAsync("/b", "b");
        await _alice.PutAsync("/c", "c");
        Assert.Equal(
            RefusalRule.DestinationExists,
            (await _alice.MoveAsync("/a", "/b", overwrites: false)).Refusal?.Rule
        );
        Assert.False((await _alice.MoveAsync("/a", "/b")).Value.Created);
        Assert.False((await _alice.CopyAsync("/b", "/c")).Value.Created);
        Assert.Equal("a", await _alice.ReadTextAsync("/c"));
        Assert.Equal(2, await _alice.UsedAsync());
    }

    [Theory]
    [InlineData("/a", "/a", RefusalRule.SameNode)]
    [InlineData("/a", "/a/b", RefusalRule.InsideItself)]
    [InlineData("/a/f", "/a", RefusalRule.InsideItself)]
    [InlineData("/a", "/x/y", RefusalRule.ParentMissing)]
    [InlineData("/x", "/y", RefusalRule.NotFound)]
    [InlineData("/", "/y", RefusalRule.IsRoot)]
    [InlineData("/a", "/", RefusalRule.InsideItself)]
    [InlineData("/a", "/g/h", RefusalRule.ParentMissing)]
    public async Task Impossible_moves_are_refused(string from, string to, RefusalRule rule)
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.PutAsync("/a/f", "x");
        await _alice.PutAsync("/g", "x");
        Assert.Equal(rule, (await _alice.MoveAsync(from, to)).Refusal?.Rule);
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_cannot_stand_side_by_side()
    {
        await _alice.PutAsync("/Über", "x");
        Assert.Equal(RefusalRule.CaseConflict, (await _alice.PutAsync("/über", "y")).Refusal?.Rule);
        Assert.Equal(RefusalRule.NotFound, (await _alice.FindAsync("/ÜBER")).Refusal?.Rule);
        var explorer = _vault.Session(_alice.Actor, foldsNames: true);
        Assert.Equal("Über", (await explorer.FindAsync("/ÜBER")).Value.Node.Name);
        Assert.False((await explorer.PutAsync("/ÜBER", "z")).Value.Created);
        Assert.Equal("z", await _alice.ReadTextAsync("/Über"));
    }

    [Fact]
    public async Task A_move_may_change_nothing_but_the_case()
    {
        await _alice.PutAsync("/readme", "x");
        Assert.True((await _alice.MoveAsync("/readme", "/README", overwrites: false)).IsSuccess);
        var explorer = _vault.Session(_alice.Actor, foldsNames: true);
        Assert.True((await explorer.MoveAsync("/README", "/ReadMe", overwrites: false)).IsSuccess);
        Assert.Equal(["/", "/ReadMe"], (await _alice.TreeAsync()).Keys);
    }

    [Fact]
    public async Task A_folder_s_time_changes_with_its_members_and_can_be_set()
    {
        var start = _vault.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await _alice.MakeFolderAsync("/a");
        _vault.Time.Advance(TimeSpan.FromMinutes(1));
        await _alice.PutAsync("/a/f", "x");
        Assert.Equal(start + 60_000, (await _alice.FindAsync("/a")).Value.Node.ModifiedMs);
        var wanted = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        await _alice.PatchAsync("/a", new NodePatch { Modified = wanted });
        await _alice.PatchAsync("/a/f", new NodePatch { Modified = wanted });
        foreach (var path in (string[])["/a", "/a/f"])
            Assert.Equal(
                wanted.ToUnixTimeMilliseconds(),
                (await _alice.FindAsync(path)).Value.Node.ModifiedMs
            );
    }

    [Fact]
    public async Task By_products_leave_no_version_and_no_trash()
    {
        await _alice.PutAsync("/._x", new byte[30_000]);
        await _alice.PutAsync("/._x", new byte[40_000]);
        await _alice.DeleteAsync("/._x");
        Assert.Equal(0, await _alice.UsedAsync());
        Assert.Empty(await _vault.Ledger.ListContentsAsync(default, 10, TestVault.Stop));
        Assert.Equal(
            2,
            (
                await _vault.Ledger.ListCondemnedAsync(
                    DateTimeOffset.MaxValue.AddDays(-1),
                    10,
                    TestVault.Stop
                )
            ).Count
        );
    }

    [Fact]
    public async Task Conditions_are_checked_again_when_it_is_committed()
    {
        await _alice.PutAsync("/a", "one");
        var seen = await _alice.ETagAsync("/a");
        Assert.True((await _alice.PutAsync("/a", "two", Expect("/a", seen))).IsSuccess);
        Assert.Equal(
            RefusalRule.ConditionFailed,
            (await _alice.PutAsync("/a", "three", Expect("/a", seen))).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.ConditionFailed,
            (await _alice.PutAsync("/a", "three", Expect("/a", null))).Refusal?.Rule
        );
        Assert.True((await _alice.PutAsync("/b", "four", Expect("/b", null))).IsSuccess);
        Assert.Equal("two", await _alice.ReadTextAsync("/a"));
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_condition_one_wins()
    {
        await _alice.PutAsync("/a", "start");
        var seen = await _alice.ETagAsync("/a");
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => _alice.PutAsync("/a", $"body {i}", Expect("/a", seen)))
        );
        Assert.Single(results, result => result.IsSuccess);
        Assert.Equal(
            19,
            results.Count(result => result.Refusal?.Rule == RefusalRule.ConditionFailed)
        );
    }

    [Fact]
    public async Task A_deleted_tree_is_purged_in_slices_when_its_time_has_come()
    {
        await _alice.MakeFolderAsync("/a");
        await _alice.MakeFolderAsync("/a/b");
        await _alice.MakeFolderAsync("/a/b/c");
        for (var i = 0; i < 25; i++)
            await _alice.PutAsync($"/a/b/f{i}", i % 5 == 0 ? new byte[20_000] : [1, 2, 3]);
        await _alice.PutAsync("/a/b/f1", "another version");
        await _alice.PatchAsync("/a/b/f2", Property("p", "v"));
        await _alice.DeleteAsync("/a");
        Assert.Equal(0, await _alice.UsedAsync());
        Assert.Equal(0, await PurgeAsync(_vault.Time.GetUtcNow(), 1000));
        _vault.Time.Advance(TimeSpan.FromDays(31));
        var total = 0;
        while (await PurgeAsync(_vault.Time.GetUtcNow(), 4) is var removed and > 0)
        {
            total += removed;
            await _vault.CheckAsync();
        }
        Assert.Equal(28, total);
        Assert.Empty(await _vault.Ledger.ListContentsAsync(default, 10, TestVault.Stop));
    }

    [Fact]
    public async Task History_ends_with_its_age_and_lets_its_content_go()
    {
        await _alice.PutAsync("/a", "one");
        await _alice.PutAsync("/a", "two");
        await _alice.MoveAsync("/a", "/b");
        Assert.Equal(2, (await ContentsAsync()).Count);
        _vault.Time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(2, await PurgeHistoryAsync());
        Assert.Single(await ContentsAsync());
        Assert.Equal("two", await _alice.ReadTextAsync("/b"));
    }

    [Fact]
    public async Task A_splice_makes_a_new_whole()
    {
        var large = new byte[100_000];
        new Random(2).NextBytes(large);
        await _alice.PutAsync("/a", large);
        Assert.True((await SpliceAsync("/a", 50_000, "middle")).IsSuccess);
        Assert.True((await SpliceAsync("/a", null, "end")).IsSuccess);
        "middle"u8.CopyTo(large.AsSpan(50_000));
        byte[] expected = [.. large, .. "end"u8];
        Assert.Equal(expected, await _alice.ReadAsync("/a"));
        Assert.Equal(
            RefusalRule.RangeNotSatisfiable,
            (await SpliceAsync("/a", 100_004, "x")).Refusal?.Rule
        );
        Assert.Equal(RefusalRule.NotFound, (await SpliceAsync("/b", 0, "x")).Refusal?.Rule);
    }

    [Fact]
    public async Task Limits_of_depth_and_names_hold()
    {
        var path = "";
        for (var i = 0; i < 100; i++)
            Assert.True((await _alice.MakeFolderAsync(path += "/d")).IsSuccess);
        Assert.Equal(
            RefusalRule.TooDeep,
            (await _alice.MakeFolderAsync(path + "/d")).Refusal?.Rule
        );
        await _alice.MakeFolderAsync("/e");
        Assert.Equal(RefusalRule.TooDeep, (await _alice.MoveAsync("/d", "/e/d")).Refusal?.Rule);
        Assert.Equal(RefusalRule.TooDeep, (await _alice.CopyAsync("/d", "/e/d")).Refusal?.Rule);
        // The height above is only a bound: once the deepest folder is gone, the rest fits.
        await _alice.DeleteAsync(path);
        Assert.True((await _alice.MoveAsync("/d", "/e/d")).IsSuccess);
        Assert.Equal(
            RefusalRule.NameTooLong,
            (await _alice.PutAsync("/" + new string('é', 100), "x")).Refusal?.Rule
        );
        Assert.True((await _alice.PutAsync("/" + new string('x', 255), "x")).IsSuccess);
        Assert.Equal(
            RefusalRule.NameTooLong,
            (await _alice.PutAsync("/" + new string('x', 256), "x")).Refusal?.Rule
        );
    }

    [Fact]
    public async Task An_infinite_listing_is_served_whole_or_refused()
    {
        await using var vault = new TestVault(new VaultLimits { InfiniteListing = 3 });
        var session = vault.Session(await vault.AddActorAsync("bob"));
        await session.PutAsync("/a", "x");
        await session.PutAsync("/b", "x");
        Assert.Equal(3, (await session.TreeAsync()).Count);
        await session.PutAsync("/c", "x");
        var visits = 0;
        var refused = await session.ListAsync(
            [],
            null,
            NodeDetails.None,
            (_, _, _, _) => visits++,
            TestVault.Stop
        );
        Assert.Equal(RefusalRule.ListingTooLarge, refused.Refusal?.Rule);
        Assert.Equal(0, visits);
    }

    [Fact]
    public async Task A_revoked_device_is_signed_out_on_its_next_request()
    {
        var device = await _vault.AddDeviceAsync(_alice.Actor, "laptop");
        var session = _vault.Session(device);
        Assert.True((await session.FindAsync("/")).IsSuccess);
        await _vault.RevokeAsync(device);
        Assert.Equal(RefusalRule.SignedOut, (await session.FindAsync("/")).Refusal?.Rule);
        Assert.Equal(RefusalRule.SignedOut, (await session.PutAsync("/a", "x")).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.SignedOut,
            (await session.PutAsync("/a", new byte[50_000])).Refusal?.Rule
        );
        Assert.Equal(RefusalRule.SignedOut, (await session.DeleteAsync("/a")).Refusal?.Rule);
        Assert.Equal(RefusalRule.SignedOut, (await session.LockAsync("/a")).Refusal?.Rule);
    }

    [Fact]
    public async Task Properties_are_kept_removed_counted_and_bounded()
    {
        await _alice.PutAsync("/a", "x");
        await _alice.PatchAsync("/a", Property("p", "value"));
        var node = (await _alice.FindAsync("/a", NodeDetails.Properties)).Value.Node;
        Assert.Equal(Property("p", "value").Properties[0].Xml, node.Properties[0].Xml);
        Assert.Equal(1 + node.PropertyBytes, await _alice.UsedAsync());
        await _alice.PatchAsync("/a", new NodePatch { Properties = [("{u:}p", null)] });
        Assert.Equal(1, await _alice.UsedAsync());
        Assert.Equal(
            RefusalRule.PropertiesTooLarge,
            (await _alice.PatchAsync("/a", Property("p", new string('x', 70_000)))).Refusal?.Rule
        );
        await _alice.PatchAsync("/", Property("p", "on the root"));
        Assert.Single((await _alice.FindAsync("/", NodeDetails.Properties)).Value.Node.Properties);
    }

    private static NodePatch Property(string name, string value) =>
        new() { Properties = [($"{{u:}}{name}", $"<{name} xmlns='u:'>{value}</{name}>")] };

    private Task<VaultResult<Changed>> SpliceAsync(string path, long? offset, string body) =>
        _alice
            .WriteAsync(
                Segments(path),
                new Upload
                {
                    Body = System.IO.Pipelines.PipeReader.Create(
                        new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body))
                    ),
                    DeclaredLength = body.Length,
                    Splice = new Splice(offset, null, null),
                },
                ChangeGuard.None,
                TestVault.Stop
            )
            .AsTask();

    private async Task<int> PurgeAsync(DateTimeOffset before, int limit) =>
        (
            await _vault.Metadata.WriteAsync<int>(
                async transaction =>
                    await transaction.PurgeTrashAsync(
                        _alice.Actor.Vault,
                        TrashRange.PutBefore(before),
                        keptBytes: null,
                        limit,
                        _vault.Time.GetUtcNow()
                    ),
                TestVault.Stop
            )
        ).Value;

    private async Task<int> PurgeHistoryAsync() =>
        (
            await _vault.Metadata.WriteAsync<int>(
                async transaction =>
                    await transaction.PurgeHistoryAsync(
                        _alice.Actor.Vault,
                        _vault.Time.GetUtcNow().AddDays(-90),
                        100,
                        _vault.Time.GetUtcNow()
                    ),
                TestVault.Stop
            )
        ).Value;

    private async Task EmptyTrashAsync()
    {
        _vault.Time.Advance(TimeSpan.FromDays(31));
        while (await PurgeAsync(_vault.Time.GetUtcNow(), 100) > 0) { }
    }

    private async Task<IReadOnlyList<LedgerContent>> ContentsAsync() =>
        await _vault.Ledger.ListContentsAsync(default, 100, TestVault.Stop);
}
