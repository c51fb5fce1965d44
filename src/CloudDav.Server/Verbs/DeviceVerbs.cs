using System.Globalization;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>App passwords, made, listed and revoked by hand. The server may be running.</summary>
internal static class DeviceVerbs
{
    public static async Task<int> AddAsync(
        StorageOptions folders,
        string user,
        string name,
        CancellationToken stop
    )
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 200 || name.Any(char.IsControl))
            throw new StartProblem("--name takes 1 to 200 characters, without control characters.");
        using var parts = VaultParts.Open(folders);
        var account = await RequireAccountAsync(parts, user, stop);
        var (device, password) = await Devices.AddAsync(
            parts.Accounts,
            account.Id,
            name,
            TimeProvider.System.GetUtcNow(),
            stop
        );
        Console.WriteLine(
            $"""
            Device {Text(device.Value)} of {account.Name}: {name}
            App password, shown this once: {password.Reveal()}
            """
        );
        return 0;
    }

    public static async Task<int> ListAsync(
        StorageOptions folders,
        string user,
        CancellationToken stop
    )
    {
        using var parts = VaultParts.Open(folders);
        var account = await RequireAccountAsync(parts, user, stop);
        var devices = await parts.Accounts.ListDevicesAsync(account.Id, stop);
        if (devices.Count == 0)
        {
            Console.WriteLine($"{account.Name} has no devices.");
            return 0;
        }
        Console.WriteLine(
            $"{"ID", 6}  {"CREATED", -16}  {"LAST USED", -16}  {"REVOKED", -16}  NAME"
        );
        foreach (var device in devices)
            Console.WriteLine(
                $"{Text(device.Id.Value), 6}  {Text(device.Created), -16}  {Text(device.LastUsed), -16}  {Text(device.Revoked), -16}  {device.Name}"
            );
        return 0;
    }

    public static async Task<int> RevokeAsync(
        StorageOptions folders,
        DeviceId device,
        CancellationToken stop
    )
    {
        using var parts = VaultParts.Open(folders);
        if (!await parts.Accounts.RevokeDeviceAsync(device, TimeProvider.System.GetUtcNow(), stop))
            throw new StartProblem(
                $"There is no device {Text(device.Value)}, or it was revoked before."
            );
        Console.WriteLine(
            $"Device {Text(device.Value)} is revoked: its next request is refused, and its locks are released."
        );
        return 0;
    }

    public static async Task<Account> RequireAccountAsync(
        VaultParts parts,
        string user,
        CancellationToken stop
    ) =>
        await parts.Accounts.FindAccountAsync(SignInName.Key(user), stop)
        ?? throw new StartProblem($"There is no account {user}.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-";
}
