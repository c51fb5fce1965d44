using System.Collections.Frozen;

namespace CloudDav.Vault;

/// <summary>
/// Keeps the trees. It holds no rules: it gives the facts a decision needs in one go, and applies what was decided as one change set in
/// the same transaction. Every call within a snapshot or a transaction is one round trip on an engine that has round trips.
/// </summary>
public interface IMetadataStore
{
    /// <summary>Reads from one snapshot. The body must wait for nothing but the snapshot itself, so that it is never held while a client is slow.</summary>
    ValueTask<T> ReadAsync<T>(
        Func<IMetadataSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    );

    /// <summary>Everything a decision about some paths needs, where nothing else has to be of the same snapshot: one round trip.</summary>
    ValueTask<Facts> LoadAsync(FactsRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a command in a transaction. A refusal undoes what the command did; success is returned once it is on stable storage. The body may
    /// be run again from the start, and must wait for nothing but the transaction itself. Cancellation counts only until the command starts.
    /// </summary>
    /// <exception cref="StorageFullException">The disk is full; nothing was changed.</exception>
    ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IMetadataTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    );

    /// <summary>Makes a vault and returns its id.</summary>
    ValueTask<VaultId> CreateVaultAsync(
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Every vault, in the order of ids.</summary>
    ValueTask<IReadOnlyList<VaultId>> ListVaultsAsync(CancellationToken cancellationToken);

    /// <summary>Vaults that have content which cannot be read without their keys.</summary>
    ValueTask<IReadOnlyList<VaultId>> ListEncryptedVaultsAsync(CancellationToken cancellationToken);

    /// <summary>Vaults that have something in trash or history whose time is over, or more of it than they keep; those that are guarded after a mass change aside.</summary>
    ValueTask<IReadOnlyList<ExpiringVault>> ListExpiringVaultsAsync(
        ExpiryTimes times,
        CancellationToken cancellationToken
    );

    /// <summary>Uploads that have expired, those first that did so first.</summary>
    /// <param name="now">The time.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<UploadSession>> ListExpiredUploadsAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>The share that a link token opens; null when there is none.</summary>
    /// <param name="tokenHash">The token's SHA-256.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<Share?> FindLinkAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    );

    /// <summary>Vaults of which not all media are noted yet, in the order of ids; those that are being destroyed are left out.</summary>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<VaultId>> ListVaultsWithNewMediaAsync(
        VaultId after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Media without previews that no worker newer than one has looked into, in the order of contents.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="looked">The version of the worker that looked into them last; 0 for none.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    ValueTask<IReadOnlyList<PendingMedium>> ListPendingMediaAsync(
        MediaClass kind,
        int looked,
        ContentId after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>How vaults and their accounts stand, in one query for all of them, in no order; vaults that are gone are left out.</summary>
    ValueTask<IReadOnlyList<VaultPulse>> ListPulsesAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    );

    /// <summary>Checks every invariant of one vault's rows, from one snapshot, and says which are broken, in sentences.</summary>
    ValueTask<IReadOnlyList<string>> InspectAsync(
        VaultId vault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );
}

/// <summary>How a vault and its account stand: when it is another one than before, something may have changed for whoever sees the vault.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Epoch">Changes when a backup is restored.</param>
/// <param name="ChangeSeq">The number of its last change.</param>
/// <param name="FactsVersion">Changes with what is known about the account; null without one.</param>
/// <param name="CredentialVersion">Changes when everybody is signed out.</param>
/// <param name="Devices">How many devices are not revoked.</param>
/// <param name="Shares">Changes with what the household shares.</param>
/// <param name="PlatformVersion">Changes with what holds for everyone.</param>
public readonly record struct VaultPulse(
    VaultId Vault,
    long Epoch,
    long ChangeSeq,
    long? FactsVersion,
    long? CredentialVersion,
    long Devices,
    long Shares,
    long PlatformVersion
);

/// <summary>What can be asked within one snapshot.</summary>
public interface IMetadataSnapshot
{
    /// <summary>Everything a decision about some paths needs.</summary>
    ValueTask<Facts> LoadAsync(FactsRequest request);

    /// <summary>Visits the members of a folder in the order of their keys or, deep, everything below it, a folder always before its members.</summary>
    ValueTask ListAsync(
        VaultId vault,
        NodeId folder,
        bool isDeep,
        NodeDetails details,
        Action<NodeRow> visit
    );

