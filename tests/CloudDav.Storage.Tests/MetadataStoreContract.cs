using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>What the vault relies on, whatever the engine. An engine's tests are a subclass that opens it.</summary>
public abstract partial class MetadataStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IMetadataStore Store { get; }

    protected abstract IBlobLedger Ledger { get; }

    protected abstract IContractStore Contracts { get; }

    protected abstract IAuditLog Audit { get; }

    protected abstract IOutbox Outbox { get; }

    /// <summary>All of it together.</summary>
    protected abstract MetadataPorts Ports { get; }

    protected abstract ValueTask<Actor> AddActorAsync(string name, long? capacityBytes);

    /// <summary>Runs a statement that every engine understands.</summary>
    protected abstract ValueTask ExecuteAsync(string sql);

    /// <summary>What breaks an invariant in the same words on every engine, and what an inspection says of it.</summary>
    public static TheoryData<string, string> Broken =>
        new()
        {
            { "UPDATE vaults SET used_bytes = used_bytes + 1", "used bytes" },
            { "UPDATE vaults SET items = items - 1", "used bytes" },
            {
                "UPDATE dirs SET subtree_items = subtree_items + 1 WHERE parent_id <> 0",
                "counters"
            },
            { "UPDATE dirs SET height = 0", "height" },
            { "UPDATE dirs SET subtree_version = 0", "version" },
            { "UPDATE nodes SET changed_seq = 1000 WHERE kind = 1", "above the vault's" },
            { "UPDATE nodes SET parent_id = 4711 WHERE kind = 1", "missing or is none" },
            { "UPDATE nodes SET content_id = NULL WHERE kind = 1", "content is missing" },
            { "UPDATE nodes SET name_key = 'x' WHERE kind = 1", "name or its key" },
            { "UPDATE nodes SET property_bytes = 3 WHERE kind = 1", "property bytes" },
            { "DELETE FROM dirs WHERE parent_id <> 0", "belong together" },
            { "DELETE FROM contents", "content is missing" },
            { "DELETE FROM inline_contents", "neither inline bytes" },
            {
                "INSERT INTO content_refs SELECT vault_id, content_id, 4711 FROM contents",
                "owners"
            },
            {
                "INSERT INTO locks SELECT vault_id, 't', 4711, 1, NULL, 0, 0, NULL, 'a', 0, 9999999999999 FROM vaults",
                "lock is on no node"
            },
            {
                "INSERT INTO node_history SELECT vault_id, 1, node_id, 1, 0, 0, 1, 0, parent_id, name, kind, size, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL FROM nodes WHERE kind = 1",
                "history spans"
            },
            {
                "INSERT INTO node_history SELECT vault_id, 1, node_id, 0, 0, 0, 2, 0, parent_id, name, kind, size, NULL, NULL, NULL, 0, 0, 7, NULL, NULL, NULL, NULL FROM nodes WHERE kind = 1",
                "put aside"
            },
            {
                "INSERT INTO node_history SELECT vault_id, 1, node_id, 0, 0, 0, 1, 0, parent_id, name, kind, size, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, 5 FROM nodes WHERE kind = 1",
                "is hidden"
            },
            { "UPDATE sequences SET next = 1", "sequence" },
            { "INSERT INTO protected_nodes SELECT vault_id, 4711, 0 FROM vaults", "marks" },
            { "INSERT INTO favorites SELECT vault_id, 1, 4711 FROM vaults", "marks" },
            { Session(account: "4711"), "a session is of no account" },
            { Session(version: "a.credential_version + 1"), "a session is of no account" },
            { Session(expires: 4), "a session is of no account" },
            { SecondFactor(account: "4711"), "a second factor" },
            { SecondFactor(confirmed: "4"), "a second factor" },
            { SecondFactor(confirmed: "NULL"), "a second factor" },
            {
                "INSERT INTO recovery_codes (account_id, mac) SELECT a.account_id, c.sha256 FROM accounts a CROSS JOIN contents c",
                "a second factor"
            },
            { LoginFlow(account: "4711", version: "0"), "a login flow is half granted" },
            { LoginFlow(account: "a.account_id"), "a login flow is half granted" },
            { LoginFlow(version: "0"), "a login flow is half granted" },
            {
                LoginFlow(account: "a.account_id", version: "a.credential_version + 1"),
                "a login flow is half granted"
            },
            { LoginFlow(loginHash: "c.sha256"), "a login flow is half granted" },
            { LoginFlow(expires: 4), "a login flow is half granted" },
            { Pairing(account: "4711", version: "0"), "a TV's pairing is half granted" },
            { Pairing(account: "a.account_id"), "a TV's pairing is half granted" },
            { Pairing(version: "0"), "a TV's pairing is half granted" },
            {
                Pairing(account: "a.account_id", version: "a.credential_version + 1"),
                "a TV's pairing is half granted"
            },
            {
                Pairing(account: "a.account_id", version: "0", refused: 1),
                "a TV's pairing is half granted"
            },
            { Pairing(userHash: "c.sha256"), "a TV's pairing is half granted" },
            { Pairing(expires: 4), "a TV's pairing is half granted" },
            {
                "INSERT INTO media_addresses (account_id, device_id, node_id, created, expires) SELECT a.account_id, 4711, 1, 5, 9 FROM accounts a",
                "a media address is of no TV set"
            },
        };

    /// <summary>What is over, and what nobody has granted yet, is in order.</summary>
    public static TheoryData<string> Unbroken =>
        [
            Session(),
            Session(expires: 5),
            SecondFactor(),
            SecondFactor(confirmed: "NULL", step: 0),
            LoginFlow(),
            LoginFlow(expires: 5),
            LoginFlow(account: "a.account_id", version: "a.credential_version"),
            Pairing(refused: 1, expires: 5),
            Pairing(account: "a.account_id", version: "a.credential_version"),
        ];

    [Theory]
    [MemberData(nameof(Unbroken))]
    public async Task What_is_in_order_is_not_found(string sql)
    {
        var actor = await AddActorAsync("a", null);
        await AddTreeAsync(actor);
        await ExecuteAsync(sql);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    // Of the one account and the one content that there are; 5 is when it began.
    private static string Session(
        string account = "a.account_id",
        string version = "a.credential_version",
        long expires = 9
    ) =>
        $"INSERT INTO sessions (account_id, token_hash, credential_version, agent, address, created, last_used, expires) SELECT {account}, c.sha256, {version}, 'a', 'b', 5, 5, {expires} FROM accounts a CROSS JOIN contents c";

    private static string SecondFactor(
        string account = "a.account_id",
        string confirmed = "5",
        long step = 7
    ) =>
        $"INSERT INTO second_factors (account_id, secret, created, confirmed, last_step) SELECT {account}, c.sha256, 5, {confirmed}, {step} FROM accounts a CROSS JOIN contents c";

    private static string LoginFlow(
        string account = "NULL",
        string version = "NULL",
        string loginHash = "i.bytes",
        long expires = 9
    ) =>
        $"INSERT INTO login_flows (poll_hash, login_hash, agent, address, created, expires, account_id, credential_version) SELECT c.sha256, {loginHash}, 'a', 'b', 5, {expires}, {account}, {version} FROM accounts a CROSS JOIN contents c JOIN inline_contents i ON i.content_id = c.content_id";

    private static string Pairing(
        string account = "NULL",
        string version = "NULL",
        string userHash = "i.bytes",
        int refused = 0,
        long expires = 9
    ) =>
        $"INSERT INTO tv_pairings (device_hash, user_hash, client, name, address, created, expires, pause, next_poll, looks, is_refused, account_id, credential_version) SELECT c.sha256, {userHash}, 'a', 'b', 'c', 5, {expires}, 5, 5, 0, {refused}, {account}, {version} FROM accounts a CROSS JOIN contents c JOIN inline_contents i ON i.content_id = c.content_id";

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
                            async transaction =>
                            {
                                var ids = new long[20];
                                for (var j = 0; j < ids.Length; j++)
                                    ids[j] = await transaction.NextIdAsync();
                                return i % 3 == 0 ? new Refusal(RefusalRule.ConditionFailed) : ids;
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
    public async Task Contents_come_in_pages_each_once_and_any_is_found_by_the_place_before_it()
    {
        var actors = (Actor[])[await AddActorAsync("a", null), await AddActorAsync("b", null)];
        for (var i = 0; i < 6; i++)
            await AddFileAsync(actors[i % 2], [], $"{i}", i + 1);
        var found = new List<LedgerContent>();
        var after = default(LedgerPlace);
        while (await Ledger.ListContentsAsync(after, 2, Stop) is { Count: > 0 } page)
        {
            found.AddRange(page);
            after = page[^1].Place;
        }
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], found.Select(content => content.Size).Order());
        foreach (var (vault, content) in found.Select(content => content.Place))
        {
            var before = new LedgerPlace(vault, new(content.Value - 1));
            var next = Assert.Single(await Ledger.ListContentsAsync(before, 1, Stop));
            Assert.Equal((vault, content), (next.Vault, next.Content));
        }
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
        Assert.Equal([actor.Vault], await ListExpiringAsync(historyBefore: Now.AddDays(1)));
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
    public async Task Restored_metadata_begins_another_future()
    {
        var (one, two) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        await AddFileAsync(one, [], "f", 3);
        var blob = BlobId.New();
        await ApplyAsync(one, new Change.StageBlob(blob, 60, Now.AddMinutes(1)));
        Assert.True(
            await Ports.Leases.TryTakeAsync("job", "holder", Now, TimeSpan.FromHours(1), Stop)
        );
        await Outbox.AddAsync(Event(), Stop);
        var pass = ScrubPass.New(Now);
        await Care.FinishPassAsync(pass, Now, Stop);
        await Care.SavePassAsync(pass, Stop);
        var before = (await EpochAsync(one), await EpochAsync(two));

        await Ports.BeginAnewAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = Now,
                Actor = "a",
                Act = AuditActs.BackupRestored,
            },
            Stop
        );

        var after = (await EpochAsync(one), await EpochAsync(two));
        Assert.Equal(
            4,
            new HashSet<long> { before.Item1, before.Item2, after.Item1, after.Item2 }.Count
        );
        Assert.True(after is { Item1: >= 0, Item2: >= 0 });
        Assert.True(await CountAsync("SELECT next FROM sequences WHERE name = 'ids'") > 1L << 32);
        Assert.True(
            await CountAsync("SELECT next FROM sequences WHERE name = 'vaults'") > 1_000_000
        );
        await Outbox.AddAsync(Event(), Stop);
        Assert.Equal(
            [1L, 1_000_002L],
            (await Outbox.ListAsync(one.Account, 0, 10, Stop)).Select(row => row.Key.Number)
        );
        Assert.False(await Ports.Leases.IsHeldAsync("job", Now, Stop));
        Assert.Equal(new CareState(null, null, null, null), await Care.LoadAsync(Stop));
        Assert.Equal(new LedgerBacklog(0, 1, Now), await Ledger.MeasureAsync(Stop));
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM holds"));
        Assert.Equal(
            AuditActs.BackupRestored,
            Assert
                .Single(await Audit.ListAsync(AuditChainId.Operator, long.MaxValue, 1, Stop))
                .Entry.Act
        );
        foreach (var actor in (Actor[])[one, two])
            Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        async Task<long> EpochAsync(Actor actor) => (await LoadAsync(actor)).Vault.Epoch;

        ServiceEvent Event() =>
            new()
            {
                Account = one.Account,
                Type = "t",
                OccurredAt = Now,
            };
    }

    [Fact]
    public async Task What_the_ledger_does_not_know_can_be_condemned_and_what_it_knows_stays()
    {
        var actor = await AddActorAsync("a", null);
        var (staged, unknown) = (BlobId.New(), BlobId.New());
        await ApplyAsync(actor, new Change.StageBlob(staged, 60, Now.AddMinutes(1)));
        for (var twice = 0; twice < 2; twice++)
            await Ledger.CondemnUnknownAsync([unknown, staged], Now.AddHours(twice), Stop);
        Assert.Equal(new LedgerBacklog(1, 1, Now), await Ledger.MeasureAsync(Stop));
        Assert.Equal([unknown], await Ledger.ListCondemnedAsync(Now.AddDays(1), 10, Stop));
        await Ledger.MarkGoneAsync([unknown], Stop);
        Assert.Equal([staged], await Ledger.FindKnownAsync([staged, unknown], Stop));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
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

    [Fact]
    public async Task A_name_that_is_too_long_to_be_there_is_not_found()
    {
        var actor = await AddActorAsync("a", null);
        await AddFolderAsync(actor, [], "Docs");
        var name = new string('x', 3_000);
        var facts = await LoadAsync(actor, [name], ["Docs", name, "below"]);
        Assert.Null(facts.Paths[0].Node);
        Assert.Equal(2, facts.Paths[1].Chain.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Names_are_found_folded_for_those_who_fold_them(bool isCaseInsensitive)
    {
        var actor = await AddActorAsync("a", null);
        if (!isCaseInsensitive)
            await ExecuteAsync("UPDATE vaults SET case_insensitive = 0");
        await AddFolderAsync(actor, [], "Straße");
        await AddFolderAsync(actor, ["Straße"], "Σίσυφος");
        await AddFileAsync(actor, ["Straße", "Σίσυφος"], "Åre.TXT", 3);
        string[] asked = ["STRAßE", "ΣΊΣΥΦΟΣ", "åRE.txt"];
        var facts = await LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                FoldsNames = true,
                Paths = [new PathRequest(asked, NodeDetails.Crc32), new PathRequest(["nothing"])],
            }
        );
        Assert.Equal(3, facts.Paths[0].Node?.Size);
        Assert.Equal(asked, facts.Paths[0].Path);
        Assert.Equal(["Straße", "Σίσυφος", "Åre.TXT"], facts.Paths[0].StoredPath);
        Assert.Null(facts.Paths[1].Node);
        Assert.Null((await LoadAsync(actor, asked)).Paths[0].Node);
        if (isCaseInsensitive)
            return;
        // Exactly one must match.
        await AddFolderAsync(actor, [], "straße");
        facts = await LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                FoldsNames = true,
                Paths = [new PathRequest(asked), new PathRequest(["straße"])],
            }
        );
        Assert.Null(facts.Paths[0].Node);
        Assert.NotNull(facts.Paths[1].Node);
    }

    [Fact]
    public async Task Locks_are_found_on_the_way_down_and_below()
    {
        var actor = await AddActorAsync("a", null);
        var x = await AddFolderAsync(actor, [], "x");
        await AddFolderAsync(actor, ["x"], "y");
        var file = await AddFileAsync(actor, ["x", "y"], "f", 1);
        var (upper, lower, ended) = (
            LockOn(actor, x, "u"),
            LockOn(actor, file, "l"),
            LockOn(actor, x, "e")
        );
        await ApplyAsync(actor, new Change.AddLock(ended with { Expires = Now.AddMinutes(1) }));
        await ApplyAsync(actor, new Change.AddLock(upper));
        await ApplyAsync(actor, new Change.AddLock(lower));
        var facts = await LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now.AddMinutes(2),
                Paths =
                [
                    new PathRequest(["x", "y", "f"], NodeDetails.Locks),
                    new PathRequest(["x"], NodeDetails.Locks | NodeDetails.LocksBelow),
                    new PathRequest(["x", "y", "new"], NodeDetails.Locks),
                    new PathRequest([], NodeDetails.LocksBelow),
                    new PathRequest(["x"]),
                ],
            }
        );
        Assert.True(facts.Vault.HasLocks);
        Assert.Equal(["u 1", "l 3"], Shown(facts.Paths[0].Locks));
        Assert.Equal(["u 1"], Shown(facts.Paths[1].Locks));
        Assert.Equal(["l 3"], Shown(facts.Paths[1].LocksBelow));
        Assert.Equal(["x", "y", "f"], facts.Paths[1].LocksBelow[0].Path);
        Assert.Equal(["u 1"], Shown(facts.Paths[2].Locks));
        Assert.Equal(
            ["l 3", "u 1"],
            Shown(facts.Paths[3].LocksBelow).Order(StringComparer.Ordinal)
        );
        Assert.Empty(facts.Paths[4].Locks);
        var listed = await Store.ReadAsync(
            snapshot => snapshot.ListLocksAsync(actor.Vault, Now.AddMinutes(2)),
            Stop
        );
        Assert.Equal(["l", "u"], listed.Select(held => held.Token).Order(StringComparer.Ordinal));
        var read = listed.Single(held => held.Token == "l");
        Assert.Equal(lower with { Path = read.Path }, read);

        await ApplyAsync(actor, new Change.ExtendLock(lower.Token, Now.AddHours(9)));
        await ApplyAsync(actor, new Change.RemoveLock(upper.Token));
        await ApplyAsync(actor, new Change.MoveLocks(file, x));
        var locks = await Store.ReadAsync(
            snapshot => snapshot.ListLocksAsync(actor.Vault, Now.AddHours(8)),
            Stop
        );
        Assert.Equal((lower.Token, x), (locks.Single().Token, locks[0].Node));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now.AddMinutes(2), Stop));
    }

    [Fact]
    public async Task Dead_properties_are_set_listed_and_removed()
    {
        var actor = await AddActorAsync("a", null);
        var file = await AddFileAsync(actor, [], "f", 1);
        await AddFolderAsync(actor, [], "g");
        var (long_, short_) = (
            new NodeProperty(new string('n', 3_000), "<x/>"),
            new NodeProperty("{urn:x}b", "<b>ü</b>")
        );
        await PatchAsync(
            actor,
            ["f"],
            new Change.SetProperty(file, long_),
            new Change.SetProperty(file, short_)
        );
        await PatchAsync(
            actor,
            ["f"],
            new Change.SetProperty(file, short_ with { Xml = "<b>new</b>" }),
            new Change.RemoveProperty(file, "not there")
        );
        var facts = await LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                Paths =
                [
                    new PathRequest(["f"], NodeDetails.Properties | NodeDetails.Checksums),
                    new PathRequest(["g"], NodeDetails.Properties),
                ],
            }
        );
        Assert.Equal(
            [long_, short_ with { Xml = "<b>new</b>" }],
            facts.Paths[0].Node!.Properties.OrderByDescending(property => property.Name.Length)
        );
        Assert.Equal(
            long_.Bytes + (short_ with { Xml = "<b>new</b>" }).Bytes,
            facts.Paths[0].Node!.PropertyBytes
        );
        Assert.StartsWith("SHA256:0000", facts.Paths[0].Node!.Checksums, StringComparison.Ordinal);
        Assert.Empty(facts.Paths[1].Node!.Properties);
        foreach (var isDeep in (bool[])[false, true])
            Assert.Equal(
                ["f 2 SHA256", "g 0 "],
                await ListAsync(
                    actor,
                    isDeep,
                    NodeDetails.Properties | NodeDetails.Checksums | NodeDetails.Crc32,
                    row => $"{row.Name} {row.Properties.Count} {row.Checksums?.Split(':')[0]}"
                )
            );
        await PatchAsync(
            actor,
            ["f"],
            new Change.RemoveProperty(file, long_.Name),
            new Change.RemoveProperty(file, short_.Name)
        );
        Assert.Equal(0, (await LoadAsync(actor, ["f"])).Paths[0].Node!.PropertyBytes);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_copy_shares_contents_and_a_move_changes_one_row()
    {
        var actor = await AddActorAsync("a", null);
        await AddTreeAsync(actor);
        await AddFolderAsync(actor, ["folder"], "inner");
        var file = await AddFileAsync(actor, ["folder", "inner"], "deep", 5);
        await AddFileAsync(actor, ["folder"], "other", 7);
        await PatchAsync(
            actor,
            ["folder", "inner", "deep"],
            new Change.SetProperty(file, new NodeProperty("n", "<x/>"))
        );
        await CopyFolderAsync(actor, "folder", "copy");
        var facts = await LoadAsync(
            actor,
            ["copy"],
            ["copy", "inner", "deep"],
            ["folder", "inner", "deep"]
        );
        Assert.Equal(
            (4, 15, 5),
            (
                facts.Paths[0].Node!.SubtreeItems,
                facts.Paths[0].Node!.SubtreeBytes,
                facts.Paths[1].Node!.Size
            )
        );
        Assert.Equal(facts.Paths[1].Node!.Content, facts.Paths[2].Node!.Content);
        Assert.NotEqual(facts.Paths[1].Node!.Revision, facts.Paths[2].Node!.Revision);
        Assert.Equal(3, (await ContentsAsync()).Count);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));

        await MoveAsync(actor, ["copy"], ["folder", "moved"]);
        facts = await LoadAsync(
            actor,
            [],
            ["folder"],
            ["folder", "moved", "inner", "deep"],
            ["copy"]
        );
        Assert.Equal((10, 9), (facts.Vault.Items, facts.Paths[1].Node!.SubtreeItems));
        Assert.NotNull(facts.Paths[2].Node);
        Assert.Null(facts.Paths[3].Node);
        var (top, below) = (facts.Paths[1].Node!.Id, facts.Paths[2].Node!.Id);
        Assert.Equal(
            (true, false, 3),
            await Store.ReadAsync(
                async snapshot =>
                    (
                        await snapshot.IsBelowAsync(actor.Vault, below, top),
                        await snapshot.IsBelowAsync(actor.Vault, top, below),
                        await snapshot.MeasureHeightAsync(actor.Vault, top)
                    ),
                Stop
            )
        );
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task The_trash_is_purged_in_slices_and_contents_go_with_their_last_owner()
    {
        var actor = await AddActorAsync("a", null);
        await AddTreeAsync(actor);
        await AddFolderAsync(actor, ["folder"], "inner");
        for (var i = 0; i < 5; i++)
            await AddFileAsync(actor, ["folder", "inner"], $"f{i}", 5);
        await AddFileAsync(actor, [], "single", 9);
        await CopyFolderAsync(actor, "folder", "copy");
        await TrashAsync(actor, ["folder"]);
        await TrashAsync(actor, ["single"]);
        Assert.Equal([actor.Vault], await ListExpiringAsync(trashBefore: Now.AddDays(1)));
        var removed = 0;
        int slice;
        do
        {
            slice = (await PurgeTrashAsync(actor, 3)).Value;
            removed += slice;
            Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        } while (slice == 3);
        Assert.Equal(9, removed);
        // What was copied is shared with nobody any more, and still there.
        Assert.Equal(6, (await ContentsAsync()).Count);
        await TrashAsync(actor, ["copy"]);
        Assert.Equal(8, (await PurgeTrashAsync(actor, 100)).Value);
        Assert.Empty(await ContentsAsync());
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Equal(0, (await LoadAsync(actor)).Vault.Items);
    }

    [Fact]
    public async Task What_is_held_is_not_purged_nor_what_it_lies_in_nor_what_was_deleted_out_of_it()
    {
        var actor = await AddActorAsync("a", null);
        var kept = await AddFolderAsync(actor, [], "kept");
        await AddFileAsync(actor, ["kept"], "out of it", 3);
        await AddFolderAsync(actor, [], "around");
        var inside = await AddFolderAsync(actor, ["around"], "inside");
        await AddFileAsync(actor, ["around"], "beside", 3);
        await AddFileAsync(actor, [], "free", 3);
        await ReplaceAsync(actor, "free", 4, keepsContent: true);
        foreach (var node in (NodeId[])[kept, inside])
            await ExecuteAsync(
                $"""
                INSERT INTO measures (kind, switches, account_id, node_id, is_legal_order, reason_code, set_by, since)
                VALUES (3, 0, {actor.Account.Value}, {node.Value}, 0, 'test', 'test', 0)
                """
            );
        await TrashAsync(actor, ["kept", "out of it"]);
        await TrashAsync(actor, ["around"]);
        await TrashAsync(actor, ["free"]);
        Assert.Equal(1, (await PurgeTrashAsync(actor, 100)).Value);
        Assert.Equal(4, await CountTrashAsync(actor));
        await PurgeHistoryAsync(actor, Now.AddDays(1));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        await ExecuteAsync("UPDATE measures SET lifted = 1");
        Assert.Equal(4, (await PurgeTrashAsync(actor, 100)).Value);
        Assert.Equal(0, await CountTrashAsync(actor));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_staged_blob_becomes_a_content_and_is_condemned_with_it()
    {
        var actor = await AddActorAsync("a", 100);
        var (blob, lost) = (BlobId.New(), BlobId.New());
        await ApplyAsync(actor, new Change.StageBlob(blob, 10, Now.AddMinutes(1)));
        await ApplyAsync(actor, new Change.StageBlob(lost, 10, Now.AddMinutes(1)));
        await Store.WriteAsync<NodeId>(
            async transaction =>
                await InsertAsync(transaction, actor, [], "f", NodeKind.File, 10, blob),
            Stop
        );
        Assert.Equal(
            (80, 10),
            (
                (await LoadAsync(actor)).Vault.AvailableBytes,
                (await LoadAsync(actor)).Vault.HeldBytes
            )
        );
        var content = (await LoadAsync(actor, ["f"])).Paths[0].Node!.Content!.Value;
        var stored = await Store.ReadAsync(
            snapshot =>
                snapshot.FindContentsAsync(
                    actor.Vault,
                    [content, null, new ContentId(4711), content]
                ),
            Stop
        );
        Assert.Equal([blob, null, null, blob], stored.Select(one => one?.Blob));
        Assert.Equal(
            blob,
            (
                await Store.ReadAsync(
                    snapshot => snapshot.FindContentAsync(actor.Vault, content),
                    Stop
                )
            ).Blob
        );
        Assert.Equal(
            [blob, lost],
            (await Ledger.FindKnownAsync([blob, lost, BlobId.New()], Stop)).OrderBy(one =>
                one == lost
            )
        );
        Assert.Equal(1, await Ledger.CondemnExpiredAsync(Now.AddMinutes(2), Stop));
        await ReplaceAsync(actor, "f", 5, keepsContent: false);
        Assert.Equal(
            new HashSet<BlobId> { blob, lost },
            (await Ledger.ListCondemnedAsync(Now.AddDays(1), 10, Stop)).ToHashSet()
        );
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_command_that_applies_two_changes_sees_the_first_before_the_second()
    {
        var actor = await AddActorAsync("a", null);
        var result = await Store.WriteAsync<bool>(
            async transaction =>
            {
                await InsertAsync(transaction, actor, [], "one", NodeKind.Folder, 0);
                await InsertAsync(transaction, actor, ["one"], "two", NodeKind.File, 4);
                return true;
            },
            Stop
        );
        Assert.True(result.Value);
        Assert.Equal(4, (await LoadAsync(actor, ["one", "two"])).Paths[0].Node?.Size);
        Assert.Equal(2, (await LoadAsync(actor)).Vault.Items);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Fact]
    public async Task A_change_decided_by_facts_of_before_is_decided_again()
    {
        var actor = await AddActorAsync("a", null);
        await Task.WhenAll(
            Enumerable.Range(0, 30).Select(i => AddFileAsync(actor, [], $"f{i}", 2))
        );
        var facts = await LoadAsync(actor);
        Assert.Equal((30, 60), (facts.Vault.Items, facts.Vault.UsedBytes));
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
    }

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

    /// <summary>A folder with a file in it.</summary>
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
        long size,
        BlobId? blob = null
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
            Id = new(await transaction.NextIdAsync()),
            Parent = facts.Paths[0].Parent!.Id,
            Name = name,
            NameKey = facts.Vault.KeyOf(name),
            Kind = kind,
            Size = size,
            Revision = Guid.NewGuid(),
        };
        if (size > 0)
        {
            row.Content = new ContentId(await transaction.NextIdAsync());
            changes.Add(new Change.AddContent(row.Content.Value, Facts(size), blob));
        }
        changes.Add(new Change.InsertNode(row));
        changes.Count(facts.Paths[0].Ancestors, size, 0, 1, 1, changesMembers: true);
        await transaction.ApplyAsync(changes);
        return row.Id;
    }

    private async Task ReplaceAsync(
        Actor actor,
        string name,
        long size,
        bool keepsContent,
        DateTimeOffset? at = null
    ) =>
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
                var changes = new ChangeSet(facts.Vault, at ?? Now);
                var row = former.Copy();
                row.Size = size;
                row.Content = new ContentId(await transaction.NextIdAsync());
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

    private Task<Facts> LoadAsync(FactsRequest request) => Store.LoadAsync(request, Stop).AsTask();

    private static LockRow LockOn(Actor actor, NodeId node, string token) =>
        new()
        {
            Token = token,
            Node = node,
            Account = actor.Account,
            Device = null,
            IsShared = false,
            IsInfinite = true,
            OwnerXml = "<x/>",
            HolderName = "Åsa",
            Expires = Now.AddHours(1),
        };

    private static IEnumerable<string> Shown(IEnumerable<LockRow> locks) =>
        locks.Select(held => $"{held.Token} {held.Path.Count}");

    private async Task PatchAsync(Actor actor, string[] path, params Change[] properties) =>
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new PathRequest(path, NodeDetails.Properties)],
                    }
                );
                var former = facts.Paths[0].Node!;
                var sizes = former.Properties.ToDictionary(
                    property => property.Name,
                    property => property.Bytes,
                    StringComparer.Ordinal
                );
                foreach (var change in properties)
                {
                    if (change is Change.SetProperty set)
                        sizes[set.Property.Name] = set.Property.Bytes;
                    else if (change is Change.RemoveProperty remove)
                        sizes.Remove(remove.Name);
                }
                var row = former.Copy();
                row.PropertyBytes = sizes.Values.Sum();
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(
                    new Change.ReplaceNode(former, row, HistoryReason.Patched, false, true)
                );
                foreach (var change in properties)
                    changes.Add(change);
                changes.Count(
                    facts.Paths[0].Ancestors,
                    0,
                    row.PropertyBytes - former.PropertyBytes,
                    0,
                    0,
                    changesMembers: false
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

    private async Task CopyFolderAsync(Actor actor, string source, string target) =>
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new PathRequest([source]), new PathRequest([target])],
                    }
                );
                var from = facts.Paths[0].Node!;
                var row = from.Copy();
                row.Id = new NodeId(await transaction.NextIdAsync());
                row.Name = target;
                row.NameKey = facts.Vault.KeyOf(target);
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(new Change.InsertNode(row));
                changes.Add(new Change.CopyMembers(from, row));
                changes.Count(
                    facts.Paths[1].Ancestors,
                    from.SubtreeBytes,
                    from.SubtreePropertyBytes,
                    from.TotalItems,
                    1 + from.Height,
                    changesMembers: true
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

    private Task MoveAsync(Actor actor, string[] source, string[] target) =>
        MoveAsync(actor, source, target, HistoryReason.Moved);

    private Task TrashAsync(Actor actor, string[] source) =>
        MoveAsync(actor, source, null, HistoryReason.Deleted);

    private async Task MoveAsync(
        Actor actor,
        string[] source,
        string[]? target,
        HistoryReason reason,
        DeviceId? device = null,
        bool isSetAside = false,
        Actor? by = null,
        DateTimeOffset? at = null
    ) =>
        await Store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = actor,
                        Now = Now,
                        Paths = [new PathRequest(source), new PathRequest(target ?? [])],
                    }
                );
                var (vault, from) = (facts.Vault, facts.Paths[0].Node!);
                var row = from.Copy();
                row.Parent = target is null ? vault.Trash : facts.Paths[1].Parent!.Id;
                row.Name = target is null ? row.Name : target[^1];
                row.NameKey = target is null
                    ? TrashKey.Of(row.Id, (at ?? Now).ToUnixTimeMilliseconds())
                    : vault.KeyOf(row.Name);
                var changes = new ChangeSet(vault, at ?? Now) { By = by };
                changes.Add(new Change.ReplaceNode(from, row, reason, false, true));
                if (isSetAside)
                    changes.Add(new Change.SetAside(row.Id, actor.Account, device));
                changes.Count(
                    facts.Paths[0].Ancestors,
                    -from.Size - from.SubtreeBytes,
                    -from.PropertyBytes - from.SubtreePropertyBytes,
                    -from.TotalItems,
                    0,
                    changesMembers: true
                );
                changes.Count(
                    target is null ? [new NodeRow { Id = vault.Trash }] : facts.Paths[1].Ancestors,
                    from.Size + from.SubtreeBytes,
                    from.PropertyBytes + from.SubtreePropertyBytes,
                    from.TotalItems,
                    1 + from.Height,
                    changesMembers: true,
                    isInTree: target is not null
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );

    private async Task<VaultResult<int>> PurgeTrashAsync(Actor actor, int limit) =>
        await Store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeTrashAsync(
                    actor.Vault,
                    TrashRange.PutBefore(Now.AddDays(1)),
                    keptBytes: null,
                    limit,
                    Now
                ),
            Stop
        );

    private async Task<int> CountTrashAsync(Actor actor)
    {
        var trash = (await LoadAsync(actor)).Vault.Trash;
        return await Store.ReadAsync(
            async snapshot =>
            {
                var count = 0;
                await snapshot.ListAsync(actor.Vault, trash, true, NodeDetails.None, _ => count++);
                return count;
            },
            Stop
        );
    }

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
        await Ledger.ListContentsAsync(default, 100, Stop);

    private Task<List<string>> ListAsync(Actor actor, bool isDeep) =>
        ListAsync(actor, isDeep, NodeDetails.None, row => row.Name);

    private async Task<List<string>> ListAsync(
        Actor actor,
        bool isDeep,
        NodeDetails details,
        Func<NodeRow, string> show
    )
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
                    details,
                    row => names.Add(show(row))
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
            // Nothing but zeros would be the same as the bytes to SQL Server, which compares as if the shorter one had more of them.
            Sha256 = [.. new byte[31], 1],
            Crc32 = 0,
            Bytes = new byte[size],
        };
}
