using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace CloudDav.Server.Options;

/// <summary>A number's allowed range. Unlike <see cref="RangeAttribute"/> it says what the value is.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AllowedRangeAttribute(int minimum, int maximum) : ValidationAttribute
{
    public int Minimum => minimum;

    public int Maximum => maximum;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        if (value is null || (value is int number && number >= minimum && number <= maximum))
            return ValidationResult.Success;
        var section = validationContext.ObjectType.Name.Replace(
            "Options",
            "",
            StringComparison.Ordinal
        );
        return new ValidationResult(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{section}:{validationContext.MemberName} is {value}; it takes {minimum} to {maximum}."
            ),
            [validationContext.MemberName!]
        );
    }
}