    /// <summary>The active locks of a vault, without paths.</summary>
    ValueTask<IReadOnlyList<LockRow>> ListLocksAsync(VaultId vault, DateTimeOffset now);

    /// <summary>The shares of a vault whose items are in its tree, each with its item's row and path from the root down, in the order of ids.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="share">Only this one; null for all.</param>
    ValueTask<IReadOnlyList<PlacedShare>> ListSharesAsync(VaultId vault, ShareId? share);

    /// <summary>
    /// What people of the household share with an account, and the mounts of it in the account's own vault, in the order of the shares' ids. Of all vaults of a household in one
    /// go: they stay together wherever vaults are spread.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="vault">Its vault.</param>
    /// <param name="now">The time that decides who belongs to the household.</param>
    ValueTask<IReadOnlyList<ReceivedShare>> ListReceivedAsync(
        AccountId account,
        VaultId vault,
        DateTimeOffset now
    );

    /// <summary>The people of an account's household, the account included, in the order of ids: those who belong to it now.</summary>
    ValueTask<IReadOnlyList<HouseholdPerson>> ListHouseholdAsync(
        AccountId account,
        DateTimeOffset now
    );

    /// <summary>The marked items of a vault that are in its tree: of each the rows from the root down to it, in no order, whether its marks hold or not.</summary>
    ValueTask<IReadOnlyList<IReadOnlyList<NodeRow>>> ListMarkedAsync(VaultId vault);

    /// <summary>What an account has marked as favourites in a vault, its own or another one: bounded by a limit.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="account">The account.</param>
    /// <param name="node">Only this one; null for all.</param>
    ValueTask<IReadOnlySet<NodeId>> ListFavoritesAsync(
        VaultId vault,
        AccountId account,
        NodeId? node
    );

    /// <summary>The nodes with these ids that a vault has, in no order; each row whole.</summary>
    ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(VaultId vault, IReadOnlyList<NodeId> nodes);

    /// <summary>Those of some nodes that are folders, and every folder above them up to the root or the trash, each once, in no order.</summary>
    ValueTask<IReadOnlyList<NodeRow>> ListFoldersAboveAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    );

    /// <summary>Files of a kind that were changed within a time, those that were changed last first; in the trash as well.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="fromMs">Changed then or later.</param>
    /// <param name="untilMs">Changed then or before.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many.</param>
    ValueTask<IReadOnlyList<NodeRow>> ListMediaAsync(
        VaultId vault,
        MediaClass kind,
        long fromMs,
        long untilMs,
        NodeRow? after,
        int limit
    );

    /// <summary>Pictures and videos by when they were taken, each with what is known of it; in the trash as well.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="fromMs">Taken then or later.</param>
    /// <param name="untilMs">Taken then or before.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="isOldestFirst">Whether the first come first; otherwise the last.</param>
    /// <param name="limit">How many.</param>
    ValueTask<IReadOnlyList<NodeRow>> ListTakenAsync(
        VaultId vault,
        long fromMs,
        long untilMs,
        NodeRow? after,
        bool isOldestFirst,
        int limit
    );

    /// <summary>For each moment when the first of a vault's pictures and videos was taken that was taken then or later; those after which there is none are left out. In the trash, and as earlier versions, as well.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="moments">The moments, in milliseconds since 1970 UTC, each once.</param>
    ValueTask<IReadOnlyDictionary<long, long>> ListFirstTakenAsync(
        VaultId vault,
        IReadOnlyList<long> moments
    );

