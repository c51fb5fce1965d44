using System.Diagnostics;
using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>
/// What a person does on a mounted drive, with the programs of a shell: copy a tree in, list it, rename, overwrite,
/// delete, unmount, mount again and copy it all back. After each step the server is asked over plain HTTP.
/// </summary>
internal static class MountScenario
{
    /// <param name="server">The server that is mounted.</param>
    /// <param name="at">The mounted folder, relative to the tree, ending with a slash; empty for the whole tree.</param>
    /// <param name="mountPoint">Where it is mounted.</param>
    /// <param name="home">Room for the copies.</param>
    /// <param name="mountAsync">Mounts it; disposing unmounts it and returns when everything is on the server.</param>
    /// <param name="keepsTimes">Whether this client sends the times of the files it copies in.</param>
    public static async Task RunAsync(
        DemoServer server,
        string at,
        string mountPoint,
        TempFolder home,
        Func<Task<IAsyncDisposable>> mountAsync,
        bool keepsTimes
    )
    {
        var (up, down) = (home.Folder("up"), home.Folder("down"));
        var tree = Tree.Difficult();
        var changed = tree.Changed();
        tree.WriteTo(up);
        Tree.WriteFile(Path.Combine(home.Path, "grown"), Tree.Change.GrownBytes, Tree.Change.Time);
        Tree.WriteFile(
            Path.Combine(home.Path, "shrunk"),
            Tree.Change.ShrunkBytes,
            Tree.Change.Time
        );
        using var client = server.Connect();

        await using (await mountAsync())
        {
            await ShellAsync("cp -r --preserve=timestamps up/. mnt/");
            // The names as the mount lists them; what it makes for itself is its own.
            var run = await ShellAsync(
                "cd mnt; find . -mindepth 1 -not -path './lost+found*' -printf '%P\\n'"
            );
            var listed = run.Output.TrimEnd('\n').Split('\n');
            Tree.AssertSameNames(tree.Items.Select(i => i.Key), listed);
        }
        Tree.AssertSame(tree, await Tree.OfServerAsync(client, at), keepsTimes);

        await using (await mountAsync())
        {
            await ShellAsync($"mv 'mnt/{Tree.Change.File}' 'mnt/{Tree.Change.FileTo}'");
            await ShellAsync($"mv 'mnt/{Tree.Change.Folder}' 'mnt/{Tree.Change.FolderTo}'");
            await ShellAsync($"cp --preserve=timestamps grown 'mnt/{Tree.Change.Grown}'");
            await ShellAsync($"cp --preserve=timestamps shrunk 'mnt/{Tree.Change.Shrunk}'");
            await ShellAsync(
                $"rm 'mnt/{Tree.Change.DeletedFile}'; rm -r 'mnt/{Tree.Change.DeletedFolder}'"
            );
        }
        var after = await Tree.OfServerAsync(client, at);
        Tree.AssertSame(changed, after, keepsTimes);

        await using (await mountAsync())
            await ShellAsync("cp -r --preserve=timestamps mnt/. down/; rm -rf down/lost+found");
        // What the mount shows is what the server says, times too, whoever set them.
        Tree.AssertSame(after, Tree.OfFolder(down), times: true);

        async Task<CommandResult> ShellAsync(string script)
        {
            Assert.True(Mount.IsMounted(mountPoint), "Nothing is mounted at " + mountPoint);
            return (await Command.ShellAsync(script, home.Path)).MustSucceed();
        }
    }
}

/// <summary>A mounted folder; disposing unmounts it and waits for the program behind it.</summary>
internal sealed class Mount(string mountPoint, string unmount, Process? process, StringBuilder log)
    : IAsyncDisposable
{
    public static bool IsMounted(string mountPoint) =>
        File.ReadLines("/proc/self/mounts").Any(l => l.Split(' ')[1] == mountPoint);

    public async Task UntilMountedAsync()
    {
        for (var waited = Stopwatch.StartNew(); !IsMounted(mountPoint); await Task.Delay(50))
        {
            if (process is { HasExited: false } && waited.Elapsed < TimeSpan.FromSeconds(30))
                continue;
            process?.Kill();
            process?.Dispose();
            Assert.Fail("The mount did not come up:\n" + Command.Text(log));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var home = Path.GetDirectoryName(mountPoint)!;
        var run = await Command.ShellAsync(unmount, home);
        if (run.ExitCode != 0)
            await Command.ShellAsync($"{Sudo}umount -l '{mountPoint}'", home);
        if (process is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
            process.Dispose();
        }
        Assert.True(run.ExitCode == 0, $"unmount failed:\n{run.Output}\n{Command.Text(log)}");
    }

    /// <summary>What stands before a command that only root may run.</summary>
    public static string Sudo => Environment.UserName == "root" ? "" : "sudo -n ";
}
