using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>SignIn</c>: passwords, and the operator's identity provider.</summary>
internal sealed class SignInOptions : IValidatableObject
{
    public const string Section = "SignIn";

    /// <summary>How long a verified password is remembered, in seconds. Revoking works at once whatever this says.</summary>
    [AllowedRange(1, 3_600)]
    public int RememberSeconds { get; init; } = 300;

    /// <summary>How many wrong passwords of one account from one address are answered without delay.</summary>
    [AllowedRange(0, 100)]
    public int FailuresBeforeDelay { get; init; } = 3;

    /// <summary>The delay of the next wrong one, in milliseconds; each further one adds as much, up to 5 seconds.</summary>
    [AllowedRange(0, 5_000)]
    public int DelayMilliseconds { get; init; } = 2_000;

    /// <summary>After how many wrong passwords in one window people's passwords are refused unseen, for that account and address.</summary>
    [AllowedRange(1, 1_000)]
    public int FailuresPerWindow { get; init; } = 10;

    /// <summary>The length of the window, in seconds.</summary>
    [AllowedRange(1, 86_400)]
    public int WindowSeconds { get; init; } = 900;

    /// <summary>The iterations of PBKDF2-SHA256 for new passwords.</summary>
    [AllowedRange(1_000, 10_000_000)]
    public int PasswordIterations { get; init; } = PasswordHash.DefaultIterations;

    /// <summary>How many devices an account may have that are not revoked.</summary>
    [AllowedRange(1, 10_000)]
    public int DevicesPerAccount { get; init; } = 50;

    /// <summary>How long somebody who does nothing stays signed in on the pages, in minutes.</summary>
    [AllowedRange(5, 43_200)]
    public int SessionIdleMinutes { get; init; } = 720;

    /// <summary>How long somebody stays signed in on the pages at most, in hours.</summary>
    [AllowedRange(1, 8_760)]
    public int SessionHours { get; init; } = 336;

    /// <summary>The OpenID provider whose bearer tokens are accepted, for example <c>https://login.example.net/realms/home</c>; null for none.</summary>
    public string? Authority { get; init; }

    /// <summary>The audience that those tokens must be made for; required with an authority.</summary>
    public string? Audience { get; init; }

    /// <summary>What the provider knows the pages as, when people sign in there with it; null when they do not.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret that the provider has given for it; null for none. Never logged.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The file with that secret, instead of it; its line end does not count.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>What people know the provider as, in up to 60 characters; null when the pages call it their provider.</summary>
    [StringLength(60, MinimumLength = 1)]
    public string? ProviderName { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClientId is not null && Authority is null)
            yield return new("SignIn:Authority must be set when SignIn:ClientId is.");
        if (ClientId is { Length: 0 })
            yield return new("SignIn:ClientId must not be empty.");
        if (ClientSecret is not null && ClientSecretFile is not null)
            yield return new(
                "Only one of SignIn:ClientSecret and SignIn:ClientSecretFile may be set."
            );
        if ((ClientSecret ?? ClientSecretFile) is not null && ClientId is null)
            yield return new("SignIn:ClientId must be set when SignIn:ClientSecret is.");
        if (ClientSecretFile is not null && !File.Exists(ClientSecretFile))
            yield return new($"SignIn:ClientSecretFile '{ClientSecretFile}' is not there.");
        if (Authority is null)
            yield break;
        if (!OutwardAddress.IsAllowed(Authority))
            yield return new(
                $"SignIn:Authority '{OutwardAddress.Show(Authority)}' must be an https address."
            );
        if (string.IsNullOrEmpty(Audience))
            yield return new("SignIn:Audience must be set when SignIn:Authority is.");
    }

    /// <summary>The secret, from wherever it is; null for none.</summary>
    public string? ReadClientSecret() =>
        ClientSecretFile is null
            ? ClientSecret
            : File.ReadAllText(ClientSecretFile).TrimEnd('\r', '\n');

    public SessionLimits ToSessionLimits() =>
        new()
        {
            Idle = TimeSpan.FromMinutes(SessionIdleMinutes),
            Longest = TimeSpan.FromHours(SessionHours),
        };

    public SignInLimits ToLimits() =>
        new()
        {
            RememberFor = TimeSpan.FromSeconds(RememberSeconds),
            FailuresBeforeDelay = FailuresBeforeDelay,
            FirstDelay = TimeSpan.FromMilliseconds(DelayMilliseconds),
            FailuresPerWindow = FailuresPerWindow,
            Window = TimeSpan.FromSeconds(WindowSeconds),
            PasswordIterations = PasswordIterations,
        };
}

[OptionsValidator]
internal sealed partial class SignInOptionsValidator : IValidateOptions<SignInOptions>;