    /// <summary>What is known of pictures and videos; contents that are none, or not noted yet, are left out.</summary>
    ValueTask<IReadOnlyDictionary<ContentId, MediaFacts>> DescribeMediaAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    );

    /// <summary>Whether a vault may have media that are not noted yet, as far as that is known at little cost.</summary>
    ValueTask<bool> MayHaveNewMediaAsync(VaultId vault);

    /// <summary>The previews of a content, the smallest first.</summary>
    ValueTask<IReadOnlyList<Preview>> ListPreviewsAsync(VaultId vault, ContentId content);

    /// <summary>Nodes in the order their rows became what they are, the last first; in the trash as well.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many.</param>
    ValueTask<IReadOnlyList<NodeRow>> ListLatestAsync(VaultId vault, NodeRow? after, int limit);

    /// <summary>Looks through everything below a folder, in no order.</summary>
    ValueTask<IReadOnlyList<NodeRow>> ScanAsync(VaultId vault, NodeId folder, NodeScan scan);

    /// <summary>Adds to rows what was asked beyond them: dead properties and checksums.</summary>
    ValueTask AddDetailsAsync(VaultId vault, IReadOnlyList<NodeRow> rows, NodeDetails details);

    /// <summary>Where a content's bytes are and how to read them.</summary>
    ValueTask<StoredContent> FindContentAsync(VaultId vault, ContentId content);

    /// <summary>As <see cref="FindContentAsync"/>, for several at once, in the order of the ids: null for one that is gone, and for no id.</summary>
    ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
        VaultId vault,
        IReadOnlyList<ContentId?> contents
    );

    /// <summary>Where contents' bytes are and how their keys are wrapped, without the bytes; those that are gone are left out. A content's parts are listed before it.</summary>
    ValueTask<IReadOnlyList<ContentKey>> ListContentKeysAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    );

    /// <summary>The file that was put aside last from a place; null when none was since a moment, or when it is gone for good.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="folder">The folder it was in.</param>
    /// <param name="name">What it was called there.</param>
    /// <param name="since">The moment.</param>
    /// <param name="newcomer">The node that is to come to the place; null for one that is not there yet.</param>
    ValueTask<SetAside?> FindSetAsideAsync(
        VaultState vault,
        NodeId folder,
        string name,
        DateTimeOffset since,
        NodeId? newcomer
    );

    /// <summary>What lies in the trash itself, the last that was put there first.</summary>
    ValueTask<IReadOnlyList<TrashedRow>> ListTrashAsync(VaultId vault, TrashRange range, int limit);

    /// <summary>The same of certain nodes, in no order; those that are not in the trash itself are left out.</summary>
    ValueTask<IReadOnlyList<TrashedRow>> FindTrashedAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    );

    /// <summary>A member of a folder by its key; null when there is none.</summary>
    ValueTask<NodeRow?> FindMemberAsync(VaultId vault, NodeId folder, string key);

    /// <summary>Of each node that is there the rows from the top of the tree, or from the trash, down to it.</summary>
    ValueTask<IReadOnlyDictionary<NodeId, IReadOnlyList<NodeRow>>> ListChainsAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    );

    /// <summary>Deletions by one account with one device, or with none, in the order of changes.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="account">The account.</param>
    /// <param name="device">The device; null for none.</param>
    /// <param name="from">The number of the change they begin with.</param>
    /// <param name="isBackwards">Whether those before it follow, and not those after it.</param>
    /// <param name="limit">No more than so many.</param>
    ValueTask<IReadOnlyList<DeletedRow>> ListDeletionsAsync(
        VaultId vault,
        AccountId account,
        DeviceId? device,
        long from,
        bool isBackwards,
        int limit
    );

    /// <summary>The deletion that a change made; null for none, and when nobody knows whose it was.</summary>
    ValueTask<DeletedRow?> FindDeletionAsync(VaultId vault, long seq);

    /// <summary>Earlier versions of a file that can be had, the last one first, from one before a change on.</summary>
    ValueTask<IReadOnlyList<FileVersion>> ListVersionsAsync(
        VaultId vault,
        NodeId file,
        long before,
        int limit
    );

    /// <summary>Whether a content became an earlier version of a file by a certain change, and still is one.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="until">The number of the change.</param>
    /// <param name="content">The content.</param>
    ValueTask<bool> IsVersionAsync(VaultId vault, long until, ContentId content);

    /// <summary>An upload by what its account calls it, whatever has become of it; null when there is none.</summary>
    ValueTask<UploadSession?> FindUploadAsync(VaultId vault, AccountId account, UploadName name);

    /// <summary>The uploads of an account that go on, in the order they began.</summary>
    ValueTask<IReadOnlyList<UploadSession>> ListUploadsAsync(
        VaultId vault,
        AccountId account,
        DateTimeOffset now
    );

    /// <summary>Parts of an upload, in the order of their numbers.</summary>
    /// <param name="vault">The vault that has it.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="from">Those with this number and above.</param>
    /// <param name="limit">The most to return.</param>
    ValueTask<IReadOnlyList<UploadPart>> ListUploadPartsAsync(
        VaultId vault,
        UploadId upload,
        long from,
        int limit
    );

    /// <summary>Nodes of a vault, the trash included, whose present rows were made after a point, in the order of points.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="after">The point.</param>
    /// <param name="limit">How many at the most.</param>
    ValueTask<IReadOnlyList<ChangedNode>> ListChangedAsync(
        VaultId vault,
        ChangePoint after,
        int limit
    );

    /// <summary>Places that nodes left by changes after one, in the order of changes and of ids.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="after">The number of the change.</param>
    /// <param name="asOf">The number of the change at which it counts whether a node was at the place.</param>
    /// <param name="limit">How many at the most.</param>
    ValueTask<IReadOnlyList<LeftPlace>> ListLeftAsync(
        VaultId vault,
        long after,
        long asOf,
        int limit
    );

    /// <summary>Where nodes were when a change had been made, in no order; those that were not there then, or of which nothing is known any more, are left out.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="asOf">The number of the change; <see cref="long.MaxValue"/> for where they are now.</param>
    ValueTask<IReadOnlyList<NodePlace>> FindPlacesAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    );

    /// <summary>The first change from a number on, and when it was made; null when there is none of which anything is known.</summary>
    ValueTask<ChangeTime?> FindChangeAsync(VaultId vault, long from);

    /// <summary>The last change by which something came to be as it was until after another change, if that had been done by a moment; else that other one.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="after">The number of the other change.</param>
    /// <param name="atMs">The moment, in milliseconds since 1970 UTC.</param>
    ValueTask<long> FindLastBeginningAsync(VaultId vault, long after, long atMs);

    /// <summary>Nodes as they were when a change had been made, in no order; those that were not there then, or of which nothing is known any more, are left out.</summary>
    ValueTask<IReadOnlyList<FormerRow>> ListFormerAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes,
        long asOf
    );

    /// <summary>The member that a folder had by a name when a change had been made; null when it had none.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name, exactly.</param>
    /// <param name="key">Its key.</param>
    /// <param name="asOf">The number of the change.</param>
    ValueTask<FormerRow?> FindFormerMemberAsync(
        VaultId vault,
        NodeId folder,
        string name,
        string key,
        long asOf
    );

    /// <summary>Visits what was in a folder when a change had been made: first what has not changed since, by its keys.</summary>
    ValueTask ListFormerMembersAsync(
        VaultId vault,
        NodeId folder,
        long asOf,
        Action<FormerRow> visit
    );

    /// <summary>
    /// Nodes below a folder, each folder's members together in the order of their keys, and the folders in an order of the engine's. Null when the folder to go on in is
    /// no longer below the other one.
    /// </summary>
    /// <param name="vault">The vault.</param>
    /// <param name="top">The folder.</param>
    /// <param name="isDeep">Whether everything below it is wanted, or its members alone.</param>
    /// <param name="parent">The folder of the last one seen; 0 to begin.</param>
    /// <param name="key">The name key of the last one seen.</param>
    /// <param name="limit">How many at the most.</param>
    ValueTask<IReadOnlyList<ChangedNode>?> ListBelowAsync(
        VaultId vault,
        NodeId top,
        bool isDeep,
        NodeId parent,
        string key,
        int limit
    );

    /// <summary>Whether a node lies below a folder, at whatever depth.</summary>
    ValueTask<bool> IsBelowAsync(VaultId vault, NodeId node, NodeId folder);

    /// <summary>How many levels really lie below a folder.</summary>
    ValueTask<int> MeasureHeightAsync(VaultId vault, NodeId folder);
}

