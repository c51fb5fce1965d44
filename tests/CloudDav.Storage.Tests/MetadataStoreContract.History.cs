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

    private async Task<T> AskAsync<T>(Func<IMetadataSnapshot, ValueTask<T>> ask) =>
        await Store.ReadAsync(ask, Stop);
}
