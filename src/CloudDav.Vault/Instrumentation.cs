using System.Diagnostics;

namespace CloudDav.Vault;

/// <summary>
/// The one name under which everything is measured and traced. A tag or a span says which kind of thing, never which one: no name, no path, no id of a person,
/// an item or a device.
/// </summary>
public static class Instrumentation
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "CloudDav";

    /// <summary>Where spans come from.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>The upper bounds of the classes that durations are counted in, in seconds: from a commit on a fast disk to the transfer of a film.</summary>
    public static IReadOnlyList<double> DurationBounds { get; } =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
}
