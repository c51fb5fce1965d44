using CloudDav.Server;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Testing;

/// <summary>What a test may want otherwise than usual.</summary>
public sealed record CloudDavHostOptions
{
    /// <summary>Settings by their full names, such as <c>Listen:QueueSeconds</c>; they win over the fixture's own.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A clock to be moved by hand; null for the real one.</summary>
    public FakeTimeProvider? Time { get; init; }

    /// <summary>False to refuse plain http as <c>serve</c> does; true to answer it on loopback as <c>demo</c> does.</summary>
    public bool AllowsPlainHttp { get; init; } = true;

    /// <summary>Whether alice, bob and carol are there, password <c>demo</c> each.</summary>
    public bool HasDemoPeople { get; init; } = true;

    /// <summary>Replaces services.</summary>
    public Action<IServiceCollection>? Replace { get; init; }

    /// <summary>An existing data folder, which is then left alone at the end; null for a fresh one on a memory file system where there is one.</summary>
    public string? Folder { get; init; }
}

/// <summary>
/// The one fixture: the real server, on real sockets, on a free loopback port, over a folder of its own. Passwords are hashed with few iterations and
/// wrong ones are answered without delay, unless a test sets it otherwise. Its metadata is in SQL Server where <see cref="TestSqlServer.IsEngine"/> says so.
/// </summary>
public sealed class CloudDavHost : IAsyncDisposable
{
    private readonly CloudDavHostOptions _options;
    private readonly bool _ownsFolder;
    private readonly List<IDisposable> _clients = [];
    private readonly TestSqlServer? _database;
    private WebApplication? _app;

