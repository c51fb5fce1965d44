using CloudDav.Storage.Tests.Journal;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerJobLeaseTests(SqlServerTestDatabase server)
    : JobLeaseContract(new SqlServerJournalEngine(server)),
        IClassFixture<SqlServerTestDatabase>;
