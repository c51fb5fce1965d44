using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

// What was put aside, and what comes to its place.
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task What_was_put_aside_is_found_with_where_it_is_now()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "docs");
        var file = await AddFileAsync(actor, ["docs"], "letter", 3);
        var newcomer = await AddFileAsync(actor, ["docs"], "new", 5);
        var revision = (await LoadAsync(actor, ["docs", "letter"])).Paths[0].Node!.Revision;
        Assert.Null((await LoadAsync(actor)).Vault.LastSetAside);
        await MoveAsync(actor, ["docs", "letter"], ["letter.bak"], new DeviceId(9));
        await PatchAsync(
            actor,
            ["letter.bak"],
            new Change.SetProperty(file, new NodeProperty("{a}b", "<b/>"))
        );

        Assert.Equal(Now, (await LoadAsync(actor)).Vault.LastSetAside);
        var found = (await FindAsync(folder, "LETTER", Now.AddMilliseconds(-1)))!;
        Assert.Equal(["root", "letter.bak"], found.Chain.Select(row => row.Name));
        Assert.Equal(
            (file, revision, actor.Account, new DeviceId(9)),
            (found.Chain[^1].Id, found.Revision, found.Account, found.Device!.Value)
        );
        Assert.Equal("{a}b", found.Chain[^1].Properties.Single().Name);
        Assert.Null(found.Newcomer);
        Assert.Null(await FindAsync(folder, "letter", Now));
        Assert.Null(await FindAsync(folder, "letter.bak", Now.AddDays(-1)));
        Assert.Null(await FindAsync(found.Chain[0].Id, "letter", Now.AddDays(-1)));

        found = (await FindAsync(folder, "letter", Now.AddDays(-1), newcomer))!;
        Assert.Equal((null, false), (found.Newcomer!.Since, found.Newcomer.IsShared));
        Assert.Empty(found.Newcomer.Properties);
        await PatchAsync(
            actor,
            ["docs", "new"],
            new Change.SetProperty(newcomer, new NodeProperty("{a}c", "<c/>"))
        );
        await ShareAsync(actor, newcomer, 1);
        found = (await FindAsync(folder, "letter", Now.AddDays(-1), newcomer))!;
        Assert.Equal((Now, true), (found.Newcomer!.Since, found.Newcomer.IsShared));
        Assert.Equal("{a}c", found.Newcomer.Properties.Single().Name);

        // The last one counts, and what lies in the trash is found there, until it is gone for good.
        await MoveAsync(actor, ["docs", "new"], ["docs", "letter"]);
        await MoveAsync(actor, ["docs", "letter"], ["docs", "letter~"], device: null);
        await TrashAsync(actor, ["docs", "letter~"]);
        found = (await FindAsync(folder, "letter", Now.AddDays(-1)))!;
        Assert.Equal((newcomer, null), (found.Chain[^1].Id, found.Device));
        Assert.Equal((await LoadAsync(actor)).Vault.Trash, found.Chain[0].Id);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        await PurgeTrashAsync(actor, 10);
        Assert.Null(await FindAsync(folder, "letter", Now.AddDays(-1)));

        async Task<SetAside?> FindAsync(
            NodeId from,
            string name,
            DateTimeOffset since,
            NodeId? other = null
        )
        {
            var vault = (await LoadAsync(actor)).Vault;
            return await Store.ReadAsync(
                snapshot => snapshot.FindSetAsideAsync(vault, from, name, since, other),
                Stop
            );
        }
    }

    [Fact]
    public async Task A_content_is_an_earlier_version_from_the_change_that_made_it_one()
    {
        var actor = await AddActorAsync("a", null);
        await AddFileAsync(actor, [], "f", 3);
        var former = (await LoadAsync(actor, ["f"])).Paths[0].Node!;
        await ReplaceAsync(actor, "f", 5, keepsContent: true);
        var row = (await LoadAsync(actor, ["f"])).Paths[0].Node!;

        Assert.Equal(
            (true, false, false),
            await Store.ReadAsync(
                async snapshot =>
                    (
                        await IsVersionAsync(row.ChangedSeq, former.Content!.Value),
                        await IsVersionAsync(row.ChangedSeq, row.Content!.Value),
                        await IsVersionAsync(former.ChangedSeq, former.Content.Value)
                    ),
                Stop
            )
        );

        ValueTask<bool> IsVersionAsync(long until, ContentId content) =>
            Store.ReadAsync(snapshot => snapshot.IsVersionAsync(actor.Vault, until, content), Stop);
    }

    [Fact]
    public async Task A_file_whose_history_names_a_content_owns_it_once()
    {
        var actor = await AddActorAsync("a", null);
        var file = await AddFileAsync(actor, [], "f", 3);
        var former = (await LoadAsync(actor, ["f"])).Paths[0].Node!;
        await ReplaceAsync(actor, "f", 5, keepsContent: true);
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new PathRequest(["f"])],
                    }
                );
                var row = facts.Paths[0].Node!.Copy();
                (row.Content, row.Size) = (former.Content, former.Size);
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(
                    new Change.ReplaceNode(
                        facts.Paths[0].Node!,
                        row,
                        HistoryReason.Written,
                        true,
                        true
                    )
                );
                changes.Add(new Change.ShareContent(former.Content!.Value, file));
                changes.Count(facts.Paths[0].Ancestors, -2, 0, 0, 0, changesMembers: false);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    private async Task MoveAsync(Actor actor, string[] source, string[] target, DeviceId? device) =>
        await MoveAsync(actor, source, target, HistoryReason.Moved, device, isSetAside: true);
}
