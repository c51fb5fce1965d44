using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.SqlClient;

namespace CloudDav.Testing;

/// <summary>Where a connection is cut.</summary>
public enum TdsCut
{
    /// <summary>Before the server has the whole request.</summary>
    BeforeRequest,

    /// <summary>The server has done it; the answer is lost.</summary>
    InsteadOfAnswer,
}

/// <summary>Stands between the driver and a server, passes their bytes on, and cuts the connection at the statement that a test names. Does not see through TLS.</summary>
public sealed class TdsRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly (string Host, int Port) _server;
    private readonly Task _accepting;
    private CancellationTokenSource _away = new();
    private Plan? _plan;

    /// <summary>Starts it.</summary>
    /// <param name="connectionString">Leads to the database.</param>
    public TdsRelay(string connectionString)
    {
        var text = new SqlConnectionStringBuilder(connectionString);
        var source = text.DataSource.Split(':')[^1].Split(',');
        _server = (source[0], source.Length > 1 ? int.Parse(source[1], null) : 1433);
        _listener.Start();
        text.DataSource = $"127.0.0.1,{((IPEndPoint)_listener.LocalEndpoint).Port}";
        text.Encrypt = SqlConnectionEncryptOption.Optional;
        text.TrustServerCertificate = true;
        ConnectionString = text.ToString();
        _accepting = AcceptAsync();
    }

    /// <summary>Leads to the same database through here.</summary>
    public string ConnectionString { get; }

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the connection that next sends a statement.</summary>
    /// <param name="statement">The statement's text; null for the driver's own commit.</param>
    /// <param name="cut">Where.</param>
    public void CutNext(string? statement, TdsCut cut) =>
        // The beginning is enough to know it by, and all in the first packet.
        _plan = new Plan(
            statement is null ? null : Encoding.Unicode.GetBytes(statement[..200]),
            cut
        );

    /// <summary>Cuts every connection, and each new one, until <see cref="ComeBack"/>.</summary>
    public Task GoAwayAsync() => _away.CancelAsync();

    /// <summary>Passes on again.</summary>
    public void ComeBack()
    {
        _away.Dispose();
        _away = new();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _away.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        while (!_end.IsCancellationRequested)
            connections.Add(RelayAsync(await _listener.AcceptSocketAsync(_end.Token)));
        await Task.WhenAll(connections);
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var _ = client;
        client.NoDelay = true;
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, _away.Token);
        var stop = cut.Token;
        var losesAnswer = false;
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, stop);
            await await Task.WhenAny(
                PumpAsync(client, server, MayPass, stop),
                PumpAsync(server, client, _ => !losesAnswer, stop)
            );
        }
        catch (Exception exception)
            when (exception is SocketException or OperationCanceledException)
        {
            // One of them is gone; so is the other one.
        }
        client.Close(timeout: 0);

        bool MayPass(ReadOnlyMemory<byte> sent)
        {
            if (_plan is not { } plan || !plan.IsFor(sent.Span))
                return true;
            _plan = null;
            Cuts++;
            losesAnswer = plan.Cut == TdsCut.InsteadOfAnswer;
            return losesAnswer;
        }
    }

    private static async Task PumpAsync(
        Socket from,
        Socket to,
        Func<ReadOnlyMemory<byte>, bool> mayPass,
        CancellationToken stop
    )
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, stop) is > 0 and var count)
        {
            if (!mayPass(buffer.AsMemory(0, count)))
                return;
            for (var sent = 0; sent < count; )
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), stop);
        }
    }

    private sealed record Plan(byte[]? Statement, TdsCut Cut)
    {
        // A transaction manager request is packet type 14; behind the packet's head and the 22 bytes of all heads comes what is asked, and 7 is a commit.
        public bool IsFor(ReadOnlySpan<byte> sent) =>
            Statement is null
                ? sent is [14, ..] && sent.Length > 30 && sent[30] == 7
                : sent.IndexOf(Statement) >= 0;
    }
}
