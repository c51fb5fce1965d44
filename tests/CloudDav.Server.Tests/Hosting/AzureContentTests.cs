using System.Xml.Linq;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Server.Tests.Telemetry;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>The whole server with its contents in Azure Blob Storage, for which Azurite stands, on good ways to it and on bad ones.</summary>
public sealed class AzureContentTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;

    private Azurite _azurite = null!;
    private FaultProxy _proxy = null!;
    private CloudDavHost _host = null!;
    private CapturedLines _lines = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartAsync();
        _proxy = new FaultProxy(_azurite.Address);
        _host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                HasDemoPeople = false,
                Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Storage:Azure:ConnectionString"] = _azurite.ConnectionStringAt(
                        _proxy.Address
                    ),
                    ["Storage:Azure:Retries"] = "2",
                    ["Storage:Country"] = "BE",
                },
                Replace = services =>
                    services.AddSingleton<ILoggerProvider>(provider =>
                        _lines = new CapturedLines(
                            (LogLines)provider.GetRequiredService<ConsoleFormatter>()
                        )
                    ),
            }
        );
        await _host.AddPersonAsync("alice", 1L << 30);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    [InlineData(9 * Mebibyte + 5)]
    public async Task What_is_put_is_got_whole_and_in_ranges_copied_moved_and_deleted(int size)
    {
        var alice = _host.Client();
        var content = Bytes(size);
        Assert.Equal(201, (await alice.PutAsync("/dav/a", content)).Status);
        Assert.Equal(
            201,
            (await alice.PutChunkedAsync("/dav/b", new MemoryStream(content))).Status
        );
        Assert.Equal(201, (await alice.CopyAsync("/dav/a", "/dav/c")).Status);
        Assert.Equal(201, (await alice.MoveAsync("/dav/b", "/dav/d")).Status);
        Assert.Equal(204, (await alice.DeleteAsync("/dav/a")).Status);

        foreach (var path in (string[])["/dav/c", "/dav/d"])
            AssertSame(content, (await alice.GetAsync(path)).Body);
        foreach (
            var (first, last) in ((int, int)[])[(0, 0), (size / 2, size - 1), (size / 3, size / 2)]
        )
        {
            if (last < first || last >= size)
                continue;
            var part = await alice.GetAsync("/dav/c", ("Range", $"bytes={first}-{last}"));
            Assert.Equal(206, part.Status);
            AssertSame(content[first..(last + 1)], part.Body);
        }
        Assert.Equal(404, (await alice.GetAsync("/dav/a")).Status);
        Assert.False(Directory.Exists(Path.Combine(_host.Folder, "content")));
    }

    [Fact]
    public async Task Contents_are_encrypted_there_and_outlive_the_server()
    {
        var alice = _host.Client();
        var secret = Enumerable.Repeat((byte)'s', 100_000).ToArray();
        await alice.PutAsync("/dav/secret", secret);

        var stored = Assert.Single(await ListAsync());
        await using (var blob = await Parts.Blobs.OpenAsync(stored.Blob, Stop))
        {
            var bytes = new byte[blob!.Length];
            await blob.ReadAsync(bytes, 0, Stop);
            Assert.Equal(-1, bytes.AsSpan().IndexOf("ssssssss"u8));
        }
        await _host.RestartAsync();

        AssertSame(secret, (await _host.Client().GetAsync("/dav/secret")).Body);
    }

    [Fact]
    public async Task A_cut_upload_leaves_the_old_state_and_nothing_in_the_store()
    {
        var alice = _host.Client();
        await alice.PutAsync("/dav/file", Bytes(50_000));
        foreach (var sent in (int[])[1, 20_000, 3 * Mebibyte])
        {
            using var upload = await _host.ConnectAsync();
            await upload.SendAsync(
                $"PUT /dav/file HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Content-Length: {4 * Mebibyte}\r\n\r\n"
            );
            await upload.SendAsync(Bytes(sent));
            await Task.Delay(200, Stop);
            upload.Cut();
        }

        await UntilAsync(async () => (await ListAsync()).Count == 1);
        AssertSame(Bytes(50_000), (await alice.GetAsync("/dav/file")).Body);
    }

    [Fact]
    public async Task What_nothing_refers_to_is_swept_and_nothing_else()
    {
        var alice = _host.Client();
        await alice.PutAsync("/dav/kept", Bytes(100_000));
        await alice.PutAsync("/dav/gone", Bytes(200_000));
        await alice.DeleteAsync("/dav/gone");
        // As a crash leaves them: blocks of an upload, and a blob, that the ledger does not know.
        var dead = await Parts.Blobs.CreateAsync(BlobId.New(), null, Stop);
        await dead.WriteAsync(Bytes(1000), Stop);
        await using (var orphan = await Parts.Blobs.CreateAsync(BlobId.New(), null, Stop))
            await orphan.CompleteAsync(Stop);
        Assert.Equal(4, (await ListAsync()).Count);

        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var sweeper = new BlobSweeper(Parts.Blobs, Parts.Ledger, time, new BlobSweeperOptions());
        Assert.Empty(await sweeper.RemoveOrphansAsync(Stop));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(2, (await sweeper.RemoveOrphansAsync(Stop)).Count);
        // Out of the trash, condemned, and kept for whoever may be reading it.
        time.Advance(TimeSpan.FromDays(400));
        await new VaultExpiry(Parts.Metadata, Parts.Limits, time).RunAsync(Stop);
        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, await sweeper.SweepAsync(Stop));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await sweeper.SweepAsync(Stop));

        Assert.Single(await ListAsync());
        AssertSame(Bytes(100_000), (await alice.GetAsync("/dav/kept")).Body);
    }

    [Fact]
    public async Task Probes_and_a_check_ask_for_no_content_and_write_nothing()
    {
        var alice = _host.Client();
        for (var i = 0; i < 3; i++)
            await alice.PutAsync($"/dav/{i}", Bytes(100_000 + i));
        var before = _proxy.Requests.Count;

        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await alice.GetAsync("/health/ready")).Status);
        var inspector = new ContentInspector(Parts.Blobs, Parts.Ledger, Parts.Keys);
        await foreach (var problem in inspector.InspectAsync(isDeep: false, Stop))
            Assert.Fail(problem.ToString());

        var asked = _proxy.Requests.Skip(before).ToList();
        Assert.DoesNotContain(asked, request => request.Method is not ("GET" or "HEAD"));
        Assert.InRange(
            asked.Count(request =>
                request.Target.Contains("/installation", StringComparison.Ordinal)
            ),
            1,
            19
        );
        Assert.DoesNotContain(
            asked,
            request =>
                request.Method == "GET"
                && !request.Target.Contains("/installation", StringComparison.Ordinal)
                && !request.Target.Contains("comp=list", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Another_installation_is_refused_at_the_start_and_takes_nothing_away()
    {
        var alice = _host.Client();
        await alice.PutAsync("/dav/file", Bytes(100_000));

        var refused = await Assert.ThrowsAsync<StartProblem>(() =>
            CloudDavHost.StartAsync(
                new CloudDavHostOptions
                {
                    HasDemoPeople = false,
                    Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                    {
                        ["Storage:Azure:ConnectionString"] = _azurite.ConnectionString,
                        ["Storage:Country"] = "BE",
                    },
                }
            )
        );

        Assert.StartsWith(
            "The container clouddav (Storage:Azure:Container) cannot be used: it holds the contents of another installation",
            refused.Message,
            StringComparison.Ordinal
        );
        AssertSame(Bytes(100_000), (await alice.GetAsync("/dav/file")).Body);
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_a_success()
    {
        _proxy.Rule = request =>
            request.IsCommit && request.Try <= 3 ? new Fault(FaultKind.AnswerLost) : default;
        var alice = _host.Client();

        Assert.Equal(201, (await alice.PutAsync("/dav/file", Bytes(100_000))).Status);

        AssertSame(Bytes(100_000), (await alice.GetAsync("/dav/file")).Body);
        Assert.Single(await ListAsync());
    }

    [Theory]
    [InlineData(FaultKind.Busy)]
    [InlineData(FaultKind.Dropped)]
    public async Task While_the_store_is_down_it_is_refused_and_the_old_state_stands(FaultKind kind)
    {
        var alice = _host.Client();
        await alice.PutAsync("/dav/file", Bytes(100_000));
        using var upload = await _host.ConnectAsync();
        await upload.SendAsync(
            $"PUT /dav/file HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Content-Length: {4 * Mebibyte}\r\n\r\n"
        );
        await upload.SendAsync(Bytes(Mebibyte));
        await UntilAsync(() => Task.FromResult(_proxy.Requests.Count(r => r.IsBlock) > 1));
        _proxy.Rule = _ => new Fault(kind);

        // An upload under way, one that begins, a download, and everything at once.
        await upload.SendAsync(Bytes(3 * Mebibyte));
        Assert.Equal(503, (await upload.ReadHeadAsync())!.Status);
        AssertRefused(await alice.PutAsync("/dav/file", Bytes(50_000)));
        AssertRefused(await alice.PutAsync("/dav/new", Bytes(50_000)));
        AssertRefused(await alice.GetAsync("/dav/file"));
        AssertRefused(await alice.GetAsync("/dav/file", ("Range", "bytes=10-20")));
        var archive = await alice.GetAsync("/api/v1/archive", ("Accept-Language", "fr"));
        Assert.Equal((503, "30"), (archive.Status, archive.Header("Retry-After")));
        Assert.Equal("application/problem+json", archive.Header("Content-Type"));
        Assert.Contains("\"storage-unavailable\"", archive.Text, StringComparison.Ordinal);
        Assert.Contains("injoignable", archive.Text, StringComparison.Ordinal);
        Assert.Null(archive.Header("Content-Disposition"));
        // A browser has a page; Finder would take 503 for a file that has vanished.
        var page = await _host
            .Client(
                userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            )
            .GetAsync("/dav/file", ("Accept", "text/html"), ("Accept-Language", "de"));
        Assert.Equal((503, "30"), (page.Status, page.Header("Retry-After")));
        Assert.Contains("<html", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("nicht erreichbar", page.Text, StringComparison.Ordinal);
        var finder = _host.Client(userAgent: "WebDAVFS/3.0.0 (03008000) Darwin/24.0.0 (arm64)");
        Assert.Equal(423, (await finder.GetAsync("/dav/file")).Status);
        // Names and small contents need no store.
        Assert.Equal(207, (await alice.PropfindAsync("/dav/")).Status);
        Assert.Equal(201, (await alice.PutAsync("/dav/small", Bytes(10))).Status);

        // It is told once, in one line, however many it hit.
        var told = _lines
            .Text.Split('\n')
            .Where(line => line.Contains("cannot be reached", StringComparison.Ordinal));
        Assert.Contains("Azure Blob Storage failed", Assert.Single(told), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _lines.Text, StringComparison.Ordinal);

        _proxy.Rule = static _ => default;
        AssertSame(Bytes(100_000), (await alice.GetAsync("/dav/file")).Body);
        Assert.Equal(404, (await alice.GetAsync("/dav/new")).Status);
    }

    [Fact]
    public async Task A_download_whose_way_breaks_is_whole_or_visibly_broken()
    {
        var alice = _host.Client();
        var content = Bytes(5 * Mebibyte);
        await alice.PutAsync("/dav/file", content);
        _proxy.Rule = request =>
            request.Method == "GET" && request.Try % 2 == 1
                ? new Fault(FaultKind.AnswerCut, 70_000)
                : default;
        AssertSame(content, (await alice.GetAsync("/dav/file")).Body);

        var begun = 0;
        _proxy.Rule = request =>
            request.Method == "GET" && ++begun > 2 ? new Fault(FaultKind.Dropped) : default;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => alice.GetAsync("/dav/file"));
    }

    private static void AssertRefused(DavAnswer answer)
    {
        Assert.Equal(503, answer.Status);
        Assert.Equal("30", answer.Header("Retry-After"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.NotNull(
            answer
                .Xml()
                .Root!.Element(
                    XName.Get("storage-unavailable", RefusalAnswer.Namespace.NamespaceName)
                )
        );
    }

    private VaultParts Parts => _host.Services.GetRequiredService<VaultParts>();

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), "Other bytes came back.");

    private async Task<List<StoredBlob>> ListAsync()
    {
        var blobs = new List<StoredBlob>();
        await foreach (var blob in Parts.Blobs.ListAsync(Stop))
            blobs.Add(blob);
        return blobs;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var tries = 0; !await isSo(); tries++)
        {
            Assert.True(tries < 200, "It did not become so.");
            await Task.Delay(100, Stop);
        }
    }
}
