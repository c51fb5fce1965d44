using System.Net;

namespace CloudDav.Clients.Tests;

/// <summary>tus-js-client, which browsers and Node.js use: what it has begun goes on after a stop of its own and after a kill of the server.</summary>
public sealed class TusClientTests
{
    private const int Size = (12 << 20) + 345;

    [Fact]
    public async Task An_upload_goes_on_after_the_client_stopped_and_the_server_was_killed()
    {
        using var home = new TempFolder();
        await using var server = new DemoServer();
        await server.StartAsync();
        var bytes = Tree.Bytes("tus", Size);
        var file = Path.Combine(home.Path, "film.bin");
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        Assert.Equal(
            "stopped 0 4194304",
            await UploadAsync(home, server, file, stopAfter: 4 << 20)
        );
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal(
            "stopped 4194304 8388608",
            await UploadAsync(home, server, file, stopAfter: 8 << 20)
        );
        Assert.StartsWith(
            "done 8388608 ",
            await UploadAsync(home, server, file),
            StringComparison.Ordinal
        );

        using var client = server.Connect();
        Assert.Equal(
            bytes,
            await client.GetByteArrayAsync("film.bin", TestContext.Current.CancellationToken)
        );
        // Nothing of it is under way any more: the same file is another upload.
        Assert.StartsWith(
            "done 0 ",
            await UploadAsync(home, server, file, name: "again.bin"),
            StringComparison.Ordinal
        );
        using var again = await client.GetAsync("again.bin", TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.OK, (long?)Size),
            (again.StatusCode, again.Content.Headers.ContentLength)
        );
    }

    private static async Task<string> UploadAsync(
        TempFolder home,
        DemoServer server,
        string file,
        string name = "film.bin",
        long? stopAfter = null
    )
    {
        var run = await Command.RunAsync(
            "node",
            [
                Path.Combine(Repository.Root, "tests", "tus", "upload.mjs"),
                $"http://127.0.0.1:{server.Port}/api/v1/uploads",
                $"{server.User}:{server.Password}",
                file,
                name,
                Path.Combine(home.Path, "store.json"),
                .. stopAfter is null ? (string[])[] : [$"{stopAfter}"],
            ],
            home.Path
        );
        return run.MustSucceed().Output.Trim();
    }
}
