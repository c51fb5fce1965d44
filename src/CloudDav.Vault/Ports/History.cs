namespace CloudDav.Vault;

/// <summary>Where a node is or was.</summary>
/// <param name="Node">The node.</param>
/// <param name="Parent">The folder it is in; 0 for the root and the trash.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct NodePlace(NodeId Node, NodeId Parent, string Name, NodeKind Kind);

/// <summary>A point in the order in which changed nodes are told of: by the number of the change, then by folder and key.</summary>
/// <param name="Seq">The number of the change.</param>
/// <param name="Parent">The folder; 0 is before all.</param>
/// <param name="Key">The name key in the folder; empty is before all.</param>
public readonly record struct ChangePoint(long Seq, NodeId Parent, string Key)
{
    /// <summary>Behind everything of a change.</summary>
    public static ChangePoint After(long seq) => new(seq, new(long.MaxValue), "");
}

/// <summary>A node whose present row was made by a change, or that lies below one that was.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Key">Its name key there.</param>
/// <param name="Seq">The change that made its present row.</param>
public readonly record struct ChangedNode(NodePlace Place, string Key, long Seq);

/// <summary>A change, and when it was made.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="AtMs">When, in milliseconds since 1970 UTC.</param>
public readonly record struct ChangeTime(long Seq, long AtMs);

/// <summary>A node as it was. Of a folder the counters are not known, and of none its key and what is not in history.</summary>
/// <param name="Node">
/// Its row. Where the content that a file had is kept no more, the next one it had that still is, with its length, revision, media type and time; none when none is: <see cref="NodeRow.IsForgotten"/>.
/// </param>
/// <param name="IsExact">Whether a file's content is the one that it had.</param>
public sealed record FormerRow(NodeRow Node, bool IsExact);

/// <summary>A place that a node left: moved, renamed, deleted or removed.</summary>
/// <param name="Until">The number of the change.</param>
/// <param name="Place">The place.</param>
/// <param name="WasFirst">Whether the node was at this place at the moment that was asked about, and this is the first it left since.</param>
/// <param name="IsLast">Whether the node is still where it came to by this change.</param>
public readonly record struct LeftPlace(long Until, NodePlace Place, bool WasFirst, bool IsLast);
