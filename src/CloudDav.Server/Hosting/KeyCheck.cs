namespace CloudDav.Server.Hosting;

/// <summary>Stops the start when a vault's key is missing.</summary>
internal sealed class KeyCheck(VaultParts parts) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) =>
        await parts.VerifyKeysAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
