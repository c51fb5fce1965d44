using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests;

/// <summary>What clients are answered while something is out of order for everybody.</summary>
public sealed class OutageTests
{
    private const string Finder = "User-Agent: WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)";
    private const string Explorer = "User-Agent: Microsoft-WebDAV-MiniRedir/10.0.19045";

    [Fact]
    public async Task A_refused_write_is_a_lock_to_finder_and_503_to_others()
    {
        await using var server = await StartAsync(DavOutage.Writes);

        var finder = await server.SendAsync("PUT", "/a", "x", Finder);
        Assert.Equal(423, finder.Status);
        Assert.Equal("60", finder.Header("Retry-After"));
        Assert.Equal(503, (await server.SendAsync("PUT", "/a", "x", Explorer)).Status);
        Assert.Equal(503, (await server.SendAsync("PUT", "/a", "x")).Status);
    }

    [Fact]
    public async Task While_nothing_works_the_connection_ends_with_the_answer()
    {
        await using var server = await StartAsync(DavOutage.Everything);

        foreach (var agent in (string[])[Explorer, "User-Agent: curl/8.5"])
        {
            var answer = await server.SendRawAsync(
                $"PROPFIND / HTTP/1.1\r\nHost: x\r\n{agent}\r\nDepth: 0\r\n\r\n"
            );
            Assert.Equal(503, answer.Status);
            Assert.Contains("Connection: close", answer.Head, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("Retry-After: 60", answer.Head, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("PROPFIND / HTTP/1.1\r\nHost: x\r\nDepth: 0\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n")]
    [InlineData("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n")]
    public async Task While_nothing_works_finder_is_not_answered(string head)
    {
        await using var server = await StartAsync(DavOutage.Everything);
        using var connection = await server.ConnectAsync();

        await connection.SendAsync($"{head}{Finder}\r\n\r\n");

        Assert.True(await connection.IsClosedAsync());
    }

    [Fact]
    public async Task While_nothing_works_finder_hears_it_from_options()
    {
        await using var server = await StartAsync(DavOutage.Everything);

        var answer = await server.SendRawAsync(
            $"OPTIONS / HTTP/1.1\r\nHost: x\r\n{Finder}\r\n\r\n"
        );

        Assert.Equal(503, answer.Status);
        Assert.Contains("Connection: close", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Both_can_be_switched_off()
    {
        var clients = new DavClientOptions
        {
            FinderOutageIsLock = DavSwitch.Off,
            FinderOutageIsSilence = DavSwitch.Off,
        };
        foreach (var outage in (DavOutage[])[DavOutage.Writes, DavOutage.Everything])
        {
            await using var server = await StartAsync(outage, clients);
            Assert.Equal(503, (await server.SendAsync("PUT", "/a", "x", Finder)).Status);
        }
    }

    private static Task<DavServer> StartAsync(DavOutage outage, DavClientOptions? clients = null) =>
        DavServer.StartAsync(
            new DavEndpointOptions { Clients = clients ?? new DavClientOptions() },
            refuse: _ => new DavProblem(503, "Later.")
            {
                Outage = outage,
                RetryAfter = TimeSpan.FromMinutes(1),
            }
        );
}
