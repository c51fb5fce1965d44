using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

// What lies in the trash and where it was, and what earlier versions become.
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task The_trash_tells_who_put_what_there_and_from_where_the_last_first()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "docs");
        await AddFileAsync(actor, ["docs"], "one", 3);
        await AddFileAsync(actor, ["docs"], "two", 4);
        var other = await AddFileAsync(actor, [], "Zoë.txt", 5);
        await DeleteAsync(actor, ["docs", "one"], Now, new DeviceId(9));
        await DeleteAsync(actor, ["docs"], Now.AddSeconds(1), new DeviceId(9));
        await DeleteAsync(actor, ["Zoë.txt"], Now.AddSeconds(2), device: null);

        var rows = await Store.ReadAsync(
            snapshot => snapshot.ListTrashAsync(actor.Vault, TrashRange.Shown, 10),
            Stop
        );
        Assert.Equal(["Zoë.txt", "docs", "one"], rows.Select(row => row.Node.Name));
        Assert.Equal(
            [(actor.Account, null, "a"), (actor.Account, 9L, "a"), (actor.Account, 9L, "a")],
            rows.Select(row =>
                (row.Deletion!.Account!.Value, row.Deletion.Device?.Value, row.Deletion.AccountName)
            )
        );
        Assert.Equal(
            [Now.AddSeconds(2), Now.AddSeconds(1), Now],
            rows.Select(row => row.Deletion!.At)
        );
        Assert.Equal(
            (folder, 4, 1),
            (rows[2].Deletion!.Folder, rows[1].Node.SubtreeBytes, rows[1].Node.SubtreeItems)
        );
        // A page goes on below the last key of the one before.
        var next = await Store.ReadAsync(
            snapshot =>
                snapshot.ListTrashAsync(
                    actor.Vault,
                    TrashRange.Shown with
                    {
                        Before = rows[0].Node.NameKey,
                    },
                    1
                ),
            Stop
        );
        Assert.Equal("docs", next.Single().Node.Name);

        var (found, chains) = await Store.ReadAsync(
            async snapshot =>
                (
                    await snapshot.FindTrashedAsync(actor.Vault, [other, folder, new(4711)]),
                    await snapshot.ListChainsAsync(
                        actor.Vault,
                        [folder, rows[2].Node.Id, new(4711)]
                    )
                ),
            Stop
        );
        Assert.Equal(
            new HashSet<NodeId> { other, folder },
            found.Select(row => row.Node.Id).ToHashSet()
        );
        Assert.Equal(2, chains.Count);
        Assert.Equal(["trash", "docs"], chains[folder].Select(row => row.Name));
        Assert.Equal(
            "two",
            (
                await Store.ReadAsync(
                    snapshot => snapshot.FindMemberAsync(actor.Vault, folder, "two"),
                    Stop
                )
            )?.Name
        );

        var seqs = rows.Select(row => row.Node.ChangedSeq).ToList();
        var (backwards, forwards, first, nobody) = await Store.ReadAsync(
            async snapshot =>
                (
                    await snapshot.ListDeletionsAsync(
                        actor.Vault,
                        actor.Account,
                        new(9),
                        seqs[0],
                        isBackwards: true,
                        10
                    ),
                    await snapshot.ListDeletionsAsync(
                        actor.Vault,
                        actor.Account,
                        new(9),
                        seqs[2],
                        isBackwards: false,
                        1
                    ),
                    await snapshot.FindDeletionAsync(actor.Vault, seqs[0]),
                    await snapshot.ListDeletionsAsync(
                        actor.Vault,
                        actor.Account,
                        device: null,
                        1,
                        isBackwards: false,
                        10
                    )
                ),
            Stop
        );
        Assert.Equal([seqs[1], seqs[2]], backwards.Select(row => row.Seq));
        Assert.Equal([seqs[2]], forwards.Select(row => row.Seq));
        Assert.Equal((other, Now.AddSeconds(2)), (first!.Node, first.At));
        Assert.Equal([other], nobody.Select(row => row.Node));
    }

    [Fact]
    public async Task What_is_hidden_is_no_more_among_what_is_shown_and_goes_after_its_own_time()
    {
        var actor = await AddActorAsync("a", null);
        for (var i = 0; i < 5; i++)
        {
            await AddFileAsync(actor, [], $"f{i}", 1);
            await DeleteAsync(actor, [$"f{i}"], Now.AddSeconds(i), device: null);
        }
        Assert.Equal(3, await HideAsync(3));
        Assert.Equal(2, await HideAsync(3));
        Assert.Equal(0, await HideAsync(3));
        Assert.Empty(await KeysAsync(TrashRange.Shown));
        var keys = await KeysAsync(TrashRange.Any);
        Assert.Equal(5, keys.Count);
        Assert.All(keys, key => Assert.Equal(Now.AddDays(1), TrashKey.HiddenSince(key)));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Equal([actor.Vault], await ListExpiringAsync(untouched: Now.AddDays(2)));
        Assert.Empty(await ListExpiringAsync(untouched: Now.AddDays(1)));
        Assert.Equal(0, await PurgeAsync(TrashRange.HiddenBefore(Now.AddDays(1)), null));
        Assert.Equal(5, await PurgeAsync(TrashRange.HiddenBefore(Now.AddDays(2)), null));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        async Task<int> HideAsync(int limit) =>
            (
                await Store.WriteAsync<int>(
                    async transaction =>
                        await transaction.HideTrashAsync(
                            actor.Vault,
                            TrashRange.Shown,
                            limit,
                            Now.AddDays(1)
                        ),
                    Stop
                )
            ).Value;

        async Task<List<string>> KeysAsync(TrashRange range) =>
            [
                .. (
                    await Store.ReadAsync(
                        snapshot => snapshot.ListTrashAsync(actor.Vault, range, 10),
                        Stop
                    )
                ).Select(row => row.Node.NameKey),
            ];

        async Task<int> PurgeAsync(TrashRange range, long? keptBytes) =>
            (
                await Store.WriteAsync<int>(
                    async transaction =>
                        await transaction.PurgeTrashAsync(actor.Vault, range, keptBytes, 10, Now),
                    Stop
                )
            ).Value;
    }

    [Fact]
    public async Task The_oldest_go_until_the_trash_has_no_more_than_it_keeps()
    {
        var actor = await AddActorAsync("a", 100);
        await AddFolderAsync(actor, [], "f1");
        await AddFileAsync(actor, ["f1"], "inside", 4);
        foreach (var i in (int[])[0, 2, 3])
            await AddFileAsync(actor, [], $"f{i}", 10);
        for (var i = 0; i < 4; i++)
            await DeleteAsync(actor, [$"f{i}"], Now.AddSeconds(i), device: null);
        Assert.Equal(
            [actor.Vault],
            await ListExpiringAsync(untouched: Now.AddDays(1), trashPercent: 20)
        );
        Assert.Empty(await ListExpiringAsync(untouched: Now.AddDays(1), trashPercent: 34));
        Assert.Empty(await ListExpiringAsync(untouched: Now, trashPercent: 20));
        var removed = await Store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeTrashAsync(
                    actor.Vault,
                    TrashRange.PutBefore(Now.AddDays(1)),
                    20,
                    10,
                    Now
                ),
            Stop
        );
        Assert.Equal(3, removed.Value);
        Assert.Equal(2, await CountTrashAsync(actor));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task Versions_are_thinned_once_to_the_last_of_a_day_and_their_rows_stay()
    {
        var actor = await AddActorAsync("a", 1_000);
        await AddFileAsync(actor, [], "f", 1);
        // The first two of one day, one of the next, and one that is not looked at yet.
        foreach (var (size, hours) in ((int, int)[])[(2, 0), (3, 1), (4, 24), (5, 48)])
            await ReplaceAsync(actor, "f", size, keepsContent: true, Now.AddHours(hours));
        Assert.Equal([4L, 3L, 2L, 1L], await VersionsAsync());
        Assert.Equal([actor.Vault], await ListExpiringAsync(daily: Now.AddHours(25)));

        Assert.Equal(3, await ReleaseAsync(new VersionPick.Thinned(false, Now.AddHours(25))));
        Assert.Equal([4L, 3L, 2L], await VersionsAsync());
        Assert.Equal([2L, 3L, 4L, 5L], (await ContentsAsync()).Select(one => one.Size).Order());
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Empty(await ListExpiringAsync(daily: Now.AddHours(25)));
        Assert.Equal(0, await ReleaseAsync(new VersionPick.Thinned(false, Now.AddHours(25))));

        // The 2nd of January 2026 and the days after it lie in one week of those that are counted from 1970.
        Assert.Equal(3, await ReleaseAllAsync(new VersionPick.Thinned(true, Now.AddDays(9))));
        Assert.Single(await VersionsAsync());
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        await ReplaceAsync(actor, "f", 6, keepsContent: true, Now.AddDays(20));
        Assert.Equal([5L, 4L], await VersionsAsync());
        Assert.Equal(
            [actor.Vault],
            await ListExpiringAsync(untouched: Now.AddDays(30), versionPercent: 0)
        );
        Assert.Equal(1, await ReleaseAsync(new VersionPick.Oldest(5, Now.AddDays(30))));
        Assert.Equal([5L], await VersionsAsync());
        Assert.Equal(0, await ReleaseAsync(new VersionPick.Oldest(0, Now.AddDays(20))));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        // All rows are there until history itself expires.
        Assert.Equal(5, (await PurgeHistoryAsync(actor, Now.AddDays(30))).Value);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        async Task<List<long>> VersionsAsync()
        {
            var file = (await LoadAsync(actor, ["f"])).Paths[0].Node!.Id;
            return
            [
                .. (
                    await Store.ReadAsync(
                        snapshot =>
                            snapshot.ListVersionsAsync(actor.Vault, file, long.MaxValue, 10),
                        Stop
                    )
                ).Select(version => version.Size),
            ];
        }

        async Task<int> ReleaseAsync(VersionPick pick) =>
            (
                await Store.WriteAsync<int>(
                    async transaction =>
                        await transaction.ReleaseVersionsAsync(actor.Vault, pick, 3, Now),
                    Stop
                )
            ).Value;

        async Task<int> ReleaseAllAsync(VersionPick pick)
        {
            var all = 0;
            while (await ReleaseAsync(pick) is > 0 and var some)
                all += some;
            return all;
        }
    }

    [Fact]
    public async Task A_hidden_version_is_none_any_more_and_goes_after_its_own_time()
    {
        var actor = await AddActorAsync("a", null);
        var file = await AddFileAsync(actor, [], "f", 1);
        await ReplaceAsync(actor, "f", 2, keepsContent: true);
        await ReplaceAsync(actor, "f", 3, keepsContent: true);
        var versions = await VersionsAsync();
        Assert.True(await HideAsync(versions[0].Number));
        Assert.False(await HideAsync(versions[0].Number));
        Assert.False(await HideAsync(4711));
        Assert.Equal([1L], (await VersionsAsync()).Select(version => version.Size));
        Assert.Equal(3, (await ContentsAsync()).Count);
        Assert.Equal([actor.Vault], await ListExpiringAsync(untouched: Now.AddDays(1)));
        Assert.Equal(0, await ReleaseAsync(new VersionPick.Hidden(Now)));
        Assert.Equal(1, await ReleaseAsync(new VersionPick.Hidden(Now.AddDays(1))));
        Assert.Equal(0, await ReleaseAsync(new VersionPick.Hidden(Now.AddDays(1))));
        Assert.Equal(2, (await ContentsAsync()).Count);
        Assert.Equal(1, await ReleaseAsync(new VersionPick.One(file, versions[1].Number)));
        Assert.Equal([3L], (await ContentsAsync()).Select(content => content.Size));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        async Task<IReadOnlyList<FileVersion>> VersionsAsync() =>
            await Store.ReadAsync(
                snapshot => snapshot.ListVersionsAsync(actor.Vault, file, long.MaxValue, 10),
                Stop
            );

        async Task<bool> HideAsync(long version) =>
            (
                await Store.WriteAsync<bool>(
                    async transaction =>
                        await transaction.HideVersionAsync(actor.Vault, file, version, Now),
                    Stop
                )
            ).Value;

        async Task<int> ReleaseAsync(VersionPick pick) =>
            (
                await Store.WriteAsync<int>(
                    async transaction =>
                        await transaction.ReleaseVersionsAsync(actor.Vault, pick, 3, Now),
                    Stop
                )
            ).Value;
    }

    [Fact]
    public async Task What_was_lost_of_late_stands_with_the_vault_and_guards_it()
    {
        var actor = await AddActorAsync("a", null);
        await AddFileAsync(actor, [], "f", 1);
        await DeleteAsync(actor, ["f"], Now, device: null);
        Assert.Null((await LoadAsync(actor)).Vault.Losses);
        await NoteAsync(new(new(Now, 10, 4), null));
        var vault = (await LoadAsync(actor)).Vault;
        Assert.Equal(new LossWindow(Now, 10, 4), vault.Losses);
        Assert.Null(vault.GuardedUntil);
        Assert.Equal([actor.Vault], await ListExpiringAsync(trashBefore: Now.AddDays(1)));
        await NoteAsync(new(new(Now, 10, 5), Now.AddDays(2)));
        await NoteAsync(new(new(Now, 10, 6), null));
        vault = (await LoadAsync(actor)).Vault;
        Assert.Equal((6, Now.AddDays(2)), (vault.Losses!.Value.Items, vault.GuardedUntil));
        Assert.Empty(await ListExpiringAsync(trashBefore: Now.AddDays(1)));

        async Task NoteAsync(LossNote losses) =>
            await Store.WriteAsync<bool>(
                async transaction =>
                {
                    var facts = await transaction.LoadAsync(
                        new FactsRequest
                        {
                            Actor = actor,
                            Now = Now,
                            Paths = [],
                        }
                    );
                    await transaction.ApplyAsync(
                        new ChangeSet(facts.Vault, Now) { Losses = losses }
                    );
                    return true;
                },
                Stop
            );
    }

    private Task DeleteAsync(Actor actor, string[] source, DateTimeOffset at, DeviceId? device) =>
        MoveAsync(
            actor,
            source,
            null,
            HistoryReason.Deleted,
            by: actor with
            {
                Device = device,
            },
            at: at
        );

    private async Task<List<VaultId>> ListExpiringAsync(
        DateTimeOffset? trashBefore = null,
        DateTimeOffset? historyBefore = null,
        DateTimeOffset? untouched = null,
        DateTimeOffset? daily = null,
        int trashPercent = 100,
        int versionPercent = 100
    )
    {
        var never = DateTimeOffset.UnixEpoch;
        return
        [
            .. (
                await Store.ListExpiringVaultsAsync(
                    new(
                        Now,
                        trashBefore ?? never,
                        historyBefore ?? never,
                        untouched ?? never,
                        daily ?? never,
                        never,
                        trashPercent,
                        versionPercent
                    ),
                    Stop
                )
            ).Select(due => due.Vault),
        ];
    }
}
