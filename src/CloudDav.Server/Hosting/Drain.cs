using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>
/// How the server stops: first it is not ready any more, and every answer asks its client to close the connection, while requests are still taken; after that time nothing new is
/// taken, and what runs may end. So a balancer has looked elsewhere before a connection is refused.
/// </summary>
internal sealed class Drain(Readiness readiness, IOptions<ListenOptions> listen, TimeProvider time)
    : IHostedLifecycleService
{
    /// <summary>Asks the client of a request to close its connection after the answer, once the server is to stop.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // HTTP/2 has no such header: there the server says goodbye by itself.
        if (readiness.IsStopping && !HttpProtocol.IsHttp2(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
        return next(context);
    }

    /// <summary>Before anything else stops.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Stop();
        try
        {
            await Task.Delay(
                TimeSpan.FromSeconds(listen.Value.DrainSeconds),
                time,
                cancellationToken
            );
        }
        catch (OperationCanceledException)
        {
            // Whoever stops it has no more patience.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
