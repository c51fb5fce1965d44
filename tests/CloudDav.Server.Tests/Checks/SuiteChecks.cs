using System.Diagnostics;
using System.Globalization;
using System.Text;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>The public compliance suite; the recorded dialogues are in <c>Clients/</c>.</summary>
public class SuiteChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C85_The_public_litmus_suite_passes_without_a_warning()
    {
        const string program = "/usr/bin/litmus";
        Assert.SkipUnless(File.Exists(program), "litmus is not installed here");
        await using var tree = await NewTreeAsync();
        var credentials = Encoding.UTF8.GetString(
            Convert.FromBase64String(tree.Authorization!["Basic ".Length..])
        );
        var colon = credentials.IndexOf(':', StringComparison.Ordinal);
        // It writes its log where it stands.
        var folder = Directory.CreateTempSubdirectory("clouddav-litmus-").FullName;
        try
        {
            var start = new ProcessStartInfo(program)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["TESTS"] = "basic copymove props locks http";
            foreach (
                var argument in new[]
                {
                    "-k",
                    $"http://{tree.Host}{tree.Prefix}/",
                    credentials[..colon],
                    credentials[(colon + 1)..],
                }
            )
                start.ArgumentList.Add(argument);
            using var litmus = Process.Start(start)!;
            var output = litmus.StandardOutput.ReadToEndAsync(
                TestContext.Current.CancellationToken
            );
            var errors = litmus.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await litmus.WaitForExitAsync(TestContext.Current.CancellationToken);
            var all = await output + await errors;
            Assert.True(litmus.ExitCode == 0, all);
            Assert.DoesNotContain("FAIL", all, StringComparison.Ordinal);
            Assert.DoesNotContain("WARNING", all, StringComparison.Ordinal);
            foreach (var suite in new[] { "basic", "copymove", "props", "locks", "http" })
                Assert.Contains(
                    string.Create(CultureInfo.InvariantCulture, $"summary for `{suite}'"),
                    all,
                    StringComparison.Ordinal
                );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
