using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>How a line of the log looks.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text = 0,

    /// <summary>One JSON object a line.</summary>
    Json = 1,
}

/// <summary>Section <c>Logging</c>: what is told on standard output, and how.</summary>
internal sealed class LoggingOptions : IValidatableObject
{
    public const string Section = "Logging";

    /// <summary>How a line looks.</summary>
    public LogFormat Format { get; init; }

    /// <summary>The least level that is told, by category; <c>Default</c> is every category without one of its own.</summary>
    public Dictionary<string, string> LogLevel { get; init; } =
        new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (category, level) in LogLevel)
        {
            if (!Enum.TryParse<LogLevel>(level, ignoreCase: true, out _))
                yield return new(
                    $"Logging:LogLevel:{category} is '{level}'; it takes {string.Join(", ", Enum.GetNames<LogLevel>())}."
                );
        }
    }
}

[OptionsValidator]
internal sealed partial class LoggingOptionsValidator : IValidateOptions<LoggingOptions>;