/// <summary>What can be done within one transaction.</summary>
public interface IMetadataTransaction : IMetadataSnapshot
{
    /// <summary>Waits for the other writers of several vaults, in the order of ids, before anything is asked: for a command that writes into more than one.</summary>
    ValueTask TakeTurnsAsync(IReadOnlyList<VaultId> vaults);

    /// <summary>How many favourites an account has, in all vaults.</summary>
    ValueTask<long> CountFavoritesAsync(AccountId account);

    /// <summary>A fresh id for a node or a content, never given before.</summary>
    ValueTask<long> NextIdAsync();

    /// <summary>
    /// Applies a change set as a whole, at the latest with the end of the command: each node, lock and folder in it is changed once, contents are there before
    /// nodes that name them, and locks move before nodes that had them go. What cannot be applied then fails the command.
    /// </summary>
    ValueTask ApplyAsync(ChangeSet changes);

    /// <summary>
    /// Removes up to so many nodes for good, in the order of the trash's keys, members before their folders. Content that nobody owns any more goes with them.
    /// What is held or blocked is passed over.
    /// </summary>
    /// <param name="vault">The vault.</param>
    /// <param name="range">Of what.</param>
    /// <param name="keptBytes">No more goes as soon as the whole trash has no more than this; null to remove all of the range.</param>
    /// <param name="limit">No more than so many.</param>
    /// <param name="now">The time.</param>
    /// <returns>How many were removed; fewer than the limit means none is left.</returns>
    ValueTask<int> PurgeTrashAsync(
        VaultId vault,
        TrashRange range,
        long? keptBytes,
        int limit,
        DateTimeOffset now
    );

