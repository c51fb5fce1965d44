using System.Diagnostics;
using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>How a program ended: its exit code, and standard output and standard error as they came.</summary>
internal sealed record CommandResult(string Line, int ExitCode, string Output)
{
    /// <summary>Fails the test, with the whole log, when the program did not end with 0.</summary>
    public CommandResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"`{Line}` ended with {ExitCode}:\n{Output}");
        return this;
    }
}

/// <summary>Runs the programs that stand for the clients, each with a home folder of its own and a time limit.</summary>
internal static class Command
{
    /// <summary>Runs a program to its end; a program that is not installed fails the test with what to do.</summary>
    public static async Task<CommandResult> RunAsync(
        string program,
        string[] arguments,
        string home,
        string input = "",
        int seconds = 120
    )
    {
        using var process = Start(program, arguments, home, out var output);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var line = program + " " + string.Join(' ', arguments);
        line = line.Length <= 500 ? line : line[..500] + " ...";
        try
        {
            try
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program ended without reading all of it: its exit code says whether that was right.
            }
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"`{line}` did not end within {seconds} s:\n{Text(output)}");
        }
        return new CommandResult(line, process.ExitCode, Text(output));
    }

    /// <summary>Runs lines of bash, as a person would type them; the first that fails ends the script.</summary>
    public static Task<CommandResult> ShellAsync(
        string script,
        string home,
        string input = "",
        int seconds = 120
    ) => RunAsync("bash", ["-euo", "pipefail", "-c", script], home, input, seconds);

    /// <summary>Starts a program that stays; its output gathers in <paramref name="output"/>.</summary>
    public static Process Start(
        string program,
        string[] arguments,
        string home,
        out StringBuilder output
    )
    {
        var log = new StringBuilder();
        output = log;
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = home,
        };
        start.Environment["HOME"] = home;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(home, ".config");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(home, ".cache");
        start.Environment["XDG_DATA_HOME"] = Path.Combine(home, ".local/share");
        start.Environment["XDG_RUNTIME_DIR"] = home;
        foreach (
            var name in (string[])
                ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        )
            start.Environment.Remove(name);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                $"{program} could not be started; tests/run installs it: {e.Message}",
                e
            );
        }
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>What the program has said so far.</summary>
    public static string Text(StringBuilder output)
    {
        lock (output)
            return output.ToString();
    }

    private static void Append(StringBuilder log, string? line)
    {
        if (line is null)
            return;
        lock (log)
            log.AppendLine(line);
    }
}
