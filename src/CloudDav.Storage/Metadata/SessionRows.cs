using CloudDav.Vault;

namespace CloudDav.Storage;

internal sealed class SessionRow
{
    public long SessionId { get; init; }
    public long AccountId { get; init; }
    public string Name { get; init; } = "";
    public long VaultId { get; init; }
    public long CredentialVersion { get; init; }
    public long Created { get; init; }
    public long LastUsed { get; init; }
    public long Expires { get; init; }
    public long Way { get; init; }
    public long? Proved { get; init; }
    public string Agent { get; init; } = "";
    public string Address { get; init; } = "";

    public BrowserSession ToSession() =>
        new(
            new(SessionId),
            new Actor(new(AccountId), Name, new(VaultId), null, CredentialVersion),
            Milliseconds.Time(Created),
            Milliseconds.Time(LastUsed),
            Milliseconds.Time(Expires)
        )
        {
            Way = (SignInWay)Way,
            Proved = Milliseconds.Time(Proved),
            Agent = Agent,
            Address = Address,
        };
}

internal sealed class SecondFactorRow
{
    public byte[] Secret { get; init; } = [];
    public long Created { get; init; }
    public long? Confirmed { get; init; }
    public long RecoveryCodes { get; init; }

    public SecondFactor ToFactor() =>
        new(Secret, Milliseconds.Time(Created), Milliseconds.Time(Confirmed), (int)RecoveryCodes);
}

internal sealed class LoginFlowRow
{
    public byte[] PollHash { get; init; } = [];
    public string Agent { get; init; } = "";
    public string Address { get; init; } = "";
    public long Created { get; init; }
    public long Expires { get; init; }
    public long? CredentialVersion { get; init; }
    public long? AccountId { get; init; }
    public string? Name { get; init; }
    public long? VaultId { get; init; }

    public LoginFlow ToFlow() =>
        new()
        {
            PollHash = PollHash,
            Agent = Agent,
            Address = Address,
            Created = Milliseconds.Time(Created),
            Expires = Milliseconds.Time(Expires),
            IsGranted = AccountId is not null,
            // An account that is gone since lets nobody in.
            GrantedBy = (AccountId, Name, VaultId) is ({ } account, { } name, { } vault)
                ? new Actor(new(account), name, new(vault), null, CredentialVersion)
                : null,
        };
}

internal sealed class WipeRow
{
    public long AccountId { get; init; }
    public long DeviceId { get; init; }
    public string Name { get; init; } = "";
}
