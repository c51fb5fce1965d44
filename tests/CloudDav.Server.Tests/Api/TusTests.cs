using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Api;

/// <summary>tus 1.0 as its specification states it, over sockets.</summary>
public sealed class TusTests : IAsyncLifetime
{
    private const string Uploads = "/api/v1/uploads";

    private CloudDavHost _host = null!;
    private DavClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await CloudDavHost.StartAsync(new CloudDavHostOptions { HasDemoPeople = false });
        _alice = await _host.AddPersonAsync("alice", 30_000_000);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_is_spoken_is_told_to_everybody()
    {
        var told = await _host.Anonymous().SendAsync("OPTIONS", Uploads);
        Assert.Equal(
            (204, "1.0.0", "1.0.0"),
            (told.Status, told.Header("Tus-Resumable"), told.Header("Tus-Version"))
        );
        Assert.Equal(
            "creation,creation-with-upload,checksum,expiration,termination",
            told.Header("Tus-Extension")
        );
        Assert.Equal("sha1,sha256,md5", told.Header("Tus-Checksum-Algorithm"));
        Assert.Equal(401, (await _host.Anonymous().SendAsync("POST", Uploads)).Status);
        var other = await _alice.SendAsync("POST", Uploads, null, ("Tus-Resumable", "0.2"));
        Assert.Equal((412, "1.0.0"), (other.Status, other.Header("Tus-Version")));
    }

    [Fact]
    public async Task An_upload_goes_on_where_it_is_and_becomes_the_file_that_was_named()
    {
        Assert.Equal(201, (await _alice.MkcolAsync("/dav/Fotos")).Status);
        var whole = Bytes(1, 50_000);
        var begun = await BeginAsync(
            50_000,
            Meta(
                "filename",
                "ü 1.bin",
                "path",
                "Fotos",
                "filetype",
                "image/x-raw",
                "lastModified",
                "1700000000123"
            )
        );
        Assert.Equal(201, begun.Status);
        var address = begun.Header("Location")!;
        Assert.StartsWith($"{Uploads}/", address, StringComparison.Ordinal);
        Assert.NotNull(begun.Header("Upload-Expires"));

        var first = await PatchAsync(address, 0, whole[..20_000]);
        Assert.Equal((204, "20000"), (first.Status, first.Header("Upload-Offset")));
        var head = await SendAsync("HEAD", address);
        Assert.Equal(
            (200, "20000", "50000", "no-store"),
            (
                head.Status,
                head.Header("Upload-Offset"),
                head.Header("Upload-Length"),
                head.Header("Cache-Control")
            )
        );
        Assert.Contains("filename ", head.Header("Upload-Metadata"), StringComparison.Ordinal);
        Assert.Equal(409, (await PatchAsync(address, 0, whole[..5])).Status);
        Assert.Equal(413, (await PatchAsync(address, 20_000, new byte[30_001])).Status);
        Assert.Equal(
            415,
            (await SendAsync("PATCH", address, whole[..5], ("Upload-Offset", "20000"))).Status
        );
        Assert.Equal(404, (await _alice.GetAsync("/dav/Fotos/%C3%BC%201.bin")).Status);

        var last = await PatchAsync(address, 20_000, whole[20_000..]);
        Assert.Equal(
            (204, "50000", "/dav/Fotos/%C3%BC%201.bin"),
            (last.Status, last.Header("Upload-Offset"), last.Header("Content-Location"))
        );
        var read = await _alice.GetAsync(last.Header("Content-Location")!);
        Assert.Equal(
            (last.ETag, "Tue, 14 Nov 2023 22:13:20 GMT"),
            (read.ETag, read.Header("Last-Modified"))
        );
        Assert.Equal(whole, read.Body);
        // The id that the other doors know it by.
        var inSync = await _alice.GetAsync("/remote.php/dav/files/alice/Fotos/%C3%BC%201.bin");
        Assert.Equal(
            (inSync.Header("OC-FileId"), inSync.Header("OC-FileId")),
            (last.Header("OC-FileId"), await IdOfAsync(last.Header("Content-Location")!))
        );
        // A lost answer: all is there.
        Assert.Equal("50000", (await SendAsync("HEAD", address)).Header("Upload-Offset"));
        var bert = await _host.AddPersonAsync("bert", 1_000);
        Assert.Equal(
            404,
            (await bert.SendAsync("HEAD", address, null, ("Tus-Resumable", "1.0.0"))).Status
        );
    }

