using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Verifies the hash chains of what was done to accounts. It changes nothing, and the server may be running.</summary>
internal static class AuditVerb
{
    public static async Task<int> VerifyAsync(
        StorageOptions folders,
        string? accountName,
        CancellationToken stop
    )
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        var inspector = new AuditInspector(parts.Audit);
        var (chains, broken, entries) = (0L, 0L, 0L);
        AuditHead? head = null;
        if (accountName is null)
        {
            await foreach (var finding in inspector.InspectAsync(stop))
                Report(finding);
        }
        else
        {
            var account = await DeviceVerbs.RequireAccountAsync(parts, accountName, stop);
            Report(await inspector.InspectAsync(AuditChainId.Of(account.Id), stop));
        }
        if (broken > 0)
        {
            Console.WriteLine(broken == 1 ? "1 chain is broken." : $"{broken} chains are broken.");
            return 1;
        }
        Console.WriteLine(
            $"Everything is in order: {(chains == 1 ? "1 chain" : $"{chains} chains")}, {(entries == 1 ? "1 entry" : $"{entries} entries")}."
        );
        // To be noted elsewhere: whoever could rewrite a whole chain could not rewrite that note.
        if (head is not null)
            Console.WriteLine(
                $"{Sentence(head.Chain)} ends with entry {head.Seq}, {Convert.ToHexStringLower(head.Hash.Span)}."
            );
        return 0;

        void Report(AuditFinding finding)
        {
            chains++;
            entries += finding.IsDestroyed ? 0 : finding.Last?.Seq ?? 0;
            head ??= finding.Last;
            if (finding.Problem is null)
                return;
            broken++;
            Console.WriteLine($"BROKEN  {Sentence(finding.Chain)}: {finding.Problem}.");
        }
    }

    private static string Sentence(AuditChainId chain)
    {
        var name = chain.ToString();
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}
