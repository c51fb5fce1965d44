namespace CloudDav.Vault;

/// <summary>A share of one item; positive, never reused.</summary>
public readonly record struct ShareId(long Value);

/// <summary>What a recipient may do in a share.</summary>
public enum ShareRights
{
    /// <summary>List, and open files one at a time; nothing is offered as a whole.</summary>
    View = 0,

    /// <summary>List, open files, and take everything as one archive.</summary>
    Download = 1,

    /// <summary>Put files in, without seeing what is there: nothing is listed, read or overwritten.</summary>
    Drop = 2,

    /// <summary>Everything that can be done with files and folders, short of sharing them on. In the household only.</summary>
    Edit = 3,
}

/// <summary>Whom a share is for.</summary>
public enum ShareAudience
{
    /// <summary>Whoever has its link.</summary>
    Link = 0,

    /// <summary>Everybody of the owner's household, whoever belongs to it at the time.</summary>
    Household = 1,

    /// <summary>Named members of the owner's household, as long as they belong to it.</summary>
    Members = 2,
}

/// <summary>
/// A file or folder that others can open: people of the household in their own tree, or whoever has its link. It points at the item and not at its address, so that it
/// stays with it when it is moved or renamed, and ends when it is gone. Whether it can be opened now follows from where its owner stands, and is never stored.
/// </summary>
public sealed record Share
{
    /// <summary>Its number.</summary>
    public required ShareId Id { get; init; }

    /// <summary>The vault of the item.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The account whose vault it is.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>The owner's name, as locks and logs show it.</summary>
    public required string OwnerName { get; init; }

    /// <summary>The item: what is shared is this and everything below it.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Whom it is for.</summary>
    public ShareAudience Audience { get; init; }

    /// <summary>The accounts it is for, when it is for named members; else empty.</summary>
    public IReadOnlyList<AccountId> Members { get; init; } = [];

    /// <summary>What recipients may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>What the owner calls it; null for the item's name.</summary>
    public string? Label { get; init; }

    /// <summary>The mail address the link was sent to; null when it was sent to none.</summary>
    public string? Address { get; init; }

    /// <summary>SHA-256 of the token, by which the link is found; that of a token nobody was told when there is no link.</summary>
    public required ReadOnlyMemory<byte> TokenHash { get; init; }

    /// <summary>The token, encrypted, so that it can be shown again; empty when there is no link.</summary>
    public ReadOnlyMemory<byte> SealedToken { get; init; }

    /// <summary>The hash of its password, as <see cref="PasswordHash"/> makes it; null when it needs none.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened; null for no end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for; null for any number.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>The version of the statement, made by its owner at its creation, that they hold the rights to share it; null where none is asked for, in the household.</summary>
    public string? RightsStatement { get; init; }

    /// <summary>When it was created, and the statement made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Moves with every change of it: what was verified against an earlier version counts no longer.</summary>
    public required long Version { get; init; }

    /// <summary>How often it was opened: once for each client and hour.</summary>
    public long Opened { get; init; }

    /// <summary>How many downloads were begun: once for each client and hour.</summary>
    public long Downloaded { get; init; }

    /// <summary>When it was last opened or downloaded from; null for never.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Whether the number of downloads is used up.</summary>
    public bool IsUsedUp => MaxDownloads is { } most && Downloaded >= most;

    /// <summary>Whether it is for people of the owner's household.</summary>
    public bool IsFamily => Audience != ShareAudience.Link;

    /// <summary>What its rights allow, where nothing else stands in the way.</summary>
    public Capability Granted =>
        Rights switch
        {
            ShareRights.Drop => Capability.AddContent,
            ShareRights.Edit => Capability.List
                | Capability.Download
                | Capability.AddContent
                | Capability.CreateFolder
                | Capability.Reorganise
                | Capability.TakeBack,
            _ => Capability.List | Capability.Download,
        };
}

/// <summary>Through which share a session acts, and for whom.</summary>
/// <param name="Share">The share.</param>
/// <param name="Client">Who comes, as uses are counted: a keyed hash, so that no address is kept.</param>
public sealed record ShareVisit(ShareId Share, ReadOnlyMemory<byte> Client)
{
    /// <summary>How long a use of one client counts as the same use.</summary>
    public static readonly TimeSpan CountedFor = TimeSpan.FromHours(1);

    /// <summary>The person of the household who comes; null for whoever comes by the link.</summary>
    public AccountId? Recipient { get; init; }
}

/// <summary>A share as it stands for one visit.</summary>
/// <param name="Share">The share.</param>
/// <param name="HasOpened">Whether it was counted within the hour that this client opened it.</param>
/// <param name="HasDownloaded">Whether a download of this client was counted within the hour: it may go on although the number is used up.</param>
public sealed record VisitedShare(Share Share, bool HasOpened, bool HasDownloaded)
{
    /// <summary>Whether this use of it was counted within the hour.</summary>
    public bool Has(ShareUse use) => use == ShareUse.Opened ? HasOpened : HasDownloaded;
}

/// <summary>A mark on an item: it and everything below it holds others' intellectual property, and is shared with the household only.</summary>
/// <param name="Node">The item.</param>
/// <param name="Measure">The operator's measure that it was marked under, on notice; null for its owner's own mark.</param>
public readonly record struct ProtectionMark(NodeId Node, long? Measure)
{
    /// <summary>Those that hold at a moment: the owner's, and those of measures that do.</summary>
    /// <param name="marks">All that there are.</param>
    /// <param name="measures">What the operator has set on the account.</param>
    /// <param name="now">The moment.</param>
    public static IReadOnlyList<ProtectionMark> Holding(
        IReadOnlyList<ProtectionMark> marks,
        IReadOnlyList<Measure> measures,
        DateTimeOffset now
    ) =>
        marks.All(mark => mark.Measure is null)
            ? marks
            :
            [
                .. marks.Where(mark =>
                    mark.Measure is not { } id
                    || measures.Any(measure => measure.Id == id && measure.Holds(now))
                ),
            ];
}

/// <summary>What of a share is counted.</summary>
public enum ShareUse
{
    /// <summary>It was looked into.</summary>
    Opened = 0,

    /// <summary>A file, or everything, was downloaded from it.</summary>
    Downloaded = 1,
}
