using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudDav.Testing;

/// <summary>What goes wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It takes longer: <see cref="Fault.Delay"/>.</summary>
    Late,

    /// <summary>The connection is reset before anything of it is passed on.</summary>
    Dropped,

    /// <summary>It is answered 503 and not passed on.</summary>
    Busy,

    /// <summary>Only <see cref="Fault.Bytes"/> of its body are passed on, then both connections are reset.</summary>
    RequestCut,

    /// <summary>It is passed on and done, and instead of the answer the connection is reset.</summary>
    AnswerLost,

    /// <summary>Only <see cref="Fault.Bytes"/> of the answer, head and body, come through before the connection is reset.</summary>
    AnswerCut,

    /// <summary>As <see cref="AnswerCut"/>, but instead of the reset there is silence.</summary>
    AnswerStalled,

    /// <summary>It is taken in and neither passed on nor answered.</summary>
    Silent,

    /// <summary>Its body is passed on in pieces of <see cref="Fault.Bytes"/>, with <see cref="Fault.Delay"/> before each.</summary>
    SlowRequest,
}

/// <summary>A fault and its measure.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Bytes">After how many bytes.</param>
/// <param name="Delay">After which time.</param>
public readonly record struct Fault(FaultKind Kind, int Bytes = 0, TimeSpan Delay = default);

/// <summary>A request as the proxy sees it.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its target, as sent.</param>
/// <param name="Try">Which try of the same method and target it is, from 1 on.</param>
public sealed record ProxiedRequest(string Method, string Target, int Try)
{
    /// <summary>Whether it commits the blocks of an Azure blob.</summary>
    public bool IsCommit => Method == "PUT" && Has("comp=blocklist");

    /// <summary>Whether it stages a block of an Azure blob.</summary>
    public bool IsBlock => Method == "PUT" && Has("comp=block&");

    private bool Has(string text) => Target.Contains(text, StringComparison.Ordinal);
}

