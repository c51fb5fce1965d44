using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>
/// Asks again, every few seconds, whether the downloads under way may go on: a download that began before a suspension ends within seconds of it. Asks
/// only while any is under way, and once for each actor, however many there are.
/// </summary>
internal sealed class RunningDownloads(TimeProvider time)
{
    // What is this short is with the server's buffers at once: there is nothing to stop.
    private const int ShortContent = 64 * 1024;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<WatchedSource, bool> _running = new();
    private int _isWatching;

    /// <summary>The content, whose copying is stopped when the actor may no longer download.</summary>
    public IContentSource Watch(
        VaultSession session,
        IReadOnlyList<NodeRow> chain,
        IContentSource content
    ) =>
        content.Length <= ShortContent ? content : new WatchedSource(this, session, chain, content);

    private void Begin(WatchedSource source)
    {
        _running[source] = true;
        if (Interlocked.Exchange(ref _isWatching, 1) == 0)
            _ = WatchAsync();
    }

    private void End(WatchedSource source) => _running.TryRemove(source, out _);

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_every, time);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            if (_running.IsEmpty)
            {
                Interlocked.Exchange(ref _isWatching, 0);
                // One that began in between found the watch still running, and is found here.
                if (_running.IsEmpty || Interlocked.Exchange(ref _isWatching, 1) == 1)
                    return;
            }
            foreach (
                var group in _running.Keys.GroupBy(source =>
                    (source.Session.Actor, source.Session.Options)
                )
            )
                await StopRefusedAsync([.. group]);
        }
    }

    private static async Task StopRefusedAsync(IReadOnlyList<WatchedSource> sources)
    {
        try
        {
            var decision = await sources[0].Session.DecideAsync(CancellationToken.None);
            foreach (var source in sources)
            {
                if (
                    !decision.IsSuccess
                    || !decision.Value.Allows(Capability.Download)
                    || decision.Value.RefusesAt(source.Chain, Capability.Download) is not null
                )
                    source.Stop();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The metadata cannot be asked at the moment. Whoever was let in goes on; the next round asks again.
        }
    }

    private sealed class WatchedSource(
        RunningDownloads downloads,
        VaultSession session,
        IReadOnlyList<NodeRow> chain,
        IContentSource content
    ) : IContentSource
    {
        private readonly CancellationTokenSource _stop = new();

        public VaultSession Session => session;

        public IReadOnlyList<NodeRow> Chain => chain;

        public long Length => content.Length;

        public void Stop()
        {
            try
            {
                _stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            downloads.Begin(this);
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(
                    cancellationToken,
                    _stop.Token
                );
                await content.CopyToAsync(destination, offset, count, either.Token);
            }
            finally
            {
                downloads.End(this);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _stop.Dispose();
            await content.DisposeAsync();
        }
    }
}
