using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Times, ETags, quota and dead properties.</summary>
public class PropertyChecks(SharedCloud cloud) : CloudTests(cloud)
{
    private const string Sent = "Tue, 14 Nov 2023 22:13:20 GMT";

    [Fact]
    public async Task C11_The_ETag_follows_the_content_and_nothing_else()
    {
        await using var tree = await NewTreeAsync();
        var etag = (await tree.PutAsync("/file", "one")).Expect(201).ETag;
        (await tree.ProppatchAsync("/file", DavWords.Proppatch(("{x:}p", "v")))).Expect(207);
        (
            await tree.ProppatchAsync(
                "/file",
                DavWords.Proppatch((DavWords.Name("getlastmodified"), Sent))
            )
        ).Expect(207);
        var token = await tree.TakeLockAsync("/file");
        Assert.Equal(etag, (await tree.HeadAsync("/file")).ETag);
        (await tree.UnlockAsync("/file", token)).Expect(204);
        (await tree.MoveAsync("/file", "/renamed")).Expect(201);
        Assert.Equal(etag, (await tree.HeadAsync("/renamed")).ETag);
        // Equal length, same second.
        var second = (await tree.PutAsync("/renamed", "two")).Expect(204).ETag;
        var third = (await tree.PutAsync("/renamed", "six")).Expect(204).ETag;
        Assert.Equal(3, new[] { etag, second, third }.Distinct().Count());
    }

    [Fact]
    public async Task C12_X_OC_Mtime_sets_the_time_on_PUT_COPY_and_MOVE()
    {
        await using var tree = await NewTreeAsync();
        var header = ("X-OC-Mtime", "1700000000");
        async Task Check(WireResponse answer, string path)
        {
            Assert.Equal("accepted", answer.Expect(201, 204)["X-OC-Mtime"]);
            Assert.Equal(
                Sent,
                (await tree.PropertyAsync(path, DavWords.Name("getlastmodified")))!.Value
            );
        }
        await Check(await tree.PutAsync("/put", "x", header), "/put");
        Assert.Equal(Sent, (await tree.HeadAsync("/put"))["Last-Modified"]);
        (await tree.PutAsync("/plain", "x")).Expect(201);
        await Check(await tree.CopyAsync("/plain", "/copied", header), "/copied");
        await Check(await tree.MoveAsync("/plain", "/moved", header), "/moved");
        await Check(await tree.PutAsync("/put", "y", ("X-OC-Mtime", "1700000000.75")), "/put");
        // COPY and MOVE without it keep the time.
        (await tree.CopyAsync("/put", "/kept")).Expect(201);
        (await tree.MoveAsync("/kept", "/kept2")).Expect(201);
        Assert.Equal(Sent, (await tree.HeadAsync("/kept2"))["Last-Modified"]);
        foreach (var nonsense in new[] { "yesterday", "", "99999999999999999999", "NaN" })
        {
            var answer = await tree.PutAsync("/nonsense", "x", ("X-OC-Mtime", nonsense));
            Assert.Null(answer.Expect(201, 204)["X-OC-Mtime"]);
        }
    }

