using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>Compares all main contracts with the operator's product inventory once a day, on one node of many; the first time as soon as it can.</summary>
internal sealed class ReconciliationJob(
    VaultParts parts,
    IMainContracts inventory,
    IOptions<MainContractOptions> options,
    IOptions<ContractOptions> contract,
    MainContractMetrics metrics,
    Rounds rounds,
    TimeProvider time,
    ILogger<ReconciliationJob> log
) : BackgroundService
{
    public const string JobName = "main-contract-reconciliation";

    // How often a node looks whether the job is due and nobody's.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);

    private readonly LeasedJob _job = new(JobName, parts.Leases, time);
    private readonly MainContractReconciliation _reconciliation = new(
        parts.Contracts,
        inventory,
        options.Value.ToLimits(),
        time
    );

    /// <summary>The next time a clock in a zone shows a time of day, after a moment.</summary>
    public static DateTimeOffset Next(DateTimeOffset now, TimeOnly at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        for (var day = 0; ; day++)
        {
            var next = local.Date.AddDays(day) + at.ToTimeSpan();
            // Where the clocks jump over it, it is when they land.
            while (zone.IsInvalidTime(next))
                next = next.AddMinutes(1);
            var utc = new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(next, zone));
            if (utc > now)
                return utc;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync(
            JobName,
            s_every,
            async stop => await _job.TryRunAsync(ReconcileAsync, stop),
            log.ReconciliationFailed,
            stoppingToken
        );

    private async ValueTask<DateTimeOffset> ReconcileAsync(CancellationToken stop)
    {
        var again = TimeSpan.FromMinutes(options.Value.RetryMinutes);
        try
        {
            var report = await _reconciliation.RunAsync(stop);
            Tell(report);
            return report.Outcome == ReconciliationOutcome.Silent
                ? time.GetUtcNow() + again
                : Next(
                    time.GetUtcNow(),
                    options.Value.DailyAt,
                    TimeZoneInfo.FindSystemTimeZoneById(contract.Value.TimeZone)
                );
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.ReconciliationFailed(failure);
            return time.GetUtcNow() + again;
        }
    }

    private void Tell(ReconciliationReport report)
    {
        metrics.Unknown(report.Unknown);
        metrics.Changed(report.Changed);
        foreach (var unknown in report.UnknownReferences)
            log.MainContractUnknown(unknown.Reference, unknown.Account.Value);
        switch (report.Outcome)
        {
            case ReconciliationOutcome.Done:
                log.ReconciliationDone(
                    report.Asked,
                    report.Changed,
                    report.Ends,
                    report.Unanswered,
                    report.Unknown,
                    report.Postponed
                );
                break;
            case ReconciliationOutcome.Silent:
                log.InventorySilent(report.Unanswered, report.Asked, options.Value.RetryMinutes);
                break;
            case ReconciliationOutcome.Alarm:
                metrics.Alarmed();
                log.ReconciliationAlarm(report.Ends, report.Asked, report.MostEnds);
                break;
        }
    }
}
