using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace CloudDav.Server.Tests.Wire;

/// <summary>
/// Somebody with a password (or none) who speaks to one tree over one kept-alive connection. Paths are request targets
/// below the tree's address, already percent-encoded, so that a test can send whatever it wants.
/// </summary>
internal sealed class WireClient(int port, string prefix, string? authorization) : IAsyncDisposable
{
    private WireConnection? _connection;

    public int Port { get; } = port;

    /// <summary>Where the tree is, without a last slash; empty on a host of its own.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>The Authorization header; null for an anonymous client.</summary>
    public string? Authorization { get; init; } = authorization;

    /// <summary>Sent with every request; null for no such header.</summary>
    public string? Agent { get; init; }

    /// <summary>The Host header.</summary>
    public string Host { get; init; } =
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>How long one read may take before the test fails: many requests at once may wait for each other in a slow database.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Another client for the same tree, with its own connection.</summary>
    public WireClient As(string? agent) =>
        new(Port, Prefix, Authorization)
        {
            Agent = agent,
            Host = Host,
            Patience = Patience,
        };

    public WireClient WithAuthorization(string? value) =>
        new(Port, Prefix, value)
        {
            Agent = Agent,
            Host = Host,
            Patience = Patience,
        };

    /// <summary>The absolute URL of a path, for Destination and tagged lists.</summary>
    public string Url(string path) => $"http://{Host}{Prefix}{path}";

    public Task<WireResponse> SendAsync(
        string method,
        string path,
        params (string Name, string Value)[] headers
    ) => SendAsync(method, path, (byte[]?)null, headers);

    public Task<WireResponse> SendAsync(
        string method,
        string path,
        string body,
        params (string Name, string Value)[] headers
    ) => SendAsync(method, path, Encoding.UTF8.GetBytes(body), headers);

    public async Task<WireResponse> SendAsync(
        string method,
        string path,
        byte[]? body,
        params (string Name, string Value)[] headers
    )
    {
        var message = Compose(method, path, body?.Length, headers);
        if (body is { Length: > 0 })
        {
            var whole = new byte[message.Length + body.Length];
            message.CopyTo(whole, 0);
            body.CopyTo(whole, message.Length);
            message = whole;
        }
        var fresh = _connection is null;
        try
        {
            return await ExchangeAsync(method, message);
        }
        catch (Exception e)
            when (!fresh && e is EndOfStreamException or System.Net.Sockets.SocketException)
        {
            // A kept-alive connection may have been closed before the request reached it.
            await CloseAsync();
            return await ExchangeAsync(method, message);
        }
    }

    /// <summary>The bytes of a request head, as they would be sent.</summary>
    public byte[] Compose(
        string method,
        string path,
        long? contentLength,
        params (string Name, string Value)[] headers
    )
    {
        var head = new StringBuilder();
        var target = path == "*" ? path : Prefix + path;
        head.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\n");
        void Default(string name, string? value)
        {
            if (
                value is not null
                && !headers.Any(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            )
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        Default("Host", Host);
        Default("User-Agent", Agent);
        Default("Authorization", Authorization);
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (contentLength is { } length)
            Default("Content-Length", length.ToString(CultureInfo.InvariantCulture));
        else if (method is "PUT" or "PROPFIND" or "PROPPATCH" or "LOCK" or "MKCOL" or "PATCH")
            Default("Content-Length", "0");
        head.Append("\r\n");
        return Encoding.Latin1.GetBytes(head.ToString());
    }

    /// <summary>The connection in use, opened when there is none, for tests that go below whole requests.</summary>
    public async Task<WireConnection> ConnectAsync() =>
        _connection ??= await WireConnection.OpenAsync(Port, patience: Patience);

    public async ValueTask CloseAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    public ValueTask DisposeAsync() => CloseAsync();

    public Task<WireResponse> GetAsync(string path, params (string, string)[] headers) =>
        SendAsync("GET", path, headers);

    public Task<WireResponse> HeadAsync(string path, params (string, string)[] headers) =>
        SendAsync("HEAD", path, headers);

    public Task<WireResponse> PutAsync(
        string path,
        string body,
        params (string, string)[] headers
    ) => SendAsync("PUT", path, body, headers);

    public Task<WireResponse> PutAsync(
        string path,
        byte[] body,
        params (string, string)[] headers
    ) => SendAsync("PUT", path, body, headers);

    public Task<WireResponse> DeleteAsync(string path, params (string, string)[] headers) =>
        SendAsync("DELETE", path, headers);

    public Task<WireResponse> MkcolAsync(string path, params (string, string)[] headers) =>
        SendAsync("MKCOL", path, headers);

    public Task<WireResponse> CopyAsync(
        string path,
        string destination,
        params (string, string)[] headers
    ) => SendAsync("COPY", path, [("Destination", Url(destination)), .. headers]);

    public Task<WireResponse> MoveAsync(
        string path,
        string destination,
        params (string, string)[] headers
    ) => SendAsync("MOVE", path, [("Destination", Url(destination)), .. headers]);

    /// <summary>PROPFIND; no body asks for allprop.</summary>
    public Task<WireResponse> PropfindAsync(
        string path,
        string depth = "0",
        string body = "",
        params (string, string)[] headers
    ) => SendAsync("PROPFIND", path, body, [("Depth", depth), .. headers]);

    public Task<WireResponse> ProppatchAsync(
        string path,
        string body,
        params (string, string)[] headers
    ) => SendAsync("PROPPATCH", path, body, headers);

    public Task<WireResponse> LockAsync(
        string path,
        string body = DavWords.ExclusiveLock,
        params (string, string)[] headers
    ) => SendAsync("LOCK", path, body, headers);

    public Task<WireResponse> UnlockAsync(string path, string token) =>
        SendAsync("UNLOCK", path, ("Lock-Token", token));

    /// <summary>Takes an exclusive lock and returns its token in brackets, as the header has it.</summary>
    public async Task<string> TakeLockAsync(string path, params (string, string)[] headers)
    {
        var answer = (await LockAsync(path, DavWords.ExclusiveLock, headers)).Expect(200, 201);
        return answer["Lock-Token"]
            ?? throw new InvalidOperationException("No Lock-Token: " + answer);
    }

    /// <summary>One property of one resource; null when it is not in the 200 propstat.</summary>
    public async Task<XElement?> PropertyAsync(string path, XName name) =>
        (await PropfindAsync(path, "0", DavWords.Propfind(name))).Multistatus.Single[name];

    /// <summary>The decoded names of a folder's members, sorted.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string path)
    {
        var all = (
            await PropfindAsync(path, "1", DavWords.Propfind(DavWords.Name("resourcetype")))
        ).Multistatus;
        return [.. all.Entries.Skip(1).Select(e => e.Name).Order(StringComparer.Ordinal)];
    }

    private async Task<WireResponse> ExchangeAsync(string method, byte[] message)
    {
        _connection ??= await WireConnection.OpenAsync(Port, patience: Patience);
        await _connection.SendAsync(message);
        var answer = await _connection.ReadAsync(method);
        while (answer.Status is >= 100 and < 200)
            answer = await _connection.ReadAsync(method);
        if (
            answer["Connection"] is { } connection
            && connection.Contains("close", StringComparison.OrdinalIgnoreCase)
        )
            await CloseAsync();
        return answer;
    }
}
