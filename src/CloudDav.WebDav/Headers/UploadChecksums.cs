using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CloudDav.WebDav.Headers;

/// <summary>Checksums sent with an upload: OC-Checksum, Content-MD5, Digest (RFC 3230) and Repr-Digest (RFC 9530).</summary>
internal static class UploadChecksums
{
    /// <summary>
    /// All that are understood. Unknown algorithms are ignored; one that is known and has a malformed value is 400, because the client
    /// counts on it.
    /// </summary>
    public static DavResult<IReadOnlyList<ExpectedChecksum>> Parse(
        string? ocChecksum,
        string? contentMd5,
        string? digest,
        string? reprDigest
    )
    {
        var found = new List<ExpectedChecksum>();
        var ok =
            ParseOwncloud(ocChecksum, found)
            && (
                IsBlank(contentMd5) || TryAddBase64(ChecksumAlgorithm.Md5, contentMd5.Trim(), found)
            )
            && ParseDigest(digest, found)
            && ParseDigest(reprDigest, found);
        return ok ? found : new DavProblem(400, "A checksum header is malformed.");
    }

    /// <summary><c>SHA1:hex MD5:hex</c>, one or several.</summary>
    private static bool ParseOwncloud(string? value, List<ExpectedChecksum> found)
    {
        if (IsBlank(value))
            return true;
        foreach (var part in value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                return false;
            if (AlgorithmOf(part[..colon]) is not { } algorithm)
                continue;
            var hex = part[(colon + 1)..];
            // Clients print ADLER32 as a number, which loses leading zeros.
            if (algorithm == ChecksumAlgorithm.Adler32 && hex.Length is > 0 and < 8)
                hex = hex.PadLeft(8, '0');
            if (hex.Length != LengthOf(algorithm) * 2 || !hex.All(char.IsAsciiHexDigit))
                return false;
            found.Add(new ExpectedChecksum(algorithm, Convert.FromHexString(hex)));
        }
        return true;
    }

    /// <summary><c>sha-256=base64</c> with or without the colons of RFC 9530; <c>adler32</c> is hex.</summary>
    private static bool ParseDigest(string? value, List<ExpectedChecksum> found)
    {
        if (IsBlank(value))
            return true;
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                return false;
            if (AlgorithmOf(part[..equals].Trim()) is not { } algorithm)
                continue;
            var text = part[(equals + 1)..].Trim();
            var bytes = text.StartsWith(':') && text.EndsWith(':') && text.Length > 1;
            if (bytes)
                text = text[1..^1];
            if (algorithm == ChecksumAlgorithm.Adler32 && !bytes)
            {
                if (
                    !uint.TryParse(
                        text,
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var sum
                    )
                )
                    return false;
                found.Add(
                    new ExpectedChecksum(
                        algorithm,
                        Convert.FromHexString(sum.ToString("X8", CultureInfo.InvariantCulture))
                    )
                );
                continue;
            }
            if (!TryAddBase64(algorithm, text, found))
                return false;
        }
        return true;
    }

    private static bool TryAddBase64(
        ChecksumAlgorithm algorithm,
        string text,
        List<ExpectedChecksum> found
    )
    {
        var bytes = new byte[64 + 3];
        if (
            !Convert.TryFromBase64String(text, bytes, out var count)
            || count != LengthOf(algorithm)
        )
            return false;
        found.Add(new ExpectedChecksum(algorithm, bytes.AsMemory(0, count)));
        return true;
    }

    private static ChecksumAlgorithm? AlgorithmOf(string name) =>
        name.ToUpperInvariant() switch
        {
            "MD5" => ChecksumAlgorithm.Md5,
            "SHA" or "SHA1" or "SHA-1" => ChecksumAlgorithm.Sha1,
            "SHA256" or "SHA-256" => ChecksumAlgorithm.Sha256,
            "SHA512" or "SHA-512" => ChecksumAlgorithm.Sha512,
            "ADLER32" => ChecksumAlgorithm.Adler32,
            _ => null,
        };

    private static int LengthOf(ChecksumAlgorithm algorithm) =>
        algorithm switch
        {
            ChecksumAlgorithm.Md5 => 16,
            ChecksumAlgorithm.Sha1 => 20,
            ChecksumAlgorithm.Sha256 => 32,
            ChecksumAlgorithm.Sha512 => 64,
            ChecksumAlgorithm.Adler32 => 4,
        };

    private static bool IsBlank([NotNullWhen(false)] string? value) =>
        string.IsNullOrWhiteSpace(value);
}
