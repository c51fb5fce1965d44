using System.Diagnostics;
using System.Net;
using System.Text;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;

namespace CloudDav.Server.Tests.MainContracts;

/// <summary>The client of the operator's product inventory, which answers over HTTP, or does not.</summary>
public sealed class ProductInventoryTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 12, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeInventory _inventory = new();
    private readonly List<InventoryClient> _clients = [];

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
        _inventory.Dispose();
    }

    [Theory]
    [InlineData("active", null, MainStatus.Active)]
    [InlineData("active", "2026-06-30T23:59:59+02:00", MainStatus.Active)]
    [InlineData("pendingTerminate", "2026-05-13T00:00:00Z", MainStatus.Active)]
    [InlineData("pendingTerminate", "2026-05-12T00:00:00Z", MainStatus.Terminated)]
    [InlineData("suspended", null, MainStatus.Suspended)]
    [InlineData("created", null, MainStatus.Suspended)]
    [InlineData("pendingActive", null, MainStatus.Suspended)]
    [InlineData("terminated", "2026-05-01T00:00:00+02:00", MainStatus.Terminated)]
    [InlineData("terminated", "2026-05-31T00:00:00.000Z", MainStatus.Active)]
    [InlineData("terminated", null, MainStatus.Terminated)]
    [InlineData("cancelled", null, MainStatus.Terminated)]
    [InlineData("aborted", null, MainStatus.Terminated)]
    public async Task A_products_status_and_end_are_read(
        string status,
        string? terminationDate,
        MainStatus expected
    )
    {
        _inventory.Knows("4711", status, terminationDate);

        var answer = await Client().AskAsync("4711");

        var ends = terminationDate is null
            ? (DateTimeOffset?)null
            : DateTimeOffset.Parse(
                terminationDate,
                System.Globalization.CultureInfo.InvariantCulture
            );
        Assert.Equal(new KnownMainContract(expected, ends, HasTv: null), answer);
    }

    [Fact]
    public async Task An_end_far_beyond_everybodys_life_is_none()
    {
        _inventory.Knows("4711", "active", "9999-12-31T23:59:59Z");

        Assert.Equal(
            new KnownMainContract(MainStatus.Active, null, null),
            await Client().AskAsync("4711")
        );
    }

    [Theory]
    [InlineData("""{"id":"4711","status":"active","terminationDate":"2026-05-12T09:59:59Z"}""")]
    [InlineData("""{"id":"4711","status":"suspended","terminationDate":"2026-05-12T09:59:59Z"}""")]
    [InlineData("""{"id":"4711","status":"Active"}""")]
    [InlineData("""{"id":"4711","status":"gone"}""")]
    [InlineData("""{"id":"4711","status":7}""")]
    [InlineData("""{"id":"4711"}""")]
    [InlineData("""{"id":"4712","status":"active"}""")]
    [InlineData("""{"id":4711,"status":"active"}""")]
    [InlineData("""{"status":"active"}""")]
    [InlineData("""{"id":"4711","status":"active","terminationDate":"2026-06-01"}""")]
    [InlineData("""{"id":"4711","status":"active","terminationDate":"2026-06-01T00:00:00"}""")]
    [InlineData("""{"id":"4711","status":"active","terminationDate":"2026-02-30T00:00:00Z"}""")]
    [InlineData("""{"id":"4711","status":"active","terminationDate":1780000000}""")]
    [InlineData("""{"id":"4711","status":"terminated","terminationDate":"0001-01-01T00:00:00Z"}""")]
    [InlineData("""{"id":"4711","status":"terminated","status":"active"}""")]
    [InlineData("""{"id":"4711","status":"\ud800"}""")]
    [InlineData("""[{"id":"4711","status":"terminated"}]""")]
    [InlineData("""{"id":"4711","status":"terminated"} trailing""")]
    [InlineData("""{"id":"4711","status":"terminated" """)]
    [InlineData("null")]
    [InlineData("")]
    public async Task Nonsense_is_no_answer(string body)
    {
        _inventory.Says("4711", body);
        var client = Client();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(1, client.Failures("nonsense"));
        Assert.Equal(1, _inventory.Asked("4711"));
    }

    [Fact]
    public async Task A_page_for_people_is_no_answer()
    {
        _inventory.Says(
            "4711",
            "<!DOCTYPE html><title>Maintenance</title><p>We are back at six.",
            "text/html"
        );
        var client = Client();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(1, client.Failures("nonsense"));
    }

    [Fact]
    public async Task Json_that_is_nested_without_end_is_no_answer()
    {
        _inventory.Says("4711", new StringBuilder().Insert(0, "[", 100_000).ToString());

        Assert.IsType<NoMainContractAnswer>(await Client().AskAsync("4711"));
    }

    [Fact]
    public async Task A_huge_answer_is_not_read_to_its_end_and_not_asked_for_again()
    {
        _inventory.Says(
            "4711",
            $$"""{"id":"4711","status":"active","description":"{{new string('x', 4 << 20)}}"}"""
        );
        var client = Client();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(1, client.Failures("nonsense"));
        Assert.Equal(1, _inventory.Asked("4711"));
    }

    [Fact]
    public async Task A_customer_the_other_side_does_not_know_is_unknown_and_no_failure()
    {
        _inventory.Answers("4711", HttpStatusCode.NotFound);
        var client = Client();

        Assert.IsType<UnknownMainContract>(await client.AskAsync("4711"));
        Assert.Equal(0, client.Failures());
        Assert.Equal(1, _inventory.Asked("4711"));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(206)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(410)]
    public async Task Any_other_status_is_no_answer(int status)
    {
        _inventory.Answers("4711", (HttpStatusCode)status);
        var client = Client();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(1, client.Failures($"status {status}"));
        Assert.Equal(1, _inventory.Asked("4711"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        _inventory
            .Server.Given(FakeInventory.Product("4711"))
            .RespondWith(
                Response
                    .Create()
                    .WithStatusCode(status)
                    .WithHeader("Location", $"{_inventory.Address}/product/else")
            );
        _inventory.Knows("else", "active");

        Assert.IsType<NoMainContractAnswer>(await Client().AskAsync("4711"));
        Assert.Equal(0, _inventory.Asked("else"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_failure_that_passes_is_tried_again(int status)
    {
        _inventory
            .Server.Given(FakeInventory.Product("4711"))
            .InScenario("recovery")
            .WillSetStateTo("well", 2)
            .RespondWith(Response.Create().WithStatusCode(status));
        _inventory
            .Server.Given(FakeInventory.Product("4711"))
            .InScenario("recovery")
            .WhenStateIs("well")
            .RespondWith(Response.Create().WithBodyAsJson(new { id = "4711", status = "active" }));
        var client = Client();

        Assert.IsType<KnownMainContract>(await client.AskAsync("4711"));
        Assert.Equal(3, _inventory.Asked("4711"));
        Assert.Equal(0, client.Failures());
    }

    [Fact]
    public async Task A_failure_that_stays_is_no_answer_after_the_retries()
    {
        _inventory.Answers("4711", HttpStatusCode.InternalServerError);
        var client = Client(retries: 2);

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(3, _inventory.Asked("4711"));
        Assert.Equal(1, client.Failures("status 500"));
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_no_answer()
    {
        _inventory
            .Server.Given(FakeInventory.Product("4711"))
            .RespondWith(
                Response
                    .Create()
                    .WithDelay(TimeSpan.FromSeconds(6))
                    .WithBodyAsJson(new { id = "4711", status = "active" })
            );
        var client = Client(retries: 1, timeoutSeconds: 1);
        var begun = Stopwatch.GetTimestamp();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 1.9, 5.9);
        Assert.Equal(1, client.Failures("timeout"));
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_no_answer()
    {
        using var trickle = new TrickleServer();
        var client = Client(retries: 0, timeoutSeconds: 1, address: trickle.Address);
        var begun = Stopwatch.GetTimestamp();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0.9, 10);
        Assert.Equal(1, client.Failures("timeout"));
    }

    [Fact]
    public async Task A_connection_that_is_refused_is_no_answer()
    {
        var address = _inventory.Address;
        _inventory.Server.Stop();
        var client = Client(retries: 0, address: address);

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(1, client.Failures("token"));
    }

    [Fact]
    public async Task One_token_serves_until_shortly_before_it_expires()
    {
        _inventory.Knows("4711", "active");
        var time = new FakeTimeProvider(s_now);
        var client = Client(time);

        await client.Contracts.AskAsync(
            Enumerable.Repeat("4711", 20).ToList(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(1, _inventory.TokensAsked);

        time.Advance(TimeSpan.FromSeconds(3600 - 31));
        await client.AskAsync("4711");
        Assert.Equal(1, _inventory.TokensAsked);

        time.Advance(TimeSpan.FromSeconds(1));
        await client.AskAsync("4711");
        Assert.Equal(2, _inventory.TokensAsked);
    }

    [Fact]
    public async Task A_token_is_asked_for_as_the_rfc_says_and_sent_as_bearer()
    {
        _inventory.Knows("4711", "active");

        await Client().AskAsync("4711");

        var token = _inventory
            .Server.LogEntries.Select(entry => entry.RequestMessage!)
            .Single(request => request.Path == "/token");
        Assert.Equal("grant_type=client_credentials&scope=inventory.read", token.Body);
        Assert.Equal(
            $"Basic {Convert.ToBase64String("cloud+dav:s3cret%3A%2B"u8)}",
            token.Headers!["Authorization"].Single()
        );
        var product = _inventory
            .Server.LogEntries.Select(entry => entry.RequestMessage!)
            .Single(request => request.Path != "/token");
        Assert.Equal("Bearer token-1", product.Headers!["Authorization"].Single());
        Assert.Equal("?fields=id,status,terminationDate", new Uri(product.Url).Query);
    }

    [Fact]
    public async Task A_token_that_is_refused_before_its_time_is_replaced_once()
    {
        _inventory.Server.ResetMappings();
        _inventory.GivesTokens("old", "new");
        _inventory
            .Server.Given(FakeInventory.Product("*").WithHeader("Authorization", "Bearer old"))
            .RespondWith(Response.Create().WithStatusCode(401));
        _inventory
            .Server.Given(FakeInventory.Product("*").WithHeader("Authorization", "Bearer new"))
            .RespondWith(Response.Create().WithBodyAsJson(new { id = "4711", status = "active" }));
        var client = Client();

        Assert.IsType<KnownMainContract>(await client.AskAsync("4711"));
        Assert.IsType<KnownMainContract>(await client.AskAsync("4711"));

        Assert.Equal(2, _inventory.TokensAsked);
        Assert.Equal(3, _inventory.Asked("4711"));
    }

    [Fact]
    public async Task Whoever_refuses_every_token_is_asked_twice_and_no_more()
    {
        _inventory.Answers("4711", HttpStatusCode.Unauthorized);
        var client = Client();

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(2, _inventory.TokensAsked);
        Assert.Equal(2, _inventory.Asked("4711"));
        Assert.Equal(1, client.Failures("status 401"));
    }

    [Theory]
    [InlineData(200, """{"access_token":"","token_type":"Bearer"}""")]
    [InlineData(200, """{"access_token":"a\r\nX-Evil: b","token_type":"Bearer"}""")]
    [InlineData(200, """{"access_token":"abc","token_type":"mac"}""")]
    [InlineData(200, """{"access_token":"abc"}""")]
    [InlineData(200, """["abc"]""")]
    [InlineData(200, "<html>")]
    [InlineData(400, """{"error":"invalid_client"}""")]
    [InlineData(302, "")]
    [InlineData(500, "")]
    public async Task Without_a_token_nobody_is_asked_and_there_is_no_answer(
        int status,
        string body
    )
    {
        _inventory.Server.ResetMappings();
        _inventory
            .Server.Given(Request.Create().WithPath("/token"))
            .RespondWith(
                Response
                    .Create()
                    .WithStatusCode(status)
                    .WithHeader("Location", _inventory.Address)
                    .WithBody(body)
            );
        var client = Client(retries: 1);

        Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(0, _inventory.Asked("4711"));
        Assert.Equal(1, client.Failures("token"));
        Assert.Equal(status is 400 or 302 ? 1 : 2, _inventory.TokensAsked);
    }

    [Fact]
    public async Task The_secret_is_read_from_its_file_for_every_token()
    {
        _inventory.Knows("4711", "active");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first\n", TestContext.Current.CancellationToken);
            var time = new FakeTimeProvider(s_now);
            var client = Client(time, secretFile: file);
            await client.AskAsync("4711");
            await File.WriteAllTextAsync(file, "second\n", TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromHours(1));
            await client.AskAsync("4711");
            File.Delete(file);
            time.Advance(TimeSpan.FromHours(1));

            Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
            Assert.Equal(
                [Basic("cloud+dav:first"), Basic("cloud+dav:second")],
                _inventory
                    .Server.LogEntries.Select(entry => entry.RequestMessage!)
                    .Where(request => request.Path == "/token")
                    .Select(request => request.Headers!["Authorization"].Single())
            );
        }
        finally
        {
            File.Delete(file);
        }

        static string Basic(string text) =>
            $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes(text))}";
    }

    [Fact]
    public async Task An_inventory_that_fails_is_left_alone_and_asked_again_after_a_while()
    {
        _inventory.Answers("4711", HttpStatusCode.InternalServerError);
        var time = new FakeTimeProvider(s_now);
        var client = Client(time, retries: 0);
        for (var i = 0; i < 10; i++)
            await client.AskAsync("4711");
        Assert.Equal(10, _inventory.Asked("4711"));

        // Open: nobody is asked.
        for (var i = 0; i < 50; i++)
            Assert.IsType<NoMainContractAnswer>(await client.AskAsync("4711"));
        Assert.Equal(10, _inventory.Asked("4711"));
        Assert.Equal(50, client.Failures("left alone"));

        // Half open: one asks, is failed, and it opens again.
        time.Advance(TimeSpan.FromSeconds(31));
        await client.AskAsync("4711");
        await client.AskAsync("4711");
        Assert.Equal(11, _inventory.Asked("4711"));

        // It works again: closed.
        _inventory.Server.ResetMappings();
        _inventory.GivesTokens("token-1");
        _inventory.Knows("4711", "active");
        time.Advance(TimeSpan.FromSeconds(31));
        for (var i = 0; i < 5; i++)
            Assert.IsType<KnownMainContract>(await client.AskAsync("4711"));
        Assert.Equal(16, _inventory.Asked("4711"));
    }

    [Fact]
    public async Task A_client_whose_secret_is_wrong_does_not_hammer_the_token_endpoint()
    {
        _inventory.Server.ResetMappings();
        _inventory
            .Server.Given(Request.Create().WithPath("/token"))
            .RespondWith(Response.Create().WithStatusCode(401));
        var client = Client();

        var answers = await client.Contracts.AskAsync(
            Enumerable.Range(0, 200).Select(number => $"{number}").ToList(),
            TestContext.Current.CancellationToken
        );

        Assert.All(answers, answer => Assert.IsType<NoMainContractAnswer>(answer));
        Assert.InRange(_inventory.TokensAsked, 10, 20);
    }

    [Fact]
    public async Task A_page_is_answered_in_its_order_and_a_silence_in_it_spoils_nothing()
    {
        var references = Enumerable.Range(10, 50).Select(number => $"{number}").ToList();
        foreach (var reference in references)
        {
            if (reference[1] is '3')
                _inventory.Says(reference, "{}");
            else if (reference[1] is not '0')
                _inventory.Knows(reference, "active", $"2027-01-01T00:{reference}:00Z");
        }
        var client = Client();

        var answers = await client.Contracts.AskAsync(
            references,
            TestContext.Current.CancellationToken
        );

        Assert.All(
            references.Zip(answers),
            pair =>
            {
                switch (pair.First[1])
                {
                    case '0':
                        Assert.IsType<UnknownMainContract>(pair.Second);
                        break;
                    case '3':
                        Assert.IsType<NoMainContractAnswer>(pair.Second);
                        break;
                    default:
                        var known = Assert.IsType<KnownMainContract>(pair.Second);
                        Assert.Equal(pair.First, $"{known.Ends!.Value.Minute}");
                        break;
                }
            }
        );
        Assert.Equal(5, client.Failures());
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    public async Task A_reference_that_would_climb_out_of_the_products_is_not_asked_for(
        string reference
    )
    {
        Assert.IsType<NoMainContractAnswer>(await Client().AskAsync(reference));
        Assert.Empty(_inventory.Server.LogEntries);
    }

    [Fact]
    public async Task A_reference_is_one_segment_whatever_is_in_it()
    {
        using var server = new TrickleServer();

        await Client(retries: 0, timeoutSeconds: 1, address: server.Address + "/v4/")
            .AskAsync("a/../b?c#d%2e é");

        Assert.Equal(
            "GET /v4/product/a%2F..%2Fb%3Fc%23d%252e%20%C3%A9?fields=id,status,terminationDate HTTP/1.1",
            server.RequestLine
        );
    }

    [Theory]
    [InlineData("""[{"relationshipType":"tv","product":{"id":"9","status":"active"}}]""", true)]
    [InlineData("""[{"relationshipType":"tv","product":{"id":"9"}}]""", true)]
    [InlineData("""[{"relationshipType":"tv","id":"9"}]""", true)]
    [InlineData("""[{"relationshipType":"tv","id":"9","status":"terminated"}]""", false)]
    [InlineData(
        """[{"relationshipType":"tv","id":"8","status":"terminated"},{"relationshipType":"tv","id":"9","status":"suspended"}]""",
        true
    )]
    [InlineData("""[{"relationshipType":"bundled","product":{"id":"9"}}]""", false)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    public async Task The_tv_contract_is_the_related_product_of_the_set_type(
        string relationships,
        bool expected
    )
    {
        _inventory.Says(
            "4711",
            $$"""{"id":"4711","status":"active","productRelationship":{{relationships}}}"""
        );

        Assert.Equal(
            new KnownMainContract(MainStatus.Active, null, expected),
            await Client(tv: "tv").AskAsync("4711")
        );
    }

    [Fact]
    public async Task Whoever_stops_asking_gets_no_answer_but_the_stop()
    {
        _inventory
            .Server.Given(FakeInventory.Product("4711"))
            .RespondWith(Response.Create().WithDelay(TimeSpan.FromSeconds(2)));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Client().Contracts.AskAsync("4711", stop.Token)
        );
    }

    private InventoryClient Client(
        TimeProvider? time = null,
        int retries = 3,
        int timeoutSeconds = 30,
        string? address = null,
        string? secretFile = null,
        string? tv = null
    )
    {
        var client = new InventoryClient(
            new MainContractOptions
            {
                Address = address ?? _inventory.Address,
                TokenAddress = _inventory.TokenAddress,
                ClientId = "cloud dav",
                ClientSecret = secretFile is null ? "s3cret:+" : null,
                ClientSecretFile = secretFile,
                Scope = "inventory.read",
                TimeoutSeconds = timeoutSeconds,
                Retries = retries,
                TvRelationship = tv,
            },
            time ?? new ShiftedTime(s_now)
        );
        _clients.Add(client);
        return client;
    }
}
