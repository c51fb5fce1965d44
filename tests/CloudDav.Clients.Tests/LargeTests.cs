using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;

namespace CloudDav.Clients.Tests;

/// <summary>Sizes at which a server that keeps content in memory, or walks trees, shows.</summary>
public sealed class LargeTests(ITestOutputHelper output)
{
    private const long MostMemoryBytes = 300 << 20;

    [Fact]
    public async Task A_very_large_PUT_and_GET_stream()
    {
        var size = Repository.IsFull ? 10L << 30 : 1L << 30;
        await using var server = new DemoServer();
        await server.StartAsync();
        using var client = server.Connect();

        using var source = new LargeStream(size);
        using var content = new StreamContent(source, 1 << 20);
        content.Headers.ContentLength = size;
        using var answer = await client.PutAsync("large.bin", content);
        var finished = Stopwatch.GetElapsedTime(source.Ended);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.True(
            finished < TimeSpan.FromSeconds(2),
            $"The answer came {finished} after the last byte"
        );

        using var got = await client.GetAsync(
            "large.bin",
            HttpCompletionOption.ResponseHeadersRead
        );
        Assert.Equal(size, got.Content.Headers.ContentLength);
        await using var body = await got.Content.ReadAsStreamAsync();
        var hash = await SHA256.HashDataAsync(body);
        Assert.Equal(source.Hash, hash);
        var peak = Memory.PeakResidentBytes(server.ProcessId);
        output.WriteLine($"peak resident memory {peak >> 20} MiB");
        Assert.True(peak < MostMemoryBytes, $"The server grew to {peak >> 20} MiB");
    }

    [Fact]
    public async Task COPY_MOVE_and_DELETE_of_a_large_tree_answer_at_once_and_whole()
    {
        var folders = Repository.IsFull ? 100 : 10;
        const int PerFolder = 1000;
        await using var server = new DemoServer();
        await server.StartAsync();
        using var client = server.Connect();
        await SayAsync("MKCOL", "tree/");
        await SayAsync("MKCOL", "tree/f0/");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, PerFolder),
            async (n, token) =>
            {
                using var content = new ByteArrayContent(Tree.Bytes("large tree", 100));
                using var put = await client.PutAsync($"tree/f0/{n:D4}", content, token);
                put.EnsureSuccessStatusCode();
            }
        );
        for (var n = 1; n < folders; n++)
            await SayAsync("COPY", "tree/f0/", $"tree/f{n}/");
        var used = await KillTests.UsedAsync(client);

        await SayAsync("COPY", "tree/", "copy/");
        Assert.Equal(folders * PerFolder, await CountAsync("copy/"));
        var usedTwice = await KillTests.UsedAsync(client);
        Assert.Equal(folders * PerFolder * 100L, usedTwice - used);
        await SayAsync("MOVE", "copy/", "moved/");
        Assert.Equal(folders * PerFolder, await CountAsync("moved/"));
        await SayAsync("DELETE", "moved/");
        Assert.Equal(used, await KillTests.UsedAsync(client));
        Assert.Equal(folders * PerFolder, await CountAsync("tree/"));
        var peak = Memory.PeakResidentBytes(server.ProcessId);
        Assert.True(peak < MostMemoryBytes, $"The server grew to {peak >> 20} MiB");

        async Task SayAsync(string method, string path, string? destination = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (destination is not null)
                request.Headers.Add("Destination", server.Url + destination);
            var started = Stopwatch.GetTimestamp();
            using var answer = await client.SendAsync(request);
            var took = Stopwatch.GetElapsedTime(started);
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode}");
            Assert.True(took < TimeSpan.FromSeconds(5), $"{method} {path} took {took}");
        }

        async Task<int> CountAsync(string path)
        {
            var count = 0;
            for (var n = 0; n < folders; n++)
            {
                using var request = new HttpRequestMessage(
                    new HttpMethod("PROPFIND"),
                    $"{path}f{n}/"
                );
                request.Headers.Add("Depth", "1");
                using var answer = await client.SendAsync(request);
                var body = await answer.Content.ReadAsStringAsync();
                count += body.Split("href>", StringSplitOptions.None).Length / 2 - 1;
            }
            return count;
        }
    }

    /// <summary>A long stream of bytes that do not repeat, with their hash, and the moment its last byte was taken.</summary>
    private sealed class LargeStream(long length) : SourceStream
    {
        private readonly byte[] _block = Tree.Bytes("large", 1 << 20);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(
            HashAlgorithmName.SHA256
        );
        private long _at;

        public long Ended { get; private set; }

        /// <summary>SHA-256 of all of it, once it has been read.</summary>
        public byte[] Hash { get; private set; } = [];

        public override int Read(Span<byte> buffer)
        {
            var within = (int)(_at % _block.Length);
            if (within == 0)
                BitConverter.TryWriteBytes(_block, _at);
            var count = (int)
                Math.Min(Math.Min(buffer.Length, _block.Length - within), length - _at);
            if (count == 0)
                return 0;
            _block.AsSpan(within, count).CopyTo(buffer);
            _hash.AppendData(buffer[..count]);
            _at += count;
            if (_at == length)
                (Ended, Hash) = (Stopwatch.GetTimestamp(), _hash.GetHashAndReset());
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
