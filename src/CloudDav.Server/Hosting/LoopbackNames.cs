using System.Net;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Keeps the demo, whose passwords everybody knows, to this machine: a page elsewhere could have its own host name resolve to a loopback address
/// and then speak to the demo from this machine's browser.
/// </summary>
internal static class LoopbackNames
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host;
        var isLoopback =
            host.Length == 0
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (
                IPAddress.TryParse(host.Trim('[', ']'), out var address)
                && IPAddress.IsLoopback(address)
            );
        return isLoopback
            ? next(context)
            : PlainText.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "The demo answers to localhost only."
            );
    }
}
