using System.Diagnostics;
using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests;

/// <summary>The public test suite for WebDAV servers, over a real socket.</summary>
public sealed class LitmusTests
{
    [Fact]
    public async Task Litmus_passes_whole_and_without_a_warning()
    {
        var program = Path.Combine("/usr/bin", "litmus");
        Assert.SkipUnless(File.Exists(program), "litmus is not installed");
        await using var server = await DavServer.StartAsync(prefix: "/dav");
        var folder = Directory.CreateTempSubdirectory("clouddav-litmus-");
        try
        {
            using var litmus = Process.Start(
                new ProcessStartInfo(program, ["-k", new Uri(server.Address, "/dav/").ToString()])
                {
                    WorkingDirectory = folder.FullName,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            var error = litmus.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await litmus.StandardOutput.ReadToEndAsync(
                TestContext.Current.CancellationToken
            );
            await litmus.WaitForExitAsync(TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine(output + await error);
            Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);
            Assert.DoesNotContain("WARNING", output, StringComparison.Ordinal);
            foreach (var suite in (string[])["basic", "copymove", "props", "locks", "http"])
                Assert.Contains($"summary for `{suite}'", output, StringComparison.Ordinal);
            Assert.Equal(0, litmus.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
