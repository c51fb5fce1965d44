using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>cadaver, the command line over neon, in scripted sessions. It knows no times.</summary>
public sealed class CadaverTests(DemoServer server) : IClassFixture<DemoServer>
{
    private readonly StringBuilder _session = new();

    [Fact]
    public async Task A_session_keeps_a_tree()
    {
        using var home = new TempFolder();
        var (up, down) = (home.Folder("up"), home.Folder("down"));
        var tree = Tree.Difficult();
        var changed = tree.Changed();
        tree.WriteTo(up);
        await File.WriteAllBytesAsync(Path.Combine(home.Path, "grown"), Tree.Change.GrownBytes);
        await File.WriteAllBytesAsync(Path.Combine(home.Path, "shrunk"), Tree.Change.ShrunkBytes);
        await File.WriteAllTextAsync(
            Path.Combine(home.Path, ".netrc"),
            $"machine 127.0.0.1 login {server.User} password {server.Password}\n"
        );
        using var client = server.Connect();

        foreach (var (path, item) in tree.Items)
            if (item.Content is null)
                Say("mkcol", path);
            else
                Say("put", "up/" + path, path);
        Say("ls", "folders");
        var listed = await SessionAsync(home);
        foreach (var name in Tree.DifficultNames)
            Assert.Contains($" {name} ", listed.Output, StringComparison.Ordinal);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client), times: false);

        Say("move", Tree.Change.File, Tree.Change.FileTo);
        Say("move", Tree.Change.Folder, Tree.Change.FolderTo);
        Say("put", "grown", Tree.Change.Grown);
        Say("put", "shrunk", Tree.Change.Shrunk);
        Say("delete", Tree.Change.DeletedFile);
        Say("rmcol", Tree.Change.DeletedFolder);
        Say("propset", Tree.Change.Grown, "colour", "green");
        Say("propget", Tree.Change.Grown, "colour");
        Say("lock", Tree.Change.Grown);
        Say("discover", Tree.Change.Grown);
        Say("unlock", Tree.Change.Grown);
        var run = await SessionAsync(home);
        Assert.Contains("green", run.Output, StringComparison.Ordinal);
        Tree.AssertSame(changed, await Tree.OfServerAsync(client), times: false);

        foreach (var (path, item) in changed.Items)
            if (item.Content is null)
                Directory.CreateDirectory(Path.Combine(down, path));
            else
                Say("get", path, "down/" + path);
        await SessionAsync(home);
        Tree.AssertSame(changed, Tree.OfFolder(down), times: false);
    }

    private void Say(string verb, params string[] words)
    {
        _session.Append(verb);
        foreach (var word in words)
            _session
                .Append(" \"")
                .Append(
                    word.Replace("\\", "\\\\", StringComparison.Ordinal)
                        .Replace("\"", "\\\"", StringComparison.Ordinal)
                )
                .Append('"');
        _session.Append('\n');
    }

    private async Task<CommandResult> SessionAsync(TempFolder home)
    {
        var input = _session.Append("quit\n").ToString();
        _session.Clear();
        var run = await Command.RunAsync("cadaver", [server.Url], home.Path, input);
        // Its exit code says nothing about the commands of the session.
        Assert.DoesNotContain("failed", run.MustSucceed().Output, StringComparison.Ordinal);
        return run;
    }
}
