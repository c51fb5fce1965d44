namespace CloudDav.Vault.Tests;

/// <summary>The policy against the table of the service's terms, written down here once more and by hand.</summary>
public sealed class AccountPolicyTests
{
    private const long GiB = 1L << 30;
    private static readonly DateTimeOffset s_now = new(2026, 5, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly AccountPolicy s_policy = new(new TakeBackWindow(TestVault.Zone));

    // capability: Active, OverCapacity, TakeBack, Closed
    private static readonly Dictionary<Capability, string> s_terms = new()
    {
        [Capability.List] = "yes yes yes no",
        [Capability.Download] = "yes yes yes no",
        [Capability.AddContent] = "yes no no no",
        [Capability.CreateFolder] = "yes yes no no",
        [Capability.Reorganise] = "yes yes no no",
        [Capability.TakeBack] = "yes yes yes no",
        [Capability.Share] = "yes no no no",
        [Capability.ShareWithFriends] = "yes no no no",
        [Capability.NarrowShare] = "yes yes yes no",
        [Capability.OpenFamilyShare] = "yes no no no",
        [Capability.OpenFriendShare] = "yes no no no",
        [Capability.ManageDevices] = "yes yes yes no",
        [Capability.Tv] = "yes yes yes no",
    };

    private static readonly Dictionary<Switches, Capability[]> s_switches = new()
    {
        [Switches.None] = [],
        [Switches.Whole] = [.. s_terms.Keys],
        [Switches.Upload] = [Capability.AddContent],
        [Switches.Download] =
        [
            Capability.Download,
            Capability.OpenFamilyShare,
            Capability.OpenFriendShare,
            Capability.Tv,
        ],
        [Switches.Share] =
        [
            Capability.Share,
            Capability.ShareWithFriends,
            Capability.OpenFamilyShare,
            Capability.OpenFriendShare,
        ],
        [Switches.ShareWithFriends] = [Capability.ShareWithFriends, Capability.OpenFriendShare],
        [Switches.Tv] = [Capability.Tv],
    };

    private static readonly Dictionary<Door, Capability[]> s_doors = new()
    {
        [Door.App] = [.. s_terms.Keys.Except([Capability.Tv])],
        [Door.Browser] = [.. s_terms.Keys],
        [Door.Tv] = [Capability.List, Capability.Download, Capability.Tv],
        [Door.Link] = [Capability.List, Capability.Download, Capability.AddContent],
        [Door.Staff] = [Capability.List, Capability.Download],
    };

    public static TheoryData<Standing, Door, PlatformMode> Situations
    {
        get
        {
            var data = new TheoryData<Standing, Door, PlatformMode>();
            foreach (var standing in Enum.GetValues<Standing>())
            foreach (var door in Enum.GetValues<Door>())
            foreach (var mode in Enum.GetValues<PlatformMode>())
                data.Add(standing, door, mode);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public void Whatever_is_suspended_or_restricted_the_terms_decide(
        Standing standing,
        Door door,
        PlatformMode mode
    )
    {
        foreach (var (suspended, bySuspension) in s_switches)
        foreach (var (restricted, byRestriction) in s_switches)
        foreach (var isForEveryone in (bool[])[false, true])
        {
            var decision = Decide(standing, door, mode, suspended, restricted, isForEveryone);
            Assert.Equal(standing, decision.Standing);
            foreach (var (asked, terms) in s_terms)
            {
                // What takes the TV away takes all that there is at its door.
                var capability =
                    door == Door.Tv
                    && s_doors[door].Contains(asked)
                    && bySuspension.Concat(byRestriction).Contains(Capability.Tv)
                        ? Capability.Tv
                        : asked;
                var byTerms = terms.Split(' ')[(int)standing] == "yes";
                RefusalRule? expected =
                    mode == PlatformMode.Off ? RefusalRule.PlatformOff
                    : standing == Standing.Closed ? RefusalRule.AccountClosed
                    // Staff read what was taken out of the customer's reach.
                    : door != Door.Staff && bySuspension.Contains(capability)
                        ? RefusalRule.Suspended
                    : door != Door.Staff && byRestriction.Contains(capability)
                        ? RefusalRule.Restricted
                    : !byTerms
                        ? standing == Standing.OverCapacity ? RefusalRule.OverCapacity
                            : RefusalRule.TakeBackWindow
                    : !s_doors[door].Contains(capability) ? RefusalRule.DoorNotAllowed
                    : mode == PlatformMode.ReadOnly && Changes(capability)
                        ? RefusalRule.PlatformReadOnly
                    : null;

                var what =
                    $"{asked} of {standing} through {door}, platform {mode}, suspended {suspended}, restricted {restricted}";
                Assert.True(expected is null == decision.Allows(asked), what);
                Assert.True(expected == decision.Refuses(asked)?.Rule, what);
                Assert.True(
                    decision.Lasting.HasFlag(asked)
                        == expected is null or RefusalRule.PlatformReadOnly
                        || mode == PlatformMode.Off,
                    what
                );
            }
        }
    }

    [Fact]
    public void Every_capability_is_in_the_terms() =>
        Assert.Equal(
            Enum.GetValues<Capability>().Except([Capability.None, Capability.All]).Order(),
            s_terms.Keys.Order()
        );

    [Fact]
    public void A_refusal_says_what_a_person_needs_to_know()
    {
        var over = Decide(Standing.OverCapacity).Refuses(Capability.AddContent)!;
        Assert.Equal((5 * GiB, 6 * GiB), (over.Limit, over.Used));

        var ended = Decide(Standing.TakeBack).Refuses(Capability.AddContent)!;
        Assert.Equal(new DateTimeOffset(2026, 6, 3, 22, 0, 0, TimeSpan.Zero), ended.ClosesAt);

        var suspended = Decide(Standing.Active, suspended: Switches.Upload)
            .Refuses(Capability.AddContent)!;
        Assert.Equal("unpaid", suspended.ReasonCode);
        Assert.Equal("Betaal eerst.", suspended.Words!.In(Language.Dutch));
        Assert.Equal(s_now.AddDays(1), suspended.Until);
    }

    [Fact]
    public void A_vault_that_is_merely_full_is_active() =>
        Assert.Equal(Standing.Active, Decide(Facts(), 5 * GiB).Standing);

    [Fact]
    public void A_vault_over_its_capacity_is_active_again_with_the_byte_that_fits()
    {
        Assert.Equal(Standing.OverCapacity, Decide(Facts(), (5 * GiB) + 1).Standing);
        Assert.Equal(Standing.Active, Decide(Facts(), 5 * GiB).Standing);
    }

    [Fact]
    public void Measures_hold_from_their_beginning_up_to_their_end()
    {
        var facts = Facts() with
        {
            Measures =
            [
                Suspension(Switches.Whole) with
                {
                    Since = s_now,
                    Until = s_now.AddHours(1),
                },
            ],
        };
        Assert.True(Decide(facts, 0, s_now.AddTicks(-1)).Allows(Capability.List));
        Assert.False(Decide(facts, 0, s_now).Allows(Capability.List));
        Assert.False(Decide(facts, 0, s_now.AddHours(1).AddTicks(-1)).Allows(Capability.List));
        Assert.True(Decide(facts, 0, s_now.AddHours(1)).Allows(Capability.List));
    }

    [Fact]
    public void An_account_without_a_contract_has_everything_and_no_end()
    {
        var decision = Decide(ContractFacts.WithoutContract, 0);
        Assert.Equal(Standing.Active, decision.Standing);
        Assert.Equal(Capability.All, decision.Allowed);
    }

    [Fact]
    public void Without_a_TV_contract_the_TV_is_not_in_the_contract() =>
        Assert.Equal(
            RefusalRule.NotInContract,
            Decide(Facts() with { HasTv = false }, 0).Refuses(Capability.Tv)!.Rule
        );

    [Fact]
    public void Without_the_TV_there_is_nothing_at_its_door()
    {
        var without = s_policy.Decide(
            PlatformFacts.Normal,
            Facts() with
            {
                HasTv = false,
            },
            0,
            GiB,
            Door.Tv,
            s_now
        );
        Assert.Equal(Capability.None, without.Allowed);
        foreach (var asked in (Capability[])[Capability.List, Capability.Download])
            Assert.Equal(RefusalRule.NotInContract, without.Refuses(asked)!.Rule);
        Assert.Equal(RefusalRule.DoorNotAllowed, without.Refuses(Capability.AddContent)!.Rule);
    }

    [Fact]
    public void What_the_operator_sets_for_a_door_replaces_what_it_had()
    {
        var platform = new PlatformFacts
        {
            Doors = new Dictionary<Door, Capability>
            {
                [Door.App] = Capability.List | Capability.Download,
            },
        };
        var decision = s_policy.Decide(platform, Facts(), 0, GiB, Door.App, s_now);
        Assert.True(decision.Allows(Capability.Download));
        Assert.Equal(RefusalRule.DoorNotAllowed, decision.Refuses(Capability.TakeBack)!.Rule);
        Assert.True(
            s_policy
                .Decide(platform, Facts(), 0, GiB, Door.Browser, s_now)
                .Allows(Capability.TakeBack)
        );
    }

    [Fact]
    public void Destruction_that_has_begun_closes_the_account_whatever_the_dates_say() =>
        Assert.Equal(Standing.Closed, Decide(Facts() with { IsBeingDestroyed = true }, 0).Standing);

    [Theory]
    [InlineData(MeasureKind.Block, RefusalRule.Blocked)]
    [InlineData(MeasureKind.Restriction, RefusalRule.Restricted)]
    public void A_measure_on_an_item_counts_for_it_and_what_lies_below(
        MeasureKind kind,
        RefusalRule rule
    )
    {
        var measure = Suspension(Switches.Download) with { Kind = kind, Node = new NodeId(7) };
        var decision = Decide(Facts() with { Measures = [measure] }, 0);
        NodeRow[] beside = [new() { Id = new(1) }, new() { Id = new(8) }];
        NodeRow[] below = [new() { Id = new(1) }, new() { Id = new(7) }, new() { Id = new(9) }];

        Assert.Null(decision.Refuses(Capability.Download));
        Assert.Null(decision.RefusesAt(beside, Capability.Download));
        Assert.Equal(rule, decision.RefusesAt(below, Capability.Download)!.Rule);
        Assert.Null(decision.RefusesAt(below, Capability.List));
        Assert.Null(decision.RefusesAt(below, Capability.TakeBack));
    }

    private static bool Changes(Capability capability) =>
        capability
            is not (
                Capability.List
                or Capability.Download
                or Capability.OpenFamilyShare
                or Capability.OpenFriendShare
                or Capability.Tv
            );

    private static ContractFacts Facts() => ContractFacts.WithoutContract with { Option = "s" };

    private static Measure Suspension(Switches switches) =>
        new()
        {
            Id = 1,
            Kind = MeasureKind.Suspension,
            Switches = switches,
            ReasonCode = "unpaid",
            Words = new Texts { Nl = "Betaal eerst." },
            SetBy = "test",
            Since = s_now.AddDays(-1),
            Until = s_now.AddDays(1),
        };

    private static Decision Decide(
        ContractFacts facts,
        long usedBytes,
        DateTimeOffset? now = null
    ) =>
        s_policy.Decide(
            PlatformFacts.Normal,
            facts,
            usedBytes,
            5 * GiB,
            Door.Browser,
            now ?? s_now
        );

    private static Decision Decide(
        Standing standing,
        Door door = Door.Browser,
        PlatformMode mode = PlatformMode.Normal,
        Switches suspended = Switches.None,
        Switches restricted = Switches.None,
        bool isForEveryone = false
    )
    {
        var restriction = Suspension(restricted) with { Kind = MeasureKind.Restriction };
        var ended = standing switch
        {
            Standing.TakeBack => s_now.AddDays(-1),
            Standing.Closed => s_now.AddDays(-40),
            Standing.Active or Standing.OverCapacity => s_now.AddDays(1),
        };
        return s_policy.Decide(
            new PlatformFacts { Mode = mode, Restrictions = isForEveryone ? [restriction] : [] },
            Facts() with
            {
                Ends = [new ContractEnd(EndCause.CloudContract, ended, ended)],
                Measures = isForEveryone
                    ? [Suspension(suspended)]
                    : [restriction, Suspension(suspended)],
            },
            standing == Standing.OverCapacity ? 6 * GiB : GiB,
            5 * GiB,
            door,
            s_now
        );
    }
}
