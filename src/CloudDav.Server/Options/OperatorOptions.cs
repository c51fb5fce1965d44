using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Operator</c>: who issues the tokens that open <c>/operator/v1</c>. Without an authority there is no such door.</summary>
internal sealed class OperatorOptions : IValidatableObject
{
    public const string Section = "Operator";

    /// <summary>The OpenID provider whose tokens are accepted from the operator's systems; null for no door.</summary>
    public string? Authority { get; init; }

    /// <summary>The audience that those tokens must be made for; required with an authority.</summary>
    public string? Audience { get; init; }

    /// <summary>The issuer that they must name; null for the one that the provider's discovery names.</summary>
    public string? Issuer { get; init; }

    /// <summary>How long a command is remembered, in days: as long it has no further effect when it comes again.</summary>
    [AllowedRange(1, 366)]
    public int KeepCommandsDays { get; init; } = 30;

    /// <summary>The longest time that a member of staff can be granted access to a vault's content for, in minutes.</summary>
    [AllowedRange(1, 10_080)]
    public int StaffGrantMinutes { get; init; } = 240;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Authority is null)
            yield break;
        if (!OutwardAddress.IsAllowed(Authority))
            yield return new(
                $"Operator:Authority '{OutwardAddress.Show(Authority)}' must be an https address."
            );
        if (string.IsNullOrEmpty(Audience))
            yield return new("Operator:Audience must be set when Operator:Authority is.");
    }
}

[OptionsValidator]
internal sealed partial class OperatorOptionsValidator : IValidateOptions<OperatorOptions>;
