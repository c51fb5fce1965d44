using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class ProppatchMethodTests : DavTest
{
    [Theory]
    [InlineData("<Z:Win32LastModifiedTime>Tue, 14 Nov 2023 22:13:20 GMT</Z:Win32LastModifiedTime>")]
    [InlineData("<D:lastmodified>1700000000</D:lastmodified>")]
    [InlineData("<D:getlastmodified>2023-11-14T22:13:20Z</D:getlastmodified>")]
    [InlineData("<D:getlastmodified>Tue, 14 Nov 2023 22:13:20 GMT</D:getlastmodified>")]
    public async Task Every_way_to_set_the_modification_time_works(string property)
    {
        var put = await PutAsync("/a");
        await MkcolAsync("/f");
        foreach (var path in (string[])["/a", "/f"])
        {
            var answer = await ProppatchAsync(path, property);
            Assert.Equal(207, answer.Status);
            Assert.Equal("HTTP/1.1 200 OK", answer.Xml.Descendants(D + "status").Single().Value);
            var found = await PropfindAsync(path, "<D:getlastmodified/>");
            Assert.Equal(
                "Tue, 14 Nov 2023 22:13:20 GMT",
                found.Property(D + "getlastmodified")!.Value
            );
        }
        Assert.Equal(put.Header("ETag"), (await SendAsync("HEAD", "/a")).Header("ETag"));
    }

    [Fact]
    public async Task Windows_sets_its_four_properties()
    {
        await PutAsync("/a");
        var answer = await ProppatchAsync(
            "/a",
            "<Z:Win32CreationTime>Sun, 13 Sep 2020 12:26:40 GMT</Z:Win32CreationTime><Z:Win32LastAccessTime>Wed, 15 Nov 2023 00:00:00 GMT</Z:Win32LastAccessTime><Z:Win32LastModifiedTime>Tue, 14 Nov 2023 22:13:20 GMT</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000022</Z:Win32FileAttributes>"
        );
        Assert.Single(answer.Xml.Descendants(D + "propstat"));
        var found = await SendAsync("PROPFIND", "/a", null, "Depth: 0");
        Assert.Equal("2020-09-13T12:26:40Z", found.Property(D + "creationdate")!.Value);
        Assert.Equal("00000022", found.Property(Z + "Win32FileAttributes")!.Value);
        Assert.Equal(
            "Wed, 15 Nov 2023 00:00:00 GMT",
            found.Property(Z + "Win32LastAccessTime")!.Value
        );
        var root = await ProppatchAsync(
            "/",
            "<Z:Win32FileAttributes>00000010</Z:Win32FileAttributes>",
            "X-User: reader"
        );
        Assert.Equal(207, root.Status);
    }

    [Fact]
    public async Task A_protected_property_is_403_the_others_424_and_none_is_applied()
    {
        await PutAsync("/a");
        var answer = await ProppatchAsync("/a", "<x:color>red</x:color><D:getetag>x</D:getetag>");
        Assert.Equal(207, answer.Status);
        var statuses = answer
            .Xml.Descendants(D + "propstat")
            .ToDictionary(
                propstat => propstat.Element(D + "prop")!.Elements().Single().Name,
                propstat => propstat
            );
        Assert.Equal(
            "HTTP/1.1 403 Forbidden",
            statuses[D + "getetag"].Element(D + "status")!.Value
        );
        Assert.NotNull(
            statuses[D + "getetag"]
                .Element(D + "error")!
                .Element(D + "cannot-modify-protected-property")
        );
        Assert.Equal(
            "HTTP/1.1 424 Failed Dependency",
            statuses[X + "color"].Element(D + "status")!.Value
        );
        Assert.Null((await PropfindAsync("/a", "<x:color/>")).Property(X + "color"));
    }

    [Fact]
    public async Task Displayname_is_accepted_and_stays_the_name()
    {
        await PutAsync("/a.txt");
        var answer = await ProppatchAsync("/a.txt", "<D:displayname>Other</D:displayname>");
        Assert.Equal("HTTP/1.1 200 OK", answer.Xml.Descendants(D + "status").Single().Value);
        var found = await PropfindAsync("/a.txt", "<D:displayname/>");
        Assert.Equal("a.txt", found.Property(D + "displayname")!.Value);
    }

    [Fact]
    public async Task Dead_properties_round_trip_with_markup_language_and_any_character()
    {
        await PutAsync("/a");
        var smile = char.ConvertFromUtf32(0x1F600);
        await SendAsync(
            "PROPPATCH",
            "/a",
            $"<d:propertyupdate xmlns:d=\"DAV:\" xmlns:q=\"urn:q\" xml:lang=\"fr\"><d:set><d:prop><q:deep b=\"1&quot;\"><q:in xmlns:r=\"urn:r\" r:c=\"&lt;\">{smile} &amp; <plain xmlns=\"\"/></q:in></q:deep><none xmlns=\"\">x</none><SAR:lastmodified xmlns:SAR=\"SAR:\">2024</SAR:lastmodified></d:prop></d:set></d:propertyupdate>"
        );
        await SendAsync("COPY", "/a", null, "Destination: /b");
        await SendAsync("MOVE", "/b", null, "Destination: /c");
        foreach (var path in (string[])["/a", "/c"])
        {
            var found = await SendAsync("PROPFIND", path, null, "Depth: 0");
            var deep = found.Property("{urn:q}deep")!;
            Assert.Equal("fr", deep.Attribute(System.Xml.Linq.XNamespace.Xml + "lang")!.Value);
            Assert.Equal("1\"", deep.Attribute("b")!.Value);
            Assert.Equal($"{smile} & ", deep.Value);
            Assert.Equal("<", deep.Element("{urn:q}in")!.Attribute("{urn:r}c")!.Value);
            Assert.NotNull(deep.Element("{urn:q}in")!.Element("plain"));
            Assert.Equal("x", found.Property("none")!.Value);
            Assert.Equal("2024", found.Property("{SAR:}lastmodified")!.Value);
        }
    }

    [Fact]
    public async Task Changes_are_applied_in_document_order()
    {
        await PutAsync("/a");
        await SendAsync(
            "PROPPATCH",
            "/a",
            "<d:propertyupdate xmlns:d=\"DAV:\" xmlns:x=\"http://example.org/x\"><d:set><d:prop><x:a>1</x:a><x:b>1</x:b></d:prop></d:set><d:remove><d:prop><x:a/></d:prop></d:remove><d:set><d:prop><x:b>2</x:b></d:prop></d:set></d:propertyupdate>"
        );
        var found = await PropfindAsync("/a", "<x:a/><x:b/>");
        Assert.Null(found.Property(X + "a"));
        Assert.Equal("2", found.Property(X + "b")!.Value);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("<broken", 400)]
    [InlineData("<d:propertyupdate xmlns:d=\"DAV:\"/>", 400)]
    [InlineData("<d:other xmlns:d=\"DAV:\"/>", 400)]
    public async Task A_bad_body_answers_400(string body, int status)
    {
        await PutAsync("/a");
        Assert.Equal(status, (await SendAsync("PROPPATCH", "/a", body)).Status);
    }

    [Fact]
    public async Task A_body_of_over_a_megabyte_answers_413()
    {
        await PutAsync("/a");
        var body = $"<x:a>{new string('x', 1024 * 1024)}</x:a>";
        Assert.Equal(413, (await ProppatchAsync("/a", body)).Status);
    }

    [Fact]
    public async Task Explorer_needs_no_token_for_its_own_lock_and_its_own_properties()
    {
        const string Attributes = "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>";
        const string Explorer = "User-Agent: Microsoft-WebDAV-MiniRedir/10.0";
        await PutAsync("/a");
        await LockAsync("/a");
        Assert.Equal(423, (await ProppatchAsync("/a", Attributes)).Status);
        Assert.Equal(207, (await ProppatchAsync("/a", Attributes, Explorer)).Status);
        Assert.Equal(423, (await ProppatchAsync("/a", "<x:a/>", Explorer)).Status);
        Assert.Equal(423, (await ProppatchAsync("/a", Attributes, Explorer, "X-User: bob")).Status);
    }

    [Fact]
    public async Task A_minimal_answer_to_success_has_no_body()
    {
        await PutAsync("/a");
        var answer = await ProppatchAsync("/a", "<x:a>1</x:a>", "Prefer: return=minimal");
        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Bytes);
        Assert.Equal("return=minimal", answer.Header("Preference-Applied"));
        Assert.Equal(
            207,
            (await ProppatchAsync("/a", "<D:getetag/>", "Prefer: return=minimal")).Status
        );
    }

    [Fact]
    public async Task A_value_that_is_no_date_answers_409_for_the_property()
    {
        await PutAsync("/a");
        var answer = await ProppatchAsync("/a", "<D:getlastmodified>soon</D:getlastmodified>");
        Assert.StartsWith(
            "HTTP/1.1 409",
            answer.Xml.Descendants(D + "status").Single().Value,
            StringComparison.Ordinal
        );
    }
}
