using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerContractStoreTests
    : ContractStoreContract,
        IClassFixture<SqlServerTestDatabase>,
        IDisposable
{
    private readonly SqlServerDatabase _database;

    public SqlServerContractStoreTests(SqlServerTestDatabase server)
    {
        _database = server.Open();
        Accounts = new SqlServerAccountStore(_database);
        Contracts = new SqlServerContractStore(_database);
    }

    protected override IAccountStore Accounts { get; }

    protected override IContractStore Contracts { get; }

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("hold")]
    [InlineData("capacity")]
    [InlineData("password")]
    public async Task A_change_of_what_it_was_decided_by_lets_a_command_on_the_vault_be_decided_again(
        string change
    )
    {
        var account = await AddAsync("a");
        var request = new FactsRequest
        {
            Actor = new Actor(account.Id, account.Name, account.Vault, null, null),
            Now = Now,
            Paths = [new PathRequest([])],
        };
        var capacities = new List<long?>();
        var holds = new List<int>();
        var written = await new SqlServerMetadataStore(_database).WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(request);
                capacities.Add(facts.Vault.CapacityBytes);
                holds.Add(facts.Contract.Measures.Count);
                if (capacities.Count == 1)
                    await ChangeAsync(account.Id, change);
                var changes = new ChangeSet(facts.Vault, Now);
                changes.Add(new Change.StageBlob(BlobId.New(), 5, Now.AddHours(1)));
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        Assert.True(written.IsSuccess);
        Assert.Equal([1_000, change == "capacity" ? 7 : 1_000], capacities);
        Assert.Equal([0, change == "hold" ? 1 : 0], holds);
    }

    private async Task ChangeAsync(AccountId account, string change) =>
        await Contracts.WriteAsync<bool>(
            async transaction =>
            {
                if (change == "capacity")
                    await transaction.SetCapacityAsync(account, 7);
                else if (change == "password")
                    await transaction.SetPasswordAsync(account, "hash");
                else
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = MeasureKind.LegalHold,
                            Account = account,
                            ReasonCode = "order",
                            SetBy = "court",
                            Since = Now,
                        }
                    );
                return true;
            },
            Stop
        );
}
