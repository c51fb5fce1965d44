using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

public sealed class SqliteContractStoreTests : ContractStoreContract, IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-contracts-")
        .FullName;
    private readonly SqliteDatabase _database;

    public SqliteContractStoreTests()
    {
        var path = Path.Combine(_folder, "metadata.db");
        SqliteDatabase.Migrate(path);
        _database = new SqliteDatabase(path);
        Accounts = new SqliteAccountStore(_database);
        Contracts = new SqliteContractStore(_database);
    }

    protected override IAccountStore Accounts { get; }

    protected override IContractStore Contracts { get; }

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
