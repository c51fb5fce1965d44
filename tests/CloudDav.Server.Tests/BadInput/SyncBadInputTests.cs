using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.BadInput;

/// <summary>The same at the addresses of the sync clients and of uploads: whatever comes, the answer is a 4xx that says why, and what is there stays.</summary>
[Collection(Alone.Name)]
public sealed class SyncBadInputTests(SharedCloud cloud) : CloudTests(cloud)
{
    private const string Tus = "/api/v1/uploads";

    // Each with something in it, by the name of whose it is.
    private static readonly string[] s_trees =
    [
        "/remote.php/dav/files/{0}",
        "/remote.php/webdav",
        "/remote.php/dav/uploads/{0}",
        "/remote.php/dav/trashbin/{0}",
        "/remote.php/dav/trashbin/{0}/trash",
        "/remote.php/dav/versions/{0}",
        "/remote.php/dav/versions/{0}/versions",
        "/remote.php/dav",
    ];

    private static readonly string[] s_methods = [.. Fuzzing.Methods, "SEARCH"];

    private static readonly string[] s_names =
    [
        "a",
        "folder",
        "folder/b",
        "restore",
        "restore/x",
        "trash",
        "versions",
        "up",
        "up/1",
        "up/0000000000000002",
        "up/.file",
        "up/-1",
        "up/99999999999999999999",
        "other",
        "0",
        "9007199254740993",
        "-5",
        "..",
        "%2e%2e",
        ".",
        "",
        "%2F",
        "%00",
        "%zz",
        "%C3%A9",
        "%61",
        "a.d1700000000",
        "{trashed}",
        "{trashed}/b",
        "{file}",
        "{file}/{version}",
    ];

    private static readonly string[] s_bodies =
    [
        "",
        "some bytes",
        "{\"name\":\"x\",\"shareType\":3,\"path\":\"/folder\"}",
        "path=%2Ffolder&shareType=3&permissions=1&expireDate=2026-13-45",
        DavWords.ExclusiveLock,
        "<d:propfind xmlns:d=\"DAV:\"><d:allprop/></d:propfind>",
        "<d:propfind xmlns:d=\"DAV:\"><d:prop><oc:id xmlns:oc=\"http://owncloud.org/ns\"/><nc:trashbin-original-location xmlns:nc=\"http://nextcloud.org/ns\"/></d:prop>M</d:propfind>",
        "<d:propertyupdate xmlns:d=\"DAV:\"><d:set><d:prop><oc:favorite xmlns:oc=\"http://owncloud.org/ns\">yes</oc:favorite></d:prop></d:set></d:propertyupdate>",
        "<oc:filter-files xmlns:d=\"DAV:\" xmlns:oc=\"http://owncloud.org/ns\"><d:prop><d:getetag/></d:prop><oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>",
        "<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:sync-level>infinite</d:sync-level><d:limit><d:nresults>2</d:nresults></d:limit><d:prop><d:getetag/></d:prop></d:sync-collection>",
        "<d:searchrequest xmlns:d=\"DAV:\"><d:basicsearch><d:select><d:prop><d:displayname/></d:prop></d:select><d:from><d:scope><d:href>/files/{user}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where><d:like><d:prop><d:displayname/></d:prop><d:literal>%a%</d:literal></d:like></d:where><d:orderby/></d:basicsearch></d:searchrequest>",
    ];

    private static readonly string[] s_calls =
    [
        "cloud/user",
        "cloud/capabilities",
        "cloud/users/{user}",
        "apps/files_sharing/api/v1/shares",
        "apps/files_sharing/api/v1/shares/1",
        "apps/files_sharing/api/v1/shares/x",
        "apps/files_sharing/api/v1/sharees",
        "apps/none",
        "",
        "%00",
        "..",
    ];

    private static readonly string[] s_queries =
    [
        "?format=json",
        "?format=xml",
        "?format=%00",
        "?path=%ff&shareType=9",
        "?perPage=-1&page=99999999999999999999&search=%25",
        "?x=1&x=2&preview=1",
        "?=&&;",
    ];

