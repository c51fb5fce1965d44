using System.Globalization;

namespace CloudDav.WebDav.Headers;

/// <summary>The dates that clients write: RFC 9110's three forms, ISO 8601, and seconds since 1970.</summary>
internal static class HttpDates
{
    private static readonly string[] Forms =
    [
        "r",
        "ddd, d MMM yyyy HH:mm:ss 'GMT'",
        "ddd, d MMM yyyy HH:mm:ss 'UTC'",
        "dddd, dd-MMM-yy HH:mm:ss 'GMT'",
        "ddd MMM d HH:mm:ss yyyy",
        "ddd MMM  d HH:mm:ss yyyy",
        "d MMM yyyy HH:mm:ss 'GMT'",
    ];

    /// <summary>What file systems and RFC 1123 can hold alike.</summary>
    private static readonly DateTimeOffset Latest = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>A date header; null when absent or not a date, which then counts as absent (RFC 9110 §13.1.3).</summary>
    public static DateTimeOffset? Parse(string? value) =>
        DateTimeOffset.TryParseExact(
            value?.Trim(),
            Forms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? date
            : null;

    /// <summary>A date in a property, in any form clients use.</summary>
    public static DateTimeOffset? ParseAny(string value) =>
        Parse(value) ?? ParseUnix(value) ?? ParseIso(value);

    /// <summary>Seconds since 1970, with a fraction or without; null when it is not a number or out of range.</summary>
    public static DateTimeOffset? ParseUnix(string? value)
    {
        if (
            !decimal.TryParse(
                value?.Trim(),
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var seconds
            )
        )
            return null;
        if (seconds < -62_135_596_800m || seconds > Latest.ToUnixTimeSeconds())
            return null;
        return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    private static DateTimeOffset? ParseIso(string value)
    {
        var text = value.Trim();
        // "2024" and the like are not dates to a client that sends one; ask for a whole day at least.
        if (text.Length < 10 || text[4] != '-' || text[7] != '-')
            return null;
        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? date
            : null;
    }
}
