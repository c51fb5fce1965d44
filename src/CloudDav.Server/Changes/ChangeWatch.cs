using System.Collections.Concurrent;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Changes;

/// <summary>
/// Sees for everybody who waits on this node that something changed: one query each second tells how all their vaults stand, whoever changed them on whatever node, and none is made while nobody
/// waits. What this process commits itself is looked at right away.
/// </summary>
internal sealed class ChangeWatch : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    // What is committed meanwhile is looked at together.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(50);

    private readonly VaultParts _parts;

    // A rhythm, and no time of anything: it goes on whatever the service's clock says.
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ILogger<ChangeWatch> _log;
    private readonly int _most;
    private readonly int _mostPerDevice;
    private readonly Lock _gate = new();
    private readonly Dictionary<VaultId, Watched> _watched = [];
    private readonly Dictionary<(long Account, long Device), int> _devices = [];
    private readonly ConcurrentDictionary<VaultId, byte> _committed = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private int _listeners;

    public ChangeWatch(VaultParts parts, IOptions<ListenOptions> listen, ILogger<ChangeWatch> log)
    {
        (_parts, _log) = (parts, log);
        (_most, _mostPerDevice) = (listen.Value.Listeners, listen.Value.ListenersPerDevice);
        parts.Vaults.Committed += Committed;
    }

    /// <summary>Ends when the server is to stop: nobody waits any longer.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Waits for changes of an actor's own vault, and of those it is told to follow; refused when too many do.</summary>
    public VaultResult<ChangeListener> Listen(Actor actor)
    {
        var device = (actor.Account.Value, actor.Device?.Value ?? 0);
        lock (_gate)
        {
            // A device that has too many itself is told so, however full the node is: waiting would not help it.
            var others = _devices.GetValueOrDefault(device);
            if (others >= _mostPerDevice)
                return new Refusal(RefusalRule.TooManyListeners);
            if (_listeners >= _most)
                return new Refusal(RefusalRule.NoRoomForListeners);
            _devices[device] = others + 1;
            _listeners++;
        }
        var listener = new ChangeListener(this, device);
        listener.Follow([actor.Vault]);
        return listener;
    }

    /// <summary>Begins to tell a listener of vaults, and ends to tell it of others.</summary>
    internal void Follow(
        ChangeListener listener,
        IReadOnlyList<VaultId> former,
        IReadOnlyList<VaultId> vaults
    )
    {
        var isNew = false;
        lock (_gate)
        {
            foreach (var vault in former)
                if (
                    !vaults.Contains(vault)
                    && _watched.TryGetValue(vault, out var watched)
                    && watched.Listeners.Remove(listener)
                    && watched.Listeners.Count == 0
                )
                    _watched.Remove(vault);
            foreach (var vault in vaults)
            {
                if (!_watched.TryGetValue(vault, out var watched))
                    _watched.Add(vault, watched = new Watched());
                isNew |= watched.Listeners.Add(listener);
            }
        }
        if (isNew && vaults.Count > 0)
            Wake();
    }

    internal void Leave((long, long) device)
    {
        lock (_gate)
        {
            _listeners--;
            if (--_devices[device] == 0)
                _devices.Remove(device);
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await _stopping.CancelAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _parts.Vaults.Committed -= Committed;
        _wake.Dispose();
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var last = _time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _wake.WaitAsync(IsIdle() ? Timeout.InfiniteTimeSpan : s_tick, stoppingToken);
                var isTick = _time.GetElapsedTime(last) >= s_tick;
                var vaults = Snapshot(isTick ? null : _committed.Keys);
                foreach (var vault in vaults)
                    _committed.TryRemove(vault, out _);
                if (isTick)
                {
                    last = _time.GetTimestamp();
                    _committed.Clear();
                }
                if (vaults.Count > 0)
                    await LookAsync(vaults, stoppingToken);
                await Task.Delay(s_rest, _time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The next tick may find the database again; until then nobody learns anything.
                _log.ChangesNotSeen(failure);
                await Task.Delay(s_tick, _time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookAsync(IReadOnlyList<VaultId> vaults, CancellationToken stop)
    {
        var pulses = (await _parts.Metadata.ListPulsesAsync(vaults, stop)).ToDictionary(pulse =>
            pulse.Vault
        );
        var woken = new HashSet<ChangeListener>();
        lock (_gate)
            foreach (var vault in vaults)
            {
                if (!_watched.TryGetValue(vault, out var watched))
                    continue;
                // One that is gone is another one than before, too.
                var pulse = pulses.GetValueOrDefault(vault);
                if (watched.Last == pulse)
                    continue;
                watched.Last = pulse;
                woken.UnionWith(watched.Listeners);
            }
        foreach (var listener in woken)
            listener.Wake();
    }

    private bool IsIdle()
    {
        lock (_gate)
            return _watched.Count == 0;
    }

    // New vaults have no pulse yet and are looked at with the next wake.
    private List<VaultId> Snapshot(ICollection<VaultId>? among = null)
    {
        lock (_gate)
            return among is null
                ? [.. _watched.Keys]
                :
                [
                    .. among.Where(_watched.ContainsKey),
                    .. _watched
                        .Where(entry => entry.Value.Last is null && !among.Contains(entry.Key))
                        .Select(entry => entry.Key),
                ];
    }

    private void Committed(VaultId vault)
    {
        bool isWatched;
        lock (_gate)
            isWatched = _watched.ContainsKey(vault);
        if (!isWatched)
            return;
        _committed.TryAdd(vault, 0);
        Wake();
    }

    private void Wake() => _wake.TryRelease();

    private sealed class Watched
    {
        public HashSet<ChangeListener> Listeners { get; } = [];

        public VaultPulse? Last { get; set; }
    }
}

/// <summary>Somebody who waits for changes.</summary>
internal sealed class ChangeListener : IDisposable
{
    private readonly ChangeWatch _watch;
    private readonly (long, long) _device;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private IReadOnlyList<VaultId> _vaults = [];
    private bool _isGone;

    internal ChangeListener(ChangeWatch watch, (long, long) device) =>
        (_watch, _device) = (watch, device);

    /// <summary>Waits for changes of these vaults, and of no others.</summary>
    public void Follow(IReadOnlyList<VaultId> vaults)
    {
        if (vaults.SequenceEqual(_vaults))
            return;
        _watch.Follow(this, _vaults, vaults);
        _vaults = vaults;
    }

    /// <summary>Waits until something may have changed.</summary>
    /// <returns>False when the time is over.</returns>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken stop) =>
        _changed.WaitAsync(longest, stop);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isGone)
            return;
        _isGone = true;
        Follow([]);
        _watch.Leave(_device);
    }

    internal void Wake() => _changed.TryRelease();
}

/// <summary>A semaphore as a bell that is rung once, however often it is pulled.</summary>
internal static class Bell
{
    /// <summary>Rings it unless it has been rung.</summary>
    public static void TryRelease(this SemaphoreSlim bell)
    {
        try
        {
            if (bell.CurrentCount == 0)
                bell.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else has rung it just now, or nobody listens any more.
        }
    }
}
