using System.Data.Common;
using System.Globalization;
using CloudDav.Testing;
using CloudDav.Vault;
using CloudDav.WebDav;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Wire;

/// <summary>The one server that most tests share, each with a vault of its own. Its clock stands still.</summary>
public class SharedCloud : IAsyncLifetime
{
    private TestCloud? _cloud;

    internal virtual TestCloud Cloud => _cloud!;

    public virtual async ValueTask InitializeAsync() => _cloud = await OwnCloud.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (_cloud is not null)
            await _cloud.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task StartAsync(Action<TestCloudOptions> configure) =>
        _cloud = await OwnCloud.StartAsync(configure);
}

/// <summary>The same with its metadata on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names. Without one it skips the test that asks for it.</summary>
public sealed class SqlServerCloud : SharedCloud
{
    private TestSqlServer? _database;

    internal override TestCloud Cloud
    {
        get
        {
            Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);
            return base.Cloud;
        }
    }

    public override async ValueTask InitializeAsync()
    {
        if (!TestSqlServer.IsGiven)
            return;
        _database = new TestSqlServer();
        await StartAsync(options =>
        {
            foreach (var (name, value) in _database.Settings)
                options.Settings[name] = value;
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database?.Dispose();
    }
}

/// <summary>Starts servers for tests that set, stop, damage or turn the clock of theirs.</summary>
internal static class OwnCloud
{
    public static Task<TestCloud> StartAsync(Action<TestCloudOptions>? configure = null)
    {
        var options = new TestCloudOptions();
        configure?.Invoke(options);
        return TestCloud.StartAsync(options);
    }
}

internal sealed class TestCloudOptions
{
    public bool PlainHttp { get; set; } = true;

    public Dictionary<string, string?> Settings { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>An existing data folder; null for a fresh one, on a memory file system where there is one.</summary>
    public string? Folder { get; set; }

    /// <summary>Wraps the store of every request.</summary>
    public Func<IDavStore, DavResult<IDavStore>>? Decorate { get; set; }
}

/// <summary>A server with people in it, on SQLite or SQL Server and disk with encryption, as far as a test needs to know of it.</summary>
internal sealed class TestCloud : IAsyncDisposable
{
    public const long Plenty = 1L << 40;

    private readonly CloudDavHost _host;
    private readonly string? _sqlServer;
    private int _people;

    private TestCloud(CloudDavHost host, string? sqlServer, FakeTimeProvider clock)
    {
        _host = host;
        _sqlServer = sqlServer;
        Clock = clock;
    }

    public FakeTimeProvider Clock { get; }

    public int Port => _host.Port;

    public IServiceProvider Services => _host.Services;

    public string ContentFolder => Path.Combine(_host.Folder, "content");

    public static async Task<TestCloud> StartAsync(TestCloudOptions options)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                AllowsPlainHttp = options.PlainHttp,
                Settings = options.Settings,
                HasDemoPeople = false,
                Folder = options.Folder,
                Time = clock,
                Replace = services =>
                {
                    if (options.Decorate is { } decorate)
                        services.AddSingleton(decorate);
                },
            }
        );
        return new TestCloud(
            host,
            options.Settings.GetValueOrDefault("Storage:SqlServer:ConnectionString"),
            clock
        );
    }

    /// <summary>A new person's own empty tree, signed in with an app password.</summary>
    public async Task<WireClient> NewTreeAsync(long capacity = Plenty)
    {
        var name = NewName();
        await AddAccountAsync(name, capacity, passwordHash: null);
        return await NewDeviceOfAsync(name);
    }

    /// <summary>
    /// Somebody else who may write in the same tree. Shares do not exist yet, so the second account is simply given the first one's vault;
    /// everything from the socket down to the rules of locks is the real thing.
    /// </summary>
    public async Task<WireClient> OtherPrincipalAsync(WireClient tree)
    {
        var name = NewName();
        await AddAccountAsync(name, Plenty, passwordHash: null);
        await ExecuteAsync(
            "UPDATE accounts SET vault_id = (SELECT vault_id FROM accounts WHERE name = @owner) WHERE name = @name",
            ("@owner", UserOf(tree)),
            ("@name", name)
        );
        return await NewDeviceOfAsync(name);
    }

    /// <summary>A new person with a password of their own, whose hash is slow on purpose when asked for.</summary>
    public async Task<WireClient> NewPersonAsync(
        string name,
        string password,
        int iterations = 1000
    )
    {
        await AddAccountAsync(name, Plenty, PasswordHash.Create(password, iterations));
        return Client(name, password);
    }

    public WireClient Client(string user, string password) =>
        new(Port, "/dav", DavWords.Basic(user, password));

    public async Task<TestDevice> NewDeviceAsync(WireClient tree) =>
        await _host.AddDeviceAsync(UserOf(tree));

    public Task RevokeAsync(TestDevice device) => _host.RevokeDeviceAsync(device);

    public string NewName() =>
        "person" + Interlocked.Increment(ref _people).ToString(CultureInfo.InvariantCulture);

    public static string UserOf(WireClient tree)
    {
        var credentials = System.Text.Encoding.UTF8.GetString(
            Convert.FromBase64String(tree.Authorization!["Basic ".Length..])
        );
        return credentials[..credentials.IndexOf(':', StringComparison.Ordinal)];
    }

    public Task StopAsync() => _host.StopAsync();

    /// <summary>Stops, if it runs, and starts on the same folder with the same clock.</summary>
    public Task RestartAsync() => _host.RestartAsync();

    public Task SetCapacityAsync(WireClient tree, long capacity) =>
        ExecuteAsync(
            "UPDATE vaults SET capacity_bytes = @capacity WHERE vault_id = (SELECT vault_id FROM accounts WHERE name = @name)",
            ("@capacity", capacity),
            ("@name", UserOf(tree))
        );

    /// <summary>How many former versions and trashed items of this name the person's vault keeps.</summary>
    public async Task<long> VersionsAndTrashAsync(WireClient tree, string name)
    {
        await using var database = await OpenDatabaseAsync();
        await using var command = database.CreateCommand();
        command.CommandText = """
            SELECT (SELECT count(*) FROM node_history h WHERE h.vault_id = v.vault_id AND h.name = @item AND h.is_version = 1)
                 + (SELECT count(*) FROM nodes n WHERE n.vault_id = v.vault_id AND n.parent_id = v.trash_id AND n.name = @item)
            FROM vaults v WHERE v.vault_id = (SELECT vault_id FROM accounts WHERE name = @name)
            """;
        Add(command, "@item", name);
        Add(command, "@name", UserOf(tree));
        return Convert.ToInt64(
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken),
            CultureInfo.InvariantCulture
        );
    }

    public IReadOnlyList<string> BlobFiles() =>
        Directory.GetFiles(ContentFolder, "*", SearchOption.AllDirectories);

    /// <summary>With the server stopped, overwrites every page of the metadata that holds this text; returns how many.</summary>
    public int DamageMetadataPagesHolding(string text)
    {
        const int page = 4096;
        var wanted = System.Text.Encoding.UTF8.GetBytes(text);
        var damaged = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(_host.Folder, "metadata"), "*.db"))
        {
            var bytes = File.ReadAllBytes(file);
            for (var at = page; at + page <= bytes.Length; at += page)
                if (bytes.AsSpan(at, page).IndexOf(wanted) >= 0)
                {
                    bytes.AsSpan(at, page).Fill(0xEE);
                    damaged++;
                }
            File.WriteAllBytes(file, bytes);
        }
        return damaged;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<WireClient> NewDeviceOfAsync(string user)
    {
        var device = await _host.AddDeviceAsync(user);
        return Client(user, device.Password);
    }

    private async Task AddAccountAsync(string name, long capacity, string? passwordHash) =>
        Assert.NotNull(
            await _host
                .Services.GetRequiredService<IAccountStore>()
                .AddAccountAsync(
                    new NewAccount
                    {
                        Name = name,
                        CapacityBytes = capacity,
                        PasswordHash = passwordHash,
                    },
                    Clock.GetUtcNow(),
                    TestContext.Current.CancellationToken
                )
        );

    // Beside the server, as another process would.
    private async Task ExecuteAsync(
        string statement,
        params (string Name, object Value)[] parameters
    )
    {
        await using var database = await OpenDatabaseAsync();
        await using var command = database.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in parameters)
            Add(command, name, value);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    private async Task<DbConnection> OpenDatabaseAsync()
    {
        DbConnection database = _sqlServer is not null
            ? new SqlConnection(_sqlServer)
            : new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = Path.Combine(_host.Folder, "metadata", "clouddav.db"),
                    Pooling = false,
                }.ConnectionString
            );
        await database.OpenAsync(TestContext.Current.CancellationToken);
        return database;
    }
}
