using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudDav.Clients.Tests;

/// <summary>The server as an operator runs it, behind a proxy with the settings of config/.</summary>
public abstract class ProxyTests : IAsyncLifetime
{
    private Process? _server;
    private StringBuilder _serverLog = new();

    private protected TempFolder Home { get; } = new();

    private protected int ServerPort { get; } = DemoServer.FreePort();

    private protected int ProxyPort { get; } = DemoServer.FreePort();

    private string Root => $"https://127.0.0.1:{ProxyPort}/dav/";

    /// <summary>Starts the proxy, with <c>fullchain.pem</c> and <c>key.pem</c> of the home folder.</summary>
    private protected abstract Task StartProxyAsync();

    /// <summary>Ends it.</summary>
    private protected abstract Task StopProxyAsync();

    /// <summary>What it has said.</summary>
    private protected abstract string ProxyLog { get; }

    public async ValueTask InitializeAsync()
    {
        var settings = Path.Combine(Home.Path, "clouddav.json");
        await File.WriteAllTextAsync(
            settings,
            $$"""
            {
              "Storage": {
                "MetadataFolder": "{{Home.Path}}/metadata",
                "ContentFolder": "{{Home.Path}}/content",
                "KeyFolder": "{{Home.Path}}/keys"
              },
              "Listen": { "Address": "127.0.0.1", "HttpPort": {{ServerPort}}, "TrustedProxies": [ "127.0.0.1" ] }
            }
            """
        );
        (
            await Command.RunAsync(
                "dotnet",
                [Repository.ServerAssembly, "account", "add", "ann", "--config", settings],
                Home.Path,
                "secret\n"
            )
        ).MustSucceed();
        _server = Command.Start(
            "dotnet",
            [Repository.ServerAssembly, "serve", "--config", settings],
            Home.Path,
            out _serverLog
        );
        (
            await Command.ShellAsync(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out fullchain.pem -days 2 -subj /CN=127.0.0.1",
                Home.Path
            )
        ).MustSucceed();
        await StartProxyAsync();
        await UntilReadyAsync();
    }

    [Fact]
    public async Task Every_litmus_test_passes_through_it()
    {
        var run = await Command.ShellAsync($"litmus -k {Root} ann secret", Home.Path, seconds: 300);

        run.MustSucceed();
        Assert.DoesNotContain("WARNING", run.Output, StringComparison.Ordinal);
        // The fourth of the last suite sends Expect: 100-continue, which litmus does not try over https.
        foreach (
            var (suite, tests) in ((string, int)[])
                [("basic", 16), ("copymove", 13), ("props", 30), ("locks", 41), ("http", 3)]
        )
            Assert.True(
                run.Output.Contains(
                    $"summary for `{suite}': of {tests} tests run: {tests} passed",
                    StringComparison.Ordinal
                ),
                run.Output
            );
    }

    [Fact]
    public async Task Paths_large_headers_and_streams_come_through_it_as_they_are()
    {
        using var client = Connect();
        var bytes = Tree.Bytes("stream", 20 << 20);

        // Without a length, and not gathered on the way.
        using (
            var put = await client.PutAsync(
                "film%20%5Bone%5D.bin",
                new StreamContent(new TrickleStream(bytes))
            )
        )
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(bytes, await client.GetByteArrayAsync("film%20%5Bone%5D.bin"));
        Assert.Empty(
            Directory.EnumerateFiles(Home.Folder("spool"), "*", SearchOption.AllDirectories)
        );

        using var move = new HttpRequestMessage(new HttpMethod("MOVE"), "film%20%5Bone%5D.bin");
        move.Headers.Add("Destination", Root + "film%20%25.bin");
        using (var moved = await client.SendAsync(move))
            Assert.Equal(HttpStatusCode.Created, moved.StatusCode);

        using var range = new HttpRequestMessage(HttpMethod.Get, "film%20%25.bin");
        range.Headers.Range = new(1_000_000, 1_000_999);
        using (var part = await client.SendAsync(range))
        {
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(bytes[1_000_000..1_001_000], await part.Content.ReadAsByteArrayAsync());
        }

        using var guarded = new HttpRequestMessage(HttpMethod.Delete, "film%20%25.bin");
        guarded.Headers.Add(
            "If",
            string.Concat(
                Enumerable
                    .Range(0, 400)
                    .Select(i => $"(<opaquelocktoken:00000000-0000-4000-8000-{i:000000000000}>) ")
            )
        );
        using (var refused = await client.SendAsync(guarded))
            Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await StopProxyAsync();
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync(CancellationToken.None);
            _server.Dispose();
        }
        Home.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A file of config/, with what is this test's own in the place of what is given there.</summary>
    private protected static async Task<string> ReadAsync(
        string name,
        params (string Given, string Own)[] replaced
    )
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "config", name));
        foreach (var (given, own) in replaced)
        {
            Assert.Contains(given, text, StringComparison.Ordinal);
            text = text.Replace(given, own, StringComparison.Ordinal);
        }
        return text;
    }

    private HttpClient Connect()
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, shown, _, _) =>
            shown?.Subject == "CN=127.0.0.1";
        var client = new HttpClient(handler) { BaseAddress = new Uri(Root) };
        client.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String("ann:secret"u8)
        );
        return client;
    }

    private async Task UntilReadyAsync()
    {
        using var client = Connect();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); )
        {
            try
            {
                using var answer = await client.GetAsync("/health/ready");
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException(
            $"Nothing answers:\n{Command.Text(_serverLog)}{ProxyLog}"
        );
    }
}

