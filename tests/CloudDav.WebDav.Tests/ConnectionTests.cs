using System.Text;
using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests;

/// <summary>What only a socket shows.</summary>
public sealed class ConnectionTests : DavTest
{
    private protected override DavEndpointOptions Options =>
        new() { DrainBytes = 1024 * 1024, DrainTime = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_refusal_comes_instead_of_100_Continue()
    {
        Tree.Capacity = 10;
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
        );
        var answer = await connection.ReadAnswerAsync();
        Assert.Equal("HTTP/1.1 507 Not enough storage in your cloud", answer.StatusLine);
        Assert.Contains(
            "quota-not-exceeded",
            Encoding.UTF8.GetString(answer.Body),
            StringComparison.Ordinal
        );
        Assert.Contains("Connection: close", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_upload_that_is_wanted_gets_100_Continue_first()
    {
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await connection.ReadAnswerAsync(hasBody: false)).Status);
        await connection.SendAsync("hello");
        Assert.Equal(201, (await connection.ReadAnswerAsync()).Status);
    }

    [Theory]
    [InlineData("If-Match: \"x\"", 412)]
    [InlineData("If-None-Match: bad\"", 400)]
    [InlineData("X-User: reader", 403)]
    [InlineData("If: (<opaquelocktoken:a>)", 412)]
    public async Task Everything_is_checked_before_the_body(string header, int status)
    {
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            $"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n{header}\r\n\r\n"
        );
        Assert.Equal(status, (await connection.ReadAnswerAsync()).Status);
    }

    [Fact]
    public async Task Another_expectation_answers_417()
    {
        var answer = await Server.SendRawAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: tea\r\n\r\n"
        );
        Assert.Equal(417, answer.Status);
    }

    [Fact]
    public async Task A_client_that_sends_all_before_it_reads_still_reads_the_reason()
    {
        Tree.Capacity = 10;
        using var connection = await Server.ConnectAsync();
        var length = 900_000;
        await connection.SendAsync(
            $"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        );
        await connection.SendAsync(new byte[length]);
        Assert.Equal(507, (await connection.ReadAnswerAsync()).Status);
        await connection.SendAsync("OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, (await connection.ReadAnswerAsync()).Status);
    }

    [Fact]
    public async Task An_upload_refused_after_100_Continue_is_read_to_its_end()
    {
        Tree.Capacity = 100_000;
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await connection.ReadAnswerAsync(hasBody: false)).Status);
        for (var i = 0; i < 8; i++)
        {
            await connection.SendAsync("10000\r\n");
            await connection.SendAsync(new byte[0x10000]);
            await connection.SendAsync("\r\n");
        }
        await connection.SendAsync("0\r\n\r\n");
        Assert.Equal(507, (await connection.ReadAnswerAsync()).Status);
        await connection.SendAsync("OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, (await connection.ReadAnswerAsync()).Status);
    }

    [Fact]
    public async Task A_refused_upload_beyond_the_bound_is_told_that_the_connection_ends()
    {
        Tree.Capacity = 10;
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
        );
        await connection.SendAsync(new byte[10_000]);
        var answer = await connection.ReadAnswerAsync();
        Assert.Equal(507, answer.Status);
        Assert.Contains("Connection: close", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_chunked_upload_that_passes_the_quota_is_507_and_leaves_nothing()
    {
        Tree.Capacity = 10;
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
        );
        await connection.SendAsync("8\r\nthe rest\r\n0\r\n\r\n");
        Assert.Equal(507, (await connection.ReadAnswerAsync()).Status);
        Assert.Empty(Tree.Root.Children);
    }

    [Theory]
    [InlineData("/a/../b", 400)]
    [InlineData("/../../etc/passwd", 400)]
    [InlineData("/%2e%2e/b", 400)]
    [InlineData("/a%2Fb", 400)]
    [InlineData("/a%00b", 400)]
    [InlineData("/a%0ab", 400)]
    [InlineData("/a%zz", 400)]
    [InlineData("/a%", 400)]
    [InlineData("/a#b", 400)]
    [InlineData("/a%5C..%5Cb", 201)]
    [InlineData("//a///b", 409)]
    [InlineData("/a?x=1", 201)]
    [InlineData("http://x/abs", 201)]
    public async Task The_raw_target_is_judged_and_not_a_tidied_one(string target, int status)
    {
        var answer = await Server.SendRawAsync(
            $"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx"
        );
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Old_spellings_in_latin_1_find_their_name()
    {
        await PutAsync("/%E9t%E9.txt");
        Assert.Equal(200, (await SendAsync("GET", "/%C3%A9t%C3%A9.txt")).Status);
        var moved = await Server.SendRawAsync(
            "MOVE /%C3%A9t%C3%A9.txt HTTP/1.1\r\nHost: x\r\nDestination: /\u00e9.txt\r\n\r\n"
        );
        Assert.Equal(201, moved.Status);
        Assert.Equal("\u00e9.txt", Assert.Single(Tree.Root.Children.Keys));
    }

    [Fact]
    public async Task Raw_utf_8_in_the_destination_is_tolerated()
    {
        await PutAsync("/a");
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync(
            Encoding.UTF8.GetBytes(
                "MOVE /a HTTP/1.1\r\nHost: x\r\nDestination: /gr\u00fcn \U0001F600\r\n\r\n"
            )
        );
        Assert.Equal(201, (await connection.ReadAnswerAsync()).Status);
        Assert.Equal("gr\u00fcn \U0001F600", Assert.Single(Tree.Root.Children.Keys));
    }

    [Fact]
    public async Task Http_1_0_is_served()
    {
        await PutAsync("/a", "hello");
        var answer = await Server.SendRawAsync("GET /a HTTP/1.0\r\n\r\n");
        Assert.Equal(200, answer.Status);
        Assert.Equal("hello", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task An_address_of_over_16_KB_answers_414()
    {
        var answer = await Server.SendRawAsync(
            $"GET /{new string('a', 17_000)} HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        Assert.Equal(414, answer.Status);
    }

    [Fact]
    public async Task A_spilled_listing_is_whole()
    {
        await using var small = await DavServer.StartAsync(
            new DavEndpointOptions { SpoolMemoryPerAnswer = 64 * 1024 }
        );
        for (var i = 0; i < 2000; i++)
        {
            var name = $"file-{i:D5}.txt";
            small.Tree.Root.Children.Add(name, small.Tree.Make(name, isCollection: false));
        }
        var answer = await small.SendAsync("PROPFIND", "/", null, "Depth: 1");
        Assert.True(answer.Bytes.Length > 256 * 1024);
        Assert.Equal(2001, answer.Hrefs.Count);
        Assert.Equal(
            answer.Bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            answer.Header("Content-Length")
        );
    }

    [Fact]
    public async Task Two_conditional_writers_race_and_one_wins()
    {
        for (var round = 0; round < 10; round++)
        {
            var tag = (await SendAsync("PUT", "/a", "start")).Header("ETag");
            var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(i => SendAsync("PUT", "/a", "writer " + i, "If-Match: " + tag))
            );
            Assert.Equal(1, answers.Count(answer => answer.Status == 204));
            Assert.Equal(3, answers.Count(answer => answer.Status == 412));
        }
    }
}
