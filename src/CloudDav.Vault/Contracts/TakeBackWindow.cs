namespace CloudDav.Vault;

/// <summary>The days after a contract's end in which content can be taken back, counted on the operator's calendar.</summary>
/// <param name="zone">The operator's time zone.</param>
/// <param name="days">Calendar days, 1 or more.</param>
public sealed class TakeBackWindow(TimeZoneInfo zone, int days = TakeBackWindow.DefaultDays)
{
    /// <summary>What the service's terms promise.</summary>
    public const int DefaultDays = 30;

    /// <summary>The operator's time zone, which everything that customers are told of days goes by.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>When the window closes that opened at a moment: the end of the local day that lies so many days after the local day of the opening.</summary>
    /// <returns>The first moment at which it is closed.</returns>
    public DateTimeOffset Closes(DateTimeOffset opened)
    {
        var midnight = TimeZoneInfo.ConvertTime(opened, zone).Date.AddDays(days + 1);
        // Where the clocks jump over midnight the day begins when they land.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(1);
        // Where they go back over it, the day ends with the second midnight: the customer has the hour.
        var offset = zone.IsAmbiguousTime(midnight)
            ? zone.GetAmbiguousTimeOffsets(midnight).Min()
            : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    /// <summary>When the window of an end closes.</summary>
    public DateTimeOffset Closes(ContractEnd end)
    {
        var closes = Closes(end.Opens);
        return end.ClosesNotBefore is { } least && least > closes ? least : closes;
    }
}
