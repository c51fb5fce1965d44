using System.Globalization;

namespace CloudDav.WebDav.Headers;

/// <summary>Where a partial upload goes: Content-Range on PUT (RFC 9110 §14.5) and X-Update-Range on PATCH.</summary>
internal static class UpdateRange
{
    /// <summary>
    /// Content-Range of a PUT: null when absent or when it names the whole new content; 400 when it cannot be honoured exactly, because
    /// writing a part over the whole would lose data.
    /// </summary>
    public static DavResult<ByteSplice?> ParseContentRange(string? value, long? bodyLength)
    {
        var text = value.AsSpan().Trim();
        if (text.IsEmpty)
            return (ByteSplice?)null;
        var problem = new DavProblem(400, "The Content-Range cannot be honoured.");
        if (!text.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase))
            return problem;
        text = text[6..].Trim();
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryPair(text[..slash], out var from, out var to) || to is not { } last)
            return problem;
        long? complete = null;
        var total = text[(slash + 1)..].Trim();
        if (total is not "*")
        {
            if (!TryNumber(total, out var number) || number <= last)
                return problem;
            complete = number;
        }
        var length = last - from + 1;
        if (bodyLength is not null && bodyLength != length)
            return problem;
        if (from == 0 && complete == length)
            return (ByteSplice?)null;
        return new ByteSplice(from, length, complete);
    }

    /// <summary>X-Update-Range: <c>append</c>, <c>bytes=a-b</c>, <c>bytes=a-</c>; 400 when absent or malformed, 416 when its length is not the body's.</summary>
    public static DavResult<ByteSplice> ParseUpdateRange(string? value, long bodyLength)
    {
        var text = value.AsSpan().Trim();
        if (text.Equals("append", StringComparison.OrdinalIgnoreCase))
            return new ByteSplice(null, null, null);
        if (!text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return new DavProblem(400, "PATCH needs X-Update-Range: append or bytes=first-last.");
        if (!TryPair(text[6..], out var from, out var to))
            return new DavProblem(400, "The X-Update-Range is malformed.");
        if (to is { } last && last - from + 1 != bodyLength)
            return new DavProblem(416, "The X-Update-Range is not as long as the body.");
        return new ByteSplice(from, bodyLength, null);
    }

    private static bool TryPair(ReadOnlySpan<char> text, out long from, out long? to)
    {
        to = null;
        from = 0;
        var dash = text.IndexOf('-');
        if (dash < 0 || !TryNumber(text[..dash].Trim(), out from))
            return false;
        var rest = text[(dash + 1)..].Trim();
        if (rest.IsEmpty)
            return true;
        if (!TryNumber(rest, out var last) || last < from)
            return false;
        to = last;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && value < long.MaxValue;
}
