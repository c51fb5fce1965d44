namespace CloudDav.Vault.Tests.Lifecycle;

/// <summary>A take-back window of which nobody was told, because no server ran, opens anew with all its days.</summary>
public sealed class MissedWindowTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    public enum Ending
    {
        CloudContract,
        MainContractToo,
        LeftHousehold,
        Service,
    }

    [Theory]
    [InlineData(Ending.CloudContract)]
    [InlineData(Ending.MainContractToo)]
    [InlineData(Ending.LeftHousehold)]
    [InlineData(Ending.Service)]
    public async Task It_opens_anew_with_all_its_days_and_reminders_and_then_closes_for_good(
        Ending ending
    )
    {
        var owner = await _life.AddCustomerAsync();
        var member = await _life.AddMemberAsync(owner);
        var gone = ending == Ending.LeftHousehold ? member : owner;
        var session = Cloud.Session(gone);
        await session.PutAsync("/letter", "Dear Ann");
        await session.PutAsync("/draft", "x");
        await _life.PassAsync(0);
        await EndAsync(ending, gone);

        // Every node is down; a request that comes before the first look is still refused.
        Cloud.Time.Advance(TimeSpan.FromDays(40));
        Assert.Equal(Standing.Closed, await _life.StandingOfAsync(gone));
        Assert.Equal(
            RefusalRule.AccountClosed,
            (await session.PutAsync("/new", "x")).Refusal?.Rule
        );
        var back = _life.Now;
        await _life.PassAsync(0);

        var decision = await _life.DecisionOfAsync(gone);
        Assert.Equal(
            (Standing.TakeBack, new TakeBackWindow(TestVault.Zone).Closes(back)),
            (decision.Standing, decision.ClosesAt)
        );
        Assert.Equal("Dear Ann", await session.ReadTextAsync("/letter"));
        Assert.True((await session.DeleteAsync("/draft")).IsSuccess);
        Assert.Equal(
            RefusalRule.TakeBackWindow,
            (await session.PutAsync("/new", "x")).Refusal?.Rule
        );
        var acts = await Cloud.Audit.ListAsync(
            AuditChainId.Of(gone.Account),
            long.MaxValue,
            50,
            Stop
        );
        Assert.Single(acts, record => record.Entry.Act == AuditActs.TakeBackReopened);

        await _life.PassAsync(29);
        Assert.Equal(0, (await _life.Destruction.RunAsync(Stop)).Destroyed);
        Assert.Equal("Dear Ann", await session.ReadTextAsync("/letter"));
        await _life.PassAsync(3);
        Assert.Equal(
            [
                EventTypes.StandingChanged,
                EventTypes.TakeBackStarted,
                EventTypes.TakeBackSevenDays,
                EventTypes.TakeBackOneDay,
                EventTypes.StandingChanged,
            ],
            await _life.EventsOfAsync(gone)
        );
        // The customer comes after the household.
        await _life.Destruction.RunAsync(Stop);
        await _life.Destruction.RunAsync(Stop);
        Assert.NotNull((await Cloud.Destructions.FindAsync(gone.Account, Stop))?.Finished);
        Assert.Equal(
            ending == Ending.LeftHousehold,
            await Cloud.Destructions.FindAsync(owner.Account, Stop) is null
        );
    }

    [Fact]
    public async Task A_window_that_was_told_never_opens_anew()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(0);
        Cloud.Time.Advance(TimeSpan.FromDays(40));

        await _life.PassAsync(1);

        Assert.Equal(Standing.Closed, await _life.StandingOfAsync(customer));
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
    }

    [Fact]
    public async Task A_new_order_in_the_new_window_makes_the_account_active_and_its_next_end_counts_afresh()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        Cloud.Time.Advance(TimeSpan.FromDays(40));
        await _life.PassAsync(1);

        await _life.ChangeAsync(customer, found => found with { End = null });
        Assert.Equal(Standing.Active, await _life.StandingOfAsync(customer));
        await _life.PassAsync(5);
        var ended = _life.Now;
        await _life.EndAsync(customer);

        Assert.Equal(
            new TakeBackWindow(TestVault.Zone).Closes(ended),
            (await _life.DecisionOfAsync(customer)).ClosesAt
        );
    }

    private async Task EndAsync(Ending ending, Actor gone)
    {
        if (ending is Ending.CloudContract or Ending.MainContractToo)
            await _life.EndAsync(gone);
        // Two ends of which neither was told: the window that opens anew is one for both.
        if (ending == Ending.MainContractToo)
            await _life.ChangeAsync(
                gone,
                found =>
                    found with
                    {
                        Main = found.Main with
                        {
                            End = new(EndCause.MainContract, _life.Now.AddDays(3), _life.Now),
                        },
                    }
            );
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                if (ending == Ending.Service)
                    await transaction.SavePlatformAsync(
                        PlatformFacts.Normal with
                        {
                            ServiceEnd = new(EndCause.Service, _life.Now, _life.Now),
                        }
                    );
                if (ending == Ending.LeftHousehold)
                {
                    var member = (await transaction.FindMemberAsync(gone.Account))!;
                    await transaction.SaveMemberAsync(
                        member with
                        {
                            Left = new(EndCause.LeftHousehold, _life.Now, _life.Now),
                        }
                    );
                }
                return true;
            },
            Stop
        );
    }
}