    // What one of the headers may say, well or badly.
    private static readonly (string Name, string[] Values)[] s_headers =
    [
        ("Depth", ["0", "1", "infinity", "2", ""]),
        ("Overwrite", ["T", "F", "X"]),
        ("If-Match", ["*", "\"x\"", "x", "\""]),
        ("If-None-Match", ["*", "x"]),
        ("Range", ["bytes=0-", "bytes=-0", "bytes=9-1"]),
        ("Content-Range", ["bytes 0-4/5", "bytes 5-9/*", "bytes"]),
        ("OC-Total-Length", ["10", "-1", "99999999999999999999", "x"]),
        ("OC-Chunk-Offset", ["0", "-1"]),
        ("OC-Checksum", ["SHA1:00", "MD5:", "ADLER32:1", "X"]),
        ("X-OC-Mtime", ["1700000000", "1700000000.5", "-1", "1e99", "x"]),
        ("X-OC-CTime", ["1700000000", "x"]),
        ("OCS-APIRequest", ["true", ""]),
        (
            "Content-Type",
            ["application/json", "application/x-www-form-urlencoded", "text/xml", ";"]
        ),
        ("Tus-Resumable", ["1.0.0", "1.0.0", "0.9", ""]),
        ("Upload-Length", ["10", "0", "-1", "99999999999999999999", "x"]),
        ("Upload-Offset", ["0", "5", "-1", "x"]),
        (
            "Upload-Metadata",
            ["filename YQ==", "filename", "filename !", "path Li4=,filename YQ==", ","]
        ),
        ("Upload-Checksum", ["sha1 AAAA", "md5", "x y z"]),
        ("Content-Type", ["application/offset+octet-stream"]),
        ("X-HTTP-Method-Override", ["PATCH", "HEAD", "DELETE", "GET", "x"]),
        ("X-NC-WebDAV-Auto-Mkcol", ["1", "x"]),
        ("Prefer", ["return=minimal", ";"]),
        ("Accept", ["application/json", "*/*", ""]),
    ];

    [Fact]
    [Trait("Size", "Large")]
    public async Task Almost_right_requests_of_sync_clients_never_break_the_server_or_a_vault()
    {
        var count = Sizes.Pick(3_000, 30_000);
        await using var tree = await NewTreeAsync(10_000_000);
        await using var neighbour = await NewTreeAsync();
        (await neighbour.PutAsync("/secret", "theirs")).Expect(201);
        var known = await FillAsync(tree);

        await Fuzzing.RunAsync(tree.Port, count, random => Request(random, tree, neighbour, known));

        Assert.Equal("theirs", (await neighbour.GetAsync("/secret")).Expect(200).Text);
        Assert.Equal(["secret"], await neighbour.NamesAsync("/"));
        var store = Cloud.Services.GetRequiredService<VaultParts>().Metadata;
        foreach (var vault in await store.ListVaultsAsync(TestContext.Current.CancellationToken))
            Assert.Empty(
                await store.InspectAsync(
                    vault,
                    Cloud.Clock.GetUtcNow(),
                    TestContext.Current.CancellationToken
                )
            );
    }

    [Theory]
    [InlineData("external entity")]
    [InlineData("quadratic blow-up")]
    [InlineData("a hundred thousand attributes")]
    [InlineData("a lone surrogate")]
    [InlineData("bad UTF-8")]
    [InlineData("two roots")]
    public async Task Hostile_XML_is_refused_in_every_tree(string kind)
    {
        await using var tree = await NewTreeAsync();
        await FillAsync(tree);
        var body = BadInputTests.Hostile(kind, 9);
        foreach (var prefix in s_trees)
        {
            await using var at = At(tree, prefix);
            foreach (var method in (string[])["PROPFIND", "PROPPATCH", "REPORT", "SEARCH"])
            {
                var answer = await at.SendAsync(method, "/", body, ("Depth", "0"));
                Assert.True(
                    answer.Status is 400 or 403 or 405 or 413 or 415 or 422,
                    $"{method} {at.Prefix}: {answer}"
                );
                Says(answer, $"{method} {at.Prefix}");
            }
        }
    }

    [Fact]
    public async Task What_is_no_address_is_refused_in_every_tree()
    {
        await using var tree = await NewTreeAsync();
        await FillAsync(tree);
        string[] paths =
        [
            "/..",
            "/../../bob",
            "/%2e%2e/x",
            "/%2E./x",
            "/.",
            "/a%2Fb",
            "/a%00",
            "/a%0a",
            "/%zz",
            "/%4",
            "/" + new string('n', 256),
            "/" + string.Join('/', Enumerable.Repeat("d", 101)),
            "/" + new string('x', 17_000),
        ];
        foreach (var prefix in s_trees.Append(Tus).Append("/ocs/v2.php/cloud"))
        {
            await using var at = At(tree, prefix);
            foreach (var path in paths)
            foreach (
                var method in (string[])
                    ["GET", "PROPFIND", "PUT", "MKCOL", "DELETE", "LOCK", "PATCH"]
            )
            {
                var answer = await at.SendAsync(
                    method,
                    path,
                    ("Depth", "1"),
                    ("Tus-Resumable", "1.0.0")
                );
                Assert.True(
                    answer.Status is >= 400 and < 500,
                    $"{method} {at.Prefix}{path[..Math.Min(60, path.Length)]}: {answer}"
                );
            }
        }
    }