/// <summary>With nginx and config/nginx.conf.</summary>
public sealed class NginxTests : ProxyTests
{
    private Process? _proxy;
    private StringBuilder _log = new();

    private protected override string ProxyLog => Command.Text(_log);

    private protected override async Task StartProxyAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Home.Path, "clouddav.conf"),
            await ReadAsync(
                "nginx.conf",
                ("listen 443 ssl", $"listen 127.0.0.1:{ProxyPort} ssl"),
                ("server 127.0.0.1:8080;", $"server 127.0.0.1:{ServerPort};"),
                ("/etc/nginx/clouddav/", Home.Path + "/")
            )
        );
        var spool = Home.Folder("spool");
        var temporary = string.Concat(
            ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind =>
                $"{kind}_temp_path {spool}/{kind}; "
            )
        );
        var file = Path.Combine(Home.Path, "nginx.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            pid {{Home.Path}}/nginx.pid;
            error_log stderr;
            events { }
            http {
                {{temporary}}
                include {{Home.Path}}/clouddav.conf;
            }
            """
        );
        (await Command.RunAsync("nginx", ["-t", "-c", file], Home.Path)).MustSucceed();
        _proxy = Command.Start("nginx", ["-c", file, "-g", "daemon off;"], Home.Path, out _log);
    }

    private protected override async Task StopProxyAsync()
    {
        if (_proxy is null)
            return;
        _proxy.Kill(entireProcessTree: true);
        await _proxy.WaitForExitAsync(CancellationToken.None);
        _proxy.Dispose();
    }
}

/// <summary>With YARP and config/yarp.json, in the program that is written there.</summary>
public sealed class YarpTests : ProxyTests
{
    private WebApplication? _proxy;

    private protected override string ProxyLog => "";

    private protected override async Task StartProxyAsync()
    {
        var file = Path.Combine(Home.Path, "appsettings.json");
        await File.WriteAllTextAsync(
            file,
            await ReadAsync(
                "yarp.json",
                ("https://*:443", $"https://127.0.0.1:{ProxyPort}"),
                ("\"fullchain.pem\"", $"\"{Home.Path}/fullchain.pem\""),
                ("\"key.pem\"", $"\"{Home.Path}/key.pem\""),
                ("cloud.example.net", "127.0.0.1"),
                ("http://127.0.0.1:8080/", $"http://127.0.0.1:{ServerPort}/")
            )
        );
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = Home.Path }
        );
        builder.Logging.ClearProviders();
        builder
            .Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        builder.Services.Configure<KestrelServerOptions>(
            builder.Configuration.GetSection("Kestrel")
        );
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _proxy = builder.Build();
        _proxy.MapReverseProxy();
        await _proxy.StartAsync();

        var limits = _proxy
            .Services.GetRequiredService<IOptions<KestrelServerOptions>>()
            .Value.Limits;
        Assert.Null(limits.MaxRequestBodySize);
        Assert.Equal(131_072, limits.MaxRequestHeadersTotalSize);
    }

    private protected override async Task StopProxyAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
    }
}
