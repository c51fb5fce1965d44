using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>Commands that are undone, or whose connection is cut around their commit: each is applied once, and its caller is told so.</summary>
public sealed class SqlServerRetryTests(RelayedTestDatabase server)
    : IClassFixture<RelayedTestDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly SqlServerStatement s_add = new(
        "UPDATE dbo.job_leases SET next_run = job_leases.next_run + 1 WHERE job = @job;",
        SqlServerParameter.Text("@job", 200)
    );

    private readonly SqlServerDatabase _database = server.Direct.Open();

    public static MatrixTheoryData<string, TdsCut> Commands =>
        new(
            ["PUT", "MOVE", "append", "two changes"],
            [TdsCut.BeforeRequest, TdsCut.InsteadOfAnswer]
        );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_is_applied_once_wherever_its_connection_is_cut(
        string command,
        TdsCut cut
    )
    {
        var relay = server.Relay;
        var before = relay.Cuts;
        using var database = new SqlServerDatabase(
            new SqlServerConnection(relay.ConnectionString),
            TimeProvider.System
        );
        var store = new SqlServerMetadataStore(database);
        var (uncut, actor) = (await AddActorAsync(store), await AddActorAsync(store));
        Assert.Equal(1, await RunAsync(store, uncut, command));
        // A command of one change is committed by its statement, another one by the driver.
        relay.CutNext(command == "two changes" ? null : TreeChangeStatements.ApplyAlone.Text, cut);

        var runs = await RunAsync(store, actor, command);

        Assert.Equal(before + 1, relay.Cuts);
        // What was applied is found, and not decided once more.
        Assert.Equal(cut == TdsCut.InsteadOfAnswer ? 1 : 2, runs);
        Assert.Equal(await EffectsAsync(uncut), await EffectsAsync(actor));
        Assert.Empty(await store.InspectAsync(actor.Vault, Now, Stop));
    }

    [Theory]
    [InlineData(TdsCut.BeforeRequest)]
    [InlineData(TdsCut.InsteadOfAnswer)]
    public async Task What_belongs_to_no_vault_is_applied_once_too(TdsCut cut)
    {
        var relay = server.Relay;
        var before = relay.Cuts;
        using var database = new SqlServerDatabase(
            new SqlServerConnection(relay.ConnectionString),
            TimeProvider.System
        );
        var actor = await AddActorAsync(new SqlServerMetadataStore(database));
        var log = new SqlServerAuditLog(database);
        var outbox = new SqlServerOutbox(database);
        Assert.Equal(2, await log.AppendAsync(Entry(actor), Stop));

        relay.CutNext(null, cut);
        Assert.Equal(3, await log.AppendAsync(Entry(actor), Stop));
        relay.CutNext(null, cut);
        await outbox.AddAsync(Event(actor), Stop);

        Assert.Equal(before + 2, relay.Cuts);
        Assert.Equal(
            3,
            (await log.ReadAsync(AuditChainId.Of(actor.Account), 0, 10, Stop)).Records.Count
        );
        Assert.Single(await outbox.ListAsync(actor.Account, 0, 10, Stop));
    }

    [Fact]
    public async Task Of_two_commands_that_wait_for_each_other_the_undone_one_is_run_again()
    {
        foreach (var job in (string[])["a", "b"])
            await server.Direct.ExecuteAsync(
                $"INSERT INTO dbo.job_leases (job, until, next_run) VALUES (N'{job}', 0, 0)"
            );
        using var both = new Barrier(2);
        var runs = 0;

        await Task.WhenAll(
            Task.Run(() => AddToBothAsync("a", "b"), Stop),
            Task.Run(() => AddToBothAsync("b", "a"), Stop)
        );

        Assert.Equal(3, runs);
        Assert.Equal(
            4,
            await server.Direct.ScalarAsync<long>("SELECT SUM(l.next_run) FROM dbo.job_leases AS l")
        );

        async Task AddToBothAsync(string first, string second)
        {
            var isFirst = true;
            await _database.WriteAsync(
                async session =>
                {
                    Interlocked.Increment(ref runs);
                    await session.ExecuteAsync(s_add.With(first));
                    if (isFirst)
                        both.SignalAndWait(Stop);
                    isFirst = false;
                    return await session.ExecuteAsync(s_add.With(second));
                },
                Stop
            );
        }
    }

    private async Task<Actor> AddActorAsync(SqlServerMetadataStore store)
    {
        var actor = await server.Direct.AddActorAsync(_database, "a", null, Now);
        await WriteAsync(store, actor, (changes, facts, id) => Insert(changes, facts, id, "old"));
        return actor;
    }

    /// <returns>How often it was decided.</returns>
    private static Task<int> RunAsync(SqlServerMetadataStore store, Actor actor, string command) =>
        command switch
        {
            "PUT" => WriteAsync(
                store,
                actor,
                (changes, facts, id) => Insert(changes, facts, id, "new")
            ),
            "MOVE" => WriteAsync(store, actor, (changes, facts, _) => Move(changes, facts)),
            "append" => WriteAsync(
                store,
                actor,
                (changes, _, _) =>
                {
                    changes.Add(new Change.AddAudit(Entry(actor)));
                    changes.Add(new Change.AddEvent(Event(actor)));
                }
            ),
            _ => WriteAsync(
                store,
                actor,
                (changes, facts, id) => Insert(changes, facts, id, "first"),
                (changes, facts, id) => Insert(changes, facts, id, "second")
            ),
        };

    private static async Task<int> WriteAsync(
        SqlServerMetadataStore store,
        Actor actor,
        params Action<ChangeSet, Facts, long>[] steps
    )
    {
        var runs = 0;
        var result = await store.WriteAsync<string>(
            async transaction =>
            {
                runs++;
                foreach (var step in steps)
                {
                    var facts = await transaction.LoadAsync(
                        new FactsRequest
                        {
                            Actor = actor,
                            Now = Now,
                            Paths = [new PathRequest(["old"])],
                        }
                    );
                    var changes = new ChangeSet(facts.Vault, Now);
                    step(changes, facts, await transaction.NextIdAsync());
                    await transaction.ApplyAsync(changes);
                }
                return "decided";
            },
            Stop
        );
        Assert.Equal("decided", result.Value);
        return runs;
    }

    private static void Insert(ChangeSet changes, Facts facts, long id, string name)
    {
        var content = new ContentId(id);
        changes.Add(
            new Change.AddContent(
                content,
                new InlineContent
                {
                    Size = 3,
                    Sha256 = new byte[32],
                    Crc32 = 0,
                    Bytes = new byte[3],
                },
                null
            )
        );
        changes.Add(
            new Change.InsertNode(
                new NodeRow
                {
                    Id = new(id),
                    Parent = facts.Vault.Root,
                    Name = name,
                    NameKey = name,
                    Kind = NodeKind.File,
                    Size = 3,
                    Content = content,
                    Revision = Guid.NewGuid(),
                }
            )
        );
        changes.Count(facts.Paths[0].Ancestors, 3, 0, 1, 1, changesMembers: true);
    }

    private static void Move(ChangeSet changes, Facts facts)
    {
        var former = facts.Paths[0].Node!;
        var row = former.Copy();
        row.Name = row.NameKey = "moved";
        changes.Add(new Change.ReplaceNode(former, row, HistoryReason.Moved, false, true));
        changes.Count(facts.Paths[0].Ancestors, 0, 0, 0, 0, changesMembers: true);
    }

    private static AuditEntry Entry(Actor actor) =>
        new()
        {
            Chain = AuditChainId.Of(actor.Account),
            At = Now,
            Actor = AuditActors.Owner,
            Act = "test.act",
        };

    private static ServiceEvent Event(Actor actor) =>
        new()
        {
            Account = actor.Account,
            Type = EventTypes.CapacityReached,
            OccurredAt = Now,
        };

    /// <summary>How much of everything there is, and how often the vault was written.</summary>
    private Task<string?> EffectsAsync(Actor actor) =>
        server.Direct.ScalarAsync<string>(
            $"""
            SELECT CONCAT(
              v.change_seq, ' ', v.write_seq, ' ', v.used_bytes, ' ', v.items, ' ',
              (SELECT COUNT(*) FROM dbo.nodes AS n WHERE n.vault_id = v.vault_id), ' ',
              (SELECT COUNT(*) FROM dbo.nodes AS m WHERE m.vault_id = v.vault_id AND m.name = N'moved'), ' ',
              (SELECT COUNT(*) FROM dbo.node_history AS h WHERE h.vault_id = v.vault_id), ' ',
              (SELECT COUNT(*) FROM dbo.contents AS c WHERE c.vault_id = v.vault_id), ' ',
              (SELECT COUNT(*) FROM dbo.inline_contents AS i WHERE i.vault_id = v.vault_id), ' ',
              (SELECT COUNT(*) FROM dbo.applied_commands AS a WHERE a.vault_id = v.vault_id), ' ',
              (SELECT COUNT(*) FROM dbo.audit AS l WHERE l.chain = {actor.Account.Value}), ' ',
              (SELECT COUNT(*) FROM dbo.outbox AS o WHERE o.account_id = {actor.Account.Value}))
            FROM dbo.vaults AS v WHERE v.vault_id = {actor.Vault.Value}
            """
        );
}

/// <summary>A database to which there is a way by a relay. Connections to it are used again by the next test.</summary>
public sealed class RelayedTestDatabase : IAsyncDisposable
{
    private TdsRelay? _relay;

    internal SqlServerTestDatabase Direct { get; } = new();

    internal TdsRelay Relay => _relay ??= new TdsRelay(Direct.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        Direct.Dispose();
    }
}
