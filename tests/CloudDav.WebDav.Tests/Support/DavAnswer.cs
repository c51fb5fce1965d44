using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace CloudDav.WebDav.Tests.Support;

/// <summary>An answer with its body read.</summary>
internal sealed record DavAnswer(
    int Status,
    string? Reason,
    IReadOnlyDictionary<string, string> Headers,
    byte[] Bytes
)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public XElement Xml => XElement.Parse(Text, LoadOptions.PreserveWhitespace);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<DavAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(
                pair => pair.Key,
                pair => string.Join(", ", pair.Value),
                StringComparer.OrdinalIgnoreCase
            );
        return new DavAnswer(
            (int)response.StatusCode,
            response.ReasonPhrase,
            headers,
            await response.Content.ReadAsByteArrayAsync()
        );
    }

    /// <summary>Each response's href, in order.</summary>
    public IReadOnlyList<string> Hrefs =>
        [
            .. Xml.Elements(Dav + "response")
                .Select(response => response.Element(Dav + "href")!.Value),
        ];

    /// <summary>The element of a property with status 200 in the first response; null when it is not there.</summary>
    public XElement? Property(XName name) =>
        Xml.Elements(Dav + "response")
            .First()
            .Elements(Dav + "propstat")
            .Where(propstat => propstat.Element(Dav + "status")!.Value == "HTTP/1.1 200 OK")
            .Select(propstat => propstat.Element(Dav + "prop")!.Element(name))
            .FirstOrDefault(element => element is not null);

    public static XNamespace Dav { get; } = "DAV:";
}

/// <summary>An answer as it came over the socket.</summary>
internal sealed record RawAnswer(string Head, byte[] Body)
{
    public int Status => int.Parse(Head.AsSpan(9, 3), CultureInfo.InvariantCulture);

    public string StatusLine => Head[..Head.IndexOf("\r\n", StringComparison.Ordinal)];
}

/// <summary>A connection driven byte by byte.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly List<byte> _pending = [];

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[(await socket.SendAsync(bytes))..];
    }

    /// <summary>Stops sending; the server sees the end of the stream.</summary>
    public void FinishSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, as a cut line does.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Reads one answer: its head, and a body of the length it declares.</summary>
    public async Task<RawAnswer> ReadAnswerAsync(bool hasBody = true)
    {
        var head = await ReadHeadAsync();
        var length = 0;
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan(15), CultureInfo.InvariantCulture);
        }
        if (!hasBody)
            length = 0;
        while (_pending.Count < length)
        {
            if (!await FillAsync())
                throw new IOException($"The body broke off after {_pending.Count} of {length}.");
        }
        var body = _pending.Take(length).ToArray();
        _pending.RemoveRange(0, length);
        return new RawAnswer(head, body);
    }

    /// <summary>True when the server closes without sending more.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return _pending.Count == 0 && !await FillAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<string> ReadHeadAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _pending]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _pending.RemoveRange(0, end + 4);
                return text[..(end + 2)];
            }
            if (!await FillAsync())
                throw new IOException("The connection closed before an answer: " + text);
        }
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[16 * 1024];
        using var timeout = new CancellationTokenSource(Patience);
        var count = await socket.ReceiveAsync(buffer, timeout.Token);
        _pending.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}
