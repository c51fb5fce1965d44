using System.Diagnostics;

namespace CloudDav.Clients.Tests;

/// <summary>The desktop client of Nextcloud, by its command line.</summary>
public sealed class NextcloudTests() : SyncClientTests("nextcloudcmd")
{
    private protected override string[] Asks => ["GET /status.php", .. base.Asks];
}

/// <summary>The desktop client of ownCloud, by its command line.</summary>
public sealed class OwncloudTests() : SyncClientTests("owncloudcmd");

/// <summary>
/// Two devices of one person, kept alike by a sync client as it is, through what happens to both and to the server: in the end the devices and the server are equal, and
/// nothing that was on any of them is lost.
/// </summary>
public abstract class SyncClientTests(string program) : IAsyncLifetime
{
    // Beyond 10 MB clients upload in parts.
    private const int Large = 12_000_000;

    private readonly TempFolder _folder = new();
    private OperatorSystem? _operator;
    private DemoServer _server = new();
    private SyncDevice? _one;
    private SyncDevice? _two;

    /// <summary>What a client asks when there is no news.</summary>
    private protected virtual string[] Asks =>
        [
            "GET /ocs/v1.php/cloud/capabilities",
            "GET /ocs/v1.php/cloud/user",
            "PROPFIND /remote.php/dav/files/alice/",
        ];

    private SyncDevice One => _one!;

