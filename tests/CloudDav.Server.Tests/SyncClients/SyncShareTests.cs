using System.Text.Json;
using System.Text.RegularExpressions;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Server.Tests.Sharing;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>Sharing by the calls of sync clients, as sync-clients.md 12 states them.</summary>
public sealed partial class SyncShareTests : IAsyncLifetime
{
    private const string Shares = "/ocs/v2.php/apps/files_sharing/api/v1/shares";

    private Household _household = null!;

    public async ValueTask InitializeAsync() => _household = await Household.StartAsync();

    public ValueTask DisposeAsync() => _household.DisposeAsync();

    [Fact]
    public async Task A_link_takes_a_statement_that_is_made_once_and_does_what_it_says()
    {
        var phone = await _household.Api.Host.AddDeviceAsync();
        var (code, refused) = await AskAsync(phone.Client, "POST", Shares, LinkTo("/Album/Photos"));
        Assert.Equal(403, code);
        Assert.Contains("/sharing-statement", Message(refused), StringComparison.Ordinal);
        Assert.Equal(
            403,
            (
                await phone.Client.SendJsonAsync(
                    "PUT",
                    "/api/v1/shares/statement",
                    new { statement = "mine" }
                )
            ).Status
        );
        var browser = new Browser(_household.Api.Host);
        (await browser.OpenAsync("/sharing-statement")).Expect(200);
        await browser.SubmitAsync("/sign-in", ("name", "alice"), ("password", "demo"));
        (await browser.OpenAsync("/sharing-statement")).Expect(200);
        await browser.SubmitAsync("/sharing-statement", ("answer", "confirm"));
        Assert.Contains(
            "You have confirmed this",
            (await browser.OpenAsync("/sharing-statement")).Text,
            StringComparison.Ordinal
        );

        (code, var made) = await AskAsync(
            phone.Client,
            "POST",
            Shares,
            [.. LinkTo("/Album/Photos"), ("label", "For all"), ("expireDate", "2026-03-31")]
        );

        Assert.Equal(200, code);
        var share = Data(made);
        var id = share.GetProperty("id").GetString()!;
        Assert.Equal(
            """3 alice alice alice alice 1 True True 2026-03-31 00:00:00 /Album/Photos folder httpd/unix-directory /For all For all For all""",
            string.Join(
                ' ',
                (
                    (string[])
                        [
                            "share_type",
                            "uid_owner",
                            "displayname_owner",
                            "uid_file_owner",
                            "displayname_file_owner",
                            "permissions",
                            "can_edit",
                            "can_delete",
                            "expiration",
                            "path",
                            "item_type",
                            "mimetype",
                            "file_target",
                            "name",
                            "label",
                        ]
                ).Select(name => share.GetProperty(name).ToString())
            )
        );
        Assert.All(id, digit => Assert.True(char.IsAsciiDigit(digit)));
        Assert.Equal(
            new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
            share.GetProperty("stime").GetInt64()
        );
        Assert.Equal(
            share.GetProperty("file_source").GetInt64(),
            share.GetProperty("item_source").GetInt64()
        );
        foreach (var none in (string[])["parent", "share_with", "password", "attributes"])
            Assert.Equal(JsonValueKind.Null, share.GetProperty(none).ValueKind);
        var link = new Uri(share.GetProperty("url").GetString()!).AbsolutePath;
        Assert.Equal("/s/" + share.GetProperty("token").GetString(), link);
        var friend = _household.Api.Host.Anonymous();
        (await friend.PropfindAsync(link + "/")).Expect(207);
        Assert.Equal(
            link,
            (await friend.GetAsync("/index.php" + link)).Expect(302).Header("Location")
        );
        var kept = (await _household.Alice.GetAsync("/api/v1/shares")).Expect(200).Json();
        var own = Assert.Single(kept.GetProperty("items").EnumerateArray());
        Assert.Equal("programs-1", own.GetProperty("rightsStatement").GetString());
        Assert.Equal(
            "2026-03-31T22:00:00Z",
            own.GetProperty("expires").GetString()!.Replace("+00:00", "Z", StringComparison.Ordinal)
        );

        // Android's client changes with JSON, the others with a form; what is empty is taken away.
        var changed = await phone.Client.SendJsonAsync(
            "PUT",
            $"{Shares}/{id}?format=json",
            new
            {
                password = "secret",
                permissions = 17,
                hideDownload = true,
            },
            s_api
        );
        share = Data(changed.Expect(200).Json());
        Assert.Equal("***", share.GetProperty("share_with").GetString());
        Assert.Equal("***", share.GetProperty("password").GetString());
        Assert.Equal(1, share.GetProperty("hide_download").GetInt32());
        Assert.Equal(401, (await friend.PropfindAsync(link + "/")).Status);
        (code, made) = await AskAsync(
            phone.Client,
            "PUT",
            $"{Shares}/{id}",
            [("password", ""), ("expireDate", ""), ("label", ""), ("note", "")]
        );
        Assert.Equal(200, code);
        Assert.Equal(JsonValueKind.Null, Data(made).GetProperty("expiration").ValueKind);
        Assert.Equal(1, Data(made).GetProperty("hide_download").GetInt32());
        (await friend.PropfindAsync(link + "/")).Expect(207);

        (code, made) = await AskAsync(phone.Client, "DELETE", $"{Shares}/{id}", []);
        Assert.Equal((200, "[]"), (code, Data(made).GetRawText()));
        Assert.Equal(404, (await friend.PropfindAsync(link + "/")).Status);
        Assert.Equal(404, (await AskAsync(phone.Client, "DELETE", $"{Shares}/{id}", [])).Code);
    }

