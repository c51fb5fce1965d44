using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Accounts, devices and sign-in tries, on either engine.</summary>
public abstract class AccountStore : IAccountStore
{
    /// <inheritdoc/>
    public ValueTask<Account?> FindAccountAsync(
        string nameKey,
        CancellationToken cancellationToken
    ) => FindAsync(AccountStatements.FindByName, nameKey, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Account?> FindBySubjectAsync(
        string subject,
        CancellationToken cancellationToken
    ) => FindAsync(AccountStatements.FindBySubject, subject, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeviceCredential?> FindDeviceAsync(
        string nameKey,
        string selector,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            async session =>
                (
                    await session.FirstAsync<CredentialRow>(
                        AccountStatements.FindCredential,
                        nameKey,
                        selector
                    )
                )?.ToCredential(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<DeviceCredential?> FindTvAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            async session =>
                (
                    await session.FirstAsync<CredentialRow>(
                        TelevisionStatements.FindSet,
                        tokenHash.ToArray()
                    )
                )?.ToCredential(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Account?> AddAccountAsync(
        NewAccount account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => WriteAsync(session => AddAccountAsync(session, account, now), cancellationToken);

    /// <summary>Makes an account with its vault, within a command.</summary>
    internal static async ValueTask<Account?> AddAccountAsync(
        IFactsSession session,
        NewAccount account,
        DateTimeOffset now
    )
    {
        var nameKey = SignInName.Key(account.Name);
        if (
            await session.ScalarAsync<bool>(
                AccountStatements.IsTaken,
                nameKey,
                account.ExternalSubject
            )
        )
            return null;
        var (id, vault) = await session.AddVaultAsync(account, now);
        await session.ExecuteAsync(
            AccountStatements.Insert,
            id.Value,
            account.Name,
            nameKey,
            vault.Value,
            account.HouseholdOwner?.Value,
            account.PasswordHash,
            account.ExternalSubject,
            Milliseconds.Of(now)
        );
        await RecordAsync(
            session,
            id,
            account.MadeBy,
            AuditActs.AccountCreated,
            subject: null,
            now
        );
        return new Account(
            id,
            account.Name,
            vault,
            account.PasswordHash,
            CredentialVersion: 1,
            IsDisabled: false
        );
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetPasswordAsync(
        AccountId account,
        string? passwordHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            async session =>
            {
                if (!await SetPasswordAsync(session, account, passwordHash))
                    return false;
                await RecordAsync(
                    session,
                    account,
                    AuditActors.Console,
                    passwordHash is null ? AuditActs.PasswordRemoved : AuditActs.PasswordSet,
                    subject: null,
                    now
                );
                return true;
            },
            cancellationToken
        );

    internal static async ValueTask<bool> SetPasswordAsync(
        IFactsSession session,
        AccountId account,
        string? passwordHash
    ) => await session.CountAsync(AccountStatements.SetPassword, account.Value, passwordHash) > 0;

    /// <inheritdoc/>
    public ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            async session =>
            {
                var added = await AddDeviceAsync(session, account, name, selector, secretHash, now);
                if (added is { } device)
                    await RecordAsync(
                        session,
                        account,
                        AuditActors.Console,
                        AuditActs.DeviceAdded,
                        AuditSubjects.Of(device),
                        now
                    );
                return added;
            },
            cancellationToken
        );

    internal static async ValueTask<DeviceId?> AddDeviceAsync(
        IFactsSession session,
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now
    ) =>
        await session.ScalarAsync<long?>(
            AccountStatements.InsertDevice,
            account.Value,
            selector,
            secretHash.ToArray(),
            name,
            Milliseconds.Of(now)
        )
            is { } device
            ? new DeviceId(device)
            : null;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) => ReadAsync(session => ListDevicesAsync(session, account), cancellationToken);

    internal static async ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        IFactsSession session,
        AccountId account
    ) =>
        [
            .. (
                await session.ListAsync<DeviceRow>(AccountStatements.ListDevices, account.Value)
            ).Select(row => row.ToDevice()),
        ];

    /// <inheritdoc/>
    public ValueTask<bool> RevokeDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            async session =>
            {
                if (await RevokeDeviceAsync(session, device, now) is not { } account)
                    return false;
                await RecordAsync(
                    session,
                    account,
                    AuditActors.Console,
                    AuditActs.DeviceRevoked,
                    AuditSubjects.Of(device),
                    now
                );
                return true;
            },
            cancellationToken
        );

    /// <returns>Whose it was; null when there is no such device or it was revoked before.</returns>
    internal static async ValueTask<AccountId?> RevokeDeviceAsync(
        IFactsSession session,
        DeviceId device,
        DateTimeOffset now
    )
    {
        if (
            await session.ScalarAsync<long?>(
                AccountStatements.Revoke,
                device.Value,
                Milliseconds.Of(now)
            )
            is not { } account
        )
            return null;
        await session.ExecuteAsync(AccountStatements.ReleaseLocks, account, device.Value);
        return new(account);
    }

    /// <inheritdoc/>
    public async ValueTask TouchDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            async session =>
            {
                var nowMs = Milliseconds.Of(now);
                if (
                    await session.ScalarAsync<long?>(
                        AccountStatements.TouchFirst,
                        device.Value,
                        nowMs
                    ) is
                    { } account
                )
                    await RecordAsync(
                        session,
                        new(account),
                        AuditActors.Of(device),
                        AuditActs.DeviceFirstUsed,
                        AuditSubjects.Of(device),
                        now
                    );
                else
                    await session.ExecuteAsync(AccountStatements.Touch, device.Value, nowMs);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask NoteSignInAsync(
        AccountId account,
        string way,
        DateTimeOffset now,
        TimeSpan quiet,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            async session =>
            {
                var isDue =
                    await session.CountAsync(
                        AccountStatements.NoteSignIn,
                        account.Value,
                        way,
                        Milliseconds.Of(now),
                        Milliseconds.Of(now - quiet)
                    ) > 0;
                if (isDue)
                    await RecordAsync(
                        session,
                        account,
                        AuditActors.Owner,
                        AuditActs.SignedIn,
                        way,
                        now
                    );
                return isDue;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<SignInTries> FindTriesAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            async session =>
                (
                    await session.FirstAsync<TriesRow>(
                        AccountStatements.FindTries,
                        key.ToArray(),
                        Milliseconds.Of(now)
                    )
                )?.ToTries() ?? default,
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SignInTries>> CountTryAsync(
        IReadOnlyList<TryLimit> limits,
        DateTimeOffset now,
        TimeSpan window,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<IReadOnlyList<SignInTries>>(
            async session =>
            {
                await session.ExecuteAsync(AccountStatements.DropOldTries, Milliseconds.Of(now));
                var counted = new SignInTries[limits.Count];
                for (var i = 0; i < counted.Length; i++)
                    counted[i] = (
                        await session.FirstAsync<TriesRow>(
                            AccountStatements.CountTry,
                            limits[i].Key.ToArray(),
                            Milliseconds.Of(now + window)
                        )
                    )!.ToTries();
                if (limits.Zip(counted).Any(one => one.Second.Failures > one.First.Most))
                {
                    foreach (var (limit, tries) in limits.Zip(counted))
                        await TakeBackTryAsync(session, limit.Key, tries.WindowEnds);
                }
                return counted;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask TakeBackTryAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset windowEnds,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            async session =>
            {
                await TakeBackTryAsync(session, key, windowEnds);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask ForgetTriesAsync(
        ReadOnlyMemory<byte> key,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(AccountStatements.ForgetTries, key.ToArray());
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask NoteWrongPasswordsAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await WriteAsync(
            async session =>
            {
                await RecordAsync(
                    session,
                    account,
                    AuditActors.System,
                    AuditActs.WrongPasswords,
                    subject: null,
                    now
                );
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<ClosedName?> FindClosedAsync(
        ReadOnlyMemory<byte> mac,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            async session =>
                await session.FirstAsync<ClosedNameRow>(
                    AccountStatements.FindClosedName,
                    mac.ToArray(),
                    Milliseconds.Of(now)
                )
                    is { } row
                    ? new ClosedName(row.Password)
                    : null,
            cancellationToken
        );

    /// <summary>Asks one question.</summary>
    private protected abstract ValueTask<T> ReadAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    );

    /// <summary>Runs a command in a transaction. The body may be run again from the start.</summary>
    private protected abstract ValueTask<T> WriteAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    );

    private ValueTask<Account?> FindAsync(
        SharedStatement statement,
        string key,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            async session => (await session.FirstAsync<AccountRow>(statement, key))?.ToAccount(),
            cancellationToken
        );

    private static ValueTask TakeBackTryAsync(
        IFactsSession session,
        ReadOnlyMemory<byte> key,
        DateTimeOffset windowEnds
    ) =>
        session.ExecuteAsync(
            AccountStatements.TakeBackTry,
            key.ToArray(),
            Milliseconds.Of(windowEnds)
        );

    private static ValueTask RecordAsync(
        IFactsSession session,
        AccountId account,
        string actor,
        string act,
        string? subject,
        DateTimeOffset now
    ) =>
        session.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = actor,
                Act = act,
                Subject = subject,
            }
        );

    private sealed class ClosedNameRow
    {
        public string? Password { get; init; }
    }
}
