using System.Collections.Concurrent;

namespace CloudDav.Clients.Tests;

/// <summary>Chromium over the pages, driven by Playwright: what people do there, with and without script, on phones and desks, and what axe finds in four languages.</summary>
public sealed class PagesTests
{
    // Most of the time of a walk is spent waiting for the next page.
    private const int AtOnce = 2;

    private static readonly string s_browser = Path.Combine(Repository.Root, "tests", "browser");

    // Each area has a demo of its own, so that none finds what another has left.
    [Fact]
    public async Task People_find_their_way_on_every_page_and_nothing_keeps_anybody_out()
    {
        var areas = Directory
            .EnumerateFiles(Path.Combine(s_browser, "walks"), "*.mjs")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .ToList();
        Assert.NotEmpty(areas);
        var failures = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            areas,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtOnce,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (area, _) =>
            {
                var run = await WalkAsync(area);
                if (
                    run.ExitCode != 0
                    || !run.Output.EndsWith("walks, 0 failed\n", StringComparison.Ordinal)
                )
                    failures.Add($"{area}:\n{run.Output}");
            }
        );
        Assert.Empty(failures);
    }

    private static async Task<CommandResult> WalkAsync(string area)
    {
        using var home = new TempFolder();
        await using var server = new DemoServer();
        await server.StartAsync();
        return await Command.RunAsync(
            "node",
            [
                Path.Combine(s_browser, "walk.mjs"),
                $"http://127.0.0.1:{server.Port}",
                // No pictures.
                "",
                area,
            ],
            home.Path,
            seconds: 600
        );
    }
}
