using System.Net;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Verbs;

/// <summary>A server for this machine, with a household, a neighbour, and a customer for each way a contract can stand.</summary>
internal static class DemoVerb
{
    public static async Task<int> RunAsync(
        int port,
        string address,
        DirectoryInfo data,
        bool encrypts,
        FileInfo? config,
        CancellationToken stop
    )
    {
        if (!IPAddress.TryParse(address, out var ip) || !IPAddress.IsLoopback(ip))
        {
            throw new StartProblem(
                $"The demo listens on a loopback address only, 127.0.0.1 or ::1, not on {address}: everybody knows its passwords. For a network there is serve."
            );
        }
        await using var app = Build(port, ip, data, encrypts, config);
        var parts = app.Services.GetRequiredService<VaultParts>();
        if (app.Services.GetRequiredService<IOptions<StorageOptions>>().Value.SqlServer.IsUsed)
            await RequireDemoAsync(parts, stop);
        var isNew = await DemoPeople.SeedAsync(
            parts,
            app.Services.GetRequiredService<TimeProvider>(),
            PasswordHash.DefaultIterations,
            stop
        );
        await app.StartAsync(stop);
        Console.WriteLine(Welcome(app.Urls.First(), data, isNew));
        await app.WaitForShutdownAsync(stop);
        return 0;
    }

    // A data folder of the demo's own is nobody else's; a database may be.
    private static async Task RequireDemoAsync(VaultParts parts, CancellationToken stop)
    {
        if (
            await parts.Destructions.ListVaultsAsync(default, 1, stop) is { Count: > 0 }
            && await parts.Accounts.FindAccountAsync(SignInName.Key("alice"), stop) is null
        )
            throw new StartProblem(
                "The metadata database (Storage:SqlServer) has accounts that are no demo's. Give the demo a database of its own: everybody knows its passwords."
            );
    }

    private static Microsoft.AspNetCore.Builder.WebApplication Build(
        int port,
        IPAddress address,
        DirectoryInfo data,
        bool encrypts,
        FileInfo? config
    )
    {
        var settings = Settings
            .OfDemo(config, data)
            .AddInMemoryCollection(
                new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Storage:EncryptContent"] = encrypts ? "true" : "false",
                    ["Storage:SqlServer:MigratesAtStart"] = "true",
                    ["Listen:Address"] = address.ToString(),
                    ["Listen:HttpPort"] = port.ToString(
                        System.Globalization.CultureInfo.InvariantCulture
                    ),
                }
            );
        return ServerHost.Build(new ServerStart { Settings = settings.Build(), IsDemo = true });
    }

    private static string Welcome(string url, DirectoryInfo data, bool isNew) =>
        $"""
            CloudDav demo, on this machine only. Data: {data.FullName} ({(
                isNew ? "new" : "as you left it"
            )}; delete the folder to begin anew)

              Address    {url}/dav/
              Sign in    alice  demo    a customer with 50 GiB
                         bob    demo    of alice's household, with a vault of 5 GiB
                         carol  demo    another customer, with 50 GiB
                         olivia demo    uses more than the smaller option she chose
                         tess   demo    has ended her contract: 30 days to take everything back
                         sven   demo    is suspended
                         mia    demo    has a full vault
                         paul   demo    may add nothing for two weeks
                         nina   demo    has not accepted the terms yet
              Stop       Ctrl+C

            Ready: {url}/dav/
            """;
}
