using System.Text;
using CloudDav.Vault.Tests.Lifecycle;

namespace CloudDav.Vault.Tests;

/// <summary>The vault is seen as it was, and brought back to it; nothing is lost by that.</summary>
public sealed class RewindTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new();
    private Actor _alice = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    private DateTimeOffset Now => Cloud.Time.GetUtcNow();

    public async ValueTask DisposeAsync()
    {
        await Cloud.CheckAsync();
        await _life.DisposeAsync();
    }

    [Fact]
    public async Task What_ransomware_did_is_undone_and_what_it_left_lies_in_the_trash()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/docs");
        for (var i = 0; i < 250; i++)
            await alice.PutAsync($"/docs/{i}.txt", $"text {i}");
        var then = Pass();
        var laptop = Cloud.Session(await Cloud.AddDeviceAsync(_alice, "laptop"));
        for (var i = 0; i < 250; i++)
        {
            // Some are overwritten, some of these renamed, and of others there is a new file and the old one is gone.
            if (i % 3 != 2)
                await laptop.PutAsync($"/docs/{i}.txt", "rubbish");
            if (i % 3 == 1)
                await laptop.MoveAsync($"/docs/{i}.txt", $"/docs/{i}.txt.locked");
            if (i % 3 == 2)
            {
                await laptop.PutAsync($"/docs/{i}.txt.locked", "rubbish");
                await laptop.DeleteAsync($"/docs/{i}.txt");
            }
        }
        await laptop.PutAsync("/docs/PAY.html", "pay");
        await laptop.MoveAsync("/docs", "/locked");
        Pass();

        var done = await RewindAsync(alice, then);

        Assert.Equal((251, 84, true), (done.Restored, done.Removed, done.IsComplete));
        Assert.Empty(done.Left);
        var tree = await alice.TreeAsync("/docs");
        Assert.Equal(251, tree.Count);
        for (var i = 0; i < 250; i++)
            Assert.Equal($"text {i}", await alice.ReadTextAsync($"/docs/{i}.txt"));
        // What it wrote is a version, or in the trash.
        Assert.Equal(
            [7L],
            (await alice.ListVersionsAsync(["docs", "0.txt"], null, 9, Stop))
                .Value.Versions.Take(1)
                .Select(version => version.Size)
        );
        Assert.Contains(
            (await alice.ListTrashAsync(new TrashQuery(), Stop)).Value.Items,
            item => item.Node.Name == "PAY.html"
        );
        Assert.Equal(
            [AuditActs.Rewound],
            (await Cloud.Audit.ListAsync(AuditChainId.Of(_alice.Account), long.MaxValue, 100, Stop))
                .Select(record => record.Entry.Act)
                .Where(act => act == AuditActs.Rewound)
        );
    }

    [Fact]
    public async Task A_moment_that_is_not_known_is_refused()
    {
        var alice = await OpenAsync();
        var before = Now.AddSeconds(-1);
        await alice.PutAsync("/f.txt", "one");
        var then = Pass();
        await alice.PutAsync("/f.txt", "two");
        Assert.Equal(RefusalRule.MomentTooLongAgo, await RefusedAsync(before));
        var ahead = await alice.RewindAsync(Now.AddSeconds(1), null, Stop);
        Assert.Equal((RefusalRule.InvalidInput, "at"), (ahead.Refusal!.Rule, ahead.Refusal.Field));
        Assert.True((await alice.LookBackAsync(then, null, ["f.txt"], null, Stop)).IsSuccess);
        foreach (
            var (node, below) in ((NodeId?, string[])[])
                [(null, ["g.txt"]), (null, ["f.txt", "x"]), (new(4711), [])]
        )
            Assert.Equal(
                RefusalRule.NotFound,
                (await alice.LookBackAsync(then, node, below, null, Stop)).Refusal?.Rule
            );
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.RewindAsync(then, new(4711), Stop)).Refusal?.Rule
        );
        Pass(TimeSpan.FromDays(30));
        Assert.Equal(RefusalRule.MomentTooLongAgo, await RefusedAsync(then));
        Assert.Equal("two", await alice.ReadTextAsync("/f.txt"));

        async Task<RefusalRule?> RefusedAsync(DateTimeOffset at)
        {
            var looked = (await alice.LookBackAsync(at, null, [], null, Stop)).Refusal?.Rule;
            Assert.Equal(looked, (await alice.OpenFormerAsync(at, null, [], Stop)).Refusal?.Rule);
            Assert.Equal(looked, (await alice.RewindAsync(at, null, Stop)).Refusal?.Rule);
            return looked;
        }
    }

    [Fact]
    public async Task A_folder_comes_back_alone_and_what_took_its_place_goes_to_the_trash()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/a");
        await alice.PutAsync("/a/f.txt", "of the folder");
        await alice.PutAsync("/beside.txt", "then");
        var folder = (await alice.FindAsync("/a")).Value.Node.Id;
        var then = Pass();
        await alice.DeleteAsync("/a");
        await alice.PutAsync("/A", "a file now");
        await alice.PutAsync("/beside.txt", "now");
        Pass();

        var done = await RewindAsync(alice, then, folder);

        Assert.Equal((1, 1), (done.Restored, done.Removed));
        Assert.Equal("of the folder", await alice.ReadTextAsync("/a/f.txt"));
        Assert.Equal("now", await alice.ReadTextAsync("/beside.txt"));
        Assert.Equal(folder, (await alice.FindAsync("/a")).Value.Node.Id);
        Assert.Equal(
            ["A"],
            (await alice.ListTrashAsync(new TrashQuery(), Stop)).Value.Items.Select(item =>
                item.Node.Name
            )
        );

        // What it was in must be there, and no file of it is gone into without it.
        var file = (await alice.FindAsync("/a/f.txt")).Value.Node.Id;
        await alice.DeleteAsync("/a");
        Pass();
        Assert.Equal(
            RefusalRule.ParentMissing,
            (await alice.RewindAsync(then, file, Stop)).Refusal?.Rule
        );
        await alice.EmptyTrashAsync(null, purgesNow: true, Stop);
        Assert.Equal(
            RefusalRule.ContentForgotten,
            (await alice.RewindAsync(then, folder, Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task What_is_locked_or_blocked_stays_as_it_is_and_the_rest_comes_back()
    {
        var alice = await OpenAsync();
        foreach (var name in (string[])["locked", "blocked", "free"])
            await alice.PutAsync($"/{name}", "then");
        var blocked = (await alice.FindAsync("/blocked")).Value.Node.Id;
        var then = Pass();
        foreach (var name in (string[])["locked", "blocked", "free"])
            await alice.PutAsync($"/{name}", "now");
        await alice.PutAsync("/since", "new");
        var held = await alice.LockAsync("/locked");
        var since = await alice.LockAsync("/since");
        await _life.SetAsync(_alice, MeasureKind.Block, blocked);
        Pass();

        var done = await RewindAsync(alice, then);

        Assert.Equal((1, 0, 3), (done.Restored, done.Removed, done.LeftItems));
        Assert.Equal(
            [
                ("blocked", RefusalRule.Blocked),
                ("locked", RefusalRule.Locked),
                ("since", RefusalRule.Locked),
            ],
            done.Left.Select(left => (left.Path[0], left.Why.Rule)).Order()
        );
        Assert.Equal("then", await alice.ReadTextAsync("/free"));
        Assert.Equal("now", await alice.ReadTextAsync("/locked"));
        Assert.Equal(
            RefusalRule.Blocked,
            (await alice.OpenFormerAsync(then, blocked, [], Stop)).Refusal?.Rule
        );
        await alice.UnlockAsync("/locked", held.Value.Lock.Token);
        await alice.UnlockAsync("/since", since.Value.Lock.Token);
        done = await RewindAsync(alice, then);
        Assert.Equal((1, 1, 1), (done.Restored, done.Removed, done.LeftItems));
    }

    [Fact]
    public async Task What_is_gone_for_good_is_told_and_the_rest_comes_back()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/docs");
        await alice.PutAsync("/docs/gone", "gone");
        await alice.PutAsync("/docs/kept", "kept");
        // Of by-products of programs nobody wants to hear.
        await alice.PutAsync("/docs/._gone", "x");
        var then = Pass();
        await alice.DeleteAsync("/docs/gone");
        await alice.DeleteAsync("/docs/._gone");
        await alice.EmptyTrashAsync(null, purgesNow: true, Stop);
        await alice.DeleteAsync("/docs");
        Pass();

        var done = await RewindAsync(alice, then);

        Assert.Equal((1, 0, 1), (done.Restored, done.Removed, done.LeftItems));
        Assert.Equal(
            ("docs/gone", RefusalRule.ContentForgotten),
            (string.Join('/', done.Left[0].Path), done.Left[0].Why.Rule)
        );
        Assert.Equal(["/", "/kept"], (await alice.TreeAsync("/docs")).Keys);
        var gone = (await alice.LookBackAsync(then, null, ["docs", "gone"], null, Stop)).Value;
        Assert.True(gone.Node.IsForgotten);
        Assert.Equal(
            RefusalRule.ContentForgotten,
            (await alice.OpenFormerAsync(then, null, ["docs", "gone"], Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task Beyond_seven_days_it_is_as_exact_as_the_versions_that_are_kept()
    {
        var alice = await OpenAsync();
        await alice.PutAsync("/f", "morning");
        var morning = Pass(TimeSpan.FromHours(1));
        await alice.PutAsync("/f", "noon");
        Pass(TimeSpan.FromHours(1));
        await alice.PutAsync("/f", "evening!");
        Pass(TimeSpan.FromDays(1));
        await alice.PutAsync("/f", "today");
        Assert.Equal("morning", await ReadAsync(morning));
        Assert.True((await LookAsync()).IsExact);
        Pass(TimeSpan.FromDays(8));
        await new VaultExpiry(Cloud.Metadata, Cloud.Limits, Cloud.Time).RunAsync(Stop);

        Assert.Equal("noon", await ReadAsync(morning));
        var shown = await LookAsync();
        Assert.Equal((false, 4L, false), (shown.IsExact, shown.Node.Size, shown.Node.IsForgotten));
        var done = await RewindAsync(alice, morning);
        Assert.Equal((1, 0), (done.Restored, done.LeftItems));
        Assert.Equal("noon", await alice.ReadTextAsync("/f"));

        async Task<FormerItem> LookAsync()
        {
            var members = new List<FormerItem>();
            await alice.LookBackAsync(morning, null, [], members.Add, Stop);
            return members[1];
        }

        async Task<string> ReadAsync(DateTimeOffset at)
        {
            var opened = await alice.OpenFormerAsync(at, null, ["f"], Stop);
            await using var content = opened.Value.Content!;
            return Encoding.UTF8.GetString(await content.ReadAsync());
        }
    }

    [Fact]
    public async Task Without_room_it_stops_and_goes_on_when_there_is()
    {
        var alice = await OpenAsync();
        for (var i = 0; i < 4; i++)
            await alice.PutAsync($"/{i}", new byte[1_000]);
        var then = Pass();
        for (var i = 0; i < 4; i++)
            await alice.DeleteAsync($"/{i}");
        Pass();
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 2500");

        var done = await alice.RewindAsync(then, null, Stop);
        Assert.Equal(
            (2, false, RefusalRule.CapacityExceeded),
            (done.Value.Restored, done.Value.IsComplete, done.Value.Stopped?.Rule)
        );
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await alice.RewindAsync(then, null, Stop)).Refusal?.Rule
        );
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 1073741824");
        Assert.Equal(2, (await RewindAsync(alice, then)).Restored);
        Assert.Equal(5, (await alice.TreeAsync()).Count);
    }

    [Fact]
    public async Task In_the_take_back_window_it_is_seen_and_not_brought_back()
    {
        var alice = await OpenAsync();
        await alice.PutAsync("/f", "then");
        var then = Pass();
        await alice.PutAsync("/f", "now");
        await _life.EndAsync(_alice);
        Pass();
        Assert.True((await alice.LookBackAsync(then, null, ["f"], null, Stop)).IsSuccess);
        Assert.Equal(
            RefusalRule.TakeBackWindow,
            (await alice.RewindAsync(then, null, Stop)).Refusal?.Rule
        );
        Assert.Equal("now", await alice.ReadTextAsync("/f"));
    }

    [Fact]
    public async Task What_others_share_is_neither_shown_nor_touched()
    {
        var alice = await OpenAsync();
        var ben = await Cloud.AddActorAsync("ben", householdOwner: _alice.Account);
        await alice.MakeFolderAsync("/Photos");
        await alice.PutAsync("/Photos/one.jpg", "1");
        var his = Cloud.Tree(ben);
        await his.Own.PutAsync("/own", "own");
        var then = Pass();
        await alice.CreateShareAsync(
            new NewShare
            {
                Path = ["Photos"],
                Audience = ShareAudience.Household,
                Rights = ShareRights.Edit,
            },
            secret => secret,
            Stop
        );
        Assert.True((await his.FindAsync(["Photos"], NodeDetails.None, Stop)).IsSuccess);
        await his.DeleteAsync(["Photos", "one.jpg"], ChangeGuard.None, Stop);
        await his.Own.PutAsync("/own", "new");
        var later = Pass();

        Assert.Equal(1, (await RewindAsync(his.Own, then)).Restored);
        Assert.True((await his.FindAsync(["Photos"], NodeDetails.None, Stop)).IsSuccess);
        Assert.Equal("own", await his.Own.ReadTextAsync("/own"));
        var members = new List<string>();
        await his.Own.LookBackAsync(later, null, [], member => members.Add(member.Node.Name), Stop);
        Assert.Equal(["own"], members.Skip(1));
        Assert.Equal(
            RefusalRule.NotFound,
            (await his.Own.LookBackAsync(later, null, ["Photos"], null, Stop)).Refusal?.Rule
        );
        // The owner alone brings back what is hers.
        Assert.Equal(1, (await RewindAsync(alice, then)).Restored);
        Assert.Equal("1", await alice.ReadTextAsync("/Photos/one.jpg"));
    }

    private static async Task<Rewound> RewindAsync(
        VaultSession session,
        DateTimeOffset at,
        NodeId? node = null
    )
    {
        var done = await session.RewindAsync(at, node, Stop);
        Assert.Null(done.Refusal);
        Assert.Null(done.Value.Stopped);
        Assert.True(done.Value.IsComplete);
        return done.Value;
    }

    private async Task<VaultSession> OpenAsync() =>
        Cloud.Session(_alice = await _life.AddCustomerAsync());

    /// <summary>The moment before it passes.</summary>
    private DateTimeOffset Pass(TimeSpan? time = null)
    {
        var at = Now;
        Cloud.Time.Advance(time ?? TimeSpan.FromMinutes(1));
        return at;
    }
}
