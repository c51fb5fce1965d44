namespace CloudDav.Vault;

/// <summary>Makes devices.</summary>
public static class Devices
{
    /// <summary>Adds a device with a fresh app password, which is returned here and kept nowhere.</summary>
    public static async ValueTask<(DeviceId Device, AppPassword Password)> AddAsync(
        IAccountStore accounts,
        AccountId account,
        string name,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var password = AppPassword.New();
            var device = await accounts.AddDeviceAsync(
                account,
                name,
                password.Selector,
                password.SecretHash,
                now,
                cancellationToken
            );
            // A selector that another device of the account has: one in a million.
            if (device is { } id)
                return (id, password);
        }
    }
}
