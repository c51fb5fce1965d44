using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Turns a server's clock and waits for what that brings round, however slow the machine is. Made before the servers start, so that it sees their first rounds.</summary>
internal sealed class JobRounds : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<(object Node, string Job), int> _ended = new();
    private readonly ConcurrentDictionary<(object Node, string Job), bool> _failed = new();
    private readonly List<(object Node, string Job)> _watched = [];
    private readonly MeterListener _listener = new();

    public JobRounds()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: JobMetrics.RoundName, Meter.Scope: not null })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>(
            (instrument, _, tags, _) =>
            {
                var said = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
                var job = (instrument.Meter.Scope!, said[JobMetrics.Job]);
                if (said[JobMetrics.Outcome] == JobMetrics.Failed)
                    _failed[job] = true;
                _ended.AddOrUpdate(job, 1, (_, rounds) => rounds + 1);
            }
        );
        _listener.Start();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Those of the watched jobs of which a round has failed.</summary>
    public IEnumerable<string> Failed =>
        _watched.Where(_failed.ContainsKey).Select(watched => watched.Job);

    public void Dispose() => _listener.Dispose();

    /// <summary>Waits from now on for these jobs of a node too; at once for their first rounds.</summary>
    public async Task WatchAsync(IServiceProvider node, params IReadOnlyList<string> jobs)
    {
        var meters = node.GetRequiredService<IMeterFactory>();
        foreach (var job in jobs)
        {
            _watched.Add((meters, job));
            await EndedAsync((meters, job), 1);
        }
    }

    /// <summary>Waits for nothing any more: the nodes stop.</summary>
    public void Forget() => _watched.Clear();

    /// <summary>Turns the clock, and waits for the round of each job that this makes due.</summary>
    /// <param name="time">The clock of all nodes.</param>
    /// <param name="span">How far; no less than the rounds are apart.</param>
    public async Task AdvanceAsync(FakeTimeProvider time, TimeSpan span)
    {
        var before = _watched.ConvertAll(_ended.GetValueOrDefault);
        time.Advance(span);
        for (var i = 0; i < _watched.Count; i++)
            await EndedAsync(_watched[i], before[i] + 1);
    }

    private async Task EndedAsync((object Node, string Job) job, int rounds)
    {
        for (var waited = Stopwatch.StartNew(); _ended.GetValueOrDefault(job) < rounds; )
        {
            Assert.True(waited.Elapsed < s_patience, $"No round of {job.Job}.");
            await Task.Delay(1, Stop);
        }
    }
}
