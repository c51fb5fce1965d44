using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of the product inventory.</summary>
internal sealed class MainContractMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _failures = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.main_contracts.failures",
            "{request}",
            "Times the product inventory gave no answer that makes sense."
        );

    private readonly Counter<long> _unknown = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.main_contracts.unknown",
            "{contract}",
            "Main contracts that a reconciliation found the product inventory does not know."
        );

    private readonly Counter<long> _changes = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.main_contracts.changes",
            "{contract}",
            "Main contracts that reconciliations brought up to date."
        );

    private readonly Counter<long> _alarms = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.main_contracts.alarm",
            "{run}",
            "Reconciliations that would have ended too many contracts and changed nothing."
        );

    public void Failed(string reason) =>
        _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Unknown(long contracts) => _unknown.Add(contracts);

    public void Changed(long contracts) => _changes.Add(contracts);

    public void Alarmed() => _alarms.Add(1);
}
