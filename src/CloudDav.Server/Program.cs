using System.Globalization;
using CloudDav.Server.Previews;
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
        // By itself, before anything else of the program is loaded: it is begun for every picture.
        if (args is [PreviewWorker.Verb, .. var given])
            return PreviewWorker.Run(given);
        if (!NamesCanBeNormalized())
        {
            await Console.Error.WriteLineAsync(
                "Unicode normalization is not available: install ICU (Debian: apt install libicu72 or later) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT."
            );
            return 1;
        }
        return await CommandLine.RunAsync(args);
    }

    // Without ICU .NET takes every string for normal, and one name in two forms would be two files.
    private static bool NamesCanBeNormalized() => "e\u0301".Normalize().Length == 1;
}
