using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>The public WebDAV test suite: every test of all five suites, and not one warning.</summary>
public sealed partial class LitmusTests(DemoServer server) : IClassFixture<DemoServer>
{
    /// <summary>The suites, and how many tests each has.</summary>
    public static TheoryData<string, int> Suites =>
        new()
        {
            { "basic", 16 },
            { "copymove", 13 },
            { "props", 30 },
            { "locks", 41 },
            { "http", 4 },
        };

    [Theory]
    [MemberData(nameof(Suites))]
    public Task Every_litmus_test_passes_without_a_warning(string suite, int tests) =>
        PassAsync(server.Url, server, suite, tests);

    /// <summary>Runs a suite, as the server's user or as somebody else of the demo, and fails unless every test of it passes.</summary>
    internal static async Task PassAsync(
        string url,
        DemoServer server,
        string suite,
        int tests,
        string? user = null
    )
    {
        using var home = new TempFolder();
        // Debian keeps the suites behind one front program; TESTS chooses among them.
        var run = await Command.ShellAsync(
            $"TESTS={suite} litmus -k {url} {user ?? server.User} {server.Password}",
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

    // Folders, deletes, reads and their refusals pass; a test fails only where it needs new content, or what one that failed should have put there.
    [Theory]
    [InlineData("olivia", "basic", "put_get put_get_utf8_segment")]
    [InlineData("olivia", "copymove", "copy_init copy_coll copy_shallow move move_coll")]
    [InlineData("olivia", "props", "propinit propinit propmanyns")]
    [InlineData(
        "olivia",
        "locks",
        "put lock_excl lock_shared lock_collection owner_modify indirect_refresh unmapped_lock"
    )]
    [InlineData("olivia", "http", "")]
    [InlineData("mia", "basic", "put_get put_get_utf8_segment")]
    [InlineData("mia", "copymove", "copy_init copy_coll copy_shallow move move_coll")]
    // Every suite begins by making a folder, which nobody may in these.
    [InlineData("tess", "basic", "begin")]
    [InlineData("tess", "locks", "begin")]
    [InlineData("sven", "basic", "begin")]
    public async Task Where_a_contract_stands_otherwise_litmus_fails_where_it_must_and_nowhere_else(
        string user,
        string suite,
        string failing
    )
    {
        var (failed, _) = await FailAsync(server.Url, server, suite, user);
        Assert.Equal(failing, failed);
    }

    /// <summary>Runs a suite that may fail; returns the tests that did, and what it said.</summary>
    internal static async Task<(string Failed, string Output)> FailAsync(
        string url,
        DemoServer server,
        string suite,
        string user
    )
    {
        using var home = new TempFolder();
        var run = await Command.ShellAsync(
            $"TESTS={suite} litmus -k {url} {user} {server.Password} || true",
            home.Path
        );
        Assert.True(Summary().IsMatch(run.Output), "No summary:\n" + run.Output);
        return (
            string.Join(
                ' ',
                Failed().Matches(run.Output).Select(test => test.Groups["test"].Value)
            ),
            run.Output
        );
    }

    [GeneratedRegex(@"\d+\. (?<test>\w+)\.* FAIL \(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Failed();

    [GeneratedRegex(
        @"summary for `\w+': of (?<run>\d+) tests run: (?<passed>\d+) passed",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Summary();
}
