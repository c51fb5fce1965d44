using System.Globalization;
using System.Text;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.BadInput;

/// <summary>
/// Thousands of requests that are almost right: built from the protocol's own pieces and then bent. Whatever they do, the server answers below 500
/// (or closes), what another principal has locked stays as it was, and the vault's sums stay right.
/// </summary>
[Collection(Alone.Name)]
public sealed class FuzzTests(SharedCloud cloud) : CloudTests(cloud)
{
    private static readonly string[] Segments =
    [
        "a",
        "b",
        "guarded",
        "guarded/file",
        "%61",
        "%C3%A9",
        "e%CC%81",
        "a%20b",
        "..",
        "%2e%2e",
        ".",
        "",
        "%2F",
        "%00",
        "~",
        "A",
        "._a",
        "x.sb-12345678-abcdef",
    ];
    private static readonly string[] Bodies =
    [
        "",
        "plain text",
        DavWords.ExclusiveLock,
        DavWords.SharedLock,
        "<D:propfind xmlns:D=\"DAV:\"><D:allprop/><D:include><D:supportedlock/></D:include></D:propfind>",
        "<D:propfind xmlns:D=\"DAV:\"><D:propname/></D:propfind>",
        "<D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/><x xmlns=\"urn:y\"/><D:lockdiscovery/></D:prop></D:propfind>",
        "<D:propertyupdate xmlns:D=\"DAV:\"><D:set><D:prop><p xmlns=\"urn:p\" xml:lang=\"en\">v<q/>w</p><D:getlastmodified>Tue, 14 Nov 2023 22:13:20 GMT</D:getlastmodified></D:prop></D:set><D:remove><D:prop><p xmlns=\"urn:p\"/></D:prop></D:remove></D:propertyupdate>",
        "<D:propertyupdate xmlns:D=\"DAV:\" xmlns:Z=\"urn:schemas-microsoft-com:\"><D:set><D:prop><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes><Z:Win32LastModifiedTime>Tue, 14 Nov 2023 22:13:20 GMT</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>",
        "<D:mkcol xmlns:D=\"DAV:\"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:set></D:mkcol>",
    ];

    [Fact]
    [Trait("Size", "Large")]
    public async Task Almost_right_requests_never_break_the_server_or_the_tree()
    {
        var count = Sizes.Pick(6_000, 30_000);
        await using var tree = await NewTreeAsync(10_000_000);
        await using var guard = await Cloud.OtherPrincipalAsync(tree);
        (await guard.MkcolAsync("/guarded")).Expect(201);
        (await guard.PutAsync("/guarded/file", "guarded content")).Expect(201);
        (
            await guard.ProppatchAsync("/guarded/file", DavWords.Proppatch(("{urn:p}p", "kept")))
        ).Expect(207);
        var token = await guard.TakeLockAsync("/guarded", ("Depth", "infinity"));
        var etag = (await guard.HeadAsync("/guarded/file")).ETag;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await Fuzzing.RunAsync(tree.Port, count, random => Request(random, tree, token));

        var kept = (await guard.GetAsync("/guarded/file")).Expect(200);
        Assert.Equal("guarded content", kept.Text);
        Assert.Equal(etag, kept.ETag);
        Assert.Equal("kept", (await guard.PropertyAsync("/guarded/file", "{urn:p}p"))!.Value);
        Assert.Equal(["file"], await guard.NamesAsync("/guarded"));
        var listing = (await guard.PropfindAsync("/", "infinity")).Multistatus;
        var files = listing.Entries.Where(e => !e.IsCollection).ToList();
        foreach (var file in files)
            Assert.Equal(
                file.Value("getcontentlength"),
                (await guard.GetAsync(file.Href[guard.Prefix.Length..]))
                    .Expect(200)
                    .Body.Length.ToString(CultureInfo.InvariantCulture)
            );
        (await guard.UnlockAsync("/guarded", token)).Expect(204);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 100_000_000, $"{grown} bytes stayed");
    }