    /// <summary>Hides up to so many items of the trash, the oldest first.</summary>
    /// <returns>How many were hidden; fewer than the limit means none is left.</returns>
    ValueTask<int> HideTrashAsync(VaultId vault, TrashRange range, int limit, DateTimeOffset now);

    /// <summary>
    /// Makes some of the earlier versions no versions any more, and releases their contents; the rows stay, so that history goes on telling what was when. What is held or
    /// blocked is passed over.
    /// </summary>
    /// <returns>How many were looked at when they are thinned, else how many went; 0 means none is left.</returns>
    ValueTask<int> ReleaseVersionsAsync(
        VaultId vault,
        VersionPick pick,
        int limit,
        DateTimeOffset now
    );

    /// <summary>Hides a version; it goes for good a while later.</summary>
    /// <returns>False when it is none.</returns>
    ValueTask<bool> HideVersionAsync(VaultId vault, NodeId file, long version, DateTimeOffset now);

    /// <summary>Notes the pictures and videos that came with the next changes of a vault, those of some thousand nodes, as ones that nobody has looked into.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="limit">No more than so many nodes, but for those of one change.</param>
    /// <returns>Whether all are noted now.</returns>
    ValueTask<bool> NoteMediaAsync(VaultId vault, int limit);

    /// <summary>Removes up to so many parts of an upload that has expired, with their contents, and with the last of them the upload.</summary>
    /// <returns>How many rows were removed; 0 means that nothing is left of it, or that it has not expired.</returns>
    ValueTask<int> PurgeUploadAsync(VaultId vault, UploadId upload, int limit, DateTimeOffset now);

    /// <summary>Removes up to so many rows of history that ended before a moment, oldest first.</summary>
    /// <returns>How many were removed; fewer than the limit means none is left.</returns>
    ValueTask<int> PurgeHistoryAsync(
        VaultId vault,
        DateTimeOffset before,
        int limit,
        DateTimeOffset now
    );
}

/// <summary>Which facts are asked for.</summary>
public sealed record FactsRequest
{
    /// <summary>Who acts in the actor's own vault; whoever comes through a share acts for its owner.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The time that decides about locks and holds.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether a name that is not found exactly may be found folded (Explorer and Finder).</summary>
    public bool FoldsNames { get; init; }

    /// <summary>The paths, as segments from the root down.</summary>
    public required IReadOnlyList<PathRequest> Paths { get; init; }

    /// <summary>The share through which the actor comes, whose paths begin at its item; null for the whole tree.</summary>
    public ShareVisit? Visit { get; init; }

    /// <summary>A staged blob or an upload whose hold is the actor's own, so that it is not counted against them; null for none.</summary>
    public BlobId? OwnHold { get; init; }
}

/// <summary>What is looked for without an index.</summary>
/// <param name="KeyPart">What the key of the name contains, and perhaps of others; null for any.</param>
/// <param name="FromMs">Changed then or later; null for whenever.</param>
/// <param name="UntilMs">Changed then or before; null for whenever.</param>
/// <param name="OnlyFiles">Whether folders are left out.</param>
/// <param name="Examined">How many nodes are looked at.</param>
/// <param name="Limit">How many are given.</param>
public sealed record NodeScan(
    string? KeyPart,
    long? FromMs,
    long? UntilMs,
    bool OnlyFiles,
    int Examined,
    int Limit
);

