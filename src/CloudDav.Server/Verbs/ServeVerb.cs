using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

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
        var isManaged =
            app.Services.GetRequiredService<IOptions<ManagementOptions>>().Value.Port is not null;
        var addresses = app.Urls.ToList();
        for (var i = 0; i < addresses.Count; i++)
            // The management port is the last that is listened on.
            Console.WriteLine(
                isManaged && i == addresses.Count - 1
                    ? $"Management: {addresses[i]}"
                    : $"Listening: {addresses[i]}"
            );
        await app.WaitForShutdownAsync(stop);
        return 0;
    }
}
