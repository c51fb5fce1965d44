using System.Globalization;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>What sync clients find in the files below /remote.php, as sync-clients.md 1, 6, 7 and 9 state it (R.. are its rules).</summary>
public sealed class SyncTreeTests(SharedCloud cloud) : CloudTests(cloud)
{
    private static readonly XNamespace s_oc = "http://owncloud.org/ns";

    // As ownCloud's desktop 2.11 sends it, with its stray letter (R12).
    private const string DesktopsBody = """
        <?xml version="1.0" ?>
        <d:propfind xmlns:d="DAV:"><d:prop>
        <d:resourcetype /><d:getlastmodified /><d:getcontentlength /><d:getetag />
        <id xmlns="http://owncloud.org/ns"/><fileid xmlns="http://owncloud.org/ns"/><size xmlns="http://owncloud.org/ns"/>
        <downloadURL xmlns="http://owncloud.org/ns"/><dDC xmlns="http://owncloud.org/ns"/><permissions xmlns="http://owncloud.org/ns"/>
        <checksums xmlns="http://owncloud.org/ns"/><data-fingerprint xmlns="http://owncloud.org/ns"/><share-types xmlns="http://owncloud.org/ns"/>
        <owner-id xmlns="http://owncloud.org/ns"/><owner-display-name xmlns="http://owncloud.org/ns"/>
        <has-preview xmlns="http://nextcloud.org/ns"/></d:prop>M</d:propfind>
        """;