/// <summary>One path and what is asked of it.</summary>
/// <param name="Path">Its segments.</param>
/// <param name="Details">What is asked beyond the rows.</param>
public readonly record struct PathRequest(
    IReadOnlyList<string> Path,
    NodeDetails Details = NodeDetails.None
);

/// <summary>What is asked of a node beyond its row.</summary>
[Flags]
public enum NodeDetails
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Active locks on it and on its ancestors.</summary>
    Locks = 1,

    /// <summary>Active locks below it.</summary>
    LocksBelow = 2,

    /// <summary>Dead properties.</summary>
    Properties = 4,

    /// <summary>Checksums.</summary>
    Checksums = 8,

    /// <summary>The CRC-32 alone.</summary>
    Crc32 = 16,

    /// <summary>Whether it is a favourite of the actor's. The sessions add it: no row has it.</summary>
    Favorite = 32,
}

/// <summary>The facts about a vault and some paths, all from one snapshot.</summary>
public sealed record Facts
{
    /// <summary>True when the actor's device or account was revoked, or the vault is gone; nothing else then means anything.</summary>
    public required bool IsSignedOut { get; init; }

    /// <summary>The vault.</summary>
    public required VaultState Vault { get; init; }

    /// <summary>What is known about the actor's contract.</summary>
    public required ContractFacts Contract { get; init; }

    /// <summary>What holds for everyone.</summary>
    public required PlatformFacts Platform { get; init; }

    /// <summary>The share through which the actor comes; null without one, or when it or its item is gone: there are no paths then.</summary>
    public VisitedShare? Visited { get; init; }

    /// <summary>The paths, in the order of the request.</summary>
    public required IReadOnlyList<PathState> Paths { get; init; }

    /// <summary>Why nothing can be done, before anything else is asked: where the actor comes from, in their own vault, something stands in the way. Null for nothing.</summary>
    internal Refusal? Obstacle { get; init; }
}

/// <summary>A vault's own row.</summary>
public sealed record VaultState
{
    /// <summary>Its id.</summary>
    public required VaultId Id { get; init; }

    /// <summary>What its root is called.</summary>
    public required string Name { get; init; }

    /// <summary>Changes when a backup is restored.</summary>
    public required long Epoch { get; init; }

    /// <summary>The number of its last change.</summary>
    public required long ChangeSeq { get; init; }

    /// <summary>What everything in its tree takes, in bytes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>What is promised to uploads under way, the actor's own hold aside, in bytes.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Files and folders in its tree, the root aside.</summary>
    public required long Items { get; init; }

    /// <summary>Its capacity in bytes; null for no limit.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>The top of its tree.</summary>
    public required NodeId Root { get; init; }

    /// <summary>Where deleted nodes go.</summary>
    public required NodeId Trash { get; init; }

    /// <summary>Whether names that differ only in case cannot stand side by side.</summary>
    public required bool IsCaseInsensitive { get; init; }

    /// <summary>Whether it has any lock at all, active or not.</summary>
    public required bool HasLocks { get; init; }

    /// <summary>Of moments before this change not everything is known any more.</summary>
    public long HistoryFloor { get; init; }

    /// <summary>When a file of it was put aside last, so that something may be saved in its place; null for never.</summary>
    public DateTimeOffset? LastSetAside { get; init; }

    /// <summary>What was deleted or overwritten since when; null when nothing was yet.</summary>
    public LossWindow? Losses { get; init; }

    /// <summary>Until when nothing goes from trash and history by itself, because much went at once; null for never.</summary>
    public DateTimeOffset? GuardedUntil { get; init; }

    /// <summary>Whether people of the household share anything with the vault's account, or once did and its mount is still there.</summary>
    public bool HasReceived { get; init; }

    /// <summary>What was shared with the vault's account, where it was asked for.</summary>
    internal Mounts? Mounts { get; init; }

    /// <summary>The marks that hold now. Few.</summary>
    public IReadOnlyList<ProtectionMark> Marks
    {
        get;
        init
        {
            field = value;
            Protected = value.Select(mark => mark.Node).ToHashSet();
        }
    } = [];

    /// <summary>The items marked as holding others' intellectual property, everything below each included.</summary>
    public IReadOnlySet<NodeId> Protected { get; private init; } = FrozenSet<NodeId>.Empty;

