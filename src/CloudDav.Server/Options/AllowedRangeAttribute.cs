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
        // Every class of settings says where it stands.
        var section = validationContext.ObjectType.GetField("Section")!.GetRawConstantValue();
        return new ValidationResult(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{section}:{validationContext.MemberName} is {value}; it takes {minimum} to {maximum}."
            ),
            [validationContext.MemberName!]
        );
    }
}
