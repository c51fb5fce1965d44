using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

// Uploads over several requests, and contents in parts.
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task An_upload_is_kept_as_it_goes_on_and_counts_as_held()
    {
        var actor = await AddActorAsync("a", 1_000);
        var other = await AddActorAsync("b", 1_000);
        var upload = NewUpload(actor, "0001", UploadKind.Tus) with
        {
            Total = 700,
            Held = 600,
            Credit = 100,
            Device = new DeviceId(9),
            IsOutward = true,
            Goal = new(["Ünï", "f"], "a/b", Now.AddDays(-1), "filename Zg=="),
        };
        await ApplyAsync(actor, new Change.AddUpload(upload));
        var plain = NewUpload(actor, "0001", UploadKind.Chunks);
        await ApplyAsync(actor, new Change.AddUpload(plain));

        var found = (await FindAsync(actor, upload.Name))!;
        Assert.Equal(upload.Goal.Path!, found.Goal.Path!);
        Assert.Equal(upload, found with { Goal = upload.Goal });
        Assert.Equal(upload.Goal with { Path = null }, found.Goal with { Path = null });
        found = (await FindAsync(actor, plain.Name))!;
        Assert.Equal((plain.Id, null, null), (found.Id, found.Total, found.Goal.Path));
        Assert.Null(await FindAsync(other, plain.Name));
        Assert.Null(await FindAsync(actor, plain.Name with { Text = "1" }));
        Assert.Equal(600, await HeldAsync(actor, null));
        Assert.Equal(0, await HeldAsync(actor, new BlobId(upload.Id.Value)));
        Assert.Equal(2, (await GoingAsync(actor, Now)).Count);
        Assert.Empty(await GoingAsync(other, Now));

        var moved = upload with { Held = 650, Stamp = 3, Expires = Now.AddHours(1) };
        await ApplyAsync(actor, new Change.ChangeUpload(moved));
        found = (await FindAsync(actor, upload.Name))!;
        Assert.Equal((650, 3, Now.AddHours(1)), (found.Held, found.Stamp, found.Expires));
        Assert.Equal(650, await HeldAsync(actor, null));
        Assert.Equal([plain.Id], (await GoingAsync(actor, Now.AddHours(1))).Select(one => one.Id));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        var done = moved with { Held = 0, Finished = new(new(77), Guid.NewGuid()) };
        await ApplyAsync(actor, new Change.ChangeUpload(done));
        Assert.Equal(done.Finished, (await FindAsync(actor, upload.Name))!.Finished);
        Assert.Equal([plain.Id], (await GoingAsync(actor, Now)).Select(one => one.Id));
        Assert.Equal(0, await HeldAsync(actor, null));
        Assert.Equal(
            [upload.Id],
            (await Store.ListExpiredUploadsAsync(Now.AddHours(1), 10, Stop)).Select(one => one.Id)
        );
        await Assert.ThrowsAnyAsync<Exception>(() =>
            ApplyAsync(actor, new Change.ChangeUpload(NewUpload(actor, "x", UploadKind.Tus)))
        );
    }

    [Fact]
    public async Task Parts_of_an_upload_are_put_replaced_and_removed_and_go_when_it_has_expired()
    {
        var actor = await AddActorAsync("a", null);
        var upload = NewUpload(actor, "u", UploadKind.Chunks) with { Held = 20 };
        await ApplyAsync(actor, new Change.AddUpload(upload));
        var (first, second) = (await PutPartAsync(actor, upload, 2, 5), BlobId.New());
        await ApplyAsync(actor, new Change.StageBlob(second, 7, Now.AddMinutes(1)));
        await PutPartAsync(actor, upload, 10, 7, second);
        await PutPartAsync(actor, upload, 3, 0);
        Assert.Equal([(2, 5), (3, 0), (10, 7)], await PartsAsync(actor, upload, 0, 10));
        Assert.Equal([(3, 0)], await PartsAsync(actor, upload, 3, 1));
        upload = upload with { Received = 12, Parts = 3 };
        await ApplyAsync(actor, new Change.ChangeUpload(upload));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        await PutPartAsync(actor, upload, 2, 6);
        await ApplyAsync(actor, new Change.ReleaseContent(first!.Value, default));
        await ApplyAsync(actor, new Change.RemoveUploadPart(upload.Id, 3));
        Assert.Equal([(2, 6), (10, 7)], await PartsAsync(actor, upload, 0, 10));
        upload = upload with { Received = 13, Parts = 2 };
        await ApplyAsync(actor, new Change.ChangeUpload(upload));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Equal([6L, 7], (await ContentsAsync()).Select(content => content.Size).Order());

        Assert.Equal(0, await PurgeAsync(upload, 10, Now));
        Assert.Equal(1, await PurgeAsync(upload, 1, upload.Expires));
        Assert.Empty(await Store.InspectAsync(actor.Vault, upload.Expires, Stop));
        Assert.Equal(2, await PurgeAsync(upload, 10, upload.Expires));
        Assert.Equal(0, await PurgeAsync(upload, 10, upload.Expires));
        Assert.Empty(await ContentsAsync());
        Assert.Equal([second], await Ledger.ListCondemnedAsync(Now.AddDays(9), 10, Stop));
        foreach (var table in (string[])["uploads", "upload_parts", "holds", "inline_contents"])
            Assert.Equal(0, await CountAsync($"SELECT COUNT(*) FROM {table}"));
    }

    [Fact]
    public async Task A_content_in_parts_is_found_with_them_taken_over_and_released_as_one()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        var (file, content, parts) = await AssembleAsync(ann);
        var stored = await Store.ReadAsync(
            snapshot => snapshot.FindContentAsync(ann.Vault, content),
            Stop
        );
        Assert.Equal((12, null, null), (stored.Size, stored.Blob, stored.Inline));
        Assert.Equal([5L, 7], stored.Parts.Select(part => part.Size));
        Assert.NotNull(stored.Parts[0].Inline);
        Assert.NotNull(stored.Parts[1].Blob);
        var all = await Store.ReadAsync(
            snapshot => snapshot.FindContentsAsync(ann.Vault, [content, null, parts[0]]),
            Stop
        );
        Assert.Equal(2, all[0]!.Parts.Count);
        Assert.Null(all[1]);
        Assert.Empty(all[2]!.Parts);
        var keys = await Store.ReadAsync(
            snapshot => snapshot.ListContentKeysAsync(ann.Vault, [content]),
            Stop
        );
        Assert.Equal([.. parts, content], keys.Select(key => key.Content));
        Assert.Equal(parts, keys[^1].Parts);
        // What is looked after are the bytes, and they are the parts'.
        Assert.Equal(
            parts.Select(part => part.Value).Order(),
            (await ContentsAsync()).Select(one => one.Content.Value)
        );
        Assert.Empty(await Store.InspectAsync(ann.Vault, Now, Stop));

        var copy = BlobId.New();
        await ApplyAsync(ben, new Change.StageBlob(copy, 0, Now.AddMinutes(1)));
        var taken = new List<ContentId>();
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.TakeTurnsAsync([ann.Vault, ben.Vault]);
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = ben,
                        Now = Now,
                        Paths = [new PathRequest(["g"])],
                    }
                );
                taken.Clear();
                for (var i = 0; i < 3; i++)
                    taken.Add(new(await transaction.NextIdAsync()));
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(new Change.TakeContent(taken[0], ann.Vault, parts[0], null, null, []));
                changes.Add(new Change.TakeContent(taken[1], ann.Vault, parts[1], null, copy, []));
                changes.Add(
                    new Change.TakeContent(taken[2], ann.Vault, content, null, null, taken[..2])
                );
                changes.Add(
                    new Change.InsertNode(
                        new NodeRow
                        {
                            Id = new(await transaction.NextIdAsync()),
                            Parent = facts.Paths[0].Parent!.Id,
                            Name = "g",
                            NameKey = "g",
                            Kind = NodeKind.File,
                            Size = 12,
                            Revision = Guid.NewGuid(),
                            Content = taken[2],
                        }
                    )
                );
                changes.Count(facts.Paths[0].Ancestors, 12, 0, 1, 1, changesMembers: true);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        Assert.Empty(await Store.InspectAsync(ben.Vault, Now, Stop));
        stored = await Store.ReadAsync(
            snapshot => snapshot.FindContentAsync(ben.Vault, taken[2]),
            Stop
        );
        Assert.Equal(copy, stored.Parts[1].Blob);

        await ApplyAsync(ann, new Change.ShareContent(content, new(4711)));
        await ApplyAsync(ann, new Change.ReleaseContent(content, new(4711)));
        Assert.Equal(4, (await ContentsAsync()).Count);
        await TrashAsync(ann, ["f"]);
        await PurgeTrashAsync(ann, 10);
        Assert.Empty(await Store.InspectAsync(ann.Vault, Now, Stop));
        Assert.Equal(taken[..2], (await ContentsAsync()).Select(one => one.Content));
        Assert.Single(await Ledger.ListCondemnedAsync(Now.AddDays(1), 10, Stop));
        Assert.NotEqual(default, file);
    }

    [Theory]
    [InlineData("UPDATE uploads SET received = received + 1", "an upload does not count")]
    [InlineData("UPDATE uploads SET held = held + 1", "an upload does not count")]
    [InlineData("DELETE FROM holds", "an upload does not count")]
    [InlineData("UPDATE upload_parts SET size = size + 1", "an upload does not count")]
    [InlineData("DELETE FROM upload_parts", "owners")]
    [InlineData("DELETE FROM uploads", "a quota hold belongs to no")]
    [InlineData("DELETE FROM content_parts", "neither inline bytes")]
    [InlineData("UPDATE content_parts SET ordinal = ordinal + 10", "sum of its parts")]
    [InlineData("DELETE FROM content_parts WHERE ordinal = 1", "sum of its parts")]
    public async Task An_inspection_finds_what_is_wrong_with_uploads_and_parts(
        string sql,
        string sentence
    )
    {
        var actor = await AddActorAsync("a", null);
        await AssembleAsync(actor);
        var upload = NewUpload(actor, "u", UploadKind.Chunks) with { Held = 20 };
        await ApplyAsync(actor, new Change.AddUpload(upload));
        await PutPartAsync(actor, upload, 2, 5);
        await ApplyAsync(actor, new Change.ChangeUpload(upload with { Received = 5, Parts = 1 }));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        await ExecuteAsync(sql);
        Assert.Contains(
            await Store.InspectAsync(actor.Vault, Now, Stop),
            broken => broken.Contains(sentence, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_destroyed_vault_leaves_nothing_of_its_uploads()
    {
        var actor = await AddActorAsync("a", null);
        await AssembleAsync(actor);
        var upload = NewUpload(actor, "u", UploadKind.Chunks) with { Held = 20 };
        await ApplyAsync(actor, new Change.AddUpload(upload));
        await PutPartAsync(actor, upload, 2, 5);
        await BeginDestructionAsync(actor);
        await Destructions.MarkKeyDestroyedAsync(actor.Account, Now, Stop);
        var record = Assert.Single(await Destructions.ListRunningAsync(Stop));
        await SlicesAsync(() => Destructions.RemoveContentsAsync(record, 2, Now, Stop));
        Assert.Single(await Destructions.ListCondemnedAsync(actor.Vault, 10, Stop));
        await Destructions.MarkContentsGoneAsync(actor.Account, Stop);
        await SlicesAsync(() => Destructions.RemoveTreeAsync(record, 3, Stop));
        // The bytes of a content in parts are its parts', and count once.
        record = (await Destructions.FindAsync(actor.Account, Stop))!;
        Assert.Equal((4L, 17L), (record.Contents, record.Bytes));
        foreach (
            var table in (string[])
                ["contents", "content_parts", "uploads", "upload_parts", "holds", "nodes"]
        )
            Assert.Equal(0, await CountAsync($"SELECT COUNT(*) FROM {table}"));
    }

    // A file of two parts, 5 bytes inline and 7 in a blob.
    private async Task<(NodeId File, ContentId Content, ContentId[] Parts)> AssembleAsync(
        Actor actor
    )
    {
        var upload = NewUpload(actor, "assembled", UploadKind.Chunks);
        await ApplyAsync(actor, new Change.AddUpload(upload));
        var blob = BlobId.New();
        await ApplyAsync(actor, new Change.StageBlob(blob, 7, Now.AddMinutes(1)));
        var second = await PutPartAsync(actor, upload, 20, 7, blob);
        var first = await PutPartAsync(actor, upload, 3, 5);
        await PutPartAsync(actor, upload, 5, 0);
        var file = await Store.WriteAsync<(NodeId, ContentId)>(
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
                var row = new NodeRow
                {
                    Id = new(await transaction.NextIdAsync()),
                    Parent = facts.Paths[0].Parent!.Id,
                    Name = "f",
                    NameKey = "f",
                    Kind = NodeKind.File,
                    Size = 12,
                    Revision = Guid.NewGuid(),
                    Content = new ContentId(await transaction.NextIdAsync()),
                };
                var changes = new ChangeSet(facts.Vault, Now);
                var whole = Facts(12);
                changes.Add(
                    new Change.AssembleContent(
                        row.Content.Value,
                        new PartedContent
                        {
                            Size = 12,
                            Sha256 = whole.Sha256,
                            Crc32 = 5,
                        },
                        upload.Id
                    )
                );
                changes.Add(new Change.InsertNode(row));
                changes.Add(
                    new Change.ChangeUpload(upload with { Finished = new(row.Id, row.Revision) })
                );
                changes.Count(facts.Paths[0].Ancestors, 12, 0, 1, 1, changesMembers: true);
                await transaction.ApplyAsync(changes);
                return (row.Id, row.Content.Value);
            },
            Stop
        );
        return (file.Value.Item1, file.Value.Item2, [first!.Value, second!.Value]);
    }

    private async Task<ContentId?> PutPartAsync(
        Actor actor,
        UploadSession upload,
        long number,
        long size,
        BlobId? blob = null
    ) =>
        (
            await Store.WriteAsync<ContentId?>(
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
                    var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                    ContentId? content = null;
                    if (size > 0)
                    {
                        content = new ContentId(await transaction.NextIdAsync());
                        changes.Add(new Change.AddContent(content.Value, Facts(size), blob));
                    }
                    changes.Add(
                        new Change.PutUploadPart(
                            upload.Id,
                            new UploadPart(number, $"{number:D3}", size, content, Now)
                        )
                    );
                    await transaction.ApplyAsync(changes);
                    return content;
                },
                Stop
            )
        ).Value;

    private static UploadSession NewUpload(Actor actor, string name, UploadKind kind) =>
        new()
        {
            Id = UploadId.New(),
            Vault = actor.Vault,
            Account = actor.Account,
            Device = null,
            Name = new(kind, name),
            Total = null,
            Credit = 0,
            IsOutward = false,
            Goal = new(null, null, null, null),
            Created = Now,
            Expires = Now.AddDays(1),
        };

    private async Task<UploadSession?> FindAsync(Actor actor, UploadName name) =>
        await Store.ReadAsync(
            snapshot => snapshot.FindUploadAsync(actor.Vault, actor.Account, name),
            Stop
        );

    private async Task<IReadOnlyList<UploadSession>> GoingAsync(Actor actor, DateTimeOffset now) =>
        await Store.ReadAsync(
            snapshot => snapshot.ListUploadsAsync(actor.Vault, actor.Account, now),
            Stop
        );

    private async Task<List<(long, long)>> PartsAsync(
        Actor actor,
        UploadSession upload,
        long from,
        int limit
    ) =>
        [
            .. (
                await Store.ReadAsync(
                    snapshot => snapshot.ListUploadPartsAsync(actor.Vault, upload.Id, from, limit),
                    Stop
                )
            ).Select(part =>
            {
                Assert.Equal(($"{part.Number:D3}", Now), (part.Name, part.Written));
                return (part.Number, part.Size);
            }),
        ];

    private async Task<int> PurgeAsync(UploadSession upload, int limit, DateTimeOffset now) =>
        (
            await Store.WriteAsync<int>(
                async transaction =>
                    await transaction.PurgeUploadAsync(upload.Vault, upload.Id, limit, now),
                Stop
            )
        ).Value;

    private async Task<long> HeldAsync(Actor actor, BlobId? own) => (
            await Store.LoadAsync(
                new FactsRequest
                {
                    Actor = actor,
                    Now = Now,
                    Paths = [],
                    OwnHold = own,
                },
                Stop
            )
        ).Vault.HeldBytes;
}
