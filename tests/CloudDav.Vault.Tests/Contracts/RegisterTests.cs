using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault.Tests.Contracts;

/// <summary>Measures, registers and staff access, each command in one transaction with its audit and events.</summary>
public sealed class RegisterTests : IAsyncLifetime
{
    private const string Anna = "anna";
    private const string Bert = "bert";

    private readonly TestVault _vault = new();
    private Actor _customer = null!;
    private CommandDesk _commands = null!;
    private RegisterDesk _registers = null!;
    private StaffDesk _staff = null!;
    private int _count;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _customer = await _vault.AddActorAsync("alice");
        _commands = new CommandDesk(_vault.Contracts, _vault.Vaults.Policy, _vault.Time);
        _registers = new RegisterDesk(_commands, _vault.Contracts, _vault.Time);
        _staff = new StaffDesk(_commands, _vault.Contracts, _vault.Time, TimeSpan.FromHours(4));
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task A_suspension_is_set_once_however_often_it_is_sent()
    {
        var desk = new MeasureDesk(_commands);
        var instruction = From("crm", "suspend alice");

        var first = (await desk.SetAsync(instruction, Suspension(), Stop)).Value;
        var second = (await desk.SetAsync(instruction, Suspension(), Stop)).Value;
        var other = await desk.SetAsync(
            instruction with
            {
                RequestHash = SHA256.HashData("something else"u8),
            },
            Suspension() with
            {
                Switches = Switches.Upload,
            },
            Stop
        );

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(RefusalRule.CommandReused, other.Refusal!.Rule);
        Assert.Single((await FactsAsync()).Measures);
        Assert.Equal(["suspension.set"], await ActsAsync(AuditChainId.Of(_customer.Account)));
        Assert.Equal(["suspension.set"], await ActsAsync(AuditChainId.Operator));
        Assert.Equal([EventTypes.Suspended], await EventsAsync());

        Assert.True(
            (
                await desk.LiftAsync(From("crm", "resume"), MeasureKind.Suspension, first.Id, Stop)
            ).IsSuccess
        );
        Assert.Equal(
            RefusalRule.AlreadyEnded,
            (
                await desk.LiftAsync(
                    From("crm", "resume again"),
                    MeasureKind.Suspension,
                    first.Id,
                    Stop
                )
            )
                .Refusal!
                .Rule
        );
        Assert.Equal([EventTypes.Suspended, EventTypes.Resumed], await EventsAsync());
        Assert.Empty((await FactsAsync()).Measures);
    }

    [Fact]
    public async Task A_measure_that_is_wrong_is_refused_by_its_field_and_leaves_nothing()
    {
        var desk = new MeasureDesk(_commands);
        async Task<string?> FieldAsync(NewMeasure measure) =>
            (await desk.SetAsync(From("crm", $"{measure}"), measure, Stop)).Refusal?.Field;

        Assert.Equal("reasonCode", await FieldAsync(Suspension() with { ReasonCode = " " }));
        Assert.Equal("switches", await FieldAsync(Suspension() with { Switches = Switches.None }));
        Assert.Equal("account", await FieldAsync(Suspension() with { Account = null }));
        Assert.Equal("account", await FieldAsync(Suspension() with { Account = new(999) }));
        Assert.Equal(
            "until",
            await FieldAsync(Suspension() with { Until = _vault.Time.GetUtcNow() })
        );
        var block = Suspension() with { Kind = MeasureKind.Block, Switches = Switches.None };
        Assert.Equal("path", await FieldAsync(block));
        Assert.Equal("path", await FieldAsync(block with { Path = ["missing"] }));
        Assert.Equal("node", await FieldAsync(block with { Node = new(999_999) }));
        Assert.Equal(
            "option",
            await FieldAsync(
                Suspension() with
                {
                    Kind = MeasureKind.Restriction,
                    Account = null,
                    Option = "none",
                }
            )
        );
        Assert.Empty(await ActsAsync(AuditChainId.Operator));
        Assert.Empty((await FactsAsync()).Measures);
    }

