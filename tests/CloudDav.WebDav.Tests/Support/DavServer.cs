using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.WebDav.Tests.Support;

/// <summary>A real server on a free loopback port over a tree in memory. The user is who the header X-User says.</summary>
internal sealed class DavServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DavServer(WebApplication app, MemoryTree tree, FakeTimeProvider clock, string prefix)
    {
        _app = app;
        Tree = tree;
        Clock = clock;
        Prefix = prefix;
        var address = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Address = new Uri(address);
        Http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        )
        {
            BaseAddress = Address,
        };
    }

    public MemoryTree Tree { get; }

    public FakeTimeProvider Clock { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public string Prefix { get; }

    /// <summary>Starts a server at a prefix; <c>/</c> unless said.</summary>
    public static async Task<DavServer> StartAsync(
        DavEndpointOptions? options = null,
        string prefix = "/",
        DavCorsOptions? cors = null,
        string listenOn = "http://127.0.0.1:0",
        Func<HttpContext, DavProblem?>? refuse = null
    )
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2024, 5, 1, 12, 34, 56, TimeSpan.Zero));
        var tree = new MemoryTree(clock);
        tree.Root.Created = tree.Root.Modified = clock.GetUtcNow();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listenOn);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        builder.Logging.ClearProviders();
        var app = builder.Build();
        if (cors is not null)
            app.UseDavCors(cors);
        app.UseDav(
            prefix,
            options ?? new DavEndpointOptions(),
            context =>
                ValueTask.FromResult<DavResult<IDavStore>>(
                    refuse?.Invoke(context) is { } problem ? problem : Open(context, tree)
                )
        );
        await app.StartAsync();
        return new DavServer(app, tree, clock, prefix);
    }

    /// <summary>Sends a request; headers as <c>Name: value</c>.</summary>
    public async Task<DavAnswer> SendAsync(
        string method,
        string path,
        string? body = null,
        params string[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (body.StartsWith("<?xml", StringComparison.Ordinal) || body.StartsWith('<'))
                request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/xml");
        }
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var name = header[..colon];
            var value = header[(colon + 1)..].Trim();
            if (request.Headers.TryAddWithoutValidation(name, value))
                continue;
            request.Content ??= new ByteArrayContent([]);
            request.Content.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Http.SendAsync(request);
        return await DavAnswer.ReadAsync(response);
    }

    /// <summary>Opens a raw connection.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Address.Port));
        return new RawConnection(socket);
    }

    /// <summary>Sends bytes over a connection of their own and reads one answer.</summary>
    public async Task<RawAnswer> SendRawAsync(string request)
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync(request);
        return await connection.ReadAnswerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static MemoryStore Open(HttpContext context, MemoryTree tree)
    {
        var user = context.Request.Headers["X-User"].ToString();
        var device = context.Request.Headers["X-Device"].ToString();
        var client = DavClient.Of(context.Request.Headers.UserAgent);
        return new MemoryStore(
            tree,
            user.Length == 0 ? "alice" : user,
            device.Length == 0 ? "laptop" : device,
            canWrite: user != "reader",
            foldsCase: client.FoldsCase
        );
    }
}
