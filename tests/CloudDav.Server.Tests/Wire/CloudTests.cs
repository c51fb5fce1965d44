using System.Globalization;
using CloudDav.Server.Tests.Wire;

[assembly: AssemblyFixture(typeof(SharedCloud))]
[assembly: AssemblyFixture(typeof(SqlServerCloud))]

namespace CloudDav.Server.Tests.Wire;

/// <summary>What tests over the shared server have in common.</summary>
public abstract class CloudTests(SharedCloud cloud)
{
    private protected TestCloud Cloud { get; } = cloud.Cloud;

    private protected Task<WireClient> NewTreeAsync(long capacity = TestCloud.Plenty) =>
        Cloud.NewTreeAsync(capacity);

    /// <summary>Used and available bytes as the server shows them.</summary>
    private protected static async Task<(long Used, long Available)> QuotaAsync(
        WireClient tree,
        string path = "/"
    )
    {
        var entry = (
            await tree.PropfindAsync(
                path,
                "0",
                DavWords.Propfind(
                    DavWords.Name("quota-used-bytes"),
                    DavWords.Name("quota-available-bytes")
                )
            )
        )
            .Multistatus
            .Single;
        return (
            long.Parse(entry.Value("quota-used-bytes")!, CultureInfo.InvariantCulture),
            long.Parse(entry.Value("quota-available-bytes")!, CultureInfo.InvariantCulture)
        );
    }

    /// <summary>Makes a folder (with those above it) and fills it with small files, as fast as several connections can.</summary>
    private protected static async Task FillAsync(
        WireClient tree,
        string folder,
        int count,
        Func<int, string>? name = null
    )
    {
        for (var end = folder.IndexOf('/', 1); end > 0; end = folder.IndexOf('/', end + 1))
            (await tree.MkcolAsync(folder[..end])).Expect(201, 405);
        (await tree.MkcolAsync(folder)).Expect(201, 405);
        var next = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    await using var client = tree.As(null);
                    for (
                        var i = Interlocked.Increment(ref next) - 1;
                        i < count;
                        i = Interlocked.Increment(ref next) - 1
                    )
                        (
                            await client.PutAsync(
                                $"{folder}/{name?.Invoke(i) ?? $"file-{i:D6}.txt"}",
                                $"{i}"
                            )
                        ).Expect(201);
                })
        );
    }

    private protected static Task<WireResponse> ChunkedPutAsync(
        WireClient tree,
        string path,
        IEnumerable<byte[]> chunks,
        params (string, string)[] headers
    ) => ChunkedAsync(tree, "PUT", path, chunks, headers);

    /// <summary>Sends a body in these chunks over a connection of its own.</summary>
    private protected static async Task<WireResponse> ChunkedAsync(
        WireClient tree,
        string method,
        string path,
        IEnumerable<byte[]> chunks,
        params (string, string)[] headers
    )
    {
        await using var connection = await WireConnection.OpenAsync(
            tree.Port,
            patience: tree.Patience
        );
        await connection.SendAsync(
            tree.Compose(method, path, null, [("Transfer-Encoding", "chunked"), .. headers])
        );
        foreach (var chunk in chunks.Where(chunk => chunk.Length > 0))
        {
            await connection.SendAsync($"{chunk.Length:X}\r\n");
            await connection.SendAsync(chunk);
            await connection.SendAsync("\r\n");
        }
        await connection.SendAsync("0\r\n\r\n");
        return await connection.ReadAsync(method);
    }

    /// <summary>Waits a moment for something that happens after an answer, such as the end of a cut upload.</summary>
    private protected static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await condition())
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.Fail("It did not happen within 5 seconds.");
    }
}
