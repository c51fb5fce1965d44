namespace CloudDav.Vault;

/// <summary>An expected "no": which rule, and the facts a person or a protocol needs to understand it.</summary>
/// <param name="Rule">The rule that refuses.</param>
public sealed record Refusal(RefusalRule Rule)
{
    /// <summary>The node path the refusal is about (the lock's root, the missing parent); null for the request's own.</summary>
    public IReadOnlyList<string>? Path { get; init; }

    /// <summary>The limit in bytes or items that would be passed; null when no limit is involved.</summary>
    public long? Limit { get; init; }

    /// <summary>What is used of the limit now.</summary>
    public long? Used { get; init; }

    /// <summary>When the take-back window closes or closed; null when the refusal is not about it.</summary>
    public DateTimeOffset? ClosesAt { get; init; }

    /// <summary>When what refuses is expected to end; null when nobody knows.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The operator's code for the reason; null when the operator has nothing to do with it.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The operator's own words to the customer; null when there are none.</summary>
    public Texts? Words { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public bool IsLegalOrder { get; init; }

    /// <summary>The field of a command that it is about; null when it is about none.</summary>
    public string? Field { get; init; }

    /// <summary>The name of the person who stands in the way (a lock's holder); null when nobody does.</summary>
    public string? Holder { get; init; }

    /// <summary>Whether it is about the actor's own tree, although what is asked for lies beyond a mount.</summary>
    internal bool IsOfHome { get; init; }

    /// <summary>The mount beyond which the answer lies: the path leads into what somebody else shares. Null when it does not; only a tree with mounts asks for it.</summary>
    internal Crossing? Crossing { get; init; }
}

/// <summary>Where a path leaves a vault.</summary>
/// <param name="Mount">The share that is mounted there; null when mounts have to be brought up to date first.</param>
/// <param name="Path">The mount's own path.</param>
/// <param name="IsCondition">Whether it is a condition that leads there, and not what is asked for.</param>
internal sealed record Crossing(ReceivedShare? Mount, IReadOnlyList<string> Path, bool IsCondition)
{
    /// <summary>The body that was read before it was known that it goes elsewhere; null when none was.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }
}

/// <summary>
/// Every rule that can refuse. A new one must get its line in the server's <c>RefusalMap</c> and a sentence in each of its four languages, or
/// the build fails.
/// </summary>
public enum RefusalRule
{
    /// <summary>Nothing is there.</summary>
    NotFound,

    /// <summary>The folder to put it in is missing.</summary>
    ParentMissing,

    /// <summary>Something is there already and a new folder cannot take its place.</summary>
    AlreadyExists,

    /// <summary>A folder stands where a file was to be written.</summary>
    IsFolder,

    /// <summary>A file was addressed as a folder, or a folder operation was asked of a file.</summary>
    IsFile,

    /// <summary>The destination exists and overwriting was refused.</summary>
    DestinationExists,

    /// <summary>Source and destination are the same.</summary>
    SameNode,

    /// <summary>The destination lies inside the source, or the source inside the destination.</summary>
    InsideItself,

    /// <summary>The root of the tree can be neither removed, moved nor replaced.</summary>
    IsRoot,

    /// <summary>A lock that the actor did not submit stands in the way.</summary>
    Locked,

    /// <summary>Another lock conflicts with the one asked for.</summary>
    LockConflict,

    /// <summary>The lock token does not cover this node.</summary>
    LockTokenMismatch,

    /// <summary>The lock is somebody else's.</summary>
    LockNotYours,

    /// <summary>What the conditions were evaluated against no longer holds.</summary>
    ConditionFailed,

    /// <summary>It does not fit in the vault's capacity.</summary>
    CapacityExceeded,

    /// <summary>The platform's disk is full.</summary>
    PlatformFull,

    /// <summary>What lies behind the vaults cannot be reached at the moment.</summary>
    StorageUnavailable,

