using System.Text;

namespace CloudDav.Server;

/// <summary>What a browser sees at the server's bare address: how to mount the vault. Its icon and the like are not there, and ask for no password.</summary>
internal static class LandingPage
{
    private static readonly byte[] s_page = Encoding.UTF8.GetBytes(
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>CloudDav</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
        <h1>CloudDav</h1>
        <p>This is your personal cloud. Mount it as a network drive at the address <a href="/dav/">/dav/</a> of this server,
        with your name and an app password.</p>
        <p><a href="/sign-in">Sign in</a></p>
        </html>
        """
    );

    public static bool Answers(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        || (
            HttpMethods.IsHead(context.Request.Method)
            && !WebDav.DavDiscovery.AnswersAnonymously(context)
        );

    public static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/")
        {
            await Hosting.PlainText.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is nothing at this address."
            );
            return;
        }
        var response = context.Response;
        WebDav.DavDiscovery.SetHeaders(response);
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = s_page.Length;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(s_page, context.RequestAborted);
    }
}
