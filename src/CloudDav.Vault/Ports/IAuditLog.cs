namespace CloudDav.Vault;

/// <summary>
/// Reads the hash chains, and appends what comes with no other change. An act that changes something is appended in the transaction of that change
/// (<see cref="Change.AddAudit"/>, or the store's own), so that neither is there without the other.
/// </summary>
public interface IAuditLog
{
    /// <summary>Appends an entry by itself.</summary>
    /// <returns>Its number in its chain.</returns>
    ValueTask<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Entries of a chain in order, sealed ones too, with the chain's head at the same moment.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="after">The last number of the page before; 0 for the first page.</param>
    /// <param name="limit">The most to return; fewer are the end.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<AuditPage> ReadAsync(
        AuditChainId chain,
        long after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Entries of a chain, newest first, sealed ones too: for those who may see everything.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="before">The last number of the page before; <see cref="long.MaxValue"/> for the first page.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<AuditRecord>> ListAsync(
        AuditChainId chain,
        long before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>What an account's customer may see of its chain now, newest first. What is sealed leaves no trace, not even a gap between numbers.</summary>
    /// <param name="account">The account.</param>
    /// <param name="now">The time that decides about seals.</param>
    /// <param name="acts">How the codes of the acts begin that are asked for, such as <c>staff</c>; null for all. The numbers are counted among these.</param>
    /// <param name="before">The last number of the page before; <see cref="long.MaxValue"/> for the first page.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<VisibleEntry>> ListVisibleAsync(
        AccountId account,
        DateTimeOffset now,
        string? acts,
        long before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>The next chain there is or has to be, by head, entries or account; null after the last.</summary>
    ValueTask<AuditChainId?> FindNextChainAsync(
        AuditChainId after,
        CancellationToken cancellationToken
    );

    /// <summary>The head of a chain as its destruction record has it; null when there is no such record.</summary>
    ValueTask<AuditHead?> FindDestroyedAsync(
        AuditChainId chain,
        CancellationToken cancellationToken
    );
}

/// <summary>Some entries of a chain, and its head in the same snapshot.</summary>
/// <param name="Records">The entries, in order.</param>
/// <param name="Head">The chain's head; null when it has none.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Records, AuditHead? Head);

/// <summary>An entry as the customer sees it.</summary>
/// <param name="Number">Its number among what the customer may see, from 1. It moves when an older entry is unsealed.</param>
/// <param name="Entry">The entry.</param>
public sealed record VisibleEntry(long Number, AuditEntry Entry);
