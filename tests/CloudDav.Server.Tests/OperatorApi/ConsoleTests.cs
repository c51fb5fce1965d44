using System.Net;
using System.Security.Claims;
using CloudDav.Server.Operator;
using CloudDav.Server.Tests.Pages;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>The operator's console in a browser without script, over real sockets and with real tokens.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    private const string Root = "/operator/console";

    private OperatorHost _operator = null!;
    private Browser _anna = null!;
    private DavClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorHost.StartAsync();
        _anna = new Browser(_operator.Host);
        _alice = await _operator.Host.AddPersonAsync("alicia", 20_000);
        (await _alice.PutAsync("/dav/secret-name.txt", "x")).Expect(201);
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Nobody_comes_in_without_a_token_of_the_operators()
    {
        foreach (
            var path in (string[])
                ["", "/accounts?signInName=alicia", "/platform", "/destructions", "/queue"]
        )
            Assert.Contains(
                "name=\"token\"",
                (await _anna.OpenAsync(Root + path)).Expect(200).Text,
                StringComparison.Ordinal
            );
        foreach (
            var token in (string[])
                [
                    "",
                    "x",
                    new string('x', 3_000),
                    TokenOf("someone-else", OperatorScope.SupportRead),
                ]
        )
        {
            await _anna.OpenAsync(Root);
            var refused = await _anna.SubmitAsync(Root + "/sign-in", ("token", token));
            Assert.Contains("role=\"alert\"", refused.Expect(403).Text, StringComparison.Ordinal);
            Assert.Empty(Browser.CookiesOf(refused));
        }
        // A form of another site.
        var foreign = await _anna.SendAsync(
            "POST",
            Root + "/sign-in",
            [("guard", "x"), ("token", TokenFor(OperatorScope.SupportRead))]
        );
        Assert.Equal(403, foreign.Status);
        _anna = new Browser(_operator.Host);
        _anna.Headers.Add(
            ("Cookie", "clouddav-console=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        );
        Assert.Contains("name=\"token\"", (await _anna.OpenAsync(Root)).Expect(200).Text);
    }

    [Fact]
    public async Task The_cookie_is_the_consoles_alone_and_ends_with_the_token()
    {
        var signedIn = await SignInAsync(OperatorScope.SupportRead);
        var cookie = Assert.Single(
            Browser.CookiesOf(signedIn),
            set => set.StartsWith("clouddav-console=", StringComparison.Ordinal)
        );
        foreach (var part in (string[])["path=/operator/console", "httponly", "samesite=strict"])
            Assert.Contains(part, cookie, StringComparison.Ordinal);
        (await FindAsync()).Expect(200);
        Assert.Equal(
            401,
            (await _anna.OpenAsync("/operator/v1/accounts?signInName=alicia")).Status
        );

        _operator.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Contains("name=\"token\"", (await FindAsync()).Expect(403).Text);

        await SignInAsync(OperatorScope.SupportRead);
        await _anna.OpenAsync(Root);
        Assert.Equal(303, (await _anna.SubmitAsync(Root + "/sign-out")).Status);
        Assert.Contains("name=\"token\"", (await FindAsync()).Expect(200).Text);
    }

    [Fact]
    public async Task An_account_is_found_suspended_by_scope_and_resumed_under_the_persons_name()
    {
        await SignInAsync(OperatorScope.SupportRead, OperatorScope.Suspend, OperatorScope.Legal);
        var found = (await FindAsync()).Expect(200);
        Assert.Contains("alicia", found.Text, StringComparison.Ordinal);
        Assert.Contains("active", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", found.Text, StringComparison.Ordinal);
        var (account, guard) = (NumberOn(found), GuardOn());

        (string, string)[] form =
        [
            guard,
            ("act", "suspend"),
            ("account", account),
            ("command", Guid.NewGuid().ToString()),
            ("part", "download"),
            ("reason", "bill.open"),
            ("words-nl", "De rekening staat open."),
            ("last-day", "2026-03-31"),
        ];
        for (var i = 0; i < 2; i++)
        {
            var done = await _anna.SendAsync("POST", Root + "/acts", form);
            Assert.Equal(
                (303, $"{Root}/accounts?account={account}&done"),
                (done.Status, done.Header("Location"))
            );
        }
        (await _alice.GetAsync("/dav/secret-name.txt")).Expect(403);
        (await _alice.PutAsync("/dav/more.txt", "x")).Expect(201);
        var seen = (await _anna.OpenAsync($"{Root}/accounts?account={account}&done")).Expect(200);
        Assert.Contains("It is done, and recorded.", seen.Text, StringComparison.Ordinal);
        Assert.Contains("<dd>bill.open</dd>", seen.Text, StringComparison.Ordinal);
        Assert.Contains("<dd>operator:anna</dd>", seen.Text, StringComparison.Ordinal);
        Assert.Contains("1 April 2026 at 00:00", seen.Text, StringComparison.Ordinal);
        var number = Assert.Single(Numbers(seen));

        var lifted = await ActAsync(
            ("act", "lift"),
            ("account", account),
            ("kind", "suspension"),
            ("measure", number)
        );
        Assert.Equal(303, lifted.Status);
        (await _alice.GetAsync("/dav/secret-name.txt")).Expect(200);
        var again = await ActAsync(
            ("act", "lift"),
            ("account", account),
            ("kind", "suspension"),
            ("measure", number)
        );
        Assert.Contains("role=\"alert\"", again.Expect(409).Text, StringComparison.Ordinal);
        var history = (await _anna.OpenAsync($"{Root}/accounts?account={account}")).Text;
        Assert.Contains("suspen", history.Split("What was done to it")[1]);
        Assert.DoesNotContain("secret-name", history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_token_is_not_for_is_said_and_not_done()
    {
        await SignInAsync(OperatorScope.SupportRead);
        var found = (await FindAsync()).Expect(200);
        Assert.Contains("Your token is not for this.", found.Text, StringComparison.Ordinal);
        var account = NumberOn(found);
        foreach (
            var act in (string[][])
                [
                    ["suspend", "part", "whole"],
                    ["restrict", "part", "whole"],
                    ["block", "item", "1"],
                    ["block-link", "link", "x"],
                    ["mode", "mode", "off"],
                    ["lift", "measure", "1"],
                ]
        )
        {
            var refused = await ActAsync(
                ("act", act[0]),
                (act[1], act[2]),
                ("account", account),
                ("kind", "block"),
                ("reason", "x")
            );
            Assert.Equal((act[0], 403), (act[0], refused.Status));
        }
        foreach (var page in (string[])["/platform", "/destructions", "/queue"])
            Assert.Contains(
                "Your token is not for this.",
                (await _anna.OpenAsync(Root + page)).Expect(403).Text,
                StringComparison.Ordinal
            );
        (await _alice.GetAsync("/dav/secret-name.txt")).Expect(200);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_the_fields_that_are_wrong()
    {
        await SignInAsync(
            OperatorScope.SupportRead,
            OperatorScope.Suspend,
            OperatorScope.ContentBlock
        );
        var account = NumberOn((await FindAsync()).Expect(200));
        foreach (
            var (status, fields) in ((int, (string, string)[])[])
                [
                    (400, [("act", "suspend"), ("reason", "x")]),
                    (400, [("act", "suspend"), ("part", "everything"), ("reason", "x")]),
                    (400, [("act", "suspend"), ("part", "tv"), ("reason", "Not A Code")]),
                    (400, [("act", "suspend"), ("part", "tv"), ("reason", "x"), ("last-day", "x")]),
                    (400, [("act", "block"), ("item", "x"), ("reason", "x")]),
                    (404, [("act", "block"), ("item", "4711"), ("reason", "x")]),
                    (404, [("act", "block-link"), ("link", "https://x/s/x"), ("reason", "x")]),
                    (303, [("act", "lift"), ("kind", "legalHold"), ("measure", "1")]),
                    (303, [("act", "delete")]),
                ]
        )
        {
            var refused = await ActAsync([("account", account), .. fields]);
            Assert.True(refused.Status == status, $"{string.Join(", ", fields)}: {refused}");
        }
        foreach (var query in (string[])["", "?customer=nobody", "?account=4711", "?account=x"])
            Assert.InRange((await _anna.OpenAsync($"{Root}/accounts{query}")).Status, 400, 404);
    }

    [Fact]
    public async Task An_item_is_blocked_by_its_number_and_its_name_is_not_shown()
    {
        await SignInAsync(OperatorScope.SupportRead, OperatorScope.ContentBlock);
        var account = NumberOn((await FindAsync()).Expect(200));
        var item = (
            await _alice.PropertiesAsync(
                "/dav/secret-name.txt",
                "0",
                "{http://owncloud.org/ns}fileid"
            )
        )
            .Responses[0]
            .Properties[0]
            .Element
            .Value;
        var blocked = await ActAsync(
            ("act", "block"),
            ("account", account),
            ("item", item),
            ("legal-order", "yes"),
            ("reason", "court")
        );
        Assert.Equal(303, blocked.Status);
        (await _alice.GetAsync("/dav/secret-name.txt")).Expect(451);
        var page = (await _anna.OpenAsync($"{Root}/accounts?account={account}")).Expect(200).Text;
        Assert.Contains($"<dd>{item}</dd>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_platform_is_read_only_until_it_is_normal_again_and_its_queues_are_seen()
    {
        await SignInAsync(OperatorScope.Platform, OperatorScope.Suspend, OperatorScope.Legal);
        (await _anna.OpenAsync(Root + "/platform")).Expect(200);
        var done = await ActAsync(
            ("act", "mode"),
            ("mode", "readOnly"),
            ("ends-at", "2099-03-02T11:30"),
            ("words-en", "A move.")
        );
        Assert.Equal((303, Root + "/platform?done"), (done.Status, done.Header("Location")));
        Assert.Contains("A move.", (await _alice.PutAsync("/dav/b", "b")).Expect(503).Text);
        Assert.Contains(
            "<dt>Expected end</dt><dd>2 March 2099 at 11:30</dd>",
            (await _anna.OpenAsync(Root + "/platform")).Expect(200).Text,
            StringComparison.Ordinal
        );
        foreach (var odd in (string[])["soon", "0001-01-01T00:00", "9999-12-31T23:59"])
            (await ActAsync(("act", "mode"), ("mode", "off"), ("ends-at", odd))).Expect(400);
        await ActAsync(("act", "mode"), ("mode", "normal"));
        (await _alice.PutAsync("/dav/b", "b")).Expect(201);

        Assert.Equal(
            303,
            (
                await ActAsync(("act", "restrict"), ("part", "upload"), ("reason", "prevention"))
            ).Status
        );
        (await _alice.PutAsync("/dav/c", "c")).Expect(403);
        var page = (await _anna.OpenAsync(Root + "/platform")).Expect(200);
        Assert.Contains("<dd>prevention</dd>", page.Text, StringComparison.Ordinal);
        await ActAsync(
            ("act", "lift"),
            ("kind", "restriction"),
            ("measure", Assert.Single(Numbers(page)))
        );
        (await _alice.PutAsync("/dav/c", "c")).Expect(201);

        Assert.Contains(
            "No account has been destroyed.",
            (await _anna.OpenAsync(Root + "/destructions")).Expect(200).Text,
            StringComparison.Ordinal
        );
        var queue = (await _anna.OpenAsync(Root + "/queue")).Expect(200).Text;
        Assert.Contains("event-delivery", queue, StringComparison.Ordinal);
        Assert.Contains("<dt>Given up</dt><dd>0</dd>", queue, StringComparison.Ordinal);
    }

    private async Task<DavAnswer> SignInAsync(params OperatorScope[] scopes)
    {
        (await _anna.OpenAsync(Root)).Expect(200);
        var signedIn = await _anna.SubmitAsync(Root + "/sign-in", ("token", TokenFor(scopes)));
        Assert.True(signedIn.Status == 303, $"{signedIn}");
        return signedIn;
    }

    private Task<DavAnswer> FindAsync() => _anna.OpenAsync(Root + "/accounts?signInName=alicia");

    private async Task<DavAnswer> ActAsync(params (string, string)[] fields)
    {
        (await _anna.OpenAsync(Root)).Expect(200);
        return await _anna.SendAsync(
            "POST",
            Root + "/acts",
            [GuardOn(), ("command", Guid.NewGuid().ToString()), .. fields]
        );
    }

    private (string, string) GuardOn() =>
        _anna.HiddenOf(Root + "/sign-out").Single(field => field.Name == "guard");

    private string TokenFor(params OperatorScope[] scopes) =>
        _operator.TokenOf([
            new Claim("sub", "anna"),
            new Claim("scope", OperatorHost.Names(scopes)),
        ]);

    private string TokenOf(string audience, OperatorScope scope) =>
        _operator.TokenOf(
            [new Claim("sub", "anna"), new Claim("scope", OperatorHost.Names(scope))],
            audience
        );

    private static string NumberOn(DavAnswer page) =>
        WebUtility.HtmlDecode(page.Text).Split("<h1>Account ")[1].Split('<')[0];

    private static string[] Numbers(DavAnswer page) =>
        [
            .. page
                .Text.Split("name=\"measure\" value=\"")
                .Skip(1)
                .Select(rest => rest.Split('"')[0]),
        ];
}
