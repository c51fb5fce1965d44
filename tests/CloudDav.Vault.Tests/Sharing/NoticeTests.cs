using System.Security.Cryptography;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>What the operator sets on notice: marks that their owner cannot take away, and blocks of single shares.</summary>
public sealed class NoticeTests : IAsyncLifetime
{
    private readonly TestVault _cloud = new();
    private VaultSession _alice = null!;
    private MeasureDesk _desk = null!;
    private int _count;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _alice = _cloud.Session(await _cloud.AddActorAsync("alice"));
        _desk = new MeasureDesk(
            new CommandDesk(_cloud.Contracts, _cloud.Vaults.Policy, _cloud.Time)
        );
        foreach (var folder in (string[])["/a", "/a/in", "/b"])
            await _alice.MakeFolderAsync(folder);
        await _alice.PutAsync("/a/one.txt", "one");
        await _alice.PutAsync("/a/in/deep.txt", "deep");
    }

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task The_operators_mark_pauses_links_is_seen_and_stays_until_the_operator_lifts_it()
    {
        var friend = await FriendAsync((await ShareAsync("/a")).Token!);
        await _alice.ProtectAsync(["a"], true, Stop);
        var mark = await MarkAsync("a");

        var refused = await _alice.ProtectAsync(["a"], false, Stop);
        Assert.Equal(
            (RefusalRule.MarkNotYours, "copyright", "Reported by a publisher."),
            (refused.Refusal!.Rule, refused.Refusal.ReasonCode, refused.Refusal.Words!.En)
        );
        Assert.Equal(RefusalRule.SharePaused, (await friend.FindAsync("/")).Refusal?.Rule);
        var shared = await _alice.CreateShareAsync(Wanted("/a/in"), _ => null, Stop);
        Assert.Equal(
            (RefusalRule.ProtectedContent, "Reported by a publisher."),
            (shared.Refusal!.Rule, shared.Refusal.Words!.En)
        );
        var seen = Assert.Single((await _alice.ListProtectedAsync(Stop)).Value);
        Assert.Equal(["a"], seen.Path);
        Assert.True(seen.IsOwn);
        Assert.Equal((mark.Id, "N-1"), (seen.Notices.Single().Id, seen.Notices.Single().Reference));

        await LiftAsync(mark);
        Assert.Equal(RefusalRule.SharePaused, (await friend.FindAsync("/")).Refusal?.Rule);
        Assert.False((await _alice.ProtectAsync(["a"], false, Stop)).Value);
        Assert.True((await friend.FindAsync("/")).IsSuccess);
        Assert.Empty((await _alice.ListProtectedAsync(Stop)).Value);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task It_goes_with_what_is_moved_copied_and_brought_back_and_leaves_all_of_it_at_once()
    {
        var mark = await MarkAsync("a", "in");
        await _alice.CopyAsync("/a", "/copy");
        await _alice.CopyAsync("/a/in/deep.txt", "/copied.txt");
        await _alice.MoveAsync("/a/in/deep.txt", "/b/moved.txt");
        // Where the owner has marked too, the operator's mark is not lost.
        await _alice.ProtectAsync(["b"], true, Stop);
        await _alice.CopyAsync("/copied.txt", "/b/again.txt");
        await _alice.ProtectAsync(["b"], false, Stop);

        string[] covered =
        [
            "/a/in",
            "/copy/in",
            "/copy/in/deep.txt",
            "/copied.txt",
            "/b/moved.txt",
            "/b/again.txt",
        ];
        foreach (var path in covered)
            Assert.Equal(
                (path, RefusalRule.ProtectedContent),
                (path, (await _alice.CreateShareAsync(Wanted(path), _ => null, Stop)).Refusal?.Rule)
            );
        Assert.Equal(
            RefusalRule.MarkNotYours,
            (await _alice.ProtectAsync(["copied.txt"], false, Stop)).Refusal?.Rule
        );
        await _cloud.CheckAsync();

        await LiftAsync(mark);
        foreach (var path in covered)
            Assert.True(
                (await _alice.CreateShareAsync(Wanted(path), _ => null, Stop)).IsSuccess,
                path
            );
        Assert.Equal(0, await _cloud.CountAsync("protected_nodes"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task It_is_kept_in_the_trash_by_what_was_below_it()
    {
        await MarkAsync("a", "in");
        await _alice.DeleteAsync("/a/in/deep.txt");

        Assert.Equal(2, await _cloud.CountAsync("protected_nodes"));
        Assert.Equal(
            ["/a/in"],
            (await _alice.ListProtectedAsync(Stop)).Value.Select(item =>
                "/" + string.Join('/', item.Path)
            )
        );
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task It_holds_from_its_day_and_until_its_day()
    {
        var now = _cloud.Time.GetUtcNow();
        var friend = await FriendAsync((await ShareAsync("/a")).Token!);
        await SetAsync(Notice("a") with { Since = now.AddHours(1), Until = now.AddHours(2) });

        foreach (var (hour, isOpen) in ((int, bool)[])[(0, true), (1, false), (2, true)])
        {
            _cloud.Time.SetUtcNow(now.AddHours(hour));
            Assert.Equal((hour, isOpen), (hour, (await friend.FindAsync("/")).IsSuccess));
        }
        Assert.False((await _alice.ProtectAsync(["a"], false, Stop)).Value);
    }

    [Fact]
    public async Task A_mark_and_a_block_are_on_both_chains_once_and_name_no_content()
    {
        var share = (await ShareAsync("/a/one.txt")).Placed.Share;
        var instruction = Next();
        for (var i = 0; i < 2; i++)
            await _desk.SetAsync(instruction, Notice("a", "one.txt"), Stop);
        instruction = Next();
        for (var i = 0; i < 2; i++)
            await _desk.SetAsync(instruction, Block(share.Id), Stop);

        foreach (var chain in (AuditChainId[])[AuditChainId.Of(Account), AuditChainId.Operator])
        {
            var records = (await _cloud.Audit.ReadAsync(chain, 0, 100, Stop)).Records;
            var set = records.Where(record =>
                record.Entry.Act.EndsWith(".set", StringComparison.Ordinal)
            );
            Assert.Equal(
                ["protection.set", "share-block.set"],
                set.Select(record => record.Entry.Act)
            );
            Assert.Contains("N-1", set.First().Entry.Body, StringComparison.Ordinal);
            Assert.All(
                set,
                record =>
                    Assert.DoesNotContain("one.txt", record.Entry.Body, StringComparison.Ordinal)
            );
        }
        var told = (await _cloud.Outbox.ListDueAsync(_cloud.Time.GetUtcNow(), 10, Stop))
            .Select(queued => queued.Event)
            .Where(one => one.Type == EventTypes.ShareBlocked);
        Assert.Contains(
            $"\"share\":{share.Id.Value}",
            Assert.Single(told).Data,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blocked_share_is_closed_to_visitors_without_the_reason_and_told_its_owner_with_it(
        bool isLegalOrder
    )
    {
        var share = await ShareAsync("/a");
        var friend = await FriendAsync(share.Token!);
        var other = await FriendAsync((await ShareAsync("/a")).Token!);
        var block = await SetAsync(
            Block(share.Placed.Share.Id) with
            {
                IsLegalOrder = isLegalOrder,
            }
        );

        Assert.Equal(
            new Refusal(RefusalRule.ShareBlocked) { IsLegalOrder = isLegalOrder },
            (await friend.FindAsync("/")).Refusal
        );
        Assert.Equal("one", await other.ReadTextAsync("/one.txt"));
        Assert.Equal("one", await _alice.ReadTextAsync("/a/one.txt"));
        var listed = (await _alice.ListSharesAsync(null, Stop)).Value;
        Assert.Equal([block.Id, null], listed.Select(own => own.Block?.Id));
        Assert.Equal([RefusalRule.ShareBlocked, null], listed.Select(own => own.Standing?.Rule));

        await LiftAsync(block);
        var back = (await _alice.ListSharesAsync(share.Placed.Share.Id, Stop)).Value.Single();
        Assert.Null(back.Standing);
        Assert.Equal(share.Placed.Share.Version, back.Placed.Share.Version);
        Assert.Equal("one", await friend.ReadTextAsync("/one.txt"));
    }

    [Fact]
    public async Task A_blocked_share_is_not_changed_and_can_be_removed_and_another_one_made()
    {
        var id = (await ShareAsync("/a")).Placed.Share.Id;
        await SetAsync(Block(id));
        ShareChange[] changes =
        [
            new() { Rights = ShareRights.Download },
            new() { Label = new Setting<string?>("another") },
            new() { MaxDownloads = new Setting<long?>(1) },
        ];

        foreach (var change in changes)
        {
            var refusal = (await _alice.ChangeShareAsync(id, change, Stop)).Refusal!;
            Assert.Equal(
                (RefusalRule.Blocked, "Reported by a publisher."),
                (refusal.Rule, refusal.Words!.En)
            );
        }
        Assert.True((await _alice.RemoveShareAsync(id, Stop)).IsSuccess);
        var next = await ShareAsync("/a");
        Assert.True((await (await FriendAsync(next.Token!)).FindAsync("/")).IsSuccess);
        await SetAsync(
            new NewMeasure
            {
                Kind = MeasureKind.Block,
                Account = Account,
                Path = ["a"],
                ReasonCode = "copyright",
            }
        );
        Assert.Equal(
            RefusalRule.Blocked,
            (await _alice.CreateShareAsync(Wanted("/a"), _ => null, Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task A_block_takes_from_nobody_but_the_visitors_of_its_share_and_ends_on_its_day()
    {
        var share = await ShareAsync("/a", ShareRights.Download);
        var friend = await FriendAsync(share.Token!);
        await SetAsync(
            Block(share.Placed.Share.Id) with
            {
                Until = _cloud.Time.GetUtcNow().AddDays(1),
            }
        );

        Assert.True((await _alice.PutAsync("/a/two.txt", "two")).IsSuccess);
        Assert.True((await _alice.DeleteAsync("/a/two.txt")).IsSuccess);
        // What was put there for a moment only is not kept for a block that is on no item.
        await _alice.PutAsync("/a/.~lock.odt#", "x");
        await _alice.DeleteAsync("/a/.~lock.odt#");
        Assert.False((await _alice.DecideAsync(Stop)).Value.IsKept([]));
        Assert.Equal(
            RefusalRule.ShareBlocked,
            (await friend.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.ShareBlocked,
            (await friend.CountUseAsync(ShareUse.Downloaded, Stop)).Refusal?.Rule
        );
        _cloud.Time.Advance(TimeSpan.FromDays(1));
        Assert.True((await friend.FindAsync("/")).IsSuccess);
        Assert.Null((await _alice.ListSharesAsync(null, Stop)).Value.Single().Block);
    }

    [Fact]
    public async Task A_share_is_named_by_its_link_alone_or_by_its_account_and_number()
    {
        var share = await ShareAsync("/a");
        var id = share.Placed.Share.Id;
        var bob = await _cloud.AddActorAsync("bob");
        var wanted = Block(id) with { Account = null, Share = null };

        var byLink = (await _desk.SetAsync(Next(), wanted with { Link = share.Token }, Stop)).Value;
        Assert.Equal((Account, id), (byLink.Account, byLink.Share));
        (NewMeasure Wish, RefusalRule Rule, string Field)[] wrong =
        [
            (wanted with { Link = "nobody's" }, RefusalRule.NotFound, "link"),
            (wanted with { Account = bob.Account, Share = id }, RefusalRule.NotFound, "share"),
            (wanted with { Share = id }, RefusalRule.InvalidInput, "account"),
            (wanted with { Account = Account }, RefusalRule.InvalidInput, "share"),
            (
                wanted with
                {
                    Account = Account,
                    Link = share.Token,
                },
                RefusalRule.InvalidInput,
                "link"
            ),
            (Notice("a") with { Share = id }, RefusalRule.InvalidInput, "share"),
            (Notice("a") with { Reference = null }, RefusalRule.InvalidInput, "reference"),
            (Notice("a") with { Words = null }, RefusalRule.InvalidInput, "words"),
            (Notice("nowhere"), RefusalRule.NotFound, "path"),
        ];
        foreach (var (wish, rule, field) in wrong)
        {
            var refusal = (await _desk.SetAsync(Next(), wish, Stop)).Refusal;
            Assert.Equal((rule, field), (refusal?.Rule, refusal?.Field));
        }
    }

    private AccountId Account => _alice.Actor.Account;

    private NewMeasure Notice(params string[] path) =>
        new()
        {
            Kind = MeasureKind.Protection,
            Account = Account,
            Path = path,
            Reference = "N-1",
            ReasonCode = "copyright",
            Words = new Texts { En = "Reported by a publisher." },
        };

    private NewMeasure Block(ShareId share) =>
        new()
        {
            Kind = MeasureKind.ShareBlock,
            Account = Account,
            Share = share,
            ReasonCode = "copyright",
            Words = new Texts { En = "Reported by a publisher." },
        };

    private Task<Measure> MarkAsync(params string[] path) => SetAsync(Notice(path));

    private async Task<Measure> SetAsync(NewMeasure wish)
    {
        var set = await _desk.SetAsync(Next(), wish, Stop);
        Assert.True(set.IsSuccess, set.Refusal?.ToString());
        return set.Value;
    }

    private async Task LiftAsync(Measure measure) =>
        Assert.True((await _desk.LiftAsync(Next(), measure.Kind, measure.Id, Stop)).IsSuccess);

    private Instruction Next() =>
        new($"id-{++_count}", "crm", SHA256.HashData(BitConverter.GetBytes(_count)));

    private async Task<OwnShare> ShareAsync(string path, ShareRights rights = ShareRights.View) =>
        (
            await _alice.CreateShareAsync(Wanted(path) with { Rights = rights }, _ => null, Stop)
        ).Value;

    private static NewShare Wanted(string path) =>
        new()
        {
            Path = path.Split('/', StringSplitOptions.RemoveEmptyEntries),
            Rights = ShareRights.View,
            RightsStatement = "2026-01",
        };

    private async Task<VaultSession> FriendAsync(string link) =>
        _cloud.Vaults.Open(
            (await _cloud.Vaults.FindLinkAsync(link, Stop))!,
            "somewhere",
            new SessionOptions()
        );
}
