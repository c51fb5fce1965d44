using System.Collections.Concurrent;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Lets a few requests of one device run at once and has the others wait, because mount clients take 429 for a broken disk. It shares out this
/// process's work fairly and protects nothing, so it needs no memory beyond the process. There is one for all doors: whichever a device comes by, its work is the same process's.
/// </summary>
/// <remarks>
/// A request leaves when its answer begins, so eight paused players do not block a mount. Uploads do not enter: their time is the client's, and
/// the commits of 64 of them together share one flush, which eight at a time would not.
/// </remarks>
internal sealed class DeviceQueue(IOptions<ListenOptions> listen)
{
    private readonly int _places = listen.Value.RequestsPerDevice;
    private readonly TimeSpan _longestWait = TimeSpan.FromSeconds(listen.Value.QueueSeconds);
    private readonly ConcurrentDictionary<(long Account, long Device), Line> _lines = new();

    /// <summary>Waits for a place; null when none came free in time.</summary>
    public async ValueTask<Place?> EnterAsync(Actor actor, HttpContext context)
    {
        if (
            HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPatch(context.Request.Method)
        )
            return Place.None;
        var key = (actor.Account.Value, actor.Device?.Value ?? 0);
        var line = Join(key);
        try
        {
            if (!await line.Places.WaitAsync(_longestWait, context.RequestAborted))
            {
                Leave(key, line);
                return null;
            }
        }
        catch (OperationCanceledException)
        {
            Leave(key, line);
            throw;
        }
        var place = Place.Of(this, key, line);
        context.Response.OnStarting(
            static state =>
            {
                ((Place)state).Dispose();
                return Task.CompletedTask;
            },
            place
        );
        return place;
    }

    private Line Join((long, long) key)
    {
        while (true)
        {
            var line = _lines.GetOrAdd(key, static (_, places) => new Line(places), _places);
            lock (line)
            {
                if (line.IsClosed)
                    continue;
                line.Members++;
                return line;
            }
        }
    }

    private void Leave((long, long) key, Line line)
    {
        lock (line)
        {
            if (--line.Members > 0)
                return;
            line.IsClosed = true;
        }
        _lines.TryRemove(KeyValuePair.Create(key, line));
        line.Places.Dispose();
    }

    private sealed class Line(int places)
    {
        public SemaphoreSlim Places { get; } = new(places, places);

        public int Members { get; set; }

        public bool IsClosed { get; set; }
    }

    /// <summary>A place among the running requests; given back once, at the answer's beginning or the request's end.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly DeviceQueue? _queue;
        private readonly (long, long) _key;
        private Line? _line;

        internal static readonly Place None = new(null, default, null);

        private Place(DeviceQueue? queue, (long, long) key, object? line)
        {
            _queue = queue;
            _key = key;
            _line = (Line?)line;
        }

        internal static Place Of(DeviceQueue queue, (long, long) key, object line) =>
            new(queue, key, line);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _line, null) is not { } line)
                return;
            line.Places.Release();
            _queue!.Leave(_key, line);
        }
    }
}
