using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>Uploads in numbered chunks, as sync-clients.md 8.1 states them, over sockets.</summary>
public sealed class ChunkTests : IAsyncLifetime
{
    private const string Files = "/remote.php/dav/files/alice";
    private const string Uploads = "/remote.php/dav/uploads/alice";

    private CloudDavHost _host = null!;
    private DavClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await CloudDavHost.StartAsync(new CloudDavHostOptions { HasDemoPeople = false });
        _alice = await _host.AddPersonAsync("alice", 1_000_000);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    // Nextcloud's desktop counts, ownCloud's says where each begins, and the phones number from 1, without zeros, or send an empty one at the end.
    [InlineData("0000000000000000", "0000000000000001", "0000000000000002")]
    [InlineData("0000000000000000", "0000000000030000", "0000000000050000")]
    [InlineData("000001", "000002", "000003")]
    [InlineData("2", "10", "11")]
    public async Task Chunks_of_any_numbering_become_the_file(params string[] names)
    {
        byte[][] parts = [Bytes(1, 30_000), Bytes(2, 20_000), []];
        await MkcolAsync("4711", ("OC-Total-Length", "50000"));
        Assert.Equal(201, await PutAsync("4711", names[2], parts[2]));
        Assert.Equal(201, await PutAsync("4711", names[1], parts[1]));
        Assert.Equal(201, await PutAsync("4711", names[0], parts[1]));
        Assert.Equal(204, await PutAsync("4711", names[0], parts[0]));
        byte[] whole = [.. parts[0], .. parts[1]];
        var moved = await MoveAsync(
            "4711",
            "/b%C3%BCg%20%231.bin",
            ("OC-Total-Length", "50000"),
            ("OC-Checksum", $"SHA1:{Sha1(whole)}"),
            ("X-OC-Mtime", "1700000000.5")
        );
        Assert.Equal(201, moved.Status);
        Assert.Equal("accepted", moved.Header("X-OC-MTime"));
        Assert.Equal(moved.ETag, moved.Header("OC-ETag"));
        Assert.Matches("^[0-9]{8,}", moved.Header("OC-FileId"));
        var read = await _alice.GetAsync($"{Files}/b%C3%BCg%20%231.bin");
        Assert.Equal(
            (moved.ETag, "Tue, 14 Nov 2023 22:13:20 GMT"),
            (read.ETag, read.Header("Last-Modified"))
        );
        Assert.Equal(whole, read.Body);
        var range = await _alice.GetAsync(
            $"{Files}/b%C3%BCg%20%231.bin",
            ("Range", "bytes=29990-30009")
        );
        Assert.Equal(whole[29_990..30_010], range.Body);
        Assert.Equal(404, (await _alice.PropfindAsync($"{Uploads}/4711", "0")).Status);
        // A lost answer: asked again, it is told what it became.
        var again = await MoveAsync("4711", "/b%C3%BCg%20%231.bin");
        Assert.Equal((204, moved.ETag), (again.Status, again.ETag));
    }

    [Fact]
    public async Task An_upload_is_listed_resumed_and_dropped()
    {
        await MkcolAsync("u-1");
        Assert.Equal(405, (await _alice.MkcolAsync($"{Uploads}/u-1")).Status);
        await PutAsync("u-1", "00001", Bytes(1, 7));
        await PutAsync("u-1", "00010", Bytes(2, 20_000));
        var listed = await _alice.PropfindAsync($"{Uploads}/u-1", "1");
        Assert.Equal(207, listed.Status);
        var text = System.Text.Encoding.UTF8.GetString(listed.Body);
        foreach (
            var expected in (string[])
                [
                    $"<d:href>{Uploads}/u-1/00001</d:href>",
                    $"<d:href>{Uploads}/u-1/00010</d:href>",
                    "<d:getcontentlength>7</d:getcontentlength>",
                    "<d:getcontentlength>20000</d:getcontentlength>",
                    "<d:collection",
                    "<d:getetag>",
                ]
        )
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Equal(404, (await _alice.PropfindAsync($"{Uploads}/other", "1")).Status);
        Assert.Equal(204, (await _alice.DeleteAsync($"{Uploads}/u-1/00001")).Status);
        Assert.Equal(404, (await _alice.DeleteAsync($"{Uploads}/u-1/00001")).Status);
        Assert.Equal(204, (await _alice.DeleteAsync($"{Uploads}/u-1")).Status);
        Assert.Equal(404, await PutAsync("u-1", "00002", [1]));
        await MkcolAsync("u-1");
        Assert.Equal(400, await PutAsync("u-1", "first", [1]));
        Assert.Equal(403, (await _alice.MkcolAsync($"{Uploads}/u-1/folder")).Status);
    }

