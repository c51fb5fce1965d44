namespace CloudDav.WebDav.Headers;

/// <summary>The Lock-Token header (RFC 4918 §10.5). Old Windows redirectors send it without its brackets.</summary>
internal static class LockTokenHeader
{
    /// <summary>The token; 400 when the header is absent or not a token.</summary>
    public static DavResult<string> Parse(string? value)
    {
        var token = value?.Trim() ?? "";
        if (token.StartsWith('<') && token.EndsWith('>'))
            token = token[1..^1].Trim();
        if (token.Length == 0 || token.AsSpan().ContainsAny("<> \t"))
            return new DavProblem(400, "The request needs a Lock-Token header with one token.");
        return token;
    }
}
