using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Hosting;

namespace CloudDav.Server.Pages;

/// <summary>
/// Proves that a form was filled in on a page of ours and by the browser that was shown it: each form carries a MAC of that browser's cookie. The key comes from the key store, so that a form that one node
/// has shown is taken by every other, and nothing is kept of it.
/// </summary>
internal sealed class FormGuard(VaultParts parts)
{
    /// <summary>The field of the form.</summary>
    public const string Field = "guard";

    private readonly byte[] _key = parts.Keys.Derive("forms");

    /// <summary>The proof for a browser.</summary>
    /// <param name="cookie">Its cookie: of the session, or of the visit where nobody has signed in yet.</param>
    public string ProofFor(string cookie) => Base64Url.EncodeToString(MacOf(cookie));

    /// <summary>Whether a form's proof is of a browser.</summary>
    public bool Proves(string? proof, string cookie) =>
        proof is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(proof),
            Encoding.UTF8.GetBytes(ProofFor(cookie))
        );

    private byte[] MacOf(string cookie) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(cookie));
}
