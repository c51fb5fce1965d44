using System.Globalization;
using System.Text.Json;

namespace CloudDav.Server.Tests.Api;

/// <summary>Trash and versions as programs of the customer's have them.</summary>
public sealed class TrashApiTests
{
    private const string Trash = "/api/v1/trash";

    [Fact]
    public async Task What_was_deleted_is_listed_looked_into_and_brought_back()
    {
        await using var api = await ApiHost.StartAsync();
        var alice = api.Alice;
        (await alice.SendAsync("MKCOL", "/dav/docs")).Expect(201);
        foreach (var name in (string[])["a", "b", "c"])
            (await alice.PutAsync($"/dav/docs/{name}.txt", name)).Expect(201);
        (await alice.PutAsync("/dav/d.txt", "four")).Expect(201);
        (await alice.SendAsync("DELETE", "/dav/docs")).Expect(204);
        api.Time.Advance(TimeSpan.FromMinutes(2));
        (await alice.SendAsync("DELETE", "/dav/d.txt")).Expect(204);

        var page = (await alice.GetAsync($"{Trash}?limit=1")).Expect(200).Json();
        var d = page.GetProperty("items")[0];
        Assert.Equal(
            ("d.txt", "/d.txt", 4, false, "alice"),
            (
                Text(d, "name"),
                Text(d, "originalPath"),
                d.GetProperty("size").GetInt64(),
                d.GetProperty("isFolder").GetBoolean(),
                Text(d, "deletedBy")
            )
        );
        var next = page.GetProperty("next");
        page = (
            await alice.GetAsync(
                $"{Trash}?limit=1&before={Number(next, "before")}&beforeItem={Number(next, "beforeItem")}"
            )
        )
            .Expect(200)
            .Json();
        var docs = page.GetProperty("items")[0];
        Assert.Equal(("docs", "4"), (Text(docs, "name"), Number(docs, "items")));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        Assert.Equal(
            docs.GetProperty("originalPath").GetRawText(),
            (await alice.GetAsync($"{Trash}/{Number(docs, "id")}"))
                .Expect(200)
                .Json()
                .GetProperty("originalPath")
                .GetRawText()
        );
        var members = (await alice.GetAsync($"{Trash}/{Number(docs, "id")}/members?skip=1&limit=1"))
            .Expect(200)
            .Json();
        Assert.Equal("3", Number(members, "total"));
        var b = Assert.Single(members.GetProperty("items").EnumerateArray());
        Assert.Equal("/docs/b.txt", Text(b, "originalPath"));

        var restored = await alice.SendJsonAsync(
            "POST",
            $"{Trash}/{Number(b, "id")}/restore",
            new { folder = "/" }
        );
        Assert.Equal("/b.txt", Text(restored.Expect(200).Json(), "path"));
        Assert.Equal(
            "/docs",
            Text(
                (await alice.SendAsync("POST", $"{Trash}/{Number(docs, "id")}/restore"))
                    .Expect(200)
                    .Json(),
                "path"
            )
        );
        Assert.Equal("c", (await alice.GetAsync("/dav/docs/c.txt")).Expect(200).Text);
        var undone = (await alice.SendAsync("POST", $"{Trash}/bursts/{Number(d, "burst")}/undo"))
            .Expect(200)
            .Json();
        Assert.Equal(
            ("1", true),
            (Number(undone, "restored"), undone.GetProperty("isComplete").GetBoolean())
        );

        foreach (var wrong in (string[])["limit=0", "limit=1001", "limit=x", "nothing=1"])
            (await alice.GetAsync($"{Trash}?{wrong}")).Expect(400);
        foreach (
            var (method, path) in (ValueTuple<string, string>[])
                [
                    ("GET", "4711"),
                    ("GET", "4711/members"),
                    ("POST", "4711/restore"),
                    ("POST", "bursts/4711/undo"),
                    ("DELETE", "4711"),
                ]
        )
            (await alice.SendAsync(method, $"{Trash}/{path}")).Expect(404);
        (
            await alice.SendJsonAsync(
                "POST",
                $"{Trash}/{Number(d, "id")}/restore",
                new { folder = 5 }
            )
        ).Expect(400);
        (
            await alice.SendJsonAsync(
                "POST",
                $"{Trash}/{Number(d, "id")}/restore",
                new { other = "/" }
            )
        ).Expect(400);
    }

