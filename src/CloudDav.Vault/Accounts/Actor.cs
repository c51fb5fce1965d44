namespace CloudDav.Vault;

/// <summary>Who acts, and with which credential: what sign-in establishes and every vault session holds.</summary>
/// <remarks>
/// Having been verified once says nothing about now. A session's first query joins the account's and the device's row and refuses with
/// <see cref="RefusalRule.SignedOut"/> when the account is disabled, its <see cref="CredentialVersion"/> has moved on, or the device is revoked: this
/// is what makes a revocation bite on the next request of any process although verified credentials are cached.
/// </remarks>
/// <param name="Account">The account.</param>
/// <param name="Name">Its sign-in name as stored, for people and for lock holders.</param>
/// <param name="Vault">The account's own vault.</param>
/// <param name="Device">The device whose app password was used; null for the person's own password or a bearer token.</param>
/// <param name="CredentialVersion">The account's credential version when the person was verified, by password or token; null for a device, which has a credential of its own.</param>
public sealed record Actor(
    AccountId Account,
    string Name,
    VaultId Vault,
    DeviceId? Device,
    long? CredentialVersion
)
{
    /// <summary>Whom a link's visitor acts for: its owner, with no credential of the owner's.</summary>
    public static Actor Behind(Share share) =>
        new(share.Owner, share.OwnerName, share.Vault, null, null);
}
