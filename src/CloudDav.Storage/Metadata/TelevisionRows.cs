using CloudDav.Vault;

namespace CloudDav.Storage;

internal sealed class PairingRow
{
    public byte[] DeviceHash { get; init; } = [];
    public string Client { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public long Created { get; init; }
    public long Expires { get; init; }
    public long Pause { get; init; }
    public long NextPoll { get; init; }
    public long Looks { get; init; }
    public bool IsRefused { get; init; }
    public long? CredentialVersion { get; init; }
    public long? AccountId { get; init; }
    public string? AccountName { get; init; }
    public long? VaultId { get; init; }

    public TvPairing ToPairing() =>
        new()
        {
            DeviceHash = DeviceHash,
            Client = Client,
            Name = Name,
            Address = Address,
            Created = Milliseconds.Time(Created),
            Expires = Milliseconds.Time(Expires),
            Pause = TimeSpan.FromMilliseconds(Pause),
            NextPoll = Milliseconds.Time(NextPoll),
            Looks = (int)Looks,
            IsRefused = IsRefused,
            IsGranted = AccountId is not null,
            // An account that is gone since lets no set in.
            GrantedBy = (AccountId, AccountName, VaultId) is ({ } account, { } name, { } vault)
                ? new Actor(new(account), name, new(vault), null, CredentialVersion)
                : null,
        };
}

internal sealed class MediaAddressRow
{
    public long AddressId { get; init; }
    public long DeviceId { get; init; }
    public long NodeId { get; init; }
    public long Created { get; init; }
    public long Expires { get; init; }
    public long AccountId { get; init; }
    public string Name { get; init; } = "";
    public long VaultId { get; init; }

    public MediaAddress ToAddress() =>
        new(
            AddressId,
            new Actor(new(AccountId), Name, new(VaultId), new DeviceId(DeviceId), null),
            new(NodeId),
            Milliseconds.Time(Created),
            Milliseconds.Time(Expires)
        );
}

internal sealed class KeptAddressRow
{
    public long AddressId { get; init; }
    public long NodeId { get; init; }
    public long Created { get; init; }
}
