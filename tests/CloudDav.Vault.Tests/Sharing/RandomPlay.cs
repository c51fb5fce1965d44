using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>Plays random sequences against a model until one differs from it.</summary>
internal static class RandomPlay
{
    private static bool IsFull => Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_FULL") == "1";

    // Set by tests/run; without it the tests are those that somebody waits for.
    private static bool IsRun => Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_RUN") == "1";

    private static int? Seed =>
        int.TryParse(
            Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_SEED"),
            CultureInfo.InvariantCulture,
            out var seed
        )
            ? seed
            : null;

    /// <summary>The first seed and how many: a random one, which is printed, or the one that CLOUDDAV_TESTS_SEED asks for again.</summary>
    public static (int First, int Count) Choose()
    {
        var count =
            Seed is not null ? 1
            : IsFull ? 50_000
            : IsRun ? 5_000
            : 400;
        var first = Seed ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {first} to {first + count - 1}");
        return (first, count);
    }

    /// <summary>What the first sequence that differs tells; null when none does.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many seeds.</param>
    /// <param name="players">Each plays the sequence of a seed, one at a time.</param>
    public static async Task<string?> FindDifferenceAsync(
        int first,
        int count,
        IReadOnlyList<Func<int, Task<string?>>> players
    )
    {
        var seeds = new ConcurrentQueue<int>(Enumerable.Range(first, count));
        string? found = null;
        await Task.WhenAll(
            players.Select(play =>
                Task.Run(async () =>
                {
                    while (found is null && seeds.TryDequeue(out var seed))
                        if (await play(seed) is { } difference)
                            found = difference;
                })
            )
        );
        return found;
    }
}
