using CloudDav.Storage.Tests.Journal;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerAuditTests(SqlServerTestDatabase server)
    : AuditContract(new SqlServerJournalEngine(server)),
        IClassFixture<SqlServerTestDatabase>;
