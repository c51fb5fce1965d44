namespace CloudDav.Server.Telemetry;

/// <summary>Every message the host itself logs: ids and counts, never passwords, tokens or names.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(
        1001,
        LogLevel.Warning,
        "The identity provider cannot be reached; its tokens are answered 503, and nobody signs in with it."
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

    [LoggerMessage(1004, LogLevel.Error, "Measuring what piles up failed and will be tried again.")]
    public static partial void BacklogFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1005,
        LogLevel.Error,
        "What lies behind the server cannot be reached: {Reason} Requests that failed of it since it was last said: {Requests}. Customers are answered 503."
    )]
    public static partial void StorageUnavailable(this ILogger log, string reason, long requests);

    [LoggerMessage(1010, LogLevel.Error, "{Method} at the customer's API failed (trace {TraceId})")]
    public static partial void ApiFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );

    [LoggerMessage(
        1011,
        LogLevel.Error,
        "{Method} at the sync clients' door failed (trace {TraceId})"
    )]
    public static partial void SyncDoorFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );

    [LoggerMessage(1012, LogLevel.Error, "{Method} of a page failed (trace {TraceId})")]
    public static partial void PageFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );

    [LoggerMessage(1013, LogLevel.Error, "{Method} of a link failed (trace {TraceId})")]
    public static partial void LinkFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );

    [LoggerMessage(1014, LogLevel.Error, "{Method} of a player failed (trace {TraceId})")]
    public static partial void MediaFailed(
        this ILogger log,
        Exception failure,
        string method,
        string traceId
    );

    [LoggerMessage(1020, LogLevel.Error, "Delivering events failed and will be tried again.")]
    public static partial void EventDeliveryFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1021,
        LogLevel.Warning,
        "{Failed} of {Tried} events were not delivered and will be tried again, unless they were given up: {Reason}."
    )]
    public static partial void EventsNotDelivered(
        this ILogger log,
        int failed,
        int tried,
        string reason
    );

    [LoggerMessage(
        1022,
        LogLevel.Error,
        "Event {Id} ({Type}, account {Account}) is given up after {Attempts} tries: {Reason}."
    )]
    public static partial void EventGivenUp(
        this ILogger log,
        Guid id,
        string type,
        long account,
        int attempts,
        string reason
    );

    [LoggerMessage(
        1023,
        LogLevel.Error,
        "The receiver of events answers 410 Gone. Nothing is sent for {Seconds} seconds; everything is kept."
    )]
    public static partial void EventReceiverGone(this ILogger log, int seconds);

    [LoggerMessage(1030, LogLevel.Error, "Wrapping keys anew failed and will be tried again.")]
    public static partial void KeyRewrapFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1031,
        LogLevel.Information,
        "{Keys} keys were wrapped anew by generation {Generation} of the wrapping key."
    )]
    public static partial void KeysRewrapped(this ILogger log, int keys, string generation);

    [LoggerMessage(1032, LogLevel.Error, "A key could not be wrapped anew: {Reason}")]
    public static partial void KeyNotRewrapped(this ILogger log, string reason);

    [LoggerMessage(1040, LogLevel.Error, "Watching standings failed and will be tried again.")]
    public static partial void StandingWatchFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1060,
        LogLevel.Warning,
        "Looking for changes failed; whoever waits for some is told of them later."
    )]
    public static partial void ChangesNotSeen(this ILogger log, Exception failure);

    [LoggerMessage(1041, LogLevel.Error, "Destruction failed and will go on in the next round.")]
    public static partial void DestructionFailed(this ILogger log, Exception failure);

    [LoggerMessage(1042, LogLevel.Information, "{Vaults} vaults were destroyed.")]
    public static partial void VaultsDestroyed(this ILogger log, int vaults);

    [LoggerMessage(
        1043,
        LogLevel.Critical,
        "The clock jumped: no vault is destroyed until it was looked into and the verb 'destruction allow' says so."
    )]
    public static partial void DestructionClockJumped(this ILogger log);

    [LoggerMessage(
        1044,
        LogLevel.Critical,
        "{Due} vaults are due at once, which is more than one round may destroy: none is, until the verb 'destruction allow' says so."
    )]
    public static partial void DestructionOfTooMany(this ILogger log, int due);

    [LoggerMessage(
        1045,
        LogLevel.Warning,
        "{Vaults} vaults are kept although their window has closed: no reminder was delivered or tried. Once one is, the window opens anew."
    )]
    public static partial void DestructionNotReminded(this ILogger log, int vaults);

    [LoggerMessage(
        1046,
        LogLevel.Warning,
        "The identity provider did not let somebody sign in on the pages: {Reason}."
    )]
    public static partial void ProviderRefused(this ILogger log, string reason);

    [LoggerMessage(
        1047,
        LogLevel.Warning,
        "What the identity provider says of somebody is not accepted."
    )]
    public static partial void IdentityRefused(this ILogger log, Exception? why);
}
