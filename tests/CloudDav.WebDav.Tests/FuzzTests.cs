using System.Text;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Tests.Support;
using CsCheck;

namespace CloudDav.WebDav.Tests;

/// <summary>
/// Bad input made from good input: samples of each grammar are cut, repeated, swapped and spoiled, so that most of them get past the
/// first check. Every parser must give a value or a refusal of the client (4xx, or 502 for a foreign destination); never an exception.
/// </summary>
public sealed class FuzzTests
{
    private const string Spoilers =
        "\0\t\r\n \"'<>()[]{}%#?&;:,=/\\@*+-.0aZ\u007f\u00e9\u00ff\ufeff\ufffe";

    private static readonly string[] Bodies =
    [
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/><x:y xmlns:x=\"urn:x\"/></D:prop></D:propfind>",
        "<D:propfind xmlns:D=\"DAV:\"><D:allprop/><D:include><D:quota-used-bytes/></D:include></D:propfind>",
        "<propfind xmlns=\"DAV:\"><propname/></propfind>",
        "<D:propertyupdate xmlns:D=\"DAV:\" xmlns:Z=\"urn:schemas-microsoft-com:\"><D:set><D:prop><Z:Win32FileAttributes>20</Z:Win32FileAttributes><D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified><q:x xmlns:q=\"urn:q\" xml:lang=\"fr\" a=\"b\"><q:y><![CDATA[z]]></q:y>&amp;&#x1F600;</q:x></D:prop></D:set><D:remove><D:prop><D:displayname/></D:prop></D:remove></D:propertyupdate>",
        "<D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>me <D:href>x</D:href></D:owner></D:lockinfo>",
        "<D:mkcol xmlns:D=\"DAV:\"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:set></D:mkcol>",
        "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><D:propfind xmlns:D=\"DAV:\"><D:prop>&c;</D:prop></D:propfind>",
        "<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>",
    ];

    private static readonly string[] Headers =
    [
        "(<opaquelocktoken:a> [\"e\"]) (Not <DAV:no-lock> [W/\"f\"]) ",
        "<http://host:80/a%20b> (<urn:a>) </c> ([\"d\"])",
        "bytes=0-1,5-,-7",
        "bytes 0-4/10",
        "bytes=0-",
        "append",
        "\"a\", W/\"b\", *",
        "Second-600, Infinite",
        "1,noroot",
        "<opaquelocktoken:a>",
        "http://user@host:8080/a/%C3%A9?q#f",
        "/a/%2e%2e/b",
        "//host/a",
        "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709 ADLER32:1",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        "return=minimal; a=\"b\", depth-noroot",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "1700000000.5",
        "2024-05-01T12:34:56Z",
        "T",
        "Mozilla/5.0 WebDAVFS/3.0 Darwin/24.4.0",
        "text/xml; charset=\"utf-8\"",
    ];

    [Fact]
    public void No_header_throws()
    {
        Spoilt(Headers)
            .Sample(
                text =>
                {
                    Check(DepthHeader.Parse(text));
                    Check(Overwrite.Parse(text));
                    Check(LockTokenHeader.Parse(text));
                    Check(EntityTags.Parse(text));
                    Check(IfHeader.Parse(text));
                    Check(Destination.Parse(text, ["dav"], name => name == "host", mapNames: true));
                    Check(UploadChecksums.Parse(text, text, text, text));
                    Check(UpdateRange.ParseContentRange(text, 5));
                    Check(UpdateRange.ParseUpdateRange(text, 5));
                    _ = TimeoutHeader.Parse(text);
                    _ = Prefer.Parse(text, text);
                    _ = HttpDates.ParseAny(text);
                    _ = ByteRanges.Parse(text, 100);
                    _ = DavClient.Of(text);
                    _ = MediaTypes.FromUpload(text);
                },
                iter: 20_000
            );
    }

    [Fact]
    public void No_path_throws_and_none_leaves_the_tree()
    {
        Spoilt(["/a/b%20c/", "/dav/%C3%A9/%2e%2e/x", "/%E9%80%A9", "/..%2f..%5c/a", "/a//b?c=d"])
            .Sample(
                text =>
                {
                    var parsed = DavTarget.Parse(text, [], mapNames: true);
                    Check(parsed);
                    _ = DavTarget.IsBelow(text, ["dav"]);
                    if (!parsed.IsSuccess)
                        return;
                    foreach (var segment in parsed.Value.Path.Segments)
                    {
                        Assert.False(
                            segment is "" or "." or ".."
                                || segment.Contains('/', StringComparison.Ordinal)
                        );
                        Assert.True(
                            segment.IsNormalized() && Encoding.UTF8.GetByteCount(segment) <= 255
                        );
                    }
                    var again = DavTarget.Parse(
                        Href.Of([], parsed.Value.Path, isCollection: false),
                        [],
                        mapNames: true
                    );
                    Assert.Equal(parsed.Value.Path, again.Value.Path);
                },
                iter: 20_000
            );
    }

    [Fact]
    public void No_body_throws_and_what_is_kept_of_one_is_well_formed()
    {
        Spoilt(Bodies)
            .Sample(
                text =>
                {
                    var body = Encoding.UTF8.GetBytes(text);
                    Check(PropfindBody.Parse(body, null));
                    Check(PropertyPatchReader.ParseMkcol(body, "text/xml"));
                    var patch = PropertyPatchReader.Parse(body, "text/xml", isRoot: false);
                    Check(patch);
                    if (!patch.IsSuccess)
                        return;
                    foreach (var set in patch.Value.Changes.OfType<PropertyChange.SetDead>())
                    {
                        var element = System.Xml.Linq.XElement.Parse(set.Xml);
                        Assert.Equal(set.Name, element.Name);
                    }
                },
                iter: 5_000
            );
    }

