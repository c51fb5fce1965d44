using System.Globalization;
using CloudDav.Vault;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Refusals;

/// <summary>Whom a refusal is told to.</summary>
/// <param name="Language">What they read.</param>
/// <param name="Zone">The calendar that dates are told by: the operator's.</param>
/// <param name="Now">When they are told.</param>
internal sealed record Reader(Language Language, TimeZoneInfo Zone, DateTimeOffset Now)
{
    /// <summary>The languages there are, with their tags.</summary>
    private static readonly (Language Language, string Tag)[] s_languages =
    [
        (Language.English, "en"),
        (Language.Dutch, "nl"),
        (Language.French, "fr"),
        (Language.German, "de"),
    ];

    private static readonly CultureInfo[] s_cultures =
    [
        .. Enum.GetValues<Language>().Select(one => CultureInfo.GetCultureInfo(TagOf(one))),
    ];

    private const string Field = "yyyy-MM-dd'T'HH:mm";

    /// <summary>The language's tag (RFC 5646).</summary>
    public string Tag => TagOf(Language);

    /// <summary>A language's tag (RFC 5646).</summary>
    public static string TagOf(Language language) =>
        Array.Find(s_languages, known => known.Language == language).Tag;

    private CultureInfo Culture => s_cultures[(int)Language];

    /// <summary>A whole number as it is written.</summary>
    public string NumberOf(long number) => number.ToString("N0", Culture);

    /// <summary>A number of bytes, in the unit that suits it.</summary>
    public string SizeOf(long bytes)
    {
        var units = Language switch
        {
            Language.French => (string[])
                [bytes < 2 ? "octet" : "octets", "Kio", "Mio", "Gio", "Tio"],
            Language.German => ["Byte", "KiB", "MiB", "GiB", "TiB"],
            _ => [bytes == 1 ? "byte" : "bytes", "KiB", "MiB", "GiB", "TiB"],
        };
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return $"{value.ToString("#,0.#", Culture)} {units[unit]}";
    }

    /// <summary>The day of a moment.</summary>
    public string DayOf(DateTimeOffset moment)
    {
        var day = Local(moment);
        return Language switch
        {
            Language.French when day.Day == 1 => day.ToString("'1er' MMMM yyyy", Culture),
            Language.German => day.ToString("d. MMMM yyyy", Culture),
            _ => day.ToString("d MMMM yyyy", Culture),
        };
    }

    /// <summary>The day and hour of a moment.</summary>
    public string MomentOf(DateTimeOffset moment)
    {
        var (day, time) = (DayOf(moment), Local(moment));
        return Language switch
        {
            Language.Dutch => $"{day} om {time.ToString("HH:mm", Culture)}",
            Language.French => $"{day} à {time.ToString("H'h'mm", Culture)}",
            Language.German => $"{day} um {time.ToString("HH:mm", Culture)} Uhr",
            Language.English => $"{day} at {time.ToString("HH:mm", Culture)}",
        };
    }

    /// <summary>The same person, told by a clock that is so many minutes ahead of UTC; null for the reader's own.</summary>
    public Reader By(int? offset) =>
        offset is { } minutes
            ? this with
            {
                Zone = TimeZoneInfo.CreateCustomTimeZone(
                    "there",
                    TimeSpan.FromMinutes(minutes),
                    null,
                    null
                ),
            }
            : this;

    /// <summary>A moment as a field for one has it (<c>datetime-local</c>), by the minute and on the reader's clock.</summary>
    public string FieldOf(DateTimeOffset moment) =>
        TimeZoneInfo.ConvertTime(moment, Zone).ToString(Field, CultureInfo.InvariantCulture);

    /// <summary>The moment in such a field; null when there is none.</summary>
    public DateTimeOffset? MomentIn(string? field) =>
        DateTime.TryParseExact(
            field,
            Field,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var local
        )
        // There is room for whatever the zone adds.
        && local.Year is > 1 and < 9_999
            ? new DateTimeOffset(local, Zone.GetUtcOffset(local))
            : null;

    /// <summary>A month of a calendar.</summary>
    public string MonthOf(DateOnly month)
    {
        var name = month.ToString("MMMM yyyy", Culture);
        return char.ToUpper(name[0], Culture) + name[1..];
    }

    private DateTime Local(DateTimeOffset moment) =>
        TimeZoneInfo.ConvertTime(moment, Zone).DateTime;

    /// <summary>
    /// The language to answer in: the one of ours that the header likes best; when it names none of ours, the account's; else English.
    /// One that the header excludes (<c>q=0</c>) is taken only when it excludes them all.
    /// </summary>
    /// <param name="acceptLanguage">The header Accept-Language (RFC 9110 §12.5.4); null when there is none. Whatever cannot be read counts as none.</param>
    /// <param name="account">The account's language; null when it is not known.</param>
    public static Language LanguageOf(string? acceptLanguage, Language? account)
    {
        var preferred = account ?? Language.English;
        if (
            string.IsNullOrWhiteSpace(acceptLanguage)
            || !StringWithQualityHeaderValue.TryParseList([acceptLanguage], out var wanted)
        )
            return preferred;

        // nl;q=0 means Dutch, nl-BE;q=0 only that of Belgium.
        var possible = Array.FindAll(
            s_languages,
            known =>
                !wanted.Any(range =>
                    range.Quality == 0
                    && range.Value.Equals(known.Tag, StringComparison.OrdinalIgnoreCase)
                )
        );
        if (possible.Length == 0)
            return preferred;
        Language? best = null;
        double quality = 0;
        foreach (var range in wanted)
        {
            var found = Array.FindIndex(possible, known => Covers(range.Value.AsSpan(), known.Tag));
            if (found < 0 || (range.Quality ?? 1) <= quality)
                continue;
            best = possible[found].Language;
            quality = range.Quality ?? 1;
        }
        return best
            ?? (
                Array.Exists(possible, known => known.Language == preferred)
                    ? preferred
                    : possible[0].Language
            );
    }

    /// <summary>Whether a range such as <c>nl</c> or <c>nl-BE</c> is of a language; <c>*</c> is of none, as it asks for nothing.</summary>
    private static bool Covers(ReadOnlySpan<char> range, string tag) =>
        range.StartsWith(tag, StringComparison.OrdinalIgnoreCase)
        && (range.Length == tag.Length || range[tag.Length] == '-');
}
