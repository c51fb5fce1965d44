using CloudDav.Testing;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>
/// Devices of one person that write, copy and delete without a pause, each a few files in a folder of its own. Every version is so many bytes of one value as that value says,
/// so that a torn one shows.
/// </summary>
internal sealed class Writers : IDisposable
{
    private readonly CloudDavHost _host;
    private readonly int _files;
    private readonly CancellationTokenSource _ends;
    private readonly Task[] _writers;
    private int _written;

    /// <param name="host">The server they write to.</param>
    /// <param name="writers">How many they are.</param>
    /// <param name="files">How many files each has, at most.</param>
    /// <param name="stop">Ends them too.</param>
    public Writers(CloudDavHost host, int writers, int files, CancellationToken stop)
    {
        (_host, _files) = (host, files);
        _ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _writers = [.. Enumerable.Range(0, writers).Select(WriteAsync)];
    }

    /// <summary>The folder and the name of all the files that may be there.</summary>
    public IEnumerable<(string Folder, string Name)> Files =>
        from writer in Enumerable.Range(0, _writers.Length)
        from file in Enumerable.Range(0, _files)
        select ($"w{writer}", $"{file}");

    /// <summary>Fails when a content is not the whole of one version.</summary>
    public static void AssertWhole(byte[] content)
    {
        Assert.Equal(LengthOf(content[0]), content.Length);
        Assert.Equal(-1, content.AsSpan().IndexOfAnyExcept(content[0]));
    }

    /// <summary>Fails when one of them gave up.</summary>
    public void AssertAtWork() => Assert.DoesNotContain(_writers, writer => writer.IsCompleted);

    /// <summary>Waits until they wrote so many files more.</summary>
    public async Task UntilMoreAsync(int files)
    {
        var enough = Volatile.Read(ref _written) + files;
        while (Volatile.Read(ref _written) < enough)
        {
            AssertAtWork();
            await Task.Delay(5, _ends.Token);
        }
    }

    /// <summary>Lets them finish what they do; fails when one of them failed.</summary>
    public async Task EndAsync()
    {
        await _ends.CancelAsync();
        await Task.WhenAll(_writers);
    }

    public void Dispose()
    {
        _ends.Cancel();
        _ends.Dispose();
    }

    private static int LengthOf(byte value) => value * 811 % 150_000 + 1;

    private async Task WriteAsync(int writer)
    {
        var ends = _ends.Token;
        using var client = _host.Client();
        var random = new Random(writer);
        Assert.Equal(201, (await client.MkcolAsync($"/dav/w{writer}")).Status);
        while (!ends.IsCancellationRequested)
        {
            var file = $"/dav/w{writer}/{random.Next(_files)}";
            switch (random.Next(6))
            {
                case 0:
                    await client.DeleteAsync(file);
                    break;
                case 1:
                    await client.CopyAsync(file, $"/dav/w{writer}/{random.Next(_files)}");
                    break;
                default:
                    var value = (byte)random.Next(256);
                    var bytes = new byte[LengthOf(value)];
                    Array.Fill(bytes, value);
                    Assert.InRange((await client.PutAsync(file, bytes)).Status, 201, 204);
                    Interlocked.Increment(ref _written);
                    break;
            }
        }
    }
}
