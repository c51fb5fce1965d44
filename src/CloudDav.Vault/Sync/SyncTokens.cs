using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// Sync tokens as clients keep them: sealed, so that nobody reads or makes one, and for one account only. The same state gives the same token, which is then a state token
/// for <c>If</c> as well (RFC 6578 §5).
/// </summary>
internal sealed class SyncTokens(IKeyStore keys)
{
    private const string Prefix = "http://clouddav.org/ns/sync/";
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    // More than any token of ours is long.
    private const int MostChars = 64 * 1024;

    private readonly byte[] _sealKey = keys.Derive("sync tokens");
    private readonly byte[] _nonceKey = keys.Derive("sync token nonces");

    /// <summary>A token of an account.</summary>
    public string Write(AccountId account, SyncToken token)
    {
        using var plain = new MemoryStream();
        using (var writer = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write7BitEncodedInt64(token.Vault.Value);
            writer.Write(token.Epoch);
            Write(writer, token.Position);
            foreach (var (share, position) in token.Mounts.OrderBy(mount => mount.Key.Value))
            {
                writer.Write7BitEncodedInt64(share.Value);
                Write(writer, position);
            }
        }
        var bytes = plain.GetBuffer().AsSpan(0, (int)plain.Length);
        var sealedToken = new byte[NonceBytes + bytes.Length + TagBytes];
        // Of the content itself: the same content gives the same token, and another one another nonce.
        HMACSHA256.HashData(_nonceKey, bytes).AsSpan(0, NonceBytes).CopyTo(sealedToken);
        using var cipher = new AesGcm(_sealKey, TagBytes);
        cipher.Encrypt(
            sealedToken.AsSpan(0, NonceBytes),
            bytes,
            sealedToken.AsSpan(NonceBytes, bytes.Length),
            sealedToken.AsSpan(NonceBytes + bytes.Length),
            For(account)
        );
        return Prefix + Base64Url.EncodeToString(sealedToken);
    }

    /// <summary>What a token says; null when it is none of ours, or not this account's.</summary>
    public SyncToken? Read(AccountId account, string token)
    {
        if (
            token.Length > MostChars
            || !token.StartsWith(Prefix, StringComparison.Ordinal)
            || !Base64Url.IsValid(token.AsSpan(Prefix.Length))
        )
            return null;
        var bytes = Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length)).AsSpan();
        if (bytes.Length < NonceBytes + TagBytes)
            return null;
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_sealKey, TagBytes);
        try
        {
            cipher.Decrypt(
                bytes[..NonceBytes],
                bytes[NonceBytes..^TagBytes],
                bytes[^TagBytes..],
                plain,
                For(account)
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        using var reader = new BinaryReader(new MemoryStream(plain), Encoding.UTF8);
        // Only we can have written it, and nothing but what we write now can be read.
        if (reader.ReadByte() != Version)
            return null;
        var vault = new VaultId(reader.Read7BitEncodedInt64());
        var epoch = reader.ReadInt64();
        var position = ReadPosition(reader);
        var mounts = new Dictionary<ShareId, SyncPosition>();
        while (reader.BaseStream.Position < plain.Length)
            mounts.Add(new(reader.Read7BitEncodedInt64()), ReadPosition(reader));
        return new(vault, epoch, position, mounts);
    }

    private static byte[] For(AccountId account) => BitConverter.GetBytes(account.Value);

    private static void Write(BinaryWriter writer, SyncPosition position)
    {
        writer.Write7BitEncodedInt64(position.Collection.Value);
        writer.Write7BitEncodedInt64(position.Seq);
        writer.Write(position.Blocks);
        writer.Write(position.Cursor is not null);
        if (position.Cursor is not { } cursor)
            return;
        writer.Write7BitEncodedInt64(cursor.Top.Value);
        writer.Write7BitEncodedInt64(cursor.Parent.Value);
        writer.Write(cursor.Key);
    }

    private static SyncPosition ReadPosition(BinaryReader reader)
    {
        var collection = new NodeId(reader.Read7BitEncodedInt64());
        var seq = reader.Read7BitEncodedInt64();
        var blocks = reader.ReadUInt64();
        var cursor = reader.ReadBoolean()
            ? new SyncCursor(
                new(reader.Read7BitEncodedInt64()),
                new(reader.Read7BitEncodedInt64()),
                reader.ReadString()
            )
            : null;
        return new(collection, seq, cursor, blocks);
    }
}
