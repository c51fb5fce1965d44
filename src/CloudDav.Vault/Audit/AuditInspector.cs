using System.Runtime.CompilerServices;

namespace CloudDav.Vault;

/// <summary>Verifies hash chains, page by page, for the verb <c>audit verify</c>. It changes nothing, and others may append meanwhile.</summary>
/// <param name="log">Where the chains are.</param>
public sealed class AuditInspector(IAuditLog log)
{
    private const int PageSize = 500;

    /// <summary>Verifies every chain, the operator's first.</summary>
    public async IAsyncEnumerable<AuditFinding> InspectAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        yield return await InspectAsync(AuditChainId.Operator, cancellationToken);
        var last = AuditChainId.Operator;
        while (await log.FindNextChainAsync(last, cancellationToken) is { } chain)
        {
            yield return await InspectAsync(chain, cancellationToken);
            last = chain;
        }
    }

    /// <summary>Verifies one chain.</summary>
    public async ValueTask<AuditFinding> InspectAsync(
        AuditChainId chain,
        CancellationToken cancellationToken
    )
    {
        AuditHead? last = null;
        while (true)
        {
            var page = await log.ReadAsync(chain, last?.Seq ?? 0, PageSize, cancellationToken);
            foreach (var record in page.Records)
            {
                if (AuditChain.Problem(record, last) is { } problem)
                    return new(chain, last, problem, IsDestroyed: false);
                last = new AuditHead(chain, record.Seq, record.Hash);
            }
            if (page.Records.Count == PageSize)
                continue;
            return await CompareAsync(chain, last, page.Head, cancellationToken);
        }
    }

    private async ValueTask<AuditFinding> CompareAsync(
        AuditChainId chain,
        AuditHead? last,
        AuditHead? head,
        CancellationToken cancellationToken
    )
    {
        if (head is null)
            return new(
                chain,
                last,
                last is null ? "it is missing as a whole" : "its head is missing",
                IsDestroyed: false
            );
        if (last is not null && IsSame(last, head))
            return new(chain, last, Problem: null, IsDestroyed: false);
        // Also while it goes, the newest entries first.
        if (
            await log.FindDestroyedAsync(chain, cancellationToken) is { } destroyed
            && IsSame(destroyed, head)
        )
            return new(chain, head, Problem: null, IsDestroyed: true);
        return new(
            chain,
            last,
            last switch
            {
                null => "all its entries are missing, and no destruction record says why",
                _ when last.Seq < head.Seq =>
                    $"it ends with entry {last.Seq}, but there were {head.Seq}",
                _ => $"its head is not entry {last.Seq}, the last one",
            },
            IsDestroyed: false
        );
    }

    private static bool IsSame(AuditHead one, AuditHead other) =>
        one.Seq == other.Seq && one.Hash.Span.SequenceEqual(other.Hash.Span);
}

/// <summary>What the verification of a chain found.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Last">The last link that holds; null when none does.</param>
/// <param name="Problem">What the first broken link is, as the end of a sentence; null when the chain is whole.</param>
/// <param name="IsDestroyed">Whether it was destroyed with its account, as its destruction record says.</param>
public sealed record AuditFinding(
    AuditChainId Chain,
    AuditHead? Last,
    string? Problem,
    bool IsDestroyed
);
