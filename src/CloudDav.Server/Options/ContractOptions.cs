using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Contract</c>: what the operator's terms leave to the operator.</summary>
internal sealed class ContractOptions : IValidatableObject
{
    public const string Section = "Contract";

    /// <summary>The time zone in which the days of the take-back window are counted, and customers are told days and hours.</summary>
    public string TimeZone { get; init; } = "Europe/Brussels";

    /// <summary>How many calendar days content can be taken back after the end of a contract.</summary>
    [AllowedRange(1, 366)]
    public int TakeBackDays { get; init; } = TakeBackWindow.DefaultDays;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new(
                $"Contract:TimeZone takes a time zone such as Europe/Brussels, not '{TimeZone}'."
            );
    }

    public TakeBackWindow ToWindow() =>
        new(TimeZoneInfo.FindSystemTimeZoneById(TimeZone), TakeBackDays);

    public AccountPolicy ToPolicy() => new(ToWindow());
}

[OptionsValidator]
internal sealed partial class ContractOptionsValidator : IValidateOptions<ContractOptions>;
