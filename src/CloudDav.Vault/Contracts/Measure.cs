namespace CloudDav.Vault;

/// <summary>What a measure is.</summary>
public enum MeasureKind
{
    /// <summary>A suspension of one account, as the contract provides.</summary>
    Suspension,

    /// <summary>A restriction set for prevention or copyright.</summary>
    Restriction,

    /// <summary>One item taken out of reach on notice.</summary>
    Block,

    /// <summary>Nothing below it may be purged or destroyed.</summary>
    LegalHold,

    /// <summary>One item, and what is moved or copied out of it, marked on notice as holding others' intellectual property.</summary>
    Protection,

    /// <summary>One share taken out of reach on notice.</summary>
    ShareBlock,
}

/// <summary>What a suspension or a restriction switches off.</summary>
[Flags]
public enum Switches
{
    /// <summary>Nothing: for blocks and legal holds.</summary>
    None = 0,

    /// <summary>The whole service.</summary>
    Whole = 1,

    /// <summary>Adding content.</summary>
    Upload = 2,

    /// <summary>Reading content.</summary>
    Download = 4,

    /// <summary>Sharing, with whomever.</summary>
    Share = 8,

    /// <summary>Sharing with people outside the household.</summary>
    ShareWithFriends = 16,

    /// <summary>Looking at media on the TV.</summary>
    Tv = 32,
}

/// <summary>
/// Something the operator has set on everyone, on those with an option, on an account, on one item or on one share: a suspension, a restriction, a block, a
/// mark or a legal hold. It holds from <see cref="Since"/> until <see cref="Until"/> and is never deleted: lifting it ends it.
/// </summary>
public sealed record Measure
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>What it is.</summary>
    public required MeasureKind Kind { get; init; }

    /// <summary>What it switches off.</summary>
    public Switches Switches { get; init; }

    /// <summary>The account it is on; null when it is on more than one.</summary>
    public AccountId? Account { get; init; }

    /// <summary>The code of the option whose customers it is on; null for none.</summary>
    public string? Option { get; init; }

    /// <summary>The item it is on, everything below included; null when it is not on an item. In the account's own vault.</summary>
    public NodeId? Node { get; init; }

    /// <summary>The share it is on; null when it is not on a share. Of the account's own.</summary>
    public ShareId? Share { get; init; }

    /// <summary>Whether a law or a court demands it (451 instead of 403).</summary>
    public bool IsLegalOrder { get; init; }

    /// <summary>The operator's code for the reason.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>The reason in words for the customer; null when the law forbids to say it or nobody did.</summary>
    public Texts? Words { get; init; }

    /// <summary>What the operator's systems call the notice it was set on; null for none.</summary>
    public string? Reference { get; init; }

    /// <summary>Who set it.</summary>
    public required string SetBy { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for until it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// What it takes away from the owner while it holds, of what it is on. A blocked item can still be listed, so that its owner sees that it is there, and be deleted. Marks
    /// and blocks of shares take from recipients alone.
    /// </summary>
    public Capability Taken =>
        Kind switch
        {
            MeasureKind.Block => Capability.All & ~(Capability.List | Capability.TakeBack),
            MeasureKind.Suspension or MeasureKind.Restriction => CapabilityTable.TakenBy(Switches),
            MeasureKind.LegalHold or MeasureKind.Protection or MeasureKind.ShareBlock =>
                Capability.None,
        };

    /// <summary>Whether it holds at a moment.</summary>
    public bool Holds(DateTimeOffset now) =>
        Since <= now && (Until is not { } until || now < until);

    /// <summary>The refusal of what it takes away.</summary>
    public Refusal ToRefusal() =>
        new(
            Kind switch
            {
                MeasureKind.Suspension => RefusalRule.Suspended,
                MeasureKind.Restriction => RefusalRule.Restricted,
                MeasureKind.Block or MeasureKind.LegalHold or MeasureKind.ShareBlock =>
                    RefusalRule.Blocked,
                MeasureKind.Protection => RefusalRule.ProtectedContent,
            }
        )
        {
            ReasonCode = ReasonCode,
            Words = Words,
            Until = Until,
            IsLegalOrder = IsLegalOrder,
        };
}
