using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>The outbox: order per account, and what becomes of an event and of its secret.</summary>
public abstract class OutboxContract(JournalEngine engine) : JournalContract(engine)
{
    private static readonly AccountId s_one = new(1);
    private static readonly AccountId s_two = new(2);

    [Fact]
    public async Task A_later_event_of_an_account_waits_for_its_earlier_one_and_other_accounts_go_on()
    {
        await AddAsync(s_one, "first");
        await AddAsync(s_one, "second");
        await AddAsync(s_two, "other");
        Assert.Equal(["first", "other"], await DueAsync(Now));

        await Engine.Outbox.MarkFailedAsync(
            new(s_one, 1),
            "HTTP 500",
            Now,
            Now.AddMinutes(1),
            Stop
        );
        Assert.Equal(["other"], await DueAsync(Now));
        await Engine.Outbox.MarkDeliveredAsync(new(s_two, 1), Now, Stop);
        Assert.Empty(await DueAsync(Now));
        Assert.Equal(["first"], await DueAsync(Now.AddMinutes(1)));
        await Engine.Outbox.MarkDeliveredAsync(new(s_one, 1), Now.AddMinutes(1), Stop);
        Assert.Equal(["second"], await DueAsync(Now.AddMinutes(1)));

        var events = await Engine.Outbox.ListAsync(s_one, 0, 10, Stop);
        Assert.Equal(
            [(EventState.Delivered, 2), (EventState.Waiting, 0)],
            events.Select(one => (one.State, one.Attempts))
        );
        Assert.Equal(Now.AddMinutes(1), events[0].SettledAt);
    }

    [Fact]
    public async Task The_backlog_is_what_waits_since_when_and_what_was_given_up()
    {
        Assert.Equal(default, await Engine.Outbox.MeasureAsync(Stop));
        await AddAsync(s_one, "delivered");
        await AddAsync(s_one, "dead");
        await AddAsync(s_one, "waiting");
        await AddAsync(s_two, "waiting too");
        await Engine.Outbox.MarkDeliveredAsync(new(s_one, 1), Now, Stop);
        await Engine.Outbox.MarkDeadAsync(new(s_one, 2), "HTTP 400", Now, Stop);

        Assert.Equal(new OutboxBacklog(2, Now, 1), await Engine.Outbox.MeasureAsync(Stop));
    }

    [Fact]
    public async Task A_new_event_does_not_hurry_one_that_rests()
    {
        await AddAsync(s_one, "first");
        await Engine.Outbox.MarkFailedAsync(new(s_one, 1), "HTTP 500", Now, Now.AddHours(1), Stop);

        await AddAsync(s_one, "second");

        Assert.Empty(await DueAsync(Now.AddMinutes(59)));
    }

    [Fact]
    public async Task A_dead_letter_lets_the_next_go_and_can_be_revived()
    {
        await AddAsync(s_one, "first");
        await AddAsync(s_one, "second");
        await Engine.Outbox.MarkDeadAsync(new(s_one, 1), new string('x', 5_000), Now, Stop);
        Assert.Equal(["second"], await DueAsync(Now));
        var dead = Assert.Single(await Engine.Outbox.ListDeadAsync(default, 10, Stop));
        Assert.Equal((EventState.Dead, 200), (dead.State, dead.LastError!.Length));
        Assert.Empty(await Engine.Outbox.ListDeadAsync(dead.Key, 10, Stop));

        Assert.True(await Engine.Outbox.ReviveAsync(dead.Key, Now, Stop));
        Assert.False(await Engine.Outbox.ReviveAsync(dead.Key, Now, Stop));

        Assert.Equal(["first"], await DueAsync(Now));
        Assert.Empty(await Engine.Outbox.ListDeadAsync(default, 10, Stop));
    }

    [Fact]
    public async Task What_is_settled_stays_as_it_is()
    {
        await AddAsync(s_one, "first");
        await Engine.Outbox.MarkDeliveredAsync(new(s_one, 1), Now, Stop);

        await Engine.Outbox.MarkDeadAsync(new(s_one, 1), "late", Now.AddDays(1), Stop);
        await Engine.Outbox.MarkFailedAsync(new(s_one, 1), "late", Now.AddDays(1), Now, Stop);

        var only = Assert.Single(await Engine.Outbox.ListAsync(s_one, 0, 10, Stop));
        Assert.Equal((EventState.Delivered, 1), (only.State, only.Attempts));
        Assert.Empty(await DueAsync(Now.AddDays(2)));
    }

    [Fact]
    public async Task A_secret_is_blanked_with_its_delivery_and_after_24_hours()
    {
        await AddAsync(s_one, "first", secret: "delivered-secret");
        await AddAsync(s_two, "other", secret: "old-secret");
        await AddAsync(new AccountId(3), "dead", secret: "dead-secret");
        Assert.Equal("delivered-secret", (await OnlyAsync(s_one)).Event.SealedSecret);

        await Engine.Outbox.MarkDeliveredAsync(new(s_one, 1), Now, Stop);
        await Engine.Outbox.MarkDeadAsync(new(new(3), 1), "refused", Now, Stop);
        await Engine.Outbox.CleanAsync(
            Now.AddDays(-1),
            10,
            Now.AddHours(24).AddMilliseconds(-1),
            Stop
        );
        Assert.False((await OnlyAsync(s_two)).IsSecretGone);
        await Engine.Outbox.CleanAsync(Now.AddDays(-1), 10, Now.AddHours(24), Stop);

        foreach (var account in (AccountId[])[s_one, s_two, new(3)])
        {
            var only = await OnlyAsync(account);
            Assert.Null(only.Event.SealedSecret);
            Assert.True(only.IsSecretGone);
        }
        Assert.Equal(
            0,
            await Engine.CountAsync("SELECT COUNT(*) FROM outbox WHERE secret IS NOT NULL")
        );
    }

    [Fact]
    public async Task Old_events_go_and_numbers_go_on()
    {
        for (var i = 0; i < 5; i++)
            await AddAsync(s_one, $"old {i}");
        Assert.Equal(3, await Engine.Outbox.CleanAsync(Now.AddDays(1), 3, Now, Stop));
        Assert.Equal(["old 3"], await DueAsync(Now));
        Assert.Equal(2, await Engine.Outbox.CleanAsync(Now.AddDays(1), 3, Now, Stop));
        Assert.Empty(await DueAsync(Now));

        await AddAsync(s_one, "new");

        Assert.Equal(["new"], await DueAsync(Now));
        Assert.Equal(6, (await OnlyAsync(s_one)).Key.Number);
    }

    private async Task AddAsync(AccountId account, string type, string? secret = null) =>
        await Engine.Outbox.AddAsync(
            new ServiceEvent
            {
                Account = account,
                Type = type,
                OccurredAt = Now,
                SealedSecret = secret,
            },
            Stop
        );

    private async Task<List<string>> DueAsync(DateTimeOffset now) =>
        [.. (await Engine.Outbox.ListDueAsync(now, 10, Stop)).Select(due => due.Event.Type)];

    private async Task<QueuedEvent> OnlyAsync(AccountId account) =>
        (await Engine.Outbox.ListAsync(account, 0, 10, Stop)).Single();
}