    [Fact]
    public async Task What_is_shared_with_a_person_is_seen_by_both_and_ends_for_either()
    {
        var (code, made) = await AskAsync(
            _household.Alice,
            "POST",
            Shares,
            [
                ("path", "/Album/Photos"),
                ("shareType", "0"),
                ("shareWith", "BOB"),
                ("permissions", "31"),
            ]
        );
        Assert.Equal(200, code);
        var share = Data(made);
        var id = share.GetProperty("id").GetString();
        Assert.Equal(
            ("bob", "bob", 15),
            (
                share.GetProperty("share_with").GetString(),
                share.GetProperty("share_with_displayname").GetString(),
                share.GetProperty("permissions").GetInt32()
            )
        );

        (await _household.Bob.PutAsync("/dav/Photos/two.txt", "two")).Expect(201);
        var received = (await _household.Bob.GetAsync(Shares + "?shared_with_me=true", s_api))
            .Expect(200)
            .Xml();
        var element = Assert.Single(received.Root!.Element("data")!.Elements("element"));
        Assert.Equal(
            (id, "/Photos", "alice", "bob", "0"),
            (
                element.Element("id")!.Value,
                element.Element("path")!.Value,
                element.Element("uid_owner")!.Value,
                element.Element("share_with")!.Value,
                element.Element("can_edit")!.Value
            )
        );
        foreach (var person in (DavClient[])[_household.Alice, _household.Bob])
        {
            var one = (await person.GetAsync($"{Shares}/{id}", s_api)).Expect(200).Xml();
            Assert.Single(one.Root!.Element("data")!.Elements("element"));
        }
        Assert.Equal(
            404,
            (await AskAsync(_household.Bob, "PUT", $"{Shares}/{id}", [("permissions", "31")])).Code
        );
        foreach (
            var (query, count) in ((string, int)[])
                [
                    ("?path=/Album/Photos", 1),
                    ("?path=/Album&subfiles=true", 1),
                    ("?path=/Album", 0),
                    ("", 1),
                ]
        )
        {
            (_, made) = await AskAsync(_household.Alice, "GET", Shares + query, []);
            Assert.Equal(count, Data(made).GetArrayLength());
        }
        Assert.Equal(
            404,
            (await AskAsync(_household.Alice, "GET", Shares + "?path=/nothing", [])).Code
        );

        (code, _) = await AskAsync(
            _household.Alice,
            "PUT",
            $"{Shares}/{id}",
            [("permissions", "1")]
        );
        Assert.Equal(200, code);
        Assert.Equal(403, (await _household.Bob.PutAsync("/dav/Photos/three.txt", "x")).Status);
        Assert.Equal(200, (await AskAsync(_household.Bob, "DELETE", $"{Shares}/{id}", [])).Code);
        Assert.Equal(404, (await _household.Bob.PropfindAsync("/dav/Photos")).Status);
        (await _household.Alice.PropfindAsync("/dav/Album/Photos")).Expect(207);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_not_cut_down()
    {
        await _household.Alice.SendJsonAsync(
            "PUT",
            "/api/v1/shares/statement",
            new { statement = "1" }
        );
        (string Name, string Value)[] link = LinkTo("/Album/Photos");
        foreach (
            var (code, wish) in ((int, (string, string)[])[])
                [
                    (400, [("shareType", "3")]),
                    (400, [("path", "/Album/Photos")]),
                    (400, [.. LinkTo("/Album/Photos", type: "6"), ("shareWith", "a@b.test")]),
                    (400, [.. LinkTo("/Album/Photos", type: "1"), ("shareWith", "others")]),
                    (404, LinkTo("/nothing")),
                    (404, [.. LinkTo("/Album/Photos", type: "0"), ("shareWith", "carol")]),
                    // Nobody edits by a link.
                    (400, [.. link, ("permissions", "15")]),
                    (400, [.. link, ("publicUpload", "true")]),
                    (400, [.. link, ("permissions", "many")]),
                    (400, [.. link, ("note", "hello")]),
                    (400, [.. link, ("expireDate", "tomorrow")]),
                    (400, [.. link, ("expireDate", "2026-03-01")]),
                    (400, [.. link, ("label", new string('a', 201))]),
                    (403, [.. LinkTo("/Album/private.txt"), ("permissions", "4")]),
                    (200, [.. link, ("permissions", "4"), ("expireDate", "2026-03-02")]),
                    (
                        400,
                        [
                            .. LinkTo("/Album/Photos", type: "0"),
                            ("shareWith", "bob"),
                            ("password", "x"),
                        ]
                    ),
                ]
        )
            Assert.Equal(
                (code, string.Join(' ', wish)),
                (
                    (await AskAsync(_household.Alice, "POST", Shares, wish)).Code,
                    string.Join(' ', wish)
                )
            );
        // The first version tells it in the body alone.
        var first = await _household.Alice.GetAsync(
            "/ocs/v1.php/apps/files_sharing/api/v1/shares/999",
            s_api
        );
        Assert.Equal(200, first.Status);
        Assert.Equal("404", first.Xml().Root!.Element("meta")!.Element("statuscode")!.Value);

        await _household.SuspendAsync("alice", CloudDav.Vault.Switches.Share);
        var (suspended, said) = await AskAsync(_household.Alice, "POST", Shares, link);
        Assert.Equal(403, suspended);
        Assert.Contains("Your bill is open.", Message(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sharees_are_the_people_of_the_household_and_every_array_is_there()
    {
        var (_, answer) = await AskAsync(
            _household.Alice,
            "GET",
            "/ocs/v2.php/apps/files_sharing/api/v1/sharees?search=bo&itemType=folder&page=1&perPage=50",
            []
        );
        var data = Data(answer);
        foreach (
            var kind in (string[])
                ["users", "groups", "remotes", "remote_groups", "emails", "circles", "rooms"]
        )
        {
            Assert.Equal(JsonValueKind.Array, data.GetProperty(kind).ValueKind);
            Assert.Equal(
                JsonValueKind.Array,
                data.GetProperty("exact").GetProperty(kind).ValueKind
            );
        }
        Assert.Equal(JsonValueKind.Array, data.GetProperty("lookup").ValueKind);
        Assert.Equal(
            """{"label":"bob","value":{"shareType":0,"shareWith":"bob"}}""",
            Assert.Single(data.GetProperty("users").EnumerateArray()).GetRawText()
        );
        (_, answer) = await AskAsync(
            _household.Alice,
            "GET",
            "/ocs/v2.php/apps/files_sharing/api/v1/sharees?search=bob",
            []
        );
        Assert.Single(Data(answer).GetProperty("exact").GetProperty("users").EnumerateArray());
    }

    [Fact]
    public async Task R9_Sharing_changes_the_tags_of_the_folders_above_and_not_of_the_item()
    {
        var before = await TagsAsync();
        var id = await _household.ShareAsync("edit");
        var shared = await TagsAsync();
        await _household.Alice.SendJsonAsync(
            "PATCH",
            $"/api/v1/shares/{id}",
            new { rights = "view" }
        );
        var changed = await TagsAsync();
        await _household.Alice.DeleteAsync($"/api/v1/shares/{id}");
        var ended = await TagsAsync();

        string[][] all = [before, shared, changed, ended];
        Assert.Equal(4, all.Select(tags => tags[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(4, all.Select(tags => tags[1]).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(all.Select(tags => tags[2]).Distinct(StringComparer.Ordinal));

        async Task<string[]> TagsAsync()
        {
            var tags = new List<string>();
            foreach (var path in (string[])["/dav/", "/dav/Album/", "/dav/Album/Photos/"])
                tags.Add(
                    Tag()
                        .Match((await _household.Alice.PropfindAsync(path)).Text)
                        .Groups["tag"]
                        .Value
                );
            Assert.DoesNotContain("", tags);
            return [.. tags];
        }
    }

    private static readonly (string, string) s_api = ("OCS-APIRequest", "true");

    private static (string, string)[] LinkTo(string path, string type = "3") =>
        [("path", path), ("shareType", type)];

    private static async Task<(int Code, JsonElement Answer)> AskAsync(
        DavClient client,
        string method,
        string address,
        (string Name, string Value)[] form
    )
    {
        var answer = await client.SendAsync(
            method,
            address + (address.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "format=json",
            form.Length == 0
                ? null
                : new FormUrlEncodedContent(
                    form.Select(field => KeyValuePair.Create(field.Name, field.Value))
                ),
            s_api
        );
        var json = answer.Json();
        Assert.Equal(
            answer.Status,
            json.GetProperty("ocs").GetProperty("meta").GetProperty("statuscode").GetInt32()
        );
        return (answer.Status, json);
    }

    private static JsonElement Data(JsonElement answer) =>
        answer.GetProperty("ocs").GetProperty("data");

    private static string Message(JsonElement answer) =>
        answer.GetProperty("ocs").GetProperty("meta").GetProperty("message").GetString()!;

    [GeneratedRegex(
        "getetag>(?<tag>[^<]*)<",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Tag();
}
