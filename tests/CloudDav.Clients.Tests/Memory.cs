using System.Globalization;

namespace CloudDav.Clients.Tests;

/// <summary>What the kernel says about a process's memory.</summary>
internal static class Memory
{
    public static long ResidentBytes(int process) => Read(process, "VmRSS:");

    /// <summary>The most it ever had.</summary>
    public static long PeakResidentBytes(int process) => Read(process, "VmHWM:");

    private static long Read(int process, string key)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .First(l => l.StartsWith(key, StringComparison.Ordinal));
        return 1024
            * long.Parse(line[key.Length..].TrimEnd('k', 'B').Trim(), CultureInfo.InvariantCulture);
    }
}
