using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of stored contents.</summary>
internal sealed class ScrubMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _read = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            "clouddav.scrub.read",
            "By",
            "Bytes of content that were read and compared with what was written."
        );

    private readonly Gauge<long> _damaged = meters
        .Create(Instrumentation.Name)
        .CreateGauge<long>(
            "clouddav.scrub.damaged",
            "{content}",
            "Contents that are marked because they are not what was written."
        );

    private readonly Gauge<long> _strays = meters
        .Create(Instrumentation.Name)
        .CreateGauge<long>(
            "clouddav.scrub.strays",
            "{blob}",
            "What the last pass found in the store that the ledger does not know."
        );

    public void Read(long bytes) => _read.Add(bytes);

    public void Damaged(long contents) => _damaged.Record(contents);

    public void Strays(long blobs) => _strays.Record(blobs);
}
