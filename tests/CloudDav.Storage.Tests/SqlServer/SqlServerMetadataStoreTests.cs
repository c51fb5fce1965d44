using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerMetadataStoreTests
    : MetadataStoreContract,
        IClassFixture<SqlServerTestDatabase>,
        IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly SqlServerTestDatabase _server;
    private readonly SqlServerDatabase _database;

    public SqlServerMetadataStoreTests(SqlServerTestDatabase server)
    {
        _server = server;
        _database = server.Open();
        Ports = new MetadataPorts(_database);
        Store = new SqlServerMetadataStore(_database);
        Ledger = new SqlServerBlobLedger(_database);
        Contracts = new SqlServerContractStore(_database);
        Audit = new SqlServerAuditLog(_database);
        Outbox = new SqlServerOutbox(_database);
        Care = new SqlServerCareLog(_database);
        Destructions = new SqlServerDestructionStore(_database);
    }

    protected override IMetadataStore Store { get; }

    protected override IBlobLedger Ledger { get; }

    protected override IContractStore Contracts { get; }

    protected override IAuditLog Audit { get; }

    protected override IOutbox Outbox { get; }

    protected override MetadataPorts Ports { get; }

    protected override ICareLog Care { get; }

    protected override IDestructionStore Destructions { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _database.Dispose();

    protected override async ValueTask<Actor> AddActorAsync(string name, long? capacityBytes) =>
        await _server.AddActorAsync(_database, name, capacityBytes, Now);

    protected override async ValueTask ExecuteAsync(string sql) => await _server.ExecuteAsync(sql);

    protected override async ValueTask<long> CountAsync(string sql) =>
        await _server.ScalarAsync<long>(sql);

    [Fact]
    public async Task Two_nodes_write_into_one_vault()
    {
        var actor = await AddActorAsync("a", null);
        using var other = new SqlServerDatabase(_server.Where, TimeProvider.System);
        var stores = (IMetadataStore[])[Store, new SqlServerMetadataStore(other)];
        await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => AddFolderAsync(stores[i % 2], actor, $"f{i}"))
        );
        var facts = await Store.LoadAsync(
            new FactsRequest
            {
                Actor = actor,
                Now = Now,
                Paths = [],
            },
            Stop
        );
        Assert.Equal(40, facts.Vault.Items);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        Assert.Equal(
            40,
            await _server.ScalarAsync<int>(
                $"SELECT COUNT(*) FROM dbo.applied_commands WHERE vault_id = {actor.Vault.Value}"
            )
        );
    }

    [Theory]
    [MemberData(nameof(Broken))]
    [InlineData(
        "INSERT INTO inline_contents SELECT vault_id, 4711, 0x00 FROM vaults",
        "belong to no content"
    )]
    [InlineData("INSERT INTO blobs SELECT NEWID(), vault_id, 1, 0 FROM vaults", "live blob")]
    [InlineData("INSERT INTO holds SELECT vault_id, NEWID(), 1, 0 FROM vaults", "quota hold")]
    [InlineData("UPDATE vaults SET version_bytes = 1", "earlier versions")]
    [InlineData(
        "INSERT INTO node_properties SELECT vault_id, 4711, 0x00, N'n', N'x' FROM vaults",
        "property bytes"
    )]
    [InlineData("UPDATE vaults SET root_id = 4711", "no root or no trash")]
    public async Task What_breaks_an_invariant_is_found(string sql, string sentence)
    {
        var actor = await AddActorAsync("a", null);
        await AddTreeAsync(actor);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        await _server.ExecuteAsync(sql);
        Assert.Contains(
            await Store.InspectAsync(actor.Vault, Now, Stop),
            broken => broken.Contains(sentence, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Migrating_again_does_nothing() =>
        Assert.Empty(SqlServerDatabase.Migrate(_server.Where));

    private static async Task AddFolderAsync(IMetadataStore store, Actor actor, string name) =>
        await store.WriteAsync<bool>(
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
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(
                    new Change.InsertNode(
                        new NodeRow
                        {
                            Id = new(await transaction.NextIdAsync()),
                            Parent = facts.Vault.Root,
                            Name = name,
                            NameKey = name,
                            Kind = NodeKind.Folder,
                        }
                    )
                );
                changes.Count(facts.Paths[0].Ancestors, 0, 0, 1, 1, changesMembers: true);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
}
