using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>The public WebDAV test suite: every test of all five suites, and not one warning.</summary>
public sealed partial class LitmusTests(DemoServer server) : IClassFixture<DemoServer>
{
    [Theory]
    [InlineData("basic", 16)]
    [InlineData("copymove", 13)]
    [InlineData("props", 30)]
    [InlineData("locks", 41)]
    [InlineData("http", 4)]
    public async Task Every_litmus_test_passes_without_a_warning(string suite, int tests)
    {
        using var home = new TempFolder();
        // Debian keeps the suites behind one front program; TESTS chooses among them.
        var run = await Command.ShellAsync(
            $"TESTS={suite} litmus -k {server.Url} {server.User} {server.Password}",
            home.Path
        );
        run.MustSucceed();
        Assert.DoesNotContain("WARNING", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("SKIPPED", run.Output, StringComparison.Ordinal);
        var summary = Summary().Match(run.Output);
        Assert.True(summary.Success, "No summary:\n" + run.Output);
        Assert.Equal($"{tests}", summary.Groups["run"].Value);
        Assert.Equal($"{tests}", summary.Groups["passed"].Value);
    }

    [GeneratedRegex(
        @"summary for `\w+': of (?<run>\d+) tests run: (?<passed>\d+) passed",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Summary();
}