    [Fact]
    public async Task R2_R3_R6_R12_A_listing_is_written_as_clients_read_it()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.PutAsync("/a.txt", "a")).Expect(201);
        var listed = (await files.PropfindAsync("/", "1", DesktopsBody)).Expect(207);
        Assert.Equal("application/xml; charset=utf-8", listed["Content-Type"]);
        Assert.Contains("<d:multistatus ", listed.Text, StringComparison.Ordinal);
        Assert.Contains(
            "<oc:permissions>RGDNVW</oc:permissions>",
            listed.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<nc:has-preview>false</nc:has-preview>",
            listed.Text,
            StringComparison.Ordinal
        );
        foreach (var entry in listed.Multistatus.Entries)
            Assert.Equal(["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"], entry.StatusLines);
    }

    [Fact]
    public async Task R7_R8_Every_property_has_a_value_or_is_not_there()
    {
        var tree = await NewTreeAsync();
        var files = FilesOf(tree);
        (await files.MkcolAsync("/sub")).Expect(201);
        (await files.PutAsync("/sub/a.txt", "four")).Expect(201);
        (await files.PutAsync("/empty", "")).Expect(201);
        var listed = (await files.PropfindAsync("/", "1", DesktopsBody)).Multistatus;
        foreach (var entry in listed.Entries)
        {
            foreach (var (name, element) in entry.Found)
                Assert.True(
                    name.LocalName == "resourcetype" || element.Value.Length > 0,
                    $"{name} of {entry.Href} is empty"
                );
            Assert.True(
                long.Parse(entry[s_oc + "fileid"]!.Value, CultureInfo.InvariantCulture) > 0
            );
            Assert.Equal(TestCloud.UserOf(tree), entry[s_oc + "owner-id"]!.Value);
            foreach (var absent in (string[])["downloadURL", "dDC", "share-types"])
                Assert.Equal(404, entry.StatusOf(s_oc + absent));
        }
        Assert.Equal("4", listed["/sub"][s_oc + "size"]!.Value);
        Assert.Equal("RGDNVCK", listed["/sub"][s_oc + "permissions"]!.Value);
        Assert.Equal("RGCK", listed.Entries[0][s_oc + "permissions"]!.Value);
        // Of the root alone, and there before any restore: see RestoreDrill.
        Assert.NotNull(listed.Entries[0][s_oc + "data-fingerprint"]);
        Assert.Equal(404, listed["/sub"].StatusOf(s_oc + "data-fingerprint"));
    }

    [Fact]
    public async Task R9_R10_A_change_changes_the_tags_of_all_folders_above_and_a_rename_none_of_the_files_own()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.MkcolAsync("/a")).Expect(201);
        (await files.MkcolAsync("/a/b")).Expect(201);
        (await files.MkcolAsync("/c")).Expect(201);
        (await files.PutAsync("/a/b/file", "1")).Expect(201);
        async Task<Dictionary<string, (string Tag, string Id)>> SeeAsync(params string[] paths)
        {
            var seen = new Dictionary<string, (string, string)>();
            foreach (var path in paths)
            {
                var entry = (await files.PropfindAsync(path, "0", DesktopsBody)).Multistatus.Single;
                seen[path] = (entry.Value("getetag")!, entry[s_oc + "id"]!.Value);
            }
            return seen;
        }
        var before = await SeeAsync("/", "/a", "/a/b", "/c", "/a/b/file");
        (await files.MoveAsync("/a/b/file", "/c/renamed")).Expect(201);
        var after = await SeeAsync("/", "/a", "/a/b", "/c", "/c/renamed");
        foreach (var folder in (string[])["/", "/a", "/a/b", "/c"])
        {
            Assert.NotEqual(before[folder].Tag, after[folder].Tag);
            Assert.Equal(before[folder].Id, after[folder].Id);
        }
        Assert.Equal(before["/a/b/file"], after["/c/renamed"]);
    }

    [Fact]
    public async Task Nothing_is_listed_without_end()
    {
        var files = FilesOf(await NewTreeAsync());
        foreach (var depth in (string[])["infinity", ""])
            Assert.Contains(
                "<d:propfind-finite-depth/>",
                (await files.PropfindAsync("/", depth)).Expect(403).Text,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task An_upload_answers_what_clients_keep_of_it()
    {
        var files = FilesOf(await NewTreeAsync());
        var made = await files.PutAsync(
            "/photo.heic",
            "abc",
            ("X-OC-Mtime", "1700000000.123"),
            ("OC-Checksum", "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("OC-Total-Length", "3"),
            ("OC-Chunk-Size", "10000000")
        );
        made.Expect(201);
        Assert.Equal("accepted", made["X-OC-MTime"]);
        Assert.Equal(made["ETag"], made["OC-ETag"]);
        var entry = (await files.PropfindAsync("/photo.heic", "0", DesktopsBody))
            .Multistatus
            .Single;
        Assert.Equal(made["OC-ETag"], entry.Value("getetag"));
        Assert.Equal(made["OC-FileId"], entry[s_oc + "id"]!.Value);
        Assert.Equal("Tue, 14 Nov 2023 22:13:20 GMT", entry.Value("getlastmodified"));
        Assert.Contains(
            "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d",
            entry[s_oc + "checksums"]!.Value,
            StringComparison.Ordinal
        );
        Assert.Equal("image/heic", await TypeAsync(files, "/photo.heic"));

        var read = (await files.GetAsync("/photo.heic")).Expect(200);
        Assert.Equal(made["OC-ETag"], read["ETag"]);
        Assert.Equal(made["OC-ETag"], read["OC-ETag"]);
        Assert.Equal(made["OC-FileId"], read["OC-FileId"]);
        Assert.Equal("SHA1:a9993e364706816aba3e25717850c26c9cd0d89d", read["OC-Checksum"]);
        Assert.Equal(
            "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d",
            (await files.HeadAsync("/photo.heic")).Expect(200)["OC-Checksum"]
        );

        // The Android app of ownCloud leaves the quotes out.
        var tag = made["ETag"]!.Trim('"');
        (await files.PutAsync("/photo.heic", "abcd", ("If-Match", tag))).Expect(204);
        (await files.PutAsync("/photo.heic", "abcd", ("If-Match", tag))).Expect(412);
        (await files.PutAsync("/photo.heic", "x", ("If-None-Match", "*"))).Expect(412);
        (await files.PutAsync("/photo.heic", "x", ("OC-Checksum", "SHA1:00"))).Expect(400);
    }

    [Fact]
    public async Task A_file_that_brought_no_checksum_is_read_without_one_that_clients_do_not_know()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.PutAsync("/a", "a")).Expect(201);
        Assert.Null((await files.GetAsync("/a")).Expect(200)["OC-Checksum"]);
    }

    [Fact]
    public async Task The_folders_of_a_camera_upload_are_made_with_its_file()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.PutAsync("/Photos/2026/11/a.jpg", "a")).Expect(409);
        foreach (var name in (string[])["a", "b"])
            (
                await files.PutAsync(
                    $"/Photos/2026/11/{name}.jpg",
                    name,
                    ("X-NC-WebDAV-Auto-Mkcol", "1")
                )
            ).Expect(201);
        Assert.Equal(["a.jpg", "b.jpg"], await files.NamesAsync("/Photos/2026/11"));
        (
            await files.PutAsync("/Photos/2026/11/a.jpg/x", "x", ("X-NC-WebDAV-Auto-Mkcol", "1"))
        ).Expect(409);
    }

    [Fact]
    public async Task R11_What_was_done_is_said_with_the_one_status_that_clients_take()
    {
        var files = FilesOf(await NewTreeAsync());
        var made = (await files.MkcolAsync("/folder")).Expect(201);
        Assert.NotNull(made["OC-FileId"]);
        (await files.MkcolAsync("/folder")).Expect(405);
        (await files.PutAsync("/folder", "x")).Expect(409);
        (await files.MkcolAsync("/missing/folder")).Expect(409);
        (await files.PutAsync("/missing/file", "x")).Expect(409);
        (await files.PutAsync("/file", "x")).Expect(201);
        (await files.MoveAsync("/file", "/File")).Expect(201);
        (await files.MoveAsync("/File", "/folder/file")).Expect(201);
        (await files.DeleteAsync("/folder")).Expect(204);
        (await files.DeleteAsync("/folder")).Expect(404);
    }

    [Fact]
    public async Task Errors_have_the_names_that_clients_know()
    {
        var files = FilesOf(await NewTreeAsync());
        async Task SaysAsync(Task<WireResponse> asked, int status, string name, bool isTold = true)
        {
            var answer = (await asked).Expect(status);
            Assert.Equal("application/xml; charset=utf-8", answer["Content-Type"]);
            var error = XDocument.Parse(answer.Text).Root!;
            Assert.Equal(DavWords.Name("error"), error.Name);
            XNamespace sabre = "http://sabredav.org/ns";
            Assert.Equal(name, error.Element(sabre + "exception")!.Value);
            Assert.NotEmpty(error.Element(sabre + "message")!.Value);
            Assert.Equal(isTold, answer["OC-ErrorString"] is not null);
        }
        await SaysAsync(
            files.WithAuthorization(null).GetAsync("/a"),
            401,
            @"Sabre\DAV\Exception\NotAuthenticated",
            isTold: false
        );
        await SaysAsync(files.GetAsync("/a"), 404, @"Sabre\DAV\Exception\NotFound", isTold: false);
        await SaysAsync(files.PutAsync("/a/b", "x"), 409, @"Sabre\DAV\Exception\Conflict");
        await SaysAsync(files.PutAsync("/a%01", "x"), 400, @"OCP\Files\InvalidPathException");
        await SaysAsync(
            files.PutAsync("/" + new string('n', 300), "x"),
            400,
            @"OCP\Files\InvalidPathException"
        );
        await SaysAsync(
            files.PutAsync("/a", "x", ("OC-Checksum", "MD5:00000000000000000000000000000000")),
            400,
            @"Sabre\DAV\Exception\BadRequest"
        );
        (await files.PutAsync("/a", "x")).Expect(201);
        await SaysAsync(
            files.PutAsync("/a", "x", ("If-Match", "\"other\"")),
            412,
            @"Sabre\DAV\Exception\PreconditionFailed"
        );
        await SaysAsync(
            files.SendAsync("PATCH", "/a", ("X-Recalculate-Hash", "SHA1")),
            501,
            @"Sabre\DAV\Exception\NotImplemented"
        );
    }

    [Fact]
    public async Task The_reason_is_told_in_ASCII_in_the_readers_language()
    {
        var tree = await NewTreeAsync(10);
        var full = await FilesOf(tree).PutAsync("/big", new byte[11], ("Accept-Language", "fr"));
        Assert.Contains(
            @"Sabre\DAV\Exception\InsufficientStorage",
            full.Expect(507).Text,
            StringComparison.Ordinal
        );
        Assert.All(full["OC-ErrorString"]!, c => Assert.InRange(c, ' ', '~'));
        Assert.DoesNotContain("?", full["OC-ErrorString"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_capacity_refuses_new_content_with_the_reason_and_takes_no_letter_away()
    {
        var tree = await NewTreeAsync(1000);
        var files = FilesOf(tree);
        (await files.PutAsync("/a", new byte[900])).Expect(201);
        await Cloud.SetCapacityAsync(tree, 500);
        var refused = (await files.PutAsync("/b", "b")).Expect(507);
        Assert.NotEmpty(refused["OC-ErrorString"]!);
        (await files.PutAsync("/a", "smaller")).Expect(507);
        (await files.CopyAsync("/a", "/c")).Expect(507);
        (await files.MkcolAsync("/folder")).Expect(201);
        (await files.MoveAsync("/a", "/folder/a")).Expect(201);
        Assert.Equal(0, (await QuotaAsync(files)).Available);
        var listed = (await files.PropfindAsync("/folder", "1", DesktopsBody)).Multistatus;
        Assert.Equal("GDNVCK", listed.Entries[0][s_oc + "permissions"]!.Value);
        Assert.Equal("GDNVW", listed["/a"][s_oc + "permissions"]!.Value);
        (await files.DeleteAsync("/folder")).Expect(204);
        (await files.PutAsync("/b", "b")).Expect(201);
    }

    [Fact]
    public async Task A_picture_of_a_file_is_never_the_file()
    {
        var files = FilesOf(await NewTreeAsync());
        (await files.PutAsync("/a.jpg", "a")).Expect(201);
        (await files.GetAsync("/a.jpg?x=32&y=32&c=tag&preview=1")).Expect(404);
        (await files.GetAsync("/a.jpg")).Expect(200);
    }

    [Fact]
    public async Task Times_are_such_that_desktops_take_the_file()
    {
        var files = FilesOf(await NewTreeAsync());
        foreach (
            var (name, sent, shown) in (ValueTuple<string, string, string>[])
                [
                    ("/old", "-86400", "Thu, 01 Jan 1970 00:00:01 GMT"),
                    ("/zero", "0", "Thu, 01 Jan 1970 00:00:01 GMT"),
                    ("/late", "99999999999", "Sun, 07 Feb 2106 06:28:14 GMT"),
                ]
        )
        {
            (await files.PutAsync(name, "x", ("X-OC-Mtime", sent))).Expect(201);
            Assert.Equal(
                shown,
                (await files.PropfindAsync(name, "0", DesktopsBody)).Multistatus.Single.Value(
                    "getlastmodified"
                )
            );
        }
    }

    [Fact]
    public async Task A_request_is_known_by_the_id_its_client_gave_it()
    {
        var files = FilesOf(await NewTreeAsync());
        const string id = "f21ba2a1-d51d-4281-90a5-34d6315ff5e2";
        Assert.Equal(id, (await files.GetAsync("/x", ("X-Request-ID", id)))["X-Request-ID"]);
        Assert.Null((await files.GetAsync("/x", ("X-Request-ID", "a b")))["X-Request-ID"]);
    }

    private static async Task<string?> TypeAsync(WireClient files, string path) =>
        (
            await files.PropfindAsync(path, "0", DavWords.Propfind(DavWords.Name("getcontenttype")))
        ).Multistatus.Single.Value("getcontenttype");

    private static WireClient FilesOf(WireClient tree) =>
        new(tree.Port, $"/remote.php/dav/files/{TestCloud.UserOf(tree)}", tree.Authorization);
}
