using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>A device with one of the desktop sync clients: a folder that its command line keeps like the server's.</summary>
internal sealed partial class SyncDevice : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly string _program;
    private readonly DemoServer _server;

    /// <param name="program"><c>nextcloudcmd</c> or <c>owncloudcmd</c>.</param>
    /// <param name="server">The server.</param>
    public SyncDevice(string program, DemoServer server)
    {
        (_program, _server) = (program, server);
        Folder = _home.Folder("cloud");
        File.WriteAllText(Path.Combine(_home.Path, "exclude.lst"), "");
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What is in it, without what the client keeps there for itself.</summary>
    public Tree Tree
    {
        get
        {
            var tree = Tree.OfFolder(Folder);
            foreach (var own in tree.Items.Select(item => item.Key).Where(IsClients).ToList())
                tree.Delete(own);
            return tree;
        }
    }

    /// <summary>The command line of a run.</summary>
    public string[] Arguments =>
        [
            "QT_QPA_PLATFORM=offscreen",
            _program,
            "--non-interactive",
            "-h",
            "--exclude",
            "exclude.lst",
            "-u",
            _server.User,
            "-p",
            _server.Password,
            Folder,
            $"http://127.0.0.1:{_server.Port}",
        ];

    /// <summary>The home folder of the client.</summary>
    public string Home => _home.Path;

    /// <summary>A path in the folder.</summary>
    public string At(string path) => Path.Combine(Folder, path);

    /// <summary>Writes a file, with a time that is long past: clients leave alone what may still be written to.</summary>
    public void Write(string path, byte[] content, int day) =>
        Tree.WriteFile(At(path), content, Tree.Change.Time.AddDays(day));

    /// <summary>Runs the client once, however it ends.</summary>
    public async Task<SyncRun> RunAsync() =>
        new(await Command.RunAsync("env", Arguments, _home.Path));

    /// <summary>Runs the client once, without an error.</summary>
    public async Task<SyncRun> SyncAsync()
    {
        var run = await RunAsync();
        run.Result.MustSucceed();
        return run;
    }

    public void Dispose() => _home.Dispose();

    private static bool IsClients(string path) => Journals().IsMatch(path);

    [GeneratedRegex(
        @"^(\._?sync_|\.(owncloud|nextcloud)sync\.log)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Journals();
}

/// <summary>What a client did and said in one run.</summary>
internal sealed partial record SyncRun(CommandResult Result)
{
    private static readonly string[] s_methods = ["", "HEAD", "GET", "PUT", "POST", "DELETE"];

    /// <summary>The requests it made, in order: method and path.</summary>
    public IReadOnlyList<string> Requests =>
        [
            .. Sent()
                .Matches(Result.Output)
                .Select(match =>
                {
                    var method = match.Groups["method"].Value;
                    var number = match.Groups["number"].Value[0] - '0';
                    var path = new Uri(match.Groups["url"].Value).AbsolutePath;
                    return $"{(method.Length > 0 ? method : s_methods[number])} {path}";
                }),
        ];

    /// <summary>How long it leaves alone what failed in an earlier run; zero when there is nothing.</summary>
    public TimeSpan TriesAgainIn =>
        Later()
            .Matches(Result.Output)
            .Select(match =>
                TimeSpan.FromSeconds(
                    1 + int.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture)
                )
            )
            .DefaultIfEmpty()
            .Max();

    [GeneratedRegex(
        @"trying again in (?<seconds>\d{1,3}) second",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Later();

    [GeneratedRegex(
        "accessmanager \\]:?\\s+(?<number>\\d) \"(?<method>[A-Z]*)\" \"(?<url>[^\"]+)\" has X-Request-ID",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Sent();
}
