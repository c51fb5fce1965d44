using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Checks every invariant of a data folder and lists what is broken. It changes nothing, and the server may be running.</summary>
internal static class CheckVerb
{
    public static async Task<int> RunAsync(
        StorageOptions folders,
        bool isDeep,
        CancellationToken stop
    )
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        return await RunAsync(parts, isDeep, DateTimeOffset.MaxValue, stop);
    }

    /// <param name="parts">What to check.</param>
    /// <param name="isDeep">Whether every content is read.</param>
    /// <param name="straysBefore">As <see cref="ContentInspector"/> takes it.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<int> RunAsync(
        VaultParts parts,
        bool isDeep,
        DateTimeOffset straysBefore,
        CancellationToken stop
    )
    {
        var vaults = await parts.Metadata.ListVaultsAsync(stop);
        var problems = 0L;

        foreach (var vault in vaults)
        {
            foreach (
                var sentence in await parts.Metadata.InspectAsync(
                    vault,
                    TimeProvider.System.GetUtcNow(),
                    stop
                )
            )
                Report($"Vault {vault.Value}: {sentence}");
        }
        var inspector = new ContentInspector(parts.Blobs, parts.Ledger, parts.Keys);
        await foreach (var problem in inspector.InspectAsync(isDeep, straysBefore, stop))
            Report(problem.ToString());

        if (problems > 0)
        {
            Console.WriteLine(
                problems == 1 ? "1 thing is broken." : $"{problems} things are broken."
            );
            return 1;
        }
        Console.WriteLine(
            $"Everything is in order: {(vaults.Count == 1 ? "1 vault" : $"{vaults.Count} vaults")}, {(isDeep ? "every content read and compared" : "contents looked at, not read")}."
        );
        return 0;

        void Report(string sentence)
        {
            problems++;
            Console.WriteLine($"BROKEN  {sentence}");
        }
    }
}
