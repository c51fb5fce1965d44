using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>Accounts seen from outside: for a helpdesk, and as evidence. Never their content.</summary>
internal static class SupportEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes
            .Query(
                "/accounts",
                OperatorScope.SupportRead,
                "findAccount",
                "Find an account by its customer or its sign-in name",
                static async call =>
                {
                    var (customer, name) = (call.Query("customer"), call.Query("signInName"));
                    if (customer is null == name is null)
                        return new Refusal(RefusalRule.InvalidInput)
                        {
                            Field = customer is null ? "customer" : "signInName",
                        };
                    var desk = call.Desk<AccountDesk>();
                    return Found(
                        customer is null
                            ? await desk.FindByNameAsync(name!, call.Stop)
                            : await desk.FindByCustomerAsync(customer, call.Stop),
                        AccountAnswer.Of
                    );
                }
            )
            .Takes("customer", "The customer's number.")
            .Takes("signInName", "The name somebody signs in with. Give either of the two.")
            .Refuses(RefusalRule.NotFound);

        routes
            .Query(
                "/accounts/{account:long}",
                OperatorScope.SupportRead,
                "getAccount",
                "Get an account without its content",
                static async call =>
                    Found(
                        await call.Desk<AccountDesk>()
                            .FindAsync(new(call.Number("account")), call.Stop),
                        AccountAnswer.Of
                    )
            )
            .Refuses(RefusalRule.NotFound);

        routes
            .Query(
                "/accounts/{account:long}/evidence",
                OperatorScope.Legal,
                "getEvidence",
                "Get the evidence about an account's vault",
                static async call =>
                    Found(
                        await call.Desk<AccountDesk>()
                            .GatherAsync(new(call.Number("account")), call.Stop),
                        EvidenceAnswer.Of
                    )
            )
            .Describes(
                "What its customer may ask for, so nothing that a law keeps from them. What is not known is null."
            )
            .Refuses(RefusalRule.NotFound);

        routes
            .Command(
                "/accounts/{account:long}/one-time-link",
                OperatorScope.Contracts,
                "sendOneTimeLink",
                "Send a person a one-time link to set their password with",
                static call =>
                    call.Desk<LinkDesk>()
                        .SendAsync(call.Instruction, new(call.Number("account")), call.Stop)
                        .As(SentLinkAnswer.Of)
            )
            .Describes(
                "Its token is the secret of the event `org.clouddav.take-back.credential`, and nowhere else. It works once, for 24 hours, and takes the place of the one before."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.AccountClosed,
                RefusalRule.PlatformOff,
                RefusalRule.NoSharedSecret
            );
    }

    private static VaultResult<TAnswer> Found<T, TAnswer>(T? found, Func<T, TAnswer> of)
        where T : class => found is null ? new Refusal(RefusalRule.NotFound) : of(found);
}

/// <summary>An account without its content.</summary>
internal sealed record AccountAnswer
{
    /// <summary>Its number.</summary>
    public required long Account { get; init; }

    /// <summary>The name it signs in with.</summary>
    public required string SignInName { get; init; }

    /// <summary>Whether nobody can sign in.</summary>
    public required bool IsDisabled { get; init; }

    /// <summary>The customer's number; null for a household member, and without a contract.</summary>
    public required string? Customer { get; init; }

    /// <summary>The account that owns the household; null for its owner.</summary>
    public required long? Household { get; init; }

    /// <summary>Where it stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>The code of the chosen option; null without a contract.</summary>
    public required string? Option { get; init; }

    /// <summary>What is used, in bytes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>The capacity, in bytes; null for no limit.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>When the contract ends or has ended; null while no end is known.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>When the take-back window closes; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>Whether the TV can be used.</summary>
    public required bool HasTv { get; init; }

    /// <summary>How many devices can sign in.</summary>
    public required int Devices { get; init; }

    /// <summary>What can be done with a program of the customer's now.</summary>
    public required IReadOnlyList<DoorCapability> Capabilities { get; init; }

    /// <summary>What was set on it, legal holds aside.</summary>
    public required IReadOnlyList<MeasureAnswer> Measures { get; init; }

