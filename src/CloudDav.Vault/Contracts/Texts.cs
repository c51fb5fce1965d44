using System.Text.Json.Serialization;

namespace CloudDav.Vault;

/// <summary>A language the service speaks, named in JSON by its tag (RFC 5646).</summary>
public enum Language
{
    /// <summary>Dutch.</summary>
    [JsonStringEnumMemberName("nl")]
    Dutch,

    /// <summary>French.</summary>
    [JsonStringEnumMemberName("fr")]
    French,

    /// <summary>German.</summary>
    [JsonStringEnumMemberName("de")]
    German,

    /// <summary>English.</summary>
    [JsonStringEnumMemberName("en")]
    English,
}

/// <summary>One sentence for a person, in the languages it was given in.</summary>
public sealed record Texts
{
    /// <summary>Dutch; null when it was not given.</summary>
    public string? Nl { get; init; }

    /// <summary>French; null when it was not given.</summary>
    public string? Fr { get; init; }

    /// <summary>German; null when it was not given.</summary>
    public string? De { get; init; }

    /// <summary>English; null when it was not given.</summary>
    public string? En { get; init; }

    /// <summary>The sentence in a language, or in English, or in whichever there is; null when there is none at all.</summary>
    public string? In(Language language) =>
        language switch
        {
            Language.Dutch => Nl,
            Language.French => Fr,
            Language.German => De,
            Language.English => En,
        }
        ?? En
        ?? Nl
        ?? Fr
        ?? De;
}
