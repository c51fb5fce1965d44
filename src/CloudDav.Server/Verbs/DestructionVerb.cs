using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>An operator's word that destruction may go on although the clock jumped or many vaults are due.</summary>
internal static class DestructionVerb
{
    public static async Task<int> AllowAsync(StorageOptions folders, CancellationToken stop)
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        await parts.OpenDestruction(new DestructionOptions()).AllowAsync(AuditActors.Console, stop);
        Console.WriteLine("Destruction may run for 24 hours. This is recorded.");
        return 0;
    }
}