    public static AccountAnswer Of(AccountView view) =>
        new()
        {
            Account = view.Account.Value,
            SignInName = view.SignInName,
            IsDisabled = view.IsDisabled,
            Customer = view.Customer,
            Household = view.Household?.Value,
            Standing = view.Decision.Standing,
            Option = view.Decision.Facts.Option,
            UsedBytes = view.Decision.UsedBytes,
            CapacityBytes = view.Decision.CapacityBytes,
            EndsAt = view.Decision.End?.At,
            ClosesAt = view.Decision.ClosesAt,
            HasTv = view.Decision.Facts.HasTv,
            Devices = view.Devices,
            Capabilities = DoorCapabilities.Of(view.Decision.Allowed),
            Measures = [.. view.Measures.Select(MeasureAnswer.Of)],
        };
}

/// <summary>The evidence about a vault.</summary>
internal sealed record EvidenceAnswer
{
    /// <summary>The account.</summary>
    public required long Account { get; init; }

    /// <summary>When it was put together.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>Where its content lies.</summary>
    public required IReadOnlyList<PlaceAnswer> Places { get; init; }

    /// <summary>Who else processes its data.</summary>
    public required IReadOnlyList<SubProcessorAnswer> SubProcessors { get; init; }

    /// <summary>What became of its key.</summary>
    public required KeyState Key { get; init; }

    /// <summary>Grants of access to the operator's staff.</summary>
    public required IReadOnlyList<GrantAnswer> StaffGrants { get; init; }

    /// <summary>How often staff read something.</summary>
    public required int StaffAccesses { get; init; }

    /// <summary>Breaches that the customer was told of.</summary>
    public required IReadOnlyList<BreachAnswer> Breaches { get; init; }

    /// <summary>What was done to the account, newest first.</summary>
    public required IReadOnlyList<HistoryAnswer> History { get; init; }

    /// <summary>The last time that all stored contents had been read and compared; null when they never were.</summary>
    public required DateTimeOffset? LastScrubAt { get; init; }

    /// <summary>The last time that a backup was restored to see whether it works; null when none ever was.</summary>
    public required DateTimeOffset? LastRestoreTestAt { get; init; }

    public static EvidenceAnswer Of(EvidenceBundle bundle) =>
        new()
        {
            Account = bundle.Account.Value,
            MadeAt = bundle.Made,
            Standing = bundle.Standing,
            Places =
            [
                .. bundle.Places.Select(place => new PlaceAnswer
                {
                    Store = place.Store,
                    Country = place.Country,
                    TransferBasis = place.TransferBasis,
                }),
            ],
            SubProcessors = [.. bundle.SubProcessors.Select(SubProcessorAnswer.Of)],
            Key = bundle.Key,
            StaffGrants = [.. bundle.StaffGrants.Select(GrantAnswer.Of)],
            StaffAccesses = bundle.StaffAccesses,
            Breaches = [.. bundle.Breaches.Select(BreachAnswer.Of)],
            History =
            [
                .. bundle.History.Select(entry => new HistoryAnswer
                {
                    Number = entry.Number,
                    At = entry.Entry.At,
                    Act = entry.Entry.Act,
                    Actor = entry.Entry.Actor,
                }),
            ],
            LastScrubAt = bundle.LastScrub,
            LastRestoreTestAt = bundle.LastRestoreTest,
        };
}

/// <summary>A place where content lies.</summary>
internal sealed record PlaceAnswer
{
    /// <summary>Which store.</summary>
    public required string Store { get; init; }

    /// <summary>The country, as a code of two letters; null when nobody has said.</summary>
    public required string? Country { get; init; }

    /// <summary>What allows the transfer of personal data there; null inside the European Economic Area.</summary>
    public required string? TransferBasis { get; init; }
}

/// <summary>Something that was done to an account.</summary>
internal sealed record HistoryAnswer
{
    /// <summary>Its number among what the customer may see.</summary>
    public required long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What, as a code.</summary>
    public required string Act { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }
}

/// <summary>A one-time link that is on its way.</summary>
internal sealed record SentLinkAnswer
{
    /// <summary>The number of the account it is for.</summary>
    public required long Account { get; init; }

    /// <summary>Until when it works.</summary>
    public required DateTimeOffset Expires { get; init; }

    public static SentLinkAnswer Of(SentLink link) =>
        new() { Account = link.Account.Value, Expires = link.Expires };
}
