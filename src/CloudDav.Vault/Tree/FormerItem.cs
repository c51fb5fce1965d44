namespace CloudDav.Vault;

/// <summary>Something as it was at a moment.</summary>
public sealed record FormerItem
{
    /// <summary>The vault, as it is.</summary>
    public required VaultState Vault { get; init; }

    /// <summary>The number of the last change that had been made by then.</summary>
    public required long AsOf { get; init; }

    /// <summary>The rows from the root down to it, as they were (<see cref="FormerRow"/>).</summary>
    public required IReadOnlyList<NodeRow> Chain { get; init; }

    /// <summary>Whether it is what it was. Else a file shows the next content it had that is still kept; it shows none when none is (<see cref="NodeRow.IsForgotten"/>).</summary>
    public required bool IsExact { get; init; }

    /// <summary>Its row.</summary>
    public NodeRow Node => Chain[^1];

    /// <summary>Its names, from the top folder down.</summary>
    public IReadOnlyList<string> Path => [.. Chain.Skip(1).Select(row => row.Name)];
}

/// <summary>What came of bringing the vault, or something in it, back to how it was.</summary>
public sealed record Rewound
{
    /// <summary>How many files and folders are at their former places again, or have their former contents.</summary>
    public required long Restored { get; init; }

    /// <summary>How many went to the trash, because they came since; each with everything below it counts once.</summary>
    public required long Removed { get; init; }

    /// <summary>Whether nothing is left to do; else it goes on when it is asked for again.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>What stands in the way of the rest; null when nothing does, or when there was only not the time.</summary>
    public Refusal? Stopped { get; init; }

    /// <summary>What stays as it is, and why: the first of it. Known when it is complete.</summary>
    public required IReadOnlyList<NotRewound> Left { get; init; }

    /// <summary>How much that is in all.</summary>
    public required long LeftItems { get; init; }
}

/// <summary>Something that could not be brought back.</summary>
/// <param name="Path">Where it was, or is.</param>
/// <param name="Why">Why.</param>
public sealed record NotRewound(IReadOnlyList<string> Path, Refusal Why);
