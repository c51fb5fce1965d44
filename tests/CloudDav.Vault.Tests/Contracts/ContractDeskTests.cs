using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CloudDav.Vault.Tests.Contracts;

/// <summary>What the operator's commands do to contracts and households, on real storage.</summary>
public sealed class ContractDeskTests : IAsyncLifetime
{
    private const long Gigabyte = 1L << 30;

    private readonly TestVault _cloud = new();
    private readonly Inventory _inventory = new();
    private ContractDesk _desk = null!;
    private int _commands;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => _cloud.Time.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        // Whole seconds, so that times compare as they are stored.
        _cloud.Time.SetUtcNow(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        _desk = new ContractDesk(
            new CommandDesk(_cloud.Contracts, _cloud.Policy, _cloud.Time),
            inventory: null
        );
        await AddOptionAsync("large", 2 * Gigabyte, members: 1000, "tv");
        await AddOptionAsync("small", 1000, members: 10);
    }

    public async ValueTask DisposeAsync()
    {
        await _cloud.CheckAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task An_order_makes_an_active_account_with_the_option_s_capacity()
    {
        var state = await OrderAsync();

        Assert.Equal(Standing.Active, state.Standing);
        Assert.Equal(2 * Gigabyte, state.CapacityBytes);
        Assert.Equal(("large", 1), (state.Customer.Option, state.Customer.OptionVersion));
        Assert.Equal(Language.French, state.Language);
        Assert.Equal(Now, state.Customer.Started);
        Assert.Null(state.End);
        Assert.Equal(1, state.Customer.Version);
        var account = await _cloud.Accounts.FindAccountAsync(SignInName.Key("Anna"), Stop);
        Assert.Equal(state.Customer.Account, account!.Id);
        Assert.Equal(state, (await _desk.FindAsync("K1", Stop)).Value);
    }

    [Theory]
    [InlineData("none", RefusalRule.UnknownOption)]
    [InlineData("gone", RefusalRule.OptionWithdrawn)]
    public async Task An_option_that_cannot_be_chosen_is_refused(string option, RefusalRule rule)
    {
        await AddOptionAsync("gone", 5, members: 0);
        await _desk.WithdrawOptionAsync(Instruction(), "gone", Stop);
        await OrderAsync();

        Assert.Equal(
            rule,
            (await TryOrderAsync(Order("K2") with { Option = option })).Refusal?.Rule
        );
        Assert.Equal(
            rule,
            (await _desk.ChangeOptionAsync(Instruction(), "K1", option, Stop)).Refusal?.Rule
        );
        Assert.Null(await _cloud.Accounts.FindBySubjectAsync("subject-of-K2", Stop));
    }

    [Fact]
    public async Task An_order_needs_a_main_contract_that_is_active_now()
    {
        foreach (
            var (main, rule) in ((MainReport?, RefusalRule)[])
                [
                    (new(MainStatus.Suspended, null), RefusalRule.NoMainContract),
                    (new(MainStatus.Terminated, null), RefusalRule.NoMainContract),
                    (new(MainStatus.Active, Now), RefusalRule.NoMainContract),
                    (null, RefusalRule.InvalidInput),
                ]
        )
            Assert.Equal(rule, (await TryOrderAsync(Order() with { Main = main })).Refusal?.Rule);
        Assert.True(
            (
                await TryOrderAsync(Order() with { Main = new(MainStatus.Active, Now.AddDays(1)) })
            ).IsSuccess
        );
    }

    [Fact]
    public async Task The_inventory_goes_before_what_the_order_says()
    {
        _desk = new ContractDesk(
            new CommandDesk(_cloud.Contracts, _cloud.Policy, _cloud.Time),
            _inventory
        );
        var said = Order();
        var unsaid = said with { Main = null };

        _inventory.Answer = new UnknownMainContract();
        Assert.Equal(RefusalRule.NoMainContract, (await TryOrderAsync(said)).Refusal?.Rule);
        _inventory.Answer = new KnownMainContract(MainStatus.Terminated, null, null);
        Assert.Equal(RefusalRule.NoMainContract, (await TryOrderAsync(said)).Refusal?.Rule);
        _inventory.Answer = new NoMainContractAnswer();
        Assert.Equal(
            RefusalRule.MainContractUnconfirmed,
            (await TryOrderAsync(unsaid)).Refusal?.Rule
        );
        _inventory.Answer = new KnownMainContract(MainStatus.Active, null, HasTv: true);
        var instruction = Instruction();
        var state = (await _desk.AcceptOrderAsync(instruction, unsaid, Stop)).Value;
        Assert.True(state.Customer.HasTvContract);
        Assert.Equal(["M1", "M1", "M1", "M1"], _inventory.Asked);

        // It comes again: nobody is asked, and nothing changes.
        _inventory.Answer = new UnknownMainContract();
        Assert.Equal(state, (await _desk.AcceptOrderAsync(instruction, unsaid, Stop)).Value);
        Assert.Equal(4, _inventory.Asked.Count);

        // It is away: what was known stands.
        await _desk.EndAsync(Instruction(), "K1", Now, Stop);
        _inventory.Answer = new NoMainContractAnswer();
        Assert.Equal(Standing.Active, (await TryOrderAsync(unsaid)).Value.Standing);
    }

    [Fact]
    public async Task A_command_that_comes_again_has_no_further_effect_and_the_same_answer()
    {
        var instruction = Instruction();
        var first = (await _desk.AcceptOrderAsync(instruction, Order(), Stop)).Value;
        await _desk.EndAsync(Instruction(), "K1", Now.AddDays(3), Stop);

        var again = (await _desk.AcceptOrderAsync(instruction, Order(), Stop)).Value;

        Assert.Equal(first, again);
        Assert.NotNull((await _desk.FindAsync("K1", Stop)).Value.Customer.End);
        Assert.Single(await ActsAsync(AuditChainId.Of(first.Customer.Account), "contract.ordered"));
        var other = instruction with { RequestHash = new byte[32] };
        Assert.Equal(
            RefusalRule.CommandReused,
            (await _desk.AcceptOrderAsync(other, Order("K9"), Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.CommandReused,
            (await _desk.EndAsync(other, "K1", Now, Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task Commands_are_forgotten_after_a_while()
    {
        var commands = new CommandDesk(_cloud.Contracts, _cloud.Policy, _cloud.Time);
        var instruction = Instruction();
        await _desk.AcceptOrderAsync(instruction, Order(), Stop);
        Assert.Equal(0, await commands.ForgetAsync(Now, Stop));
        Assert.Equal(3, await commands.ForgetAsync(Now.AddSeconds(1), Stop));

        Assert.Equal(
            RefusalRule.ContractRunning,
            (await _desk.AcceptOrderAsync(instruction, Order(), Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task A_refused_command_leaves_nothing_and_can_succeed_later_under_its_id()
    {
        var instruction = Instruction();
        var order = Order() with { Option = "later" };
        Assert.Equal(
            RefusalRule.UnknownOption,
            (await _desk.AcceptOrderAsync(instruction, order, Stop)).Refusal?.Rule
        );
        await AddOptionAsync("later", 7, members: 0);

        Assert.True((await _desk.AcceptOrderAsync(instruction, order, Stop)).IsSuccess);
    }

    [Fact]
    public async Task Whoever_saw_another_version_changes_nothing()
    {
        var state = await OrderAsync();
        var old = Instruction() with { ExpectedVersion = state.Customer.Version };
        Assert.True((await _desk.ReportTvContractAsync(old, "K1", true, Stop)).IsSuccess);

        var late = Instruction() with { ExpectedVersion = state.Customer.Version };
        Assert.Equal(
            RefusalRule.VersionConflict,
            (await _desk.EndAsync(late, "K1", Now, Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.VersionConflict,
            (await _desk.AddMemberAsync(late, "K1", Person("ben"), Stop)).Refusal?.Rule
        );
        Assert.Null((await _desk.FindAsync("K1", Stop)).Value.Customer.End);
    }

    [Fact]
    public async Task An_order_on_a_running_contract_or_under_a_taken_name_is_refused()
    {
        await OrderAsync();

        Assert.Equal(RefusalRule.ContractRunning, (await TryOrderAsync(Order())).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.NameTaken,
            (await TryOrderAsync(Order("K2") with { SignInName = "ANNA" })).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.NameTaken,
            (await TryOrderAsync(Order("K2") with { Subject = "subject-of-K1" })).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.InvalidInput,
            (await TryOrderAsync(Order("K2") with { Subject = null, SignInName = null }))
                .Refusal
                ?.Rule
        );
    }

    [Fact]
    public async Task Another_option_takes_effect_at_once_in_the_whole_household()
    {
        var owner = await OrderAsync();
        var ben = await AddMemberAsync("ben");
        await FillAsync(owner.Customer.Account, "anna", 2000);

        var small = (await _desk.ChangeOptionAsync(Instruction(), "K1", "small", Stop)).Value;

        Assert.Equal(Standing.OverCapacity, small.Standing);
        Assert.Equal((1000, 2000), (small.CapacityBytes, small.UsedBytes));
        Assert.Equal(10, (await MemberAsync(ben)).CapacityBytes);
        Assert.Equal(["active → overCapacity"], await StandingsToldAsync(owner.Customer.Account));
        var large = (await _desk.ChangeOptionAsync(Instruction(), "K1", "large", Stop)).Value;
        Assert.Equal(Standing.Active, large.Standing);
        Assert.Equal(1000, (await MemberAsync(ben)).CapacityBytes);
        Assert.Equal(
            ["active → overCapacity", "overCapacity → active"],
            await StandingsToldAsync(owner.Customer.Account)
        );
    }

    [Fact]
    public async Task Who_has_an_option_keeps_it_when_its_next_version_comes()
    {
        await OrderAsync();
        await AddOptionAsync("large", 3 * Gigabyte, members: 5);
        Assert.Equal(2 * Gigabyte, (await _desk.FindAsync("K1", Stop)).Value.CapacityBytes);

        var chosen = (await _desk.ChangeOptionAsync(Instruction(), "K1", "large", Stop)).Value;

        Assert.Equal((2, 3 * Gigabyte), (chosen.Customer.OptionVersion, chosen.CapacityBytes));
    }

    [Fact]
    public async Task An_option_s_version_is_what_its_writer_saw()
    {
        var stale = Instruction() with { ExpectedVersion = 0 };
        Assert.Equal(
            RefusalRule.VersionConflict,
            (await _desk.AddOptionAsync(stale, Option("large", 5, 5), Stop)).Refusal?.Rule
        );
        var withdrawn = (await _desk.WithdrawOptionAsync(Instruction(), "large", Stop)).Value;
        Assert.Equal((2, true), (withdrawn.Version, withdrawn.IsWithdrawn));
        Assert.Equal(
            2,
            (await _desk.WithdrawOptionAsync(Instruction(), "large", Stop)).Value.Version
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.WithdrawOptionAsync(Instruction(), "none", Stop)).Refusal?.Rule
        );
        await AddOptionAsync("large", 9, members: 0);
        Assert.Equal(
            (3, false),
            (await _desk.FindOptionAsync("large", Stop)).Value is var option
                ? (option.Version, option.IsWithdrawn)
                : default
        );
        Assert.Equal(2, (await _desk.ListOptionsAsync(Stop)).Count);
    }

    [Fact]
    public async Task A_back_dated_end_opens_a_window_that_begins_now()
    {
        await OrderAsync();

        var state = (await _desk.EndAsync(Instruction(), "K1", Now.AddDays(-90), Stop)).Value;

        Assert.Equal(Standing.TakeBack, state.Standing);
        Assert.Equal(Now, state.Customer.End!.Recorded);
        // 30 days after 2 March, to the end of the day in Brussels, over the change of clocks.
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 22, 0, 0, TimeSpan.Zero), state.ClosesAt);
        Assert.Equal(
            RefusalRule.ContractEnded,
            (await _desk.EndAsync(Instruction(), "K1", Now, Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.ContractEnded,
            (await _desk.ChangeOptionAsync(Instruction(), "K1", "small", Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.ContractEnded,
            (await _desk.AddMemberAsync(Instruction(), "K1", Person("ben"), Stop)).Refusal?.Rule
        );
        Assert.Equal(["active → takeBack"], await StandingsToldAsync(state.Customer.Account));
    }

    [Fact]
    public async Task An_end_to_come_can_be_moved_and_taken_back()
    {
        await OrderAsync();
        await _desk.EndAsync(Instruction(), "K1", Now.AddDays(10), Stop);
        var moved = (await _desk.EndAsync(Instruction(), "K1", Now.AddDays(20), Stop)).Value;
        Assert.Equal((Standing.Active, Now.AddDays(20)), (moved.Standing, moved.End!.At));

        var state = (await _desk.ReactivateAsync(Instruction(), "K1", Stop)).Value;

        Assert.Null(state.End);
        Assert.Equal(
            RefusalRule.ContractRunning,
            (await _desk.ReactivateAsync(Instruction(), "K1", Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task An_order_inside_the_window_brings_everything_back_in_its_place()
    {
        var owner = await OrderAsync();
        var ben = await AddMemberAsync("ben");
        await FillAsync(owner.Customer.Account, "anna", 500);
        await _desk.EndAsync(Instruction(), "K1", Now, Stop);
        _cloud.Time.Advance(TimeSpan.FromDays(29));

        var state = (await TryOrderAsync(Order() with { Option = "small" })).Value;

        Assert.Equal(owner.Customer.Account, state.Customer.Account);
        Assert.Equal(
            (Standing.Active, 500L, 1000L),
            (state.Standing, state.UsedBytes, state.CapacityBytes)
        );
        Assert.Equal(Now, state.Customer.Started);
        Assert.Equal(
            (Standing.Active, 10L),
            ((await MemberAsync(ben)).Standing, (await MemberAsync(ben)).CapacityBytes)
        );
        Assert.Equal(
            ["active → takeBack", "takeBack → active"],
            await StandingsToldAsync(ben.Member.Account)
        );
    }

    [Fact]
    public async Task Nothing_brings_a_closed_account_back()
    {
        await OrderAsync();
        var ended = (await _desk.EndAsync(Instruction(), "K1", Now, Stop)).Value;
        _cloud.Time.SetUtcNow(ended.ClosesAt!.Value);
        var report = new MainReport(MainStatus.Terminated, null);

        foreach (
            var refused in (Refusal?[])
                [
                    (await TryOrderAsync(Order())).Refusal,
                    (await _desk.ReactivateAsync(Instruction(), "K1", Stop)).Refusal,
                    (await _desk.ChangeOptionAsync(Instruction(), "K1", "small", Stop)).Refusal,
                    (await _desk.EndAsync(Instruction(), "K1", Now, Stop)).Refusal,
                    (
                        await _desk.ReportMainContractAsync(Instruction(), "K1", report, Stop)
                    ).Refusal,
                    (await _desk.ReportTvContractAsync(Instruction(), "K1", true, Stop)).Refusal,
                    (await _desk.AddMemberAsync(Instruction(), "K1", Person("ben"), Stop)).Refusal,
                ]
        )
        {
            Assert.Equal(RefusalRule.AccountClosed, refused?.Rule);
            Assert.Equal(ended.ClosesAt, refused!.ClosesAt);
        }
    }

    [Fact]
    public async Task The_cloud_contract_ends_with_the_main_contract_and_comes_back_with_it()
    {
        await OrderAsync();
        Assert.Equal(Standing.Active, (await ReportAsync(MainStatus.Suspended, null)).Standing);
        var announced = await ReportAsync(MainStatus.Active, Now.AddDays(5));
        Assert.Equal(
            (Standing.Active, EndCause.MainContract),
            (announced.Standing, announced.End!.Cause)
        );

        var ended = await ReportAsync(MainStatus.Terminated, null);
        Assert.Equal((Standing.TakeBack, Now), (ended.Standing, ended.End!.At));
        Assert.Equal(
            RefusalRule.NoMainContract,
            (await _desk.ReactivateAsync(Instruction(), "K1", Stop)).Refusal?.Rule
        );

        // Told again a week later: the window is the same.
        _cloud.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(ended.ClosesAt, (await ReportAsync(MainStatus.Terminated, null)).ClosesAt);
        Assert.Equal(
            ended.ClosesAt,
            (await ReportAsync(MainStatus.Terminated, ended.End.At)).ClosesAt
        );

        var back = await ReportAsync(MainStatus.Active, null);
        Assert.Equal((Standing.Active, null), (back.Standing, back.End));
    }

    [Fact]
    public async Task The_tv_needs_a_contract_and_an_option_that_includes_it()
    {
        Assert.False((await OrderAsync()).HasTv);
        Assert.True(
            (await _desk.ReportTvContractAsync(Instruction(), "K1", true, Stop)).Value.HasTv
        );
        Assert.False(
            (await _desk.ChangeOptionAsync(Instruction(), "K1", "small", Stop)).Value.HasTv
        );
    }

    [Fact]
    public async Task A_member_has_a_vault_of_their_own_and_waits_for_the_customer_s_yes()
    {
        var owner = await OrderAsync();

        var ben = await AddMemberAsync("ben");

        Assert.Equal((Standing.Active, 1000L), (ben.Standing, ben.CapacityBytes));
        Assert.Null(ben.Member.Confirmed);
        Assert.Equal(owner.Customer.Version + 1, ben.Version);
        Assert.Equal(
            "ben",
            Assert.Single((await _desk.ListMembersAsync("K1", Stop)).Value).SignInName
        );
        Assert.Equal(
            RefusalRule.NameTaken,
            (await _desk.AddMemberAsync(Instruction(), "K1", Person("Ben"), Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task A_member_who_leaves_has_a_window_of_their_own_and_can_come_back_in_it()
    {
        await OrderAsync();
        var ben = await AddMemberAsync("ben");

        var left = (await RemoveAsync("K1", ben, null)).Value;
        Assert.Equal(Standing.TakeBack, left.Standing);
        Assert.Equal(RefusalRule.MemberHasLeft, (await RemoveAsync("K1", ben, null)).Refusal?.Rule);
        Assert.Equal(Standing.Active, (await _desk.FindAsync("K1", Stop)).Value.Standing);
        await _desk.ChangeOptionAsync(Instruction(), "K1", "small", Stop);
        Assert.Equal(1000, (await MemberAsync(ben)).CapacityBytes);
        _cloud.Time.Advance(TimeSpan.FromDays(20));

        var back = (await ReturnAsync("K1", ben)).Value;
        Assert.Equal((Standing.Active, 10L), (back.Standing, back.CapacityBytes));
        Assert.Equal((Now, null), (back.Member.Added, back.Member.Confirmed));
        Assert.Equal(RefusalRule.MemberBelongs, (await ReturnAsync("K1", ben)).Refusal?.Rule);
        Assert.Equal(
            ["active → takeBack", "takeBack → active"],
            await StandingsToldAsync(ben.Member.Account)
        );

        await RemoveAsync("K1", ben, Now.AddDays(1));
        _cloud.Time.Advance(TimeSpan.FromDays(40));
        Assert.Equal(RefusalRule.AccountClosed, (await ReturnAsync("K1", ben)).Refusal?.Rule);
    }

    [Fact]
    public async Task A_household_is_changed_by_its_own_number_only_and_is_not_endless()
    {
        await OrderAsync();
        var ben = await AddMemberAsync("ben");
        await TryOrderAsync(Order("K2") with { SignInName = "cleo" });

        Assert.Equal(RefusalRule.NotFound, (await RemoveAsync("K2", ben, null)).Refusal?.Rule);
        Assert.Equal(RefusalRule.NotFound, (await ReturnAsync("K2", ben)).Refusal?.Rule);
        for (var number = 1; number < ContractDesk.MostMembers; number++)
            await AddMemberAsync($"person{number}");
        var refusal = (
            await _desk.AddMemberAsync(Instruction(), "K1", Person("onetoomany"), Stop)
        ).Refusal;
        Assert.Equal(
            (RefusalRule.TooManyMembers, (long?)ContractDesk.MostMembers),
            (refusal?.Rule, refusal?.Limit)
        );
    }

    [Fact]
    public async Task Every_command_is_in_the_account_s_chain_and_the_operator_s_with_its_author_and_id()
    {
        var owner = await OrderAsync();
        var ben = await AddMemberAsync("ben");
        var instruction = Instruction();
        await _desk.EndAsync(instruction, "K1", Now.AddDays(1), Stop);
        await RemoveAsync("K1", ben, null);

        var own = await ActsAsync(AuditChainId.Of(owner.Customer.Account), null);
        Assert.Equal(
            ["contract.ordered", "member.added", "contract.ended", "member.left"],
            own.Select(entry => entry.Act)
                .Where(act => !act.StartsWith("account.", StringComparison.Ordinal))
        );
        var operators = await ActsAsync(AuditChainId.Operator, null);
        Assert.Equal(
            [
                "option.added",
                "option.added",
                "contract.ordered",
                "member.added",
                "contract.ended",
                "member.left",
            ],
            operators
                .Select(entry => entry.Act)
                .Where(act => !act.StartsWith("audit.", StringComparison.Ordinal))
        );
        foreach (var entries in (IReadOnlyList<AuditEntry>[])[own, operators])
        {
            var entry = entries.Single(entry => entry.Act == "contract.ended");
            Assert.Equal(("operator:billing", instruction.Id), (entry.Actor, entry.Instruction));
        }
    }

    private static ServiceOption Option(
        string code,
        long capacity,
        long members,
        params string[] entitlements
    ) =>
        new()
        {
            Code = code,
            Version = 0,
            Offer = "cloud",
            CapacityBytes = capacity,
            MemberCapacityBytes = members,
            Entitlements = entitlements,
            Texts = new Texts { En = code },
        };

    private static NewMember Person(string name) =>
        new() { SignInName = name, Language = Language.Dutch };

    private static Order Order(string customer = "K1") =>
        new()
        {
            Customer = customer,
            MainContract = "M" + customer[1..],
            Main = new MainReport(MainStatus.Active, null),
            Option = "large",
            Language = Language.French,
            SignInName = customer == "K1" ? "Anna" : null,
            Subject = $"subject-of-{customer}",
        };

    // Every one is another command.
    private Instruction Instruction()
    {
        var id = $"command-{++_commands}";
        return new Instruction(id, "billing", SHA256.HashData(Encoding.UTF8.GetBytes(id)));
    }

    private async Task AddOptionAsync(
        string code,
        long capacity,
        long members,
        params string[] entitlements
    ) =>
        Assert.True(
            (
                await _desk.AddOptionAsync(
                    Instruction(),
                    Option(code, capacity, members, entitlements),
                    Stop
                )
            ).IsSuccess
        );

    private async Task<VaultResult<ContractState>> TryOrderAsync(Order order) =>
        await _desk.AcceptOrderAsync(Instruction(), order, Stop);

    private async Task<ContractState> OrderAsync() => (await TryOrderAsync(Order())).Value;

    private async Task<ContractState> ReportAsync(MainStatus status, DateTimeOffset? ends) =>
        (
            await _desk.ReportMainContractAsync(
                Instruction(),
                "K1",
                new MainReport(status, ends),
                Stop
            )
        ).Value;

    private async Task<MemberState> AddMemberAsync(string name) =>
        (await _desk.AddMemberAsync(Instruction(), "K1", Person(name), Stop)).Value;

    private async Task<MemberState> MemberAsync(MemberState member) =>
        (await _desk.ListMembersAsync("K1", Stop)).Value.Single(found =>
            found.Member.Account == member.Member.Account
        );

    private async Task<VaultResult<MemberState>> RemoveAsync(
        string customer,
        MemberState member,
        DateTimeOffset? leaves
    ) =>
        await _desk.RemoveMemberAsync(Instruction(), customer, member.Member.Account, leaves, Stop);

    private async Task<VaultResult<MemberState>> ReturnAsync(string customer, MemberState member) =>
        await _desk.ReturnMemberAsync(Instruction(), customer, member.Member.Account, Stop);

    private async Task FillAsync(AccountId account, string name, int bytes)
    {
        var found = await _cloud.Accounts.FindAccountAsync(SignInName.Key(name), Stop);
        var session = _cloud.Session(new Actor(account, name, found!.Vault, null, null));
        Assert.True((await session.PutAsync("/content", new byte[bytes])).IsSuccess);
    }

    private async Task<IReadOnlyList<AuditEntry>> ActsAsync(AuditChainId chain, string? act) =>
        [
            .. (await _cloud.Audit.ReadAsync(chain, 0, 1000, Stop))
                .Records.Select(record => record.Entry)
                .Where(entry => act is null || entry.Act == act)
                .Where(entry => entry.Actor.StartsWith("operator:", StringComparison.Ordinal)),
        ];

    private async Task<IReadOnlyList<string>> StandingsToldAsync(AccountId account) =>
        [
            .. (await _cloud.Outbox.ListAsync(account, 0, 100, Stop))
                .Where(queued => queued.Event.Type == EventTypes.StandingChanged)
                .Select(queued => JsonSerializer.Deserialize<JsonElement>(queued.Event.Data))
                .Select(data => $"{data.GetProperty("from")} → {data.GetProperty("to")}"),
        ];

    private sealed class Inventory : IMainContracts
    {
        public MainContractAnswer Answer { get; set; } = new NoMainContractAnswer();

        public List<string> Asked { get; } = [];

        public ValueTask<MainContractAnswer> AskAsync(
            string reference,
            CancellationToken cancellationToken
        )
        {
            Asked.Add(reference);
            return new(Answer);
        }

        public ValueTask<IReadOnlyList<MainContractAnswer>> AskAsync(
            IReadOnlyList<string> references,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }
}
