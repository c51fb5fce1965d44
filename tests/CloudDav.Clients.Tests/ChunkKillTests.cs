using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace CloudDav.Clients.Tests;

/// <summary>
/// SIGKILL in the middle of a chunk, between the last chunk and the MOVE that puts them together, and during that: each time the client finds what it was told is there, goes on from it, and
/// has the whole file in the end. The room that the upload holds is the same all the time.
/// </summary>
public sealed class ChunkKillTests
{
    private const int Part = 300_000;
    private const int Parts = 4;
    private const string Upload = "/remote.php/dav/uploads/alice/4711";
    private const string Target = "/remote.php/dav/files/alice/whole.bin";

    private static readonly byte[] s_whole = Tree.Bytes("chunks", Part * Parts);

    [Fact]
    public async Task An_upload_in_chunks_goes_on_after_SIGKILL_and_nothing_of_it_is_lost()
    {
        await using var server = new DemoServer();
        await server.StartAsync();
        long room;
        using (var client = server.Connect())
        {
            room = await RoomAsync(client);
            await SendAsync(client, "MKCOL", Upload, 201, ("OC-Total-Length", $"{s_whole.Length}"));
            await PutAsync(client, 0);
            await PutAsync(client, 1);
            room -= s_whole.Length;
            Assert.Equal(room, await RoomAsync(client));
        }
        using (await BeginAsync(server, 2))
            await server.KillAsync();

        await server.StartAsync();
        using (var client = server.Connect())
        {
            Assert.Equal([0, 1], await FindAsync(client));
            Assert.Equal(room, await RoomAsync(client));
            await PutAsync(client, 2);
            await PutAsync(client, 3);
        }
        await server.KillAsync();

        await server.StartAsync();
        using (var client = server.Connect())
        {
            Assert.Equal([0, 1, 2, 3], await FindAsync(client));
            Assert.Equal(room, await RoomAsync(client));
            var moved = MoveAsync(client);
            await server.KillAsync();
            // Answered or not: the next time it is made, or told what it became.
            try
            {
                using var answer = await moved;
            }
            catch (HttpRequestException)
            {
                // The line broke.
            }
        }

        await server.StartAsync();
        using (var client = server.Connect())
        {
            using var moved = await MoveAsync(client);
            Assert.True(
                moved.StatusCode is HttpStatusCode.Created or HttpStatusCode.NoContent,
                $"{moved.StatusCode}"
            );
            Assert.Equal(s_whole, await client.GetByteArrayAsync(Target));
            Assert.Equal(room, await RoomAsync(client));
            Assert.Equal(s_whole.Length, await KillTests.UsedAsync(client));
            await SendAsync(client, "PROPFIND", Upload, 404, ("Depth", "1"));
        }
        await server.KillAsync();
        (await server.VerbAsync("check", "--deep", "--data", server.Data)).MustSucceed();
        await Leftovers.AssertNoneAfterSweepAsync(server.Data);
    }

    // A chunk of which the server has half, and waits for the rest.
    private static async Task<Socket> BeginAsync(DemoServer server, int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"PUT {NameOf(number)} HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAuthorization: Basic {server.Credentials}\r\nContent-Length: {Part}\r\nExpect: 100-continue\r\n\r\n"
            )
        );
        var answer = new byte[64];
        var read = await socket.ReceiveAsync(answer);
        Assert.StartsWith(
            "HTTP/1.1 100",
            Encoding.ASCII.GetString(answer, 0, read),
            StringComparison.Ordinal
        );
        await socket.SendAsync(s_whole.AsMemory(number * Part, Part / 2));
        return socket;
    }

    private static async Task PutAsync(HttpClient client, int number)
    {
        using var content = new ByteArrayContent(s_whole, number * Part, Part);
        using var answer = await client.PutAsync(NameOf(number), content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [SuppressMessage("Security", "CA5350", Justification = "It is what the clients send.")]
    private static async Task<HttpResponseMessage> MoveAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(new HttpMethod("MOVE"), $"{Upload}/.file");
        request.Headers.Add("Destination", Target);
        request.Headers.Add("OC-Total-Length", $"{s_whole.Length}");
        request.Headers.Add(
            "OC-Checksum",
            $"SHA1:{Convert.ToHexStringLower(SHA1.HashData(s_whole))}"
        );
        return await client.SendAsync(request);
    }

    // The chunks that are there, which are whole.
    private static async Task<List<int>> FindAsync(HttpClient client)
    {
        var body = await SendAsync(client, "PROPFIND", Upload, 207, ("Depth", "1"));
        var found = new List<int>();
        foreach (var response in XDocument.Parse(body).Descendants("{DAV:}response").Skip(1))
        {
            Assert.Equal($"{Part}", response.Descendants("{DAV:}getcontentlength").Single().Value);
            var number = response.Element("{DAV:}href")!.Value.Split('/')[^1];
            found.Add(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        }
        return found;
    }

    private static async Task<long> RoomAsync(HttpClient client)
    {
        var body = await SendAsync(
            client,
            "PROPFIND",
            "/remote.php/dav/files/alice/",
            207,
            ("Depth", "0"),
            ("body", """<propfind xmlns="DAV:"><prop><quota-available-bytes/></prop></propfind>""")
        );
        return long.Parse(
            XDocument.Parse(body).Descendants("{DAV:}quota-available-bytes").Single().Value,
            System.Globalization.CultureInfo.InvariantCulture
        );
    }

    private static async Task<string> SendAsync(
        HttpClient client,
        string method,
        string path,
        int status,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
            if (name == "body")
                request.Content = new StringContent(value);
            else
                request.Headers.Add(name, value);
        using var answer = await client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static string NameOf(int number) => $"{Upload}/{number:D16}";
}
