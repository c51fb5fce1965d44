using CloudDav.Server.Tests.Contracts;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.SqlServer;

public sealed class SqlServerCustomerLifeTests : CustomerLifeTests
{
    private TestSqlServer? _database;

    private protected override IReadOnlyDictionary<string, string?> Metadata => _database!.Settings;

    public override async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);
        _database = new TestSqlServer();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database?.Dispose();
    }
}
