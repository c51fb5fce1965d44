using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>What the vault relies on, whatever the engine. An engine's tests are a subclass that opens it.</summary>
public abstract class MetadataStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IMetadataStore Store { get; }

    protected abstract IBlobLedger Ledger { get; }

    protected abstract IAuditLog Audit { get; }

    protected abstract IOutbox Outbox { get; }

    protected abstract ValueTask<Actor> AddActorAsync(string name, long? capacityBytes);

    [Fact]
    public async Task A_new_vault_is_an_empty_tree()
    {
        var actor = await AddActorAsync("a", 1_000);
        var facts = await LoadAsync(actor);
        Assert.False(facts.IsSignedOut);
        Assert.Equal((0, 0, 0), (facts.Vault.UsedBytes, facts.Vault.Items, facts.Vault.HeldBytes));
        Assert.Equal(1_000, facts.Vault.AvailableBytes);
        Assert.True(facts.Paths[0].Node!.IsFolder);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task An_actor_without_account_is_signed_out()
    {
        var actor = await AddActorAsync("a", null);
        Assert.True((await LoadAsync(actor with { Account = new(4711) })).IsSignedOut);
        Assert.True((await LoadAsync(actor with { Device = new(4711) })).IsSignedOut);
        Assert.True((await LoadAsync(actor with { CredentialVersion = 4711 })).IsSignedOut);
        Assert.True((await LoadAsync(actor with { Vault = new(4711) })).IsSignedOut);
    }

    [Fact]
    public async Task A_path_gives_the_rows_as_far_as_they_go()
    {
        var actor = await AddActorAsync("a", null);
        var folder = await AddFolderAsync(actor, [], "Docs");
        var file = await AddFileAsync(actor, ["Docs"], "a.txt", 5);
        var facts = await LoadAsync(
            actor,
            ["Docs", "a.txt"],
            ["Docs", "missing", "deeper"],
            ["docs"],
            ["Docs", "a.txt", "below a file"]
        );
        Assert.Equal([facts.Vault.Root, folder, file], facts.Paths[0].Chain.Select(row => row.Id));
        Assert.Equal(5, facts.Paths[0].Node!.Size);
        Assert.Equal(2, facts.Paths[1].Chain.Count);
        Assert.Null(facts.Paths[1].Parent);
        Assert.Equal("Docs", facts.Paths[2].CaseSibling?.Name);
        Assert.Null(facts.Paths[3].Parent);
        Assert.Null(facts.Paths[3].Node);
    }

    [Fact]
    public async Task Counters_reach_every_folder_above()
    {
        var actor = await AddActorAsync("a", 100);
        await AddFolderAsync(actor, [], "x");
        await AddFolderAsync(actor, ["x"], "y");
        await AddFileAsync(actor, ["x", "y"], "f", 7);
        var facts = await LoadAsync(actor, [], ["x"], ["x", "y"]);
        Assert.Equal(
            (7, 3, 93),
            (facts.Vault.UsedBytes, facts.Vault.Items, facts.Vault.AvailableBytes)
        );
        Assert.Equal([3L, 2L, 1L], facts.Paths.Select(path => path.Node!.SubtreeItems));
        Assert.Equal([3, 2, 1], facts.Paths.Select(path => path.Node!.Height));
        Assert.All(facts.Paths, path => Assert.Equal(7, path.Node!.SubtreeBytes));
        Assert.All(
            facts.Paths,
            path => Assert.Equal(facts.Vault.ChangeSeq, path.Node!.SubtreeVersion)
        );
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_refusal_undoes_everything_the_command_did()
    {
        var actor = await AddActorAsync("a", null);
        var result = await Store.WriteAsync<bool>(
            async transaction =>
            {
                await InsertAsync(transaction, actor, [], "f", NodeKind.File, 3);
                return new Refusal(RefusalRule.ConditionFailed);
            },
            Stop
        );
        Assert.Equal(RefusalRule.ConditionFailed, result.Refusal?.Rule);
        Assert.Null((await LoadAsync(actor, ["f"])).Paths[0].Node);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task An_exception_undoes_only_its_own_command()
    {
        var actor = await AddActorAsync("a", null);
        var writes = Enumerable
            .Range(0, 40)
            .Select(i =>
                Store
                    .WriteAsync<bool>(
                        async transaction =>
                        {
                            await InsertAsync(transaction, actor, [], $"f{i}", NodeKind.File, 1);
                            return i % 2 == 0 ? true : throw new InvalidDataException("planted");
                        },
                        Stop
                    )
                    .AsTask()
            )
            .ToList();
        for (var i = 0; i < writes.Count; i++)
        {
            if (i % 2 == 0)
                Assert.True((await writes[i]).Value);
            else
                await Assert.ThrowsAsync<InvalidDataException>(() => writes[i]);
        }
        Assert.Equal(20, (await LoadAsync(actor)).Vault.Items);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_command_that_was_cancelled_before_it_began_does_nothing()
    {
        var actor = await AddActorAsync("a", null);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Store.WriteAsync<bool>(
                async transaction =>
                {
                    await InsertAsync(transaction, actor, [], "f", NodeKind.File, 1);
                    return true;
                },
                cancelled.Token
            )
        );
        Assert.Null((await LoadAsync(actor, ["f"])).Paths[0].Node);
    }

    [Fact]
    public async Task Every_id_that_was_kept_is_given_once()
    {
        var kept = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    Store
                        .WriteAsync<long[]>(
                            transaction =>
                            {
                                long[] ids =
                                [
                                    .. Enumerable.Range(0, 20).Select(_ => transaction.NextId()),
                                ];
                                return new(
                                    i % 3 == 0
                                        ? new Refusal(RefusalRule.ConditionFailed)
                                        : (VaultResult<long[]>)ids
                                );
                            },
                            Stop
                        )
                        .AsTask()
                )
        );
        var given = kept.Where(result => result.IsSuccess)
            .SelectMany(result => result.Value)
            .ToList();
        Assert.Equal(133 * 20, given.Count);
        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.All(given, id => Assert.InRange(id, 1, (1L << 53) - 1));
    }

    [Fact]
    public async Task A_listing_is_in_the_order_of_keys_and_deep_gives_folders_first()
    {
        var actor = await AddActorAsync("a", null);
        await AddFolderAsync(actor, [], "z");
        foreach (var name in (string[])["b", "A", "c"])
            await AddFileAsync(actor, [], name, 1);
        await AddFolderAsync(actor, ["z"], "y");
        await AddFileAsync(actor, ["z", "y"], "f", 1);
        Assert.Equal(["A", "b", "c", "z"], await ListAsync(actor, isDeep: false));
        Assert.Equal(["A", "b", "c", "z", "y", "f"], await ListAsync(actor, isDeep: true));
    }

    [Fact]
    public async Task Former_rows_are_history_and_own_their_content()
    {
        var actor = await AddActorAsync("a", null);
        await AddFileAsync(actor, [], "f", 3);
        await ReplaceAsync(actor, "f", 4, keepsContent: true);
        Assert.Equal(2, (await ContentsAsync()).Count);
        await ReplaceAsync(actor, "f", 5, keepsContent: false);
        Assert.Equal([3L, 5L], (await ContentsAsync()).Select(content => content.Size));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Equal([actor.Vault], await Store.ListExpiringVaultsAsync(Now, Now.AddDays(1), Stop));
        Assert.Equal(2, (await PurgeHistoryAsync(actor, Now.AddDays(1))).Value);
        Assert.Equal([5L], (await ContentsAsync()).Select(content => content.Size));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_hold_counts_until_its_lease_ends_and_never_against_its_own_upload()
    {
        var actor = await AddActorAsync("a", 100);
        var blob = BlobId.New();
        Assert.Equal(default, await Ledger.MeasureAsync(Stop));
        await ApplyAsync(actor, new Change.StageBlob(blob, 60, Now.AddMinutes(1)));
        Assert.Equal(new LedgerBacklog(1, 0, null), await Ledger.MeasureAsync(Stop));
        Assert.Equal(40, (await LoadAsync(actor)).Vault.AvailableBytes);
        Assert.Equal(100, (await LoadAsync(actor, ownHold: blob)).Vault.AvailableBytes);
        Assert.Equal(100, (await LoadAsync(actor, now: Now.AddMinutes(2))).Vault.AvailableBytes);
        await ApplyAsync(actor, new Change.GrowHold(blob, 10, Now.AddMinutes(5)));
        Assert.Equal(30, (await LoadAsync(actor, now: Now.AddMinutes(2))).Vault.AvailableBytes);
        await ApplyAsync(actor, new Change.AbandonBlob(blob));
        Assert.Equal(100, (await LoadAsync(actor)).Vault.AvailableBytes);
        Assert.Equal([blob], await Ledger.ListCondemnedAsync(Now.AddDays(1), 10, Stop));
        Assert.Equal(new LedgerBacklog(0, 1, Now), await Ledger.MeasureAsync(Stop));
        await Ledger.MarkGoneAsync([blob], Stop);
        Assert.Empty(await Ledger.FindKnownAsync([blob], Stop));
    }

    [Fact]
    public async Task A_condemned_blob_can_no_longer_be_committed()
    {
        var actor = await AddActorAsync("a", null);
        var blob = BlobId.New();
        await ApplyAsync(actor, new Change.StageBlob(blob, 10, Now.AddMinutes(1)));
        Assert.Equal(1, await Ledger.CondemnExpiredAsync(Now.AddMinutes(2), Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await ApplyAsync(actor, new Change.AddContent(new(4711), Facts(10), blob))
        );
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await ApplyAsync(actor, new Change.GrowHold(blob, 1, Now.AddMinutes(9)))
        );
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    /// <summary>A folder with a file in it.</summary>
    [Fact]
    public async Task What_is_recorded_and_told_of_a_change_is_there_with_it_or_not_at_all()
    {
        var actor = await AddActorAsync("a", null);
        var chain = AuditChainId.Of(actor.Account);
        foreach (var isKept in (bool[])[false, true])
        {
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
                    var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                    changes.Add(
                        new Change.AddAudit(
                            new AuditEntry
                            {
                                Chain = chain,
                                At = Now,
                                Actor = AuditActors.Owner,
                                Act = "test.act",
                            }
                        )
                    );
                    changes.Add(
                        new Change.AddEvent(
                            new ServiceEvent
                            {
                                Account = actor.Account,
                                Type = EventTypes.CapacityReached,
                                OccurredAt = Now,
                                Data = """{"percent":80}""",
                            }
                        )
                    );
                    await transaction.ApplyAsync(changes);
                    return isKept ? true : new Refusal(RefusalRule.ConditionFailed);
                },
                Stop
            );
            var acts = (await Audit.ReadAsync(chain, 0, 10, Stop)).Records;
            Assert.Equal(isKept ? 2 : 1, acts.Count);
            Assert.Equal(
                isKept ? [EventTypes.CapacityReached] : [],
                (await Outbox.ListDueAsync(Now, 10, Stop)).Select(due => due.Event.Type)
            );
        }
    }

    protected async Task AddTreeAsync(Actor actor)
    {
        await AddFolderAsync(actor, [], "folder");
        await AddFileAsync(actor, ["folder"], "file", 3);
    }

    private async Task<Facts> LoadAsync(
        Actor actor,
        IReadOnlyList<string>[] paths,
        BlobId? ownHold = null,
        DateTimeOffset? now = null
    ) =>
        await Store.ReadAsync(
            snapshot =>
                snapshot.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = now ?? Now,
                        OwnHold = ownHold,
                        Paths = [.. paths.Select(path => new PathRequest(path))],
                    }
                ),
            Stop
        );

    private Task<Facts> LoadAsync(Actor actor, params IReadOnlyList<string>[] paths) =>
        LoadAsync(
            actor,
            paths.Length == 0
                ?
                [
                    [],
                ]
                : paths,
            null
        );

    private Task<Facts> LoadAsync(Actor actor, BlobId ownHold) =>
        LoadAsync(
            actor,
            [
                [],
            ],
            ownHold
        );

    private Task<Facts> LoadAsync(Actor actor, DateTimeOffset now) =>
        LoadAsync(
            actor,
            [
                [],
            ],
            null,
            now
        );

    private Task<NodeId> AddFolderAsync(Actor actor, string[] parent, string name) =>
        AddAsync(actor, parent, name, NodeKind.Folder, 0);

    private Task<NodeId> AddFileAsync(Actor actor, string[] parent, string name, long size) =>
        AddAsync(actor, parent, name, NodeKind.File, size);

    private async Task<NodeId> AddAsync(
        Actor actor,
        string[] parent,
        string name,
        NodeKind kind,
        long size
    ) =>
        (
            await Store.WriteAsync<NodeId>(
                async transaction =>
                    await InsertAsync(transaction, actor, parent, name, kind, size),
                Stop
            )
        ).Value;

    private static async ValueTask<NodeId> InsertAsync(
        IMetadataTransaction transaction,
        Actor actor,
        string[] parent,
        string name,
        NodeKind kind,
        long size
    )
    {
        var facts = await transaction.LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                Paths = [new PathRequest([.. parent, name])],
            }
        );
        var changes = new ChangeSet(facts.Vault, Now);
        var row = new NodeRow
        {
            Id = new(transaction.NextId()),
            Parent = facts.Paths[0].Parent!.Id,
            Name = name,
            NameKey = facts.Vault.KeyOf(name),
            Kind = kind,
            Size = size,
            Revision = Guid.NewGuid(),
        };
        if (size > 0)
        {
            row.Content = new ContentId(transaction.NextId());
            changes.Add(new Change.AddContent(row.Content.Value, Facts(size), null));
        }
        changes.Add(new Change.InsertNode(row));
        changes.Count(facts.Paths[0].Ancestors, size, 0, 1, 1, changesMembers: true);
        await transaction.ApplyAsync(changes);
        return row.Id;
    }

    private async Task ReplaceAsync(Actor actor, string name, long size, bool keepsContent) =>
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new PathRequest([name])],
                    }
                );
                var former = facts.Paths[0].Node!;
                var changes = new ChangeSet(facts.Vault, Now);
                var row = former.Copy();
                row.Size = size;
                row.Content = new ContentId(transaction.NextId());
                changes.Add(new Change.AddContent(row.Content.Value, Facts(size), null));
                changes.Add(
                    new Change.ReplaceNode(former, row, HistoryReason.Written, true, keepsContent)
                );
                if (!keepsContent)
                    changes.Add(new Change.ReleaseContent(former.Content!.Value, former.Id));
                changes.Count(
                    facts.Paths[0].Ancestors,
                    size - former.Size,
                    0,
                    0,
                    0,
                    changesMembers: false
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

    private async Task ApplyAsync(Actor actor, Change change) =>
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
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                changes.Add(change);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

    private async Task<VaultResult<int>> PurgeHistoryAsync(Actor actor, DateTimeOffset before) =>
        await Store.WriteAsync<int>(
            async transaction => await transaction.PurgeHistoryAsync(actor.Vault, before, 100, Now),
            Stop
        );

    private async Task<IReadOnlyList<LedgerContent>> ContentsAsync() =>
        await Ledger.ListContentsAsync(new ContentId(0), 100, Stop);

    private async Task<List<string>> ListAsync(Actor actor, bool isDeep)
    {
        var root = (await LoadAsync(actor)).Vault.Root;
        return await Store.ReadAsync(
            async snapshot =>
            {
                var names = new List<string>();
                await snapshot.ListAsync(
                    actor.Vault,
                    root,
                    isDeep,
                    NodeDetails.None,
                    row => names.Add(row.Name)
                );
                return names;
            },
            Stop
        );
    }

    private static InlineContent Facts(long size) =>
        new()
        {
            Size = size,
            Sha256 = new byte[32],
            Crc32 = 0,
            Bytes = new byte[size],
        };
}
