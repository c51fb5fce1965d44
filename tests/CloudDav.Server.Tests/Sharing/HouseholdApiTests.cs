using System.Globalization;
using System.Text.Json;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.OperatorApi;
using CloudDav.Testing;
using static CloudDav.Server.Tests.Sharing.Household;

namespace CloudDav.Server.Tests.Sharing;

/// <summary>What people of a household share with each other, as the API has it for who gives and for who receives.</summary>
public sealed class HouseholdApiTests
{
    [Fact]
    public async Task What_is_shared_with_the_household_is_listed_on_both_sides()
    {
        await using var household = await StartAsync();
        var stranger = await household.Api.Host.AddPersonAsync("stranger", 20_000);

        var made = await household.MakeAsync(
            new
            {
                path = "/Album/Photos",
                rights = "view",
                audience = "household",
                label = "Holidays",
            }
        );

        Assert.Equal("household", Text(made, "audience"));
        Assert.Equal("/Album/Photos", Text(made, "path"));
        Assert.Empty(made.GetProperty("members").EnumerateArray());
        foreach (var none in (string[])["url", "rightsStatement", "sentTo", "expires"])
            Assert.Equal(JsonValueKind.Null, made.GetProperty(none).ValueKind);
        var given = (await household.Alice.GetAsync(Shares)).Expect(200).Json();
        Assert.Equal(made.GetRawText(), given.GetProperty("items")[0].GetRawText());
        var received = Assert.Single(await ReceivedByAsync(household.Bob));
        Assert.Equal(made.GetProperty("id").GetInt64(), received.GetProperty("id").GetInt64());
        Assert.Equal("alice", Text(received, "owner"));
        Assert.Equal("Holidays", Text(received, "name"));
        Assert.True(received.GetProperty("isFolder").GetBoolean());
        Assert.Equal("view", Text(received, "rights"));
        Assert.Equal("/Holidays", Text(received, "path"));
        Assert.Equal("open", Text(received, "state"));
        foreach (var other in (DavClient[])[household.Alice, stranger])
            Assert.Empty(await ReceivedByAsync(other));
        Assert.Empty(
            (await household.Bob.GetAsync(Shares))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray()
        );
    }

    [Fact]
    public async Task People_are_named_by_their_sign_in_names_and_others_take_their_place()
    {
        await using var household = await StartAsync();
        var cara = await household.AddAsync("cara");
        var made = await household.MakeAsync(
            new
            {
                path = "/Album/Photos",
                rights = "view",
                audience = "members",
                members = (string[])["Cara"],
            }
        );
        var path = $"{Shares}/{made.GetProperty("id").GetInt64()}";

        Assert.Equal(["cara"], Members(made));
        Assert.Empty(await ReceivedByAsync(household.Bob));
        Assert.Equal(["Photos"], await cara.ListAsync("/dav/"));

        var changed = (
            await household.Alice.SendJsonAsync(
                "PATCH",
                path,
                new
                {
                    members = (string[])["bob"],
                    rights = "edit",
                    label = "For Bob",
                }
            )
        ).Expect(200).Json();
        Assert.Equal(["bob"], Members(changed));
        Assert.Equal("edit", Text(changed, "rights"));
        Assert.Empty(await cara.ListAsync("/dav/"));
        Assert.Equal("edit", Text(Assert.Single(await ReceivedByAsync(household.Bob)), "rights"));
        Assert.Equal(["own.txt", "For Bob"], await household.Bob.ListAsync("/dav/"));

        (await household.Alice.DeleteAsync(path)).Expect(204);
        Assert.Empty(await ReceivedByAsync(household.Bob));
        Assert.Equal(["own.txt"], await household.Bob.ListAsync("/dav/"));
    }

