using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Api;

/// <summary>The cloud as it was: programs list it and bring it back, and WebDAV clients mount it.</summary>
public sealed class RewindApiTests
{
    private static readonly XName s_exact = XName.Get("exact", "http://clouddav.org/ns");

    [Fact]
    public async Task What_was_is_listed_read_and_brought_back()
    {
        await using var api = await ApiHost.StartAsync();
        var alice = api.Alice;
        (await alice.MkcolAsync("/dav/docs")).Expect(201);
        (await alice.PutAsync("/dav/docs/a%20b.txt", "then")).Expect(201);
        (await alice.PutAsync("/dav/docs/c.txt", "c")).Expect(201);
        var then = Moment(api);
        api.Time.Advance(TimeSpan.FromMinutes(5));
        (await alice.PutAsync("/dav/docs/a%20b.txt", "overwritten")).Expect(204);
        (await alice.PutAsync("/dav/docs/new.txt", "new")).Expect(201);
        (await alice.SendAsync("DELETE", "/dav/docs/c.txt")).Expect(204);
        var later = Moment(api);
        api.Time.Advance(TimeSpan.FromMinutes(5));

        var top = (await alice.GetAsync($"/api/v1/rewind/{then}")).Expect(200).Json();
        var docs = top.GetProperty("members")
            .EnumerateArray()
            .Single(item => Text(item, "name") == "docs");
        Assert.Equal(
            ("/docs", true),
            (Text(docs, "path"), docs.GetProperty("isFolder").GetBoolean())
        );
        var looked = (
            await alice.GetAsync($"/api/v1/rewind/{then}/{docs.GetProperty("id")}?skip=0&limit=10")
        )
            .Expect(200)
            .Json();
        Assert.Equal(2, looked.GetProperty("total").GetInt32());
        var file = looked
            .GetProperty("members")
            .EnumerateArray()
            .Single(item => Text(item, "name") == "a b.txt");
        Assert.Equal(
            (4, true, true),
            (
                file.GetProperty("size").GetInt32(),
                file.GetProperty("isExact").GetBoolean(),
                file.GetProperty("isKept").GetBoolean()
            )
        );
        Assert.Equal("then", (await alice.GetAsync(Text(file, "href"))).Expect(200).Text);
        Assert.Single(
            (await alice.GetAsync($"/api/v1/rewind/{then}/{docs.GetProperty("id")}?skip=1"))
                .Expect(200)
                .Json()
                .GetProperty("members")
                .EnumerateArray()
        );

        // A file alone, then all of it; and back.
        var one = await RestoreAsync(alice, $"{then}/{file.GetProperty("id")}");
        Assert.Equal((1, 0), (Number(one, "restored"), Number(one, "removed")));
        Assert.Equal("then", (await alice.GetAsync("/dav/docs/a%20b.txt")).Expect(200).Text);
        var all = await RestoreAsync(alice, $"{then}");
        Assert.Equal(
            (1, 1, 0),
            (Number(all, "restored"), Number(all, "removed"), Number(all, "leftItems"))
        );
        Assert.Equal("c", (await alice.GetAsync("/dav/docs/c.txt")).Expect(200).Text);
        (await alice.GetAsync("/dav/docs/new.txt")).Expect(404);
        await RestoreAsync(alice, $"{later}");
        Assert.Equal("overwritten", (await alice.GetAsync("/dav/docs/a%20b.txt")).Expect(200).Text);
        Assert.Equal("new", (await alice.GetAsync("/dav/docs/new.txt")).Expect(200).Text);

        // What stays is told in words.
        (await alice.LockAsync("/dav/docs/new.txt")).Expect(200);
        var left = (await RestoreAsync(alice, $"{then}")).GetProperty("left")[0];
        Assert.Equal(("/docs/new.txt", "locked"), (Text(left, "path"), Text(left, "code")));
        Assert.NotEmpty(Text(left, "reason"));
    }

