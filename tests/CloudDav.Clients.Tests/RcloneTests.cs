namespace CloudDav.Clients.Tests;

/// <summary>rclone with <c>vendor = owncloud</c>, which keeps times and checksums: copy, check, sync, bisync, mount.</summary>
public sealed class RcloneTests(DemoServer server) : IClassFixture<DemoServer>, IDisposable
{
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Copy_check_and_sync_keep_names_bytes_times_and_checksums()
    {
        var remote = await ConfigureAsync("tree");
        var (up, down) = (_home.Folder("up"), _home.Folder("down"));
        var tree = Tree.Difficult();
        tree.WriteTo(up);
        using var client = server.Connect();

        await RcloneAsync("copy", "--create-empty-src-dirs", "up", remote);
        await RcloneAsync("check", "--download", "up", remote);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client, "tree/"), times: true);

        var check = await RcloneAsync("check", "-v", "up", remote);
        Assert.DoesNotContain(
            "hashes could not be checked",
            check.Output,
            StringComparison.Ordinal
        );
        var again = await RcloneAsync("copy", "-v", "--stats-one-line", "up", remote);
        Assert.Contains("There was nothing to transfer", again.Output, StringComparison.Ordinal);

        await RcloneAsync("moveto", remote + Tree.Change.File, remote + Tree.Change.FileTo);
        await RcloneAsync("moveto", remote + Tree.Change.Folder, remote + Tree.Change.FolderTo);
        await RcloneAsync("deletefile", remote + Tree.Change.DeletedFile);
        await RcloneAsync("purge", remote + Tree.Change.DeletedFolder);
        File.Move(Path.Combine(up, Tree.Change.File), Path.Combine(up, Tree.Change.FileTo));
        Directory.Move(
            Path.Combine(up, Tree.Change.Folder),
            Path.Combine(up, Tree.Change.FolderTo)
        );
        File.Delete(Path.Combine(up, Tree.Change.DeletedFile));
        Directory.Delete(Path.Combine(up, Tree.Change.DeletedFolder), recursive: true);
        Tree.WriteFile(
            Path.Combine(up, Tree.Change.Grown),
            Tree.Change.GrownBytes,
            Tree.Change.Time
        );
        Tree.WriteFile(
            Path.Combine(up, Tree.Change.Shrunk),
            Tree.Change.ShrunkBytes,
            Tree.Change.Time
        );
        var sync = await RcloneAsync("sync", "-v", "--create-empty-src-dirs", "up", remote);
        Assert.Contains("Transferred:            2 / 2", sync.Output, StringComparison.Ordinal);
        var changed = tree.Changed();
        Tree.AssertSame(changed, await Tree.OfServerAsync(client, "tree/"), times: true);

        await RcloneAsync("copy", "--create-empty-src-dirs", remote, "down");
        Tree.AssertSame(changed, Tree.OfFolder(down), times: true);

        var about = await RcloneAsync("about", remote);
        Assert.Contains("Used:", about.Output, StringComparison.Ordinal);
        Assert.Contains("Free:", about.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_is_copied_out_and_brought_back_as_it_was()
    {
        var remote = await ConfigureAsync("past");
        var (up, down) = (_home.Folder("up"), _home.Folder("down"));
        var tree = Tree.Difficult();
        tree.WriteTo(up);
        using var client = server.Connect();
        await RcloneAsync("copy", "--create-empty-src-dirs", "up", remote);
        var then = TimeProvider.System.GetUtcNow();
        await Task.Delay(10, TestContext.Current.CancellationToken);
        await RcloneAsync("purge", remote + Tree.Change.DeletedFolder);
        await RcloneAsync("moveto", remote + Tree.Change.Folder, remote + Tree.Change.FolderTo);
        await RcloneAsync("moveto", remote + Tree.Change.File, remote + Tree.Change.FileTo);
        Tree.WriteFile(Path.Combine(_home.Path, "other"), [1, 2, 3], Tree.Change.Time);
        await RcloneAsync("copyto", "other", remote + Tree.Change.Grown);

        var moment = then.ToString(
            "yyyy-MM-dd'T'HHmmss.fff'Z'",
            System.Globalization.CultureInfo.InvariantCulture
        );
        await RcloneAsync(
            "copy",
            "--create-empty-src-dirs",
            "--webdav-url",
            $"http://127.0.0.1:{server.Port}/rewind/{moment}/",
            remote,
            "down"
        );
        Tree.AssertSame(tree, Tree.OfFolder(down), times: true);

        var api = new Uri(
            $"http://127.0.0.1:{server.Port}/api/v1/rewind/{then.ToUnixTimeMilliseconds()}/"
        );
        using var top = System.Text.Json.JsonDocument.Parse(
            await client.GetStringAsync(
                api.AbsoluteUri.TrimEnd('/'),
                TestContext.Current.CancellationToken
            )
        );
        var folder = top
            .RootElement.GetProperty("members")
            .EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == "past");
        using var restored = await client.PostAsync(
            new Uri(api, $"{folder.GetProperty("id")}/restore"),
            content: null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(System.Net.HttpStatusCode.OK, restored.StatusCode);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client, "past/"), times: true);
    }

    [Fact]
    public async Task Bisync_carries_changes_of_both_sides_over()
    {
        var remote = await ConfigureAsync("both");
        var here = _home.Folder("here");
        var tree = Tree.Difficult();
        tree.WriteTo(here);
        using var client = server.Connect();
        await RcloneAsync("bisync", "--resync", "here", remote);

        // This side: a new file, a longer one, one gone.
        Tree.WriteFile(Path.Combine(here, "names/here 😀"), [1, 2, 3], Tree.Change.Time);
        Tree.WriteFile(
            Path.Combine(here, Tree.Change.Grown),
            Tree.Change.GrownBytes,
            Tree.Change.Time
        );
        File.Delete(Path.Combine(here, Tree.Change.DeletedFile));
        // That side: a new file, a shorter one, one renamed.
        Tree.WriteFile(Path.Combine(_home.Path, "there"), [4, 5], Tree.Change.Time.AddHours(1));
        Tree.WriteFile(
            Path.Combine(_home.Path, "shrunk"),
            Tree.Change.ShrunkBytes,
            Tree.Change.Time
        );
        await RcloneAsync("copyto", "there", remote + "names/there & 'so'");
        await RcloneAsync("copyto", "shrunk", remote + Tree.Change.Shrunk);
        await RcloneAsync("moveto", remote + Tree.Change.File, remote + Tree.Change.FileTo);
        await RcloneAsync("bisync", "-v", "here", remote);

        tree["names/here 😀"] = new Item([1, 2, 3], Tree.Change.Time);
        tree["names/there & 'so'"] = new Item([4, 5], Tree.Change.Time.AddHours(1));
        tree[Tree.Change.Grown] = new Item(Tree.Change.GrownBytes, Tree.Change.Time);
        tree[Tree.Change.Shrunk] = new Item(Tree.Change.ShrunkBytes, Tree.Change.Time);
        tree.Delete(Tree.Change.DeletedFile);
        tree.Move(Tree.Change.File, Tree.Change.FileTo);
        // bisync carries files; an empty folder stays on the side where it is.
        tree.Delete("folders/empty");
        Directory.Delete(Path.Combine(here, "folders/empty"));
        Tree.AssertSame(tree, Tree.OfFolder(here), times: true);
        Tree.AssertSame(tree, await Tree.OfServerAsync(client, "both/"), times: true);
    }

    [Fact]
    public async Task Bisync_keeps_two_devices_alike_and_both_copies_of_a_conflict()
    {
        var remote = await ConfigureAsync("devices");
        var (one, two) = (_home.Folder("one"), _home.Folder("two"));
        var tree = Tree.Difficult();
        tree["large.bin"] = new Item(Tree.Bytes("large", 12_000_000), Tree.Change.Time);
        tree.Delete("folders/empty");
        tree.WriteTo(one);
        using var client = server.Connect();
        await RcloneAsync("bisync", "--resync", "one", remote);
        await RcloneAsync("bisync", "--resync", "two", remote);
        Tree.AssertSame(tree, Tree.OfFolder(two), times: true);

        // One changes while the other is away, and then both change the same file.
        File.Move(Path.Combine(one, Tree.Change.File), Path.Combine(one, Tree.Change.FileTo));
        File.Delete(Path.Combine(one, Tree.Change.DeletedFile));
        Tree.WriteFile(
            Path.Combine(one, Tree.Change.Grown),
            Tree.Change.GrownBytes,
            Tree.Change.Time
        );
        await RcloneAsync("bisync", "one", remote);
        Tree.WriteFile(Path.Combine(one, "names/R&D"), [1], Tree.Change.Time);
        Tree.WriteFile(Path.Combine(two, "names/R&D"), [2, 2], Tree.Change.Time.AddDays(1));
        Tree.WriteFile(Path.Combine(two, "names/added"), [3, 3, 3], Tree.Change.Time);
        foreach (var device in (string[])["one", "two", "one", "two"])
            await RcloneAsync("bisync", device, remote);

        var kept = Tree.OfFolder(one);
        Tree.AssertSame(kept, Tree.OfFolder(two), times: true);
        Tree.AssertSame(kept, await Tree.OfServerAsync(client, "devices/"), times: true);
        foreach (
            var content in (byte[][])
                [
                    [1],
                    [2, 2],
                    [3, 3, 3],
                ]
        )
            Assert.Contains(
                kept.Items,
                item => item.Value.Content is { } bytes && bytes.AsSpan().SequenceEqual(content)
            );
        tree.Move(Tree.Change.File, Tree.Change.FileTo);
        tree.Delete(Tree.Change.DeletedFile);
        foreach (var (path, _) in tree.Items.Where(item => item.Key != "names/R&D"))
            Assert.Contains(kept.Items, item => item.Key == path);
    }

    [Fact]
    public async Task A_mount_over_FUSE_keeps_a_tree_with_its_times()
    {
        var remote = await ConfigureAsync("mounted");
        var mountPoint = _home.Folder("mnt");
        await MountScenario.RunAsync(
            server,
            "mounted/",
            mountPoint,
            _home,
            MountAsync,
            keepsTimes: true
        );

        async Task<IAsyncDisposable> MountAsync()
        {
            // Without a delay, closing a file returns when it is on the server; rclone does not wait when it ends.
            string[] options =
            [
                "--vfs-cache-mode",
                "writes",
                "--vfs-write-back",
                "0s",
                "--dir-cache-time",
                "1s",
            ];
            var process = Command.Start(
                "rclone",
                ["mount", remote, "mnt", .. options],
                _home.Path,
                out var log
            );
            var mount = new Mount(mountPoint, $"fusermount3 -u '{mountPoint}'", process, log);
            await mount.UntilMountedAsync();
            return mount;
        }
    }

    private Task<CommandResult> RcloneAsync(params string[] arguments) =>
        MustAsync(Command.RunAsync("rclone", arguments, _home.Path));

    private static async Task<CommandResult> MustAsync(Task<CommandResult> run) =>
        (await run).MustSucceed();

    /// <summary>Sets the remote up as the README says, makes a folder there, and returns its name with a slash.</summary>
    private async Task<string> ConfigureAsync(string folder)
    {
        await RcloneAsync(
            "config",
            "create",
            "cloud",
            "webdav",
            "vendor=owncloud",
            $"url={server.Url}",
            $"user={server.User}",
            $"pass={server.Password}"
        );
        await RcloneAsync("mkdir", "cloud:" + folder);
        return $"cloud:{folder}/";
    }
}