    /// <summary>Something went wrong that nobody foresaw.</summary>
    Failed,

    /// <summary>A sibling differs in letter case only.</summary>
    CaseConflict,

    /// <summary>The name is not allowed.</summary>
    NameNotAllowed,

    /// <summary>The name is too long.</summary>
    NameTooLong,

    /// <summary>The tree would be too deep.</summary>
    TooDeep,

    /// <summary>The vault holds as many items as it may.</summary>
    TooManyItems,

    /// <summary>Too many locks.</summary>
    TooManyLocks,

    /// <summary>The account has so many favourites already.</summary>
    TooManyFavorites,

    /// <summary>The device waits for changes on so many connections already.</summary>
    TooManyListeners,

    /// <summary>As many wait for changes as this server takes.</summary>
    NoRoomForListeners,

    /// <summary>Dead properties pass their limit.</summary>
    PropertiesTooLarge,

    /// <summary>The listing passes its limit.</summary>
    ListingTooLarge,

    /// <summary>The sync token is none of this collection and account, or too much has been forgotten since.</summary>
    SyncTokenInvalid,

    /// <summary>Not even one change fits into as few addresses.</summary>
    SyncLimitTooSmall,

    /// <summary>How the vault was at a moment is not known: it is too long ago, or before everything.</summary>
    MomentTooLongAgo,

    /// <summary>What a file held then is kept no more, nor anything that it held later.</summary>
    ContentForgotten,

    /// <summary>Nothing is reported of a file.</summary>
    NotReported,

    /// <summary>More is to be moved or copied into or out of what is shared than goes at once.</summary>
    TransferTooLarge,

    /// <summary>The body is not as long as was declared.</summary>
    LengthMismatch,

    /// <summary>A checksum given with the upload does not match.</summary>
    ChecksumMismatch,

    /// <summary>A partial update begins beyond the end.</summary>
    RangeNotSatisfiable,

    /// <summary>The device or account was revoked: sign in again.</summary>
    SignedOut,

    /// <summary>More is used than the option that was chosen holds: nothing new until less is.</summary>
    OverCapacity,

    /// <summary>The contract has ended: content can be read and deleted, and nothing else.</summary>
    TakeBackWindow,

    /// <summary>The take-back window has passed.</summary>
    AccountClosed,

    /// <summary>The service, or this part of it, is suspended for this account.</summary>
    Suspended,

    /// <summary>This part of the service is restricted.</summary>
    Restricted,

    /// <summary>The item was taken out of reach.</summary>
    Blocked,

    /// <summary>The contract does not include it.</summary>
    NotInContract,

    /// <summary>An address at which a TV set played is over, or was never one.</summary>
    MediaAddressNotValid,

    /// <summary>It cannot be done through this door.</summary>
    DoorNotAllowed,

    /// <summary>A form came from a page that stood open for too long, or from none of ours.</summary>
    PageTooOld,

    /// <summary>The platform is off for maintenance.</summary>
    PlatformOff,

    /// <summary>The platform takes no changes for the time of its maintenance.</summary>
    PlatformReadOnly,

    /// <summary>The current terms have to be accepted first.</summary>
    TermsNotAccepted,

    /// <summary>Too many wrong passwords.</summary>
    TooManyTries,

    /// <summary>More people are signing in at once than can be.</summary>
    SignInBusy,

    /// <summary>The operator's sign-in cannot be reached.</summary>
    SignInUnavailable,

    /// <summary>The account may not sign in.</summary>
    SignInDisabled,

    /// <summary>Whoever has signed in with the operator has no vault here.</summary>
    NoVault,

    /// <summary>The device asks for more at once than is done for one.</summary>
    DeviceBusy,

    /// <summary>A command has fields that are missing or wrong.</summary>
    InvalidInput,

    /// <summary>It takes a person who signed in as such, not a device.</summary>
    OwnSignInRequired,

