using System.Globalization;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Accounts, made by hand.</summary>
internal static class AccountVerbs
{
    public static async Task<int> AddAsync(
        IConfiguration settings,
        string name,
        string capacity,
        string? householdOwner,
        string? subject,
        CancellationToken stop
    )
    {
        if (SignInName.Problem(name) is { } problem)
            throw new StartProblem(problem);
        var capacityBytes = ParseSize(capacity);
        using var parts = VaultParts.Open(Settings.Folders(settings));
        AccountId? owner = householdOwner is null
            ? null
            : (await DeviceVerbs.RequireAccountAsync(parts, householdOwner, stop)).Id;
        var account = await parts.Accounts.AddAccountAsync(
            new NewAccount
            {
                Name = name,
                CapacityBytes = capacityBytes,
                HouseholdOwner = owner,
                PasswordHash = ReadPassword(settings),
                ExternalSubject = subject,
            },
            TimeProvider.System.GetUtcNow(),
            stop
        );
        if (account is null)
            throw new StartProblem("There is an account with this name or subject.");
        Console.WriteLine($"Account {name} is made.");
        return 0;
    }

    public static async Task<int> SetPasswordAsync(
        IConfiguration settings,
        string name,
        CancellationToken stop
    )
    {
        using var parts = VaultParts.Open(Settings.Folders(settings));
        var account = await DeviceVerbs.RequireAccountAsync(parts, name, stop);
        await parts.Accounts.SetPasswordAsync(
            account.Id,
            ReadPassword(settings),
            TimeProvider.System.GetUtcNow(),
            stop
        );
        Console.WriteLine(
            "The password is set. Whoever was signed in with the old one is signed out."
        );
        return 0;
    }

    public static async Task<int> RemoveSecondFactorAsync(
        IConfiguration settings,
        string name,
        CancellationToken stop
    )
    {
        using var parts = VaultParts.Open(Settings.Folders(settings));
        var account = await DeviceVerbs.RequireAccountAsync(parts, name, stop);
        var removed = await SecondFactorDesk.RemoveAsync(
            parts.Contracts,
            account.Id,
            TimeProvider.System.GetUtcNow(),
            stop
        );
        Console.WriteLine(
            removed.Value
                ? "The password takes no code any more. Whoever was signed in is signed out."
                : "The password takes no code."
        );
        return 0;
    }

    private static string? ReadPassword(IConfiguration settings)
    {
        if (!Console.IsInputRedirected)
            Console.Error.Write("Password: ");
        var password = Console.ReadLine();
        if (string.IsNullOrEmpty(password))
            return null;
        if (AppPassword.TryParse(password, out _))
            throw new StartProblem("This looks like an app password; choose another.");
        var signIn = settings.GetSection(SignInOptions.Section).Get<SignInOptions>() ?? new();
        return PasswordHash.Create(password, signIn.PasswordIterations);
    }

    private static long ParseSize(string text)
    {
        ReadOnlySpan<(string Unit, int Shift)> units =
        [
            ("TiB", 40),
            ("GiB", 30),
            ("MiB", 20),
            ("KiB", 10),
            ("", 0),
        ];
        foreach (var (unit, shift) in units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            if (
                long.TryParse(
                    text.AsSpan(0, text.Length - unit.Length).Trim(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number <= long.MaxValue >> shift
            )
                return number << shift;
            break;
        }
        throw new StartProblem(
            $"--capacity takes bytes, or a number with KiB, MiB, GiB or TiB, not '{text}'."
        );
    }
}
