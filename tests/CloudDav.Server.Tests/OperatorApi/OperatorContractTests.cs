using System.Globalization;
using System.Text.Json;
using CloudDav.Server.Api;
using CloudDav.Server.Operator;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>Orders, contracts and households through the operator's door, over real sockets and with real tokens.</summary>
public sealed class OperatorContractTests : IAsyncLifetime
{
    private OperatorHost _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorHost.StartAsync();
        await AddOptionAsync("large", 1 << 30, 1 << 20);
        await AddOptionAsync("small", 1000, 0);
    }

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task An_order_answers_201_with_the_contract_and_its_version()
    {
        var reply = await OrderAsync("K1");

        Assert.Equal(201, reply.Status);
        Assert.Equal("\"1\"", reply.ETag);
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
        Assert.Equal("active", reply.Member("standing"));
        Assert.Equal("nl", reply.Member("language"));
        Assert.Equal("large", reply.Member("option"));
        Assert.Equal(
            "active",
            reply.Json.GetProperty("mainContract").GetProperty("status").GetString()
        );
        var read = await _operator.GetAsync("/contracts/K1");
        Assert.Equal((200, reply.Text, reply.ETag), (read.Status, read.Text, read.ETag));
    }

    [Fact]
    public async Task A_command_that_comes_again_is_answered_as_the_first_time()
    {
        var id = Guid.NewGuid().ToString();
        var first = await OrderAsync("K1", id: id);
        await _operator.CommandAsync("/contracts/K1/option", new { option = "small" });

        // However it is written, and with quotes around the id, as the header's draft has them.
        var again = await _operator.CommandAsync(
            "/orders",
            JsonSerializer.Serialize(Order("K1")).Replace(",", " ,\n ", StringComparison.Ordinal),
            $"\"{id}\""
        );

        Assert.Equal((201, first.Text, first.ETag), (again.Status, again.Text, again.ETag));
        Assert.Equal("small", (await _operator.GetAsync("/contracts/K1")).Member("option"));
        foreach (
            var other in (OperatorReply[])
                [
                    await OrderAsync("K2", id: id),
                    await _operator.CommandAsync(
                        "/contracts/K1/option",
                        new { option = "large" },
                        id
                    ),
                    await _operator.CommandAsync("/contracts/K1/reactivation", null, id),
                ]
        )
            Assert.Equal((422, "command-reused"), (other.Status, other.Code));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("129")]
    public async Task Every_command_needs_an_id(string? id)
    {
        if (id == "129")
            id = new string('x', 129);
        var token = _operator.Token(OperatorScope.Contracts);
        (string, string)[] headers = id is null ? [] : [("Idempotency-Key", id)];
        foreach (
            var reply in (OperatorReply[])
                [
                    await _operator.SendAsync(
                        "POST",
                        "/operator/v1/orders",
                        token,
                        JsonSerializer.Serialize(Order("K1")),
                        headers
                    ),
                    await _operator.SendAsync(
                        "POST",
                        "/operator/v1/contracts/K1/reactivation",
                        token,
                        null,
                        headers
                    ),
                ]
        )
        {
            Assert.Equal((400, "invalid-input"), (reply.Status, reply.Code));
            Assert.Equal("application/problem+json", reply.Headers["Content-Type"]);
            Assert.Equal(["Idempotency-Key"], reply.Fields);
        }
        Assert.Equal(404, (await _operator.GetAsync("/contracts/K1")).Status);
    }

    [Fact]
    public async Task If_Match_keeps_a_change_from_what_others_changed_meanwhile()
    {
        var etag = (await OrderAsync("K1")).ETag!;
        var changed = await _operator.CommandAsync(
            "/contracts/K1/tv-contract",
            new { isActive = true },
            ifMatch: etag
        );
        Assert.Equal((200, "\"2\""), (changed.Status, changed.ETag));

        var late = await _operator.CommandAsync(
            "/contracts/K1/option",
            new { option = "small" },
            ifMatch: etag
        );
        Assert.Equal((412, "version-conflict"), (late.Status, late.Code));
        foreach (var wrong in (string[])["3", "\"x\"", "W/\"2\"", "\"1\", \"2\"", "\"\""])
        {
            var reply = await _operator.CommandAsync(
                "/contracts/K1/option",
                new { option = "small" },
                ifMatch: wrong
            );
            Assert.Equal(400, reply.Status);
            Assert.Equal(["If-Match"], reply.Fields);
        }
        Assert.Equal(
            200,
            (
                await _operator.CommandAsync(
                    "/contracts/K1/option",
                    new { option = "small" },
                    ifMatch: "*"
                )
            ).Status
        );
    }

    [Theory]
    [InlineData("{}", "customer,mainContract,option,language")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("{", "")]
    [InlineData(
        """{"customer":"K1","mainContract":{"reference":"M1"},"language":"nl"}""",
        "option"
    )]
    [InlineData(
        """{"customer":7,"mainContract":[],"option":true,"language":"es"}""",
        "customer,mainContract,option,language"
    )]
    [InlineData(
        """{"customer":"K1","mainContract":{"reference":"M1","status":0,"endsAt":"2026-01-01","x":1},"option":"a","language":"nl"}""",
        "mainContract.status,mainContract.endsAt,mainContract.x"
    )]
    [InlineData(
        """{"customer":"K 1","mainContract":{"reference":"M1","endsAt":"2026-01-01T10:00:00"},"option":"","language":"nl","signInName":""}""",
        "customer,mainContract.endsAt,option,signInName"
    )]
    [InlineData(
        """{"customer":"K1","customer":"K2","mainContract":{"reference":"M1"},"option":null,"language":"nl","Option":"a"}""",
        "customer,option,Option"
    )]
    [InlineData(
        """{"customer":"K1","mainContract":{"reference":"M1"},"option":"large","language":"nl","hasTvContract":"true","subject":"\ud800"}""",
        "hasTvContract,subject"
    )]
    public async Task What_is_wrong_with_a_body_is_named_field_by_field(string body, string fields)
    {
        var reply = await _operator.CommandAsync("/orders", body);

        Assert.Equal((400, "invalid-input"), (reply.Status, reply.Code));
        Assert.Equal(fields, string.Join(',', reply.Fields));
    }

    [Theory]
    [InlineData("""{"code":"a","offer":"o","capacityBytes":-1,"texts":{}}""", "capacityBytes")]
    [InlineData("""{"code":"a","offer":"o","capacityBytes":1.5,"texts":{}}""", "capacityBytes")]
    [InlineData("""{"code":"a","offer":"o","capacityBytes":"1","texts":{}}""", "capacityBytes")]
    [InlineData(
        """{"code":"a","offer":"o","capacityBytes":99999999999999999999,"texts":{}}""",
        "capacityBytes"
    )]
    [InlineData(
        """{"code":"A","offer":"o o","capacityBytes":1,"texts":null}""",
        "code,offer,texts"
    )]
    [InlineData(
        """{"code":"a","offer":"o","capacityBytes":1,"texts":{"es":"x","nl":""}}""",
        "texts.es,texts.nl"
    )]
    [InlineData(
        """{"code":"a","offer":"o","capacityBytes":1,"texts":{},"entitlements":["tv",3,null]}""",
        "entitlements[1],entitlements[2]"
    )]
    [InlineData(
        """{"code":"a","offer":"o","capacityBytes":1,"texts":{},"entitlements":["t v"]}""",
        "entitlements"
    )]
    public async Task What_is_wrong_with_an_option_is_named_too(string body, string fields)
    {
        var reply = await _operator.CommandAsync("/options", body);

        Assert.Equal(400, reply.Status);
        Assert.Equal(fields, string.Join(',', reply.Fields));
        Assert.Equal(404, (await _operator.GetAsync("/options/a")).Status);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_json_is_refused()
    {
        var token = _operator.Token(OperatorScope.Contracts);
        var large = new string(' ', StrictJson.MostBytes) + "{}";
        var reply = await _operator.CommandAsync("/orders", large);
        Assert.Equal((413, "request-too-large"), (reply.Status, reply.Code));
        Assert.Equal(
            StrictJson.MostBytes.ToString(CultureInfo.InvariantCulture),
            reply.Member("limit")
        );
        Assert.Equal(400, (await _operator.CommandAsync("/orders", large[2..])).Status);
        foreach (var type in (string[])["text/plain", "application/json; charset=latin1", ""])
        {
            reply = await _operator.SendAsync(
                "POST",
                "/operator/v1/orders",
                token,
                "{}",
                ("Idempotency-Key", "x"),
                ("Content-Type", type)
            );
            Assert.Equal((415, "not-json"), (reply.Status, reply.Code));
        }
        reply = await _operator.CommandAsync("/orders", new string('[', 20) + new string(']', 20));
        Assert.Equal(400, reply.Status);
        // Where nothing is to be said, nothing is read.
        Assert.Equal(
            400,
            (await _operator.CommandAsync("/contracts/K1/reactivation", "{}")).Status
        );
    }

    [Fact]
    public async Task Refusals_are_told_in_the_reader_s_language()
    {
        var reply = await _operator.SendAsync(
            "GET",
            "/operator/v1/contracts/none",
            _operator.Token(OperatorScope.Contracts),
            null,
            ("Accept-Language", "fr-BE, en;q=0.5")
        );

        Assert.Equal((404, "not-found"), (reply.Status, reply.Code));
        Assert.Equal("fr", reply.Headers["Content-Language"]);
        Assert.Equal("Introuvable", reply.Member("title"));
    }

    [Fact]
    public async Task Contracts_are_listed_page_by_page()
    {
        for (var number = 1; number <= 5; number++)
            await OrderAsync($"K{number}");

        var seen = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await _operator.GetAsync(
                $"/contracts?limit=2{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}"
            );
            Assert.Equal(200, page.Status);
            seen.AddRange(
                page.Json.GetProperty("items")
                    .EnumerateArray()
                    .Select(item => item.GetProperty("customer").GetString()!)
            );
            cursor = page.Json.GetProperty("next").GetString();
            pages++;
        } while (cursor is not null);

        // The demo's people are customers too, and came before.
        Assert.Equal(["K1", "K2", "K3", "K4", "K5"], seen.SkipWhile(customer => customer != "K1"));
        Assert.Equal(seen.Count / 2 + 1, pages);
        foreach (
            var (query, field) in ((string, string)[])
                [
                    ("limit=0", "limit"),
                    ("limit=201", "limit"),
                    ("limit=x", "limit"),
                    ("limit=1&limit=2", "limit"),
                    ("cursor=-1", "cursor"),
                    ("cursor=x", "cursor"),
                    ("page=2", "page"),
                ]
        )
        {
            var wrong = await _operator.GetAsync($"/contracts?{query}");
            Assert.Equal(400, wrong.Status);
            Assert.Equal([field], wrong.Fields);
        }
    }

    [Fact]
    public async Task The_end_of_a_contract_is_felt_on_the_customer_s_next_request_and_taken_back_as_fast()
    {
        await OrderAsync("K1");
        var dav = await SignInAsync("K1");
        Assert.Equal(201, (await dav.PutAsync("/dav/a", "1")).Status);

        var ended = await _operator.CommandAsync(
            "/contracts/K1/end",
            new { endsAt = _operator.Time.GetUtcNow().AddDays(-3) }
        );
        Assert.Equal("takeBack", ended.Member("standing"));
        Assert.Equal("2026-04-01T22:00:00+00:00", ended.Member("closesAt"));
        Assert.Equal(403, (await dav.PutAsync("/dav/b", "1")).Status);
        Assert.Equal(200, (await dav.GetAsync("/dav/a")).Status);

        var back = await _operator.CommandAsync("/contracts/K1/reactivation", null);
        Assert.Equal("active", back.Member("standing"));
        Assert.Equal(201, (await dav.PutAsync("/dav/b", "1")).Status);
    }

    [Fact]
    public async Task A_smaller_option_leaves_the_customer_over_capacity_until_it_fits()
    {
        await OrderAsync("K1");
        var dav = await SignInAsync("K1");
        Assert.Equal(201, (await dav.PutAsync("/dav/a", new string('x', 2000))).Status);

        var reply = await _operator.CommandAsync("/contracts/K1/option", new { option = "small" });
        Assert.Equal("overCapacity", reply.Member("standing"));
        Assert.Equal(507, (await dav.PutAsync("/dav/b", "1")).Status);
        Assert.Equal(204, (await dav.DeleteAsync("/dav/a")).Status);
        Assert.Equal(201, (await dav.PutAsync("/dav/b", "1")).Status);
        Assert.Equal("active", (await _operator.GetAsync("/contracts/K1")).Member("standing"));
    }

    [Fact]
    public async Task A_household_has_its_members_through_the_same_door()
    {
        await OrderAsync("K1");

        var added = await MemberAsync("/contracts/K1/members", new { signInName = "ben" });
        Assert.Equal((201, "\"2\""), (added.Status, added.ETag));
        var path = $"/contracts/K1/members/{added.Member("member")}";
        var left = await MemberAsync(path + "/leaving", new { });
        Assert.Equal("takeBack", left.Member("standing"));
        Assert.Equal("active", (await MemberAsync(path + "/return", null)).Member("standing"));
        var list = await _operator.GetAsync("/contracts/K1/members", OperatorScope.Households);
        Assert.Equal(
            "ben",
            list.Json.GetProperty("items")[0].GetProperty("signInName").GetString()
        );
        Assert.Equal(404, (await MemberAsync("/contracts/K1/members/9999/return", null)).Status);
        Assert.Equal(404, (await MemberAsync("/contracts/K1/members/ben/return", null)).Status);
    }

    [Fact]
    public async Task The_operator_s_inventory_is_asked_before_an_order_is_accepted()
    {
        using var inventory = WireMock.Server.WireMockServer.Start();
        await using var host = await OperatorHost.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["MainContract:Address"] = inventory.Url,
                ["MainContract:TokenAddress"] = inventory.Url + "/token",
                ["MainContract:ClientId"] = "clouddav",
                ["MainContract:ClientSecret"] = "secret",
            }
        );
        inventory
            .Given(Request.Create().WithPath("/token"))
            .RespondWith(
                Response
                    .Create()
                    .WithBodyAsJson(
                        new
                        {
                            access_token = "t",
                            token_type = "Bearer",
                            expires_in = 300,
                        }
                    )
            );
        inventory
            .Given(Request.Create().WithPath("/product/M1"))
            .RespondWith(
                Response.Create().WithBodyAsJson(new { id = "M1", status = "terminated" })
            );
        await AddOptionAsync("large", 1 << 30, 0, host);

        var reply = await host.CommandAsync("/orders", Order("K1"));

        Assert.Equal((409, "no-main-contract"), (reply.Status, reply.Code));
    }

    private static object Order(string customer) =>
        new
        {
            customer,
            mainContract = new { reference = "M" + customer[1..], status = "active" },
            option = "large",
            language = "nl",
            signInName = "person" + customer,
            subject = "subject-of-" + customer,
        };

    private Task<OperatorReply> OrderAsync(string customer, string? id = null) =>
        _operator.CommandAsync("/orders", Order(customer), id);

    private Task<OperatorReply> MemberAsync(string path, object? body) =>
        _operator.CommandAsync(path, body, scope: OperatorScope.Households);

    private async Task AddOptionAsync(
        string code,
        long capacity,
        long members,
        OperatorHost? host = null
    )
    {
        var reply = await (host ?? _operator).CommandAsync(
            "/options",
            new
            {
                code,
                offer = "cloud",
                capacityBytes = capacity,
                memberCapacityBytes = members,
                entitlements = new[] { "tv" },
                texts = new { nl = code },
            }
        );
        Assert.Equal((201, "\"1\""), (reply.Status, reply.ETag));
    }

    // A password as the customer would have set it with the operator's link.
    private async Task<CloudDav.Testing.DavClient> SignInAsync(string customer)
    {
        var accounts = _operator.Host.Services.GetRequiredService<IAccountStore>();
        var account = await accounts.FindAccountAsync(
            SignInName.Key("person" + customer),
            CancellationToken.None
        );
        await accounts.SetPasswordAsync(
            account!.Id,
            PasswordHash.Create("demo", 1000),
            _operator.Time.GetUtcNow(),
            CancellationToken.None
        );
        return _operator.Host.Client("person" + customer);
    }
}
