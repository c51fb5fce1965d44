using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>Nothing durable is in a process: several nodes over one database and one store are one server.</summary>
public abstract partial class NodesContract(Nodes nodes)
{
    [Theory]
    [MemberData(nameof(LitmusTests.Suites), MemberType = typeof(LitmusTests))]
    public Task Litmus_passes_though_every_request_goes_to_another_node(string suite, int tests) =>
        LitmusTests.PassAsync(nodes.Url, nodes.All[0], suite, tests);

    [Fact]
    public async Task A_lock_taken_on_one_node_holds_on_all_and_is_given_back_on_any()
    {
        using var one = nodes.All[0].Connect();
        using var two = nodes.All[1].Connect();
        using var three = nodes.All[2].Connect();
        using var taken = await SendAsync(
            one,
            "LOCK",
            "locked",
            """<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>"""
        );
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var token = taken.Headers.GetValues("Lock-Token").Single();

        foreach (var other in (HttpClient[])[two, three])
        {
            using var refused = await SendAsync(other, "PUT", "locked", "x");
            Assert.Equal(HttpStatusCode.Locked, refused.StatusCode);
        }
        using var written = await SendAsync(two, "PUT", "locked", "x", ("If", $"({token})"));
        Assert.Equal(HttpStatusCode.NoContent, written.StatusCode);
        using var freed = await SendAsync(three, "UNLOCK", "locked", null, ("Lock-Token", token));
        Assert.Equal(HttpStatusCode.NoContent, freed.StatusCode);
        using var free = await SendAsync(one, "PUT", "locked", "y");
        Assert.Equal(HttpStatusCode.NoContent, free.StatusCode);
    }

