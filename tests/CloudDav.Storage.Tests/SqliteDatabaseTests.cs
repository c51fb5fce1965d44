using Dapper;

namespace CloudDav.Storage.Tests;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-metadata-")
        .FullName;

    private string Path => System.IO.Path.Combine(_folder, "metadata.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Migrating_twice_does_nothing_the_second_time()
    {
        Assert.NotEmpty(SqliteDatabase.Migrate(Path));
        Assert.Empty(SqliteDatabase.Migrate(Path));
    }

    [Fact]
    public async Task A_refused_command_undoes_only_itself_in_its_group()
    {
        SqliteDatabase.Migrate(Path);
        using var database = new SqliteDatabase(Path);
        var writes = Enumerable
            .Range(0, 100)
            .Select(i =>
                database.WriteAsync(
                    session =>
                    {
                        session.Connection.Execute(
                            "INSERT INTO sequences VALUES (@name, 0)",
                            new { name = $"s{i:000}" }
                        );
                        return i % 3 == 0 ? throw new InvalidDataException("planted") : i % 2 == 0;
                    },
                    static keeps => keeps,
                    TestContext.Current.CancellationToken
                )
            )
            .ToArray();
        foreach (var (write, i) in writes.Select((write, i) => (write, i)))
        {
            if (i % 3 == 0)
                await Assert.ThrowsAsync<InvalidDataException>(() => write);
            else
                Assert.Equal(i % 2 == 0, await write);
        }
        var names = await database.ReadAsync(
            session =>
                session
                    .Connection.Query<string>("SELECT name FROM sequences")
                    .ToHashSet(StringComparer.Ordinal),
            TestContext.Current.CancellationToken
        );
        for (var i = 0; i < 100; i++)
            Assert.Equal(i % 2 == 0 && i % 3 != 0, names.Contains($"s{i:000}"));
    }

    [Fact]
    public async Task Two_stores_on_one_file_never_give_the_same_id()
    {
        SqliteDatabase.Migrate(Path);
        using var first = new SqliteDatabase(Path);
        using var second = new SqliteDatabase(Path);
        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 400)
                .Select(i => i % 2 == 0 ? first : second)
                .Select(database =>
                    database.WriteAsync(
                        session => database.AllocateIds(session, 10),
                        TestContext.Current.CancellationToken
                    )
                )
        );
        Assert.Equal(400, ids.Distinct().Count());
        ids.Sort();
        for (var i = 1; i < ids.Length; i++)
            Assert.True(ids[i] - ids[i - 1] >= 10);
    }

    [Fact]
    public void The_provider_runs_without_its_own_mutexes()
    {
        SqliteDatabase.Migrate(Path);
        Assert.Equal(
            SQLitePCL.raw.SQLITE_MISUSE,
            SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD)
        );
        Assert.True(SqliteDatabase.IsMultithreadConfigured);
    }
}
