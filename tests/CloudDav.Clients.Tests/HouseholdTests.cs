using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace CloudDav.Clients.Tests;

/// <summary>
/// What a household shares, and what it gives to friends, as their own programs see it: the member's mount, the friend's curl and cadaver. Whoever gives is on one
/// node, whoever receives on the other.
/// </summary>
public sealed class HouseholdTests(HouseholdNodes nodes)
    : IClassFixture<HouseholdNodes>,
        IDisposable
{
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_households_and_a_friend_live_through_a_contract_from_the_first_share_to_its_end()
    {
        // A contract of its own: this one ends.
        await using var own = new HouseholdNodes();
        await own.InitializeAsync();
        using var alice = own.One.Connect();
        await ConfigureAsync(own.Two, "bob", "carol");

        // Creation: alice shares with her household, and by a link; carol shares with hers.
        var film = Tree.Bytes("film", 300_000);
        await MakeFolderAsync(alice, "Family");
        await PutAsync(alice, "Family/plan.txt", "plan\n"u8.ToArray());
        await PutAsync(alice, "Family/film.bin", film);
        await PutAsync(alice, "holiday.bin", Tree.Bytes("holiday", 2 << 20));
        using var carol = NodesContract.ConnectAs("carol", own.One);
        await MakeFolderAsync(carol, "Neighbours");
        await PutAsync(carol, "Neighbours/secret.txt", "secret"u8.ToArray());
        await ShareAsync(carol, "/Neighbours", "edit");
        var family = await ShareAsync(alice, "/Family", "edit");
        var link = await LinkTests.MakeAsync(alice, "/Family", "download");
        var shares = new GivenShares(alice, family, link);
        var friend = new Friend(shares.Link, _home.Path);
        var account = await own.Operator.AccountAsync(own.One, "alice");
        await using var mount = await MountAsync("bob");

        await AssertOpenAsync("plan\n");
        Assert.Equal("film.bin\nplan.txt\n", await ShellAsync("ls -1 mnt/Family"));
        await friend.RunAsync(
            "curl",
            ["-sSf", "-o", "film", "-r", "0-99999", friend.Of("film.bin")]
        );
        await friend.RunAsync("curl", ["-sSf", "-o", "film", "-C", "-", friend.Of("film.bin")]);
        Assert.Equal(film, await File.ReadAllBytesAsync(Path.Combine(_home.Path, "film")));
        var cadaver = await friend.RunAsync(
            "cadaver",
            [friend.Of("")],
            "ls\nget plan.txt got.txt\nput got.txt new.txt\ndelete plan.txt\nquit\n"
        );
        Assert.Contains("film.bin", cadaver, StringComparison.Ordinal);
        Assert.Equal("plan\n", await File.ReadAllTextAsync(Path.Combine(_home.Path, "got.txt")));
        Assert.Equal(2, cadaver.Split("403").Length - 1);
        await AssertNothingCrossesAsync();

        // Edit: bob works in his mount, alice and the friend see it.
        await ShellAsync(
            """
            cd mnt/Family
            echo 'and bob' >>plan.txt
            echo 'Hello from Bob' >letter.txt
            """
        );
        const string Plan = "plan\nand bob\n";
        // The mount sends a file when it is closed, and the shell does not wait for that.
        await UntilReadAsync(alice, "Family/plan.txt", Plan);
        await UntilReadAsync(alice, "Family/letter.txt", "Hello from Bob\n");
        await ShellAsync(
            "mkdir mnt/Family/trip; mv mnt/Family/letter.txt mnt/Family/trip/hello.txt"
        );
        await UntilReadAsync(alice, "Family/trip/hello.txt", "Hello from Bob\n");
        Assert.Equal("Hello from Bob\n", await friend.ReadAsync("trip/hello.txt"));
        await AssertOpenAsync(Plan);
        var before = await SeenAsync();

        // Downgrade: alice has more than the new option holds, and everything she shares pauses.
        await own.Operator.CommandAsync(
            own.One,
            "options",
            "contracts",
            new
            {
                code = "small",
                offer = "demo",
                capacityBytes = 1 << 20,
                memberCapacityBytes = 1 << 20,
                texts = new { en = "Small" },
            }
        );
        await own.Operator.CommandAsync(
            own.One,
            "contracts/demo-alice/option",
            "contracts",
            new { option = "small" }
        );
        await AssertFamilyShutAsync();
        await friend.AssertRefusedAsync("403", "share-paused");
        Assert.Equal(("paused", "paused"), await shares.StatesAsync());

        // Recovery: what is too much goes, and both come back as they were.
        await SendAsync(alice, HttpMethod.Delete, "holiday.bin", HttpStatusCode.NoContent);
        await AssertOpenAsync(Plan);
        Assert.Equal(before, await SeenAsync());

        // Protection: others' works are for no friend; the household goes on.
        await ProtectAsync(true);
        await friend.AssertRefusedAsync("403", "share-paused");
        Assert.Equal(("open", "paused"), await shares.StatesAsync());
        await ShellAsync("echo ours >mnt/Family/trip/ours.txt");
        await UntilReadAsync(alice, "Family/trip/ours.txt", "ours\n");
        Assert.Equal(Plan, await ShellAsync("cat mnt/Family/plan.txt"));
        await ProtectAsync(false);
        await AssertOpenAsync(Plan);
        before = await SeenAsync();

        // Blocking: first the link alone, then the item, whoever wants it.
        var linkBlock = await own.Operator.CommandAsync(
            own.One,
            "share-blocks",
            "content-block",
            new { link = shares.Link, reasonCode = "notice" }
        );
        await friend.AssertRefusedAsync("403", "blocked");
        Assert.Equal(("open", "blocked"), await shares.StatesAsync());
        Assert.Equal(Plan, await ShellAsync("cat mnt/Family/plan.txt"));
        await EndMeasureAsync("share-blocks", linkBlock);
        await AssertOpenAsync(Plan);
        var block = await own.Operator.CommandAsync(
            own.One,
            $"accounts/{account}/blocks",
            "content-block",
            new { path = "/Family", reasonCode = "notice" }
        );
        await AssertFamilyShutAsync();
        await friend.AssertRefusedAsync("403", "share-paused");
        using (var refused = await alice.GetAsync("Family/plan.txt"))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains(
                "blocked",
                await refused.Content.ReadAsStringAsync(),
                StringComparison.Ordinal
            );
        }
        await EndMeasureAsync("blocks", block);
        await AssertOpenAsync(Plan);
        Assert.Equal(before, await SeenAsync());

        // Bob leaves the household, and is taken back into it.
        var bob = await own.Operator.AccountAsync(own.One, "bob");
        var member = $"contracts/demo-alice/members/{bob}";
        await own.Operator.CommandAsync(own.One, $"{member}/leaving", "households", new { });
        Assert.Equal("", await ShellAsync("ls -1A mnt"));
        Assert.Contains(
            "No such file",
            await FailAsync("cat mnt/Family/plan.txt"),
            StringComparison.Ordinal
        );
        Assert.Equal(Plan, await friend.ReadAsync("plan.txt"));
        await own.Operator.CommandAsync(own.One, $"{member}/return", "households");
        Assert.Equal("", await ShellAsync("ls -1A mnt"));
        await SendAsync(
            alice,
            HttpMethod.Post,
            $"/api/v1/household/{bob}/confirmation",
            HttpStatusCode.NoContent
        );
        await AssertOpenAsync(Plan);
        await AssertNothingCrossesAsync();

        // The end of the contract: alice takes back what is hers, and shares nothing.
        await own.Operator.CommandAsync(
            own.One,
            "contracts/demo-alice/end",
            "contracts",
            new { endsAt = TimeProvider.System.GetUtcNow() }
        );
        await AssertFamilyShutAsync();
        await friend.AssertRefusedAsync("403", "share-paused");
        Assert.Equal(("paused", "paused"), await shares.StatesAsync());
        Assert.Equal(Plan, await alice.GetStringAsync("Family/plan.txt"));
        Assert.Equal(film, await alice.GetByteArrayAsync("Family/film.bin"));
        using var late = await alice.PutAsync("Family/plan.txt", new StringContent("late"));
        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);

        // Both read, as far as each may.
        async Task AssertOpenAsync(string plan)
        {
            Assert.Equal("Family/\n", await ShellAsync("ls -1F mnt"));
            Assert.Equal(plan, await ShellAsync("cat mnt/Family/plan.txt"));
            Assert.Equal(plan, await friend.ReadAsync("plan.txt"));
            Assert.Equal(("open", "open"), await shares.StatesAsync());
        }

        // The folder is still there, and what is in it is not to be had.
        async Task AssertFamilyShutAsync()
        {
            Assert.Equal("Family/\n", await ShellAsync("ls -1F mnt"));
            foreach (
                var script in (string[])
                    ["ls mnt/Family", "cat mnt/Family/plan.txt", "echo x >mnt/Family/new.txt"]
            )
                await FailAsync(script);
        }

        // What members and friends see of it, and how it is shared.
        async Task<string> SeenAsync() =>
            string.Join(
                '\n',
                await RcloneAsync("lsjson", "-R", "bob:Family"),
                await friend.RunAsync(
                    "curl",
                    ["-sSf", "-X", "PROPFIND", "-H", "Depth: 1", friend.Of("")]
                ),
                await shares.SettingsAsync()
            );

        // Nothing of one household is seen in the other.
        async Task AssertNothingCrossesAsync()
        {
            Assert.Equal(
                "Neighbours/\nNeighbours/secret.txt\n",
                await RcloneAsync("lsf", "-R", "carol:")
            );
            Assert.DoesNotContain(
                "Neighbours",
                await RcloneAsync("lsf", "-R", "bob:"),
                StringComparison.Ordinal
            );
            Assert.Equal(0, (await ReceivedAsync(carol)).GetArrayLength());
            using var refused = await carol.GetAsync("Family/plan.txt");
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        async Task ProtectAsync(bool isProtected)
        {
            using var done = await alice.PutAsync(
                "/api/v1/protection",
                Json(new { path = "/Family", isProtected })
            );
            done.EnsureSuccessStatusCode();
        }

        Task EndMeasureAsync(string kind, JsonElement measure) =>
            own.Operator.CommandAsync(
                own.One,
                $"{kind}/{measure.GetProperty("measure").GetInt64()}/end",
                "content-block"
            );
    }

    [Theory]
    [MemberData(nameof(LitmusTests.Suites), MemberType = typeof(LitmusTests))]
    public async Task Litmus_passes_inside_what_a_member_may_edit(string suite, int tests)
    {
        using var alice = nodes.One.Connect();
        await MakeFolderAsync(alice, $"edited-{suite}");
        await ShareAsync(alice, $"/edited-{suite}", "edit");

        await LitmusTests.PassAsync(
            $"{nodes.Two.Url}edited-{suite}/",
            nodes.Two,
            suite,
            tests,
            user: "bob"
        );
    }

    // Every suite begins by making a folder.
    [Theory]
    [InlineData("basic")]
    [InlineData("copymove")]
    [InlineData("props")]
    [InlineData("locks")]
    [InlineData("http")]
    public async Task Litmus_is_refused_inside_what_a_member_may_view(string suite)
    {
        using var alice = nodes.One.Connect();
        await MakeFolderAsync(alice, $"viewed-{suite}");
        await PutAsync(alice, $"viewed-{suite}/kept.txt", "kept"u8.ToArray());
        await ShareAsync(alice, $"/viewed-{suite}", "view");
        var before = await Tree.OfServerAsync(alice, $"viewed-{suite}/");

        var (failed, output) = await LitmusTests.FailAsync(
            $"{nodes.Two.Url}viewed-{suite}/",
            nodes.Two,
            suite,
            "bob"
        );

        Assert.Equal("begin", failed);
        Assert.Contains(": 403 Forbidden", output, StringComparison.Ordinal);
        Tree.AssertSame(before, await Tree.OfServerAsync(alice, $"viewed-{suite}/"), times: true);
        using var bob = NodesContract.ConnectAs("bob", nodes.Two);
        Assert.Equal("kept", await bob.GetStringAsync($"viewed-{suite}/kept.txt"));
    }

    [Fact]
    public async Task A_share_that_pauses_or_ends_on_one_node_does_so_on_the_other_with_the_next_request_and_for_downloads_within_five_seconds()
    {
        using var alice = nodes.One.Connect();
        using var bob = NodesContract.ConnectAs("bob", nodes.Two);
        await MakeFolderAsync(alice, "Long");
        await PutAsync(alice, "Long/long.bin", Tree.Bytes("long", 32 << 20));
        var share = await ShareAsync(alice, "/Long", "view");
        var account = await nodes.Operator.AccountAsync(nodes.One, "alice");

        long measure = 0;
        await AssertCutAsync(
            async () => measure = await nodes.Operator.SuspendAsync(nodes.One, account, "share"),
            HttpStatusCode.Forbidden
        );
        await nodes.Operator.ResumeAsync(nodes.One, measure);
        Assert.Equal(HttpStatusCode.MultiStatus, await LookAsync(bob, "Long/"));

        await AssertCutAsync(
            () =>
                SendAsync(
                    alice,
                    HttpMethod.Delete,
                    $"/api/v1/shares/{share.GetProperty("id").GetInt64()}",
                    HttpStatusCode.NoContent
                ),
            HttpStatusCode.NotFound
        );

        async Task AssertCutAsync(Func<Task> act, HttpStatusCode then)
        {
            using var download = await bob.GetAsync(
                "Long/long.bin",
                HttpCompletionOption.ResponseHeadersRead
            );
            await using var body = await download.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1 << 20]);
            var cut = NodesContract.UntilCutAsync(body);

            await act();

            var done = Stopwatch.GetTimestamp();
            Assert.Equal(then, await LookAsync(bob, "Long/"));
            using (var refused = await bob.GetAsync("Long/long.bin"))
                Assert.Equal(then, refused.StatusCode);
            var took = Stopwatch.GetElapsedTime(done, await cut);
            Assert.True(took < TimeSpan.FromSeconds(5), $"{took}");
        }
    }

    /// <summary>Returns when a file is there and has this text.</summary>
    private static async Task UntilReadAsync(HttpClient client, string path, string text)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await client.GetAsync(path, late.Token);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadAsStringAsync() == text)
                return;
            await Task.Delay(50, late.Token);
        }
    }

    private static async Task<HttpStatusCode> LookAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), path);
        request.Headers.Add("Depth", "0");
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        HttpStatusCode expected
    )
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    private static Task MakeFolderAsync(HttpClient client, string path) =>
        SendAsync(client, new HttpMethod("MKCOL"), path, HttpStatusCode.Created);

    private static async Task PutAsync(HttpClient client, string path, byte[] content)
    {
        using var put = await client.PutAsync(path, new ByteArrayContent(content));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    private static StringContent Json(object body) =>
        new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    /// <summary>Shares with the household.</summary>
    private static async Task<JsonElement> ShareAsync(HttpClient client, string path, string rights)
    {
        using var made = await client.PostAsync(
            "/api/v1/shares",
            Json(
                new
                {
                    path,
                    rights,
                    audience = "household",
                }
            )
        );
        made.EnsureSuccessStatusCode();
        return JsonElement.Parse(await made.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> ReceivedAsync(HttpClient client) =>
        JsonElement
            .Parse(await client.GetStringAsync("/api/v1/shares/received"))
            .GetProperty("items");

    private async Task ConfigureAsync(DemoServer server, params string[] people)
    {
        foreach (var person in people)
            await RcloneAsync(
                "config",
                "create",
                person,
                "webdav",
                "vendor=owncloud",
                $"url={server.Url}",
                $"user={person}",
                $"pass={server.Password}"
            );
    }

    /// <summary>Mounts somebody's tree at <c>mnt</c>, so that it asks the server every time.</summary>
    private async Task<Mount> MountAsync(string person)
    {
        var mountPoint = _home.Folder("mnt");
        string[] options =
        [
            "--vfs-cache-mode",
            "writes",
            "--vfs-write-back",
            "0s",
            "--dir-cache-time",
            "0s",
            "--attr-timeout",
            "0s",
            "--low-level-retries",
            "1",
        ];
        var process = Command.Start(
            "rclone",
            ["mount", $"{person}:", "mnt", .. options],
            _home.Path,
            out var log
        );
        var mount = new Mount(mountPoint, $"fusermount3 -u '{mountPoint}'", process, log);
        await mount.UntilMountedAsync();
        return mount;
    }

    private async Task<string> RcloneAsync(params string[] arguments) =>
        (await Command.RunAsync("rclone", arguments, _home.Path)).MustSucceed().Output;

    private async Task<string> ShellAsync(string script) =>
        (await Command.ShellAsync(script, _home.Path)).MustSucceed().Output;

    private async Task<string> FailAsync(string script)
    {
        var run = await Command.ShellAsync(script, _home.Path);
        Assert.True(run.ExitCode != 0, $"`{script}` should have failed:\n{run.Output}");
        return run.Output;
    }

    /// <summary>Somebody with a link and the programs of a shell.</summary>
    private sealed class Friend(string link, string home)
    {
        public string Of(string path) => $"{link}/{path}";

        public async Task<string> RunAsync(string program, string[] arguments, string input = "") =>
            (await Command.RunAsync(program, arguments, home, input)).MustSucceed().Output;

        public Task<string> ReadAsync(string path) => RunAsync("curl", ["-sSf", Of(path)]);

        /// <summary>Fails unless the folder and what is in it are refused, and why.</summary>
        public async Task AssertRefusedAsync(string status, string code)
        {
            foreach (var path in (string[])["plan.txt", ""])
            {
                var said = await RunAsync("curl", ["-sS", "-w", "\n%{http_code}", Of(path)]);
                Assert.EndsWith($"\n{status}\n", said, StringComparison.Ordinal);
                Assert.Contains(code, said, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>What alice shares: once with her household, and once by a link.</summary>
    private sealed class GivenShares(HttpClient alice, JsonElement family, JsonElement link)
    {
        public string Link { get; } = link.GetProperty("url").GetString()!;

        public async Task<(string?, string?)> StatesAsync() =>
            (
                (await GetAsync(family)).GetProperty("state").GetString(),
                (await GetAsync(link)).GetProperty("state").GetString()
            );

        /// <summary>All but how often they were used.</summary>
        public async Task<string> SettingsAsync() =>
            string.Join(
                '\n',
                new[] { await GetAsync(family), await GetAsync(link) }
                    .SelectMany(share => share.EnumerateObject())
                    .Where(setting => setting.Name is not ("opened" or "downloaded" or "lastUsed"))
            );

        private async Task<JsonElement> GetAsync(JsonElement share) =>
            JsonElement.Parse(
                await alice.GetStringAsync($"/api/v1/shares/{share.GetProperty("id").GetInt64()}")
            );
    }
}

/// <summary>Two server processes over one folder, and the operator who commands them.</summary>
public sealed class HouseholdNodes : IAsyncLifetime
{
    private readonly TempFolder _settings = new();
    private OperatorSystem? _operator;

    internal OperatorSystem Operator => _operator!;

    /// <summary>The node whose folder it is.</summary>
    public DemoServer One { get; private set; } = new();

    public DemoServer Two { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        _operator = await OperatorSystem.StartAsync();
        var config = Path.Combine(_settings.Path, "settings.json");
        await File.WriteAllTextAsync(config, $$"""{ "Operator": {{_operator.Settings}} }""");
        One = new DemoServer { Config = config };
        await One.StartAsync();
        Two = await One.StartBesideAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Two.DisposeAsync();
        await One.DisposeAsync();
        if (_operator is not null)
            await _operator.DisposeAsync();
        _settings.Dispose();
    }
}
