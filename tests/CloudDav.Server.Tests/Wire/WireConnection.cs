using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudDav.Server.Tests.Wire;

/// <summary>One TCP connection that sends exactly the bytes it is given and reads answers by the book (RFC 9112 §6).</summary>
internal sealed class WireConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;

    private WireConnection(Socket socket) => _socket = socket;

    /// <summary>How long one read may take before the test fails.</summary>
    public TimeSpan Patience { get; private init; }

    public static async Task<WireConnection> OpenAsync(
        int port,
        int? receiveBuffer = null,
        TimeSpan? patience = null
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
        try
        {
            await socket.ConnectAsync(
                new IPEndPoint(IPAddress.Loopback, port),
                TestContext.Current.CancellationToken
            );
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        return new WireConnection(socket) { Patience = patience ?? TimeSpan.FromSeconds(60) };
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[
                await _socket.SendAsync(
                    bytes,
                    SocketFlags.None,
                    TestContext.Current.CancellationToken
                )..
            ];
    }

    /// <summary>Sends text as Latin-1, so that every byte value can be written down as a character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Says that nothing more will be sent; answers can still be read.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, as a client does that crashes.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Reads one whole answer; 1xx answers are returned like any other.</summary>
    public async Task<WireResponse> ReadAsync(string method = "GET")
    {
        var head = await ReadHeadAsync();
        var hasBody = head.Status >= 200 && head.Status is not (204 or 304) && method != "HEAD";
        if (!hasBody)
            return head;
        if (
            head.Headers.Any(h =>
                h.Name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                && h.Value.Contains("chunked", StringComparison.OrdinalIgnoreCase)
            )
        )
            return head with { Body = await ReadChunkedAsync() };
        if (head["Content-Length"] is { } length)
            return head with
            {
                Body = await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)),
            };
        return head with { Body = await ReadToEndAsync() };
    }

    /// <summary>Reads the status line and the headers, and leaves the body on the wire.</summary>
    public async Task<WireResponse> ReadHeadAsync()
    {
        var statusLine = await ReadLineAsync();
        var parts = statusLine.Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal))
            throw new IOException($"Not a status line: {statusLine}");
        var headers = new List<WireHeader>();
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new WireHeader(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }
        return new WireResponse(
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            parts.Length > 2 ? parts[2] : "",
            headers,
            []
        );
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        var done = 0;
        while (done < count)
        {
            if (_start == _end && !await FillAsync())
                throw new EndOfStreamException($"{done} of {count} bytes, then the end.");
            var take = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(done));
            _start += take;
            done += take;
        }
        return bytes;
    }

    /// <summary>Reads and forgets bytes of a body; returns how many came before the end, at most <paramref name="count"/>.</summary>
    public async Task<long> DiscardAsync(long count)
    {
        var done = 0L;
        while (done < count)
        {
            if (_start == _end && !await FillAsync())
                break;
            var take = (int)Math.Min(count - done, _end - _start);
            _start += take;
            done += take;
        }
        return done;
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        do
        {
            await all.WriteAsync(
                _buffer.AsMemory(_start, _end - _start),
                TestContext.Current.CancellationToken
            );
            _start = _end;
        } while (await FillAsync());
        return all.ToArray();
    }

    /// <summary>True when the server closes (or resets) within the time given without sending another byte.</summary>
    public async Task<bool> ClosesWithinAsync(TimeSpan time)
    {
        if (_start < _end)
            return false;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        timeout.CancelAfter(time);
        try
        {
            return await _socket.ReceiveAsync(_buffer, SocketFlags.None, timeout.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
            when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>True when a byte arrives within the time given.</summary>
    public async Task<bool> HasDataWithinAsync(TimeSpan time)
    {
        if (_start < _end)
            return true;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        timeout.CancelAfter(time);
        try
        {
            return await FillAsync(timeout.Token);
        }
        catch (OperationCanceledException)
            when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<byte[]> ReadChunkedAsync()
    {
        using var all = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync();
            var size = int.Parse(
                line.Split(';')[0],
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture
            );
            if (size == 0)
                break;
            all.Write(await ReadExactlyAsync(size));
            await ReadLineAsync();
        }
        while (await ReadLineAsync() is { Length: > 0 }) { }
        return all.ToArray();
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync())
                throw new EndOfStreamException(
                    line.Length == 0
                        ? "The server closed without an answer."
                        : $"The server closed in the middle of a line: {line}"
                );
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var take = at < 0 ? _end - _start : at;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, take));
            _start += take;
            if (at < 0)
                continue;
            _start++;
            if (line.Length > 0 && line[^1] == '\r')
                line.Length--;
            return line.ToString();
        }
    }

    private async Task<bool> FillAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        timeout.CancelAfter(Patience);
        try
        {
            return await FillAsync(timeout.Token);
        }
        catch (OperationCanceledException e)
            when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing came within {Patience}.", e);
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = 0;
        try
        {
            _end = await _socket.ReceiveAsync(_buffer, SocketFlags.None, cancellationToken);
        }
        catch (SocketException e)
            when (e.SocketErrorCode
                    is SocketError.ConnectionReset
                        or SocketError.ConnectionAborted
                        or SocketError.Shutdown
            )
        {
            throw new EndOfStreamException("The server reset the connection.", e);
        }
        return _end > 0;
    }
}

/// <summary>One header line as it was on the wire.</summary>
internal sealed record WireHeader(string Name, string Value);

/// <summary>One answer as it was on the wire.</summary>
internal sealed record WireResponse(
    int Status,
    string Reason,
    IReadOnlyList<WireHeader> Headers,
    byte[] Body
)
{
    /// <summary>The header's values joined with commas, or null when it is not there.</summary>
    public string? this[string name]
    {
        get
        {
            var values = All(name);
            return values.Count == 0 ? null : string.Join(", ", values);
        }
    }

    public string Text => Encoding.UTF8.GetString(Body);

    public string ETag => this["ETag"] ?? throw new InvalidOperationException("No ETag: " + this);

    public Multistatus Multistatus
    {
        get
        {
            Expect(207);
            return Multistatus.Parse(Body);
        }
    }

    public IReadOnlyList<string> All(string name) =>
        [
            .. Headers
                .Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(h => h.Value),
        ];

    /// <summary>Fails the test, showing the whole answer, unless the status is one of these.</summary>
    public WireResponse Expect(params ReadOnlySpan<int> statuses)
    {
        if (!statuses.Contains(Status))
            Assert.Fail($"Expected {string.Join(" or ", statuses.ToArray())}, got {this}");
        return this;
    }

    public override string ToString() =>
        $"{Status} {Reason}\n{string.Join('\n', Headers.Select(h => $"{h.Name}: {h.Value}"))}\n\n{(Text.Length > 2000 ? Text[..2000] + "…" : Text)}";
}
