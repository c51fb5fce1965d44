namespace CloudDav.Vault;

/// <summary>What the operator's product inventory says about a main contract, as last known.</summary>
public enum MainStatus
{
    /// <summary>It runs, maybe until a day that is known.</summary>
    Active,

    /// <summary>The operator has suspended it. That alone changes nothing here.</summary>
    Suspended,

    /// <summary>It has ended.</summary>
    Terminated,
}

/// <summary>A customer's main contract, as last known.</summary>
/// <param name="Reference">Its number in the operator's product inventory.</param>
/// <param name="Status">What it was when last heard of.</param>
/// <param name="KnownAt">When that was.</param>
public sealed record MainContract(string Reference, MainStatus Status, DateTimeOffset KnownAt)
{
    /// <summary>Its end, in the past or to come; null while none is known.</summary>
    public ContractEnd? End { get; init; }
}

/// <summary>A customer: the holder of a main contract and of a cloud contract, and the owner of a household.</summary>
public sealed record Customer
{
    /// <summary>The customer's account.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The customer's number at the operator.</summary>
    public required string Reference { get; init; }

    /// <summary>The main contract.</summary>
    public required MainContract Main { get; init; }

    /// <summary>Whether the customer has a TV contract.</summary>
    public bool HasTvContract { get; init; }

    /// <summary>The code of the chosen option.</summary>
    public required string Option { get; init; }

    /// <summary>The version of the option that was chosen.</summary>
    public required int OptionVersion { get; init; }

    /// <summary>When the cloud contract began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The cloud contract's own end, in the past or to come; null while none is known.</summary>
    public ContractEnd? End { get; init; }

    /// <summary>When destruction began; null while it has not. There is no way back from it.</summary>
    public DateTimeOffset? DestructionStarted { get; init; }

    /// <summary>When everything was destroyed; null while it is not.</summary>
    public DateTimeOffset? Destroyed { get; init; }

    /// <summary>Counts changes, from 1: who changes it says which version they saw.</summary>
    public long Version { get; init; }
}

/// <summary>A person of a household beside its owner.</summary>
public sealed record Member
{
    /// <summary>The person's account.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The account that owns the household.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>When the person came into it.</summary>
    public required DateTimeOffset Added { get; init; }

    /// <summary>When the customer confirmed a person whom the operator added; null while that is open. Existing shares are shown from then on.</summary>
    public DateTimeOffset? Confirmed { get; init; }

    /// <summary>When the person left; null while the person belongs to it.</summary>
    public ContractEnd? Left { get; init; }

    /// <summary>When destruction of the person's own vault began; null while it has not.</summary>
    public DateTimeOffset? DestructionStarted { get; init; }

    /// <summary>When the person's own vault was destroyed; null while it is not.</summary>
    public DateTimeOffset? Destroyed { get; init; }
}

/// <summary>One version of an option of the commercial offer.</summary>
public sealed record ServiceOption
{
    /// <summary>The entitlement to the TV.</summary>
    public const string TvEntitlement = "tv";

    /// <summary>Its code.</summary>
    public required string Code { get; init; }

    /// <summary>Its version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>The offer it belongs to.</summary>
    public required string Offer { get; init; }

    /// <summary>The capacity of the customer's vault, in bytes, 0 or more.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>The capacity of each further household member's own vault, in bytes, 0 or more.</summary>
    public required long MemberCapacityBytes { get; init; }

    /// <summary>What it includes beside storage.</summary>
    public required IReadOnlyList<string> Entitlements { get; init; }

    /// <summary>What it is called.</summary>
    public required Texts Texts { get; init; }

    /// <summary>Whether it can no longer be chosen. Who has it keeps it.</summary>
    public bool IsWithdrawn { get; init; }
}

/// <summary>A command from outside that was carried out.</summary>
/// <param name="Id">The sender's id for it.</param>
/// <param name="RequestHash">SHA-256 of what was commanded.</param>
/// <param name="Answer">What was answered, as the door wrote it.</param>
/// <param name="Done">When.</param>
public sealed record DoneCommand(
    string Id,
    ReadOnlyMemory<byte> RequestHash,
    string Answer,
    DateTimeOffset Done
);

/// <summary>An entry of one of the operator's registers: a staff access grant, a breach notice, a sub-processor, a legal order, and so on.</summary>
public sealed record RegisterEntry
{
    /// <summary>Which register.</summary>
    public required string Register { get; init; }

    /// <summary>Its number within the register; 0 for one that is not stored yet.</summary>
    public long Id { get; init; }

    /// <summary>The account it is about; null when it is about none in particular.</summary>
    public AccountId? Account { get; init; }

    /// <summary>By what else it is looked up, such as a person; null for nothing.</summary>
    public string? Key { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for no end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When it was closed before its end; null while it was not.</summary>
    public DateTimeOffset? Closed { get; init; }

    /// <summary>What it says, as JSON of the register's own shape.</summary>
    public required string Body { get; init; }

    /// <summary>Counts changes, from 1.</summary>
    public long Version { get; init; }
}

/// <summary>A version of the terms.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Published">When it became the current one.</param>
/// <param name="RequiredFrom">From when on nothing goes on without its acceptance; null while no such day is set.</param>
/// <param name="Texts">Where it can be read, or what it says.</param>
public sealed record TermsVersion(
    string Version,
    DateTimeOffset Published,
    DateTimeOffset? RequiredFrom,
    Texts Texts
);

/// <summary>Terms that a customer has yet to accept.</summary>
/// <param name="Current">The version to accept, which settles all before it.</param>
/// <param name="RequiredFrom">From when on what works stops; null while no such day is set. A later version does not put off what an earlier one has set.</param>
public sealed record OpenTerms(TermsVersion Current, DateTimeOffset? RequiredFrom)
{
    /// <summary>What a customer has yet to accept; null for nothing, and for accounts without a contract, which have no terms.</summary>
    public static OpenTerms? Of(PlatformFacts platform, ContractFacts facts, DateTimeOffset now)
    {
        if (facts.Option is null)
            return null;
        TermsVersion? current = null;
        DateTimeOffset? required = null;
        foreach (var terms in platform.Terms)
        {
            if (terms.Published > now)
                continue;
            if (terms.Version == facts.AcceptedTerms)
                break;
            current ??= terms;
            if (terms.RequiredFrom is { } from && !(required <= from))
                required = from;
        }
        return current is null ? null : new(current, required);
    }
}

/// <summary>An account's acceptance of a version of the terms.</summary>
public sealed record TermsAcceptance(
    AccountId Account,
    string Version,
    Language Language,
    Door Door,
    DateTimeOffset Accepted
);
