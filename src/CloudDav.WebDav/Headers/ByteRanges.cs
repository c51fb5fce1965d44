using System.Globalization;

namespace CloudDav.WebDav.Headers;

/// <summary>A satisfiable range of a content's bytes.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The byte after the last.</summary>
    public long End => Offset + Length;
}

/// <summary>The Range header (RFC 9110 §14.2), resolved against a length.</summary>
internal static class ByteRanges
{
    /// <summary>More ranges than this after merging are answered with the whole (RFC 9110 §17.15).</summary>
    public const int MaxRanges = 16;

    /// <summary>More ranges than this are not even looked at.</summary>
    private const int MaxSpecified = 512;

    /// <summary>
    /// The ranges to send: null to ignore the header (absent, another unit, malformed, too many, empty content); empty when none of
    /// them can be satisfied (416). Overlapping and adjoining ranges are merged.
    /// </summary>
    public static IReadOnlyList<ByteRange>? Parse(string? value, long length)
    {
        if (value is null || length == 0)
            return null;
        var text = value.AsSpan().Trim();
        if (!text.StartsWith("bytes", StringComparison.OrdinalIgnoreCase))
            return null;
        text = text[5..].TrimStart();
        if (text.IsEmpty || text[0] != '=')
            return null;
        text = text[1..];

        var ranges = new List<ByteRange>();
        var specified = 0;
        foreach (var part in text.Split(','))
        {
            var spec = text[part].Trim();
            if (spec.IsEmpty)
                continue;
            if (++specified > MaxSpecified || !TryResolve(spec, length, out var range))
                return null;
            if (range.Length > 0)
                ranges.Add(range);
        }
        if (specified == 0)
            return null;
        if (ranges.Count <= 1)
            return ranges;
        var merged = Merge(ranges);
        return merged.Count > MaxRanges ? null : merged;
    }

    private static bool TryResolve(ReadOnlySpan<char> spec, long length, out ByteRange range)
    {
        range = default;
        var dash = spec.IndexOf('-');
        if (dash < 0)
            return false;
        var first = spec[..dash].Trim();
        var last = spec[(dash + 1)..].Trim();
        if (first.IsEmpty)
        {
            if (!TryNumber(last, out var suffix))
                return false;
            var count = Math.Min(suffix, length);
            range = new ByteRange(length - count, count);
            return true;
        }
        if (!TryNumber(first, out var from))
            return false;
        var to = long.MaxValue;
        if (!last.IsEmpty && (!TryNumber(last, out to) || to < from))
            return false;
        if (from < length)
            range = new ByteRange(from, Math.Min(to, length - 1) - from + 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return false;
        // More digits than a long holds still name a place: one past every end.
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            value = long.MaxValue;
        return true;
    }

    private static List<ByteRange> Merge(List<ByteRange> ranges)
    {
        var ordered = ranges.OrderBy(range => range.Offset).ToList();
        var merged = new List<ByteRange> { ordered[0] };
        foreach (var range in ordered.Skip(1))
        {
            var last = merged[^1];
            if (range.Offset <= last.End)
                merged[^1] = last with { Length = Math.Max(last.End, range.End) - last.Offset };
            else
                merged.Add(range);
        }
        return merged;
    }
}
