using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Television;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Contracts;

/// <summary>The rows of the service's table as a DAV client meets them: status, elements, sentence and headers.</summary>
public sealed class StandingTests : IAsyncLifetime
{
    private const int Used = 6_000;
    private const string Upload = "/remote.php/dav/uploads/olivia/";
    private static readonly XNamespace s_dav = "DAV:";
    private static readonly XNamespace s_own = "http://clouddav.org/ns";

    private readonly FakeTimeProvider _clock = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)
    );

    private CloudDavHost _host = null!;
    private ContractSetup _contracts = null!;
    private DavClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions { HasDemoPeople = false, Time = _clock }
        );
        _contracts = new ContractSetup(_host);
        _client = await _host.AddPersonAsync("olivia", 20_000);
        await _contracts.BeginAsync("olivia");
        await _client.MkcolAsync("/dav/folder");
        await _client.PutAsync("/dav/folder/file", new byte[Used]);
        (await _client.MkcolAsync(Upload + "1")).Expect(201);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static TheoryData<Standing, string, int, string> Rows
    {
        get
        {
            // What each standing answers: Active, OverCapacity, TakeBack, Closed.
            (string Request, string Answers)[] rows =
            [
                ("OPTIONS", "200 200 200 410"),
                ("PROPFIND", "207 207 207 410"),
                ("GET", "200 200 200 410"),
                ("HEAD", "200 200 200 410"),
                ("PUT new", "201 507 403 410"),
                ("PUT empty", "201 507 403 410"),
                ("PUT over", "204 507 403 410"),
                ("PUT smaller", "204 507 403 410"),
                ("PUT chunked", "201 507 403 410"),
                ("PATCH", "204 507 403 410"),
                ("COPY", "201 507 403 410"),
                ("LOCK new", "201 507 403 410"),
                ("LOCK", "200 200 200 410"),
                ("MKCOL", "201 201 403 410"),
                ("MOVE", "201 201 403 410"),
                ("PROPPATCH", "207 207 403 410"),
                ("DELETE", "204 204 204 410"),
                ("REPORT", "207 207 207 410"),
                ("SEARCH", "207 207 207 410"),
                // A sync client shows a person the refusal of a part, and none of the folder for it.
                ("MKCOL upload", "201 201 403 410"),
                ("PUT part", "201 507 403 410"),
            ];
            var data = new TheoryData<Standing, string, int, string>();
            foreach (var (request, answers) in rows)
            foreach (var standing in Enum.GetValues<Standing>())
            {
                var status = int.Parse(
                    answers.Split(' ')[(int)standing],
                    CultureInfo.InvariantCulture
                );
                var element = status switch
                {
                    507 => "over-capacity",
                    403 => "take-back-window",
                    410 => "account-closed",
                    _ => "",
                };
                data.Add(standing, request, status, element);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_row_is_answered_as_the_terms_say(
        Standing standing,
        string request,
        int status,
        string element
    )
    {
        await BringToAsync(standing);

        var answer = (await SendAsync(request)).Expect(status);

        if (element.Length == 0)
            return;
        if (request == "HEAD")
        {
            Assert.Empty(answer.Body);
            return;
        }
        var error = answer.Xml().Root!;
        Assert.Equal(s_dav + "error", error.Name);
        Assert.NotNull(error.Element(s_own + element));
        if (status == 507)
            Assert.Equal(s_dav + "quota-not-exceeded", error.Elements().First().Name);
        Assert.False(string.IsNullOrWhiteSpace(error.Elements().Last().Value));
        Assert.Null(answer.Header("WWW-Authenticate"));
        // Nothing has come to be, and what is there is whole.
        if (standing != Standing.Closed)
        {
            Assert.Equal(Used, (await _client.GetAsync("/dav/folder/file")).Body.Length);
            (await _client.GetAsync("/dav/folder/new")).Expect(404);
        }
    }

    [Theory]
    [InlineData("create", "201 507 403 410")]
    [InlineData("widen", "200 507 403 410")]
    [InlineData("narrow", "200 200 200 410")]
    [InlineData("list", "200 200 200 410")]
    [InlineData("end", "204 204 204 410")]
    [InlineData("open", "200 403 403 410")]
    public async Task Each_row_about_links_is_answered_as_the_terms_say(string act, string answers)
    {
        // One for each standing, because some are changed.
        var links = new List<JsonElement>();
        foreach (var _ in Enum.GetValues<Standing>())
            links.Add((await SendLinkAsync("create", "")).Expect(201).Json());
        foreach (var (standing, status) in Enum.GetValues<Standing>().Zip(answers.Split(' ')))
        {
            await BringToAsync(standing);
            var link = links[(int)standing];

            var answer =
                act == "open"
                    ? await _host
                        .Anonymous()
                        .GetAsync(new Uri(link.GetProperty("url").GetString()!).AbsolutePath + "/")
                    : await SendLinkAsync(act, link.GetProperty("id").GetRawText());

            Assert.Equal((standing, status), (standing, $"{answer.Status}"));
        }
    }

    // What a recipient meets in each standing is in HouseholdApiTests.
    [Theory]
    [InlineData("POST", "/api/v1/shares", "201 507 403 410")]
    [InlineData("GET", "/api/v1/shares/received", "200 200 200 410")]
    public async Task Each_row_about_shares_with_the_household_is_answered_as_the_terms_say(
        string method,
        string path,
        string answers
    )
    {
        foreach (var (standing, status) in Enum.GetValues<Standing>().Zip(answers.Split(' ')))
        {
            await BringToAsync(standing);

            var answer =
                method == "GET"
                    ? await _client.GetAsync(path)
                    : await _client.SendJsonAsync(
                        method,
                        path,
                        new
                        {
                            path = "/folder",
                            audience = "household",
                            rights = "edit",
                        }
                    );

            Assert.Equal((standing, status), (standing, $"{answer.Status}"));
        }
    }

    [Theory]
    [InlineData("GET", "trash", "200 200 200 410")]
    [InlineData("POST", "trash/{trashed}/restore", "200 507 403 410")]
    [InlineData("DELETE", "trash/{trashed}", "204 204 204 410")]
    [InlineData("DELETE", "trash", "204 204 204 410")]
    [InlineData("GET", "versions/{file}", "200 200 200 410")]
    [InlineData("POST", "versions/{file}/{version}/restore", "204 507 403 410")]
    [InlineData("DELETE", "versions/{file}/{version}", "204 204 204 410")]
    [InlineData("GET", "rewind/{now}", "200 200 200 410")]
    [InlineData("POST", "rewind/{now}/restore", "200 507 403 410")]
    [InlineData("GET", "rewind/{now}/{file}/content", "200 200 200 410")]
    [InlineData("GET", "trash/{trashed}/content", "200 200 200 410")]
    [InlineData("GET", "versions/{file}/{version}/content", "200 200 200 410")]
    [InlineData("POST", "uploads", "201 507 403 410")]
    public async Task Each_row_about_what_was_before_and_what_is_to_come_is_answered_as_the_terms_say(
        string method,
        string path,
        string answers
    )
    {
        // One for each standing, because some are used up.
        var paths = new List<string>();
        foreach (var standing in Enum.GetValues<Standing>())
        {
            var name = $"/dav/{standing}";
            var file = (await _client.PutAsync(name, "old")).Expect(201).Header("OC-FileId")!;
            (await _client.PutAsync(name, "new")).Expect(204);
            (await _client.PutAsync(name + "-gone", "gone")).Expect(201);
            (await _client.DeleteAsync(name + "-gone")).Expect(204);
            file = long.Parse(file.AsSpan(0, 8), CultureInfo.InvariantCulture)
                .ToString(CultureInfo.InvariantCulture);
            paths.Add(
                path.Replace("{file}", file, StringComparison.Ordinal)
                    .Replace(
                        "{now}",
                        $"{_clock.GetUtcNow().ToUnixTimeMilliseconds()}",
                        StringComparison.Ordinal
                    )
                    .Replace(
                        "{version}",
                        await FindAsync($"versions/{file}", ""),
                        StringComparison.Ordinal
                    )
                    .Replace(
                        "{trashed}",
                        await FindAsync("trash", $"{standing}-gone"),
                        StringComparison.Ordinal
                    )
            );
        }
        foreach (var (standing, status) in Enum.GetValues<Standing>().Zip(answers.Split(' ')))
        {
            await BringToAsync(standing);

            var answer = await _client.SendAsync(
                method,
                "/api/v1/" + paths[(int)standing],
                headers: method == "POST" && path == "uploads"
                    ?
                    [
                        ("Tus-Resumable", "1.0.0"),
                        ("Upload-Length", "5"),
                        ("Upload-Metadata", "filename bmV3"),
                    ]
                    : []
            );

            Assert.Equal((standing, status), (standing, $"{answer.Status}"));
        }

        async Task<string> FindAsync(string list, string name) =>
            (await _client.GetAsync("/api/v1/" + list))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray()
                .First(item => !item.TryGetProperty("name", out var its) || its.GetString() == name)
                .GetProperty("id")
                .GetRawText();
    }

    private Task<DavAnswer> SendLinkAsync(string act, string number) =>
        act switch
        {
            "create" => _client.SendJsonAsync(
                "POST",
                "/api/v1/shares",
                new
                {
                    path = "/folder",
                    rights = "download",
                    rightsAttested = true,
                    rightsStatement = "1",
                    maxDownloads = 100,
                }
            ),
            "widen" => _client.SendJsonAsync(
                "PATCH",
                $"/api/v1/shares/{number}",
                new { remove = (string[])["maxDownloads"] }
            ),
            "narrow" => _client.SendJsonAsync(
                "PATCH",
                $"/api/v1/shares/{number}",
                new { maxDownloads = 50 }
            ),
            "list" => _client.GetAsync("/api/v1/shares"),
            "end" => _client.DeleteAsync($"/api/v1/shares/{number}"),
            _ => throw new ArgumentException(act, nameof(act)),
        };

    [Theory]
    [InlineData(Standing.Active, 200)]
    [InlineData(Standing.OverCapacity, 200)]
    [InlineData(Standing.TakeBack, 200)]
    [InlineData(Standing.Closed, 410)]
    public async Task A_paired_TV_shows_what_is_the_own_as_long_as_it_can_be_read(
        Standing standing,
        int status
    )
    {
        (await _client.PutAsync("/dav/folder/beach.jpg", "jpeg")).Expect(201);
        var set = await TvSet.PairAsync(_host, "olivia");
        await BringToAsync(standing);

        var albums = await set.GetAsync("/albums");

        Assert.Equal(status, albums.Status);
        if (status == 200)
            Assert.Single(albums.Json().GetProperty("items").EnumerateArray());
    }

    // Rows of the terms whose feature comes later. The day one is answered it fails here, and takes its place among the others.
    [Theory]
    [InlineData("POST", "/dav/", 405, "adding by POST")]
    public async Task Not_yet(string method, string path, int status, string row)
    {
        Assert.NotEmpty(row);
        (await _client.SendAsync(method, path)).Expect(status);
    }

    [Theory]
    [InlineData(
        Standing.Active,
        "14000",
        "1, 2, 3",
        "PUT PATCH DELETE MKCOL COPY MOVE PROPPATCH LOCK"
    )]
    [InlineData(Standing.OverCapacity, "0", "1, 2, 3", "DELETE MKCOL MOVE PROPPATCH LOCK")]
    [InlineData(Standing.TakeBack, "0", "1, 2, 3", "DELETE LOCK")]
    public async Task Quota_Allow_DAV_and_privileges_follow_the_standing(
        Standing standing,
        string available,
        string classes,
        string writing
    )
    {
        await BringToAsync(standing);

        var options = (await _client.OptionsAsync("/dav/")).Expect(200);
        Assert.StartsWith(classes, options.Header("DAV"), StringComparison.Ordinal);
        Assert.Equal(
            writing.Split(' ').Append("UNLOCK").Order(),
            options
                .Header("Allow")!
                .Split(", ")
                .Except(["OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT", "SEARCH"])
                .Order()
        );

        var listed = (
            await _client.PropfindAsync(
                "/dav/folder",
                "0",
                "<d:propfind xmlns:d='DAV:'><d:prop><d:quota-available-bytes/><d:current-user-privilege-set/></d:prop></d:propfind>"
            )
        ).Expect(207);
        Assert.Equal(
            available,
            listed.Xml().Descendants(s_dav + "quota-available-bytes").Single().Value
        );
        var privileges = listed
            .Xml()
            .Descendants(s_dav + "privilege")
            .Select(privilege => privilege.Elements().Single().Name.LocalName)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Contains("read", privileges);
        Assert.Contains("unbind", privileges);
        Assert.Equal(standing == Standing.Active, privileges.Contains("write"));
        Assert.Equal(standing == Standing.Active, privileges.Contains("bind"));
        Assert.Equal(standing == Standing.Active, privileges.Contains("write-content"));
        Assert.Equal(standing != Standing.TakeBack, privileges.Contains("write-properties"));
    }

    [Fact]
    public async Task The_sentence_says_until_when_content_can_be_taken_back()
    {
        await BringToAsync(Standing.TakeBack);
        var refused = await _client.PutAsync("/dav/folder/new", "x");
        Assert.Contains("2026", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_is_the_way_back_from_over_capacity()
    {
        await BringToAsync(Standing.OverCapacity);
        (await _client.PutAsync("/dav/new", "x")).Expect(507);
        (await _client.DeleteAsync("/dav/folder/file")).Expect(204);
        (await _client.PutAsync("/dav/new", "x")).Expect(201);
    }

    [Fact]
    public async Task C18_A_full_vault_refuses_every_way_of_adding_and_nothing_else()
    {
        await _client.PutAsync("/dav/rest", new byte[20_000 - Used]);
        foreach (
            var request in (string[])["PUT new", "PUT empty", "PUT chunked", "COPY", "LOCK new"]
        )
            (await SendAsync(request)).Expect(507);
        (await _client.GetAsync("/dav/folder/new")).Expect(404);
        (await _client.PutAsync("/dav/folder/file", new byte[Used])).Expect(204);
        (await SendAsync("MKCOL")).Expect(201);
        (await SendAsync("PUT smaller")).Expect(204);
        (await SendAsync("DELETE")).Expect(204);
    }

    [Fact]
    public async Task A_new_order_in_the_window_finds_everything_in_its_place()
    {
        await BringToAsync(Standing.TakeBack);
        (await _client.PutAsync("/dav/folder/new", "x")).Expect(403);
        await _contracts.EndAsync("olivia", null);
        (await _client.PutAsync("/dav/folder/new", "x")).Expect(201);
        Assert.Equal(Used, (await _client.GetAsync("/dav/folder/file")).Body.Length);
    }

    [Fact]
    public async Task An_end_is_seen_with_the_next_request_of_any_node()
    {
        await using var other = await _host.StartAnotherAsync();
        var there = other.Client("olivia");
        (await there.PutAsync("/dav/folder/there", "x")).Expect(201);
        await BringToAsync(Standing.TakeBack);
        (await there.PutAsync("/dav/folder/there", "y")).Expect(403);
        await _contracts.EndAsync("olivia", null);
        (await there.PutAsync("/dav/folder/there", "y")).Expect(204);
    }

    [Fact]
    public async Task An_upload_under_way_is_refused_at_its_commit()
    {
        using var connection = await _host.ConnectAsync();
        var head =
            $"PUT /dav/folder/new HTTP/1.1\r\nHost: localhost:{_host.Port}\r\nAuthorization: {DavClient.BasicOf("olivia", "demo")}\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n";
        await connection.SendAsync(head + "3\r\nabc\r\n");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await BringToAsync(Standing.TakeBack);
        await connection.SendAsync("3\r\ndef\r\n0\r\n\r\n");
        Assert.Equal(403, (await connection.ReadAnswerAsync())!.Status);
        (await _client.GetAsync("/dav/folder/new")).Expect(404);
    }

    private async Task BringToAsync(Standing standing)
    {
        switch (standing)
        {
            case Standing.Active:
                break;
            case Standing.OverCapacity:
                await _contracts.ChangeCapacityAsync("olivia", 5_000);
                break;
            case Standing.TakeBack:
                await _contracts.EndAsync("olivia", _clock.GetUtcNow());
                break;
            case Standing.Closed:
                await _contracts.CloseAsync("olivia");
                break;
        }
    }

    private Task<DavAnswer> SendAsync(string request) =>
        request switch
        {
            "OPTIONS" => _client.OptionsAsync("/dav/folder"),
            "PROPFIND" => _client.PropfindAsync("/dav/folder", "1"),
            "GET" => _client.GetAsync("/dav/folder/file"),
            "HEAD" => _client.HeadAsync("/dav/folder/file"),
            "PUT new" => _client.PutAsync("/dav/folder/new", "x"),
            "PUT empty" => _client.PutAsync("/dav/folder/new", ""),
            "PUT over" => _client.PutAsync("/dav/folder/file", new byte[Used]),
            "PUT smaller" => _client.PutAsync("/dav/folder/file", "x"),
            "PUT chunked" => _client.PutChunkedAsync(
                "/dav/folder/new",
                new MemoryStream("x"u8.ToArray())
            ),
            "PATCH" => _client.SendAsync(
                "PATCH",
                "/dav/folder/file",
                new ByteArrayContent("xyz"u8.ToArray()),
                ("Content-Type", "application/x-sabredav-partialupdate"),
                ("X-Update-Range", "bytes=0-2")
            ),
            "COPY" => _client.CopyAsync("/dav/folder/file", "/dav/folder/new"),
            "LOCK new" => _client.LockAsync("/dav/folder/new"),
            "LOCK" => _client.LockAsync("/dav/folder/file"),
            "MKCOL" => _client.MkcolAsync("/dav/folder/new"),
            "MOVE" => _client.MoveAsync("/dav/folder/file", "/dav/folder/new"),
            "PROPPATCH" => _client.SetPropertiesAsync(
                "/dav/folder/file",
                ((XNamespace)"urn:x" + "x", "1")
            ),
            "DELETE" => _client.DeleteAsync("/dav/folder/file"),
            "REPORT" => _client.SendAsync(
                "REPORT",
                "/dav/folder",
                new StringContent(
                    "<d:sync-collection xmlns:d='DAV:'><d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
                )
            ),
            "SEARCH" => _client.SendAsync(
                "SEARCH",
                "/dav/folder",
                new StringContent(
                    "<d:searchrequest xmlns:d='DAV:'><d:basicsearch><d:select><d:prop><d:getetag/></d:prop></d:select>"
                        + "<d:from><d:scope><d:href>/dav/folder</d:href><d:depth>infinity</d:depth></d:scope></d:from>"
                        + "<d:where><d:like><d:prop><d:displayname/></d:prop><d:literal>f%</d:literal></d:like></d:where></d:basicsearch></d:searchrequest>"
                )
            ),
            "MKCOL upload" => _client.MkcolAsync(Upload + "2"),
            "PUT part" => _client.PutAsync(Upload + "1/1", "x"),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, null),
        };
}
