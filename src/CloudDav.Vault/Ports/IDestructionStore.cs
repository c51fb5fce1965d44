namespace CloudDav.Vault;

/// <summary>
/// Removes the rows of a vault that is being destroyed, in slices that hold the writer briefly. It decides nothing: a destruction begins by
/// <see cref="IContractTransaction.BeginDestructionAsync"/>, where the facts are.
/// </summary>
public interface IDestructionStore
{
    /// <summary>The database's clock. Only that one counts the days of a customer: a node whose own clock is wrong must destroy nothing early.</summary>
    ValueTask<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken);

    /// <summary>What the rounds of destruction remember together.</summary>
    ValueTask<DestructionState> LoadStateAsync(CancellationToken cancellationToken);

    /// <summary>Remembers the clock of a round, and stops destruction when it jumped.</summary>
    ValueTask SaveClockAsync(
        DateTimeOffset clock,
        bool hasJumped,
        CancellationToken cancellationToken
    );

    /// <summary>Lets destruction run until a moment, whatever stopped it, with the entry of who said so.</summary>
    ValueTask AllowAsync(
        DateTimeOffset until,
        AuditEntry entry,
        CancellationToken cancellationToken
    );

    /// <summary>How many accounts there are whose standing is watched.</summary>
    ValueTask<long> CountAccountsAsync(CancellationToken cancellationToken);

    /// <summary>Accounts whose window has closed and whose destruction has not begun, in the order of ids.</summary>
    ValueTask<IReadOnlyList<AccountId>> ListClosedAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Accounts and their vaults, whose destruction has not begun, in the order of ids.</summary>
    ValueTask<IReadOnlyList<(AccountId Account, VaultId Vault)>> ListVaultsAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Destructions that have begun and are not finished.</summary>
    ValueTask<IReadOnlyList<DestructionRecord>> ListRunningAsync(
        CancellationToken cancellationToken
    );

    /// <summary>The record of an account; null when its destruction has not begun, or the record's time is over.</summary>
    ValueTask<DestructionRecord?> FindAsync(AccountId account, CancellationToken cancellationToken);

    /// <summary>The vault's key is destroyed.</summary>
    ValueTask MarkKeyDestroyedAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Removes some contents, counts and hashes them into the record, and condemns their blobs; those of uploads that never ended with the last slice.</summary>
    ValueTask<Slice> RemoveContentsAsync(
        DestructionRecord record,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Condemned blobs of a vault that are not marked gone yet.</summary>
    ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        VaultId vault,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Nothing is left of the vault's contents.</summary>
    ValueTask MarkContentsGoneAsync(AccountId account, CancellationToken cancellationToken);

    /// <summary>Removes some rows of the tree; the slice that removes nothing removes the vault itself and moves to the next step.</summary>
    ValueTask<Slice> RemoveTreeAsync(
        DestructionRecord record,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Removes the account and all that hangs on it, in one transaction: what the law obliges goes to the retained contracts, keyed hashes of its names stay until
    /// a moment, and the head of its audit chain goes into the record.
    /// </summary>
    ValueTask RemoveAccountAsync(
        AccountId account,
        ClosedNames closed,
        DateTimeOffset namesUntil,
        CancellationToken cancellationToken
    );

    /// <summary>Removes some of the account's audit chain, the newest first; the slice that removes nothing moves to the next step.</summary>
    ValueTask<Slice> RemoveAuditAsync(
        AccountId account,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Leaves no byte of what was removed in logs and gaps. False when somebody is in the way just now: try again.</summary>
    /// <param name="rewritesUpTo">A database of up to so many bytes may be rewritten for it, during which nobody else writes.</param>
    /// <param name="cancellationToken">Stops it before it starts.</param>
    ValueTask<bool> ScrubAsync(long rewritesUpTo, CancellationToken cancellationToken);

    /// <summary>Finishes the record, tells of it and enters it into the operator's chain, in one transaction.</summary>
    ValueTask FinishAsync(
        DestructionRecord finished,
        ServiceEvent told,
        AuditEntry entry,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Removes what has outlived its time: settled events of destroyed accounts, keyed hashes of their names, their records with the retained contract, the audit head
    /// and the operator's register entries, and old answers to commands.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="commandsBefore">Commands that were carried out before this are forgotten.</param>
    /// <param name="limit">The most rows to remove.</param>
    /// <param name="cancellationToken">Stops it before it starts.</param>
    /// <returns>How many rows were removed; fewer than the limit means none is left.</returns>
    ValueTask<int> RemoveExpiredAsync(
        DateTimeOffset now,
        DateTimeOffset commandsBefore,
        int limit,
        CancellationToken cancellationToken
    );
}

/// <summary>What one slice of work has done.</summary>
/// <param name="Rows">Rows removed.</param>
/// <param name="Took">How long it held the writer.</param>
public readonly record struct Slice(int Rows, TimeSpan Took);

/// <summary>What the rounds of destruction remember together.</summary>
/// <param name="Clock">The database's clock at the last round; null before the first.</param>
/// <param name="Stopped">Since when destruction is stopped because that clock jumped; null while it is not.</param>
/// <param name="AllowedUntil">Until when an operator lets it run all the same, and whatever number is due; null for not.</param>
public sealed record DestructionState(
    DateTimeOffset? Clock,
    DateTimeOffset? Stopped,
    DateTimeOffset? AllowedUntil
);
