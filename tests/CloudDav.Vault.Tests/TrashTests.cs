using CloudDav.Vault.Tests.Lifecycle;

namespace CloudDav.Vault.Tests;

/// <summary>What was deleted comes back: where it was or beside it, alone or with what went with it; and goes for good when nobody may want it any more.</summary>
public sealed class TrashTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new();
    private Actor _alice = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    [Fact]
    public async Task The_trash_lists_what_was_deleted_with_its_place_time_and_device()
    {
        var alice = await OpenAsync();
        var phone = await Cloud.AddDeviceAsync(_alice, "phone");
        await alice.MakeFolderAsync("/docs");
        await alice.MakeFolderAsync("/docs/old");
        await alice.PutAsync("/docs/old/letter.txt", "dear");
        await alice.PutAsync("/docs/note.txt", "note");
        await Cloud.Session(phone).DeleteAsync("/docs/old");
        Pass(TimeSpan.FromMinutes(5));
        await alice.DeleteAsync("/docs/note.txt");
        await alice.DeleteAsync("/docs");
        // By-products of programs are nobody's loss.
        await alice.PutAsync("/._x", "x");
        await alice.DeleteAsync("/._x");

        var items = await ListAsync(alice);

        Assert.Equal(
            ["/docs", "/docs/note.txt", "/docs/old"],
            items.Select(item => "/" + string.Join('/', item.OriginalPath)).Order()
        );
        var old = items.Single(item => item.Node.Name == "old");
        Assert.Equal(
            ("phone", "customer1", 4, Cloud.Time.GetUtcNow() - TimeSpan.FromMinutes(5)),
            (old.Deletion!.DeviceName, old.Deletion.AccountName, old.Node.TotalBytes, old.DeletedAt)
        );
        Assert.Null(items.First(item => item.Node.Name == "docs").Deletion!.Device);
        var seen = new List<string>();
        var inside = await alice.LookIntoTrashAsync(
            old.Node.Id,
            [],
            showsHidden: false,
            member => seen.Add(member.Node.Name),
            Stop
        );
        Assert.Equal(["letter.txt"], seen);
        Assert.Equal("old", inside.Value.Node.Name);
        Assert.Equal(
            ["docs", "old", "letter.txt"],
            (await alice.LookIntoTrashAsync(old.Node.Id, ["letter.txt"], false, null, Stop))
                .Value
                .OriginalPath
        );
        Assert.Equal("dear", await ReadAsync(alice, old.Node.Id, "letter.txt"));
        var page = (await alice.ListTrashAsync(new TrashQuery { Limit = 2 }, Stop)).Value;
        var rest = (
            await alice.ListTrashAsync(new TrashQuery { Limit = 2, From = page.Next }, Stop)
        ).Value;
        Assert.Equal((2, 1, null), (page.Items.Count, rest.Items.Count, rest.Next));
    }

    [Fact]
    public async Task What_comes_back_is_what_it_was_and_its_folders_count_it()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/a");
        await alice.MakeFolderAsync("/a/b");
        await alice.PutAsync("/a/b/f.txt", "12345");
        var before = await alice.TreeAsync();
        var (file, etag) = (
            await IdAsync(alice, "/a/b/f.txt"),
            await alice.ETagAsync("/a/b/f.txt")
        );
        await alice.DeleteAsync("/a/b");
        Assert.Equal(0, await alice.UsedAsync());

        var restored = await RestoreAsync(alice, "b");

        Assert.Equal(["a", "b"], restored.Value.Path);
        Assert.Equal(before, await alice.TreeAsync());
        Assert.Equal(
            (file, etag),
            (await IdAsync(alice, "/a/b/f.txt"), await alice.ETagAsync("/a/b/f.txt"))
        );
        Assert.Equal(5, await alice.UsedAsync());
        // Of what comes back by itself others must see that it is there anew.
        await alice.DeleteAsync("/a/b/f.txt");
        await RestoreAsync(alice, "f.txt");
        Assert.Equal(file, await IdAsync(alice, "/a/b/f.txt"));
        Assert.NotEqual(etag, await alice.ETagAsync("/a/b/f.txt"));
        Assert.Empty(await ListAsync(alice));
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task A_taken_name_gets_an_addition_and_folders_that_are_gone_are_made_anew()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/Docs");
        await alice.MakeFolderAsync("/Docs/in");
        foreach (var text in (string[])["one", "two", "three"])
        {
            await alice.PutAsync("/Docs/in/f.txt", text);
            await alice.DeleteAsync("/Docs/in/f.txt");
        }
        await alice.DeleteAsync("/Docs");
        foreach (var _ in Enumerable.Range(0, 3))
            await RestoreAsync(alice, "f.txt");
        Assert.Equal(
            [
                "/",
                "/Docs",
                "/Docs/in",
                "/Docs/in/f (restored 2).txt",
                "/Docs/in/f (restored).txt",
                "/Docs/in/f.txt",
            ],
            (await alice.TreeAsync()).Keys
        );
        Assert.Equal(["Docs (restored)"], (await RestoreAsync(alice, "Docs")).Value.Path);
        await Cloud.CheckAsync();

        // A name that differs in case only is taken too, and a folder so called is where it was.
        await alice.PutAsync("/Docs/in/g.txt", "g");
        await alice.DeleteAsync("/Docs/in/g.txt");
        await alice.DeleteAsync("/Docs");
        await alice.MakeFolderAsync("/docs");
        Assert.Equal(["docs", "in", "g.txt"], (await RestoreAsync(alice, "g.txt")).Value.Path);
        await alice.DeleteAsync("/docs/in");
        await alice.PutAsync("/docs/IN", "a file");
        Assert.Equal(["docs", "in (restored)"], (await RestoreAsync(alice, "in")).Value.Path);
        // Where a file is in the way, it goes no further.
        await alice.PutAsync("/docs/in (restored)/h.txt", "h");
        await alice.DeleteAsync("/docs/in (restored)/h.txt");
        await alice.DeleteAsync("/docs/in (restored)");
        await alice.PutAsync("/docs/in (restored)", "a file");
        Assert.Equal(["docs", "h.txt"], (await RestoreAsync(alice, "h.txt")).Value.Path);
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task Something_deep_in_a_deleted_folder_comes_back_alone_and_to_wherever_it_is_wanted()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/a");
        await alice.MakeFolderAsync("/a/b");
        await alice.PutAsync("/a/b/f.txt", "1");
        await alice.PutAsync("/a/b/g.txt", "22");
        await alice.MakeFolderAsync("/other");
        await alice.DeleteAsync("/a");
        var top = (await ListAsync(alice)).Single();

        var restored = await alice.RestoreAsync(
            top.Node.Id,
            ["b", "f.txt"],
            ChangeGuard.None,
            Stop
        );

        Assert.Equal(["a", "b", "f.txt"], restored.Value.Path);
        var g = (
            await alice.LookIntoTrashAsync(top.Node.Id, ["b", "g.txt"], false, null, Stop)
        ).Value;
        Assert.Equal(
            ["other", "g.txt"],
            (await alice.RestoreAsync(g.Node.Id, ["other"], false, ChangeGuard.None, Stop))
                .Value
                .Path
        );
        Assert.Equal(
            RefusalRule.ParentMissing,
            (await alice.RestoreAsync(top.Node.Id, ["nowhere"], false, ChangeGuard.None, Stop))
                .Refusal!
                .Rule
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.RestoreAsync(g.Node.Id, null, false, ChangeGuard.None, Stop)).Refusal!.Rule
        );
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task Coming_back_asks_room_locks_and_standing_as_any_new_content_does()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/a");
        await alice.PutAsync("/a/f.txt", new byte[1_000]);
        await alice.DeleteAsync("/a/f.txt");
        var file = (await ListAsync(alice)).Single().Node.Id;
        var held = await alice.LockAsync("/a");
        Assert.Equal(RefusalRule.Locked, (await RestoreAsync(alice, "f.txt")).Refusal!.Rule);
        Assert.True(
            (
                await alice.RestoreAsync(file, [], TestSteps.With(held.Value.Lock.Token), Stop)
            ).IsSuccess
        );
        await alice.UnlockAsync("/a", held.Value.Lock.Token);
        await alice.DeleteAsync("/a/f.txt");
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 999");
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await RestoreAsync(alice, "f.txt")).Refusal!.Rule
        );

        // Over the capacity: nothing comes back, and emptying goes on.
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 1073741824");
        await alice.PutAsync("/b", new byte[2_000]);
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 1500");
        Assert.Equal(RefusalRule.OverCapacity, (await RestoreAsync(alice, "f.txt")).Refusal!.Rule);
        Assert.Equal(1, (await alice.EmptyTrashAsync(null, purgesNow: false, Stop)).Value);
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task In_the_take_back_window_the_trash_is_read_and_emptied_and_nothing_comes_back()
    {
        var alice = await OpenAsync();
        await alice.PutAsync("/f.txt", "one");
        await alice.PutAsync("/f.txt", "two");
        var kept = await IdAsync(alice, "/f.txt");
        await alice.PutAsync("/g.txt", "gone");
        await alice.DeleteAsync("/g.txt");
        await _life.EndAsync(_alice);

        var item = (await ListAsync(alice)).Single();
        Assert.Equal("gone", await ReadAsync(alice, item.Node.Id));
        Assert.Equal(
            RefusalRule.TakeBackWindow,
            (await RestoreAsync(alice, "g.txt")).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.TakeBackWindow,
            (await alice.UndoBurstAsync(item.Deletion!.At.Ticks, Stop)).Refusal!.Rule
        );
        var version = (await alice.ListVersionsAsync(kept, null, 10, Stop)).Value.Versions.Single();
        Assert.Equal("one", await VersionTests.ReadAsync(alice, kept, version.Number));
        Assert.Equal(
            RefusalRule.TakeBackWindow,
            (await alice.RestoreVersionAsync(kept, version.Number, ChangeGuard.None, Stop))
                .Refusal!
                .Rule
        );
        Assert.True((await alice.RemoveVersionAsync(kept, version.Number, false, Stop)).IsSuccess);
        Assert.Equal(1, (await alice.EmptyTrashAsync(item.Node.Id, false, Stop)).Value);
        Assert.Empty(await ListAsync(alice));
    }

    [Fact]
    public async Task Emptying_hides_and_a_browser_that_was_just_signed_in_sees_it_and_purges_at_once()
    {
        var alice = await OpenAsync();
        await alice.MakeFolderAsync("/d");
        foreach (var name in (string[])["/d/1", "/d/2", "/3", "/4"])
            await alice.PutAsync(name, "x");
        foreach (var name in (string[])["/d", "/3", "/4"])
            await alice.DeleteAsync(name);
        var three = (await ListAsync(alice)).Single(item => item.Node.Name == "3");

        Assert.Equal(1, (await alice.EmptyTrashAsync(three.Node.Id, false, Stop)).Value);
        Assert.Equal(["4", "d"], (await ListAsync(alice)).Select(item => item.Node.Name).Order());
        Assert.Equal(2, (await alice.EmptyTrashAsync(null, false, Stop)).Value);
        Assert.Empty(await ListAsync(alice));
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.RestoreAsync(three.Node.Id, null, false, ChangeGuard.None, Stop))
                .Refusal!
                .Rule
        );
        var hidden = (await alice.ListTrashAsync(new TrashQuery { ShowsHidden = true }, Stop))
            .Value
            .Items;
        Assert.Equal(3, hidden.Count);
        Assert.All(hidden, item => Assert.Equal(Cloud.Time.GetUtcNow(), item.HiddenAt));
        Assert.True(
            (await alice.RestoreAsync(three.Node.Id, null, true, ChangeGuard.None, Stop)).IsSuccess
        );
        await Cloud.CheckAsync();

        Pass(TimeSpan.FromDays(6));
        await ExpireAsync();
        Assert.Equal(2, await CountAsync(alice));
        Assert.Equal(4, (await alice.EmptyTrashAsync(null, purgesNow: true, Stop)).Value);
        Assert.Equal(0, await CountAsync(alice));
        await alice.DeleteAsync("/3");
        await alice.EmptyTrashAsync(null, false, Stop);
        Pass(TimeSpan.FromDays(8));
        await ExpireAsync();
        Assert.Equal(0, await CountAsync(alice));
        await Cloud.CheckAsync();
        Assert.Equal(
            4,
            (
                await Cloud.Audit.ListAsync(
                    AuditChainId.Of(_alice.Account),
                    long.MaxValue,
                    20,
                    Stop
                )
            ).Count(record => record.Entry.Act == AuditActs.TrashEmptied)
        );
    }

    [Fact]
    public async Task What_one_device_deleted_in_one_go_comes_back_in_one_go()
    {
        var alice = await OpenAsync();
        var (phone, tablet) = (
            Cloud.Session(await Cloud.AddDeviceAsync(_alice, "phone")),
            Cloud.Session(await Cloud.AddDeviceAsync(_alice, "tablet"))
        );
        await alice.MakeFolderAsync("/a");
        await alice.MakeFolderAsync("/a/b");
        for (var i = 0; i < 120; i++)
            await alice.PutAsync($"/a/b/{i}", "x");
        await alice.PutAsync("/other", "o");
        await alice.PutAsync("/before", "o");
        await alice.PutAsync("/later", "o");
        var before = await alice.TreeAsync();
        await phone.DeleteAsync("/before");
        Pass(TimeSpan.FromSeconds(61));
        for (var i = 0; i < 120; i++)
        {
            await phone.DeleteAsync($"/a/b/{i}");
            Pass(TimeSpan.FromSeconds(1));
        }
        // Another device between them is another's business.
        await tablet.DeleteAsync("/other");
        Pass(TimeSpan.FromSeconds(59));
        await phone.DeleteAsync("/a/b");
        Pass(TimeSpan.FromSeconds(1));
        await phone.DeleteAsync("/a");
        Pass(TimeSpan.FromSeconds(61));
        await phone.DeleteAsync("/later");

        var items = (
            await alice.ListTrashAsync(new TrashQuery { Limit = 10, FindsBursts = true }, Stop)
        )
            .Value
            .Items;
        Assert.Equal(
            [
                ("/later", true),
                ("/a", false),
                ("/a/b", false),
                ("/other", true),
                ("/a/b/119", false),
            ],
            items
                .Take(5)
                .Select(item =>
                    (
                        "/" + string.Join('/', item.OriginalPath),
                        item.Burst == item.Chain[0].ChangedSeq
                    )
                )
        );
        var burst = items[1].Burst!.Value;
        Assert.All(
            items.Where(item => item.OriginalPath[0] == "a"),
            item => Assert.Equal(burst, item.Burst)
        );

        var undone = await alice.UndoBurstAsync(burst, Stop);

        Assert.Equal((122, null), (undone.Value.Items, undone.Value.Stopped));
        Assert.Equal(
            ["before", "later", "other"],
            (await ListAsync(alice)).Select(item => item.Node.Name).Order()
        );
        Assert.Equal(
            before.Keys.Except(["/before", "/later", "/other"]),
            (await alice.TreeAsync()).Keys
        );
        Assert.Equal(0, (await alice.UndoBurstAsync(burst, Stop)).Value.Items);
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.UndoBurstAsync(4711_000, Stop)).Refusal!.Rule
        );
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task An_undo_that_does_not_fit_says_so_and_goes_on_when_there_is_room()
    {
        var alice = await OpenAsync();
        for (var i = 0; i < 5; i++)
            await alice.PutAsync($"/{i}", new byte[100]);
        for (var i = 0; i < 5; i++)
            await alice.DeleteAsync($"/{i}");
        var burst = (await alice.ListTrashAsync(new TrashQuery { FindsBursts = true }, Stop))
            .Value
            .Items[0]
            .Burst!
            .Value;
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 250");
        var undone = (await alice.UndoBurstAsync(burst, Stop)).Value;
        Assert.Equal((2, RefusalRule.CapacityExceeded), (undone.Items, undone.Stopped!.Rule));
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 2500");
        Assert.Equal(3, (await alice.UndoBurstAsync(burst, Stop)).Value.Items);
        Assert.Equal(6, (await alice.TreeAsync()).Count);
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task By_size_the_oldest_go_and_nothing_of_the_last_seven_days()
    {
        var alice = await OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            await alice.PutAsync($"/{i}", new byte[100]);
            await alice.DeleteAsync($"/{i}");
            Pass(TimeSpan.FromDays(i == 2 ? 8 : 1));
        }
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 600");
        await ExpireAsync();
        Assert.Equal(
            ["3", "4", "5"],
            (await ListAsync(alice)).Select(item => item.Node.Name).Order()
        );
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 0");
        await ExpireAsync();
        Assert.Equal(3, (await ListAsync(alice)).Count);
        Pass(TimeSpan.FromDays(8));
        await ExpireAsync();
        Assert.Empty(await ListAsync(alice));
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task What_was_deleted_out_of_something_blocked_is_out_of_reach_in_the_trash_as_well()
    {
        var alice = await OpenAsync();
        var folder = (await alice.MakeFolderAsync("/blocked")).Value.Node;
        await alice.PutAsync("/blocked/f.txt", "secret");
        await _life.SetAsync(_alice, MeasureKind.Block, folder.Id);
        await alice.DeleteAsync("/blocked/f.txt");
        await alice.DeleteAsync("/blocked");
        var file = (await ListAsync(alice)).Single(item => item.Node.Name == "f.txt").Node.Id;
        Assert.Equal(
            RefusalRule.Blocked,
            (await alice.OpenTrashedAsync(file, [], false, Stop)).Refusal!.Rule
        );
        Assert.Equal(RefusalRule.Blocked, (await RestoreAsync(alice, "f.txt")).Refusal!.Rule);
        // It is passed over, whoever wants it gone.
        Assert.Equal(0, (await alice.EmptyTrashAsync(null, purgesNow: true, Stop)).Value);
        Assert.Equal(2, await CountAsync(alice));
    }

    [Fact]
    public async Task What_a_recipient_deletes_lies_in_the_owners_trash_and_the_owner_sees_who_it_was()
    {
        var alice = await OpenAsync();
        var ben = await Cloud.AddActorAsync("ben", householdOwner: _alice.Account);
        await alice.MakeFolderAsync("/Photos");
        await alice.PutAsync("/Photos/one.jpg", "1");
        var shared = await alice.CreateShareAsync(
            new NewShare
            {
                Path = ["Photos"],
                Audience = ShareAudience.Household,
                Rights = ShareRights.Edit,
            },
            secret => secret,
            Stop
        );
        Assert.Null(shared.Refusal);
        var his = Cloud.Tree(ben);
        Assert.True(
            (await his.DeleteAsync(["Photos", "one.jpg"], ChangeGuard.None, Stop)).IsSuccess
        );

        var item = (await ListAsync(alice)).Single();
        Assert.Equal(
            (ben.Account, ben.Name),
            (item.Deletion!.Account!.Value, item.Deletion.AccountName)
        );
        Assert.Empty((await his.Own.ListTrashAsync(new TrashQuery(), Stop)).Value.Items);
        Assert.Equal(
            RefusalRule.NotFound,
            (await his.Own.OpenTrashedAsync(item.Node.Id, [], true, Stop)).Refusal!.Rule
        );
        Assert.True((await RestoreAsync(alice, "one.jpg")).IsSuccess);
        await Cloud.CheckAsync();
    }

    private async Task<VaultSession> OpenAsync() =>
        Cloud.Session(_alice = await _life.AddCustomerAsync());

    private void Pass(TimeSpan time) => Cloud.Time.Advance(time);

    private async Task ExpireAsync() =>
        await new VaultExpiry(Cloud.Metadata, Cloud.Limits, Cloud.Time).RunAsync(Stop);

    private static async Task<IReadOnlyList<TrashItem>> ListAsync(VaultSession session) =>
        (await session.ListTrashAsync(new TrashQuery(), Stop)).Value.Items;

    private static async Task<int> CountAsync(VaultSession session) =>
        (await session.ListTrashAsync(new TrashQuery { ShowsHidden = true }, Stop))
            .Value
            .Items
            .Count;

    private static async Task<NodeId> IdAsync(VaultSession session, string path) =>
        (await session.FindAsync(path)).Value.Node.Id;

    private static async Task<string> ReadAsync(
        VaultSession session,
        NodeId node,
        params string[] below
    )
    {
        var opened = await session.OpenTrashedAsync(node, below, showsHidden: false, Stop);
        await using var content = opened.Value.Content!;
        return System.Text.Encoding.UTF8.GetString(await content.ReadAsync());
    }

    // What was deleted last under a name.
    private static async Task<VaultResult<Restored>> RestoreAsync(
        VaultSession session,
        string name
    ) =>
        await session.RestoreAsync(
            (await ListAsync(session)).First(item => item.Node.Name == name).Node.Id,
            folder: null,
            showsHidden: false,
            ChangeGuard.None,
            Stop
        );
}
