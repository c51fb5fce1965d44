namespace CloudDav.Vault;

/// <summary>One change of one vault, decided by the vault and applied by the metadata store as a whole.</summary>
public sealed class ChangeSet
{
    private readonly List<Change> _changes = [];
    private readonly Dictionary<long, FolderChange> _folders = [];

    /// <summary>Begins the change of a vault.</summary>
    /// <param name="vault">The vault as the facts had it.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="isRecorded">False for what leaves tree and counters alone (locks, holds): it takes no change number.</param>
    public ChangeSet(VaultState vault, DateTimeOffset now, bool isRecorded = true)
    {
        Vault = vault.Id;
        NowMs = now.ToUnixTimeMilliseconds();
        IsRecorded = isRecorded;
        Seq = isRecorded ? vault.ChangeSeq + 1 : vault.ChangeSeq;
    }

    /// <summary>Begins a change that leaves tree and counters alone, by nobody in particular.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="now">The time of the change.</param>
    public ChangeSet(VaultId vault, DateTimeOffset now) =>
        (Vault, NowMs) = (vault, now.ToUnixTimeMilliseconds());

    /// <summary>Whose it is.</summary>
    public VaultId Vault { get; }

    /// <summary>Its number.</summary>
    public long Seq { get; }

    /// <summary>Its time, in milliseconds since 1970 UTC.</summary>
    public long NowMs { get; }

    /// <summary>Whether it takes the vault's next change number.</summary>
    public bool IsRecorded { get; }

    /// <summary>Who makes it, as history tells; null for nobody.</summary>
    public Actor? By { get; set; }

    /// <summary>What the vault has lost of late, this change included; null when it loses nothing.</summary>
    public LossNote? Losses { get; set; }

    /// <summary>By how much what the vault's tree takes changes, in bytes.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>By how much the number of nodes in the vault's tree changes.</summary>
    public long Items { get; private set; }

    /// <summary>The changes, in the order they are applied.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    /// <summary>What changes in each folder's counters, by the folder's id.</summary>
    public IReadOnlyDictionary<long, FolderChange> Folders => _folders;

    /// <summary>Adds a change.</summary>
    public void Add(Change change) => _changes.Add(change);

    /// <summary>Counts a change among the members of a chain of folders.</summary>
    /// <param name="chain">The folders from the root, or the trash, down to the one whose member changes.</param>
    /// <param name="bytes">Change of file bytes.</param>
    /// <param name="propertyBytes">Change of property bytes.</param>
    /// <param name="items">Change of the number of nodes.</param>
    /// <param name="levels">How many levels now lie below the last folder of the chain, at least; 0 when none was added.</param>
    /// <param name="changesMembers">Whether the last folder has other members than before, which is what its modification time tells.</param>
    /// <param name="isInTree">False below the trash, which does not count against the vault.</param>
    public void Count(
        IReadOnlyList<NodeRow> chain,
        long bytes,
        long propertyBytes,
        long items,
        int levels,
        bool changesMembers,
        bool isInTree = true
    )
    {
        for (var i = 0; i < chain.Count; i++)
        {
            ref var folder =
                ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    _folders,
                    chain[i].Id.Value,
                    out _
                );
            folder.Bytes += bytes;
            folder.PropertyBytes += propertyBytes;
            folder.Items += items;
            if (levels > 0)
                folder.Height = Math.Max(folder.Height, levels + chain.Count - 1 - i);
            folder.ChangesMembers |= changesMembers && i == chain.Count - 1;
        }
        if (!isInTree)
            return;
        UsedBytes += bytes + propertyBytes;
        Items += items;
    }

    /// <summary>Counts a change of the root's own properties, which no folder counts.</summary>
    public void CountRootProperties(long propertyBytes) => UsedBytes += propertyBytes;
}

/// <summary>What changes in a folder's counters.</summary>
public struct FolderChange
{
    /// <summary>Change of the bytes below it.</summary>
    public long Bytes { get; set; }

    /// <summary>Change of the property bytes below it.</summary>
    public long PropertyBytes { get; set; }

    /// <summary>Change of the number of nodes below it.</summary>
    public long Items { get; set; }

    /// <summary>How many levels lie below it now, at least.</summary>
    public int Height { get; set; }

    /// <summary>Whether its own members changed, and with them its modification time.</summary>
    public bool ChangesMembers { get; set; }
}

/// <summary>Why a node's former row went into history.</summary>
public enum HistoryReason
{
    /// <summary>New content was written.</summary>
    Written = 1,

    /// <summary>It was moved or renamed.</summary>
    Moved = 2,

    /// <summary>It was put into the trash.</summary>
    Deleted = 3,

    /// <summary>Its properties or times were changed.</summary>
    Patched = 4,

    /// <summary>It was removed without going through the trash.</summary>
    Discarded = 5,