    [Fact]
    public async Task Beside_the_folders_of_what_was_there_is_nothing()
    {
        await using var tree = await NewTreeAsync();
        var known = await FillAsync(tree);
        await using var at = At(tree, "/remote.php/dav");
        var user = TestCloud.UserOf(tree);
        foreach (
            var path in (string[])
                [
                    $"/trashbin/{user}/x",
                    $"/trashbin/{user}/x/{known.Trashed}",
                    $"/trashbin/{user}/restore/{known.Trashed}",
                    $"/versions/{user}/x",
                    $"/versions/{user}/x/{known.File}",
                    $"/versions/{user}/restore/{known.File}",
                    $"/versions/{user}/restore/{known.File}/{known.Version}",
                ]
        )
        foreach (var method in (string[])["GET", "HEAD", "PROPFIND"])
            Assert.Equal(
                (path, 404),
                (path, (await at.SendAsync(method, path, ("Depth", "0"))).Status)
            );
    }

    [Fact]
    public async Task Garbage_in_the_headers_of_sync_clients_is_answered_without_harm()
    {
        await using var tree = await NewTreeAsync();
        await FillAsync(tree);
        string[] garbage =
        [
            "",
            ",",
            "\"",
            "(",
            "<>",
            "ÿþ",
            "%00%0a",
            "-1",
            "99999999999999999999999999",
            "NaN",
            "http://[::1",
            "//",
            "/..",
            "*",
            "a\tb",
            new string('a', 8_000),
            string.Join(',', Enumerable.Repeat("1", 3_000)),
            "SHA1:zz",
            "filename =,=",
        ];
        string[] headers = [.. s_headers.Select(header => header.Name), "Destination", "If"];
        string[] methods = ["PROPFIND", "PUT", "MOVE", "GET", "COPY", "DELETE", "MKCOL", "REPORT"];
        var turn = 0;
        string[] places = [.. s_trees, "/ocs/v2.php/cloud"];
        foreach (var header in headers.Distinct())
        foreach (var value in garbage)
            for (var i = 0; i < 3; i++)
            {
                var method = methods[turn % methods.Length];
                await using var at = At(tree, places[turn++ % places.Length]);
                var answer = await at.SendAsync(method, "/none/there", (header, value));
                Assert.True(
                    answer.Status is < 500 or 501 or 502,
                    $"{method} {at.Prefix} {header}: {value}\n{answer}"
                );
            }
        foreach (var header in headers.Distinct())
        foreach (var value in garbage)
        {
            (string, string)[] sent =
            [
                .. new[]
                {
                    ("Tus-Resumable", "1.0.0"),
                    ("Upload-Length", "3"),
                    ("Upload-Metadata", "filename YQ=="),
                }.Where(one => one.Item1 != header),
                (header, value),
            ];
            await using var at = At(tree, "");
            var answer = await at.SendAsync("POST", Tus, sent);
            Assert.True(answer.Status is 201 or (>= 400 and < 500), $"{header}: {value}\n{answer}");
        }
        Assert.Equal("content", (await tree.GetAsync("/a")).Expect(200).Text);
    }

    // Whoever reads the answer learns why.
    private static void Says(WireResponse answer, string what) =>
        Assert.True(
            answer.Status == 405 || answer.Text.Contains("<s:message>", StringComparison.Ordinal),
            $"{what}: {answer}"
        );

    private static WireClient At(WireClient tree, string prefix) =>
        new(
            tree.Port,
            prefix.Replace("{0}", TestCloud.UserOf(tree), StringComparison.Ordinal),
            tree.Authorization
        );

    private sealed record Known(string Trashed, string File, string Version, string Upload);

