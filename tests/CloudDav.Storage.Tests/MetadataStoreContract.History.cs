using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

// What has changed since a moment, and where everything was then.
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task What_changed_is_listed_in_the_order_of_changes_and_places()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "docs");
        var file = await AddFileAsync(actor, ["docs"], "letter", 3);
        var begun = (await LoadAsync(actor)).Vault.ChangeSeq;
        var other = await AddFileAsync(actor, [], "other", 1);
        await MoveAsync(actor, ["docs", "letter"], ["letter"]);

        var changed = await AskAsync(snapshot =>
            snapshot.ListChangedAsync(actor.Vault, ChangePoint.After(begun), 10)
        );
        Assert.Equal(
            [(other, begun + 1, "other"), (file, begun + 2, "letter")],
            changed.Select(node => (node.Place.Node, node.Seq, node.Key))
        );
        Assert.Equal(
            [file],
            (
                await AskAsync(snapshot =>
                    snapshot.ListChangedAsync(
                        actor.Vault,
                        new(begun + 1, changed[0].Place.Parent, "other"),
                        10
                    )
                )
            ).Select(node => node.Place.Node)
        );
        Assert.Single(
            await AskAsync(snapshot =>
                snapshot.ListChangedAsync(actor.Vault, ChangePoint.After(begun), 1)
            )
        );

        // Where it left, and since when; of the folder above, only where it is.
        Assert.Equal(
            [new LeftPlace(begun + 2, new(file, folder, "letter", NodeKind.File), true, true)],
            await AskAsync(snapshot => snapshot.ListLeftAsync(actor.Vault, begun, begun, 10))
        );
        foreach (var (asOf, place) in new[] { (begun, "letter"), (long.MaxValue, "letter") })
            Assert.Equal(
                (asOf == begun ? folder : changed[0].Place.Parent, place),
                (await AskAsync(snapshot => snapshot.FindPlacesAsync(actor.Vault, [file], asOf)))
                    .Select(found => (found.Parent, found.Name))
                    .Single()
            );
        Assert.Empty(
            await AskAsync(snapshot => snapshot.FindPlacesAsync(actor.Vault, [other], begun))
        );
    }

    [Fact]
    public async Task A_place_that_was_left_tells_whether_it_was_the_first_and_the_last()
    {
        var actor = await AddActorAsync("a", null);
        var begun = (await LoadAsync(actor)).Vault.ChangeSeq;
        var file = await AddFileAsync(actor, [], "a", 3);
        await MoveAsync(actor, ["a"], ["b"]);
        await PatchAsync(
            actor,
            ["b"],
            new Change.SetProperty(file, new NodeProperty("{a}b", "<b/>"))
        );
        await MoveAsync(actor, ["b"], ["c"]);
        await TrashAsync(actor, ["c"]);

        async Task<IEnumerable<(string, bool, bool)>> LeftAsync(long after, long asOf) =>
            (
                await AskAsync(snapshot => snapshot.ListLeftAsync(actor.Vault, after, asOf, 10))
            ).Select(left => (left.Place.Name, left.WasFirst, left.IsLast));

        // Before it came to be, it was nowhere.
        Assert.Equal(
            [("a", false, false), ("b", false, false), ("c", false, true)],
            await LeftAsync(begun, begun)
        );
        Assert.Equal(
            [("a", true, false), ("b", false, false), ("c", false, true)],
            await LeftAsync(begun, begun + 1)
        );
        Assert.Equal(
            [("b", true, false), ("c", false, true)],
            await LeftAsync(begun + 2, begun + 2)
        );
        // A patch leaves it where it is.
        Assert.Equal(
            [("b", true, false), ("c", false, true)],
            await LeftAsync(begun + 3, begun + 3)
        );
        Assert.Equal([("c", true, true)], await LeftAsync(begun + 4, begun + 4));
    }

    [Fact]
    public async Task Everything_below_a_folder_is_listed_in_parts()
    {
        var actor = await AddActorAsync("a", null);
        var top = await AddFolderAsync(actor, [], "top");
        foreach (var folder in (string[])["x", "y", "z"])
        {
            await AddFolderAsync(actor, ["top"], folder);
            foreach (var file in (string[])["1", "2", "3"])
                await AddFileAsync(actor, ["top", folder], file, 1);
        }
        await AddFileAsync(actor, [], "beside", 1);

        foreach (var size in (int[])[1, 2, 5, 100])
        {
            var seen = new List<NodeId>();
            var (parent, key) = (new NodeId(0), "");
            while (true)
            {
                var part = (
                    await AskAsync(snapshot =>
                        snapshot.ListBelowAsync(actor.Vault, top, true, parent, key, size)
                    )
                )!;
                seen.AddRange(part.Select(node => node.Place.Node));
                if (part.Count < size)
                    break;
                (parent, key) = (part[^1].Place.Parent, part[^1].Key);
            }
            Assert.Equal(12, seen.Count);
            Assert.Equal(12, seen.Distinct().Count());
        }
        var members = await AskAsync(snapshot =>
            snapshot.ListBelowAsync(actor.Vault, top, false, new(0), "", 2)
        );
        Assert.Equal(["x", "y"], members!.Select(node => node.Place.Name));
        members = await AskAsync(snapshot =>
            snapshot.ListBelowAsync(actor.Vault, top, false, top, "y", 2)
        );
        Assert.Equal(["z"], members!.Select(node => node.Place.Name));
    }

    [Fact]
    public async Task What_is_purged_of_history_raises_the_floor()
    {
        var actor = await AddActorAsync("a", null);
        Assert.Equal(0, (await LoadAsync(actor)).Vault.HistoryFloor);
        await AddFileAsync(actor, [], "a", 3);
        await MoveAsync(actor, ["a"], ["b"]);
        await MoveAsync(actor, ["b"], ["c"]);
        var last = (await LoadAsync(actor)).Vault.ChangeSeq;
        await Store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeHistoryAsync(actor.Vault, Now.AddDays(1), 1, Now.AddDays(2)),
            Stop
        );
        Assert.Equal(last - 1, (await LoadAsync(actor)).Vault.HistoryFloor);
        await Store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeHistoryAsync(actor.Vault, Now.AddDays(1), 9, Now.AddDays(2)),
            Stop
        );
        Assert.Equal(last, (await LoadAsync(actor)).Vault.HistoryFloor);
    }

    [Fact]
    public async Task How_things_were_is_told_of_nodes_and_of_what_was_in_a_folder()
    {
        var actor = await AddActorAsync("a", null);
        var docs = await AddFolderAsync(actor, [], "docs");
        var letter = await AddFileAsync(actor, ["docs"], "letter", 3);
        var gone = await AddFileAsync(actor, ["docs"], "gone", 2);
        var note = await AddFileAsync(actor, ["docs"], "note", 1);
        var then = (await LoadAsync(actor)).Vault.ChangeSeq;
        await MoveAsync(actor, ["docs", "letter"], ["letter"]);
        await TrashAsync(actor, ["docs", "gone"]);
        var other = await AddFileAsync(actor, ["docs"], "letter", 9);

        var rows = await AskAsync(snapshot =>
            snapshot.ListFormerAsync(actor.Vault, [docs, letter, gone, other], then)
        );
        Assert.Equal(
            [
                (docs, "docs", NodeKind.Folder, 0L),
                (letter, "letter", NodeKind.File, 3L),
                (gone, "gone", NodeKind.File, 2L),
            ],
            rows.Select(row => (row.Node.Id, row.Node.Name, row.Node.Kind, row.Node.Size))
                .OrderBy(row => row.Id.Value)
        );
        Assert.All(rows, row => Assert.True(row.IsExact));
        Assert.Equal((docs, true), (rows[1].Node.Parent, rows[1].Node.Content is not null));
        Assert.Equal([note, letter, gone], await MembersAsync(then));
        Assert.Equal([other, note], await MembersAsync(then + 3));
        Assert.Equal([note, gone], await MembersAsync(then + 1));
        foreach (
            var (name, asOf, found) in ((string, long, NodeId?)[])
                [("letter", then, letter), ("letter", then + 3, other), ("Letter", then, null)]
        )
            Assert.Equal(
                found,
                (
                    await AskAsync(snapshot =>
                        snapshot.FindFormerMemberAsync(
                            actor.Vault,
                            docs,
                            name,
                            NodeName.Fold(name),
                            asOf
                        )
                    )
                )
                    ?.Node
                    .Id
            );

        async Task<List<NodeId>> MembersAsync(long asOf) =>
            await AskAsync(async snapshot =>
            {
                var members = new List<NodeId>();
                await snapshot.ListFormerMembersAsync(
                    actor.Vault,
                    docs,
                    asOf,
                    member => members.Add(member.Node.Id)
                );
                return members;
            });
    }

    [Fact]
    public async Task A_content_that_is_kept_no_more_is_told_as_the_next_one_that_is()
    {
        var actor = await AddActorAsync("a", 1_000);
        var file = await AddFileAsync(actor, [], "f", 1);
        var seqs = new List<long> { (await LoadAsync(actor)).Vault.ChangeSeq };
        foreach (var (size, hours) in ((int, int)[])[(2, 0), (3, 1), (4, 24)])
        {
            await ReplaceAsync(actor, "f", size, keepsContent: true, Now.AddHours(hours));
            seqs.Add((await LoadAsync(actor)).Vault.ChangeSeq);
        }
        // Of the first day, the second one stays; then none of them.
        await ReleaseAsync(new VersionPick.Thinned(false, Now.AddHours(25)));
        Assert.Equal([(2, false), (2, true), (3, true), (4, true)], await ShownAsync());
        await ReleaseAsync(new VersionPick.Oldest(0, Now.AddHours(25)));
        Assert.Equal([(4, false), (4, false), (4, false), (4, true)], await ShownAsync());

        async Task ReleaseAsync(VersionPick pick) =>
            await Store.WriteAsync<int>(
                async transaction =>
                    await transaction.ReleaseVersionsAsync(actor.Vault, pick, 10, Now.AddDays(1)),
                Stop
            );

        async Task<List<(long, bool)>> ShownAsync()
        {
            var shown = new List<(long, bool)>();
            foreach (var seq in seqs)
            {
                var row = (
                    await AskAsync(snapshot => snapshot.ListFormerAsync(actor.Vault, [file], seq))
                ).Single();
                Assert.False(row.Node.IsForgotten);
                shown.Add((row.Node.Size, row.IsExact));
            }
            return shown;
        }
    }

    [Fact]
    public async Task A_change_is_found_with_its_time_and_what_came_to_be_before_it()
    {
        var actor = await AddActorAsync("a", null);
        var begun = (await LoadAsync(actor)).Vault.ChangeSeq;
        await AddFileAsync(actor, [], "a", 1);
        await AddFileAsync(actor, [], "b", 1);
        await DeleteAsync(actor, ["a"], Now.AddHours(1), device: null);
        await DeleteAsync(actor, ["b"], Now.AddHours(2), device: null);

        // That they came to be, only their history tells.
        Assert.Equal(
            new ChangeTime(begun + 3, Now.AddHours(1).ToUnixTimeMilliseconds()),
            await AskAsync(snapshot => snapshot.FindChangeAsync(actor.Vault, begun + 1))
        );
        Assert.Equal(
            new ChangeTime(begun + 4, Now.AddHours(2).ToUnixTimeMilliseconds()),
            await AskAsync(snapshot => snapshot.FindChangeAsync(actor.Vault, begun + 4))
        );
        Assert.Null(await AskAsync(snapshot => snapshot.FindChangeAsync(actor.Vault, begun + 5)));
        foreach (
            var (time, last) in ((DateTimeOffset, long)[])
                [(Now.AddDays(-1), begun), (Now, begun + 2)]
        )
            Assert.Equal(
                last,
                await AskAsync(snapshot =>
                    snapshot.FindLastBeginningAsync(
                        actor.Vault,
                        begun,
                        time.ToUnixTimeMilliseconds()
                    )
                )
            );
    }

    private async Task<T> AskAsync<T>(Func<IMetadataSnapshot, ValueTask<T>> ask) =>
        await Store.ReadAsync(ask, Stop);
}
