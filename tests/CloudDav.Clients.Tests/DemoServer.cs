using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>
/// The demo server as a newcomer runs it: a process of its own, on a free port of loopback, over a fresh folder. A class
/// of tests shares one (xunit makes it as a class fixture), other tests start their own.
/// </summary>
public sealed class DemoServer : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private StringBuilder _log = new();
    private Process? _process;
    private string? _data;

    /// <summary>The tree, ending with a slash.</summary>
    public string Url { get; private set; } = "";

    public string User { get; private set; } = "alice";

    public string Password { get; private set; } = "demo";

    public int Port { get; private set; }

    /// <summary>The data folder. It stays when the process ends, and is used again by the next start.</summary>
    public string Data => _data ?? Path.Combine(_folder.Path, "data");

    /// <summary>A settings file for it, beside what the demo says itself; null for none.</summary>
    public string? Config { get; init; }

    public int ProcessId => _process!.Id;

    /// <summary>What the server has said.</summary>
    public string Log => Command.Text(_log);

    public async ValueTask InitializeAsync()
    {
        // The client suites can be pointed at any other server, to see whether a failure is ours.
        if (
            Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_AGAINST")?.Split(',')
            is [var url, var user, var password]
        )
            (Url, User, Password, Port) = (url, user, password, new Uri(url).Port);
        else
            await StartAsync();
    }

    /// <summary>
    /// Starts the server, again after <see cref="KillAsync"/> or <see cref="StopAsync"/>, and returns when it answers.
    /// <paramref name="wrapper"/> is a program, with its arguments, to start it under.
    /// </summary>
    public async Task StartAsync(params string[] wrapper)
    {
        Port = Port == 0 ? FreePort() : Port;
        string[] line =
        [
            .. wrapper,
            "dotnet",
            Repository.ServerAssembly,
            "demo",
            "--port",
            $"{Port}",
            "--data",
            Data,
            .. ConfigArguments,
        ];
        _process = Command.Start(line[0], line[1..], _folder.Path, out _log);
        Url = $"http://127.0.0.1:{Port}/dav/";
        await UntilReadyAsync();
    }

    /// <summary>
    /// A second server process over the same data folder, on a port of its own, with a settings file of its own where
    /// one is given.
    /// </summary>
    public async Task<DemoServer> StartBesideAsync(string? config = null)
    {
        var beside = new DemoServer { Config = config ?? Config, _data = Data };
        await beside.StartAsync();
        return beside;
    }

    /// <summary>SIGTERM, as whoever runs it asks it to stop; returns its exit code once it has ended.</summary>
    public async Task<int> StopAsync()
    {
        (await Command.RunAsync("kill", ["-TERM", $"{_process!.Id}"], _folder.Path)).MustSucceed();
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await _process.WaitForExitAsync(late.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>SIGKILL: nothing of the process runs after this.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _process = null;
    }

    /// <summary>A connection pool of its own with the person's credentials on every request.</summary>
    public HttpClient Connect() => Connect(Url);

    /// <summary>The same through a proxy, whose address of the tree is given.</summary>
    public HttpClient Connect(string url)
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
            }
        )
        {
            BaseAddress = new Uri(url),
            Timeout = TimeSpan.FromMinutes(10),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Credentials
        );
        return client;
    }

    /// <summary>The credentials as Basic wants them.</summary>
    public string Credentials =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>The address with the user's name in it, as clients that ask for a password want it.</summary>
    public string UrlWithUser(string scheme) =>
        $"{scheme}://{User}@{new Uri(Url).Authority}{new Uri(Url).AbsolutePath}";

    /// <summary>Runs another verb of the program over the data folder.</summary>
    internal Task<CommandResult> VerbAsync(string verb, params string[] arguments) =>
        Command.RunAsync(
            "dotnet",
            [Repository.ServerAssembly, verb, .. arguments, .. ConfigArguments],
            _folder.Path
        );

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string[] ConfigArguments => Config is null ? [] : ["--config", Config];

    private async Task UntilReadyAsync()
    {
        using var client = Connect();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3); )
        {
            if (_process!.HasExited)
                throw new InvalidOperationException(
                    $"The server ended with {_process.ExitCode}:\n{Log}"
                );
            try
            {
                using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "");
                request.Headers.Add("Depth", "0");
                using var answer = await client.SendAsync(request);
                if ((int)answer.StatusCode == 207)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(50);
        }
        throw new InvalidOperationException("The server does not answer:\n" + Log);
    }
}
