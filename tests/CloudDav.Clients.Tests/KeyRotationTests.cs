using System.Collections.Concurrent;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Clients.Tests;

/// <summary>Processes that wrap the keys anew are killed in the middle of it, while a server works with the same keys.</summary>
public sealed class KeyRotationTests(ITestOutputHelper output)
{
    // Enough for a kill to come in the middle; only the demo's own have vaults.
    private const int Keys = 1_000;
    private const int Kills = 2;
    private const int MostTries = 12;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_killed_while_it_wraps_keys_anew_costs_no_key_and_the_next_one_finishes()
    {
        await using var server = new DemoServer();
        await server.StartAsync();
        var folder = Path.Combine(server.Data, "keys");
        var vaults = Enumerable.Range(1, Keys).Select(n => new VaultId(1_000_000 + n)).ToList();
        var before = KeyStore.OpenFolder(folder);
        await Parallel.ForEachAsync(
            vaults,
            Stop,
            async (vault, stop) => _ = await before.CreateAsync(vault, stop)
        );
        using var client = server.Connect();
        var shared = new SharedFile();
        var workers = Enumerable
            .Range(0, 3)
            .Select(n => new KillWorker($"w{n}", 13 * n + 5, shared))
            .ToArray();
        foreach (var worker in workers)
            await worker.MakeFolderAsync(client);
        using var enough = new CancellationTokenSource();
        var load = workers
            .Select(worker => worker.WorkAsync(client, CancellationToken.None, enough.Token))
            .ToArray();

        var killed = 0;
        for (var tries = 0; killed < Kills; tries++)
        {
            Assert.True(tries < MostTries, $"Only {killed} kills came in the middle.");
            _ = KeyStore.AddGeneration(
                new KeyStoreOptions { Folder = folder },
                TimeProvider.System
            );
            if (await KillInTheMiddleAsync(server, folder, Keys * (killed + 1) / (Kills + 1)))
                killed++;
        }
        // Wrapped by several generations now, and every one of them opens.
        var mixed = KeyStore.OpenFolder(folder);
        Assert.True((await mixed.CountAsync(Stop)).Count > 1);
        await AssertWholeAsync(mixed, vaults);
        Assert.DoesNotContain(load, worker => worker.IsCompleted);

        (await server.VerbAsync("keys", "rewrap", "--data", server.Data)).MustSucceed();

        await enough.CancelAsync();
        await Task.WhenAll(load);
        Assert.All(workers, worker => Assert.Null(worker.Complaint));
        Assert.All(workers, worker => Assert.True(worker is { Answered: > 0, Unanswered: 0 }));
        await server.KillAsync();
        // What wrapped them before may go.
        var file = Path.Combine(folder, "master.key");
        var lines = await File.ReadAllLinesAsync(file, Stop);
        await File.WriteAllTextAsync(file, lines[^1] + "\n", Stop);
        var after = KeyStore.OpenFolder(folder);
        Assert.True(Assert.Single(await after.CountAsync(Stop)).IsNewest);
        await AssertWholeAsync(after, vaults);
        await server.StartAsync();
        using var again = server.Connect();
        foreach (var worker in workers)
            Assert.Null(await worker.ReconcileAsync(again));
        Assert.Null(await shared.CheckAsync(again));
        await server.KillAsync();
        (await server.VerbAsync("check", "--deep", "--data", server.Data)).MustSucceed();
        output.WriteLine($"{workers.Sum(worker => worker.Answered)} answered");
    }

    /// <summary>Starts the verb and kills it once it has wrapped so many keys. False when it had ended by then.</summary>
    private static async Task<bool> KillInTheMiddleAsync(
        DemoServer server,
        string folder,
        int wrapped
    )
    {
        var since = TimeProvider.System.GetUtcNow().UtcDateTime;
        using var verb = Command.Start(
            "dotnet",
            [Repository.ServerAssembly, "keys", "rewrap", "--data", server.Data],
            server.Data,
            out var said
        );
        while (
            !verb.HasExited
            && new DirectoryInfo(folder)
                .EnumerateFiles("vault-*.key")
                .Count(key => key.LastWriteTimeUtc >= since) < wrapped
        )
            await Task.Delay(1, Stop);
        verb.Kill();
        await verb.WaitForExitAsync(Stop);
        Assert.True(verb.ExitCode is 0 or 137, Command.Text(said));
        return verb.ExitCode != 0;
    }

    private static async Task AssertWholeAsync(KeyStore keys, IReadOnlyList<VaultId> vaults)
    {
        var lost = new ConcurrentQueue<long>();
        await Parallel.ForEachAsync(
            vaults,
            Stop,
            async (vault, stop) =>
            {
                if (await keys.FindAsync(vault, stop) is null)
                    lost.Enqueue(vault.Value);
            }
        );
        Assert.Empty(lost);
    }
}
