using System.Data.Common;
using CloudDav.Storage;
using CloudDav.Storage.Tests.SqlServer;
using CloudDav.Testing;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace CloudDav.Vault.Tests;

/// <summary>
/// Where the metadata of a test is: in a file of its own, or for <c>CLOUDDAV_TEST_ENGINE=sqlserver</c> in a database on the server that
/// <c>CLOUDDAV_TEST_SQLSERVER</c> names.
/// </summary>
internal abstract class TestEngine : IDisposable
{
    /// <summary>Whether it is on a server, where every step of a test is a way there and back.</summary>
    public static bool IsServer => TestSqlServer.IsEngine;

    /// <summary>All that the vault asks of it.</summary>
    public abstract MetadataPorts Ports { get; }

    /// <summary>An empty database.</summary>
    public static TestEngine Open(string file, TimeProvider time)
    {
        if (!IsServer)
            return new FileEngine(file, time);
        SqlServerTestDatabase.Require();
        return new ServerEngine(new SqlServerTestDatabase(), time);
    }

    /// <summary>Skips a test that is about SQLite's file.</summary>
    public static void RequireFile() => Assert.SkipWhen(IsServer, TestSqlServer.AboutFile);

    /// <summary>Skips a long test that asks nothing else of an engine than others do.</summary>
    public static void RequireNear() =>
        Assert.SkipWhen(IsServer, "it is not about the engine, and long on a server");

    /// <summary>The trees as another process has them.</summary>
    public abstract (IMetadataStore Store, IDisposable Engine) OpenOther();

    /// <summary>Changes or asks something behind the engine's back.</summary>
    /// <returns>The first column of the first row.</returns>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public abstract void Dispose();

    protected abstract DbConnection Connect();

    private sealed class FileEngine(string file, TimeProvider time) : TestEngine
    {
        public override MetadataPorts Ports { get; } = OpenNew(file, time);

        public override (IMetadataStore Store, IDisposable Engine) OpenOther()
        {
            var other = new SqliteDatabase(file);
            return (new SqliteMetadataStore(other), other);
        }

        public override void Dispose() => Ports.Dispose();

        protected override SqliteConnection Connect() => new($"Data Source={file};Pooling=False");

        private static MetadataPorts OpenNew(string file, TimeProvider time)
        {
            SqliteDatabase.Migrate(file);
            return new MetadataPorts(new SqliteDatabase(file), time);
        }
    }

    private sealed class ServerEngine(SqlServerTestDatabase server, TimeProvider time) : TestEngine
    {
        public override MetadataPorts Ports { get; } = new(server.Open(), time);

        public override (IMetadataStore Store, IDisposable Engine) OpenOther()
        {
            var other = new SqlServerDatabase(server.Where, TimeProvider.System);
            return (new SqlServerMetadataStore(other), other);
        }

        public override void Dispose()
        {
            Ports.Dispose();
            server.Dispose();
        }

        protected override SqlConnection Connect() => new(server.ConnectionString);
    }
}
