using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>Orders and contracts.</summary>
internal static class ContractEndpoints
{
    private static readonly RefusalRule[] s_ofChanges =
    [
        RefusalRule.NotFound,
        RefusalRule.AccountClosed,
    ];

    public static void Map(OperatorRoutes routes)
    {
        routes
            .Command<OrderRequest, ContractAnswer>(
                "/orders",
                OperatorScope.Contracts,
                "acceptOrder",
                "Accept an order",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .AcceptOrderAsync(call.Instruction, request.ToOrder(), call.Stop)
                        .As(ContractAnswer.Of)
            )
            .Describes(
                "Begins the cloud contract of a customer. For one whose contract has ended, inside the take-back window, or is going to, it goes on with everything in place, and the sign-in stays as it was. What the product inventory says of the main contract goes before what the order says."
            )
            .Creates()
            .Refuses(
                RefusalRule.UnknownOption,
                RefusalRule.OptionWithdrawn,
                RefusalRule.NoMainContract,
                RefusalRule.MainContractUnconfirmed,
                RefusalRule.NameTaken,
                RefusalRule.ContractRunning,
                RefusalRule.ContractEnded,
                RefusalRule.AccountClosed
            );

        routes.List(
            "/contracts",
            OperatorScope.Contracts,
            "listContracts",
            "List contracts",
            static async (call, page) =>
                (VaultResult<Page<ContractAnswer>>)
                    Page<ContractAnswer>.Of(
                        [
                            .. (
                                await call.Desk<ContractDesk>()
                                    .ListAsync(new AccountId(page.After), page.Limit, call.Stop)
                            ).Select(ContractAnswer.Of),
                        ],
                        page,
                        contract => contract.Account
                    )
        );

        routes
            .Query(
                "/contracts/{customer}",
                OperatorScope.Contracts,
                "getContract",
                "Get a contract",
                static call =>
                    call.Desk<ContractDesk>()
                        .FindAsync(call.Text("customer"), call.Stop)
                        .As(ContractAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<OptionChoice, ContractAnswer>(
                "/contracts/{customer}/option",
                OperatorScope.Contracts,
                "changeOption",
                "Change the option",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .ChangeOptionAsync(
                            call.Instruction,
                            call.Text("customer"),
                            request.Option,
                            call.Stop
                        )
                        .As(ContractAnswer.Of)
            )
            .Describes(
                "Takes effect at once, for the household members' vaults too. When more is used than the option holds, the customer is over capacity until it fits."
            )
            .Refuses(s_ofChanges)
            .Refuses(
                RefusalRule.UnknownOption,
                RefusalRule.OptionWithdrawn,
                RefusalRule.ContractEnded
            );

        routes
            .Command<EndRequest, ContractAnswer>(
                "/contracts/{customer}/end",
                OperatorScope.Contracts,
                "endContract",
                "End the cloud contract",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .EndAsync(
                            call.Instruction,
                            call.Text("customer"),
                            request.EndsAt,
                            call.Stop
                        )
                        .As(ContractAnswer.Of)
            )
            .Describes(
                "The day may lie in the past: the take-back window never opens before this command. An end to come can be moved."
            )
            .Refuses(s_ofChanges)
            .Refuses(RefusalRule.ContractEnded);

        routes
            .Command(
                "/contracts/{customer}/reactivation",
                OperatorScope.Contracts,
                "reactivateContract",
                "Take the end of the cloud contract back",
                static call =>
                    call.Desk<ContractDesk>()
                        .ReactivateAsync(call.Instruction, call.Text("customer"), call.Stop)
                        .As(ContractAnswer.Of)
            )
            .Refuses(s_ofChanges)
            .Refuses(
                RefusalRule.NoMainContract,
                RefusalRule.ContractRunning,
                RefusalRule.ContractEnded
            );

        routes
            .Command<MainReportBody, ContractAnswer>(
                "/contracts/{customer}/main-contract",
                OperatorScope.Contracts,
                "reportMainContract",
                "Report what the main contract is",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .ReportMainContractAsync(
                            call.Instruction,
                            call.Text("customer"),
                            request.ToReport(),
                            call.Stop
                        )
                        .As(ContractAnswer.Of)
            )
            .Describes(
                "The cloud contract ends on the day the main contract ends. A main contract that is active or suspended without an end takes such an end back. Suspended alone changes nothing."
            )
            .Refuses(s_ofChanges);

        routes
            .Command<TvReport, ContractAnswer>(
                "/contracts/{customer}/tv-contract",
                OperatorScope.Contracts,
                "reportTvContract",
                "Report whether there is a TV contract",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .ReportTvContractAsync(
                            call.Instruction,
                            call.Text("customer"),
                            request.IsActive,
                            call.Stop
                        )
                        .As(ContractAnswer.Of)
            )
            .Refuses(s_ofChanges);
    }
}

/// <summary>An order.</summary>
internal sealed record OrderRequest
{
    /// <summary>The customer's number.</summary>
    [RegularExpression(Patterns.Reference, ErrorMessage = Patterns.ReferenceMessage)]
    public required string Customer { get; init; }

    /// <summary>The main contract.</summary>
    public required MainContractBody MainContract { get; init; }

    /// <summary>The code of the chosen option.</summary>
    [StringLength(64, MinimumLength = 1)]
    public required string Option { get; init; }

    /// <summary>The customer's language.</summary>
    public required Language Language { get; init; }

    /// <summary>The name a new customer signs in with; the customer's number when left out. Either it or `subject` must be given.</summary>
    [StringLength(Vault.SignInName.MaxLength, MinimumLength = 1)]
    public string? SignInName { get; init; }

    /// <summary>The subject under which the operator's identity provider knows a new customer.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Subject { get; init; }

    /// <summary>Whether the customer has a TV contract; left out to ask the inventory or to keep what is known.</summary>
    public bool? HasTvContract { get; init; }

    public Order ToOrder() =>
        new()
        {
            Customer = Customer,
            MainContract = MainContract.Reference,
            Main = MainContract.Status is { } status
                ? new MainReport(status, MainContract.EndsAt)
                : null,
            Option = Option,
            Language = Language,
            SignInName = SignInName,
            Subject = Subject,
            HasTvContract = HasTvContract,
        };
}

/// <summary>The main contract of an order.</summary>
internal sealed record MainContractBody
{
    /// <summary>Its number in the product inventory.</summary>
    [RegularExpression(Patterns.Reference, ErrorMessage = Patterns.ReferenceMessage)]
    public required string Reference { get; init; }

    /// <summary>What it is; left out to ask the inventory.</summary>
    public MainStatus? Status { get; init; }

    /// <summary>When it ends; left out for no end.</summary>
    public DateTimeOffset? EndsAt { get; init; }
}

/// <summary>The option that is chosen.</summary>
internal sealed record OptionChoice
{
    /// <summary>Its code.</summary>
    [StringLength(64, MinimumLength = 1)]
    public required string Option { get; init; }
}

/// <summary>When a contract ends.</summary>
internal sealed record EndRequest
{
    /// <summary>The moment, in the past or to come.</summary>
    public required DateTimeOffset EndsAt { get; init; }
}

/// <summary>What a main contract is.</summary>
internal sealed record MainReportBody
{
    /// <summary>What it is.</summary>
    public required MainStatus Status { get; init; }

    /// <summary>When it ends or has ended; left out for no end, or for one that has ended just now.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    public MainReport ToReport() => new(Status, EndsAt);
}

/// <summary>Whether there is a TV contract.</summary>
internal sealed record TvReport
{
    /// <summary>Whether it runs.</summary>
    public required bool IsActive { get; init; }
}

/// <summary>A contract, and where the customer stands in it now.</summary>
internal sealed record ContractAnswer : IVersioned
{
    /// <summary>The customer's number.</summary>
    public required string Customer { get; init; }

    /// <summary>The number of the customer's account here, which events are about.</summary>
    public required long Account { get; init; }

    /// <summary>Counts changes of the contract and its household.</summary>
    public required long Version { get; init; }

    /// <summary>Where the account stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>The code of the chosen option.</summary>
    public required string Option { get; init; }

    /// <summary>The version of the option that was chosen.</summary>
    public required int OptionVersion { get; init; }

    /// <summary>The vault's capacity, in bytes.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>What counts against it, in bytes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>When the cloud contract began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ends or has ended, for whatever cause; null while no end is known.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>Why it ends; null while no end is known.</summary>
    public required EndCause? EndCause { get; init; }

    /// <summary>When the take-back window closes; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>The main contract as last known.</summary>
    public required MainContractAnswer MainContract { get; init; }

    /// <summary>Whether the customer has a TV contract.</summary>
    public required bool HasTvContract { get; init; }

    /// <summary>Whether the TV can be used: with a TV contract and an option that includes it.</summary>
    public required bool HasTv { get; init; }

    /// <summary>The customer's language; null when it is not known.</summary>
    public required Language? Language { get; init; }

    public static ContractAnswer Of(ContractState state) =>
        new()
        {
            Customer = state.Customer.Reference,
            Account = state.Customer.Account.Value,
            Version = state.Customer.Version,
            Standing = state.Standing,
            Option = state.Customer.Option,
            OptionVersion = state.Customer.OptionVersion,
            CapacityBytes = state.CapacityBytes,
            UsedBytes = state.UsedBytes,
            StartedAt = state.Customer.Started,
            EndsAt = state.End?.At,
            EndCause = state.End?.Cause,
            ClosesAt = state.ClosesAt,
            MainContract = new()
            {
                Reference = state.Customer.Main.Reference,
                Status = state.Customer.Main.Status,
                EndsAt = state.Customer.Main.End?.At,
                KnownAt = state.Customer.Main.KnownAt,
            },
            HasTvContract = state.Customer.HasTvContract,
            HasTv = state.HasTv,
            Language = state.Language,
        };
}

/// <summary>A main contract as last known.</summary>
internal sealed record MainContractAnswer
{
    /// <summary>Its number in the product inventory.</summary>
    public required string Reference { get; init; }

    /// <summary>What it was when last heard of.</summary>
    public required MainStatus Status { get; init; }

    /// <summary>When it ends or has ended; null while no end is known.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public required DateTimeOffset KnownAt { get; init; }
}