    [Theory]
    [InlineData("""{ "audience": "household", "password": "x" }""", "password")]
    [InlineData("""{ "audience": "household", "expires": "2030-01-01T00:00:00Z" }""", "expires")]
    [InlineData("""{ "audience": "household", "maxDownloads": 3 }""", "maxDownloads")]
    [InlineData("""{ "audience": "household", "sendTo": "bob@example.org" }""", "sendTo")]
    [InlineData("""{ "audience": "household", "rightsAttested": true }""", "rightsAttested")]
    [InlineData("""{ "audience": "household", "rightsStatement": "1" }""", "rightsStatement")]
    [InlineData("""{ "audience": "household", "members": ["bob"] }""", "members")]
    [InlineData("""{ "audience": "household", "rights": "drop" }""", "rights")]
    [InlineData("""{ "audience": "household", "rights": "download" }""", "rights")]
    [InlineData("""{ "audience": "members" }""", "members")]
    [InlineData("""{ "audience": "members", "members": [] }""", "members")]
    [InlineData("""{ "audience": "members", "members": ["stranger"] }""", "members")]
    [InlineData("""{ "audience": "members", "members": ["bob", "alice"] }""", "members")]
    [InlineData("""{ "audience": "friends" }""", "audience")]
    [InlineData(
        """{ "members": ["bob"], "rightsAttested": true, "rightsStatement": "1" }""",
        "members"
    )]
    [InlineData(
        """{ "rights": "edit", "rightsAttested": true, "rightsStatement": "1" }""",
        "rights"
    )]
    public async Task A_setting_that_a_share_does_not_have_is_refused_by_its_name(
        string wanted,
        string field
    )
    {
        await using var household = await StartAsync();
        await household.Api.Host.AddPersonAsync("stranger", 20_000);
        var body = System.Text.Json.Nodes.JsonNode.Parse(wanted)!.AsObject();
        body["path"] = "/Album/Photos";
        body["rights"] ??= "view";

        var answer = await household.Alice.SendJsonAsync("POST", Shares, body.ToJsonString());

        Assert.Equal("400 invalid-input", answer.Problem());
        Assert.Equal(field, Text(answer.Json(), "field"));
        Assert.Empty(await ReceivedByAsync(household.Bob));
    }

    [Theory]
    [InlineData("""{ "password": "x" }""", "password")]
    [InlineData("""{ "expires": "2030-01-01T00:00:00Z" }""", "expires")]
    [InlineData("""{ "maxDownloads": 3 }""", "maxDownloads")]
    [InlineData("""{ "members": ["bob"] }""", "members")]
    [InlineData("""{ "rights": "drop" }""", "rights")]
    [InlineData("""{ "remove": ["expires"] }""", "expires")]
    [InlineData("""{ "audience": "link" }""", "audience")]
    public async Task What_is_for_the_household_does_not_become_something_else(
        string wanted,
        string field
    )
    {
        await using var household = await StartAsync();
        var share = await household.ShareAsync();

        var answer = await household.Alice.SendJsonAsync("PATCH", $"{Shares}/{share}", wanted);

        Assert.Equal("400 invalid-input", answer.Problem());
        Assert.Equal(field, Text(answer.Json(), "field"));
    }

    [Fact]
    public async Task A_mount_is_removed_and_brought_back_and_told_where_it_is()
    {
        await using var household = await StartAsync();
        var share = await household.ShareAsync();
        var mount = $"{Received}/{share}";

        // Before it was ever seen.
        (await household.Bob.SendJsonAsync("PUT", mount, new { mounted = false })).Expect(204);
        Assert.Equal(["own.txt"], await household.Bob.ListAsync("/dav/"));
        Assert.Equal(
            JsonValueKind.Null,
            Assert.Single(await ReceivedByAsync(household.Bob)).GetProperty("path").ValueKind
        );

        (await household.Bob.SendJsonAsync("PUT", mount, new { mounted = true })).Expect(204);
        (await household.Bob.SendJsonAsync("PUT", mount, new { mounted = true })).Expect(204);
        Assert.Equal(["own.txt", "Photos"], await household.Bob.ListAsync("/dav/"));
        (await household.Bob.MkcolAsync("/dav/in")).Expect(201);
        (await household.Bob.MoveAsync("/dav/Photos", "/dav/in/Pictures")).Expect(201);
        Assert.Equal(
            "/in/Pictures",
            Text(Assert.Single(await ReceivedByAsync(household.Bob)), "path")
        );
        (await household.Bob.DeleteAsync("/dav/in/Pictures")).Expect(204);
        Assert.Equal(
            JsonValueKind.Null,
            Assert.Single(await ReceivedByAsync(household.Bob)).GetProperty("path").ValueKind
        );
        Assert.Equal(
            "one",
            (await household.Alice.GetAsync("/dav/Album/Photos/one.txt")).Expect(200).Text
        );

        foreach (
            var (person, path) in ((DavClient, string)[])
                [(household.Alice, mount), (household.Bob, $"{Received}/999")]
        )
            Assert.Equal(
                "404 not-found",
                (await person.SendJsonAsync("PUT", path, new { mounted = true })).Problem()
            );
    }

