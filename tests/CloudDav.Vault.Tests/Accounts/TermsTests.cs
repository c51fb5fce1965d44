namespace CloudDav.Vault.Tests;

/// <summary>Terms and their acceptance: what waits for it, and what goes on.</summary>
public sealed class TermsTests : IAsyncLifetime
{
    private readonly TestVault _vault = new();
    private Actor _alice = null!;
    private CustomerDesk _desk = null!;

    private static CancellationToken Stop => TestVault.Stop;

    private DateTimeOffset Now => _vault.Time.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _desk = new CustomerDesk(
            _vault.Contracts,
            _vault.Audit,
            new AccountPolicy(new TakeBackWindow(TestVault.Zone)),
            maxDevices: 50,
            _vault.Time
        );
        _alice = await _vault.AddActorAsync("alice");
        await DoAsync(async transaction =>
            await transaction.SaveCustomerAsync(
                new Customer
                {
                    Account = _alice.Account,
                    Reference = "C1",
                    Main = new MainContract("M1", MainStatus.Active, Now),
                    Option = "S",
                    OptionVersion = 1,
                    Started = Now,
                }
            )
        );
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Until_the_current_version_is_accepted_no_device_is_added_and_everything_else_goes_on()
    {
        await PublishAsync("1");

        Assert.Equal(
            RefusalRule.TermsNotAccepted,
            (await _desk.AddDeviceAsync(_alice, "laptop", Stop)).Refusal!.Rule
        );
        Assert.True((await _vault.Session(_alice).PutAsync("/a", "a")).IsSuccess);

        await AcceptAsync("1");
        Assert.True((await _desk.AddDeviceAsync(_alice, "laptop", Stop)).IsSuccess);
    }

    [Fact]
    public async Task From_the_day_on_that_is_set_files_are_read_and_deleted_and_nothing_is_added()
    {
        var session = _vault.Session(_alice);
        await session.PutAsync("/a", "a");
        await session.PutAsync("/b", "b");
        var day = Now + TimeSpan.FromDays(10);
        await PublishAsync("1", day);
        _vault.Time.Advance(TimeSpan.FromDays(10) - TimeSpan.FromMilliseconds(1));
        Assert.True((await session.PutAsync("/c", "c")).IsSuccess);

        _vault.Time.Advance(TimeSpan.FromMilliseconds(1));

        foreach (
            var refused in (RefusalRule?[])
                [
                    (await session.PutAsync("/d", "d")).Refusal?.Rule,
                    (await session.MakeFolderAsync("/e")).Refusal?.Rule,
                    (await session.MoveAsync("/a", "/f")).Refusal?.Rule,
                    (await session.CopyAsync("/a", "/f")).Refusal?.Rule,
                ]
        )
            Assert.Equal(RefusalRule.TermsNotAccepted, refused);
        Assert.Equal(0, (await session.FindAsync("/")).Value.Vault.AvailableBytes);
        Assert.Equal("a", await session.ReadTextAsync("/a"));
        Assert.True((await session.DeleteAsync("/b")).IsSuccess);
        Assert.True((await _desk.FindOverviewAsync(_alice, Stop)).IsSuccess);

        await AcceptAsync("1");
        Assert.True((await session.PutAsync("/d", "d")).IsSuccess);
    }

