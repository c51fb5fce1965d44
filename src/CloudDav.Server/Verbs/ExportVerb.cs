using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Writes everything in one vault into a plain folder. It is recorded where its customer reads it. The server may be running.</summary>
internal static class ExportVerb
{
    public static async Task<int> RunAsync(
        IConfiguration settings,
        string user,
        DirectoryInfo target,
        CancellationToken stop
    )
    {
        var folders = Settings.Folders(settings);
        VaultParts.RequireData(folders);
        if (target.Exists && target.EnumerateFileSystemInfos().Any())
            throw new StartProblem(
                $"The folder {target.FullName} has something in it. A vault is exported into an empty folder."
            );
        using var parts = VaultParts.Open(
            folders,
            (
                settings.GetSection(ContractOptions.Section).Get<ContractOptions>() ?? new()
            ).ToPolicy(),
            new DavOptions(),
            TimeProvider.System
        );
        var account = await DeviceVerbs.RequireAccountAsync(parts, user, stop);
        var done = await new VaultExport(parts.Vaults, parts.Ledger, parts.Audit).RunAsync(
            new Actor(account.Id, account.Name, account.Vault, null, null),
            AuditActors.Console,
            target.FullName,
            Tell,
            stop
        );
        if (done.Refusal is { } refusal)
            throw new StartProblem(
                $"The vault of {account.Name} cannot be exported as it stands now: {refusal.Rule}."
            );
        var sum = done.Value;
        if (sum.Withheld > 0)
            Console.WriteLine(
                $"{VerbText.Count(sum.Withheld, "item")} left out with all that is in them, because they are blocked."
            );
        Console.WriteLine(
            $"{VerbText.Count(sum.Files, "file")} of {VerbText.Size(sum.Bytes)} and {VerbText.Count(sum.Folders, "folder")} in {target.FullName}, each compared with its hash; {VerbText.Count(sum.Renamed, "name")} changed, {sum.Failed} could not be had."
        );
        return sum.Failed == 0 ? 0 : 1;
    }

    private static void Tell(ExportNote note) =>
        Console.WriteLine(
            note.Kind switch
            {
                ExportNoteKind.Renamed =>
                    $"NAME  {note.Path}: {note.Detail ?? "shortened, or to be told from another"}",
                ExportNoteKind.Damaged => $"DAMAGED  {note.Path}: {note.Detail}",
                ExportNoteKind.TooLong => $"TOO LONG  {note.Path}",
            }
        );
}
