using System.Collections.Concurrent;
using System.Security.Cryptography;
using CloudDav.Testing;

namespace CloudDav.Vault.Tests;

/// <summary>Plays random sequences against a model until one differs from it.</summary>
internal static class RandomPlay
{
    /// <summary>Whether it is a whole run, and not one while something is worked on.</summary>
    public static bool IsWhole => Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_WHOLE") == "1";

    /// <summary>The first seed and how many: the one that CLOUDDAV_TESTS_SEED asks for, or else as many as <see cref="IsWhole"/> and <see cref="Sizes.AreFull"/> say. On a server they are fewer.</summary>
    /// <param name="few">How many while something is worked on, from the first seed on, always the same.</param>
    /// <param name="whole">How many in a whole run, from the first seed on.</param>
    /// <param name="many">How many with the stated sizes, which are random ones.</param>
    public static (int First, int Count) Choose(int few, int whole, int many)
    {
        if (TestEngine.IsServer)
            (few, whole, many) = (few / 60, few / 60, few);
        var (first, count) =
            Sizes.Seed is { } seed ? (seed, 1)
            : Sizes.AreFull ? (RandomNumberGenerator.GetInt32(1_000_000_000), many)
            : (1, IsWhole ? whole : few);
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
