using CloudDav.Testing;

namespace CloudDav.Server.Tests.SqlServer;

/// <summary>A server whose metadata cannot be reached for a while.</summary>
public sealed class SqlServerOutageTests
{
    [Fact]
    public async Task Without_its_SQL_Server_a_server_says_so_loses_nothing_and_comes_back_by_itself()
    {
        Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);
        using var database = new TestSqlServer();
        await using var relay = new TdsRelay(database.ConnectionString);
        var settings = new Dictionary<string, string?>(
            database.Settings,
            StringComparer.OrdinalIgnoreCase
        )
        {
            ["Storage:SqlServer:ConnectionString"] = relay.ConnectionString,
        };
        await using var host = await CloudDavHost.StartAsync(new() { Settings = settings });
        var alice = host.Client();
        var content = new byte[100_000];
        Assert.Equal(201, (await alice.PutAsync("/dav/file", content)).Status);
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/ready")).Status);

        await relay.GoAwayAsync();
        foreach (
            var answer in new[]
            {
                await alice.GetAsync("/dav/file"),
                await alice.PutAsync("/dav/new", content),
                await alice.PropfindAsync("/dav/"),
            }
        )
        {
            Assert.Equal((503, "30"), (answer.Status, answer.Header("Retry-After")));
            Assert.Contains("storage-unavailable", answer.Text, StringComparison.Ordinal);
        }
        // What was found a moment ago is believed for some seconds.
        DavAnswer ready;
        while ((ready = await host.Anonymous().GetAsync("/health/ready")).Status == 200)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.StartsWith(
            "not ready: the metadata ",
            ready.Expect(503).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);

        relay.ComeBack();
        Assert.Equal(content, (await alice.GetAsync("/dav/file")).Expect(200).Body);
        Assert.Equal(404, (await alice.GetAsync("/dav/new")).Status);
        Assert.Equal(201, (await alice.PutAsync("/dav/new", content)).Status);
        while ((await host.Anonymous().GetAsync("/health/ready")).Status != 200)
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }
}
