using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace CloudDav.Vault;

/// <summary>
/// The tokens of links: 144 random bits, found by their hash and kept encrypted so that their owner can be shown them again. Both keys are derived from the key store: a copy
/// of the metadata opens no link and tells nobody's address.
/// </summary>
public sealed class ShareTokens
{
    private const int TokenBytes = 18;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>The length of a token in characters.</summary>
    public const int Length = TokenBytes * 4 / 3;

    private readonly byte[] _sealKey;
    private readonly byte[] _clientKey;

    /// <summary>Takes the keys from a key store.</summary>
    public ShareTokens(IKeyStore keys) =>
        (_sealKey, _clientKey) = (keys.Derive("share tokens"), keys.Derive("share clients"));

    /// <summary>A fresh token.</summary>
    public static string New() =>
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>What a token is found by.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Who comes, as uses of a share are counted: another one for each share, so that visits of one person to several cannot be put together.</summary>
    /// <param name="share">The share.</param>
    /// <param name="address">Where the request came from.</param>
    public ShareVisit VisitOf(Share share, string address) =>
        new(
            share.Id,
            HMACSHA256
                .HashData(
                    _clientKey,
                    Encoding.UTF8.GetBytes(Invariant($"{share.Id.Value}\n{address}"))
                )
                .AsMemory(0, 16)
        );

    /// <summary>The same for somebody of the household.</summary>
    /// <param name="share">The share.</param>
    /// <param name="recipient">Who comes.</param>
    internal ShareVisit VisitOf(Share share, AccountId recipient) =>
        VisitOf(share, AuditSubjects.Of(recipient)) with
        {
            Recipient = recipient,
        };

    /// <summary>A token as it is kept.</summary>
    public byte[] Seal(string token)
    {
        var plain = Encoding.UTF8.GetBytes(token);
        var kept = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(kept.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(_sealKey, TagBytes);
        cipher.Encrypt(
            kept.AsSpan(0, NonceBytes),
            plain,
            kept.AsSpan(NonceBytes, plain.Length),
            kept.AsSpan(NonceBytes + plain.Length)
        );
        return kept;
    }

    /// <summary>The token again; null when it was kept under another key store's key.</summary>
    public string? Open(ReadOnlySpan<byte> kept)
    {
        if (kept.Length <= NonceBytes + TagBytes)
            return null;
        var plain = new byte[kept.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_sealKey, TagBytes);
        try
        {
            cipher.Decrypt(
                kept[..NonceBytes],
                kept.Slice(NonceBytes, plain.Length),
                kept[^TagBytes..],
                plain
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(plain);
    }
}