    [Fact]
    public async Task A_block_stays_on_its_item_and_the_operators_chain_does_not_name_it()
    {
        var session = _vault.Session(_customer);
        await session.MakeFolderAsync("/private");
        await session.PutAsync("/private/secret-name.txt", "x");
        var desk = new MeasureDesk(_commands);

        var block = (
            await desk.SetAsync(
                From("crm", "block"),
                Suspension() with
                {
                    Kind = MeasureKind.Block,
                    Switches = Switches.None,
                    Path = ["private", "secret-name.txt"],
                    IsLegalOrder = true,
                },
                Stop
            )
        ).Value;
        await session.MoveAsync("/private/secret-name.txt", "/elsewhere.txt");

        Assert.Equal(
            (await session.FindAsync("/private/secret-name.txt")).Value.Node.Id,
            block.Node
        );
        var refusal = (await session.OpenAsync(["private", "secret-name.txt"], Stop)).Refusal!;
        Assert.Equal(RefusalRule.Blocked, refusal.Rule);
        Assert.True(refusal.IsLegalOrder);
        foreach (var record in await RecordsAsync(AuditChainId.Operator))
            Assert.DoesNotContain("secret", record.Entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_read_content_only_with_a_grant_that_another_person_approved_and_while_it_runs()
    {
        Assert.Equal(RefusalRule.UndertakingRequired, (await RequestAsync()).Refusal!.Rule);
        await UndertakeAsync(Anna);
        var grant = (await RequestAsync()).Value;
        Assert.Equal(RefusalRule.StaffGrantRequired, (await EnterAsync(Anna)).Refusal!.Rule);

        Assert.Equal(
            RefusalRule.OtherApproverRequired,
            (await _staff.ApproveAsync(From(Anna, "approve"), grant.Id, Stop)).Refusal!.Rule
        );
        Assert.True((await _staff.ApproveAsync(From(Bert, "approve"), grant.Id, Stop)).IsSuccess);
        Assert.Equal(
            RefusalRule.AlreadyEnded,
            (await _staff.ApproveAsync(From(Bert, "again"), grant.Id, Stop)).Refusal!.Rule
        );

        Assert.Equal(RefusalRule.StaffGrantRequired, (await EnterAsync(Bert)).Refusal!.Rule);
        var access = (await EnterAsync(Anna)).Value;
        Assert.Equal(_customer.Vault, access.Actor.Vault);
        Assert.Equal(
            ["staff-grant.requested", "staff-grant.approved", "staff.listed"],
            await VisibleAsync()
        );
        Assert.DoesNotContain(
            await RecordsAsync(AuditChainId.Operator),
            record => record.Entry.Body.Contains("photos", StringComparison.Ordinal)
        );

        _vault.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(RefusalRule.StaffGrantRequired, (await EnterAsync(Anna)).Refusal!.Rule);
    }

    [Fact]
    public async Task Staff_can_read_and_nothing_else_also_what_is_suspended_or_blocked()
    {
        var own = _vault.Session(_customer);
        await own.PutAsync("/a.txt", "hello");
        await new MeasureDesk(_commands).SetAsync(From("crm", "suspend"), Suspension(), Stop);
        var access = await GrantAsync(Anna);

        var session = _vault.Vaults.Open(access.Actor, new SessionOptions { Door = Door.Staff });

        Assert.Equal(RefusalRule.Suspended, (await own.FindAsync("/a.txt")).Refusal!.Rule);
        Assert.Equal("hello", await session.ReadTextAsync("/a.txt"));
        Assert.Equal(
            RefusalRule.DoorNotAllowed,
            (await session.PutAsync("/b.txt", "x")).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.DoorNotAllowed,
            (await session.DeleteAsync("/a.txt")).Refusal!.Rule
        );
    }

    [Fact]
    public async Task A_grant_ends_when_it_is_ended_or_the_undertaking_is()
    {
        var first = await GrantAsync(Anna);
        Assert.True((await _staff.EndAsync(From(Bert, "end"), first.Grant.Id, Stop)).IsSuccess);
        Assert.Equal(RefusalRule.StaffGrantRequired, (await EnterAsync(Anna)).Refusal!.Rule);

        await GrantAsync(Anna);
        foreach (
            var undertaking in await _registers.ListAsync(Registers.Undertakings, null, 0, 10, Stop)
        )
            await _registers.EndUndertakingAsync(
                From("hr", $"end {undertaking.Id}"),
                undertaking.Id,
                Stop
            );
        Assert.Equal(RefusalRule.UndertakingRequired, (await EnterAsync(Anna)).Refusal!.Rule);
    }

    [Fact]
    public async Task A_grant_has_a_longest_time_and_only_a_law_hides_it()
    {
        await UndertakeAsync(Anna);

        Assert.Equal("minutes", (await RequestAsync(minutes: 241)).Refusal!.Field);
        Assert.Equal("minutes", (await RequestAsync(minutes: 0)).Refusal!.Field);
        Assert.Equal("sealedBy", (await RequestAsync(sealedBy: 1)).Refusal!.Field);
        var open = (await OrderAsync(isGagged: false)).Value;
        Assert.Equal("sealedBy", (await RequestAsync(sealedBy: open.Id)).Refusal!.Field);
    }

    [Fact]
    public async Task What_a_gag_hides_shows_when_it_is_lifted()
    {
        await UndertakeAsync(Anna);
        var order = (await OrderAsync(isGagged: true)).Value;
        var grant = (await RequestAsync(sealedBy: order.Id)).Value;
        await _staff.ApproveAsync(From(Bert, "approve"), grant.Id, Stop);
        await EnterAsync(Anna);
        await new MeasureDesk(_commands).SetAsync(
            From("legal", "hold"),
            Suspension() with
            {
                Kind = MeasureKind.LegalHold,
                Switches = Switches.None,
                Order = order.Id,
            },
            Stop
        );

        Assert.Empty(await VisibleAsync());
        Assert.Equal(
            "customerNotifiedAt",
            (
                await _registers.ChangeOrderAsync(
                    From("legal", "tell"),
                    order.Id,
                    _vault.Time.GetUtcNow(),
                    null,
                    Stop
                )
            )
                .Refusal!
                .Field
        );

        await _registers.UnsealOrderAsync(From("legal", "unseal"), order.Id, Stop);

        Assert.Equal(
            [
                "legal-order.recorded",
                "staff-grant.requested",
                "staff-grant.approved",
                "staff.listed",
                "legal-hold.set",
                "legal-order.unsealed",
            ],
            (await VisibleAsync()).Where(act => act != "audit.unsealed")
        );
    }

    [Fact]
    public async Task A_gag_with_an_end_ends_by_itself()
    {
        var until = _vault.Time.GetUtcNow().AddDays(10);
        await OrderAsync(isGagged: true, until);
        Assert.Empty(await VisibleAsync());

        _vault.Time.Advance(TimeSpan.FromDays(10));

        Assert.Equal(["legal-order.recorded"], await VisibleAsync());
    }

    [Fact]
    public async Task A_sub_processor_outside_the_eea_needs_a_basis_and_customers_object_in_time()
    {
        var added = new SubProcessor
        {
            Name = "Elsewhere Inc.",
            Task = new Texts { En = "support" },
            Country = "US",
            ObjectionsUntil = _vault.Time.GetUtcNow().AddDays(30),
        };
        var since = _vault.Time.GetUtcNow().AddDays(31);
        Assert.Equal(
            "transferBasis",
            (await _registers.AddSubProcessorAsync(From("legal", "1"), added, since, Stop))
                .Refusal!
                .Field
        );
        var entry = (
            await _registers.AddSubProcessorAsync(
                From("legal", "2"),
                added with
                {
                    TransferBasis = "adequacy decision",
                },
                since,
                Stop
            )
        ).Value;

        var objection = (
            await _registers.ObjectAsync(_customer.Account, entry.Id, "no", Stop)
        ).Value;
        Assert.Equal(["objection.recorded"], await VisibleAsync());
        Assert.True(
            (await _registers.AnswerObjectionAsync(From("legal", "3"), objection.Id, "noted", Stop))
                .Value
                .Closed
                is not null
        );
        _vault.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(
            RefusalRule.AlreadyEnded,
            (await _registers.ObjectAsync(_customer.Account, entry.Id, null, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task A_change_that_saw_an_older_version_is_refused()
    {
        await UndertakeAsync(Anna);
        var refused = await _registers.EndUndertakingAsync(
            From("hr", "end") with
            {
                ExpectedVersion = 7,
            },
            1,
            Stop
        );
        Assert.Equal(RefusalRule.VersionConflict, refused.Refusal!.Rule);
    }

    [Fact]
    public async Task The_end_of_the_service_opens_a_window_with_a_day_of_its_own_and_can_be_withdrawn()
    {
        var desk = new PlatformDesk(_commands);
        var at = _vault.Time.GetUtcNow().AddDays(90);
        var close = at.AddDays(180);
        Assert.Equal(
            "endsAt",
            (await desk.EndServiceAsync(From("board", "1"), _vault.Time.GetUtcNow(), null, Stop))
                .Refusal!
                .Field
        );

        await desk.EndServiceAsync(From("board", "2"), at, close, Stop);
        var session = _vault.Session(_customer);
        Assert.Equal(Standing.Active, (await session.DecideAsync(Stop)).Value.Standing);
        _vault.Time.Advance(TimeSpan.FromDays(91));
        var decision = (await session.DecideAsync(Stop)).Value;
        Assert.Equal(Standing.TakeBack, decision.Standing);
        Assert.Equal(close, decision.ClosesAt);

        await desk.ContinueServiceAsync(From("board", "3"), Stop);
        Assert.Equal(Standing.Active, (await session.DecideAsync(Stop)).Value.Standing);
    }

    [Fact]
    public async Task No_setting_lets_a_door_for_reading_write()
    {
        var desk = new PlatformDesk(_commands);
        foreach (var door in (Door[])[Door.Tv, Door.Staff, Door.Link])
            Assert.Equal(
                "capabilities",
                (
                    await desk.SetDoorAsync(
                        From("ops", $"{door}"),
                        door,
                        Capability.List | Capability.TakeBack,
                        Stop
                    )
                )
                    .Refusal!
                    .Field
            );
    }

    [Fact]
    public async Task Terms_are_published_once_and_required_from_a_day_that_is_to_come()
    {
        var desk = new PlatformDesk(_commands);
        var texts = new Texts { En = "https://example.net/terms/2" };
        Assert.True(
            (await desk.PublishTermsAsync(From("legal", "1"), "2", texts, null, Stop)).IsSuccess
        );
        Assert.Equal(
            RefusalRule.AlreadyExists,
            (await desk.PublishTermsAsync(From("legal", "2"), "2", texts, null, Stop)).Refusal!.Rule
        );
        var from = _vault.Time.GetUtcNow().AddDays(60);
        Assert.Equal(
            from,
            (await desk.RequireTermsAsync(From("legal", "3"), "2", from, Stop)).Value.RequiredFrom
        );
    }

    private NewMeasure Suspension() =>
        new()
        {
            Kind = MeasureKind.Suspension,
            Switches = Switches.Whole,
            Account = _customer.Account,
            ReasonCode = "unpaid",
        };

    private async Task<StaffAccess> GrantAsync(string person)
    {
        await UndertakeAsync(person);
        var grant = (await RequestAsync()).Value;
        await _staff.ApproveAsync(From(Bert, $"approve {grant.Id}"), grant.Id, Stop);
        return (await EnterAsync(person)).Value;
    }

    private async Task UndertakeAsync(string person) =>
        Assert.True(
            (
                await _registers.AddUndertakingAsync(
                    From("hr", person),
                    new Undertaking { Person = person, Document = "drawer 3" },
                    _vault.Time.GetUtcNow(),
                    null,
                    Stop
                )
            ).IsSuccess
        );

    private async Task<VaultResult<Entry<StaffGrant>>> RequestAsync(
        int minutes = 60,
        long? sealedBy = null
    ) =>
        await _staff.RequestAsync(
            From(Anna, $"request {minutes}"),
            _customer.Account,
            sealedBy is null ? GrantPurpose.ServiceDelivery : GrantPurpose.LegalObligation,
            "case 7",
            minutes,
            sealedBy,
            Stop
        );

    private async Task<VaultResult<Entry<LegalOrder>>> OrderAsync(
        bool isGagged,
        DateTimeOffset? until = null
    ) =>
        await _registers.AddOrderAsync(
            From("legal", "order"),
            _customer.Account,
            new LegalOrder
            {
                Authority = "court",
                Reference = "2026/1",
                Basis = "law",
                Scope = "everything",
                Received = _vault.Time.GetUtcNow(),
                IsGagged = isGagged,
                GaggedUntil = until,
            },
            Stop
        );

    private async Task<VaultResult<StaffAccess>> EnterAsync(string person) =>
        await _staff.EnterAsync(person, _customer.Account, StaffActs.Listed, ["photos"], Stop);

    private Instruction From(string author, string what) =>
        new(
            (++_count).ToString(CultureInfo.InvariantCulture),
            author,
            SHA256.HashData(Encoding.UTF8.GetBytes(what))
        );

    private ValueTask<ContractFacts> FactsAsync() =>
        _vault.Contracts.ReadAsync(snapshot => snapshot.LoadFactsAsync(_customer.Account), Stop);

    private async Task<IReadOnlyList<AuditRecord>> RecordsAsync(AuditChainId chain) =>
        (await _vault.Audit.ReadAsync(chain, 0, 1000, Stop)).Records;

    // Without how the chains began.
    private async Task<IReadOnlyList<string>> ActsAsync(AuditChainId chain) =>
        [
            .. (await RecordsAsync(chain))
                .Select(record => record.Entry.Act)
                .Where(act => act is not (AuditActs.AuditBegan or AuditActs.AccountCreated)),
        ];

    private async Task<IReadOnlyList<string>> VisibleAsync() =>
        [
            .. (
                await _vault.Audit.ListVisibleAsync(
                    _customer.Account,
                    _vault.Time.GetUtcNow(),
                    null,
                    long.MaxValue,
                    1000,
                    Stop
                )
            )
                .Select(entry => entry.Entry.Act)
                .Where(act => act != AuditActs.AccountCreated)
                .Reverse(),
        ];

    private async Task<IReadOnlyList<string>> EventsAsync() =>
        [
            .. (await _vault.Outbox.ListAsync(_customer.Account, 0, 100, Stop)).Select(queued =>
                queued.Event.Type
            ),
        ];
}
