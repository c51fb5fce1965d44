using System.Text.Json;

namespace CloudDav.Vault.Tests.Lifecycle;

/// <summary>What time alone does to accounts is told once, in order, and never too late to be of use.</summary>
public sealed class StandingWatchTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    [Fact]
    public async Task The_whole_window_is_told_each_thing_once_and_in_order()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.PassAsync(1);
        Assert.Empty(await _life.EventsOfAsync(customer));
        await _life.EndAsync(customer, _life.Now.AddDays(3));

        await _life.PassAsync(40);

        Assert.Equal(
            [
                EventTypes.StandingChanged,
                EventTypes.TakeBackStarted,
                EventTypes.TakeBackSevenDays,
                EventTypes.TakeBackOneDay,
                EventTypes.StandingChanged,
            ],
            await _life.EventsOfAsync(customer)
        );
        var acts = await Cloud.Audit.ListAsync(
            AuditChainId.Of(customer.Account),
            long.MaxValue,
            10,
            Stop
        );
        Assert.Equal(2, acts.Count(record => record.Entry.Act == AuditActs.StandingChanged));
        Assert.Equal(3, acts.Count(record => record.Entry.Act == AuditActs.TakeBackReminded));
    }

    [Theory]
    [InlineData(20, new[] { EventTypes.StandingChanged, EventTypes.TakeBackStarted })]
    [InlineData(28, new[] { EventTypes.StandingChanged, EventTypes.TakeBackStarted })]
    // After the window: a new one is open.
    [InlineData(40, new[] { EventTypes.StandingChanged, EventTypes.TakeBackStarted })]
    public async Task What_a_server_slept_through_is_told_as_far_as_it_is_of_use(
        int days,
        string[] told
    )
    {
        var customer = await _life.AddCustomerAsync();
        await _life.PassAsync(0);
        await _life.EndAsync(customer);
        Cloud.Time.Advance(TimeSpan.FromDays(days));

        await _life.Watch.RunAsync(Stop);
        await _life.Watch.RunAsync(Stop);

        Assert.Equal(told, await _life.EventsOfAsync(customer));
    }

    [Fact]
    public async Task Of_two_reminders_that_are_late_the_later_one_is_told()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(1);
        Cloud.Time.Advance(TimeSpan.FromDays(28.9));

        await _life.Watch.RunAsync(Stop);

        var events = await _life.EventsOfAsync(customer);
        Assert.Equal(EventTypes.TakeBackOneDay, events[^1]);
        Assert.DoesNotContain(EventTypes.TakeBackSevenDays, events);
    }

    [Fact]
    public async Task A_new_order_and_a_new_end_open_a_new_window_with_reminders_of_its_own()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(2);
        await _life.ChangeAsync(customer, found => found with { End = null });
        await _life.PassAsync(1);
        await _life.EndAsync(customer);
        await _life.PassAsync(1);

        Assert.Equal(
            [
                EventTypes.StandingChanged,
                EventTypes.TakeBackStarted,
                EventTypes.StandingChanged,
                EventTypes.StandingChanged,
                EventTypes.TakeBackStarted,
            ],
            await _life.EventsOfAsync(customer)
        );
    }

    [Fact]
    public async Task A_suspension_that_runs_out_is_told_once_and_ends_for_good()
    {
        var customer = await _life.AddCustomerAsync();
        var measure = await _life.SetAsync(
            customer,
            MeasureKind.Suspension,
            until: _life.Now.AddDays(1)
        );

        await _life.PassAsync(3);

        Assert.Equal([EventTypes.Resumed], await _life.EventsOfAsync(customer));
        var (_, lifted) = (
            await Cloud.Contracts.ReadAsync(snapshot => snapshot.FindMeasureAsync(measure.Id), Stop)
        )!.Value;
        Assert.Equal(measure.Until, lifted);
    }

    [Fact]
    public async Task The_end_of_the_service_reaches_everybody()
    {
        var actors = new List<Actor>();
        for (var i = 0; i < 60; i++)
            actors.Add(await Cloud.AddActorAsync($"somebody{i}"));
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.SavePlatformAsync(
                    PlatformFacts.Normal with
                    {
                        ServiceEnd = new(EndCause.Service, _life.Now.AddDays(1), _life.Now),
                    }
                );
                return true;
            },
            Stop
        );

        await _life.PassAsync(2);

        foreach (var actor in actors)
            Assert.Equal(
                [EventTypes.StandingChanged, EventTypes.TakeBackStarted],
                await _life.EventsOfAsync(actor)
            );
    }

    [Fact]
    public async Task A_one_time_link_comes_with_the_opening_for_the_receiver_alone()
    {
        var customer = await _life.AddCustomerAsync();
        string? token = null;
        var watch = new StandingWatch(
            Cloud.Contracts,
            Cloud.Policy,
            Cloud.Time,
            secret =>
            {
                token = secret;
                return "sealed";
            }
        );
        await _life.EndAsync(customer);

        await watch.RunAsync(Stop);

        var told = await Cloud.Outbox.ListAsync(customer.Account, 0, 10, Stop);
        Assert.Equal(EventTypes.TakeBackStarted, told[1].Event.Type);
        Assert.Equal(
            (EventTypes.TakeBackCredential, "sealed"),
            (told[2].Event.Type, told[2].Event.SealedSecret)
        );
        Assert.Equal(
            customer.Account,
            await Cloud.Contracts.ReadAsync(
                snapshot =>
                    snapshot.FindTakeBackCredentialAsync(
                        TakeBackCredential.HashOf(token!),
                        _life.Now
                    ),
                Stop
            )
        );
    }

    [Fact]
    public async Task A_vault_that_fills_is_told_at_80_95_and_100_percent()
    {
        var customer = await _life.AddCustomerAsync();
        await CapacityAsync(customer, 1_000);
        var session = Cloud.Session(customer);

        await session.PutAsync("/a", new byte[790]);
        await session.PutAsync("/b", new byte[20]);
        await session.PutAsync("/c", new byte[10]);
        await session.PutAsync("/d", new byte[180]);
        await session.DeleteAsync("/a");
        await session.PutAsync("/e", new byte[600]);

        var told = await Cloud.Outbox.ListAsync(customer.Account, 0, 10, Stop);
        Assert.Equal(
            [80, 100, 80],
            told.Select(queued =>
                JsonDocument.Parse(queued.Event.Data).RootElement.GetProperty("percent").GetInt32()
            )
        );
    }

    [Fact]
    public async Task Over_capacity_ends_in_the_transaction_that_makes_it_fit_and_is_told_once()
    {
        var customer = await _life.AddCustomerAsync();
        var session = Cloud.Session(customer);
        await session.PutAsync("/a", new byte[2_000]);
        await session.PutAsync("/b", new byte[500]);
        await CapacityAsync(customer, 1_000);
        await _life.Watch.RunAsync(Stop);
        Assert.Equal([EventTypes.StandingChanged], await _life.EventsOfAsync(customer));

        await session.DeleteAsync("/a");

        Assert.Equal(
            [EventTypes.StandingChanged, EventTypes.StandingChanged],
            await _life.EventsOfAsync(customer)
        );
        await _life.PassAsync(1);
        Assert.Equal(2, (await _life.EventsOfAsync(customer)).Count);
    }

    [Theory]
    [InlineData(MeasureKind.LegalHold)]
    [InlineData(MeasureKind.Block)]
    public async Task What_is_held_is_passed_over_by_the_purge_and_nothing_else_is(MeasureKind kind)
    {
        var customer = await _life.AddCustomerAsync();
        var session = Cloud.Session(customer);
        var folder = (await session.MakeFolderAsync("/held")).Value.Node;
        await session.PutAsync("/held/first", "version 1");
        await session.PutAsync("/held/first", "version 2");
        await session.PutAsync("/held/second", "kept");
        await session.PutAsync("/held/._by-product", "kept");
        await session.PutAsync("/other", "version 1");
        await session.PutAsync("/other", "version 2");
        var measure = await _life.SetAsync(customer, kind, folder.Id);
        // Out of the held folder first, then the folder itself.
        await session.DeleteAsync("/held/second");
        await session.DeleteAsync("/held/._by-product");
        await session.DeleteAsync("/other");
        await session.DeleteAsync("/held");
        var expiry = new VaultExpiry(Cloud.Metadata, Cloud.Limits, Cloud.Time);
        Cloud.Time.Advance(TimeSpan.FromDays(200));

        await expiry.RunAsync(Stop);

        // Both versions of the first, the second and the by-product; of the other none.
        Assert.Equal(4, (await Cloud.Ledger.ListContentsAsync(default, 10, Stop)).Count);
        await Cloud.CheckAsync();
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction => await transaction.LiftMeasureAsync(measure.Id, "court", _life.Now),
            Stop
        );
        await expiry.RunAsync(Stop);
        Assert.Empty(await Cloud.Ledger.ListContentsAsync(default, 10, Stop));
        await Cloud.CheckAsync();
    }

    private async Task CapacityAsync(Actor customer, long capacity) =>
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.SetCapacityAsync(customer.Account, capacity);
                return true;
            },
            Stop
        );
}
