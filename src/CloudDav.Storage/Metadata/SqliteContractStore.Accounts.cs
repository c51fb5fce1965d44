using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

// People, their devices and what their vaults hold, beside the facts of their contracts.
internal partial class SqliteContracts
{
    public ValueTask<bool> IsSignedInAsync(Actor actor) =>
        new(
            Scalar<bool>(
                AccountSql.IsSignedIn,
                new
                {
                    account = actor.Account.Value,
                    version = actor.CredentialVersion,
                    device = actor.Device?.Value,
                }
            )
        );

    public ValueTask<VaultUsage?> MeasureVaultAsync(AccountId account, DateTimeOffset now) =>
        new(
            First<VaultUsage>(
                AccountSql.MeasureVault,
                new { account = account.Value, now = now.ToUnixTimeMilliseconds() }
            )
        );

    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(AccountId account) =>
        new(SqliteAccountStore.ListDevices(Session, account));

    public ValueTask<Device?> FindDeviceAsync(AccountId account, DeviceId device) =>
        new(
            First<SqliteAccountStore.DeviceRow>(
                AccountSql.FindDeviceOf,
                new { account = account.Value, device = device.Value }
            )
                ?.ToDevice()
        );

    public ValueTask<int> CountDevicesAsync(AccountId account) =>
        new(Scalar<int>(AccountSql.CountDevices, new { account = account.Value }));

    public ValueTask<IReadOnlyList<RegisterEntry>> ListCommonEntriesAsync(string registerName) =>
        new([
            .. All<EntryRow>(ContractSql.ListCommonEntries, new { register = registerName })
                .Select(row => row.ToEntry()),
        ]);

    public ValueTask<AccountId?> FindTakeBackCredentialAsync(
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now
    ) =>
        new(
            Scalar<long?>(
                AccountSql.FindCredentialOwner,
                new { hash = tokenHash.ToArray(), now = now.ToUnixTimeMilliseconds() }
            )
                is { } account
                ? new AccountId(account)
                : null
        );
}

internal sealed partial class SqliteContractChanges
{
    public ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now
    ) =>
        new(
            SqliteAccountStore.AddDevice(
                Session,
                account,
                name,
                selector,
                secretHash.ToArray(),
                now
            )
        );

    public ValueTask RenameDeviceAsync(DeviceId device, string name)
    {
        Change(AccountSql.RenameDevice, new { device = device.Value, name });
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RevokeDeviceAsync(DeviceId device, DateTimeOffset now) =>
        new(SqliteAccountStore.RevokeDevice(Session, device, now) is not null);

    public ValueTask SetPasswordAsync(AccountId account, string? passwordHash)
    {
        SqliteAccountStore.SetPassword(Session, account, passwordHash);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> SignOutEverywhereAsync(AccountId account, DateTimeOffset now)
    {
        var facts = new { account = account.Value, now = Ms(now) };
        var revoked = Change(AccountSql.RevokeAll, facts);
        Change(AccountSql.SignOut, facts);
        Change(AccountSql.ReleaseAllLocks, facts);
        Change(AccountSql.DropCredentials, facts);
        return new(revoked);
    }

    public ValueTask AddTakeBackCredentialAsync(
        AccountId account,
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now,
        DateTimeOffset expires
    )
    {
        var facts = new
        {
            account = account.Value,
            hash = tokenHash.ToArray(),
            now = Ms(now),
            expires = Ms(expires),
        };
        Change(AccountSql.DropOldCredentials, facts);
        Change(AccountSql.DropCredentials, facts);
        Change(AccountSql.AddCredential, facts);
        return ValueTask.CompletedTask;
    }

    public ValueTask DropTakeBackCredentialsAsync(AccountId account)
    {
        Change(AccountSql.DropCredentials, new { account = account.Value });
        return ValueTask.CompletedTask;
    }

    private int Change(string sql, object parameters) =>
        Session.Connection.Execute(sql, parameters);
}
