using System.Net.Sockets;
using System.Xml;

namespace CloudDav.Clients.Tests;

/// <summary>
/// A client that takes a byte a second of a long listing, while others write: neither the write-ahead log nor the
/// server's memory grows with it, and read to its end the listing is right.
/// </summary>
public sealed class SlowReaderTests
{
    private const long MostLogBytes = 64 << 20;
    private const long MostMemoryBytes = 300 << 20;

    private static readonly int Entries = Repository.IsFull ? 50_000 : 10_000;
    private static readonly int Writes = Repository.IsFull ? 50_000 : 10_000;

    [Fact]
    public async Task A_slow_reader_holds_neither_the_log_nor_memory()
    {
        await using var server = new DemoServer();
        await server.StartAsync();
        using var client = server.Connect();
        using var made = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod("MKCOL"), "many/")
        );
        await PutManyAsync(client, "many/old", Entries, size: 1);

        using var slow = ConnectSlowly(server);
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "many/");
        request.Headers.Add("Depth", "1");
        using var answer = await slow.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var listing = await answer.Content.ReadAsStreamAsync();
        var read = new MemoryStream();

        var (log, memory) = (0L, 0L);
        var writing = Task.WhenAll(
            PutManyAsync(client, "many/new", Writes / 2, size: 12_000),
            PutManyAsync(client, "other", Writes / 2, size: 12_000)
        );
        var one = new byte[1];
        for (var seconds = 0; seconds < 10 || !writing.IsCompleted; seconds++)
        {
            await listing.ReadExactlyAsync(one);
            read.Write(one);
            await Task.Delay(1000);
            log = Math.Max(log, LogBytes(server.Data));
            memory = Math.Max(memory, Memory.ResidentBytes(server.ProcessId));
        }
        await writing;
        Assert.True(log < MostLogBytes, $"The log grew to {log >> 20} MiB");
        Assert.True(memory < MostMemoryBytes, $"The server grew to {memory >> 20} MiB");

        await listing.CopyToAsync(read);
        read.Position = 0;
        var names = new List<string>();
        using var reader = XmlReader.Create(read, new XmlReaderSettings { Async = true });
        while (await reader.ReadAsync())
            if (
                reader is { NodeType: XmlNodeType.Element, LocalName: "href", NamespaceURI: "DAV:" }
            )
                names.Add(Path.GetFileName(await reader.ReadElementContentAsStringAsync()));
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Entries, names.Count(n => n.StartsWith("old", StringComparison.Ordinal)));
    }

    private static async Task PutManyAsync(HttpClient client, string name, int count, int size)
    {
        var bytes = Tree.Bytes(name, size);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (n, token) =>
            {
                using var content = new ByteArrayContent(bytes);
                using var answer = await client.PutAsync($"{name}{n:D6}", content, token);
                answer.EnsureSuccessStatusCode();
            }
        );
    }

    private static long LogBytes(string data) =>
        Directory
            .EnumerateFiles(data, "*-wal", SearchOption.AllDirectories)
            .Sum(f => new FileInfo(f).Length);

    /// <summary>A connection whose receive buffer is as small as the kernel lets it be.</summary>
    private static HttpClient ConnectSlowly(DemoServer server)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
                {
                    ReceiveBufferSize = 2048,
                };
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(server.Url),
            Timeout = TimeSpan.FromMinutes(30),
        };
        client.DefaultRequestHeaders.Authorization = new("Basic", server.Credentials);
        return client;
    }
}
