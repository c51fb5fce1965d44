namespace CloudDav.Vault;

/// <summary>How far a client's copy of a collection has come: every change up to a number, and of that one what lies before a cursor.</summary>
/// <param name="Collection">The collection, or the file that a share shows by itself.</param>
/// <param name="Seq">The number of the change in the collection's vault; <see cref="NotBegun"/> when nothing of it was told yet.</param>
/// <param name="Cursor">What of that change, or of the collection itself, has been told; null for all.</param>
/// <param name="Blocks">What was closed to whoever comes by a share, as a number; 0 for nothing.</param>
internal sealed record SyncPosition(NodeId Collection, long Seq, SyncCursor? Cursor, ulong Blocks)
{
    /// <summary>Nothing of it was told.</summary>
    public const long NotBegun = -1;

    /// <summary>What was closed, where it has been another since: no number of anything that is.</summary>
    public const ulong Unlike = ulong.MaxValue;

    /// <summary>Before anything of a collection was told.</summary>
    public static SyncPosition BeforeAll(NodeId collection) => new(collection, NotBegun, null, 0);
}

/// <summary>Where a report was cut.</summary>
/// <param name="Top">The folder of which everything is being told, because it came from elsewhere or is the collection itself; 0 for none: the cut is between nodes of the change.</param>
/// <param name="Parent">The folder of the last one that was told; the top itself when it alone was told, 0 when not even that. Negative behind what the change brought from elsewhere.</param>
/// <param name="Key">Its name key; empty when nothing below the top was told.</param>
internal sealed record SyncCursor(NodeId Top, NodeId Parent, string Key);

/// <summary>What a client is given to go on with: where its copy stands in the own vault, and in each one that is mounted below.</summary>
/// <param name="Vault">The vault of the collection.</param>
/// <param name="Epoch">Its epoch: a restored backup is another past.</param>
/// <param name="Position">Where the copy stands in it.</param>
/// <param name="Mounts">Where it stands in what others share, by share.</param>
internal sealed record SyncToken(
    VaultId Vault,
    long Epoch,
    SyncPosition Position,
    IReadOnlyDictionary<ShareId, SyncPosition> Mounts
);
