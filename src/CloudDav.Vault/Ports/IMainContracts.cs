namespace CloudDav.Vault;

/// <summary>
/// The operator's product inventory, which owns the main contracts. Whatever the other side does, its delays and its nonsense included, is an answer and
/// never an exception: nobody may lose anything because it is down.
/// </summary>
public interface IMainContracts
{
    /// <summary>What the inventory says of one main contract.</summary>
    /// <param name="reference">Its number there.</param>
    /// <param name="cancellationToken">Stops asking; the only thing that throws.</param>
    ValueTask<MainContractAnswer> AskAsync(string reference, CancellationToken cancellationToken);

    /// <summary>What the inventory says of a page of main contracts.</summary>
    /// <returns>An answer for each reference, in their order.</returns>
    ValueTask<IReadOnlyList<MainContractAnswer>> AskAsync(
        IReadOnlyList<string> references,
        CancellationToken cancellationToken
    );
}

/// <summary>What came of asking for a main contract: it is known, or unknown, or there was no answer.</summary>
public abstract record MainContractAnswer;

/// <summary>The inventory knows the main contract.</summary>
/// <param name="Status">What it is.</param>
/// <param name="Ends">When it ends or has ended; null while no end is known, and for one that has ended nobody said when.</param>
/// <param name="HasTv">Whether a TV contract goes with it; null when the inventory is not asked about that.</param>
public sealed record KnownMainContract(MainStatus Status, DateTimeOffset? Ends, bool? HasTv)
    : MainContractAnswer;

/// <summary>The inventory works and does not know the main contract.</summary>
public sealed record UnknownMainContract : MainContractAnswer;

/// <summary>The inventory is down, or what it said makes no sense: the last known status stands.</summary>
public sealed record NoMainContractAnswer : MainContractAnswer;
