using System.Globalization;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Names people sign in with: compared without regard to case or Unicode form, and taken as Windows sends them.</summary>
public static class SignInName
{
    /// <summary>The longest name, in UTF-16 units.</summary>
    public const int MaxLength = 128;

    /// <summary>What a typed name is looked up by: without spaces around it and without <c>DOMAIN\</c>, NFC, case-folded.</summary>
    public static string Key(string typed)
    {
        var name = typed.AsSpan().Trim();
        var domainEnd = name.LastIndexOf('\\');
        if (domainEnd >= 0)
            name = name[(domainEnd + 1)..].Trim();
        try
        {
            // Upper first: it joins letters that lower case keeps apart (ς and σ, ſ and s).
            return name.ToString()
                .Normalize(NormalizationForm.FormC)
                .ToUpperInvariant()
                .ToLowerInvariant()
                .Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Unpaired surrogates: no account can have such a name.
            return "";
        }
    }

    /// <summary>Why a name cannot be given to an account; null when it can.</summary>
    public static string? Problem(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxLength)
            return $"A name has 1 to {MaxLength.ToString(CultureInfo.InvariantCulture)} characters.";
        if (name.AsSpan().ContainsAny(":\\/"))
            return "A name has no colon (Basic sign-in ends the name there), slash or backslash.";
        if (name.Any(char.IsControl) || name != name.Trim() || Key(name).Length == 0)
            return "A name has no control characters and no spaces around it.";
        return null;
    }
}
