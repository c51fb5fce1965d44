using System.IO.Pipelines;
using System.Text;
using CloudDav.Vault.Tests.Sync;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>What people of a household share hangs in each other's trees: who sees it, what they may do in it, and what stays whose.</summary>
public sealed class HouseholdShareTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new();
    private Actor _anna = null!;
    private Actor _ben = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task What_is_shared_with_the_household_hangs_in_the_tree_of_everybody_else()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        var cara = _cloud.Tree(await _cloud.AddActorAsync("cara", householdOwner: _anna.Account));
        var stranger = _cloud.Tree(await _cloud.AddActorAsync("stranger"));

        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/"));
        Assert.Equal(["", "one.txt", "sub"], await ListAsync(ben, "/Photos"));
        Assert.Equal("one", await ReadAsync(ben, "/Photos/one.txt"));
        Assert.Equal(["", "Photos"], await ListAsync(cara, "/"));
        Assert.Equal([""], await ListAsync(stranger, "/"));
        Assert.Equal(["", "Photos", "private.txt"], await ListAsync(anna, "/"));
        Assert.Equal(RefusalRule.NotFound, await RuleAsync(ben, "/private.txt"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task What_is_shared_with_named_members_hangs_in_their_trees_alone()
    {
        var (_, ben) = await HouseholdAsync();
        var cara = await _cloud.AddActorAsync("cara", householdOwner: _anna.Account);
        var share = await ShareAsync(
            "/Photos",
            ShareRights.View,
            ShareAudience.Members,
            cara.Account
        );
        Assert.True(share.IsSuccess);

        Assert.Equal(["", "Photos"], await ListAsync(_cloud.Tree(cara), "/"));
        Assert.Equal(["", "own.txt"], await ListAsync(ben, "/"));
        Assert.Equal([cara.Account], share.Value.Placed.Share.Members);

        var changed = await _cloud
            .Session(_anna)
            .ChangeShareAsync(
                share.Value.Placed.Share.Id,
                new ShareChange { Members = [_ben.Account] },
                Stop
            );
        Assert.True(changed.IsSuccess);
        Assert.Equal([""], await ListAsync(_cloud.Tree(cara), "/"));
        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Only_people_of_the_household_can_be_named()
    {
        await HouseholdAsync();
        var stranger = await _cloud.AddActorAsync("stranger");

        foreach (var member in (AccountId[])[stranger.Account, _anna.Account])
            Assert.Equal(
                "members",
                (await ShareAsync("/Photos", ShareRights.View, ShareAudience.Members, member))
                    .Refusal
                    ?.Field
            );
        Assert.Equal(
            "rights",
            (await ShareAsync("/Photos", ShareRights.Drop, ShareAudience.Household)).Refusal?.Field
        );
    }

    [Fact]
    public async Task Whoever_may_only_view_changes_nothing()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        var before = await ETagAsync(anna, "/");

        RefusalRule?[] refused =
        [
            (await PutAsync(ben, "/Photos/new.txt", "x")).Refusal?.Rule,
            (await PutAsync(ben, "/Photos/one.txt", "x")).Refusal?.Rule,
            (await ben.DeleteAsync(["Photos", "one.txt"], ChangeGuard.None, Stop)).Refusal?.Rule,
            (await MakeAsync(ben, "/Photos/new")).Refusal?.Rule,
            (await MoveAsync(ben, "/Photos/one.txt", "/Photos/two.txt")).Refusal?.Rule,
            (await LockAsync(ben, "/Photos/one.txt")).Refusal?.Rule,
        ];

        Assert.All(refused, rule => Assert.Equal(RefusalRule.ShareRightMissing, rule));
        Assert.Equal(before, await ETagAsync(anna, "/"));
    }

    [Fact]
    public async Task Whoever_may_edit_changes_the_owners_tree_and_takes_the_owners_space()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        var used = await UsedAsync(ben, "/");

        Assert.True((await PutAsync(ben, "/Photos/new.txt", "new")).Value.Created);
        Assert.True((await PutAsync(ben, "/Photos/big.bin", new string('x', 100_000))).IsSuccess);
        Assert.True((await MakeAsync(ben, "/Photos/made")).IsSuccess);
        Assert.True((await MoveAsync(ben, "/Photos/one.txt", "/Photos/made/two.txt")).IsSuccess);
        Assert.True((await ben.DeleteAsync(["Photos", "sub"], ChangeGuard.None, Stop)).IsSuccess);

        Assert.Equal(["", "big.bin", "made", "new.txt"], await ListAsync(anna, "/Photos"));
        Assert.Equal("one", await ReadAsync(anna, "/Photos/made/two.txt"));
        Assert.Equal(used, await UsedAsync(ben, "/"));
        Assert.Equal(await UsedAsync(anna, "/"), await UsedAsync(ben, "/Photos"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_body_that_was_read_before_it_was_known_where_it_goes_arrives_whole()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        foreach (var (size, isDeclared) in new[] { (5, true), (5, false), (50_000, false) })
        {
            Assert.True(
                (
                    await PutAsync(ben, "/Photos/body.bin", new string('b', size), isDeclared)
                ).IsSuccess
            );
            Assert.Equal(new string('b', size), await ReadAsync(anna, "/Photos/body.bin"));
        }
    }

    [Fact]
    public async Task A_change_inside_a_share_changes_the_tags_of_the_folders_above_the_mount()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await MakeAsync(ben, "/in");
        Assert.True((await MoveAsync(ben, "/Photos", "/in/Pictures")).IsSuccess);
        var (root, inner, mount) = await TagsAsync();

        await PutAsync(anna, "/Photos/more.txt", "more");

        var after = await TagsAsync();
        Assert.NotEqual(root, after.Root);
        Assert.NotEqual(inner, after.In);
        Assert.NotEqual(mount, after.Mount);
        Assert.Equal(await TagsAsync(), after);

        async Task<(string Root, string In, string Mount)> TagsAsync() =>
            (
                await ETagAsync(ben, "/"),
                await ETagAsync(ben, "/in"),
                await ETagAsync(ben, "/in/Pictures")
            );
    }

    [Fact]
    public async Task A_mount_is_its_recipients_to_rename_to_move_and_to_remove()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        await MakeAsync(ben, "/in");
        Assert.True((await MoveAsync(ben, "/Photos", "/in/Pictures")).IsSuccess);
        Assert.Equal(["", "one.txt", "sub"], await ListAsync(ben, "/in/Pictures"));
        Assert.Equal("Pictures", (await FindAsync(ben, "/in/Pictures")).Value.Node.Name);
        Assert.Equal(["", "Photos", "private.txt"], await ListAsync(anna, "/"));

        Assert.True((await ben.DeleteAsync(["in", "Pictures"], ChangeGuard.None, Stop)).IsSuccess);
        Assert.Equal([""], await ListAsync(ben, "/in"));
        Assert.Equal("one", await ReadAsync(anna, "/Photos/one.txt"));

        var received = Assert.Single((await _cloud.Session(_ben).ListReceivedAsync(Stop)).Value);
        Assert.True(received.Received.IsRemoved);
        Assert.True(
            (await _cloud.Session(_ben).SetMountAsync(received.Received.Id, true, Stop)).IsSuccess
        );
        Assert.Equal(["", "Photos", "in", "own.txt"], await ListAsync(ben, "/"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_mount_that_is_put_aside_is_no_earlier_version_of_what_comes_to_its_place()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        Assert.True((await MoveAsync(ben, "/Photos", "/Photos.sb-1a2B3c4D-xyzXYZ")).IsSuccess);
        Assert.True((await PutAsync(ben, "/Photos", "a file")).IsSuccess);

        Assert.Equal("a file", await ReadAsync(ben, "/Photos"));
        Assert.Equal("one", await ReadAsync(ben, "/Photos.sb-1a2B3c4D-xyzXYZ/one.txt"));
        Assert.True(
            (await ben.DeleteAsync(["Photos.sb-1a2B3c4D-xyzXYZ"], ChangeGuard.None, Stop)).IsSuccess
        );
        Assert.Equal("one", await ReadAsync(anna, "/Photos/one.txt"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_mount_goes_with_its_folder_and_a_copy_leaves_it_out()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await MakeAsync(ben, "/in");
        await PutAsync(ben, "/in/beside.txt", "beside");
        await MoveAsync(ben, "/Photos", "/in/Photos");

        Assert.True((await MoveAsync(ben, "/in", "/other")).IsSuccess);
        Assert.Equal("one", await ReadAsync(ben, "/other/Photos/one.txt"));
        Assert.True((await CopyAsync(ben, "/other", "/copy")).IsSuccess);
        Assert.Equal(["", "beside.txt"], await ListAsync(ben, "/copy"));
        await _cloud.CheckAsync();

        Assert.True((await ben.DeleteAsync(["other"], ChangeGuard.None, Stop)).IsSuccess);
        Assert.Equal("one", await ReadAsync(anna, "/Photos/one.txt"));
        Assert.Equal(["", "copy", "own.txt"], await ListAsync(ben, "/"));
        await _cloud.CheckAsync();
        _cloud.Time.Advance(TimeSpan.FromDays(40));
        await _cloud.Metadata.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeTrashAsync(
                    _ben.Vault,
                    TrashRange.PutBefore(_cloud.Time.GetUtcNow()),
                    keptBytes: null,
                    100,
                    _cloud.Time.GetUtcNow()
                ),
            Stop
        );
        await _cloud.CheckAsync();
        Assert.Equal(["", "copy", "own.txt"], await ListAsync(ben, "/"));
    }

    [Fact]
    public async Task A_share_that_ends_takes_its_mounts_away_and_so_does_leaving_the_bin()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/"));
        var before = await ETagAsync(ben, "/");
        var share = Assert.Single((await _cloud.Session(_anna).ListSharesAsync(null, Stop)).Value);

        await _cloud.Session(_anna).RemoveShareAsync(share.Placed.Share.Id, Stop);

        Assert.Equal(RefusalRule.NotFound, await RuleAsync(ben, "/Photos/one.txt"));
        Assert.Equal(["", "own.txt"], await ListAsync(ben, "/"));
        Assert.NotEqual(before, await ETagAsync(ben, "/"));
        Assert.Equal("one", await ReadAsync(anna, "/Photos/one.txt"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_taken_name_gets_the_owners_behind_it()
    {
        var (_, ben) = await HouseholdAsync();
        await PutAsync(ben, "/photos", "mine");
        await ShareAsync("/Photos", ShareRights.View, ShareAudience.Household);

        Assert.Equal(["", "Photos (anna)", "own.txt", "photos"], await ListAsync(ben, "/"));
        Assert.Equal("one", await ReadAsync(ben, "/Photos (anna)/one.txt"));
    }

    [Fact]
    public async Task A_file_can_be_shared_by_itself()
    {
        var (anna, ben) = await HouseholdAsync();
        await ShareAsync("/private.txt", ShareRights.Edit, ShareAudience.Household);

        Assert.Equal("private", await ReadAsync(ben, "/private.txt"));
        Assert.False((await PutAsync(ben, "/private.txt", "edited")).Value.Created);
        Assert.Equal("edited", await ReadAsync(anna, "/private.txt"));
        Assert.Equal(["", "own.txt", "private.txt"], await ListAsync(ben, "/"));
    }

    [Fact]
    public async Task Nothing_that_was_received_is_shared_on()
    {
        var (_, ben) = await ShareAsync(ShareRights.Edit);
        await ListAsync(ben, "/");
        await MakeAsync(ben, "/mine");
        await MoveAsync(ben, "/Photos", "/mine/Photos");
        foreach (
            var path in (string[][])
                [
                    ["mine", "Photos"],
                    ["mine", "Photos", "sub"],
                ]
        )
            Assert.Equal(RefusalRule.ShareRightMissing, (
                    await _cloud
                        .Session(_ben)
                        .CreateShareAsync(
                            new NewShare
                            {
                                Path = path,
                                Rights = ShareRights.View,
                                Audience = ShareAudience.Household,
                            },
                            _ => null,
                            Stop
                        )
                ).Refusal?.Rule);
        await _cloud
            .Session(_ben)
            .CreateShareAsync(
                new NewShare
                {
                    Path = ["mine"],
                    Rights = ShareRights.Edit,
                    Audience = ShareAudience.Household,
                },
                _ => null,
                Stop
            );
        var anna = _cloud.Tree(_anna);
        Assert.Equal([""], await ListAsync(anna, "/mine"));
        Assert.Equal(RefusalRule.NotFound, await RuleAsync(anna, "/mine/Photos"));
        Assert.Equal(RefusalRule.NotFound, await RuleAsync(anna, "/mine/Photos/one.txt"));
        Assert.False((await PutAsync(anna, "/mine/Photos", "x")).IsSuccess);
    }

    [Fact]
    public async Task Locks_hold_on_both_sides_of_a_mount()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        var taken = (await LockAsync(ben, "/Photos/one.txt")).Value.Lock;
        Assert.Equal(["Photos", "one.txt"], taken.Path);

        Assert.Equal(
            RefusalRule.Locked,
            (await PutAsync(anna, "/Photos/one.txt", "x")).Refusal?.Rule
        );
        var moved = await MoveAsync(ben, "/Photos", "/Pictures");
        Assert.True(moved.IsSuccess);
        var put = await PutAsync(
            ben,
            "/Pictures/one.txt",
            "mine",
            guard: new ChangeGuard { LockTokens = [taken.Token] }
        );
        Assert.True(put.IsSuccess);
        var refused = await PutAsync(ben, "/Pictures/one.txt", "mine");
        Assert.Equal(["Pictures", "one.txt"], refused.Refusal?.Path);
        var longer = await ben.RefreshLockAsync(["Pictures", "one.txt"], [taken.Token], null, Stop);
        Assert.Equal(["Pictures", "one.txt"], longer.Value.Path);
        Assert.True((await ben.UnlockAsync(["Pictures", "one.txt"], taken.Token, Stop)).IsSuccess);

        await LockAsync(anna, "/Photos");
        Assert.Equal(
            RefusalRule.Locked,
            (await PutAsync(ben, "/Pictures/new.txt", "x")).Refusal?.Rule
        );
        var found = (await FindAsync(ben, "/Pictures/one.txt", NodeDetails.Locks)).Value;
        Assert.Equal(["Pictures"], Assert.Single(found.Path.Locks).Path);
    }

    [Fact]
    public async Task Conditions_hold_wherever_their_paths_lead()
    {
        var (_, ben) = await ShareAsync(ShareRights.Edit);
        var inside = await ETagAsync(ben, "/Photos/one.txt");
        var own = await ETagAsync(ben, "/own.txt");

        Assert.Equal(
            RefusalRule.ConditionFailed,
            (await PutAsync(ben, "/Photos/one.txt", "x", guard: Expect("/own.txt", "\"no\"")))
                .Refusal
                ?.Rule
        );
        Assert.Equal(
            RefusalRule.ConditionFailed,
            (await PutAsync(ben, "/own.txt", "x", guard: Expect("/Photos/one.txt", "\"no\"")))
                .Refusal
                ?.Rule
        );
        Assert.True(
            (
                await PutAsync(ben, "/own.txt", "x", guard: Expect("/Photos/one.txt", inside))
            ).IsSuccess
        );
        own = await ETagAsync(ben, "/own.txt");
        Assert.True(
            (await PutAsync(ben, "/Photos/one.txt", "x", guard: Expect("/own.txt", own))).IsSuccess
        );
        Assert.Equal(
            RefusalRule.ConditionFailed,
            (await PutAsync(ben, "/Photos/one.txt", "y", guard: Expect("/Photos/one.txt", inside)))
                .Refusal
                ?.Rule
        );
    }

    [Fact]
    public async Task A_condition_on_the_own_tree_that_fails_is_told_by_its_own_path()
    {
        var (_, ben) = await ShareAsync(ShareRights.Edit);

        var refused = await PutAsync(
            ben,
            "/Photos/one.txt",
            "x",
            guard: Expect("/own.txt", "\"no\"")
        );

        Assert.Equal(RefusalRule.ConditionFailed, refused.Refusal?.Rule);
        Assert.Equal(["own.txt"], refused.Refusal?.Path);
    }

    [Fact]
    public async Task Why_an_item_was_blocked_is_not_told_to_whoever_would_copy_its_folder()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await BlockAsync("Photos", "sub", "deep.txt");

        foreach (var copy in (string[])["/copy", "/Photos/copy"])
            Assert.Equal(
                new Refusal(RefusalRule.SharePaused),
                (await CopyAsync(ben, "/Photos/sub", copy)).Refusal
            );
        Assert.Equal(
            "copyright",
            (await CopyAsync(anna, "/Photos/sub", "/copy")).Refusal?.ReasonCode
        );
    }

    [Fact]
    public async Task Nothing_in_a_folder_that_was_blocked_is_named_to_whoever_it_is_shared_with()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await BlockAsync("Photos", "sub");

        Assert.Equal(
            ["", "Photos", "Photos/one.txt", "Photos/sub", "own.txt"],
            await ListAsync(ben, "/", levels: null)
        );
        Assert.Contains("Photos/sub/deep.txt", await ListAsync(anna, "/", levels: null));
        foreach (var path in (string[])["/Photos/sub/deep.txt", "/Photos/sub/nothing"])
            Assert.Equal(
                RefusalRule.SharePaused,
                (await PutAsync(ben, "/Photos/new", "x", guard: Expect(path, "*"))).Refusal?.Rule
            );
    }

    [Fact]
    public async Task A_report_names_nothing_in_a_folder_that_was_blocked()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        var before = new SyncCopy(ben, "/", isDeep: true);
        await before.CatchUpAsync();
        Assert.Contains("Photos/sub/deep.txt", before.Items.Keys);
        await BlockAsync("Photos", "sub");
        await PutAsync(anna, "/Photos/sub/later.txt", "later");
        await anna.DeleteAsync(["Photos", "sub", "deep.txt"], ChangeGuard.None, Stop);

        // What it may know is another thing now: it begins anew.
        Assert.True(await before.CatchUpAsync());
        var fresh = new SyncCopy(ben, "/", isDeep: true);
        await fresh.CatchUpAsync(limit: 5);
        foreach (var copy in (SyncCopy[])[before, fresh])
        {
            Assert.Equal(["Photos", "Photos/one.txt", "Photos/sub", "own.txt"], copy.Items.Keys);
            Assert.Equal(await copy.ListAsync(), copy.Items);
        }
        await MoveAsync(anna, "/Photos/sub/later.txt", "/Photos/sub/moved.txt");
        await fresh.CatchUpAsync();
        Assert.Equal(4, fresh.Items.Count);
    }

    [Fact]
    public async Task A_copy_keeps_what_is_shut_and_goes_on_when_it_is_open_again()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        var copy = new SyncCopy(ben, "/", isDeep: true);
        await copy.CatchUpAsync();
        async Task DisableAsync(int isDisabled) =>
            await _cloud.ExecuteAsync(
                $"UPDATE accounts SET is_disabled = {isDisabled} WHERE account_id = {_anna.Account.Value}"
            );

        await PutAsync(anna, "/Photos/new.txt", "new");
        await DisableAsync(1);
        await copy.CatchUpAsync();
        Assert.Contains("Photos/one.txt", copy.Items.Keys);
        Assert.DoesNotContain("Photos/new.txt", copy.Items.Keys);
        await DisableAsync(0);
        await copy.CatchUpAsync();
        Assert.Contains("Photos/new.txt", copy.Items.Keys);
        Assert.Equal(await copy.ListAsync(), copy.Items);
    }

    [Fact]
    public async Task A_file_that_is_moved_onto_itself_through_another_share_stays()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await ShareAsync("/Photos/one.txt", ShareRights.Edit, ShareAudience.Household);

        Assert.Equal(
            RefusalRule.SameNode,
            (await MoveAsync(ben, "/Photos/one.txt", "/one.txt")).Refusal?.Rule
        );

        Assert.Equal("one", await ReadAsync(anna, "/Photos/one.txt"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_mark_goes_with_what_becomes_the_content_of_a_file_that_is_shared_by_itself()
    {
        var (_, ben) = await HouseholdAsync();
        await ShareAsync("/private.txt", ShareRights.Edit, ShareAudience.Household);
        await _cloud.Session(_ben).ProtectAsync(["own.txt"], true, Stop);

        Assert.True((await CopyAsync(ben, "/own.txt", "/private.txt")).IsSuccess);

        Assert.Equal(
            ["private.txt"],
            Assert.Single((await _cloud.Session(_anna).ListProtectedAsync(Stop)).Value).Path
        );
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_listing_of_everything_goes_into_mounts_and_counts_what_they_show()
    {
        var (_, ben) = await ShareAsync(ShareRights.View);

        Assert.Equal(
            ["", "Photos", "Photos/one.txt", "Photos/sub", "Photos/sub/deep.txt", "own.txt"],
            await ListAsync(ben, "/", levels: null)
        );
    }

    [Fact]
    public async Task A_folder_moves_into_a_share_with_everything_in_it()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await MakeAsync(ben, "/box");
        await MakeAsync(ben, "/box/in");
        await PutAsync(ben, "/box/small.txt", "small");
        await PutAsync(ben, "/box/in/big.bin", new string('b', 100_000));
        await PutAsync(ben, "/box/in/empty", "");
        await CopyAsync(ben, "/box/in/big.bin", "/box/in/again.bin");
        await ben.PatchAsync(
            ["box", "small.txt"],
            new NodePatch { Properties = [("{urn:a}b", "<b xmlns='urn:a'>c</b>")] },
            ChangeGuard.None,
            Stop
        );
        var (used, theirs) = (await UsedAsync(ben, "/"), await UsedAsync(anna, "/"));
        var blobs = await _cloud.CountAsync("blobs WHERE state = 1");

        var moved = await MoveAsync(ben, "/box", "/Photos/box");

        Assert.True(moved.Value.Created);
        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/"));
        Assert.Equal(
            ["", "in", "in/again.bin", "in/big.bin", "in/empty", "small.txt"],
            await ListAsync(anna, "/Photos/box", levels: null)
        );
        Assert.Equal("small", await ReadAsync(anna, "/Photos/box/small.txt"));
        Assert.Equal(new string('b', 100_000), await ReadAsync(anna, "/Photos/box/in/big.bin"));
        Assert.Equal(new string('b', 100_000), await ReadAsync(ben, "/Photos/box/in/again.bin"));
        var found = (await FindAsync(anna, "/Photos/box/small.txt", NodeDetails.Properties)).Value;
        Assert.Equal("{urn:a}b", Assert.Single(found.Node.Properties).Name);
        Assert.Equal(used - await UsedAsync(ben, "/"), await UsedAsync(anna, "/") - theirs);
        // What left is in the trash of whose it was, with its own content.
        Assert.Equal(blobs + 1, await _cloud.CountAsync("blobs WHERE state = 1"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task What_is_copied_out_of_a_share_is_the_recipients_own_and_stays_readable()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        await PutAsync(anna, "/Photos/sub/big.bin", new string('b', 100_000));

        Assert.True((await CopyAsync(ben, "/Photos/sub", "/mine")).IsSuccess);
        Assert.True((await CopyAsync(ben, "/Photos", "/all")).IsSuccess);
        Assert.Equal(
            RefusalRule.ShareRightMissing,
            (await MoveAsync(ben, "/Photos/sub", "/moved")).Refusal?.Rule
        );
        await _cloud.CheckAsync();

        // Destroying the owner's key leaves it readable: it is under the recipient's.
        await _cloud.Keys.DestroyAsync(_anna.Vault, Stop);
        Assert.Equal(new string('b', 100_000), await ReadAsync(ben, "/mine/big.bin"));
        Assert.Equal("deep", await ReadAsync(ben, "/all/sub/deep.txt"));
        Assert.Equal(["", "big.bin", "deep.txt"], await ListAsync(ben, "/mine"));
    }

    [Fact]
    public async Task What_is_moved_out_of_a_share_lies_in_its_owners_trash()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        var used = await UsedAsync(anna, "/");

        Assert.True((await MoveAsync(ben, "/Photos/one.txt", "/one.txt")).IsSuccess);

        Assert.Equal("one", await ReadAsync(ben, "/one.txt"));
        Assert.Equal(["", "sub"], await ListAsync(anna, "/Photos"));
        Assert.Equal(used - 3, await UsedAsync(anna, "/"));
        Assert.Equal(
            1,
            await _cloud.CountAsync(
                $"nodes n JOIN vaults v ON v.trash_id = n.parent_id WHERE v.vault_id = {_anna.Vault.Value}"
            )
        );
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Things_move_between_two_shares_of_one_owner()
    {
        var (anna, ben) = await ShareAsync(ShareRights.Edit);
        await MakeAsync(anna, "/Music");
        await ShareAsync("/Music", ShareRights.Edit, ShareAudience.Household);

        Assert.True((await MoveAsync(ben, "/Photos/sub", "/Music/sub")).IsSuccess);
        Assert.True((await CopyAsync(ben, "/Music/sub/deep.txt", "/Photos/one.txt")).IsSuccess);

        Assert.Equal("deep", await ReadAsync(anna, "/Music/sub/deep.txt"));
        Assert.Equal("deep", await ReadAsync(anna, "/Photos/one.txt"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Over_a_border_the_rights_the_locks_and_the_room_of_both_sides_count()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        Assert.Equal(
            RefusalRule.ShareRightMissing,
            (await MoveAsync(ben, "/own.txt", "/Photos/own.txt")).Refusal?.Rule
        );
        await MakeAsync(anna, "/Work");
        await ShareAsync("/Work", ShareRights.Edit, ShareAudience.Household);
        var held = (await LockAsync(anna, "/Work")).Value.Lock;
        var locked = (await MoveAsync(ben, "/own.txt", "/Work/own.txt")).Refusal;
        Assert.Equal((RefusalRule.Locked, "Work"), (locked!.Rule, string.Join('/', locked.Path!)));
        await anna.UnlockAsync(["Work"], held.Token, Stop);
        var token = (await LockAsync(ben, "/own.txt")).Value.Lock.Token;
        Assert.Equal(
            RefusalRule.Locked,
            (await MoveAsync(ben, "/own.txt", "/Work/own.txt")).Refusal?.Rule
        );
        var moved = await ben.MoveAsync(
            ["own.txt"],
            ["Work", "own.txt"],
            new Transfer(),
            TestSteps.With(token),
            Stop
        );
        Assert.True(moved.IsSuccess);
        Assert.Equal(
            RefusalRule.ParentMissing,
            (await CopyAsync(ben, "/Work/own.txt", "/no/own.txt")).Refusal?.Rule
        );
        Assert.Equal(RefusalRule.IsRoot, (await CopyAsync(ben, "/Photos", "/Work")).Refusal?.Rule);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task What_is_too_much_at_once_is_refused_whole()
    {
        await using var cloud = new TestVault(new VaultLimits { TransferItems = 3 });
        var anna = await cloud.AddActorAsync("anna");
        var ben = cloud.Tree(await cloud.AddActorAsync("ben", householdOwner: anna.Account));
        await MakeAsync(cloud.Tree(anna), "/Photos");
        foreach (var name in (string[])["a", "b", "c"])
            await PutAsync(cloud.Tree(anna), $"/Photos/{name}", name);
        await cloud
            .Session(anna)
            .CreateShareAsync(
                new NewShare
                {
                    Path = ["Photos"],
                    Rights = ShareRights.View,
                    Audience = ShareAudience.Household,
                },
                _ => null,
                Stop
            );

        var refusal = (await CopyAsync(ben, "/Photos", "/copy")).Refusal;
        Assert.Equal(
            (RefusalRule.TransferTooLarge, 3L, 4L),
            (refusal!.Rule, refusal.Limit!.Value, refusal.Used!.Value)
        );
        Assert.Equal(["", "Photos"], await ListAsync(ben, "/"));
    }

    [Fact]
    public async Task A_download_is_counted_once_its_first_byte_is_served_and_so_is_a_copy_out()
    {
        var (_, ben) = await ShareAsync(ShareRights.View);
        var opened = (await ben.OpenAsync(["Photos", "one.txt"], Stop)).Value;
        Assert.Equal(0, await DownloadsAsync());

        Assert.Null(await opened.Begin!(Stop));
        Assert.Equal(1, await DownloadsAsync());
        Assert.Null((await ben.OpenAsync(["own.txt"], Stop)).Value.Begin);

        _cloud.Time.Advance(TimeSpan.FromHours(2));
        await CopyAsync(ben, "/Photos/one.txt", "/mine.txt");
        Assert.Equal(2, await DownloadsAsync());

        async Task<long> DownloadsAsync() =>
            Assert
                .Single((await _cloud.Session(_anna).ListSharesAsync(null, Stop)).Value)
                .Placed.Share.Downloaded;
    }

    [Fact]
    public async Task A_block_inside_a_share_is_news_for_whoever_follows_it_and_so_is_its_end()
    {
        var (anna, ben) = await ShareAsync(ShareRights.View);
        await MakeAsync(anna, "/Photos/sub/inner");
        await PutAsync(anna, "/Photos/sub/inner/deep.txt", "deeper");
        SyncCopy[] copies = [new(ben, "/", isDeep: true), new(ben, "/", isDeep: false)];
        var open = await SeenAsync();
        Assert.Contains("Photos/sub/inner/deep.txt", copies[0].Items.Keys);

        var block = await BlockAsync("Photos", "sub", "inner");
        var blocked = await SeenAsync();
        AllDiffer(open, blocked);
        Assert.Contains("Photos/sub/inner", copies[0].Items.Keys);
        Assert.DoesNotContain("Photos/sub/inner/deep.txt", copies[0].Items.Keys);
        Assert.Equal(blocked, await SeenAsync());

        await LiftAsync(block);
        var lifted = await SeenAsync();
        AllDiffer(blocked, lifted);
        Assert.Contains("Photos/sub/inner/deep.txt", copies[0].Items.Keys);

        // Time alone ends it as well.
        await BlockAsync(["Photos", "sub", "inner"], until: _cloud.Time.GetUtcNow().AddHours(1));
        blocked = await SeenAsync();
        AllDiffer(lifted, blocked);
        _cloud.Time.Advance(TimeSpan.FromHours(1));
        AllDiffer(blocked, await SeenAsync());
        Assert.Contains("Photos/sub/inner/deep.txt", copies[0].Items.Keys);

        // What tells a client to look, from the top down to where something is another; the copies then have looked.
        async Task<string[]> SeenAsync()
        {
            string[] seen =
            [
                $"{(await ben.PulseAsync(Stop)).Value.Stamp}",
                await ETagAsync(ben, "/"),
                await ETagAsync(ben, "/Photos"),
                await ETagAsync(ben, "/Photos/sub"),
                await TokenAsync(ben, "/"),
                await TokenAsync(ben, "/Photos"),
            ];
            foreach (var copy in copies)
            {
                await copy.CatchUpAsync();
                Assert.Equal(await copy.ListAsync(), copy.Items);
            }
            return seen;
        }
    }

    [Fact]
    public async Task Whoever_has_a_token_from_the_time_of_a_block_is_told_what_was_closed_then()
    {
        var (_, ben) = await ShareAsync(ShareRights.View);
        var block = await BlockAsync("Photos", "sub");
        var token = await TokenAsync(ben, "/");
        Assert.Null((await SyncAsync(ben, token)).Refusal);

        await LiftAsync(block);

        Assert.Equal(RefusalRule.SyncTokenInvalid, (await SyncAsync(ben, token)).Refusal?.Rule);
    }

    [Theory]
    [InlineData("/Photos/sub", "/Photos/sub")]
    [InlineData("/Photos/sub", "/Photos")]
    [InlineData("/Photos/one.txt", "/Photos/one.txt")]
    public async Task A_share_that_is_closed_altogether_is_told_of_and_again_when_it_is_open(
        string shared,
        string blocked
    )
    {
        var (_, ben) = await HouseholdAsync();
        await ShareAsync(shared, ShareRights.View, ShareAudience.Household);
        SyncCopy[] copies = [new(ben, "/", isDeep: true), new(ben, "/", isDeep: false)];
        foreach (var copy in copies)
            await copy.CatchUpAsync();
        var (pulse, tag) = ((await ben.PulseAsync(Stop)).Value.Stamp, await ETagAsync(ben, "/"));

        var block = await BlockAsync(TestSteps.Segments(blocked));
        Assert.NotEqual(pulse, (await ben.PulseAsync(Stop)).Value.Stamp);
        Assert.NotEqual(tag, await ETagAsync(ben, "/"));
        foreach (var copy in copies)
        {
            Assert.False(await copy.CatchUpAsync());
            Assert.Equal(1, copy.Count);
        }
        // No reason to throw away what it has.
        Assert.Equal(
            shared.EndsWith("sub", StringComparison.Ordinal),
            copies[0].Items.ContainsKey("sub/deep.txt")
        );

        await LiftAsync(block);
        Assert.Equal(
            (pulse, tag),
            ((await ben.PulseAsync(Stop)).Value.Stamp, await ETagAsync(ben, "/"))
        );
        foreach (var copy in copies)
        {
            await copy.CatchUpAsync();
            Assert.Equal(await copy.ListAsync(), copy.Items);
        }
    }

    [Fact]
    public async Task What_somebody_shares_who_may_not_sign_in_any_more_stays_listed_and_is_shut()
    {
        var (_, ben) = await ShareAsync(ShareRights.Edit);
        Assert.Equal("one", await ReadAsync(ben, "/Photos/one.txt"));

        await _cloud.ExecuteAsync(
            $"UPDATE accounts SET is_disabled = 1 WHERE account_id = {_anna.Account.Value}"
        );

        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/"));
        Assert.Equal(RefusalRule.SharePaused, await RuleAsync(ben, "/Photos/one.txt"));
        Assert.Equal(
            RefusalRule.SharePaused,
            (await PutAsync(ben, "/Photos/new.txt", "x")).Refusal?.Rule
        );
        Assert.Equal(["", "Photos", "own.txt"], await ListAsync(ben, "/", levels: null));
    }

    [Fact]
    public async Task Full_is_when_the_owners_vault_is_full()
    {
        _anna = await _cloud.AddActorAsync("anna", capacityBytes: 1_000);
        _ben = await _cloud.AddActorAsync("ben", capacityBytes: 0, householdOwner: _anna.Account);
        await MakeAsync(_cloud.Tree(_anna), "/Photos");
        await ShareAsync("/Photos", ShareRights.Edit, ShareAudience.Household);
        var ben = _cloud.Tree(_ben);

        Assert.True((await PutAsync(ben, "/Photos/fits", new string('x', 900))).IsSuccess);
        var refusal = (await PutAsync(ben, "/Photos/not", new string('x', 900))).Refusal;
        Assert.Equal((RefusalRule.CapacityExceeded, 1_000L), (refusal!.Rule, refusal.Limit!.Value));
    }

    private async Task<(VaultTree Anna, VaultTree Ben)> HouseholdAsync()
    {
        _anna = await _cloud.AddActorAsync("anna");
        _ben = await _cloud.AddActorAsync("ben", householdOwner: _anna.Account);
        var (anna, ben) = (_cloud.Tree(_anna), _cloud.Tree(_ben));
        await MakeAsync(anna, "/Photos");
        await MakeAsync(anna, "/Photos/sub");
        await PutAsync(anna, "/Photos/one.txt", "one");
        await PutAsync(anna, "/Photos/sub/deep.txt", "deep");
        await PutAsync(anna, "/private.txt", "private");
        await PutAsync(ben, "/own.txt", "own");
        return (anna, ben);
    }

    private async Task<(VaultTree Anna, VaultTree Ben)> ShareAsync(ShareRights rights)
    {
        var trees = await HouseholdAsync();
        Assert.True((await ShareAsync("/Photos", rights, ShareAudience.Household)).IsSuccess);
        return trees;
    }

    private async Task<VaultResult<OwnShare>> ShareAsync(
        string path,
        ShareRights rights,
        ShareAudience audience,
        params AccountId[] members
    ) =>
        await _cloud
            .Session(_anna)
            .CreateShareAsync(
                new NewShare
                {
                    Path = TestSteps.Segments(path),
                    Rights = rights,
                    Audience = audience,
                    Members = members,
                },
                _ => null,
                Stop
            );

    private Task<long> BlockAsync(params string[] path) => BlockAsync(path, until: null);

    private async Task<long> BlockAsync(string[] path, DateTimeOffset? until)
    {
        var blocked = await _cloud.Contracts.WriteAsync<Measure>(
            async transaction =>
                await transaction.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Kind = MeasureKind.Block,
                        Account = _anna.Account,
                        Node = await transaction.FindNodeAsync(_anna.Vault, path),
                        ReasonCode = "copyright",
                        SetBy = "crm",
                        Since = _cloud.Time.GetUtcNow(),
                        Until = until,
                    }
                ),
            Stop
        );
        return blocked.Value.Id;
    }

    private async Task LiftAsync(long block) =>
        await _cloud.Contracts.WriteAsync<bool>(
            async transaction =>
                await transaction.LiftMeasureAsync(block, "crm", _cloud.Time.GetUtcNow()),
            Stop
        );

    private static ChangeGuard Expect(string path, string etag) => TestSteps.Expect(path, etag);

    private static async Task<VaultResult<Changed>> PutAsync(
        VaultTree tree,
        string path,
        string body,
        bool isDeclared = true,
        ChangeGuard? guard = null
    ) =>
        await tree.WriteAsync(
            TestSteps.Segments(path),
            new Upload
            {
                Body = PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(body))),
                DeclaredLength = isDeclared ? body.Length : null,
            },
            guard ?? ChangeGuard.None,
            Stop
        );

    private static async Task<VaultResult<Changed>> MakeAsync(VaultTree tree, string path) =>
        await tree.CreateFolderAsync(TestSteps.Segments(path), null, ChangeGuard.None, Stop);

    private static async Task<VaultResult<Changed>> MoveAsync(
        VaultTree tree,
        string from,
        string to
    ) =>
        await tree.MoveAsync(
            TestSteps.Segments(from),
            TestSteps.Segments(to),
            new Transfer(),
            ChangeGuard.None,
            Stop
        );

    private static async Task<VaultResult<Changed>> CopyAsync(
        VaultTree tree,
        string from,
        string to
    ) =>
        await tree.CopyAsync(
            TestSteps.Segments(from),
            TestSteps.Segments(to),
            new Transfer(),
            ChangeGuard.None,
            Stop
        );

    private static async Task<VaultResult<Locked>> LockAsync(VaultTree tree, string path) =>
        await tree.LockAsync(
            TestSteps.Segments(path),
            new LockWish(false, null, null, null),
            ChangeGuard.None,
            Stop
        );

    private static async Task<VaultResult<Found>> FindAsync(
        VaultTree tree,
        string path,
        NodeDetails details = NodeDetails.None
    ) => await tree.FindAsync(TestSteps.Segments(path), details, Stop);

    private static async Task<RefusalRule?> RuleAsync(VaultTree tree, string path) =>
        (await FindAsync(tree, path)).Refusal?.Rule;

    private static async Task<string> ETagAsync(VaultTree tree, string path)
    {
        var found = (await FindAsync(tree, path)).Value;
        return EntityTag.Of(found.Vault, found.Node);
    }

    private static async Task<string> TokenAsync(VaultTree tree, string path)
    {
        var found = (await FindAsync(tree, path)).Value;
        return tree.SyncTokenOf(found.Vault, found.Node)!;
    }

    private static async Task<VaultResult<Synced>> SyncAsync(VaultTree tree, string token) =>
        await tree.SyncAsync(
            [],
            new SyncWish(token, IsDeep: true, Limit: null),
            NodeDetails.None,
            (_, _, _, _, _) => { },
            Stop
        );

    private static void AllDiffer(string[] one, string[] other)
    {
        for (var i = 0; i < one.Length; i++)
            Assert.NotEqual(one[i], other[i]);
    }

    private static async Task<long> UsedAsync(VaultTree tree, string path) =>
        (await FindAsync(tree, path)).Value.Vault.UsedBytes;

    private static async Task<string> ReadAsync(VaultTree tree, string path)
    {
        var opened = await tree.OpenAsync(TestSteps.Segments(path), Stop);
        await using var content = opened.Value.Content!;
        return Encoding.UTF8.GetString(await content.ReadAsync());
    }

    private static async Task<List<string>> ListAsync(VaultTree tree, string path, int? levels = 1)
    {
        var names = new List<string>();
        var listed = await tree.ListAsync(
            TestSteps.Segments(path),
            levels,
            NodeDetails.Locks | NodeDetails.Properties,
            (below, _, _, _) => names.Add(string.Join('/', below.ToArray())),
            Stop
        );
        Assert.Null(listed.Refusal);
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
