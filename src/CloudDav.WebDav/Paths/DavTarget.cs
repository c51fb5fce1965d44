using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace CloudDav.WebDav.Paths;

/// <summary>A request target or Destination, decoded by our own hand from the bytes that were sent.</summary>
/// <param name="Path">The canonical path within the tree.</param>
/// <param name="Href">
/// The same path as the client spelled it (its Unicode form, its letter case, its mount prefix), escaped anew and without a trailing
/// slash. Listings repeat it as the prefix of every href, because Finder tells a folder from its members by the decoded length of it.
/// </param>
/// <param name="HasTrailingSlash">Whether the target ended in a slash.</param>
internal sealed record DavTarget(DavPath Path, byte[] Href, bool HasTrailingSlash)
{
    /// <summary>Deeper paths are refused.</summary>
    public const int MaxDepth = 100;

    /// <summary>Longer targets are refused.</summary>
    public const int MaxTargetLength = 16 * 1024;

    /// <summary>Longer segments are refused, in NFC as we store it and in NFD as a Mac writes it.</summary>
    public const int MaxSegmentBytes = 255;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The upper half of CP1252 where it differs from Latin-1; NUL where nothing is assigned.</summary>
    private const string Cp1252 =
        "\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0"
        + "\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178";

    /// <summary>
    /// Decodes a path: split at slashes first, then percent-decoding, then UTF-8 (once more as CP1252 for old clients), then NFC.
    /// Empty segments collapse; dot segments, escaped slashes, control characters and <c>#</c> are refused, never interpreted.
    /// </summary>
    /// <param name="target">The path as sent, maybe with a query; chars above U+00FF are taken as they are, others as bytes.</param>
    /// <param name="mount">The segments the tree is mounted at; the target must begin with them.</param>
    /// <param name="mapNames">Whether private-use characters stand for those Windows cannot spell.</param>
    /// <param name="tooLong">The status when a limit is passed: 414 in a request target, 403 in Destination.</param>
    public static DavResult<DavTarget> Parse(
        string target,
        ImmutableArray<string> mount,
        bool mapNames,
        int tooLong = 414
    )
    {
        if (target.Length > MaxTargetLength)
            return new DavProblem(tooLong, "The address is too long.");
        if (target.Contains('#', StringComparison.Ordinal))
            return new DavProblem(400, "The address must not contain '#'; escape it as %23.");
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (path.Length == 0 || path[0] != '/')
            return new DavProblem(400, "The address must be an absolute path.");

        var segments = ImmutableArray.CreateBuilder<string>();
        var href = new ArrayBytes(path.Length + 16);
        var mounted = 0;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var raw = path.AsSpan()[range];
            if (raw.IsEmpty)
                continue;
            var decoded = DecodeBytes(raw, out var bytes);
            if (decoded is null)
                return new DavProblem(400, "The address has a malformed escape sequence.");
            var name = mapNames ? WindowsNames.FromPrivateUse(decoded) : decoded;
            if (name is "." or "..")
                return new DavProblem(400, "The address must not contain dot segments.");
            // Before NFC, which throws on what is no character.
            foreach (var c in name)
            {
                if (c == '/')
                    return new DavProblem(400, "A name must not contain a slash (%2F).");
                if (!IsAllowed(c))
                    return new DavProblem(400, "A name must not contain control characters.");
            }
            name = Normalize(name);
            href.Add((byte)'/');
            WebDav.Paths.Href.AppendEscaped(bytes, href);
            if (mounted < mount.Length)
            {
                if (!name.Equals(mount[mounted], StringComparison.OrdinalIgnoreCase))
                    return new DavProblem(404, "There is nothing at this address.");
                mounted++;
                continue;
            }
            if (IsTooLong(name))
                return new DavProblem(tooLong, "The name is too long: 255 bytes at most.");
            segments.Add(name);
        }
        if (mounted < mount.Length)
            return new DavProblem(404, "There is nothing at this address.");
        if (segments.Count > MaxDepth)
            return new DavProblem(tooLong, "The folders are nested too deeply.");
        var result = segments.Count == 0 ? DavPath.Root : new DavPath(segments.ToImmutable());
        return new DavTarget(result, href.ToArray(), path[^1] == '/');
    }

    /// <summary>Whether a target lies below the mount, by its spelling alone; malformed ones do when their beginning does.</summary>
    public static bool IsBelow(ReadOnlySpan<char> target, ImmutableArray<string> mount)
    {
        var end = target.IndexOfAny('?', '#');
        var path = end < 0 ? target : target[..end];
        var mounted = 0;
        foreach (var range in path.Split('/'))
        {
            if (mounted == mount.Length)
                return true;
            var raw = path[range];
            if (raw.IsEmpty)
                continue;
            if (
                DecodeBytes(raw, out _) is not { } name
                || !name.All(IsAllowed)
                || !Normalize(name).Equals(mount[mounted], StringComparison.OrdinalIgnoreCase)
            )
                return false;
            mounted++;
        }
        return mounted == mount.Length;
    }

    private static bool IsAllowed(char c) => !char.IsControl(c) && c is not ('\uFFFE' or '\uFFFF');

    private static string Normalize(string name) =>
        Ascii.IsValid(name) || name.IsNormalized() ? name : name.Normalize();

    private static bool IsTooLong(string name)
    {
        if (name.Length * 9 <= MaxSegmentBytes)
            return false;
        if (Encoding.UTF8.GetByteCount(name) > MaxSegmentBytes)
            return true;
        return !Ascii.IsValid(name)
            && Encoding.UTF8.GetByteCount(name.Normalize(NormalizationForm.FormD))
                > MaxSegmentBytes;
    }

    private static string? DecodeBytes(ReadOnlySpan<char> raw, out ReadOnlySpan<byte> bytes)
    {
        var buffer = new byte[raw.Length * 3];
        var count = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%')
            {
                if (
                    i + 2 >= raw.Length
                    || !byte.TryParse(
                        raw.Slice(i + 1, 2),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var value
                    )
                )
                {
                    bytes = default;
                    return null;
                }
                buffer[count++] = value;
                i += 2;
            }
            else if (c <= 0xFF)
            {
                buffer[count++] = (byte)c;
            }
            else
            {
                // A host that decodes headers as UTF-8 hands over whole characters: put their bytes back.
                var pair =
                    char.IsHighSurrogate(c)
                    && i + 1 < raw.Length
                    && char.IsLowSurrogate(raw[i + 1]);
                count += Encoding.UTF8.GetBytes(raw.Slice(i, pair ? 2 : 1), buffer.AsSpan(count));
                i += pair ? 1 : 0;
            }
        }
        bytes = buffer.AsSpan(0, count);
        return Decode(bytes);
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8IsValid(bytes))
            return StrictUtf8.GetString(bytes);
        var chars = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            chars[i] = bytes[i] is >= 0x80 and < 0xA0 ? Cp1252[bytes[i] - 0x80] : (char)bytes[i];
        return new string(chars);
    }

    private static bool Utf8IsValid(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes);
}