    private SyncDevice Two => _two!;

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorSystem.StartAsync();
        var config = Path.Combine(_folder.Path, "settings.json");
        await File.WriteAllTextAsync(config, $$"""{ "Operator": {{_operator.Settings}} }""");
        _server = new DemoServer { Config = config };
        await _server.StartAsync();
        _one = new SyncDevice(program, _server);
        _two = new SyncDevice(program, _server);
    }

    public async ValueTask DisposeAsync()
    {
        _one?.Dispose();
        _two?.Dispose();
        await _server.DisposeAsync();
        if (_operator is not null)
            await _operator.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Two_devices_and_the_server_are_kept_alike()
    {
        var tree = Tree.Difficult();
        tree["large.bin"] = new Item(Tree.Bytes("large", Large), Tree.Change.Time);
        tree.WriteTo(One.Folder);
        await One.SyncAsync();
        await AssertServerAsync(tree);
        await Two.SyncAsync();
        Tree.AssertSame(tree, Two.Tree, times: true);

        // Once more for what it put up itself, and then there is nothing to ask.
        await One.SyncAsync();
        foreach (var device in (SyncDevice[])[One, Two])
            Assert.Equal(Asks, (await device.SyncAsync()).Requests);

        // While the other is away.
        File.Move(One.At(Tree.Change.File), One.At(Tree.Change.FileTo));
        Directory.Move(One.At(Tree.Change.Folder), One.At(Tree.Change.FolderTo));
        Directory.Move(One.At("folders/a space"), One.At("folders/empty/a space"));
        Tree.WriteFile(One.At(Tree.Change.Grown), Tree.Change.GrownBytes, Tree.Change.Time);
        Tree.WriteFile(One.At(Tree.Change.Shrunk), Tree.Change.ShrunkBytes, Tree.Change.Time);
        File.Delete(One.At(Tree.Change.DeletedFile));
        Directory.Delete(One.At(Tree.Change.DeletedFolder), recursive: true);
        Directory.CreateDirectory(One.At("new/deep/er"));
        One.Write("new/deep/er/file", [1, 2, 3], 1);
        One.Write("large.bin", Tree.Bytes("larger", Large + 1), 2);
        tree = One.Tree;
        await One.SyncAsync();
        await AssertServerAsync(tree);
        var seen = await Two.SyncAsync();
        Tree.AssertSame(tree, Two.Tree, times: true);
        // What was renamed or moved is renamed and moved there, not fetched again.
        Assert.Equal(
            4,
            seen.Requests.Count(request =>
                request.StartsWith("GET /remote", StringComparison.Ordinal)
            )
        );

        await BothChangeAsync();
    }

    private async Task BothChangeAsync()
    {
        await One.SyncAsync();
        // The same file in two ways, the same new name for two files, a file that one deletes and the other changes, and one put into a folder that the other moves.
        One.Write("names/R&D", [1], 10);
        Two.Write("names/R&D", [2, 2], 11);
        One.Write("names/both new", [3], 12);
        Two.Write("names/both new", [4, 4], 13);
        File.Delete(One.At("names/me@home"));
        Two.Write("names/me@home", [5, 5, 5, 5, 5], 14);
        Directory.Move(One.At("folders/wow!"), One.At("folders/moved!"));
        Two.Write("folders/wow!/added", [6, 6, 6, 6], 15);

        await SettleAsync();
        var contents = One
            .Tree.Items.Select(item => item.Value.Content)
            .OfType<byte[]>()
            .Where(content => content.Length < 10)
            .Select(Convert.ToHexString)
            .ToHashSet();
        Assert.Superset(
            new HashSet<string> { "01", "0202", "03", "0404", "0505050505", "06060606" },
            contents
        );
        foreach (var device in (SyncDevice[])[One, Two])
            Assert.Equal(Asks, (await device.SyncAsync()).Requests);
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_loses_nothing()
    {
        Directory.CreateDirectory(One.At("many"));
        for (var i = 0; i < 300; i++)
            One.Write($"many/{i:D3}", Tree.Bytes($"{i}", 2_000 + i), i);
        One.Write("large.bin", Tree.Bytes("large", Large), 1);
        var tree = One.Tree;

        for (var kills = 1; kills <= 2; kills++)
        {
            using var client = Command.Start("env", One.Arguments, One.Home, out var log);
            await UntilAsync(async () => await CountAsync() >= kills * 60, () => Command.Text(log));
            await _server.KillAsync();
            await EndAsync(client);
            await _server.StartAsync();
            // A device that comes by now sees whole files only.
            await Two.SyncAsync();
            AssertPart(tree, Two.Tree);
        }

        await SettleAsync();
        Tree.AssertSame(tree, One.Tree, times: true);
        await AssertServerAsync(tree);
    }

    // owncloudcmd does not always notice that the server is gone, and then waits for ever: it is closed, as a person would.
    private static async Task EndAsync(Process client)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        late.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await client.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
            when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            client.Kill(entireProcessTree: true);
            await client.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Over_capacity_and_in_the_take_back_window_nothing_is_lost_and_all_goes_on_afterwards()
    {
        One.Write("old.bin", Tree.Bytes("old", 700_000), 1);
        One.Write("kept.bin", Tree.Bytes("kept", 700_000), 2);
        Directory.CreateDirectory(One.At("folder"));
        await One.SyncAsync();
        await Two.SyncAsync();

        // A smaller option: no new content, and everything else goes on.
        await CommandAsync("option", new { option = "trial" });
        One.Write("new.txt", [1, 2, 3], 3);
        One.Write("kept.bin", Tree.Bytes("changed", 600_000), 4);
        File.Move(One.At("old.bin"), One.At("folder/moved.bin"));
        Directory.CreateDirectory(One.At("another"));
        var wanted = One.Tree;
        var full = await One.RunAsync();
        Assert.NotEqual(0, full.Result.ExitCode);
        Tree.AssertSame(wanted, One.Tree, times: true);
        await Two.SyncAsync();
        Assert.True(File.Exists(Two.At("folder/moved.bin")));
        Assert.True(Directory.Exists(Two.At("another")));
        Assert.False(File.Exists(Two.At("new.txt")));
        // Room is made on the other device.
        File.Delete(Two.At("folder/moved.bin"));
        await Two.SyncAsync();
        Touch();
        await SettleAsync();
        wanted.Delete("folder/moved.bin");
        Tree.AssertSame(wanted, One.Tree, times: false);
        await AssertServerAsync(One.Tree);

        // The contract ends: what is there can be read and deleted.
        await CommandAsync("option", new { option = "comfort" });
        await CommandAsync("end", new { endsAt = DateTimeOffset.UnixEpoch.AddYears(50) });
        One.Write("new.txt", [4, 5], 6);
        One.Write("late.txt", [6], 7);
        File.Delete(One.At("kept.bin"));
        wanted = One.Tree;
        var closed = await One.RunAsync();
        Assert.NotEqual(0, closed.Result.ExitCode);
        Assert.Contains("contract", closed.Result.Output, StringComparison.OrdinalIgnoreCase);
        Tree.AssertSame(wanted, One.Tree, times: true);
        await Two.SyncAsync();
        Assert.False(File.Exists(Two.At("kept.bin")));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Two.At("new.txt")));

        await CommandAsync("reactivation");
        Touch();
        await SettleAsync();
        Tree.AssertSame(wanted, One.Tree, times: false);
        await AssertServerAsync(One.Tree);

        // What was refused is tried again at once where it is newer than it was then.
        void Touch()
        {
            foreach (var name in (string[])["new.txt", "kept.bin", "late.txt"])
                if (File.Exists(One.At(name)))
                    File.SetLastWriteTimeUtc(
                        One.At(name),
                        File.GetLastWriteTimeUtc(One.At(name)).AddHours(1)
                    );
        }
    }

    [Fact]
    public async Task After_a_backup_was_restored_what_is_newer_on_a_device_is_kept()
    {
        One.Write("old.txt", [1], 1);
        One.Write("changed.txt", [2], 2);
        One.Write("deleted.txt", [3], 3);
        await One.SyncAsync();
        await Two.SyncAsync();
        var backup = Path.Combine(_folder.Path, "backup");
        (await _server.VerbAsync("backup", backup, "--data", _server.Data)).MustSucceed();

        One.Write("changed.txt", [4, 4], 4);
        One.Write("new.txt", [5], 5);
        Directory.CreateDirectory(One.At("folder"));
        One.Write("folder/new.txt", [6], 6);
        File.Delete(One.At("deleted.txt"));
        // The other device has what the backup has: two that both keep the same newer file give their copies the same name, and owncloudcmd does not get over that.
        await One.SyncAsync();

        await _server.StopAsync();
        foreach (var folder in (string[])["content", "metadata"])
            Directory.Delete(Path.Combine(_server.Data, folder), recursive: true);
        (await _server.VerbAsync("restore", backup, "--data", _server.Data)).MustSucceed();
        await _server.StartAsync();

        await SettleAsync();
        var contents = One
            .Tree.Items.Select(item => item.Value.Content)
            .OfType<byte[]>()
            .Select(Convert.ToHexString)
            .ToHashSet();
        Assert.Superset(new HashSet<string> { "01", "0404", "05", "06" }, contents);
        Assert.True(File.Exists(One.At("new.txt")));
        Assert.True(File.Exists(One.At("folder/new.txt")));
    }

    /// <summary>Runs both clients in turn until neither has anything left to do, and compares. What failed a client leaves alone for a while, and says how long.</summary>
    private async Task SettleAsync()
    {
        SyncRun[] last = [];
        for (var turn = 0; turn < 6; turn++)
        {
            await Task.Delay(
                last.Select(run => run.TriesAgainIn).DefaultIfEmpty().Max(),
                TestContext.Current.CancellationToken
            );
            last = [await One.RunAsync(), await Two.RunAsync()];
            if (
                last.All(run => run.Result.ExitCode == 0)
                && Tree.Difference(One.Tree, Two.Tree, times: true).Length == 0
                && turn > 0
            )
                break;
        }
        foreach (var run in last)
            run.Result.MustSucceed();
        Tree.AssertSame(One.Tree, Two.Tree, times: true);
        await AssertServerAsync(One.Tree);
    }

    private async Task AssertServerAsync(Tree tree)
    {
        using var client = _server.Connect();
        Tree.AssertSame(tree, await Tree.OfServerAsync(client), times: true);
    }

    /// <summary>Everything in it is in the whole, as it is there.</summary>
    private static void AssertPart(Tree whole, Tree part)
    {
        foreach (var (path, item) in part.Items)
            Assert.True(
                item.Content is null || item.Content.AsSpan().SequenceEqual(whole[path].Content),
                path
            );
    }

    private async Task<int> CountAsync()
    {
        using var client = _server.Connect();
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "many/");
        request.Headers.Add("Depth", "1");
        using var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return body.Split("<d:response>").Length - 2;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> log)
    {
        for (
            var waited = Stopwatch.StartNew();
            waited.Elapsed < TimeSpan.FromMinutes(1);
            await Task.Delay(10)
        )
        {
            if (await holds())
                return;
        }
        Assert.Fail(log());
    }

    private async Task CommandAsync(string act, object? body = null) =>
        await _operator!.CommandAsync(_server, $"contracts/demo-alice/{act}", "contracts", body);
}