    /// <summary>New content was written to the place it was put aside from, and it came back there.</summary>
    Returned = 6,
}

/// <summary>One step of a change set.</summary>
public abstract record Change
{
    private Change() { }

    /// <summary>Adds a content, inline or from a staged blob, which becomes live. Fails when the blob is no longer staged.</summary>
    public sealed record AddContent(ContentId Content, ContentFacts Facts, BlobId? Blob) : Change;

    /// <summary>Adds a content that is that of another vault: its facts and inline bytes are copied, its bytes in a blob have been. The blob becomes live; fails when it is no longer staged.</summary>
    /// <param name="Content">The new content.</param>
    /// <param name="From">The other vault.</param>
    /// <param name="Source">The content there.</param>
    /// <param name="WrappedKey">Its key as this vault wraps it; null for plaintext.</param>
    /// <param name="Blob">The staged blob with its bytes; null when they are inline, or those of its parts.</param>
    /// <param name="Parts">What its parts are here, in their order; they are taken by changes of their own. Empty for a content that has its own bytes.</param>
    public sealed record TakeContent(
        ContentId Content,
        VaultId From,
        ContentId Source,
        byte[]? WrappedKey,
        BlobId? Blob,
        IReadOnlyList<ContentId> Parts
    ) : Change;

    /// <summary>Adds a content that consists of the parts of an upload, in the order of their numbers. They are the upload's no more.</summary>
    public sealed record AssembleContent(ContentId Content, ContentFacts Facts, UploadId Upload)
        : Change;

    /// <summary>Adds an upload, with its hold.</summary>
    public sealed record AddUpload(UploadSession Upload) : Change;

    /// <summary>Changes what becomes of an upload as it goes on: what is there and held, when it expires, and what it became. Fails when it is not there.</summary>
    public sealed record ChangeUpload(UploadSession Upload) : Change;

    /// <summary>Puts a part among those of an upload, in the place of the one with its number. That one's content must be released.</summary>
    public sealed record PutUploadPart(UploadId Upload, UploadPart Part) : Change;

    /// <summary>Takes a part away from an upload. Its content must be released.</summary>
    public sealed record RemoveUploadPart(UploadId Upload, long Number) : Change;

    /// <summary>Says what is known of a picture or a video that was noted.</summary>
    public sealed record DescribeMedium(ContentId Content, MediaFacts Facts) : Change;

    /// <summary>Makes a content the preview of another one, with which it goes.</summary>
    public sealed record AddPreview(ContentId Of, Preview Preview) : Change;

    /// <summary>Copies the dead properties of another vault's node.</summary>
    public sealed record TakeProperties(VaultId From, NodeId Source, NodeId Target) : Change;

    /// <summary>Makes a node one more owner of a content, unless its history names it: then it is one.</summary>
    public sealed record ShareContent(ContentId Content, NodeId Owner) : Change;

    /// <summary>
    /// A node's row no longer names a content. Unless its history does, it stops being an owner; without owners the content goes and its blob is condemned, and with it the parts that
    /// it consists of. A part of an upload has no node for its owner: the default.
    /// </summary>
    public sealed record ReleaseContent(ContentId Content, NodeId Owner) : Change;

    /// <summary>Adds a node, a folder with empty counters.</summary>
    public sealed record InsertNode(NodeRow Row) : Change;

    /// <summary>Replaces a node's row; its former row goes into history.</summary>
    /// <param name="Former">The row as it was.</param>
    /// <param name="Row">The row as it becomes.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="IsVersion">Whether the former row is an earlier version that a person may want back.</param>
    /// <param name="KeepsContent">Whether history names the former content; when not, it must be released.</param>
    public sealed record ReplaceNode(
        NodeRow Former,
        NodeRow Row,
        HistoryReason Reason,
        bool IsVersion,
        bool KeepsContent
    ) : Change;

    /// <summary>Remembers who put a file aside that the same change set has moved, so that what comes to its place can become its next version.</summary>
    public sealed record SetAside(NodeId Node, AccountId Account, DeviceId? Device) : Change;

    /// <summary>Removes a file's row, its properties and locks; history tells that it was there, without its content.</summary>
    public sealed record RemoveFile(NodeRow Former) : Change;

    /// <summary>Sets a folder's modification time.</summary>
    public sealed record SetFolderModified(NodeId Folder, long ModifiedMs) : Change;

    /// <summary>Corrects a folder's height to what was measured.</summary>
    public sealed record SetHeight(NodeId Folder, int Height) : Change;

    /// <summary>Copies everything below a folder below another one, which is empty; contents are shared, properties and marks copied.</summary>
    /// <param name="Source">The folder to copy from.</param>
    /// <param name="Target">The new folder.</param>
    public sealed record CopyMembers(NodeRow Source, NodeRow Target) : Change;

