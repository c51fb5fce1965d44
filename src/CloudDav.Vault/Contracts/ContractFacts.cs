namespace CloudDav.Vault;

/// <summary>Why a contract ended.</summary>
public enum EndCause
{
    /// <summary>The cloud contract was ended.</summary>
    CloudContract,

    /// <summary>The main contract ended, and the cloud contract with it.</summary>
    MainContract,

    /// <summary>The member left the household.</summary>
    LeftHousehold,

    /// <summary>The operator ended the whole service.</summary>
    Service,
}

/// <summary>An end of a contract, in the past or to come.</summary>
/// <param name="Cause">What ended.</param>
/// <param name="At">When it ends.</param>
/// <param name="Recorded">When this service heard of it. The take-back window never opens before.</param>
public sealed record ContractEnd(EndCause Cause, DateTimeOffset At, DateTimeOffset Recorded)
{
    /// <summary>The earliest moment at which the window may close, beside the days it has anyhow; null for none.</summary>
    public DateTimeOffset? ClosesNotBefore { get; init; }

    /// <summary>When the window was opened anew because the customer had not been told of it in time; null while it was not.</summary>
    public DateTimeOffset? Reopened { get; init; }

    /// <summary>When the take-back window opens.</summary>
    public DateTimeOffset Opens
    {
        get
        {
            var opens = At > Recorded ? At : Recorded;
            return Reopened is { } again && again > opens ? again : opens;
        }
    }
}

/// <summary>What is known about one account's contract, from one snapshot. A member's facts are those of the customer whose household it is, its own measures and leaving aside.</summary>
public sealed record ContractFacts
{
    /// <summary>The facts of an account that no contract is about: one the administrator made. Its service runs without end.</summary>
    public static ContractFacts WithoutContract { get; } = new() { Ends = [], Measures = [] };

    /// <summary>The code of the chosen option; null without a contract.</summary>
    public string? Option { get; init; }

    /// <summary>Whether the customer may use the TV: a TV contract, and an option that includes it. Everybody may without a contract.</summary>
    public bool HasTv { get; init; } = true;

    /// <summary>Every end that is known, in the past or to come; empty while there is none.</summary>
    public required IReadOnlyList<ContractEnd> Ends { get; init; }

    /// <summary>When the take-back window was opened anew, because the one before had passed without a word to the customer; null while it never was. No end opens one before.</summary>
    public DateTimeOffset? WindowReopened { get; init; }

    /// <summary>Every measure on the account, its option or its items that was not lifted, whether it holds now or not; those on everyone aside.</summary>
    public required IReadOnlyList<Measure> Measures { get; init; }

    /// <summary>Whether destruction has begun: nothing brings the vault back.</summary>
    public bool IsBeingDestroyed { get; init; }

    /// <summary>The newest version of the terms that the customer has accepted; null for none, and without a contract.</summary>
    public string? AcceptedTerms { get; init; }

    /// <summary>The customer's language; null when it is not known.</summary>
    public Language? Language { get; init; }
}

/// <summary>Whether the platform works.</summary>
public enum PlatformMode
{
    /// <summary>Everything works.</summary>
    Normal,

    /// <summary>Reads work, writes do not.</summary>
    ReadOnly,

    /// <summary>Nothing works.</summary>
    Off,
}

/// <summary>What holds for everyone.</summary>
public sealed record PlatformFacts
{
    /// <summary>How a platform is that nobody has set anything on.</summary>
    public static PlatformFacts Normal { get; } = new();

    /// <summary>Whether it works.</summary>
    public PlatformMode Mode { get; init; }

    /// <summary>When the mode is expected to end; null when nobody knows.</summary>
    public DateTimeOffset? ModeEnds { get; init; }

    /// <summary>Why, in words for customers; null when nobody said.</summary>
    public Texts? Words { get; init; }

    /// <summary>The end of the whole service; null while none was announced.</summary>
    public ContractEnd? ServiceEnd { get; init; }

    /// <summary>Restrictions on everyone that were not lifted.</summary>
    public IReadOnlyList<Measure> Restrictions { get; init; } = [];

    /// <summary>All versions of the terms, newest first, also those that are published only later.</summary>
    public IReadOnlyList<TermsVersion> Terms { get; init; } = [];

    /// <summary>What may be done through each door, as the operator has set it; a door that is missing has its <see cref="CapabilityTable.DoorDefault"/>.</summary>
    public IReadOnlyDictionary<Door, Capability> Doors { get; init; } =
        new Dictionary<Door, Capability>();
}
