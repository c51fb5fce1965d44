namespace CloudDav.WebDav.Headers;

/// <summary>The Overwrite header (RFC 4918 §10.6).</summary>
internal static class Overwrite
{
    /// <summary>True for T, false for F, null when absent; anything else is 400.</summary>
    public static DavResult<bool?> Parse(string? value) =>
        value?.Trim() switch
        {
            null or "" => (bool?)null,
            "T" or "t" => true,
            "F" or "f" => false,
            _ => new DavProblem(400, "Overwrite must be T or F."),
        };
}
