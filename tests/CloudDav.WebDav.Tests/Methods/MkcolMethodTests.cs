using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class MkcolMethodTests : DavTest
{
    [Fact]
    public async Task Mkcol_answers_201_405_409_and_415()
    {
        Assert.Equal(201, (await SendAsync("MKCOL", "/f")).Status);
        Assert.Equal(201, (await SendAsync("MKCOL", "/g/")).Status);
        Assert.Equal(405, (await SendAsync("MKCOL", "/f/")).Status);
        Assert.Equal(405, (await SendAsync("MKCOL", "/")).Status);
        Assert.Equal(409, (await SendAsync("MKCOL", "/no/f")).Status);
        Assert.Equal(415, (await SendAsync("MKCOL", "/h", "x", "Content-Type: text/plain")).Status);
        Assert.Equal(415, (await SendAsync("MKCOL", "/h", "<other/>")).Status);
        Assert.Equal(400, (await SendAsync("MKCOL", "/h", "<broken")).Status);
        Assert.False(Tree.Root.Children.ContainsKey("h"));
    }

    [Fact]
    public async Task An_extended_mkcol_sets_properties_in_the_same_act()
    {
        var answer = await SendAsync(
            "MKCOL",
            "/f",
            "<D:mkcol xmlns:D=\"DAV:\" xmlns:x=\"http://example.org/x\"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><x:color>red</x:color></D:prop></D:set></D:mkcol>"
        );
        Assert.Equal(201, answer.Status);
        var found = await PropfindAsync("/f", "<x:color/>");
        Assert.Equal("red", found.Property(X + "color")!.Value);
    }

    [Fact]
    public async Task An_extended_mkcol_that_cannot_set_a_property_makes_no_folder()
    {
        var answer = await SendAsync(
            "MKCOL",
            "/f",
            "<D:mkcol xmlns:D=\"DAV:\"><D:set><D:prop><D:resourcetype><D:collection/><D:principal/></D:resourcetype><D:getetag>x</D:getetag></D:prop></D:set></D:mkcol>"
        );
        Assert.Equal(424, answer.Status);
        Assert.Equal(D + "mkcol-response", answer.Xml.Name);
        Assert.Contains(answer.Xml.Descendants(D + "valid-resourcetype"), _ => true);
        Assert.Empty(Tree.Root.Children);
    }

    [Fact]
    public async Task Mkcol_takes_a_modification_time()
    {
        var answer = await SendAsync("MKCOL", "/f", null, "X-OC-Mtime: 1700000000");
        Assert.Equal("accepted", answer.Header("X-OC-Mtime"));
        Assert.Equal("Tue, 14 Nov 2023 22:13:20 GMT", answer.Header("Last-Modified"));
    }
}
