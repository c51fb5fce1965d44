using System.Globalization;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;
using CloudDav.Vault;
using static CloudDav.Server.Tests.Sharing.Household;

namespace CloudDav.Server.Tests.Sharing;

/// <summary>What the household shares as clients meet it in the recipient's tree, over real sockets.</summary>
public sealed class HouseholdMountTests
{
    private static readonly XName s_type = DavWords.Name("resourcetype");
    private static readonly XName s_used = DavWords.Name("quota-used-bytes");
    private static readonly XName s_available = DavWords.Name("quota-available-bytes");
    private static readonly XName s_supported = DavWords.Name("supportedlock");
    private static readonly XName s_discovery = DavWords.Name("lockdiscovery");
    private static readonly XName s_privileges = DavWords.Name("current-user-privilege-set");
    private static readonly XName s_readOnly = XName.Get(
        "IsReadOnly",
        "http://ucb.openoffice.org/dav/props/"
    );
    private static readonly XName s_letters = DavWords.OwnCloud + "permissions";
    private static readonly XName s_attributes = DavWords.Win32 + "Win32FileAttributes";
    private static readonly XName s_lastModified = DavWords.Win32 + "Win32LastModifiedTime";

    [Fact]
    public async Task It_is_a_folder_among_the_recipients_own_with_its_owners_figures()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");

        var listed = await household.Bob.PropertiesAsync("/dav/", "1", s_type, s_used, s_available);

