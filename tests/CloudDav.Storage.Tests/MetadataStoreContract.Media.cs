using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>What pictures and videos are, when they were taken, and their previews.</summary>
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task Media_are_noted_once_for_each_content_and_pending_until_somebody_looked()
    {
        var actor = await AddActorAsync("a", null);
        Assert.Equal([actor.Vault], await NewMediaVaultsAsync());
        Assert.False(await MayHaveNewMediaAsync(actor));
        foreach (var name in (string[])["1.jpg", "2.mov", "3.txt", "4.mp3", "5.heic"])
            await AddFileAsync(actor, [], name, 3);
        Assert.True(await MayHaveNewMediaAsync(actor));

        var slices = 1;
        while (!await NoteAsync(actor, 2))
            slices++;

        Assert.True(slices > 2);
        Assert.True(await NoteAsync(actor, 2));
        Assert.False(await MayHaveNewMediaAsync(actor));
        Assert.Empty(await NewMediaVaultsAsync());
        var pictures = await PendingAsync(MediaClass.Image);
        Assert.Equal(2, pictures.Count);
        Assert.Equal([pictures[1]], await PendingAsync(MediaClass.Image, pictures[0].Content));
        Assert.Single(await PendingAsync(MediaClass.Video));
        await DescribeAsync(actor, pictures[0].Content, Looked(1, hasPreviews: false));
        Assert.Equal([pictures[1]], await PendingAsync(MediaClass.Image));
        Assert.Equal([pictures[0]], await PendingAsync(MediaClass.Image, looked: 1));
        await MoveAsync(actor, ["3.txt"], ["3.png"]);
        Assert.True(await NoteAsync(actor, 10));
        Assert.Equal(2, (await PendingAsync(MediaClass.Image)).Count);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task What_was_taken_last_comes_first_page_by_page_wherever_it_hangs()
    {
        var actor = await AddActorAsync("a", null);
        var ids = new Dictionary<string, NodeId>();
        await AddFolderAsync(actor, [], "f");
        foreach (var name in (string[])["1.jpg", "2.jpg", "3.jpg", "4.mov"])
            ids.Add(name, await AddFileAsync(actor, ["f"], name, 3));
        await AddFileAsync(actor, [], "no.txt", 3);
        await NoteAsync(actor, 100);
        var all = await TakenAsync(actor, 100);
        Assert.Equal(ids.Values.ToHashSet(), all.Select(row => row.Id).ToHashSet());
        var first = all.Single(row => row.Id == ids["1.jpg"]);
        Assert.Equal((first.ModifiedMs, false), (first.Media!.TakenMs, first.Media.IsDated));
        var facts = new MediaFacts
        {
            Kind = MediaClass.Image,
            TakenMs = -1_000_000,
            IsDated = true,
            TakenOffset = -90,
            Width = 4_000,
            Height = 3_000,
            Orientation = 6,
            DurationMs = 1_234,
            Looked = 1,
        };
        await DescribeAsync(actor, first.Content!.Value, facts);

        var found = new List<NodeRow>();
        while (await TakenAsync(actor, 1, found.LastOrDefault()) is [var next])
            found.Add(next);

        Assert.Equal(ids.Values.ToHashSet(), found.Select(row => row.Id).ToHashSet());
        Assert.Equal((ids["1.jpg"], facts), (found[^1].Id, found[^1].Media));
        var describe = await Store.ReadAsync(
            snapshot => snapshot.DescribeMediaAsync(actor.Vault, [first.Content.Value, new(4_711)]),
            Stop
        );
        Assert.Equal(facts, Assert.Single(describe).Value);
        long[] moments = [-2_000_000, facts.TakenMs, facts.TakenMs + 1, long.MaxValue];
        var firsts = await Store.ReadAsync(
            snapshot => snapshot.ListFirstTakenAsync(actor.Vault, moments),
            Stop
        );
        Assert.Equal(
            [facts.TakenMs, facts.TakenMs, first.ModifiedMs],
            moments[..3].Select(moment => firsts[moment])
        );
        Assert.Equal(3, firsts.Count);
        var old = await Store.ReadAsync(
            snapshot =>
                snapshot.ListTakenAsync(actor.Vault, facts.TakenMs, facts.TakenMs, null, false, 10),
            Stop
        );
        Assert.Equal([ids["1.jpg"]], old.Select(row => row.Id));

        var reversed = new List<NodeRow>();
        while (
            await TakenAsync(actor, 1, reversed.LastOrDefault(), isOldestFirst: true) is [var next]
        )
            reversed.Add(next);
        Assert.Equal(found.Select(row => row.Id).Reverse(), reversed.Select(row => row.Id));
        var late = await Store.ReadAsync(
            snapshot =>
                snapshot.ListTakenAsync(
                    actor.Vault,
                    facts.TakenMs + 1,
                    long.MaxValue,
                    null,
                    true,
                    10
                ),
            Stop
        );
        Assert.Equal(reversed.Skip(1).Select(row => row.Id), late.Select(row => row.Id));
    }

    [Fact]
    public async Task Previews_go_with_the_content_that_they_show()
    {
        var actor = await AddActorAsync("a", null);
        await AddFileAsync(actor, [], "1.jpg", 3);
        await NoteAsync(actor, 100);
        var content = (await PendingAsync(MediaClass.Image))[0].Content;
        var blob = BlobId.New();
        await ApplyAsync(actor, new Change.StageBlob(blob, 0, Now.AddMinutes(1)));
        var added = await Store.WriteAsync<(ContentId, ContentId)>(
            async transaction =>
            {
                await transaction.TakeTurnsAsync([actor.Vault]);
                var (small, large) = (
                    new ContentId(await transaction.NextIdAsync()),
                    new ContentId(await transaction.NextIdAsync())
                );
                var changes = new ChangeSet(actor.Vault, Now);
                changes.Add(new Change.AddContent(small, Facts(7), null));
                changes.Add(new Change.AddPreview(content, new(320, small)));
                changes.Add(new Change.AddContent(large, Facts(70), blob));
                changes.Add(new Change.AddPreview(content, new(1280, large)));
                changes.Add(new Change.DescribeMedium(content, Looked(1, hasPreviews: true)));
                await transaction.ApplyAsync(changes);
                return (small, large);
            },
            Stop
        );
        var previews = await Store.ReadAsync(
            snapshot => snapshot.ListPreviewsAsync(actor.Vault, content),
            Stop
        );
        Assert.Equal([new(320, added.Value.Item1), new(1280, added.Value.Item2)], previews);
        Assert.Empty(await PendingAsync(MediaClass.Image));
        Assert.Equal([3L, 7L, 70L], (await ContentsAsync()).Select(one => one.Size));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        await TrashAsync(actor, ["1.jpg"]);
        Assert.Equal(3, (await ContentsAsync()).Count);
        while ((await PurgeTrashAsync(actor, 10)).Value > 0) { }

        Assert.Empty(await ContentsAsync());
        Assert.Equal([blob], await Ledger.ListCondemnedAsync(Now.AddDays(1), 10, Stop));
        Assert.Empty(
            await Store.ReadAsync(
                snapshot => snapshot.ListPreviewsAsync(actor.Vault, content),
                Stop
            )
        );
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    private static MediaFacts Looked(int version, bool hasPreviews) =>
        new()
        {
            Kind = MediaClass.Image,
            TakenMs = 1,
            Looked = version,
            HasPreviews = hasPreviews,
        };

    private async Task<bool> NoteAsync(Actor actor, int limit) =>
        (
            await Store.WriteAsync<bool>(
                async transaction => await transaction.NoteMediaAsync(actor.Vault, limit),
                Stop
            )
        ).Value;

    private async Task<bool> MayHaveNewMediaAsync(Actor actor) =>
        await Store.ReadAsync(snapshot => snapshot.MayHaveNewMediaAsync(actor.Vault), Stop);

    private async Task<IReadOnlyList<VaultId>> NewMediaVaultsAsync() =>
        await Store.ListVaultsWithNewMediaAsync(default, 10, Stop);

    private async Task<IReadOnlyList<PendingMedium>> PendingAsync(
        MediaClass kind,
        ContentId after = default,
        int looked = 0
    ) => await Store.ListPendingMediaAsync(kind, looked, after, 10, Stop);

    private async Task DescribeAsync(Actor actor, ContentId content, MediaFacts facts) =>
        await ApplyAsync(actor, new Change.DescribeMedium(content, facts));

    private async Task<IReadOnlyList<NodeRow>> TakenAsync(
        Actor actor,
        int limit,
        NodeRow? after = null,
        bool isOldestFirst = false
    ) =>
        await Store.ReadAsync(
            snapshot =>
                snapshot.ListTakenAsync(
                    actor.Vault,
                    long.MinValue,
                    long.MaxValue,
                    after,
                    isOldestFirst,
                    limit
                ),
            Stop
        );
}