    /// <summary>What the actor may do, as the session that loaded it decided; null where no session did.</summary>
    public Decision? Decision
    {
        get;
        init
        {
            field = value;
            ClosedStamp = EntityTag.StampOf(value?.Closed ?? FrozenSet<NodeId>.Empty);
        }
    }

    /// <summary>What of the vault is closed to the actor, who comes by a share, as a number; 0 for nothing, as to the owner.</summary>
    internal ulong ClosedStamp { get; private init; }

    /// <summary>What may still be added, in bytes, 0 or more; 0 whenever new content is refused, null for no limit.</summary>
    public long? AvailableBytes =>
        Decision?.Allows(Capability.AddContent) == false ? 0
        : CapacityBytes is { } capacity ? Math.Max(0, capacity - UsedBytes - HeldBytes)
        : null;

    /// <summary>What makes a name unique in a folder of this vault.</summary>
    public string KeyOf(string name) => IsCaseInsensitive ? NodeName.Fold(name) : name;
}

/// <summary>What is at a path.</summary>
public sealed record PathState
{
    /// <summary>The path as asked.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>The rows that exist along it, from the vault's root down as far as they go.</summary>
    public required IReadOnlyList<NodeRow> Chain { get; init; }

    /// <summary>How many rows of the chain lie above where the path begins: 0 unless the actor comes through a share.</summary>
    public int Above { get; init; }

    /// <summary>A sibling whose name differs from the last segment in case only, when the path itself was not found.</summary>
    public NodeRow? CaseSibling { get; init; }

    /// <summary>Active locks on the rows of the chain, when asked for.</summary>
    public IReadOnlyList<LockRow> Locks { get; init; } = [];

    /// <summary>Active locks below the node, when asked for.</summary>
    public IReadOnlyList<LockRow> LocksBelow { get; init; } = [];

    /// <summary>The node; null when nothing is there.</summary>
    public NodeRow? Node => Chain.Count == Above + Path.Count + 1 ? Chain[^1] : null;

    /// <summary>The mount that the path leads to or through, of another vault's item; null for none.</summary>
    public NodeRow? Mount => Chain is [.., { Kind: NodeKind.Mount } mount] ? mount : null;

    /// <summary>The folder the last segment is or would be in; null when there is none, and for where the path begins.</summary>
    public NodeRow? Parent =>
        Path.Count > 0
        && Chain.Count >= Above + Path.Count
        && Chain[Above + Path.Count - 1].IsFolder
            ? Chain[Above + Path.Count - 1]
            : null;

    /// <summary>The rows above the last segment up to the vault's root, as far as they exist.</summary>
    public IReadOnlyList<NodeRow> Ancestors => [.. Chain.Take(Above + Path.Count)];

    /// <summary>The path as its rows are named, which differs from the asked one where a name was found folded.</summary>
    public IReadOnlyList<string> StoredPath => [.. Chain.Skip(Above + 1).Select(row => row.Name)];
}

/// <summary>A file that was put aside, and the node that is to come to its place.</summary>
public sealed record SetAside
{
    /// <summary>The rows from the top of the tree, or from the trash, down to where it is now, the last one with its dead properties.</summary>
    public required IReadOnlyList<NodeRow> Chain { get; init; }

    /// <summary>The revision it had at its place.</summary>
    public required Guid Revision { get; init; }

    /// <summary>Who put it aside.</summary>
    public required AccountId Account { get; init; }

    /// <summary>With which device; null when with none.</summary>
    public required DeviceId? Device { get; init; }

    /// <summary>The newcomer; null when none was asked about.</summary>
    public Newcomer? Newcomer { get; init; }
}

/// <summary>A node that is to come to the place of one that was put aside.</summary>
/// <param name="Since">When it came to be; null when its present row is its first.</param>
/// <param name="IsShared">Whether it is shared itself.</param>
/// <param name="Properties">Its dead properties.</param>
public sealed record Newcomer(
    DateTimeOffset? Since,
    bool IsShared,
    IReadOnlyList<NodeProperty> Properties
);

/// <summary>A share and where its item is.</summary>
/// <param name="Share">The share.</param>
/// <param name="Chain">The rows from the vault's root down to the item.</param>
public sealed record PlacedShare(Share Share, IReadOnlyList<NodeRow> Chain)
{
    /// <summary>The item.</summary>
    public NodeRow Node => Chain[^1];

