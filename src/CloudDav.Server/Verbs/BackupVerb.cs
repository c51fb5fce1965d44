using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;

namespace CloudDav.Server.Verbs;

/// <summary>Makes a backup of metadata and contents, and keeps the one copy of the keys up. The server may be running.</summary>
internal static class BackupVerb
{
    public static async Task<int> RunAsync(
        StorageOptions folders,
        DirectoryInfo target,
        DirectoryInfo? keys,
        CancellationToken stop
    )
    {
        VaultParts.RequireFolders(folders);
        VaultParts.RequireData(folders);
        RequireApart(folders, target, keys);
        using var parts = VaultParts.Open(folders);
        var manifest = await BackupRun.WriteAsync(parts, target.FullName, stop);
        // After the picture, so that the key of every vault in it is there.
        if (keys is not null)
            Console.WriteLine(
                $"{VerbText.Count(await parts.KeyStore.MirrorAsync(keys.FullName, stop), "vault key")} in {keys.FullName}: keep this one copy up, and no older one, or what was destroyed comes back."
            );
        Console.WriteLine(
            $"{target.FullName} is a backup of {VerbText.Time(manifest.Taken)}: {VerbText.Count(manifest.Vaults, "vault")}, {VerbText.Size(manifest.MetadataBytes)} of metadata, "
                + $"{VerbText.Count(manifest.Blobs, "blob")} of {VerbText.Size(manifest.BlobBytes)}, {manifest.Linked} of them further names of the store's own files."
        );
        if (manifest.Linked > 0)
            Console.WriteLine(
                "Those guard against mistakes but not against this disk: copy the backup to another one."
            );
        if (manifest.Missing == 0)
            return 0;
        Console.WriteLine(
            $"{VerbText.Count(manifest.Missing, "blob")} could not be had from the store; the verb scrub says which. All else is in the backup."
        );
        return 1;
    }

    // A backup within the data would be part of the next one; keys within the backup would undo destruction.
    private static void RequireApart(
        StorageOptions folders,
        DirectoryInfo target,
        DirectoryInfo? keys
    )
    {
        (string What, string Path)[] own =
        [
            ("the metadata", folders.MetadataFolder),
            ("the contents", folders.ContentFolder),
            ("the keys", folders.KeyFolder),
        ];
        foreach (var (what, path) in own)
        {
            if (Overlap(target.FullName, path))
                throw new StartProblem(
                    $"{target.FullName} and the folder of {what}, {Path.GetFullPath(path)}, must lie apart."
                );
            if (keys is not null && Overlap(keys.FullName, path))
                throw new StartProblem(
                    $"{keys.FullName} and the folder of {what}, {Path.GetFullPath(path)}, must lie apart."
                );
        }
        if (keys is not null && Overlap(keys.FullName, target.FullName))
            throw new StartProblem(
                "The copy of the keys must lie apart from the backup: together they could be read by whoever finds them, and a destroyed vault would not stay destroyed."
            );
    }

    private static bool Overlap(string one, string other)
    {
        var (first, second) = (Real(one), Real(other));
        return first.StartsWith(second, StringComparison.Ordinal)
            || second.StartsWith(first, StringComparison.Ordinal);
    }

    // With the links of every folder on the way followed, as far as there are folders.
    private static string Real(string path)
    {
        var folder = new DirectoryInfo(Path.GetFullPath(path));
        var parent = folder.Parent is { } above ? Real(above.FullName) : "";
        var named = Path.Join(
            parent.Length == 0 ? folder.FullName : parent,
            parent.Length == 0 ? "" : folder.Name
        );
        var real = Directory.Exists(named)
            ? Directory.ResolveLinkTarget(named, returnFinalTarget: true)?.FullName ?? named
            : named;
        return real.EndsWith(Path.DirectorySeparatorChar)
            ? real
            : real + Path.DirectorySeparatorChar;
    }
}
