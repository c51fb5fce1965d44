using CloudDav.Server.Options;

namespace CloudDav.Server.Verbs;

/// <summary>Asks the running server of the same settings whether it is ready; a container's health check.</summary>
internal static class HealthVerb
{
    public static async Task<int> RunAsync(FileInfo? config, CancellationToken stop)
    {
        var settings = Settings.Read(config);
        var listen = settings.GetSection(ListenOptions.Section).Get<ListenOptions>() ?? new();
        var management =
            settings.GetSection(ManagementOptions.Section).Get<ManagementOptions>() ?? new();
        var host = (management.Port is null ? listen.Address : management.Address) switch
        {
            "*" or "0.0.0.0" => "127.0.0.1",
            "::" => "[::1]",
            var ip when ip.Contains(':', StringComparison.Ordinal) => $"[{ip}]",
            var ip => ip,
        };
        // The certificate is for the server's public name, which a loopback address is not: what is asked here is no secret.
#pragma warning disable MA0039
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback =
                HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
#pragma warning restore MA0039
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        var address = (management.Port ?? listen.HttpPort) is { } httpPort
            ? new Uri($"http://{host}:{httpPort}/health/ready")
            : new Uri($"https://{host}:{listen.HttpsPort}/health/ready");
        try
        {
            using var response = await client.GetAsync(address, stop);
            Console.WriteLine((await response.Content.ReadAsStringAsync(stop)).TrimEnd());
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new StartProblem(
                $"The server does not answer at {address}: {failure.Message}",
                failure
            );
        }
    }
}
