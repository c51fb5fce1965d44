using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Wraps one 256-bit key by another: AES-256-GCM under a random nonce, bound to a purpose and a vault. <c>Content/README.md</c> has the bytes.</summary>
public static class KeyWrap
{
    /// <summary>Purpose of a content's key wrapped by its vault's key.</summary>
    public const string ContentKey = "CloudDav content key";

    /// <summary>Purpose of a vault's key wrapped by the master key.</summary>
    public const string VaultKey = "CloudDav vault key";

    /// <summary>Purpose of the secret of a second factor wrapped by the key of its account's vault.</summary>
    public const string SecondFactor = "CloudDav second factor";

    /// <summary>Purpose of the server's own key wrapped by the master key, as that of vault 0.</summary>
    public const string ServerKey = "CloudDav server key";

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a wrapped key: version, nonce, ciphertext, tag.</summary>
    public const int WrappedBytes = 1 + NonceBytes + KeyBytes + TagBytes;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Wraps a key.</summary>
    /// <param name="wrapping">The wrapping key, 32 bytes.</param>
    /// <param name="key">The key to wrap, 32 bytes.</param>
    /// <param name="purpose">What the key is for; unwrapping must say the same.</param>
    /// <param name="vault">Whose it is; unwrapping must say the same.</param>
    public static byte[] Wrap(
        ReadOnlySpan<byte> wrapping,
        ReadOnlySpan<byte> key,
        string purpose,
        VaultId vault
    )
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        return Wrap(wrapping, key, purpose, vault, nonce);
    }

    /// <summary>Unwraps a key.</summary>
    /// <returns>The key; null when the bytes were not made by <see cref="Wrap(ReadOnlySpan{byte}, ReadOnlySpan{byte}, string, VaultId)"/> with the same arguments.</returns>
    [SuppressMessage(
        "Performance",
        "CA1819",
        Justification = "A key is an array of bytes that its owner may clear."
    )]
    public static byte[]? TryUnwrap(
        ReadOnlySpan<byte> wrapping,
        ReadOnlySpan<byte> wrapped,
        string purpose,
        VaultId vault
    )
    {
        if (wrapped.Length != WrappedBytes || wrapped[0] != Version)
            return null;
        var key = new byte[KeyBytes];
        using var aes = new AesGcm(wrapping, TagBytes);
        try
        {
            aes.Decrypt(
                wrapped.Slice(1, NonceBytes),
                wrapped.Slice(1 + NonceBytes, KeyBytes),
                wrapped[^TagBytes..],
                key,
                AssociatedData(purpose, vault)
            );
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>A content's key, wrapped by another vault's key.</summary>
    /// <param name="former">The key of the vault that it was wrapped by; null when that has none.</param>
    /// <param name="next">The key of the vault that it is to be wrapped by.</param>
    /// <param name="wrapped">The wrapped key.</param>
    /// <exception cref="ContentDamagedException">It is not wrapped by that key.</exception>
    internal static byte[] Rewrap(VaultKey? former, VaultKey next, ReadOnlySpan<byte> wrapped)
    {
        var key = former is null
            ? null
            : TryUnwrap(former.Bytes, wrapped, ContentKey, former.Vault);
        if (key is null)
            throw new ContentDamagedException("The content's key is not wrapped by its vault's.");
        try
        {
            return Wrap(next.Bytes, key, ContentKey, next.Vault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    internal static byte[] Wrap(
        ReadOnlySpan<byte> wrapping,
        ReadOnlySpan<byte> key,
        string purpose,
        VaultId vault,
        ReadOnlySpan<byte> nonce
    )
    {
        var wrapped = new byte[WrappedBytes];
        wrapped[0] = Version;
        nonce.CopyTo(wrapped.AsSpan(1));
        using var aes = new AesGcm(wrapping, TagBytes);
        aes.Encrypt(
            nonce,
            key,
            wrapped.AsSpan(1 + NonceBytes, KeyBytes),
            wrapped.AsSpan(WrappedBytes - TagBytes),
            AssociatedData(purpose, vault)
        );
        return wrapped;
    }

    private static byte[] AssociatedData(string purpose, VaultId vault)
    {
        var data = new byte[purpose.Length + 1 + sizeof(long)];
        Encoding.ASCII.GetBytes(purpose, data);
        data[purpose.Length] = Version;
        BinaryPrimitives.WriteInt64BigEndian(data.AsSpan(purpose.Length + 1), vault.Value);
        return data;
    }
}