    [Fact]
    public async Task Everybody_of_the_household_learns_the_names_of_the_others()
    {
        await using var household = await StartAsync();
        var cara = await household.AddAsync("cara");
        await household.Api.Host.AddPersonAsync("stranger", 20_000);

        Assert.Equal(["bob", "cara"], await NamesAsync(household.Alice));
        Assert.Equal(["alice", "cara"], await NamesAsync(household.Bob));
        Assert.Equal(["alice", "bob"], await NamesAsync(cara));

        static async Task<IEnumerable<string?>> NamesAsync(DavClient person) =>
            (await person.GetAsync("/api/v1/household"))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => Text(item, "name"));
    }

    [Fact]
    public async Task What_was_received_is_not_shared_on()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");
        await household.Bob.ListAsync("/dav/");

        foreach (var path in (string[])["/Photos", "/Photos/sub", "/Photos/one.txt"])
            Assert.Equal(
                "403 share-right-missing",
                (
                    await household.Bob.SendJsonAsync(
                        "POST",
                        Shares,
                        new
                        {
                            path,
                            rights = "view",
                            audience = "household",
                        }
                    )
                ).Problem()
            );
    }

    [Fact]
    public async Task Both_sides_see_in_their_logs_who_looked_at_what()
    {
        await using var household = await StartAsync();
        var bob = (await household.Api.AccountAsync("bob")).Value;
        var alice = (await household.Api.AccountAsync("alice")).Value;
        var share = (
            await household.MakeAsync(
                new
                {
                    path = "/Album/Photos",
                    rights = "view",
                    audience = "members",
                    members = (string[])["bob"],
                }
            )
        ).GetProperty("id").GetInt64();
        for (var i = 0; i < 2; i++)
        {
            await household.Bob.ListAsync("/dav/");
            await household.Bob.ListAsync("/dav/Photos/");
            (await household.Bob.GetAsync("/dav/Photos/one.txt")).Expect(200);
        }

        var given = await LogAsync(household.Alice);
        var created = Assert.Single(given, entry => Text(entry, "act") == "share.created");
        Assert.Equal("members", Text(created.GetProperty("details"), "audience"));
        Assert.Equal("view", Text(created.GetProperty("details"), "rights"));
        Assert.Equal((bob, "bob"), PersonOf(created));
        var received = await LogAsync(household.Bob);
        foreach (var act in (string[])["share.opened", "share.downloaded"])
        {
            var there = Assert.Single(given, entry => Text(entry, "act") == act);
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"member:{bob}"),
                Text(there, "actor")
            );
            Assert.Equal((bob, "bob"), PersonOf(there));
            var here = Assert.Single(received, entry => Text(entry, "act") == act);
            Assert.Equal("owner", Text(here, "actor"));
            Assert.Equal((alice, "alice"), PersonOf(here));
            foreach (var entry in (JsonElement[])[there, here])
                Assert.Equal(
                    string.Create(CultureInfo.InvariantCulture, $"share:{share}"),
                    Text(entry, "subject")
                );
        }
        var counted = (await household.Alice.GetAsync($"{Shares}/{share}")).Expect(200).Json();
        Assert.Equal(1, counted.GetProperty("opened").GetInt64());
        Assert.Equal(1, counted.GetProperty("downloaded").GetInt64());
    }

    [Fact]
    public async Task A_report_of_unauthorised_use_ends_links_and_leaves_the_household_alone()
    {
        await using var household = await StartAsync();
        await household.ShareAsync();
        await household.MakeAsync(
            new
            {
                path = "/Album/Photos",
                rights = "view",
                rightsAttested = true,
                rightsStatement = "1",
            }
        );

        var done = (
            await household.Alice.SendJsonAsync(
                "POST",
                "/api/v1/report-unauthorised-use",
                new { newPassword = "a new one that is mine" }
            )
        )
            .Expect(200)
            .Json();

        Assert.Equal(1, done.GetProperty("linksEnded").GetInt32());
        Assert.Equal("one", (await household.Bob.GetAsync("/dav/Photos/one.txt")).Expect(200).Text);
        var alice = household.Api.Host.Client("alice", "a new one that is mine");
        var left = (await alice.GetAsync(Shares)).Expect(200).Json().GetProperty("items");
        Assert.Equal("household", Text(Assert.Single(left.EnumerateArray()), "audience"));
    }

    [Fact]
    public async Task Whoever_comes_sees_shares_once_confirmed_and_whoever_leaves_sees_them_no_longer()
    {
        await using var door = await OperatorHost.StartAsync();
        var alice = door.Host.Client();
        (await alice.MkcolAsync("/dav/Photos")).Expect(201);
        (await alice.PutAsync("/dav/Photos/one.txt", "one")).Expect(201);
        (
            await alice.SendJsonAsync(
                "POST",
                Shares,
                new
                {
                    path = "/Photos",
                    rights = "view",
                    audience = "household",
                }
            )
        ).Expect(201);
        var bob = door.Host.Client("bob");
        Assert.Equal(["Photos"], await bob.ListAsync("/dav/"));

        var added = await HouseholdsAsync("/members", new { signInName = "cara" });
        Assert.Equal(201, added.Status);
        var cara = (await door.Host.AddDeviceAsync("cara")).Client;
        Assert.Empty(await cara.ListAsync("/dav/"));
        Assert.Empty(await ReceivedByAsync(cara));
        (await cara.GetAsync("/dav/Photos/one.txt")).Expect(404);
        (
            await alice.SendAsync(
                "POST",
                $"/api/v1/household/{added.Member("member")}/confirmation"
            )
        ).Expect(204);
        Assert.Equal("one", (await cara.GetAsync("/dav/Photos/one.txt")).Expect(200).Text);

        Assert.Equal(
            200,
            (await HouseholdsAsync($"/members/{added.Member("member")}/leaving", new { })).Status
        );
        (await cara.GetAsync("/dav/Photos/one.txt")).Expect(404);
        Assert.Empty(await cara.ListAsync("/dav/"));
        Assert.Empty(await ReceivedByAsync(cara));
        Assert.Equal("one", (await bob.GetAsync("/dav/Photos/one.txt")).Expect(200).Text);
        Assert.DoesNotContain("cara", (await bob.GetAsync("/api/v1/household")).Text);

        Task<OperatorReply> HouseholdsAsync(string path, object body) =>
            door.CommandAsync(
                "/contracts/demo-alice" + path,
                body,
                scope: Operator.OperatorScope.Households
            );
    }

    private static string? Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString();

    private static IEnumerable<string?> Members(JsonElement share) =>
        share.GetProperty("members").EnumerateArray().Select(name => name.GetString());

    private static (long, string?) PersonOf(JsonElement entry)
    {
        var person = Assert.Single(entry.GetProperty("people").EnumerateArray());
        return (person.GetProperty("id").GetInt64(), Text(person, "name"));
    }

    private static async Task<JsonElement[]> LogAsync(DavClient person) =>
        [
            .. (await person.GetAsync("/api/v1/access-log"))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray(),
        ];
}
