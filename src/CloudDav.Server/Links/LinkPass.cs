using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using static System.FormattableString;

namespace CloudDav.Server.Links;

/// <summary>
/// What a browser is given once its visitor has given a link's password: a cookie for that link's address alone, with a MAC of the link as it is now, so that any change of the link asks for the
/// password again. The key comes from the key store, so that every node takes it, and nothing is kept of it.
/// </summary>
internal sealed class LinkPass(VaultParts parts, TimeProvider time)
{
    private const string Cookie = "clouddav-link";
    private static readonly TimeSpan s_lasts = TimeSpan.FromHours(12);

    private readonly byte[] _key = parts.Keys.Derive("link passes");

    /// <summary>Gives it to a browser.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="share">The link.</param>
    /// <param name="address">The link's path.</param>
    public void Give(HttpContext context, Share share, string address)
    {
        var end = (time.GetUtcNow() + s_lasts).ToUnixTimeSeconds();
        context.Response.Cookies.Append(
            NameFor(context.Request),
            Invariant($"{end}.{ProofOf(share, end)}"),
            new CookieOptions
            {
                Path = address,
                HttpOnly = true,
                IsEssential = true,
                Secure = context.Request.IsHttps,
                SameSite = SameSiteMode.Lax,
            }
        );
    }

    /// <summary>Whether a browser has it.</summary>
    public bool Opens(HttpRequest request, Share share) =>
        request.Cookies[NameFor(request)]?.Split('.') is [var text, var proof]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
        && time.GetUtcNow().ToUnixTimeSeconds() < end
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(proof),
            Encoding.UTF8.GetBytes(ProofOf(share, end))
        );

    private string ProofOf(Share share, long end) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(
                _key,
                Encoding.UTF8.GetBytes(Invariant($"{share.Id.Value}\n{share.Version}\n{end}"))
            )
        );

    private static string NameFor(HttpRequest request) =>
        request.IsHttps ? "__Secure-" + Cookie : Cookie;
}
