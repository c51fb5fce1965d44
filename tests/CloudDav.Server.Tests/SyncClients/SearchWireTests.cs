using System.Reflection;
using CloudDav.Server.Tests.Sharing;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>SEARCH and favourites as the phones ask for them, over real sockets.</summary>
public sealed class SearchWireTests
{
    private const string Root = "/remote.php/dav/files/bob";

    [Fact]
    public async Task A_gallery_finds_media_of_the_own_and_of_shared_folders_newest_first()
    {
        await using var household = await Household.StartAsync();
        await household.ShareAsync("view");
        var bob = household.Bob;
        (await bob.MkcolAsync($"{Root}/Fotos%20%26%20more")).Expect(201);
        // Without a type, as some clients upload.
        await PutAsync(bob, $"{Root}/Fotos%20%26%20more/new.heic", 1_700_000_300);
        await PutAsync(bob, $"{Root}/old.jpg", 1_600_000_000);
        await PutAsync(bob, $"{Root}/film.MOV", 1_700_000_200);
        await PutAsync(bob, $"{Root}/text.txt", 1_700_000_400);
        await PutAsync(household.Alice, "/dav/Album/Photos/sub/theirs.png", 1_700_000_100);
        await PutAsync(household.Alice, "/dav/Album/not-shared.png", 1_700_000_100);
        await bob.ListAsync("/dav/");

        const string media =
            "<d:and><d:or><d:like><d:prop><d:getcontenttype/></d:prop><d:literal>image/%</d:literal></d:like>"
            + "<d:like><d:prop><d:getcontenttype/></d:prop><d:literal>video/%</d:literal></d:like></d:or>"
            + "<d:gt><d:prop><d:getlastmodified/></d:prop><d:literal>2023-01-01T00:00:00Z</d:literal></d:gt></d:and>";
        Assert.Equal(
            [
                $"{Root}/Fotos%20%26%20more/new.heic",
                $"{Root}/film.MOV",
                $"{Root}/Photos/sub/theirs.png",
            ],
            await SearchAsync(bob, "/remote.php/dav/", "/files/bob", media, 100)
        );
        // The same, asked otherwise, and the first of it alone.
        Assert.Equal(
            [$"{Root}/Fotos%20%26%20more/new.heic"],
            await SearchAsync(bob, "/remote.php/dav", "/files/bob/", media, 1)
        );
        Assert.Equal(
            [$"{Root}/Fotos%20%26%20more/new.heic"],
            await SearchAsync(bob, "/remote.php/dav/", "/files/bob/Fotos%20%26%20more", media, 100)
        );
        Assert.Equal(
            ["/dav/Photos/sub/theirs.png"],
            await SearchAsync(bob, "/dav/", "/dav/Photos/", media, 100)
        );
    }

    [Fact]
    public async Task Names_numbers_and_favourites_are_found()
    {
        await using var household = await Household.StartAsync();
        await household.ShareAsync("view");
        var bob = household.Bob;
        await bob.ListAsync("/dav/");
        Assert.Equal(
            [$"{Root}/own.txt"],
            await SearchAsync(
                bob,
                "/remote.php/dav/",
                "/files/bob",
                "<d:like><d:prop><d:displayname/></d:prop><d:literal>%OWN%</d:literal></d:like>"
            )
        );
        var listed = await bob.PropertiesAsync($"{Root}/Photos/one.txt", "0", s_fileId);
        Assert.Equal(
            [$"{Root}/Photos/one.txt"],
            await SearchAsync(
                bob,
                "/remote.php/dav/",
                "/files/bob",
                $"<d:eq><d:prop><oc:fileid/></d:prop><d:literal>{listed.Only.Text(s_fileId)}</d:literal></d:eq>"
            )
        );
        (await bob.SetPropertiesAsync($"{Root}/Photos/one.txt", (s_favorite, "1"))).Expect(207);
        Assert.Equal(
            [$"{Root}/Photos/one.txt"],
            await SearchAsync(
                bob,
                "/remote.php/dav/",
                "/files/bob",
                "<d:eq><d:prop><oc:favorite/></d:prop><d:literal>yes</d:literal></d:eq>"
            )
        );
        var report = await bob.SendAsync(
            "REPORT",
            $"{Root}/",
            Xml(
                """<oc:filter-files xmlns:oc="http://owncloud.org/ns" xmlns:d="DAV:"><d:prop><oc:fileid/></d:prop><oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>"""
            )
        );
        Assert.Equal(
            [$"{Root}/Photos/one.txt"],
            report.Expect(207).MultiStatus().Responses.Select(response => response.Href)
        );
    }

    [Fact]
    public async Task Nobody_searches_above_the_own_files_or_in_those_of_others()
    {
        await using var household = await Household.StartAsync();
        foreach (var scope in (string[])["/", "/files", "/files/alice", "/elsewhere"])
            Assert.InRange(
                (
                    await household.Bob.SendAsync(
                        "SEARCH",
                        "/remote.php/dav/",
                        Xml(Body(scope, "<d:is-collection/>", 10))
                    )
                ).Status,
                403,
                409
            );
    }

    [Fact]
    public void What_is_kept_as_media_is_what_is_shown_as_media()
    {
        var table =
            (IEnumerable<KeyValuePair<string, string>>)
                typeof(WebDav.DavEndpoint)
                    .Assembly.GetType("CloudDav.WebDav.Properties.MediaTypes")!
                    .GetField("ByExtension", BindingFlags.NonPublic | BindingFlags.Static)!
                    .GetValue(null)!;
        string[] kinds = ["image", "video", "audio"];
        Assert.Equal(
            table
                .Select(entry => (entry.Key, Kind: entry.Value.Split('/')[0]))
                .Where(entry => kinds.Contains(entry.Kind))
                .Order(),
            MediaClasses
                .Extensions.Select(entry => (entry.Key, Kind: kinds[(int)entry.Value - 1]))
                .Order()
        );
    }

    private static readonly System.Xml.Linq.XName s_fileId = Wire.DavWords.OwnCloud + "fileid";
    private static readonly System.Xml.Linq.XName s_favorite = Wire.DavWords.OwnCloud + "favorite";

    private static async Task PutAsync(DavClient client, string path, long modified) =>
        (
            await client.PutAsync(
                path,
                "1",
                ("X-OC-Mtime", modified.ToString(System.Globalization.CultureInfo.InvariantCulture))
            )
        ).Expect(201);

    private static async Task<IReadOnlyList<string>> SearchAsync(
        DavClient client,
        string at,
        string scope,
        string where,
        int limit = 10
    ) =>
        [
            .. (await client.SendAsync("SEARCH", at, Xml(Body(scope, where, limit))))
                .Expect(207)
                .MultiStatus()
                .Responses.Select(response => response.Href),
        ];

    private static string Body(string scope, string where, int limit) =>
        $"""
            <?xml version="1.0"?>
            <d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:basicsearch>
            <d:select><d:prop><d:displayname/><d:getcontenttype/><oc:fileid/><oc:favorite/><oc:checksums/></d:prop></d:select>
            <d:from><d:scope><d:href>{scope}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where>{where}</d:where>
            <d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby>
            <d:limit><d:nresults>{limit}</d:nresults></d:limit></d:basicsearch></d:searchrequest>
            """;

    private static StringContent Xml(string body) =>
        new StringContent(body, System.Text.Encoding.UTF8, "text/xml");
}
