using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of the storage: what piles up in it, what was removed, and how much room is left.</summary>
internal sealed class StorageMetrics
{
    private readonly Gauge<long> _events;
    private readonly Gauge<double> _oldestEvent;
    private readonly Gauge<long> _blobs;
    private readonly Gauge<double> _overdue;
    private readonly Gauge<long> _free;
    private readonly Counter<long> _purged;
    private readonly Counter<long> _swept;
    private readonly Counter<long> _orphans;
    private readonly Counter<long> _orphanBytes;

    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Instrumentation.Name);
        _events = meter.CreateGauge<long>(
            "clouddav.events.backlog",
            "{event}",
            "Events to the operator's systems that wait, and dead letters that are still kept, by state."
        );
        _oldestEvent = meter.CreateGauge<double>(
            "clouddav.events.lag",
            "s",
            "How long ago the oldest event occurred that waits; 0 when none does."
        );
        _blobs = meter.CreateGauge<long>(
            "clouddav.blobs.unreferenced",
            "{blob}",
            "Blobs that are no contents: staged by uploads, or condemned and to be swept, by state."
        );
        _overdue = meter.CreateGauge<double>(
            "clouddav.blobs.overdue",
            "s",
            "For how long the oldest condemned blob could have been removed and is still there; 0 when none is."
        );
        _free = meter.CreateGauge<long>(
            "clouddav.storage.free",
            "By",
            "Room left on the disk of a folder, by folder."
        );
        _purged = meter.CreateCounter<long>(
            "clouddav.housekeeping.purged",
            "{row}",
            "What was purged of trash, history, events and commands because its time was over."
        );
        _swept = meter.CreateCounter<long>(
            "clouddav.blobs.swept",
            "{blob}",
            "Blobs the sweeper removed because nothing refers to them any more."
        );
        _orphans = meter.CreateCounter<long>(
            "clouddav.blobs.orphans",
            "{blob}",
            "Blobs found in the store that the ledger does not know, and removed. Only a crash leaves any."
        );
        _orphanBytes = meter.CreateCounter<long>(
            "clouddav.blobs.orphans.size",
            "By",
            "The bytes of those."
        );
    }

    public void Events(OutboxBacklog backlog, DateTimeOffset now)
    {
        _events.Record(backlog.Waiting, State("waiting"));
        _events.Record(backlog.Dead, State("dead"));
        _oldestEvent.Record(Age(backlog.Oldest, now));
    }

    public void Blobs(LedgerBacklog backlog, TimeSpan grace, DateTimeOffset now)
    {
        _blobs.Record(backlog.Staged, State("staged"));
        _blobs.Record(backlog.Condemned, State("condemned"));
        _overdue.Record(Age(backlog.Oldest, now - grace));
    }

    public void Free(string folder, long bytes) =>
        _free.Record(bytes, new KeyValuePair<string, object?>("folder", folder));

    public void Purged(long rows) => _purged.Add(rows);

    public void Swept(long blobs) => _swept.Add(blobs);

    public void Orphans(IReadOnlyList<StoredBlob> removed)
    {
        _orphans.Add(removed.Count);
        _orphanBytes.Add(removed.Sum(stored => stored.Length));
    }

    private static KeyValuePair<string, object?> State(string state) => new("state", state);

    private static double Age(DateTimeOffset? since, DateTimeOffset now) =>
        since is { } moment ? Math.Max(0, (now - moment).TotalSeconds) : 0;
}
