namespace CloudDav.Server.Verbs;

/// <summary>Runs the server with its settings until it is asked to stop.</summary>
internal static class ServeVerb
{
    public static async Task<int> RunAsync(FileInfo? config, CancellationToken stop)
    {
        await using var app = ServerHost.Build(
            new ServerStart { Settings = Settings.Read(config) }
        );
        await app.StartAsync(stop);
        foreach (var address in app.Urls)
            Console.WriteLine($"Listening: {address}");
        await app.WaitForShutdownAsync(stop);
        return 0;
    }
}
