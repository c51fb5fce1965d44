using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;

namespace CloudDav.Vault;

/// <summary>The one place that makes entity tags: strong, quoted, the same wherever they appear.</summary>
public static class EntityTag
{
    /// <summary>
    /// A file's is its revision; a folder's a hash of the vault's epoch, the folder, the last change below it, what the mounts below it show, and to whoever comes by a share what is closed there.
    /// </summary>
    public static string Of(VaultState vault, NodeRow node)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (node.IsFolder)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, vault.Epoch);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], node.Id.Value);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], node.SubtreeVersion);
            var hashed = bytes[..24];
            var beside = vault.Mounts?.StampOf(node.Id);
            // No change of the vault tells of a block, and not of its end, which time alone can bring: all that is shared has another tag then, and is looked through again.
            if (vault.ClosedStamp != 0)
                beside = (beside ?? 0) ^ vault.ClosedStamp;
            if (beside is { } stamp)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], stamp);
                hashed = bytes;
            }
            XxHash128.Hash(hashed, bytes);
        }
        else
        {
            node.Revision.TryWriteBytes(bytes);
        }
        Span<char> tag = stackalloc char[24];
        tag[0] = '"';
        Base64Url.EncodeToChars(bytes[..16], tag[1..]);
        tag[23] = '"';
        return new string(tag);
    }

    /// <summary>
    /// The tag of an archive of everything below a folder: the folder's own, which changes with every change below it, what is withheld from the archive, what of the folder is chosen, and the
    /// version of its layout, which must change whenever the same tree would be written with other bytes.
    /// </summary>
    public static string OfArchive(
        VaultState vault,
        NodeRow folder,
        IReadOnlySet<NodeId> withheld,
        IReadOnlySet<NodeId>? members
    ) =>
        $"{Of(vault, folder).AsSpan(0, 23)}{HashOf(withheld)}{(members is null ? "" : ".of" + HashOf(members))}.zip2\"";

    private static string HashOf(IReadOnlySet<NodeId> nodes) =>
        nodes.Count == 0 ? "" : $".{StampOf(nodes):x16}";

    /// <summary>Some nodes as a number; 0 for none.</summary>
    internal static ulong StampOf(IReadOnlySet<NodeId> nodes)
    {
        if (nodes.Count == 0)
            return 0;
        var hash = new XxHash3();
        Span<byte> bytes = stackalloc byte[8];
        foreach (var node in nodes.OrderBy(node => node.Value))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, node.Value);
            hash.Append(bytes);
        }
        return hash.GetCurrentHashAsUInt64();
    }
}
