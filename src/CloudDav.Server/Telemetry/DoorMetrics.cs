using System.Diagnostics;
using System.Diagnostics.Metrics;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>What an operator watches of who is let in and what is refused.</summary>
internal sealed class DoorMetrics(IMeterFactory meters)
{
    public const string RefusalsName = "clouddav.refusals";
    public const string SignInFailuresName = "clouddav.sign_in.failures";

    private readonly Counter<long> _refusals = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            RefusalsName,
            "{refusal}",
            "What was refused, by rule, whichever door it came to."
        );

    private readonly Counter<long> _failures = meters
        .Create(Instrumentation.Name)
        .CreateCounter<long>(
            SignInFailuresName,
            "{request}",
            "Requests whose name and password, or token, did not let them in, by reason."
        );

    /// <summary>A rule refused something.</summary>
    /// <param name="code">The rule as the wire has it.</param>
    public void Refused(string code)
    {
        _refusals.Add(1, new KeyValuePair<string, object?>("rule", code));
        Activity.Current?.SetTag("clouddav.rule", code);
    }

    /// <summary>Somebody was not let in.</summary>
    public void SignInFailed(string reason) =>
        _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
