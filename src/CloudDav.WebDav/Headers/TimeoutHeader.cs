using System.Globalization;

namespace CloudDav.WebDav.Headers;

/// <summary>The Timeout header (RFC 4918 §10.7): a list of wishes, of which the first understood counts.</summary>
internal static class TimeoutHeader
{
    /// <summary>The time asked for; infinite for Infinite; null when there is none that is understood.</summary>
    public static TimeSpan? Parse(string? value)
    {
        if (value is null)
            return null;
        foreach (var range in value.AsSpan().Split(','))
        {
            var wish = value.AsSpan()[range].Trim();
            if (wish.Equals("Infinite", StringComparison.OrdinalIgnoreCase))
                return Timeout.InfiniteTimeSpan;
            if (!wish.StartsWith("Second-", StringComparison.OrdinalIgnoreCase))
                continue;
            if (
                ulong.TryParse(
                    wish["Second-".Length..],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var seconds
                )
            )
                return TimeSpan.FromSeconds((long)Math.Min(seconds, uint.MaxValue));
        }
        return null;
    }
}
