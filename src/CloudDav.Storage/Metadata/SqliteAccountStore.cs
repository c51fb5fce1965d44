using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>Accounts, devices and sign-in tries on SQLite.</summary>
/// <param name="database">The metadata.</param>
public sealed class SqliteAccountStore(SqliteDatabase database) : IAccountStore
{
    /// <inheritdoc/>
    public ValueTask<Account?> FindAccountAsync(
        string nameKey,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session
                    .Connection.QueryFirstOrDefault<AccountRow>(
                        AccountSql.FindByName,
                        new { nameKey }
                    )
                    ?.ToAccount(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<Account?> FindBySubjectAsync(
        string subject,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session
                    .Connection.QueryFirstOrDefault<AccountRow>(
                        AccountSql.FindBySubject,
                        new { subject }
                    )
                    ?.ToAccount(),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<DeviceCredential?> FindDeviceAsync(
        string nameKey,
        string selector,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                session
                    .Connection.QueryFirstOrDefault<CredentialRow>(
                        AccountSql.FindCredential,
                        new { nameKey, selector }
                    )
                    ?.ToCredential(),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<Account?> AddAccountAsync(
        NewAccount account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session => AddAccount(database, session, account, now),
            cancellationToken
        );

    /// <summary>Makes an account with its vault, within a command.</summary>
    internal static Account? AddAccount(
        SqliteDatabase database,
        SqliteSession session,
        NewAccount account,
        DateTimeOffset now
    )
    {
        var nameKey = SignInName.Key(account.Name);
        var isTaken = session.Connection.ExecuteScalar<bool>(
            AccountSql.IsTaken,
            new { nameKey, subject = account.ExternalSubject }
        );
        if (isTaken)
            return null;
        var vault = VaultCreation.Create(
            database,
            session,
            account.Name,
            account.CapacityBytes,
            caseInsensitive: true,
            now.ToUnixTimeMilliseconds()
        );
        var id = session[SqliteSql.AllocateAccountId].RunForInt64() - 1;
        session.Connection.Execute(
            AccountSql.Insert,
            new
            {
                id,
                name = account.Name,
                nameKey,
                vault,
                owner = account.HouseholdOwner?.Value,
                passwordHash = account.PasswordHash,
                subject = account.ExternalSubject,
                now = now.ToUnixTimeMilliseconds(),
            }
        );
        SqliteJournal.Append(
            session,
            new AuditEntry
            {
                Chain = new AuditChainId(id),
                At = now,
                Actor = account.MadeBy,
                Act = AuditActs.AccountCreated,
            }
        );
        return new Account(
            new AccountId(id),
            account.Name,
            new VaultId(vault),
            account.PasswordHash,
            CredentialVersion: 1,
            IsDisabled: false
        );
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetPasswordAsync(
        AccountId account,
        string? passwordHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                if (!SetPassword(session, account, passwordHash))
                    return false;
                Record(
                    session,
                    account,
                    AuditActors.Console,
                    passwordHash is null ? AuditActs.PasswordRemoved : AuditActs.PasswordSet,
                    null,
                    now
                );
                return true;
            },
            cancellationToken
        );

    internal static bool SetPassword(
        SqliteSession session,
        AccountId account,
        string? passwordHash
    ) =>
        session.Connection.Execute(
            AccountSql.SetPassword,
            new { account = account.Value, passwordHash }
        ) > 0;

    /// <inheritdoc/>
    public async ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var hash = secretHash.ToArray();
        return await database.WriteAsync(
            session =>
            {
                var added = AddDevice(session, account, name, selector, hash, now);
                if (added is { } device)
                    Record(
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
    }

    internal static DeviceId? AddDevice(
        SqliteSession session,
        AccountId account,
        string name,
        string selector,
        byte[] hash,
        DateTimeOffset now
    ) =>
        session.Connection.ExecuteScalar<long?>(
            AccountSql.InsertDevice,
            new
            {
                account = account.Value,
                selector,
                hash,
                name,
                now = now.ToUnixTimeMilliseconds(),
            }
        )
            is { } device
            ? new DeviceId(device)
            : null;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        AccountId account,
        CancellationToken cancellationToken
    ) => database.ReadAsync(session => ListDevices(session, account), cancellationToken);

    internal static IReadOnlyList<Device> ListDevices(SqliteSession session, AccountId account) =>
        [
            .. session
                .Connection.Query<DeviceRow>(
                    AccountSql.ListDevices,
                    new { account = account.Value }
                )
                .Select(row => row.ToDevice()),
        ];

    /// <inheritdoc/>
    public async ValueTask<bool> RevokeDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                if (RevokeDevice(session, device, now) is not { } account)
                    return false;
                Record(
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
    internal static AccountId? RevokeDevice(
        SqliteSession session,
        DeviceId device,
        DateTimeOffset now
    )
    {
        var facts = new { device = device.Value, now = now.ToUnixTimeMilliseconds() };
        if (session.Connection.ExecuteScalar<long?>(AccountSql.Revoke, facts) is not { } account)
            return null;
        session.Connection.Execute(AccountSql.ReleaseLocks, facts);
        return new(account);
    }

    /// <inheritdoc/>
    public async ValueTask TouchDeviceAsync(
        DeviceId device,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
            {
                var facts = new { device = device.Value, now = now.ToUnixTimeMilliseconds() };
                if (
                    session.Connection.ExecuteScalar<long?>(AccountSql.FindUnused, facts) is
                    { } account
                )
                    Record(
                        session,
                        new(account),
                        AuditActors.Of(device),
                        AuditActs.DeviceFirstUsed,
                        AuditSubjects.Of(device),
                        now
                    );
                return session.Connection.Execute(AccountSql.Touch, facts);
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
        await database.WriteAsync(
            session =>
            {
                var isDue = session.Connection.Execute(
                    AccountSql.NoteSignIn,
                    new
                    {
                        account = account.Value,
                        way,
                        now = now.ToUnixTimeMilliseconds(),
                        before = (now - quiet).ToUnixTimeMilliseconds(),
                    }
                );
                if (isDue > 0)
                    Record(session, account, AuditActors.Owner, AuditActs.SignedIn, way, now);
                return isDue;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<SignInTries> FindTriesAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var triesKey = key.ToArray();
        return database.ReadAsync(
            session =>
                session
                    .Connection.QueryFirstOrDefault<TriesRow>(
                        AccountSql.FindTries,
                        new { triesKey, now = now.ToUnixTimeMilliseconds() }
                    )
                    ?.ToTries()
                ?? default,
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask<SignInTries> CountFailureAsync(
        ReadOnlyMemory<byte> key,
        DateTimeOffset now,
        TimeSpan window,
        AccountId? account,
        int burst,
        CancellationToken cancellationToken
    )
    {
        var facts = new
        {
            triesKey = key.ToArray(),
            now = now.ToUnixTimeMilliseconds(),
            ends = (now + window).ToUnixTimeMilliseconds(),
        };
        return await database.WriteAsync(
            session =>
            {
                session.Connection.Execute(AccountSql.DropOldTries, facts);
                var tries = session
                    .Connection.QueryFirst<TriesRow>(AccountSql.CountFailure, facts)
                    .ToTries();
                if (account is { } tried && tries.Failures == burst)
                    Record(session, tried, AuditActors.System, AuditActs.WrongPasswords, null, now);
                return tries;
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask ForgetFailuresAsync(
        ReadOnlyMemory<byte> key,
        CancellationToken cancellationToken
    )
    {
        var triesKey = key.ToArray();
        await database.WriteAsync(
            session => session.Connection.Execute(AccountSql.ForgetTries, new { triesKey }),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask<ClosedName?> FindClosedAsync(
        ReadOnlyMemory<byte> mac,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
            {
                var statement = session[DestructionSql.FindClosedName]
                    .Bind(1, mac.ToArray())
                    .Bind(2, now.ToUnixTimeMilliseconds());
                if (!statement.Step())
                    return null;
                var found = new ClosedName(statement.NullableText(0));
                statement.Reset();
                return found;
            },
            cancellationToken
        );

    private static void Record(
        SqliteSession session,
        AccountId account,
        string actor,
        string act,
        string? subject,
        DateTimeOffset now
    ) =>
        SqliteJournal.Append(
            session,
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = actor,
                Act = act,
                Subject = subject,
            }
        );

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    internal sealed class AccountRow
    {
        public long AccountId { get; init; }
        public string Name { get; init; } = "";
        public long VaultId { get; init; }
        public string? PasswordHash { get; init; }
        public long CredentialVersion { get; init; }
        public bool IsDisabled { get; init; }
        public long? TokensFrom { get; init; }

        public Account ToAccount() =>
            new(new(AccountId), Name, new(VaultId), PasswordHash, CredentialVersion, IsDisabled)
            {
                TokensFrom = TokensFrom is { } from ? Time(from) : null,
            };
    }

    private sealed class CredentialRow
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
                LastUsed is { } used ? Time(used) : null
            );
    }

    internal sealed class DeviceRow
    {
        public long DeviceId { get; init; }
        public string Name { get; init; } = "";
        public long Created { get; init; }
        public long? LastUsed { get; init; }
        public long? Revoked { get; init; }

        public Device ToDevice() =>
            new(
                new(DeviceId),
                Name,
                Time(Created),
                LastUsed is { } used ? Time(used) : null,
                Revoked is { } revoked ? Time(revoked) : null
            );
    }

    private sealed class TriesRow
    {
        public long Failures { get; init; }
        public long WindowEnds { get; init; }

        public SignInTries ToTries() => new((int)Failures, Time(WindowEnds));
    }
}
