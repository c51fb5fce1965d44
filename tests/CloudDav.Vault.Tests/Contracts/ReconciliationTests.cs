using System.Collections.Concurrent;

namespace CloudDav.Vault.Tests.Contracts;

/// <summary>The reconciliation over real contracts in SQLite, and an inventory that says what a test tells it to.</summary>
public sealed class ReconciliationTests : IAsyncLifetime
{
    private readonly TestVault _vault = new();
    private readonly Inventory _inventory = new();

    private DateTimeOffset Now => _vault.Time.GetUtcNow();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Every_running_contract_is_asked_for_once_page_by_page()
    {
        await AddCustomersAsync(25);

        var report = await RunAsync(pageSize: 10);

        Assert.Equal(ReconciliationOutcome.Done, report.Outcome);
        Assert.Equal(25, report.Asked);
        Assert.Equal([10, 10, 5], _inventory.Pages);
        Assert.Equal(25, _inventory.References.Distinct().Count());
        Assert.Equal((0, 0, 0), (report.Changed, report.Ends, report.Unknown));
    }

    [Fact]
    public async Task What_has_changed_is_applied_and_written_down_and_the_next_run_finds_nothing_new()
    {
        await AddCustomersAsync(5);
        _inventory.Says("m-2", new KnownMainContract(MainStatus.Terminated, Now.AddDays(-4), null));
        _inventory.Says("m-3", new KnownMainContract(MainStatus.Suspended, null, true));
        _inventory.Says(
            "m-4",
            new KnownMainContract(MainStatus.Active, Now.AddDays(30).AddTicks(7), null)
        );

        var report = await RunAsync();

        Assert.Equal((3, 2, 0), (report.Changed, report.Ends, report.Postponed));
        Assert.Equal(
            new ContractEnd(EndCause.MainContract, Now.AddDays(-4), Now),
            (await FindAsync("c-2")).Main.End
        );
        Assert.Equal(MainStatus.Suspended, (await FindAsync("c-3")).Main.Status);
        Assert.True((await FindAsync("c-3")).HasTvContract);
        Assert.Equal(Now.AddDays(30), (await FindAsync("c-4")).Main.End!.At);
        var standing = await DecideAsync("c-2");
        Assert.Equal(Standing.TakeBack, standing.Standing);
        var entry = (await ReadChainAsync("c-2")).Single(record =>
            record.Entry.Act == MainContractNews.Act
        );
        Assert.Equal("main-contract:m-2", entry.Entry.Subject);
        Assert.Equal(AuditActors.System, entry.Entry.Actor);

        _vault.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await RunAsync()).Changed);
    }

    [Fact]
    public async Task Without_an_answer_the_last_known_status_stands()
    {
        await AddCustomersAsync(4);
        _inventory.Says("m-2", new NoMainContractAnswer());
        _inventory.Says("m-3", new KnownMainContract(MainStatus.Terminated, Now, null));

        var report = await RunAsync();

        Assert.Equal(ReconciliationOutcome.Done, report.Outcome);
        Assert.Equal((1, 1), (report.Unanswered, report.Changed));
        Assert.Equal(MainStatus.Active, (await FindAsync("c-2")).Main.Status);
        Assert.Equal(MainStatus.Terminated, (await FindAsync("c-3")).Main.Status);
    }

    [Fact]
    public async Task A_customer_the_other_side_does_not_know_is_counted_and_loses_nothing()
    {
        await AddCustomersAsync(3);
        _inventory.SaysOfAll(new UnknownMainContract());

        var report = await RunAsync();

        Assert.Equal(ReconciliationOutcome.Done, report.Outcome);
        Assert.Equal((3, 0), (report.Unknown, report.Changed));
        Assert.Equal(["m-1", "m-2", "m-3"], report.UnknownReferences.Select(one => one.Reference));
        Assert.All(
            await Task.WhenAll(((string[])["c-1", "c-2", "c-3"]).Select(FindAsync)),
            customer => Assert.Null(customer.Main.End)
        );
    }

    [Theory]
    // A hundred customers: three may end, four are too many.
    [InlineData(100, 3, ReconciliationOutcome.Done)]
    [InlineData(100, 4, ReconciliationOutcome.Alarm)]
    // Half a percent of a thousand.
    [InlineData(1_000, 5, ReconciliationOutcome.Done)]
    [InlineData(1_000, 6, ReconciliationOutcome.Alarm)]
    public async Task A_run_that_would_end_too_many_changes_nothing_at_all(
        int customers,
        int ended,
        ReconciliationOutcome expected
    )
    {
        if (customers > 100)
            TestEngine.RequireNear();
        await AddCustomersAsync(customers);
        for (var i = 1; i <= ended; i++)
            _inventory.Says($"m-{i}", new KnownMainContract(MainStatus.Terminated, Now, null));
        _inventory.Says($"m-{customers}", new KnownMainContract(MainStatus.Suspended, null, null));

        var report = await RunAsync();

        Assert.Equal(expected, report.Outcome);
        Assert.Equal(ended, report.Ends);
        var isDone = expected == ReconciliationOutcome.Done;
        Assert.Equal(isDone ? ended + 1 : 0, report.Changed);
        Assert.Equal(isDone, (await FindAsync("c-1")).Main.End is not null);
        Assert.Equal(
            isDone ? MainStatus.Suspended : MainStatus.Active,
            (await FindAsync($"c-{customers}")).Main.Status
        );
    }

    [Fact]
    public async Task To_lose_the_tv_counts_as_an_end_and_what_is_given_does_not()
    {
        await AddCustomersAsync(20, hasTv: true);
        _inventory.SaysOfAll(new KnownMainContract(MainStatus.Active, null, false));
        Assert.Equal(ReconciliationOutcome.Alarm, (await RunAsync()).Outcome);
        Assert.True((await FindAsync("c-1")).HasTvContract);

        await AddCustomersAsync(20, first: 21);
        _inventory.SaysOfAll(new KnownMainContract(MainStatus.Active, null, true));
        var report = await RunAsync();

        Assert.Equal((ReconciliationOutcome.Done, 20), (report.Outcome, report.Changed));
    }

    [Fact]
    public async Task Ends_that_are_known_already_are_no_reason_for_an_alarm()
    {
        await AddCustomersAsync(20);
        for (var day = 0; day < 6; day++)
        {
            for (var i = 1; i <= 3; i++)
                _inventory.Says(
                    $"m-{(day * 3) + i}",
                    new KnownMainContract(MainStatus.Active, Now.AddDays(10 + day), null)
                );
            var report = await RunAsync();
            Assert.Equal((ReconciliationOutcome.Done, 3), (report.Outcome, report.Changed));
        }
        _vault.Time.Advance(TimeSpan.FromDays(20));
        for (var i = 1; i <= 18; i++)
            _inventory.Says($"m-{i}", new KnownMainContract(MainStatus.Terminated, Ends(i), null));

        var all = await RunAsync();

        Assert.Equal((ReconciliationOutcome.Done, 18, 0), (all.Outcome, all.Changed, all.Ends));

        DateTimeOffset Ends(int i) => Now.AddDays(10 + ((i - 1) / 3) - 20);
    }

    [Fact]
    public async Task A_silent_inventory_is_not_asked_to_the_end_and_nothing_is_changed()
    {
        await AddCustomersAsync(200);
        _inventory.SaysOfAll(new NoMainContractAnswer());
        _inventory.Says("m-1", new KnownMainContract(MainStatus.Terminated, Now, null));

        var report = await RunAsync(pageSize: 20);

        Assert.Equal(ReconciliationOutcome.Silent, report.Outcome);
        Assert.Equal((60, 59, 0), (report.Asked, report.Unanswered, report.Changed));
        Assert.Null((await FindAsync("c-1")).Main.End);
    }

    [Fact]
    public async Task A_few_customers_find_a_silent_inventory_silent_too()
    {
        await AddCustomersAsync(2);
        _inventory.SaysOfAll(new NoMainContractAnswer());

        Assert.Equal(ReconciliationOutcome.Silent, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task Nobody_to_ask_for_is_done()
    {
        Assert.Equal(ReconciliationOutcome.Done, (await RunAsync()).Outcome);
        Assert.Empty(_inventory.References);
    }

    [Fact]
    public async Task Contracts_that_ended_themselves_or_are_being_destroyed_are_not_asked_for()
    {
        await AddCustomersAsync(5);
        await ChangeAsync("c-1", customer => customer with { End = Ended(-1) });
        await ChangeAsync("c-2", customer => customer with { DestructionStarted = Now });
        await ChangeAsync("c-3", customer => customer with { End = Ended(1) });

        await RunAsync();

        Assert.Equal(["m-3", "m-4", "m-5"], _inventory.References.Order());

        ContractEnd Ended(int days) => new(EndCause.CloudContract, Now.AddDays(days), Now);
    }

    [Fact]
    public async Task An_end_that_was_reported_by_mistake_heals()
    {
        await AddCustomersAsync(3);
        _inventory.Says("m-1", new KnownMainContract(MainStatus.Terminated, Now, null));
        await RunAsync();
        Assert.Equal(Standing.TakeBack, (await DecideAsync("c-1")).Standing);
        _vault.Time.Advance(TimeSpan.FromDays(1));
        _inventory.Says("m-1", new KnownMainContract(MainStatus.Active, null, null));

        Assert.Equal(1, (await RunAsync()).Changed);

        Assert.Equal(Standing.Active, (await DecideAsync("c-1")).Standing);
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_is_newer_than_the_answer()
    {
        await AddCustomersAsync(3);
        _inventory.Says("m-1", new KnownMainContract(MainStatus.Terminated, Now, null));
        _inventory.OnAsked = () =>
            ChangeAsync("c-1", customer => customer with { HasTvContract = true });

        var report = await RunAsync();

        Assert.Equal((0, 1), (report.Changed, report.Postponed));
        var customer = await FindAsync("c-1");
        Assert.Null(customer.Main.End);
        Assert.True(customer.HasTvContract);
    }

    [Fact]
    public async Task No_more_changes_are_kept_than_fit_and_the_rest_follows()
    {
        await AddCustomersAsync(25);
        _inventory.SaysOfAll(new KnownMainContract(MainStatus.Active, null, true));

        var first = await RunAsync(mostChanges: 10);
        var second = await RunAsync(mostChanges: 10);
        var third = await RunAsync(mostChanges: 10);

        Assert.Equal((10, 15), (first.Changed, first.Postponed));
        Assert.Equal((10, 5), (second.Changed, second.Postponed));
        Assert.Equal((5, 0), (third.Changed, third.Postponed));
    }

    [Fact]
    public async Task A_run_that_is_stopped_while_it_asks_has_changed_nothing()
    {
        await AddCustomersAsync(30);
        using var stop = new CancellationTokenSource();
        _inventory.Says("m-1", new KnownMainContract(MainStatus.Terminated, Now, null));
        _inventory.OnAsked = () =>
            _inventory.Pages.Count == 2 ? stop.CancelAsync() : Task.CompletedTask;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Reconciliation(10).RunAsync(stop.Token)
        );

        Assert.Null((await FindAsync("c-1")).Main.End);
    }

    private MainContractReconciliation Reconciliation(int pageSize, int mostChanges = 50_000) =>
        new(
            _vault.Contracts,
            _inventory,
            new ReconciliationLimits { PageSize = pageSize, MostChanges = mostChanges },
            _vault.Time
        );

    private ValueTask<ReconciliationReport> RunAsync(
        int pageSize = 100,
        int mostChanges = 50_000
    ) => Reconciliation(pageSize, mostChanges).RunAsync(TestVault.Stop);

    private async Task AddCustomersAsync(int count, bool hasTv = false, int first = 1)
    {
        var result = await _vault.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                if (first == 1)
                {
                    await transaction.AddOptionAsync(
                        new ServiceOption
                        {
                            Code = "basic",
                            Version = 1,
                            Offer = "cloud",
                            CapacityBytes = 1 << 20,
                            MemberCapacityBytes = 0,
                            Entitlements = [ServiceOption.TvEntitlement],
                            Texts = new Texts { En = "Basic" },
                        },
                        Now
                    );
                }
                for (var i = first; i < first + count; i++)
                {
                    var account = (
                        await transaction.AddAccountAsync(
                            new NewAccount { Name = $"customer{i}", CapacityBytes = 1 << 20 },
                            Now
                        )
                    )!;
                    await transaction.SaveCustomerAsync(
                        new Customer
                        {
                            Account = account.Id,
                            Reference = $"c-{i}",
                            Main = new MainContract($"m-{i}", MainStatus.Active, Now),
                            HasTvContract = hasTv,
                            Option = "basic",
                            OptionVersion = 1,
                            Started = Now,
                        }
                    );
                }
                return true;
            },
            TestVault.Stop
        );
        Assert.True(result.IsSuccess);
    }

    private async Task ChangeAsync(string reference, Func<Customer, Customer> change) =>
        await _vault.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                var customer = await transaction.FindCustomerAsync(reference);
                await transaction.SaveCustomerAsync(change(customer!));
                return true;
            },
            TestVault.Stop
        );

    private async Task<Customer> FindAsync(string reference) =>
        (
            await _vault.Contracts.ReadAsync(
                snapshot => snapshot.FindCustomerAsync(reference),
                TestVault.Stop
            )
        )!;

    private async Task<Decision> DecideAsync(string reference)
    {
        var customer = await FindAsync(reference);
        return await _vault.Contracts.ReadAsync(
            async snapshot =>
                new AccountPolicy(new TakeBackWindow(TestVault.Zone)).Decide(
                    await snapshot.LoadPlatformAsync(),
                    await snapshot.LoadFactsAsync(customer.Account),
                    usedBytes: 0,
                    capacityBytes: 1 << 20,
                    Door.App,
                    Now
                ),
            TestVault.Stop
        );
    }

    private async Task<IReadOnlyList<AuditRecord>> ReadChainAsync(string reference)
    {
        var customer = await FindAsync(reference);
        var page = await _vault.Audit.ReadAsync(
            AuditChainId.Of(customer.Account),
            after: 0,
            limit: 100,
            TestVault.Stop
        );
        return page.Records;
    }

    private sealed class Inventory : IMainContracts
    {
        private readonly ConcurrentDictionary<string, MainContractAnswer> _answers = new();
        private MainContractAnswer _usual = new KnownMainContract(MainStatus.Active, null, null);

        public List<int> Pages { get; } = [];

        public List<string> References { get; } = [];

        public Func<Task>? OnAsked { get; set; }

        public void Says(string reference, MainContractAnswer answer) =>
            _answers[reference] = answer;

        public void SaysOfAll(MainContractAnswer answer) => _usual = answer;

        public ValueTask<MainContractAnswer> AskAsync(
            string reference,
            CancellationToken cancellationToken
        ) => new(_answers.GetValueOrDefault(reference, _usual));

        public async ValueTask<IReadOnlyList<MainContractAnswer>> AskAsync(
            IReadOnlyList<string> references,
            CancellationToken cancellationToken
        )
        {
            Pages.Add(references.Count);
            References.AddRange(references);
            if (OnAsked is { } asked)
                await asked();
            cancellationToken.ThrowIfCancellationRequested();
            return references
                .Select(reference => _answers.GetValueOrDefault(reference, _usual))
                .ToList();
        }
    }
}
