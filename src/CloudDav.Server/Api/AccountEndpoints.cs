using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>The account itself, and the people of the household.</summary>
internal static class AccountEndpoints
{
    public static void Map(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/account",
                "getAccount",
                "Where the account stands, what it holds and what is set on it",
                FindAsync
            )
            .Describes(
                "Answered in every standing before the last and under every suspension, so that a customer can always see why something does not work."
            );
        routes
            .Add<AccountChange, AccountBody>(
                "PATCH",
                "/account",
                "changeAccount",
                "Choose the language",
                async (call, change) =>
                {
                    var set = await call.Desk.SetLanguageAsync(
                        call.Actor,
                        (Language?)change.Language,
                        call.Stop
                    );
                    return set.Refusal is { } refusal ? refusal : await FindAsync(call);
                }
            )
            .Describes(
                "It is what the customer is addressed in when a request does not ask for one of the four."
            );
        routes
            .Add(
                "GET",
                "/household",
                "listHousehold",
                "The other people of the household",
                async ValueTask<VaultResult<HouseholdList>> (call) =>
                {
                    var found = await ShareEndpoints.Session(call).ListHouseholdAsync(call.Stop);
                    return found.Refusal is { } refusal
                        ? refusal
                        : new HouseholdList
                        {
                            Items =
                            [
                                .. found.Value.Select(person => new NamedPerson
                                {
                                    Id = person.Account.Value,
                                    Name = person.Name,
                                }),
                            ],
                        };
                }
            )
            .Describes(
                "The customer and every member see them. By these names something is shared with some of them only."
            );
        routes
            .Add(
                "POST",
                "/household/{member:long}/confirmation",
                "confirmMember",
                "Confirm a household member whom the operator added",
                call =>
                    Nothing.OfAsync(
                        call.Desk.ConfirmMemberAsync(
                            call.Actor,
                            new AccountId(call.Number("member")),
                            call.Stop
                        )
                    )
            )
            .Describes(
                "From then on the member sees what is shared with the household. Only the customer can do it, signed in in person."
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.OwnSignInRequired,
                RefusalRule.Suspended,
                RefusalRule.PlatformReadOnly
            );
    }

    private static async ValueTask<VaultResult<AccountBody>> FindAsync(CustomerCall call)
    {
        var found = await call.Desk.FindOverviewAsync(call.Actor, call.Stop);
        return found.Refusal is { } refusal
            ? refusal
            : AccountBody.Of(found.Value, call.LanguageOf(found.Value.Decision.Facts.Language));
    }
}

/// <summary>A language the service speaks, by its tag.</summary>
internal enum LanguageTag
{
    /// <summary>Dutch.</summary>
    Nl = Language.Dutch,

    /// <summary>French.</summary>
    Fr = Language.French,

    /// <summary>German.</summary>
    De = Language.German,

    /// <summary>English.</summary>
    En = Language.English,
}

/// <summary>What can be changed of an account.</summary>
internal sealed record AccountChange
{
    /// <summary>The language; null for none in particular.</summary>
    public required LanguageTag? Language { get; init; }
}

/// <summary>An account as its person sees it.</summary>
internal sealed record AccountBody
{
    /// <summary>The sign-in name.</summary>
    public required string Name { get; init; }

    /// <summary>The chosen language; null for none.</summary>
    public required LanguageTag? Language { get; init; }

    /// <summary>Where the account stands in its contract.</summary>
    public required Standing Standing { get; init; }

    /// <summary>The capacity in bytes; null for no limit.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>What counts against the capacity: everything in the tree, in bytes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>What may still be added, in bytes: 0 whenever nothing is taken, null for no limit.</summary>
    public required long? AvailableBytes { get; init; }

    /// <summary>What the trash takes, in bytes. It does not count against the capacity.</summary>
    public required long TrashBytes { get; init; }

    /// <summary>What earlier versions take, in bytes. They do not count either.</summary>
    public required long VersionBytes { get; init; }

    /// <summary>Files and folders.</summary>
    public required long Items { get; init; }

    /// <summary>When the contract ends or ended; null while no end is known.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>When the time closes in which content can be taken back; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>The chosen option; null without a contract.</summary>
    public required OptionBody? Option { get; init; }

    /// <summary>Whether media can be looked at on the TV.</summary>
    public required bool HasTv { get; init; }

    /// <summary>What is set on the account, its items and links, on its option or on everyone, and holds now.</summary>
    public required IReadOnlyList<MeasureBody> Measures { get; init; }

    /// <summary>The terms.</summary>
    public required TermsStateBody Terms { get; init; }

    /// <summary>The customer whose household the person belongs to; null for a customer.</summary>
    public required string? HouseholdOwner { get; init; }

    /// <summary>The people of the customer's household beside them.</summary>
    public required IReadOnlyList<MemberBody> Household { get; init; }

