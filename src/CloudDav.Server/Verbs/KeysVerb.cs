using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Storage;

namespace CloudDav.Server.Verbs;

/// <summary>Looks after the keys that wrap the vaults' keys. The server may be running.</summary>
internal static class KeysVerb
{
    /// <summary>Says how many keys each generation of the wrapping key wraps.</summary>
    public static async Task<int> ShowAsync(StorageOptions folders, CancellationToken stop)
    {
        var keys = await OpenAsync(folders, stop);
        var generations = await keys.CountAsync(stop);
        foreach (var generation in generations)
            Console.WriteLine(
                $"{(generation.Generation.Length == 0 ? "damaged" : generation.Generation)}  {VerbText.Count(generation.Keys, "key")}{(generation.IsNewest ? "  newest" : "")}"
            );
        Console.WriteLine(
            generations.Count == 1
                ? "The newest generation wraps every key: every older one may be withdrawn, once the copy of the keys was brought up to date too."
                : "Withdraw no generation that wraps a key. The server wraps them anew within minutes, and the verb 'keys rewrap' at once."
        );
        return 0;
    }

    /// <summary>Adds a generation to the file of the wrapping keys.</summary>
    public static int Add(StorageOptions folders)
    {
        var generation = KeyStore.AddGeneration(
            VaultParts.KeyOptions(folders),
            TimeProvider.System
        );
        Console.WriteLine(
            $"{generation} is the newest generation. Copy the file of the wrapping keys to wherever it is kept. The server wraps the keys anew within minutes, and the verb 'keys rewrap' at once."
        );
        return 0;
    }

    /// <summary>Wraps every key by the newest generation.</summary>
    public static async Task<int> RewrapAsync(StorageOptions folders, CancellationToken stop)
    {
        var keys = await OpenAsync(folders, stop);
        var done = await keys.RewrapAsync(stop);
        foreach (var failure in done.Failures)
            Console.WriteLine($"BROKEN  {failure}");
        Console.WriteLine(
            $"{VerbText.Count(done.Rewrapped, "key")} wrapped anew by {done.Newest}."
        );
        return done.Failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Brings the one copy of the keys up to date.</summary>
    public static async Task<int> CopyAsync(
        StorageOptions folders,
        DirectoryInfo target,
        CancellationToken stop
    )
    {
        var keys = await OpenAsync(folders, stop);
        Console.WriteLine(
            $"{VerbText.Count(await keys.MirrorAsync(target.FullName, stop), "vault key")} in {target.FullName}: keep this one copy up, and no older one, or what was destroyed comes back."
        );
        return 0;
    }

    private static ValueTask<KeyStore> OpenAsync(StorageOptions folders, CancellationToken stop) =>
        VaultParts.OpenKeysAsync(folders, mayBegin: false, TimeProvider.System, stop);
}
