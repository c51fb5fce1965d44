namespace CloudDav.Vault;

/// <summary>A person who can sign in, as the sign-in sees it.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">The sign-in name as it was given.</param>
/// <param name="Vault">The account's own vault.</param>
/// <param name="PasswordHash">The own password as <see cref="PasswordHash"/> writes it; null when the account has none.</param>
/// <param name="CredentialVersion">Counts changes of the own password.</param>
/// <param name="IsDisabled">True when nobody may sign in.</param>
public sealed record Account(
    AccountId Id,
    string Name,
    VaultId Vault,
    string? PasswordHash,
    long CredentialVersion,
    bool IsDisabled
)
{
    /// <summary>Bearer tokens that were issued at or before this moment are good no longer; null when all are.</summary>
    public DateTimeOffset? TokensFrom { get; init; }

    /// <summary>Whether the own password takes a code as well.</summary>
    public bool HasSecondFactor { get; init; }
}

/// <summary>An account to be made, with its vault.</summary>
public sealed record NewAccount
{
    /// <summary>The sign-in name; see <see cref="SignInName"/> for what is allowed.</summary>
    public required string Name { get; init; }

    /// <summary>The capacity of its vault in bytes, 0 or more.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>The account whose household it belongs to; null for a customer, who is the owner of an own household.</summary>
    public AccountId? HouseholdOwner { get; init; }

    /// <summary>The own password's hash; null for none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The subject under which the operator's identity provider knows the person; null for none.</summary>
    public string? ExternalSubject { get; init; }

    /// <summary>Who makes it, as its audit chain will say: one of <see cref="AuditActors"/>.</summary>
    public string MadeBy { get; init; } = AuditActors.Console;
}

/// <summary>An app password: one device or program of one account.</summary>
/// <param name="Id">The device.</param>
/// <param name="Name">What the person calls it.</param>
/// <param name="Created">When its password was made.</param>
/// <param name="LastUsed">When it was last used, to within a few minutes; null when never.</param>
/// <param name="Revoked">When it was revoked; null while it is good.</param>
public sealed record Device(
    DeviceId Id,
    string Name,
    DateTimeOffset Created,
    DateTimeOffset? LastUsed,
    DateTimeOffset? Revoked
)
{
    /// <summary>Whether it is a TV set, which has a token instead of an app password and sees media alone.</summary>
    public bool IsTv { get; init; }
}

/// <summary>What a look-up for an app password finds, in one indexed row.</summary>
/// <param name="Device">The device.</param>
/// <param name="Account">Its account.</param>
/// <param name="SecretHash">SHA-256 of the secret part.</param>
/// <param name="IsRevoked">True when the device was revoked.</param>
/// <param name="LastUsed">When it was last used; null when never.</param>
public sealed record DeviceCredential(
    DeviceId Device,
    Account Account,
    ReadOnlyMemory<byte> SecretHash,
    bool IsRevoked,
    DateTimeOffset? LastUsed
);

/// <summary>Tries under one key within the running window: the wrong ones, and those that are being looked at.</summary>
/// <param name="Failures">How many.</param>
/// <param name="WindowEnds">When the count starts again.</param>
public readonly record struct SignInTries(int Failures, DateTimeOffset WindowEnds);

/// <summary>How many tries are looked at in a window.</summary>
/// <param name="Key">Under which they are counted.</param>
/// <param name="Most">The most.</param>
public readonly record struct TryLimit(ReadOnlyMemory<byte> Key, int Most);

/// <summary>What is kept of a destroyed account under a hash of one of its names.</summary>
/// <param name="Password">Its own password as <see cref="ClosedNames.OfPassword"/> writes it; null when the hash is of more than a name, or it had none.</param>
public sealed record ClosedName(string? Password);
