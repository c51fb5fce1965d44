namespace CloudDav.Storage.Tests.Journal;

public sealed class SqliteOutboxTests() : OutboxContract(new SqliteJournalEngine());
