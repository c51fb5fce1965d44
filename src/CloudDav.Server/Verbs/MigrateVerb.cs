using CloudDav.Server.Hosting;
using CloudDav.Server.Options;

namespace CloudDav.Server.Verbs;

/// <summary>Creates the metadata or brings its schema up to date.</summary>
internal static class MigrateVerb
{
    public static int Run(StorageOptions folders)
    {
        var ran = VaultParts.Migrate(folders);
        foreach (var name in ran)
            Console.WriteLine($"Applied: {name}");
        Console.WriteLine(
            ran.Count == 0 ? "The metadata was up to date." : "The metadata is up to date."
        );
        return 0;
    }
}
