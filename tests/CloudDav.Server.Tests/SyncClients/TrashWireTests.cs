using System.Globalization;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>Trash and versions at the addresses that sync clients know (sync-clients.md 11).</summary>
public sealed class TrashWireTests(SharedCloud cloud) : CloudTests(cloud)
{
    private static readonly XNamespace s_nextcloud = "http://nextcloud.org/ns";
    private static readonly XNamespace s_owncloud = "http://owncloud.org/ns";

    [Fact]
    public async Task The_trash_shows_what_was_deleted_with_what_clients_ask_of_it()
    {
        var tree = await NewTreeAsync();
        var trash = At(tree, "trashbin");
        (await tree.MkcolAsync("/sub")).Expect(201);
        (await tree.PutAsync("/sub/a%20%26.txt", "hello")).Expect(201);
        var id = (await AskAsync(tree, "/sub/a%20%26.txt", "0")).Single[
            s_owncloud + "fileid"
        ]!.Value;
        (await tree.DeleteAsync("/sub/a%20%26.txt")).Expect(204);

        var seen = await AskAsync(trash, "/trash", "1");

        Assert.Equal($"{trash.Prefix}/trash/", seen.Entries[0].Href);
        Assert.True(seen.Entries[0].IsCollection);
        var item = Assert.Single(seen.Entries.Skip(1));
        Assert.Equal("a &.txt", item[s_nextcloud + "trashbin-filename"]?.Value);
        Assert.Equal("sub/a &.txt", item[s_nextcloud + "trashbin-original-location"]?.Value);
        var deleted = item[s_nextcloud + "trashbin-deletion-time"]!.Value;
        Assert.True(long.Parse(deleted, CultureInfo.InvariantCulture) > 1_700_000_000);
        Assert.Equal($"a &.txt.{id}.d{deleted}", item.Name);
        Assert.Equal(
            (id, "5", "text/plain", false),
            (
                item[s_owncloud + "fileid"]?.Value,
                item[s_owncloud + "size"]?.Value,
                item.Value("getcontenttype")?.Split(';')[0],
                item.IsCollection
            )
        );
        Assert.NotEmpty(item[s_owncloud + "id"]!.Value);
        var read = await trash.GetAsync(item.Href[trash.Prefix.Length..], ("Range", "bytes=1-2"));
        Assert.Equal("el", read.Expect(206).Text);
        Assert.Equal(
            item.Name,
            (await AskAsync(trash, item.Href[trash.Prefix.Length..], "0")).Single.Name
        );
    }

    [Fact]
    public async Task What_is_moved_to_restore_comes_back_and_what_is_deleted_there_is_gone()
    {
        var tree = await NewTreeAsync();
        var trash = At(tree, "trashbin");
        (await tree.MkcolAsync("/sub")).Expect(201);
        (await tree.MkcolAsync("/sub/deep")).Expect(201);
        (await tree.PutAsync("/sub/deep/a.txt", "a")).Expect(201);
        (await tree.PutAsync("/b.txt", "b")).Expect(201);
        (await tree.DeleteAsync("/sub")).Expect(204);
        (await tree.DeleteAsync("/b.txt")).Expect(204);
        var (sub, b) = (await ItemAsync(trash, "sub"), await ItemAsync(trash, "b.txt"));
        Assert.Equal(
            ["a.txt"],
            (await AskAsync(trash, $"{sub}/deep", "1")).Entries.Skip(1).Select(entry => entry.Name)
        );
        Assert.Equal("a", (await trash.GetAsync($"{sub}/deep/a.txt")).Expect(200).Text);
        // The name alone is no address, nor is the number alone.
        (await trash.GetAsync(b.Replace("b.txt", "c.txt", StringComparison.Ordinal))).Expect(404);
        (await trash.GetAsync("/trash/b.txt")).Expect(404);

        (await trash.MoveAsync($"{sub}/deep/a.txt", "/restore/a.txt")).Expect(201);
        Assert.Equal("a", (await tree.GetAsync("/sub/deep/a.txt")).Expect(200).Text);
        (await tree.PutAsync("/b.txt", "another")).Expect(201);
        (await trash.MoveAsync(b, "/restore/whatever")).Expect(201);
        Assert.Equal("b", (await tree.GetAsync("/b%20(restored).txt")).Expect(200).Text);
        Assert.Equal("another", (await tree.GetAsync("/b.txt")).Expect(200).Text);
        (await trash.MoveAsync(b, "/restore/whatever")).Expect(404);

        (await tree.DeleteAsync("/b.txt")).Expect(204);
        (await trash.DeleteAsync(await ItemAsync(trash, "b.txt"))).Expect(204);
        (await trash.DeleteAsync("/trash")).Expect(204);
        Assert.Single((await AskAsync(trash, "/trash", "1")).Entries);
        (await trash.PutAsync("/trash/new.txt", "x")).Expect(403);
        (await trash.MkcolAsync("/trash/new")).Expect(403);
        (await trash.DeleteAsync("/restore")).Expect(403);
        (await trash.MoveAsync("/trash", "/restore/all")).Expect(403);
        (await trash.PropfindAsync("/trash", "infinity")).Expect(403);
    }

