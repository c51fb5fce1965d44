namespace CloudDav.Vault;

/// <summary>An account as its person sees it.</summary>
public sealed record AccountOverview
{
    /// <summary>The sign-in name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands and what is allowed, with the facts.</summary>
    public required Decision Decision { get; init; }

    /// <summary>What the vault holds.</summary>
    public required VaultUsage Usage { get; init; }

    /// <summary>The option that the customer chose; null without a contract.</summary>
    public required ServiceOption? Option { get; init; }

    /// <summary>The name of the customer whose household the person belongs to; null for a customer.</summary>
    public required string? HouseholdOwner { get; init; }

    /// <summary>The people of the customer's household beside them; empty for a member.</summary>
    public required IReadOnlyList<HouseholdMember> Household { get; init; }

    /// <summary>The newest acceptance of the terms; null for none.</summary>
    public required TermsAcceptance? AcceptedTerms { get; init; }

    /// <summary>What the operator has set that holds now and takes something away. A hold that only keeps something from being purged takes nothing.</summary>
    public IEnumerable<Measure> Measures =>
        Decision
            .Facts.Measures.Concat(Decision.Platform.Restrictions)
            .Where(measure => measure.Kind != MeasureKind.LegalHold && measure.Holds(Decision.Now));

    /// <summary>What may still be added, in bytes; 0 whenever new content is refused, null for no limit.</summary>
    public long? AvailableBytes =>
        !Decision.Allows(Capability.AddContent) ? 0
        : Usage.CapacityBytes is { } capacity
            ? Math.Max(0, capacity - Usage.UsedBytes - Usage.HeldBytes)
        : null;
}

/// <summary>A person of the customer's household.</summary>
/// <param name="Name">The sign-in name.</param>
/// <param name="Member">Since when, and whether the customer has confirmed them.</param>
public sealed record HouseholdMember(string Name, Member Member);

/// <summary>A part of what happened to an account.</summary>
/// <param name="Entries">The entries, newest first.</param>
/// <param name="Names">The sign-in names of the people of the household whom they name; without those whose account is gone.</param>
public sealed record AccessLogPage(
    IReadOnlyList<VisibleEntry> Entries,
    IReadOnlyDictionary<AccountId, string> Names
);

/// <summary>A device that was just added.</summary>
/// <param name="Device">The device.</param>
/// <param name="Password">Its app password, shown this once.</param>
public sealed record NewDevice(Device Device, AppPassword Password);

/// <summary>What became of the own password when everything was signed out.</summary>
public enum PasswordFate
{
    /// <summary>There was none, and there is none.</summary>
    None,

    /// <summary>A new one took its place.</summary>
    Replaced,

    /// <summary>It works no longer, and there is no other.</summary>
    Removed,
}

/// <summary>What signing out everywhere did.</summary>
/// <param name="Devices">How many devices were revoked.</param>
/// <param name="Links">How many links to items were ended.</param>
/// <param name="Password">What became of the own password.</param>
public sealed record SignedOutEverywhere(int Devices, int Links, PasswordFate Password);

/// <summary>The terms as a customer sees them.</summary>
/// <param name="Versions">The versions that are published, newest first.</param>
/// <param name="Acceptances">What the customer has accepted, newest first.</param>
/// <param name="Decision">Whether something is to be accepted, and from when on.</param>
public sealed record TermsOverview(
    IReadOnlyList<TermsVersion> Versions,
    IReadOnlyList<TermsAcceptance> Acceptances,
    Decision Decision
);

/// <summary>Sub-processors as a customer sees them.</summary>
/// <param name="SubProcessors">Those who process data now, or will.</param>
/// <param name="Objections">What the account has objected to.</param>
/// <param name="Decision">What is known about the account.</param>
public sealed record SubProcessorOverview(
    IReadOnlyList<Entry<SubProcessor>> SubProcessors,
    IReadOnlyList<Entry<Objection>> Objections,
    Decision Decision
);

/// <summary>Breach notices as a customer sees them.</summary>
/// <param name="Notices">The notices, newest first.</param>
/// <param name="Decision">What is known about the account.</param>
public sealed record BreachOverview(IReadOnlyList<Entry<BreachNotice>> Notices, Decision Decision);
