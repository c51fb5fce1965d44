using System.Buffers.Binary;
using System.IO.Hashing;

namespace CloudDav.Vault;

/// <summary>What the household shares with an account, as it hangs in the account's tree. Few, and looked at from the mount upward.</summary>
internal sealed class Mounts
{
    private readonly NodeId _root;
    private Dictionary<NodeId, ulong>? _stamps;

    public Mounts(IReadOnlyList<ReceivedShare> received, NodeId root) =>
        (Received, _root) = (received, root);

    /// <summary>Whether something new has no mount yet, or something that is over still has one.</summary>
    public bool AreDue => Received.Any(share => share.IsNew || share.IsOver);

    /// <summary>All of them.</summary>
    public IReadOnlyList<ReceivedShare> Received { get; }

    /// <summary>What a mount shows; null when it shows nothing any more.</summary>
    public ReceivedShare? Find(NodeId mount) =>
        Received.FirstOrDefault(share =>
            share.Placed is not null && share.Mount is [.., var row] && row.Id == mount
        );

    /// <summary>What the mounts below a folder show, as a number that changes whenever it does; null when there are none.</summary>
    public ulong? StampOf(NodeId folder)
    {
        _stamps ??= Stamps();
        return _stamps.TryGetValue(folder, out var stamp) ? stamp : null;
    }

    /// <summary>How many items the mounts below a folder show.</summary>
    public long ItemsBelow(NodeId folder) =>
        InTree
            .Where(share => share.Mount.Any(row => row.Id == folder))
            .Sum(share => share.Placed!.Node.TotalItems);

    /// <summary>Whether a share has a mount in the tree: one that went into the trash with its folder shows nothing.</summary>
    public bool Hangs(ReceivedShare received) => received.Mount is [var top, ..] && top.Id == _root;

    /// <summary>Where the mount of a share is; null when it has none in the tree.</summary>
    public IReadOnlyList<string>? PathOf(ReceivedShare received) =>
        Hangs(received) ? [.. received.Mount.Skip(1).Select(row => row.Name)] : null;

    /// <summary>What is mounted below a folder, and where, from below the folder down.</summary>
    public IEnumerable<(ReceivedShare Share, IReadOnlyList<string> Below)> Below(NodeId folder)
    {
        foreach (var share in InTree)
        {
            var at = share.Mount.ToList().FindIndex(row => row.Id == folder);
            if (at >= 0 && at < share.Mount.Count - 1)
                yield return (share, [.. share.Mount.Skip(at + 1).Select(row => row.Name)]);
        }
    }

    private Dictionary<NodeId, ulong> Stamps()
    {
        var stamps = new Dictionary<NodeId, ulong>();
        Span<byte> bytes = stackalloc byte[32];
        foreach (var share in InTree)
        {
            var node = share.Placed!.Node;
            BinaryPrimitives.WriteInt64LittleEndian(bytes, node.Id.Value);
            if (node.IsFolder)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], node.SubtreeVersion);
                bytes[16..24].Clear();
            }
            else
            {
                node.Revision.TryWriteBytes(bytes[8..]);
            }
            // What may be done there is looked at again only where the folder around it has changed.
            BinaryPrimitives.WriteUInt64LittleEndian(
                bytes[24..],
                (ulong)share.Placed.Share.Rights ^ share.ClosedStamp
            );
            var stamp = XxHash3.HashToUInt64(bytes);
            foreach (var row in share.Mount.SkipLast(1))
                // The order of ids is that of the list, so that the same mounts give the same number.
                stamps[row.Id] = unchecked((stamps.GetValueOrDefault(row.Id) * 31) + stamp);
        }
        return stamps;
    }

    private IEnumerable<ReceivedShare> InTree =>
        Received.Where(share => share.Placed is not null && Hangs(share));
}
