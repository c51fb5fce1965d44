using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>
/// Uploads over raw sockets, cut at every kind of place, by an end of the stream and by a reset: the old state stands,
/// the used bytes too, and nothing of the upload is left after the sweeper.
/// </summary>
public sealed class CutUploadTests
{
    private const int Small = 8_000;
    private const int Large = 1 << 20;

    /// <summary>Where an upload is cut, whether it is chunked, and whether it waits for 100 first.</summary>
    public static TheoryData<string, bool, bool> Places =>
        new()
        {
            { "in the method", false, false },
            { "in the request line", false, false },
            { "in the headers", false, false },
            { "before the last line of the headers", false, false },
            { "before the body", false, false },
            { "after the first byte", false, false },
            { "in the middle", false, false },
            { "before the last byte", false, false },
            { "before the body", true, false },
            { "in a chunk size line", true, false },
            { "after a chunk size line", true, false },
            { "after the first byte", true, false },
            { "in the middle", true, false },
            { "at a chunk boundary", true, false },
            { "in the end of a chunk", true, false },
            { "before the last chunk", true, false },
            { "in the last chunk", true, false },
            { "before the body", false, true },
            { "after the first byte", false, true },
            { "in the middle", false, true },
            { "before the last byte", false, true },
        };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_cut_upload_leaves_the_old_state(
        string place,
        bool isChunked,
        bool waitsForContinue
    )
    {
        await using var server = new DemoServer();
        await server.StartAsync();
        await CutEverythingAsync(server, [(place, isChunked, waitsForContinue)]);
        await server.KillAsync();
        await Leftovers.AssertNoneAfterSweepAsync(server.Data);
    }

    [Fact]
    public async Task Cut_uploads_leave_the_old_state_with_contents_in_Azure()
    {
        await using var azure = await AzureContent.StartAsync();
        await using var server = new DemoServer { Config = azure.Config };
        await server.StartAsync();
        await CutEverythingAsync(server, [.. Places.Select(row => row.Data)]);
        await server.KillAsync();
        await Leftovers.AssertNoneAfterSweepAsync(server.Data, azure.Open());
    }

    private static async Task CutEverythingAsync(
        DemoServer server,
        IReadOnlyList<(string Place, bool IsChunked, bool WaitsForContinue)> places
    )
    {
        using var client = server.Connect();
        var old = Tree.Bytes("old", 5_000);
        foreach (var size in (int[])[Small, Large])
        {
            using var content = new ByteArrayContent(old);
            Assert.Equal(
                HttpStatusCode.Created,
                (await client.PutAsync($"there {size}", content)).StatusCode
            );
        }
        var before = await Tree.OfServerAsync(client);
        var used = await KillTests.UsedAsync(client);

        foreach (var (place, isChunked, waitsForContinue) in places)
        foreach (var size in (int[])[Small, Large])
        foreach (var name in (string[])[$"there {size}", $"new {size}"])
        foreach (var isReset in (bool[])[false, true])
            await CutAsync(server, name, size, place, isChunked, waitsForContinue, isReset);

        // A reset is told to the server by nobody but the kernel: give it the time to see it.
        await Task.Delay(300);
        Tree.AssertSame(before, await Tree.OfServerAsync(client), times: true);
        Assert.Equal(used, await KillTests.UsedAsync(client));
    }

    private static async Task CutAsync(
        DemoServer server,
        string name,
        int size,
        string place,
        bool isChunked,
        bool waitsForContinue,
        bool isReset
    )
    {
        var body = Tree.Bytes("cut " + name, size);
        var head = Encoding.ASCII.GetBytes(
            $"PUT /dav/{Uri.EscapeDataString(name)} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\n"
                + $"Authorization: Basic {server.Credentials}\r\n"
                + (isChunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {size}\r\n")
                + (waitsForContinue ? "Expect: 100-continue\r\n" : "")
                + "\r\n"
        );
        var bytes = isChunked ? [.. head, .. Chunked(body)] : (byte[])[.. head, .. body];
        // Every chunk but the last empty one is half the body, which "7D0" or "80000" stands before.
        var sizeLine = isChunked ? $"{size / 2:X}\r\n".Length : 0;
        var middle = head.Length + sizeLine + (size / 4);
        var boundary = head.Length + sizeLine + (size / 2) + 2;
        var cut = place switch
        {
            "in the method" => 2,
            "in the request line" => 10,
            "in the headers" => head.Length / 2,
            "before the last line of the headers" => head.Length - 2,
            "before the body" => head.Length,
            "in a chunk size line" => head.Length + 1,
            "after a chunk size line" => head.Length + sizeLine,
            "after the first byte" => head.Length + sizeLine + 1,
            "in the middle" => middle,
            "at a chunk boundary" => boundary,
            "in the end of a chunk" => boundary - 1,
            "before the last chunk" => bytes.Length - "0\r\n\r\n".Length,
            "in the last chunk" => bytes.Length - 3,
            "before the last byte" => bytes.Length - 1,
            _ => throw new ArgumentException("No such place", nameof(place)),
        };

        using var socket = new Socket(
            AddressFamily.InterNetwork,
            SocketType.Stream,
            ProtocolType.Tcp
        );
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        if (waitsForContinue)
        {
            await SendAsync(socket, bytes.AsMemory(0, head.Length));
            var answer = new byte[1000];
            var got = await socket.ReceiveAsync(answer);
            Assert.StartsWith(
                "HTTP/1.1 100 ",
                Encoding.ASCII.GetString(answer, 0, got),
                StringComparison.Ordinal
            );
            await SendAsync(socket, bytes.AsMemory(head.Length, cut - head.Length));
        }
        else
            await SendAsync(socket, bytes.AsMemory(0, cut));

        if (isReset)
        {
            // The bytes before have to arrive: a reset takes what is still under way with it.
            await Task.Delay(20);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
            return;
        }
        socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[4096];
        var text = new StringBuilder();
        try
        {
            while (await socket.ReceiveAsync(rest) is > 0 and var count)
                text.Append(Encoding.ASCII.GetString(rest, 0, count));
        }
        catch (SocketException)
        {
            // The server may end a broken request by a reset of its own.
        }
        Assert.DoesNotMatch("HTTP/1.1 (2|5)", text.ToString());
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    private static byte[] Chunked(byte[] body)
    {
        var half = Encoding.ASCII.GetBytes($"{body.Length / 2:X}\r\n");
        return
        [
            .. half,
            .. body.AsSpan(0, body.Length / 2),
            .. "\r\n"u8,
            .. half,
            .. body.AsSpan(body.Length / 2),
            .. "\r\n0\r\n\r\n"u8,
        ];
    }
}
