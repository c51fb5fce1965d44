using System.Collections.Concurrent;
using System.Text.Json;
using CloudDav.Server.Tests.Auth;

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
                    || run.Output.Contains("not walked", StringComparison.Ordinal)
                )
                    failures.Add($"{area}:\n{run.Output}");
            }
        );
        Assert.True(failures.IsEmpty, string.Join("\n", failures));
    }

    private static async Task<CommandResult> WalkAsync(string area)
    {
        using var home = new TempFolder();
        await using var surroundings = new Surroundings();
        var config = Path.Combine(home.Path, "surroundings.json");
        await File.WriteAllTextAsync(config, await surroundings.StartAsync(area));
        await using var server = new DemoServer { Config = config };
        await server.StartAsync();
        await surroundings.EnterAsync(server);
        return await Command.RunAsync(
            "env",
            [
                .. surroundings.Environment,
                "node",
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

    /// <summary>What an operator has around the server, in the areas that are about it: systems that command it, and an identity provider, which is another site to the browser.</summary>
    private sealed class Surroundings : IAsyncDisposable
    {
        private OperatorSystem? _operator;
        private OpenIdProvider? _provider;

        /// <summary>What the walks are told of it.</summary>
        public List<string> Environment { get; } = [];

        /// <summary>Starts it; returns the server's settings.</summary>
        public async Task<string> StartAsync(string area)
        {
            switch (area)
            {
                case "console":
                    _operator = await OperatorSystem.StartAsync();
                    Environment.Add(
                        "CLOUDDAV_CONSOLE_TOKEN="
                            + _operator.Token("support-read suspend content-block platform legal")
                    );
                    Environment.Add(
                        "CLOUDDAV_CONSOLE_TOKEN_READ=" + _operator.Token("support-read")
                    );
                    return $$"""{"Operator": {{_operator.Settings}}}""";
                case "provider":
                    _provider = await OpenIdProvider.StartAsync(TimeProvider.System);
                    _provider.Subject = "number-4711";
                    Environment.Add("CLOUDDAV_PROVIDER=Home");
                    return JsonSerializer.Serialize(
                        new
                        {
                            SignIn = new
                            {
                                Authority = _provider.Address.Replace(
                                    "127.0.0.1",
                                    "localhost",
                                    StringComparison.Ordinal
                                ),
                                Audience = "clouddav",
                                OpenIdProvider.ClientId,
                                OpenIdProvider.ClientSecret,
                                ProviderName = "Home",
                            },
                        }
                    );
                default:
                    return "{}";
            }
        }

        /// <summary>Makes whom the identity provider knows.</summary>
        public async Task EnterAsync(DemoServer server)
        {
            if (_provider is not null)
                (
                    await server.VerbAsync(
                        "account",
                        "add",
                        "erin",
                        "--subject",
                        _provider.Subject!,
                        "--data",
                        server.Data
                    )
                ).MustSucceed();
        }

        public async ValueTask DisposeAsync()
        {
            if (_operator is not null)
                await _operator.DisposeAsync();
            if (_provider is not null)
                await _provider.DisposeAsync();
        }
    }
}
