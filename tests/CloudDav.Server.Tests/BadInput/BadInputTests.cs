using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.BadInput;

/// <summary>Hostile and broken requests get the right 4xx, cost little, change nothing, and see nothing outside the tree.</summary>
[Collection(Alone.Name)]
public sealed class BadInputTests(SharedCloud cloud) : CloudTests(cloud)
{
    private static readonly string[] XmlMethods = ["PROPFIND", "PROPPATCH", "LOCK", "MKCOL"];

    public static TheoryData<string> HostileDocuments =>
        [
            "billion laughs",
            "quadratic blow-up",
            "external entity",
            "external parameter entity",
            "external DTD",
            "file entity",
            "ten megabytes of attributes",
            "a hundred thousand attributes",
            "ten thousand levels",
            "a ten megabyte text",
            "a ten megabyte name",
            "a hundred thousand namespaces",
            "ten megabytes of comment",
            "NUL bytes",
            "bad UTF-8",
            "a lone surrogate",
            "UTF-16 without a mark",
            "an unknown encoding",
            "two roots",
            "a duplicate attribute",
            "nothing but spaces",
            "nothing but a mark",
        ];

    [Theory]
    [MemberData(nameof(HostileDocuments))]
    public async Task Hostile_XML_is_refused_soon_and_in_bounded_memory(string kind)
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var body = Hostile(kind, ((IPEndPoint)listener.LocalEndpoint).Port);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var method in XmlMethods)
        {
            var path = method == "MKCOL" ? "/new" : "/file";
            var time = Stopwatch.StartNew();
            var answer = await tree.SendAsync(
                method,
                path,
                body,
                ("Depth", "0"),
                ("Content-Type", "application/xml")
            );
            if (kind.StartsWith("nothing", StringComparison.Ordinal))
                Assert.True(answer.Status < 500, answer.ToString());
            else
                Assert.True(
                    answer.Status is 400 or 403 or 413 or 415 or 422,
                    $"{method}: {answer}"
                );
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(10), $"{method} took {time.Elapsed}");
        }
        Assert.False(listener.Pending(), "the server connected to where the document said");
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 50_000_000, $"{grown} bytes stayed");
        Assert.Equal("x", (await tree.GetAsync("/file")).Expect(200).Text);
    }

    [Fact]
    public async Task Unusual_but_right_XML_is_understood()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        const string inner =
            "<D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/></D:prop></D:propfind>";
        foreach (
            var body in new[]
            {
                Encoding.UTF8.GetBytes("\uFEFF" + inner),
                Encoding.UTF8.GetBytes(
                    "<?xml version=\"1.0\"?>\r\n<!-- why not -->\r\n" + inner + "\r\n"
                ),
                Encoding
                    .Unicode.GetPreamble()
                    .Concat(
                        Encoding.Unicode.GetBytes(
                            "<?xml version=\"1.0\" encoding=\"utf-16\"?>" + inner
                        )
                    )
                    .ToArray(),
                Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" + inner),
                Encoding.UTF8.GetBytes(
                    "<propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>"
                ),
                Encoding.UTF8.GetBytes(
                    "<x:propfind xmlns:x=\"DAV:\"><?pi data?><x:prop><![CDATA[ ]]><x:getetag></x:getetag></x:prop></x:propfind>"
                ),
            }
        )
            Assert.Equal(
                200,
                (
                    await tree.SendAsync("PROPFIND", "/file", body, ("Depth", "0"))
                ).Multistatus.Single.StatusOf(DavWords.Name("getetag"))
            );
    }

    [Fact]
    public async Task Garbage_in_any_header_is_answered_without_harm()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "content")).Expect(201);
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/folder/member", "member")).Expect(201);
        string[] headers =
        [
            "Depth",
            "Destination",
            "Overwrite",
            "If",
            "If-Match",
            "If-None-Match",
            "If-Range",
            "If-Modified-Since",
            "If-Unmodified-Since",
            "Range",
            "Timeout",
            "Lock-Token",
            "Expect",
            "Content-Range",
            "Content-Type",
            "Content-Encoding",
            "X-Update-Range",
            "X-OC-Mtime",
            "X-OC-CTime",
            "OC-Checksum",
            "Content-MD5",
            "Digest",
            "Repr-Digest",
            "OC-Total-Length",
            "Prefer",
            "Translate",
            "X-Expected-Entity-Length",
            "Accept",
            "Accept-Encoding",
            "User-Agent",
            "Origin",
            "Cookie",
            "X-Forwarded-For",
            "Forwarded",
            "X-Requested-With",
            "Sec-Fetch-Site",
            "X-File-Size",
            "Referer",
            "X-HTTP-Method-Override",
            "Apply-To-Redirect-Ref",
            "TE",
            "Upgrade",
        ];
        string[] garbage =
        [
            "",
            " ",
            ",",
            "\"",
            "(",
            "<",
            ">",
            "(<>)",
            "((((((((",
            "\u00ff\u00fe",
            "%00%0a",
            "-1",
            "0",
            "1",
            "99999999999999999999999999",
            "-9223372036854775808",
            "NaN",
            "infinity",
            "bytes=0-18446744073709551616",
            "bytes=-",
            "bytes=--1",
            "http://",
            "http://[::1",
            "//",
            "/..",
            "*",
            "W/",
            "W/\"",
            "\"\"",
            "a\tb",
            new string('a', 8000),
            string.Join(',', Enumerable.Repeat("1", 3000)),
            new string('(', 4000),
            "<http://127.0.0.1:99999/> (<x>)",
            "Second-99999999999999999999",
            "Second-",
            "SHA1:",
            "SHA1:zz",
            "sha-256=:????:",
            "opaquelocktoken:x",
            "<opaquelocktoken:x",
            "DAV:no-lock",
            "Not",
            "return=minimal;;;=,,",
            "application/xml; charset=\"",
        ];
        var turn = 0;
        foreach (var header in headers)
        foreach (var value in garbage)
        {
            var answer = await tree.SendAsync(
                Pick(
                    "PROPFIND",
                    "GET",
                    "COPY",
                    "PROPPATCH",
                    "LOCK",
                    "PUT",
                    "MOVE",
                    "UNLOCK",
                    "PATCH",
                    "HEAD"
                ),
                "/file-that-is-not-there",
                (header, value)
            );
            Assert.True(
                answer.Status < 500 || answer.Status is 501 or 502,
                $"{header}: {value}\n{answer}"
            );
            if (
                header
                is "Range"
                    or "If-Range"
                    or "If-Modified-Since"
                    or "Accept"
                    or "Accept-Encoding"
            )
            {
                var get = await tree.GetAsync("/file", (header, value));
                Assert.True(
                    get.Status is 200 or 206 or 304 or 400 or 416,
                    $"{header}: {value}\n{get}"
                );
            }
            // What the last request may have created is not what this test is about.
            await tree.DeleteAsync("/file-that-is-not-there");
        }
        // Every header twice, both different.
        foreach (var header in headers)
        {
            var answer = await tree.SendAsync("PROPFIND", "/file", (header, "0"), (header, "1"));
            Assert.True(answer.Status < 500, $"{header} twice\n{answer}");
        }
        Assert.Equal(["file", "folder"], await tree.NamesAsync("/"));
        Assert.Equal("content", (await tree.GetAsync("/file")).Text);
        Assert.Equal("member", (await tree.GetAsync("/folder/member")).Text);

        string Pick(params ReadOnlySpan<string> methods) => methods[turn++ % methods.Length];
    }

    [Fact]
    public async Task Control_bytes_and_broken_heads_end_in_400_or_a_closed_connection()
    {
        await using var tree = await NewTreeAsync();
        var start =
            $"GET {tree.Prefix}/ HTTP/1.1\r\nHost: {tree.Host}\r\nAuthorization: {tree.Authorization}\r\n";
        foreach (
            var message in new[]
            {
                start + "Depth: 0\0\r\n\r\n",
                start.Replace("GET", "PROPFIND", StringComparison.Ordinal)
                    + "Depth: \u0001\r\n\r\n",
                start + "Depth\r\n\r\n",
                start + ": value\r\n\r\n",
                start + " folded: value\r\n\r\n",
                start + "A B: c\r\n\r\n",
                start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                start + "Content-Length: -1\r\n\r\n",
                start + "Content-Length: 99999999999999999999\r\n\r\n",
                start + "Transfer-Encoding: rot13\r\n\r\n",
                start
                    .Replace("GET", "PUT", StringComparison.Ordinal)
                    .Replace("/ HTTP", "/c HTTP", StringComparison.Ordinal)
                    + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
                start
                    .Replace("GET", "PUT", StringComparison.Ordinal)
                    .Replace("/ HTTP", "/c HTTP", StringComparison.Ordinal)
                    + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
                start + "X: " + new string('x', 200_000) + "\r\n\r\n",
                start
                    + string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: y\r\n"))
                    + "\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET\r\n\r\n",
                "\r\n\r\n\r\n",
                "\0\0\0\0",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                $"G\u00c4T {tree.Prefix}/ HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001",
            }
        )
        {
            await using var connection = await WireConnection.OpenAsync(tree.Port);
            int status;
            try
            {
                await connection.SendAsync(message);
                connection.FinishSending();
                status = (await connection.ReadAsync()).Status;
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                continue;
            }
            Assert.True(
                status is >= 400 and < 500 or 501 or 505,
                $"{message[..Math.Min(300, message.Length)]}\n{status}"
            );
        }
        Assert.Empty(await tree.NamesAsync("/"));
        Assert.Equal(0, (await QuotaAsync(tree)).Used);
    }

    [Fact]
    public async Task No_path_in_any_encoding_leads_out_of_the_tree()
    {
        const string canary = "canary-that-must-not-be-read";
        await using var tree = await NewTreeAsync();
        await using var neighbour = await NewTreeAsync();
        (await neighbour.PutAsync("/secret", canary)).Expect(201);
        (await tree.MkcolAsync("/a")).Expect(201);
        (await tree.PutAsync("/a/b", "mine")).Expect(201);
        // A file beside the content, where a server that joined paths would find it.
        var outside = Path.Combine(Cloud.ContentFolder, "canary");
        await File.WriteAllTextAsync(outside, canary, TestContext.Current.CancellationToken);
        string[] dots =
        [
            "..",
            "%2e%2e",
            "%2E.",
            ".%2e",
            "%252e%252e",
            "%c0%ae%c0%ae",
            "%C0%AE.",
            "%e0%80%ae%e0%80%ae",
            "%f0%80%80%ae",
            "..%00",
            "..%0d%0a",
            "..;",
            "..%3b",
            "..%20",
            "..%c2%a0",
            "%u002e%u002e",
            "..\\",
            "..%5c",
            "%ef%bc%8e%ef%bc%8e",
            "...",
            ".",
            "%2e",
            "%e2%80%a6",
            "..%2f",
            "%2f..",
            "..%252f",
        ];
        var targets = dots.SelectMany(d =>
            new[]
            {
                $"/{d}/canary",
                $"/{d}/{d}/content/canary",
                $"/a/{d}/{d}/{d}/{d}/{d}/etc/passwd",
                $"/a/{d}/b",
                $"//{d}//canary",
                $"/{d}{d}/canary",
                $"/a/b/{d}",
            }
        );
        foreach (var target in targets)
        {
            foreach (var method in new[] { "GET", "PROPFIND", "HEAD" })
                await RefusedAsync(await tree.SendAsync(method, target, ("Depth", "1")), target);
            foreach (var method in new[] { "COPY", "MOVE" })
                await RefusedAsync(
                    await tree.SendAsync(method, target, ("Destination", tree.Url("/a/stolen"))),
                    target
                );
        }
        foreach (
            var target in new[]
            {
                "/" + new string('x', 256),
                "/" + string.Concat(Enumerable.Repeat("%C3%A9", 128)),
                "/" + string.Join('/', Enumerable.Repeat("d", 101)),
                "/" + new string('x', 15_000),
                "/" + string.Concat(Enumerable.Repeat("/", 10_000)) + "zz",
                "/%",
                "/%4",
                "/%zz",
                "/%ff%fe",
                "/%ed%a0%80",
                "/a%00.txt",
                "/a%0a",
                "/a%7f",
                "/a%1f",
            }
        )
        foreach (
            var method in new[] { "GET", "PROPFIND", "PUT", "MKCOL", "DELETE", "LOCK", "PROPPATCH" }
        )
            Assert.True(
                (await tree.SendAsync(method, target)).Status is (>= 400 and < 500) or 201 or 204,
                $"{method} {target}"
            );
        // Far too long for the server's line, raw bytes, and other forms of a request target.
        foreach (
            var line in new[]
            {
                $"GET {tree.Prefix}/{new string('x', 100_000)} HTTP/1.1",
                $"GET {tree.Prefix}/\u00fc HTTP/1.1",
                $"GET http://elsewhere.example{tree.Prefix}/../../canary HTTP/1.1",
                $"GET http://127.0.0.1:{tree.Port}{tree.Prefix}/../canary HTTP/1.1",
                $"GET {tree.Prefix}/a/b /c HTTP/1.1",
                $"GET {tree.Prefix}\\..\\canary HTTP/1.1",
                "GET ../canary HTTP/1.1",
                "GET canary HTTP/1.1",
                "CONNECT 127.0.0.1:22 HTTP/1.1",
            }
        )
        {
            await using var connection = await WireConnection.OpenAsync(tree.Port);
            await connection.SendAsync(
                $"{line}\r\nHost: {tree.Host}\r\nAuthorization: {tree.Authorization}\r\nConnection: close\r\n\r\n"
            );
            WireResponse answer;
            try
            {
                answer = await connection.ReadAsync();
            }
            catch (IOException)
            {
                continue;
            }
            Assert.True(answer.Status is >= 400 and < 500 or 501, $"{line}: {answer}");
            Assert.DoesNotContain(canary, answer.Text, StringComparison.Ordinal);
        }
        Assert.Equal("mine", (await tree.GetAsync("/a/b")).Expect(200).Text);
        Assert.Equal(canary, (await neighbour.GetAsync("/secret")).Expect(200).Text);
        Assert.Equal(
            canary,
            await File.ReadAllTextAsync(outside, TestContext.Current.CancellationToken)
        );
        File.Delete(outside);

        async Task RefusedAsync(WireResponse answer, string target)
        {
            Assert.True(answer.Status < 500 || answer.Status == 502, $"{target}: {answer}");
            Assert.DoesNotContain(canary, answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
            // Nothing was there to be copied, so nothing may have arrived.
            if (answer.Status is 201 or 204)
            {
                Assert.Equal("mine", (await tree.GetAsync("/a/stolen")).Text);
                (await tree.MoveAsync("/a/stolen", "/a/b")).Expect(201, 204);
            }
        }
    }

    /// <summary>A document of a kind that is nothing but harm.</summary>
    internal static byte[] Hostile(string kind, int port)
    {
        const string start = "<D:propfind xmlns:D=\"DAV:\"><D:prop>";
        const string end = "</D:prop></D:propfind>";
        var text = kind switch
        {
            "billion laughs" => "<!DOCTYPE l [<!ENTITY l0 \"lol\">"
                + string.Concat(
                    Enumerable
                        .Range(1, 9)
                        .Select(i =>
                            $"<!ENTITY l{i} \"{string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))}\">"
                        )
                )
                + $"]>{start}<D:x>&l9;</D:x>{end}",
            "quadratic blow-up" =>
                $"<!DOCTYPE q [<!ENTITY a \"{new string('a', 20_000)}\">]>{start}<D:x>{string.Concat(Enumerable.Repeat("&a;", 10_000))}</D:x>{end}",
            "external entity" =>
                $"<!DOCTYPE e [<!ENTITY e SYSTEM \"http://127.0.0.1:{port}/e\">]>{start}<D:x>&e;</D:x>{end}",
            "external parameter entity" =>
                $"<!DOCTYPE e [<!ENTITY % p SYSTEM \"http://127.0.0.1:{port}/p\"> %p;]>{start}<D:x/>{end}",
            "external DTD" =>
                $"<!DOCTYPE e PUBLIC \"x\" \"http://127.0.0.1:{port}/d\">{start}<D:x/>{end}",
            "file entity" =>
                $"<!DOCTYPE e [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{start}<D:x>&e;</D:x>{end}",
            "ten megabytes of attributes" =>
                $"{start}<D:x {string.Concat(Enumerable.Range(0, 500_000).Select(i => $"a{i}=\"{i}\" "))}/>{end}",
            "a hundred thousand attributes" =>
                $"{start}<D:x {string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}=\"\" "))}/>{end}",
            "ten thousand levels" =>
                $"{start}{string.Concat(Enumerable.Repeat("<x xmlns=\"u:\">", 10_000))}{string.Concat(Enumerable.Repeat("</x>", 10_000))}{end}",
            "a ten megabyte text" => $"{start}<D:x>{new string('x', 10_000_000)}</D:x>{end}",
            "a ten megabyte name" => $"{start}<D:{new string('x', 10_000_000)}/>{end}",
            "a hundred thousand namespaces" =>
                $"{start}<D:x {string.Concat(Enumerable.Range(0, 100_000).Select(i => $"xmlns:n{i}=\"u:{i}\" "))}/>{end}",
            "ten megabytes of comment" => $"<!--{new string('x', 10_000_000)}-->{start}{end}",
            "NUL bytes" => $"{start}<D:x>\0</D:x>{end}",
            "a lone surrogate" => $"{start}<D:x>&#xD800;</D:x>{end}",
            "an unknown encoding" =>
                $"<?xml version=\"1.0\" encoding=\"x-klingon\"?>{start}<D:x/>{end}",
            "two roots" => $"{start}{end}{start}{end}",
            "a duplicate attribute" => $"{start}<D:x a=\"1\" a=\"2\"/>{end}",
            "nothing but spaces" => "   \r\n\t ",
            "nothing but a mark" => "\uFEFF",
            "bad UTF-8" or "UTF-16 without a mark" => "",
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
        return kind switch
        {
            "bad UTF-8" =>
            [
                .. Encoding.UTF8.GetBytes(start + "<D:x>"),
                0xC3,
                0x28,
                0xFF,
                .. Encoding.UTF8.GetBytes("</D:x>" + end),
            ],
            "UTF-16 without a mark" => [0x20, .. Encoding.BigEndianUnicode.GetBytes(start + end)],
            _ => Encoding.UTF8.GetBytes(text),
        };
    }
}
