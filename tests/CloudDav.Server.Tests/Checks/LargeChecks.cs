using System.Diagnostics;
using System.Security.Cryptography;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Sizes at which memory and time tell whether the server streams.</summary>
[Collection(Alone.Name)]
public sealed class LargeChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    [Trait("Size", "Large")]
    public async Task C54_A_huge_folder_lists_soon_whole_and_in_bounded_memory()
    {
        var count = Sizes.Pick(10_000, 50_000);
        await using var tree = await NewTreeAsync();
        await FillAsync(tree, "/huge", count);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var connection = await WireConnection.OpenAsync(tree.Port, 64 * 1024);
        var time = Stopwatch.StartNew();
        await connection.SendAsync(tree.Compose("PROPFIND", "/huge", 0, ("Depth", "1")));
        Assert.True(await connection.HasDataWithinAsync(TimeSpan.FromSeconds(20)));
        var first = time.Elapsed;
        // Nothing is read yet, so all that the listing costs is the server's.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 32 * 1024 * 1024, $"{grown} bytes are held for a client that waits");
        var answer = await connection.ReadAsync("PROPFIND");
        Assert.True(first < TimeSpan.FromSeconds(5), $"the first byte took {first}");
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(60), $"all took {time.Elapsed}");
        Assert.Equal(count + 1, answer.Multistatus.Entries.Count);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task C75_A_huge_PUT_streams_and_is_answered_soon_after_its_last_byte()
    {
        var length = Sizes.Pick(512L, 10L * 1024) * 1024 * 1024;
        // On a disk: the stated size may not fit in memory.
        var folder = Directory.CreateTempSubdirectory("clouddav-huge-").FullName;
        try
        {
            await using var own = await OwnCloud.StartAsync(o => o.Folder = folder);
            await using var tree = await own.NewTreeAsync(length + 1_000_000);
            await PutHugeAsync(tree, length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PutHugeAsync(WireClient tree, long length)
    {
        var block = RandomNumberGenerator.GetBytes(1024 * 1024);
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        var before = process.WorkingSet64;
        var peak = 0L;
        await using var connection = await WireConnection.OpenAsync(tree.Port);
        await connection.SendAsync(tree.Compose("PUT", "/huge", length));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var sent = 0L; sent < length; sent += block.Length)
        {
            BitConverter.TryWriteBytes(block, sent);
            hash.AppendData(block);
            await connection.SendAsync(block);
            if (sent % (64 * 1024 * 1024) == 0)
            {
                process.Refresh();
                peak = Math.Max(peak, process.WorkingSet64);
            }
        }
        var after = Stopwatch.StartNew();
        (await connection.ReadAsync("PUT")).Expect(201);
        Assert.True(after.Elapsed < TimeSpan.FromSeconds(2), $"the answer took {after.Elapsed}");
        Assert.True(
            peak - before < 300L * 1024 * 1024,
            $"grew from {before} to {peak} bytes while streaming"
        );
        // The last block reads back.
        var tail = (
            await tree.GetAsync("/huge", ("Range", $"bytes={length - block.Length}-"))
        ).Expect(206);
        Assert.Equal(block, tail.Body);
        Assert.Equal(length, (await QuotaAsync(tree)).Used);
        (await tree.DeleteAsync("/huge")).Expect(204);
    }
}
