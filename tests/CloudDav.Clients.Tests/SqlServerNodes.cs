using CloudDav.Storage;
using CloudDav.Testing;

namespace CloudDav.Clients.Tests;

/// <summary>Nodes over SQL Server and Azurite. Without a server there are none.</summary>
public sealed class SqlServerNodes : Nodes
{
    private TestSqlServer? _database;
    private AzureContent? _content;

    /// <summary>Skips the test that asks when there is no server.</summary>
    internal SqlServerNodes Ready
    {
        get
        {
            Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);
            return this;
        }
    }

    /// <summary>The server may share a small machine with the nodes and the test, and learn each statement on each connection anew.</summary>
    public override int LeastLoad => 12;

    protected override string Storage => _content!.Storage;

    public override async ValueTask InitializeAsync()
    {
        if (!TestSqlServer.IsGiven)
            return;
        _database = new TestSqlServer();
        _content = await AzureContent.StartAsync(_database.ConnectionString);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_content is not null)
            await _content.DisposeAsync();
        _database?.Dispose();
    }

    internal async Task AssertNoneLeftAsync()
    {
        using var database = new SqlServerDatabase(
            new SqlServerConnection(_database!.ConnectionString),
            TimeProvider.System
        );
        await Leftovers.AssertNoneAfterSweepAsync(
            new SqlServerBlobLedger(database),
            _content!.Open()
        );
    }
}