    [Fact]
    public async Task C13_Every_PROPPATCH_of_a_time_sets_it_to_the_second()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        (await tree.MkcolAsync("/folder")).Expect(201);
        var second = DateTimeOffset.FromUnixTimeSeconds(1_500_000_000);
        foreach (var path in new[] { "/file", "/folder" })
        foreach (
            var (name, value) in new (XName, Func<DateTimeOffset, string>)[]
            {
                (
                    DavWords.Win32 + "Win32LastModifiedTime",
                    t => t.ToString("r", CultureInfo.InvariantCulture)
                ),
                (
                    DavWords.Name("lastmodified"),
                    t => t.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
                ),
                (
                    DavWords.Name("getlastmodified"),
                    t => t.ToString("r", CultureInfo.InvariantCulture)
                ),
                (
                    DavWords.Name("getlastmodified"),
                    t => t.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                ),
            }
        )
        {
            second += TimeSpan.FromSeconds(86_401);
            var answer = (
                await tree.ProppatchAsync(path, DavWords.Proppatch((name, value(second))))
            )
                .Multistatus
                .Single;
            Assert.Equal(200, answer.StatusOf(name));
            Assert.Equal(
                second.ToString("r", CultureInfo.InvariantCulture),
                (await tree.PropertyAsync(path, DavWords.Name("getlastmodified")))!.Value
            );
        }
        (
            await tree.ProppatchAsync(
                "/file",
                DavWords.Proppatch((DavWords.Name("creationdate"), "2020-01-02T03:04:05Z"))
            )
        ).Expect(207);
        Assert.Equal(
            "2020-01-02T03:04:05Z",
            (await tree.PropertyAsync("/file", DavWords.Name("creationdate")))!.Value
        );
    }

    [Fact]
    public async Task C27_Finder_since_macOS_15_4_gets_no_quota_and_older_ones_do()
    {
        var body = DavWords.Propfind(
            DavWords.Name("quota-available-bytes"),
            DavWords.Name("quota-used-bytes"),
            DavWords.Name("quota"),
            DavWords.Name("quotaused")
        );
        async Task<int> Status(WireClient tree, string agent)
        {
            await using var client = tree.As(agent);
            var entry = (await client.PropfindAsync("/", "0", body)).Multistatus.Single;
            Assert.Equal(
                entry.StatusOf(DavWords.Name("quota-available-bytes")),
                entry.StatusOf(DavWords.Name("quota-used-bytes"))
            );
            if (entry.Value("quota-available-bytes") is { } available)
                Assert.True(long.Parse(available, CultureInfo.InvariantCulture) > 0);
            return entry.StatusOf(DavWords.Name("quota-available-bytes"));
        }
        await using var tree = await NewTreeAsync();
        Assert.Equal(404, await Status(tree, Agents.FinderSince154));
        Assert.Equal(404, await Status(tree, "WebDAVFS/3.0.0 (03008000) Darwin/25.0.0 (arm64)"));
        Assert.Equal(200, await Status(tree, Agents.FinderBefore154));
        Assert.Equal(200, await Status(tree, "WebDAVFS/3.0.0 (03008000) Darwin/24.3.0 (arm64)"));
        foreach (var (setting, expected) in new[] { ("On", 200), ("Off", 404) })
        {
            await using var own = await OwnCloud.StartAsync(o =>
                o.Settings["Dav:Clients:FinderQuota"] = setting
            );
            await using var other = await own.NewTreeAsync();
            Assert.Equal(expected, await Status(other, Agents.FinderSince154));
            Assert.Equal(expected, await Status(other, Agents.FinderBefore154));
        }
    }

    [Fact]
    public async Task C28_Quota_figures_are_non_negative_integers_on_every_folder()
    {
        await using var tree = await NewTreeAsync(100_000);
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.MkcolAsync("/folder/sub")).Expect(201);
        (await tree.PutAsync("/folder/file", new byte[30_000])).Expect(201);
        foreach (var agent in new[] { Agents.Gvfs, Agents.Davfs2, Agents.Rclone })
        foreach (var path in new[] { "/", "/folder", "/folder/sub/" })
        {
            await using var client = tree.As(agent);
            var (used, available) = await QuotaAsync(client, path);
            Assert.Equal(30_000, used);
            Assert.Equal(70_000, available);
        }
        await Cloud.SetCapacityAsync(tree, 10_000);
        var (over, none) = await QuotaAsync(tree, "/folder");
        Assert.Equal(30_000, over);
        Assert.Equal(0, none);
    }

    [Fact]
    public async Task C69_Bad_XML_is_400_and_an_external_entity_is_never_read()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        foreach (
            var body in new[]
            {
                "<a",
                "not xml at all",
                "<D:propfind xmlns:D=\"DAV:\"><D:prop>",
                "<D:propfind><D:allprop/></D:propfind>",
                "<D:propfind xmlns:D=\"DAV:\"><D:prop><x:unbound/></D:prop></D:propfind>",
                "<D:propfind xmlns:D=\"DAV:\"><D:prop><x xmlns:y=\"\"><y:z/></x></D:prop></D:propfind>",
                "<!DOCTYPE propfind><D:propfind xmlns:D=\"DAV:\"><D:allprop/></D:propfind>",
                $"<!DOCTYPE p SYSTEM \"http://127.0.0.1:{port}/x.dtd\"><D:propfind xmlns:D=\"DAV:\"><D:allprop/></D:propfind>",
                $"<!DOCTYPE p [<!ENTITY e SYSTEM \"http://127.0.0.1:{port}/e\">]><D:propfind xmlns:D=\"DAV:\"><D:prop><D:x>&e;</D:x></D:prop></D:propfind>",
                "<!DOCTYPE p [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><D:propfind xmlns:D=\"DAV:\"><D:prop><D:x>&e;</D:x></D:prop></D:propfind>",
                "<D:other xmlns:D=\"DAV:\"/>",
            }
        )
        foreach (
            var (method, path) in new[]
            {
                ("PROPFIND", "/"),
                ("PROPPATCH", "/file"),
                ("LOCK", "/file"),
            }
        )
        {
            var answer = await tree.SendAsync(method, path, body, ("Depth", "0"));
            // RFC 4918 §16 also allows 403 no-external-entities for the entity ones.
            Assert.True(answer.Status is 400 or 403 or 422, $"{method} {body}: {answer}");
            if (!body.Contains("SYSTEM", StringComparison.Ordinal))
                Assert.True(answer.Status is 400 or 422, $"{method} {body}: {answer}");
        }
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        Assert.False(listener.Pending(), "somebody fetched the external entity");
        var unknown = await tree.PropfindAsync(
            "/file",
            "0",
            "<D:propfind xmlns:D=\"DAV:\" xmlns:x=\"x:\"><x:extension><x:y/></x:extension><D:prop><D:getetag/></D:prop></D:propfind>"
        );
        Assert.Equal(200, unknown.Multistatus.Single.StatusOf(DavWords.Name("getetag")));
    }

    [Fact]
    public async Task C70_Dead_properties_round_trip_and_follow_COPY_and_MOVE()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        const string patch = """
            <?xml version="1.0" encoding="utf-8"?>
            <D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>
            <nowhere xmlns="">null namespace</nowhere>
            <k:beyond xmlns:k="urn:k">𝒳😀 \u0000</k:beyond>
            <k:nested xmlns:k="urn:k" xml:lang="de-CH"><k:a><b xmlns="urn:other" c="1 &amp; &lt;">text</b>tail</k:a></k:nested>
            <lastmodified xmlns="SAR:">2024-01-01T00:00:00Z</lastmodified>
            <lastmodified_server xmlns="SAR:">1704067200</lastmodified_server>
            <executable xmlns="http://apache.org/dav/props/">T</executable>
            <empty xmlns="urn:k"/>
            </D:prop></D:set></D:propertyupdate>
            """;
        XName[] names =
        [
            "nowhere",
            "{urn:k}beyond",
            "{urn:k}nested",
            "{SAR:}lastmodified",
            "{SAR:}lastmodified_server",
            "{http://apache.org/dav/props/}executable",
            "{urn:k}empty",
        ];
        var sent = XDocument
            .Parse(patch)
            .Descendants(DavWords.Name("prop"))
            .Single()
            .Elements()
            .ToList();
        var set = (await tree.ProppatchAsync("/file", patch)).Multistatus.Single;
        Assert.All(names, n => Assert.Equal(200, set.StatusOf(n)));
        async Task Check(string path)
        {
            foreach (var body in new[] { DavWords.Propfind(names), "" })
            {
                var entry = (await tree.PropfindAsync(path, "0", body)).Multistatus.Single;
                foreach (var element in sent)
                {
                    var got = entry[element.Name];
                    Assert.NotNull(got);
                    Assert.Equal(Canonical(element), Canonical(got));
                }
            }
            var propname = (
                await tree.PropfindAsync(
                    path,
                    "0",
                    "<D:propfind xmlns:D=\"DAV:\"><D:propname/></D:propfind>"
                )
            )
                .Multistatus
                .Single;
            Assert.All(names, n => Assert.True(propname.Found[n].IsEmpty));
        }
        await Check("/file");
        (await tree.CopyAsync("/file", "/copy")).Expect(201);
        await Check("/copy");
        (await tree.MoveAsync("/copy", "/moved")).Expect(201);
        await Check("/moved");
        (await tree.PutAsync("/moved", "other content")).Expect(204);
        await Check("/moved");
        (await tree.DeleteAsync("/moved")).Expect(204);
        (await tree.PutAsync("/moved", "a new file")).Expect(201);
        Assert.Null(await tree.PropertyAsync("/moved", "{urn:k}nested"));
        (
            await tree.ProppatchAsync(
                "/file",
                "<D:propertyupdate xmlns:D=\"DAV:\"><D:remove><D:prop><nowhere xmlns=\"\"/></D:prop></D:remove></D:propertyupdate>"
            )
        ).Expect(207);
        Assert.Null(await tree.PropertyAsync("/file", "nowhere"));
        Assert.NotNull(await tree.PropertyAsync("/file", "{urn:k}nested"));
    }

    [Fact]
    public async Task C71_One_protected_property_refuses_the_whole_patch()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        var etag = (await tree.HeadAsync("/file")).ETag;
        foreach (
            var name in new[] { "getetag", "getcontentlength", "resourcetype", "quota-used-bytes" }
        )
        {
            var answer = (
                await tree.ProppatchAsync(
                    "/file",
                    DavWords.Proppatch(
                        ("{x:}before", "1"),
                        (DavWords.Name(name), "99"),
                        ("{x:}after", "2"),
                        (DavWords.Name("getlastmodified"), Sent)
                    )
                )
            )
                .Multistatus
                .Single;
            Assert.Equal(403, answer.StatusOf(DavWords.Name(name)));
            Assert.Equal(424, answer.StatusOf("{x:}before"));
            Assert.Equal(424, answer.StatusOf("{x:}after"));
            Assert.Equal(424, answer.StatusOf(DavWords.Name("getlastmodified")));
            Assert.Contains(
                "cannot-modify-protected-property",
                answer.Element.ToString(),
                StringComparison.Ordinal
            );
            Assert.Null(await tree.PropertyAsync("/file", "{x:}before"));
            Assert.Null(await tree.PropertyAsync("/file", "{x:}after"));
            Assert.NotEqual(Sent, (await tree.HeadAsync("/file"))["Last-Modified"]);
            Assert.Equal(etag, (await tree.HeadAsync("/file")).ETag);
        }
    }

    /// <summary>What XML says, whatever prefixes it is written with.</summary>
    private static string Canonical(XElement element) =>
        $"<{element.Name}{string.Concat(element.Attributes().Where(a => !a.IsNamespaceDeclaration).OrderBy(a => a.Name.ToString(), StringComparer.Ordinal).Select(a => $" {a.Name}=[{a.Value}]"))}>"
        + string.Concat(
            element
                .Nodes()
                .Select(n => n is XElement child ? Canonical(child) : (n as XText)?.Value)
        )
        + "</>";
}