    /// <summary>The own password takes a code as well, which is given on the pages alone.</summary>
    SecondFactorRequired,

    /// <summary>The person has to show once more who they are.</summary>
    FreshSignInRequired,

    /// <summary>Only the customer can do it, not a member of the household.</summary>
    OwnerOnly,

    /// <summary>The account has as many devices as it may.</summary>
    TooManyDevices,

    /// <summary>The one-time link is wrong, used or over.</summary>
    LinkNotValid,

    /// <summary>No secret is shared with the operator's systems, so that none can be sent to them.</summary>
    NoSharedSecret,

    /// <summary>It has ended, or was decided, before.</summary>
    AlreadyEnded,

    /// <summary>The person has no undertaking of confidentiality that holds.</summary>
    UndertakingRequired,

    /// <summary>Who asked for a grant cannot approve it.</summary>
    OtherApproverRequired,

    /// <summary>The person holds no grant for this account that was approved and runs.</summary>
    StaffGrantRequired,

    /// <summary>There is no such option.</summary>
    UnknownOption,

    /// <summary>The option was withdrawn: nobody can choose it any more.</summary>
    OptionWithdrawn,

    /// <summary>The customer has no active main contract.</summary>
    NoMainContract,

    /// <summary>Nobody can say at the moment whether the customer has an active main contract.</summary>
    MainContractUnconfirmed,

    /// <summary>The contract runs already, and no end of it is known.</summary>
    ContractRunning,

    /// <summary>The contract has ended.</summary>
    ContractEnded,

    /// <summary>Somebody else signs in with this name or subject.</summary>
    NameTaken,

    /// <summary>The household has as many members as it may.</summary>
    TooManyMembers,

    /// <summary>The person belongs to the household already.</summary>
    MemberBelongs,

    /// <summary>The person has left the household.</summary>
    MemberHasLeft,

    /// <summary>The id was used for another command.</summary>
    CommandReused,

    /// <summary>What is to be changed has another version than the sender saw.</summary>
    VersionConflict,

    /// <summary>There is no token, or one that is not accepted at this door.</summary>
    TokenNotAccepted,

    /// <summary>The token has not the scope that is needed.</summary>
    ScopeMissing,

    /// <summary>There is something at this address, and nothing that can be done with it by this method.</summary>
    MethodNotAllowed,

    /// <summary>The body of a command is not JSON.</summary>
    NotJson,

    /// <summary>The body of a command is too large.</summary>
    RequestTooLarge,

    /// <summary>There is no share that this link opens.</summary>
    ShareNotFound,

    /// <summary>What is shared cannot be opened for the time being; it comes back by itself.</summary>
    SharePaused,

    /// <summary>The share was taken out of reach by the operator. Why is its owner's to know.</summary>
    ShareBlocked,

    /// <summary>The share has ended: by its date, or because its downloads are used up, as many as the limit says.</summary>
    ShareExpired,

    /// <summary>The share does not include it.</summary>
    ShareRightMissing,

    /// <summary>The cloud that it was to be put in has no room for it.</summary>
    ShareFull,

    /// <summary>What others hold the rights to can be shared with the household only.</summary>
    ProtectedContent,

    /// <summary>The mark was set by the operator, who alone takes it away.</summary>
    MarkNotYours,

    /// <summary>Whoever shares with friends must state that they hold the rights.</summary>
    RightsNotAttested,

    /// <summary>The same of whoever shares from a program, which cannot ask for it: it is stated once for all.</summary>
    RightsNotStatedForPrograms,

    /// <summary>The vault has as many shares as it may.</summary>
    TooManyShares,

    /// <summary>The account has as many uploads under way as it may.</summary>
    TooManyUploads,

    /// <summary>An upload has as many parts as it may.</summary>
    TooManyParts,

    /// <summary>An upload is at another place than its sender believes, or was changed meanwhile.</summary>
    UploadOutOfStep,
}