        Assert.Equal(
            ["/dav/", "/dav/own.txt", "/dav/Photos/"],
            listed.Responses.Select(response => response.Href)
        );
        var used = "onedeepprivate".Length;
        Assert.Equal(("3", "19997"), QuotaOf(listed["/dav/"]));
        Assert.Equal((Written(used), Written(Capacity - used)), QuotaOf(listed["/dav/Photos/"]));
        (await household.Bob.PutAsync("/dav/Photos/sub/new.bin", new byte[30_000])).Expect(201);
        foreach (var path in (string[])["/dav/Photos/", "/dav/Photos/sub/"])
            Assert.Equal(
                (Written(used + 30_000), Written(Capacity - used - 30_000)),
                QuotaOf((await household.Bob.PropertiesAsync(path, "0", s_used, s_available)).Only)
            );
        Assert.Equal(
            ("3", "19997"),
            QuotaOf((await household.Bob.PropertiesAsync("/dav/", "0", s_used, s_available)).Only)
        );
        Assert.Equal(
            30_000,
            (await household.Alice.GetAsync("/dav/Album/Photos/sub/new.bin")).Body.Length
        );
    }

    [Fact]
    public async Task A_file_that_is_shared_hangs_there_as_a_file()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit", "/Album/private.txt");

        Assert.Equal(["own.txt", "private.txt"], await household.Bob.ListAsync("/dav/"));
        Assert.Equal("private", (await household.Bob.GetAsync("/dav/private.txt")).Text);
        (await household.Bob.PutAsync("/dav/private.txt", "ours")).Expect(204);
        Assert.Equal("ours", (await household.Alice.GetAsync("/dav/Album/private.txt")).Text);
    }

    [Fact]
    public async Task C58_What_can_only_be_viewed_says_so_in_every_property_and_refuses_by_name()
    {
        await using var household = await StartAsync();
        await household.ShareAsync();
        XName[] asked = [s_supported, s_privileges, s_readOnly, s_letters];

        var listed = await household.Bob.PropertiesAsync("/dav/Photos/", "1", asked);

        foreach (var response in listed.Responses)
        {
            Assert.Empty(response.Element(s_supported)!.Elements());
            Assert.DoesNotContain(
                response.Element(s_privileges)!.Descendants(),
                privilege =>
                    privilege.Name.LocalName.StartsWith("write", StringComparison.Ordinal)
                    || privilege.Name.LocalName is "bind" or "unbind"
            );
            Assert.Equal("true", response.Text(s_readOnly));
        }
        Assert.Equal("SG", listed["/dav/Photos/one.txt"].Text(s_letters));
        // The mount itself is the recipient's, to be renamed, moved and removed.
        Assert.Equal("SGDNV", listed["/dav/Photos/"].Text(s_letters));
        DavAnswer[] refused =
        [
            await household.Bob.PutAsync("/dav/Photos/one.txt", "x"),
            await household.Bob.PutAsync("/dav/Photos/new.txt", "x"),
            await household.Bob.DeleteAsync("/dav/Photos/one.txt"),
            await household.Bob.MkcolAsync("/dav/Photos/new"),
            await household.Bob.MoveAsync("/dav/Photos/one.txt", "/dav/Photos/two.txt"),
            await household.Bob.CopyAsync("/dav/Photos/one.txt", "/dav/Photos/two.txt"),
            await household.Bob.LockAsync("/dav/Photos/one.txt"),
            await household.Bob.LockAsync("/dav/Photos/new.txt"),
            await household.Bob.SetPropertiesAsync("/dav/Photos/one.txt", ("{urn:x}x", "1")),
            await household.Bob.SetPropertiesAsync("/dav/Photos/", ("{urn:x}x", "1")),
        ];
        foreach (var answer in refused)
        {
            Assert.Equal(403, answer.Status);
            Assert.Equal(
                [DavWords.Name("need-privileges"), "{http://clouddav.org/ns}share-right-missing"],
                answer.Xml().Root!.Elements().Take(2).Select(element => element.Name)
            );
        }
        Assert.Equal(["one.txt", "sub"], await household.Alice.ListAsync("/dav/Album/Photos/"));
    }

    [Fact]
    public async Task C58_What_can_be_edited_says_so_too()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");

        var file = (
            await household.Bob.PropertiesAsync(
                "/dav/Photos/one.txt",
                "0",
                s_supported,
                s_privileges,
                s_readOnly,
                s_letters
            )
        ).Only;

        Assert.Equal(2, file.Element(s_supported)!.Elements().Count());
        Assert.Contains(
            file.Element(s_privileges)!.Descendants(),
            privilege => privilege.Name.LocalName == "write"
        );
        Assert.Equal("false", file.Text(s_readOnly));
        Assert.Equal("SGDNVW", file.Text(s_letters));
    }

    [Fact]
    public async Task By_products_of_programs_are_there_for_the_household()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");

        (await household.Bob.PutAsync("/dav/Photos/~$plan.docx", "bob")).Expect(201);

        Assert.Equal(
            "bob",
            (await household.Alice.GetAsync("/dav/Album/Photos/~$plan.docx")).Expect(200).Text
        );
        Assert.Equal("bob", (await household.Bob.GetAsync("/dav/Photos/~$plan.docx")).Text);
        Assert.Contains("~$plan.docx", await household.Bob.ListAsync("/dav/Photos/"));
        (await household.Bob.DeleteAsync("/dav/Photos/~$plan.docx")).Expect(204);
    }

    [Fact]
    public async Task C29_A_tree_with_something_to_write_in_is_mounted_to_write()
    {
        await using var household = await StartAsync();
        await household.ShareAsync();
        var finder = household.Api.Host.Client("bob", userAgent: Agents.FinderSince154);

        foreach (var path in (string[])["/dav/", "/dav/Photos/", "/dav/Photos/one.txt"])
        {
            var options = (await finder.OptionsAsync(path)).Expect(200);
            Assert.StartsWith("1, 2, 3", options.Header("DAV"), StringComparison.Ordinal);
        }
        await household.Contracts.SetAsync(
            PlatformFacts.Normal with
            {
                Doors = new Dictionary<Door, Capability>
                {
                    [Door.App] = Capability.List | Capability.Download,
                },
            }
        );
        Assert.StartsWith(
            "1, 3",
            (await finder.OptionsAsync("/dav/Photos/")).Expect(200).Header("DAV"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task C66_A_folder_with_a_member_that_somebody_else_locked_is_not_deleted()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");
        (await household.Alice.LockAsync("/dav/Album/Photos/sub/deep.txt")).Expect(200);

        var refused = (await household.Bob.DeleteAsync("/dav/Photos/sub")).Expect(423);

        Assert.Equal(
            "/dav/Photos/sub/deep.txt",
            Assert.Single(refused.Xml().Descendants(DavWords.Name("href"))).Value
        );
        Assert.Contains("alice", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("deep", (await household.Bob.GetAsync("/dav/Photos/sub/deep.txt")).Text);
        (await household.Bob.MoveAsync("/dav/Photos/sub", "/dav/Photos/moved")).Expect(423);
        // Removing the mount touches nothing of it.
        (await household.Bob.DeleteAsync("/dav/Photos")).Expect(204);
        Assert.Equal(
            "deep",
            (await household.Alice.GetAsync("/dav/Album/Photos/sub/deep.txt")).Text
        );
    }

    [Fact]
    public async Task A_lock_of_its_owner_above_it_shows_without_its_token_at_the_mount()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");
        var taken = (await household.Alice.LockAsync("/dav/Album", depth: "infinity")).Expect(200);

        foreach (var path in (string[])["/dav/Photos/", "/dav/Photos/one.txt", "/dav/Photos/sub/"])
        {
            var found = await household.Bob.PropertiesAsync(path, "0", s_discovery);
            var held = Assert.Single(found.Only.Element(s_discovery)!.Elements());
            Assert.Null(held.Element(DavWords.Name("locktoken")));
            Assert.Equal("/dav/Photos", held.Element(DavWords.Name("lockroot"))!.Value);
        }
        var listed = await household.Bob.PropertiesAsync("/dav/", "1", s_discovery);
        Assert.Empty(listed["/dav/own.txt"].Element(s_discovery)!.Elements());
        Assert.Equal(
            "/dav/Photos",
            listed["/dav/Photos/"]
                .Element(s_discovery)!
                .Descendants(DavWords.Name("lockroot"))
                .Single()
                .Value
        );
        foreach (var text in (string[])["Album", taken.LockToken!])
            Assert.DoesNotContain(
                text,
                (await household.Bob.PropfindAsync("/dav/", "infinity")).Expect(207).Text,
                StringComparison.Ordinal
            );
        (await household.Bob.PutAsync("/dav/Photos/new.txt", "x")).Expect(423);
        (
            await household.Bob.PutAsync(
                "/dav/Photos/new.txt",
                "x",
                ("If", $"(<{taken.LockToken}>)")
            )
        ).Expect(423);
    }

    [Theory]
    [InlineData("over capacity")]
    [InlineData("taken back")]
    [InlineData("suspended")]
    [InlineData("suspended from sharing")]
    [InlineData("blocked")]
    public async Task What_its_owners_standing_pauses_stays_in_the_listing_and_comes_back_unchanged(
        string standing
    )
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");
        var before = await household.Bob.PropfindAsync("/dav/Photos/", "infinity");
        var seen = await household.Bob.ListAsync("/dav/");

        var lift = await PauseAsync(household, standing);

        Assert.Equal(seen, await household.Bob.ListAsync("/dav/"));
        DavAnswer[] inside =
        [
            await household.Bob.PropfindAsync("/dav/Photos/", "0"),
            await household.Bob.PropfindAsync("/dav/Photos/", "1"),
            await household.Bob.PropfindAsync("/dav/Photos/sub/", "1"),
            await household.Bob.GetAsync("/dav/Photos/one.txt"),
            await household.Bob.GetAsync("/dav/Photos/nothing"),
            await household.Bob.PutAsync("/dav/Photos/new.txt", "x"),
            await household.Bob.DeleteAsync("/dav/Photos/one.txt"),
        ];
        foreach (var answer in inside)
        {
            Assert.Equal(403, answer.Status);
            Assert.Contains("share-paused", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("bill", answer.Text, StringComparison.Ordinal);
        }
        var received = Assert.Single(await ReceivedByAsync(household.Bob));
        Assert.Equal("paused", received.GetProperty("state").GetString());
        Assert.Equal("/Photos", received.GetProperty("path").GetString());

        await lift();
        Assert.Equal(
            before.Text,
            (await household.Bob.PropfindAsync("/dav/Photos/", "infinity")).Text
        );
        Assert.Equal("one", (await household.Bob.GetAsync("/dav/Photos/one.txt")).Text);
    }

    [Fact]
    public async Task A_listing_of_everything_shows_what_is_paused_with_403_and_the_rest()
    {
        await using var household = await StartAsync();
        await household.ShareAsync();
        await household.Bob.ListAsync("/dav/");
        (await household.Bob.MkcolAsync("/dav/in")).Expect(201);
        (await household.Bob.MoveAsync("/dav/Photos", "/dav/in/Photos")).Expect(201);
        (await household.Bob.PutAsync("/dav/in/beside.txt", "x")).Expect(201);
        await household.SuspendAsync("alice", Switches.Share);

        foreach (var from in (string[])["/dav/", "/dav/in/"])
        {
            var listed = await household.Bob.PropertiesAsync(from, "infinity", s_type, s_used);

            var paused = listed["/dav/in/Photos/"];
            Assert.Equal(403, paused.Status);
            Assert.Empty(paused.Properties);
            Assert.NotNull(listed["/dav/in/beside.txt"].Element(s_type));
            Assert.DoesNotContain(
                listed.Responses,
                response => response.Href.StartsWith("/dav/in/Photos/o", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public async Task The_recipients_own_standing_counts_as_well_and_is_told_in_its_own_words()
    {
        await using var household = await StartAsync();
        await household.ShareAsync("edit");
        var suspension = await household.SuspendAsync("bob", Switches.Upload | Switches.Download);

        foreach (
            var answer in (DavAnswer[])
                [
                    await household.Bob.GetAsync("/dav/Photos/one.txt"),
                    await household.Bob.PutAsync("/dav/Photos/new.txt", "x"),
                ]
        )
        {
            Assert.Equal(403, answer.Status);
            Assert.Contains("Your bill is open.", answer.Text, StringComparison.Ordinal);
        }
        Assert.Equal(["one.txt", "sub"], await household.Bob.ListAsync("/dav/Photos/"));
        await household.LiftAsync(suspension);
        (await household.Bob.PutAsync("/dav/Photos/new.txt", "x")).Expect(201);
    }

    [Theory]
    [InlineData("view")]
    [InlineData("edit")]
    public async Task What_Windows_sets_on_every_folder_is_accepted_at_the_top_and_dropped(
        string rights
    )
    {
        await using var household = await StartAsync();
        await household.ShareAsync(rights);
        var explorer = household.Api.Host.Client("bob", userAgent: Agents.MiniRedir);
        var before = await household.Alice.PropfindAsync("/dav/Album/Photos/", "0");

        var patched = await explorer.SetPropertiesAsync(
            "/dav/Photos/",
            (s_attributes, "00000013"),
            (s_lastModified, "Mon, 01 Jan 2024 00:00:00 GMT")
        );

        var only = patched.MultiStatus().Only;
        Assert.Equal("/dav/Photos/", only.Href);
        Assert.Equal((200, 200), (only.StatusOf(s_attributes), only.StatusOf(s_lastModified)));
        Assert.Equal(
            before.Text,
            (await household.Alice.PropfindAsync("/dav/Album/Photos/", "0")).Text
        );
        var isView = rights == "view";
        var below = await explorer.SetPropertiesAsync(
            "/dav/Photos/sub/",
            (s_attributes, "00000012")
        );
        Assert.Equal(isView ? 403 : 207, below.Status);
        var mixed = await explorer.SetPropertiesAsync(
            "/dav/Photos/",
            (s_attributes, "00000012"),
            ("{urn:x}x", "1")
        );
        Assert.Equal(isView ? 403 : 207, mixed.Status);
        // Not while it is paused.
        await household.SuspendAsync("alice", Switches.Share);
        (await explorer.SetPropertiesAsync("/dav/Photos/", (s_attributes, "00000012"))).Expect(403);
    }

    [Fact]
    public async Task A_download_under_way_stops_within_five_seconds_of_the_end_of_its_share()
    {
        await using var household = await StartAsync();
        await household.Contracts.ChangeCapacityAsync("alice", 200_000_000);
        (
            await household.Alice.PutAsync("/dav/Album/Photos/large.bin", new byte[64_000_000])
        ).Expect(201);
        var share = await household.ShareAsync();
        using var answer = await household.Bob.OpenAsync("GET", "/dav/Photos/large.bin");
        await using var body = await answer.Content.ReadAsStreamAsync(
            TestContext.Current.CancellationToken
        );
        await body.ReadExactlyAsync(new byte[1_000], TestContext.Current.CancellationToken);

        (await household.Alice.DeleteAsync($"{Shares}/{share}")).Expect(204);
        // The server's clock stands still; its watch looks again after two seconds of it.
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            household.Api.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken)
        );
    }

    // How the operator or the contract pauses what alice shares, and how that ends.
    private static async Task<Func<Task>> PauseAsync(Household household, string standing)
    {
        var contracts = household.Contracts;
        switch (standing)
        {
            case "over capacity":
                await contracts.ChangeCapacityAsync("alice", 1);
                return () => contracts.ChangeCapacityAsync("alice", Capacity);
            case "taken back":
                await contracts.EndAsync("alice", household.Api.Time.GetUtcNow());
                return () => contracts.EndAsync("alice", null);
            case "blocked":
                var block = await contracts.SetAsync(
                    "alice",
                    MeasureKind.Block,
                    Switches.None,
                    new Texts { En = "Your bill is open." },
                    node: await NodeAsync(household)
                );
                return () => household.LiftAsync(block);
            default:
                var suspension = await household.SuspendAsync(
                    "alice",
                    standing == "suspended" ? Switches.Whole : Switches.Share
                );
                return () => household.LiftAsync(suspension);
        }
    }

    private static async Task<long> NodeAsync(Household household) =>
        long.Parse(
            (
                await household.Alice.PropertiesAsync(
                    "/dav/Album/Photos/",
                    "0",
                    DavWords.OwnCloud + "fileid"
                )
            ).Only.Text(DavWords.OwnCloud + "fileid")!,
            CultureInfo.InvariantCulture
        );

    private static (string?, string?) QuotaOf(MultiStatusResponse response) =>
        (response.Text(s_used), response.Text(s_available));

    private static string Written(long number) => number.ToString(CultureInfo.InvariantCulture);
}
