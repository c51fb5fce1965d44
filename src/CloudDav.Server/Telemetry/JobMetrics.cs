using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of the jobs: that they come round, how long they take, and that they fail.</summary>
internal sealed class JobMetrics(IMeterFactory meters)
{
    public const string RoundName = "clouddav.job.round.duration";
    public const string Job = "job";
    public const string Outcome = "outcome";
    public const string Failed = "failed";

    private readonly Histogram<double> _rounds = meters
        .Create(Instrumentation.Name)
        .CreateHistogram(
            RoundName,
            "s",
            "How long a job's round on this node took, by job and outcome. Rounds in which another node had the job count too.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = Instrumentation.DurationBounds,
            }
        );

    /// <summary>A round is over, and everything it held was given back.</summary>
    public void Ended(string job, TimeSpan took, bool hasFailed) =>
        _rounds.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>(Job, job),
            new KeyValuePair<string, object?>(Outcome, hasFailed ? Failed : "done")
        );
}
