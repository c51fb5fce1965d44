using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Reads every content and compares it with the hash of what was written. What is damaged is marked and left as it is. The server may be running.</summary>
internal static class ScrubVerb
{
    private const int PageSize = 500;

    public static async Task<int> RunAsync(StorageOptions folders, CancellationToken stop)
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        return await RunAsync(parts, stop);
    }

    public static async Task<int> RunAsync(VaultParts parts, CancellationToken stop)
    {
        var (damaged, good, strays) = (0L, 0L, 0L);
        var (pass, _) = await parts
            .OpenScrubber()
            .RunAsync(
                ScrubPass.New(TimeProvider.System.GetUtcNow()),
                new ScrubLimits(),
                Take,
                stop
            );
        var sum =
            $"{VerbText.Count(pass.Contents, "content")}, {VerbText.Size(pass.Bytes)}, read and compared";
        if (good > 0)
            Console.WriteLine(
                $"{VerbText.Count(good, "content")} that had been damaged now good again."
            );
        if (damaged + pass.Unread + strays == 0)
        {
            Console.WriteLine($"Everything is in order: {sum}.");
            return 0;
        }
        Console.WriteLine(
            $"{sum}: {damaged} damaged, {pass.Unread} could not be judged, {VerbText.Count(strays, "blob")} of nothing. Nothing was changed but the marks."
        );
        return 1;

        void Take(ScrubFinding finding)
        {
            switch (finding.Kind)
            {
                case ScrubFindingKind.Damaged:
                case ScrubFindingKind.StillDamaged:
                    damaged++;
                    Console.WriteLine($"DAMAGED  {Place(finding.Vault)}{finding.Problem}");
                    break;
                case ScrubFindingKind.GoodAgain:
                    good++;
                    Console.WriteLine($"GOOD  {Place(finding.Vault)}{finding.Problem}");
                    break;
                case ScrubFindingKind.Unread:
                    Console.WriteLine($"UNREAD  {finding.Problem.Fault}");
                    break;
                case ScrubFindingKind.Stray:
                    strays++;
                    Console.WriteLine($"STRAY  {finding.Problem}");
                    break;
            }
        }
    }

    public static async Task<int> ListKnownAsync(StorageOptions folders, CancellationToken stop)
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        var last = default(LedgerPlace);
        var known = 0L;
        while (await parts.Care.ListDamagesAsync(last, PageSize, stop) is { Count: > 0 } page)
        {
            foreach (var damage in page)
            {
                var problem = new ContentProblem(damage.Content, damage.Blob, damage.Fault);
                var account = damage.Account is { } id ? $"account {id.Value}, " : "";
                Console.WriteLine(
                    $"DAMAGED  {account}{Place(damage.Vault)}{problem} Found {VerbText.Time(damage.Found)}, last seen {VerbText.Time(damage.Seen)}."
                );
            }
            known += page.Count;
            last = page[^1].Place;
        }
        var state = await parts.Care.LoadAsync(stop);
        var when = state.LastScrub is { } at
            ? $"All contents were last read through on {VerbText.Time(at)}."
            : "All contents were never read through yet.";
        Console.WriteLine(
            known == 0 ? $"No content is marked as damaged. {when}" : $"{known} marked. {when}"
        );
        return known == 0 ? 0 : 1;
    }

    private static string Place(VaultId? vault) => vault is { } id ? $"vault {id.Value}, " : "";
}
