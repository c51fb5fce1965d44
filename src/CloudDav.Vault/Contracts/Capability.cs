namespace CloudDav.Vault;

/// <summary>What an actor may be allowed to do: the rows of the capability table.</summary>
[Flags]
public enum Capability
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>List, search, sync down.</summary>
    List = 1 << 0,

    /// <summary>Read content: of files, versions, the trash, and the archive of everything.</summary>
    Download = 1 << 1,

    /// <summary>New content, by whatever way: write, copy, restore, a lock that creates.</summary>
    AddContent = 1 << 2,

    /// <summary>Make an empty folder.</summary>
    CreateFolder = 1 << 3,

    /// <summary>Move, rename, change properties.</summary>
    Reorganise = 1 << 4,

    /// <summary>Delete, empty the trash.</summary>
    TakeBack = 1 << 5,

    /// <summary>Create or widen a share.</summary>
    Share = 1 << 6,

    /// <summary>Create or widen a share with people outside the household.</summary>
    ShareWithFriends = 1 << 7,

    /// <summary>Remove or narrow a share.</summary>
    NarrowShare = 1 << 8,

    /// <summary>Recipients in the household open what was shared with them.</summary>
    OpenFamilyShare = 1 << 9,

    /// <summary>Friends open what was shared with them.</summary>
    OpenFriendShare = 1 << 10,

    /// <summary>Manage devices and app passwords, read the own access log.</summary>
    ManageDevices = 1 << 11,

    /// <summary>Look at own media on the TV.</summary>
    Tv = 1 << 12,

    /// <summary>All of them.</summary>
    All = (1 << 13) - 1,
}

/// <summary>Through what an actor comes in: the same person has different rights through different doors.</summary>
public enum Door
{
    /// <summary>A mount or a sync client.</summary>
    App,

    /// <summary>A browser.</summary>
    Browser,

    /// <summary>A TV set.</summary>
    Tv,

    /// <summary>A link that was given to somebody without an account.</summary>
    Link,

    /// <summary>The operator's staff with a grant: reading only.</summary>
    Staff,
}

/// <summary>Where an account stands in its contract. Derived, never stored.</summary>
public enum Standing
{
    /// <summary>The contract runs, and what is used fits.</summary>
    Active,

    /// <summary>The contract runs, and more is used than the smaller option that was chosen holds.</summary>
    OverCapacity,

    /// <summary>The contract has ended, and content can be taken back.</summary>
    TakeBack,

    /// <summary>The take-back window has passed.</summary>
    Closed,
}
