using CloudDav.Vault;

namespace CloudDav.Storage;

internal sealed class AccountRow
{
    public long AccountId { get; init; }
    public string Name { get; init; } = "";
    public long VaultId { get; init; }
    public string? PasswordHash { get; init; }
    public long CredentialVersion { get; init; }
    public bool IsDisabled { get; init; }
    public long? TokensFrom { get; init; }
    public long SecondFactors { get; init; }

    public Account ToAccount() =>
        new(new(AccountId), Name, new(VaultId), PasswordHash, CredentialVersion, IsDisabled)
        {
            TokensFrom = Milliseconds.Time(TokensFrom),
            HasSecondFactor = SecondFactors > 0,
        };
}

internal sealed class CredentialRow
{
    public long DeviceId { get; init; }
    public byte[] SecretHash { get; init; } = [];
    public long? LastUsed { get; init; }
    public long? Revoked { get; init; }
    public long AccountId { get; init; }
    public string Name { get; init; } = "";
    public long VaultId { get; init; }
    public long CredentialVersion { get; init; }
    public bool IsDisabled { get; init; }

    public DeviceCredential ToCredential() =>
        new(
            new(DeviceId),
            new(new(AccountId), Name, new(VaultId), null, CredentialVersion, IsDisabled),
            SecretHash,
            Revoked is not null,
            Milliseconds.Time(LastUsed)
        );
}

internal sealed class DeviceRow
{
    public long DeviceId { get; init; }
    public string Name { get; init; } = "";
    public long Created { get; init; }
    public long? LastUsed { get; init; }
    public long? Revoked { get; init; }
    public bool IsTv { get; init; }

    public Device ToDevice() =>
        new(
            new(DeviceId),
            Name,
            Milliseconds.Time(Created),
            Milliseconds.Time(LastUsed),
            Milliseconds.Time(Revoked)
        )
        {
            IsTv = IsTv,
        };
}

internal sealed class TriesRow
{
    public long Failures { get; init; }
    public long WindowEnds { get; init; }

    public SignInTries ToTries() => new((int)Failures, Milliseconds.Time(WindowEnds));
}
