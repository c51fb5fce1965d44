using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>The people of the demo, password <c>demo</c> each.</summary>
internal static class DemoPeople
{
    private const long GiB = 1L << 30;

    /// <summary>Makes alice, bob and carol where they are missing.</summary>
    /// <returns>True when anybody was made.</returns>
    public static async Task<bool> SeedAsync(
        IAccountStore accounts,
        TimeProvider time,
        int passwordIterations,
        CancellationToken cancellationToken
    )
    {
        var alice = await accounts.FindAccountAsync("alice", cancellationToken);
        if (
            alice is not null
            && await accounts.FindAccountAsync("carol", cancellationToken) is not null
        )
            return false;
        var hash = PasswordHash.Create("demo", passwordIterations);
        alice ??= await AddAsync("alice", 50 * GiB, null);
        await AddAsync("bob", 5 * GiB, alice!.Id);
        await AddAsync("carol", 50 * GiB, null);
        return true;

        async Task<Account?> AddAsync(string name, long capacity, AccountId? householdOwner) =>
            await accounts.AddAccountAsync(
                new NewAccount
                {
                    Name = name,
                    CapacityBytes = capacity,
                    HouseholdOwner = householdOwner,
                    PasswordHash = hash,
                },
                time.GetUtcNow(),
                cancellationToken
            );
    }
}