    // Files, one with an earlier version; something in the trash; an upload of each kind under way.
    private static async Task<Known> FillAsync(WireClient tree)
    {
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/folder/b", "member")).Expect(201);
        (await tree.PutAsync("/a", "former")).Expect(201);
        (await tree.PutAsync("/a", "content")).Expect(204);
        (await tree.MkcolAsync("/gone")).Expect(201);
        (await tree.PutAsync("/gone/b", "x")).Expect(201);
        (await tree.DeleteAsync("/gone")).Expect(204);
        var trash = await At(tree, "/remote.php/dav/trashbin/{0}").PropfindAsync("/trash", "1");
        var head = await At(tree, "/remote.php/dav/files/{0}").HeadAsync("/a");
        var file = head["OC-FileId"]!.Replace("clouddav", "", StringComparison.Ordinal);
        file = file.TrimStart('0');
        var versions = await At(tree, "/remote.php/dav/versions/{0}")
            .PropfindAsync($"/versions/{file}", "1");
        var uploads = At(tree, "/remote.php/dav/uploads/{0}");
        (await uploads.MkcolAsync("/up")).Expect(201);
        (await uploads.PutAsync("/up/1", "part")).Expect(201);
        var begun = await At(tree, "")
            .SendAsync(
                "POST",
                Tus,
                ("Tus-Resumable", "1.0.0"),
                ("Upload-Length", "10"),
                ("Upload-Metadata", "filename dA==")
            );
        return new(
            LastOf(trash.Expect(207)),
            file,
            LastOf(versions.Expect(207)),
            begun.Expect(201)["Location"]!
        );

        static string LastOf(WireResponse listed) =>
            listed.Multistatus.Entries[^1].Href.TrimEnd('/').Split('/')[^1];
    }

#pragma warning disable CA5394 // Reproducible, not secret.
    private static (string Method, byte[] Message) Request(
        Random random,
        WireClient tree,
        WireClient neighbour,
        Known known
    )
    {
        T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        var user = TestCloud.UserOf(tree);
        string Target() =>
            random.Next(8) switch
            {
                0 =>
                    $"/ocs/v{random.Next(4)}.php/{Pick(s_calls)}{(random.Next(2) == 0 ? Pick(s_queries) : "")}",
                1 => random.Next(2) == 0 ? Tus
                : random.Next(3) > 0 ? known.Upload
                : $"{Tus}/x",
                _ => Pick(s_trees)
                    .Replace(
                        "{0}",
                        random.Next(12) == 0 ? TestCloud.UserOf(neighbour) : "{user}",
                        StringComparison.Ordinal
                    )
                    + string.Concat(
                        Enumerable.Range(0, random.Next(3)).Select(_ => "/" + Pick(s_names))
                    )
                    + (random.Next(20) == 0 ? Pick(s_queries) : ""),
            };
        string Filled(string text) =>
            text.Replace("{user}", user, StringComparison.Ordinal)
                .Replace("{trashed}", known.Trashed, StringComparison.Ordinal)
                .Replace("{file}", known.File, StringComparison.Ordinal)
                .Replace("{version}", known.Version, StringComparison.Ordinal);
        var method = Pick(s_methods);
        var target = Filled(Target());
        // What makes the device go away would end the test.
        if (target.Contains("apppassword", StringComparison.Ordinal))
            target = Tus;
        var body = Encoding.UTF8.GetBytes(Filled(Pick(s_bodies)));
        if (random.Next(3) == 0)
            Fuzzing.Bend(random, ref body);
        var headers = new List<string>
        {
            $"Host: {tree.Host}",
            $"Authorization: {tree.Authorization}",
        };
        if (method is "COPY" or "MOVE" || random.Next(20) == 0)
            headers.Add(
                $"Destination: {(random.Next(3) == 0 ? $"http://{tree.Host}" : "")}{Filled(Target())}"
            );
        if (random.Next(8) == 0)
            headers.Add($"If: <{Filled(Target())}> ([\"x\"])");
        if (target.StartsWith(Tus, StringComparison.Ordinal) && random.Next(4) > 0)
            headers.Add("Tus-Resumable: 1.0.0");
        foreach (var (name, values) in s_headers)
            if (random.Next(8) == 0)
                headers.Add($"{name}: {Pick(values)}");
        headers.Add($"Content-Length: {body.Length}");
        var head = Encoding.Latin1.GetBytes(
            $"{method} {target} HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\n\r\n"
        );
        if (random.Next(12) == 0)
            Fuzzing.Bend(random, ref head);
        return (method, [.. head, .. body]);
    }
#pragma warning restore CA5394
}
