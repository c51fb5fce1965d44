using CloudDav.Server.Tests.Contracts;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.SqlServer;

public sealed class SqlServerCustomerLifeTests : CustomerLifeTests
{
    private TestSqlServer? _database;

    private protected override string? SqlServer => _database!.ConnectionString;

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
