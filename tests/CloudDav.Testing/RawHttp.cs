using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudDav.Testing;

/// <summary>A raw HTTP/1.1 connection: sends bytes in whatever pieces, cuts where it likes, and reads interim answers. Text is Latin-1, byte for byte.</summary>
public sealed class RawHttp : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawHttp(Socket socket) => _socket = socket;

    /// <summary>How long a read waits before it fails.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Connects to a port of this machine.</summary>
    public static async Task<RawHttp> ConnectAsync(int port, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawHttp(socket);
    }

    /// <summary>The Authorization header line of a name and a password, with its line end.</summary>
    public static string Basic(string user = "alice", string password = "demo") =>
        $"Authorization: {DavClient.BasicOf(user, password)}\r\n";

    /// <summary>Sends text as Latin-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    /// <summary>Sends bytes in pieces of a size, each a packet of its own.</summary>
    public async Task SendInPiecesAsync(ReadOnlyMemory<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            await SendAsync(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
            await Task.Yield();
        }
    }

    /// <summary>Says that nothing more will be sent; reading goes on.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection at once, by a reset.</summary>
    public void Cut()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    /// <summary>Reads one status line with its headers, interim ones such as 100 included; null when the server closed.</summary>
    public async Task<RawHead?> ReadHeadAsync()
    {
        var lines = new List<string>();
        while (true)
        {
            if (await ReadLineAsync() is not { } line)
                return lines.Count == 0
                    ? null
                    : throw new IOException("The connection ended within the headers.");
            if (line.Length == 0)
                break;
            lines.Add(line);
        }
        var parts = lines[0].Split(' ', 3);
        return new RawHead(
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            lines[0],
            [
                .. lines
                    .Skip(1)
                    .Select(line => line.Split(':', 2))
                    .Select(pair => KeyValuePair.Create(pair[0], pair[1].Trim())),
            ]
        );
    }

    /// <summary>Reads a final answer with its body; interim ones before it are passed over. Null when the server closed instead.</summary>
    /// <param name="toHead">True for the answer to HEAD, which has no body.</param>
    public async Task<RawAnswer?> ReadAnswerAsync(bool toHead = false)
    {
        RawHead? head;
        do
        {
            head = await ReadHeadAsync();
            if (head is null)
                return null;
        } while (head.Status is >= 100 and < 200);
        if (toHead || head.Status is 204 or 304)
            return new RawAnswer(head, []);
        if (
            head.Header("Transfer-Encoding") is { } coding
            && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase)
        )
            return new RawAnswer(head, await ReadChunkedAsync());
        if (head.Header("Content-Length") is { } length)
            return new RawAnswer(
                head,
                await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture))
            );
        return new RawAnswer(head, await ReadToEndAsync());
    }

    /// <summary>Reads what is there, up to a number of bytes; empty when the server closed.</summary>
    public async Task<byte[]> ReadSomeAsync(int most)
    {
        if (_start == _end && !await FillAsync())
            return [];
        var count = Math.Min(most, _end - _start);
        var bytes = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return bytes;
    }

    /// <summary>Reads until the server closes or resets.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        while (true)
        {
            var some = await ReadSomeAsync(_buffer.Length);
            if (some.Length == 0)
                return all.ToArray();
            all.Write(some);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count; )
        {
            var some = await ReadSomeAsync(count - at);
            if (some.Length == 0)
                throw new IOException($"The connection ended after {at} of {count} bytes.");
            some.CopyTo(bytes, at);
            at += some.Length;
        }
        return bytes;
    }

    private async Task<byte[]> ReadChunkedAsync()
    {
        using var all = new MemoryStream();
        while (true)
        {
            var line =
                await ReadLineAsync()
                ?? throw new IOException("The connection ended between chunks.");
            var size = int.Parse(
                line.Split(';')[0],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture
            );
            if (size > 0)
                all.Write(await ReadExactlyAsync(size));
            if (await ReadLineAsync() is null)
                throw new IOException("The connection ended after a chunk.");
            if (size == 0)
                return all.ToArray();
        }
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync())
                return line.Length == 0
                    ? null
                    : throw new IOException("The connection ended within a line.");
            var c = (char)_buffer[_start++];
            if (c == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append(c);
        }
    }

    private async Task<bool> FillAsync()
    {
        using var timeout = new CancellationTokenSource(ReadTimeout);
        try
        {
            _start = 0;
            _end = 0;
            _end = await _socket.ReceiveAsync(_buffer, timeout.Token);
            return _end > 0;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException("The server sent nothing in time.", late);
        }
    }
}

/// <summary>A status line and its headers.</summary>
/// <param name="Status">The status code.</param>
/// <param name="StatusLine">The line as sent.</param>
/// <param name="Headers">In the order sent.</param>
public sealed record RawHead(
    int Status,
    string StatusLine,
    IReadOnlyList<KeyValuePair<string, string>> Headers
)
{
    /// <summary>The first header of a name; null when it is absent.</summary>
    public string? Header(string name) =>
        Headers
            .FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Value;
}

/// <summary>An answer, whole.</summary>
/// <param name="Head">Its head.</param>
/// <param name="Body">Its body, chunks put together.</param>
public sealed record RawAnswer(RawHead Head, byte[] Body)
{
    /// <summary>The status code.</summary>
    public int Status => Head.Status;

    /// <summary>The body as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The first header of a name; null when it is absent.</summary>
    public string? Header(string name) => Head.Header(name);
}
