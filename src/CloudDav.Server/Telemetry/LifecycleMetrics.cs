using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of destruction.</summary>
internal sealed class LifecycleMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _destroyed = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.destruction.vaults",
            "{vault}",
            "Vaults whose destruction was finished."
        );

    private readonly Gauge<long> _held = meters
        .Create(Instrumentation.Name)
        .CreateGauge<long>(
            "clouddav.destruction.held",
            "{vault}",
            "Vaults whose window has closed and that the last round held back, by reason."
        );

    private readonly Counter<long> _alarms = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.destruction.alarm",
            "{round}",
            "Rounds that a clock that jumped, or too many vaults at once, stopped."
        );

    public void Destroyed(long vaults) => _destroyed.Add(vaults);

    public void Held(HeldReason reason, long vaults) =>
        _held.Record(vaults, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Alarmed(DestructionAlarm reason) =>
        _alarms.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
}