    [Fact]
    public async Task A_file_comes_with_its_creation_an_empty_one_too()
    {
        var begun = await SendAsync(
            "POST",
            Uploads,
            Bytes(2, 7),
            ("Upload-Length", "7"),
            ("Upload-Metadata", Meta("filename", "a")),
            ("Content-Type", "application/offset+octet-stream")
        );
        Assert.Equal(
            (201, "7", "/dav/a"),
            (begun.Status, begun.Header("Upload-Offset"), begun.Header("Content-Location"))
        );
        Assert.Equal(Bytes(2, 7), (await _alice.GetAsync("/dav/a")).Body);
        var part = await SendAsync(
            "POST",
            Uploads,
            Bytes(2, 3),
            ("Upload-Length", "7"),
            ("Upload-Metadata", Meta("filename", "b")),
            ("Content-Type", "application/offset+octet-stream")
        );
        Assert.Equal((201, "3"), (part.Status, part.Header("Upload-Offset")));
        Assert.Equal(201, (await BeginAsync(0, Meta("filename", "empty"))).Status);
        Assert.Empty((await _alice.GetAsync("/dav/empty")).Body);
    }

    [Fact]
    public async Task A_wrong_checksum_is_460_and_nothing_of_the_piece_is_kept()
    {
        var address = (await BeginAsync(20, Meta("filename", "f"))).Header("Location")!;
        var piece = Bytes(3, 10);
        Assert.Equal(
            460,
            (
                await PatchAsync(
                    address,
                    0,
                    piece,
                    ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData([1]))}")
                )
            ).Status
        );
        Assert.Equal("0", (await SendAsync("HEAD", address)).Header("Upload-Offset"));
        foreach (var wrong in (string[])["sha256", "crc32 AAAA", "sha1 !"])
            Assert.Equal(
                400,
                (await PatchAsync(address, 0, piece, ("Upload-Checksum", wrong))).Status
            );
        var right = await PatchAsync(
            address,
            0,
            piece,
            ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData(piece))}")
        );
        Assert.Equal((204, "10"), (right.Status, right.Header("Upload-Offset")));
        // What was sent at once is looked at by itself, and joined to what was there.
        right = await PatchAsync(
            address,
            10,
            piece,
            ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData(piece))}")
        );
        Assert.Equal(204, right.Status);
        byte[] whole = [.. piece, .. piece];
        Assert.Equal(whole, (await _alice.GetAsync("/dav/f")).Body);
    }

    [Theory]
    [InlineData(null, "filename YQ==")]
    [InlineData("-1", "filename YQ==")]
    [InlineData("x", "filename YQ==")]
    [InlineData("5", null)]
    [InlineData("5", "filename")]
    [InlineData("5", "filename *")]
    [InlineData("5", "filename YQ==,filename YQ==")]
    [InlineData("5", "filename Li4=")]
    [InlineData("5", "filename YS9i")]
    [InlineData("5", "filename YQ==,lastModified eA==")]
    public async Task What_is_not_said_rightly_is_refused(string? length, string? metadata)
    {
        var headers = new List<(string, string)>();
        if (length is not null)
            headers.Add(("Upload-Length", length));
        if (metadata is not null)
            headers.Add(("Upload-Metadata", metadata));
        Assert.Equal(400, (await SendAsync("POST", Uploads, null, [.. headers])).Status);
    }

    [Fact]
    public async Task What_cannot_end_well_does_not_begin_and_what_is_given_up_is_gone()
    {
        Assert.Equal(507, (await BeginAsync(30_000_001, Meta("filename", "f"))).Status);
        Assert.Equal(409, (await BeginAsync(5, Meta("filename", "f", "path", "none"))).Status);
        var address = (await BeginAsync(30_000_000, Meta("filename", "f"))).Header("Location")!;
        Assert.Equal(507, (await _alice.PutAsync("/dav/g", "x")).Status);
        Assert.Equal(204, (await SendAsync("DELETE", address)).Status);
        Assert.Equal(404, (await SendAsync("HEAD", address)).Status);
        Assert.Equal(404, (await PatchAsync(address, 0, [1])).Status);
        Assert.Equal(201, (await _alice.PutAsync("/dav/g", "x")).Status);
    }

    [Fact]
    public async Task What_arrived_before_the_line_broke_is_kept()
    {
        var whole = Bytes(5, 20_000_000);
        var address = (await BeginAsync(20_000_000, Meta("filename", "f"))).Header("Location")!;
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(
                "127.0.0.1",
                _host.Address.Port,
                TestContext.Current.CancellationToken
            );
            var stream = socket.GetStream();
            var head = $"""
                PATCH {address} HTTP/1.1
                Host: {_host.Address.Authority}
                Authorization: {_alice.Authorization}
                Tus-Resumable: 1.0.0
                Upload-Offset: 0
                Content-Type: application/offset+octet-stream
                Content-Length: 20000000
                Expect: 100-continue


                """.ReplaceLineEndings("\r\n");
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(head),
                TestContext.Current.CancellationToken
            );
            // It is being read now.
            var told = new byte[1_000];
            Assert.StartsWith(
                "HTTP/1.1 100",
                Encoding.ASCII.GetString(
                    told,
                    0,
                    await stream.ReadAsync(told, TestContext.Current.CancellationToken)
                ),
                StringComparison.Ordinal
            );
            // More than the buffers on the way hold: much of it has been read when all of it is sent.
            await stream.WriteAsync(
                whole.AsMemory(0, 16_000_000),
                TestContext.Current.CancellationToken
            );
            await stream.FlushAsync(TestContext.Current.CancellationToken);
            socket.Client.Shutdown(SocketShutdown.Send);
        }
        long offset = 0;
        for (var turn = 0; offset == 0 && turn < 500; turn++)
        {
            offset = long.Parse(
                (await SendAsync("HEAD", address)).Header("Upload-Offset")!,
                System.Globalization.CultureInfo.InvariantCulture
            );
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.InRange(offset, 1, 16_000_000);
        Assert.Equal(204, (await PatchAsync(address, offset, whole[(int)offset..])).Status);
        Assert.Equal(whole, (await _alice.GetAsync("/dav/f")).Body);
    }

    private async Task<string> IdOfAsync(string path)
    {
        var name = XName.Get("id", "http://owncloud.org/ns");
        return (await _alice.PropertiesAsync(path, "0", name)).Only.Text(name)!;
    }

    private Task<DavAnswer> BeginAsync(long length, string metadata) =>
        SendAsync(
            "POST",
            Uploads,
            null,
            ("Upload-Length", $"{length}"),
            ("Upload-Metadata", metadata)
        );

    private Task<DavAnswer> PatchAsync(
        string address,
        long offset,
        byte[] body,
        params (string, string)[] headers
    ) =>
        SendAsync(
            "PATCH",
            address,
            body,
            [
                ("Upload-Offset", $"{offset}"),
                ("Content-Type", "application/offset+octet-stream"),
                .. headers,
            ]
        );

    private Task<DavAnswer> SendAsync(
        string method,
        string path,
        byte[]? body = null,
        params (string Name, string Value)[] headers
    ) =>
        _alice.SendAsync(
            method,
            path,
            body is null ? null : new ByteArrayContent(body),
            [("Tus-Resumable", "1.0.0"), .. headers]
        );

    private static string Meta(params string[] pairs) =>
        string.Join(
            ',',
            pairs
                .Chunk(2)
                .Select(pair =>
                    $"{pair[0]} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair[1]))}"
                )
        );

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
