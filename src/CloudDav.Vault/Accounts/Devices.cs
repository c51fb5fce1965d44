namespace CloudDav.Vault;

/// <summary>Makes devices.</summary>
public static class Devices
{
    /// <summary>What a browser or program calls itself, as it is kept and shown: without control characters, and cut off where it goes on too long. Empty when it does not say.</summary>
    public static string AgentOf(string agent)
    {
        const int most = CustomerDesk.MaxDeviceName;
        var shown = new string([.. agent.Where(character => !char.IsControl(character))]).Trim();
        return shown.Length <= most ? shown
            : char.IsHighSurrogate(shown[most - 1]) ? shown[..(most - 1)]
            : shown[..most];
    }

    /// <summary>What a device is called that a program made for itself: as the program calls itself.</summary>
    public static string NameOf(string agent) =>
        AgentOf(agent) is { Length: > 0 } name ? name : "?";

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
