using System.Collections.Concurrent;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;
using CloudDav.WebDav;

namespace CloudDav.Server.Tests.Model;

/// <summary>
/// Random sequences of requests by two principals against the server and against a simple model of a WebDAV tree: every status must be one the
/// model allows, and every tree the model's. Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class ModelTests(SharedCloud cloud) : CloudTests(cloud)
{
    private const int Steps = 40;

    [Fact]
    [Trait("Size", "Large")]
    public async Task Random_sequences_do_what_a_simple_model_of_a_tree_does()
    {
        var count = Sizes.Pick(2_000, 50_000);
        var first =
            Sizes.Seed
            ?? System.Security.Cryptography.RandomNumberGenerator.GetInt32(1_000_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {first} to {first + count - 1}");
        if (Sizes.Seed is not null)
            count = 1;
        if (await FindDifferenceAsync(Cloud, first, count) is { } found)
            Assert.Fail($"CLOUDDAV_TESTS_SEED={found.Seed}\n{found.Story}");
    }

    /// <summary>A test that cannot fail proves nothing: each of these bugs must be found.</summary>
    [Theory]
    [InlineData("a lost lock check")]
    [InlineData("a wrong overwrite")]
    [InlineData("a stale quota")]
    public async Task A_planted_bug_is_found(string bug)
    {
        await using var own = await OwnCloud.StartAsync(o =>
            o.Decorate = store => Plant(bug, store)
        );
        var found = await FindDifferenceAsync(own, first: 1, count: 100);
        Assert.NotNull(found);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {found.Value.Seed}\n{found.Value.Story}"
        );
    }

    private static DelegatingDavStore Plant(string bug, IDavStore store) =>
        bug switch
        {
            "a lost lock check" => new LosesLockChecks(store),
            "a wrong overwrite" => new OverwritesWrongly(store),
            "a stale quota" => new ShowsStaleQuota(store),
            _ => throw new ArgumentException(bug, nameof(bug)),
        };

    private static async Task<(int Seed, string Story)?> FindDifferenceAsync(
        TestCloud cloud,
        int first,
        int count
    )
    {
        var seeds = new ConcurrentQueue<int>(Enumerable.Range(first, count));
        (int Seed, string Story)? found = null;
        // More sequences than cores at once, because each waits for the disk.
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    while (found is null && seeds.TryDequeue(out var seed))
                        if (await PlayAsync(cloud, seed, compareEvery: 10) is { } story)
                            found = (
                                seed,
                                // Once more, looking after every step, to tell where it went wrong.
                                await PlayAsync(cloud, seed, compareEvery: 1) ?? story
                            );
                })
        );
        return found;
    }

    private static async Task<string?> PlayAsync(TestCloud cloud, int seed, int compareEvery)
    {
        var withProperties = seed % 2 == 0;
        var capacity = withProperties ? 1_000_000_000 : 400 + (seed % 7 * 20_000);
        var a = await cloud.NewTreeAsync(capacity);
        var b = await cloud.OtherPrincipalAsync(a);
        await using var run = new ModelRun(seed, a, b, capacity, withProperties);
        return await run.PlayAsync(Steps, compareEvery);
    }
}
