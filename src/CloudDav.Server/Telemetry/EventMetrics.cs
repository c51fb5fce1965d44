using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of the events to their own systems.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _failures = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.events.failures",
            "{request}",
            "Times the receiver of events did not take one."
        );

    private readonly Counter<long> _dead = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>("clouddav.events.dead", "{event}", "Events that were given up.");

    public void Failed(string reason) =>
        _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void GivenUp() => _dead.Add(1);
}
