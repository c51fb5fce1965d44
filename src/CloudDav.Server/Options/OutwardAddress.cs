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
}