    private CloudDavHost(CloudDavHostOptions options)
    {
        _ownsFolder = options.Folder is null;
        // Who brings a folder or a database of theirs knows the engine.
        if (
            TestSqlServer.IsEngine
            && _ownsFolder
            && !options.Settings.Keys.Any(name =>
                name.StartsWith("Storage:SqlServer:", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            _database = new TestSqlServer();
            options = options with
            {
                Settings = new Dictionary<string, string?>(
                    [.. _database.Settings, .. options.Settings],
                    StringComparer.OrdinalIgnoreCase
                ),
            };
        }
        _options = options;
        Folder = options.Folder ?? NewFolder();
    }

    /// <summary>The data folder: <c>metadata</c>, <c>content</c> and <c>keys</c> are below it.</summary>
    public string Folder { get; }

    /// <summary>The server's address, <c>http://127.0.0.1:port/</c>. The same after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0/");

    /// <summary>The server's port.</summary>
    public int Port => Address.Port;

    /// <summary>The server's services.</summary>
    public IServiceProvider Services =>
        _app?.Services ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>Starts a server.</summary>
    public static async Task<CloudDavHost> StartAsync(CloudDavHostOptions? options = null)
    {
        var host = new CloudDavHost(options ?? new CloudDavHostOptions());
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again, after <see cref="StopAsync"/>, on the same folder and port.</summary>
    public async Task StartAsync()
    {
        if (_app is not null)
            throw new InvalidOperationException("The server is running.");
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Storage:MetadataFolder"] = Path.Combine(Folder, "metadata"),
            ["Storage:ContentFolder"] = Path.Combine(Folder, "content"),
            ["Storage:KeyFolder"] = Path.Combine(Folder, "keys"),
            ["Listen:Address"] = "127.0.0.1",
            ["Listen:HttpPort"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Listen:ShutdownSeconds"] = "5",
            ["SignIn:PasswordIterations"] = "1000",
            // Where a test is about them, it says so.
            ["Previews:Workers"] = "0",
            ["SignIn:DelayMilliseconds"] = "0",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        _app = ServerHost.Build(
            new ServerStart
            {
                Settings = new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
                IsDemo = _options.AllowsPlainHttp,
                Replace = services =>
                {
                    if (_options.Time is { } time)
                        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
                    _options.Replace?.Invoke(services);
                },
            }
        );
        if (_options.HasDemoPeople)
        {
            await DemoPeople.SeedAsync(
                Services.GetRequiredService<VaultParts>(),
                Services.GetRequiredService<TimeProvider>(),
                passwordIterations: 1000,
                CancellationToken.None
            );
        }
        await _app.StartAsync(CancellationToken.None);
        Address = new Uri(_app.Urls.First() + "/");
    }

    /// <summary>Stops the server as SIGTERM does; the folder stays.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Stops and starts the server on the same folder and port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>A second server in this process on the same folder, with a port of its own, as another process would be. Dispose it first.</summary>
    public Task<CloudDavHost> StartAnotherAsync() =>
        StartAsync(_options with { Folder = Folder, HasDemoPeople = false });

    /// <summary>A client that signs in with every request.</summary>
    public DavClient Client(
        string user = "alice",
        string password = "demo",
        string? userAgent = null
    ) => Keep(new DavClient(Address, user, password, userAgent));

    /// <summary>A client that has no credentials.</summary>
    public DavClient Anonymous(string? userAgent = null) =>
        Keep(new DavClient(Address, null, null, userAgent));

    /// <summary>A raw connection to the server.</summary>
    public async Task<RawHttp> ConnectAsync() => Keep(await RawHttp.ConnectAsync(Port));

    /// <summary>Makes a person with a vault, in somebody's household when one is named. They sign in with the password <c>demo</c> unless another is given.</summary>
    public async Task<DavClient> AddPersonAsync(
        string name,
        long capacityBytes,
        string password = "demo",
        string? subject = null,
        string? householdOf = null
    )
    {
        _ =
            await Accounts.AddAccountAsync(
                new NewAccount
                {
                    Name = name,
                    CapacityBytes = capacityBytes,
                    PasswordHash = PasswordHash.Create(password, 1000),
                    ExternalSubject = subject,
                    HouseholdOwner = householdOf is null
                        ? null
                        : (
                            await Accounts.FindAccountAsync(
                                SignInName.Key(householdOf),
                                CancellationToken.None
                            )
                        )!.Id,
                },
                Services.GetRequiredService<TimeProvider>().GetUtcNow(),
                CancellationToken.None
            ) ?? throw new InvalidOperationException($"There is an account {name}.");
        return Client(name, password);
    }

    /// <summary>Makes an app password for a person.</summary>
    public async Task<TestDevice> AddDeviceAsync(string user = "alice", string name = "test device")
    {
        var account =
            await Accounts.FindAccountAsync(SignInName.Key(user), CancellationToken.None)
            ?? throw new InvalidOperationException($"There is no account {user}.");
        var (device, password) = await Devices.AddAsync(
            Accounts,
            account.Id,
            name,
            Services.GetRequiredService<TimeProvider>().GetUtcNow(),
            CancellationToken.None
        );
        return new TestDevice(device.Value, password.Reveal(), Client(user, password.Reveal()));
    }

    /// <summary>Revokes an app password.</summary>
    public async Task RevokeDeviceAsync(TestDevice device) =>
        await Accounts.RevokeDeviceAsync(
            new DeviceId(device.Id),
            Services.GetRequiredService<TimeProvider>().GetUtcNow(),
            CancellationToken.None
        );

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        try
        {
            await StopAsync();
        }
        finally
        {
            if (_ownsFolder && Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
            _database?.Dispose();
        }
    }

    private IAccountStore Accounts => Services.GetRequiredService<IAccountStore>();

    private T Keep<T>(T client)
        where T : IDisposable
    {
        lock (_clients)
            _clients.Add(client);
        return client;
    }

    private static string NewFolder()
    {
        const string Memory = "/dev/shm";
        var parent = Directory.Exists(Memory) ? Memory : Path.GetTempPath();
        return Directory
            .CreateDirectory(Path.Combine(parent, $"clouddav-test-{Guid.NewGuid():N}"))
            .FullName;
    }
}

/// <summary>An app password made for a test.</summary>
/// <param name="Id">The device's id.</param>
/// <param name="Password">The password.</param>
/// <param name="Client">A client that signs in with it.</param>
public sealed record TestDevice(long Id, string Password, DavClient Client);
