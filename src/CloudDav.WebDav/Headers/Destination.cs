using System.Buffers;
using System.Collections.Immutable;
using CloudDav.WebDav.Paths;

namespace CloudDav.WebDav.Headers;

/// <summary>
/// The Destination header (RFC 4918 §10.3) and the tags of If, which follow the same rule: absolute URL or absolute path; scheme and
/// port are not compared, because proxies change both; the host must be one of ours.
/// </summary>
internal static class Destination
{
    private static readonly SearchValues<char> SchemeChars = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-."
    );

    /// <summary>
    /// Parses one. 400 when absent, malformed, or with user information or a fragment; 502 for a foreign host or a place outside the
    /// tree (RFC 4918 §9.8.5, §9.9.4); 403 when a name in it is too long.
    /// </summary>
    public static DavResult<DavTarget> Parse(
        string? value,
        ImmutableArray<string> mount,
        Func<string, bool> isOurHost,
        bool mapNames
    )
    {
        var text = value?.Trim() ?? "";
        if (text.Length == 0)
            return new DavProblem(400, "The request needs a Destination header.");
        if (text.Length > DavTarget.MaxTargetLength)
            return new DavProblem(403, "The destination's address is too long.");
        if (text.Contains('#', StringComparison.Ordinal))
            return new DavProblem(400, "The Destination must not have a fragment.");
        if (text[0] != '/' || text.StartsWith("//", StringComparison.Ordinal))
        {
            if (!TrySplit(text, out var authority, out var path))
                return new DavProblem(400, "The Destination is not a URL.");
            if (authority.Contains('@', StringComparison.Ordinal))
                return new DavProblem(400, "The Destination must not name a user.");
            if (!isOurHost(WithoutPort(authority)))
                return new DavProblem(502, "The destination is on another server.");
            text = path;
        }
        var target = DavTarget.Parse(text, mount, mapNames, tooLong: 403);
        return target.Problem is { Status: 404 }
            ? new DavProblem(502, "The destination is outside this tree.")
            : target;
    }

    /// <summary>The host of a value like <c>name:port</c> or <c>[::1]:port</c>, without its port.</summary>
    public static string WithoutPort(string host)
    {
        var bracket = host.LastIndexOf(']');
        var colon = host.LastIndexOf(':');
        return colon > bracket ? host[..colon] : host;
    }

    private static bool TrySplit(string url, out string authority, out string path)
    {
        authority = path = "";
        var scheme = url.IndexOf("//", StringComparison.Ordinal);
        if (scheme < 0)
            return false;
        // KDE writes webdav: and webdavs:, so what the scheme is called is not ours to judge (RFC 3986 §3.1 says how it is spelled).
        if (
            scheme > 0
            && (
                scheme == 1
                || url[scheme - 1] != ':'
                || !char.IsAsciiLetter(url[0])
                || url.AsSpan(0, scheme - 1).ContainsAnyExcept(SchemeChars)
            )
        )
            return false;
        var start = scheme + 2;
        var slash = url.IndexOfAny(['/', '?'], start);
        authority = slash < 0 ? url[start..] : url[start..slash];
        path = slash < 0 || url[slash] == '?' ? "/" : url[slash..];
        return authority.Length > 0;
    }
}
