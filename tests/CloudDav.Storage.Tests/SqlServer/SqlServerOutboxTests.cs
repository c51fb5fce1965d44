using CloudDav.Storage.Tests.Journal;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerOutboxTests(SqlServerTestDatabase server)
    : OutboxContract(new SqlServerJournalEngine(server)),
        IClassFixture<SqlServerTestDatabase>;
