using System.Net.Sockets;
using System.Text;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.BadInput;

/// <summary>Sends requests that are almost right, and fails when one of them is answered with the server's own fault.</summary>
internal static class Fuzzing
{
    /// <summary>What is asked of a tree.</summary>
    public static readonly string[] Methods =
    [
        "OPTIONS",
        "GET",
        "HEAD",
        "PUT",
        "DELETE",
        "MKCOL",
        "COPY",
        "MOVE",
        "PROPFIND",
        "PROPPATCH",
        "LOCK",
        "UNLOCK",
        "PATCH",
        "POST",
        "REPORT",
    ];

    // Where a bent head promises a body that is longer, the server waits for it and the test for the server.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

#pragma warning disable CA5394 // Reproducible, not secret.
    /// <summary>Sends requests, over four connections at a time. Again with CLOUDDAV_TESTS_SEED set to the seed that is told.</summary>
    /// <param name="port">Where to.</param>
    /// <param name="count">How many.</param>
    /// <param name="next">Makes one: its method and its bytes.</param>
    public static async Task RunAsync(
        int port,
        int count,
        Func<Random, (string Method, byte[] Message)> next
    )
    {
        const int Workers = 4;
        var seed =
            Sizes.Seed
            ?? System.Security.Cryptography.RandomNumberGenerator.GetInt32(1_000_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"CLOUDDAV_TESTS_SEED={seed}");
        await Task.WhenAll(
            Enumerable
                .Range(0, Workers)
                .Select(worker => RunAsync(port, seed + worker, count / Workers, next))
        );
    }

    // One after the other, over another connection where the server closed the last.
    private static async Task RunAsync(
        int port,
        int seed,
        int count,
        Func<Random, (string Method, byte[] Message)> next
    )
    {
        var random = new Random(seed);
        WireConnection? connection = null;
        try
        {
            for (var i = 0; i < count; i++)
            {
                var (method, message) = next(random);
                try
                {
                    connection ??= await WireConnection.OpenAsync(port, patience: s_patience);
                    await connection.SendAsync(message);
                    var answer = await connection.ReadAsync(method);
                    while (answer.Status is >= 100 and < 200)
                        answer = await connection.ReadAsync(method);
                    if (answer.Status >= 500 && answer.Status is not (501 or 502 or 505 or 507))
                        Assert.Fail(
                            $"seed {seed}, request {i}:\n{Encoding.Latin1.GetString(message)}\n\n{answer}"
                        );
                    if (answer["Connection"] is not "close")
                        continue;
                }
                catch (Exception e)
                    when (e is IOException or SocketException or FormatException or TimeoutException
                    )
                {
                    // Bent framing: the server closed, or the two sides no longer agree where a message ends.
                }
                if (connection is not null)
                    await connection.DisposeAsync();
                connection = null;
            }
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync();
        }
    }

    /// <summary>Changes some of the bytes.</summary>
    public static void Bend(Random random, ref byte[] bytes)
    {
        var list = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0 && list.Count > 0; i--)
        {
            var at = random.Next(list.Count);
            switch (random.Next(5))
            {
                case 0:
                    list[at] = (byte)random.Next(256);
                    break;
                case 1:
                    list.RemoveAt(at);
                    break;
                case 2:
                    list.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    var length = Math.Min(random.Next(1, 20), list.Count - at);
                    list.InsertRange(at, list.GetRange(at, length));
                    break;
                case 4:
                    list.RemoveRange(at, Math.Min(random.Next(1, 20), list.Count - at));
                    break;
            }
        }
        bytes = [.. list];
    }
#pragma warning restore CA5394
}
