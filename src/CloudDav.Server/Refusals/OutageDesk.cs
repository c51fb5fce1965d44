using CloudDav.Server.Telemetry;
using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

/// <summary>
/// Makes a refusal of an outage of what lies behind the server, for every door. The reason goes to the log, the first time and then once a minute with the number of requests
/// that it hit: an outage hits all of them.
/// </summary>
/// <param name="time">Knows the time.</param>
/// <param name="log">Where it goes.</param>
internal sealed class OutageDesk(TimeProvider time, ILogger<OutageDesk> log)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _logged;
    private long _hits;

    /// <summary>What is to be told of an outage.</summary>
    public Refusal Tell(StorageUnavailableException outage)
    {
        long hits;
        lock (_lock)
        {
            _hits++;
            if (_logged is { } last && time.GetElapsedTime(last) < s_quiet)
                hits = 0;
            else
                (hits, _hits, _logged) = (_hits, 0, time.GetTimestamp());
        }
        if (hits > 0)
            log.StorageUnavailable(outage.Message, hits);
        return new Refusal(RefusalRule.StorageUnavailable);
    }
}
