using CloudDav.Server.Tests.Hosting;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.SqlServer;

public sealed class SqlServerRestoreDrillTests : RestoreDrillTests
{
    // Each may be used by two servers and a verb.

    private TestSqlServer? _database;

    private protected override string? SqlServer => _database!.ConnectionString;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
        GC.SuppressFinalize(this);
    }

    private protected override async Task<MetadataCopy> CopyAsync()
    {
        var copy = new TestSqlServer();
        Storage.SqlServerDatabase.Migrate(new Storage.SqlServerConnection(copy.ConnectionString));
        await _database!.CopyToAsync(copy, Stop);
        return new DatabaseCopy(copy, _database);
    }

    private sealed record DatabaseCopy(TestSqlServer Copy, TestSqlServer Of)
        : MetadataCopy(Copy.Name, Of.Name)
    {
        private readonly string _dropped = Path.Combine(Path.GetTempPath(), Copy.Name);

        public override string Drop => $"touch {_dropped}";

        public override bool IsThere => !File.Exists(_dropped);

        public override Task PutInPlaceAsync() => Copy.CopyToAsync(Of, Stop);

        public override ValueTask DisposeAsync()
        {
            File.Delete(_dropped);
            Copy.Dispose();
            return default;
        }
    }
}
