namespace CloudDav.WebDav.Headers;

/// <summary>The preferences we honour (RFC 7240, RFC 8144).</summary>
/// <param name="Minimal"><c>return=minimal</c>: no 404 propstats.</param>
/// <param name="NoRoot"><c>depth-noroot</c>: no response for the resource itself.</param>
internal readonly record struct Prefer(bool Minimal, bool NoRoot)
{
    /// <summary>Parses the header; unknown preferences are ignored.</summary>
    public static Prefer Parse(string? value, string? brief)
    {
        var result = new Prefer(brief?.Trim() is "t" or "T", false);
        if (value is null)
            return result;
        foreach (var range in value.AsSpan().Split(','))
        {
            var preference = value.AsSpan()[range];
            var end = preference.IndexOf(';');
            preference = (end < 0 ? preference : preference[..end]).Trim();
            var equals = preference.IndexOf('=');
            var name = (equals < 0 ? preference : preference[..equals]).Trim();
            var argument = equals < 0 ? [] : preference[(equals + 1)..].Trim().Trim('"');
            if (
                name.Equals("return", StringComparison.OrdinalIgnoreCase)
                && argument.Equals("minimal", StringComparison.OrdinalIgnoreCase)
            )
                result = result with { Minimal = true };
            else if (
                name.Equals("return-minimal", StringComparison.OrdinalIgnoreCase)
                && argument.IsEmpty
            )
                result = result with { Minimal = true };
            else if (name.Equals("depth-noroot", StringComparison.OrdinalIgnoreCase))
                result = result with { NoRoot = true };
        }
        return result;
    }

    /// <summary>The value of Preference-Applied; null when nothing was.</summary>
    public string? Applied =>
        (Minimal, NoRoot) switch
        {
            (true, true) => "return=minimal, depth-noroot",
            (true, false) => "return=minimal",
            (false, true) => "depth-noroot",
            (false, false) => null,
        };
}