#pragma warning disable CA5394 // Reproducible, not secret.
    private static (string Method, byte[] Message) Request(
        Random random,
        WireClient tree,
        string foreignToken
    )
    {
        string Pick(string[] from) => from[random.Next(from.Length)];
        string Path() =>
            "/"
            + string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(Segments)));
        string Token() =>
            random.Next(3) switch
            {
                0 => foreignToken,
                1 => $"<opaquelocktoken:{Guid.Empty}>",
                _ => "<DAV:no-lock>",
            };
        var method = Pick(Fuzzing.Methods);
        var body = Encoding.UTF8.GetBytes(Pick(Bodies));
        if (random.Next(3) == 0)
            Fuzzing.Bend(random, ref body);
        var headers = new List<string>
        {
            $"Host: {tree.Host}",
            $"Authorization: {tree.Authorization}",
        };
        void Maybe(int oneIn, Func<string> header)
        {
            if (random.Next(oneIn) == 0)
                headers.Add(header());
        }
        Maybe(2, () => "Depth: " + Pick(["0", "1", "infinity", "1,noroot", "2", ""]));
        if (method is "COPY" or "MOVE" || random.Next(20) == 0)
            headers.Add(
                "Destination: " + (random.Next(2) == 0 ? tree.Url(Path()) : tree.Prefix + Path())
            );
        Maybe(4, () => "Overwrite: " + Pick(["T", "F", "t", "", "X"]));
        Maybe(
            4,
            () =>
                "If: "
                + Pick([
                    $"({Token()})",
                    $"(Not {Token()})",
                    $"<{tree.Url(Path())}> ({Token()} [\"x\"])",
                    $"({Token()}) (Not {Token()} [W/\"y\"])",
                    "([\"z\"])",
                    "(",
                ])
        );
        Maybe(6, () => "If-Match: " + Pick(["*", "\"x\"", "W/\"x\", \"y\"", "x"]));
        Maybe(6, () => "If-None-Match: " + Pick(["*", "\"x\"", ""]));
        Maybe(
            6,
            () => "Range: " + Pick(["bytes=0-", "bytes=-1", "bytes=1-0", "bytes=0-0,2-3,-1", "x=1"])
        );
        Maybe(
            6,
            () => "Timeout: " + Pick(["Infinite", "Second-600", "Second-x", "Infinite, Second-1"])
        );
        Maybe(8, () => "Lock-Token: " + Token());
        Maybe(
            8,
            () =>
                "Content-Type: "
                + Pick(["text/xml", "text/plain", "application/x-sabredav-partialupdate", ";;"])
        );
        Maybe(8, () => "X-Update-Range: " + Pick(["append", "bytes=0-4", "bytes=-2", "bytes=5-"]));
        Maybe(8, () => "Content-Range: " + Pick(["bytes 0-4/5", "bytes 5-9/*", "bytes */5"]));
        Maybe(8, () => "X-OC-Mtime: " + Pick(["1700000000", "-1", "1e99"]));
        Maybe(8, () => "OC-Checksum: " + Pick(["SHA1:00", "MD5:x", "ADLER32:00000001"]));
        Maybe(8, () => "Prefer: " + Pick(["return=minimal", "depth-noroot", "a=b;c"]));
        Maybe(
            6,
            () =>
                "User-Agent: "
                + Pick([
                    Agents.MiniRedir,
                    Agents.FinderSince154,
                    Agents.Kio,
                    Agents.Word,
                    Agents.Davfs2,
                    Agents.Firefox,
                ])
        );
        Maybe(12, () => "X-Expected-Entity-Length: " + Pick(["0", "5", "-1"]));
        Maybe(20, () => "Expect: 100-continue");
        headers.Add($"Content-Length: {body.Length}");
        var head = Encoding.Latin1.GetBytes(
            $"{method} {tree.Prefix}{Path()} HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\n\r\n"
        );
        // Bending the head rarely: most of such requests die in the HTTP parser, which is not ours.
        if (random.Next(12) == 0)
            Fuzzing.Bend(random, ref head);
        return (method, [.. head, .. body]);
    }
#pragma warning restore CA5394
}
