using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What is not as usual with an account, in sentences that say what it means and until when.</summary>
internal static class AccountStanding
{
    // Each switch with what it takes, in the order it is told.
    private static readonly (Switches Switch, Func<AccountWords, string> Words)[] s_switches =
    [
        (Switches.Upload, words => words.Uploading),
        (Switches.Download, words => words.Downloading),
        (Switches.Share, words => words.Sharing),
        (Switches.ShareWithFriends, words => words.SharingOutside),
        (Switches.Tv, words => words.TvUse),
    ];

    /// <summary>What is set on the whole account or on everyone: what the others hide behind comes first.</summary>
    public static IEnumerable<Measure> MeasuresOf(Decision decision) =>
        decision
            .Facts.Measures.Concat(decision.Platform.Restrictions)
            .Where(measure =>
                measure is { Node: null, Kind: MeasureKind.Suspension or MeasureKind.Restriction }
                && measure.Holds(decision.Now)
            )
            .OrderByDescending(measure => measure.Switches.HasFlag(Switches.Whole))
            .ThenBy(measure => measure.Kind);

    /// <summary>The one sentence that stands above every page; null when all is as usual.</summary>
    public static string? SentenceOf(Decision decision, Reader reader)
    {
        if (MeasuresOf(decision).FirstOrDefault() is { } measure)
            return SentenceOf(measure, reader)
                + (measure.Words?.In(reader.Language) is { } why ? " " + why : "");
        if (decision.Standing is Standing.TakeBack)
            return TextOf(new(RefusalRule.TakeBackWindow) { ClosesAt = decision.ClosesAt }, reader)
                + " "
                + DaysLeft(decision, reader);
        if (decision.Standing is Standing.OverCapacity)
            return TextOf(
                new(RefusalRule.OverCapacity)
                {
                    Limit = decision.CapacityBytes,
                    Used = decision.UsedBytes,
                },
                reader
            );
        if (decision.OpenTerms is { } terms)
            return SentenceOf(terms, decision, reader);
        if (decision.Platform.Mode is PlatformMode.ReadOnly)
            return TextOf(
                new(RefusalRule.PlatformReadOnly)
                {
                    Until = decision.Platform.ModeEnds,
                    Words = decision.Platform.Words,
                },
                reader
            );
        return null;
    }

    /// <summary>What a measure on the account takes, and until when.</summary>
    public static string SentenceOf(Measure measure, Reader reader)
    {
        var words = AccountWords.In(reader.Language);
        var isSuspension = measure.Kind == MeasureKind.Suspension;
        var until = measure.Until is { } end ? words.Until(reader.MomentOf(end)) : "";
        if (measure.Switches.HasFlag(Switches.Whole))
            return isSuspension ? words.SuspendedWhole(until) : words.RestrictedWhole(until);
        var what = string.Join(
            ", ",
            s_switches
                .Where(one => measure.Switches.HasFlag(one.Switch))
                .Select(one => one.Words(words))
        );
        return isSuspension ? words.SuspendedPart(until, what) : words.RestrictedPart(until, what);
    }

    /// <summary>What goes on until terms are accepted, and from when on it does not.</summary>
    public static string SentenceOf(OpenTerms terms, Decision decision, Reader reader)
    {
        var words = AccountWords.In(reader.Language);
        return terms.RequiredFrom switch
        {
            null => words.TermsOpen,
            { } from when from <= decision.Now => words.TermsDue,
            { } from => words.TermsFrom(reader.DayOf(from)),
        };
    }

    /// <summary>How many days of the take-back window are left, counted on the operator's calendar.</summary>
    public static string DaysLeft(Decision decision, Reader reader)
    {
        var words = AccountWords.In(reader.Language);
        var days = (DateOf(decision.ClosesAt!.Value.AddTicks(-1)) - DateOf(decision.Now)).Days;
        return days switch
        {
            <= 0 => words.LastDay,
            1 => words.OneDayLeft,
            _ => words.DaysLeft(days),
        };

        DateTime DateOf(DateTimeOffset moment) =>
            TimeZoneInfo.ConvertTime(moment, reader.Zone).Date;
    }

    /// <summary>The last day of the window in which content can be taken back.</summary>
    public static string LastDay(DateTimeOffset closes, Reader reader) =>
        // It closes with the first moment of the day after.
        reader.DayOf(closes.AddTicks(-1));

    private static string TextOf(Refusal refusal, Reader reader) => reader.AnswerTo(refusal).Text;
}
