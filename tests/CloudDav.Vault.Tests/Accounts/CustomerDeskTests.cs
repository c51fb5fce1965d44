namespace CloudDav.Vault.Tests;

/// <summary>What people see of their own account and do with it.</summary>
public sealed class CustomerDeskTests : IAsyncLifetime
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
            maxDevices: 3,
            _vault.Time
        );
        _alice = await _vault.AddActorAsync("alice", 1000);
        await DoAsync(transaction =>
            transaction.AddOptionAsync(
                new ServiceOption
                {
                    Code = "S",
                    Version = 1,
                    Offer = "cloud",
                    CapacityBytes = 1000,
                    MemberCapacityBytes = 0,
                    Entitlements = ["tv"],
                    Texts = new Texts { Nl = "Klein", En = "Small" },
                },
                Now
            )
        );
        await DoAsync(async transaction =>
            await transaction.SaveCustomerAsync(
                new Customer
                {
                    Account = _alice.Account,
                    Reference = "C1",
                    Main = new MainContract("M1", MainStatus.Active, Now),
                    HasTvContract = true,
                    Option = "S",
                    OptionVersion = 1,
                    Started = Now,
                }
            )
        );
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task The_overview_counts_the_tree_the_trash_and_earlier_versions()
    {
        var session = _vault.Session(_alice);
        await session.PutAsync("/a", new byte[100]);
        await session.PutAsync("/a", new byte[60]);
        await session.PutAsync("/b", new byte[30]);
        await session.DeleteAsync("/b");

        var seen = (await _desk.FindOverviewAsync(_alice, Stop)).Value;

        Assert.Equal(
            (60, 30, 100, 1, 940),
            (
                seen.Usage.UsedBytes,
                seen.Usage.TrashBytes,
                seen.Usage.VersionBytes,
                seen.Usage.Items,
                seen.AvailableBytes
            )
        );
        Assert.Equal(Standing.Active, seen.Decision.Standing);
        Assert.Equal("Klein", seen.Option!.Texts.In(Language.Dutch));
        await _vault.CheckAsync();
    }

    [Fact]
    public async Task What_is_purged_counts_no_longer()
    {
        var session = _vault.Session(_alice);
        await session.PutAsync("/a", new byte[100]);
        await session.PutAsync("/a", new byte[60]);
        await session.PutAsync("/b", new byte[7]);
        await session.PutAsync("/b", new byte[5]);
        await session.DeleteAsync("/a");
        _vault.Time.Advance(TimeSpan.FromDays(31));
        await new VaultExpiry(_vault.Metadata, _vault.Limits, _vault.Time).RunAsync(Stop);

        var withoutTrash = (await _desk.FindOverviewAsync(_alice, Stop)).Value.Usage;

        Assert.Equal(
            (5, 0, 7),
            (withoutTrash.UsedBytes, withoutTrash.TrashBytes, withoutTrash.VersionBytes)
        );
        await _vault.CheckAsync();

        _vault.Time.Advance(TimeSpan.FromDays(60));
        await new VaultExpiry(_vault.Metadata, _vault.Limits, _vault.Time).RunAsync(Stop);

        Assert.Equal(0, (await _desk.FindOverviewAsync(_alice, Stop)).Value.Usage.VersionBytes);
        await _vault.CheckAsync();
    }

    [Fact]
    public async Task A_device_is_added_renamed_and_revoked_and_each_is_recorded()
    {
        var added = (await _desk.AddDeviceAsync(_alice, "laptop", Stop)).Value;
        await _desk.RenameDeviceAsync(_alice, added.Device.Id, "old laptop", Stop);
        var twice = new[]
        {
            (await _desk.RevokeDeviceAsync(_alice, added.Device.Id, Stop)).Value,
            (await _desk.RevokeDeviceAsync(_alice, added.Device.Id, Stop)).Value,
        };

        Assert.Equal([true, true], twice);
        var device = Assert.Single((await _desk.ListDevicesAsync(_alice, Stop)).Value);
        Assert.Equal("old laptop", device.Name);
        Assert.NotNull(device.Revoked);
        Assert.Equal(
            ["device.revoked", "device.renamed", "device.added", "account.created"],
            await LogAsync(_alice)
        );
    }

    [Fact]
    public async Task There_are_only_so_many_devices_and_a_revoked_one_does_not_count()
    {
        NewDevice last = null!;
        for (var i = 0; i < 3; i++)
            last = (await _desk.AddDeviceAsync(_alice, $"device {i}", Stop)).Value;

        var refusal = (await _desk.AddDeviceAsync(_alice, "one more", Stop)).Refusal!;
        Assert.Equal(
            (RefusalRule.TooManyDevices, 3, 3),
            (refusal.Rule, refusal.Limit, refusal.Used)
        );

        await _desk.RevokeDeviceAsync(_alice, last.Device.Id, Stop);
        Assert.True((await _desk.AddDeviceAsync(_alice, "one more", Stop)).IsSuccess);
    }

    [Fact]
    public async Task A_device_makes_no_other_and_sees_the_account_of_its_own_only()
    {
        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        var bob = await _vault.AddActorAsync("bob");
        var bobs = await _vault.AddDeviceAsync(bob, "phone");

        Assert.Equal(
            RefusalRule.OwnSignInRequired,
            (await _desk.AddDeviceAsync(device, "another", Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.RevokeDeviceAsync(_alice, bobs.Device!.Value, Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.RenameDeviceAsync(_alice, bobs.Device!.Value, "mine", Stop)).Refusal!.Rule
        );
        Assert.True((await _desk.FindOverviewAsync(device, Stop)).IsSuccess);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    public async Task A_device_has_a_name_that_can_be_shown(string? name)
    {
        var refusal = (await _desk.AddDeviceAsync(_alice, name, Stop)).Refusal!;

        Assert.Equal((RefusalRule.InvalidInput, "name"), (refusal.Rule, refusal.Field));
    }

    [Fact]
    public async Task Whoever_is_suspended_sees_why_and_can_throw_devices_out_but_adds_none()
    {
        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        await SuspendAsync(_alice);

        var seen = (await _desk.FindOverviewAsync(_alice, Stop)).Value;
        Assert.Equal("fraud", Assert.Single(seen.Measures).ReasonCode);
        Assert.Equal(0, seen.AvailableBytes);
        Assert.True(
            (await _desk.ReadAccessLogAsync(_alice, null, long.MaxValue, 10, Stop)).IsSuccess
        );
        Assert.Equal(
            RefusalRule.Suspended,
            (await _desk.AddDeviceAsync(_alice, "another", Stop)).Refusal!.Rule
        );
        Assert.True((await _desk.RevokeDeviceAsync(_alice, device.Device!.Value, Stop)).IsSuccess);
        Assert.True((await _desk.ReportUnauthorisedUseAsync(_alice, null, Stop)).IsSuccess);
    }

    [Fact]
    public async Task In_the_take_back_window_everything_is_open_and_after_it_nothing()
    {
        await DoAsync(async transaction =>
            await transaction.SaveCustomerAsync(
                (await transaction.FindCustomerAsync("C1"))! with
                {
                    End = new ContractEnd(EndCause.CloudContract, Now, Now),
                }
            )
        );

        Assert.True((await _desk.AddDeviceAsync(_alice, "rescue", Stop)).IsSuccess);
        Assert.Equal(
            Standing.TakeBack,
            (await _desk.FindOverviewAsync(_alice, Stop)).Value.Decision.Standing
        );

        _vault.Time.Advance(TimeSpan.FromDays(32));
        Assert.Equal(
            RefusalRule.AccountClosed,
            (await _desk.FindOverviewAsync(_alice, Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.AccountClosed,
            (await _desk.ReportUnauthorisedUseAsync(_alice, null, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task Reporting_unauthorised_use_signs_everything_out_and_leaves_content_alone()
    {
        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        var password = _alice with { CredentialVersion = 1 };
        await _vault.Session(device).PutAsync("/kept", "kept");
        await _vault.Session(device).LockAsync("/kept");

        var done = (await _desk.ReportUnauthorisedUseAsync(device, null, Stop)).Value;

        Assert.Equal(new SignedOutEverywhere(1, 0, PasswordFate.None), done);
        foreach (var gone in (Actor[])[device, password])
        {
            Assert.Equal(
                RefusalRule.SignedOut,
                (await _vault.Session(gone).FindAsync("/kept")).Refusal!.Rule
            );
            Assert.Equal(
                RefusalRule.SignedOut,
                (await _desk.FindOverviewAsync(gone, Stop)).Refusal!.Rule
            );
        }
        var kept = await _vault.Session(_alice).FindAsync("/kept", NodeDetails.Locks);
        Assert.Empty(kept.Value.Path.Locks);
        Assert.Equal(Now, (await _vault.Accounts.FindAccountAsync("alice", Stop))!.TokensFrom);
        var told = Assert.Single(await _vault.Outbox.ListAsync(_alice.Account, 0, 10, Stop));
        Assert.Equal(EventTypes.UnauthorisedUseReported, told.Event.Type);
        Assert.Equal("unauthorised-use.reported", (await LogAsync(_alice))[0]);
    }

    [Fact]
    public async Task A_report_takes_a_new_password_of_a_person_and_in_place_of_one_that_is_there()
    {
        Assert.Equal((PasswordFate.None, null), await ReportAsync(_alice));

        await _vault.Accounts.SetPasswordAsync(_alice.Account, "old", Now, Stop);
        Assert.Equal((PasswordFate.Replaced, "new"), await ReportAsync(_alice));

        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        Assert.Equal((PasswordFate.Removed, null), await ReportAsync(device));
        Assert.Equal(
            RefusalRule.SignedOut,
            (await _desk.FindOverviewAsync(device, Stop)).Refusal!.Rule
        );

        async Task<(PasswordFate, string?)> ReportAsync(Actor actor) =>
            (
                (await _desk.ReportUnauthorisedUseAsync(actor, "new", Stop)).Value.Password,
                (await _vault.Accounts.FindAccountAsync("alice", Stop))!.PasswordHash
            );
    }

    [Fact]
    public async Task Without_a_new_password_the_old_one_stops_too()
    {
        await _vault.Accounts.SetPasswordAsync(_alice.Account, "hash", Now, Stop);

        var done = (await _desk.ReportUnauthorisedUseAsync(_alice, null, Stop)).Value;

        Assert.Equal(PasswordFate.Removed, done.Password);
        Assert.Null((await _vault.Accounts.FindAccountAsync("alice", Stop))!.PasswordHash);
        Assert.Equal(
            ["password.removed", "unauthorised-use.reported", "password.set"],
            (await LogAsync(_alice))[..3]
        );
    }

    [Fact]
    public async Task The_customer_confirms_a_member_and_a_member_confirms_nobody()
    {
        var bob = await _vault.AddActorAsync("bob");
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
        var device = await _vault.AddDeviceAsync(_alice, "laptop");

        Assert.Equal(
            RefusalRule.NotFound,
            (await _desk.ConfirmMemberAsync(bob, bob.Account, Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.OwnSignInRequired,
            (await _desk.ConfirmMemberAsync(device, bob.Account, Stop)).Refusal!.Rule
        );
        var before = (await _desk.FindOverviewAsync(_alice, Stop)).Value;
        Assert.Null(Assert.Single(before.Household).Member.Confirmed);

        Assert.True((await _desk.ConfirmMemberAsync(_alice, bob.Account, Stop)).IsSuccess);
        _vault.Time.Advance(TimeSpan.FromDays(1));
        Assert.True((await _desk.ConfirmMemberAsync(_alice, bob.Account, Stop)).IsSuccess);

        var after = (await _desk.FindOverviewAsync(_alice, Stop)).Value;
        Assert.Equal(Now - TimeSpan.FromDays(1), Assert.Single(after.Household).Member.Confirmed);
        Assert.Equal("alice", (await _desk.FindOverviewAsync(bob, Stop)).Value.HouseholdOwner);
        Assert.Single(await LogAsync(_alice), "member.confirmed");
    }

    [Fact]
    public async Task First_uses_and_password_sign_ins_are_in_the_log_once()
    {
        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        for (var i = 0; i < 3; i++)
        {
            await _vault.Accounts.TouchDeviceAsync(device.Device!.Value, Now, Stop);
            await _vault.Accounts.NoteSignInAsync(
                _alice.Account,
                "password",
                Now,
                TimeSpan.FromHours(1),
                Stop
            );
            _vault.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var log = await LogAsync(_alice);
        Assert.Single(log, "device.first-used");
        Assert.Single(log, "sign-in");

        _vault.Time.Advance(TimeSpan.FromHours(1));
        await _vault.Accounts.NoteSignInAsync(
            _alice.Account,
            "password",
            Now,
            TimeSpan.FromHours(1),
            Stop
        );
        Assert.Equal(2, (await LogAsync(_alice)).Count(act => act == "sign-in"));
    }

    private async Task<List<string>> LogAsync(Actor actor) =>
        [
            .. (
                await _desk.ReadAccessLogAsync(actor, null, long.MaxValue, 100, Stop)
            ).Value.Entries.Select(entry => entry.Entry.Act),
        ];

    private Task SuspendAsync(Actor actor) =>
        DoAsync(async transaction =>
            await transaction.AddMeasureAsync(
                new Measure
                {
                    Id = 0,
                    Kind = MeasureKind.Suspension,
                    Switches = Switches.Whole,
                    Account = actor.Account,
                    ReasonCode = "fraud",
                    SetBy = "operator",
                    Since = Now,
                }
            )
        );

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
