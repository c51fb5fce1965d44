using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Checksums as <c>oc:checksums</c> shows them: <c>SHA1:… MD5:… ADLER32:…</c>, lower-case hex, those known and SHA-256 last.</summary>
public static class ChecksumText
{
    /// <summary>Those of an empty content, which is kept nowhere.</summary>
    public static string OfNothing { get; } =
        Of(
            SHA256.HashData([]),
            Convert.FromHexString("d41d8cd98f00b204e9800998ecf8427e"),
            Convert.FromHexString("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            default,
            1
        );

    /// <summary>Writes those that are not empty.</summary>
    public static string Of(
        ReadOnlySpan<byte> sha256,
        ReadOnlySpan<byte> md5,
        ReadOnlySpan<byte> sha1,
        ReadOnlySpan<byte> sha512,
        uint? adler32
    )
    {
        var text = new StringBuilder();
        Append(text, "SHA1", sha1);
        Append(text, "MD5", md5);
        if (adler32 is { } adler)
            text.Append(CultureInfo.InvariantCulture, $"ADLER32:{adler:x8} ");
        Append(text, "SHA512", sha512);
        Append(text, "SHA256", sha256);
        return text.ToString(0, text.Length - 1);
    }

    private static void Append(StringBuilder text, string name, ReadOnlySpan<byte> digest)
    {
        if (!digest.IsEmpty)
            text.Append(name).Append(':').Append(Convert.ToHexStringLower(digest)).Append(' ');
    }
}
