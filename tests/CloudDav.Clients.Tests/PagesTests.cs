namespace CloudDav.Clients.Tests;

/// <summary>Chromium over the pages, driven by Playwright: what people do there, with and without script, on phones and desks, and what axe finds in four languages.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task People_find_their_way_on_every_page_and_nothing_keeps_anybody_out()
    {
        using var home = new TempFolder();
        await using var server = new DemoServer();
        await server.StartAsync();

        var run = await Command.RunAsync(
            "node",
            [
                Path.Combine(Repository.Root, "tests", "browser", "walk.mjs"),
                $"http://127.0.0.1:{server.Port}",
            ],
            home.Path,
            seconds: 300
        );

        run.MustSucceed();
        Assert.DoesNotContain("FAIL", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("walks, 0 failed\n", run.Output, StringComparison.Ordinal);
    }
}
