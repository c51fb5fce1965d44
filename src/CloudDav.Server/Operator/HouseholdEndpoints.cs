using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>The people of a household beside its owner.</summary>
internal static class HouseholdEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes
            .Query(
                "/contracts/{customer}/members",
                OperatorScope.Households,
                "listMembers",
                "List the members of a household",
                static call =>
                    call.Desk<ContractDesk>()
                        .ListMembersAsync(call.Text("customer"), call.Stop)
                        .As(MemberList.Of)
            )
            .Describes("Those who have left included.")
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<MemberRequest, MemberAnswer>(
                "/contracts/{customer}/members",
                OperatorScope.Households,
                "addMember",
                "Add a person to a household",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .AddMemberAsync(
                            call.Instruction,
                            call.Text("customer"),
                            request.ToMember(),
                            call.Stop
                        )
                        .As(MemberAnswer.Of)
            )
            .Describes(
                "The person gets a vault of their own, of the capacity that the option gives members. Existing shares are shown once the customer has confirmed."
            )
            .Creates()
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.NameTaken,
                RefusalRule.TooManyMembers,
                RefusalRule.ContractEnded,
                RefusalRule.AccountClosed
            );

        routes
            .Command<LeaveRequest, MemberAnswer>(
                "/contracts/{customer}/members/{member:long}/leaving",
                OperatorScope.Households,
                "removeMember",
                "Let a person leave a household",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .RemoveMemberAsync(
                            call.Instruction,
                            call.Text("customer"),
                            new AccountId(call.Number("member")),
                            request.LeavesAt,
                            call.Stop
                        )
                        .As(MemberAnswer.Of)
            )
            .Describes(
                "The household's shares are gone on the person's next request, and a take-back window for their own vault opens, never before this command."
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.MemberHasLeft);

        routes
            .Command(
                "/contracts/{customer}/members/{member:long}/return",
                OperatorScope.Households,
                "returnMember",
                "Take a person back into a household",
                static call =>
                    call.Desk<ContractDesk>()
                        .ReturnMemberAsync(
                            call.Instruction,
                            call.Text("customer"),
                            new AccountId(call.Number("member")),
                            call.Stop
                        )
                        .As(MemberAnswer.Of)
            )
            .Describes(
                "Inside the person's take-back window, or before they have left. The customer confirms anew whoever had left."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.MemberBelongs,
                RefusalRule.ContractEnded,
                RefusalRule.AccountClosed
            );
    }
}

/// <summary>A person to be added to a household.</summary>
internal sealed record MemberRequest
{
    /// <summary>The name the person signs in with.</summary>
    [StringLength(Vault.SignInName.MaxLength, MinimumLength = 1)]
    public required string SignInName { get; init; }

    /// <summary>The subject under which the operator's identity provider knows the person.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Subject { get; init; }

    /// <summary>The person's language.</summary>
    public Language? Language { get; init; }

    public NewMember ToMember() =>
        new()
        {
            SignInName = SignInName,
            Subject = Subject,
            Language = Language,
        };
}

/// <summary>When a person leaves.</summary>
internal sealed record LeaveRequest
{
    /// <summary>The moment, in the past or to come; left out for now.</summary>
    public DateTimeOffset? LeavesAt { get; init; }
}

/// <summary>A household member, and where their own vault stands now.</summary>
internal sealed record MemberAnswer : IVersioned
{
    /// <summary>The number of the person's account here.</summary>
    public required long Member { get; init; }

    /// <summary>The version of the contract whose household it is.</summary>
    public required long Version { get; init; }

    /// <summary>The name the person signs in with.</summary>
    public required string SignInName { get; init; }

    /// <summary>Where the person's own vault stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>When the person came into the household.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>When the customer confirmed the person; null while that is open.</summary>
    public required DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>When the person leaves or has left; null while they belong to it.</summary>
    public required DateTimeOffset? LeavesAt { get; init; }

    /// <summary>When the take-back window of their own vault closes; null while it is not open.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>The capacity of their own vault, in bytes.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>What counts against it, in bytes.</summary>
    public required long UsedBytes { get; init; }

    public static MemberAnswer Of(MemberState state) =>
        new()
        {
            Member = state.Member.Account.Value,
            Version = state.Version,
            SignInName = state.SignInName,
            Standing = state.Standing,
            AddedAt = state.Member.Added,
            ConfirmedAt = state.Member.Confirmed,
            LeavesAt = state.Member.Left?.At,
            ClosesAt = state.ClosesAt,
            CapacityBytes = state.CapacityBytes,
            UsedBytes = state.UsedBytes,
        };
}

/// <summary>The people of a household beside its owner.</summary>
internal sealed record MemberList
{
    /// <summary>The people.</summary>
    public required IReadOnlyList<MemberAnswer> Items { get; init; }

    public static MemberList Of(IReadOnlyList<MemberState> members) =>
        new() { Items = [.. members.Select(MemberAnswer.Of)] };
}
