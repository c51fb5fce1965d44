using System.Diagnostics;
using System.Globalization;
using System.Text;
using CloudDav.Server;

namespace CloudDav.Testing;

/// <summary>The program as a process of its own, for what only a process shows: its output, its exit code, signals.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly Process _process;

    private RunningServer(Process process, string output, Uri address)
    {
        _process = process;
        Output = output;
        Address = address;
    }

    /// <summary>What it printed up to the line that names its address.</summary>
    public string Output { get; }

    /// <summary>Its address.</summary>
    public Uri Address { get; }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts the program with arguments, in a folder, without waiting for anything.</summary>
    public static Process Run(
        string folder,
        IReadOnlyList<string> arguments,
        IReadOnlyList<(string Name, string Value)> environment
    )
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(ServerStart).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<RunningServer> StartAsync(
        string folder,
        IReadOnlyList<string> arguments,
        IReadOnlyList<(string Name, string Value)> environment
    )
    {
        var process = Run(folder, arguments, environment);
        var output = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            foreach (var mark in (string[])["Ready: ", "Listening: "])
            {
                if (!line.StartsWith(mark, StringComparison.Ordinal))
                    continue;
                var address = new Uri(
                    new Uri(line[mark.Length..]).GetLeftPart(UriPartial.Authority) + "/"
                );
                // Nobody reads further; it must not stop because a pipe is full.
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                return new RunningServer(process, output.ToString(), address);
            }
        }
        await process.WaitForExitAsync();
        var error = await process.StandardError.ReadToEndAsync();
        throw new InvalidOperationException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The server ended with {process.ExitCode}: {output}{error}"
            )
        );
    }

    /// <summary>Asks it to stop, by SIGTERM.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start(
                "kill",
                ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]
            );
            await kill.WaitForExitAsync();
        }
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await StopAsync().WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
