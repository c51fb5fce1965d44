using System.Collections.Concurrent;
using System.Net;

namespace CloudDav.Clients.Tests;

/// <summary>
/// Clients that go on while nodes stop and start: workers who know what every answer must be and read everything back,
/// short requests one upon the other, and transfers that take long. Every answer that is not as it must be, and every connection that is cut, is a failure.
/// </summary>
internal sealed class RollingLoad(Nodes nodes) : IDisposable
{
    private const int Workers = 3;
    private const int Lookers = 4;
    private const int UploadBytes = 4 << 20;

    // More than lies in the buffers between the server and a slow reader.
    private const int DownloadBytes = 32 << 20;

    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly KillWorker[] _workers = new KillWorker[Workers];
    private readonly SharedFile _shared = new();
    private readonly List<Task> _running = [];
    private int _transfers;
    private int _looks;

    public async Task BeginAsync()
    {
        using var client = nodes.Connect();
        for (var n = 0; n < Workers; n++)
        {
            _workers[n] = new KillWorker($"rolling{n}", 11 * n + 3, _shared);
            await _workers[n].MakeFolderAsync(client);
        }
        _running.AddRange(_workers.Select(WorkAsync));
        _running.AddRange(Enumerable.Range(0, Lookers).Select(_ => LookAsync()));
        _running.Add(TransferAsync("through one"));
        _running.Add(TransferAsync("through two"));
    }

    /// <summary>Stops, and fails the test when any request failed or when there was no load at all.</summary>
    public async Task EndAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_running);
        using var client = nodes.Connect();
        if (await _shared.CheckAsync(client) is { } wrong)
            _failures.Enqueue(wrong);

        Assert.Empty(_failures);
        Assert.Equal(0, _workers.Sum(worker => worker.Unanswered));
        var least = nodes.LeastLoad;
        Assert.All(_workers, worker => Assert.True(worker.Answered > least, $"{worker.Answered}"));
        Assert.True(_looks > 2 * least, $"{_looks}");
        Assert.True(_transfers > least / 12, $"{_transfers}");
    }

    /// <summary>
    /// Two uploads, with a length and without, and a download, all of which are under way for longer than a node takes
    /// requests after it was asked to stop. A failure of theirs is one of the load.
    /// </summary>
    /// <returns>When the server has begun with all of them; what it returns ends with them.</returns>
    public async Task<Task> BeginLongTransfersAsync(HttpClient client, string name)
    {
        // In so many pieces, each of which rests.
        const int Pieces = 64;
        var rest = (int)(Nodes.DrainTime.TotalMilliseconds * 1.75 / Pieces);
        var bytes = Tree.Bytes(name, UploadBytes);
        var large = Tree.Bytes(name, DownloadBytes);
        using (var first = nodes.Connect())
            await PutAsync(first, name, new ByteArrayContent(large));

        var sized = new TrickleStream(bytes, UploadBytes / Pieces, rest);
        var unsized = new TrickleStream(bytes, UploadBytes / Pieces, rest);
        var reading = new TaskCompletionSource();
        var transfers = Task.WhenAll(
            PutAsync(client, name + " sized", new StreamContent(sized), bytes.Length),
            PutAsync(client, name + " unsized", new StreamContent(unsized)),
            ReadSlowlyAsync(client, name, large, DownloadBytes / Pieces, rest, reading)
        );
        await Task.WhenAny(transfers, Task.WhenAll(sized.Begun, unsized.Begun, reading.Task));
        return EndAsync();

        async Task EndAsync()
        {
            await transfers;
            using var judge = nodes.Connect();
            foreach (var written in (string[])[name + " sized", name + " unsized"])
                await JudgeAsync(judge, written, bytes);
            Interlocked.Increment(ref _transfers);
        }
    }

    public void Dispose() => _enough.Dispose();

    private async Task WorkAsync(KillWorker worker)
    {
        using var client = nodes.Connect();
        while (!_enough.IsCancellationRequested)
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token);
            round.CancelAfter(500);
            await worker.WorkAsync(client, CancellationToken.None, round.Token);
            try
            {
                if ((worker.Complaint ?? await worker.ReconcileAsync(client)) is { } complaint)
                {
                    _failures.Enqueue(complaint);
                    return;
                }
            }
            catch (Exception e)
                when (e is HttpRequestException or HttpIOException or Xunit.Sdk.XunitException)
            {
                _failures.Enqueue("reading everything: " + e);
                return;
            }
        }
    }

    // What a balancer still sends to a node that no longer listens is found by these first.
    private async Task LookAsync()
    {
        using var client = nodes.Connect();
        while (!_enough.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "");
                request.Headers.Add("Depth", "0");
                using var answer = await client.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.MultiStatus)
                    _failures.Enqueue($"PROPFIND: {(int)answer.StatusCode}");
                Interlocked.Increment(ref _looks);
            }
            catch (HttpRequestException e)
            {
                _failures.Enqueue($"PROPFIND: {e}");
            }
            await Task.Delay(10);
        }
    }

    private async Task TransferAsync(string name)
    {
        using var client = nodes.Connect();
        for (var n = 0; !_enough.IsCancellationRequested; n++)
            await await BeginLongTransfersAsync(client, $"{name} {n}");
    }

    private async Task PutAsync(
        HttpClient client,
        string name,
        HttpContent content,
        long? length = null
    )
    {
        content.Headers.ContentLength = length ?? content.Headers.ContentLength;
        using var request = new HttpRequestMessage(HttpMethod.Put, Tree.Escape(name));
        request.Content = content;
        // Nothing of it is asked for before the server has begun with the request.
        request.Headers.ExpectContinue = true;
        try
        {
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.Created)
                _failures.Enqueue($"PUT {name}: {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            _failures.Enqueue($"PUT {name}: {e}");
        }
    }

    private async Task JudgeAsync(HttpClient judge, string name, byte[] expected)
    {
        using var answer = await judge.GetAsync(Tree.Escape(name));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != HttpStatusCode.OK || !bytes.AsSpan().SequenceEqual(expected))
            _failures.Enqueue($"{name} is not what was sent: {(int)answer.StatusCode}");
    }

    private async Task ReadSlowlyAsync(
        HttpClient client,
        string name,
        byte[] expected,
        int piece,
        int rest,
        TaskCompletionSource begun
    )
    {
        try
        {
            using var answer = await client.GetAsync(
                Tree.Escape(name),
                HttpCompletionOption.ResponseHeadersRead
            );
            await using var body = await answer.Content.ReadAsStreamAsync();
            var bytes = new byte[expected.Length];
            for (var at = 0; at < bytes.Length; at += piece)
            {
                await body.ReadExactlyAsync(bytes.AsMemory(at, piece));
                begun.TrySetResult();
                await Task.Delay(rest);
            }
            if (answer.StatusCode != HttpStatusCode.OK || !bytes.AsSpan().SequenceEqual(expected))
                _failures.Enqueue($"GET {name}: {(int)answer.StatusCode}, or other bytes");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _failures.Enqueue($"GET {name}: {e}");
        }
    }
}
