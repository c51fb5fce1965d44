using System.Globalization;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Contracts;

/// <summary>What the operator has set takes effect on the next request, and on what is under way. Each test has a server of its own.</summary>
public sealed class EnforcementTests : IAsyncLifetime
{
    private static readonly XNamespace s_own = "http://clouddav.org/ns";

    private TestCloud _cloud = null!;
    private OperatorActs _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _cloud = await OwnCloud.StartAsync();
        _operator = new OperatorActs(_cloud);
    }

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task C59_A_suspended_account_hears_why_on_its_next_request_and_is_never_asked_for_a_password()
    {
        await using var tree = await FilledAsync();

        var suspension = await _operator.SuspendAsync(tree, Switches.Whole);

        foreach (var method in (string[])["GET", "HEAD", "PROPFIND", "PUT", "DELETE", "MKCOL"])
        {
            var answer = await tree.SendAsync(method, "/f/a.txt", ("Accept-Language", "fr"));
            answer.Expect(403);
            Assert.Null(answer["WWW-Authenticate"]);
            if (method != "HEAD")
            {
                Assert.Equal("suspended", RuleOf(answer).Name.LocalName);
                Assert.Equal("unpaid", RuleOf(answer).Element(s_own + "reason-code")!.Value);
                Assert.Contains("Payez la facture ouverte.", answer.Text, StringComparison.Ordinal);
            }
        }
        (await tree.SendAsync("OPTIONS", "/")).Expect(200);

        await _operator.LiftAsync(suspension);
        (await tree.GetAsync("/f/a.txt")).Expect(200);
    }

    [Fact]
    public async Task C59_A_closed_account_answers_410_and_is_never_asked_for_a_password()
    {
        await using var tree = await FilledAsync();
        await _operator.MakeCustomerAsync(
            tree,
            "small",
            ended: _cloud.Clock.GetUtcNow().AddDays(-40)
        );

        foreach (var method in (string[])["OPTIONS", "GET", "PROPFIND", "PUT", "DELETE"])
        {
            var answer = (await SendAnyAsync(tree, method)).Expect(410);
            Assert.Null(answer["WWW-Authenticate"]);
            Assert.Equal("account-closed", RuleOf(answer).Name.LocalName);
        }
    }

    [Fact]
    public async Task A_suspension_runs_out_by_itself()
    {
        await using var tree = await FilledAsync();
        await _operator.SuspendAsync(
            tree,
            Switches.Download,
            until: _cloud.Clock.GetUtcNow().AddHours(1)
        );
        (await tree.GetAsync("/f/a.txt")).Expect(403);

        _cloud.Clock.Advance(TimeSpan.FromHours(1));

        (await tree.GetAsync("/f/a.txt")).Expect(200);
    }

    [Fact]
    public async Task A_suspended_upload_leaves_reading_and_deleting_and_says_that_nothing_fits()
    {
        await using var tree = await FilledAsync();

        await _operator.SuspendAsync(tree, Switches.Upload);

        Assert.Equal(
            "suspended",
            RuleOf((await tree.PutAsync("/f/new", "x")).Expect(403)).Name.LocalName
        );
        (await tree.CopyAsync("/f/a.txt", "/f/b.txt")).Expect(403);
        (await tree.LockAsync("/f/new")).Expect(403);
        (await tree.GetAsync("/f/a.txt")).Expect(200);
        (await tree.MkcolAsync("/f/sub")).Expect(201);
        (await tree.MoveAsync("/f/a.txt", "/f/sub/a.txt")).Expect(201);
        (await tree.DeleteAsync("/f/sub/a.txt")).Expect(204);
        Assert.Equal(
            "0",
            (await tree.PropertyAsync("/", DavWords.Name("quota-available-bytes")))!.Value
        );
    }

    [Fact]
    public async Task A_download_under_way_ends_within_five_seconds_of_a_suspension()
    {
        await using var tree = await _cloud.NewTreeAsync();
        var body = new byte[48 * 1024 * 1024];
        (await tree.PutAsync("/large", body)).Expect(201);
        await using var download = await WireConnection.OpenAsync(_cloud.Port, 16 * 1024);
        await download.SendAsync(tree.Compose("GET", "/large", null));
        (await download.ReadHeadAsync()).Expect(200);
        await download.ReadExactlyAsync(1024 * 1024);

        await _operator.SuspendAsync(tree, Switches.Download);
        // The server's clock stands still; its watch looks again after two seconds of it.
        var passed = TimeSpan.Zero;
        var reading = ReadRestAsync(download);
        while (!reading.IsCompleted && passed < TimeSpan.FromSeconds(5))
        {
            _cloud.Clock.Advance(TimeSpan.FromSeconds(1));
            passed += TimeSpan.FromSeconds(1);
            await Task.WhenAny(reading, Task.Delay(500, TestContext.Current.CancellationToken));
        }

        Assert.True(reading.IsCompleted, "It still runs.");
        Assert.True(await reading < body.Length - 1024 * 1024, "It came to its end.");
    }

    [Fact]
    public async Task An_upload_under_way_is_refused_at_its_commit_and_leaves_the_old_content()
    {
        await using var tree = await FilledAsync();
        await using var upload = await WireConnection.OpenAsync(_cloud.Port);
        var body = new byte[512 * 1024];
        await upload.SendAsync(tree.Compose("PUT", "/f/a.txt", body.Length));
        await upload.SendAsync(body.AsMemory(0, body.Length / 2));
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await _operator.SuspendAsync(tree, Switches.Upload);
        await upload.SendAsync(body.AsMemory(body.Length / 2));

        var answer = (await upload.ReadAsync("PUT")).Expect(403);
        Assert.Equal("suspended", RuleOf(answer).Name.LocalName);
        Assert.Equal("a", (await tree.GetAsync("/f/a.txt")).Expect(200).Text);
        Assert.Equal(1, (await QuotaAsync(tree)).Used);
    }

    [Theory]
    [InlineData(false, 403)]
    [InlineData(true, 451)]
    public async Task A_blocked_file_is_listed_and_can_be_deleted_and_nothing_else(
        bool isLegalOrder,
        int status
    )
    {
        await using var tree = await FilledAsync();
        (await tree.PutAsync("/f/b.txt", "b")).Expect(201);

        await _operator.BlockAsync(tree, "/f/a.txt", isLegalOrder);

        Assert.Equal(["a.txt", "b.txt"], await tree.NamesAsync("/f"));
        var refused = (await tree.GetAsync("/f/a.txt")).Expect(status);
        Assert.Equal("blocked", RuleOf(refused).Name.LocalName);
        Assert.Contains("A notice says", refused.Text, StringComparison.Ordinal);
        (await tree.PutAsync("/f/a.txt", "other")).Expect(status);
        (await tree.CopyAsync("/f/a.txt", "/f/c.txt")).Expect(status);
        (await tree.MoveAsync("/f/a.txt", "/f/c.txt")).Expect(status);
        (await tree.CopyAsync("/f", "/g")).Expect(status);
        (await tree.MoveAsync("/f", "/g")).Expect(201);
        (await tree.GetAsync("/g/a.txt")).Expect(status);
        (await tree.GetAsync("/g/b.txt")).Expect(200);
        (await tree.DeleteAsync("/g/a.txt")).Expect(204);
        (await tree.CopyAsync("/g", "/h")).Expect(201);
    }

    [Fact]
    public async Task The_owner_sees_why_an_item_is_blocked_and_only_who_asks()
    {
        await using var tree = await FilledAsync();
        (await tree.MkcolAsync("/f/sub")).Expect(201);
        (await tree.PutAsync("/f/sub/deep.txt", "x")).Expect(201);
        (await tree.PutAsync("/f/free.txt", "x")).Expect(201);
        await _operator.BlockAsync(tree, "/f/sub");
        await _operator.BlockAsync(tree, "/f/a.txt");
        var name = s_own + "blocked";

        var all = (await tree.PropfindAsync("/f", "infinity", DavWords.Propfind(name))).Multistatus;

        foreach (var blocked in (string[])["/f/sub", "/f/sub/deep.txt", "/f/a.txt"])
        {
            var value = all[blocked][name]!;
            Assert.Equal("notice", value.Element(s_own + "reason-code")!.Value);
            Assert.EndsWith(
                "A notice says that it is not yours.",
                value.Element(s_own + "message")!.Value,
                StringComparison.Ordinal
            );
        }
        Assert.Equal(404, all["/f/free.txt"].StatusOf(name));
        Assert.Equal(404, all["/f"].StatusOf(name));
        Assert.NotNull(await tree.PropertyAsync("/f/sub/deep.txt", name));
        Assert.DoesNotContain(
            (await tree.PropfindAsync("/f", "1")).Multistatus.Entries,
            entry => entry[name] is not null
        );
        Assert.Contains(
            "403",
            (await tree.ProppatchAsync("/f/free.txt", DavWords.Proppatch((name, "no"))))
                .Expect(207)
                .Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task C60_Nothing_works_on_a_platform_that_is_off_and_every_method_says_when_to_come_back()
    {
        await using var tree = await FilledAsync();

        await _operator.SetModeAsync(
            PlatformMode.Off,
            ends: _cloud.Clock.GetUtcNow().AddMinutes(20)
        );

        foreach (
            var method in (string[])
                [
                    "OPTIONS",
                    "GET",
                    "HEAD",
                    "PUT",
                    "DELETE",
                    "MKCOL",
                    "COPY",
                    "MOVE",
                    "PROPFIND",
                    "PROPPATCH",
                    "LOCK",
                    "UNLOCK",
                ]
        )
        {
            var answer = await SendAnyAsync(tree, method);
            Assert.True(answer.Status == 503, $"{method}: {answer}");
            Assert.Equal("1200", answer["Retry-After"]);
        }

        await _operator.SetModeAsync(PlatformMode.Normal);
        (await tree.GetAsync("/f/a.txt")).Expect(200);
    }

    [Fact]
    public async Task C61_A_platform_that_is_read_only_reads_and_refuses_every_write()
    {
        await using var tree = await FilledAsync();

        await _operator.SetModeAsync(PlatformMode.ReadOnly);

        (await tree.GetAsync("/f/a.txt")).Expect(200);
        (await tree.PropfindAsync("/f", "1")).Expect(207);
        foreach (
            var method in (string[])
                ["PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH", "LOCK", "UNLOCK"]
        )
        {
            var answer = await SendAnyAsync(tree, method);
            Assert.True(answer.Status == 503, $"{method}: {answer}");
            Assert.NotNull(answer["Retry-After"]);
            Assert.Equal("maintenance", RuleOf(answer).Name.LocalName);
        }
        // A mount that lives longer than the maintenance is not made read-only by it.
        Assert.StartsWith(
            "1, 2, 3",
            (await tree.SendAsync("OPTIONS", "/")).Expect(200)["DAV"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task C29_A_door_that_only_reads_shows_it_everywhere_and_refuses_by_name()
    {
        await using var tree = await FilledAsync();

        await _operator.SetDoorAsync(Door.App, Capability.List | Capability.Download);

        await using var finder = tree.As(Agents.FinderBefore154);
        Assert.StartsWith(
            "1, 3",
            (await finder.SendAsync("OPTIONS", "/")).Expect(200)["DAV"],
            StringComparison.Ordinal
        );
        var options = (await tree.SendAsync("OPTIONS", "/")).Expect(200);
        Assert.StartsWith("1, 3", options["DAV"], StringComparison.Ordinal);
        Assert.Equal("OPTIONS, GET, HEAD, PROPFIND, REPORT, SEARCH", options["Allow"]);
        var entry = (
            await tree.PropfindAsync(
                "/f/a.txt",
                "0",
                DavWords.Propfind(DavWords.Name("current-user-privilege-set"))
            )
        )
            .Multistatus
            .Single;
        Assert.Equal(
            ["read", "read-current-user-privilege-set"],
            entry[DavWords.Name("current-user-privilege-set")]!
                .Descendants()
                .Where(element => !element.HasElements)
                .Select(element => element.Name.LocalName)
                .Order(StringComparer.Ordinal)
        );
        foreach (var method in (string[])["PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH"])
        {
            var answer = (await SendAnyAsync(tree, method)).Expect(403);
            Assert.Equal("door-not-allowed", RuleOf(answer).Name.LocalName);
        }

        await _operator.SetDoorAsync(Door.App, capabilities: null);
        (await tree.PutAsync("/f/new", "x")).Expect(201);
    }

    [Fact]
    public async Task C58_What_can_only_be_read_says_so_in_every_property_that_clients_go_by()
    {
        await using var tree = await FilledAsync();
        XName[] asked =
        [
            DavWords.Name("supportedlock"),
            DavWords.Name("current-user-privilege-set"),
            XName.Get("IsReadOnly", "http://ucb.openoffice.org/dav/props/"),
            XName.Get("permissions", "http://owncloud.org/ns"),
            XName.Get("Win32FileAttributes", "urn:schemas-microsoft-com:"),
        ];
        await _operator.SetDoorAsync(Door.App, Capability.List | Capability.Download);

        var file = (await tree.PropfindAsync("/f/a.txt", "0", DavWords.Propfind(asked)))
            .Multistatus
            .Single;

        Assert.Empty(file[asked[0]]!.Elements());
        Assert.DoesNotContain(
            file[asked[1]]!.Descendants(),
            privilege => privilege.Name.LocalName.StartsWith("write", StringComparison.Ordinal)
        );
        Assert.Equal("true", file[asked[2]]!.Value);
        Assert.Equal("G", file[asked[3]]!.Value);
        Assert.Equal(
            1,
            int.Parse(file[asked[4]]!.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                & 1
        );
        var refused = (await tree.PutAsync("/f/a.txt", "x")).Expect(403);
        Assert.Equal(
            DavWords.Name("need-privileges"),
            XDocument.Parse(refused.Text).Root!.Elements().First().Name
        );
    }

    [Fact]
    public async Task An_items_privileges_are_without_what_measures_on_it_and_above_it_take()
    {
        await using var tree = await FilledAsync();
        (await tree.MkcolAsync("/f/sub")).Expect(201);
        (await tree.PutAsync("/f/sub/deep.txt", "x")).Expect(201);
        (await tree.PutAsync("/f/free.txt", "x")).Expect(201);
        await _operator.BlockAsync(tree, "/f/sub");
        await _operator.SetAsync(
            new NewMeasure
            {
                Kind = MeasureKind.Restriction,
                Switches = Switches.Upload,
                Account = await _operator.AccountOfAsync(tree),
                Path = ["f", "a.txt"],
                ReasonCode = "notice",
            }
        );
        var (letters, privileges) = (
            XName.Get("permissions", "http://owncloud.org/ns"),
            DavWords.Name("current-user-privilege-set")
        );

        var asked = DavWords.Propfind(letters, privileges);
        var listed = (await tree.PropfindAsync("/f", "infinity", asked)).Multistatus;

        foreach (
            var (path, has) in ((string, string)[])
                [
                    ("/f/sub", "D"),
                    ("/f/sub/deep.txt", "D"),
                    ("/f/a.txt", "GDNV"),
                    ("/f/free.txt", "GDNVW"),
                ]
        )
        {
            Assert.Equal(has, listed[path][letters]!.Value);
        }
        foreach (var path in (string[])["/f/sub/deep.txt", "/f/a.txt"])
        {
            var alone = (await tree.PropfindAsync(path, "0", asked)).Multistatus.Single;
            Assert.Equal(listed[path][letters]!.Value, alone[letters]!.Value);
            Assert.Equal(listed[path][privileges]!.ToString(), alone[privileges]!.ToString());
            Assert.DoesNotContain(
                alone[privileges]!.Descendants(),
                privilege => privilege.Name.LocalName == "write-content"
            );
        }
    }

    [Fact]
    public async Task A_door_without_deleting_leaves_the_rest()
    {
        await using var tree = await FilledAsync();

        await _operator.SetDoorAsync(
            Door.App,
            CapabilityTable.DoorDefault(Door.App) & ~Capability.TakeBack
        );

        var options = (await tree.SendAsync("OPTIONS", "/")).Expect(200);
        Assert.StartsWith("1, 2, 3", options["DAV"], StringComparison.Ordinal);
        Assert.DoesNotContain("DELETE", options["Allow"], StringComparison.Ordinal);
        Assert.Contains("PUT", options["Allow"], StringComparison.Ordinal);
        (await tree.DeleteAsync("/f/a.txt")).Expect(403);
        (await tree.PutAsync("/f/a.txt", "x")).Expect(204);
    }

    [Fact]
    public async Task A_restriction_is_on_everyone_or_an_option_or_an_account_or_an_item()
    {
        await using var one = await FilledAsync();
        await using var other = await FilledAsync();
        var restriction = new NewMeasure
        {
            Kind = MeasureKind.Restriction,
            Switches = Switches.Download,
            ReasonCode = "prevention",
        };

        var everyone = await _operator.SetAsync(restriction);
        foreach (var tree in (WireClient[])[one, other])
        {
            var answer = (await tree.GetAsync("/f/a.txt")).Expect(403);
            Assert.Equal("restricted", RuleOf(answer).Name.LocalName);
        }
        await _operator.LiftAsync(everyone);
        (await one.GetAsync("/f/a.txt")).Expect(200);

        var account = await _operator.SetAsync(
            restriction with
            {
                Account = await _operator.AccountOfAsync(one),
            }
        );
        (await one.GetAsync("/f/a.txt")).Expect(403);
        (await other.GetAsync("/f/a.txt")).Expect(200);
        await _operator.LiftAsync(account);

        await _operator.MakeCustomerAsync(one, "small");
        await _operator.MakeCustomerAsync(other, "large");
        var option = await _operator.SetAsync(restriction with { Option = "small" });
        (await one.GetAsync("/f/a.txt")).Expect(403);
        (await other.GetAsync("/f/a.txt")).Expect(200);
        await _operator.LiftAsync(option);
        (await one.GetAsync("/f/a.txt")).Expect(200);

        (await one.PutAsync("/f/b.txt", "b")).Expect(201);
        await _operator.SetAsync(
            restriction with
            {
                Account = await _operator.AccountOfAsync(one),
                Path = ["f", "a.txt"],
            }
        );
        (await one.GetAsync("/f/a.txt")).Expect(403);
        (await one.GetAsync("/f/b.txt")).Expect(200);
        (await one.PutAsync("/f/a.txt", "new")).Expect(204);
    }

    private async Task<WireClient> FilledAsync()
    {
        var tree = await _cloud.NewTreeAsync();
        (await tree.MkcolAsync("/f")).Expect(201);
        (await tree.PutAsync("/f/a.txt", "a")).Expect(201);
        return tree;
    }

    private static async Task<WireResponse> SendAnyAsync(WireClient tree, string method) =>
        method switch
        {
            "PUT" => await tree.PutAsync("/f/new", "x"),
            "COPY" => await tree.CopyAsync("/f/a.txt", "/f/copy"),
            "MOVE" => await tree.MoveAsync("/f/a.txt", "/f/moved"),
            "MKCOL" => await tree.MkcolAsync("/f/made"),
            "PROPPATCH" => await tree.ProppatchAsync(
                "/f/a.txt",
                DavWords.Proppatch((XName.Get("p", "urn:test"), "v"))
            ),
            "LOCK" => await tree.LockAsync("/f/a.txt"),
            "UNLOCK" => await tree.UnlockAsync(
                "/f/a.txt",
                "<opaquelocktoken:00000000-0000-0000-0000-000000000000>"
            ),
            _ => await tree.SendAsync(method, "/f/a.txt"),
        };

    private static XElement RuleOf(WireResponse answer) =>
        XDocument
            .Parse(answer.Text)
            .Root!.Elements()
            .First(element => element.Name.Namespace == s_own);

    private static async Task<(long Used, long Available)> QuotaAsync(WireClient tree)
    {
        var entry = (
            await tree.PropfindAsync(
                "/",
                "0",
                DavWords.Propfind(
                    DavWords.Name("quota-used-bytes"),
                    DavWords.Name("quota-available-bytes")
                )
            )
        )
            .Multistatus
            .Single;
        return (
            long.Parse(entry.Value("quota-used-bytes")!, CultureInfo.InvariantCulture),
            long.Parse(entry.Value("quota-available-bytes")!, CultureInfo.InvariantCulture)
        );
    }

    private static async Task<long> ReadRestAsync(WireConnection download)
    {
        long read = 0;
        try
        {
            while (true)
            {
                await download.ReadExactlyAsync(16 * 1024);
                read += 16 * 1024;
                // A slow reader, so that the server is still sending.
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
        }
        catch (Exception end) when (end is IOException or System.Net.Sockets.SocketException)
        {
            return read;
        }
    }
}
