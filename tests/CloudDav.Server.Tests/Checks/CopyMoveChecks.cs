using System.Diagnostics;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>MKCOL, COPY and MOVE: what they answer, and that nobody sees a tree half done.</summary>
public class CopyMoveChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C14_Destination_may_name_this_server_in_any_of_its_ways_and_no_other()
    {
        await using var own = await OwnCloud.StartAsync(o =>
            o.Settings["Dav:AliasHosts:0"] = "cloud.example"
        );
        await using var tree = await own.NewTreeAsync();
        (await tree.PutAsync("/source", "x")).Expect(201);
        var path = tree.Prefix + "/target";
        foreach (
            var destination in new[]
            {
                $"http://127.0.0.1:{tree.Port}{path}",
                $"https://127.0.0.1:{tree.Port}{path}",
                $"http://127.0.0.1{path}",
                $"https://127.0.0.1:8443{path}",
                path,
                $"https://cloud.example{path}",
                $"http://CLOUD.example:81{path}",
            }
        )
        {
            (await tree.SendAsync("COPY", "/source", ("Destination", destination))).Expect(
                201,
                204
            );
            Assert.Equal("x", (await tree.GetAsync("/target")).Expect(200).Text);
            (await tree.SendAsync("MOVE", "/source", ("Destination", destination))).Expect(204);
            (await tree.MoveAsync("/target", "/source")).Expect(201);
        }
        foreach (var method in new[] { "COPY", "MOVE" })
        {
            foreach (
                var (destination, status) in new[]
                {
                    ($"http://elsewhere.example{path}", 502),
                    ($"http://127.0.0.1.example{path}", 502),
                    ($"http://user@127.0.0.1:{tree.Port}{path}", 400),
                    ($"http://127.0.0.1:{tree.Port}{path}#part", 400),
                    ("", 400),
                    ("ht!tp://x", 400),
                }
            )
                (await tree.SendAsync(method, "/source", ("Destination", destination))).Expect(
                    status
                );
            (await tree.SendAsync(method, "/source")).Expect(400);
        }
        Assert.Equal(["source"], await tree.NamesAsync("/"));
    }

    [Fact]
    public async Task C47_MKCOL_makes_a_folder_or_says_why_not()
    {
        await using var tree = await NewTreeAsync();
        foreach (var slash in new[] { "", "/" })
        {
            (await tree.MkcolAsync("/new" + slash)).Expect(201);
            (await tree.MkcolAsync("/new" + slash)).Expect(405);
            (await tree.MkcolAsync("/missing/new" + slash)).Expect(409);
            (
                await tree.SendAsync(
                    "MKCOL",
                    "/typed" + slash,
                    "what is this",
                    ("Content-Type", "text/plain")
                )
            ).Expect(415);
            (await tree.PropfindAsync("/typed")).Expect(404);
            (await tree.DeleteAsync("/new" + slash)).Expect(204);
        }
        (await tree.PutAsync("/file", "x")).Expect(201);
        (await tree.MkcolAsync("/file")).Expect(405);
        (await tree.MkcolAsync("/file/below")).Expect(409);
        (await tree.MkcolAsync("/")).Expect(405);
        // RFC 5689.
        (
            await tree.SendAsync(
                "MKCOL",
                "/extended",
                "<D:mkcol xmlns:D=\"DAV:\"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><p xmlns=\"x:\">v</p></D:prop></D:set></D:mkcol>",
                ("Content-Type", "application/xml")
            )
        ).Expect(201);
        Assert.Equal("v", (await tree.PropertyAsync("/extended", "{x:}p"))!.Value);
    }

    [Theory]
    [InlineData("COPY")]
    [InlineData("MOVE")]
    public async Task C48_COPY_and_MOVE_answer_what_they_did(string method)
    {
        await using var tree = await NewTreeAsync();
        Task<WireResponse> Transfer(string from, string to, params (string, string)[] more) =>
            tree.SendAsync(method, from, [("Destination", tree.Url(to)), .. more]);
        async Task Reset()
        {
            foreach (var name in await tree.NamesAsync("/"))
                (await tree.DeleteAsync("/" + name)).Expect(204);
            (await tree.PutAsync("/file", "file")).Expect(201);
            (await tree.PutAsync("/there", "there")).Expect(201);
            (await tree.MkcolAsync("/folder")).Expect(201);
            (await tree.PutAsync("/folder/member", "member")).Expect(201);
        }
        await Reset();
        (await Transfer("/file", "/new")).Expect(201);
        Assert.Equal("file", (await tree.GetAsync("/new")).Text);
        (await tree.GetAsync("/file")).Expect(method == "MOVE" ? 404 : 200);
        await Reset();
        (await Transfer("/file", "/there")).Expect(204);
        Assert.Equal("file", (await tree.GetAsync("/there")).Text);
        await Reset();
        (await Transfer("/file", "/there", ("Overwrite", "T"))).Expect(204);
        await Reset();
        (await Transfer("/file", "/there", ("Overwrite", "F"))).Expect(412);
        Assert.Equal("there", (await tree.GetAsync("/there")).Text);
        (await Transfer("/file", "/missing/new")).Expect(409);
        (await Transfer("/file", "/file")).Expect(403);
        (await Transfer("/folder", "/folder")).Expect(403);
        (await Transfer("/folder", "/folder/")).Expect(403);
        (await Transfer("/folder/", "/folder/below")).Expect(409);
        (await Transfer("/missing", "/new")).Expect(404);
        (await Transfer("/file", "/new", ("Overwrite", "maybe"))).Expect(400);
        Assert.Equal(["file", "folder", "there"], await tree.NamesAsync("/"));
        // A folder replaces a file and a file a folder, whole.
        (await Transfer("/folder", "/there")).Expect(204);
        Assert.Equal(["member"], await tree.NamesAsync("/there"));
        await Reset();
        (await Transfer("/file", "/folder")).Expect(204);
        Assert.Equal("file", (await tree.GetAsync("/folder")).Expect(200).Text);
        (await tree.GetAsync("/folder/member")).Expect(404);
        await Reset();
        // Replacing the folder that the source lies in would take the source away first.
        (await Transfer("/folder/member", "/folder")).Expect(403, 409);
        Assert.Equal("member", (await tree.GetAsync("/folder/member")).Expect(200).Text);
        if (method == "COPY")
        {
            (await Transfer("/folder", "/shallow", ("Depth", "0"))).Expect(201);
            Assert.Empty(await tree.NamesAsync("/shallow"));
            (await Transfer("/folder", "/odd", ("Depth", "1"))).Expect(400);
        }
        else
        {
            (await Transfer("/folder", "/odd", ("Depth", "0"))).Expect(400);
            (await Transfer("/", "/root")).Expect(403, 409);
        }
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task C74_A_hundred_thousand_files_are_copied_and_moved_soon_and_at_once()
    {
        await using var tree = await NewTreeAsync();
        await FillAsync(tree, "/big/t0/f0", 1000);
        for (var i = 1; i < 10; i++)
            (await tree.CopyAsync("/big/t0/f0", $"/big/t0/f{i}")).Expect(201);
        for (var i = 1; i < 10; i++)
            (await tree.CopyAsync("/big/t0", $"/big/t{i}")).Expect(201);
        var size = (await tree.PropertyAsync("/big", DavWords.OwnCloud + "size"))!.Value;

        foreach (
            var (method, from, to) in new[]
            {
                ("COPY", "/big", "/copy"),
                ("MOVE", "/copy", "/moved"),
            }
        )
        {
            using var done = new CancellationTokenSource();
            var watcher = WatchAsync(tree, to, size, done.Token);
            var time = Stopwatch.StartNew();
            (await tree.SendAsync(method, from, ("Destination", tree.Url(to)))).Expect(201);
            var taken = time.Elapsed;
            await done.CancelAsync();
            await watcher;
            Assert.True(taken < TimeSpan.FromSeconds(5), $"{method} took {taken}");
            Assert.Equal(10, (await tree.NamesAsync(to)).Count);
            Assert.Equal(1000, (await tree.NamesAsync(to + "/t9/f9")).Count);
            Assert.Equal(size, (await tree.PropertyAsync(to, DavWords.OwnCloud + "size"))!.Value);
        }
        (await tree.PropfindAsync("/copy")).Expect(404);
        (await tree.DeleteAsync("/big")).Expect(204);
        (await tree.DeleteAsync("/moved")).Expect(204);
        Assert.Equal(0, (await QuotaAsync(tree)).Used);
    }

    /// <summary>Looks at the target while it comes into being: it is absent or whole.</summary>
    private static async Task WatchAsync(
        WireClient tree,
        string path,
        string size,
        CancellationToken until
    )
    {
        await using var client = tree.As(null);
        while (!until.IsCancellationRequested)
        {
            var answer = await client.PropfindAsync(
                path,
                "0",
                DavWords.Propfind(DavWords.OwnCloud + "size")
            );
            if (answer.Status != 404)
                Assert.Equal(size, answer.Multistatus.Single[DavWords.OwnCloud + "size"]!.Value);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
