using CloudDav.Vault;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage:History</c>: for how long, and how much, of what was deleted and overwritten is kept, and what counts as too much of it at once.</summary>
internal sealed class HistoryOptions
{
    public const string Section = $"{StorageOptions.Section}:History";

    /// <summary>How many days a deleted item stays in the trash.</summary>
    [AllowedRange(7, 3_650)]
    public int TrashDays { get; init; } = 30;

    /// <summary>How much of the trash older than 7 days is kept, in hundredths of the capacity.</summary>
    [AllowedRange(0, 10_000)]
    public int TrashPercent { get; init; } = 50;

    /// <summary>How many days every earlier version of a file is kept; after that, the last one of each day.</summary>
    [AllowedRange(7, 3_650)]
    public int EveryVersionDays { get; init; } = 7;

    /// <summary>How many days the last version of each day is kept; after that, the last one of each week.</summary>
    [AllowedRange(7, 3_650)]
    public int DailyVersionDays { get; init; } = 30;

    /// <summary>How much of earlier versions older than 7 days is kept, in hundredths of the capacity.</summary>
    [AllowedRange(0, 10_000)]
    public int VersionPercent { get; init; } = 50;

    /// <summary>How many days the record of changes is kept, and with it the last versions.</summary>
    [AllowedRange(7, 3_650)]
    public int Days { get; init; } = 90;

    /// <summary>How many days back a vault can be seen as it was, and brought back.</summary>
    [AllowedRange(1, 3_650)]
    public int RewindDays { get; init; } = 30;

    /// <summary>How many seconds one request goes on bringing a vault back; the next one goes on.</summary>
    [AllowedRange(1, 300)]
    public int RewindSeconds { get; init; } = 20;

    /// <summary>What one device deletes with no more than so many seconds between each and the next comes back in one go.</summary>
    [AllowedRange(0, 3_600)]
    public int BurstSeconds { get; init; } = 60;

    /// <summary>More than so many hundredths of a vault's files and folders deleted or overwritten at once are a mass change; 0 for never.</summary>
    [AllowedRange(0, 100)]
    public int MassPercent { get; init; } = 30;

    /// <summary>And at least so many.</summary>
    [AllowedRange(1, 10_000_000)]
    public int MassItems { get; init; } = 200;

    /// <summary>Within how many minutes that is at once.</summary>
    [AllowedRange(1, 1_440)]
    public int MassMinutes { get; init; } = 60;

    /// <summary>How many days nothing goes from trash and history by itself after a mass change.</summary>
    [AllowedRange(1, 365)]
    public int MassKeepDays { get; init; } = 14;

    /// <summary>What cannot be; empty when everything can.</summary>
    internal IEnumerable<string> FindProblems()
    {
        if (TrashDays > Days)
            yield return $"{Section}:TrashDays ({TrashDays}) must be no more than {Section}:Days ({Days}): history tells where an item in the trash came from.";
        if (RewindDays > Days)
            yield return $"{Section}:RewindDays ({RewindDays}) must be no more than {Section}:Days ({Days}): history tells how a vault was.";
    }

    /// <summary>The limits with these settings.</summary>
    internal VaultLimits ToLimits(VaultLimits limits) =>
        limits with
        {
            TrashAge = TimeSpan.FromDays(TrashDays),
            TrashPercent = TrashPercent,
            EveryVersion = TimeSpan.FromDays(EveryVersionDays),
            DailyVersion = TimeSpan.FromDays(DailyVersionDays),
            VersionPercent = VersionPercent,
            HistoryAge = TimeSpan.FromDays(Days),
            RewindAge = TimeSpan.FromDays(RewindDays),
            RewindTime = TimeSpan.FromSeconds(RewindSeconds),
            BurstGap = TimeSpan.FromSeconds(BurstSeconds),
            MassPercent = MassPercent,
            MassItems = MassItems,
            MassWindow = TimeSpan.FromMinutes(MassMinutes),
            MassKeeps = TimeSpan.FromDays(MassKeepDays),
        };
}