    /// <summary>Copies a node's dead properties.</summary>
    public sealed record CopyProperties(NodeId Source, NodeId Target) : Change;

    /// <summary>Sets a dead property.</summary>
    public sealed record SetProperty(NodeId Node, NodeProperty Property) : Change;

    /// <summary>Removes a dead property; one that is not there is none.</summary>
    public sealed record RemoveProperty(NodeId Node, string Name) : Change;

    /// <summary>Adds a lock, and drops those of the vault that have ended.</summary>
    public sealed record AddLock(LockRow Lock) : Change;

    /// <summary>Gives a lock another end.</summary>
    public sealed record ExtendLock(string Token, DateTimeOffset Expires) : Change;

    /// <summary>Removes a lock.</summary>
    public sealed record RemoveLock(string Token) : Change;

    /// <summary>Puts the locks of a replaced node on the one in its place: the address stays mapped, so its locks stay.</summary>
    public sealed record MoveLocks(NodeId From, NodeId To) : Change;

    /// <summary>Enters a blob into the ledger as staged, with the bytes held for it.</summary>
    public sealed record StageBlob(BlobId Blob, long HeldBytes, DateTimeOffset Lease) : Change;

    /// <summary>Renews the lease of a staged blob and holds more bytes for it. Fails when the blob is no longer staged.</summary>
    /// <param name="Blob">The blob.</param>
    /// <param name="MoreBytes">What is held beyond what was held before; 0 only renews.</param>
    /// <param name="Lease">When the lease now ends.</param>
    public sealed record GrowHold(BlobId Blob, long MoreBytes, DateTimeOffset Lease) : Change;

    /// <summary>Gives up a staged blob: its hold goes, and the sweeper removes what the store has of it.</summary>
    public sealed record AbandonBlob(BlobId Blob) : Change;

    /// <summary>Puts a mount of a share into the tree; it takes the place of a former one that is gone.</summary>
    public sealed record AddMount(NodeRow Row, ShareId Share) : Change;

    /// <summary>Removes a mount's row; history tells that it was there. What was shared stays where it is.</summary>
    /// <param name="Former">The row as it was.</param>
    /// <param name="Share">The share.</param>
    /// <param name="IsWish">Whether the account wants no mount of it, so that none comes back; else it is forgotten that there was one.</param>
    public sealed record RemoveMount(NodeRow Former, ShareId Share, bool IsWish) : Change;

    /// <summary>Adds a share.</summary>
    public sealed record AddShare(Share Share) : Change;

    /// <summary>Changes what its owner sets of a share: all but its item, its token, its uses and how it began.</summary>
    public sealed record ReplaceShare(Share Share) : Change;

    /// <summary>Removes a share.</summary>
    public sealed record RemoveShare(ShareId Share) : Change;

    /// <summary>Counts a use of a share, once for each client and hour, and forgets what was counted before a moment.</summary>
    /// <param name="Share">The share.</param>
    /// <param name="Client">Who used it.</param>
    /// <param name="Use">How.</param>
    /// <param name="At">When.</param>
    public sealed record CountShareUse(
        ShareId Share,
        ReadOnlyMemory<byte> Client,
        ShareUse Use,
        DateTimeOffset At
    ) : Change;

    /// <summary>Marks an item as holding others' intellectual property, or takes the mark away.</summary>
    /// <param name="Node">The item.</param>
    /// <param name="IsProtected">Whether it has the mark from now on.</param>
    /// <param name="Measure">The operator's measure that it is marked under; null for its owner's own mark.</param>
    public sealed record Protect(NodeId Node, bool IsProtected, long? Measure) : Change;

    /// <summary>Marks an item as a favourite of an account, or takes the mark away: nothing that anybody else notices.</summary>
    public sealed record SetFavorite(NodeId Node, AccountId Account, bool IsFavorite) : Change;

    /// <summary>Remembers that an account's standing was told.</summary>
    public sealed record NoteStanding(AccountId Account, Standing Standing) : Change;

    /// <summary>Appends to a hash chain who did it.</summary>
    public sealed record AddAudit(AuditEntry Entry) : Change;

    /// <summary>Tells the operator's systems of it.</summary>
    public sealed record AddEvent(ServiceEvent Event) : Change;
}

/// <summary>How much of a vault was deleted or overwritten within a while.</summary>
/// <param name="Since">When the while began.</param>
/// <param name="Of">How many files and folders the vault had then.</param>
/// <param name="Items">How many of them were deleted or overwritten since.</param>
public readonly record struct LossWindow(DateTimeOffset Since, long Of, long Items);

/// <summary>What is kept of it.</summary>
/// <param name="Window">What was lost.</param>
/// <param name="GuardedUntil">Until when nothing goes from trash and history by itself; null leaves that as it is.</param>
public readonly record struct LossNote(LossWindow Window, DateTimeOffset? GuardedUntil);
