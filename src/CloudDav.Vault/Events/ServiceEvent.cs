namespace CloudDav.Vault;

/// <summary>Something the operator's systems are told about an account. Written in the transaction that made it true, and delivered later, at least once and in order.</summary>
public sealed record ServiceEvent
{
    /// <summary>How long a secret may wait to be delivered; it works no longer either.</summary>
    public static readonly TimeSpan SecretLife = TimeSpan.FromHours(24);

    /// <summary>Whom it is about; events of one account keep their order.</summary>
    public required AccountId Account { get; init; }

    /// <summary>What happened: one of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened; kept to the millisecond.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The details, as a JSON object. Never names of content.</summary>
    public string Data { get; init; } = "{}";

    /// <summary>
    /// A single-use secret, already encrypted to the receiver, which gets it as the member <c>secret</c> of the details; null for none. It is
    /// blanked once it was delivered, and <see cref="SecretLife"/> after the event in any case.
    /// </summary>
    public string? SealedSecret { get; init; }
}

/// <summary>The types of events, as the receiver reads them. They are never renamed.</summary>
public static class EventTypes
{
    /// <summary>The standing of an account changed.</summary>
    public const string StandingChanged = "org.clouddav.standing.changed";

    /// <summary>A vault has come to 80, 95 or 100 % of its capacity; the details say which.</summary>
    public const string CapacityReached = "org.clouddav.capacity.reached";

    /// <summary>The take-back window has opened.</summary>
    public const string TakeBackStarted = "org.clouddav.take-back.started";

    /// <summary>The take-back window closes in 7 days.</summary>
    public const string TakeBackSevenDays = "org.clouddav.take-back.seven-days-left";

    /// <summary>The take-back window closes in a day.</summary>
    public const string TakeBackOneDay = "org.clouddav.take-back.one-day-left";

    /// <summary>A single-use credential for a customer in the take-back window, as the event's secret.</summary>
    public const string TakeBackCredential = "org.clouddav.take-back.credential";

    /// <summary>The service of an account was suspended, as a whole or in part.</summary>
    public const string Suspended = "org.clouddav.service.suspended";

    /// <summary>A suspension of an account was lifted or ran out.</summary>
    public const string Resumed = "org.clouddav.service.resumed";

    /// <summary>A customer wants a link sent to an address, which is in the details; the link's token is the event's secret.</summary>
    public const string ShareSent = "org.clouddav.share.sent";

    /// <summary>A share was blocked.</summary>
    public const string ShareBlocked = "org.clouddav.share.blocked";

    /// <summary>A customer reported unauthorised use: devices, sessions and links were revoked.</summary>
    public const string UnauthorisedUseReported = "org.clouddav.unauthorised-use.reported";

    /// <summary>Much of a vault was deleted or overwritten within a while; the details say how much, of how much, and with which device it became much.</summary>
    public const string MassChange = "org.clouddav.vault.mass-change";

    /// <summary>A vault was destroyed.</summary>
    public const string Destroyed = "org.clouddav.vault.destroyed";
}
