using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Events</c>: how the operator's systems are told what happens to accounts.</summary>
internal sealed partial class EventsOptions : IValidatableObject
{
    public const string Section = "Events";

    /// <summary>Where events are posted to; null for nowhere: they then wait for <see cref="KeepDays"/>.</summary>
    public string? Address { get; init; }

    /// <summary>What this installation calls itself in its events.</summary>
    [Required]
    public string Source { get; init; } = "urn:clouddav";

    /// <summary>The secret shared with the receiver, which signs events and encrypts secrets in them; null for none. Never logged.</summary>
    public string? Secret { get; init; }

    /// <summary>The file with that secret, instead of it; its line end does not count.</summary>
    public string? SecretFile { get; init; }

    /// <summary>What the receiver calls that secret, so that it can know the next one before it is used.</summary>
    [Required]
    public string KeyId { get; init; } = "1";

    /// <summary>How long the receiver may take to answer, in seconds.</summary>
    [AllowedRange(1, 300)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>How long an account's events rest after the first failure, in seconds; twice as long after each further one.</summary>
    [AllowedRange(1, 3_600)]
    public int FirstRetrySeconds { get; init; } = 5;

    /// <summary>How long they rest at most, in seconds.</summary>
    [AllowedRange(1, 86_400)]
    public int LongestRetrySeconds { get; init; } = 3_600;

    /// <summary>After how many tries an event is given up.</summary>
    [AllowedRange(1, 10_000)]
    public int MaxAttempts { get; init; } = 200;

    /// <summary>How many accounts' events are taken up at a time.</summary>
    [AllowedRange(1, 1_000)]
    public int Batch { get; init; } = 100;

    /// <summary>How many days events are kept, delivered or not. More than a take-back window: what was sent in it is evidence.</summary>
    [AllowedRange(45, 3_650)]
    public int KeepDays { get; init; } = 90;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Source, UriKind.Absolute, out _))
            yield return new($"Events:Source '{Source}' must be a URI.");
        if (!KeyName().IsMatch(KeyId))
            yield return new(
                $"Events:KeyId '{KeyId}' must be 1 to 64 letters, digits, dots, hyphens or underscores."
            );
        if (Secret is not null && SecretFile is not null)
            yield return new("Only one of Events:Secret and Events:SecretFile may be set.");
        if (Address is null)
            yield break;
        if (!OutwardAddress.IsAllowed(Address))
            yield return new(
                $"Events:Address '{OutwardAddress.Show(Address)}' must be an https address."
            );
        if (Secret is null && SecretFile is null)
            yield return new(
                "Events:Secret or Events:SecretFile must be set when Events:Address is."
            );
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex KeyName();
}

[OptionsValidator]
internal sealed partial class EventsOptionsValidator : IValidateOptions<EventsOptions>;
