using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>One sentence for a person, in the languages it is given in.</summary>
internal sealed record TextsBody
{
    /// <summary>Dutch.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public string? Nl { get; init; }

    /// <summary>French.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public string? Fr { get; init; }

    /// <summary>German.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public string? De { get; init; }

    /// <summary>English.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public string? En { get; init; }

    public static TextsBody Of(Texts texts) =>
        new()
        {
            Nl = texts.Nl,
            Fr = texts.Fr,
            De = texts.De,
            En = texts.En,
        };

    public Texts ToTexts() =>
        new()
        {
            Nl = Nl,
            Fr = Fr,
            De = De,
            En = En,
        };
}

/// <summary>What numbers, codes and names look like at this door.</summary>
internal static class Patterns
{
    /// <summary>A number of the operator's systems.</summary>
    public const string Reference = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    /// <summary>What is wrong with one that is none.</summary>
    public const string ReferenceMessage =
        "Takes 1 to 64 letters, digits, dots, hyphens and underscores.";

    /// <summary>A code that people gave to something.</summary>
    public const string Code = "^[a-z0-9][a-z0-9.-]{0,63}$";

    /// <summary>What is wrong with one that is none.</summary>
    public const string CodeMessage = "Takes 1 to 64 small letters, digits, dots and hyphens.";
}
