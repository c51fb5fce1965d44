using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>MainContract</c>: the operator's product inventory, and how main contracts are compared with it.</summary>
internal sealed class MainContractOptions : IValidatableObject
{
    public const string Section = "MainContract";

    /// <summary>The inventory's base address, for example <c>https://inventory.example.net/tmf-api/productInventory/v4</c>; null for none.</summary>
    public string? Address { get; init; }

    /// <summary>Where access tokens for it come from; required with an address.</summary>
    public string? TokenAddress { get; init; }

    /// <summary>The client id to get tokens with; required with an address.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret; required with an address, unless a file holds it.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>A file that holds the secret. Read again for every token.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>The scope to ask tokens for; null for none.</summary>
    public string? Scope { get; init; }

    /// <summary>The type of relationship by which a main contract's product names its TV contract; null to learn of the TV from the operator's commands alone.</summary>
    public string? TvRelationship { get; init; }

    /// <summary>How long one try may take, its token and its whole answer included, in seconds.</summary>
    [AllowedRange(1, 120)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>How often a try that failed is repeated.</summary>
    [AllowedRange(0, 10)]
    public int Retries { get; init; } = 3;

    /// <summary>How long the inventory is left alone when half of the tries fail, in seconds.</summary>
    [AllowedRange(1, 3_600)]
    public int BreakSeconds { get; init; } = 30;

    /// <summary>How many main contracts are asked for at once.</summary>
    [AllowedRange(1, 64)]
    public int Parallel { get; init; } = 4;

    /// <summary>How many customers a page of the daily reconciliation has.</summary>
    [AllowedRange(1, 1_000)]
    public int PageSize { get; init; } = 100;

    /// <summary>When the daily reconciliation begins, in the time zone of the contracts.</summary>
    public TimeOnly DailyAt { get; init; } = new(2, 30);

    /// <summary>How long a reconciliation that the inventory's silence cut short waits for its next try, in minutes.</summary>
    [AllowedRange(1, 720)]
    public int RetryMinutes { get; init; } = 60;

    /// <summary>The most contracts in a thousand that one reconciliation may end. One that would end more changes nothing and alarms.</summary>
    [AllowedRange(0, 1_000)]
    public int MostEndsPermille { get; init; } = 5;

    /// <summary>How many contracts one reconciliation may end whatever share of all that is: in a small service one customer is a large share.</summary>
    [AllowedRange(0, 1_000)]
    public int MostEndsAnyway { get; init; } = 3;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address is null)
            yield break;
        if (!OutwardAddress.IsAllowed(Address) || Address.Contains('?', StringComparison.Ordinal))
            yield return new(
                $"MainContract:Address '{OutwardAddress.Show(Address)}' must be an https address without a query."
            );
        if (TokenAddress is null || !OutwardAddress.IsAllowed(TokenAddress))
            yield return new(
                $"MainContract:TokenAddress '{OutwardAddress.Show(TokenAddress)}' must be an https address when MainContract:Address is set."
            );
        if (string.IsNullOrEmpty(ClientId))
            yield return new("MainContract:ClientId must be set when MainContract:Address is.");
        if (string.IsNullOrEmpty(ClientSecret) == string.IsNullOrEmpty(ClientSecretFile))
            yield return new(
                "One of MainContract:ClientSecret and MainContract:ClientSecretFile must be set when MainContract:Address is."
            );
        else if (!string.IsNullOrEmpty(ClientSecretFile) && !File.Exists(ClientSecretFile))
            yield return new($"MainContract:ClientSecretFile '{ClientSecretFile}' is not there.");
    }

    public ReconciliationLimits ToLimits() =>
        new()
        {
            PageSize = PageSize,
            MostEndsPermille = MostEndsPermille,
            MostEndsAnyway = MostEndsAnyway,
        };
}

[OptionsValidator]
internal sealed partial class MainContractOptionsValidator : IValidateOptions<MainContractOptions>;
