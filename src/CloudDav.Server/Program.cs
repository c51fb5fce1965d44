using System.Globalization;
using CloudDav.Server.Verbs;

namespace CloudDav.Server;

/// <summary>
/// The program. <see cref="CommandLine"/> has its verbs; <see cref="ServerHost"/> puts the server together, in the order a request meets it.
/// Read on in <see cref="ServerHost.Build"/>.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return await CommandLine.RunAsync(args);
    }
}
