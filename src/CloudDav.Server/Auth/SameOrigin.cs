namespace CloudDav.Server.Auth;

/// <summary>What browsers say of the page that a request comes from.</summary>
internal static class SameOrigin
{
    /// <summary>
    /// Whether a page of another site made a browser send it, with what the browser remembers to sign in with: what changes something is not taken from there. Older browsers say less.
    /// </summary>
    public static bool IsForged(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return false;
        var site = request.Headers["Sec-Fetch-Site"];
        return site.Count > 0
            ? site.ToString() is not ("same-origin" or "none")
            : request.Headers.Origin.Count > 0
                && request.Headers.Origin != $"{request.Scheme}://{request.Host}";
    }
}
