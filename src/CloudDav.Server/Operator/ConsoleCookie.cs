using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Hosting;

namespace CloudDav.Server.Operator;

/// <summary>
/// Keeps a member of staff's token in their browser, where script cannot read it: encrypted under a key of the key store, so that every node can open it and nothing is stored. It goes with requests
/// for the console alone, never with one that another site began, and for an hour; the token itself may end before, which the operator's door finds out at each request.
/// </summary>
internal sealed class ConsoleCookie(VaultParts parts, TimeProvider time)
{
    /// <summary>The longest token that a cookie has room for, in characters.</summary>
    public const int MostToken = 2_800;

    private const string Cookie = "clouddav-console";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int TimeBytes = 8;
    private static readonly TimeSpan s_lasts = TimeSpan.FromHours(1);

    private readonly byte[] _key = parts.Keys.Derive("console");

    /// <summary>The token in a browser's request; null when there is none, or its hour has passed.</summary>
    public string? TokenOf(HttpRequest request)
    {
        if (
            request.Cookies[NameFor(request)] is not { Length: > 0 and <= 4_096 } text
            || !Base64Url.IsValid(text)
        )
            return null;
        var kept = Base64Url.DecodeFromChars(text);
        if (kept.Length <= NonceBytes + TagBytes + TimeBytes)
            return null;
        var plain = new byte[kept.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        try
        {
            cipher.Decrypt(
                kept.AsSpan(0, NonceBytes),
                kept.AsSpan(NonceBytes, plain.Length),
                kept.AsSpan(NonceBytes + plain.Length),
                plain
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return time.GetUtcNow().ToUnixTimeSeconds() < BinaryPrimitives.ReadInt64BigEndian(plain)
            ? Encoding.UTF8.GetString(plain.AsSpan(TimeBytes))
            : null;
    }

    /// <summary>Gives a browser a token, or takes it away.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="token">The token; null for none.</param>
    /// <param name="path">Where the console is.</param>
    public void Give(HttpContext context, string? token, string path)
    {
        var options = new CookieOptions
        {
            Path = path,
            HttpOnly = true,
            IsEssential = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Strict,
        };
        if (token is null)
        {
            context.Response.Cookies.Delete(NameFor(context.Request), options);
            return;
        }
        var plain = new byte[TimeBytes + Encoding.UTF8.GetByteCount(token)];
        BinaryPrimitives.WriteInt64BigEndian(
            plain,
            (time.GetUtcNow() + s_lasts).ToUnixTimeSeconds()
        );
        Encoding.UTF8.GetBytes(token, plain.AsSpan(TimeBytes));
        var kept = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(kept.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(
            kept.AsSpan(0, NonceBytes),
            plain,
            kept.AsSpan(NonceBytes, plain.Length),
            kept.AsSpan(NonceBytes + plain.Length)
        );
        context.Response.Cookies.Append(
            NameFor(context.Request),
            Base64Url.EncodeToString(kept),
            options
        );
    }

    private static string NameFor(HttpRequest request) =>
        request.IsHttps ? "__Secure-" + Cookie : Cookie;
}
