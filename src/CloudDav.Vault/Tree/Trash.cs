namespace CloudDav.Vault;

/// <summary>What lies in the trash itself, and what history tells of how it came there.</summary>
/// <param name="Node">Its row.</param>
/// <param name="Deletion">How it came there; null when history no longer tells.</param>
public sealed record TrashedRow(NodeRow Node, Deletion? Deletion);

/// <summary>How something came into the trash.</summary>
/// <param name="Folder">The folder it was in.</param>
/// <param name="At">When.</param>
/// <param name="Account">Who did it; null when that is not known.</param>
/// <param name="Device">With which device; null for none, and when that is not known.</param>
/// <param name="AccountName">The account's sign-in name; null when there is none any more.</param>
/// <param name="DeviceName">The device's name; null for none, and when it is gone.</param>
public sealed record Deletion(
    NodeId Folder,
    DateTimeOffset At,
    AccountId? Account,
    DeviceId? Device,
    string? AccountName,
    string? DeviceName
);

/// <summary>A deletion, as history tells it.</summary>
/// <param name="Seq">The number of the change.</param>
/// <param name="Node">What was deleted, everything below it included.</param>
/// <param name="At">When.</param>
/// <param name="Account">Who did it.</param>
/// <param name="Device">With which device; null for none.</param>
public sealed record DeletedRow(
    long Seq,
    NodeId Node,
    DateTimeOffset At,
    AccountId Account,
    DeviceId? Device
);

/// <summary>Something in the trash, or in a folder that is.</summary>
public sealed record TrashItem
{
    /// <summary>The vault.</summary>
    public required VaultState Vault { get; init; }

    /// <summary>The rows from the item of the trash down to it.</summary>
    public required IReadOnlyList<NodeRow> Chain { get; init; }

    /// <summary>The rows of the folders it was in, from the root down, some of which may be in the trash as well; empty when that is not known any more.</summary>
    public required IReadOnlyList<NodeRow> Place { get; init; }

    /// <summary>How it came there; null when that is not known any more.</summary>
    public required Deletion? Deletion { get; init; }

    /// <summary>The first of the deletions that it can be brought back with in one go; null when that is not known, or was not asked.</summary>
    public long? Burst { get; init; }

    /// <summary>Its row.</summary>
    public NodeRow Node => Chain[^1];

    /// <summary>When it was put into the trash, or the folder it is in.</summary>
    public DateTimeOffset DeletedAt =>
        Deletion?.At ?? DateTimeOffset.FromUnixTimeMilliseconds(Chain[0].ChangedMs);

    /// <summary>Since when it is hidden; null when it is shown.</summary>
    public DateTimeOffset? HiddenAt => TrashKey.HiddenSince(Chain[0].NameKey);

    /// <summary>Where it was, names from the top folder down; its name alone when that is not known any more.</summary>
    public IReadOnlyList<string> OriginalPath =>
        [.. Place.Skip(1).Select(row => row.Name), .. Chain.Select(row => row.Name)];

    /// <summary>Everything it lies and lay in, and itself: what is set on any of it holds for it.</summary>
    internal IReadOnlyList<NodeRow> Whole => [.. Place, .. Chain];
}

/// <summary>A page of the trash.</summary>
/// <param name="Items">What was put there last comes first.</param>
/// <param name="Next">What to go on from; null at the end.</param>
public sealed record TrashPage(IReadOnlyList<TrashItem> Items, string? Next);

/// <summary>What is asked of the trash.</summary>
public sealed record TrashQuery
{
    /// <summary>What a page before said to go on from; null for the first page.</summary>
    public string? From { get; init; }

    /// <summary>No more than so many.</summary>
    public int Limit { get; init; } = 1_000;

    /// <summary>Whether what is hidden is shown: for somebody who has just signed in with a browser.</summary>
    public bool ShowsHidden { get; init; }

    /// <summary>Whether it is asked with which others each can be brought back.</summary>
    public bool FindsBursts { get; init; }
}

/// <summary>Something that came back from the trash.</summary>
/// <param name="Change">It, as it is now.</param>
/// <param name="Path">Where it is now.</param>
public sealed record Restored(Changed Change, IReadOnlyList<string> Path);

/// <summary>What came of bringing back what was deleted in one go.</summary>
/// <param name="Items">How many came back.</param>
/// <param name="Stopped">Why the others did not; null when none is left.</param>
public sealed record BurstUndone(int Items, Refusal? Stopped);

/// <summary>An earlier version of a file.</summary>
public sealed record FileVersion
{
    /// <summary>Its number: that of the change that ended it.</summary>
    public required long Number { get; init; }

    /// <summary>When it was written over.</summary>
    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary>Its modification time.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The revision that the file had then.</summary>
    public required Guid Revision { get; init; }

    /// <summary>Its content.</summary>
    public required ContentId Content { get; init; }

    /// <summary>Its media type; null when none was given.</summary>
    public required string? MediaType { get; init; }
}

/// <summary>A file and its earlier versions, the last one first.</summary>
/// <param name="Found">The file.</param>
/// <param name="Versions">Some of them.</param>
/// <param name="Next">The number to go on before; null at the end.</param>
public sealed record VersionPage(Found Found, IReadOnlyList<FileVersion> Versions, long? Next);

/// <summary>Which versions are to go.</summary>
public abstract record VersionPick
{
    private VersionPick() { }

    /// <summary>All but the last of each step of time, of those not looked at before. What was looked at is not looked at again.</summary>
    /// <param name="IsWeekly">Whether a step is a week, and not a day.</param>
    /// <param name="Before">Only those that were written over before a moment.</param>
    public sealed record Thinned(bool IsWeekly, DateTimeOffset Before) : VersionPick
    {
        /// <summary>The step, in milliseconds.</summary>
        public long StepMs => (IsWeekly ? 7 : 1) * 86_400_000L;
    }

    /// <summary>The oldest, until the others take no more than so many bytes.</summary>
    /// <param name="KeptBytes">The bytes.</param>
    /// <param name="Before">Only those that were written over before a moment.</param>
    public sealed record Oldest(long KeptBytes, DateTimeOffset Before) : VersionPick;

    /// <summary>Those that were hidden before a moment.</summary>
    public sealed record Hidden(DateTimeOffset Before) : VersionPick;

    /// <summary>One.</summary>
    public sealed record One(NodeId File, long Number) : VersionPick;
}

/// <summary>What has expired by a moment.</summary>
/// <param name="Now">The moment.</param>
/// <param name="TrashBefore">What was put into the trash before this.</param>
/// <param name="HistoryBefore">History that ended before this.</param>
/// <param name="Untouched">By its size nothing goes that is newer than this; and what was hidden before it goes.</param>
/// <param name="DailyBefore">Of versions older than this, one a day is kept.</param>
/// <param name="WeeklyBefore">Of versions older than this, one a week is kept.</param>
/// <param name="TrashPercent">The trash keeps so many hundredths of the capacity.</param>
/// <param name="VersionPercent">So do the versions.</param>
public sealed record ExpiryTimes(
    DateTimeOffset Now,
    DateTimeOffset TrashBefore,
    DateTimeOffset HistoryBefore,
    DateTimeOffset Untouched,
    DateTimeOffset DailyBefore,
    DateTimeOffset WeeklyBefore,
    int TrashPercent,
    int VersionPercent
);

/// <summary>A vault from which something goes by itself.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="CapacityBytes">Its capacity; null for no limit.</param>
public sealed record ExpiringVault(VaultId Vault, long? CapacityBytes);
