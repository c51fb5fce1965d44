namespace CloudDav.Vault;

/// <summary>The catalogue of accounts, devices and sign-in tries. Every operation is one statement or one transaction; what it changed is durable when it returns.</summary>
public interface IAccountStore
{
    /// <summary>The account with this <see cref="SignInName.Key"/>; null when there is none.</summary>
    ValueTask<Account?> FindAccountAsync(string nameKey, CancellationToken cancellationToken);

    /// <summary>The account that the identity provider knows by this subject; null when there is none.</summary>
    ValueTask<Account?> FindBySubjectAsync(string subject, CancellationToken cancellationToken);

    /// <summary>The device of the account with this name whose app password begins with the selector; null when there is none.</summary>
    ValueTask<DeviceCredential?> FindDeviceAsync(
        string nameKey,
        string selector,
        CancellationToken cancellationToken
    );

    /// <summary>The TV set with this token; null when there is none.</summary>
    /// <param name="tokenHash">SHA-256 of the token.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<DeviceCredential?> FindTvAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    );

    /// <summary>Makes an account with its vault; null when the name or the subject is taken.</summary>
    ValueTask<Account?> AddAccountAsync(
        NewAccount account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Gives the account another own password, or none, and moves its credential version on, as an act of the console. False when there is no such account.</summary>
    ValueTask<bool> SetPasswordAsync(
        AccountId account,
        string? passwordHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Adds a device, as an act of the console, which asks no policy: neither the terms nor the number of devices stand in the administrator's way.
    /// Null when the account has one with this selector.
    /// </summary>
    ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>The account's devices, newest first, revoked ones included.</summary>
    ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        AccountId account,
        CancellationToken cancellationToken
    );

    /// <summary>Revokes a device and releases its locks, as an act of the console. False when there is no such device or it was revoked before.</summary>
    ValueTask<bool> RevokeDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Notes that a device was used. The first time is recorded.</summary>
    ValueTask TouchDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Records that somebody signed in with something else than a device, unless that was recorded a while ago.</summary>
    /// <param name="account">The account.</param>
    /// <param name="way">With what.</param>
    /// <param name="now">When.</param>
    /// <param name="quiet">For how long the same is not recorded again.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask NoteSignInAsync(
        AccountId account,
        string way,
        DateTimeOffset now,
        TimeSpan quiet,
        CancellationToken cancellationToken
    );

    /// <summary>The tries under a key, in the window that runs now.</summary>
    ValueTask<SignInTries> FindTriesAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Counts one more try under every key, in the running window or a new one of the given length, and drops windows that are over. When one of the keys has its most already, it is counted under none.</summary>
    /// <param name="limits">The keys, each with its most.</param>
    /// <param name="now">The time.</param>
    /// <param name="window">The length of a new window.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The count under each key with this one: above the most of one when it was not counted.</returns>
    ValueTask<IReadOnlyList<SignInTries>> CountTryAsync(
        IReadOnlyList<TryLimit> limits,
        DateTimeOffset now,
        TimeSpan window,
        CancellationToken cancellationToken
    );

    /// <summary>Takes back one try that was counted under a key, unless its window is over or was forgotten.</summary>
    /// <param name="key">The key.</param>
    /// <param name="windowEnds">The end of the window that it was counted in.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask TakeBackTryAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset windowEnds,
        CancellationToken cancellationToken
    );

    /// <summary>Forgets the tries under a key, after a right one.</summary>
    ValueTask ForgetTriesAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Records in the account's chain that it was tried wrongly so often that no more is looked at for a while.</summary>
    ValueTask NoteWrongPasswordsAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>What is kept of a destroyed account under a hash of <see cref="ClosedNames"/>; null when nothing is, or its time is over.</summary>
    ValueTask<ClosedName?> FindClosedAsync(
        ReadOnlyMemory<byte> mac,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );
}
