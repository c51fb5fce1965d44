namespace CloudDav.Vault;

/// <summary>What the law obliges to keep of a contract whose account is gone. It holds numbers and dates, no name.</summary>
public sealed record RetainedContract
{
    /// <summary>Whose contract it was.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The account that owned the household; null for the owner's own.</summary>
    public AccountId? Owner { get; init; }

    /// <summary>The customer's number; of a member, that of the household's owner. Null when there was none.</summary>
    public string? Customer { get; init; }

    /// <summary>The number of the main contract; null for a member.</summary>
    public string? MainContract { get; init; }

    /// <summary>The code of the chosen option; null for a member.</summary>
    public string? Option { get; init; }

    /// <summary>The version of the option; null for a member.</summary>
    public int? OptionVersion { get; init; }

    /// <summary>When it began; of a member, when they came.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; of a member, when they left. Null when something else ended it.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>When that end became known.</summary>
    public DateTimeOffset? EndRecorded { get; init; }

    /// <summary>When the main contract ended; null when it did not.</summary>
    public DateTimeOffset? MainEnds { get; init; }

    /// <summary>When the main contract's end became known.</summary>
    public DateTimeOffset? MainEndRecorded { get; init; }

    /// <summary>Until when this is kept; null until the destruction is finished.</summary>
    public DateTimeOffset? KeepUntil { get; init; }
}
