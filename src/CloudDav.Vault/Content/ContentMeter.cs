using System.Diagnostics.Metrics;

namespace CloudDav.Vault;

/// <summary>Counts the bytes of contents while they pass, so that an upload of hours shows before its end.</summary>
/// <param name="meter">Where they are counted.</param>
public sealed class ContentMeter(Meter meter)
{
    private readonly Counter<long> _written = meter.CreateCounter<long>(
        "clouddav.content.written",
        "By",
        "Bytes of uploads taken in, those of uploads that came to nothing too."
    );

    private readonly Counter<long> _read = meter.CreateCounter<long>(
        "clouddav.content.read",
        "By",
        "Bytes of contents read: for downloads, for archives, and to change a part of a file."
    );

    internal void Written(long bytes) => _written.Add(bytes);

    internal void Read(long bytes) => _read.Add(bytes);
}
