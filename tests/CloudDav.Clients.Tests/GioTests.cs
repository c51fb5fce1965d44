namespace CloudDav.Clients.Tests;

/// <summary>
/// GNOME: <c>gio mount</c> under a session bus, then what Files does. gvfs of this age sends no times, but shows them.
/// </summary>
public sealed class GioTests(DemoServer server) : IClassFixture<DemoServer>
{
    private readonly List<string> _lines = [];

    [Fact]
    public async Task A_mounted_drive_keeps_a_tree()
    {
        using var home = new TempFolder();
        var (up, down) = (home.Folder("up"), home.Folder("down"));
        var tree = Tree.Difficult();
        var changed = tree.Changed();
        tree.WriteTo(up);
        await File.WriteAllBytesAsync(Path.Combine(home.Path, "grown"), Tree.Change.GrownBytes);
        await File.WriteAllBytesAsync(Path.Combine(home.Path, "shrunk"), Tree.Change.ShrunkBytes);
        using var client = server.Connect();

        foreach (var (path, item) in tree.Items)
            _lines.Add(
                item.Content is null
                    ? $"gio mkdir {Url(path)}"
                    : $"gio copy {Local("up/" + path)} {Url(path)}"
            );
        _lines.Add($"gio list {Url("folders")} >listed");
        await SessionAsync(home);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client), times: false);
        var listed = await File.ReadAllLinesAsync(Path.Combine(home.Path, "listed"));
        var visible = Tree.DifficultNames.Append("empty").Where(n => n[0] != '.');
        Tree.AssertSameNames(visible, listed);

        _lines.Add(
            $"gio rename {Url(Tree.Change.File)} {Local(Path.GetFileName(Tree.Change.FileTo))}"
        );
        _lines.Add($"gio move {Url(Tree.Change.Folder)} {Url(Tree.Change.FolderTo)}");
        _lines.Add($"gio copy grown {Url(Tree.Change.Grown)}");
        _lines.Add($"gio copy shrunk {Url(Tree.Change.Shrunk)}");
        _lines.Add($"gio remove {Url(Tree.Change.DeletedFile)}");
        foreach (var (path, _) in tree.Items.Reverse())
            if (path.StartsWith(Tree.Change.DeletedFolder, StringComparison.Ordinal))
                _lines.Add($"gio remove {Url(path)}");
        await SessionAsync(home);
        var after = await Tree.OfServerAsync(client);
        Tree.AssertSame(changed, after, times: false);

        foreach (var (path, item) in changed.Items)
            _lines.Add(
                item.Content is null
                    ? $"mkdir -p {Local("down/" + path)}"
                    : $"gio copy -p {Url(path)} {Local("down/" + path)}"
            );
        await SessionAsync(home);
        Tree.AssertSame(after, Tree.OfFolder(down), times: true);
    }

    /// <summary>One session: mount with the password from standard input, the lines gathered so far, unmount.</summary>
    private async Task SessionAsync(TempFolder home)
    {
        var script = $"""
            set -eu
            gio mount {server.UrlWithUser("dav")}
            {string.Join('\n', _lines)}
            gio mount -u {server.UrlWithUser("dav")}
            """;
        _lines.Clear();
        await File.WriteAllTextAsync(Path.Combine(home.Path, "session"), script);
        var run = await Command.RunAsync(
            "dbus-run-session",
            ["--", "bash", "-x", "session"],
            home.Path,
            server.Password + "\n"
        );
        run.MustSucceed();
    }

    private string Url(string path) => server.UrlWithUser("dav") + Tree.Escape(path);

    private static string Local(string path) =>
        "'" + path.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
