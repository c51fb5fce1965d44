namespace CloudDav.Vault;

/// <summary>The limits and times that hold in every vault; each is a setting.</summary>
public sealed record VaultLimits
{
    /// <summary>Contents up to this many bytes are kept in the metadata itself: one durable commit for a PUT, one query for a GET.</summary>
    public int InlineBytes { get; init; } = 16 * 1024;

    /// <summary>Whether content is encrypted. Off only for comparison runs.</summary>
    public bool EncryptsContent { get; init; } = true;

    /// <summary>Files and folders in one vault.</summary>
    public long Items { get; init; } = 5_000_000;

    /// <summary>Segments of a path.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Bytes of one dead property.</summary>
    public int PropertyBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of all dead properties of one node.</summary>
    public int NodePropertyBytes { get; init; } = 1024 * 1024;

    /// <summary>Entries of a listing of everything below a folder.</summary>
    public int InfiniteListing { get; init; } = 20_000;

    /// <summary>Addresses of one sync report; what is more comes with the next. More than there are levels.</summary>
    public int SyncReport { get; init; } = 5_000;

    /// <summary>Files and folders that one MOVE or COPY takes into or out of what is shared: both vaults wait for it.</summary>
    public int TransferItems { get; init; } = 20_000;

    /// <summary>Archives of one vault under way at once, in one process: a program may fetch one in several parts.</summary>
    public int ArchivesPerVault { get; init; } = 8;

    /// <summary>Archives laid out at the same time, of all vaults, in one process.</summary>
    public int ArchiveLayouts { get; init; } = 2;

    /// <summary>Active locks in one vault.</summary>
    public int Locks { get; init; } = 1_000;

    /// <summary>Shares in one vault.</summary>
    public int Shares { get; init; } = 1_000;

    /// <summary>Favourites of one account: PROPFIND holds those of a vault in memory.</summary>
    public int Favorites { get; init; } = 1_000;

    /// <summary>How many files and folders one search looks at.</summary>
    public int SearchedItems { get; init; } = 1_000_000;

    /// <summary>How many of those that a search without an index finds are looked at again; they are held in memory.</summary>
    public int SearchMatches { get; init; } = 10_000;

    /// <summary>How long a search may take; what it has not looked at then it leaves out.</summary>
    public TimeSpan SearchTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest time a lock is given: Office asks for 180 s and refreshes at half.</summary>
    public TimeSpan LockFloor { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The longest time a lock is given, and what is given when nothing is asked.</summary>
    public TimeSpan LockCap { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a staged blob and its quota hold outlive the last sign of their upload.</summary>
    public TimeSpan UploadLease { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The first quota hold of an upload of unknown length, in bytes; it doubles as the upload grows.</summary>
    public long FirstHoldBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Uploads over several requests that one account has under way.</summary>
    public int UploadSessions { get; init; } = 200;

    /// <summary>Parts of one of them.</summary>
    public int UploadParts { get; init; } = 10_000;

    /// <summary>How long one of them is kept when nothing comes.</summary>
    public TimeSpan UploadIdle { get; init; } = TimeSpan.FromHours(24);

    /// <summary>For how long after a file was put aside what comes to its place is its next version.</summary>
    public TimeSpan SafeSaveWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How old what is moved there may be: a program has just written it.</summary>
    public TimeSpan SafeSaveAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a deleted item stays in the trash.</summary>
    public TimeSpan TrashAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long earlier versions and the record of changes are kept.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>No more of the trash than so many hundredths of the capacity is kept, older than <see cref="NeverThinned"/>; what was put there first goes first.</summary>
    public int TrashPercent { get; init; } = 50;

    /// <summary>No more of earlier versions than so many hundredths of the capacity is kept, older than <see cref="NeverThinned"/>; the oldest go first.</summary>
    public int VersionPercent { get; init; } = 50;

    /// <summary>For how long every version is kept, at least <see cref="NeverThinned"/>; after that the last one of each day.</summary>
    public TimeSpan EveryVersion { get; init; } = NeverThinned;

    /// <summary>For how long the last version of each day is kept; after that, until <see cref="HistoryAge"/>, the last one of each week.</summary>
    public TimeSpan DailyVersion { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Nothing of this time is thinned or evicted by size, and so long what was removed from the trash stays hidden before it goes for good.</summary>
    public static TimeSpan NeverThinned { get; } = TimeSpan.FromDays(7);

    /// <summary>How far back the vault can be seen as it was, and brought back; no further than <see cref="HistoryAge"/>.</summary>
    public TimeSpan RewindAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long one request goes on bringing the vault back; it ends between two steps, and the next one goes on.</summary>
    public TimeSpan RewindTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What one device deletes with no more than this between each and the next can be brought back in one go.</summary>
    public TimeSpan BurstGap { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Within <see cref="MassWindow"/> more than so many hundredths of a vault's files and folders are deleted or overwritten: that is a mass change. 0 for never.</summary>
    public int MassPercent { get; init; } = 30;

    /// <summary>And at least so many.</summary>
    public int MassItems { get; init; } = 200;

    /// <summary>The time in which they are counted.</summary>
    public TimeSpan MassWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long after a mass change nothing goes from trash and history by itself.</summary>
    public TimeSpan MassKeeps { get; init; } = TimeSpan.FromDays(14);
}