    [Fact]
    public async Task Versions_are_listed_read_restored_and_removed_by_the_number_of_their_file()
    {
        var tree = await NewTreeAsync();
        var versions = At(tree, "versions");
        foreach (var text in (string[])["one", "two!", "three"])
            (await tree.PutAsync("/a.txt", text)).Expect(201, 204);
        var file = (await AskAsync(tree, "/a.txt", "0")).Single;
        var (id, etag) = (file[s_owncloud + "fileid"]!.Value, file.Value("getetag"));

        var seen = await AskAsync(versions, $"/versions/{id}", "1");

        Assert.Equal($"{versions.Prefix}/versions/{id}/", seen.Entries[0].Href);
        Assert.Equal(
            ["4", "3"],
            seen.Entries.Skip(1).Select(entry => entry.Value("getcontentlength"))
        );
        Assert.All(
            seen.Entries.Skip(1),
            entry =>
            {
                Assert.Equal("text/plain", entry.Value("getcontenttype")?.Split(';')[0]);
                Assert.NotNull(entry.Value("getlastmodified"));
                Assert.Equal(id, entry[s_owncloud + "fileid"]?.Value);
            }
        );
        var one = seen.Entries[^1].Href[versions.Prefix.Length..];
        Assert.Equal("ne", (await versions.GetAsync(one, ("Range", "bytes=1-"))).Expect(206).Text);
        (await versions.MoveAsync(one, "/restore/a.txt")).Expect(204);
        var now = (await AskAsync(tree, "/a.txt", "0")).Single;
        Assert.Equal(id, now[s_owncloud + "fileid"]!.Value);
        Assert.NotEqual(etag, now.Value("getetag"));
        Assert.Equal("one", (await tree.GetAsync("/a.txt")).Expect(200).Text);

        (await versions.DeleteAsync(one)).Expect(204);
        (await versions.GetAsync(one)).Expect(404);
        (await versions.PropfindAsync("/versions/4711", "1")).Expect(404);
        (await versions.PropfindAsync("/versions/x", "1")).Expect(404);
        (await versions.DeleteAsync($"/versions/{id}")).Expect(404);
        (await versions.PropfindAsync("/versions", "1")).Expect(207);
    }

    [Fact]
    public async Task The_trash_of_somebody_else_is_refused()
    {
        var (tree, other) = (await NewTreeAsync(), await NewTreeAsync());
        var foreign = new WireClient(
            tree.Port,
            $"/remote.php/dav/trashbin/{TestCloud.UserOf(other)}",
            tree.Authorization
        );
        (await foreign.PropfindAsync("/trash", "1")).Expect(403);
        (await foreign.DeleteAsync("/trash")).Expect(403);
    }

    private static WireClient At(WireClient tree, string name) =>
        new(tree.Port, $"/remote.php/dav/{name}/{TestCloud.UserOf(tree)}", tree.Authorization);

    private static async Task<string> ItemAsync(WireClient trash, string name) =>
        (await AskAsync(trash, "/trash", "1"))
            .Entries.First(entry => entry[s_nextcloud + "trashbin-filename"]?.Value == name)
            .Href.TrimEnd('/')[trash.Prefix.Length..];

    private static async Task<Multistatus> AskAsync(WireClient client, string path, string depth) =>
        (
            await client.PropfindAsync(
                path,
                depth,
                DavWords.Propfind(
                    DavWords.Name("resourcetype"),
                    DavWords.Name("getcontentlength"),
                    DavWords.Name("getlastmodified"),
                    DavWords.Name("getcontenttype"),
                    DavWords.Name("getetag"),
                    s_owncloud + "id",
                    s_owncloud + "fileid",
                    s_owncloud + "size",
                    s_nextcloud + "trashbin-filename",
                    s_nextcloud + "trashbin-original-location",
                    s_nextcloud + "trashbin-deletion-time"
                )
            )
        )
            .Expect(207)
            .Multistatus;
}
