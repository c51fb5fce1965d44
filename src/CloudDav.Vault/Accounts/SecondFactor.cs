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

/// <summary>How somebody's own password stands.</summary>
/// <param name="HasPassword">Whether there is one.</param>
/// <param name="HasSecondFactor">Whether it takes a code as well.</param>
/// <param name="RecoveryCodes">How many codes that stand in for it are left.</param>
/// <param name="Key">The secret of a second factor that waits for its first code, for the program that makes it; null when none does. Do not log.</param>
public sealed record OwnSignIn(
    bool HasPassword,
    bool HasSecondFactor,
    int RecoveryCodes,
    string? Key
);

/// <summary>A second factor that counts from now on.</summary>
/// <param name="Session">The browser's new session: those from before have ended.</param>
/// <param name="RecoveryCodes">Codes that stand in for it, each once. Shown this once. Do not log.</param>
public sealed record ConfirmedSecondFactor(
    SecretToken Session,
    IReadOnlyList<string> RecoveryCodes
);

/// <summary>The browser in which somebody is.</summary>
/// <param name="Agent">What it calls itself.</param>
/// <param name="ShownAddress">Where it is, as a person is shown it.</param>
/// <param name="Address">Where it is, as wrong tries are counted.</param>
public sealed record BrowserPlace(string Agent, string ShownAddress, string Address);
