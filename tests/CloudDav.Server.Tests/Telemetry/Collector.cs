using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CloudDav.Server.Tests.Telemetry;

/// <summary>An OpenTelemetry collector that keeps what it is sent, as it came: Protobuf has texts in UTF-8, so what is in it can be looked for.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

    private Collector(bool isGrpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    endpoint =>
                        endpoint.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1
                )
            );
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Authorization = context.Request.Headers.Authorization.ToString();
            _received.Enqueue(
                (context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()))
            );
            if (!isGrpc)
            {
                context.Response.ContentType = "application/x-protobuf";
                return;
            }
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            // An empty message: not compressed, no bytes.
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
    }

    public string Address => _app.Urls.First();

    /// <summary>The last request's header of that name.</summary>
    public string Authorization { get; private set; } = "";

    public static async Task<Collector> StartAsync(bool isGrpc)
    {
        var collector = new Collector(isGrpc);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Everything that came of a kind: <c>metrics</c>, <c>trace</c> or <c>logs</c>, as the addresses of both protocols have it.</summary>
    public string Received(string kind) =>
        string.Concat(
            _received
                .Where(one => one.Path.Contains(kind, StringComparison.OrdinalIgnoreCase))
                .Select(one => one.Body)
        );

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