    [Fact]
    public async Task What_does_not_fit_together_leaves_the_upload_and_the_file()
    {
        var put = await _alice.PutAsync($"{Files}/f", "before");
        await MkcolAsync("1");
        await PutAsync("1", "1", Bytes(1, 1_000));
        Assert.Equal(400, (await MoveAsync("1", "/f", ("OC-Total-Length", "1001"))).Status);
        Assert.Equal(
            400,
            (await MoveAsync("1", "/f", ("OC-Checksum", $"SHA1:{Sha1([1])}"))).Status
        );
        Assert.Equal(409, (await MoveAsync("1", "/missing/f")).Status);
        foreach (
            var (header, value) in (ValueTuple<string, string>[])
                [
                    ("If", $"<{Files}/f> ([\"other\"])"),
                    ("If-Match", "\"other\""),
                    ("If-Match", "other"),
                    ("Overwrite", "F"),
                ]
        )
            Assert.Equal(412, (await MoveAsync("1", "/f", (header, value))).Status);
        Assert.Equal("before"u8.ToArray(), (await _alice.GetAsync($"{Files}/f")).Body);
        var moved = await MoveAsync("1", "/f", ("If", $"<{Files}/f> ([{put.ETag}])"));
        Assert.Equal((204, put.Header("OC-FileId")), (moved.Status, moved.Header("OC-FileId")));
        await MkcolAsync("2");
        await PutAsync("2", "1", [7]);
        Assert.Equal(204, (await MoveAsync("2", "/f", ("If-Match", moved.ETag!))).Status);
    }

    [Fact]
    public async Task A_full_cloud_is_told_by_the_first_chunk_and_others_are_nobodys()
    {
        await MkcolAsync("9", ("OC-Total-Length", "1000001"));
        var full = await _alice.PutAsync($"{Uploads}/9/1", Bytes(1, 1_000));
        Assert.Equal(507, full.Status);
        Assert.Contains(
            "quota-not-exceeded",
            System.Text.Encoding.UTF8.GetString(full.Body),
            StringComparison.Ordinal
        );
        var bert = await _host.AddPersonAsync("bert", 1_000_000);
        Assert.Equal(403, (await bert.PropfindAsync($"{Uploads}/9", "1")).Status);
        Assert.Equal(404, (await bert.PropfindAsync("/remote.php/dav/uploads/bert/9", "1")).Status);
        await MkcolAsync("10");
        await PutAsync("10", "1", [1]);
        Assert.Equal(
            403,
            (
                await _alice.SendAsync(
                    "MOVE",
                    $"{Uploads}/10/.file",
                    null,
                    ("Destination", "/remote.php/dav/files/bert/f")
                )
            ).Status
        );
    }

    [Fact]
    public async Task The_old_address_of_the_files_is_as_good_a_destination()
    {
        const string Old = "/remote.php/webdav";
        var whole = $"{_host.Address.GetLeftPart(UriPartial.Authority)}{Old}/%C3%BC%20%231";
        await MkcolAsync("old", ("Destination", whole));
        await PutAsync("old", "1", Bytes(1, 20_000));
        var moved = await MoveToAsync("old", whole);
        Assert.Equal(201, moved.Status);
        var read = await _alice.GetAsync($"{Files}/%C3%BC%20%231");
        Assert.Equal((200, moved.ETag), (read.Status, read.ETag));
        Assert.Equal(Bytes(1, 20_000), read.Body);

        const string Path = Old + "/%C3%BC%20%231";
        await MkcolAsync("old");
        await PutAsync("old", "1", [7]);
        foreach (
            var (header, value) in (ValueTuple<string, string>[])
                [("If", $"<{Path}> ([\"other\"])"), ("If-Match", "\"other\""), ("Overwrite", "F")]
        )
            Assert.Equal(412, (await MoveToAsync("old", Path, (header, value))).Status);
        Assert.Equal(
            204,
            (await MoveToAsync("old", Path, ("If", $"<{Path}> ([{moved.ETag}])"))).Status
        );
        Assert.Equal([7], (await _alice.GetAsync($"{Files}/%C3%BC%20%231")).Body);
        // Anything else can go there as well.
        Assert.Equal(
            201,
            (await _alice.MoveAsync($"{Files}/%C3%BC%20%231", $"{Old}/renamed")).Status
        );
        Assert.Equal(403, (await _alice.MoveAsync($"{Files}/renamed", $"{Old}/renamed")).Status);
    }

