using System.Buffers;
using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>The catalogue: the options that customers choose from.</summary>
internal static class OptionEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes.Query(
            "/options",
            OperatorScope.Contracts,
            "listOptions",
            "List the catalogue",
            static async call =>
                (VaultResult<OptionList>)
                    OptionList.Of(await call.Desk<ContractDesk>().ListOptionsAsync(call.Stop))
        );

        routes
            .Query(
                "/options/{code}",
                OperatorScope.Contracts,
                "getOption",
                "Get an option",
                static call =>
                    call.Desk<ContractDesk>()
                        .FindOptionAsync(call.Text("code"), call.Stop)
                        .As(OptionAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<OptionRequest, OptionAnswer>(
                "/options",
                OperatorScope.Contracts,
                "addOption",
                "Add an option, or its next version",
                static (call, request) =>
                    call.Desk<ContractDesk>()
                        .AddOptionAsync(call.Instruction, request.ToOption(), call.Stop)
                        .As(OptionAnswer.Of)
            )
            .Describes(
                "From now on this version is chosen. Who has an earlier one keeps it until they choose again. A withdrawn option can be chosen again after it."
            )
            .Creates();

        routes
            .Command(
                "/options/{code}/withdrawal",
                OperatorScope.Contracts,
                "withdrawOption",
                "Withdraw an option",
                static call =>
                    call.Desk<ContractDesk>()
                        .WithdrawOptionAsync(call.Instruction, call.Text("code"), call.Stop)
                        .As(OptionAnswer.Of)
            )
            .Describes("Nobody can choose it any more. Who has it keeps it.")
            .Refuses(RefusalRule.NotFound);
    }
}

/// <summary>An option to be added.</summary>
internal sealed record OptionRequest
{
    /// <summary>Its code.</summary>
    [RegularExpression(Patterns.Code, ErrorMessage = Patterns.CodeMessage)]
    public required string Code { get; init; }

    /// <summary>The offer it belongs to.</summary>
    [RegularExpression(Patterns.Code, ErrorMessage = Patterns.CodeMessage)]
    public required string Offer { get; init; }

    /// <summary>The capacity of the customer's vault, in bytes.</summary>
    [Range(0L, 1L << 50)]
    public required long CapacityBytes { get; init; }

    /// <summary>The capacity of each further household member's own vault, in bytes; 0 when left out.</summary>
    [Range(0L, 1L << 50)]
    public long MemberCapacityBytes { get; init; }

    /// <summary>What it includes beside storage, such as `tv`.</summary>
    [Entitlements]
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>What it is called.</summary>
    public required TextsBody Texts { get; init; }

    public ServiceOption ToOption() =>
        new()
        {
            Code = Code,
            Version = 0,
            Offer = Offer,
            CapacityBytes = CapacityBytes,
            MemberCapacityBytes = MemberCapacityBytes,
            Entitlements = [.. Entitlements.Distinct(StringComparer.Ordinal)],
            Texts = Texts.ToTexts(),
        };
}

/// <summary>An option.</summary>
internal sealed record OptionAnswer : IVersioned
{
    /// <summary>Its code.</summary>
    public required string Code { get; init; }

    /// <summary>Its version, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The offer it belongs to.</summary>
    public required string Offer { get; init; }

    /// <summary>The capacity of the customer's vault, in bytes.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>The capacity of each further household member's own vault, in bytes.</summary>
    public required long MemberCapacityBytes { get; init; }

    /// <summary>What it includes beside storage.</summary>
    public required IReadOnlyList<string> Entitlements { get; init; }

    /// <summary>What it is called.</summary>
    public required TextsBody Texts { get; init; }

    /// <summary>Whether it can no longer be chosen.</summary>
    public required bool IsWithdrawn { get; init; }

    public static OptionAnswer Of(ServiceOption option) =>
        new()
        {
            Code = option.Code,
            Version = option.Version,
            Offer = option.Offer,
            CapacityBytes = option.CapacityBytes,
            MemberCapacityBytes = option.MemberCapacityBytes,
            Entitlements = option.Entitlements,
            Texts = TextsBody.Of(option.Texts),
            IsWithdrawn = option.IsWithdrawn,
        };
}

/// <summary>The catalogue.</summary>
internal sealed record OptionList
{
    /// <summary>The newest version of every option.</summary>
    public required IReadOnlyList<OptionAnswer> Items { get; init; }

    public static OptionList Of(IReadOnlyList<ServiceOption> options) =>
        new() { Items = [.. options.Select(OptionAnswer.Of)] };
}

/// <summary>Up to 32 names of entitlements.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EntitlementsAttribute : ValidationAttribute
{
    private static readonly SearchValues<char> s_allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789.-"
    );

    public EntitlementsAttribute()
        : base("Takes up to 32 names of small letters, digits, dots and hyphens.") { }

    public override bool IsValid(object? value) =>
        value is IReadOnlyList<string> { Count: <= 32 } names
        && names.All(name =>
            name.Length is > 0 and <= 64 && !name.AsSpan().ContainsAnyExcept(s_allowed)
        );
}