    [Fact]
    public async Task A_later_version_does_not_put_off_what_an_earlier_one_has_set()
    {
        await PublishAsync("1");
        await AcceptAsync("1");
        await PublishAsync("2", Now + TimeSpan.FromDays(1));
        _vault.Time.Advance(TimeSpan.FromHours(1));
        await PublishAsync("3", Now + TimeSpan.FromDays(100));
        _vault.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(
            RefusalRule.TermsNotAccepted,
            (await _vault.Session(_alice).PutAsync("/a", "a")).Refusal?.Rule
        );
        // Of version 2 there is nothing left to accept; version 3 settles it.
        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.AcceptTermsAsync(_alice, "2", Language.Dutch, Stop)).Refusal!.Rule
        );
        await AcceptAsync("3");
        Assert.True((await _vault.Session(_alice).PutAsync("/a", "a")).IsSuccess);
    }

    [Fact]
    public async Task Terms_of_the_future_ask_for_nothing_yet()
    {
        await DoAsync(transaction =>
            transaction.SaveTermsAsync(
                new TermsVersion("1", Now + TimeSpan.FromDays(1), null, new Texts { En = "…" })
            )
        );

        Assert.True((await _desk.AddDeviceAsync(_alice, "laptop", Stop)).IsSuccess);
        Assert.Empty((await _desk.FindTermsAsync(_alice, Stop)).Value.Versions);
        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.AcceptTermsAsync(_alice, "1", Language.Dutch, Stop)).Refusal!.Rule
        );

        _vault.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(
            RefusalRule.TermsNotAccepted,
            (await _desk.AddDeviceAsync(_alice, "phone", Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task An_acceptance_is_recorded_once_with_version_language_door_and_time()
    {
        await PublishAsync("1");

        var first = await AcceptAsync("1");
        _vault.Time.Advance(TimeSpan.FromDays(1));
        var again = (await _desk.AcceptTermsAsync(_alice, "1", Language.German, Stop)).Value;

        Assert.Equal(
            new TermsAcceptance(
                _alice.Account,
                "1",
                Language.French,
                Door.Browser,
                Now - TimeSpan.FromDays(1)
            ),
            first
        );
        Assert.Equal(first, again);
        var entries = (
            await _desk.ReadAccessLogAsync(_alice, null, long.MaxValue, 10, Stop)
        ).Value.Entries.Where(entry => entry.Entry.Act == AuditActs.TermsAccepted);
        var entry = Assert.Single(entries).Entry;
        Assert.Equal("terms:1", entry.Subject);
        Assert.Equal("""{"language":"French","door":"Browser"}""", entry.Body);
    }

    [Fact]
    public async Task The_customer_accepts_for_the_household_and_a_member_cannot()
    {
        var bob = await _vault.AddActorAsync("bob", householdOwner: _alice.Account);
        await DoAsync(transaction =>
            transaction.SaveMemberAsync(
                new Member
                {
                    Account = bob.Account,
                    Owner = _alice.Account,
                    Added = Now,
                }
            )
        );
        await PublishAsync("1", Now);

        Assert.Equal(
            RefusalRule.TermsNotAccepted,
            (await _vault.Session(bob).PutAsync("/a", "a")).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.OwnerOnly,
            (await _desk.AcceptTermsAsync(bob, "1", Language.Dutch, Stop)).Refusal!.Rule
        );

        await AcceptAsync("1");
        Assert.True((await _vault.Session(bob).PutAsync("/a", "a")).IsSuccess);
    }

    [Fact]
    public async Task Who_has_no_contract_has_no_terms()
    {
        var carol = await _vault.AddActorAsync("carol");
        await PublishAsync("1", Now);

        Assert.True((await _desk.AddDeviceAsync(carol, "laptop", Stop)).IsSuccess);
        Assert.True((await _vault.Session(carol).PutAsync("/a", "a")).IsSuccess);
    }

    private Task PublishAsync(string version, DateTimeOffset? requiredFrom = null) =>
        DoAsync(transaction =>
            transaction.SaveTermsAsync(
                new TermsVersion(version, Now, requiredFrom, new Texts { En = "…" })
            )
        );

    private async Task<TermsAcceptance> AcceptAsync(string version) =>
        (await _desk.AcceptTermsAsync(_alice, version, Language.French, Stop)).Value;

    private async Task DoAsync(Func<IContractTransaction, ValueTask> body)
    {
        var result = await _vault.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await body(transaction);
                return true;
            },
            Stop
        );
        Assert.Null(result.Refusal);
    }
}
