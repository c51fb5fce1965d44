namespace CloudDav.Vault;

/// <summary>What has been told about an account's standing, and when to look at it again.</summary>
public sealed record AccountLifecycle
{
    /// <summary>Whose.</summary>
    public required AccountId Account { get; init; }

    /// <summary>Where the operator's systems were last told that it stands; null before the first look.</summary>
    public Standing? Announced { get; init; }

    /// <summary>When time alone may change something; null while it cannot.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The opening of the take-back window that <see cref="Reminders"/> are of; null before the first.</summary>
    public DateTimeOffset? Opened { get; init; }

    /// <summary>Which reminders of that window are done.</summary>
    public Reminders Reminders { get; init; }

    /// <summary>The first reminder's number among the account's events; null while it was not written.</summary>
    public long? FirstReminder { get; init; }

    /// <summary>When the first reminder was seen to be delivered or tried; null while it was not.</summary>
    public DateTimeOffset? Reminded { get; init; }

    /// <summary>When its window closed; null unless it is to be destroyed.</summary>
    public DateTimeOffset? Closed { get; init; }
}

/// <summary>The reminders of a take-back window.</summary>
[Flags]
public enum Reminders
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It has opened.</summary>
    Started = 1,

    /// <summary>It closes in seven days.</summary>
    SevenDays = 2,

    /// <summary>It closes in a day.</summary>
    OneDay = 4,
}
