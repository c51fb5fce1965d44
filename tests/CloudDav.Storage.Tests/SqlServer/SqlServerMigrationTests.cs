using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerMigrationTests
{
    [Fact]
    public async Task Nodes_that_start_at_once_migrate_once()
    {
        SqlServerTestDatabase.Require();
        using var server = new SqlServerTestDatabase(isMigrated: false);

        var migrations = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Task.Run(() => SqlServerDatabase.Migrate(server.Where)))
        );

        Assert.Equal(
            SqlServerModel.Scripts().Select(script => script.Name),
            Assert.Single(migrations, scripts => scripts.Count > 0)
        );
        using var database = new SqlServerDatabase(server.Where, TimeProvider.System);
        var page = await new SqlServerAuditLog(database).ReadAsync(
            AuditChainId.Operator,
            0,
            10,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(AuditActs.AuditBegan, page.Records.Single().Entry.Act);
    }
}
