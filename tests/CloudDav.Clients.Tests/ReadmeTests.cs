using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>
/// The README's commands, run as they stand there: a block marked <c>sh NAME</c> is one test. Only the address, the mount
/// point and <c>sudo</c> are put in place, and what a person would type at a prompt comes from standard input.
/// </summary>
public sealed partial class ReadmeTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string MountPoint = "/mnt/clouddav";

    [Theory]
    [InlineData("curl", "")]
    [InlineData("archive", "")]
    [InlineData("share", "")]
    [InlineData("household", "")]
    [InlineData("cadaver", "")]
    [InlineData("rclone", "")]
    [InlineData("sync", "")]
    [InlineData("davfs2", "alice\ndemo\n")]
    public async Task The_commands_of_the_README_work(string client, string typed)
    {
        using var home = new TempFolder();
        var mountPoint = home.Folder("mnt");
        var block = Block(client);
        // Either the commands name the demo's address, or they are not about it.
        Assert.Contains("127.0.0.1:8080", block, StringComparison.Ordinal);
        var script = block
            .Replace(
                "http://127.0.0.1:8080/",
                server.Url[..^"dav/".Length],
                StringComparison.Ordinal
            )
            .Replace(MountPoint, mountPoint, StringComparison.Ordinal)
            .Replace("sudo ", Mount.Sudo, StringComparison.Ordinal);
        try
        {
            var run = await Command.ShellAsync(script, home.Path, typed);
            run.MustSucceed();
            Assert.Contains("Hello from", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            if (Mount.IsMounted(mountPoint))
                await Command.ShellAsync($"{Mount.Sudo}umount -l '{mountPoint}'", home.Path);
        }
    }

    [Fact]
    public async Task The_README_shows_how_contracts_stand()
    {
        using var home = new TempFolder();
        var root = server.Url[..^"dav/".Length];
        var block = Block("contract")
            .Replace("http://127.0.0.1:8080/", root, StringComparison.Ordinal);
        var run = await Command.ShellAsync(block, home.Path);
        var output = run.MustSucceed().Output;
        foreach (
            var said in (string[])
                [
                    "over-capacity",
                    "quota-not-exceeded",
                    "take-back-window",
                    "Do not forget me.",
                    "Uw factuur is niet betaald. Bel ons op 0800 12345.",
                ]
        )
            Assert.Contains(said, output, StringComparison.Ordinal);
        (await Command.ShellAsync("unzip -t everything.zip", home.Path)).MustSucceed();
    }

    [Fact]
    public async Task GNOMEs_commands_of_the_README_work()
    {
        using var home = new TempFolder();
        var address = server.UrlWithUser("dav");
        var block = Block("gio")
            .Replace("dav://alice@127.0.0.1:8080/dav/", address, StringComparison.Ordinal);
        Assert.Contains(address, block, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "session"), "set -eu\n" + block);
        var run = await Command.RunAsync(
            "dbus-run-session",
            ["--", "bash", "session"],
            home.Path,
            "demo\n"
        );
        Assert.Contains("Hello from", run.MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_command_of_the_README_gives_a_server_that_keeps_its_data()
    {
        using var home = new TempFolder();
        var command = Block("demo").Trim();
        Assert.DoesNotContain('\n', command);
        var port = DemoServer.FreePort();
        for (var start = 1; start <= 2; start++)
        {
            // At the home of whoever built it: with other packages it would be built anew, under the servers of other tests.
            var line =
                $"cd '{Repository.Root}' && export HOME='{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}' && exec {command} --port {port} --data '{home.Path}/data'";
            using var process = Command.Start("bash", ["-c", line], home.Path, out var log);
            try
            {
                await UntilReadyAsync(process, () => Command.Text(log));
                using var client = new HttpClient
                {
                    BaseAddress = new Uri($"http://127.0.0.1:{port}/dav/"),
                };
                client.DefaultRequestHeaders.Authorization = new("Basic", server.Credentials);
                using var put = await client.PutAsync("kept", new StringContent("kept"));
                Assert.Equal(start == 1 ? 201 : 204, (int)put.StatusCode);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    [Fact]
    public void Everything_the_READMEs_link_to_is_there()
    {
        foreach (var readme in (string[])["README.md", "tests/README.md"])
        {
            var file = Path.Combine(Repository.Root, readme);
            foreach (Match link in Links().Matches(File.ReadAllText(file)))
            {
                var target = Path.Combine(
                    Path.GetDirectoryName(file)!,
                    link.Groups["target"].Value
                );
                Assert.True(
                    Path.Exists(target),
                    $"{readme} links to {link.Groups["target"].Value}"
                );
            }
        }
        Assert.True(Path.Exists(Path.Combine(Repository.Root, Block("tests").Trim())));
    }

    /// <summary>Waits for the line the demo ends its greeting with; building may come first.</summary>
    private static async Task UntilReadyAsync(Process process, Func<string> log)
    {
        for (
            var waited = Stopwatch.StartNew();
            waited.Elapsed < TimeSpan.FromMinutes(5);
            await Task.Delay(100)
        )
        {
            if (log().Contains("Ready: ", StringComparison.Ordinal))
                return;
            Assert.False(process.HasExited, log());
        }
        Assert.Fail("The demo is not ready:\n" + log());
    }

    private static string Block(string name)
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        return Assert
            .Single(Blocks().Matches(readme), m => m.Groups["name"].Value == name)
            .Groups["text"]
            .Value;
    }

    [GeneratedRegex(
        "^```sh (?<name>\\S+)\n(?<text>.*?)^```$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\]\((?<target>[^):#]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();
}
