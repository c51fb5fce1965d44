using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Checks;

/// <summary>PROPFIND: complete, well formed, in the form that brittle readers need, or an error, and nothing in between.</summary>
public class ListingChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C23_An_empty_body_is_allprop_in_the_form_that_old_readers_need()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/folder/file.txt", "x")).Expect(201);
        foreach (var depth in new[] { "0", "1" })
        {
            var answer = (await tree.PropfindAsync("/folder", depth)).Expect(207);
            Assert.Equal("application/xml; charset=utf-8", answer["Content-Type"]);
            Assert.StartsWith("<?xml version=\"1.0\"", answer.Text, StringComparison.Ordinal);
            Assert.Matches(
                "^<\\?xml[^>]*\\?>\\s?<d:multistatus [^>]*xmlns:d=\"DAV:\"",
                answer.Text
            );
            var root = answer.Text[
                answer.Text.IndexOf("<d:multistatus", StringComparison.Ordinal)..
            ];
            root = root[..root.IndexOf('>', StringComparison.Ordinal)];
            Assert.Contains("xmlns:s=\"http://sabredav.org/ns\"", root, StringComparison.Ordinal);
            Assert.Contains("xmlns:oc=\"http://owncloud.org/ns\"", root, StringComparison.Ordinal);
            Assert.Contains("xmlns:nc=\"http://nextcloud.org/ns\"", root, StringComparison.Ordinal);
            Assert.DoesNotContain("xmlns=", answer.Text, StringComparison.Ordinal);
            var document = XDocument.Parse(answer.Text, LoadOptions.PreserveWhitespace);
            Assert.DoesNotContain(
                document.DescendantNodes().OfType<XText>(),
                t => string.IsNullOrWhiteSpace(t.Value)
            );
            var file = answer.Multistatus.Entries[^1];
            foreach (
                var name in new[]
                {
                    "creationdate",
                    "displayname",
                    "getetag",
                    "getlastmodified",
                    "resourcetype",
                }
            )
                Assert.NotNull(file[DavWords.Name(name)]);
            Assert.Null(file[DavWords.Name("quota-used-bytes")]);
        }
        var single = (await tree.PropfindAsync("/folder/file.txt")).Multistatus.Single;
        Assert.Matches(
            "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$",
            single.Value("creationdate")
        );
        Assert.True(
            DateTimeOffset.TryParseExact(
                single.Value("getlastmodified"),
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            )
        );
        Assert.Equal("1", single.Value("getcontentlength"));
        Assert.Equal("text/plain", single.Value("getcontenttype")!.Split(';')[0]);
    }

    [Fact]
    public async Task C24_Status_lines_say_HTTP_1_1_whatever_the_connection_speaks()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        var body = DavWords.Propfind(DavWords.Name("getetag"), "{x:}missing");
        var lines = (await tree.PropfindAsync("/", "1", body)).Multistatus.Entries.SelectMany(e =>
            e.StatusLines
        );
        Assert.Equal(
            ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"],
            lines.Distinct().Order(StringComparer.Ordinal)
        );
        // The same over HTTP/2.
        var folder = Directory.CreateTempSubdirectory("clouddav-certificate-").FullName;
        using var certificate = LoopbackCertificate.Create(folder);
        await using var own = await OwnCloud.StartAsync(o =>
        {
            o.Settings["Listen:HttpPort"] = null;
            o.Settings["Listen:HttpsPort"] = "0";
            o.Settings["Listen:CertificateFile"] = certificate.File;
            o.Settings["Listen:CertificateKeyFile"] = certificate.KeyFile;
        });
        await using var other = await own.NewTreeAsync();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { certificate.Certificate },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(
            new HttpMethod("PROPFIND"),
            $"https://127.0.0.1:{other.Port}{other.Prefix}/"
        )
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent(body),
        };
        request.Headers.Add("Depth", "0");
        request.Headers.TryAddWithoutValidation("Authorization", other.Authorization);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(207, (int)answer.StatusCode);
        Assert.Equal(HttpVersion.Version20, answer.Version);
        var over2 = Multistatus.Parse(
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"], over2.Single.StatusLines);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task C25_What_does_not_exist_is_empty_under_404_and_nothing_else_is_empty()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        (await tree.MkcolAsync("/folder")).Expect(201);
        XName[] names =
        [
            .. new[]
            {
                "creationdate",
                "displayname",
                "getcontentlanguage",
                "getcontentlength",
                "getcontenttype",
                "getetag",
                "getlastmodified",
                "lockdiscovery",
                "resourcetype",
                "supportedlock",
                "quota-available-bytes",
                "quota-used-bytes",
                "current-user-principal",
                "current-user-privilege-set",
                "quota",
                "quotaused",
                "no-such-thing",
            }.Select(DavWords.Name),
            "{x:}dead",
            "nowhere",
        ];
        XName[] mayBeEmpty =
        [
            DavWords.Name("resourcetype"),
            DavWords.Name("supportedlock"),
            DavWords.Name("lockdiscovery"),
        ];
        foreach (var body in new[] { DavWords.Propfind(names), "" })
        foreach (var entry in (await tree.PropfindAsync("/", "1", body)).Multistatus.Entries)
        {
            foreach (var (name, element) in entry.Found)
                Assert.True(
                    mayBeEmpty.Contains(name) || element.HasElements || element.Value.Length > 0,
                    $"{name} of {entry.Href} is empty"
                );
            if (body.Length == 0)
            {
                Assert.Equal(["HTTP/1.1 200 OK"], entry.StatusLines);
                continue;
            }
            foreach (var name in names)
                Assert.Contains(entry.StatusOf(name), new[] { 200, 404 });
            Assert.Equal(404, entry.StatusOf(DavWords.Name("no-such-thing")));
            Assert.Equal(404, entry.StatusOf("nowhere"));
            Assert.Equal(
                entry.IsCollection ? 404 : 200,
                entry.StatusOf(DavWords.Name("getcontentlength"))
            );
            Assert.Equal(
                entry.IsCollection ? 200 : 404,
                entry.StatusOf(DavWords.Name("quota-used-bytes"))
            );
        }
    }

    [Fact]
    public async Task C26_Displayname_is_the_last_segment_even_after_it_was_patched()
    {
        await using var tree = await NewTreeAsync();
        foreach (var name in new[] { "plain", "a & b", "<x>", "ü 😀", "100% \"sure\"" })
            (await tree.PutAsync(DavWords.Escape("/" + name), "x")).Expect(201);
        (
            await tree.ProppatchAsync(
                "/plain",
                DavWords.Proppatch((DavWords.Name("displayname"), "Another name"))
            )
        ).Multistatus.Single.StatusLines.ForEach(l => Assert.Equal("HTTP/1.1 200 OK", l));
        var listing = (await tree.PropfindAsync("/", "1")).Multistatus;
        Assert.Equal(6, listing.Entries.Count);
        Assert.All(listing.Entries.Skip(1), e => Assert.Equal(e.Name, e.Value("displayname")));
        Assert.NotEmpty(listing.Entries[0].Value("displayname")!);
    }

    [Fact]
    public async Task C46_KDE_gets_refused_listings_as_text_and_others_as_XML()
    {
        await using var tree = await NewTreeAsync();
        foreach (var agent in new[] { Agents.Kio, Agents.Rclone })
        foreach (
            var (path, depth, status) in new[]
            {
                ("/missing", "1", 404),
                ("/missing/deeper", "0", 404),
                ("/..", "0", 400),
                ("/", "3", 400),
            }
        )
        {
            await using var client = tree.As(agent);
            var answer = (await client.PropfindAsync(path, depth)).Expect(status);
            if (agent == Agents.Kio)
                Assert.StartsWith("text/plain", answer["Content-Type"], StringComparison.Ordinal);
            else
                Assert.Equal(DavWords.Name("error"), XDocument.Parse(answer.Text).Root!.Name);
            Assert.NotEmpty(answer.Text);
        }
    }

    [Fact]
    public async Task C53_An_infinite_listing_is_whole_or_refused()
    {
        await using var tree = await NewTreeAsync();
        await FillAsync(tree, "/base", 999);
        for (var i = 0; i < 18; i++)
            (await tree.CopyAsync("/base", $"/t{i:D2}")).Expect(201);
        // 19 folders of 999 files: 19,000 members and the root.
        var body = DavWords.Propfind(DavWords.Name("resourcetype"));
        var whole = (await tree.PropfindAsync("/", "infinity", body)).Multistatus;
        Assert.Equal(19_001, whole.Entries.Count);
        Assert.Equal(19_001, whole.Entries.Select(e => e.Href).Distinct().Count());
        (await tree.CopyAsync("/base", "/more1")).Expect(201);
        (await tree.CopyAsync("/base", "/more2")).Expect(201);
        var refused = (await tree.PropfindAsync("/", "infinity", body)).Expect(403);
        Assert.Contains("propfind-finite-depth", refused.Text, StringComparison.Ordinal);
        await using var kio = tree.As(Agents.Kio);
        Assert.StartsWith(
            "text/plain",
            (await kio.PropfindAsync("/", "infinity", body)).Expect(403)["Content-Type"],
            StringComparison.Ordinal
        );
        Assert.Equal(22, (await tree.PropfindAsync("/", "1", body)).Multistatus.Entries.Count);
        // A missing Depth means infinity (RFC 4918 §9.1).
        (await tree.SendAsync("PROPFIND", "/", body)).Expect(403);
        Assert.Equal(
            1000,
            (await tree.SendAsync("PROPFIND", "/base", body)).Multistatus.Entries.Count
        );
    }

    [Fact]
    public async Task C55_A_listing_that_fails_is_never_a_well_formed_shorter_one()
    {
        const int count = 3000;
        await using var own = await OwnCloud.StartAsync();
        await using var tree = await own.NewTreeAsync();
        await FillAsync(tree, "/folder", count, i => $"entry-{i:D5}");
        await tree.CloseAsync();
        await own.StopAsync();
        var damaged = own.DamageMetadataPagesHolding("entry-02345");
        Assert.True(damaged > 0, "the name stands in no page");
        await own.RestartAsync();
        await using var after = tree.As(null);
        WireResponse? answer = null;
        try
        {
            answer = await after.PropfindAsync("/folder", "1");
        }
        catch (IOException)
        {
            // Aborted: as good as an error status.
        }
        if (answer is not null)
        {
            Assert.True(answer.Status >= 500, answer.ToString());
            Assert.DoesNotContain("multistatus", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task C56_An_entry_whose_content_is_gone_is_listed_like_any_other()
    {
        await using var own = await OwnCloud.StartAsync();
        await using var tree = await own.NewTreeAsync();
        var body = new byte[200_000];
        (await tree.PutAsync("/first", body)).Expect(201);
        var before = own.BlobFiles();
        (await tree.PutAsync("/second", body)).Expect(201);
        var blobs = own.BlobFiles().Except(before).ToList();
        Assert.NotEmpty(blobs);
        (await tree.PutAsync("/third", body)).Expect(201);
        foreach (var blob in blobs)
            File.Delete(blob);
        await tree.CloseAsync();
        await own.RestartAsync();
        await using var after = tree.As(null);
        foreach (var depth in new[] { "1", "infinity" })
        {
            var listing = (await after.PropfindAsync("/", depth)).Multistatus;
            Assert.Equal(4, listing.Entries.Count);
            Assert.Equal("200000", listing["/second"].Value("getcontentlength"));
        }
        WireResponse? answer = null;
        try
        {
            answer = await after.GetAsync("/second");
        }
        catch (IOException)
        {
            // Cut off before the end: as good as an error status.
        }
        if (answer is not null)
            Assert.True(answer.Status >= 500, answer.ToString());
        Assert.Equal(body, (await after.GetAsync("/third")).Expect(200).Body);
    }

    [Fact]
    public async Task C57_An_entry_for_Explorer_takes_at_most_450_bytes()
    {
        await using var tree = await NewTreeAsync();
        await using var explorer = tree.As(Agents.MiniRedir);
        (await tree.MkcolAsync("/folder")).Expect(201);
        const int count = 50;
        for (var i = 0; i < count; i++)
        {
            var path = $"/folder/name-of-20-char{i:D3}.x";
            Assert.Equal(20, path["/folder/".Length..].Length);
            (await explorer.PutAsync(path, "x")).Expect(201);
            (
                await explorer.ProppatchAsync(
                    path,
                    DavWords.Proppatch(
                        (DavWords.Win32 + "Win32CreationTime", "Tue, 14 Nov 2023 22:13:20 GMT"),
                        (DavWords.Win32 + "Win32LastAccessTime", "Tue, 14 Nov 2023 22:13:20 GMT"),
                        (DavWords.Win32 + "Win32LastModifiedTime", "Tue, 14 Nov 2023 22:13:20 GMT"),
                        (DavWords.Win32 + "Win32FileAttributes", "00000020")
                    )
                )
            ).Expect(207);
        }
        var answer = await explorer.PropfindAsync("/folder", "1");
        Assert.Equal(count + 1, answer.Multistatus.Entries.Count);
        var mean = answer.Body.Length / (double)(count + 1);
        Assert.True(mean <= 450, $"{mean} bytes an entry:\n{answer}");
    }

    [Fact]
    public async Task C83_Prefer_leaves_out_what_the_client_does_not_want()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        var body = DavWords.Propfind(DavWords.Name("getetag"), "{x:}missing");
        var minimal = await tree.PropfindAsync("/", "1", body, ("Prefer", "return=minimal"));
        Assert.All(
            minimal.Multistatus.Entries,
            e =>
                Assert.DoesNotContain(
                    e.StatusLines,
                    l => l.Contains("404", StringComparison.Ordinal)
                )
        );
        Assert.Contains("return=minimal", minimal["Preference-Applied"], StringComparison.Ordinal);
        var noRoot = await tree.PropfindAsync("/", "1", body, ("Prefer", "depth-noroot"));
        Assert.EndsWith("/file", noRoot.Multistatus.Single.Href, StringComparison.Ordinal);
        Assert.Contains("depth-noroot", noRoot["Preference-Applied"], StringComparison.Ordinal);
        Assert.EndsWith(
            "/file",
            (await tree.PropfindAsync("/", "1,noroot", body)).Multistatus.Single.Href,
            StringComparison.Ordinal
        );
        var neither = await tree.PropfindAsync("/", "1", body);
        Assert.Equal(2, neither.Multistatus.Entries.Count);
        Assert.Null(neither["Preference-Applied"]);
    }
}