    [Theory]
    [InlineData("GET", "{ahead}", 400)]
    [InlineData("POST", "{ahead}/restore", 400)]
    [InlineData("GET", "9223372036854775807", 400)]
    [InlineData("POST", "9223372036854775807/restore", 400)]
    [InlineData("GET", "0", 404)]
    [InlineData("POST", "0/restore", 404)]
    [InlineData("GET", "x", 404)]
    [InlineData("GET", "{now}/4711", 404)]
    [InlineData("POST", "{now}/4711/restore", 404)]
    [InlineData("GET", "{now}?limit=0", 400)]
    [InlineData("GET", "{now}?what=1", 400)]
    [InlineData("PUT", "{now}", 405)]
    public async Task A_moment_that_cannot_be_is_refused(string method, string path, int status)
    {
        await using var api = await ApiHost.StartAsync();
        (await api.Alice.PutAsync("/dav/a", "a")).Expect(201);
        var now = Moment(api);
        path = path.Replace("{now}", $"{now}", StringComparison.Ordinal)
            .Replace("{ahead}", $"{now + 1_000}", StringComparison.Ordinal);
        var answer = (await api.Alice.SendAsync(method, "/api/v1/rewind/" + path)).Expect(status);
        if (status != 404 || path != "x")
            Assert.NotEmpty(Text(answer.Json(), "detail"));
        Assert.Equal("a", (await api.Alice.GetAsync("/dav/a")).Expect(200).Text);
    }

    [Fact]
    public async Task It_is_mounted_by_days_and_moments_and_cannot_be_changed()
    {
        await using var api = await ApiHost.StartAsync();
        var alice = api.Alice;
        (await alice.MkcolAsync("/dav/docs")).Expect(201);
        (await alice.PutAsync("/dav/docs/a.txt", "0123456789")).Expect(201);
        var then = api.Time.GetUtcNow();
        api.Time.Advance(TimeSpan.FromDays(3));
        (await alice.PutAsync("/dav/docs/a.txt", "overwritten")).Expect(204);
        (await alice.PutAsync("/dav/docs/b.txt", "b")).Expect(201);

        // The last days, as far back as the vault was there.
        var days = await alice.ListAsync("/rewind/");
        Assert.Equal(3, days.Count);
        Assert.Equal(["docs"], await alice.ListAsync($"/rewind/{days[^1]}/"));
        Assert.Equal(["a.txt"], await alice.ListAsync($"/rewind/{days[0]}/docs/"));
        foreach (
            var moment in (string[])
                [
                    days[0],
                    then.ToString("yyyy-MM-dd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
                    Uri.EscapeDataString(
                        then.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
                    ),
                ]
        )
        {
            var address = $"/rewind/{moment}/docs/a.txt";
            Assert.Equal("0123456789", (await alice.GetAsync(address)).Expect(200).Text);
            var part = await alice.SendAsync("GET", address, headers: [("Range", "bytes=2-4")]);
            Assert.Equal("234", part.Expect(206).Text);
            Assert.Equal(
                "true",
                (await alice.PropertiesAsync(address, "0", s_exact)).Only.Text(s_exact)
            );
            (await alice.PutAsync(address, "x")).Expect(403);
            (await alice.DeleteAsync(address)).Expect(403);
            (await alice.MkcolAsync(address + "x")).Expect(403);
            (await alice.MoveAsync(address, $"/rewind/{moment}/x")).Expect(403);
            (await alice.CopyAsync(address, $"/rewind/{moment}/x")).Expect(403);
            (await alice.SetPropertiesAsync(address, (s_exact, "y"))).Expect(403);
            (await alice.LockAsync(address)).Expect(403);
        }
        (await alice.PropfindAsync($"/rewind/{days[0]}/", "infinity")).Expect(403);
        foreach (
            var missing in (string[])
                ["nothing", "2026-13-01", $"{days[0]}/docs/b.txt", $"{days[0]}/docs/a.txt/x"]
        )
            (await alice.GetAsync($"/rewind/{missing}")).Expect(404);
        (await alice.GetAsync("/rewind/1999-12-31/docs/a.txt")).Expect(404);
        (await alice.GetAsync("/rewind/2099-12-31/docs/a.txt")).Expect(400);
    }

    private static long Moment(ApiHost api) => api.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task<JsonElement> RestoreAsync(DavClient client, string what)
    {
        var done = (await client.SendAsync("POST", $"/api/v1/rewind/{what}/restore"))
            .Expect(200)
            .Json();
        Assert.True(done.GetProperty("isComplete").GetBoolean());
        return done;
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static int Number(JsonElement of, string name) => of.GetProperty(name).GetInt32();
}
