using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage.Tests;

public sealed class SqliteMetadataStoreTests : MetadataStoreContract, IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-metadata-")
        .FullName;
    private readonly SqliteDatabase _database;

    public SqliteMetadataStoreTests()
    {
        var path = Path.Combine(_folder, "metadata.db");
        SqliteDatabase.Migrate(path);
        _database = new SqliteDatabase(path);
        Ports = new MetadataPorts(_database, TimeProvider.System);
        Store = new SqliteMetadataStore(_database);
        Ledger = new SqliteBlobLedger(_database);
        Contracts = new SqliteContractStore(_database);
        Audit = new SqliteAuditLog(_database);
        Outbox = new SqliteOutbox(_database);
        Care = new SqliteCareLog(_database);
        Destructions = new SqliteDestructionStore(_database, TimeProvider.System);
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

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override async ValueTask<Actor> AddActorAsync(string name, long? capacityBytes)
    {
        var account = (
            await new SqliteAccountStore(_database).AddAccountAsync(
                new NewAccount { Name = name, CapacityBytes = capacityBytes ?? long.MaxValue },
                Now,
                Stop
            )
        )!;
        if (capacityBytes is null)
            await ExecuteAsync("UPDATE vaults SET capacity_bytes = NULL");
        return new Actor(account.Id, account.Name, account.Vault, null, null);
    }

    protected override async ValueTask ExecuteAsync(string sql) =>
        await _database.WriteAsync(session => session.Connection.Execute(sql), Stop);

    protected override async ValueTask<long> CountAsync(string sql) =>
        await _database.ReadAsync(session => session.Connection.ExecuteScalar<long>(sql), Stop);

    [Fact]
    public async Task A_full_disk_is_said_as_such_and_nothing_of_its_group_remains()
    {
        await _database.WriteAsync(
            session => session.Connection.Execute("PRAGMA max_page_count = 60"),
            Stop
        );
        await Assert.ThrowsAsync<StorageFullException>(() =>
            _database.WriteAsync(
                session =>
                {
                    for (var i = 1; i < 200; i++)
                        session[TreeSql.InsertInline].Bind(1, i).Bind(2, new byte[4096]).Run();
                    return true;
                },
                Stop
            )
        );
        await _database.WriteAsync(
            session => session.Connection.Execute("PRAGMA max_page_count = 100000"),
            Stop
        );
        Assert.Equal(
            0,
            await _database.ReadAsync(
                session =>
                    session.Connection.QuerySingle<long>("SELECT COUNT(*) FROM inline_contents"),
                Stop
            )
        );
    }

    [Fact]
    public async Task Readers_go_on_while_a_command_runs()
    {
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var actor = await AddActorAsync("a", null);
        var write = _database.WriteAsync(
            session =>
            {
                session.Connection.Execute("UPDATE vaults SET name = 'changed'");
                entered.Release();
                return go.Wait(TimeSpan.FromSeconds(30), Stop);
            },
            Stop
        );
        await entered.WaitAsync(Stop);
        Assert.Equal("a", await NameAsync());
        go.Release();
        Assert.True(await write);
        Assert.Equal("changed", await NameAsync());

        ValueTask<string> NameAsync() =>
            _database.ReadAsync(
                session =>
                    session.Connection.QuerySingle<string>(
                        "SELECT name FROM vaults WHERE vault_id = @id",
                        new { id = actor.Vault.Value }
                    ),
                Stop
            );
    }

    [Fact]
    public async Task A_body_that_waits_for_something_else_is_a_bug()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Store.WriteAsync<bool>(
                async _ =>
                {
                    await Task.Delay(100, Stop);
                    return true;
                },
                Stop
            )
        );
    }

    [Theory]
    [MemberData(nameof(Broken))]
    [InlineData("INSERT INTO inline_contents VALUES (4711, x'00')", "belong to no content")]
    [InlineData("INSERT INTO blobs VALUES (x'00', 1, 1, 0)", "live blob")]
    [InlineData("INSERT INTO holds VALUES (1, x'00', 1, 0)", "quota hold")]
    [InlineData("UPDATE nodes SET media_class = 2 WHERE kind = 1", "kind of media")]
    [InlineData("UPDATE nodes SET media_class = 1 WHERE kind = 0", "kind of media")]
    [InlineData(
        "UPDATE nodes SET name = 'x.jpg', name_key = 'x.jpg' WHERE kind = 1",
        "kind of media"
    )]
    [InlineData("UPDATE nodes SET media_type = 'Audio/x' WHERE kind = 1", "kind of media")]
    [InlineData("INSERT INTO node_properties VALUES (1, 4711, 'n', 'x')", "property bytes")]
    public async Task What_breaks_an_invariant_is_found(string sql, string sentence)
    {
        var actor = await AddActorAsync("a", null);
        await AddTreeAsync(actor);
        Assert.Empty(await Store.InspectAsync(actor.Vault, Now, Stop));
        await _database.WriteAsync(session => session.Connection.Execute(sql), Stop);
        Assert.Contains(
            await Store.InspectAsync(actor.Vault, Now, Stop),
            broken => broken.Contains(sentence, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_inspection_stops_within_a_statement_when_asked_to()
    {
        var actor = await AddActorAsync("a", null);
        await _database.WriteAsync(
            session =>
                session.Connection.Execute(
                    """
                    DROP TABLE node_properties;
                    CREATE VIEW node_properties AS
                      WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless)
                      SELECT 1 AS vault_id, n AS node_id, 'name' AS name, 'xml' AS xml FROM endless;
                    """
                ),
            Stop
        );
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        soon.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Task.Run(() => Store.InspectAsync(actor.Vault, Now, soon.Token).AsTask(), Stop)
        );
        // The connection is good for the next reader.
        Assert.Single(await Store.ListVaultsAsync(Stop));
    }
}
