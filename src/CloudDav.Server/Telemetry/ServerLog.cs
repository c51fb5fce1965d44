namespace CloudDav.Server.Telemetry;

/// <summary>Every message the host itself logs: ids and counts, never passwords, tokens or names.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(
        1001,
        LogLevel.Warning,
        "The identity provider cannot be reached; bearer tokens are answered 503."
    )]
    public static partial void IdentityProviderAway(this ILogger log, Exception failure);

    [LoggerMessage(1002, LogLevel.Error, "Housekeeping failed and will be tried again.")]
    public static partial void HousekeepingFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1003,
        LogLevel.Debug,
        "Housekeeping: {Purged} rows purged, {Swept} blobs swept."
    )]
    public static partial void HousekeepingDone(this ILogger log, long purged, long swept);

    [LoggerMessage(1010, LogLevel.Error, "{Method} at the customer's API failed (trace {TraceId})")]
    public static partial void ApiFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );
}
