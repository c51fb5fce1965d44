using System.Globalization;

namespace CloudDav.Vault.Tests;

/// <summary>When the window closes, on the calendar of Brussels. Local times are given with their offset.</summary>
public sealed class TakeBackWindowTests
{
    private static readonly TakeBackWindow s_window = new(TestVault.Zone);
    private static readonly AccountPolicy s_policy = new(s_window);

    [Theory]
    // An ordinary one: 30 days after the 1st is the 31st, and that day belongs to the customer.
    [InlineData("2026-01-01T12:00+01:00", "2026-02-01T00:00+01:00")]
    // At the first and the last second of a local day.
    [InlineData("2026-01-01T00:00:00+01:00", "2026-02-01T00:00+01:00")]
    [InlineData("2026-01-01T23:59:59+01:00", "2026-02-01T00:00+01:00")]
    [InlineData("2026-01-02T00:00:00+01:00", "2026-02-02T00:00+01:00")]
    // The local day counts, not the one of UTC.
    [InlineData("2026-06-01T23:30:00+00:00", "2026-07-03T00:00+02:00")]
    // Over the change to summer time (29 March 2026): 30 days and 23 hours.
    [InlineData("2026-03-10T10:00+01:00", "2026-04-10T00:00+02:00")]
    // Over the change to winter time (25 October 2026).
    [InlineData("2026-10-10T10:00+02:00", "2026-11-10T00:00+01:00")]
    // On the days of the changes, within the hours that do not exist, and exist twice.
    [InlineData("2026-03-29T01:30+00:00", "2026-04-29T00:00+02:00")]
    [InlineData("2026-10-25T02:30+02:00", "2026-11-25T00:00+01:00")]
    [InlineData("2026-10-25T02:30+01:00", "2026-11-25T00:00+01:00")]
    // Over a leap day, and over a February without one.
    [InlineData("2028-02-15T10:00+01:00", "2028-03-17T00:00+01:00")]
    [InlineData("2027-02-15T10:00+01:00", "2027-03-18T00:00+01:00")]
    [InlineData("2028-02-29T10:00+01:00", "2028-03-31T00:00+02:00")]
    // From the end of a long month, and of the year.
    [InlineData("2026-01-31T10:00+01:00", "2026-03-03T00:00+01:00")]
    [InlineData("2026-12-31T23:59:59+01:00", "2027-01-31T00:00+01:00")]
    public void It_closes_at_the_end_of_the_thirtieth_local_day(string ended, string closes) =>
        Assert.Equal(At(closes), s_window.Closes(At(ended)));

    [Fact]
    public void An_end_that_was_reported_late_eats_no_days()
    {
        var end = new ContractEnd(
            EndCause.MainContract,
            At("2026-01-01T00:00+01:00"),
            At("2026-01-20T09:00+01:00")
        );
        Assert.Equal(At("2026-02-20T00:00+01:00"), s_window.Closes(end));
        Assert.Equal(
            (Standing.Active, Standing.TakeBack, Standing.TakeBack, Standing.Closed),
            (
                StandingAt(end, "2026-01-20T08:59:59+01:00"),
                StandingAt(end, "2026-01-20T09:00:00+01:00"),
                StandingAt(end, "2026-02-19T23:59:59+01:00"),
                StandingAt(end, "2026-02-20T00:00:00+01:00")
            )
        );
    }

    [Fact]
    public void An_end_to_come_changes_nothing_until_its_moment()
    {
        var end = new ContractEnd(
            EndCause.CloudContract,
            At("2026-01-31T23:59:59+01:00"),
            At("2026-01-10T09:00+01:00")
        );
        Assert.Equal(Standing.Active, StandingAt(end, "2026-01-31T23:59:58+01:00"));
        Assert.Equal(Standing.TakeBack, StandingAt(end, "2026-01-31T23:59:59+01:00"));
        Assert.Equal(Standing.TakeBack, StandingAt(end, "2026-03-02T23:59:59+01:00"));
        Assert.Equal(Standing.Closed, StandingAt(end, "2026-03-03T00:00:00+01:00"));
    }

    [Fact]
    public void A_second_end_that_is_heard_of_later_moves_no_window()
    {
        var own = new ContractEnd(
            EndCause.CloudContract,
            At("2026-01-05T10:00+01:00"),
            At("2026-01-05T10:00+01:00")
        );
        var main = new ContractEnd(
            EndCause.MainContract,
            At("2026-01-01T00:00+01:00"),
            At("2026-01-10T10:00+01:00")
        );
        Assert.Equal(
            At("2026-02-05T00:00+01:00"),
            Decide([main, own], null, "2026-01-12T10:00+01:00").ClosesAt
        );
    }

    [Fact]
    public void The_end_of_the_whole_service_has_a_date_of_its_own_that_only_adds_days()
    {
        var service = new ContractEnd(
            EndCause.Service,
            At("2026-06-01T00:00+02:00"),
            At("2026-01-01T10:00+01:00")
        )
        {
            ClosesNotBefore = At("2026-09-01T00:00+02:00"),
        };
        var decision = Decide([], service, "2026-08-01T10:00+02:00");
        Assert.Equal(Standing.TakeBack, decision.Standing);
        Assert.Equal(At("2026-09-01T00:00+02:00"), decision.ClosesAt);
        Assert.Equal(Standing.Active, Decide([], service, "2026-05-31T23:59:59+02:00").Standing);
        Assert.Equal(Standing.Closed, Decide([], service, "2026-09-01T00:00+02:00").Standing);
    }

    [Theory]
    // Beirut's clocks go forward at midnight: that day begins at one.
    [InlineData("Asia/Beirut", "2026-02-26T12:00+02:00", "2026-03-29T01:00+03:00")]
    // Havana's go back at one, to midnight: the customer has the hour that comes twice.
    [InlineData("America/Havana", "2026-10-01T12:00-04:00", "2026-11-01T00:00-05:00")]
    public void Where_the_clocks_change_at_midnight_the_customer_has_the_whole_day(
        string zone,
        string ended,
        string closes
    ) =>
        Assert.Equal(
            At(closes),
            new TakeBackWindow(TimeZoneInfo.FindSystemTimeZoneById(zone)).Closes(At(ended))
        );

    private static Standing StandingAt(ContractEnd end, string now) =>
        Decide([end], null, now).Standing;

    private static Decision Decide(
        IReadOnlyList<ContractEnd> ends,
        ContractEnd? service,
        string now
    ) =>
        s_policy.Decide(
            new PlatformFacts { ServiceEnd = service },
            ContractFacts.WithoutContract with
            {
                Ends = ends,
            },
            0,
            1,
            Door.App,
            At(now)
        );

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