/// <summary>Stands between a client and a server that speak HTTP/1.1, and lets go wrong what a test wants. Each request has a connection of its own.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();
    private readonly Uri _target;
    private readonly Task _accepting;

    /// <summary>Starts it.</summary>
    /// <param name="target">The server.</param>
    public FaultProxy(Uri target)
    {
        _target = target;
        // What a slow way carries is not to wait in here.
        _listener.Server.ReceiveBufferSize = 64 * 1024;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    /// <summary>What the client is to take for the server.</summary>
    public Uri Address { get; }

    /// <summary>Decides what goes wrong with each request.</summary>
    public Func<ProxiedRequest, Fault> Rule { get; set; } = static _ => default;

    /// <summary>A header line for the answer to a request, in the place of those of its name; null for none.</summary>
    public Func<ProxiedRequest, string?> SetsHeader { get; set; } = static _ => null;

    /// <summary>Every request so far.</summary>
    public IReadOnlyCollection<ProxiedRequest> Requests => _requests;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                serving.RemoveAll(static task => task.IsCompleted);
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception failure)
            when (failure
                    is OperationCanceledException
                        or SocketException
                        or ObjectDisposedException
            )
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var closing = client;
        try
        {
            await PassAsync(client);
        }
        catch (Exception failure)
            when (failure is IOException or SocketException or OperationCanceledException)
        {
            // Either side has gone away, or the test has ended.
            Reset(client);
        }
    }

    private async Task PassAsync(Socket client)
    {
        client.NoDelay = true;
        await using var fromClient = new NetworkStream(client);
        var (head, begun) = await ReadHeadAsync(fromClient);
        var first = head.Split(' ', 3);
        var tries = _tries.AddOrUpdate(first[0] + first[1], 1, static (_, before) => before + 1);
        var request = new ProxiedRequest(first[0], first[1], tries);
        _requests.Enqueue(request);
        var fault = Rule(request);

        if (fault.Kind != FaultKind.SlowRequest)
            await Task.Delay(fault.Delay, _end.Token);
        if (fault.Kind == FaultKind.Silent)
        {
            // Until the client gives up.
            await CopyAsync(fromClient, Stream.Null, long.MaxValue);
            return;
        }
        if (fault.Kind == FaultKind.Dropped)
        {
            Reset(client);
            return;
        }
        var body = LengthIn(head) - begun.Length;
        if (fault.Kind == FaultKind.Busy)
        {
            await CopyAsync(fromClient, Stream.Null, body);
            await fromClient.WriteAsync(
                "HTTP/1.1 503 Busy\r\nx-ms-error-code: ServerBusy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(),
                _end.Token
            );
            return;
        }

        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_target.Host, _target.Port, _end.Token);
        await using var fromServer = new NetworkStream(server);
        await fromServer.WriteAsync(
            Encoding.Latin1.GetBytes(WithClose(head) + "\r\n\r\n"),
            _end.Token
        );
        if (fault.Kind == FaultKind.RequestCut)
        {
            var passed = Math.Min(begun.Length, fault.Bytes);
            await fromServer.WriteAsync(begun.AsMemory(0, passed), _end.Token);
            await CopyAsync(fromClient, fromServer, Math.Min(body, fault.Bytes - passed));
            Reset(server);
            Reset(client);
            return;
        }
        await fromServer.WriteAsync(begun, _end.Token);
        for (
            var piece = fault.Bytes;
            fault.Kind == FaultKind.SlowRequest && body > 0;
            body -= piece
        )
        {
            await Task.Delay(fault.Delay, _end.Token);
            await CopyAsync(fromClient, fromServer, Math.Min(piece, body));
        }
        await CopyAsync(fromClient, fromServer, body);

        switch (fault.Kind)
        {
            case FaultKind.AnswerLost:
                await CopyAsync(fromServer, Stream.Null, long.MaxValue);
                Reset(client);
                break;
            case FaultKind.AnswerCut:
                await CopyAsync(fromServer, fromClient, fault.Bytes);
                // A reset takes with it what has not been read yet.
                await Task.Delay(20, _end.Token);
                Reset(client);
                break;
            case FaultKind.AnswerStalled:
                await CopyAsync(fromServer, fromClient, fault.Bytes);
                // Until the client gives up.
                await CopyAsync(fromClient, Stream.Null, long.MaxValue);
                break;
            default:
                if (SetsHeader(request) is { } line)
                {
                    var (answer, rest) = await ReadHeadAsync(fromServer);
                    var name = line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)];
                    answer = string.Join(
                        "\r\n",
                        answer
                            .Split("\r\n")
                            .Where(other =>
                                !other.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                            )
                    );
                    await fromClient.WriteAsync(
                        Encoding.Latin1.GetBytes($"{answer}\r\n{line}\r\n\r\n"),
                        _end.Token
                    );
                    await fromClient.WriteAsync(rest, _end.Token);
                }
                await CopyAsync(fromServer, fromClient, long.MaxValue);
                client.Shutdown(SocketShutdown.Send);
                break;
        }
    }

    /// <summary>The head without its empty line, and what of the body came with it.</summary>
    private async Task<(string Head, byte[] Begun)> ReadHeadAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), _end.Token);
            if (read == 0)
                throw new IOException("The client closed its connection.");
            filled += read;
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return (Encoding.Latin1.GetString(buffer, 0, end), buffer[(end + 4)..filled]);
        }
    }

    private static string WithClose(string head) =>
        string.Join(
            "\r\n",
            head.Split("\r\n")
                .Where(line => !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase))
                .Append("Connection: close")
        );

    private static long LengthIn(string head)
    {
        const string Name = "Content-Length:";
        var line = head.Split("\r\n")
            .FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return line is null
            ? 0
            : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }

    private async Task CopyAsync(Stream from, Stream to, long most)
    {
        var buffer = new byte[64 * 1024];
        while (most > 0)
        {
            var wanted = (int)Math.Min(buffer.Length, most);
            var read = await from.ReadAsync(buffer.AsMemory(0, wanted), _end.Token);
            if (read == 0)
                return;
            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            most -= read;
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }
}