    [Fact]
    public async Task The_trash_is_emptied_and_versions_are_restored_and_removed()
    {
        await using var api = await ApiHost.StartAsync();
        var alice = api.Alice;
        foreach (var text in (string[])["one", "two!", "three"])
            await alice.PutAsync("/dav/a.txt", text);
        (await alice.PutAsync("/dav/b.txt", "b")).Expect(201);
        (await alice.PutAsync("/dav/c.txt", "c")).Expect(201);
        (await alice.SendAsync("DELETE", "/dav/b.txt")).Expect(204);
        (await alice.SendAsync("DELETE", "/dav/c.txt")).Expect(204);
        var items = (await alice.GetAsync(Trash)).Expect(200).Json().GetProperty("items");
        (await alice.SendAsync("DELETE", $"{Trash}/{Number(items[0], "id")}")).Expect(204);
        (await alice.SendAsync("DELETE", Trash)).Expect(204);
        Assert.Empty(
            (await alice.GetAsync(Trash)).Expect(200).Json().GetProperty("items").EnumerateArray()
        );

        var file = (
            await alice.PropertiesAsync(
                "/dav/a.txt",
                "0",
                System.Xml.Linq.XName.Get("fileid", "http://owncloud.org/ns")
            )
        )
            .Only.Properties.Single()
            .Element.Value;
        var versions = $"/api/v1/versions/{file}";
        var page = (await alice.GetAsync($"{versions}?limit=1")).Expect(200).Json();
        var two = page.GetProperty("items")[0];
        Assert.Equal("4", Number(two, "size"));
        page = (await alice.GetAsync($"{versions}?before={Number(page, "next")}"))
            .Expect(200)
            .Json();
        var one = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal("3", Number(one, "size"));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        (await alice.SendAsync("POST", $"{versions}/{Number(one, "id")}/restore")).Expect(204);
        Assert.Equal("one", (await alice.GetAsync("/dav/a.txt")).Expect(200).Text);
        (await alice.SendAsync("DELETE", $"{versions}/{Number(two, "id")}")).Expect(204);
        (await alice.SendAsync("DELETE", $"{versions}/{Number(two, "id")}")).Expect(404);
        (await alice.SendAsync("POST", $"{versions}/4711/restore")).Expect(404);
        (await alice.GetAsync("/api/v1/versions/4711")).Expect(404);
        Assert.Equal(
            2,
            (await alice.GetAsync(versions))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .GetArrayLength()
        );
    }

    [Fact]
    public async Task The_content_of_what_was_is_downloaded_from_where_it_was_cut_and_opened_by_no_browser()
    {
        await using var api = await ApiHost.StartAsync();
        var alice = api.Alice;
        (await alice.MkcolAsync("/dav/docs")).Expect(201);
        (
            await alice.PutAsync(
                "/dav/docs/page.html",
                "<p>0123456789</p>",
                ("Content-Type", "text/html")
            )
        ).Expect(201);
        var then = api.Time.GetUtcNow().ToUnixTimeMilliseconds();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        var file = (await alice.PutAsync("/dav/docs/page.html", "now"))
            .Expect(204)
            .Header("OC-FileId")![..8]
            .TrimStart('0');
        var version = Number(
            (await alice.GetAsync($"/api/v1/versions/{file}"))
                .Expect(200)
                .Json()
                .GetProperty("items")[0],
            "id"
        );
        (await alice.DeleteAsync("/dav/docs")).Expect(204);

        foreach (
            var (address, text) in (ValueTuple<string, string>[])
                [
                    ($"trash/{file}/content", "now"),
                    ($"rewind/{then}/{file}/content", "<p>0123456789</p>"),
                ]
        )
        {
            var whole = (await alice.GetAsync("/api/v1/" + address)).Expect(200);
            Assert.Equal(text, whole.Text);
            Assert.Equal("nosniff", whole.Header("X-Content-Type-Options"));
            Assert.StartsWith(
                "attachment; filename=page.html",
                whole.Header("Content-Disposition"),
                StringComparison.Ordinal
            );
            var tag = whole.Header("ETag")!;
            var head = (await alice.HeadAsync("/api/v1/" + address)).Expect(200);
            Assert.Equal($"{text.Length}", head.Header("Content-Length"));
            var rest = await alice.GetAsync(
                "/api/v1/" + address,
                ("Range", "bytes=2-"),
                ("If-Range", tag)
            );
            Assert.Equal(text[2..], rest.Expect(206).Text);
            (await alice.GetAsync("/api/v1/" + address, ("If-None-Match", tag))).Expect(304);
            (await alice.GetAsync("/api/v1/" + address, ("If-Match", "\"x\""))).Expect(412);
            (await alice.GetAsync("/api/v1/" + address, ("Range", "bytes=4711-"))).Expect(416);
        }
        // Of what is not in the tree, versions are not asked for; it comes back first.
        (await alice.GetAsync($"/api/v1/versions/{file}/{version}/content")).Expect(404);
        var docs = Number(
            (await alice.GetAsync(Trash)).Expect(200).Json().GetProperty("items")[0],
            "id"
        );
        (await alice.GetAsync($"{Trash}/{docs}/content")).Expect(405);
        (await alice.SendAsync("POST", $"{Trash}/{docs}/restore")).Expect(200);
        Assert.Equal(
            "<p>0123456789</p>",
            (await alice.GetAsync($"/api/v1/versions/{file}/{version}/content")).Expect(200).Text
        );
        (await alice.GetAsync($"/api/v1/versions/{file}/4711/content")).Expect(404);
        (await alice.GetAsync($"/api/v1/rewind/0/{file}/content")).Expect(404);
        (await alice.GetAsync($"/api/v1/rewind/9223372036854775807/{file}/content")).Expect(400);
    }

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString()!;

    private static string Number(JsonElement json, string name) =>
        json.GetProperty(name).GetInt64().ToString(CultureInfo.InvariantCulture);
}