    public static AccountBody Of(AccountOverview seen, Language language)
    {
        var (decision, usage) = (seen.Decision, seen.Usage);
        return new AccountBody
        {
            Name = seen.Name,
            Language = (LanguageTag?)decision.Facts.Language,
            Standing = decision.Standing,
            CapacityBytes = usage.CapacityBytes,
            UsedBytes = usage.UsedBytes,
            AvailableBytes = seen.AvailableBytes,
            TrashBytes = usage.TrashBytes,
            VersionBytes = usage.VersionBytes,
            Items = usage.Items,
            EndsAt = decision.End?.At,
            ClosesAt = decision.ClosesAt,
            Option = seen.Option is { } option
                ? new OptionBody
                {
                    Code = option.Code,
                    Version = option.Version,
                    Name = option.Texts.In(language),
                    Entitlements = option.Entitlements,
                }
                : null,
            HasTv = decision.Facts.HasTv,
            Measures = [.. seen.Measures.Select(measure => MeasureBody.Of(measure, language))],
            Terms = new TermsStateBody
            {
                ToAccept = decision.OpenTerms?.Current.Version,
                RequiredFrom = decision.OpenTerms?.RequiredFrom,
                Accepted = seen.AcceptedTerms?.Version,
                AcceptedAt = seen.AcceptedTerms?.Accepted,
            },
            HouseholdOwner = seen.HouseholdOwner,
            Household =
            [
                .. seen.Household.Select(person => new MemberBody
                {
                    Id = person.Member.Account.Value,
                    Name = person.Name,
                    Added = person.Member.Added,
                    Confirmed = person.Member.Confirmed,
                    LeavesAt = person.Member.Left?.At,
                }),
            ],
        };
    }
}

/// <summary>An option.</summary>
internal sealed record OptionBody
{
    /// <summary>Its code.</summary>
    public required string Code { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>What it is called.</summary>
    public required string? Name { get; init; }

    /// <summary>What it includes beside storage.</summary>
    public required IReadOnlyList<string> Entitlements { get; init; }
}

/// <summary>Something that the operator has set.</summary>
internal sealed record MeasureBody
{
    private static readonly Switches[] s_switches = Enum.GetValues<Switches>();

    /// <summary>What it is.</summary>
    public required MeasureKind Kind { get; init; }

    /// <summary>What it switches off; nothing in particular for the rest: a block takes everything of one item but listing and deleting it, a mark and the block of a link take from recipients.</summary>
    public required IReadOnlyList<Switches> SwitchesOff { get; init; }

    /// <summary>Whether it is on one item, with everything below it, and not on the account.</summary>
    public required bool IsOnItem { get; init; }

    /// <summary>The number of the link it is on; null when it is on none.</summary>
    public required long? Share { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public required bool IsLegalOrder { get; init; }

    /// <summary>The operator's code for the reason.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>What the operator calls the notice it was set on; null for none.</summary>
    public required string? Reference { get; init; }

    /// <summary>The reason in words; null when nobody gave any.</summary>
    public required string? Reason { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for until it is lifted.</summary>
    public required DateTimeOffset? Until { get; init; }

    public static MeasureBody Of(Measure measure, Language language) =>
        new()
        {
            Kind = measure.Kind,
            SwitchesOff =
            [
                .. s_switches.Where(one => one != Switches.None && measure.Switches.HasFlag(one)),
            ],
            IsOnItem = measure.Node is not null,
            Share = measure.Share?.Value,
            IsLegalOrder = measure.IsLegalOrder,
            ReasonCode = measure.ReasonCode,
            Reference = measure.Reference,
            Reason = measure.Words?.In(language),
            Since = measure.Since,
            Until = measure.Until,
        };
}

/// <summary>What the customer has accepted, and what is to be accepted.</summary>
internal sealed record TermsStateBody
{
    /// <summary>The version that is to be accepted; null for none.</summary>
    public required string? ToAccept { get; init; }

    /// <summary>From when on nothing can be added or changed without; null while no such day is set.</summary>
    public required DateTimeOffset? RequiredFrom { get; init; }

    /// <summary>The newest version that was accepted; null for none.</summary>
    public required string? Accepted { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset? AcceptedAt { get; init; }
}

/// <summary>People of a household.</summary>
internal sealed record HouseholdList
{
    /// <summary>In the order they came.</summary>
    public required IReadOnlyList<NamedPerson> Items { get; init; }
}

/// <summary>A member of the customer's household.</summary>
internal sealed record MemberBody
{
    /// <summary>Their number.</summary>
    public required long Id { get; init; }

    /// <summary>Their sign-in name.</summary>
    public required string Name { get; init; }

    /// <summary>When they came into the household.</summary>
    public required DateTimeOffset Added { get; init; }

    /// <summary>When the customer confirmed them; null while that is open.</summary>
    public required DateTimeOffset? Confirmed { get; init; }

    /// <summary>When they leave it; null while that is not known.</summary>
    public required DateTimeOffset? LeavesAt { get; init; }
}
