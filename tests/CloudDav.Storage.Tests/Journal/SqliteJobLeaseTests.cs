namespace CloudDav.Storage.Tests.Journal;

public sealed class SqliteJobLeaseTests() : JobLeaseContract(new SqliteJournalEngine());