    [Fact]
    public async Task No_request_is_answered_with_a_5xx_or_breaks_the_server()
    {
        await using var server = await DavServer.StartAsync();
        await server.SendAsync("PUT", "/a", "hello");
        await server.SendAsync("MKCOL", "/f");
        string[] names =
        [
            "If",
            "Destination",
            "Depth",
            "Overwrite",
            "Timeout",
            "Lock-Token",
            "If-Match",
            "If-None-Match",
            "If-Range",
            "Range",
            "Content-Range",
            "X-Update-Range",
            "Prefer",
            "X-OC-Mtime",
            "OC-Checksum",
            "Content-MD5",
            "Digest",
            "Repr-Digest",
            "X-Expected-Entity-Length",
            "If-Modified-Since",
            "User-Agent",
            "Content-Type",
            "Accept",
            "Origin",
            "transferMode.dlna.org",
            "Expect",
        ];
        var methods = DavMethods
            .All.Select(method => method.Name)
            .Where(name => name is not "CONNECT")
            .ToArray();
        var request = Gen.Select(
            Any(methods),
            Any("/", "/a", "/f", "/f/x", "/f/x/y", "/a%00", "/%"),
            Gen.Select(Any(names), Spoilt(Headers)).Array[0, 4],
            Gen.OneOf(Gen.Const(""), Spoilt(Bodies))
        );
        var samples = new List<(string, string, (string, string)[], string)>();
        request.Sample(samples.Add, iter: 1_500, threads: 1);
        foreach (var (method, path, headers, body) in samples)
        {
            var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: host\r\n");
            foreach (var (name, value) in headers)
            {
                // A line break in a value would be the next header, and a NUL ends the server's patience before ours.
                var line = new string([
                    .. value.Where(c => c is >= ' ' and < '\u0100' and not '\u007f'),
                ]);
                text.Append(name).Append(": ").Append(line).Append("\r\n");
            }
            var bytes = Encoding.UTF8.GetBytes(body);
            text.Append("Content-Length: ")
                .Append(bytes.Length)
                .Append("\r\nConnection: close\r\n\r\n");
            using var connection = await server.ConnectAsync();
            await connection.SendAsync(
                (byte[])[.. Encoding.Latin1.GetBytes(text.ToString()), .. bytes]
            );
            var answer = await connection.ReadAnswerAsync(hasBody: false);
            Assert.True(
                answer.Status is < 500 or 501 or 502 or 507,
                $"{answer.StatusLine} for:\n{text}{body}"
            );
        }
        Assert.Equal(
            207,
            (await server.SendAsync("PROPFIND", "/", null, "Depth: infinity")).Status
        );
    }

    [Fact]
    public void Hostile_bodies_are_refused_quickly_and_in_bounds()
    {
        const int Limit = 1024 * 1024;
        string[] hostile =
        [
            Laughs(),
            "<a xmlns=\"DAV:\">" + string.Concat(Enumerable.Repeat("<a>", 100_000)),
            "<D:propfind xmlns:D=\"DAV:\" "
                + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"a{i}=\"\" "))
                + "><D:allprop/></D:propfind>",
            "<D:propfind xmlns:D=\"DAV:\"><D:prop>"
                + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<D:p{i}/>"))
                + "</D:prop></D:propfind>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<!DOCTYPE D:propfind [<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">]><D:propfind xmlns:D=\"DAV:\"><D:prop>&x;</D:prop></D:propfind>",
        ];
        foreach (var text in hostile)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var body = Encoding.UTF8.GetBytes(text);
            Assert.Equal(400, PropfindBody.Parse(body, null).Problem!.Status);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40 * (long)Limit);
        }
    }

    private static string Laughs()
    {
        var text = new StringBuilder("<!DOCTYPE l [<!ENTITY l0 \"lol\">");
        for (var i = 1; i < 10; i++)
        {
            text.Append("<!ENTITY l").Append(i).Append(" \"");
            for (var j = 0; j < 10; j++)
                text.Append("&l").Append(i - 1).Append(';');
            text.Append("\">");
        }
        return text.Append("]><l>&l9;</l>").ToString();
    }

    /// <summary>One of the samples after some small injuries.</summary>
    private static Gen<string> Spoilt(string[] samples) =>
        Gen.Select(
                Any(samples),
                Any(samples),
                Gen.Select(
                    Gen.Int[0, 6],
                    Gen.Int[0, 10_000],
                    Gen.Int[0, 10_000],
                    Gen.Int[0, Spoilers.Length - 1]
                ).Array[0, 5]
            )
            .Select(
                (sample, other, injuries) =>
                {
                    foreach (var (kind, first, second, spoiler) in injuries)
                    {
                        var at = sample.Length == 0 ? 0 : first % sample.Length;
                        var end =
                            at + (sample.Length == at ? 0 : second % (sample.Length - at + 1));
                        sample = kind switch
                        {
                            0 => sample[..at],
                            1 => sample[at..],
                            2 => sample[..at] + sample[end..],
                            3 => sample[..end] + sample[at..],
                            4 => sample.Insert(at, Spoilers[spoiler].ToString()),
                            5 => sample[..at] + other[(second % (other.Length + 1))..],
                            _ => sample.Insert(at, new string(Spoilers[spoiler], second % 300)),
                        };
                        if (sample.Length > 20_000)
                            sample = sample[..20_000];
                    }
                    return sample;
                }
            );

    private static Gen<string> Any(params string[] values) =>
        Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Check<T>(DavResult<T> result)
    {
        if (result.Problem is { } problem)
            Assert.True(problem.Status is (>= 400 and < 500) or 502, problem.ToString());
    }
}
