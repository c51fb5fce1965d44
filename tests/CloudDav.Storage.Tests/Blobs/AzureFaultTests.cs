using System.Diagnostics;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Blobs;

/// <summary>What becomes of uploads and downloads when the way to Azure is bad: a proxy of our own stands between.</summary>
public sealed class AzureFaultTests : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;

    private readonly Azurite _azurite;
    private readonly FaultProxy _proxy;
    private readonly AzureBlobStoreOptions _options;

    public AzureFaultTests(AzuriteFixture fixture)
    {
        _azurite = fixture.Azurite;
        _proxy = new FaultProxy(_azurite.Address);
        _options = new AzureBlobStoreOptions
        {
            ConnectionString = _azurite.ConnectionStringAt(_proxy.Address),
            Container = AzuriteFixture.NewContainer(),
            Retries = 2,
            RetryDelay = TimeSpan.FromMilliseconds(10),
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    public static TheoryData<FaultKind, int> Faults =>
        new()
        {
            { FaultKind.Late, 0 },
            { FaultKind.Dropped, 0 },
            { FaultKind.Busy, 0 },
            { FaultKind.RequestCut, 0 },
            { FaultKind.RequestCut, 20 },
            { FaultKind.RequestCut, 100_000 },
            { FaultKind.AnswerLost, 0 },
            { FaultKind.AnswerCut, 0 },
            { FaultKind.AnswerCut, 100 },
            { FaultKind.AnswerCut, 100_000 },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_of_every_first_try_is_not_noticed(FaultKind kind, int bytes)
    {
        var hits = 0;
        _proxy.Rule = request =>
        {
            if (request.Try > 1)
                return default;
            hits++;
            return new Fault(
                kind,
                bytes,
                kind == FaultKind.Late ? TimeSpan.FromMilliseconds(20) : default
            );
        };
        var store = AzureBlobStore.Open(_options);
        var content = Bytes(3 * Mebibyte);

        var blob = await WriteAsync(store, content);
        var empty = await WriteAsync(store, []);
        AssertSame(content, await ReadAsync(store, blob));
        Assert.Empty(await ReadAsync(store, empty));
        Assert.Equal(
            [(blob, (long)content.Length, true), (empty, 0L, true)],
            (await ListAsync(store)).OrderByDescending(found => found.Length)
        );
        await store.DeleteAsync(empty, Stop);
        await using (var upload = await store.CreateAsync(BlobId.New(), null, Stop))
            await upload.WriteAsync(Bytes(2 * Mebibyte), Stop);

        Assert.Equal([(blob, (long)content.Length, true)], await ListAsync(store));
        Assert.True(hits > 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_commit_whose_answer_is_lost_is_known_to_be_done(int lost)
    {
        // Three are all tries that there are: then the blob itself is asked.
        _proxy.Rule = request =>
            request.IsCommit && request.Try <= lost ? new Fault(FaultKind.AnswerLost) : default;
        var store = AzureBlobStore.Open(_options);
        var content = Bytes(Mebibyte);

        AssertSame(content, await ReadAsync(store, await WriteAsync(store, content)));

        Assert.Equal(Math.Min(lost + 1, 3), _proxy.Requests.Count(request => request.IsCommit));
    }

    [Fact]
    public async Task A_commit_that_nobody_can_ask_about_has_failed_and_is_cleared_away()
    {
        var store = AzureBlobStore.Open(_options);
        var isDown = false;
        _proxy.Rule = request =>
            isDown || request.IsCommit ? new Fault(FaultKind.AnswerLost) : default;
        var blob = BlobId.New();

        await using (var upload = await store.CreateAsync(blob, null, Stop))
        {
            await upload.WriteAsync(Bytes(1000), Stop);
            isDown = true;
            await Assert.ThrowsAnyAsync<IOException>(async () => await upload.CompleteAsync(Stop));
            isDown = false;
            _proxy.Rule = static _ => default;
        }

        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task What_cannot_be_cleared_away_is_left_to_the_sweeper()
    {
        var store = AzureBlobStore.Open(_options);
        var blob = BlobId.New();
        await using (var upload = await store.CreateAsync(blob, null, Stop))
        {
            await upload.WriteAsync(Bytes(1000), Stop);
            _proxy.Rule = static _ => new Fault(FaultKind.Dropped);
            await Assert.ThrowsAnyAsync<IOException>(async () => await upload.CompleteAsync(Stop));
        }
        _proxy.Rule = static _ => default;
        Assert.Equal([(blob, 0L, false)], await ListAsync(store));

        await store.DeleteAsync(blob, Stop);

        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task A_commit_never_overwrites_what_another_has_committed_meanwhile()
    {
        var store = AzureBlobStore.Open(_options);
        var blob = BlobId.New();
        await using (var late = await store.CreateAsync(blob, null, Stop))
        {
            await late.WriteAsync(Bytes(1000, seed: 2), Stop);
            // Azure forgets what was staged when another list is committed; so stage again, as a retry would.
            await using (var first = await store.CreateAsync(blob, null, Stop))
            {
                await first.WriteAsync(Bytes(1000), Stop);
                await first.CompleteAsync(Stop);
            }
            _proxy.Rule = request =>
                request.IsCommit && request.Try <= 2 ? new Fault(FaultKind.AnswerLost) : default;
            await Assert.ThrowsAnyAsync<IOException>(async () => await late.CompleteAsync(Stop));
        }
        Assert.Equal(Bytes(1000), await ReadAsync(store, blob));
    }

    [Fact]
    public async Task A_store_that_is_down_fails_within_its_tries_and_is_never_taken_for_empty()
    {
        var store = AzureBlobStore.Open(_options);
        var blob = await WriteAsync(store, Bytes(1000));
        foreach (var kind in (FaultKind[])[FaultKind.Busy, FaultKind.Dropped])
        {
            _proxy.Rule = _ => new Fault(kind);
            var watch = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await store.OpenAsync(blob, Stop)
            );
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await ListAsync(store)
            );
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await store.DeleteAsync(blob, Stop)
            );
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await WriteAsync(store, Bytes(1000))
            );
            Assert.Throws<StorageUnavailableException>(() => AzureBlobStore.Open(_options));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        }
        _proxy.Rule = static _ => default;
        Assert.Equal(Bytes(1000), await ReadAsync(store, blob));
    }

    [Fact]
    public async Task Silence_is_ended_and_asked_again()
    {
        var store = AzureBlobStore.Open(_options with { Timeout = TimeSpan.FromSeconds(5) });
        var content = Bytes(2 * Mebibyte);
        var (blocks, downloads) = (0, 0);
        // One in the middle of each: nothing else has to wait for a silence.
        _proxy.Rule = request =>
            (request.IsBlock && Interlocked.Increment(ref blocks) == 2)
            || (request.Method == "GET" && Interlocked.Increment(ref downloads) == 2)
                ? new Fault(FaultKind.AnswerStalled, request.IsBlock ? 0 : 100_000)
                : default;
        AssertSame(content, await ReadAsync(store, await WriteAsync(store, content)));
        Assert.True(blocks > 2 && downloads > 2);
    }

    [Fact]
    public async Task Silence_that_does_not_end_is_a_failure_after_the_time_that_the_tries_take()
    {
        var store = AzureBlobStore.Open(_options);
        var blob = await WriteAsync(store, Bytes(3 * Mebibyte));
        var impatient = AzureBlobStore.Open(_options with { Timeout = TimeSpan.FromSeconds(1) });
        await using var opened = await impatient.OpenAsync(blob, Stop);
        _proxy.Rule = static request => new Fault(
            FaultKind.AnswerStalled,
            Bytes: request.Method == "GET" ? 5_000 : 0
        );

        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await opened!.ReadAsync(new byte[3 * Mebibyte], 0, Stop)
        );
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await WriteAsync(impatient, Bytes(3 * Mebibyte))
        );

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_store_that_is_silent_costs_one_wait_and_is_refused_at_once_until_it_is_heard_again()
    {
        var store = AzureBlobStore.Open(
            _options with
            {
                Timeout = TimeSpan.FromSeconds(2),
                Retries = 5,
            }
        );
        var blob = await WriteAsync(store, Bytes(1000));
        _proxy.Rule = static _ => new Fault(FaultKind.Silent);
        var before = Wanted();

        var told = await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await store.OpenAsync(blob, Stop)
        );

        Assert.Equal("Azure Blob Storage failed: it does not answer.", told.Message);
        Assert.Equal(before + 1, Wanted());
        for (var i = 0; i < 100; i++)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await store.OpenAsync(blob, Stop)
            );
            await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
                await WriteAsync(store, Bytes(3 * Mebibyte))
            );
        }
        Assert.Equal(before + 1, Wanted());

        // It is the store itself that finds out: until then nothing of what is asked is sent, and then all of it.
        _proxy.Rule = static _ => default;
        byte[]? read = null;
        for (var waited = Stopwatch.StartNew(); read is null; await Task.Delay(50, Stop))
        {
            try
            {
                read = await ReadAsync(store, blob);
            }
            catch (StorageUnavailableException)
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "It is not heard again.");
            }
        }
        Assert.Equal(Bytes(1000), read);
        Assert.Equal(before + 2, Wanted());

        int Wanted() => _proxy.Requests.Count(request => !IsQuestion(request));
    }

    [Fact]
    public async Task One_silent_connection_is_no_silent_store()
    {
        var store = AzureBlobStore.Open(_options with { Timeout = TimeSpan.FromSeconds(2) });
        var (lost, other) = (
            await WriteAsync(store, Bytes(1000)),
            await WriteAsync(store, Bytes(2000))
        );
        _proxy.Rule = request =>
            request is { Method: "GET", Try: 1 } && Has(request, lost)
                ? new Fault(FaultKind.Silent)
                : default;

        var reading = ReadAsync(store, lost);
        Assert.Equal(Bytes(2000), await ReadAsync(store, other));

        Assert.Equal(Bytes(1000), await reading);
        Assert.Equal(2, _proxy.Requests.Count(r => r.Method == "GET" && Has(r, lost)));

        static bool Has(ProxiedRequest request, BlobId blob) =>
            request.Target.Contains($"{blob.Value:N}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_moves_may_take_longer_than_a_silence()
    {
        var container = AzureBlobStore.Connect(
            _options with
            {
                Timeout = TimeSpan.FromSeconds(4),
                Retries = 0,
            }
        );
        await container.CreateIfNotExistsAsync(cancellationToken: Stop);
        var content = Bytes(4 * Mebibyte);
        var watch = Stopwatch.StartNew();
        _proxy.Rule = static request =>
            request.Method == "PUT"
                ? new Fault(FaultKind.SlowRequest, 64 * 1024, TimeSpan.FromMilliseconds(100))
                : default;

        var blob = container.GetBlobClient("slow");
        await blob.UploadAsync(BinaryData.FromBytes(content), Stop);

        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(6), $"{watch.Elapsed}");
        var stored = await blob.DownloadContentAsync(Stop);
        AssertSame(content, stored.Value.Content.ToArray());
    }

    [Fact]
    public async Task Whoever_stops_waiting_is_let_go_at_once()
    {
        var store = AzureBlobStore.Open(_options with { Timeout = TimeSpan.FromMinutes(2) });
        var blob = await WriteAsync(store, Bytes(3 * Mebibyte));
        await using var opened = await store.OpenAsync(blob, Stop);
        _proxy.Rule = static request =>
            request.IsBlock || request.Method == "GET"
                ? new Fault(FaultKind.None, Delay: TimeSpan.FromMinutes(1))
                : default;

        var watch = Stopwatch.StartNew();
        await StopsAsync(async stop => await store.OpenAsync(blob, stop));
        await StopsAsync(async stop => await opened!.ReadAsync(new byte[3 * Mebibyte], 0, stop));
        await StopsAsync(async stop =>
        {
            await using var upload = await store.CreateAsync(BlobId.New(), null, stop);
            await upload.WriteAsync(Bytes(1000), stop);
        });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(45), $"{watch.Elapsed}");

        static async Task StopsAsync(Func<CancellationToken, Task> work)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work(soon.Token));
        }
    }

    [Fact]
    public async Task An_upload_takes_in_no_more_than_its_blocks_while_Azure_is_silent()
    {
        var store = AzureBlobStore.Open(_options with { Timeout = TimeSpan.FromMinutes(2) });
        var blocks = 0;
        _proxy.Rule = request =>
            request.IsBlock && Interlocked.Increment(ref blocks) > 1
                ? new Fault(FaultKind.None, Delay: TimeSpan.FromMinutes(1))
                : default;
        var piece = Bytes(256 * 1024);
        using var enough = new CancellationTokenSource();
        await using var upload = await store.CreateAsync(BlobId.New(), null, Stop);
        await upload.WriteAsync(piece, Stop);

        var taken = 0;
        var writing = WriteOnAsync();
        for (var before = -1; taken != before || taken == 0; await Task.Delay(1000, Stop))
            before = taken;
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        // Those on their way, and the one that is full and waits.
        Assert.InRange(
            taken,
            AzureBlobUpload.Parallel * Mebibyte,
            (AzureBlobUpload.Parallel + 1) * Mebibyte
        );

        async Task WriteOnAsync()
        {
            while (true)
            {
                await upload.WriteAsync(piece, enough.Token);
                taken += piece.Length;
            }
        }
    }

    [Fact]
    public async Task A_reader_who_pauses_has_one_window_ahead_and_one_who_waits_gets_more()
    {
        var store = AzureBlobStore.Open(_options);
        var content = Bytes(12 * Mebibyte);
        var blob = await WriteAsync(store, content);
        await using var opened = await store.OpenAsync(blob, Stop);
        var piece = new byte[AzureBlob.FirstWindowBytes / 2 + 1];
        await opened!.ReadAsync(piece, 0, Stop);
        await Task.Delay(500, Stop);
        Assert.Equal(2, Downloads());

        _proxy.Rule = static _ => new Fault(FaultKind.None, Delay: TimeSpan.FromMilliseconds(100));
        var rest = new byte[4 * Mebibyte];
        await opened.ReadAsync(rest, piece.Length, Stop);

        AssertSame(content[piece.Length..(piece.Length + rest.Length)], rest);
        // Windows 1 to 5 are begun or read; it had to wait for them, and may have as many more as there are. What was begun last is on its way to the proxy.
        for (var waited = Stopwatch.StartNew(); Downloads() < 7; await Task.Delay(10, Stop))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"{Downloads()} downloads");
        Assert.InRange(Downloads(), 7, 2 + 4 + AzureBlob.MostAhead);

        int Downloads() => _proxy.Requests.Count(request => request.Method == "GET");
    }

    [Fact]
    public async Task A_download_that_is_cut_everywhere_goes_on_where_it_was_or_fails()
    {
        var store = AzureBlobStore.Open(_options);
        var content = Bytes(4 * Mebibyte);
        var blob = await WriteAsync(store, content);
        var random = new Random(3);
        _proxy.Rule = request =>
        {
            lock (random)
            {
                return request.Method == "GET"
                    ? new Fault(FaultKind.AnswerCut, random.Next(600_000))
                    : default;
            }
        };
        var whole = 0;
        for (var i = 0; i < 4; i++)
        {
            try
            {
                AssertSame(content, await ReadAsync(store, blob));
                whole++;
            }
            catch (IOException)
            {
                // Too many cuts for the tries there are.
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{whole} of 4 came through");
    }

    [Fact]
    public async Task Under_any_mixture_of_faults_what_completes_is_there_whole_and_what_fails_leaves_nothing_wrong()
    {
        var store = AzureBlobStore.Open(_options);
        var random = new Random(11);
        _proxy.Rule = _ =>
        {
            lock (random)
            {
                return random.Next(4) == 0
                    ? new Fault(
                        (FaultKind)random.Next(1, 7),
                        random.Next(300_000),
                        TimeSpan.FromMilliseconds(random.Next(30))
                    )
                    : default;
            }
        };

        var written = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async i =>
                {
                    await Task.Yield();
                    var content = Bytes(
                        (i % 4) switch
                        {
                            0 => i,
                            1 => 100_000,
                            _ => 2_500_000,
                        },
                        i
                    );
                    try
                    {
                        return (Blob: await WriteAsync(store, content), Content: content);
                    }
                    catch (IOException)
                    {
                        return (default, content);
                    }
                })
        );
        foreach (var (blob, content) in written.Where(w => w.Blob != default))
        {
            try
            {
                AssertSame(content, await ReadAsync(store, blob));
            }
            catch (IOException)
            {
                // As above.
            }
        }

        _proxy.Rule = static _ => default;
        var completed = written.Where(w => w.Blob != default).ToList();
        foreach (var (blob, content) in completed)
            AssertSame(content, await ReadAsync(store, blob));
        TestContext.Current.TestOutputHelper?.WriteLine($"{completed.Count} of 40 completed");
        Assert.True(completed.Count > 20);
    }

    /// <summary>Whether the store asks for itself.</summary>
    private static bool IsQuestion(ProxiedRequest request) =>
        request.Method == "HEAD"
        && request.Target.Contains("/installation", StringComparison.Ordinal);

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), "Other bytes came back.");

    private static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<BlobId> WriteAsync(AzureBlobStore store, byte[] content)
    {
        var blob = BlobId.New();
        await using var upload = await store.CreateAsync(blob, content.Length, Stop);
        foreach (var piece in content.Chunk(262_144))
            await upload.WriteAsync(piece, Stop);
        await upload.CompleteAsync(Stop);
        return blob;
    }

    private static async Task<byte[]> ReadAsync(AzureBlobStore store, BlobId blob)
    {
        await using var opened = await store.OpenAsync(blob, Stop);
        Assert.NotNull(opened);
        var content = new byte[opened.Length];
        for (var at = 0; at < content.Length; )
        {
            var read = await opened.ReadAsync(
                content.AsMemory(at, Math.Min(131_200, content.Length - at)),
                at,
                Stop
            );
            Assert.NotEqual(0, read);
            at += read;
        }
        return content;
    }

    private static async Task<List<(BlobId Blob, long Length, bool IsComplete)>> ListAsync(
        AzureBlobStore store
    )
    {
        var blobs = new List<(BlobId, long, bool)>();
        await foreach (var blob in store.ListAsync(Stop))
            blobs.Add((blob.Blob, blob.Length, blob.IsComplete));
        return blobs;
    }
}
