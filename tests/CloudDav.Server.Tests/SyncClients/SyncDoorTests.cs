using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>The addresses that existing sync clients were built with, as sync-clients.md states them (R.. are its rules).</summary>
public sealed class SyncDoorTests(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task The_files_are_at_the_name_of_whoever_signed_in()
    {
        var tree = await NewTreeAsync();
        var files = FilesOf(tree);
        (await files.PutAsync("/a.txt", "a")).Expect(201);
        Assert.Equal("a", (await tree.GetAsync("/a.txt")).Expect(200).Text);
        (await files.MkcolAsync("/sub")).Expect(201);
        (await files.MoveAsync("/a.txt", "/sub/b.txt")).Expect(201);
        (await files.CopyAsync("/sub/b.txt", "/c.txt")).Expect(201);
        Assert.Equal(["c.txt", "sub"], await files.NamesAsync("/"));
        (await files.DeleteAsync("/sub")).Expect(204);
        Assert.Equal(["c.txt"], await tree.NamesAsync("/"));
    }

    [Fact]
    public async Task The_alias_is_the_same_tree()
    {
        var tree = await NewTreeAsync();
        var alias = At(tree, "/remote.php/webdav");
        (await alias.PutAsync("/a.txt", "a")).Expect(201);
        Assert.Equal(["a.txt"], await FilesOf(tree).NamesAsync("/"));
        var seen = (await alias.PropfindAsync("/", "1")).Multistatus;
        Assert.Equal("/remote.php/webdav/a.txt", seen["a.txt"].Href);
    }

    [Fact]
    public async Task R4_R5_Hrefs_begin_as_they_were_asked_and_the_resource_itself_comes_first()
    {
        var tree = await NewTreeAsync();
        var files = FilesOf(tree);
        (await files.MkcolAsync("/sub")).Expect(201);
        (await files.PutAsync("/sub/a%20b", "a")).Expect(201);
        foreach (var asked in (string[])["/sub", "/sub/", "//sub"])
            Assert.Equal(
                [$"{files.Prefix}/sub/", $"{files.Prefix}/sub/a%20b"],
                (await files.PropfindAsync(asked, "1")).Multistatus.Entries.Select(e => e.Href)
            );
    }

    [Fact]
    public async Task The_tree_of_somebody_else_is_refused_whether_there_is_one_or_not()
    {
        var tree = await NewTreeAsync();
        var other = await NewTreeAsync();
        (await FilesOf(other).PutAsync("/secret", "s")).Expect(201);
        foreach (var name in (string[])[TestCloud.UserOf(other), "nobody-at-all"])
        {
            var foreign = At(tree, $"/remote.php/dav/files/{name}");
            (await foreign.PropfindAsync("/", "1")).Expect(403);
            (await foreign.GetAsync("/secret")).Expect(403);
            (await foreign.PutAsync("/new", "n")).Expect(403);
            (await foreign.DeleteAsync("/secret")).Expect(403);
            (await FilesOf(tree).PutAsync("/mine", "m")).Expect(201, 204);
            var moved = await FilesOf(tree)
                .SendAsync("MOVE", "/mine", ("Destination", $"{foreign.Prefix}/mine"));
            moved.Expect(403);
        }
        Assert.Equal(["secret"], await other.NamesAsync("/"));
    }

    [Fact]
    public async Task The_folders_above_the_files_lead_to_them()
    {
        var tree = await NewTreeAsync();
        var user = TestCloud.UserOf(tree);
        var files = await At(tree, "/remote.php/dav/files").PropfindAsync("", "1");
        Assert.Equal(
            ["/remote.php/dav/files/", $"/remote.php/dav/files/{user}/"],
            files.Expect(207).Multistatus.Entries.Select(e => e.Href)
        );
        (await At(tree, "/remote.php/dav").PropfindAsync("/", "0")).Expect(207);
        (await At(tree, "/remote.php/dav/files").MkcolAsync("/x")).Expect(403);
        (await FilesOf(tree).MkcolAsync("")).Expect(405);
        (await FilesOf(tree).PutAsync("", "x")).Expect(409);
        (await FilesOf(tree).DeleteAsync("")).Expect(403);
        (await FilesOf(tree).MoveAsync("", "/x")).Expect(403);
        (await At(tree, "/remote.php/dav/nothing").PropfindAsync($"/{user}/x", "1")).Expect(404);
        (await At(tree, "/remote.php/other").GetAsync("/x")).Expect(404);
    }

    [Fact]
    public async Task R14_A_401_asks_for_Basic_and_nothing_else()
    {
        var tree = await NewTreeAsync();
        var user = TestCloud.UserOf(tree);
        var wrong = DavWords.Basic(user, "wrong");
        foreach (var authorization in (string?[])[null, wrong, "Bearer abc", "Digest x"])
        foreach (
            var (method, path) in (ValueTuple<string, string>[])
                [
                    ("PROPFIND", "/remote.php/dav/files"),
                    ("PROPFIND", "/remote.php/dav/files/"),
                    ("GET", "/remote.php/dav/files/"),
                    ("PROPFIND", $"/remote.php/dav/files/{user}/"),
                    ("OPTIONS", "/remote.php/dav/"),
                    ("PROPFIND", "/remote.php/webdav/"),
                    ("GET", "/ocs/v1.php/cloud/user?format=json"),
                    ("GET", "/ocs/v2.php/cloud/user"),
                    ("GET", "/ocs/v2.php/no/such/call"),
                ]
        )
        {
            var answer = await At(tree, "")
                .WithAuthorization(authorization)
                .SendAsync(method, path);
            answer.Expect(401);
            Assert.StartsWith(
                "Basic realm=\"",
                answer["WWW-Authenticate"],
                StringComparison.Ordinal
            );
            Assert.DoesNotContain(
                "Bearer",
                answer["WWW-Authenticate"],
                StringComparison.OrdinalIgnoreCase
            );
        }
    }

    [Fact]
    public async Task A_revoked_device_is_signed_out_at_once()
    {
        var tree = await NewTreeAsync();
        var device = await Cloud.NewDeviceAsync(tree);
        var own = At(
            tree.WithAuthorization(DavWords.Basic(TestCloud.UserOf(tree), device.Password)),
            ""
        );
        string[] addresses =
        [
            "/remote.php/dav/files",
            $"/remote.php/dav/files/{TestCloud.UserOf(tree)}/",
            "/remote.php/webdav/",
        ];
        foreach (var address in addresses)
            (await own.PropfindAsync(address, "0")).Expect(207);
        await Cloud.RevokeAsync(device);
        foreach (var address in addresses)
            Assert.StartsWith(
                "Basic",
                (await own.PropfindAsync(address, "0")).Expect(401)["WWW-Authenticate"],
                StringComparison.Ordinal
            );
        (await own.GetAsync("/ocs/v1.php/cloud/user")).Expect(401);
    }

    [Fact]
    public async Task Locks_are_the_same_through_every_address()
    {
        var tree = await NewTreeAsync();
        var files = FilesOf(tree);
        (await files.PutAsync("/a.txt", "a")).Expect(201);
        var locked = await files.LockAsync("/a.txt");
        Assert.Contains(
            $"<d:lockroot><d:href>{files.Prefix}/a.txt</d:href></d:lockroot>",
            locked.Expect(200).Text,
            StringComparison.Ordinal
        );
        (await tree.PutAsync("/a.txt", "b")).Expect(423);
        var refused = (await files.PutAsync("/a.txt", "b")).Expect(423);
        Assert.Contains(
            $"<d:href>{files.Prefix}/a.txt</d:href>",
            refused.Text,
            StringComparison.Ordinal
        );
        var token = locked["Lock-Token"]!;
        (await files.PutAsync("/a.txt", "b", ("If", $"<{files.Prefix}/a.txt> ({token})"))).Expect(
            204
        );
        (await files.UnlockAsync("/a.txt", token)).Expect(204);
    }

    [Fact]
    public async Task A_condition_on_another_resource_of_the_tree_holds()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.PutAsync("/a.txt", "a")).Expect(201);
        var etag = (await files.PutAsync("/b.txt", "b")).Expect(201)["ETag"]!;
        string If(string tag) => $"<{files.Prefix}/b.txt> ([{tag}])";
        (await files.MoveAsync("/a.txt", "/b.txt", ("If", If("\"other\"")))).Expect(412);
        (await files.MoveAsync("/a.txt", "/b.txt", ("If", If(etag)))).Expect(204);
    }

    private static WireClient FilesOf(WireClient tree) =>
        At(tree, $"/remote.php/dav/files/{TestCloud.UserOf(tree)}");

    private static WireClient At(WireClient tree, string prefix) =>
        new(tree.Port, prefix, tree.Authorization);
}
