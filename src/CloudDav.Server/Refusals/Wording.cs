using System.Globalization;
using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

/// <summary>The facts of a refusal, written as its reader writes them.</summary>
internal readonly struct Wording(Refusal refusal, Reader reader)
{
    private static readonly CultureInfo[] s_cultures = [.. Enum.GetValues<Language>().Select(Of)];

    public RefusalRule Rule => refusal.Rule;

    /// <summary>What is used of the limit, in bytes.</summary>
    public string UsedSize => Size(refusal.Used);

    /// <summary>The limit, in bytes.</summary>
    public string LimitSize => Size(refusal.Limit);

    /// <summary>What is used of the limit, as a count.</summary>
    public string Used => Number(refusal.Used);

    /// <summary>The limit, as a count.</summary>
    public string Limit => Number(refusal.Limit);

    /// <summary>The name of the item it is about.</summary>
    public string Name => refusal.Path is [.., var name] ? name : "…";

    /// <summary>Who stands in the way; null when that is not known.</summary>
    public string? Holder => refusal.Holder;

    /// <summary>Whether a law or a court demands it.</summary>
    public bool IsLegalOrder => refusal.IsLegalOrder;

    /// <summary>The last day of the take-back window; null when it is not known.</summary>
    public string? LastDay =>
        // The window closes with the first moment of the day after.
        refusal.ClosesAt
            is { } closes
            ? Day(Local(closes.AddTicks(-1)))
            : null;

    /// <summary>The day and hour of its end; null when nobody knows it.</summary>
    public string? Until =>
        refusal.Until is { } until && Local(until) is var local
            ? reader.Language switch
            {
                Language.Dutch => $"{Day(local)} om {Time(local, "HH:mm")}",
                Language.French => $"{Day(local)} à {Time(local, "H'h'mm")}",
                Language.German => $"{Day(local)} um {Time(local, "HH:mm")} Uhr",
                Language.English => $"{Day(local)} at {Time(local, "HH:mm")}",
            }
            : null;

    /// <summary>The operator's own words, or ours when there are none.</summary>
    public string WordsOr(string ours) => refusal.Words?.In(reader.Language) ?? ours;

    /// <summary>The operator's own words after a space; empty when there are none.</summary>
    public string WordsAfter => WordsOr("") is { Length: > 0 } words ? " " + words : "";

    private CultureInfo Culture => s_cultures[(int)reader.Language];

    private DateTime Local(DateTimeOffset moment) =>
        TimeZoneInfo.ConvertTime(moment, reader.Zone).DateTime;

    private string Day(DateTime day) =>
        reader.Language switch
        {
            Language.French when day.Day == 1 => day.ToString("'1er' MMMM yyyy", Culture),
            Language.German => day.ToString("d. MMMM yyyy", Culture),
            _ => day.ToString("d MMMM yyyy", Culture),
        };

    private string Time(DateTime moment, string format) => moment.ToString(format, Culture);

    private string Number(long? value) => (value ?? 0).ToString("N0", Culture);

    private string Size(long? bytes)
    {
        var units = reader.Language switch
        {
            Language.French => (string[])["octets", "Kio", "Mio", "Gio", "Tio"],
            Language.German => ["Byte", "KiB", "MiB", "GiB", "TiB"],
            _ => ["bytes", "KiB", "MiB", "GiB", "TiB"],
        };
        var value = (double)(bytes ?? 0);
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return $"{value.ToString("#,0.#", Culture)} {units[unit]}";
    }

    private static CultureInfo Of(Language language) =>
        CultureInfo.GetCultureInfo(Reader.TagOf(language));
}
