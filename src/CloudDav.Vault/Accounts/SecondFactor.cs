namespace CloudDav.Vault;

/// <summary>The second factor of an account's own password: codes that a program makes of a secret and the time (RFC 6238), as it is stored.</summary>
/// <param name="WrappedSecret">The secret, wrapped by the vault's key.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Confirmed">Since when it counts; null as long as no code of it was given.</param>
/// <param name="RecoveryCodes">How many codes that stand in for it are left.</param>
public sealed record SecondFactor(
    ReadOnlyMemory<byte> WrappedSecret,
    DateTimeOffset Created,
    DateTimeOffset? Confirmed,
    int RecoveryCodes
);
