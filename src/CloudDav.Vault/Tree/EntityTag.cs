using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;

namespace CloudDav.Vault;

/// <summary>The one place that makes entity tags: strong, quoted, the same wherever they appear.</summary>
public static class EntityTag
{
    /// <summary>A file's is its revision; a folder's a hash of the vault's epoch, the folder and the last change below it.</summary>
    public static string Of(VaultState vault, NodeRow node)
    {
        Span<byte> bytes = stackalloc byte[24];
        if (node.IsFolder)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, vault.Epoch);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], node.Id.Value);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], node.SubtreeVersion);
            XxHash128.Hash(bytes, bytes);
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
}
