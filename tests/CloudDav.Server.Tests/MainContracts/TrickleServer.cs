using System.Net;
using System.Net.Sockets;

namespace CloudDav.Server.Tests.MainContracts;

/// <summary>A server whose answer begins well and then comes a byte at a time, for ever.</summary>
internal sealed class TrickleServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    public TrickleServer()
    {
        _listener.Start();
        _work = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The first line of what was asked.</summary>
    public string? RequestLine { get; private set; }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _work.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            var stream = client.GetStream();
            using (var reader = new StreamReader(stream, leaveOpen: true))
                RequestLine = await reader.ReadLineAsync(_stop.Token);
            await stream.WriteAsync(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"u8.ToArray(),
                _stop.Token
            );
            while (true)
            {
                await Task.Delay(100, _stop.Token);
                await stream.WriteAsync(" "u8.ToArray(), _stop.Token);
            }
        }
        catch (Exception failure)
            when (failure is OperationCanceledException or IOException or SocketException)
        {
            // The client went, or the test ends.
        }
    }
}
