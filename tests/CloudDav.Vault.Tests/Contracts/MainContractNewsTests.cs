namespace CloudDav.Vault.Tests.Contracts;

/// <summary>What becomes of a customer by news of the main contract.</summary>
public sealed class MainContractNewsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 12, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_known_already_changes_nothing()
    {
        var planned = Customer(s_now.AddDays(10));

        Assert.Null(MainContractNews.Apply(Customer(), News(), s_now));
        Assert.Null(MainContractNews.Apply(Customer(), News(hasTv: false), s_now));
        Assert.Null(MainContractNews.Apply(planned, News(ends: s_now.AddDays(10)), s_now));
        // Times are kept to the millisecond.
        Assert.Null(
            MainContractNews.Apply(planned, News(ends: s_now.AddDays(10).AddTicks(9)), s_now)
        );
    }

    [Fact]
    public void An_end_is_recorded_when_it_is_heard_of()
    {
        var changed = MainContractNews.Apply(
            Customer(),
            News(MainStatus.Terminated, s_now.AddDays(-20)),
            s_now
        )!;

        Assert.Equal(
            new ContractEnd(EndCause.MainContract, s_now.AddDays(-20), s_now),
            changed.Main.End
        );
        Assert.Equal(s_now, changed.Main.End!.Opens);
        Assert.Equal(s_now, changed.Main.KnownAt);
        Assert.Equal(MainStatus.Terminated, changed.Main.Status);
    }

    [Fact]
    public void A_contract_that_ended_nobody_says_when_ended_on_the_day_that_is_known_or_now()
    {
        var passed = Customer(s_now.AddHours(-1));
        var planned = Customer(s_now.AddDays(10));
        var news = News(MainStatus.Terminated);

        Assert.Equal(s_now, MainContractNews.Apply(Customer(), news, s_now)!.Main.End!.At);
        Assert.Equal(s_now, MainContractNews.Apply(planned, news, s_now)!.Main.End!.At);
        Assert.Equal(passed.Main.End, MainContractNews.Apply(passed, news, s_now)!.Main.End);
    }

    [Fact]
    public void Another_date_in_the_past_opens_no_new_window()
    {
        var ended = Customer(s_now.AddDays(-3), MainStatus.Terminated);

        var changed = MainContractNews.Apply(
            ended,
            News(MainStatus.Terminated, s_now.AddDays(-5)),
            s_now
        )!;

        Assert.Equal(s_now.AddDays(-5), changed.Main.End!.At);
        Assert.Equal(ended.Main.End!.Recorded, changed.Main.End.Recorded);
    }

    [Fact]
    public void An_end_that_is_taken_back_is_gone()
    {
        var changed = MainContractNews.Apply(
            Customer(s_now.AddDays(-3), MainStatus.Terminated),
            News(),
            s_now
        )!;

        Assert.Null(changed.Main.End);
        Assert.Equal(MainStatus.Active, changed.Main.Status);
    }

    [Fact]
    public void Suspension_alone_ends_nothing()
    {
        var changed = MainContractNews.Apply(Customer(), News(MainStatus.Suspended), s_now)!;

        Assert.Equal(MainStatus.Suspended, changed.Main.Status);
        Assert.Null(changed.Main.End);
        Assert.False(MainContractNews.TakesAway(Customer(), changed));
    }

    [Theory]
    [InlineData(null, 10, true)]
    [InlineData(null, -10, true)]
    [InlineData(10, 9, true)]
    [InlineData(10, 11, false)]
    [InlineData(10, null, false)]
    [InlineData(-10, null, false)]
    public void To_take_away_is_to_end_or_to_end_sooner(int? knownDays, int? newDays, bool expected)
    {
        var before = Customer(knownDays is { } known ? s_now.AddDays(known) : null);
        var after = MainContractNews.Apply(
            before,
            News(ends: newDays is { } days ? s_now.AddDays(days) : null),
            s_now
        )!;

        Assert.Equal(expected, MainContractNews.TakesAway(before, after));
    }

    [Fact]
    public void The_tv_goes_and_comes_and_stays_when_nobody_speaks_of_it()
    {
        var with = Customer() with { HasTvContract = true };

        var without = MainContractNews.Apply(with, News(hasTv: false), s_now)!;

        Assert.False(without.HasTvContract);
        Assert.True(MainContractNews.TakesAway(with, without));
        var again = MainContractNews.Apply(without, News(hasTv: true), s_now)!;
        Assert.True(again.HasTvContract);
        Assert.False(MainContractNews.TakesAway(without, again));
        Assert.Null(MainContractNews.Apply(with, News(), s_now));
    }

    private static KnownMainContract News(
        MainStatus status = MainStatus.Active,
        DateTimeOffset? ends = null,
        bool? hasTv = null
    ) => new(status, ends, hasTv);

    private static Customer Customer(
        DateTimeOffset? ends = null,
        MainStatus status = MainStatus.Active
    ) =>
        new()
        {
            Account = new(1),
            Reference = "c-1",
            Main = new MainContract("m-1", status, s_now.AddDays(-100))
            {
                End = ends is { } at
                    ? new ContractEnd(EndCause.MainContract, at, s_now.AddDays(-2))
                    : null,
            },
            Option = "basic",
            OptionVersion = 1,
            Started = s_now.AddDays(-100),
        };
}
