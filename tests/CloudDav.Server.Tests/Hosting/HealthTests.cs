using System.Diagnostics;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>What probes are told, and how the server stops.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_server_is_ready_when_it_can_write_and_leaves_nothing_of_the_look_behind()
    {
        await using var host = await CloudDavHost.StartAsync();
        var probe = host.Anonymous();
        var before = Contents(host);

        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await probe.GetAsync("/health/ready")).Status);

        Assert.Equal(200, (await probe.HeadAsync("/health/live")).Status);
        Assert.Equal(before, Contents(host));
    }

    [Fact]
    public async Task A_content_store_that_cannot_be_written_is_not_ready_and_the_server_lives()
    {
        await using var host = await CloudDavHost.StartAsync();
        var content = Path.Combine(host.Folder, "content");
        Directory.Move(content, content + ".away");
        await File.WriteAllTextAsync(content, "in the way");

        var answer = await UntilAsync(host, 503);

        Assert.Equal("not ready: the content store cannot be used\n", answer.Text);
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);

        File.Delete(content);
        Directory.Move(content + ".away", content);
        await UntilAsync(host, 200);
    }

    [Fact]
    public async Task Metadata_that_cannot_be_written_is_told_in_time_and_asked_once_at_a_time()
    {
        await using var host = await CloudDavHost.StartAsync();
        await using (
            var other = new SqliteConnection(
                $"Data Source={host.Folder}/metadata/clouddav.db;Pooling=False"
            )
        )
        {
            await other.OpenAsync();
            await using var held = other.CreateCommand();
            held.CommandText = "BEGIN IMMEDIATE";
            await held.ExecuteNonQueryAsync();
            var waited = Stopwatch.StartNew();

            var answers = await Task.WhenAll(
                Enumerable.Range(0, 50).Select(_ => host.Anonymous().GetAsync("/health/ready"))
            );

            Assert.All(answers, answer => Assert.Equal(503, answer.Status));
            Assert.All(
                answers,
                answer =>
                    Assert.StartsWith(
                        "not ready: the metadata ",
                        answer.Text,
                        StringComparison.Ordinal
                    )
            );
            Assert.True(waited.Elapsed < Readiness.Longest * 3, $"{waited.Elapsed}");
            Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);
        }
        await UntilAsync(host, 200);
    }

    [Fact]
    public async Task Contents_in_Azure_that_fall_silent_or_are_cut_off_are_not_ready_and_come_back_by_themselves()
    {
        await using var azurite = await Azurite.StartAsync();
        await using var proxy = new FaultProxy(azurite.Address);
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Storage:Azure:ConnectionString"] = azurite.ConnectionStringAt(proxy.Address),
                    ["Storage:Azure:TimeoutSeconds"] = "2",
                    ["Storage:Country"] = "BE",
                },
            }
        );
        var alice = host.Client();
        var content = new byte[100_000];
        Assert.Equal(201, (await alice.PutAsync("/dav/file", content)).Status);
        await UntilAsync(host, 200);

        foreach (var kind in (FaultKind[])[FaultKind.Silent, FaultKind.Dropped])
        {
            proxy.Rule = _ => new Fault(kind);
            // Whoever comes first waits for one silence, or for the tries that there are.
            var refused = await alice.GetAsync("/dav/file");
            Assert.Equal((503, "30"), (refused.Status, refused.Header("Retry-After")));
            var waited = Stopwatch.StartNew();
            var answer = await UntilAsync(host, 503);
            Assert.StartsWith(
                "not ready: the content store ",
                answer.Text,
                StringComparison.Ordinal
            );
            Assert.True(waited.Elapsed < Readiness.Longest * 5, $"{waited.Elapsed}");
            Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);

            if (kind == FaultKind.Silent)
            {
                // Everybody after that is told at once.
                var before = proxy.Requests.Count(IsOfContent);
                for (var i = 0; i < 10; i++)
                {
                    Assert.Equal(503, (await alice.GetAsync("/dav/file")).Status);
                    Assert.Equal(503, (await alice.PutAsync("/dav/new", content)).Status);
                }
                Assert.Equal(before, proxy.Requests.Count(IsOfContent));
            }
            // Names and small contents need no store.
            Assert.Equal(207, (await alice.PropfindAsync("/dav/")).Status);

            proxy.Rule = static _ => default;
            await UntilAsync(host, 200);
            Assert.Equal(content, (await alice.GetAsync("/dav/file")).Body);
        }

        static bool IsOfContent(ProxiedRequest request) =>
            !request.Target.Contains("/installation", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_it_stops_a_server_says_so_and_still_answers_and_closes_each_connection()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Time = time,
                Settings = new Dictionary<string, string?> { ["Listen:DrainSeconds"] = "60" },
            }
        );
        using var kept = await host.ConnectAsync();
        var request = $"OPTIONS /dav/ HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}\r\n";
        await kept.SendAsync(request);
        Assert.Null((await kept.ReadAnswerAsync())!.Head.Header("Connection"));
        using var upload = await host.ConnectAsync();
        await BeginUploadAsync(upload, "last.txt", 2_000);

        var stop = host.StopAsync();
        Assert.Equal(
            "not ready: the server is stopping\n",
            (await host.Anonymous().GetAsync("/health/ready")).Expect(503).Text
        );
        Assert.Equal(200, (await host.Anonymous().GetAsync("/health/live")).Status);
        await kept.SendAsync(request);
        var answer = (await kept.ReadAnswerAsync())!;
        Assert.Equal(200, answer.Head.Status);
        Assert.Equal("close", answer.Head.Header("Connection"));
        Assert.Empty(await kept.ReadToEndAsync());
        Assert.Equal(201, (await host.Client().PutAsync("/dav/late.txt", "late")).Status);
        Assert.False(stop.IsCompleted);

        // Now the door is shut, and what was inside may end.
        time.Advance(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                using var late = await RawHttp.ConnectAsync(host.Port);
                await Task.Delay(50);
            }
        });
        Assert.False(stop.IsCompleted);
        await upload.SendAsync(new string('x', 1_000));
        Assert.Equal(201, (await upload.ReadAnswerAsync())!.Head.Status);
        await stop;
        await host.StartAsync();
        Assert.Equal(2_000, (await host.Client().GetAsync("/dav/last.txt")).Body.Length);
        Assert.Equal("late", (await host.Client().GetAsync("/dav/late.txt")).Text);
    }

    [Fact]
    public async Task An_upload_that_outlasts_the_stop_is_cut_and_leaves_what_was_there()
    {
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?> { ["Listen:ShutdownSeconds"] = "1" },
            }
        );
        Assert.Equal(201, (await host.Client().PutAsync("/dav/kept.txt", "before")).Status);
        using var upload = await host.ConnectAsync();
        await BeginUploadAsync(upload, "kept.txt", 200_000);
        var waited = Stopwatch.StartNew();

        await host.StopAsync();

        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
        Assert.Empty(await upload.ReadToEndAsync());
        await host.StartAsync();
        Assert.Equal("before", (await host.Client().GetAsync("/dav/kept.txt")).Text);
    }

    private static async Task BeginUploadAsync(RawHttp upload, string name, int length)
    {
        await upload.SendAsync(
            $"PUT /dav/{name} HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await upload.ReadHeadAsync())!.Status);
        await upload.SendAsync(Encoding.ASCII.GetBytes(new string('x', 1_000)));
    }

    private static async Task<DavAnswer> UntilAsync(CloudDavHost host, int status)
    {
        while (true)
        {
            var answer = await host.Anonymous().GetAsync("/health/ready");
            if (answer.Status == status)
                return answer;
            await Task.Delay(100);
        }
    }

    private static int Contents(CloudDavHost host) =>
        Directory
            .EnumerateFiles(Path.Combine(host.Folder, "content"), "*", SearchOption.AllDirectories)
            .Count();
}
