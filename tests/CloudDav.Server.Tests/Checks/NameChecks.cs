using System.Diagnostics;
using System.Text;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Names, paths and hrefs: what goes in comes out, and nothing leaves the tree.</summary>
public class NameChecks(SharedCloud cloud) : CloudTests(cloud)
{
    private static readonly string[] DifficultNames =
    [
        "with space",
        "100%",
        "a#b",
        "what?",
        "a&b",
        "it's",
        "say \"hi\"",
        "<tag>",
        "[brackets]",
        "a+b",
        "semi;colon",
        "com,ma",
        "at@sign",
        "bang!",
        "dollar$",
        "(paren)",
        "tilde~",
        "equals=",
        "emoji 😀",
        "über",
        "back\\slash",
        "a:b",
        "star*",
        "pipe|",
        "%41",
        "%2F",
        "...",
        "trailing.",
    ];

    [Fact]
    public async Task C19_Difficult_names_round_trip_through_every_method()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/n")).Expect(201);
        (await tree.MkcolAsync("/moved")).Expect(201);
        foreach (var name in DifficultNames)
            (await tree.PutAsync(DavWords.Escape("/n/" + name), name)).Expect(201);
        Assert.Equal(DifficultNames.Order(StringComparer.Ordinal), await tree.NamesAsync("/n"));
        foreach (var entry in (await tree.PropfindAsync("/n", "1")).Multistatus.Entries.Skip(1))
        {
            var path = entry.Href[tree.Prefix.Length..];
            Assert.Equal(entry.Name, (await tree.GetAsync(path)).Expect(200).Text);
            Assert.Equal(entry.Name, entry.Value("displayname"));
            var target = "/moved" + path["/n".Length..];
            (await tree.MoveAsync(path, target)).Expect(201);
            Assert.Equal(entry.Name, (await tree.GetAsync(target)).Expect(200).Text);
            (await tree.DeleteAsync(target)).Expect(204);
        }
        Assert.Empty(await tree.NamesAsync("/n"));
        Assert.Empty(await tree.NamesAsync("/moved"));
    }

    [Fact]
    public async Task C20_Hrefs_are_absolute_paths_with_only_the_safe_set_unescaped()
    {
        await using var tree = await NewTreeAsync();
        foreach (var name in DifficultNames)
        {
            (await tree.PutAsync(DavWords.Escape("/f " + name), "x")).Expect(201);
            (await tree.MkcolAsync(DavWords.Escape("/d " + name))).Expect(201);
        }
        foreach (var depth in new[] { "0", "1", "infinity" })
        foreach (var entry in (await tree.PropfindAsync("/", depth)).Multistatus.Entries)
        {
            Assert.Matches("^/(?:[A-Za-z0-9._~()/-]|%[0-9A-F]{2})*$", entry.Href);
            Assert.Equal(entry.IsCollection, entry.Href.EndsWith('/'));
            Assert.StartsWith(tree.Prefix + "/", entry.Href, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task C21_A_decomposed_request_gets_hrefs_that_begin_with_its_own_form()
    {
        await using var tree = await NewTreeAsync();
        var composed = "/Ünïcode"; // NFC
        var decomposed = composed.Normalize(NormalizationForm.FormD);
        Assert.NotEqual(composed, decomposed);
        (await tree.MkcolAsync(DavWords.Escape(composed))).Expect(201);
        (await tree.PutAsync(DavWords.Escape(composed + "/é1"), "1")).Expect(201);
        (await tree.PutAsync(DavWords.Escape(composed + "/2"), "2")).Expect(201);
        (await tree.MkcolAsync(DavWords.Escape(composed + "/sub"))).Expect(201);
        foreach (var agent in new[] { Agents.FinderBefore154, Agents.Rclone })
        foreach (var slash in new[] { "", "/" })
        {
            await using var client = tree.As(agent);
            var listing = (
                await client.PropfindAsync(DavWords.Escape(decomposed) + slash, "1")
            ).Multistatus;
            var prefix = tree.Prefix + decomposed + "/";
            Assert.Equal(4, listing.Entries.Count);
            Assert.Equal(prefix, listing.Entries[0].Path);
            Assert.All(
                listing.Entries,
                e => Assert.StartsWith(prefix, e.Path, StringComparison.Ordinal)
            );
            Assert.Equal(
                ["2", "sub", "é1"],
                listing
                    .Entries.Skip(1)
                    .Select(e => e.Name.Normalize())
                    .Order(StringComparer.Ordinal)
            );
        }
    }

    [Fact]
    public async Task C22_One_name_in_two_Unicode_forms_is_one_resource()
    {
        await using var tree = await NewTreeAsync();
        var composed = DavWords.Escape("/\u00e9");
        var decomposed = DavWords.Escape("/e\u0301");
        (await tree.PutAsync(decomposed, "first")).Expect(201);
        (await tree.PutAsync(composed, "second")).Expect(204);
        Assert.Equal(["\u00e9"], await tree.NamesAsync("/"));
        Assert.Equal("second", (await tree.GetAsync(decomposed)).Expect(200).Text);
        (await tree.MoveAsync(composed, decomposed)).Expect(201, 204);
        Assert.Equal(["\u00e9"], await tree.NamesAsync("/"));
    }

    [Fact]
    public async Task C43_Mac_companion_files_are_taken_and_hidden_from_Windows()
    {
        await using var tree = await NewTreeAsync();
        await using var finder = tree.As(Agents.FinderBefore154);
        foreach (var name in new[] { "._x", ".DS_Store" })
        {
            (await finder.PutAsync("/" + name, "first")).Expect(201);
            (await finder.PutAsync("/" + name, "second")).Expect(204);
        }
        await using var explorer = tree.As(Agents.MiniRedir);
        var attributes = DavWords.Win32 + "Win32FileAttributes";
        var listing = (
            await explorer.PropfindAsync("/", "1", DavWords.Propfind(attributes))
        ).Multistatus;
        foreach (var name in new[] { "/._x", "/.DS_Store" })
            Assert.Equal(2u, Convert.ToUInt32(listing[name][attributes]!.Value, 16) & 2u);
        foreach (var name in new[] { "._x", ".DS_Store" })
            (await finder.DeleteAsync("/" + name)).Expect(204);
        foreach (var name in new[] { "._x", ".DS_Store" })
            Assert.Equal(0, await Cloud.VersionsAndTrashAsync(tree, name));
    }

    [Fact]
    public async Task C44_Probes_for_files_of_Windows_and_Mac_are_quick_404s()
    {
        await using var own = await OwnCloud.StartAsync();
        await using var tree = await own.NewTreeAsync();
        (await tree.PropfindAsync("/")).Expect(207);
        // With the content out of reach, only the index can answer.
        Directory.Move(own.ContentFolder, own.ContentFolder + ".away");
        var time = Stopwatch.StartNew();
        foreach (
            var name in new[]
            {
                "desktop.ini",
                "Desktop.ini",
                "autorun.inf",
                "AutoRun.exe",
                "folder.jpg",
                "folder.gif",
                "Thumbs.db",
                ".metadata_never_index",
                ".Spotlight-V100",
                ".hidden",
                "Backups.backupdb",
                "mach_kernel",
                "Contents",
                "._.",
                ".DS_Store",
            }
        )
        {
            (await tree.GetAsync("/" + name)).Expect(404);
            (await tree.HeadAsync("/" + name)).Expect(404);
            (await tree.PropfindAsync("/" + name)).Expect(404);
        }
        Directory.Move(own.ContentFolder + ".away", own.ContentFolder);
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(5), $"45 probes took {time.Elapsed}");
    }

    [Fact]
    public async Task C49_A_rename_that_changes_only_letter_case_leaves_one_resource()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/readme.txt", "x")).Expect(201);
        (await tree.MoveAsync("/readme.txt", "/README.txt")).Expect(201, 204);
        Assert.Equal(["README.txt"], await tree.NamesAsync("/"));
        Assert.Equal("x", (await tree.GetAsync("/README.txt")).Expect(200).Text);
        (await tree.MkcolAsync("/Folder")).Expect(201);
        (await tree.PutAsync("/Folder/in", "y")).Expect(201);
        (await tree.MoveAsync("/Folder/", "/folder/", ("Overwrite", "F"))).Expect(201, 204);
        Assert.Equal(["README.txt", "folder"], await tree.NamesAsync("/"));
        Assert.Equal("y", (await tree.GetAsync("/folder/in")).Expect(200).Text);
    }

    [Fact]
    public async Task C50_Explorer_and_Finder_find_the_one_match_in_other_case_and_others_do_not()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/Photos")).Expect(201);
        (await tree.PutAsync("/Photos/Beach.JPG", "sea")).Expect(201);
        foreach (var agent in new[] { Agents.MiniRedir, Agents.FinderBefore154 })
        {
            await using var client = tree.As(agent);
            Assert.Equal("sea", (await client.GetAsync("/photos/beach.jpg")).Expect(200).Text);
            (await client.PropfindAsync("/PHOTOS", "1")).Expect(207);
        }
        await using var rclone = tree.As(Agents.Rclone);
        (await rclone.GetAsync("/photos/beach.jpg")).Expect(404);
        (await rclone.PropfindAsync("/PHOTOS", "1")).Expect(404);
        await using var explorer = tree.As(Agents.MiniRedir);
        (await explorer.PutAsync("/photos/BEACH.jpg", "sea and sand")).Expect(204);
        Assert.Equal(["Beach.JPG"], await tree.NamesAsync("/Photos"));
        Assert.Equal("sea and sand", (await tree.GetAsync("/Photos/Beach.JPG")).Text);
    }

    [Fact]
    public async Task C51_A_sibling_that_differs_in_case_only_is_a_case_conflict()
    {
        await using var owner = await NewTreeAsync();
        await using var tree = owner.As(Agents.Rclone);
        (await tree.PutAsync("/Letter.txt", "1")).Expect(201);
        (await tree.PutAsync("/other.txt", "2")).Expect(201);
        foreach (
            var refused in new[]
            {
                await tree.PutAsync("/letter.txt", "3"),
                await tree.MkcolAsync("/LETTER.TXT"),
                await tree.MoveAsync("/other.txt", "/LETTER.txt"),
                await tree.CopyAsync("/other.txt", "/LETTER.txt"),
                await tree.LockAsync("/letter.TXT"),
            }
        )
            Assert.Contains("case-conflict", refused.Expect(409).Text, StringComparison.Ordinal);
        Assert.Equal(["Letter.txt", "other.txt"], await tree.NamesAsync("/"));
        Assert.Equal("1", (await tree.GetAsync("/Letter.txt")).Text);
    }

    [Fact]
    public async Task C52_Explorer_sees_names_it_cannot_show_as_private_use_characters()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync(DavWords.Escape("/a:b?"), "x")).Expect(201);
        (await tree.PutAsync(DavWords.Escape("/dot."), "y")).Expect(201);
        (await tree.PutAsync("/NUL", "z")).Expect(201);
        await using var explorer = tree.As(Agents.MiniRedir);
        Assert.Equal(["NUL", "a\uF022b\uF025", "dot\uF029"], await explorer.NamesAsync("/"));
        Assert.Equal(
            "x",
            (await explorer.GetAsync(DavWords.Escape("/a\uF022b\uF025"))).Expect(200).Text
        );
        Assert.Equal(
            "y",
            (await explorer.GetAsync(DavWords.Escape("/dot\uF029"))).Expect(200).Text
        );
        (await explorer.PutAsync(DavWords.Escape("/new\uF021"), "n")).Expect(201);
        await using var rclone = tree.As(Agents.Rclone);
        Assert.Equal(["NUL", "a:b?", "dot.", "new*"], await rclone.NamesAsync("/"));
        Assert.Equal("n", (await rclone.GetAsync(DavWords.Escape("/new*"))).Expect(200).Text);
    }

    [Fact]
    public async Task C72_Nothing_that_a_path_says_leads_out_of_the_tree()
    {
        await using var tree = await NewTreeAsync();
        await using var neighbour = await NewTreeAsync();
        (await neighbour.PutAsync("/secret", "not yours")).Expect(201);
        (await tree.MkcolAsync("/a")).Expect(201);
        (await tree.PutAsync("/a/b", "1")).Expect(201);
        foreach (
            var path in new[]
            {
                "/a%2Fb",
                "/a%2fb",
                "/a%00b",
                "/%00",
                "/../a",
                "/a/../a/b",
                "/a/./b",
                "/a/..",
                "/a/.",
                "/%2e%2e/a",
                "/%2E%2E/%2E%2E/etc/passwd",
                "/a/%2e/b",
                "/.%2e/a",
                "/a/%2e%2e%2fb",
            }
        )
        foreach (var method in new[] { "GET", "PROPFIND", "DELETE", "PUT", "MKCOL", "LOCK" })
            (
                await tree.SendAsync(method, path, method == "LOCK" ? DavWords.ExclusiveLock : "")
            ).Expect(400);
        foreach (var path in new[] { "/a%2Fb", "/../x", "/%2e%2e/x", "/a%00" })
        {
            (await tree.SendAsync("MOVE", "/a/b", ("Destination", tree.Url(path)))).Expect(
                400,
                403,
                502
            );
            (await tree.SendAsync("COPY", "/a/b", ("Destination", tree.Url(path)))).Expect(
                400,
                403,
                502
            );
        }
        // A backslash is a character of a name like any other.
        (await tree.PutAsync("/a%5C..%5Cb", "backslash")).Expect(201);
        Assert.Equal(["a", "a\\..\\b"], await tree.NamesAsync("/"));
        Assert.Equal(["b"], await tree.NamesAsync("/a"));
        // A fragment never reaches a server from an honest client; acting on it would delete the wrong thing.
        (await tree.DeleteAsync("/a#fragment")).Expect(400);
        (await tree.DeleteAsync("/a/b#")).Expect(400);
        Assert.Equal("1", (await tree.GetAsync("/a/b")).Expect(200).Text);
        // A query says nothing about which resource it is; doubled slashes are one.
        Assert.Equal("1", (await tree.GetAsync("/a/b?x=/../../y")).Expect(200).Text);
        Assert.Equal("1", (await tree.GetAsync("//a///b")).Expect(200).Text);
    }
}
