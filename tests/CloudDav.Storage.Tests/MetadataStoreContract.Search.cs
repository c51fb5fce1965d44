using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>Favourites, and what a search goes by.</summary>
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task A_favourite_is_its_account_s_and_goes_with_the_node()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        var file = await AddFileAsync(ann, [], "f", 3);
        var other = await AddFileAsync(ann, [], "g", 3);
        await ApplyAsync(ann, new Change.SetFavorite(file, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(file, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(other, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(file, ben.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(other, ann.Account, IsFavorite: false));
        await ApplyAsync(ann, new Change.SetFavorite(other, ben.Account, IsFavorite: false));

        Assert.Equal([file], await FavoritesAsync(ann, ann));
        Assert.Equal([file], await FavoritesAsync(ann, ben));
        Assert.Equal([file], await FavoritesAsync(ann, ben, file));
        Assert.Empty(await FavoritesAsync(ann, ben, other));
        Assert.Empty(await FavoritesAsync(ben, ben));
        Assert.Equal(1, await CountFavoritesAsync(ben));

        await TrashAsync(ann, ["f"]);
        Assert.Equal([file], await FavoritesAsync(ann, ben));
        while ((await PurgeTrashAsync(ann, 10)).Value > 0) { }
        Assert.Empty(await FavoritesAsync(ann, ben));
        Assert.Empty(await Store.InspectAsync(ann.Vault, Now, Stop));
    }

    [Fact]
    public async Task Media_of_a_kind_come_newest_first_page_by_page()
    {
        var actor = await AddActorAsync("a", null);
        var other = await AddActorAsync("b", null);
        await AddFileAsync(other, [], "other.jpg", 3);
        await AddFolderAsync(actor, [], "folder.jpg");
        var ids = new List<NodeId>();
        foreach (var name in (string[])["1.jpg", "2.JPEG", "3.heic", "4.Png", "5.jpg"])
            ids.Add(await AddFileAsync(actor, ["folder.jpg"], name, 3));
        foreach (var name in (string[])["v.mov", "s.mp3", "text.txt", "jpg", "x.jpg.txt"])
            await AddFileAsync(actor, [], name, 3);

        var found = new List<NodeId>();
        NodeRow? last = null;
        while (true)
        {
            var page = await MediaAsync(actor, MediaClass.Image, last, 2);
            found.AddRange(page.Select(row => row.Id));
            if (page.Count < 2)
                break;
            last = page[^1];
        }

        // All were changed at once.
        Assert.Equal(ids.Count, found.Count);
        Assert.Equal(ids.ToHashSet(), found.ToHashSet());
        Assert.Equal(["v.mov"], (await MediaAsync(actor, MediaClass.Video)).Select(r => r.Name));
        Assert.Equal(["s.mp3"], (await MediaAsync(actor, MediaClass.Audio)).Select(r => r.Name));
        await MoveAsync(actor, ["text.txt"], ["now.avi"]);
        Assert.Equal(2, (await MediaAsync(actor, MediaClass.Video)).Count);
        await MoveAsync(actor, ["now.avi"], ["text.txt"]);
        Assert.Single(await MediaAsync(actor, MediaClass.Video));
    }

    [Fact]
    public async Task Every_extension_of_media_says_its_kind()
    {
        var actor = await AddActorAsync("a", null);
        foreach (var extension in MediaClasses.Extensions.Keys)
            await AddFileAsync(actor, [], $"f.{extension}", 3);
        foreach (var kind in Enum.GetValues<MediaClass>())
            Assert.Equal(
                MediaClasses
                    .Extensions.Where(entry => entry.Value == kind)
                    .Select(entry => $"f.{entry.Key}")
                    .Order(StringComparer.Ordinal),
                (await MediaAsync(actor, kind, limit: 1_000))
                    .Select(row => row.Name)
                    .Order(StringComparer.Ordinal)
            );
    }

    [Fact]
    public async Task What_was_written_last_comes_first_page_by_page()
    {
        var actor = await AddActorAsync("a", null);
        foreach (var name in (string[])["1", "2", "3", "4", "5"])
            await AddFileAsync(actor, [], name, 3);

        var found = new List<string>();
        NodeRow? last = null;
        while (true)
        {
            var page = await Store.ReadAsync(
                snapshot => snapshot.ListLatestAsync(actor.Vault, last, 2),
                Stop
            );
            found.AddRange(page.Where(row => !row.IsFolder).Select(row => row.Name));
            if (page.Count < 2)
                break;
            last = page[^1];
        }

        Assert.Equal(["5", "4", "3", "2", "1"], found);
    }

    [Fact]
    public async Task A_scan_looks_at_what_is_below_a_folder_and_no_further()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "Holiday");
        await AddFolderAsync(actor, ["Holiday"], "100%_[x]");
        var file = await AddFileAsync(actor, ["Holiday", "100%_[x]"], "Ähre.txt", 3);
        await AddFileAsync(actor, [], "ähre.txt", 3);

        Assert.Equal(["Ähre.txt"], await ScanAsync(actor, folder, "ähr"));
        Assert.Equal(["100%_[x]"], await ScanAsync(actor, folder, "%_[x"));
        Assert.Empty(await ScanAsync(actor, folder, "%x"));
        Assert.Equal(["100%_[x]", "Ähre.txt"], await ScanAsync(actor, folder, null));
        Assert.Equal(["Ähre.txt"], await ScanAsync(actor, folder, null, onlyFiles: true));
        Assert.Single(await ScanAsync(actor, folder, null, examined: 1));
        Assert.Single(await ScanAsync(actor, folder, null, limit: 1));
        Assert.Empty(await ScanAsync(actor, folder, null, from: Now.AddDays(1)));
        var rows = await Store.ReadAsync(
            snapshot => snapshot.ListNodesAsync(actor.Vault, [file, folder, new(4711)]),
            Stop
        );
        Assert.Equal([folder, file], rows.Select(row => row.Id).OrderBy(id => id.Value));
        var above = await Store.ReadAsync(
            snapshot =>
                snapshot.ListFoldersAboveAsync(
                    actor.Vault,
                    [rows.First(r => r.Id == file).Parent, folder]
                ),
            Stop
        );
        Assert.Equal(
            ["100%_[x]", "Holiday", "root"],
            above.Select(row => row.Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Details_are_added_to_rows_that_were_found_without()
    {
        var actor = await AddActorAsync("a", null);
        var file = await AddFileAsync(actor, [], "f", 3);
        await Store.WriteAsync(
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new(["f"])],
                    }
                );
                var (former, property) = (facts.Paths[0].Node!, new NodeProperty("{a}b", "<b/>"));
                var row = former.Copy();
                row.PropertyBytes = property.Bytes;
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(
                    new Change.ReplaceNode(former, row, HistoryReason.Patched, false, true)
                );
                changes.Add(new Change.SetProperty(row.Id, property));
                changes.Count(facts.Paths[0].Ancestors, 0, property.Bytes, 0, 0, false);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        const NodeDetails wanted = NodeDetails.Properties | NodeDetails.Checksums;

        var found = await Store.ReadAsync(
            async snapshot =>
            {
                var rows = await snapshot.ListNodesAsync(actor.Vault, [file]);
                await snapshot.AddDetailsAsync(actor.Vault, rows, wanted);
                return rows;
            },
            Stop
        );

        var row = Assert.Single(found);
        Assert.Equal("{a}b", Assert.Single(row.Properties).Name);
        Assert.NotNull(row.Checksums);
    }

    private async Task<List<string>> ScanAsync(
        Actor actor,
        NodeId folder,
        string? part,
        bool onlyFiles = false,
        int examined = 100,
        int limit = 100,
        DateTimeOffset? from = null
    )
    {
        var rows = await Store.ReadAsync(
            snapshot =>
                snapshot.ScanAsync(
                    actor.Vault,
                    folder,
                    new NodeScan(
                        part is null ? null : NodeName.Fold(part),
                        from?.ToUnixTimeMilliseconds(),
                        null,
                        onlyFiles,
                        examined,
                        limit
                    )
                ),
            Stop
        );
        return [.. rows.Select(row => row.Name).Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<NodeRow>> MediaAsync(
        Actor actor,
        MediaClass kind,
        NodeRow? after = null,
        int limit = 100
    ) =>
        await Store.ReadAsync(
            snapshot =>
                snapshot.ListMediaAsync(
                    actor.Vault,
                    kind,
                    0,
                    Now.AddDays(1).ToUnixTimeMilliseconds(),
                    after,
                    limit
                ),
            Stop
        );

    [Fact]
    public async Task A_pulse_is_another_one_after_a_change_and_only_then()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        VaultId[] asked = [ben.Vault, ann.Vault, new(4711)];
        var before = await PulsesAsync(asked);
        Assert.Equal(2, before.Count);
        Assert.Equal(before, await PulsesAsync(asked));
        await AddFileAsync(ann, [], "f", 3);
        var after = await PulsesAsync(asked);
        Assert.NotEqual(before[ann.Vault], after[ann.Vault]);
        Assert.Equal(before[ben.Vault], after[ben.Vault]);
        Assert.Empty(await Store.ListPulsesAsync([], Stop));
    }

    private async Task<Dictionary<VaultId, VaultPulse>> PulsesAsync(VaultId[] vaults) =>
        (await Store.ListPulsesAsync(vaults, Stop)).ToDictionary(pulse => pulse.Vault);

    private async Task<long> CountFavoritesAsync(Actor actor) =>
        (
            await Store.WriteAsync(
                async ValueTask<VaultResult<long>> (transaction) =>
                {
                    await transaction.LoadAsync(
                        new FactsRequest
                        {
                            Actor = actor,
                            Now = Now,
                            Paths = [],
                        }
                    );
                    return await transaction.CountFavoritesAsync(actor.Account);
                },
                Stop
            )
        ).Value;

    private async Task<IReadOnlySet<NodeId>> FavoritesAsync(
        Actor owner,
        Actor marker,
        NodeId? node = null
    ) =>
        await Store.ReadAsync(
            snapshot => snapshot.ListFavoritesAsync(owner.Vault, marker.Account, node),
            Stop
        );
}
