using CloudDav.Server.Tests.Sharing;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Api;

/// <summary>Programs are told that something changed, on whatever node, over real sockets.</summary>
public sealed class ChangeStreamTests
{
    private const string Changes = "/api/v1/changes";
    private const string Stream = Changes + "/stream";

    [Fact]
    public async Task A_stream_tells_what_the_tree_is_and_of_each_change_on_any_node()
    {
        await using var one = await CloudDavHost.StartAsync();
        await using var other = await one.StartAnotherAsync();
        using var client = one.Client("alice", "demo");
        using var elsewhere = other.Client("alice", "demo");
        using var events = await OpenAsync(client);
        var first = await events.NextAsync();
        Assert.Equal(first, await StampAsync(client));

        (await client.PutAsync("/dav/here.txt", "1")).Expect(201);
        var second = await events.NextAsync();
        Assert.NotEqual(first, second);
        (await elsewhere.PutAsync("/dav/there.txt", "1")).Expect(201);
        var third = await events.NextAsync();
        Assert.NotEqual(second, third);
        Assert.Equal(third, await StampAsync(elsewhere));
        // Somebody else's changes are nothing here.
        using var bob = other.Client("bob", "demo");
        (await bob.PutAsync("/dav/other.txt", "1")).Expect(201);
        (await elsewhere.DeleteAsync("/dav/there.txt")).Expect(204);
        var fourth = await events.NextAsync();
        Assert.Equal(fourth, await StampAsync(client));
    }

    [Fact]
    public async Task What_changes_in_a_mounted_share_is_told_and_so_is_a_new_share()
    {
        await using var household = await Household.StartAsync();
        using var events = await OpenAsync(household.Bob);
        await events.NextAsync();
        await household.ShareAsync("view");
        var shared = await events.NextAsync();
        (await household.Alice.PutAsync("/dav/Album/not-shared.txt", "1")).Expect(201);
        (await household.Alice.PutAsync("/dav/Album/Photos/new.txt", "1")).Expect(201);
        Assert.NotEqual(shared, await events.NextAsync());
    }

    [Fact]
    public async Task An_answer_waits_for_the_next_change()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var client = host.Client("alice", "demo");
        var stamp = await StampAsync(client);
        var quiet = (await client.GetAsync($"{Changes}?since={stamp}")).Expect(200).Json();
        Assert.False(quiet.GetProperty("changed").GetBoolean());

        var waiting = client.GetAsync($"{Changes}?since={stamp}&wait=60");
        (await client.PutAsync("/dav/f", "1")).Expect(201);
        var news = (await waiting).Expect(200).Json();

        Assert.True(news.GetProperty("changed").GetBoolean());
        Assert.NotEqual(stamp, news.GetProperty("stamp").GetInt64());
        Assert.Equal(400, (await client.GetAsync($"{Changes}?since=x")).Status);
    }

    [Fact]
    public async Task A_stream_ends_when_its_device_is_revoked_and_when_the_server_stops()
    {
        await using var host = await CloudDavHost.StartAsync();
        var device = await host.AddDeviceAsync();
        using var events = await OpenAsync(device.Client);
        await events.NextAsync();
        using var alice = host.Client("alice", "demo");
        using var stays = await OpenAsync(alice);
        await stays.NextAsync();

        await host.RevokeDeviceAsync(device);
        Assert.Equal("end 401", await events.LastAsync());
        await host.StopAsync();
        Assert.Null(await stays.LastAsync());
    }

    [Fact]
    public async Task No_more_wait_than_there_is_room_for()
    {
        await using var host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                Settings = new Dictionary<string, string?>
                {
                    ["Listen:ListenersPerDevice"] = "1",
                    ["Listen:Listeners"] = "2",
                },
            }
        );
        using var alice = host.Client("alice", "demo");
        using var bob = host.Client("bob", "demo");
        using var carol = host.Client("carol", "demo");
        using (await OpenAsync(alice))
        using (await OpenAsync(bob))
        {
            Assert.Equal(503, (await carol.GetAsync(Stream)).Status);
            Assert.NotNull((await carol.GetAsync(Changes)).Header("Retry-After"));
        }
        using (await OpenAgainAsync(alice))
            Assert.Equal(429, (await alice.GetAsync(Stream)).Status);
    }

    // A place comes free when the server notices that nobody reads.
    private static async Task<Events> OpenAgainAsync(DavClient client)
    {
        while (true)
        {
            var response = await client.OpenAsync("GET", Stream);
            if (response.IsSuccessStatusCode)
                return new Events(response);
            response.Dispose();
            await Task.Yield();
        }
    }

    private static async Task<Events> OpenAsync(DavClient client)
    {
        var response = await client.OpenAsync("GET", Stream);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Events(response);
    }

    private static async Task<long> StampAsync(DavClient client) =>
        (await client.GetAsync(Changes)).Expect(200).Json().GetProperty("stamp").GetInt64();

    private sealed class Events(HttpResponseMessage response) : IDisposable
    {
        private readonly StreamReader _lines = new(response.Content.ReadAsStream());

        /// <summary>The stamp of the next event.</summary>
        public async Task<long> NextAsync()
        {
            while (await _lines.ReadLineAsync() is { } line)
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    return long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
            throw new InvalidOperationException("The stream ended.");
        }

        /// <summary>What the stream ends with; null for nothing.</summary>
        public async Task<string?> LastAsync()
        {
            string? last = null;
            while (await _lines.ReadLineAsync() is { } line)
                if (line == "event: end")
                    last = $"end {(await _lines.ReadLineAsync())!["data: ".Length..]}";
            return last;
        }

        public void Dispose()
        {
            _lines.Dispose();
            response.Dispose();
        }
    }
}
