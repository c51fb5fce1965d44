namespace CloudDav.WebDav.Headers;

/// <summary>The Depth header (RFC 4918 §10.2), with the <c>noroot</c> of RFC 8144 §3.1's predecessors.</summary>
/// <param name="Depth">How deep; null when the header is absent.</param>
/// <param name="NoRoot">Whether the resource itself is left out (<c>1,noroot</c>).</param>
internal readonly record struct DepthHeader(Depth? Depth, bool NoRoot)
{
    /// <summary>Parses the value; null and empty mean absent, anything unknown is 400.</summary>
    public static DavResult<DepthHeader> Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return default(DepthHeader);
        var parts = value.Split(',', StringSplitOptions.TrimEntries);
        WebDav.Depth? depth = parts[0].ToUpperInvariant() switch
        {
            "0" => WebDav.Depth.Zero,
            "1" => WebDav.Depth.One,
            "INFINITY" => WebDav.Depth.Infinity,
            _ => null,
        };
        var noRoot =
            parts.Length == 2 && parts[1].Equals("noroot", StringComparison.OrdinalIgnoreCase);
        if (depth is null || (parts.Length > 1 && !noRoot))
            return new DavProblem(400, "Depth must be 0, 1 or infinity.");
        return new DepthHeader(depth, noRoot);
    }
}
