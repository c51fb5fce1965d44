using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>
/// What an engine does of <c>docker run --read-only --tmpfs /tmp --cap-drop ALL --network host</c>: the image's program as process 1 of a namespace of its own, as the image's user, over a root
/// that is read-only. Only the volumes and /tmp can be written to.
/// </summary>
internal sealed class Container : IAsyncDisposable
{
    private readonly Image _image;
    private readonly string _folder;
    private readonly IReadOnlyList<string> _environment;
    private readonly Process _process;
    private readonly StringBuilder _log;

    private Container(
        Image image,
        string folder,
        IReadOnlyList<string> environment,
        Process process,
        StringBuilder log
    ) =>
        (_image, _folder, _environment, _process, _log) = (
            image,
            folder,
            environment,
            process,
            log
        );

    /// <summary>What it has said.</summary>
    public string Log => Command.Text(_log);

    /// <summary>Whether its program has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="folder">Where the volumes are, made at their first use of what the image has in their places.</param>
    /// <param name="settings">Further environment.</param>
    /// <param name="arguments">Instead of the image's own; null for those.</param>
    /// <param name="input">What its program reads.</param>
    public static async Task<Container> StartAsync(
        Image image,
        string folder,
        IReadOnlyList<string> settings,
        IReadOnlyList<string>? arguments = null,
        string input = ""
    )
    {
        IReadOnlyList<string> environment = [.. image.Environment, .. settings];
        var script = new StringBuilder(ImageBuilder.Mounts(image, isReadOnly: true)).AppendLine();
        foreach (var volume in image.Volumes)
        {
            var place = Path.Combine(folder, volume.Trim('/'));
            script.AppendLine(
                CultureInfo.InvariantCulture,
                $"[ -e {place} ] || cp -a {image.Root}{volume} {place}; mount --bind {place} {image.Root}{volume}"
            );
        }
        script.AppendLine(
            CultureInfo.InvariantCulture,
            $"exec {ImageBuilder.Enter(image, image.User, environment)} \"$@\""
        );
        var file = Path.Combine(folder, "start.sh");
        await File.WriteAllTextAsync(file, script.ToString());
        // The outer namespace ends everything when what started it is killed; the inner one gives the program the number 1.
        var process = Command.Start(
            "bash",
            [
                "-c",
                $"exec {Mount.Sudo}unshare --mount --pid --fork --kill-child unshare --pid --fork bash -euo pipefail {file} \"$@\"",
                "bash",
                .. image.EntryPoint,
                .. arguments ?? image.Arguments,
            ],
            folder,
            out var log
        );
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return new Container(image, folder, environment, process, log);
    }

    /// <summary>Runs a command in it, as <c>docker exec</c> and health checks do.</summary>
    public async Task<CommandResult> ExecuteAsync(IReadOnlyList<string> command)
    {
        var ids = ImageBuilder.UserAndGroup(_image.User);
        return await Command.ShellAsync(
            $"{Mount.Sudo}env -i {string.Join(' ', _environment.Select(ImageBuilder.Quoted))} /usr/bin/nsenter --target {await ProgramAsync()} --mount --pid --root --wd --setgid {ids.Group} --setuid {ids.User} -- {string.Join(' ', command.Select(ImageBuilder.Quoted))}",
            _folder
        );
    }

    /// <summary>What the kernel says of its program, by name: <c>Uid</c>.</summary>
    public async Task<string> StatusAsync(string name)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{await ProgramAsync()}/status");
        return lines
            .Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[
                (name.Length + 1)..
            ]
            .Trim();
    }

    /// <summary>Sends the image's stop signal and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Command.ShellAsync(
            $"{Mount.Sudo}kill -s {_image.StopSignal[3..]} {await ProgramAsync()}",
            _folder
        );
        return await EndAsync();
    }

    /// <summary>Waits until it has ended by itself and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ImageProblem("The program does not end:\n" + Log);
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The outer namespace's first process: the kernel takes all others with it.
            var line = await LineAsync();
            await Command.ShellAsync(
                $"{Mount.Sudo}kill -KILL {string.Join(' ', line.Skip(1).Take(1))}",
                _folder
            );
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private async Task<int> ProgramAsync() => (await LineAsync())[^1];

    /// <summary>The process, its child, and so on, down to the program.</summary>
    private async Task<List<int>> LineAsync()
    {
        var line = new List<int> { _process.Id };
        while (true)
        {
            string children;
            try
            {
                children = await File.ReadAllTextAsync(
                    $"/proc/{line[^1]}/task/{line[^1]}/children"
                );
            }
            catch (IOException)
            {
                throw new ImageProblem("The program has ended:\n" + Log);
            }
            if (children.Split(' ')[0] is not { Length: > 0 } first)
                return line;
            line.Add(int.Parse(first, CultureInfo.InvariantCulture));
        }
    }
}