    [Fact]
    public async Task A_device_that_is_revoked_is_out_on_every_node_with_its_next_request()
    {
        var server = nodes.All[0];
        var added = (
            await server.VerbAsync(
                "device",
                "add",
                "alice",
                "--name",
                "phone",
                "--data",
                server.Data
            )
        )
            .MustSucceed()
            .Output;
        var (device, password) = (
            Device().Match(added).Groups["id"].Value,
            Password().Match(added).Groups["password"].Value
        );
        var clients = nodes.All.Select(node => node.Connect()).ToArray();
        foreach (var client in clients)
        {
            client.DefaultRequestHeaders.Authorization = new(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{password}"))
            );
            Assert.Equal(HttpStatusCode.MultiStatus, await LookAsync(client));
        }

        (await server.VerbAsync("device", "revoke", device, "--data", server.Data)).MustSucceed();

        foreach (var client in clients)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LookAsync(client));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_customer_suspended_on_one_node_is_refused_on_the_others_with_the_next_request_and_cut_within_five_seconds()
    {
        var (one, two) = (nodes.All[0], nodes.All[1]);
        using var client = ConnectAs("carol", two);
        var bytes = Tree.Bytes("long", 32 << 20);
        using (var put = await client.PutAsync("long", new ByteArrayContent(bytes)))
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        using var download = await client.GetAsync(
            "long",
            HttpCompletionOption.ResponseHeadersRead
        );
        await using var body = await download.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1 << 20]);
        var carol = await nodes.Operator.AccountAsync(one, "carol");
        var cut = UntilCutAsync(body);

        var measure = await nodes.Operator.SuspendAsync(one, carol, "whole");
        var suspended = Stopwatch.GetTimestamp();

        foreach (var node in nodes.All)
        {
            using var other = ConnectAs("carol", node);
            Assert.Equal(HttpStatusCode.Forbidden, await LookAsync(other));
        }
        var took = Stopwatch.GetElapsedTime(suspended, await cut);
        Assert.True(took < TimeSpan.FromSeconds(5), $"{took}");

        await nodes.Operator.ResumeAsync(nodes.All[2], measure);
        Assert.Equal(HttpStatusCode.MultiStatus, await LookAsync(client));
    }

    [Fact]
    public async Task A_customer_whose_uploads_are_suspended_on_one_node_can_only_read_and_delete_on_the_others()
    {
        var (one, two, three) = (nodes.All[0], nodes.All[1], nodes.All[2]);
        using var client = ConnectAs("bob", two);
        using (var put = await SendAsync(client, "PUT", "kept", "before"))
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        // Under way when it is suspended, on a third node.
        using var uploading = ConnectAs("bob", three);
        var body = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var upload = uploading.PutAsync("kept", new StreamContent(body.Reader.AsStream()));
        await body.Writer.WriteAsync(Tree.Bytes("late", 1 << 20));
        await Task.Delay(500);
        var bob = await nodes.Operator.AccountAsync(one, "bob");

        var measure = await nodes.Operator.SuspendAsync(one, bob, "upload");

        using (var refused = await SendAsync(client, "PUT", "more", "x"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.False(upload.IsCompleted);
        await body.Writer.WriteAsync(Tree.Bytes("later", 1 << 20));
        await body.Writer.CompleteAsync();
        using (var late = await upload)
            Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
        Assert.Equal("before", await client.GetStringAsync("kept"));
        using (var deleted = await SendAsync(client, "DELETE", "kept", null))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await nodes.Operator.ResumeAsync(three, measure);
        using (var put = await SendAsync(client, "PUT", "more", "x"))
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    [Fact]
    public async Task A_link_that_is_ended_on_one_node_opens_nothing_on_any()
    {
        using var alice = nodes.All[0].Connect();
        using var folder = await SendAsync(alice, "MKCOL", "shared", null);
        using var file = await SendAsync(alice, "PUT", "shared/file", "x");
        var share = await LinkTests.MakeAsync(alice, "/shared", "download");
        var path = new Uri(share.GetProperty("url").GetString()!).AbsolutePath + "/file";
        using var friend = new HttpClient();
        var addresses = nodes.All.Select(node => new Uri(new Uri(node.Url), path)).ToArray();
        foreach (var address in addresses)
            Assert.Equal("x", await friend.GetStringAsync(address));

        using var ended = await alice.DeleteAsync(
            new Uri(alice.BaseAddress!, $"/api/v1/shares/{share.GetProperty("id").GetInt64()}")
        );

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        foreach (var address in addresses)
        {
            using var refused = await friend.GetAsync(address);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_node_killed_under_load_costs_only_its_own_requests()
    {
        // Nodes of its own: one of them dies.
        await using var own = NewNodes();
        await own.InitializeAsync();
        const int Workers = 6;
        var shared = new SharedFile();
        var workers = Enumerable
            .Range(0, Workers)
            .Select(n => new KillWorker($"w{n}", 7 * n + 1, shared))
            .ToArray();
        using var survivor = own.All[0].Connect();
        foreach (var worker in workers)
            await worker.MakeFolderAsync(survivor);
        using var dying = new CancellationTokenSource();
        using var enough = new CancellationTokenSource();

        var running = workers
            .Select(async worker =>
            {
                using var client = own.Connect();
                while (!enough.IsCancellationRequested && worker.Complaint is null)
                {
                    await worker.WorkAsync(client, dying.Token, enough.Token);
                    Assert.Null(await worker.ReconcileAsync(survivor));
                }
            })
            .ToArray();
        await Task.Delay(2000);
        // A server behind the nodes may have to learn what it is asked first.
        await UntilMoreAsync(than: 0);
        var before = Answered();
        await dying.CancelAsync();
        await own.All[2].KillAsync();
        await Task.Delay(4000);
        await UntilMoreAsync(than: before);
        await enough.CancelAsync();
        await Task.WhenAll(running);

        Assert.All(workers, worker => Assert.Null(worker.Complaint));
        Assert.Null(await shared.CheckAsync(survivor));
        Assert.True(before > 0 && Answered() > before);
        foreach (var node in own.All.Reverse())
            await node.KillAsync();
        var data = own.All[0].Data;
        (await own.All[0].VerbAsync("check", "--deep", "--data", data)).MustSucceed();
        await AssertNoneLeftAsync(own);

        int Answered() => workers.Sum(worker => worker.Answered);

        async Task UntilMoreAsync(int than)
        {
            while (Answered() <= than && running.All(worker => !worker.IsCompleted))
                await Task.Delay(100);
        }
    }

    [Fact]
    public async Task Nodes_restarted_one_after_another_under_load_fail_no_request()
    {
        // Nodes of its own: all of them stop.
        await using var own = NewNodes();
        await own.InitializeAsync();
        using var load = new RollingLoad(own);
        await load.BeginAsync();

        foreach (var node in own.All)
        {
            // Straight to this node, so that they are there when it stops.
            using var direct = node.Connect();
            var transfers = await load.BeginLongTransfersAsync(direct, $"direct{node.Port}");
            using var kept = node.Connect();
            Assert.Equal(HttpStatusCode.MultiStatus, await LookAsync(kept));

            var stopped = node.StopAsync();
            await own.UntilChosenAsync(node, isChosen: false);
            // Whoever still comes is served, and asked to come elsewhere.
            using (var answer = await SendAsync(kept, "PROPFIND", "", null, ("Depth", "0")))
            {
                Assert.Equal(HttpStatusCode.MultiStatus, answer.StatusCode);
                Assert.True(answer.Headers.ConnectionClose);
            }
            Assert.False(transfers.IsCompleted);

            await transfers;
            Assert.Equal(0, await stopped);
            await node.StartAsync();
            await own.UntilChosenAsync(node, isChosen: true);
        }
        await load.EndAsync();

        var data = own.All[0].Data;
        foreach (var node in own.All)
            Assert.Equal(0, await node.StopAsync());
        (await own.All[0].VerbAsync("check", "--deep", "--data", data)).MustSucceed();
        await AssertNoneLeftAsync(own);
    }

    /// <summary>Reads at a pace that would go on for some twenty seconds; returns when the download was cut.</summary>
    internal static async Task<long> UntilCutAsync(Stream download)
    {
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            var piece = new byte[64 * 1024];
            while (await download.ReadAsync(piece) > 0)
                await Task.Delay(40);
        });
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Another of the demo's people. Little lies in the buffers between the server and them.</summary>
    internal static HttpClient ConnectAs(string user, DemoServer node)
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (context, stop) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
                    {
                        NoDelay = true,
                        ReceiveBufferSize = 16 * 1024,
                    };
                    await socket.ConnectAsync(context.DnsEndPoint, stop);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new Uri(node.Url),
        };
        client.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:demo"))
        );
        return client;
    }

    /// <summary>Further nodes, over places of their own.</summary>
    protected virtual Nodes NewNodes() => new();

    /// <summary>Fails unless the store holds what contents refer to and nothing else.</summary>
    protected virtual Task AssertNoneLeftAsync(Nodes own) =>
        Leftovers.AssertNoneAfterSweepAsync(own.All[0].Data);

    private static async Task<HttpStatusCode> LookAsync(HttpClient client)
    {
        using var answer = await SendAsync(client, "PROPFIND", "", null, ("Depth", "0"));
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string method,
        string path,
        string? body,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body);
        return client.SendAsync(request);
    }

    [GeneratedRegex(@"Device (?<id>\d+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Device();

    [GeneratedRegex(@"this once: (?<password>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Password();
}

public sealed class NodesTests(Nodes nodes) : NodesContract(nodes), IClassFixture<Nodes>;

/// <summary>The operator's profile: metadata on the server that <c>CLOUDDAV_TEST_SQLSERVER</c> names, contents in Azurite.</summary>
public sealed class SqlServerNodesTests(SqlServerNodes nodes)
    : NodesContract(nodes.Ready),
        IClassFixture<SqlServerNodes>
{
    protected override Nodes NewNodes() => new SqlServerNodes();

    protected override Task AssertNoneLeftAsync(Nodes own) =>
        ((SqlServerNodes)own).AssertNoneLeftAsync();
}
