using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

// Shares, their uses, and what is protected.
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task A_share_is_found_by_its_token_and_listed_with_where_its_item_is()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "folder");
        var file = await AddFileAsync(actor, ["folder"], "file", 3);
        var share = await ShareAsync(actor, file, 1);
        await ShareAsync(actor, folder, 2);

        var found = (await Store.FindLinkAsync(Token(1), Stop))!;
        Assert.Equal(
            (share.Id, actor.Vault, actor.Account, file, ShareRights.Download, "label", 5L),
            (
                found.Id,
                found.Vault,
                found.Owner,
                found.Node,
                found.Rights,
                found.Label,
                found.MaxDownloads
            )
        );
        Assert.Equal("a", found.OwnerName);
        Assert.Equal(Now.AddDays(1), found.Expires);
        Assert.Equal(new byte[50], found.SealedToken.ToArray());
        Assert.Null(await Store.FindLinkAsync(Token(3), Stop));
        var listed = await ListSharesAsync(actor);
        Assert.Equal(["folder/file", "folder"], listed.Select(one => string.Join('/', one.Path)));
        Assert.Equal(share.Id, Assert.Single(await ListSharesAsync(actor, share.Id)).Share.Id);
        Assert.Empty(await ListSharesAsync(actor with { Vault = new(4711) }));
    }

    [Fact]
    public async Task Whoever_comes_by_a_share_begins_at_its_item_with_all_that_is_above_it_known()
    {
        var actor = await AddActorAsync("a", null);
        var outer = await AddFolderAsync(actor, [], "outer");
        var inner = await AddFolderAsync(actor, ["outer"], "inner");
        var file = await AddFileAsync(actor, ["outer", "inner"], "file", 3);
        var share = await ShareAsync(actor, inner, 1);
        await LockAsync(actor, outer, "infinite", isInfinite: true);
        await LockAsync(actor, outer, "shallow", isInfinite: false);
        await LockAsync(actor, file, "own", isInfinite: false);

        var facts = await VisitAsync(actor, share, [], ["file"], ["missing"]);

        Assert.Equal(share.Id, facts.Visited!.Share.Id);
        Assert.Equal([2, 2, 2], facts.Paths.Select(path => path.Above));
        Assert.Equal(
            [facts.Vault.Root, outer, inner, file],
            facts.Paths[1].Chain.Select(row => row.Id)
        );
        Assert.Equal(inner, facts.Paths[0].Node!.Id);
        Assert.Equal(inner, facts.Paths[2].Parent!.Id);
        Assert.Null(facts.Paths[2].Node);
        Assert.Equal(["file"], facts.Paths[1].StoredPath);
        Assert.Equal(
            [("infinite", 0), ("own", 1)],
            facts.Paths[1].Locks.Select(held => (held.Token, held.Path.Count)).Order()
        );
    }

    [Fact]
    public async Task A_share_of_what_is_gone_or_in_the_trash_is_none_and_goes_with_its_item()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "folder");
        await AddFileAsync(actor, ["folder"], "file", 3);
        var share = await ShareAsync(actor, folder, 1);
        await ApplyAsync(
            actor,
            new Change.CountShareUse(share.Id, new byte[16], ShareUse.Opened, Now)
        );
        await ApplyAsync(actor, new Change.Protect(folder, IsProtected: true, Measure: null));
        await TrashAsync(actor, ["folder"]);

        Assert.Empty(await ListSharesAsync(actor));
        var facts = await VisitAsync(actor, share, []);
        Assert.Null(facts.Visited);
        Assert.Empty(facts.Paths);
        Assert.NotNull(await Store.FindLinkAsync(Token(1), Stop));

        while ((await PurgeTrashAsync(actor, 10)).Value > 0) { }
        Assert.Null(await Store.FindLinkAsync(Token(1), Stop));
        Assert.Empty((await LoadAsync(actor)).Vault.Protected);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_use_counts_once_for_each_client_and_hour()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "folder");
        var share = await ShareAsync(actor, folder, 1);
        var (one, two) = (new byte[16], new byte[16]);
        two[0] = 1;
        (byte[], ShareUse, DateTimeOffset)[] uses =
        [
            (one, ShareUse.Downloaded, Now),
            (one, ShareUse.Downloaded, Now.AddMinutes(59)),
            (two, ShareUse.Downloaded, Now.AddMinutes(10)),
            (one, ShareUse.Opened, Now.AddMinutes(10)),
            (one, ShareUse.Downloaded, Now.AddMinutes(61)),
        ];
        foreach (var (client, use, at) in uses)
            await ApplyAsync(actor, new Change.CountShareUse(share.Id, client, use, at));

        var found = Assert.Single(await ListSharesAsync(actor)).Share;
        Assert.Equal((1L, 3L), (found.Opened, found.Downloaded));
        Assert.Equal(Now.AddMinutes(61), found.LastUsed);
        var visited = (await VisitAsync(actor, share, [])).Visited!;
        Assert.Equal((true, true), (visited.HasOpened, visited.HasDownloaded));
    }

    [Fact]
    public async Task A_share_is_changed_by_whoever_saw_it_last_and_removed()
    {
        var actor = await AddActorAsync("a", null);
        var share = await ShareAsync(actor, await AddFolderAsync(actor, [], "folder"), 1);
        var changed = share with
        {
            Rights = ShareRights.Drop,
            Label = null,
            Password = "hash",
            Expires = null,
            MaxDownloads = null,
            Version = 2,
        };
        await ApplyAsync(actor, new Change.ReplaceShare(changed));
        var found = Assert.Single(await ListSharesAsync(actor)).Share;
        Assert.Equal(
            (ShareRights.Drop, null, "hash", null, null, 2L),
            (
                found.Rights,
                found.Label,
                found.Password,
                found.Expires,
                found.MaxDownloads,
                found.Version
            )
        );
        await Assert.ThrowsAnyAsync<Exception>(() =>
            ApplyAsync(actor, new Change.ReplaceShare(changed))
        );
        await ApplyAsync(actor, new Change.RemoveShare(share.Id));
        Assert.Empty(await ListSharesAsync(actor));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task Marks_are_set_once_copied_with_what_they_are_on_and_taken_away()
    {
        var actor = await AddActorAsync("a", null);
        await AddFolderAsync(actor, [], "folder");
        var inner = await AddFolderAsync(actor, ["folder"], "inner");
        var file = await AddFileAsync(actor, ["folder", "inner"], "file", 3);
        foreach (var node in (NodeId[])[inner, inner, file])
            await ApplyAsync(actor, new Change.Protect(node, IsProtected: true, Measure: null));
        await CopyFolderAsync(actor, "folder", "copy");

        var facts = await LoadAsync(actor, ["copy", "inner"], ["copy", "inner", "file"], ["copy"]);
        Assert.Equal(
            facts.Vault.Protected.Order(
                Comparer<NodeId>.Create((x, y) => x.Value.CompareTo(y.Value))
            ),
            new[] { inner, file, facts.Paths[0].Node!.Id, facts.Paths[1].Node!.Id }.Order(
                Comparer<NodeId>.Create((x, y) => x.Value.CompareTo(y.Value))
            )
        );
        await ApplyAsync(actor, new Change.Protect(inner, IsProtected: false, Measure: null));
        Assert.DoesNotContain(inner, (await LoadAsync(actor)).Vault.Protected);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_mark_on_notice_stands_beside_the_owners_and_holds_as_long_as_its_measure()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "folder");
        var file = await AddFileAsync(actor, ["folder"], "file", 3);
        var notice = await MarkAsync(actor, file, until: Now.AddDays(1));
        var other = await MarkAsync(actor, folder, until: null);
        await ApplyAsync(actor, new Change.Protect(file, IsProtected: true, Measure: null));
        await CopyFolderAsync(actor, "folder", "copy");
        var copy = (await LoadAsync(actor, ["copy", "file"])).Paths[0].Node!.Id;

        Assert.Equal(
            Sorted([
                new(folder, other),
                new(file, null),
                new(file, notice),
                new(copy, null),
                new(copy, notice),
            ]),
            Sorted((await LoadAsync(actor)).Vault.Marks)
        );
        Assert.Equal(
            ["copy/file", "folder", "folder/file"],
            (await Store.ReadAsync(snapshot => snapshot.ListMarkedAsync(actor.Vault), Stop))
                .Select(chain => string.Join('/', chain.Skip(1).Select(row => row.Name)))
                .Order(StringComparer.Ordinal)
        );

        await ApplyAsync(actor, new Change.Protect(file, IsProtected: false, Measure: null));
        await Contracts.WriteAsync<bool>(
            async transaction => await transaction.LiftMeasureAsync(other, "op", Now),
            Stop
        );
        Assert.Equal(
            Sorted([new(file, notice), new(copy, null), new(copy, notice)]),
            Sorted((await LoadAsync(actor)).Vault.Marks)
        );
        var later = await Store.LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now.AddDays(1),
                Paths = [],
            },
            Stop
        );
        Assert.Equal([new ProtectionMark(copy, null)], later.Vault.Marks);
        await TrashAsync(actor, ["folder"]);
        while ((await PurgeTrashAsync(actor, 10)).Value > 0) { }
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_share_is_found_for_whoever_blocks_it_by_its_token_or_its_number()
    {
        var actor = await AddActorAsync("a", null);
        var share = await ShareAsync(actor, await AddFolderAsync(actor, [], "folder"), 1);

        Assert.Equal(
            (share.Id, actor.Account),
            await Contracts.ReadAsync(facts => facts.FindShareAsync(Token(1)), Stop)
        );
        Assert.Null(await Contracts.ReadAsync(facts => facts.FindShareAsync(Token(2)), Stop));
        Assert.True(
            await Contracts.ReadAsync(facts => facts.HasShareAsync(actor.Vault, share.Id), Stop)
        );
        Assert.False(
            await Contracts.ReadAsync(facts => facts.HasShareAsync(new(4711), share.Id), Stop)
        );
    }

    private static IEnumerable<ProtectionMark> Sorted(IEnumerable<ProtectionMark> marks) =>
        marks.OrderBy(mark => mark.Node.Value).ThenBy(mark => mark.Measure);

    [Fact]
    public async Task Whoever_a_share_is_for_is_told_what_of_its_owners_is_blocked_now()
    {
        var owner = await AddActorAsync("owner", null);
        var other = await AddActorAsync("other", null);
        var recipient = await AddActorAsync("recipient", null);
        await ExecuteAsync(
            $"UPDATE accounts SET household_owner = {owner.Account.Value} WHERE account_id IN ({recipient.Account.Value}, {other.Account.Value})"
        );
        var folder = await AddFolderAsync(owner, [], "folder");
        var blocked = await AddFileAsync(owner, ["folder"], "blocked", 3);
        var free = await AddFileAsync(owner, ["folder"], "free", 3);
        var theirs = await AddFolderAsync(other, [], "theirs");
        await ShareWithHouseholdAsync(owner, folder, 1);
        await ShareWithHouseholdAsync(owner, free, 2);
        await ShareWithHouseholdAsync(other, theirs, 3);
        Assert.Equal(["", "", ""], await BlockedAsync(Now));

        await MeasureAsync(owner, folder, MeasureKind.LegalHold, Now, null);
        await MeasureAsync(owner, free, MeasureKind.Block, Now.AddHours(1), Now.AddHours(2));
        var lifted = await MeasureAsync(owner, blocked, MeasureKind.Block, Now, null);
        await MeasureAsync(recipient, folder, MeasureKind.Block, Now, null);

        var both = string.Join(' ', new[] { blocked.Value, free.Value }.Order());
        Assert.Equal([$"{blocked.Value}", $"{blocked.Value}", ""], await BlockedAsync(Now));
        Assert.Equal([both, both, ""], await BlockedAsync(Now.AddHours(1)));
        Assert.Equal(
            [$"{blocked.Value}", $"{blocked.Value}", ""],
            await BlockedAsync(Now.AddHours(2))
        );
        await Contracts.WriteAsync<bool>(
            async transaction => await transaction.LiftMeasureAsync(lifted, "op", Now),
            Stop
        );
        Assert.Equal(["", "", ""], await BlockedAsync(Now));

        async Task<IEnumerable<string>> BlockedAsync(DateTimeOffset now) =>
            (
                await Store.ReadAsync(
                    snapshot => snapshot.ListReceivedAsync(recipient.Account, recipient.Vault, now),
                    Stop
                )
            ).Select(share => string.Join(' ', share.Blocked.Select(node => node.Value).Order()));
    }

    private Task<long> MarkAsync(Actor actor, NodeId node, DateTimeOffset? until) =>
        MeasureAsync(actor, node, MeasureKind.Protection, Now, until);

    private async Task<long> MeasureAsync(
        Actor actor,
        NodeId node,
        MeasureKind kind,
        DateTimeOffset since,
        DateTimeOffset? until
    ) => (
            await Contracts.WriteAsync<Measure>(
                async transaction =>
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = kind,
                            Account = actor.Account,
                            Node = node,
                            ReasonCode = "notice",
                            Reference = "N-1",
                            SetBy = "op",
                            Since = since,
                            Until = until,
                        }
                    ),
                Stop
            )
        ).Value.Id;

    private static byte[] Token(byte number)
    {
        var hash = new byte[32];
        hash[0] = number;
        return hash;
    }

    private Task ShareWithHouseholdAsync(Actor actor, NodeId node, byte number) =>
        ApplyAsync(
            actor,
            new Change.AddShare(
                ShareOf(actor, node, number) with
                {
                    Audience = ShareAudience.Household,
                }
            )
        );

    private async Task<Share> ShareAsync(Actor actor, NodeId node, byte number)
    {
        var share = ShareOf(actor, node, number);
        await ApplyAsync(actor, new Change.AddShare(share));
        return share;
    }

    private static Share ShareOf(Actor actor, NodeId node, byte number) =>
        new()
        {
            Id = new(1_000 + number),
            Vault = actor.Vault,
            Owner = actor.Account,
            OwnerName = "a",
            Node = node,
            Rights = ShareRights.Download,
            Label = "label",
            TokenHash = Token(number),
            SealedToken = new byte[50],
            Expires = Now.AddDays(1),
            MaxDownloads = 5,
            RightsStatement = "1",
            Created = Now,
            Version = 1,
        };

    private ValueTask<IReadOnlyList<PlacedShare>> ListSharesAsync(
        Actor actor,
        ShareId? share = null
    ) => Store.ReadAsync(snapshot => snapshot.ListSharesAsync(actor.Vault, share), Stop);

    private ValueTask<Facts> VisitAsync(
        Actor actor,
        Share share,
        params IReadOnlyList<string>[] paths
    ) =>
        Store.LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                Visit = new ShareVisit(share.Id, new byte[16]),
                Paths = [.. paths.Select(path => new PathRequest(path, NodeDetails.Locks))],
            },
            Stop
        );

    private Task LockAsync(Actor actor, NodeId node, string token, bool isInfinite) =>
        ApplyAsync(
            actor,
            new Change.AddLock(
                LockOn(actor, node, token) with
                {
                    IsInfinite = isInfinite,
                    IsShared = true,
                }
            )
        );
}
