using System.Collections.Concurrent;
using System.Threading.Channels;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Previews;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>
/// Looks into media that came into vaults: each node notes what it committed itself, and one of them looks into what was noted. What somebody waits for is looked into first, by the node that was asked, which costs
/// nothing but time when another one is at it too.
/// </summary>
internal sealed class PreviewJob : BackgroundService
{
    public const string JobName = "previews";

    // Beyond, whoever looks at it asks again.
    private const int MostDemanded = 512;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_noteEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<VaultId, bool> _changed = new();
    private readonly ConcurrentDictionary<PendingMedium, TaskCompletionSource> _demanded = new();
    private readonly Channel<PendingMedium> _queue = Channel.CreateBounded<PendingMedium>(
        MostDemanded
    );
    private readonly VaultParts _parts;
    private readonly MediaWorker _worker;
    private readonly PreviewDesk _desk;
    private readonly Rounds _rounds;
    private readonly TimeProvider _time;
    private readonly ILogger<PreviewJob> _log;
    private readonly LeasedJob _job;
    private readonly int _workers;
    private DateTimeOffset _swept;

    public PreviewJob(
        VaultParts parts,
        MediaWorker worker,
        PreviewDesk desk,
        IOptions<PreviewOptions> options,
        Rounds rounds,
        TimeProvider time,
        ILogger<PreviewJob> log
    )
    {
        (_parts, _worker, _desk, _rounds, _time, _log) = (parts, worker, desk, rounds, time, log);
        _job = new LeasedJob(JobName, parts.Leases, time);
        _workers = options.Value.Workers;
    }

    /// <summary>Has a medium looked into before all others.</summary>
    /// <returns>Ends when that is done, or has come to nothing.</returns>
    public Task Demand(PendingMedium medium)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _demanded.GetOrAdd(medium, done);
        if (first == done && (_workers == 0 || !_queue.Writer.TryWrite(medium)))
            Done(medium);
        return first.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_workers == 0)
            return;
        _parts.Vaults.Committed += Committed;
        try
        {
            await Task.WhenAll([
                _rounds.RunAsync(
                    JobName,
                    s_every,
                    async stop => await _job.TryRunAsync(RunAsync, stop),
                    _log.PreviewsFailed,
                    stoppingToken
                ),
                _rounds.RunAsync(
                    "media",
                    s_noteEvery,
                    NoteAsync,
                    _log.PreviewsFailed,
                    stoppingToken
                ),
                .. Enumerable.Range(0, _workers).Select(_ => AnswerAsync(stoppingToken)),
            ]);
        }
        finally
        {
            _parts.Vaults.Committed -= Committed;
        }
    }

    private void Committed(VaultId vault) => _changed[vault] = true;

    private async Task NoteAsync(CancellationToken stop)
    {
        foreach (var vault in _changed.Keys)
            if (_changed.TryRemove(vault, out _))
                await _desk.NoteAsync(vault, int.MaxValue, stop);
    }

    private async ValueTask<DateTimeOffset> RunAsync(CancellationToken stop)
    {
        var now = _time.GetUtcNow();
        if (now - _swept >= s_sweepEvery)
        {
            await _desk.NoteAllAsync(stop);
            _swept = now;
        }
        if (await _desk.HasPendingAsync(stop) && await _worker.OpenAsync(stop))
            await _desk.RunAsync(Tell, stop);
        return _time.GetUtcNow();
    }

    private async Task AnswerAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var medium in _queue.Reader.ReadAllAsync(stop))
                try
                {
                    if (await _worker.OpenAsync(stop))
                        await _desk.MakeAsync(medium, stop);
                }
                catch (Exception failure)
                    when (failure is not OperationCanceledException || !stop.IsCancellationRequested
                    )
                {
                    Tell(medium, failure);
                }
                finally
                {
                    Done(medium);
                }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Done(PendingMedium medium)
    {
        if (_demanded.TryRemove(medium, out var waiting))
            waiting.TrySetResult();
    }

    private void Tell(PendingMedium medium, Exception failure) =>
        _log.MediumFailed(failure, medium.Content.Value, medium.Vault.Value);
}