    /// <summary>The item's path from the root down; empty for the root itself.</summary>
    public IReadOnlyList<string> Path => [.. Chain.Skip(1).Select(row => row.Name)];

    /// <summary>What recipients know it by, until they call it something else: the owner's word for it, or the item's name, which of a whole vault is its owner's.</summary>
    public string Name => Share.Label ?? (Chain.Count == 1 ? Share.OwnerName : Node.Name);
}

/// <summary>What somebody of the household shares with an account, as it stands in the account's vault.</summary>
/// <param name="Id">The share.</param>
/// <param name="Placed">The share and its item; null when it is over, or its item is in the trash, or one of the two has left the household.</param>
/// <param name="Mount">The rows from the top of the account's vault, or from its trash, down to the mount; empty when there is none.</param>
/// <param name="IsRemoved">Whether the account has removed the mount; a share that never had one was not removed.</param>
public sealed record ReceivedShare(
    ShareId Id,
    PlacedShare? Placed,
    IReadOnlyList<NodeRow> Mount,
    bool IsRemoved
)
{
    /// <summary>The items of the owner's vault that are blocked now: closed to whoever comes by a share, with everything below.</summary>
    public IReadOnlySet<NodeId> Blocked
    {
        get;
        init
        {
            field = value;
            ClosedStamp = EntityTag.StampOf(value);
        }
    } = FrozenSet<NodeId>.Empty;

    // What the owner's vault says to whoever comes by the share (VaultState.ClosedStamp).
    internal ulong ClosedStamp { get; private init; }

    /// <summary>Whether it has yet to be given a mount.</summary>
    public bool IsNew => Placed is not null && Mount.Count == 0 && !IsRemoved;

    /// <summary>Whether its mount has yet to be taken away.</summary>
    public bool IsOver => Placed is null && Mount.Count > 0;
}

/// <summary>Somebody of a household.</summary>
/// <param name="Account">The account.</param>
/// <param name="Name">Its sign-in name as stored.</param>
public sealed record HouseholdPerson(AccountId Account, string Name);

/// <summary>A lock.</summary>
public sealed record LockRow
{
    /// <summary>Its token, <c>opaquelocktoken:</c> and a UUID.</summary>
    public required string Token { get; init; }

    /// <summary>The node it was taken on.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }

    /// <summary>With which device it was taken; null when with none.</summary>
    public required DeviceId? Device { get; init; }

    /// <summary>True for a shared lock.</summary>
    public required bool IsShared { get; init; }

    /// <summary>True when it covers everything below its node.</summary>
    public required bool IsInfinite { get; init; }

    /// <summary>The owner element's inner XML as the client sent it; null when it sent none.</summary>
    public required string? OwnerXml { get; init; }

    /// <summary>The holder's name, for people.</summary>
    public required string HolderName { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The path of its node; empty for the root. Given where the query knows it.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];
}

/// <summary>How a content is kept, without its bytes.</summary>
/// <param name="Content">The content.</param>
/// <param name="Blob">Its blob; null when it is inline, or consists of parts.</param>
/// <param name="WrappedKey">Its key; null when it is stored as plaintext, or consists of parts.</param>
public sealed record ContentKey(ContentId Content, BlobId? Blob, byte[]? WrappedKey)
{
    /// <summary>The contents that it consists of, in their order; empty when it has its own bytes.</summary>
    public IReadOnlyList<ContentId> Parts { get; init; } = [];
}

/// <summary>Where a content's bytes are.</summary>
/// <param name="Size">Plaintext length in bytes.</param>
/// <param name="Blob">Its blob; null when it is inline, or consists of parts.</param>
/// <param name="Inline">Its stored bytes; null when it is a blob, or consists of parts.</param>
/// <param name="WrappedKey">Its key; null when it is stored as plaintext, or consists of parts.</param>
public sealed record StoredContent(long Size, BlobId? Blob, byte[]? Inline, byte[]? WrappedKey)
{
    /// <summary>The contents that it consists of, in their order, none of which has parts itself; empty when it has its own bytes.</summary>
    public IReadOnlyList<StoredContent> Parts { get; init; } = [];
}
