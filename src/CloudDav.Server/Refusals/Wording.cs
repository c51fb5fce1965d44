using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

/// <summary>The facts of a refusal, written as its reader writes them.</summary>
internal readonly struct Wording(Refusal refusal, Reader reader)
{
    public RefusalRule Rule => refusal.Rule;

    /// <summary>What is used of the limit, in bytes.</summary>
    public string UsedSize => reader.SizeOf(refusal.Used ?? 0);

    /// <summary>The limit, in bytes.</summary>
    public string LimitSize => reader.SizeOf(refusal.Limit ?? 0);

    /// <summary>What is used of the limit, as a count.</summary>
    public string Used => reader.NumberOf(refusal.Used ?? 0);

    /// <summary>The limit, as a count.</summary>
    public string Limit => reader.NumberOf(refusal.Limit ?? 0);

    /// <summary>Whether there is a limit that it comes of.</summary>
    public bool HasLimit => refusal.Limit is not null;

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
            ? reader.DayOf(closes.AddTicks(-1))
            : null;

    /// <summary>The day and hour of its end; null when nobody knows it.</summary>
    public string? Until => refusal.Until is { } until ? reader.MomentOf(until) : null;

    /// <summary>The operator's own words, or ours when there are none.</summary>
    public string WordsOr(string ours) => refusal.Words?.In(reader.Language) ?? ours;

    /// <summary>The operator's own words after a space; empty when there are none.</summary>
    public string WordsAfter => WordsOr("") is { Length: > 0 } words ? " " + words : "";
}
