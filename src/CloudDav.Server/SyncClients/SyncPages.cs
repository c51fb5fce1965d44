using System.Collections.Frozen;

namespace CloudDav.Server.SyncClients;

/// <summary>Single addresses that the clients ask beside DAV and their API: each has one line. They may be asked with and without <c>/index.php</c> before them when both stand here.</summary>
internal static class SyncPages
{
    private static readonly FrozenDictionary<(string Method, string Path), RequestDelegate> s_all =
        new Dictionary<(string, string), RequestDelegate>
        {
            [("GET", "/status.php")] = SyncPresence.TellStatusAsync,
            [("HEAD", "/status.php")] = SyncPresence.TellStatusAsync,
            // Whether there is a network that lets through, and no captive portal.
            [("GET", "/index.php/204")] = static context =>
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            },
            [("POST", "/index.php/core/wipe/check")] = SyncDevices.CheckWipeAsync,
            [("POST", "/index.php/core/wipe/success")] = SyncDevices.ConfirmWipeAsync,
        }.ToFrozenDictionary();

    /// <summary>What answers a request; null when nothing here does.</summary>
    public static RequestDelegate? Find(HttpRequest request) =>
        s_all.GetValueOrDefault((request.Method, request.Path.Value!.TrimEnd('/')));
}
