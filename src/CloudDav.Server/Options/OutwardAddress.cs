namespace CloudDav.Server.Options;

/// <summary>Addresses the server itself calls. They come from settings alone.</summary>
internal static class OutwardAddress
{
    /// <summary>Whether an address may be called: https, or plain http on loopback, without credentials or fragment in it.</summary>
    public static bool IsAllowed(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.UserInfo.Length == 0
        && uri.Fragment.Length == 0;

    /// <summary>An address as it may be shown: without what may be secret in it, a user's name and password and a query.</summary>
    public static string Show(string? address)
    {
        if (address is null)
            return "";
        var shown = address.AsSpan();
        var query = shown.IndexOf('?');
        if (query >= 0)
            shown = shown[..query];
        var slashes = shown.IndexOf("//");
        var host = slashes < 0 ? 0 : slashes + 2;
        var path = shown[host..].IndexOf('/');
        // A password may have a slash in it, which no address allows; the last one counts then.
        var at = shown.LastIndexOf('@');
        if (at >= host && (path < 0 || at < host + path || shown[host..at].Contains(':')))
            return $"{shown[..host]}...@{shown[(at + 1)..]}{(query < 0 ? "" : "?...")}";
        return query < 0 ? address : $"{shown}?...";
    }
}
