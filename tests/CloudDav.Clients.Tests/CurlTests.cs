using System.Globalization;

namespace CloudDav.Clients.Tests;

/// <summary>curl: what scripts and cameras do, and the one client that lets a time be said on every method.</summary>
public sealed class CurlTests(DemoServer server) : IClassFixture<DemoServer>
{
    private readonly List<string> _lines = [];

    [Fact]
    public async Task Curl_keeps_a_tree_of_difficult_names_bytes_and_times()
    {
        using var home = new TempFolder();
        var (up, down) = (home.Folder("up"), home.Folder("down"));
        var tree = Tree.Difficult();
        tree.WriteTo(up);
        using var client = server.Connect();

        foreach (var (path, item) in tree.Items)
            if (item.Content is null)
                Say("-X MKCOL", path, "201");
            else
                Put(Path.Combine(up, path), path, item.Modified, "201");
        await RunAsync(home);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client), times: true);

        Say($"-X MOVE -H 'Destination: {Url(Tree.Change.FileTo)}'", Tree.Change.File, "201");
        Say($"-X MOVE -H 'Destination: {Url(Tree.Change.FolderTo)}'", Tree.Change.Folder, "201");
        Tree.WriteFile(Path.Combine(up, "grown"), Tree.Change.GrownBytes, Tree.Change.Time);
        Tree.WriteFile(Path.Combine(up, "shrunk"), Tree.Change.ShrunkBytes, Tree.Change.Time);
        Put(Path.Combine(up, "grown"), Tree.Change.Grown, Tree.Change.Time, "204");
        Put(Path.Combine(up, "shrunk"), Tree.Change.Shrunk, Tree.Change.Time, "204");
        Say("-X DELETE", Tree.Change.DeletedFile, "204");
        Say("-X DELETE", Tree.Change.DeletedFolder, "204");
        await RunAsync(home);
        var changed = tree.Changed();
        Tree.AssertSame(changed, await Tree.OfServerAsync(client), times: true);

        foreach (var (path, item) in changed.Items)
            if (item.Content is null)
                Directory.CreateDirectory(Path.Combine(down, path));
            else
                Say($"-R -o {Quote(Path.Combine(down, path))}", path, "200");
        await RunAsync(home);
        Tree.AssertSame(changed, Tree.OfFolder(down), times: true);
    }

    private void Put(string file, string path, DateTimeOffset time, string status) =>
        Say(
            $"-T {Quote(file)} -H 'X-OC-Mtime: {time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}'",
            path,
            status
        );

    /// <summary>One call of curl, and the status it has to print.</summary>
    private void Say(string how, string path, string status) =>
        _lines.Add($"expect {status} {Quote(path)} {how} {Url(path)}");

    private async Task RunAsync(TempFolder home)
    {
        var script = $$"""
            expect() {
              want=$1 what=$2; shift 2
              case " $* " in *" -o "*) ;; *) set -- -o /dev/null "$@" ;; esac
              got=$(curl -sS -g --path-as-is -u {{server.User}}:{{server.Password}} -w '%{http_code}' "$@")
              [ "$got" = "$want" ] || { echo "$what: $got instead of $want: curl $*"; exit 1; }
            }
            {{string.Join('\n', _lines)}}
            """;
        _lines.Clear();
        (await Command.ShellAsync(script, home.Path)).MustSucceed();
    }

    private string Url(string path) => server.Url + Tree.Escape(path);

    private static string Quote(string text) =>
        "'" + text.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