    [Theory]
    [InlineData("/remote.php/dav/files/bert/f", 403, "not the address of your own files")]
    [InlineData("/remote.php/dav/files/alice/", 403, "")]
    [InlineData("/remote.php/webdav/", 403, "")]
    [InlineData("/remote.php/dav/trashbin/alice/trash/f", 403, "")]
    [InlineData("/remote.php/dav/uploads/alice/10/f", 403, "")]
    [InlineData("http://elsewhere.example/remote.php/webdav/f", 502, "on another server")]
    [InlineData("//elsewhere.example/remote.php/dav/files/alice/f", 502, "on another server")]
    [InlineData("/dav/f", 502, "outside this tree")]
    [InlineData("remote.php/dav/files/alice/f", 400, "not a URL")]
    [InlineData("http://eve@127.0.0.1/remote.php/dav/files/alice/f", 400, "must not name a user")]
    [InlineData("/remote.php/dav/files/alice/f#1", 400, "fragment")]
    [InlineData("/remote.php/dav/files/alice/../bert/f", 400, "dot segments")]
    [InlineData("/remote.php/dav/files/alice/%2e%2E/bert/f", 400, "dot segments")]
    [InlineData("/remote.php/webdav/../dav/files/bert/f", 400, "dot segments")]
    [InlineData("/remote.php/dav/files/alice/a%2Fb", 400, "must not contain a slash")]
    [InlineData("/remote.php/dav/files/alice/a%0", 400, "malformed escape")]
    [InlineData("/remote.php/webdav/a%00b", 400, "control characters")]
    [InlineData("/remote.php/webdav/LONG", 403, "too long")]
    public async Task A_destination_that_is_none_is_refused_with_its_reason(
        string destination,
        int status,
        string reason
    )
    {
        destination = destination.Replace("LONG", new string('n', 256), StringComparison.Ordinal);
        await MkcolAsync("10");
        await PutAsync("10", "1", [7]);
        var begun = await _alice.MkcolAsync($"{Uploads}/11", ("Destination", destination));
        var moved = await MoveToAsync("10", destination);
        var matched = await MoveToAsync("10", destination, ("If-Match", "\"any\""));
        Assert.Equal((status, status, status), (begun.Status, moved.Status, matched.Status));
        foreach (var refused in (DavAnswer[])[begun, moved])
        {
            Assert.Contains("<s:message>", refused.Text, StringComparison.Ordinal);
            Assert.Contains(reason, refused.Text, StringComparison.Ordinal);
        }
        Assert.Equal(404, (await _alice.PropfindAsync($"{Uploads}/11", "0")).Status);
        // Nothing of what was sent is lost.
        Assert.Equal(201, (await MoveAsync("10", "/f")).Status);
        Assert.Equal([7], (await _alice.GetAsync($"{Files}/f")).Body);
    }

    [Fact]
    public async Task An_upload_has_no_more_parts_than_the_setting_allows()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?> { ["Storage:PartsPerUpload"] = "10" },
            }
        );
        var alice = host.Client();
        Assert.Equal(201, (await alice.MkcolAsync($"{Uploads}/1")).Status);
        for (var i = 0; i < 10; i++)
            Assert.Equal(201, (await alice.PutAsync($"{Uploads}/1/{i}", "x")).Status);

        var refused = await alice.PutAsync($"{Uploads}/1/10", "x");

        Assert.Equal(413, refused.Status);
        Assert.Contains("too-many-parts", refused.Text, StringComparison.Ordinal);
        Assert.Equal(204, (await alice.PutAsync($"{Uploads}/1/9", "y")).Status);
        Assert.Equal(201, (await alice.MoveAsync($"{Uploads}/1/.file", $"{Files}/f")).Status);
        Assert.Equal("xxxxxxxxxy"u8.ToArray(), (await alice.GetAsync($"{Files}/f")).Body);
    }

    private async Task MkcolAsync(string id, params (string, string)[] headers) =>
        Assert.Equal(201, (await _alice.MkcolAsync($"{Uploads}/{id}", headers)).Status);

    private async Task<int> PutAsync(string id, string name, byte[] body) =>
        (await _alice.PutAsync($"{Uploads}/{id}/{name}", body)).Status;

    private Task<DavAnswer> MoveAsync(
        string id,
        string to,
        params (string Name, string Value)[] headers
    ) => MoveToAsync(id, Files + to, headers);

    private Task<DavAnswer> MoveToAsync(
        string id,
        string destination,
        params (string Name, string Value)[] headers
    ) => _alice.MoveAsync($"{Uploads}/{id}/.file", destination, headers);

    [SuppressMessage("Security", "CA5350", Justification = "It is what the clients send.")]
    private static string Sha1(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
